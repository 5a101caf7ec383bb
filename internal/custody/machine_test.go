package custody_test

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/seal"
	"habeas.example/habeas/internal/transfer"
)

// order is one command, for a bare state and for a desk.
type order struct {
	by     string
	action custody.Action
	act    habeastest.Act
	desk   func(d desks, c book.Command) (book.Written, error)
}

type desks struct {
	roll     *roll.Desk
	transfer *transfer.Desk
	cells    *cells.Desk
	book     *book.Book
}

// world is where commands are run: a bare state, or a book with its desks.
type world interface {
	run(o order) ([]*custody.Entry, error)
	read(func(*custody.State))
	clock() *habeastest.Clock
}

// machine draws commands, runs them in a world and keeps a model beside it.
type machine struct {
	world
	*model
	was     string // the picture of the state after the last command
	journey bool   // what happens, happens now
}

// How far the machine goes.
const (
	founders  = 6   // people held when a run begins
	mostHeld  = 24  // people ever admitted, but for unlisted arrivals
	bareRuns  = 40  // runs on a bare state
	deskRuns  = 4   // runs through book and desks
	bareSteps = 400 // commands a run, on average
	deskSteps = 250
)

func newMachine(w world) *machine {
	m := &machine{world: w}
	w.read(func(s *custody.State) { m.model, m.was = newModel(s), picture(s) })
	now := m.now()
	for i, number := range habeastest.Numbers(founders) {
		m.people[number] = &who{nth: i}
		m.people[number].file(number, []custody.Authority{habeastest.Paper(i, now)})
		m.put(number, "held", habeastest.Origin, habeastest.OriginReception, habeastest.Origin, "", now)
	}
	return m
}

// play runs one command and compares what came of it with what the model expected. It
// returns the entries, nil when the command was rightly refused.
func (m *machine) play(t *rapid.T, what string, expected bool, o order) []*custody.Entry {
	var before map[string]bool
	m.read(func(s *custody.State) { before = breaches(s, m.now()) })
	entries, err := m.run(o)
	now := ""
	m.read(func(s *custody.State) { now = picture(s) })
	if err != nil {
		if _, ok := custody.RefusalOf(err); !ok {
			t.Fatalf("%s: %v, want entries or a refusal", what, err)
		}
		if expected {
			r, _ := custody.RefusalOf(err)
			t.Fatalf("%s was refused, and no law forbids it: %v, for %v", what, err, r.Also)
		}
		if now != m.was {
			t.Fatalf("%s was refused (%v) and yet changed:\n%s", what, err, difference(m.was, now))
		}
		return nil
	}
	if !expected {
		t.Fatalf("%s was taken, though the model forbids it: %+v", what, entries[0])
	}
	m.was = now
	m.noOrderBreaches(t, what, before, entries)
	for _, e := range entries {
		for i := range e.Contradictions {
			id := fmt.Sprint("D", e.Number)
			if i > 0 {
				id += fmt.Sprint("-", i)
			}
			m.open[id] = e.Transfer
		}
	}
	return entries
}

// contradicts wants an entry to contradict the record in exactly these ways, in any order.
func contradicts(t *rapid.T, e *custody.Entry, kinds ...string) {
	t.Helper()
	var got []string
	for _, c := range e.Contradictions {
		got = append(got, c.Kind)
	}
	slices.Sort(got)
	slices.Sort(kinds)
	if !slices.Equal(got, kinds) {
		t.Fatalf("%s of %s in %s, said to have happened at %v: contradicts the record in %v, want %v", e.Kind, e.Person, e.Place, e.Happened, got, kinds)
	}
}

// check compares model and state, and the state with the laws; it runs after every command.
func (m *machine) check(t *rapid.T) {
	m.read(func(s *custody.State) {
		for _, d := range m.disagreements(s) {
			t.Errorf("state and model disagree: %s", d)
		}
		for _, b := range s.CheckLaws() { // which takes the census again, if one is kept
			t.Errorf("a law is broken: %s", b)
		}
		s.CensusAt(m.now())
	})
}

// at draws when something happened: mostly now.
func (m *machine) at(t *rapid.T) time.Time {
	now := m.now()
	if m.journey {
		return now
	}
	return now.Add(-time.Minute * time.Duration(rapid.SampledFrom([]int{0, 0, 0, 0, 3, 40}).Draw(t, "minutes ago")))
}

func (m *machine) now() time.Time { return custody.Moment(m.clock().Now()) }

func (m *machine) anyone(t *rapid.T) string {
	numbers := make([]string, 0, len(m.people))
	for p := range m.people {
		numbers = append(numbers, p)
	}
	if len(numbers) == 0 {
		t.Skip("nobody yet")
	}
	sort.Strings(numbers)
	return rapid.SampledFrom(numbers).Draw(t, "person")
}

func (m *machine) anyTransfer(t *rapid.T) (string, *trip) {
	ids := make([]string, 0, len(m.transfers))
	for id := range m.transfers {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		t.Skip("no transfer yet")
	}
	sort.Strings(ids)
	id := rapid.SampledFrom(ids).Draw(t, "transfer")
	return id, m.transfers[id]
}

// anyLine draws a person, most often one of the manifest.
func (m *machine) anyLine(t *rapid.T, tr *trip, statuses ...string) string {
	var listed []string
	for p, l := range tr.lines {
		if len(statuses) == 0 || slices.Contains(statuses, l.status) {
			listed = append(listed, p)
		}
	}
	if len(listed) == 0 || rapid.IntRange(0, 9).Draw(t, "off the manifest") == 0 {
		return m.anyone(t)
	}
	sort.Strings(listed)
	return rapid.SampledFrom(listed).Draw(t, "listed")
}

func (m *machine) anyBus(t *rapid.T, tr *trip) *bus {
	if len(tr.vehicles) == 0 {
		t.Skip("no vehicle yet")
	}
	return rapid.SampledFrom(tr.vehicles).Draw(t, "vehicle")
}

func (m *machine) anyPlace(t *rapid.T) string {
	return rapid.SampledFrom([]string{habeastest.OriginReception, habeastest.OriginCell, "OLD-M1-C2", habeastest.CentreReception, habeastest.CentreCell(1, 1),
		habeastest.CentreCell(1, 2), habeastest.RoadsideRoom, habeastest.Hospital, habeastest.Court, "OLD-M1", "nowhere"}).Draw(t, "place")
}

// anyHolding draws a place that can hold people.
func (m *machine) anyHolding(t *rapid.T) string {
	return rapid.SampledFrom([]string{habeastest.OriginReception, habeastest.OriginReception, habeastest.OriginCell, "OLD-M1-C2", womensCell, habeastest.CentreReception,
		habeastest.CentreCell(1, 1), habeastest.RoadsideRoom}).Draw(t, "holding place")
}

func (m *machine) papers(t *rapid.T) []custody.Authority {
	now := m.now()
	switch rapid.IntRange(0, 5).Draw(t, "papers") {
	case 0:
		return nil
	case 1:
		return []custody.Authority{habeastest.ShortPaper(1, now, time.Duration(rapid.IntRange(1, 300).Draw(t, "lasts"))*time.Minute)}
	case 2:
		return []custody.Authority{habeastest.ShortPaper(1, now.AddDate(0, 0, -2), time.Hour)} // expired
	case 3:
		return []custody.Authority{habeastest.Paper(1, now), habeastest.ShortPaper(2, now, time.Hour)}
	default:
		return []custody.Authority{habeastest.Paper(1, now)}
	}
}

// file adds papers to a person of the model, numbered as the register numbers them.
func (w *who) file(person string, papers []custody.Authority) {
	for _, a := range papers {
		w.papers = append(w.papers, &sheet{id: fmt.Sprint(person, "/A", len(w.papers)+1), from: a.From, until: a.Until, sentence: a.Kind == custody.Sentence})
	}
}

func anyLive(papers []custody.Authority, at, now time.Time) bool {
	w := &who{}
	w.file("", papers)
	return w.liveAtBoth(at, now)
}

// bareWorld is a state and nothing else.
type bareWorld struct{ *habeastest.Ledger }

func (w bareWorld) run(o order) ([]*custody.Entry, error) {
	return w.Do(o.by, func(s *custody.State, now time.Time) ([]custody.Entry, error) {
		if err := s.May(o.by, o.action); err != nil {
			return nil, err
		}
		return o.act(s, now)
	})
}

func (w bareWorld) read(look func(*custody.State)) { look(w.State) }
func (w bareWorld) clock() *habeastest.Clock       { return w.Clock }

// deskWorld is a book with its desks.
type deskWorld struct {
	store *habeastest.Store
	book  *book.Book
	desks desks
}

func (w deskWorld) run(o order) ([]*custody.Entry, error) {
	written, err := o.desk(w.desks, book.Command{By: o.by})
	return written.Entries, err
}

func (w deskWorld) read(look func(*custody.State)) { w.book.Read(look) }
func (w deskWorld) clock() *habeastest.Clock       { return w.store.Clock }

// check runs a property a number of times, with so many commands a run on average,
// unless the command line says otherwise.
func check(t *testing.T, runs, steps int, property func(*rapid.T)) {
	t.Helper()
	for name, n := range map[string]int{"rapid.checks": runs, "rapid.steps": steps} {
		f := flag.Lookup(name)
		if f.Value.String() != f.DefValue {
			continue
		}
		if err := f.Value.Set(strconv.Itoa(n)); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := f.Value.Set(f.DefValue); err != nil {
				t.Error(err)
			}
		}()
	}
	rapid.Check(t, property)
}

// TestMachine drives random commands against a bare state and the model.
func TestMachine(t *testing.T) {
	taken, disputed := map[custody.Kind]int{}, map[string]int{}
	check(t, bareRuns, bareSteps, func(t *rapid.T) {
		w := bareWorld{habeastest.NewLedger(founders)}
		m := newMachine(w)
		m.repeat(t)
		s := rebuilt(t, w.Entries)
		if got := picture(s); got != m.was {
			t.Fatalf("the state rebuilt from the entries differs:\n%s", difference(m.was, got))
		}
		for _, e := range w.Entries {
			taken[e.Kind]++
			for _, c := range e.Contradictions {
				disputed[c.Kind]++
			}
		}
	})
	// A machine that never gets anywhere proves nothing.
	for _, k := range []custody.Kind{custody.CapacityOrdered, custody.PlaceTakenOut, custody.PersonMoved, custody.PersonDeparted, custody.PersonReceived, custody.PersonWithdrawn, custody.PersonDiverted,
		custody.PersonLodged, custody.PersonUnlisted, custody.TransferClosed, custody.DiscrepancyResolved, custody.PersonAssessed,
		custody.ApartOrdered, custody.ApartEnded, custody.PlanCommitted} {
		if taken[k] == 0 && !t.Failed() {
			t.Errorf("in all runs nothing of kind %s ever happened", k)
		}
	}
	for _, k := range []string{"place-over-capacity", "place-out-of-use", "place-for-other-sex", "already-in-custody",
		"before-last-movement", "arrival-before-departure", "already-withdrawn", "held-without-authority"} {
		if disputed[k] == 0 && !t.Failed() {
			t.Errorf("in all runs no fact contradicted the record as %s", k)
		}
	}
	t.Logf("entries by kind: %v, contradictions: %v", taken, disputed)
}

// TestMachineThroughTheDesks drives random commands through the desks into a book on
// SQLite; at the end the book verifies and every receipt holds.
func TestMachineThroughTheDesks(t *testing.T) {
	check(t, deskRuns, deskSteps, func(rt *rapid.T) {
		store := habeastest.NewStore(t, habeastest.SQLite)
		b := store.Established(founders)
		defer store.Close(b)
		following, stop := context.WithCancel(context.Background())
		defer stop()
		register, err := roll.New(following, b)
		if err != nil {
			rt.Fatal(err)
		}
		m := newMachine(deskWorld{store, b, desks{register, transfer.New(b), cells.New(b), b}})
		m.repeat(rt)

		entries := habeastest.Entries(t, b)
		s := rebuilt(rt, entries)
		if got := picture(s); got != m.was {
			rt.Fatalf("the state rebuilt from the entries differs:\n%s", difference(m.was, got))
		}
		report, err := b.Verify(context.Background())
		if err != nil || len(report.Problems) > 0 || !report.RebuiltEqual || !report.SealedEqual {
			rt.Fatalf("the book does not verify: %+v, %v", report, err)
		}
		if report.LogSize != int64(len(entries)) {
			rt.Fatalf("the log has %d leaves, the book %d entries", report.LogSize, len(entries))
		}
		numbers := make([]int64, len(entries))
		for i := range numbers {
			numbers[i] = int64(i)
		}
		receipts, err := b.Sealed(context.Background(), numbers)
		if err != nil {
			rt.Fatal(err)
		}
		for _, r := range receipts {
			text, err := seal.FormatReceipt(r)
			if err == nil {
				_, err = seal.CheckReceipt(text, b.VerifierKey(), seal.Quorum{})
			}
			if err != nil {
				rt.Fatalf("the receipt of entry %d: %v", r.Number, err)
			}
		}
	})
}

type (
	rollArrival = roll.Arrival
	rollStep    = roll.Step
)
