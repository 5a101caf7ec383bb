package allocate

import (
	"fmt"
	"slices"
)

// Rule is the code of a hard rule. Texts are in the catalogues under "rule.CODE".
type Rule string

// The hard rules.
const (
	RuleCapacity  Rule = "capacity"   // people in the cell exceed its capacity
	RuleClosed    Rule = "closed"     // the cell takes nobody
	RuleCellClass Rule = "cell-class" // the cell is for another class
	RuleClass     Rule = "class"      // two classes in one cell (Mandela 11)
	RuleNeed      Rule = "need"       // the cell lacks what the person needs
	RuleAlone     Rule = "alone"      // somebody who has a single cell shares it
	RuleCompany   Rule = "company"    // somebody who must not be alone is alone
	RuleApartCell Rule = "apart-cell" // kept apart, and in one cell
	RuleApartLand Rule = "apart-landing"
	RuleApartWing Rule = "apart-wing"
	RuleStays     Rule = "stays" // somebody who is not movable was moved or left out
	// RuleMoves binds somebody who should leave their cell when no more people may be moved; no assignment breaks it.
	RuleMoves Rule = "moves"
)

func apartRule(l Level) Rule {
	switch l {
	case OnLanding:
		return RuleApartLand
	case InWing:
		return RuleApartWing
	}
	return RuleApartCell
}

// Violation is a hard rule that an assignment breaks.
type Violation struct {
	Rule Rule
	// Cell is the index of the cell where it is broken, -1 where a landing or a wing is meant or none.
	Cell int
	// Unit is the landing or wing of a keep-apart order, by its name.
	Unit string
	// Apart is the index of the keep-apart order, -1 for other rules.
	Apart int
	// People are the indices of those concerned, in order; the one who has a single cell comes before those who share it.
	People []int
	// Detail is the need that is missing.
	Detail string
	// Excess says how far it is broken: units over capacity, classes too many, members of an order who are together.
	Excess int
	// Existing is set in a Plan where the rule was broken before it, as far or further.
	Existing bool
}

func (v Violation) key() string {
	if len(v.People) > 0 && (v.Rule == RuleNeed || v.Rule == RuleCompany || v.Rule == RuleStays || v.Rule == RuleClosed || v.Rule == RuleCellClass || v.Rule == RuleAlone) {
		return fmt.Sprint(v.Rule, v.Cell, v.People[0], v.Detail)
	}
	return fmt.Sprint(v.Rule, v.Cell, v.Unit, v.Apart)
}

// Check judges an assignment (for each person the index of a cell, -1 for none) by the problem alone: it lists every
// hard rule that is broken, in a fixed order. It is written from the rules and shares nothing with the search. Whoever
// has no cell breaks none, save somebody who was in one and is not movable.
func Check(p Problem, assignment []int) []Violation {
	var found []Violation
	present := make([][]int, len(p.Cells)) // people in each cell
	index := make(map[string]int, len(p.People))
	for i, person := range p.People {
		index[person.ID] = i
		c := at(assignment, i)
		if c < 0 || c >= len(p.Cells) {
			c = -1
		}
		if person.Cell != "" && !person.Movable && (c < 0 || p.Cells[c].ID != person.Cell) {
			found = append(found, Violation{Rule: RuleStays, Cell: c, Apart: -1, People: []int{i}})
		}
		if c >= 0 {
			present[c] = append(present[c], i)
		}
	}
	for c := range present {
		found = append(found, checkCell(p, c, present[c])...)
	}
	for a, order := range p.Apart {
		found = append(found, checkApart(p, a, order, index, assignment)...)
	}
	return found
}

func at(assignment []int, i int) int {
	if i < len(assignment) {
		return assignment[i]
	}
	return -1
}

func checkCell(p Problem, c int, present []int) (found []Violation) {
	cell, load := p.Cells[c], 0
	classes := map[string]bool{}
	for _, i := range present {
		person := p.People[i]
		load += max(person.Size, 1)
		classes[person.Class] = true
		one := Violation{Cell: c, Apart: -1, People: []int{i}, Excess: 1}
		if cell.Closed {
			one.Rule = RuleClosed
			found = append(found, one)
		}
		if cell.Class != "" && cell.Class != person.Class {
			one.Rule = RuleCellClass
			found = append(found, one)
		}
		for n, need := range person.Needs {
			if !slices.Contains(cell.Features, need) && !slices.Contains(person.Needs[:n], need) {
				one.Rule, one.Detail = RuleNeed, need
				found = append(found, one)
				one.Detail = ""
			}
		}
		if person.Alone && len(present) > 1 {
			all := append([]int{i}, slices.DeleteFunc(slices.Clone(present), func(j int) bool { return j == i })...)
			found = append(found, Violation{Rule: RuleAlone, Cell: c, Apart: -1, People: all, Excess: len(present) - 1})
		}
		if person.NotAlone && len(present) == 1 {
			one.Rule = RuleCompany
			found = append(found, one)
		}
	}
	if load > cell.Capacity {
		found = append(found, Violation{Rule: RuleCapacity, Cell: c, Apart: -1, People: present, Excess: load - cell.Capacity})
	}
	if len(classes) > 1 {
		found = append(found, Violation{Rule: RuleClass, Cell: c, Apart: -1, People: present, Excess: len(present)})
	}
	return found
}

// unitName is the cell, landing or wing that an order of a level speaks of, told apart from names of other levels.
func unitName(cell Cell, l Level) string {
	switch {
	case l == InWing && cell.Wing != "":
		return "wing " + cell.Wing
	case l != InCell && cell.Landing != "":
		return "landing " + cell.Landing
	}
	return "cell " + cell.ID
}

func checkApart(p Problem, a int, order Apart, index map[string]int, assignment []int) (found []Violation) {
	together := map[string][]int{}
	var units []string
	seen := map[string]bool{}
	for _, id := range order.Members {
		i, known := index[id]
		if seen[id] {
			continue
		}
		seen[id] = true
		if c := at(assignment, i); known && c >= 0 && c < len(p.Cells) {
			unit := unitName(p.Cells[c], order.Level)
			if together[unit] == nil {
				units = append(units, unit)
			}
			together[unit] = append(together[unit], i)
		}
	}
	for _, unit := range units {
		n := len(together[unit])
		if n > 1 && (order.Pairwise || n == len(seen)) {
			v := Violation{Rule: apartRule(order.Level), Cell: -1, Unit: unit, Apart: a, People: slices.Sorted(slices.Values(together[unit])), Excess: n}
			if order.Level == InCell || order.Level == "" {
				v.Cell = assignment[together[unit][0]]
			}
			found = append(found, v)
		}
	}
	return found
}

// Standing is the assignment before any plan: everybody who is in a cell is there.
func Standing(p Problem) []int {
	cells := make(map[string]int, len(p.Cells))
	for c, cell := range p.Cells {
		cells[cell.ID] = c
	}
	assignment := make([]int, len(p.People))
	for i, person := range p.People {
		c, known := cells[person.Cell]
		if person.Cell == "" || !known {
			c = -1
		}
		assignment[i] = c
	}
	return assignment
}

// judge lists what an assignment breaks and marks what was broken before it, as far or further.
func judge(p Problem, assignment []int) []Violation {
	found := Check(p, assignment)
	if len(found) == 0 {
		return nil
	}
	before := map[string]Violation{}
	for _, v := range Check(p, Standing(p)) {
		before[v.key()] = v
	}
	for i, v := range found {
		was, there := before[v.key()]
		found[i].Existing = there && v.Excess <= was.Excess &&
			!slices.ContainsFunc(v.People, func(i int) bool { return !slices.Contains(was.People, i) })
	}
	return found
}
