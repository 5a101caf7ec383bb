package places

import (
	"fmt"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are an establishment without places, and one of many in every state.
func Specimens() []page.Specimen {
	return []page.Specimen{
		{Name: "places/empty", Show: func(f page.Frame) templ.Component {
			return establishmentPage(f, Establishment{Row: Row{EstablishmentRoll: roll.EstablishmentRoll{Code: "CCT", Name: page.SpacedName}}, At: page.StillNow})
		}},
		{Name: "places/full", Show: func(f page.Frame) templ.Component { return establishmentPage(f, full()) }},
	}
}

func full() Establishment {
	e := Establishment{Row: Row{EstablishmentRoll: roll.EstablishmentRoll{Code: "CCT", Name: page.LongName, Roll: 41_230, Present: 41_000, Out: 12, Declared: 40_000, Certified: 20_480, Allowed: 20_416},
		Space: Space{Area: 272, People: 1, Crowded: 1}}, At: page.StillNow, Entry: 41_342}
	for _, legal := range []custody.LegalStatus{custody.Convicted, custody.Untried, custody.NoAuthority} {
		e.Statuses = append(e.Statuses, statusCount{legal, 1000})
	}
	for m := range 8 {
		g := group{Place: page.Place{Code: fmt.Sprintf("CCT-M%d", m+1), Name: page.OddNames[m%len(page.OddNames)]}, Kind: custody.Module, Present: 4000, Allows: 2560}
		for c := range 32 {
			g.Places = append(g.Places, roll.PlaceRoll{Code: fmt.Sprintf("CCT-M%d-C%02d", m+1, c+1), Name: fmt.Sprintf("Celda %d", c+1), Kind: custody.Cell, Present: c * 5, Capacity: 80, Certified: 80, Declared: 156,
				FloorArea: 27_200, OutOfUse: c == 31})
		}
		e.Groups = append(e.Groups, g)
	}
	return e
}
