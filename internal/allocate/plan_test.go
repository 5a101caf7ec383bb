package allocate_test

import (
	"fmt"
	"reflect"
	"testing"

	"habeas.example/habeas/internal/allocate"
)

// crowded is a problem of 400 places, in which everybody is kept apart from a few others on their landing.
func crowded(people int) allocate.Problem {
	var p allocate.Problem
	for c := range 100 {
		p.Cells = append(p.Cells, allocate.Cell{ID: fmt.Sprint("c", c), Landing: fmt.Sprint("l", c/10), Wing: fmt.Sprint("w", c/50), Capacity: 4})
	}
	for i := range people {
		p.People = append(p.People, allocate.Person{ID: fmt.Sprint("p", i), Class: fmt.Sprint(i % 3)})
		for k := range 3 {
			members := []string{fmt.Sprint("p", i), fmt.Sprint("p", (i*7+1+50*k)%people)}
			p.Apart = append(p.Apart, allocate.Apart{Members: members, Level: allocate.OnLanding, Pairwise: true})
		}
	}
	return p
}

// On a problem in which chance matters, the same seed gives the same plan, and another seed another.
func TestSameSeedSameLargePlan(t *testing.T) {
	one, two := allocate.Solve(crowded(390), allocate.Options{Seed: 1}), allocate.Solve(crowded(390), allocate.Options{Seed: 1})
	if !reflect.DeepEqual(one, two) {
		t.Error("one seed, two plans")
	}
	if other := allocate.Solve(crowded(390), allocate.Options{Seed: 2}); reflect.DeepEqual(one.Assignment, other.Assignment) {
		t.Error("two seeds, one plan: chance does not matter here, and the test shows nothing")
	}
}

// Once told to stop, the search ends: it does not begin anew with the next of those who have no cell.
func TestStopEndsTheSearch(t *testing.T) {
	asked := 0
	plan := allocate.Solve(crowded(410), allocate.Options{Effort: 1 << 40, Stop: func() bool { asked++; return true }})
	if len(plan.Unplaced) == 0 || asked == 0 || asked > 3 {
		t.Errorf("%d without a cell; asked %d times whether to stop, which it was to at once", len(plan.Unplaced), asked)
	}
}

// An order that is not pairwise forbids only all of them together: two of three may share, at every level, and where
// there is but one cell, landing or wing, the third has no place and is told why.
func TestNotAllOfThemTogether(t *testing.T) {
	for level, rule := range map[allocate.Level]allocate.Rule{
		allocate.InCell: allocate.RuleApartCell, allocate.OnLanding: allocate.RuleApartLand, allocate.InWing: allocate.RuleApartWing,
	} {
		for others := range 2 {
			p := allocate.Problem{Cells: []allocate.Cell{{ID: "c", Landing: "l", Wing: "w", Capacity: 9}}}
			for range others {
				p.Cells = append(p.Cells, allocate.Cell{ID: "d", Landing: "m", Wing: "v", Capacity: 1})
			}
			order := allocate.Apart{Level: level}
			for i := range 8 { // from six members on they are counted, not walked
				p.People = append(p.People, allocate.Person{ID: fmt.Sprint(i)})
				order.Members = append(order.Members, fmt.Sprint(i))
			}
			for _, members := range [][]string{order.Members, order.Members[:3]} {
				order.Members = members
				p.Apart = []allocate.Apart{order}
				plan := allocate.Solve(p, allocate.Options{Seed: 1})
				if found := allocate.Check(p, plan.Assignment); len(found) > 0 || len(plan.Unplaced) != 1-others {
					t.Fatalf("%s, %d members, %d cells: %d unplaced, %v broken", level, len(members), len(p.Cells), len(plan.Unplaced), found)
				}
				if others == 0 && (len(plan.Unplaced[0].Rules) != 1 || plan.Unplaced[0].Rules[0].Rule != rule) {
					t.Errorf("%s, %d members: %+v", level, len(members), plan.Unplaced[0])
				}
			}
		}
	}
}

// A cell that somebody has alone takes nobody else, and whoever is left is told so.
func TestASingleCellIsShutToOthers(t *testing.T) {
	p := allocate.Problem{
		Cells:  []allocate.Cell{{ID: "c", Capacity: 4}},
		People: []allocate.Person{{ID: "alone", Alone: true, Cell: "c"}, {ID: "other"}},
	}
	plan := allocate.Solve(p, allocate.Options{})
	if len(plan.Unplaced) != 1 || len(plan.Unplaced[0].Rules) != 1 || plan.Unplaced[0].Rules[0].Rule != allocate.RuleAlone ||
		!reflect.DeepEqual(plan.Unplaced[0].Frees[0].People, []int{0}) {
		t.Errorf("%+v", plan.Unplaced)
	}
}

// People who are kept apart each from each by one order after another need a cell each, and the bound says so; those whom
// open cells could take need none.
func TestTheBoundSeesWhoIsKeptApart(t *testing.T) {
	for held := range 3 {
		var p allocate.Problem
		for c := range 8 {
			p.Cells = append(p.Cells, allocate.Cell{ID: fmt.Sprint("c", c), Capacity: 9})
		}
		p.Apart = []allocate.Apart{{Members: []string{"0", "1", "2"}, Level: allocate.InCell, Pairwise: true}}
		for i := range 5 {
			p.People = append(p.People, allocate.Person{ID: fmt.Sprint(i)})
			for j := range i {
				p.Apart = append(p.Apart, allocate.Apart{Members: []string{fmt.Sprint(j), fmt.Sprint(i)}, Level: allocate.InCell, Pairwise: true})
			}
		}
		for i := range held {
			p.People = append(p.People, allocate.Person{ID: fmt.Sprint("held", i), Cell: fmt.Sprint("c", i)})
		}
		if plan := allocate.Solve(p, allocate.Options{}); plan.LowerBound != 5-held || plan.Opened != 5-held {
			t.Errorf("%d cells open: %d opened, at least %d", held, plan.Opened, plan.LowerBound)
		}
	}
}

// Whoever is kept apart from most of a group, and not from all, shares with one of them; and a cell that a member of the
// group is in already takes somebody who is not of the group.
func TestTheBoundSeesWhoMayShare(t *testing.T) {
	apart := func(members ...string) allocate.Apart {
		return allocate.Apart{Members: members, Level: allocate.InCell, Pairwise: true}
	}
	for _, held := range []bool{false, true} {
		p := allocate.Problem{Apart: []allocate.Apart{apart("a", "b", "c"), apart("d", "a"), apart("d", "b")}}
		for c := range 5 {
			p.Cells = append(p.Cells, allocate.Cell{ID: fmt.Sprint(c), Capacity: 9})
		}
		for _, id := range []string{"a", "b", "c", "d"} {
			p.People = append(p.People, allocate.Person{ID: id})
		}
		opened := 3
		if held {
			p.People[2].Cell = "0"
			opened = 2
		}
		if plan := allocate.Solve(p, allocate.Options{}); plan.LowerBound != opened || plan.Opened != opened {
			t.Errorf("held %v: %d opened, at least %d", held, plan.Opened, plan.LowerBound)
		}
	}
}
