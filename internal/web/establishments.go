package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
)

// establishmentPage is the roll of one establishment, place by place.
type establishmentPage struct {
	establishmentRow
	At       time.Time // when the numbers were true
	Entry    int64     // how many entries the book had then
	Groups   []group
	Statuses []statusCount
}

// group is the places directly inside one place, such as the cells of a module.
type group struct {
	Place           place
	Kind            custody.PlaceKind
	Places          []roll.PlaceRoll
	Present, Allows int
	Space           space
}

// statusCount is how many of a roll have a legal status.
type statusCount struct {
	Status custody.LegalStatus
	Count  int
}

func (d *door) establishment(v *visit) error {
	code := v.r.PathValue("code")
	now := d.rollNow(v.now, settle).roll
	at := slices.IndexFunc(now.Establishments, func(e roll.EstablishmentRoll) bool { return e.Code == code })
	if at < 0 {
		return custody.Unknown("establishment", code)
	}
	p := establishmentPage{establishmentRow: rowOfEstablishment(now.Establishments[at]), At: now.At, Entry: now.Entry}
	places := d.Roll.PlacesOf(code, now.At)
	d.Book.Read(func(s *custody.State) { p.Groups = groupsOf(s, places) })
	for _, status := range legalStatuses {
		if n := p.EstablishmentRoll.Statuses[string(status)]; n > 0 {
			p.Statuses = append(p.Statuses, statusCount{status, n})
		}
	}
	return v.show(http.StatusOK, establishmentRoll(d.frame(v, "today", p.Name, code), p))
}

// groupsOf groups places by the place that they are directly in, by code.
func groupsOf(s *custody.State, places []roll.PlaceRoll) []group {
	var groups []group
	for _, p := range places {
		parent := s.Places.Get(s.Places.Get(p.Code).Parent)
		at := slices.IndexFunc(groups, func(g group) bool { return g.Place.Code == parent.Code })
		if at < 0 {
			at = len(groups)
			groups = append(groups, group{Place: place{parent.Code, parent.Name}, Kind: parent.Kind})
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

// short is a place's code without what it shares with the place around it.
func short(code, around string) string {
	if s := strings.TrimPrefix(code, around+"-"); s != "" {
		return s
	}
	return code
}

func sortPlaces(list []place) {
	slices.SortFunc(list, func(a, b place) int { return strings.Compare(a.Code, b.Code) })
}

func establishmentAddress(code string) string { return "/establishments/" + url.PathEscape(code) }
