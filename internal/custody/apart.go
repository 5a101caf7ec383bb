package custody

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Level is how far apart people are kept.
type Level string

// The levels. A cell that lies under no landing is judged by the wing, module or sector
// above it, and one that lies under none of these by itself.
const (
	CellLevel    Level = "cell"
	LandingLevel Level = "landing"
	WingLevel    Level = "wing"
)

// MaxApart is how many people one keep-apart order may name.
const MaxApart = 500

// KeepApart is an order that people are not placed in the same cell, landing or wing.
type KeepApart struct {
	ID      string   `json:"id"`      // "K" and the entry that ordered it
	Members []string `json:"members"` // sorted, each once
	Level   Level    `json:"level"`
	// Pairwise: no two of them together. Otherwise it is broken only when all are together.
	Pairwise  bool      `json:"pairwise"`
	Reason    string    `json:"reason"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until,omitzero"` // zero: until it is ended
	OrderedBy string    `json:"orderedBy"`
	Ended     time.Time `json:"ended,omitzero"`
	Entry     int64     `json:"entry"`
}

// ApartEnd is the detail of ending a keep-apart order.
type ApartEnd struct {
	KeepApart string `json:"keepApart"`
	Reason    string `json:"reason"`
}

// InForce reports whether the order binds at an instant.
func (k *KeepApart) InForce(at time.Time) bool {
	return !at.Before(k.From) && (k.Until.IsZero() || at.Before(k.Until)) && (k.Ended.IsZero() || at.Before(k.Ended))
}

// same reports whether two orders keep the same people apart in the same way.
func (k *KeepApart) same(o *KeepApart) bool {
	return k.Level == o.Level && (k.Pairwise == o.Pairwise || len(k.Members) == 2) && slices.Equal(k.Members, o.Members)
}

// checked is the order with its members tidied, or why it cannot be.
func (k KeepApart) checked(s *State) (KeepApart, error) {
	if k.Level != CellLevel && k.Level != LandingLevel && k.Level != WingLevel {
		return k, InvalidInput("level-unknown", "level", string(k.Level))
	}
	if len(k.Members) > MaxApart {
		return k, InvalidInput("list-too-long")
	}
	for _, person := range k.Members {
		if s.People.Get(person) == nil {
			return k, Unknown("person", person)
		}
	}
	// Somebody named twice is named once; a list in which everybody is kept apart from
	// everybody in turn says no more than one pass over it.
	k.Members = tidyList(k.Members)
	if len(k.Members) < 2 {
		return k, InvalidInput("apart-from-nobody")
	}
	if len(k.Members) == 2 {
		k.Pairwise = true
	}
	if len(strings.TrimSpace(k.Reason)) < 3 {
		return k, InvalidInput("reason-missing")
	}
	if err := checkText("reason", k.Reason, 1000); err != nil {
		return k, err
	}
	if err := checkMoments("keepApart", k.From, k.Until); err != nil {
		return k, err
	}
	k.From, k.Until = Moment(k.From), Moment(k.Until)
	if !k.Until.IsZero() && !k.Until.After(k.From) {
		return k, InvalidInput("dates-reversed")
	}
	return k, nil
}

// ApartInForce returns a live order that already says what k says, or nil.
func (s *State) ApartInForce(k KeepApart, at time.Time) *KeepApart {
	k.Members = tidyList(k.Members)
	if len(k.Members) == 0 {
		return nil
	}
	for _, id := range s.derived.aparts[k.Members[0]] {
		if old := s.KeepAparts.Get(id); old.InForce(at) && old.same(&k) && (old.Until.IsZero() || (!k.Until.IsZero() && !old.Until.Before(k.Until))) {
			return old
		}
	}
	return nil
}

// OrderApart decides an order to keep people apart. One that a live order says already is
// refused (code "apart-already"). People who are together now do not keep it from being
// recorded: each place where they are opens a discrepancy, which stands until somebody
// answers for it.
func (s *State) OrderApart(k KeepApart, by string, at time.Time) (Entry, error) {
	if k.From.IsZero() {
		k.From = at
	}
	k, err := k.checked(s)
	if err != nil {
		return Entry{}, err
	}
	if old := s.ApartInForce(k, at); old != nil {
		return Entry{}, refuse(Conflict, 0, "apart-already", "apart", old.ID)
	}
	k.ID, k.Entry = "K"+strconv.FormatInt(s.Next, 10), s.Next
	k.OrderedBy, k.Ended = by, time.Time{}
	e := Entry{Kind: ApartOrdered, Happened: at, Detail: &k}
	for _, unit := range s.togetherNow(&k) {
		people := strings.Join(unit.people, ", ")
		e.contradict("kept-apart-together", "person", unit.people[0], "people", people, "place", unit.place, "level", string(k.Level))
	}
	return e, nil
}

// EndApart decides that a keep-apart order binds no longer.
func (s *State) EndApart(id, reason string, at time.Time) (Entry, error) {
	k := s.KeepAparts.Get(id)
	switch {
	case k == nil:
		return Entry{}, Unknown("keep-apart", id)
	case !k.Ended.IsZero():
		return Entry{}, refuse(Conflict, 0, "apart-ended", "apart", id)
	case len(strings.TrimSpace(reason)) < 3:
		return Entry{}, InvalidInput("reason-missing")
	}
	if err := checkText("reason", reason, 1000); err != nil {
		return Entry{}, err
	}
	return Entry{Kind: ApartEnded, Happened: at, Detail: &ApartEnd{id, reason}}, nil
}

// together are members of a keep-apart order who are in one cell, landing or wing.
type together struct {
	place  string
	people []string
}

// togetherNow finds where members are together against the order, places in order.
func (s *State) togetherNow(k *KeepApart) (list []together) {
	units := map[string][]string{}
	for _, person := range k.Members {
		if unit := s.unitOf(s.cellOf(person), k.Level); unit != "" {
			units[unit] = append(units[unit], person)
		}
	}
	for unit, people := range units {
		if len(people) > 1 && (k.Pairwise || len(people) == len(k.Members)) {
			list = append(list, together{unit, people})
		}
	}
	slices.SortFunc(list, func(a, b together) int { return strings.Compare(a.place, b.place) })
	return list
}

// Together returns who of a keep-apart order is together now against it, by prison number.
func (s *State) Together(k *KeepApart) (people []string) {
	for _, unit := range s.togetherNow(k) {
		people = append(people, unit.people...)
	}
	return people
}

// cellOf is the cell that a person is in, or "" for somebody who is in none: the rules of
// sharing bind where people are locked up together, not in a reception, an infirmary, a
// separation unit, a vehicle, a court or a hospital.
func (s *State) cellOf(person string) string {
	h := s.Holdings.Get(person)
	if h == nil || !h.Status.InCustody() {
		return ""
	}
	if p := s.Places.Get(h.At.Place); p == nil || p.Kind != Cell {
		return ""
	}
	return h.At.Place
}

// unitOf is the cell, landing or wing that a cell belongs to; "" for no cell.
func (s *State) unitOf(cell string, level Level) string {
	if cell == "" || level == CellLevel {
		return cell
	}
	wing, module, sector := "", "", ""
	for p := s.Places.Get(cell); p != nil; p = s.Places.Get(p.Parent) {
		switch p.Kind {
		case Landing:
			if level == LandingLevel {
				return p.Code
			}
		case Wing:
			wing = p.Code
		case Module:
			module = p.Code
		case Sector:
			sector = p.Code
		}
	}
	for _, unit := range []string{wing, module, sector} {
		if unit != "" {
			return unit
		}
	}
	return cell
}

// UnitOf is the code of the landing or wing that a cell counts under for keep-apart orders.
func (s *State) UnitOf(cell string, level Level) string { return s.unitOf(cell, level) }

// ApartsOf returns the keep-apart orders that name a person and have not been ended, oldest first.
func (s *State) ApartsOf(person string) []*KeepApart {
	list := []*KeepApart{}
	for _, id := range s.derived.aparts[person] {
		list = append(list, s.KeepAparts.Get(id))
	}
	return list
}

func applyApartOrdered(s *State, e *Entry) error {
	s.KeepAparts.put(e.Detail.(*KeepApart))
	return nil
}

func applyApartEnded(s *State, e *Entry) error {
	id := e.Detail.(*ApartEnd).KeepApart
	k := s.KeepAparts.Get(id)
	if k == nil {
		return Unknown("keep-apart", id)
	}
	edit(s.KeepAparts, k, func(k *KeepApart) { k.Ended = e.since() })
	return nil
}
