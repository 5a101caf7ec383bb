// Package today is the page of now: what is wrong first, then the roll, who is out, who is on the way, and the log's health.
package today

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/seal"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/discrepancies"
	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/web/places"
	"habeas.example/habeas/internal/web/plans"
)

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

// shownFirst is how many of a list Today shows before it links to the rest.
const shownFirst = 5

// Today is the roll now: what is wrong first.
type Today struct {
	Roll           roll.Now
	Establishments []places.Row
	Overdue        []roll.OverdueRelease // the longest, at most shownFirst
	Discrepancies  []discrepancies.Group // the kinds that stand open, the worst and oldest first, at most shownFirst
	Stuck          []Journey             // open transfers that have a dispute in the way, or are past their day
	UnderWay       []Journey             // the other open ones
	Outings        []Outing              // who is out longest past their hour, at most shownFirst
	Late           int                   // how many are out past the hour they were due back
	Over           []plans.Breach        // the first of Roll.OverCapacity: what stands against SPC-1
	Log            Log
}

// Journey is an open transfer with the names of its ends.
type Journey struct {
	transfer.View
	From, To                    page.Place
	Departed, Arrived, Received int // vehicles
}

// Outing is somebody out at a court or a hospital, and with whom.
type Outing struct {
	Number, Name string
	Place        page.Place
	Escort       string
	Since, Due   time.Time // Due is zero when nobody said
}

// Log is the health of the log.
type Log struct {
	Entries   int64
	Sealed    int64 // entries under the newest checkpoint
	Witnesses []Witness
}

// Witness is an outside witness and what it has last cosigned.
type Witness struct {
	Name string
	Size int64
}

// Behind is how many entries no outside witness has cosigned yet.
func (l Log) Behind() int64 {
	newest := int64(0)
	for _, w := range l.Witnesses {
		newest = max(newest, w.Size)
	}
	return l.Entries - newest
}

// Sum adds up a number of all establishments.
func (t Today) Sum(of func(places.Row) int) int {
	n := 0
	for _, e := range t.Establishments {
		n += of(e)
	}
	return n
}

func (p *pages) show(v *page.Visit) error {
	f := p.frame(v)
	t, err := p.read(v.R.Context(), f, v.Official.Name)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, todayPage(f, t))
}

// follow keeps the page live.
func (p *pages) follow(v *page.Visit) error {
	f := p.frame(v)
	key := "today " + f.Tag().String() + " " + f.Zone.String() + " " + v.Scope()
	ctx, official := v.R.Context(), v.Official.Name
	return p.Stream(v, key, func(now time.Time) (templ.Component, error) {
		t, err := p.read(ctx, f.At(now), official)
		return todayParts(f.At(now), t), err
	})
}

func (p *pages) frame(v *page.Visit) page.Frame {
	f := v.Frame("today", v.Say("page.today.title"), "")
	f.Stream, f.Wall = "/live", v.OnWall()
	return f
}

// read reads what the page shows an official at the frame's instant: of the places that they serve, and to those who may read
// records with the people's names.
func (p *pages) read(ctx context.Context, f page.Frame, official string) (Today, error) {
	desk := p.roll.SeenBy(official)
	t := Today{Roll: desk.Roll(f.Now, false)}
	for _, e := range t.Roll.Establishments {
		t.Establishments = append(t.Establishments, places.RowOf(e))
	}
	p.Book.Read(func(s *custody.State) {
		for _, b := range t.Roll.OverCapacity[:min(len(t.Roll.OverCapacity), shownFirst)] {
			t.Over = append(t.Over, plans.BreachIn(s, b))
		}
	})
	if f.May(custody.ReadRecords) {
		if t.Roll.Overdue > 0 {
			overdue := desk.Overdue(f.Now)
			t.Overdue = overdue[:min(len(overdue), shownFirst)]
		}
		if t.Roll.Discrepancies > 0 {
			kinds := discrepancies.ByKind(p.Book, desk.Discrepancies(true))
			t.Discrepancies = kinds[:min(len(kinds), shownFirst)]
		}
	}
	if t.Sum(func(e places.Row) int { return e.Out }) > 0 {
		p.readOutings(f, &t, official)
	}
	if err := p.readJourneys(f, &t, official); err != nil {
		return t, err
	}
	return t, p.readLog(ctx, &t.Log)
}

// readOutings finds who is out, whoever is longest past their hour first.
func (p *pages) readOutings(f page.Frame, t *Today, official string) {
	p.Book.Read(func(s *custody.State) {
		for h := range s.Holdings.All() {
			if h.Status != custody.Out || !s.Sees(official, h.Person) {
				continue
			}
			o := Outing{Number: h.Person, Name: page.PersonIn(s, h.Person), Place: page.PlaceIn(s, h.At.Place), Since: h.Since}
			if h.Away != nil {
				o.Escort, o.Due = h.Away.Escort, h.Away.DueBack
			}
			if o.Late(f.Now) {
				t.Late++
			}
			t.Outings = append(t.Outings, o)
		}
	})
	slices.SortFunc(t.Outings, func(a, b Outing) int {
		switch {
		case a.Due.IsZero() != b.Due.IsZero():
			return map[bool]int{true: 1, false: -1}[a.Due.IsZero()]
		case !a.Due.Equal(b.Due):
			return a.Due.Compare(b.Due)
		}
		return a.Since.Compare(b.Since)
	})
	t.Outings = t.Outings[:min(len(t.Outings), 2*shownFirst)]
}

// Late reports whether somebody should be back by now.
func (o Outing) Late(now time.Time) bool { return !o.Due.IsZero() && now.After(o.Due) }

func (p *pages) readJourneys(f page.Frame, t *Today, official string) error {
	desk := p.transfer.SeenBy(official)
	for _, listed := range desk.List() {
		if listed.Status != custody.Approved {
			continue
		}
		view, err := desk.View(listed.ID)
		if err != nil {
			return err
		}
		j := Journey{View: view}
		p.Book.Read(func(s *custody.State) {
			j.From, j.To = page.PlaceIn(s, view.Transfer.From), page.PlaceIn(s, view.Transfer.To)
		})
		for _, vehicle := range view.Vehicles {
			for count, at := range map[*int]time.Time{&j.Departed: vehicle.Departed, &j.Arrived: vehicle.Arrived, &j.Received: vehicle.Received} {
				if !at.IsZero() {
					*count++
				}
			}
		}
		if j.stuck(f.Today()) {
			t.Stuck = append(t.Stuck, j)
		} else {
			t.UnderWay = append(t.UnderWay, j)
		}
	}
	return nil
}

// stuck reports whether an approved transfer cannot close for another reason than that it is still on its way: something is
// disputed, or its day is past.
func (j Journey) stuck(day string) bool {
	if len(j.InTheWay) > 0 && j.Date < day {
		return true
	}
	return slices.ContainsFunc(j.InTheWay, func(b custody.Blocker) bool { return b.Discrepancy != "" })
}

// readLog reads how far the log is sealed and cosigned.
func (p *pages) readLog(ctx context.Context, l *Log) error {
	l.Entries = p.Book.Size()
	if l.Entries == 0 {
		return nil
	}
	checkpoint, err := p.Book.Checkpoint()
	if err != nil {
		return err
	}
	head, _, err := seal.OpenCheckpoint(checkpoint, p.Book.VerifierKey())
	if err != nil {
		return err
	}
	l.Sealed = head.Size
	cosignatures, err := p.Book.Cosignatures(ctx, 20)
	if err != nil {
		return err
	}
	for _, c := range cosignatures { // the newest of each witness comes first
		name, _, _ := strings.Cut(c.Witness, "+")
		if !slices.ContainsFunc(l.Witnesses, func(w Witness) bool { return w.Name == name }) {
			l.Witnesses = append(l.Witnesses, Witness{name, c.Size})
		}
	}
	return nil
}
