package reception

import (
	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are the reception desk with a bus at its gate, and with each sort of person at the counter.
func Specimens() []page.Specimen {
	desk := func(name string, make func(f page.Frame) Desk) page.Specimen {
		return page.Specimen{Name: "reception/" + name, Show: func(f page.Frame) templ.Component { return deskPage(f, make(f)) }}
	}
	at := func(change func(page.Frame, *Card)) func(f page.Frame) Desk {
		return func(f page.Frame) Desk {
			d := Desk{Bus: bus(custody.HandoverDone)}
			c := Card{Arrival: d.Bus.Waiting[1], Person: custody.Person{Birth: "1999-02-28", Sex: "M", Aliases: page.OddNames}, Papers: custody.Convicted, Waits: true}
			change(f, &c)
			d.Card = &c
			return d
		}
	}
	return []page.Specimen{
		{Name: "reception/none", Show: func(f page.Frame) templ.Component { return listPage(f, nil) }},
		{Name: "reception/list", Show: func(f page.Frame) templ.Component {
			return listPage(f, []Bus{bus(custody.HandoverOpen), bus(custody.HandoverDone)})
		}},
		desk("offered", func(page.Frame) Desk { return Desk{Bus: bus(custody.HandoverOpen)} }),
		desk("not-mine", func(page.Frame) Desk { return Desk{Bus: bus(custody.HandoverOpen), Why: page.LongName} }),
		desk("next", func(page.Frame) Desk {
			b := bus(custody.HandoverDone)
			return Desk{Bus: b, Done: &b.Placed[0]}
		}),
		desk("nobody", func(page.Frame) Desk { return Desk{Bus: bus(custody.HandoverDone), Query: page.ScriptName} }),
		desk("several", func(page.Frame) Desk {
			b := bus(custody.HandoverDone)
			return Desk{Bus: b, Query: "a", Found: b.Waiting}
		}),
		desk("finished", func(page.Frame) Desk {
			b := bus(custody.HandoverDone)
			b.Placed, b.Waiting = append(b.Placed, b.Waiting...), nil
			return Desk{Bus: b}
		}),
		desk("card", at(func(page.Frame, *Card) {})),
		desk("card-unfit", at(func(_ page.Frame, c *Card) {
			c.Overdue, c.Open, c.Unfit, c.Nearest = true, 2, page.SpacedName, []string{"CCT-M1-C02", "CCT-M1-C03"}
		})),
		desk("card-refused", at(func(f page.Frame, c *Card) {
			c.Form = page.Form{Values: map[string][]string{"cell": {page.EmojiName}}}
			c.Form.Mend("cell", f.Say("refusal.unknown-place", "place", page.EmojiName))
		})),
		desk("card-placed", at(func(_ page.Frame, c *Card) { c.Waits = false })),
		desk("card-lost", at(func(_ page.Frame, c *Card) { c.Waits, c.What = false, string(custody.Lost) })),
	}
}

// bus is a bus with people whose names break pages.
func bus(status custody.HandoverStatus) Bus {
	b := Bus{Handover: custody.Handover{ID: "H41", Transfer: "TR-2031-0008", Kind: custody.Arriving, Status: status, Offered: page.StillNow}, Vehicles: []string{"B01"},
		To: page.Place{Code: "CCT", Name: page.SpacedName}, Giver: page.EmojiName}
	for i, name := range page.OddNames {
		a := Arrival{Number: "100000" + string(rune('0'+i)) + "Y", Name: name, Planned: page.Place{Code: "CCT-M1-C01", Name: page.SpacedName}, Now: page.Place{Code: "CCT-M1-C01", Name: "Celda 1"}, Since: page.StillNow}
		b.Waiting = append(b.Waiting, a)
		if i < 2 {
			b.Placed = append(b.Placed, a)
			a.What = string(custody.Dead)
			b.Exceptions = append(b.Exceptions, a)
		}
	}
	return b
}
