package page

import (
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
)

// Place is a place as a page names it. The zero Place is nowhere.
type Place struct{ Code, Name string }

// PlaceIn names a place of the register; one that is not in it has its code as its name.
func PlaceIn(s *custody.State, code string) Place {
	p := s.Places.Get(code)
	switch {
	case p == nil, p.Kind == custody.VehiclePlace: // a vehicle's name is the end of its code
		return Place{code, code}
	}
	return Place{p.Code, p.Name}
}

// EstablishmentsIn are all establishments of the service, by code.
func EstablishmentsIn(s *custody.State) []Place {
	var list []Place
	for p := range s.Places.All() {
		if p.Kind == custody.Establishment {
			list = append(list, Place{p.Code, p.Name})
		}
	}
	slices.SortFunc(list, func(a, b Place) int { return strings.Compare(a.Code, b.Code) })
	return list
}

// OfficialIn is the full name of an official, or the user name of one whom the book does not know (the first entries are
// made before anybody is appointed).
func OfficialIn(s *custody.State, name string) string {
	if o := s.Officials.Get(name); o != nil && o.FullName != "" {
		return o.FullName
	}
	return name
}

// PersonIn is the full name of a person; empty for a number that the register does not have.
func PersonIn(s *custody.State, number string) string {
	if p := s.People.Get(number); p != nil {
		return p.FullName()
	}
	return ""
}

// ShortCode is a place's code without what it shares with the place around it.
func ShortCode(code, around string) string {
	if s := strings.TrimPrefix(code, around+"-"); s != "" {
		return s
	}
	return code
}

// zoneOf returns the time zone of an establishment. With none it is the zone that all establishments have, or UTC where
// they differ.
func zoneOf(s *custody.State, establishment string) *time.Location {
	name := ""
	if e := s.Places.Get(establishment); e != nil {
		name = e.Zone
	} else {
		for p := range s.Places.All() {
			if p.Kind != custody.Establishment {
				continue
			}
			if name != "" && name != p.Zone {
				return time.UTC
			}
			name = p.Zone
		}
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC // the page names its zone, so the times stay true
	}
	return zone
}
