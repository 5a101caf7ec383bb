package custody_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

func carryOut(orders ...custody.CellOrder) habeastest.Act {
	return func(st *state, n time.Time) ([]entry, error) { return st.CarryOut("", "test", orders, nil, n, n) }
}

func to(person, place string) custody.CellOrder { return custody.CellOrder{Person: person, To: place} }

func TestAPlanIsJudgedAsAWhole(t *testing.T) {
	s := newScene(t, 6)
	s.wings()
	a, b := wingCell(1, 1, 1), wingCell(1, 1, 2)
	s.ok("duty", carryOut(to(s.p[0], a), to(s.p[1], a), to(s.p[2], b), to(s.p[3], b)))
	s.refused("place-full", "duty", move(s.p[0], b))
	s.ok("duty", carryOut(to(s.p[0], b), to(s.p[2], a))) // full cells, and two people change places
	s.at(s.p[0], b, custody.Held)
	r := s.refused("plan-broken", "duty", carryOut(to(s.p[0], wingCell(1, 2, 1)), to(s.p[4], a), to(s.p[4], b), to("nobody", b), to(s.p[5], "CTR-M1-C1")))
	var codes []string
	for _, also := range r.Also {
		codes = append(codes, also.Code)
	}
	if want := []string{"place-full", "named-twice", "unknown-person", "other-establishment"}; !slices.Equal(codes, want) {
		t.Errorf("the refusal names %v, want %v", codes, want)
	}
	s.refused("list-empty", "duty", carryOut())
}

func TestOnlyWhatBrokeIsTakenOutOfAPlan(t *testing.T) {
	s := newScene(t, 8)
	s.wings()
	p, a, b, c := s.p, wingCell(1, 1, 1), wingCell(1, 1, 2), wingCell(1, 1, 3)
	s.ok("health", assess(custody.Assessment{Person: p[4], NotAlone: true}))
	s.ok("duty", apart(custody.LandingLevel, true, p[6], p[7]))
	orders := []custody.CellOrder{to(p[0], a), to(p[1], a), to(p[2], b), to(p[3], b), to(p[4], c), to(p[5], c)}
	unfit := func() (list []string) {
		for i := range orders {
			if r := s.State.Unfit(orders, s.Clock.Now())[i]; r != nil {
				list = append(list, fmt.Sprint(i, " ", r.Code))
			}
		}
		return list
	}
	if got := unfit(); got != nil {
		t.Fatalf("unfit before anything happened: %v", got)
	}
	s.ok("duty", move(p[6], a)) // takes one of the two places of p[0] and p[1]
	if got := unfit(); !slices.Equal(got, []string{"0 place-full"}) {
		t.Errorf("of two planned for the last place, %v are unfit, want the first alone", got)
	}
	s.fact("duty", die(p[5])) // the company of p[4]
	if got := unfit(); !slices.Equal(got, []string{"0 place-full", "4 must-not-be-alone", "5 not-in-custody"}) {
		t.Errorf("unfit are %v", got)
	}
	orders = append(orders, to(p[7], c)) // company, but kept apart from p[6] on this landing
	if got := unfit(); !slices.Equal(got, []string{"0 place-full", "4 must-not-be-alone", "5 not-in-custody", "6 kept-apart"}) {
		t.Errorf("unfit are %v", got)
	}
}

func TestATransferCarriesItsPlan(t *testing.T) {
	s := newScene(t, 5)
	id := s.transfer(s.p[:4]...)
	cell, other := habeastest.CentreCell(1, 1), habeastest.CentreCell(2, 1) // each for two
	plan := func(cells ...custody.PlannedCell) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) {
			return st.PlanCells(id, custody.CellPlan{Cells: cells}, n, n)
		})
	}
	line := func(i int, cell string) custody.PlannedCell {
		return custody.PlannedCell{Person: s.p[i], Cell: cell, Why: "fits"}
	}
	s.refused("not-listed", "planner", plan(line(4, cell)))
	s.refused("place-no-cell", "planner", plan(line(0, habeastest.CentreReception)))
	s.refused("other-establishment", "planner", plan(line(0, habeastest.OriginCell)))
	s.refused("unknown-place", "planner", plan(line(0, "nowhere")))
	s.refused("list-empty", "planner", plan())
	if r := s.refused("plan-broken", "planner", plan(line(0, cell), line(1, cell), line(2, cell))); r.Also[0].Code != "place-full" {
		t.Errorf("the plan is refused for %v", r.Also)
	}
	s.ok("planner", plan(line(0, cell), line(1, cell), line(2, other), line(3, other)))
	if l := s.State.Lines.Get(id + "/" + s.p[0]); l.Cell != cell || l.Why != "fits" {
		t.Fatalf("the line is %+v", l)
	}
	if c := s.State.Transfers.Get(id).Cells; c == nil || c.Planned != 4 {
		t.Fatalf("the transfer's sums are %+v", c)
	}
	// Another transfer's plan finds these places taken, though nobody has left yet.
	second := s.transfer(s.p[4])
	s.refused("plan-broken", "planner", once(func(st *state, n time.Time) (entry, error) {
		return st.PlanCells(second, custody.CellPlan{Cells: []custody.PlannedCell{line(4, cell)}}, n, n)
	}))
	s.approved(id)
	s.boarded(id, "B1", s.p[:4]...)
	s.counted(id, "B1", 4)
	s.departed(id, "B1")
	s.arrived(id, "B1")
	s.received(id, "B1")
	reserved := map[string]string{}
	s.State.Reserved(habeastest.Centre, func(person, cell string) { reserved[person] = cell })
	if len(reserved) != 4 {
		t.Fatalf("in reception, the plan still keeps %v", reserved)
	}
	orders := []custody.CellOrder{to(s.p[0], cell), to(s.p[1], cell), to(s.p[2], habeastest.CentreCell(1, 2))}
	replanned := []custody.Replanned{{Person: s.p[2], Planned: other, Cell: habeastest.CentreCell(1, 2), Why: "place-full"}, {Person: s.p[3], Planned: other, Why: "place-full"}}
	s.ok("reception2", func(st *state, n time.Time) ([]entry, error) {
		return st.CarryOut(id, "transfer", orders, replanned, n, n)
	})
	c := *s.State.Transfers.Get(id).Cells
	if c.Planned != 4 || c.Placed != 2 || c.Replanned != 1 || c.Left != 1 || c.Why["place-full"] != 2 {
		t.Fatalf("the transfer's sums are %+v", c)
	}
	reserved = map[string]string{}
	s.State.Reserved(habeastest.Centre, func(person, cell string) { reserved[person] = cell })
	if len(reserved) != 1 || reserved[s.p[3]] != other {
		t.Fatalf("once they are in cells, the plan keeps %v", reserved)
	}
}
