package custody_test

import (
	"reflect"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// fresh is the state of the same entries in which nothing was asked before.
func (s *scene) fresh() *custody.State {
	s.t.Helper()
	anew := custody.NewState()
	anew.Govern(habeastest.Policy(), s.Clock.Now)
	for _, e := range s.Entries {
		if err := anew.Apply(e); err != nil {
			s.t.Fatal(err)
		}
	}
	return anew
}

// What stands against the rules is kept from one question to the next. After every act it is asked for at instants on both
// sides of everything that time alone changes, forth and back, and must each time be what somebody finds who was never
// asked before.
func TestWhatStandsIsKeptTrue(t *testing.T) {
	s := newScene(t, 2)
	s.wings()
	soon := []time.Duration{0, 20 * time.Minute, 45 * time.Minute, 26 * time.Hour, 50 * time.Hour, 45 * time.Minute, 0, -time.Minute, 90 * time.Minute, 5000 * time.Hour, 0}
	breaches := 0
	asked := func(what string) {
		t.Helper()
		for _, d := range soon {
			at := s.Clock.Now().Add(d)
			kept, found := s.State.Standing("", at), s.fresh().Standing("", at)
			if !reflect.DeepEqual(kept, found) {
				t.Fatalf("after %s, %s on, what is kept is\n%+v\nand there stands\n%+v", what, d, kept, found)
			}
			breaches += len(found)
		}
		if broken := s.State.CheckLaws(); len(broken) > 0 {
			t.Fatalf("after %s: %v", what, broken)
		}
	}
	one, two, three, four := wingCell(1, 1, 1), wingCell(1, 1, 2), wingCell(1, 2, 1), wingCell(2, 1, 1)
	now := s.Clock.Now()
	child := s.sentenced(func(p *custody.Person) { p.Birth = now.AddDate(-18, 0, 1).Format(time.DateOnly) })
	lapsing := s.someone(nil, habeastest.ShortPaper(3, now, 30*time.Minute), custody.Authority{Kind: custody.Sentence, Issuer: "Court", Case: "9", From: now.AddDate(-1, 0, 0), Until: now.Add(40 * time.Minute)})
	stated := s.sentenced(func(p *custody.Person) { p.Birth, p.Age = "", 17 })
	man, other := s.p[0], s.p[1]
	asked("nothing")

	found := func(person, place string) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) { return st.Found(person, place, n, n) })
	}
	for _, act := range []struct {
		what string
		by   string
		do   habeastest.Act
	}{
		{"a man and a child share", "landing", found(man, one)},
		{"the child comes", "landing", found(child, one)},
		{"somebody whose sentence lapses", "landing", found(lapsing, one)},
		{"somebody of a stated age", "landing", found(stated, two)},
		{"another man beside them", "landing", found(other, two)},
		{"a paper for the lapsing", "records", once(func(st *state, n time.Time) (entry, error) {
			a := habeastest.ShortPaper(5, n, time.Hour)
			a.From = n.Add(30 * time.Minute)
			return st.GiveAuthority(lapsing, a)
		})},
		{"a paper is ended", "records", once(func(st *state, n time.Time) (entry, error) { return st.EndAuthority(lapsing+"/A1", "quashed", n) })},
		{"an identity is corrected", "records", once(func(st *state, n time.Time) (entry, error) {
			p := *st.People.Get(other)
			p.Sex = "F"
			return st.CorrectPerson(p, 30, n)
		})},
		{"kept apart over a landing", "duty", apart(custody.LandingLevel, true, man, other)},
		{"kept apart over a wing, for a while", "duty", once(func(st *state, n time.Time) (entry, error) {
			return st.OrderApart(custody.KeepApart{Members: []string{child, stated}, Level: custody.WingLevel, Pairwise: true, Reason: "a threat", From: n, Until: n.Add(time.Hour)}, "duty", n)
		})},
		{"one of them goes to another landing", "landing", found(stated, three)},
		{"one of them goes to another wing", "landing", found(stated, four)},
		{"the other goes where nobody was", "landing", found(other, three)},
		{"shares with nobody", "health", assess(custody.Assessment{Person: man, Risk: custody.HighRisk, With: []string{lapsing}})},
		{"needs what the cell has not", "health", assess(custody.Assessment{Person: child, Needs: []string{"wheelchair"}})},
		{"a landing for women", "engineer", once(func(st *state, n time.Time) (entry, error) {
			return st.Designate("OLD-W1-L1", custody.Designation{Sex: "F", Features: []string{"wheelchair"}}, n)
		})},
		{"a wing is taken out of use", "engineer", once(func(st *state, n time.Time) (entry, error) { return st.TakeOut("OLD-W2-L2", "flooded") })},
		{"somebody is found in it", "landing", found(stated, wingCell(2, 2, 1))},
		{"and it is brought back", "engineer", once(func(st *state, n time.Time) (entry, error) { return st.BringBack("OLD-W2-L2") })},
		{"a capacity for a while", "governor", once(func(st *state, n time.Time) (entry, error) {
			return st.OrderCapacity(one, custody.CapacityOrder{Capacity: 1, SignedBy: "governor", From: n.Add(30 * time.Minute), Until: n.Add(30 * time.Hour)})
		})},
		{"more than the area allows, for a while", "governor", once(func(st *state, n time.Time) (entry, error) {
			return st.OrderOverCapacity(one, custody.OverCapacity{Capacity: 4, SignedBy: "governor", From: n, Until: n.Add(40 * time.Minute), Reason: "flooding"}, n)
		})},
		{"a release", "duty", once(func(st *state, n time.Time) (entry, error) { return st.Escape(man, "over the wall", n) })},
		{"they are back", "duty", found(man, one)},
	} {
		s.Clock.Advance(time.Minute)
		s.ok(act.by, act.do)
		asked(act.what)
	}
	if breaches < 100 {
		t.Errorf("only %d breaches stood: the acts breach too little", breaches)
	}

	// An order that is refused after some of it was done leaves what is kept as it was.
	before := s.State.Standing("", s.Clock.Now())
	during := before
	if _, err := s.Do("landing", func(st *state, n time.Time) ([]entry, error) {
		e, err := st.Found(child, two, n, n)
		if err != nil {
			return nil, err
		}
		e = st.Chained(e)
		e.Number, e.Recorded, e.Happened = st.Next, n, n
		if err := st.Apply(&e); err != nil {
			return nil, err
		}
		during = st.Standing("", n) // somebody asks in between
		_, err = st.CellMove(lapsing, "NOWHERE", n, n)
		return nil, err
	}); err == nil || reflect.DeepEqual(during, before) {
		t.Fatal("a move to nowhere is not refused, or what was done before it breaches nothing")
	}
	if after := s.State.Standing("", s.Clock.Now()); !reflect.DeepEqual(before, after) {
		t.Errorf("a refused order changed what stands from\n%+v\nto\n%+v", before, after)
	}
}
