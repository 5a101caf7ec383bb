package places

import (
	"fmt"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/web/plans"
)

// Specimens are an establishment without places, and one of many in every state.
func Specimens() []page.Specimen {
	return []page.Specimen{
		{Name: "places/empty", Show: func(f page.Frame) templ.Component {
			return establishmentPage(f, Establishment{Row: Row{EstablishmentRoll: roll.EstablishmentRoll{Code: "CCT", Name: page.SpacedName}}, At: page.StillNow})
		}},
		{Name: "places/cell", Show: func(f page.Frame) templ.Component { return placePage(f, cell()) }},
		{Name: "places/full", Show: func(f page.Frame) templ.Component { return establishmentPage(f, full()) }},
	}
}

func full() Establishment {
	e := Establishment{Row: Row{EstablishmentRoll: roll.EstablishmentRoll{Code: "CCT", Name: page.LongName, Roll: 41_230, Present: 41_000, Out: 12, Declared: 40_000, Certified: 20_480, Allowed: 20_416},
		Space: Space{Area: 272, People: 1, Crowded: 1}}, At: page.StillNow, Entry: 41_342}
	for _, legal := range []custody.LegalStatus{custody.Convicted, custody.Untried, custody.NoAuthority} {
		e.Statuses = append(e.Statuses, statusCount{legal, 1000})
	}
	e.Drawing = Drawing{Establishment: "CCT", By: "occupancy", Levels: colours[0].Levels, Whole: true, address: "/establishments/CCT"}
	for m := range 8 {
		b := Branch{Place: page.Place{Code: fmt.Sprintf("CCT-M%d", m+1), Name: page.OddNames[m%len(page.OddNames)]}, Present: 4000, Allows: 2560}
		for c := range 32 {
			one := roll.PlaceRoll{Kind: custody.Cell, Present: c * 5, Capacity: 80, Certified: 80, FloorArea: 27_200, OutOfUse: c == 31}
			n := Node{Place: page.Place{Code: fmt.Sprintf("CCT-M%d-C%02d", m+1, c+1), Name: fmt.Sprintf("Celda %d", c+1)}, Kind: custody.Cell}
			n.add(&one, judgement{level: fullness(one)}, e.Drawing.Levels)
			b.Nodes = append(b.Nodes, n)
		}
		e.Drawing.Branches = append(e.Drawing.Branches, b)
		e.Drawing.Table = append(e.Drawing.Table, b.Nodes[:6]...)
	}
	e.Drawing.Pages = page.Paged("/establishments/CCT", nil, 256, page.PageSize)
	return e
}

// cell is a cell in which everything is wrong.
func cell() Place {
	no, yes := false, true
	p := Place{Of: page.Place{Code: "CCT-M1-C01", Name: page.LongName}, Kind: custody.Cell, Establishment: page.Place{Code: "CCT", Name: page.SpacedName}, At: page.StillNow, Entry: 41_342,
		Present: 83, Single: true, Unseen: 77, Sheet: roll.PlaceRoll{Kind: custody.Cell, Present: 83, Capacity: 85, Certified: 80, Declared: 156, FloorArea: 27_200},
		Space: &cells.Space{FloorArea: 27_200, PerPerson: 327, SPC1: &no, SPC3: &no, SPC2: &yes, Planned: 2, Classes: []string{"M/adult/convicted"}, For: custody.Designation{Features: []string{custody.Wheelchair}}},
		Over:  &custody.OverCapacity{Capacity: 85, Until: page.StillNow.AddDate(0, 1, 0), Reason: page.ScriptName}, Signer: page.EmojiName}
	for i, name := range page.OddNames {
		p.People = append(p.People, plans.Someone{Number: fmt.Sprintf("10000%02d", i), Name: name})
	}
	p.Breaches = []plans.Breach{{Breach: custody.Breach{Rule: "keep-apart", Code: "kept-apart", Since: page.StillNow}, At: p.Of, People: p.People[:2]}}
	return p
}
