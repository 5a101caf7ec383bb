package custody

import (
	"cmp"
	"slices"
	"time"
)

// Designation is whom a place is for and what it offers. It binds the cells inside it too.
type Designation struct {
	Sex      string      `json:"sex,omitempty"`      // "M" or "F"; empty: not said
	Age      AgeClass    `json:"age,omitempty"`      // Adult or Child; empty: not said
	Legal    LegalStatus `json:"legal,omitempty"`    // Untried or Convicted; empty: not said
	Features []string    `json:"features,omitempty"` // what it offers, e.g. "wheelchair"; sorted
}

// check refuses a designation that no place can have.
func (d *Designation) check(place string) error {
	if d.Sex != "" && d.Sex != "M" && d.Sex != "F" {
		return InvalidInput("sex-unknown", "place", place, "sex", d.Sex)
	}
	if (d.Age != "" && d.Age != Adult && d.Age != Child) || (d.Legal != "" && d.Legal != Untried && d.Legal != Convicted) {
		return InvalidInput("designation-unknown", "place", place)
	}
	if len(d.Features) > 20 {
		return InvalidInput("list-too-long")
	}
	for _, f := range d.Features {
		if err := checkCode("feature", f); err != nil {
			return err
		}
	}
	d.Features = tidyList(d.Features)
	return nil
}

// Designate decides whom a place is for and what it offers, from now on. Those in it who do
// not fit are not moved by it: they are a standing breach until they are.
func (s *State) Designate(place string, d Designation, at time.Time) (Entry, error) {
	p := s.Places.Get(place)
	if p == nil {
		return Entry{}, Unknown("place", place)
	}
	if p.Kind == VehiclePlace || p.Kind.Outside() {
		return Entry{}, InvalidInput("place-holds-nobody", "place", place, "kind", string(p.Kind))
	}
	if err := d.check(place); err != nil {
		return Entry{}, err
	}
	return Entry{Kind: PlaceDesignated, Place: place, Happened: at, Detail: &d}, nil
}

func applyPlaceDesignated(s *State, e *Entry) error {
	return s.editPlace(e.Place, func(p *Place) {
		d := e.Detail.(*Designation)
		p.Sex, p.Age, p.Legal, p.Features = d.Sex, d.Age, d.Legal, d.Features
	})
}

// DesignationOf is whom a place is for and what it offers, by itself and by what it lies in:
// what is nearest to it counts, and everything that is offered around it.
func (s *State) DesignationOf(place string) (d Designation) {
	for p := s.Places.Get(place); p != nil; p = s.Places.Get(p.Parent) {
		d.Sex, d.Age, d.Legal = cmp.Or(d.Sex, p.Sex), cmp.Or(d.Age, p.Age), cmp.Or(d.Legal, p.Legal)
		d.Features = append(d.Features, p.Features...)
	}
	return d
}

// bars says for which of sex, age and legal status a class of people is barred. Whoever
// waits for the decision where to be placed is alone wherever they are.
func (d *Designation) bars(c Class) (sex, age, legal bool) {
	return d.Sex != "" && c.Sex != d.Sex && c.Sex != "X", d.Age != "" && c.Age != d.Age && c.Age != AgeUnknown, d.Legal != "" && c.Legal != d.Legal
}

// Offers reports whether a place has a feature, itself or by what it lies in. Infirmaries
// meet the need of one.
func (s *State) Offers(p *Place, feature string) bool {
	for up := p; up != nil; up = s.Places.Get(up.Parent) {
		if slices.Contains(up.Features, feature) {
			return true
		}
	}
	return feature == InInfirmary && p.Kind == Infirmary
}
