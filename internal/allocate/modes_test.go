package allocate_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"habeas.example/habeas/internal/allocate"
)

func TestEmptyingAWing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := allocate.EmptyWing(drawProblem(t, 7, 12), "w0")
		o := drawOptions(t)
		plan := allocate.Solve(p, o)
		lawful(t, p, o, plan)
		for i, person := range p.People {
			c := plan.Assignment[i]
			if c >= 0 && p.Cells[c].Wing == "w0" && !slices.ContainsFunc(plan.Unplaced, func(u allocate.Unplaced) bool { return u.Person == i }) {
				t.Fatalf("person %d (%+v) is still in the wing, and no word why", i, person)
			}
		}
	})
}

func TestEmptyingAWingThatFits(t *testing.T) {
	var p allocate.Problem
	for c := range 20 {
		p.Cells = append(p.Cells, allocate.Cell{ID: fmt.Sprint("c", c), Landing: fmt.Sprint("l", c/5), Wing: fmt.Sprint("w", c/10), Capacity: 4})
	}
	for i := range 40 {
		p.People = append(p.People, allocate.Person{ID: fmt.Sprint("p", i), Cell: fmt.Sprint("c", i%20)})
	}
	plan := allocate.Solve(allocate.EmptyWing(p, "w0"), allocate.Options{})
	if plan.Moves != 20 || len(plan.Unplaced) > 0 || plan.Used != 10 || len(plan.Violations) > 0 {
		t.Errorf("%d moves, %d unplaced, %d cells used, %v", plan.Moves, len(plan.Unplaced), plan.Used, plan.Violations)
	}
}

func TestRebalancingKeepsTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, o := drawProblem(t, 7, 12), drawOptions(t)
		plan := allocate.Rebalance(p, "w0", o)
		for i, person := range p.People { // it is planned, and its bound holds, as if those elsewhere could not be moved
			p.People[i].Movable = person.Movable && slices.ContainsFunc(p.Cells, func(c allocate.Cell) bool { return c.ID == person.Cell && c.Wing == "w0" })
		}
		lawful(t, p, o, plan)
		for i, person := range p.People {
			c := plan.Assignment[i]
			if person.Cell == "" || p.Cells[c].ID == person.Cell {
				continue
			}
			if home := slices.IndexFunc(p.Cells, func(c allocate.Cell) bool { return c.ID == person.Cell }); p.Cells[home].Wing != "w0" {
				t.Fatalf("person %d was moved, who is not in the wing", i)
			}
		}
	})
}

func TestRebalancingEvensOutLandings(t *testing.T) {
	var p allocate.Problem
	for c := range 10 {
		p.Cells = append(p.Cells, allocate.Cell{ID: fmt.Sprint("c", c), Landing: fmt.Sprint("l", c/5), Wing: "w", Capacity: 4})
	}
	for i := range 20 {
		p.People = append(p.People, allocate.Person{ID: fmt.Sprint("p", i), Cell: fmt.Sprint("c", i%5), Movable: true})
	}
	on := func(plan allocate.Plan) (first int) {
		for _, c := range plan.Assignment {
			if c < 5 {
				first++
			}
		}
		return first
	}
	if plan := allocate.Rebalance(p, "w", allocate.Options{MaxMoves: 4}); plan.Moves != 4 || on(plan) != 16 {
		t.Errorf("with 4 moves: %d moves, %d left on the full landing", plan.Moves, on(plan))
	}
	if plan := allocate.Rebalance(p, "w", allocate.Options{}); on(plan) < 9 || on(plan) > 11 {
		t.Errorf("without a limit: %d left on the full landing", on(plan))
	}
}

func TestSolvingAroundKeepsThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, o := drawProblem(t, 7, 12), drawOptions(t)
		first := allocate.Solve(p, o)
		var broken []int
		for i := range p.People {
			if rapid.IntRange(0, 4).Draw(t, "broken") == 0 {
				broken = append(broken, i)
			}
		}
		o.MaxMoves = 0
		again := allocate.SolveAround(p, first.Assignment, broken, o)
		lawful(t, p, o, again)
		if len(broken) > 0 {
			return // whoever depended on somebody named may have had to be planned anew too
		}
		for i := range p.People {
			if first.Assignment[i] >= 0 && again.Assignment[i] != first.Assignment[i] {
				t.Fatalf("nobody was named, and person %d is elsewhere: %v, then %v", i, first.Assignment, again.Assignment)
			}
		}
	})
}

// Only what broke is planned anew: somebody took the last place of one cell meanwhile.
func TestSolvingAroundWhatChanged(t *testing.T) {
	var p allocate.Problem
	for c := range 3 {
		p.Cells = append(p.Cells, allocate.Cell{ID: fmt.Sprint("c", c), Landing: "l", Wing: "w", Capacity: 2})
	}
	for i := range 4 {
		p.People = append(p.People, allocate.Person{ID: fmt.Sprint("p", i)})
	}
	planned := allocate.Solve(p, allocate.Options{}).Assignment
	taken := planned[3]
	p.People = append(p.People, allocate.Person{ID: "meanwhile", Cell: p.Cells[taken].ID})
	again := allocate.SolveAround(p, append(planned, taken), nil, allocate.Options{})
	if len(again.Unplaced) > 0 || len(again.Violations) > 0 {
		t.Fatalf("%+v", again)
	}
	moved := 0
	for i := range 4 {
		if again.Assignment[i] != planned[i] {
			moved++
		}
	}
	if moved != 1 {
		t.Errorf("%d people were planned anew, one had to be: %v, then %v", moved, planned, again.Assignment)
	}
}
