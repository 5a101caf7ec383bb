// Package places is the pages of an establishment's places: how many are in each, against what it may hold.
package places

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/web/people"
	"habeas.example/habeas/internal/web/plans"
)

type pages struct {
	*page.Door
	roll *roll.Desk
}

// Add adds the pages of places to the door.
func Add(d *page.Door, roll *roll.Desk) {
	p := &pages{d, roll}
	d.SignedIn("GET /establishments/{code}", p.establishment)
}

// Establishment is the roll of one establishment, place by place.
type Establishment struct {
	Row
	At       time.Time // when the numbers were true
	Entry    int64     // how many entries the book had then
	Groups   []group
	Statuses []statusCount
	Over     []plans.Breach // what stands against SPC-1
}

// overShown is how many breaches of SPC-1 stand beside the roll before the page links to the rest.
const overShown = 5

// group is the places directly inside one place, such as the cells of a module.
type group struct {
	Place           page.Place
	Kind            custody.PlaceKind
	Places          []roll.PlaceRoll
	Present, Allows int
	Space           Space
}

// statusCount is how many of a roll have a legal status.
type statusCount struct {
	Status custody.LegalStatus
	Count  int
}

func (d *pages) establishment(v *page.Visit) error {
	code := v.R.PathValue("code")
	if err := v.Sighted(); err != nil {
		return err
	}
	desk := d.roll.SeenBy(v.Official.Name)
	now := desk.Roll(v.Now, false)
	at := slices.IndexFunc(now.Establishments, func(e roll.EstablishmentRoll) bool { return e.Code == code })
	if at < 0 {
		return custody.Unknown("establishment", code)
	}
	p := Establishment{Row: RowOf(now.Establishments[at]), At: now.At, Entry: now.Entry}
	d.Book.Read(func(s *custody.State) {
		for _, b := range s.OverCapacity(code, now.At) {
			p.Over = append(p.Over, plans.BreachIn(s, b))
		}
	})
	places := desk.PlacesOf(code, now.At)
	d.Book.Read(func(s *custody.State) { p.Groups = groupsOf(s, places) })
	for _, status := range people.LegalStatuses {
		if n := p.EstablishmentRoll.Statuses[string(status)]; n > 0 {
			p.Statuses = append(p.Statuses, statusCount{status, n})
		}
	}
	return v.Show(http.StatusOK, establishmentPage(v.Frame("today", p.Name, code), p))
}

// groupsOf groups places by the place that they are directly in, by code.
func groupsOf(s *custody.State, places []roll.PlaceRoll) []group {
	var groups []group
	for _, p := range places {
		parent := s.Places.Get(s.Places.Get(p.Code).Parent)
		at := slices.IndexFunc(groups, func(g group) bool { return g.Place.Code == parent.Code })
		if at < 0 {
			at = len(groups)
			groups = append(groups, group{Place: page.Place{Code: parent.Code, Name: parent.Name}, Kind: parent.Kind})
		}
		g := &groups[at]
		g.Places = append(g.Places, p)
		g.Present += p.Present
		g.Space.add(p)
		if !p.OutOfUse {
			g.Allows += p.Capacity
		}
	}
	slices.SortFunc(groups, func(a, b group) int { return strings.Compare(a.Place.Code, b.Place.Code) })
	return groups
}

// fullness says how full a place is, for its colour; the number beside it says it too.
func fullness(p roll.PlaceRoll) string {
	switch {
	case p.OutOfUse:
		return "unused"
	case p.Present == 0:
		return "empty"
	case p.FloorArea > 0 && p.Kind == custody.Cell && p.Present > custody.CertifiedByArea(p.FloorArea):
		return "crowded"
	case p.Capacity > 0 && p.Present > p.Capacity:
		return "crowded"
	case p.Capacity > 0 && p.Present == p.Capacity:
		return "full"
	case p.Capacity > 0 && 4*p.Present > 3*p.Capacity:
		return "nearly"
	}
	return "room"
}

// Row is an establishment's roll with its space.
type Row struct {
	roll.EstablishmentRoll
	Space Space
}

// RowOf reads an establishment's space from its roll.
func RowOf(e roll.EstablishmentRoll) Row {
	return Row{EstablishmentRoll: e, Space: Space{Area: e.Area, People: e.Housed, Crowded: e.Crowded}}
}

// Aboard is how many of the roll sit in a vehicle that has not departed.
func (e Row) Aboard() int { return e.Roll - e.Present - e.Out }

// Space is the floor area of the cells that people live in, against the standard.
type Space struct {
	Area    int // square decimetres of the cells with somebody in them
	People  int // in those cells
	Crowded int // of those, in a cell with more people than its area allows
}

// Each is the square decimetres a person; 0 when nobody is in a cell of known area.
func (s Space) Each() float64 {
	if s.People == 0 {
		return 0
	}
	return float64(s.Area) / float64(s.People)
}

func (s *Space) add(p roll.PlaceRoll) {
	if p.Kind != custody.Cell || p.FloorArea == 0 || p.Present == 0 {
		return
	}
	s.Area, s.People = s.Area+p.FloorArea, s.People+p.Present
	if p.Present > custody.CertifiedByArea(p.FloorArea) {
		s.Crowded += p.Present
	}
}
