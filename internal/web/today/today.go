// Package today is the page of now: the roll, what is wrong first, and who is on the way.
package today

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/discrepancies"
	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/web/places"
)

// shownFirst is how many of a list Today shows before it links to the rest.
const shownFirst = 5

type pages struct {
	*page.Door
	roll     *roll.Desk
	transfer *transfer.Desk
}

// Add adds the page of now to the door.
func Add(d *page.Door, roll *roll.Desk, transfer *transfer.Desk) {
	p := &pages{d, roll, transfer}
	d.Section(page.Section{Name: "today", Address: "/"})
	d.SignedIn("GET /{$}", p.show)
	d.SignedIn("GET /live", p.follow)
}

// Today is the roll now: what is wrong first.
type Today struct {
	Roll          roll.Now
	Establishment []places.Row
	Overdue       []roll.OverdueRelease       // the longest, at most shownFirst
	Discrepancies []discrepancies.Discrepancy // the newest open ones, at most shownFirst
	Stuck         []transfer.View             // open transfers that have a dispute in the way, or are past their day
	UnderWay      []transfer.View             // the other open ones
}

// Wrong is how many things are wrong, for the heading.
func (t Today) Wrong() int {
	return t.Roll.Overdue + t.Roll.Discrepancies + len(t.Stuck) + t.Roll.AtLarge
}

// today shows the roll now.
func (d *pages) show(v *page.Visit) error {
	f := d.frame(v)
	t, err := d.read(f)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, todayPage(f, t))
}

// followToday keeps the roll live.
func (d *pages) follow(v *page.Visit) error {
	f := d.frame(v)
	key := "today " + f.Tag().String() + " " + f.Zone.String()
	if f.May(custody.ReadRecords) {
		key += " names"
	}
	return d.Stream(v, key, func(now time.Time) (templ.Component, error) {
		at := f
		at.Now = now
		t, err := d.read(at)
		return todayParts(at, t), err
	})
}

func (d *pages) frame(v *page.Visit) page.Frame {
	f := v.Frame("today", v.Say("page.today.title"), "")
	f.Stream = "/live"
	return f
}

// read reads what Today shows; its roll may lag behind the book as long as tolerated.
func (d *pages) read(f page.Frame) (Today, error) {
	t := Today{Roll: d.roll.Roll(f.Now, false)}
	for _, e := range t.Roll.Establishments {
		t.Establishment = append(t.Establishment, places.RowOf(e))
	}
	if f.May(custody.ReadRecords) {
		overdue := d.roll.Overdue(f.Now)
		t.Overdue = overdue[:min(len(overdue), shownFirst)]
		open := d.roll.Discrepancies(true)
		t.Discrepancies = discrepancies.Named(d.Book, open[:min(len(open), shownFirst)])
	}
	for _, listed := range d.transfer.List() {
		if listed.Status != custody.Approved {
			continue
		}
		view, err := d.transfer.View(listed.ID)
		if err != nil {
			return Today{}, err
		}
		if stuck(view, f.Now.In(f.Zone).Format(time.DateOnly)) {
			t.Stuck = append(t.Stuck, view)
		} else {
			t.UnderWay = append(t.UnderWay, view)
		}
	}
	return t, nil
}

// stuck reports whether an approved transfer cannot close for another reason than that it
// is still on its way: something is disputed, or its day is past.
func stuck(t transfer.View, day string) bool {
	if len(t.InTheWay) > 0 && t.Date < day {
		return true
	}
	for _, b := range t.InTheWay {
		if b.Discrepancy != "" {
			return true
		}
	}
	return false
}
