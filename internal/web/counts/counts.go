// Package counts is the pages of counts (roll checks): the list, calling one, watching its landings clear, the slip of a
// counter, the search for a difference, the signature, the questions, the rules, and what is printed. A counter is blind:
// what these pages show is what the desk gives the official who looks, and for a counter that never holds what is expected.
package counts

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

type pages struct {
	*page.Door
	count *count.Desk
}

// Add adds the pages of counts to the door.
func Add(d *page.Door, desk *count.Desk) {
	p := &pages{d, desk}
	d.Section(page.Section{Name: "counts", Address: "/counts"})
	d.Section(page.Section{Name: "count-rules", Address: "/counts/rules", Within: "counts"})
	d.SignedIn("GET /counts", p.list)
	d.SignedIn("GET /counts/live", p.followList)
	d.Permitted(custody.RunCounts, "GET /counts/new", p.askToCall)
	d.Permitted(custody.RunCounts, "POST /counts", p.call)
	d.SignedIn("GET /counts/rules", p.rules)
	d.Permitted(custody.OrderCounts, "POST /counts/rules", p.order)
	d.SignedIn("GET /counts/{id}", p.show)
	d.SignedIn("GET /counts/{id}/live", p.follow)
	d.Permitted(custody.RunCounts, "GET /counts/{id}/recounts", p.askToRecount)
	d.Permitted(custody.RunCounts, "POST /counts/{id}/recounts", p.recount)
	d.Permitted(custody.SignCounts, "POST /counts/{id}/signature", p.sign)
	d.Permitted(custody.RunCounts, "POST /counts/{id}/abandonment", p.abandon)
	d.Permitted(custody.CountPeople, "GET /counts/{id}/slip", p.askForSlip)
	d.Permitted(custody.CountPeople, "POST /counts/{id}/slips", p.give)
	d.Permitted(custody.SeeCounts, "GET /counts/{id}/questions", p.questions)
	d.SignedIn("GET /counts/{id}/sheet", p.sheet)
	d.SignedIn("GET /counts/{id}/slip-forms", p.slipForms)
}

// endedShown is how many counts that have ended the list shows.
const endedShown = 50

// List is the page of all counts: open ones first, then what is due, then those that have ended.
type List struct {
	At    time.Time
	Entry int64
	Open  []Line
	Due   []Due
	Ended []Line
	Done  string
}

// Line is a count on a list.
type Line struct {
	count.Summary
	Of page.Place // what is counted
}

// Due is a formal count of the schedule with its establishment's name.
type Due struct {
	count.Due
	Of page.Place
}

// Callable reports whether the count may be opened for its time now.
func (d Due) Callable(now time.Time) bool {
	return d.Count == "" && custody.OpensFor(d.Scheduled, now)
}

func (p *pages) list(v *page.Visit) error {
	f := p.listFrame(v)
	l := p.readList(f.Now)
	return v.Show(http.StatusOK, listPage(f, l))
}

func (p *pages) followList(v *page.Visit) error {
	f := p.listFrame(v)
	return p.Stream(v, "counts "+sightOf(f), func(now time.Time) (templ.Component, error) {
		return listParts(f.At(now), p.readList(now)), nil
	})
}

func (p *pages) listFrame(v *page.Visit) page.Frame {
	f := v.Frame("counts", v.Say("page.counts.title"), "")
	f.Stream = "/counts/live"
	return f
}

// sightOf names what a page differs by between those who look: language, zone, and what they may do.
func sightOf(f page.Frame) string {
	key := f.Tag().String() + " " + f.Zone.String()
	for _, a := range []custody.Action{custody.ReadRecords, custody.ReadBook, custody.RunCounts, custody.CountPeople, custody.SeeCounts, custody.SignCounts, custody.OrderCounts} {
		if f.May(a) {
			key += " " + string(a)
		}
	}
	return key
}

func (p *pages) readList(now time.Time) List {
	l := List{At: now, Entry: p.Book.Size()}
	counts, due := p.count.List("", false, endedShown, now), p.count.Schedule(now)
	p.Book.Read(func(s *custody.State) {
		for _, c := range counts {
			line := Line{c, page.PlaceIn(s, c.Place)}
			if c.Status == custody.CountOpen {
				l.Open = append(l.Open, line)
			} else {
				l.Ended = append(l.Ended, line)
			}
		}
		for _, one := range due {
			l.Due = append(l.Due, Due{one, page.PlaceIn(s, one.Establishment)})
		}
	})
	slices.SortStableFunc(l.Ended, func(a, b Line) int { return b.Ended.Compare(a.Ended) })
	return l
}

// Call is the form that calls a count.
type Call struct {
	Places    []page.Place // that may be counted: establishments and their parts
	Scheduled []Due        // that may be opened for their time now
	Open      []Line       // that it could take the place of
	Begin     map[string]string
	Form      page.Form
}

func (p *pages) askToCall(v *page.Visit) error {
	q := v.R.URL.Query()
	begin := map[string]string{"kind": cmp.Or(q.Get("kind"), string(custody.FormalCount)), "place": cmp.Or(q.Get("place"), v.Official.Establishment), "scheduled": q.Get("scheduled")}
	return p.callPage(v, http.StatusOK, Call{Begin: begin})
}

// partsCounted are the kinds of place for which a count is called; a single cell can be named too.
var partsCounted = map[custody.PlaceKind]bool{custody.Establishment: true, custody.Sector: true, custody.Module: true, custody.Wing: true, custody.Landing: true}

func (p *pages) callPage(v *page.Visit, status int, c Call) error {
	now := p.readList(v.Now)
	c.Open = now.Open
	for _, due := range now.Due {
		if due.Callable(v.Now) {
			c.Scheduled = append(c.Scheduled, due)
		}
	}
	p.Book.Read(func(s *custody.State) {
		for place := range s.Places.All() {
			if partsCounted[place.Kind] {
				c.Places = append(c.Places, page.Place{Code: place.Code, Name: place.Name})
			}
		}
	})
	slices.SortFunc(c.Places, func(a, b page.Place) int { return cmp.Compare(a.Code, b.Code) })
	f := v.Frame("counts", v.Say("page.counts.call"), "")
	f.Trail = trail(v)
	return v.Show(status, callPage(f, c))
}

func trail(v *page.Visit) []page.Link {
	return []page.Link{{Text: v.Say("page.nav.counts"), Address: "/counts"}}
}

// call opens a count, and leads to it.
func (p *pages) call(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	form, scheduled := v.Sent(), time.Time{}
	if text := v.Typed("scheduled"); text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			form.Mend("scheduled", v.Say("page.form.bad-time"))
			return p.callPage(v, http.StatusUnprocessableEntity, Call{Form: form})
		}
		scheduled = at
	}
	written, err := p.count.Open(v.R.Context(), v.Command(), count.Opening{Kind: custody.CountKind(v.Typed("kind")), Place: v.Typed("place"),
		Scheduled: scheduled, Supersedes: v.Typed("supersedes"), Reason: v.Typed("reason")})
	if err != nil {
		fields := map[string]string{"count-kind-unknown": "kind", "count-not-scheduled": "scheduled", "count-reason-missing": "reason", "count-under-way": "supersedes",
			"count-elsewhere": "supersedes", "count-nothing": "place", "unknown-place": "place", "unknown-count": "supersedes"}
		if !form.Take(v.Speaker, err, fields) {
			return err
		}
		return p.callPage(v, page.StatusOf(err), Call{Form: form})
	}
	return v.SeeOther(page.CountAddress(written.Entries[0].Detail.(*custody.CountOpening).ID))
}
