package custody

import (
	"slices"
	"strings"
	"time"
)

// Breach is a norm or hard rule that the record, as it stands, does not keep. It is worked
// out from the record whenever it is asked for, never stored: a child turns eighteen in a
// cell, somebody untried is sentenced, an order runs out, and no entry says so.
type Breach struct {
	Rule   string            `json:"rule"` // of the norm, e.g. "SEP-1", or the kind of order that is broken
	Code   string            `json:"code"` // what is the matter: of a refusal, or "over-capacity"
	Place  string            `json:"place"`
	People []string          `json:"people,omitempty"` // whom it concerns, by prison number
	Params map[string]string `json:"params,omitempty"`
	Since  time.Time         `json:"since"`         // as far back as those who are there now explain it
	Ends   time.Time         `json:"ends,omitzero"` // when the order that makes it runs out
}

// ruleOf are the rules that the refusals stand for.
var ruleOf = map[string]string{
	"place-full": "SPC-1", "place-out-of-use": "place", "place-for-other-sex": "SEP-1", "place-for-other-age": "SEP-1", "place-for-other-status": "SEP-1",
	"shares-with-other-class": "SEP-1", "shares-with-nobody": "assessment", "needs-not-met": "assessment", "must-not-be-alone": "assessment", "kept-apart": "keep-apart",
}

// OverCapacity lists what stands against SPC-1 in an establishment (empty: everywhere): every
// live order to go over certified capacity, and every place that holds more than it may.
func (s *State) OverCapacity(establishment string, at time.Time) []Breach {
	var list []Breach
	for _, p := range s.OverCapacityLive(at) {
		if establishment == "" || p.Establishment == establishment {
			list = append(list, Breach{Rule: "SPC-1", Code: "over-capacity", Place: p.Code, Since: p.Over.From, Ends: p.Over.Until,
				Params: map[string]string{"capacity": itoa(p.Over.Capacity), "certified": itoa(p.Certified), "present": itoa(s.Present(p.Code)),
					"signedBy": p.Over.SignedBy, "reason": p.Over.Reason}})
		}
	}
	for _, code := range s.overfull(at) {
		p, present := s.Places.Get(code), s.Present(code)
		if establishment == "" || p.Establishment == establishment {
			capacity, _ := p.Capacity(at)
			list = append(list, Breach{Rule: "SPC-1", Code: "place-full", Place: code, Since: s.overfullSince(p, capacity, at),
				Params: map[string]string{"capacity": itoa(capacity), "certified": itoa(p.Certified), "present": itoa(present)}})
		}
	}
	sortBreaches(list)
	return list
}

// overfullSince is when the last of those came who fill the place beyond its capacity, or
// when an order ran out that had allowed it.
func (s *State) overfullSince(p *Place, capacity int, at time.Time) time.Time {
	var came []time.Time
	for person := range s.derived.occupants[p.Code] {
		came = append(came, s.Holdings.Get(person).Since)
	}
	slices.SortFunc(came, time.Time.Compare)
	since := came[min(capacity, len(came)-1)]
	if o := p.Over; o != nil && !at.Before(o.Until) && o.Until.After(since) {
		since = o.Until
	}
	return since
}

// Standing lists every breach of a hard rule of placement that stands in an establishment
// (empty: everywhere) at an instant, by place. What they hold is shared: the caller must not change it.
func (s *State) Standing(establishment string, at time.Time) []Breach {
	list := s.OverCapacity(establishment, at)
	s.standingsAt(at, func(p *Place, found []Breach) {
		if establishment == "" || p.Establishment == establishment {
			list = append(list, found...)
		}
	})
	sortBreaches(list)
	return list
}

// standingIn are the breaches in one place, one for each rule with everybody whom it concerns.
func (a *Arrangement) standingIn(p *Place, in map[string]struct{}) (list []Breach) {
	seen := a.look(p, in)
	if !seen.concern {
		return nil
	}
	found := map[string]int{}
	for _, person := range sortedKeys(in) {
		for _, r := range a.breaks(person, p.Code, seen.sharing) {
			if r.Code == "place-full" {
				continue // counted above, once for the place
			}
			// Two keep-apart orders broken in one place are two breaches, and so are two needs.
			key := r.Code + r.Params["apart"] + r.Params["needs"]
			i, have := found[key]
			if !have {
				i = len(list)
				found[key] = i
				list = append(list, Breach{Rule: ruleOf[r.Code], Code: r.Code, Place: p.Code})
				for name, value := range r.Params {
					if name != "person" && name != "place" && name != "other" && name != "nearest" && value != "" {
						if list[i].Params == nil {
							list[i].Params = map[string]string{}
						}
						list[i].Params[name] = value
					}
				}
			}
			list[i].People = append(list[i].People, person)
		}
	}
	for i := range list {
		list[i].Since = a.since(list[i])
	}
	return list
}

// looked is what one pass over the people of a cell finds.
type looked struct {
	concern bool // somebody may break a rule
	sharing bool // somebody may break a rule of sharing: classes differ, or one shares with nobody
}

// look looks over a cell in one pass. Most cells hold people of one class whom no order
// or assessment names, and need no second look.
func (a *Arrangement) look(p *Place, in map[string]struct{}) (l looked) {
	for up := p; up != nil; up = a.s.Places.Get(up.Parent) {
		l.concern = l.concern || up.OutOfUse
	}
	d, classOf := a.s.DesignationOf(p.Code), a.s.ClassesAt(a.instants[0].at)
	var one Class
	have := false
	for person := range in {
		c, about := classOf(person), a.s.Assessments.Get(person)
		l.sharing = l.sharing || (have && c != one) || alone(about, c) != ""
		l.concern = l.concern || l.sharing || about != nil || len(a.s.derived.aparts[person]) > 0
		sex, age, legal := d.bars(c)
		l.concern = l.concern || sex || age || legal
		one, have = c, true
	}
	return l
}

// since walks back over the instants at which something changed for those concerned (they
// came, turned eighteen, a paper began or ended) and returns the first from which the
// breach has stood without a break.
func (a *Arrangement) since(b Breach) time.Time {
	now := a.instants[0].at
	var moments []time.Time
	add := func(t time.Time) {
		if !t.IsZero() && !t.After(now) {
			moments = append(moments, t)
		}
	}
	for _, person := range b.People {
		add(a.s.Holdings.Get(person).Since)
		if who := a.s.People.Get(person); who.Birth != "" {
			if born, err := time.Parse(time.DateOnly, who.Birth); err == nil {
				add(born.AddDate(majority, 0, 0))
			}
		}
		for _, paper := range a.s.PapersOf(person) {
			add(paper.From)
			add(paper.lapsed(now))
		}
		if about := a.s.Assessments.Get(person); about != nil {
			add(about.At)
		}
	}
	if k := a.s.KeepAparts.Get(b.Params["apart"]); k != nil {
		add(k.From)
	}
	slices.SortFunc(moments, func(x, y time.Time) int { return y.Compare(x) })
	since := now
	for _, t := range slices.Compact(moments) {
		since = t
		if !a.stoodBefore(b, t) {
			break
		}
	}
	return since
}

// stoodBefore reports whether the breach stood just before an instant, with those of its
// people who were there by then.
func (a *Arrangement) stoodBefore(b Breach, t time.Time) bool {
	before := a.s.Arrange(t.Add(-time.Microsecond))
	for _, person := range b.People {
		if h := a.s.Holdings.Get(person); !h.Since.Before(t) {
			before.Put(person, "")
		}
	}
	for _, person := range b.People {
		if before.place(person) != b.Place {
			continue
		}
		if about := a.s.Assessments.Get(person); about != nil && !about.At.Before(t) && b.Rule == "assessment" {
			continue
		}
		if slices.ContainsFunc(before.Breaks(person, b.Place), func(r *Refusal) bool {
			return r.Code == b.Code && r.Params["apart"] == b.Params["apart"]
		}) {
			return true
		}
	}
	return false
}

func sortBreaches(list []Breach) {
	slices.SortFunc(list, func(x, y Breach) int {
		if c := strings.Compare(x.Place, y.Place); c != 0 {
			return c
		}
		if c := strings.Compare(x.Code, y.Code); c != 0 {
			return c
		}
		return strings.Compare(x.Params["apart"], y.Params["apart"])
	})
}

// StandingOf lists the breaches that stand in one place.
func (s *State) StandingOf(place string, at time.Time) []Breach {
	p := s.Places.Get(place)
	if p == nil {
		return nil
	}
	list := slices.DeleteFunc(s.OverCapacity(p.Establishment, at), func(b Breach) bool { return b.Place != place })
	list = append(list, s.standingIn(place, at)...)
	sortBreaches(list)
	return list
}
