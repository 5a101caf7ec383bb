package rolls

import (
	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are the page with nothing asked, a roll, a difference, and a refusal.
func Specimens() []page.Specimen {
	earlier := page.StillNow.AddDate(0, 0, -1)
	return []page.Specimen{
		{Name: "rolls/empty", Show: func(f page.Frame) templ.Component { return rollPage(f, Past{}) }},
		{Name: "rolls/at", Show: func(f page.Frame) templ.Component {
			e := roll.EstablishmentRoll{Code: "CCT", Name: page.LongName, Roll: 40_000, Present: 39_988, Out: 12}
			e.Count.Cleared = &custody.ClearedCount{ID: "C41342", Number: 40_000, At: earlier, FullName: page.RightToLeft}
			return rollPage(f, Past{At: earlier, Roll: &roll.Now{At: earlier, Held: 40_000, Establishments: []roll.EstablishmentRoll{e, {Code: "PSM", Name: page.EmojiName}}}})
		}},
		{Name: "rolls/difference", Show: func(f page.Frame) templ.Component {
			p := Past{Difference: &roll.Difference{From: earlier, To: page.StillNow, HeldFrom: 39_000, HeldTo: 40_000, Landings: []roll.LandingChanges{{Landing: "CCT-M1-C01", Name: page.SpacedName, From: 79, To: 80}}}}
			for _, name := range page.OddNames {
				p.Moved = append(p.Moved, Change{roll.Change{Number: "10000012", Name: name, Since: earlier}, page.Place{Code: "CCT-M1-C01", Name: page.LongName}, page.Place{Code: "CCT-M1-C02", Name: name}})
			}
			p.Came, p.Left = p.Moved[:1], p.Moved[1:3]
			p.Pages = page.Paged("/roll", nil, 2000, page.PageSize)
			return rollPage(f, p)
		}},
		{Name: "rolls/refused", Show: func(f page.Frame) templ.Component {
			p := Past{Form: page.Form{Values: map[string][]string{"at": {page.ScriptName}}}}
			p.Form.Mend("at", f.Say("page.form.bad-time"))
			return rollPage(f, p)
		}},
	}
}
