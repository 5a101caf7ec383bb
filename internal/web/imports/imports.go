// Package imports is the pages on which files are taken in, of places, of people and of those to be listed on a transfer: a
// dry run with a report row by row, then the taking, then the rows that wait in the quarantine to be mended or dropped.
package imports

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/sheet"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/page"
)

// MaxFile is the longest file that is taken here, in megabytes; the command line takes longer ones.
const MaxFile = 16

type pages struct {
	*page.Door
	roll     *roll.Desk
	transfer *transfer.Desk
	held     *held
}

// Add adds the pages of imports to the section of settings.
func Add(d *page.Door, roll *roll.Desk, transfer *transfer.Desk) {
	p := &pages{d, roll, transfer, newHeld()}
	rows := []custody.Action{custody.KeepPlaces, custody.AdmitPeople}
	d.Section(page.Section{Name: "import", Address: "/settings/import", Within: "settings", Any: append([]custody.Action{custody.PlanTransfers}, rows...)})
	d.Section(page.Section{Name: "quarantine", Address: "/settings/quarantine", Within: "settings", Any: rows})
	d.SignedIn("GET /settings/import", importer(p.ask))
	d.Accepts(MaxFile<<20+1<<20, custody.ReadRoll, "POST /settings/import", importer(p.rehearse))
	d.SignedIn("GET /settings/import/{id}", importer(p.report))
	d.SignedIn("POST /settings/import/{id}", importer(p.apply))
	d.SignedIn("GET /settings/quarantine", importer(p.files))
	d.SignedIn("GET /settings/quarantine/{id}", importer(p.row))
	d.Accepts(maxRow, custody.ReadRoll, "POST /settings/quarantine/{id}", importer(p.mend))
	d.SignedIn("POST /settings/quarantine/{id}/drop", importer(p.drop))
}

// FileKind is what a file is a table of.
type FileKind string

// The kinds of file.
const (
	Places   FileKind = "places"
	People   FileKind = "people"
	Manifest FileKind = "manifest"
)

// Kinds are all there are.
var Kinds = []FileKind{Places, People, Manifest}

// Needs is what one must be permitted to take in such a file.
func (k FileKind) Needs() custody.Action {
	if k == Manifest {
		return custody.PlanTransfers
	}
	return roll.ImportKind(k).Needs()
}

// mayTake are the kinds of file that an official may take in somewhere.
func mayTake(v *page.Visit) []FileKind {
	return slices.DeleteFunc(slices.Clone(Kinds), func(k FileKind) bool { return v.May(k.Needs()) != nil })
}

// importer serves a page to whoever may take in files of any kind.
func importer(show func(*page.Visit) error) func(*page.Visit) error {
	return func(v *page.Visit) error {
		if len(mayTake(v)) == 0 {
			return v.May(custody.KeepPlaces)
		}
		return show(v)
	}
}

// Ask is the page that asks for a file.
type Ask struct {
	Kinds     []FileKind
	Into      []page.Place // receptions that people may be admitted to
	Transfers []Draft      // that people may be listed on
	Form      page.Form
}

// Draft is a transfer that is still planned.
type Draft struct {
	ID, Date string
	From, To page.Place
}

func (p *pages) ask(v *page.Visit) error {
	a := Ask{}
	if kind := v.R.URL.Query().Get("kind"); kind != "" {
		a.Form.Values = url.Values{"kind": {kind}, "transfer": {v.R.URL.Query().Get("transfer")}}
	}
	return p.askPage(v, http.StatusOK, a)
}

func (p *pages) askPage(v *page.Visit, status int, a Ask) error {
	a.Kinds = mayTake(v)
	a.Into, a.Transfers = p.choices(v.Official.Name)
	return v.Show(status, askPage(v.Frame("import", v.Say("page.imports.title"), ""), a))
}

// choices are the receptions and the drafts that an official may choose from.
func (p *pages) choices(official string) (into []page.Place, drafts []Draft) {
	p.Book.Read(func(s *custody.State) {
		for place := range s.Places.All() {
			if place.Kind == custody.Reception && s.May(official, custody.AdmitPeople, place.Code) == nil {
				into = append(into, page.PlaceIn(s, place.Code))
			}
		}
		for t := range s.Transfers.All() {
			if t.Status == custody.Drafted && s.May(official, custody.PlanTransfers, s.EndsOf(t.ID)...) == nil {
				drafts = append(drafts, Draft{t.ID, t.Date, page.PlaceIn(s, t.From), page.PlaceIn(s, t.To)})
			}
		}
	})
	slices.SortFunc(into, func(a, b page.Place) int { return strings.Compare(a.Code, b.Code) })
	slices.SortFunc(drafts, func(a, b Draft) int { return strings.Compare(b.ID, a.ID) })
	return into, drafts
}

// rehearse takes a file and decides every row of it without keeping anything of it but the file itself, for a while.
func (p *pages) rehearse(v *page.Visit) error {
	file, err := v.ReadUpload("file", MaxFile<<20)
	form := v.Sent()
	again := func(err error) error {
		if err != nil && !form.Take(v.Speaker, err, nil) {
			return err
		}
		status := http.StatusUnprocessableEntity
		if err != nil {
			status = page.StatusOf(err)
		}
		return p.askPage(v, status, Ask{Form: form})
	}
	if err != nil {
		return again(err)
	}
	w := waiting{Kind: FileKind(v.Typed("kind")), Name: file.Name, Into: v.Typed("into"), Transfer: v.Typed("transfer"), content: file.Bytes, by: v.Official.Name}
	p.check(v, &w, &form)
	if len(form.Faults) > 0 {
		return again(nil)
	}
	err = p.run(v.R.Context(), v.Command(), &w, false, v.Now)
	if table := (*sheet.Refusal)(nil); errors.As(err, &table) {
		form.Mend("file", sayTable(v.Speaker, table))
		return again(nil)
	}
	if err != nil {
		return again(err)
	}
	return v.SeeOther(reportAddress(p.held.keep(w, v.Now)))
}

// check says beside their fields what of a form cannot be: a kind that the official may not take in, a place or a transfer
// that they were not offered.
func (p *pages) check(v *page.Visit, w *waiting, form *page.Form) {
	into, drafts := p.choices(v.Official.Name)
	if !slices.Contains(mayTake(v), w.Kind) {
		form.Mend("kind", v.Say("page.imports.kind-missing"))
	}
	switch w.Kind {
	case People:
		if w.Into != "" && !slices.ContainsFunc(into, func(place page.Place) bool { return place.Code == w.Into }) {
			form.Mend("into", v.Say("page.imports.into-unknown"))
		}
		w.Transfer = ""
	case Manifest:
		if !slices.ContainsFunc(drafts, func(d Draft) bool { return d.ID == w.Transfer }) {
			form.Mend("transfer", v.Say("page.imports.transfer-missing"))
		}
		w.Into = ""
	default:
		w.Into, w.Transfer = "", ""
	}
}

// run decides a file, as a dry run or to take it, and keeps the report of it.
func (p *pages) run(ctx context.Context, c book.Command, w *waiting, apply bool, now time.Time) error {
	if w.Kind == Manifest {
		r, err := p.transfer.LoadFile(ctx, c, w.Transfer, transfer.File{Name: w.Name, Body: bytes.NewReader(w.content), Apply: apply}, now)
		if err != nil {
			return err
		}
		w.Report = ofManifest(r)
	} else {
		r, err := p.roll.Import(ctx, c, roll.Import{Kind: roll.ImportKind(w.Kind), Name: w.Name, File: bytes.NewReader(w.content), Into: w.Into, Apply: apply}, now)
		if err != nil {
			return err
		}
		w.Report = ofImport(r)
	}
	w.Report.At = now
	return nil
}

// Shown is the page of a report.
type Shown struct {
	waiting
	Rows  []Row // a page of those that were not taken
	Pages page.Pages
	Into  page.Place
	Form  page.Form
}

func reportAddress(id string) string { return "/settings/import/" + url.PathEscape(id) }

func (p *pages) report(v *page.Visit) error { return p.reportPage(v, http.StatusOK, page.Form{}) }

func (p *pages) reportPage(v *page.Visit, status int, form page.Form) error {
	w, ok := p.held.find(v.R.PathValue("id"), v.Official.Name, v.Now)
	if !ok {
		return custody.Unknown("import", v.R.PathValue("id"))
	}
	s := Shown{waiting: w, Form: form, Pages: page.Paged(reportAddress(w.ID), v.R.URL.Query(), len(w.Report.Rows), page.PageSize)}
	s.Rows = page.Cut(w.Report.Rows, s.Pages)
	p.Book.Read(func(state *custody.State) {
		if w.Into != "" {
			s.Into = page.PlaceIn(state, w.Into)
		}
	})
	f := v.Frame("import", v.Say("page.imports.report"), "")
	f.Trail = []page.Link{{Text: v.Say("page.imports.title"), Address: "/settings/import"}}
	return v.Show(status, reportPage(f, s))
}

// apply takes the good rows of a file whose report was read.
func (p *pages) apply(v *page.Visit) error {
	w, ok := p.held.take(v.R.PathValue("id"), v.Official.Name, v.Now)
	if !ok {
		return custody.Unknown("import", v.R.PathValue("id"))
	}
	err := p.run(v.R.Context(), v.Command(), &w, true, v.Now)
	p.held.keep(w, v.Now) // the report of what was done, or the file for another attempt
	if err == nil {
		return v.SeeOther(reportAddress(w.ID))
	}
	form := page.Form{}
	if !form.Take(v.Speaker, err, nil) {
		return err
	}
	return p.reportPage(v, page.StatusOf(err), form)
}
