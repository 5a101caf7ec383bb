package discrepancies

import (
	"fmt"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are the list with nothing in it, full, and with a resolution that was refused.
func Specimens() []page.Specimen {
	shown := func(name string, of func(f page.Frame) List) page.Specimen {
		return page.Specimen{Name: "discrepancies/" + name, Show: func(f page.Frame) templ.Component {
			f.Section = "discrepancies"
			return listPage(f, of(f))
		}}
	}
	return []page.Specimen{
		shown("empty", func(page.Frame) List { return List{OnlyOpen: true} }),
		shown("full", func(page.Frame) List { return full() }),
		shown("of-a-kind", func(page.Frame) List {
			l := full()
			l.Kind, l.OnlyOpen = "found-elsewhere", true
			return l
		}),
		shown("refused", func(f page.Frame) List {
			l := full()
			l.Failed, l.Form = "D40", page.Form{Values: map[string][]string{"explanation": {page.LongName}}}
			l.Form.Mend("explanation", f.Say("refusal.explanation-missing", "discrepancy", "D40"))
			return l
		}),
	}
}

func full() List {
	l := List{Open: len(page.OddNames), Done: "D39", Pages: page.Pages{Page: 3, Total: 40_000, Size: page.PageSize, Address: func(int) string { return "/discrepancies" }}}
	l.Kinds = []Group{{Kind: "found-elsewhere", Open: 42, Oldest: Discrepancy{&custody.Discrepancy{ID: "D40", Kind: "found-elsewhere", Since: page.StillNow.Add(-time.Hour)}, "", ""}},
		{Kind: "time-ahead", Open: 1, Oldest: Discrepancy{&custody.Discrepancy{ID: "D41", Kind: "time-ahead", Person: "1000000Y", Since: page.StillNow.Add(-time.Hour)}, page.LongName, ""}}}
	for i, name := range page.OddNames {
		since := page.StillNow.Add(-time.Duration(i) * time.Hour)
		d := custody.Discrepancy{ID: fmt.Sprintf("D4%d", i), Kind: "found-elsewhere", Person: "1000000Y", Place: "CCT-M1-C01", Since: since, Entry: 40, Params: map[string]string{"roll": name}}
		if i%2 == 1 {
			d.Resolution = &custody.Resolution{Discrepancy: d.ID, By: "duty", At: page.StillNow, Explanation: name}
		}
		l.List = append(l.List, Discrepancy{&d, name, name})
	}
	return l
}
