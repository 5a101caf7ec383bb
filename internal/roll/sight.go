package roll

import (
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
)

// SeenBy is the desk as an official sees it: its lists, numbers and records are of the
// places that they serve alone, and whoever is elsewhere is not in the register. The desk
// itself sees everything: for the console, and for what the program does on its own.
func (d *Desk) SeenBy(official string) *Desk {
	seen := *d
	seen.by = official
	return &seen
}

// sees reports whether the record of a person may be shown.
func (d *Desk) sees(s *custody.State, person string) bool { return d.by == "" || s.Sees(d.by, person) }

// whole reports whether everything may be shown, which is asked first, since it is then
// not asked of each person.
func (d *Desk) whole(s *custody.State) bool {
	return d.by == "" || s.May(d.by, custody.ReadRecords, custody.WholeService) == nil
}

// seesPlace reports whether the numbers of a place may be shown.
func (d *Desk) seesPlace(s *custody.State, code string) bool {
	return d.by == "" || s.May(d.by, custody.ReadRoll, code) == nil
}

// seesDispute reports whether a discrepancy may be shown.
func (d *Desk) seesDispute(s *custody.State, disc *custody.Discrepancy) bool {
	switch {
	case d.by == "":
		return true
	case disc.Params["expected"] != "" && s.Blind(d.by):
		return false // it says what a landing was expected to hold when a count before this one ended
	case disc.Kind == "place-over-capacity" && s.Blind(d.by):
		return false // it says that a place, which may be a landing, is more than full
	case disc.Person != "":
		return s.Sees(d.by, disc.Person)
	case disc.Place != "":
		return s.May(d.by, custody.ReadRecords, disc.Place) == nil
	}
	return s.May(d.by, custody.ReadRecords, s.EndsOf(disc.Transfer)...) == nil
}

// citedAt are the places of those whose records name a file; none: nobody's does yet.
func citedAt(s *custody.State, official, hash string) []string {
	var places []string
	for _, person := range s.CitedBy(hash) {
		places = append(places, s.SeenAt(official, person)...)
	}
	return places
}

// Colleague is an official as another sees them. What they do and where is for those who keep, or watch, the officials; a name
// is for everybody who works where they do, or with those who serve everywhere.
type Colleague struct {
	Name          string         `json:"name"`
	FullName      string         `json:"fullName"`
	Roles         []custody.Role `json:"roles,omitempty" doc:"For whoever may read the officials of where they serve, and for themselves."`
	Establishment string         `json:"establishment,omitempty" doc:"Where they serve; with roles and nothing here: the whole service."`
	Places        []string       `json:"places,omitempty" doc:"The modules or other places of it that they serve alone."`
	Dismissed     time.Time      `json:"dismissed,omitzero"`
}

// Colleagues are the officials that the desk's official may know of, by user name. Who no longer is in office is known to those
// alone who may read where they served.
func (d *Desk) Colleagues() []Colleague {
	list := []Colleague{}
	d.book.Read(func(s *custody.State) {
		for o := range s.Officials.All() {
			served := s.ServedBy(o.Name)
			switch {
			case d.by == "" || o.Name == d.by || s.May(d.by, custody.ReadOfficials, served...) == nil:
				list = append(list, Colleague{o.Name, o.FullName, o.Roles, o.Establishment, o.Places, o.Dismissed})
			case !o.Dismissed.IsZero():
			case len(o.Posts()) == 0 && s.May(d.by, custody.ReadColleagues) == nil, s.May(d.by, custody.ReadColleagues, served...) == nil:
				list = append(list, Colleague{Name: o.Name, FullName: o.FullName})
			}
		}
	})
	slices.SortFunc(list, func(a, b Colleague) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// narrowed is the roll as an official sees it: what a counter must not know left out, and
// for whoever does not serve the whole service the establishments that they serve and, of an
// establishment of which they serve a part, that part alone.
func (d *Desk) narrowed(s *custody.State, n Now) Now {
	if d.by == "" {
		return n
	}
	blind := s.Blind(d.by)
	if blind {
		n.Withheld, n.Places, n.OverCapacity = true, nil, []custody.Breach{}
	}
	if s.May(d.by, custody.ReadRoll, custody.WholeService) == nil {
		return n
	}
	places := placesOf(s, n.At, func(p *custody.Place) bool { return d.seesPlace(s, p.Code) })
	seen := Now{At: n.At, Entry: n.Entry, Withheld: n.Withheld, AtLarge: n.AtLarge, Establishments: []EstablishmentRoll{}, Statuses: map[string]int{}, OverCapacity: []custody.Breach{}}
	for _, breach := range s.OverCapacity("", n.At) {
		if !d.seesPlace(s, breach.Place) {
			continue
		}
		if seen.OverCapacityPlaces++; !blind && len(seen.OverCapacity) < overCapacityShown {
			seen.OverCapacity = append(seen.OverCapacity, breach)
		}
	}
	for _, e := range n.Establishments {
		if d.seesPlace(s, e.Code) {
			seen.Establishments = append(seen.Establishments, e)
			seen.Held += e.Roll
			for status, count := range e.Statuses {
				seen.Statuses[status] += count
			}
			continue
		}
		if blind {
			continue // a part may be a single landing
		}
		part := EstablishmentRoll{Code: e.Code, Name: e.Name, Zone: e.Zone, Statuses: map[string]int{}}
		inside := map[string]bool{}
		for _, p := range places {
			if p.Establishment == e.Code {
				part.add(p)
				inside[p.Code] = true
			}
		}
		if len(inside) == 0 {
			continue
		}
		for h := range s.Holdings.All() {
			if h.Status.InCustody() && h.At.Establishment == e.Code && inside[h.At.Place] {
				part.Statuses[string(custody.StatusOf(s.PapersOf(h.Person), n.At))]++
			}
		}
		for status, count := range part.Statuses {
			seen.Statuses[status] += count
		}
		seen.Held += part.Roll
		seen.Establishments = append(seen.Establishments, part)
	}
	for _, p := range n.Places {
		if d.seesPlace(s, p.Code) {
			seen.Places = append(seen.Places, p)
		}
	}
	for disc := range s.StandingDiscrepancies() {
		if d.seesDispute(s, disc) {
			seen.Discrepancies++
		}
	}
	seen.Overdue = seen.Statuses[string(custody.NoAuthority)]
	return seen
}

// add counts a place into the part of an establishment that is seen.
func (e *EstablishmentRoll) add(p PlaceRoll) {
	e.Roll, e.Present = e.Roll+p.Present, e.Present+p.Present
	e.Declared += p.Declared
	if p.Kind != custody.Cell {
		return
	}
	if !p.OutOfUse {
		e.Certified, e.Allowed = e.Certified+p.Certified, e.Allowed+p.Capacity
	}
	if p.FloorArea > 0 && p.Present > 0 {
		e.Area, e.Housed = e.Area+p.FloorArea, e.Housed+p.Present
		if p.Present > custody.CertifiedByArea(p.FloorArea) {
			e.Crowded += p.Present
		}
	}
}
