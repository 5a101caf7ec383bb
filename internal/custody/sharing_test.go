package custody_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// Who may be placed where: Mandela 11, assessments, keep-apart orders, capacity.

// wings opens a wing of two landings of three cells for two, beside what the origin has.
func (s *scene) wings() {
	s.t.Helper()
	open := func(p custody.Place) {
		s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.Open(p) }))
	}
	for w := 1; w <= 2; w++ {
		wing := fmt.Sprint("OLD-W", w)
		open(custody.Place{Code: wing, Parent: habeastest.Origin, Name: wing, Kind: custody.Wing})
		for l := 1; l <= 2; l++ {
			landing := fmt.Sprint(wing, "-L", l)
			open(custody.Place{Code: landing, Parent: wing, Name: landing, Kind: custody.Landing})
			for c := 1; c <= 3; c++ {
				open(custody.Place{Code: wingCell(w, l, c), Parent: landing, Name: "cell", Kind: custody.Cell, FloorArea: 680, Certified: 2})
			}
		}
	}
}

func wingCell(wing, landing, cell int) string {
	return fmt.Sprintf("OLD-W%d-L%d-C%d", wing, landing, cell)
}

// someone admits an invented person whose identity is changed before, on papers of their own.
func (s *scene) someone(change func(*custody.Person), papers ...custody.Authority) string {
	s.t.Helper()
	a := habeastest.Admission(0, papers...)
	if change != nil {
		change(a.Person)
	}
	return s.ok("reception", once(func(st *state, n time.Time) (entry, error) {
		return st.Admit("", a, habeastest.OriginReception, n, n)
	}))[0].Person
}

func (s *scene) sentenced(change func(*custody.Person)) string {
	s.t.Helper()
	return s.someone(change, habeastest.Paper(1, s.Clock.Now()))
}

func assess(a custody.Assessment) habeastest.Act {
	if a.Reason == "" {
		a.Reason = "interview"
	}
	return once(func(st *state, n time.Time) (entry, error) { a.By = "health"; return st.Assess(a, n) })
}

func apart(level custody.Level, pairwise bool, members ...string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) {
		return st.OrderApart(custody.KeepApart{Members: members, Level: level, Pairwise: pairwise, Reason: "a threat"}, "duty", n)
	})
}

func (s *scene) standing(codes ...string) []custody.Breach {
	s.t.Helper()
	list := s.State.Standing("", s.Clock.Now())
	var got []string
	for _, b := range list {
		got = append(got, b.Code)
	}
	if !slices.Equal(got, codes) {
		s.t.Fatalf("standing breaches are %v, want %v: %+v", got, codes, list)
	}
	return list
}

func TestPeopleOfTwoClassesNeverShare(t *testing.T) {
	s := newScene(t, 1)
	s.wings()
	now := s.Clock.Now()
	cell := wingCell(1, 1, 1)
	s.ok("duty", move(s.p[0], cell)) // a man, adult, convicted
	born := func(years int) string { return now.AddDate(-years, 0, 1).Format(time.DateOnly) }
	remand := func(kind custody.AuthorityKind) func() custody.Authority {
		return func() custody.Authority {
			a := habeastest.ShortPaper(1, s.Clock.Now(), 1000*time.Hour)
			a.Kind = kind
			return a
		}
	}
	sentence := func() custody.Authority { return habeastest.Paper(1, s.Clock.Now()) }
	lapsing := func() custody.Authority {
		a := habeastest.ShortPaper(1, s.Clock.Now(), 30*time.Minute)
		a.Kind = custody.Sentence
		return a
	}
	for name, c := range map[string]struct {
		change func(*custody.Person)
		papers []func() custody.Authority
		code   string // "": they may share
	}{
		"the like":                    {nil, []func() custody.Authority{sentence}, ""},
		"a woman":                     {func(p *custody.Person) { p.Sex = "F" }, []func() custody.Authority{sentence}, "shares-with-other-class"},
		"a child":                     {func(p *custody.Person) { p.Birth = born(18) }, []func() custody.Authority{sentence}, "shares-with-other-class"},
		"just eighteen":               {func(p *custody.Person) { p.Birth = now.AddDate(-18, 0, 0).Format(time.DateOnly) }, []func() custody.Authority{sentence}, ""},
		"a stated age of seventeen":   {func(p *custody.Person) { p.Birth, p.Age = "", 17 }, []func() custody.Authority{sentence}, "shares-with-other-class"},
		"a stated age of forty":       {func(p *custody.Person) { p.Birth, p.Age = "", 40 }, []func() custody.Authority{sentence}, ""},
		"no age at all":               {func(p *custody.Person) { p.Birth = "" }, []func() custody.Authority{sentence}, "shares-with-other-class"},
		"sex X":                       {func(p *custody.Person) { p.Sex = "X" }, []func() custody.Authority{sentence}, "shares-with-other-class"},
		"untried":                     {nil, []func() custody.Authority{remand(custody.RemandOrder)}, "shares-with-other-class"},
		"in police custody":           {nil, []func() custody.Authority{remand(custody.PoliceCustody)}, "shares-with-other-class"},
		"under extradition":           {nil, []func() custody.Authority{remand(custody.Extradition)}, "shares-with-other-class"},
		"sentenced and on remand":     {nil, []func() custody.Authority{remand(custody.RemandOrder), sentence}, ""},
		"a sentence that has expired": {nil, []func() custody.Authority{lapsing}, ""},
		"not confirmed by a paper":    {func(p *custody.Person) { p.Provisional = true }, []func() custody.Authority{sentence}, ""},
	} {
		var papers []custody.Authority
		for _, paper := range c.papers {
			papers = append(papers, paper())
		}
		person := s.someone(c.change, papers...)
		s.Clock.Advance(time.Hour)
		if c.code == "" {
			s.ok("duty", move(person, cell))
			s.standing()
			s.ok("duty", move(person, habeastest.OriginReception))
			continue
		}
		r := s.refused(c.code, "duty", move(person, cell))
		if r.Law != 4 || r.Params["person"] != person || r.Params["other"] != s.p[0] {
			t.Errorf("%s: the refusal does not say whom it concerns: %v", name, r)
		}
		if nearest := strings.Split(r.Params["nearest"], ", "); !slices.Equal(nearest, []string{wingCell(1, 1, 2), wingCell(1, 1, 3), wingCell(1, 2, 1)}) {
			t.Errorf("%s: nearest cells %v", name, nearest)
		}
	}
}

func TestSexXIsPlacedByADecision(t *testing.T) {
	s := newScene(t, 2)
	s.wings()
	x := s.sentenced(func(p *custody.Person) { p.Sex = "X" })
	s.ok("engineer", once(func(st *state, n time.Time) (entry, error) {
		return st.Designate("OLD-W1", custody.Designation{Sex: "M"}, n)
	}))
	s.ok("duty", move(s.p[0], wingCell(1, 1, 1)))
	s.refused("shares-with-other-class", "duty", move(x, wingCell(1, 1, 1)))
	s.ok("duty", move(x, wingCell(1, 1, 2))) // alone, in whichever wing
	s.refused("shares-with-other-class", "duty", move(s.p[1], wingCell(1, 1, 2)))
	s.refused("placed-with-unfit", "health", assess(custody.Assessment{Person: s.p[0], PlacedWith: "F"}))
	s.ok("health", assess(custody.Assessment{Person: x, PlacedWith: "F", Reason: "heard on 14 March"}))
	s.standing("place-for-other-sex")
	s.ok("duty", move(x, wingCell(2, 1, 1)))
	s.ok("health", assess(custody.Assessment{Person: x, PlacedWith: "M", Reason: "asked to be moved"}))
	s.ok("duty", move(x, wingCell(1, 1, 1)))
	s.standing()
}

func TestDesignationsBindTheCellsInside(t *testing.T) {
	s := newScene(t, 1)
	s.wings()
	designate := func(place string, d custody.Designation) {
		s.t.Helper()
		s.ok("engineer", once(func(st *state, n time.Time) (entry, error) { return st.Designate(place, d, n) }))
	}
	designate("OLD-W1", custody.Designation{Sex: "F"})
	designate("OLD-W2-L1", custody.Designation{Age: custody.Child})
	designate("OLD-W2-L2", custody.Designation{Legal: custody.Untried})
	designate("OLD-M1", custody.Designation{Features: []string{"ground-floor"}})
	s.refused("place-for-other-sex", "duty", move(s.p[0], wingCell(1, 2, 1)))
	s.refused("place-for-other-age", "duty", move(s.p[0], wingCell(2, 1, 1)))
	s.refused("place-for-other-status", "duty", move(s.p[0], wingCell(2, 2, 1)))
	s.refused("designation-unknown", "engineer", once(func(st *state, n time.Time) (entry, error) {
		return st.Designate("OLD-W1", custody.Designation{Age: "old"}, n)
	}))
	s.ok("health", assess(custody.Assessment{Person: s.p[0], Needs: []string{"wheelchair", "ground-floor"}}))
	if r := s.refused("needs-not-met", "duty", move(s.p[0], habeastest.OriginCell)); r.Params["needs"] != "wheelchair" || len(r.Also) != 0 {
		t.Errorf("the module is on the ground floor, only the wheelchair is not met: %v %v", r, r.Also)
	}
	designate(habeastest.OriginCell, custody.Designation{Features: []string{"wheelchair"}})
	s.ok("duty", move(s.p[0], habeastest.OriginCell))
	designate(habeastest.OriginCell, custody.Designation{Sex: "F"}) // nobody is moved by it: it stands as a breach
	list := s.standing("needs-not-met", "place-for-other-sex")
	if list[1].Rule != "SEP-1" || !slices.Equal(list[1].People, []string{s.p[0]}) {
		t.Errorf("the breach is %+v", list[1])
	}
}

func TestAssessmentsBind(t *testing.T) {
	s := newScene(t, 6)
	s.wings()
	high, timid, single, plain := s.p[0], s.p[1], s.p[2], s.p[3]
	s.ok("health", assess(custody.Assessment{Person: high, Risk: custody.HighRisk, With: []string{plain}}))
	s.ok("health", assess(custody.Assessment{Person: timid, NotAlone: true}))
	s.ok("health", assess(custody.Assessment{Person: single, Needs: []string{custody.SingleCell}}))
	s.refused("assessment-contradictory", "health", assess(custody.Assessment{Person: timid, NotAlone: true, Needs: []string{custody.SingleCell}}))
	s.refused("assessment-contradictory", "health", assess(custody.Assessment{Person: timid, NotAlone: true, Risk: custody.HighRisk}))
	s.refused("risk-unknown", "health", assess(custody.Assessment{Person: timid, Risk: "tattooed"}))
	s.refused("need-unknown", "health", assess(custody.Assessment{Person: timid, Needs: []string{"a view"}}))
	s.refused("reason-missing", "health", assess(custody.Assessment{Person: timid, Reason: " "}))
	s.refused("unknown-person", "health", assess(custody.Assessment{Person: "nobody"}))

	cell := wingCell(1, 1, 1)
	s.refused("must-not-be-alone", "duty", move(timid, cell))
	s.ok("duty", move(high, cell))
	if r := s.refused("shares-with-nobody", "duty", move(timid, cell)); r.Params["other"] != high || r.Params["why"] != "high-risk" {
		t.Errorf("the refusal is %v", r)
	}
	s.ok("duty", move(plain, cell)) // named in the assessment
	s.standing()
	s.ok("duty", move(single, wingCell(1, 1, 2)))
	s.refused("shares-with-nobody", "duty", move(s.p[4], wingCell(1, 1, 2)))

	// Company comes first, and may not be taken away by an order.
	other := wingCell(1, 1, 3)
	s.ok("duty", move(s.p[4], other))
	s.refused("shares-with-nobody", "duty", move(single, other))
	s.ok("duty", move(timid, other))
	if r := s.refused("left-alone", "duty", move(s.p[4], habeastest.OriginCell)); r.Params["other"] != timid {
		t.Errorf("the refusal is %v", r)
	}
	s.fact("duty", escape(s.p[4])) // a fact is never refused: it stands as a breach
	if list := s.standing("must-not-be-alone"); list[0].Place != other || !slices.Equal(list[0].People, []string{timid}) {
		t.Errorf("the breach is %+v", list)
	}
	// Both in one order.
	both := []custody.CellOrder{{Person: timid, To: habeastest.OriginCell}, {Person: s.p[5], To: habeastest.OriginCell}}
	s.ok("duty", func(st *state, n time.Time) ([]entry, error) { return st.CarryOut("", "one", both, nil, n, n) })
	s.standing()
}

func TestKeepApartAtEveryLevel(t *testing.T) {
	for _, c := range []struct {
		level   custody.Level
		refused []string // places beside OLD-W1-L1-C1 that are too near
		fine    []string
	}{
		{custody.CellLevel, []string{wingCell(1, 1, 1)}, []string{wingCell(1, 1, 2), wingCell(2, 1, 1)}},
		{custody.LandingLevel, []string{wingCell(1, 1, 1), wingCell(1, 1, 2)}, []string{wingCell(1, 2, 1), wingCell(2, 1, 1)}},
		{custody.WingLevel, []string{wingCell(1, 1, 1), wingCell(1, 1, 2), wingCell(1, 2, 1)}, []string{wingCell(2, 1, 1), habeastest.OriginCell}},
	} {
		s := newScene(t, 2)
		s.wings()
		s.ok("duty", apart(c.level, true, s.p[0], s.p[1]))
		s.ok("duty", move(s.p[0], wingCell(1, 1, 1)))
		for _, place := range c.refused {
			if r := s.refused("kept-apart", "duty", move(s.p[1], place)); r.Params["other"] != s.p[0] || r.Params["level"] != string(c.level) {
				t.Errorf("%s: %v", c.level, r)
			}
		}
		for _, place := range c.fine {
			s.ok("duty", move(s.p[1], place))
			s.ok("duty", move(s.p[1], habeastest.OriginReception)) // not a cell: no such rule
		}
		s.standing()
	}
}

func TestKeepApartListsWithCyclesAndDuplicates(t *testing.T) {
	s := newScene(t, 4)
	a, b, c, d := s.p[0], s.p[1], s.p[2], s.p[3]
	s.ok("duty", apart(custody.CellLevel, true, a, b))
	s.ok("duty", apart(custody.CellLevel, true, b, c))
	s.ok("duty", apart(custody.CellLevel, true, c, a, c, a, a)) // closes the cycle, and names people twice
	s.refused("apart-already", "duty", apart(custody.CellLevel, true, b, a))
	s.refused("apart-already", "duty", apart(custody.CellLevel, false, a, b, a)) // of two, pairwise or not says the same
	s.refused("apart-from-nobody", "duty", apart(custody.CellLevel, true, a, a))
	s.refused("apart-from-nobody", "duty", apart(custody.CellLevel, true))
	s.refused("unknown-person", "duty", apart(custody.CellLevel, true, a, "nobody"))
	s.refused("level-unknown", "duty", apart("prison", true, a, b))
	s.ok("duty", apart(custody.WingLevel, true, a, b)) // another level is another order
	s.ok("duty", move(a, habeastest.OriginCell))
	s.refused("kept-apart", "duty", move(b, habeastest.OriginCell))
	s.refused("kept-apart", "duty", move(c, habeastest.OriginCell))
	s.ok("duty", move(d, habeastest.OriginCell))

	// A group that must not all be together may be, but for one.
	group := s.ok("duty", apart(custody.CellLevel, false, a, b, d))[0].Detail.(*custody.KeepApart)
	for _, k := range []string{"K1", group.ID} {
		end := once(func(st *state, n time.Time) (entry, error) { return st.EndApart(k, "they made peace", n) })
		if k == "K1" {
			s.refused("unknown-keep-apart", "duty", end)
			continue
		}
		for _, order := range s.State.ApartsOf(b) {
			if order.ID != group.ID {
				s.ok("duty", once(func(st *state, n time.Time) (entry, error) { return st.EndApart(order.ID, "they made peace", n) }))
			}
		}
		s.refused("kept-apart", "duty", move(b, habeastest.OriginCell))
		s.ok("duty", end)
		s.refused("apart-ended", "duty", end)
		s.ok("duty", move(b, habeastest.OriginCell))
	}
}

func TestKeepApartOfPeopleWhoAreTogether(t *testing.T) {
	s := newScene(t, 4)
	for _, p := range s.p[:3] {
		s.ok("duty", move(p, habeastest.OriginCell))
	}
	e := s.ok("duty", apart(custody.CellLevel, true, s.p...))[0]
	if len(e.Contradictions) != 1 || e.Contradictions[0].Kind != "kept-apart-together" {
		t.Fatalf("the order was recorded with %+v", e.Contradictions)
	}
	d := s.State.DiscrepanciesOf(s.p[0])
	if len(d) != 1 || d[0].Place != habeastest.OriginCell || d[0].Params["people"] != strings.Join(s.p[:3], ", ") {
		t.Fatalf("the discrepancy is %+v", d)
	}
	if list := s.standing("kept-apart"); !slices.Equal(list[0].People, s.p[:3]) || !list[0].Since.Equal(e.Happened) {
		t.Errorf("the breach is %+v, want one of the three since %v", list, e.Happened)
	}
	s.refused("kept-apart", "duty", move(s.p[3], habeastest.OriginCell))
	s.ok("duty", move(s.p[0], "OLD-M1-C2"))
	s.ok("duty", move(s.p[1], habeastest.OriginReception))
	s.standing()
	if s.State.DiscrepanciesOf(s.p[0])[0].Resolved() {
		t.Error("the discrepancy went away by itself")
	}
	// An order is in force between its dates alone.
	later := once(func(st *state, n time.Time) (entry, error) {
		return st.OrderApart(custody.KeepApart{Members: s.p[1:3], Level: custody.WingLevel, Reason: "a threat", From: n.Add(time.Hour), Until: n.Add(2 * time.Hour)}, "duty", n)
	})
	s.ok("duty", later)
	for _, order := range s.State.ApartsOf(s.p[2]) {
		if order.Level == custody.CellLevel {
			s.ok("duty", once(func(st *state, n time.Time) (entry, error) { return st.EndApart(order.ID, "settled", n) }))
		}
	}
	s.ok("duty", move(s.p[1], habeastest.OriginCell))
	s.standing()
	s.Clock.Advance(time.Hour)
	s.standing("kept-apart")
	s.Clock.Advance(time.Hour)
	s.standing()
}

func TestOverCapacityTakesADatedOrder(t *testing.T) {
	s := newScene(t, 4)
	small := "OLD-M1-C2" // certified for 2
	s.ok("duty", move(s.p[0], small))
	s.ok("duty", move(s.p[1], small))
	over := func(capacity int, from, until time.Duration, reason string) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) {
			return st.OrderOverCapacity(small, custody.OverCapacity{Capacity: capacity, SignedBy: "governor", From: n.Add(from), Until: n.Add(until), Reason: reason}, n)
		})
	}
	s.refused("not-over-capacity", "governor", over(2, 0, time.Hour, "flooding"))
	s.refused("reason-missing", "governor", over(3, 0, time.Hour, ""))
	s.refused("dates-reversed", "governor", over(3, 0, -time.Hour, "flooding"))
	s.refused("over-capacity-too-long", "governor", over(3, 0, 367*24*time.Hour, "flooding"))
	s.refused("capacity-order-incomplete", "governor", once(func(st *state, n time.Time) (entry, error) {
		return st.OrderOverCapacity(small, custody.OverCapacity{Capacity: 3, SignedBy: "governor", Reason: "flooding"}, n)
	}))
	s.refused("over-capacity-of-nothing", "governor", once(func(st *state, n time.Time) (entry, error) {
		return st.OrderOverCapacity(habeastest.OriginReception, custody.OverCapacity{Capacity: 3, SignedBy: "governor", Until: n.Add(time.Hour), Reason: "flooding"}, n)
	}))
	s.ok("governor", over(3, time.Minute, time.Hour, "flooding in module 2"))
	s.standing() // not yet in force
	s.refused("place-full", "duty", move(s.p[2], small))
	s.Clock.Advance(time.Minute)
	if list := s.standing("over-capacity"); list[0].Rule != "SPC-1" || list[0].Params["signedBy"] != "governor" || list[0].Params["certified"] != "2" {
		t.Errorf("the breach is %+v", list)
	}
	s.ok("duty", move(s.p[2], small))
	s.refused("place-full", "duty", move(s.p[3], small))
	s.standing("over-capacity")
	s.Clock.Advance(time.Hour) // the order has run out, with three people in a cell for two
	list := s.standing("place-full")
	if order := s.State.Places.Get(small).Over; !list[0].Since.Equal(order.Until) {
		t.Errorf("overfull since %v, want %v, when the order ran out", list[0].Since, order.Until)
	}
	s.ok("duty", move(s.p[2], habeastest.OriginCell))
	s.refused("place-full", "duty", move(s.p[2], small))
	s.standing()
}

func TestBreachesThatTimeBrings(t *testing.T) {
	s := newScene(t, 0)
	s.wings()
	day := s.Clock.Now().UTC().Truncate(24 * time.Hour)
	birthday := day.AddDate(0, 0, 2)
	child := func(years int) string {
		return s.sentenced(func(p *custody.Person) { p.Birth = birthday.AddDate(-years, 0, 0).Format(time.DateOnly) })
	}
	older, younger := child(18), child(15)
	remanded := s.someone(nil, habeastest.ShortPaper(1, s.Clock.Now(), 2000*time.Hour))
	remanded2 := s.someone(nil, habeastest.ShortPaper(2, s.Clock.Now(), 2000*time.Hour))
	s.ok("duty", move(older, wingCell(1, 1, 1)))
	s.ok("duty", move(younger, wingCell(1, 1, 1)))
	s.ok("duty", move(remanded, wingCell(1, 1, 2)))
	s.ok("duty", move(remanded2, wingCell(1, 1, 2)))
	s.standing()
	s.Clock.Advance(birthday.Sub(s.Clock.Now()) + time.Hour)
	if list := s.standing("shares-with-other-class"); !slices.Equal(list[0].People, []string{older, younger}) || !list[0].Since.Equal(birthday) {
		t.Errorf("the breach is %+v, want the two since %v", list, birthday)
	}
	given := s.Clock.Now().Add(time.Minute)
	s.ok("records", once(func(st *state, n time.Time) (entry, error) {
		a := habeastest.Paper(3, n)
		a.From = n
		return st.GiveAuthority(remanded, a)
	}))
	if list := s.standing("shares-with-other-class", "shares-with-other-class"); list[1].Place != wingCell(1, 1, 2) || !list[1].Since.Equal(custody.Moment(given)) {
		t.Errorf("the breach is %+v, want since %v", list[1], given)
	}
	s.ok("duty", move(older, wingCell(1, 2, 1)))
	s.ok("duty", move(remanded, wingCell(1, 2, 1)))
	s.standing()
}

func TestARefusalTellsNoMoreThanTheAskerMayKnow(t *testing.T) {
	s := newScene(t, 3)
	s.ok("duty", apart(custody.CellLevel, true, s.p[0], s.p[1]))
	s.ok("duty", move(s.p[0], habeastest.OriginCell))
	r := s.refused("kept-apart", "duty", move(s.p[1], habeastest.OriginCell))
	if told, _ := custody.RefusalOf(s.State.Told(r, "landing")); told.Params["other"] != s.p[0] {
		t.Errorf("one who may read records is told %v", told)
	}
	told, _ := custody.RefusalOf(s.State.Told(r, "engineer"))
	if _, says := told.Params["other"]; says || strings.Contains(fmt.Sprint(told), s.p[0]) || told.Code != "kept-apart" {
		t.Errorf("one who may not read records is told %v", told)
	}
	if r.Params["other"] != s.p[0] {
		t.Error("the refusal itself was changed")
	}
}
