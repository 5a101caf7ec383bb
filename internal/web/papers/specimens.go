package papers

import (
	"net/url"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/web/page"
)

// Specimens are the pages in every state.
func Specimens() []page.Specimen {
	return []page.Specimen{
		{Name: "papers/list", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.papers.title")
			return papersPage(f, Papers{Establishments: []page.Place{{Code: "CCT", Name: "Centro La Cumbre (inventado)"}, {Code: "PSM", Name: page.LongName}}, Printed: "41342"})
		}},
		{Name: "papers/list-empty", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.papers.title")
			return papersPage(f, Papers{})
		}},
		{Name: "papers/list-refused", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.papers.title")
			form := page.Form{Values: url.Values{"kind": {"manifest"}, "of": {page.ScriptName}}}
			form.Mend("of", f.Say("page.papers.of-missing"))
			return papersPage(f, Papers{Form: form})
		}},
		{Name: "papers/enter", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.papers.enter-title")
			return sheetPage(f, Sheet{Done: "CCT-310314-031500-1", Lines: 7, Admits: true})
		}},
		{Name: "papers/enter-refused", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.papers.enter-title")
			form := page.Form{Values: url.Values{"form": {"CCT-1"}, "hand": {page.RightToLeft}, "line-1": {"1"}, "line-2": {"2"}, "line-3": {"2"}, "line-5": {"5"}, "person-5": {page.EmojiName}, "note-2": {page.SpacedName}, "family-5": {page.ScriptName}}}
			form.Mend("person-5", f.Say("refusal.prison-number-malformed", "number", page.EmojiName))
			form.Mend("line-2", f.Say("page.papers.line-twice", "line", 2))
			return sheetPage(f, Sheet{Form: form, Admits: true})
		}},
	}
}
