package places

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/web/plans"
)

// Place is a part of an establishment: drawn, or, of a single place, who is in it and how much room they have.
type Place struct {
	Of            page.Place
	Kind          custody.PlaceKind
	Establishment page.Place
	Around        []page.Place // what it lies in, outermost first
	At            time.Time
	Entry         int64
	Present       int
	Drawing       Drawing
	Space         *cells.Space // of a cell
	Sheet         roll.PlaceRoll
	People        []plans.Someone // in a single place, whose records may be seen
	Unseen        int             // in it, whose records may not be seen
	Over          *custody.OverCapacity
	Signer        string
	Breaches      []plans.Breach
	Single        bool
}

func (d *pages) place(v *page.Visit) error {
	p, err := d.readPlace(v, v.Now)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, placePage(d.placeFrame(v, p), p))
}

func (d *pages) followPlace(v *page.Visit) error {
	p, err := d.readPlace(v, v.Now)
	if err != nil {
		return err
	}
	f := d.placeFrame(v, p)
	return d.Stream(v, "place "+f.Stream+" "+f.Tag().String()+" "+v.Scope(), func(now time.Time) (templ.Component, error) {
		p, err := d.readPlace(v, now)
		return placeParts(f.At(now), p), err
	})
}

func (d *pages) placeFrame(v *page.Visit, p Place) page.Frame {
	f := v.Frame("today", p.Of.Name, p.Establishment.Code)
	f.Trail = []page.Link{{Text: p.Establishment.Name, Address: page.EstablishmentAddress(p.Establishment.Code)}}
	for _, around := range p.Around {
		f.Trail = append(f.Trail, page.Link{Text: around.Name, Address: PlaceAddress(p.Establishment.Code, around.Code)})
	}
	f.Stream = PlaceAddress(p.Establishment.Code, p.Of.Code) + "/live" + query(kept(v))
	return f
}

func (d *pages) readPlace(v *page.Visit, now time.Time) (Place, error) {
	establishment, code := v.R.PathValue("code"), v.R.PathValue("place")
	if err := v.Sighted(); err != nil {
		return Place{}, err
	}
	p, inside := Place{At: now, Entry: d.Book.Size()}, map[string]bool{}
	d.Book.Read(func(s *custody.State) {
		if one := s.Places.Get(code); one != nil && one.Establishment == establishment && one.Kind != custody.VehiclePlace {
			p.Of, p.Kind, p.Establishment = page.PlaceIn(s, code), one.Kind, page.PlaceIn(s, establishment)
			for up := s.Places.Get(one.Parent); up != nil && up.Code != establishment; up = s.Places.Get(up.Parent) {
				p.Around = append(p.Around, page.PlaceIn(s, up.Code))
			}
			slices.Reverse(p.Around)
			under(s, code, inside)
		}
	})
	places := slices.DeleteFunc(d.roll.SeenBy(v.Official.Name).PlacesOf(establishment, now), func(one roll.PlaceRoll) bool { return !inside[one.Code] })
	if p.Of.Code == "" || len(places) == 0 {
		return Place{}, custody.Unknown("place", code)
	}
	for _, one := range places {
		p.Present += one.Present
	}
	p.Single = len(places) == 1 && places[0].Code == code
	if p.Single {
		p.Sheet = places[0]
		return p, d.readSingle(v, &p, now)
	}
	d.Book.Read(func(s *custody.State) { p.Drawing = drawingOf(s, code, places, v.R.URL.Query(), now) })
	return p, nil
}

// under gathers the codes of a place and of everything inside it.
func under(s *custody.State, code string, into map[string]bool) {
	into[code] = true
	for _, one := range s.Inside(code) {
		under(s, one, into)
	}
}

// readSingle reads who is in one place, how much room they have, and what stands against the rules there.
func (d *pages) readSingle(v *page.Visit, p *Place, now time.Time) error {
	if p.Kind == custody.Cell {
		space, err := d.cells.Space(p.Of.Code, now)
		if err != nil {
			return err
		}
		p.Space = &space
	}
	reads := v.May(custody.ReadRecords, p.Of.Code) == nil
	d.Book.Read(func(s *custody.State) {
		one := s.Places.Get(p.Of.Code)
		if one.Over.Live(now) {
			p.Over, p.Signer = one.Over, page.OfficialIn(s, one.Over.SignedBy)
		}
		if !reads {
			p.Unseen = p.Present
			return
		}
		for _, number := range s.Occupants(p.Of.Code) {
			if s.Sees(v.Official.Name, number) {
				p.People = append(p.People, plans.Someone{Number: number, Name: page.PersonIn(s, number)})
			} else {
				p.Unseen++
			}
		}
		for _, b := range s.StandingOf(p.Of.Code, now) {
			p.Breaches = append(p.Breaches, plans.BreachIn(s, b))
		}
	})
	slices.SortFunc(p.People, func(a, b plans.Someone) int { return strings.Compare(page.Fold(a.Name), page.Fold(b.Name)) })
	return nil
}
