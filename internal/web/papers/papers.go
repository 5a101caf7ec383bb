// Package papers is the pages of what is printed, and of what was written on paper while there was no system.
package papers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

type pages struct {
	*page.Door
	roll *roll.Desk
}

// Add adds the pages of papers to the door.
func Add(d *page.Door, roll *roll.Desk) {
	p := &pages{d, roll}
	d.Section(page.Section{Name: "papers", Address: "/papers", Within: "today", Needs: custody.ReadRecords})
	d.Permitted(custody.ReadRecords, "GET /papers", p.show)
	d.Permitted(custody.ReadRecords, "GET /papers/print", p.print)
	d.Permitted(custody.ReadRecords, "POST /papers/rolls", p.printRoll)
	d.Permitted(custody.StateFacts, "GET /papers/enter", p.ask)
	d.Accepts(maxSheet, custody.StateFacts, "POST /papers/enter", p.enter)
}

// Kinds are the documents that can be asked for here, as their addresses name them, and what each is of.
var Kinds = []Kind{
	{"roll-sheet", "place"}, {"manifest", "transfer"}, {"escort-records", "transfer"}, {"escort-record", "person"}, {"handover", "handover"}, {"count-sheet", "count"}, {"count-slips", "count"},
	{"wristband", "person"}, {"wristbands", "transfer"}, {"place-wristbands", "place"}, {"door-labels", "place"}, {"custody-receipt", "person"}, {"receipt", "entry"},
}

// Kind is a document and what it is of.
type Kind struct{ Name, Of string }

// Papers is the page: the roll and the forms for when there is no system, and every other document.
type Papers struct {
	Establishments []page.Place
	Printed        string // number of the entry of a roll that was printed just now
	Form           page.Form
}

func (p *pages) show(v *page.Visit) error {
	return p.list(v, http.StatusOK, Papers{Printed: numeric(v.R.URL.Query().Get("printed")), Form: page.Form{Values: chosen(v.R.URL.Query())}})
}

// chosen is what another page has chosen already; nil for nothing.
func chosen(q url.Values) url.Values {
	if q.Get("kind") == "" {
		return nil
	}
	return url.Values{"kind": {q.Get("kind")}, "of": {q.Get("of")}, "vehicle": {q.Get("vehicle")}}
}

// numeric is a text that is a number; anything else is nothing.
func numeric(text string) string {
	if len(text) > 18 || strings.Trim(text, "0123456789") != "" {
		return ""
	}
	return text
}

func (p *pages) list(v *page.Visit, status int, list Papers) error {
	for _, e := range p.roll.SeenBy(v.Official.Name).Roll(v.Now, false).Establishments {
		list.Establishments = append(list.Establishments, page.Place{Code: e.Code, Name: e.Name})
	}
	return v.Show(status, papersPage(v.Frame("papers", v.Say("page.papers.title"), ""), list))
}

// print leads to a document.
func (p *pages) print(v *page.Visit) error {
	q := v.R.URL.Query()
	kind, of := q.Get("kind"), strings.TrimSpace(q.Get("of"))
	form := page.Form{Values: q}
	if !slices.ContainsFunc(Kinds, func(k Kind) bool { return k.Name == kind }) {
		form.Mend("kind", v.Say("page.papers.kind-missing"))
	}
	if of == "" || len(of) > 100 {
		form.Mend("of", v.Say("page.papers.of-missing"))
	}
	if len(form.Faults) > 0 {
		return p.list(v, http.StatusUnprocessableEntity, Papers{Form: form})
	}
	to := page.DocumentAddress(v.Speaker, kind, of)
	if vehicle := strings.TrimSpace(q.Get("vehicle")); vehicle != "" && len(vehicle) <= 60 {
		to += "&vehicle=" + url.QueryEscape(vehicle)
	}
	return v.SeeOther(to)
}

// printRoll records that a roll is printed, and leads back to where it is.
func (p *pages) printRoll(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	w, err := p.roll.PrintRoll(v.R.Context(), v.Command(), v.Typed("establishment"), v.Now)
	if err != nil {
		return err
	}
	for _, e := range w.Entries {
		if e.Kind == custody.RollPrinted {
			return v.SeeOther("/papers?printed=" + entryText(e.Number))
		}
	}
	return v.SeeOther("/papers")
}
