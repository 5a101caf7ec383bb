package custody

import (
	"fmt"
	"time"
)

// Blind reports whether an official must not learn what a landing is expected to hold: an
// officer of the landings who is not also one of those who may see counts, while a count
// is open where they serve and not every landing of it has cleared (norm CNT-1).
func (s *State) Blind(official string) bool {
	if !s.KeptBlind(official) {
		return false
	}
	o := s.Officials.Get(official)
	for id := range s.derived.counts.open {
		c := s.Counts.Get(id)
		if o.Establishment != "" && o.Establishment != c.Establishment {
			continue
		}
		if p := s.CountProgress(id); p.Cleared < p.Landings {
			return true
		}
	}
	return false
}

// KeptBlind reports whether an official is one of those from whom it is kept, while a count
// is open, what its landings are expected to hold: an officer of the landings who may not see
// counts. They alone may be counters. Reception and health staff need their lists of people
// by place while a count goes on, and so cannot count; they may enter another's paper.
func (s *State) KeptBlind(official string) bool {
	o := s.Officials.Get(official)
	return o != nil && o.Has(LandingOfficer) && s.May(official, SeeCounts) != nil
}

// Sighted refuses an official who is blind what would tell them how many people, or who,
// are on a landing: the book, and lists of people by place (code "blind-while-counting").
func (s *State) Sighted(official string) error {
	if s.Blind(official) {
		return refuse(Forbidden, 0, "blind-while-counting", "official", official)
	}
	return nil
}

// ClearedCount is the newest count of a whole establishment that was cleared and signed.
type ClearedCount struct {
	ID       string    `json:"id"`
	Kind     CountKind `json:"kind"`
	Number   int       `json:"number"` // everybody it answered for, out-counts included
	Opened   time.Time `json:"opened"`
	At       time.Time `json:"at"` // signed
	By       string    `json:"by"`
	FullName string    `json:"fullName"`
}

// RunningCount is an open count as everybody sees it.
type RunningCount struct {
	ID       string    `json:"id"`
	Kind     CountKind `json:"kind"`
	Place    string    `json:"place"`
	Opened   time.Time `json:"opened"`
	OpenedBy string    `json:"openedBy"`
	CountProgress
	OverdueSince time.Time `json:"overdueSince,omitzero"`
}

// CountStanding is how an establishment stands: when it was last counted and cleared, and
// the counts that are not.
type CountStanding struct {
	Cleared *ClearedCount  `json:"cleared,omitempty"`
	Open    []RunningCount `json:"open,omitempty"`
	Loosens []string       `json:"loosens,omitempty"` // settings looser than the norm
}

// CountStanding returns how an establishment stands at an instant.
func (s *State) CountStanding(establishment string, now time.Time) CountStanding {
	standing := CountStanding{Loosens: s.CountRulesOf(establishment).Loosens}
	if c := s.LastCleared(establishment); c != nil {
		standing.Cleared = &ClearedCount{ID: c.ID, Kind: c.Kind, Number: c.Sums.Counted, Opened: c.Opened, At: c.Ended, By: c.EndedBy, FullName: s.fullNameOf(c.EndedBy)}
	}
	for _, c := range s.OpenCounts() {
		if c.Establishment == establishment {
			standing.Open = append(standing.Open, RunningCount{ID: c.ID, Kind: c.Kind, Place: c.Place, Opened: c.Opened, OpenedBy: c.OpenedBy,
				CountProgress: s.CountProgress(c.ID), OverdueSince: s.CountOverdueSince(c, now)})
		}
	}
	return standing
}

func (s *State) fullNameOf(official string) string {
	if o := s.Officials.Get(official); o != nil {
		return o.FullName
	}
	return official
}

// CountOverdueSince returns since when an open count is overdue, or the zero time.
func (s *State) CountOverdueSince(c *Count, now time.Time) time.Time {
	due := c.Opened.Add(time.Duration(s.CountRulesOf(c.Establishment).Window) * time.Minute)
	if c.Status != CountOpen || now.Before(due) {
		return time.Time{}
	}
	return due
}

// checkCounts tests what must hold of counts, from the records alone.
func (s *State) checkCounts() (broken []string) {
	say := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }
	progress, over := map[string]CountProgress{}, map[string]string{}
	for l := range s.CountLandings.All() {
		p := progress[l.Count]
		p.add(l, 1)
		progress[l.Count] = p
		c := s.Counts.Get(l.Count)
		if c == nil {
			say("counts: %s is a landing of no count", l.Key())
			continue
		}
		if c.Status == CountOpen {
			if other := over[l.Landing]; other != "" {
				say("counts: %s is counted in both %s and %s", l.Landing, other, c.ID)
			}
			over[l.Landing] = c.ID
			if (l.Status == LandingCleared) != s.roundClears(l) {
				say("counts: %s is %s, and its slips say otherwise", l.Key(), l.Status)
			}
		}
		if c.Status == CountCleared && l.Status != LandingCleared {
			say("counts: %s is signed, and %s is %s", c.ID, l.Landing, l.Status)
		}
		hands := map[string]bool{}
		for _, slip := range l.round(l.Round) {
			if hands[slip.Hand] {
				say("counts: %s was counted twice by %s alone", l.Key(), slip.Hand)
			}
			hands[slip.Hand] = true
		}
	}
	for c := range s.Counts.All() {
		if p := s.CountProgress(c.ID); p != progress[c.ID] || p.Landings != c.Landings {
			say("counts: %s has come so far: %+v, its numbers say %+v", c.ID, progress[c.ID], p)
		}
	}
	for landing, id := range over {
		if s.derived.counts.over[landing] != id {
			say("counts: %s is in %s, its number says %q", landing, id, s.derived.counts.over[landing])
		}
	}
	return broken
}
