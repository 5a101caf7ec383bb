package custody_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// Landings of the count tests: two landings of two cells each in a wing of the origin.
const (
	landingA = "OLD-W1-L1"
	landingB = "OLD-W1-L2"
	cellA1   = "OLD-W1-L1-C1"
	cellA2   = "OLD-W1-L1-C2"
	cellB1   = "OLD-W1-L2-C1"
)

// wing is a scene with those landings, six people on the first and four on the second,
// and a second officer of the landings.
func wing(t testing.TB) *scene {
	t.Helper()
	s := newScene(t, 12)
	for _, p := range []custody.Place{
		{Code: "OLD-W1", Parent: habeastest.Origin, Name: "Wing", Kind: custody.Wing},
		{Code: landingA, Parent: "OLD-W1", Name: "First landing", Kind: custody.Landing},
		{Code: landingB, Parent: "OLD-W1", Name: "Second landing", Kind: custody.Landing},
		{Code: cellA1, Parent: landingA, Name: "Cell 1", Kind: custody.Cell, FloorArea: 6800, Certified: 20},
		{Code: cellA2, Parent: landingA, Name: "Cell 2", Kind: custody.Cell, FloorArea: 6800, Certified: 20},
		{Code: cellB1, Parent: landingB, Name: "Cell 1", Kind: custody.Cell, FloorArea: 6800, Certified: 20},
	} {
		s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.Open(p) }))
	}
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) {
		return st.Appoint(custody.Official{Name: "landing3", FullName: "Third of the landings", Roles: []custody.Role{custody.LandingOfficer}})
	}))
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) {
		return st.Appoint(custody.Official{Name: "landing4", FullName: "Fourth of the landings", Roles: []custody.Role{custody.LandingOfficer}})
	}))
	for i, person := range s.p[:10] {
		to := cellA1
		if i >= 3 {
			to = cellA2
		}
		if i >= 6 {
			to = cellB1
		}
		s.ok("reception", move(person, to))
	}
	return s
}

func open(kind custody.CountKind, place string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) {
		return st.OpenCount(custody.CountOpening{Kind: kind}, place, n)
	})
}

// opened opens a count and returns its number.
func (s *scene) opened(kind custody.CountKind, place string) string {
	s.t.Helper()
	return s.ok("duty", open(kind, place))[0].Detail.(*custody.CountOpening).ID
}

func slip(count, landing, hand string, n int) habeastest.Act {
	return once(func(st *state, now time.Time) (entry, error) {
		return st.GiveSlip(landing, custody.Slip{Count: count, Number: n, Source: custody.TypedSlip}, hand, now, now)
	})
}

func slipBy(landing string, given custody.Slip, by string, counted func(now time.Time) time.Time) habeastest.Act {
	return once(func(st *state, now time.Time) (entry, error) {
		return st.GiveSlip(landing, given, by, counted(now), now)
	})
}

func now(n time.Time) time.Time { return n }

// both has both counters of the scene give a number for a landing.
func (s *scene) both(count, landing string, n int) {
	s.t.Helper()
	s.fact("landing", slip(count, landing, "landing", n))
	s.fact("landing2", slip(count, landing, "landing2", n))
}

// stands wants a landing of a count to stand somehow.
func (s *scene) stands(count, landing string, status custody.LandingStatus, round int) *custody.CountLanding {
	s.t.Helper()
	l := s.State.CountLandings.Get(count + "/" + landing)
	if l == nil || l.Status != status || l.Round != round {
		s.t.Fatalf("%s of %s is %+v, want %s in round %d", landing, count, l, status, round)
	}
	return l
}

func sign(count string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) { return st.SignCount(count, n) })
}

// cleared clears every landing of a count that is still awaited, with the numbers of the roll.
func (s *scene) cleared(count string) {
	s.t.Helper()
	for _, l := range s.State.CountLandingsOf(count) {
		if l.Status == custody.LandingAwaited {
			s.both(count, l.Landing, s.State.ExpectedAt(l, s.Clock.Now()))
		}
	}
}

// A count clears when every landing has, and is then what the roll says of itself.
func TestACountIsOpenedClearedAndSigned(t *testing.T) {
	s := wing(t)
	s.ok("reception", once(func(st *state, n time.Time) (entry, error) {
		return st.GoOut(s.p[0], custody.Outing{Destination: habeastest.Hospital, Escort: "Sgt. Roa", DueBack: n.Add(time.Hour)}, n, n)
	}))
	count := s.opened(custody.FormalCount, habeastest.Origin)
	c := s.State.Counts.Get(count)
	// Two landings, reception and the two cells on no landing.
	if c.Landings != 5 || c.Expected != 11 || c.Roll != 12 || len(c.Out) != 1 {
		t.Fatalf("the count is %+v", c)
	}
	if out := c.Out[0]; out.Place != habeastest.Hospital || out.Custodian != "Sgt. Roa" || out.People[0].Person != s.p[0] || out.People[0].Landing != landingA {
		t.Errorf("out: %+v", out)
	}
	if l := s.stands(count, landingA, custody.LandingAwaited, 1); l.Expected != 5 {
		t.Errorf("the first landing is expected to hold %d", l.Expected)
	}
	s.refused("count-not-cleared", "duty", sign(count))
	s.fact("landing", slip(count, landingA, "landing", 5))
	s.stands(count, landingA, custody.LandingAwaited, 1)
	s.fact("landing2", slip(count, landingA, "landing2", 5))
	s.stands(count, landingA, custody.LandingCleared, 1)
	r := s.refused("count-not-cleared", "duty", sign(count))
	if len(r.Also) != 4 || r.Params["number"] != "4" {
		t.Errorf("who stands in the way: %v %v", r.Params, r.Also)
	}
	s.cleared(count)
	s.ok("duty", sign(count))
	standing := s.State.CountStanding(habeastest.Origin, s.Clock.Now())
	if got := standing.Cleared; got == nil || got.Number != 12 || got.By != "duty" || got.ID != count || len(standing.Open) != 0 {
		t.Errorf("the roll says %+v", standing)
	}
	s.refused("count-ended", "duty", sign(count))
	s.refused("count-ended", "landing3", slip(count, landingA, "landing3", 5))
}

// A wrong number is recorded. The landing is counted again, that one alone, and meanwhile
// nobody is ordered in or out of it; facts go on and what they say counts.
func TestADifferenceFreezesItsLandingAlone(t *testing.T) {
	s := wing(t)
	count := s.opened(custody.FormalCount, habeastest.Origin)
	s.ok("reception", move(s.p[10], cellB1)) // a count stops nobody
	s.both(count, landingB, 5)               // and what moved since is reckoned with
	s.stands(count, landingB, custody.LandingCleared, 1)

	s.fact("landing", slip(count, landingA, "landing", 5))
	s.fact("landing2", slip(count, landingA, "landing2", 6))
	l := s.stands(count, landingA, custody.LandingDiffers, 2)
	if l.Recounts[0].Why != custody.SlipsDisagree {
		t.Errorf("counted again for %s", l.Recounts[0].Why)
	}
	for name, act := range map[string]habeastest.Act{
		"out of it": move(s.p[0], cellB1), "into it": move(s.p[10], cellA1), "within it": move(s.p[0], cellA2),
		"to court": once(func(st *state, n time.Time) (entry, error) {
			return st.GoOut(s.p[0], custody.Outing{Destination: habeastest.Court, Escort: "Sgt. Roa"}, n, n)
		}),
		"admission into it": once(func(st *state, n time.Time) (entry, error) {
			return st.Admit("", habeastest.Admission(20, habeastest.Paper(20, n)), cellA1, n, n)
		}),
		"dated back": once(func(st *state, n time.Time) (entry, error) {
			return st.CellMove(s.p[0], cellB1, n.Add(-5*time.Minute), n)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			r := s.refused("landing-frozen", "reception", act)
			if r.Params["place"] != landingA || r.Params["count"] != count {
				t.Errorf("the refusal names %v", r.Params)
			}
		})
	}
	s.ok("reception", move(s.p[11], cellB1)) // nobody else waits
	s.fact("landing", once(func(st *state, n time.Time) (entry, error) { return st.Escape(s.p[0], "over the wall", n) }))
	s.both(count, landingA, 5)
	s.stands(count, landingA, custody.LandingCleared, 2)
	s.ok("reception", move(s.p[1], cellB1))
	s.cleared(count)
	s.ok("duty", sign(count))
}

// The move that was made before the count and entered after it explains both landings; a
// recount of the two clears them.
func TestALateEntryIsFoundAndClears(t *testing.T) {
	s := wing(t)
	stray := s.p[0] // by the roll on A, in truth on B
	s.Clock.Advance(time.Minute)
	moved := s.Clock.Now()
	count := s.opened(custody.FormalCount, habeastest.Origin)
	s.both(count, landingA, 5)
	s.both(count, landingB, 5)
	s.stands(count, landingA, custody.LandingDiffers, 2)
	s.stands(count, landingB, custody.LandingDiffers, 2)
	search, err := s.State.SearchDifferences(count, s.Clock.Now())
	if err != nil || len(search) != 2 {
		t.Fatalf("%v, %v", search, err)
	}
	if a := search[0]; a.Landing != landingA || a.Difference.By != -1 || a.Explanations[len(a.Explanations)-1].Kind != custody.NeighbourOpposite {
		t.Errorf("the search says of A: %+v", a)
	}
	s.fact("landing", once(func(st *state, n time.Time) (entry, error) { return st.Found(stray, cellB1, moved, n) }), "found-elsewhere")
	search, err = s.State.SearchDifferences(count, s.Clock.Now())
	if err != nil || len(search) != 2 {
		t.Fatalf("%v, %v", search, err)
	}
	for i, was := range []int{-1, 1} {
		l := search[i]
		if first := l.Explanations[0]; l.Difference.By != was || !l.Remains.None() || first.Kind != custody.ExplainedLate || first.Person != stray || !first.Happened.Equal(custody.Moment(moved)) {
			t.Errorf("%s: once the move is entered the search says %+v", l.Landing, l)
		}
	}
	s.both(count, landingA, 5)
	s.both(count, landingB, 5)
	s.stands(count, landingA, custody.LandingCleared, 2)
	s.stands(count, landingB, custody.LandingCleared, 2)
	s.cleared(count)
	s.ok("duty", sign(count))
	if sums := s.State.Counts.Get(count).Sums; sums.Recounts != 2 || sums.Counted != 12 {
		t.Errorf("signed: %+v", sums)
	}
}

// The likeliest explanation of a number comes first: who moved between the two landings
// that differ, then who was overdue, then who was in reception.
func TestTheLikeliestExplanationComesFirst(t *testing.T) {
	s := wing(t)
	s.ok("reception", once(func(st *state, n time.Time) (entry, error) {
		return st.GoOut(s.p[6], custody.Outing{Destination: habeastest.Court, Escort: "Sgt. Roa", DueBack: n.Add(2 * time.Minute)}, n, n)
	}))
	s.ok("reception", move(s.p[0], cellB1)) // by the roll on B; in truth still on A
	count := s.opened(custody.FormalCount, habeastest.Origin)
	s.both(count, landingA, 6)
	s.both(count, landingB, 3)
	search, err := s.State.SearchDifferences(count, s.Clock.Now())
	if err != nil || len(search) != 2 {
		t.Fatalf("%+v, %v", search, err)
	}
	if first := search[0].Explanations[0]; first.Kind != custody.MovedOpposite || first.Person != s.p[0] || first.Landing != landingB || first.Name == "" {
		t.Errorf("A is explained by %+v", first)
	}
	if first := search[1].Explanations[0]; first.Kind != custody.MovedOpposite || first.Person != s.p[0] || first.Landing != landingA {
		t.Errorf("B is explained by %+v", first)
	}
	// Too many, with nobody moved between: the overdue comes before those in reception.
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) { return st.AbandonCount(count, "again from the start", n) }))
	s.Clock.Advance(time.Hour)
	count = s.opened(custody.FormalCount, habeastest.Origin)
	s.both(count, landingB, 5)
	search, err = s.State.SearchDifferences(count, s.Clock.Now())
	if err != nil || len(search) != 1 {
		t.Fatalf("%+v, %v", search, err)
	}
	var kinds []custody.ExplanationKind
	for _, e := range search[0].Explanations {
		kinds = append(kinds, e.Kind)
	}
	if want := []custody.ExplanationKind{custody.OverdueBack, custody.ReceptionNoCell, custody.ReceptionNoCell}; !slices.Equal(kinds, want) {
		t.Errorf("explained by %v, want %v", kinds, want)
	}
}

// A named count says who is missing and who is too many, and where the roll has them: a
// stranger, a number that is nobody's, a twin of the same name, somebody counted twice.
func TestANamedCountNamesTheDifference(t *testing.T) {
	s := wing(t)
	twin := habeastest.Admission(0, habeastest.Paper(30, s.Clock.Now())) // the same name as the first person
	twinNumber := s.ok("reception", once(func(st *state, n time.Time) (entry, error) {
		return st.Admit("", twin, habeastest.OriginReception, n, n)
	}))[0].Person
	count := s.opened(custody.NamedCount, "OLD-W1")
	l := s.stands(count, landingA, custody.LandingAwaited, 1)
	if !slices.Equal(l.People, s.p[:6]) {
		t.Fatalf("by name: %v", l.People)
	}
	nobody := custody.PrisonNumber(77_777)
	seen := append([]string{twinNumber, nobody, s.p[6]}, s.p[1:5]...) // for the first person his twin; the sixth is not there
	named := func(hand, landing string, people []string, strangers ...string) {
		t.Helper()
		s.fact(hand, slipBy(landing, custody.Slip{Count: count, People: people, Strangers: strangers, Source: custody.HandheldSlip}, hand, now))
	}
	named("landing", landingA, seen, "a man with a limp, no wristband")
	named("landing2", landingA, seen, "no wristband, limps")
	named("landing", landingB, append([]string{s.p[5]}, s.p[6:10]...))
	named("landing2", landingB, append([]string{s.p[5]}, s.p[6:10]...))
	search, err := s.State.SearchDifferences(count, s.Clock.Now())
	if err != nil || len(search) != 2 {
		t.Fatalf("%+v, %v", search, err)
	}
	a := search[0]
	if !slices.Equal(a.Difference.Missing, []string{s.p[0], s.p[5]}) || len(a.Difference.Extra) != 3 || a.Difference.Strangers != 1 || a.Disagree {
		t.Errorf("A differs by %+v", a.Difference)
	}
	find := func(kind custody.ExplanationKind, person string) custody.Explanation {
		t.Helper()
		for _, e := range a.Explanations {
			if e.Kind == kind && e.Person == person {
				return e
			}
		}
		t.Errorf("no %s of %q in %+v", kind, person, a.Explanations)
		return custody.Explanation{}
	}
	if e := find(custody.CountedElsewhere, s.p[5]); e.Landing != landingB {
		t.Errorf("the missing one: %+v", e)
	}
	if e := find(custody.SameNameMissing, s.p[0]); e.Other != twinNumber {
		t.Errorf("the twin: %+v", e)
	}
	find(custody.HeldElsewhere, twinNumber)
	find(custody.NotOnRegister, nobody)
	find(custody.CountedTwice, s.p[6])
	find(custody.StrangerOnSlip, "")

	// The right names clear it.
	for _, hand := range []string{"landing", "landing2"} {
		named(hand, landingA, s.p[:6])
		named(hand, landingB, s.p[6:10])
	}
	s.stands(count, landingA, custody.LandingCleared, 2)
	s.ok("duty", sign(count))
}

// What is malformed is refused; what is merely wrong is not.
func TestSlipsThatAreRefused(t *testing.T) {
	s := wing(t)
	count := s.opened(custody.FormalCount, "OLD-W1")
	named := s.opened(custody.NamedCount, habeastest.OriginReception)
	give := func(landing string, given custody.Slip, by string) habeastest.Act {
		if given.Source == "" {
			given.Source = custody.TypedSlip
		}
		return slipBy(landing, given, by, now)
	}
	s.refused("landing-not-in-count", "landing", give(habeastest.OriginCell, custody.Slip{Count: count}, "landing"))
	s.refused("landing-not-in-count", "landing", give("nowhere", custody.Slip{Count: count}, "landing"))
	s.refused("unknown-count", "landing", give(landingA, custody.Slip{Count: "C1"}, "landing"))
	for _, n := range []int{-1, -1 << 40, 10_001, 1 << 40} {
		s.refused("slip-number-absurd", "landing", give(landingA, custody.Slip{Count: count, Number: n}, "landing"))
	}
	s.refused("slip-source-unknown", "landing", give(landingA, custody.Slip{Count: count, Source: "rumour"}, "landing"))
	s.refused("slip-of-another", "landing", give(landingA, custody.Slip{Count: count, Hand: "landing2"}, "landing"))
	s.refused("unknown-official", "landing", give(landingA, custody.Slip{Count: count, Hand: "nobody", Source: custody.PaperSlip}, "landing"))
	s.refused("hand-not-blind", "duty", give(landingA, custody.Slip{Count: count}, "duty"))
	s.refused("hand-not-blind", "duty", give(landingA, custody.Slip{Count: count, Hand: "control", Source: custody.PaperSlip}, "duty"))
	s.refused("hand-not-blind", "duty", give(landingA, custody.Slip{Count: count, Hand: "escort", Source: custody.PaperSlip}, "duty"))
	for _, hand := range []string{"reception", "health"} { // they work with lists of people by place while a count goes on
		s.refused("hand-not-blind", hand, give(landingA, custody.Slip{Count: count}, hand))
		s.refused("hand-not-blind", hand, give(landingA, custody.Slip{Count: count, Hand: hand, Source: custody.PaperSlip}, hand))
	}
	s.refused("slip-round-unknown", "landing", give(landingA, custody.Slip{Count: count, Round: 2}, "landing"))
	s.refused("slip-round-unknown", "landing", give(landingA, custody.Slip{Count: count, Round: -1}, "landing"))
	s.refused("slip-names-unasked", "landing", give(landingA, custody.Slip{Count: count, People: s.p[:1]}, "landing"))
	s.refused("slip-names-twice", "landing", give(habeastest.OriginReception, custody.Slip{Count: named, People: []string{s.p[0], s.p[0]}}, "landing"))
	s.refused("prison-number-check", "landing", give(habeastest.OriginReception, custody.Slip{Count: named, People: []string{"1000000A"}}, "landing"))
	s.refused("text-control-characters", "landing", give(habeastest.OriginReception, custody.Slip{Count: named, Strangers: []string{"a\nb"}}, "landing"))
	s.refused("slip-before-opening", "landing", slipBy(landingA, custody.Slip{Count: count, Source: custody.TypedSlip}, "landing",
		func(n time.Time) time.Time { return n.Add(-time.Hour) }))

	s.fact("landing", give(landingA, custody.Slip{Count: count, Number: 155}, "landing"))
	s.refused("same-hand", "landing", give(landingA, custody.Slip{Count: count, Number: 6}, "landing"))
	s.refused("same-hand", "duty", give(landingA, custody.Slip{Count: count, Number: 6, Hand: "landing", Source: custody.PaperSlip}, "duty"))
	s.fact("duty", give(cellA2, custody.Slip{Count: count, Number: 0, Hand: "landing2", Source: custody.PaperSlip}, "duty")) // with its landing
	s.stands(count, landingA, custody.LandingDiffers, 2)
}

// What came late is kept with both its times. It changes nothing that is signed, and
// opens a discrepancy if it says otherwise.
func TestLateSlips(t *testing.T) {
	s := wing(t)
	count := s.opened(custody.FormalCount, "OLD-W1")
	during := s.Clock.Now()
	s.both(count, landingA, 6)
	s.both(count, landingB, 4)
	s.ok("duty", sign(count))
	before := *s.State.Counts.Get(count).Sums
	late := func(hand string, n int, source custody.SlipSource, counted time.Time) habeastest.Act {
		return slipBy(landingA, custody.Slip{Count: count, Number: n, Hand: hand, Source: source}, hand, func(time.Time) time.Time { return counted })
	}
	s.refused("count-ended", "landing3", late("landing3", 6, custody.TypedSlip, during))
	s.refused("count-ended", "landing3", late("landing3", 6, custody.PaperSlip, s.Clock.Now().Add(time.Minute)))
	s.refused("same-hand", "landing", late("landing", 6, custody.PaperSlip, during))
	e := s.fact("landing3", late("landing3", 6, custody.HandheldSlip, during))
	l := s.stands(count, landingA, custody.LandingCleared, 1)
	if g := l.Slips[2]; !g.Attached || !g.Counted.Equal(custody.Moment(during)) || !g.Recorded.Equal(e.Recorded) {
		t.Errorf("attached: %+v", g)
	}
	e = s.fact("landing4", late("landing4", 7, custody.PaperSlip, during), "late-slip-differs")
	d := s.State.Discrepancies.Get("D" + strconv.Itoa(int(e.Number)))
	if d == nil || d.Params["expected"] != "6" || d.Params["counted"] != "7" || d.Params["place"] != landingA {
		t.Errorf("the discrepancy is %+v", d)
	}
	if after := *s.State.Counts.Get(count).Sums; after != before {
		t.Errorf("what was signed is now %+v, was %+v", after, before)
	}
}

// Before the signature a landing that has cleared is opened again by whatever says
// otherwise: a third hand, a movement that had happened before, an official's doubt.
func TestAClearedLandingIsOpenedAgain(t *testing.T) {
	s := wing(t)
	count := s.opened(custody.FormalCount, "OLD-W1")
	s.Clock.Advance(time.Minute)
	early := s.Clock.Now()
	s.both(count, landingA, 6)
	s.both(count, landingB, 4)
	s.fact("landing3", slip(count, landingA, "landing3", 6)) // agrees
	s.stands(count, landingA, custody.LandingCleared, 1)
	s.fact("landing4", slip(count, landingA, "landing4", 5))
	s.stands(count, landingA, custody.LandingDiffers, 2)
	s.both(count, landingA, 6)
	s.stands(count, landingA, custody.LandingCleared, 2)

	s.ok("reception", once(func(st *state, n time.Time) (entry, error) { return st.CellMove(s.p[0], cellB1, early, n) })) // had moved by then
	if l := s.stands(count, landingA, custody.LandingDiffers, 3); l.Recounts[1].Why != custody.LateEntry {
		t.Errorf("opened again for %s", l.Recounts[1].Why)
	}
	s.stands(count, landingB, custody.LandingDiffers, 2)
	s.both(count, landingA, 5)
	s.both(count, landingB, 5)
	s.ok("duty", once(func(st *state, _ time.Time) (entry, error) {
		return st.CallRecount(count, landingB, "nobody was seen there")
	}))
	s.stands(count, landingB, custody.LandingDiffers, 3)
	s.refused("count-not-cleared", "duty", sign(count))
	s.both(count, landingB, 5)
	s.ok("duty", sign(count))
}

// A landing is in one open count at a time. One gives way to another by name and with a
// reason, and what differed in it must still be answered for.
func TestACountGivesWay(t *testing.T) {
	s := wing(t)
	formal := s.opened(custody.FormalCount, "OLD-W1")
	s.both(formal, landingA, 7)
	s.refused("count-under-way", "duty", open(custody.EmergencyCount, habeastest.Origin))
	instead := func(reason string) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) {
			return st.OpenCount(custody.CountOpening{Kind: custody.EmergencyCount, Supersedes: formal, Reason: reason}, habeastest.Origin, n)
		})
	}
	s.refused("count-reason-missing", "duty", instead(" "))
	e := s.fact("duty", instead("alarm in the yard"), "count-left-different")
	emergency := e.Detail.(*custody.CountOpening).ID
	if c := s.State.Counts.Get(formal); c.Status != custody.CountSuperseded || c.Successor != emergency || c.EndedBy != "duty" || c.EndedFor == "" {
		t.Errorf("the first is %+v", c)
	}
	if s.State.DifferenceStands(cellA1) != "" {
		t.Error("the landing is still frozen")
	}
	s.refused("count-reason-missing", "duty", once(func(st *state, n time.Time) (entry, error) { return st.AbandonCount(emergency, "", n) }))
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) { return st.AbandonCount(emergency, "false alarm", n) }))
	if got := s.State.CountStanding(habeastest.Origin, s.Clock.Now()); got.Cleared != nil || len(got.Open) != 0 {
		t.Errorf("it stands %+v", got)
	}
}

// Whoever ends a count before the second slip does not end the question that the first one asks. A slip that agrees with the roll
// asks none, and a landing of which nobody said anything neither.
func TestACountGivenUpLeavesWhatOneCounterFound(t *testing.T) {
	s := wing(t)
	giveUp := func(count string) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) { return st.AbandonCount(count, "the kitchen waits", n) })
	}
	first := s.opened(custody.FormalCount, habeastest.Origin)
	expected := s.State.CountLandings.Get(first + "/" + landingA).Expected
	s.fact("landing", slip(first, landingA, "landing", expected-1))
	s.fact("landing", slip(first, landingB, "landing", s.State.CountLandings.Get(first+"/"+landingB).Expected))
	e := s.fact("duty", giveUp(first), "count-left-different")
	if len(e.Contradictions) != 1 {
		t.Fatalf("it leaves %+v", e.Contradictions)
	}
	want := map[string]string{"count": first, "place": landingA, "counted": strconv.Itoa(expected - 1), "expected": strconv.Itoa(expected)}
	if !maps.Equal(e.Contradictions[0].Params, want) {
		t.Errorf("it leaves %v, want %v", e.Contradictions[0].Params, want)
	}

	// A recount that is called hides the slip that was given before it no better, nor does another count in its place.
	s.Clock.Advance(time.Hour)
	second := s.opened(custody.FormalCount, habeastest.Origin)
	s.fact("landing", slip(second, landingA, "landing", expected+1))
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) {
		return st.CallRecount(second, landingA, "seen by one alone")
	}))
	s.fact("duty", once(func(st *state, n time.Time) (entry, error) {
		return st.OpenCount(custody.CountOpening{Kind: custody.EmergencyCount, Supersedes: second, Reason: "alarm in the yard"}, habeastest.Origin, n)
	}), "count-left-different")

	s.Clock.Advance(time.Hour)
	var third string
	for _, c := range s.State.OpenCounts() {
		third = c.ID
	}
	s.fact("landing", slip(third, landingA, "landing", expected))
	s.ok("duty", giveUp(third)) // nobody contradicted the roll
}

// A slip changes one row, however many landings the count has, and a movement during a
// count one more; neither touches the count itself.
func TestASlipCostsOneRow(t *testing.T) {
	s := wing(t)
	count := s.opened(custody.FormalCount, habeastest.Origin)
	rows := func() (counts, landings, moves int) {
		return len(s.State.Counts.TakeTouched()), len(s.State.CountLandings.TakeTouched()), len(s.State.CountMoves.TakeTouched())
	}
	rows()
	for _, hand := range []string{"landing", "landing2", "landing3"} {
		s.fact(hand, slip(count, landingA, hand, 6))
		if counts, landings, moves := rows(); counts != 0 || landings != 1 || moves != 0 {
			t.Errorf("a slip changed %d counts, %d landings, %d movements", counts, landings, moves)
		}
	}
	s.ok("reception", move(s.p[0], cellB1))
	if counts, landings, moves := rows(); counts != 0 || landings != 0 || moves != 1 {
		t.Errorf("a movement changed %d counts, %d landings, %d movements", counts, landings, moves)
	}
}

// Settings have bounds, and what loosens the norm takes a reason.
func TestCountRules(t *testing.T) {
	s := wing(t)
	set := func(r custody.CountRules) habeastest.Act {
		r.Establishment = habeastest.Origin
		return once(func(st *state, _ time.Time) (entry, error) { return st.OrderCountRules(r, "governor") })
	}
	if got := s.State.CountRulesOf(habeastest.Origin); len(got.Times) != custody.FormalCountsADay || got.Loosens != nil {
		t.Errorf("by default: %+v", got)
	}
	s.refused("count-time-malformed", "governor", set(custody.CountRules{Times: []string{"6:00"}}))
	s.refused("count-time-malformed", "governor", set(custody.CountRules{Times: []string{"25:00"}}))
	s.refused("count-time-malformed", "governor", set(custody.CountRules{Times: []string{"06:00", "06:00"}}))
	s.refused("count-rule-absurd", "governor", set(custody.CountRules{Floor: 1}))
	s.refused("count-rule-absurd", "governor", set(custody.CountRules{Window: -5}))
	s.refused("count-rules-reason", "governor", set(custody.CountRules{Times: []string{"06:00", "21:00"}}))
	s.ok("governor", set(custody.CountRules{Times: []string{"21:00", "06:00"}, Floor: 200, Reason: "short of staff until April"}))
	got := s.State.CountRulesOf(habeastest.Origin)
	if !slices.Equal(got.Times, []string{"06:00", "21:00"}) || !slices.Equal(got.Loosens, []string{"floor", "times"}) || got.SignedBy != "governor" {
		t.Errorf("ordered: %+v", got)
	}
	if standing := s.State.CountStanding(habeastest.Origin, s.Clock.Now()); !slices.Equal(standing.Loosens, got.Loosens) {
		t.Errorf("the roll does not say that the rules are loose: %+v", standing)
	}
	// A count of the schedule says which.
	due := s.State.CountTimes(habeastest.Origin, s.Clock.Now(), s.Clock.Now().AddDate(0, 0, 1))
	if len(due) != 2 {
		t.Fatalf("due: %v", due)
	}
	scheduled := func(at time.Time) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) {
			return st.OpenCount(custody.CountOpening{Kind: custody.FormalCount, Scheduled: at}, habeastest.Origin, n)
		})
	}
	s.refused("count-not-scheduled", "duty", scheduled(due[0]))
	s.Clock.Advance(due[0].Sub(s.Clock.Now()))
	s.refused("count-not-scheduled", "duty", scheduled(due[0].Add(time.Minute)))
	s.ok("duty", scheduled(due[0]))
	s.Clock.Advance(2 * time.Hour)
	if standing := s.State.CountStanding(habeastest.Origin, s.Clock.Now()); len(standing.Open) != 1 || standing.Open[0].OverdueSince.IsZero() {
		t.Errorf("an hour late: %+v", standing)
	}
}

// A counter of the landings is blind while a landing of theirs has not cleared, and does
// not read the book meanwhile; whoever may see counts sees.
func TestWhoIsBlind(t *testing.T) {
	s := wing(t)
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) {
		return st.Appoint(custody.Official{Name: "both", FullName: "Both", Roles: []custody.Role{custody.LandingOfficer, custody.RecordsOfficer}})
	}))
	count := s.opened(custody.FormalCount, "OLD-W1")
	for official, blind := range map[string]bool{"landing": true, "both": true, "duty": false, "monitor": false, "reception": false, "nobody": false} {
		if s.State.Blind(official) != blind {
			t.Errorf("%s is blind: %v", official, !blind)
		}
	}
	if err := s.State.May("both", custody.ReadBook); err == nil || err.(*custody.Refusal).Code != "blind-while-counting" {
		t.Errorf("a counter may read the book: %v", err)
	}
	s.cleared(count)
	if s.State.Blind("landing") || s.State.May("both", custody.ReadBook) != nil {
		t.Error("everything has cleared, and they are still blind")
	}
}
