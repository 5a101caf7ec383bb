// Package places is the pages of an establishment's places: how many are in each, against what it may hold.
package places

import (
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/web/people"
	"habeas.example/habeas/internal/web/plans"
)

type pages struct {
	*page.Door
	roll  *roll.Desk
	cells *cells.Desk
}

// Add adds the pages of places to the door.
func Add(d *page.Door, roll *roll.Desk, cells *cells.Desk) {
	p := &pages{d, roll, cells}
	d.SignedIn("GET /establishments/{code}", p.establishment)
	d.SignedIn("GET /establishments/{code}/live", p.follow)
	d.SignedIn("GET /establishments/{code}/places/{place}", p.place)
	d.SignedIn("GET /establishments/{code}/places/{place}/live", p.followPlace)
}

// Establishment is the roll of one establishment, place by place.
type Establishment struct {
	Row
	At       time.Time // when the numbers were true
	Entry    int64     // how many entries the book had then
	Drawing  Drawing
	Statuses []statusCount
	Over     []plans.Breach // what stands against SPC-1
}

func (d *pages) establishment(v *page.Visit) error {
	f := d.establishmentFrame(v)
	p, err := d.readEstablishment(v, v.Now)
	if err != nil {
		return err
	}
	f.Title = p.Name
	return v.Show(http.StatusOK, establishmentPage(f, p))
}

func (d *pages) establishmentFrame(v *page.Visit) page.Frame {
	code := v.R.PathValue("code")
	f := v.Frame("today", "", code)
	f.Stream = page.EstablishmentAddress(code) + "/live" + query(kept(v))
	return f
}

// follow keeps the page live.
func (d *pages) follow(v *page.Visit) error {
	if _, err := d.readEstablishment(v, v.Now); err != nil {
		return err
	}
	f := d.establishmentFrame(v)
	return d.Stream(v, "establishment "+f.Stream+" "+f.Tag().String()+" "+v.Scope(), func(now time.Time) (templ.Component, error) {
		p, err := d.readEstablishment(v, now)
		return establishmentParts(f.At(now), p), err
	})
}

func (d *pages) readEstablishment(v *page.Visit, at time.Time) (Establishment, error) {
	code := v.R.PathValue("code")
	if err := v.Sighted(); err != nil {
		return Establishment{}, err
	}
	desk := d.roll.SeenBy(v.Official.Name)
	now := desk.Roll(at, false)
	i := slices.IndexFunc(now.Establishments, func(e roll.EstablishmentRoll) bool { return e.Code == code })
	if i < 0 {
		return Establishment{}, custody.Unknown("establishment", code)
	}
	p := Establishment{Row: RowOf(now.Establishments[i]), At: now.At, Entry: now.Entry}
	places := desk.PlacesOf(code, now.At)
	d.Book.Read(func(s *custody.State) {
		for _, b := range s.OverCapacity(code, now.At) {
			p.Over = append(p.Over, plans.BreachIn(s, b))
		}
		p.Drawing = drawingOf(s, code, places, v.R.URL.Query(), now.At)
	})
	for _, status := range people.LegalStatuses {
		if n := p.EstablishmentRoll.Statuses[string(status)]; n > 0 {
			p.Statuses = append(p.Statuses, statusCount{status, n})
		}
	}
	return p, nil
}

// overShown is how many breaches of SPC-1 stand beside the roll before the page links to the rest.
const overShown = 5

// statusCount is how many of a roll have a legal status.
type statusCount struct {
	Status custody.LegalStatus
	Count  int
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
