package count_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/roll"
)

// The model is a second, naive telling of what counts do. It knows of everybody when they
// were where, by what has been recorded so far, and no number that is kept anywhere: what
// a landing should hold at an instant is whoever was there at that instant.
type model struct {
	been  map[string][]stay // of each person, in order
	count *tally            // the open count
	ended map[string]*tally
}

type stay struct {
	since time.Time
	place string
}

type tally struct {
	id       string
	named    bool
	opened   time.Time
	ended    time.Time
	signed   bool
	landings map[string]*level
}

type level struct {
	status  string
	round   int
	slips   []told
	recount []time.Time // when each round after the first was called
}

type told struct {
	hand     string
	round    int
	counted  time.Time
	number   int
	people   []string
	attached bool
}

func (m *model) at(person string, t time.Time) string {
	place := ""
	for _, s := range m.been[person] {
		if !s.since.After(t) {
			place = s.place
		}
	}
	return place
}

// there are the people on a landing at an instant.
func (m *model) there(landing string, t time.Time) (list []string) {
	for person := range m.been {
		if unitOf(m.at(person, t)) == landing {
			list = append(list, person)
		}
	}
	slices.Sort(list)
	return list
}

func unitOf(place string) string {
	switch place {
	case cellA:
		return landingA
	case cellB:
		return landingB
	case habeastest.Hospital:
		return ""
	}
	return place
}

// differs is how a slip differs, written down.
func (m *model) differs(c *tally, landing string, s told) string {
	there := m.there(landing, s.counted)
	if !c.named {
		return fmt.Sprint(s.number - len(there))
	}
	var missing, extra []string
	for _, p := range there {
		if !slices.Contains(s.people, p) {
			missing = append(missing, p)
		}
	}
	for _, p := range s.people {
		if !slices.Contains(there, p) {
			extra = append(extra, p)
		}
	}
	return fmt.Sprint(len(s.people)-len(there), missing, extra)
}

func (m *model) same(c *tally, landing string, s told) bool {
	d := m.differs(c, landing, s)
	return d == "0" || d == "0 [] []"
}

func (l *level) counts(round int) (list []told) {
	for _, s := range l.slips {
		if s.round == round && !s.attached {
			list = append(list, s)
		}
	}
	return list
}

// lastCounts are the slips of the newest round that has any.
func (l *level) lastCounts() []told {
	for round := l.round; round > 0; round-- {
		if list := l.counts(round); len(list) > 0 {
			return list
		}
	}
	return nil
}

func (l *level) again(now time.Time) {
	l.round++
	l.status = "differs"
	l.recount = append(l.recount, now)
}

// give is what a slip does to its landing.
func (m *model) give(c *tally, landing string, s told, now time.Time) {
	l := c.landings[landing]
	current := c.ended.IsZero() && s.round == l.round
	s.attached = !current || l.status == "cleared"
	l.slips = append(l.slips, s)
	if !current {
		return
	}
	if l.status == "cleared" {
		if !m.same(c, landing, s) {
			l.again(now)
		}
		return
	}
	if slips := l.counts(l.round); len(slips) == 2 {
		if m.same(c, landing, slips[0]) && m.same(c, landing, slips[1]) {
			l.status = "cleared"
		} else {
			l.again(now)
		}
	}
}

// moved takes back what a movement that was entered late contradicts.
func (m *model) moved(now time.Time) {
	if m.count == nil {
		return
	}
	for landing, l := range m.count.landings {
		if l.status == "cleared" && slices.ContainsFunc(l.counts(l.round), func(s told) bool { return !m.same(m.count, landing, s) }) {
			l.again(now)
		}
	}
}

func (m *model) frozen(place string) bool {
	return m.count != nil && m.count.landings[unitOf(place)] != nil && m.count.landings[unitOf(place)].status == "differs"
}

// machine draws acts, plays them through the desks, and keeps the model beside.
type machine struct {
	*desk
	*model
	roll  *roll.Desk
	taken map[string]int
}

var places = []string{cellA, cellB, habeastest.CentreReception}

// play runs an act and wants it to be taken, or refused with a code.
func (m *machine) play(t *rapid.T, what, want string, act func(book.Command) (book.Written, error), by string) *custody.Entry {
	m.store.Clock.Advance(time.Minute)
	size := m.book.Size()
	w, err := act(book.Command{By: by})
	switch {
	case want == "" && err != nil:
		t.Fatalf("%s is refused: %v", what, err)
	case want != "" && !errors.Is(err, custody.Refused(want)):
		t.Fatalf("%s: %v, want the refusal %q", what, err, want)
	case want != "" && m.book.Size() != size:
		t.Fatalf("%s was refused and yet wrote", what)
	case want != "":
		m.taken[want]++
		return nil
	}
	m.taken[string(w.Entries[0].Kind)]++
	return w.Entries[0]
}

func (m *machine) now() time.Time { return custody.Moment(m.store.Clock.Now()) }

// next is the instant at which the next act happens.
func (m *machine) next() time.Time { return m.now().Add(time.Minute) }

func (m *machine) anybody(t *rapid.T) string { return rapid.SampledFrom(m.people).Draw(t, "person") }

func (m *machine) anyLanding(t *rapid.T) string {
	return rapid.SampledFrom([]string{landingA, landingA, landingB, landingB, habeastest.CentreReception, habeastest.OriginReception}).Draw(t, "landing")
}

func (m *machine) move(t *rapid.T) {
	person, to, now := m.anybody(t), rapid.SampledFrom(places).Draw(t, "to"), m.next()
	from, want := m.at(person, now), ""
	switch {
	case from == habeastest.Hospital:
		want = "not-in-establishment"
	case from == to:
		want = "already-there"
	case m.frozen(from) || m.frozen(to):
		want = "landing-frozen"
	}
	if m.play(t, "move "+person+" to "+to, want, func(c book.Command) (book.Written, error) {
		return m.roll.Move(ctx, c, roll.Step{Person: person, To: to})
	}, "reception") != nil {
		m.been[person] = append(m.been[person], stay{now, to})
		m.moved(now)
	}
}

// found is a fact, perhaps entered late.
func (m *machine) found(t *rapid.T) {
	person, to, now := m.anybody(t), rapid.SampledFrom(places).Draw(t, "where"), m.next()
	at := now.Add(-time.Duration(rapid.SampledFrom([]int{0, 0, 3, 12}).Draw(t, "minutes ago")) * time.Minute)
	last := m.been[person][len(m.been[person])-1]
	m.play(t, "found "+person+" in "+to, "", func(c book.Command) (book.Written, error) { return m.roll.Found(ctx, c, person, to, at) }, "control")
	if last.place != habeastest.Hospital && last.place != to && !at.Before(last.since) {
		m.been[person] = append(m.been[person], stay{at, to})
		m.moved(now)
	}
}

func (m *machine) goOut(t *rapid.T) {
	person, now := m.anybody(t), m.next()
	want := ""
	switch from := m.at(person, now); {
	case from == habeastest.Hospital:
		want = "not-in-establishment"
	case m.frozen(from):
		want = "landing-frozen"
	}
	if m.play(t, "take "+person+" to hospital", want, func(c book.Command) (book.Written, error) {
		return m.roll.GoOut(ctx, c, person, custody.Outing{Destination: habeastest.Hospital, Escort: "Sgt. Roa"}, time.Time{})
	}, "reception") != nil {
		m.been[person] = append(m.been[person], stay{now, habeastest.Hospital})
		m.moved(now)
	}
}

func (m *machine) comeBack(t *rapid.T) {
	person, now := m.anybody(t), m.next()
	if m.at(person, now) != habeastest.Hospital {
		t.Skip("not out")
	}
	m.play(t, person+" is back", "", func(c book.Command) (book.Written, error) {
		return m.roll.Return(ctx, c, person, habeastest.CentreReception, time.Time{})
	}, "landing")
	m.been[person] = append(m.been[person], stay{now, habeastest.CentreReception})
	m.moved(now)
}

func (m *machine) openCount(t *rapid.T) {
	kind := rapid.SampledFrom([]custody.CountKind{custody.FormalCount, custody.NamedCount}).Draw(t, "kind")
	by, want := rapid.SampledFrom([]string{"duty", "duty", "control", "landing"}).Draw(t, "by"), ""
	switch {
	case by == "landing":
		want = "not-permitted"
	case m.count != nil:
		want = "count-under-way"
	}
	now := m.next()
	e := m.play(t, "open", want, func(c book.Command) (book.Written, error) {
		return m.Open(ctx, c, count.Opening{Kind: kind, Place: habeastest.Centre})
	}, by)
	if e == nil {
		return
	}
	m.count = &tally{id: e.Detail.(*custody.CountOpening).ID, named: kind == custody.NamedCount, opened: now, landings: map[string]*level{}}
	v, _ := m.sees("duty", m.count.id)
	for _, l := range v.Landings {
		if there := len(m.there(l.Landing, now)); *l.Expected != there {
			t.Fatalf("%s is expected to hold %d, the model has %d there", l.Landing, *l.Expected, there)
		}
		m.count.landings[l.Landing] = &level{status: "awaited", round: 1}
	}
}

// slip is most often right, and sometimes wrong, late, of the wrong hand or for a count
// that has ended.
func (m *machine) slip(t *rapid.T) {
	c, now := m.count, m.next()
	if len(m.ended) > 0 && (c == nil || rapid.IntRange(0, 5).Draw(t, "of a count that has ended") == 0) {
		c = m.ended[rapid.SampledFrom(slices.Sorted(maps.Keys(m.ended))).Draw(t, "which")]
	}
	if c == nil {
		t.Skip("no count yet")
	}
	landing := m.anyLanding(t)
	hand := rapid.SampledFrom([]string{"landing", "landing2", "landing", "landing2", "landing3", "health", "duty"}).Draw(t, "hand")
	source := rapid.SampledFrom([]custody.SlipSource{custody.TypedSlip, custody.TypedSlip, custody.HandheldSlip, custody.PaperSlip}).Draw(t, "source")
	counted := now
	if source != custody.TypedSlip {
		counted = now.Add(-time.Duration(rapid.SampledFrom([]int{0, 2, 6, 20}).Draw(t, "minutes ago")) * time.Minute)
	}
	right := m.there(landing, counted)
	s := told{hand: hand, counted: counted, people: right, number: len(right)}
	if wrong := rapid.IntRange(0, 9).Draw(t, "wrong"); wrong == 0 {
		s.people, s.number = append(slices.Clone(right), m.someoneNotIn(right)), len(right)+1
	} else if wrong == 1 && len(right) > 0 {
		s.people, s.number = right[1:], len(right)-1
	}
	m.tell(t, c, landing, source, s)
}

// walk has two officers count every landing that has not cleared, rightly.
func (m *machine) walk(t *rapid.T) {
	if m.count == nil {
		t.Skip("no count")
	}
	for _, landing := range slices.Sorted(maps.Keys(m.count.landings)) {
		for _, hand := range []string{"landing", "landing2", "landing3"} {
			l := m.count.landings[landing]
			if l.status == "cleared" || slices.ContainsFunc(l.slips, func(s told) bool { return s.hand == hand && s.round == l.round }) {
				continue
			}
			right := m.there(landing, m.next())
			m.tell(t, m.count, landing, custody.TypedSlip, told{hand: hand, counted: m.next(), people: right, number: len(right)})
		}
	}
}

// tell gives a slip, and wants of it what the model wants.
func (m *machine) tell(t *rapid.T, c *tally, landing string, source custody.SlipSource, s told) {
	hand, counted := s.hand, s.counted
	r := count.Result{Landing: landing, Source: source, Counted: counted}
	if c.named {
		r.People = append([]string{}, s.people...)
	} else {
		r.Number, s.people = &s.number, nil
	}
	l, want := c.landings[landing], ""
	if l != nil {
		s.round = 1
		for i, called := range l.recount {
			if !counted.Before(called) {
				s.round = i + 2
			}
		}
	}
	switch {
	case l == nil:
		want = "landing-not-in-count"
	case hand == "duty" || hand == "health":
		want = "hand-not-blind"
	case counted.Before(c.opened.Add(-2 * time.Minute)):
		want = "slip-before-opening"
	case !c.ended.IsZero() && (source == custody.TypedSlip || counted.After(c.ended)):
		want = "count-ended"
	case slices.ContainsFunc(l.slips, func(other told) bool { return other.hand == hand && other.round == s.round }):
		want = "same-hand"
	}
	if counted.Before(c.opened) && want == "" {
		t.Skip("between the clocks")
	}
	e := m.play(t, fmt.Sprintf("slip of %s by %s in %s", landing, hand, c.id), want, func(by book.Command) (book.Written, error) {
		return m.Give(ctx, by, c.id, r)
	}, hand)
	if e == nil {
		return
	}
	if c.signed && m.same(c, landing, s) != (len(e.Contradictions) == 0) {
		t.Fatalf("a late slip of %s contradicts %v, the model says that it differs by %s", landing, e.Contradictions, m.differs(c, landing, s))
	}
	if !c.signed && len(e.Contradictions) > 0 {
		t.Fatalf("a slip of an open count tells its counter %v", e.Contradictions)
	}
	m.give(c, landing, s, m.now())
}

func (m *machine) someoneNotIn(list []string) string {
	for _, p := range m.people {
		if !slices.Contains(list, p) {
			return p
		}
	}
	return custody.PrisonNumber(99_999)
}

func (m *machine) callRecount(t *rapid.T) {
	if m.count == nil || rapid.IntRange(0, 3).Draw(t, "seldom") > 0 {
		t.Skip("not now")
	}
	landing, want := m.anyLanding(t), ""
	l := m.count.landings[landing]
	if l == nil {
		want = "landing-not-in-count"
	}
	if m.play(t, "recount of "+landing, want, func(c book.Command) (book.Written, error) {
		return m.CallRecount(ctx, c, m.count.id, landing, "nobody was seen there")
	}, "duty") != nil {
		l.again(m.now())
	}
}

func (m *machine) sign(t *rapid.T) {
	if m.count == nil {
		t.Skip("no count")
	}
	by, want := rapid.SampledFrom([]string{"duty", "duty2", "control", "landing"}).Draw(t, "by"), ""
	switch {
	case by == "control" || by == "landing":
		want = "not-permitted"
	case slices.ContainsFunc(slices.Collect(maps.Values(m.count.landings)), func(l *level) bool { return l.status != "cleared" }):
		want = "count-not-cleared"
	}
	e := m.play(t, "sign", want, func(c book.Command) (book.Written, error) { return m.Sign(ctx, c, m.count.id) }, by)
	if e == nil {
		return
	}
	if sums := e.Detail.(*custody.CountSums); sums.Counted != len(m.people) {
		t.Fatalf("%d are signed for, %d are held", sums.Counted, len(m.people))
	}
	m.count.signed = true
	m.end()
}

func (m *machine) abandon(t *rapid.T) {
	if m.count == nil || rapid.IntRange(0, 5).Draw(t, "seldom") > 0 {
		t.Skip("not now")
	}
	differ := 0
	for landing, l := range m.count.landings {
		if l.status == "differs" || l.status == "awaited" && slices.ContainsFunc(l.lastCounts(), func(s told) bool { return !m.same(m.count, landing, s) }) {
			differ++
		}
	}
	e := m.play(t, "abandon", "", func(c book.Command) (book.Written, error) { return m.Abandon(ctx, c, m.count.id, "a fire bell") }, "duty")
	if len(e.Contradictions) != differ {
		t.Fatalf("%d differences stood, %d were left to be answered for", differ, len(e.Contradictions))
	}
	m.end()
}

func (m *machine) end() {
	m.count.ended = m.now()
	m.ended[m.count.id], m.count = m.count, nil
}

// check compares the model with what officials are shown, after every act.
func (m *machine) check(t *rapid.T) {
	all := maps.Clone(m.ended)
	if m.count != nil {
		all[m.count.id] = m.count
	}
	blind := false
	for id, c := range all {
		duty, _ := m.sees("duty", id)
		officer, _ := m.sees("landing", id)
		for i, l := range duty.Landings {
			want := c.landings[l.Landing]
			if string(l.Status) != want.status || l.Round != want.round || len(l.Slips) != len(want.slips) {
				t.Fatalf("%s of %s is %s in round %d with %d slips, the model says %s, %d, %d", l.Landing, id, l.Status, l.Round, len(l.Slips), want.status, want.round, len(want.slips))
			}
			for j, slip := range l.Slips {
				if slip.Attached != want.slips[j].attached {
					t.Fatalf("the slip of %s on %s is attached: %v", slip.Hand, l.Landing, slip.Attached)
				}
			}
			hidden := c.ended.IsZero() && want.status != "cleared"
			blind = blind || hidden
			shown := officer.Landings[i]
			if (shown.Expected == nil) != hidden {
				t.Fatalf("%s of %s: a counter is shown what is expected: %v", l.Landing, id, !hidden)
			}
			for _, slip := range shown.Slips {
				if slip.Difference != nil || (hidden && slip.Hand != "landing") {
					t.Fatalf("%s of %s: a counter is shown %+v", l.Landing, id, slip)
				}
			}
		}
	}
	m.book.Read(func(s *custody.State) {
		if s.Blind("landing") != blind {
			t.Errorf("the officers of the landings are blind: %v", !blind)
		}
		for _, place := range places {
			if (s.DifferenceStands(place) != "") != m.frozen(place) {
				t.Errorf("%s is frozen: %v", place, !m.frozen(place))
			}
		}
		for _, broken := range s.CheckLaws() {
			t.Errorf("broken: %s", broken)
		}
	})
}

// check runs a property a number of times, with so many acts a run on average, unless the
// command line says otherwise.
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

// TestMachine drives random acts of officials through the desks, on both engines; at the
// end the book verifies, rebuilt from its entries alone.
func TestMachine(t *testing.T) {
	for engine, runs := range map[habeastest.Engine]int{habeastest.SQLite: 30, habeastest.PostgreSQL: 3} {
		t.Run(string(engine), func(t *testing.T) {
			taken := map[string]int{}
			check(t, runs, 200, func(rt *rapid.T) {
				store := habeastest.NewStore(t, engine)
				d := open(t, store, nil)
				admitted := custody.Moment(store.Clock.Now())
				defer store.Close(d.book)
				following, stop := context.WithCancel(ctx)
				defer stop()
				register, err := roll.New(following, d.book)
				if err != nil {
					rt.Fatal(err)
				}
				m := &machine{desk: d, model: &model{been: map[string][]stay{}, ended: map[string]*tally{}}, roll: register, taken: taken}
				// Three modules are closed and empty: they are not counted.
				for _, module := range []string{"CTR-M1", "CTR-M2", "CTR-M3"} {
					if _, err := register.TakeOut(ctx, d.as("engineer"), module, "building works"); err != nil {
						rt.Fatal(err)
					}
				}
				for i, person := range d.people {
					m.been[person] = []stay{{admitted, places[i/4]}}
				}
				rt.Repeat(map[string]func(*rapid.T){"": m.check, "move": m.move, "move again": m.move, "found": m.found, "go out": m.goOut, "come back": m.comeBack, "open": m.openCount,
					"slip": m.slip, "slip again": m.slip, "and again": m.slip, "and once more": m.slip, "walk": m.walk, "recount": m.callRecount, "sign": m.sign, "abandon": m.abandon})
				report, err := d.book.Verify(ctx)
				if err != nil || len(report.Problems) > 0 || !report.RebuiltEqual {
					rt.Fatalf("the book does not verify: %+v, %v", report, err)
				}
			})
			// A machine that never gets anywhere proves nothing.
			for _, what := range []string{"count.signed", "count.given-up", "landing-frozen", "same-hand", "count-not-cleared", "count-ended"} {
				if taken[what] == 0 && !t.Failed() && engine == habeastest.SQLite {
					t.Errorf("in all runs nothing like %s ever happened", what)
				}
			}
			t.Logf("what happened: %v", taken)
		})
	}
}
