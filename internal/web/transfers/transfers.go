// Package transfers is the pages of transfers: the list, the board of one with its live sums, and its planning.
package transfers

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/page"
)

type pages struct {
	*page.Door
	transfer *transfer.Desk
}

// Add adds the pages of transfers to the door.
func Add(d *page.Door, transfer *transfer.Desk) {
	p := &pages{d, transfer}
	d.Section(page.Section{Name: "transfers", Address: "/transfers"})
	d.SignedIn("GET /transfers", p.transfers)
	d.Permitted(custody.PlanTransfers, "GET /transfers/new", p.newTransfer)
	d.Permitted(custody.PlanTransfers, "POST /transfers", p.draft)
	d.SignedIn("GET /transfers/{id}", p.oneTransfer)
	for _, s := range steps {
		d.Accepts(maxManifestForm, s.Needs, "POST /transfers/{id}/"+s.Name, p.doStep(s))
	}
	d.SignedIn("GET /transfers/{id}/live", p.followTransfer)
}

// Row is a transfer in a list.
type Row struct {
	transfer.View
	From, To page.Place
}

// Record is one transfer: its sums, who stands in the way, its vehicles, its people.
type Record struct {
	transfer.View
	From, To   page.Place
	Entry      int64 // how many entries the book had
	Drafted    string
	Approved   string // full name of who approved it; empty: nobody yet
	Blockers   []blocker
	Offers     []offer
	Manifest   manifest
	VehicleSum vehicleSum
	Carried    map[string]string // the vehicle's place of those for whom it did not go as listed
	MayNot     map[string]string // step to why this official cannot take it now
	Done       string            // the step that was just taken
	Step       string            // the step that was refused
	Form       page.Form         // and what was typed
}

// blocker is a person or a discrepancy that keeps the transfer from closing.
type blocker struct {
	custody.Blocker
	Name string // of the person
	Kind string // of the discrepancy
}

// offer is a handover that waits for the receiving official.
type offer struct {
	custody.Handover
	ReleasingName string
	Why           string // why this official cannot accept it; empty: they can
	Recalls       bool   // this official is of the hand that offered it, and can take it back
}

// vehicleSum is the vehicles together.
type vehicleSum struct{ Seats, Aboard, Departed, Arrived, Received int }

// shownBlockers is how many of those in the way are named at once; the manifest has all.
const shownBlockers = 20

func (d *pages) transfers(v *page.Visit) error {
	var rows []Row
	list := d.transfer.SeenBy(v.Official.Name).List()
	d.Book.Read(func(s *custody.State) {
		for _, t := range list {
			rows = append(rows, Row{t, page.PlaceIn(s, t.Transfer.From), page.PlaceIn(s, t.Transfer.To)})
		}
	})
	return v.Show(http.StatusOK, listPage(v.Frame("transfers", v.Say("page.transfers.title"), ""), rows))
}

func (d *pages) oneTransfer(v *page.Visit) error {
	return d.show(v, http.StatusOK, "", page.Form{})
}

// show shows a transfer, and on it the form of a step that was refused, if one was.
func (d *pages) show(v *page.Visit, status int, step string, form page.Form) error {
	p, err := d.readTransfer(v.R.PathValue("id"), v.Official.Name)
	if err != nil {
		return err
	}
	p.Step, p.Form, p.Done = step, form, v.R.URL.Query().Get("done")
	d.askSteps(v, &p)
	f := d.frame(v, p)
	if f.May(custody.ReadRecords) {
		if p.Manifest, err = d.readManifest(p.ID, v.Official.Name, v.R.URL.Query()); err != nil {
			return err
		}
	}
	return v.Show(status, recordPage(f, p))
}

// followTransfer keeps the sums and vehicles of a transfer live.
func (d *pages) followTransfer(v *page.Visit) error {
	p, err := d.readTransfer(v.R.PathValue("id"), v.Official.Name)
	if err != nil {
		return err
	}
	f := d.frame(v, p)
	key := fmt.Sprintf("%s %s %s %s", p.ID, f.Tag(), f.Zone, v.Scope())
	official := v.Official.Name
	return d.Stream(v, key, func(now time.Time) (templ.Component, error) {
		p, err := d.readTransfer(p.ID, official)
		return recordParts(f.At(now), p), err
	})
}

func (d *pages) frame(v *page.Visit, p Record) page.Frame {
	f := v.Frame("transfers", p.ID, p.From.Code)
	f.Trail = []page.Link{{Text: v.Say("page.nav.transfers"), Address: "/transfers"}}
	f.Stream = page.TransferAddress(p.ID) + "/live"
	return f
}

func (d *pages) readTransfer(id, official string) (Record, error) {
	view, err := d.transfer.SeenBy(official).View(id)
	if err != nil {
		return Record{}, err
	}
	p := Record{View: view}
	d.Book.Read(func(s *custody.State) {
		p.Entry = s.Next
		p.From, p.To = page.PlaceIn(s, view.Transfer.From), page.PlaceIn(s, view.Transfer.To)
		p.Drafted = page.OfficialIn(s, view.DraftedBy)
		if view.ApprovedBy != "" {
			p.Approved = page.OfficialIn(s, view.ApprovedBy)
		}
		// What is disputed first: the others may just be on their way.
		slices.SortStableFunc(view.InTheWay, func(a, b custody.Blocker) int { return strings.Compare(b.Discrepancy, a.Discrepancy) })
		for _, b := range view.InTheWay[:min(len(view.InTheWay), shownBlockers)] {
			full := blocker{Blocker: b}
			if who := s.People.Get(b.Person); who != nil {
				full.Name = who.FullName()
			}
			if disc := s.Discrepancies.Get(b.Discrepancy); disc != nil {
				full.Kind = disc.Kind
			}
			p.Blockers = append(p.Blockers, full)
		}
		for _, h := range view.Handovers {
			p.Offers = append(p.Offers, offer{Handover: h, ReleasingName: page.OfficialIn(s, h.Releasing)})
		}
		p.Carried = map[string]string{}
		for _, x := range view.Exceptions {
			if l := s.Lines.Get(id + "/" + x.Person); l != nil {
				p.Carried[x.Person] = l.Vehicle
			}
		}
	})
	for _, one := range view.Vehicles {
		p.VehicleSum.add(one)
	}
	return p, nil
}

func (n *vehicleSum) add(v transfer.VehicleView) {
	n.Seats, n.Aboard = n.Seats+v.Seats, n.Aboard+v.Aboard
	for count, at := range map[*int]time.Time{&n.Departed: v.Departed, &n.Arrived: v.Arrived, &n.Received: v.Received} {
		if !at.IsZero() {
			*count++
		}
	}
}

// manifest is one page of the people of a transfer.
type manifest struct {
	Group string // which of LineGroups; empty: all
	Query string // part of a name, prison number or vehicle
	Lines []transfer.ManifestLine
	Pages page.Pages
}

// LineGroup is the lines behind one of the sums of law 2.
type LineGroup struct {
	Name string
	Has  func(transfer.ManifestLine) bool
}

// LineGroups are the groups that a manifest can be narrowed to.
var LineGroups = []LineGroup{
	{"listed", func(l transfer.ManifestLine) bool { return !l.Unlisted }},
	{"waiting", func(l transfer.ManifestLine) bool { return !l.Unlisted && !l.Status.Departed() && !l.Status.Settled() }},
	{"departed", func(l transfer.ManifestLine) bool { return !l.Unlisted && l.Status.Departed() }},
	{"under-way", func(l transfer.ManifestLine) bool { return l.Status.Departed() && !l.Status.Settled() }},
	{"withdrawn", lineIs(custody.Withdrawn)},
	{"received", func(l transfer.ManifestLine) bool { return !l.Unlisted && l.Status == custody.Received }},
	{"diverted", lineIs(custody.Diverted)},
	{"dead", lineIs(custody.LineDead)},
	{"escaped", lineIs(custody.LineEscaped)},
	{"unlisted", func(l transfer.ManifestLine) bool { return l.Unlisted }},
	{"arrived-later", func(l transfer.ManifestLine) bool { return l.ArrivedLater }},
}

func lineIs(status custody.LineStatus) func(transfer.ManifestLine) bool {
	return func(l transfer.ManifestLine) bool { return l.Status == status }
}

func (d *pages) readManifest(id, official string, q url.Values) (manifest, error) {
	m := manifest{Group: q.Get("group"), Query: strings.ToValidUTF8(strings.TrimSpace(q.Get("q")), "\uFFFD")}
	all, _, err := d.transfer.SeenBy(official).Manifest(id, "", "", 2*custody.MaxManifest)
	if err != nil {
		return m, err
	}
	at := slices.IndexFunc(LineGroups, func(g LineGroup) bool { return g.Name == m.Group })
	if at < 0 {
		m.Group = ""
	}
	wanted := page.Fold(m.Query)
	all = slices.DeleteFunc(all, func(l transfer.ManifestLine) bool {
		return (at >= 0 && !LineGroups[at].Has(l)) ||
			(wanted != "" && !strings.Contains(page.Fold(l.Name+" "+l.Person+" "+l.Vehicle), wanted))
	})
	m.Pages = page.Paged(page.TransferAddress(id), q, len(all), page.PageSize)
	m.Lines = page.Cut(all, m.Pages)
	return m, nil
}

// GroupAddress is the address of those of a manifest who are behind one of the sums.
func GroupAddress(transfer, group string) string {
	return page.TransferAddress(transfer) + "?group=" + group + "#manifest"
}
