package count_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// desk is a play about counts: a centre of two landings with four and two people.
type desk struct {
	t     *testing.T
	store *habeastest.Store
	book  *book.Book
	*count.Desk
	people []string
}

const (
	landingA = "CTR-L1"
	landingB = "CTR-L2"
	cellA    = "CTR-L1-C1"
	cellB    = "CTR-L2-C1"
)

var ctx = context.Background()

// open founds the invented service with its landings on a store. doors may be nil.
func open(t *testing.T, s *habeastest.Store, doors custody.DoorFacts) *desk {
	t.Helper()
	b := s.Established(0)
	d := &desk{t: t, store: s, book: b, Desk: count.New(b, doors)}
	acts := []habeastest.Act{}
	for _, p := range []custody.Place{
		{Code: landingA, Parent: habeastest.Centre, Name: "First landing", Kind: custody.Landing},
		{Code: landingB, Parent: habeastest.Centre, Name: "Second landing", Kind: custody.Landing},
		{Code: cellA, Parent: landingA, Name: "Cell 1", Kind: custody.Cell, FloorArea: 6800, Certified: 20},
		{Code: cellB, Parent: landingB, Name: "Cell 1", Kind: custody.Cell, FloorArea: 6800, Certified: 20},
	} {
		acts = append(acts, habeastest.Once(func(st *custody.State, _ time.Time) (custody.Entry, error) { return st.Open(p) }))
	}
	for name, where := range map[string]string{"landing3": "", "far": habeastest.Origin} {
		acts = append(acts, habeastest.Once(func(st *custody.State, _ time.Time) (custody.Entry, error) {
			return st.Appoint(custody.Official{Name: name, FullName: name, Roles: []custody.Role{custody.LandingOfficer}, Establishment: where})
		}))
	}
	for i := range 6 {
		cell := cellA
		if i >= 4 {
			cell = cellB
		}
		acts = append(acts, habeastest.Once(func(st *custody.State, now time.Time) (custody.Entry, error) {
			return st.Admit("", habeastest.Admission(i, habeastest.Paper(i, now)), cell, now, now)
		}))
	}
	if _, err := habeastest.Do(b, book.Command{By: "engineer"}, acts...); err != nil {
		t.Fatal(err)
	}
	d.people = habeastest.Numbers(6)
	return d
}

// as is a command of an official; the clock goes on by a minute.
func (d *desk) as(official string) book.Command {
	d.store.Clock.Advance(time.Minute)
	return book.Command{By: official}
}

// must wants an act to be taken, and returns what it was about.
func (d *desk) must(w book.Written, err error) []*custody.Entry {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	return w.Entries
}

// refused wants an act to be refused with a code.
func (d *desk) refused(code string) func(book.Written, error) {
	return func(_ book.Written, err error) {
		d.t.Helper()
		if !errors.Is(err, custody.Refused(code)) {
			d.t.Fatalf("got %v, want the refusal %q", err, code)
		}
	}
}

func (d *desk) opened(kind custody.CountKind, place string) string {
	d.t.Helper()
	return d.must(d.Open(ctx, d.as("duty"), count.Opening{Kind: kind, Place: place}))[0].Detail.(*custody.CountOpening).ID
}

func number(landing string, n int) count.Result { return count.Result{Landing: landing, Number: &n} }

func (d *desk) both(id, landing string, n int) {
	d.t.Helper()
	for _, hand := range []string{"landing", "landing2"} {
		d.must(d.Give(ctx, d.as(hand), id, number(landing, n)))
	}
}

// sees is what an official is shown of a count, in the words of the API.
func (d *desk) sees(official, id string) (count.CountView, string) {
	d.t.Helper()
	v, err := d.View(id, official, d.store.Clock.Now())
	if err != nil {
		d.t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		d.t.Fatal(err)
	}
	return v, string(text)
}

// The whole way of a count through the desk, on both engines; the book verifies.
func TestACountThroughTheDesk(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		d := open(t, s, nil)
		d.refused("not-permitted")(d.Open(ctx, d.as("landing"), count.Opening{Kind: custody.FormalCount, Place: habeastest.Centre}))
		id := d.opened(custody.FormalCount, habeastest.Centre)
		d.refused("not-permitted")(d.Give(ctx, d.as("monitor"), id, number(landingA, 4)))
		d.refused("other-establishments-official")(d.Give(ctx, d.as("far"), id, number(landingA, 4)))
		d.refused("field-missing")(d.Give(ctx, d.as("landing"), id, count.Result{Landing: landingA}))
		d.both(id, landingA, 3)
		d.refused("not-permitted")(d.Sign(ctx, d.as("control"), id))
		d.refused("count-not-cleared")(d.Sign(ctx, d.as("duty"), id))
		d.both(id, landingA, 4)
		v, _ := d.sees("duty", id)
		for _, l := range v.Landings {
			if l.Status != custody.LandingCleared {
				d.both(id, l.Landing, *l.Expected)
			}
		}
		d.must(d.Sign(ctx, d.as("duty"), id))
		d.refused("count-ended")(d.Give(ctx, d.as("landing2"), id, number(landingA, 4)))
		list := d.List(habeastest.Centre, false, 10, s.Clock.Now())
		if len(list) != 1 || list[0].Status != custody.CountCleared || list[0].Sums.Counted != 6 || list[0].EndedByName != "Official duty" {
			t.Errorf("the list says %+v", list)
		}
		r, err := d.book.Verify(ctx)
		if err != nil || len(r.Problems) > 0 || !r.RebuiltEqual {
			t.Fatalf("the book does not verify: %+v, %v", r, err)
		}
		// And opens again as it was.
		before, _ := d.sees("duty", id)
		s.Close(d.book)
		again := count.New(s.Open(), nil)
		after, err := again.View(id, "duty", s.Clock.Now())
		if err != nil || fmt.Sprint(after.Sums, len(after.Landings)) != fmt.Sprint(before.Sums, len(before.Landings)) {
			t.Errorf("after opening the book again: %+v, %v", after, err)
		}
	})
}

// Nothing that a counter can be shown says what their landing is expected to hold, or what
// the other counter found, until it has cleared; the reply to their own slip included.
func TestCountersAreBlind(t *testing.T) {
	d := open(t, habeastest.NewStore(t, habeastest.SQLite), nil)
	id := d.opened(custody.FormalCount, landingA)
	given := d.must(d.Give(ctx, d.as("landing"), id, number(landingA, 4711)))
	if text, err := json.Marshal(given); err != nil || strings.Contains(string(text), "xpected") || len(given) != 1 || given[0].Contradictions != nil {
		t.Errorf("the reply to a slip: %s, %v", text, err)
	}
	v, text := d.sees("landing2", id)
	l := v.Landings[0]
	if !v.Blind || v.Roll != nil || v.Expected != nil || l.Expected != nil || len(l.Slips) != 0 || l.Given != 1 || strings.Contains(text, "4711") {
		t.Errorf("the other counter is shown %s", text)
	}
	if v, text = d.sees("landing", id); len(v.Landings[0].Slips) != 1 || v.Landings[0].Slips[0].Difference != nil || v.Landings[0].Expected != nil {
		t.Errorf("the first counter is shown %s", text)
	}
	d.must(d.Give(ctx, d.as("landing2"), id, number(landingA, 4)))
	if v, text = d.sees("landing2", id); v.Landings[0].Status != custody.LandingDiffers || strings.Contains(text, "4711") || v.Landings[0].Expected != nil ||
		len(v.Landings[0].Recounts) != 1 || v.Landings[0].Recounts[0].Why != "" {
		t.Errorf("in the recount the other counter is shown %s", text)
	}
	for _, official := range []string{"duty", "control", "monitor", "governor", book.ConsoleName} {
		if v, text := d.sees(official, id); v.Blind || *v.Landings[0].Expected != 4 || len(v.Landings[0].Slips) != 2 || v.Landings[0].Slips[0].Difference.By != 4707 ||
			v.Landings[0].Recounts[0].Why != custody.SlipsDisagree {
			t.Errorf("%s is shown %s", official, text)
		}
		if _, err := d.Differences(id, official, d.store.Clock.Now()); err != nil {
			t.Errorf("%s may not search: %v", official, err)
		}
	}
	for _, official := range []string{"landing", "reception", "engineer", "escort", "nobody"} {
		if _, err := d.Differences(id, official, d.store.Clock.Now()); !errors.Is(err, custody.Refused("not-permitted")) {
			t.Errorf("%s may search: %v", official, err)
		}
		if _, _, err := d.Questions(id, official); !errors.Is(err, custody.Refused("not-permitted")) {
			t.Errorf("%s may see the questions: %v", official, err)
		}
	}
	d.both(id, landingA, 4)
	if v, _ = d.sees("landing2", id); *v.Landings[0].Expected != 4 || len(v.Landings[0].Slips) != 4 {
		t.Errorf("once it has cleared: %+v", v)
	}
}

// The questions are computed from the record, and are no verdicts.
func TestQuestions(t *testing.T) {
	shut := map[string]bool{}
	d := open(t, habeastest.NewStore(t, habeastest.SQLite), func(landing string, _, _ time.Time) (opened, known bool) {
		return !shut[landing], landing != habeastest.CentreReception
	})
	kinds := func(id string) (list []string) {
		t.Helper()
		questions, doors, err := d.Questions(id, "monitor")
		if err != nil || !doors {
			t.Fatal(doors, err)
		}
		for _, q := range questions {
			list = append(list, fmt.Sprintf("%s %s %s", q.Kind, q.Landing, q.Hand))
		}
		return list
	}
	want := func(id string, want ...string) {
		t.Helper()
		slices.Sort(want)
		if got := slices.Sorted(slices.Values(kinds(id))); !slices.Equal(got, want) {
			t.Errorf("asked: %q, want %q", got, want)
		}
	}
	first := d.opened(custody.FormalCount, landingA)
	d.both(first, landingA, 4)
	d.must(d.Sign(ctx, d.as("duty"), first))
	want(first)

	// The roll changes, the number does not; both slips come at once from one address; no door opened.
	d.must(habeastest.Do(d.book, d.as("reception"), habeastest.Once(func(st *custody.State, now time.Time) (custody.Entry, error) {
		return st.CellMove(d.people[0], cellB, now, now)
	})))
	second := d.opened(custody.FormalCount, landingA)
	shut[landingA] = true
	n := 4
	for _, hand := range []string{"landing", "landing2"} {
		if _, err := d.Give(ctx, book.Command{By: hand}, second, count.Result{Landing: landingA, Number: &n, Address: "10.0.0.7"}); err != nil {
			t.Fatal(err)
		}
	}
	want(second, "too-fast CTR-L1 landing", "too-fast CTR-L1 landing2", "like-last CTR-L1 landing", "like-last CTR-L1 landing2",
		"one-device CTR-L1 landing2", "door-shut CTR-L1 landing", "door-shut CTR-L1 landing2")

	// It clears when somebody states that the person was back before the slips.
	at := d.store.Clock.Now()
	shut[landingA] = false
	d.must(habeastest.Do(d.book, d.as("control"), habeastest.Once(func(st *custody.State, _ time.Time) (custody.Entry, error) {
		return st.Found(d.people[0], cellA, at, at)
	})))
	d.both(second, landingA, 4)
	if got := kinds(second); !slices.Contains(got, "cleared-by-record CTR-L1 control") {
		t.Errorf("asked: %q", got)
	}

	// Paper of both hands, entered by one who saw what was expected.
	third := d.opened(custody.FormalCount, landingB)
	n = 2
	for _, hand := range []string{"landing", "landing2"} {
		d.must(d.Give(ctx, d.as("duty"), third, count.Result{Landing: landingB, Number: &n, Hand: hand, Source: custody.PaperSlip, Counted: d.store.Clock.Now()}))
	}
	want(third, "one-clerk CTR-L2 landing2")
}

// Formal counts are due by the schedule, in the zone of the establishment.
func TestTheSchedule(t *testing.T) {
	d := open(t, habeastest.NewStore(t, habeastest.SQLite), nil)
	d.refused("not-permitted")(d.Order(ctx, d.as("duty"), custody.CountRules{Establishment: habeastest.Centre}))
	now := d.store.Clock.Now()
	mine := func() (list []count.Due) {
		for _, due := range d.Schedule(d.store.Clock.Now()) {
			if due.Establishment == habeastest.Centre {
				list = append(list, due)
			}
		}
		return list
	}
	due := mine()
	if len(due) != 2*custody.FormalCountsADay {
		t.Fatalf("in two days: %+v", due)
	}
	zone, err := time.LoadLocation("America/El_Salvador")
	if err != nil {
		t.Fatal(err)
	}
	if got := due[0].Scheduled.In(zone).Format("15:04"); !slices.Contains(custody.DefaultCountRules("").Times, got) {
		t.Errorf("due at %s", got)
	}
	next := slices.IndexFunc(due, func(x count.Due) bool { return x.Scheduled.After(now) })
	d.store.Clock.Advance(due[next].Scheduled.Sub(now))
	d.must(d.Open(ctx, d.as("control"), count.Opening{Kind: custody.FormalCount, Place: habeastest.Centre, Scheduled: due[next].Scheduled}))
	d.store.Clock.Advance(time.Hour)
	if got := mine(); !slices.ContainsFunc(got, func(x count.Due) bool { return x.Count != "" && !x.Missed }) || !got[0].Missed {
		t.Errorf("after it was opened: %+v", got)
	}
}

// Slips of one landing that come at once from many sessions: two count, one hand once.
func TestSlipsAtOnce(t *testing.T) {
	d := open(t, habeastest.NewStore(t, habeastest.SQLite), nil)
	id := d.opened(custody.FormalCount, landingA)
	answers := make(chan error)
	for i := range 8 {
		hand := []string{"landing", "landing2"}[i%2]
		go func() {
			_, err := d.Give(ctx, book.Command{By: hand}, id, number(landingA, 4))
			answers <- err
		}()
	}
	taken := 0
	for range 8 {
		switch err := <-answers; {
		case err == nil:
			taken++
		case !errors.Is(err, custody.Refused("same-hand")):
			t.Error(err)
		}
	}
	if v, _ := d.sees("duty", id); taken != 2 || v.Landings[0].Status != custody.LandingCleared {
		t.Errorf("%d were taken, %+v", taken, v.Landings)
	}
}
