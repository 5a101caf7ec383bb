package count

import (
	"slices"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Summary is a count as a list shows it.
type Summary struct {
	ID            string              `json:"id"`
	Kind          custody.CountKind   `json:"kind"`
	Establishment string              `json:"establishment"`
	Place         string              `json:"place"`
	Scheduled     time.Time           `json:"scheduled,omitzero"`
	Opened        time.Time           `json:"opened"`
	OpenedBy      string              `json:"openedBy"`
	Status        custody.CountStatus `json:"status"`
	custody.CountProgress
	OverdueSince time.Time          `json:"overdueSince,omitzero"`
	Ended        time.Time          `json:"ended,omitzero"`
	EndedBy      string             `json:"endedBy,omitempty"`
	EndedByName  string             `json:"endedByName,omitempty"`
	EndedFor     string             `json:"endedFor,omitempty"`
	Successor    string             `json:"successor,omitempty"`
	Sums         *custody.CountSums `json:"sums,omitempty"`
	Loosens      []string           `json:"loosens,omitempty"` // settings that are looser than the norm
}

// CountView is a count as one official may see it.
type CountView struct {
	Summary
	PlaceName    string `json:"placeName"`
	Zone         string `json:"zone,omitempty"`
	Reason       string `json:"reason,omitempty"`
	OpenedByName string `json:"openedByName"`
	// Blind says that what is expected is withheld, and every slip but the asker's own, of
	// the landings that have not cleared.
	Blind bool `json:"blind"`
	// Counter says that the asker may give a slip of their own; others may only enter another
	// hand's paper.
	Counter  bool          `json:"counter"`
	Roll     *int          `json:"roll,omitempty"`
	Expected *int          `json:"expected,omitempty"`
	Guests   *int          `json:"guests,omitempty"`
	Out      []OutView     `json:"out"`
	Landings []LandingView `json:"landings"`
}

// OutView is an out-count; without the people for those who may not see them.
type OutView struct {
	Kind      custody.PlaceKind   `json:"kind"`
	Place     string              `json:"place"`
	Custodian string              `json:"custodian"`
	Number    int                 `json:"number"`
	People    []custody.OutPerson `json:"people,omitempty"`
}

// LandingView is one landing of a count.
type LandingView struct {
	Landing  string                `json:"landing"`
	Name     string                `json:"name"`
	Status   custody.LandingStatus `json:"status"`
	Round    int                   `json:"round"`
	Given    int                   `json:"given"` // slips of this round
	Cleared  time.Time             `json:"cleared,omitzero"`
	Recounts []custody.Recount     `json:"recounts,omitempty"`
	Expected *int                  `json:"expected,omitempty"` // at the opening
	Slips    []SlipView            `json:"slips,omitempty"`
}

// SlipView is a slip, with its difference from the roll for those who may see it.
type SlipView struct {
	custody.GivenSlip
	HandName   string                   `json:"handName"`
	Difference *custody.CountDifference `json:"difference,omitempty"`
}

// sees reports whether an official may see what an open count of a place expects. By the
// name of the console, on the machine itself, everything is seen.
func sees(s *custody.State, official, place string) bool {
	return official == book.ConsoleName || s.May(official, custody.SeeCounts, place) == nil
}

// mayCount reports whether an official may be a counter.
func mayCount(s *custody.State, official string) bool {
	return s.KeptBlind(official) && s.May(official, custody.CountPeople) == nil
}

// MayCount reports whether an official may be a counter: what a count expects is kept from
// them while it is open.
func (d *Desk) MayCount(official string) (may bool) {
	d.book.Read(func(s *custody.State) { may = mayCount(s, official) })
	return may
}

func (d *Desk) summary(s *custody.State, c *custody.Count, now time.Time) Summary {
	return Summary{ID: c.ID, Kind: c.Kind, Establishment: c.Establishment, Place: c.Place, Scheduled: c.Scheduled, Opened: c.Opened, OpenedBy: c.OpenedBy,
		Status: c.Status, CountProgress: s.CountProgress(c.ID), OverdueSince: s.CountOverdueSince(c, now), Ended: c.Ended, EndedBy: c.EndedBy,
		EndedByName: fullName(s, c.EndedBy), EndedFor: c.EndedFor, Successor: c.Successor, Sums: c.Sums, Loosens: s.CountRulesOf(c.Establishment).Loosens}
}

func fullName(s *custody.State, official string) string {
	if o := s.Officials.Get(official); o != nil {
		return o.FullName
	}
	return official
}

// List lists counts: open ones first, then the newest of each establishment, at most limit
// of those that have ended. With an establishment, its counts alone.
func (d *Desk) List(establishment string, openOnly bool, limit int, now time.Time) []Summary {
	list := []Summary{}
	d.book.Read(func(s *custody.State) {
		for _, c := range s.OpenCounts() {
			if establishment == "" || c.Establishment == establishment {
				list = append(list, d.summary(s, c, now))
			}
		}
		if openOnly {
			return
		}
		var ended []*custody.Count
		for p := range s.Places.All() {
			if p.Kind == custody.Establishment && (establishment == "" || p.Code == establishment) {
				for _, c := range s.CountsOf(p.Code, limit+len(list)) {
					if c.Status != custody.CountOpen {
						ended = append(ended, c)
					}
				}
			}
		}
		slices.SortFunc(ended, func(a, b *custody.Count) int { return int(b.Opening - a.Opening) })
		for _, c := range ended[:min(len(ended), limit)] {
			list = append(list, d.summary(s, c, now))
		}
	})
	return list
}

// View returns a count as an official may see it, or the refusal "unknown-count".
func (d *Desk) View(id, official string, now time.Time) (CountView, error) {
	v, err := CountView{}, error(nil)
	d.book.Read(func(s *custody.State) {
		c := s.Counts.Get(id)
		if c == nil {
			err = custody.Unknown("count", id)
			return
		}
		sees := sees(s, official, c.Place)
		v = CountView{Summary: d.summary(s, c, now), Reason: c.Reason, OpenedByName: fullName(s, c.OpenedBy), Blind: !sees && c.Status == custody.CountOpen, Counter: mayCount(s, official),
			Out: []OutView{}, Landings: []LandingView{}}
		if p := s.Places.Get(c.Place); p != nil {
			v.PlaceName = p.Name
		}
		if p := s.Places.Get(c.Establishment); p != nil {
			v.Zone = p.Zone
		}
		if !v.Blind {
			v.Roll, v.Expected, v.Guests = &c.Roll, &c.Expected, &c.Guests
		}
		for _, out := range c.Out {
			o := OutView{Kind: out.Kind, Place: out.Place, Custodian: out.Custodian, Number: len(out.People)}
			if sees {
				o.People = out.People
			}
			v.Out = append(v.Out, o)
		}
		for _, l := range s.CountLandingsOf(id) {
			v.Landings = append(v.Landings, landingView(s, c, l, official, sees))
		}
	})
	return v, err
}

// landingView shows a landing. Names of people are for those who may see counts.
func landingView(s *custody.State, c *custody.Count, l *custody.CountLanding, official string, sees bool) LandingView {
	v := LandingView{Landing: l.Landing, Status: l.Status, Round: l.Round, Given: l.Given(), Cleared: l.Cleared, Recounts: l.Recounts}
	if p := s.Places.Get(l.Landing); p != nil {
		v.Name = p.Name
	}
	open := sees || c.Status != custody.CountOpen || l.Status == custody.LandingCleared
	if open {
		v.Expected = &l.Expected
	}
	for i := range l.Slips {
		given := l.Slips[i]
		own := given.Hand == official || given.By == official
		if !open && !own {
			continue
		}
		slip := SlipView{GivenSlip: given, HandName: fullName(s, given.Hand)}
		if sees {
			difference := s.Difference(l, &given)
			slip.Difference = &difference
		} else {
			slip.Device, slip.Address, slip.Clock = "", "", time.Time{}
			if !own {
				slip.People, slip.Strangers = nil, nil
			}
		}
		v.Slips = append(v.Slips, slip)
	}
	if !sees {
		v.Recounts = slices.Clone(v.Recounts)
		for i := range v.Recounts {
			v.Recounts[i].Note = "" // a reason may say what was counted
			if !open {
				v.Recounts[i].Why = "" // and why again, what the other counter found
			}
		}
	}
	return v
}

// Differences searches for the difference of every landing of a count on which one stands.
// Refused to those who may not see counts.
func (d *Desk) Differences(id, official string, now time.Time) (list []custody.LandingSearch, err error) {
	d.seeing(id, official, &err, func(s *custody.State) { list, err = s.SearchDifferences(id, now) })
	return list, err
}

// Questions lists what to ask about the slips of a count. Refused to those who may not see
// counts. doors says whether anything is known of doors.
func (d *Desk) Questions(id, official string) (list []custody.Question, doors bool, err error) {
	d.seeing(id, official, &err, func(s *custody.State) { list, err = s.QuestionsOf(id, d.doors) })
	return list, d.doors != nil, err
}

// seeing reads about a count for an official who may see it.
func (d *Desk) seeing(id, official string, err *error, read func(*custody.State)) {
	d.book.Read(func(s *custody.State) {
		c := s.Counts.Get(id)
		if c == nil {
			*err = custody.Unknown("count", id)
			return
		}
		if official != book.ConsoleName {
			if *err = s.May(official, custody.SeeCounts, c.Place); *err != nil {
				return
			}
		}
		read(s)
	})
}

// Due is one formal count of the schedule.
type Due struct {
	Establishment string              `json:"establishment"`
	Scheduled     time.Time           `json:"scheduled"`
	Count         string              `json:"count,omitempty"` // the count that was opened for it
	Status        custody.CountStatus `json:"status,omitempty"`
	Missed        bool                `json:"missed,omitempty"` // its time has passed and no count was opened for it
}

// dueGrace is how long after its time a scheduled count may be opened before it is missed.
const dueGrace = 15 * time.Minute

// Schedule lists the formal counts of the last day and the next of each establishment, in
// order of time.
func (d *Desk) Schedule(now time.Time) []Due {
	list := []Due{}
	d.book.Read(func(s *custody.State) {
		for p := range s.Places.All() {
			if p.Kind != custody.Establishment {
				continue
			}
			recent := s.CountsOf(p.Code, 200)
			for _, at := range s.CountTimes(p.Code, now.AddDate(0, 0, -1), now.AddDate(0, 0, 1)) {
				due := Due{Establishment: p.Code, Scheduled: at, Missed: now.After(at.Add(dueGrace))}
				for _, c := range recent {
					if c.Scheduled.Equal(at) {
						due.Count, due.Status, due.Missed = c.ID, c.Status, false
						break
					}
				}
				list = append(list, due)
			}
		}
	})
	slices.SortFunc(list, func(a, b Due) int {
		if n := a.Scheduled.Compare(b.Scheduled); n != 0 {
			return n
		}
		if a.Establishment < b.Establishment {
			return -1
		}
		return 1
	})
	return list
}

// Rules lists the settings of every establishment, by code.
func (d *Desk) Rules() []custody.CountRules {
	list := []custody.CountRules{}
	d.book.Read(func(s *custody.State) {
		for p := range s.Places.All() {
			if p.Kind == custody.Establishment {
				list = append(list, s.CountRulesOf(p.Code))
			}
		}
	})
	slices.SortFunc(list, func(a, b custody.CountRules) int {
		if a.Establishment < b.Establishment {
			return -1
		}
		return 1
	})
	return list
}
