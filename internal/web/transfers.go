package web

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
)

// transferRow is a transfer in a list.
type transferRow struct {
	transfer.View
	From, To place
}

// transferPage is one transfer: its sums, who stands in the way, its vehicles, its people.
type transferPage struct {
	transfer.View
	From, To   place
	Entry      int64 // how many entries the book had
	Drafted    string
	Approved   string // full name of who approved it; empty: nobody yet
	Blockers   []blocker
	Offers     []offer
	Manifest   manifest
	VehicleSum vehicleSum
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
}

// vehicleSum is the vehicles together.
type vehicleSum struct{ Seats, Aboard, Departed, Arrived, Received int }

// shownBlockers is how many of those in the way are named at once; the manifest has all.
const shownBlockers = 20

func (d *door) transfers(v *visit) error {
	var rows []transferRow
	list := d.Transfer.List()
	d.Book.Read(func(s *custody.State) {
		for _, t := range list {
			rows = append(rows, transferRow{t, placeIn(s, t.Transfer.From), placeIn(s, t.Transfer.To)})
		}
	})
	return v.show(http.StatusOK, transferList(d.frame(v, "transfers", v.speaker.Say("page.transfers.title", nil), ""), rows))
}

func (d *door) oneTransfer(v *visit) error {
	p, err := d.readTransfer(v.r.PathValue("id"))
	if err != nil {
		return err
	}
	f := d.transferFrame(v, p)
	if f.May(custody.ReadRecords) {
		if p.Manifest, err = d.readManifest(p.ID, v.r.URL.Query()); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, transferRecord(f, p))
}

// followTransfer keeps the sums and vehicles of a transfer live.
func (d *door) followTransfer(v *visit) error {
	p, err := d.readTransfer(v.r.PathValue("id"))
	if err != nil {
		return err
	}
	f := d.transferFrame(v, p)
	key := fmt.Sprintf("%s %s %s %t", p.ID, f.Tag(), f.Zone, f.May(custody.ReadRecords))
	return d.stream(v, key, func(now time.Time) (templ.Component, error) {
		at := f
		at.Now = now
		p, err := d.readTransfer(p.ID)
		return transferParts(at, p), err
	})
}

func (d *door) transferFrame(v *visit, p transferPage) frame {
	f := d.frame(v, "transfers", p.ID, p.From.Code)
	f.Stream = transferAddress(p.ID) + "/live"
	return f
}

func (d *door) readTransfer(id string) (transferPage, error) {
	view, err := d.Transfer.View(id)
	if err != nil {
		return transferPage{}, err
	}
	p := transferPage{View: view}
	d.Book.Read(func(s *custody.State) {
		p.Entry = s.Next
		p.From, p.To = placeIn(s, view.Transfer.From), placeIn(s, view.Transfer.To)
		p.Drafted = officialName(s, view.DraftedBy)
		if view.ApprovedBy != "" {
			p.Approved = officialName(s, view.ApprovedBy)
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
			p.Offers = append(p.Offers, offer{h, officialName(s, h.Releasing)})
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

func transferAddress(id string) string { return "/transfers/" + url.PathEscape(id) }

// manifest is one page of the people of a transfer.
type manifest struct {
	Group string // which of lineGroups; empty: all
	Query string // part of a name, prison number or vehicle
	Lines []transfer.ManifestLine
	Pages pages
}

// lineGroup is the lines behind one of the sums of law 2.
type lineGroup struct {
	Name string
	Has  func(transfer.ManifestLine) bool
}

var lineGroups = []lineGroup{
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

func (d *door) readManifest(id string, q url.Values) (manifest, error) {
	m := manifest{Group: q.Get("group"), Query: strings.ToValidUTF8(strings.TrimSpace(q.Get("q")), "\uFFFD")}
	all, _, err := d.Transfer.Manifest(id, "", "", 2*custody.MaxManifest)
	if err != nil {
		return m, err
	}
	at := slices.IndexFunc(lineGroups, func(g lineGroup) bool { return g.Name == m.Group })
	if at < 0 {
		m.Group = ""
	}
	wanted := fold(m.Query)
	all = slices.DeleteFunc(all, func(l transfer.ManifestLine) bool {
		return (at >= 0 && !lineGroups[at].Has(l)) ||
			(wanted != "" && !strings.Contains(fold(l.Name+" "+l.Person+" "+l.Vehicle), wanted))
	})
	m.Pages = paged(transferAddress(id), q, len(all), pageSize)
	m.Lines = cut(all, m.Pages)
	return m, nil
}

// groupAddress is the address of those of a manifest who are behind one of the sums.
func groupAddress(transfer, group string) string {
	return transferAddress(transfer) + "?group=" + group + "#manifest"
}
