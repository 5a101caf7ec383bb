package main

import (
	"fmt"
	"math/rand/v2"

	"habeas.example/habeas/internal/allocate"
)

// inventEstate is an estate of 40,000 places with people held in it and arrivals to be placed, the same on every
// machine: cells for ten, four, two and one, on landings of forty in wings of eight; six classes; needs, risk, cases; and
// keep-apart groups and pairs that nobody breaks as it stands.
func inventEstate(held, arrivals, groups, pairs int) allocate.Problem {
	e := &inventedEstate{chance: rand.New(rand.NewPCG(2026, 11))}
	for _, kind := range []struct{ cells, capacity int }{{2000, 10}, {4000, 4}, {1500, 2}, {1000, 1}} {
		for range kind.cells {
			e.sizes = append(e.sizes, kind.capacity)
		}
	}
	e.chance.Shuffle(len(e.sizes), func(i, j int) { e.sizes[i], e.sizes[j] = e.sizes[j], e.sizes[i] })
	for c, capacity := range e.sizes {
		cell := allocate.Cell{ID: fmt.Sprintf("C%05d", c), Landing: fmt.Sprintf("L%03d", c/40), Wing: fmt.Sprintf("W%02d", c/320), Capacity: capacity}
		if c%40 < 4 {
			cell.Features = append(cell.Features, "ground-floor")
			if c%40 < 2 {
				cell.Features = append(cell.Features, "wheelchair")
			}
		}
		e.p.Cells = append(e.p.Cells, cell)
	}
	e.hold(held)
	for i := range arrivals {
		e.arrive(i)
	}
	for g := range groups {
		e.group(g)
	}
	for len(e.p.Apart) < groups+pairs {
		e.pair()
	}
	return e.p
}

type inventedEstate struct {
	p      allocate.Problem
	sizes  []int
	at     []int // cell of each person, -1 for arrivals
	chance *rand.Rand
}

func (e *inventedEstate) class() string {
	switch n := e.chance.IntN(100); {
	case n < 45:
		return "men, convicted"
	case n < 80:
		return "men, untried"
	case n < 88:
		return "women, untried"
	case n < 94:
		return "women, convicted"
	case n < 98:
		return "boys"
	}
	return "girls"
}

// hold fills cells, one class a cell, nine in ten to the last place.
func (e *inventedEstate) hold(held int) {
	for _, c := range e.chance.Perm(len(e.sizes)) {
		class, take := e.class(), e.sizes[c]
		if e.chance.IntN(10) == 0 {
			take = e.chance.IntN(take + 1)
		}
		for ; take > 0 && len(e.p.People) < held; take-- {
			e.p.People = append(e.p.People, allocate.Person{ID: fmt.Sprintf("H%05d", len(e.p.People)), Class: class, Cell: e.p.Cells[c].ID})
			e.at = append(e.at, c)
		}
	}
}

func (e *inventedEstate) arrive(i int) {
	person := allocate.Person{ID: fmt.Sprintf("A%05d", i), Class: e.class()}
	switch e.chance.IntN(100) {
	case 0:
		person.Needs = []string{"wheelchair"}
	case 1:
		person.Needs = []string{"ground-floor"}
	case 2:
		person.Alone = true
	case 3:
		person.NotAlone = true
	case 4, 5:
		person.Risk = 1 + e.chance.IntN(5)
	case 6, 7, 8:
		person.Near = []string{fmt.Sprintf("case %d", e.chance.IntN(200))}
	}
	e.p.People = append(e.p.People, person)
	e.at = append(e.at, -1)
}

func (e *inventedEstate) person() int { return e.chance.IntN(len(e.p.People)) }

// unit is where an order of a level sees a person: arrivals nowhere yet.
func (e *inventedEstate) unit(i int, level allocate.Level) int {
	switch c := e.at[i]; {
	case c < 0:
		return -1 - i
	case level == allocate.OnLanding:
		return c / 40
	case level == allocate.InWing:
		return c / 320
	default:
		return c
	}
}

// group keeps apart each from each as many people as a feud has that an estate can hold: up to 60 at cell level, 30 on
// landings, 12 in wings.
func (e *inventedEstate) group(g int) {
	level := []allocate.Level{allocate.InCell, allocate.OnLanding, allocate.InWing}[g%3]
	size := []int{60, 30, 12}[g%3]
	order := allocate.Apart{Level: level, Pairwise: true}
	taken := map[int]bool{}
	for len(order.Members) < size {
		if i := e.person(); !taken[e.unit(i, level)] {
			taken[e.unit(i, level)] = true
			order.Members = append(order.Members, e.p.People[i].ID)
		}
	}
	e.p.Apart = append(e.p.Apart, order)
}

func (e *inventedEstate) pair() {
	level := []allocate.Level{allocate.InCell, allocate.InCell, allocate.OnLanding, allocate.InWing}[e.chance.IntN(4)]
	if i, j := e.person(), e.person(); e.unit(i, level) != e.unit(j, level) {
		e.p.Apart = append(e.p.Apart, allocate.Apart{Members: []string{e.p.People[i].ID, e.p.People[j].ID}, Level: level, Pairwise: true})
	}
}
