package allocate_test

import (
	"fmt"
	"math/bits"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"habeas.example/habeas/internal/allocate"
)

// drawProblem is any problem at all: small, tangled, and often broken before anything is planned.
func drawProblem(t *rapid.T, cells, people int) allocate.Problem {
	var p allocate.Problem
	classes := []string{"a", "b", "a"}
	features := []string{"wheelchair", "infirmary"}
	for c := range rapid.IntRange(0, cells).Draw(t, "cells") {
		wing := rapid.IntRange(0, 1).Draw(t, "wing")
		p.Cells = append(p.Cells, allocate.Cell{
			ID: fmt.Sprint("c", c), Wing: fmt.Sprint("w", wing), Landing: fmt.Sprint("l", 2*wing+rapid.IntRange(0, 1).Draw(t, "landing")),
			Capacity: rapid.IntRange(0, 4).Draw(t, "capacity"), Features: rapid.SliceOfNDistinct(rapid.SampledFrom(features), 0, 2, rapid.ID).Draw(t, "features"),
			Class: rapid.SampledFrom([]string{"", "", "", "a", "b"}).Draw(t, "cellClass"), Closed: rapid.IntRange(0, 7).Draw(t, "closed") == 0,
		})
		if rapid.IntRange(0, 9).Draw(t, "noWing") == 0 {
			p.Cells[c].Wing = ""
		}
		if rapid.IntRange(0, 9).Draw(t, "noLanding") == 0 {
			p.Cells[c].Landing = ""
		}
	}
	few := 0
	if rapid.IntRange(0, 3).Draw(t, "many") > 0 { // most problems that matter have many people
		few = people / 2
	}
	for i := range rapid.IntRange(few, people).Draw(t, "people") {
		person := allocate.Person{ID: fmt.Sprint("p", i), Class: rapid.SampledFrom(classes).Draw(t, "class"), Size: rapid.SampledFrom([]int{0, 1, 1, 1, 2}).Draw(t, "size")}
		if len(p.Cells) > 0 && rapid.IntRange(0, 2).Draw(t, "held") == 0 {
			person.Cell = rapid.SampledFrom(p.Cells).Draw(t, "cell").ID
			person.Movable = rapid.Bool().Draw(t, "movable")
		}
		if rapid.IntRange(0, 2).Draw(t, "special") == 0 {
			person.Needs = rapid.SliceOfNDistinct(rapid.SampledFrom(features), 0, 2, rapid.ID).Draw(t, "needs")
			person.Alone = rapid.IntRange(0, 3).Draw(t, "alone") == 0
			person.NotAlone = rapid.IntRange(0, 2).Draw(t, "notAlone") == 0
		}
		person.Near = rapid.SliceOfN(rapid.SampledFrom([]string{"case", "language"}), 0, 2).Draw(t, "near")
		person.Risk = rapid.IntRange(0, 3).Draw(t, "risk")
		p.People = append(p.People, person)
	}
	for range rapid.IntRange(0, 4).Draw(t, "orders") {
		a := allocate.Apart{
			Level:    rapid.SampledFrom([]allocate.Level{allocate.InCell, allocate.OnLanding, allocate.InWing}).Draw(t, "level"),
			Pairwise: rapid.Bool().Draw(t, "pairwise"),
		}
		// Members stand twice now and then, and one is nobody of the problem; a few who are there are the hardest.
		for range rapid.SampledFrom([]int{0, 1, 2, 3, 3, 3, 4, 8}).Draw(t, "members") {
			a.Members = append(a.Members, fmt.Sprint("p", rapid.IntRange(0, len(p.People)).Draw(t, "member")))
		}
		p.Apart = append(p.Apart, a)
	}
	return p
}

func drawOptions(t *rapid.T) allocate.Options {
	return allocate.Options{
		Seed: rapid.Uint64().Draw(t, "seed"), MaxMoves: rapid.IntRange(-1, 3).Draw(t, "maxMoves"),
		Effort: rapid.SampledFrom([]int{-1, 0, 50, 5000}).Draw(t, "effort"),
	}
}

// lawful holds what is true of every plan, whatever was asked.
func lawful(t *rapid.T, p allocate.Problem, o allocate.Options, plan allocate.Plan) {
	if plan.Fault != nil {
		t.Fatalf("a valid problem was refused: %v", plan.Fault)
	}
	before := allocate.Check(p, allocate.Standing(p))
	for _, v := range allocate.Check(p, plan.Assignment) {
		if newIn(v, allocate.Standing(p), plan.Assignment) {
			t.Fatalf("somebody was put where they break %+v", v)
		}
		if !slices.ContainsFunc(before, func(b allocate.Violation) bool { return covers(b, v) }) {
			t.Fatalf("the plan breaks %+v, which was not broken before: %+v", v, before)
		}
	}
	moves := 0
	for i, person := range p.People {
		c := plan.Assignment[i]
		if person.Cell != "" && c < 0 {
			t.Fatalf("person %d was in a cell and is nowhere", i)
		}
		if person.Cell != "" && p.Cells[c].ID != person.Cell {
			moves++
			if !person.Movable {
				t.Fatalf("person %d was moved", i)
			}
		}
		reason := plan.Reasons[i]
		if (c < 0) != (reason.Code == allocate.ReasonUnplaced) || reason.Code == "" {
			t.Fatalf("person %d in cell %d has the reason %q", i, c, reason.Code)
		}
		if c >= 0 && reason.Code != allocate.ReasonStays && reason.Code != allocate.ReasonCannotMove && reason.Params["cell"] != p.Cells[c].ID {
			t.Fatalf("person %d is in %s, the reason says %v", i, p.Cells[c].ID, reason)
		}
		if c < 0 && !slices.ContainsFunc(plan.Unplaced, func(u allocate.Unplaced) bool { return u.Person == i }) {
			t.Fatalf("person %d has no cell, and no word why", i)
		}
	}
	if moves != plan.Moves || o.MaxMoves > 0 && moves > o.MaxMoves || o.MaxMoves < 0 && moves > 0 {
		t.Fatalf("%d moves, the plan says %d, the limit is %d", moves, plan.Moves, o.MaxMoves)
	}
	if plan.LowerBound > plan.Opened {
		t.Fatalf("%d cells opened, and the bound says at least %d: %+v", plan.Opened, plan.LowerBound, plan.Certificate)
	}
	if err := plan.Certificate.Verify(p, plan.Assignment); err != nil {
		t.Fatal(err)
	}
}

// newIn reports whether somebody concerned by a violation is not where they were.
func newIn(v allocate.Violation, standing, now []int) bool {
	return slices.ContainsFunc(v.People, func(i int) bool { return now[i] != standing[i] })
}

// covers reports whether a violation was there before, as far or further.
func covers(before, after allocate.Violation) bool {
	return before.Rule == after.Rule && before.Cell == after.Cell && before.Unit == after.Unit && before.Apart == after.Apart &&
		before.Detail == after.Detail && after.Excess <= before.Excess &&
		!slices.ContainsFunc(after.People, func(i int) bool { return !slices.Contains(before.People, i) })
}

func TestNoPlanBreaksARule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, o := drawProblem(t, 7, 14), drawOptions(t)
		lawful(t, p, o, allocate.Solve(p, o))
	})
}

func TestSameSeedSamePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, o := drawProblem(t, 7, 14), drawOptions(t)
		if one, two := allocate.Solve(p, o), allocate.Solve(p, o); !reflect.DeepEqual(one, two) {
			t.Fatalf("two plans:\n%+v\n%+v", one, two)
		}
	})
}

// With effort, a small problem that has a plan for all gets one; and the bound holds for every plan for all.
func TestUnplaceableIsTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t, 4, 6)
		plan := allocate.Solve(p, allocate.Options{Seed: 1})
		best := everyPlan(p)
		if placed := count(p, plan.Assignment); placed < best.placed {
			t.Fatalf("placed %d, a plan places %d: %v\n%+v", placed, best.placed, best.assignment, plan)
		} else if placed > best.placed {
			t.Fatalf("placed %d, and no plan places more than %d", placed, best.placed)
		}
		if len(plan.Unplaced) == 0 && best.opened >= 0 && plan.LowerBound > best.opened {
			t.Fatalf("the bound says %d cells, %v opens %d", plan.LowerBound, best.assignment, best.opened)
		}
		for _, u := range plan.Unplaced {
			explained(t, p, plan, u)
			proven(t, p, u)
		}
	})
}

// proven holds that the proof given is the strongest there is: a problem so small is searched to its end.
func proven(t *rapid.T, p allocate.Problem, u allocate.Unplaced) {
	emptied := allocate.Standing(p)
	for i, person := range p.People {
		if person.Movable || i == u.Person {
			emptied[i] = -1
		}
	}
	person := p.People[u.Person]
	always := true
	for c, set := range barring(p, emptied, u.Person) {
		if p.Cells[c].Capacity > max(person.Size, 1) && !person.Alone {
			delete(set, binding{allocate.RuleCompany, ""}) // company may come
		}
		always = always && len(set) > 0
	}
	if always != (u.Proof == allocate.ProofAlways) || !always && u.Proof != allocate.ProofNoPlan {
		t.Fatalf("person %d: the proof is %q; that no cell ever takes them is %v", u.Person, u.Proof, always)
	}
}

// explained holds that the rules named bar every cell, and that without any one of them one is free.
func explained(t *rapid.T, p allocate.Problem, plan allocate.Plan, u allocate.Unplaced) {
	without := slices.Clone(plan.Assignment)
	without[u.Person] = -1
	free := func(named []allocate.Binding) bool {
		for c := range p.Cells {
			with := slices.Clone(without)
			with[u.Person] = c
			barred := false
			for _, v := range allocate.Check(p, with) {
				// Who was alone before, or was left over capacity, does not bar; what this person adds does.
				if concerns(v, u.Person, p) && slices.ContainsFunc(named, func(b allocate.Binding) bool { return b.Rule == v.Rule && b.Detail == v.Detail }) {
					barred = true
				}
			}
			if !barred {
				return true
			}
		}
		return false
	}
	if len(p.Cells) == 0 {
		return
	}
	if free(u.Rules) {
		t.Fatalf("person %d: a cell is free under %+v in %+v", u.Person, u.Rules, plan)
	}
	for k := range u.Rules {
		if p.People[u.Person].Alone && p.People[u.Person].NotAlone {
			break // each of the two rules bars only with the other, and no single place shows both
		}
		if !free(slices.Delete(slices.Clone(u.Rules), k, k+1)) {
			t.Fatalf("person %d: %+v is not needed among %+v in %+v", u.Person, u.Rules[k], u.Rules, plan)
		}
	}
	if !p.People[u.Person].Alone || !p.People[u.Person].NotAlone {
		noneSmaller(t, p, without, u)
	}
	freed(t, p, without, u)
}

// binding is a rule as a report names it.
type binding struct {
	rule   allocate.Rule
	detail string
}

// barring lists, cell by cell, the rules that would be broken by somebody's being there, as Check finds them.
func barring(p allocate.Problem, without []int, i int) []map[binding]bool {
	sets := make([]map[binding]bool, len(p.Cells))
	for c := range p.Cells {
		with := slices.Clone(without)
		with[i] = c
		sets[c] = map[binding]bool{}
		for _, v := range allocate.Check(p, with) {
			if concerns(v, i, p) {
				sets[c][binding{v.Rule, v.Detail}] = true
			}
		}
	}
	return sets
}

// noneSmaller holds that no fewer rules than those named bar every cell.
func noneSmaller(t *rapid.T, p allocate.Problem, without []int, u allocate.Unplaced) {
	sets := barring(p, without, u.Person)
	var rules []binding
	for _, set := range sets {
		for b := range set {
			if !slices.Contains(rules, b) {
				rules = append(rules, b)
			}
		}
	}
	for chosen := range 1 << len(rules) {
		if bits.OnesCount(uint(chosen)) >= len(u.Rules) {
			continue
		}
		if !slices.ContainsFunc(sets, func(set map[binding]bool) bool {
			for k, b := range rules {
				if chosen>>k&1 != 0 && set[b] {
					return false
				}
			}
			return true
		}) {
			t.Fatalf("person %d: %b of %v bar every cell, fewer than %+v", u.Person, chosen, rules, u.Rules)
		}
	}
}

// freed holds that what is said to free a place would: the rules named are those in the way of the cell, no cell has
// fewer, and without the people named none of them is there who brings those rules about.
func freed(t *rapid.T, p allocate.Problem, without []int, u allocate.Unplaced) {
	if len(u.Frees) == 0 {
		t.Fatalf("person %d: nothing is said of what would free a place", u.Person)
	}
	sets := barring(p, without, u.Person)
	for _, open := range u.Frees {
		said := map[binding]bool{}
		for _, b := range open.Rules {
			said[binding{b.Rule, b.Detail}] = true
		}
		alone := p.People[u.Person].Alone && p.People[u.Person].NotAlone
		if !alone && !reflect.DeepEqual(said, sets[open.Cell]) {
			t.Fatalf("person %d: %v stand in the way of cell %d, it says %v", u.Person, sets[open.Cell], open.Cell, said)
		}
		for c, set := range sets {
			if !alone && len(set) < len(said) {
				t.Fatalf("person %d: %d rules bar cell %d, and %d cell %d, which is named", u.Person, len(set), c, len(said), open.Cell)
			}
		}
		now := slices.Clone(without)
		for _, i := range open.People {
			if now[i] < 0 || i == u.Person {
				t.Fatalf("person %d is said to be in the way of person %d", i, u.Person)
			}
			now[i] = -1
		}
		now[u.Person] = open.Cell
		for _, v := range allocate.Check(p, now) {
			switch v.Rule {
			case allocate.RuleApartCell, allocate.RuleApartLand, allocate.RuleApartWing, allocate.RuleClass, allocate.RuleAlone:
			case allocate.RuleCapacity:
				if max(p.People[u.Person].Size, 1) > p.Cells[open.Cell].Capacity {
					continue
				}
			default:
				continue
			}
			if slices.Contains(v.People, u.Person) {
				t.Fatalf("person %d: without %v, %+v is still in the way of cell %d", u.Person, open.People, v, open.Cell)
			}
		}
	}
}

func concerns(v allocate.Violation, i int, p allocate.Problem) bool {
	left := v.Cell >= 0 && p.Cells[v.Cell].ID == p.People[i].Cell // whom this person leaves alone
	return slices.Contains(v.People, i) || v.Rule == allocate.RuleCompany && left
}

// count counts the people who are placed; somebody in a closed cell is not.
func count(p allocate.Problem, assignment []int) (n int) {
	for _, c := range assignment {
		if c >= 0 && !p.Cells[c].Closed {
			n++
		}
	}
	return n
}

type best struct {
	assignment     []int
	placed, opened int
}

// everyPlan tries every assignment of the people to be placed and the movable ones, and judges each with Check.
func everyPlan(p allocate.Problem) best {
	standing := allocate.Standing(p)
	before := allocate.Check(p, standing)
	b := best{placed: -1, opened: -1}
	now := slices.Clone(standing)
	held := make([]bool, len(p.Cells))
	for _, c := range standing {
		if c >= 0 {
			held[c] = true
		}
	}
	var try func(i int)
	try = func(i int) {
		if i == len(p.People) {
			for _, v := range allocate.Check(p, now) {
				if !slices.ContainsFunc(before, func(old allocate.Violation) bool { return covers(old, v) }) || newIn(v, standing, now) {
					return
				}
			}
			opened := map[int]bool{}
			for _, c := range now {
				if c >= 0 && !held[c] {
					opened[c] = true
				}
			}
			if n := count(p, now); n > b.placed || n == b.placed && len(opened) < b.opened {
				b = best{slices.Clone(now), n, len(opened)}
			}
			return
		}
		person := p.People[i]
		if person.Cell != "" && !person.Movable {
			try(i + 1)
			return
		}
		was := now[i]
		for c := -1; c < len(p.Cells); c++ {
			if c < 0 && person.Cell != "" {
				continue
			}
			now[i] = c
			try(i + 1)
		}
		now[i] = was
	}
	try(0)
	return b
}
