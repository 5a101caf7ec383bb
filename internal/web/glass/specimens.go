package glass

import (
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are the page of broken glass with none, with much, refused, and for whoever can break none.
func Specimens() []page.Specimen {
	show := func(name string, make func(f page.Frame) Glass) page.Specimen {
		return page.Specimen{Name: "glass/" + name, Show: func(f page.Frame) templ.Component { return glassPage(f, make(f)) }}
	}
	blank := Glass{May: true, Roles: []string{"records", "health"}, Places: []page.Place{{Code: "CCT", Name: page.SpacedName}, {Code: "PSM", Name: page.RightToLeft}}}
	return []page.Specimen{
		show("none", func(page.Frame) Glass { return blank }),
		show("wanted", func(page.Frame) Glass {
			g := blank
			g.Next = "/people/" + page.LongName
			return g
		}),
		show("everywhere", func(page.Frame) Glass {
			g := blank
			g.All, g.Done = true, "mended"
			return g
		}),
		show("refused", func(f page.Frame) Glass {
			g := blank
			g.Form = page.Form{Values: map[string][]string{"reason": {"x"}, "places": {"CCT"}, "place": {page.EmojiName}, "hours": {"9"}}}
			g.Form.Mend("reason", f.Say("refusal.reason-too-short", "min", "10"))
			g.Form.Mend("place", f.Say("refusal.unknown-place", "place", page.EmojiName))
			g.Form.Mend("hours", f.Say("page.glass.hours-missing"))
			g.Form.Mend("roles", f.Say("refusal.glass-empty"))
			return g
		}),
		show("broken", func(page.Frame) Glass {
			g := Glass{}
			for i, name := range page.OddNames {
				g.Broken = append(g.Broken, Broken{Name: name, Own: i == 0, Places: []page.Place{{Code: "CCT", Name: page.SpacedName}, {Code: custody.WholeService}},
					Glass: custody.Glass{ID: "G41342", Reason: page.OddNames[(i+2)%len(page.OddNames)], Roles: []custody.Role{custody.HealthStaff}, From: page.StillNow.Add(-time.Hour), Until: page.StillNow.Add(time.Hour), Entry: 41_342}})
			}
			return g
		}),
	}
}
