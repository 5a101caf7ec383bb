package allocate

import (
	"slices"
	"strconv"

	"habeas.example/habeas/internal/custody"
)

// estate is a problem with its names turned into numbers. It does not change.
type estate struct {
	problem Problem
	cells   []cellFacts
	people  []personFacts
	orders  []orderFacts
	classes []string
	units   int // landings and wings are numbered together
	needs   []string
	keys    []string // of Person.Near
}

type cellFacts struct {
	capacity int
	kind     int32 // cells of a kind have the same features that anybody needs, and the same class
	class    int32 // -1: any one class at a time
	landing  int32
	wing     int32
	features uint64 // those that anybody needs
	closed   bool
}

type personFacts struct {
	size     int
	class    int32
	needs    uint64
	cell     int32 // where they are, -1 for somebody to be placed
	orders   []int32
	near     []int32
	movable  bool
	alone    bool
	notAlone bool
	risk     int
}

type orderFacts struct {
	level    Level
	pairwise bool
	members  []int32
	total    int // members of the order, those who are not in the problem included
}

// names numbers strings in the order in which they come.
type names struct {
	number map[string]int32
	list   []string
}

func (n *names) of(name string) int32 {
	if n.number == nil {
		n.number = map[string]int32{}
	}
	id, known := n.number[name]
	if !known {
		id = int32(len(n.list))
		n.number[name] = id
		n.list = append(n.list, name)
	}
	return id
}

func compile(p Problem) (*estate, error) {
	if err := p.withinBounds(); err != nil {
		return nil, err
	}
	e := &estate{problem: p, cells: make([]cellFacts, len(p.Cells)), people: make([]personFacts, len(p.People))}
	var classes, needs, near names
	for i := range p.People {
		if err := e.person(i, &classes, &needs, &near); err != nil {
			return nil, err
		}
	}
	e.needs, e.keys = needs.list, near.list
	index, err := e.placeCells(&classes, &needs)
	if err != nil {
		return nil, err
	}
	for i, person := range p.People {
		e.people[i].cell = -1
		if person.Cell == "" {
			continue
		}
		c, known := index[person.Cell]
		if !known {
			return nil, custody.InvalidInput("problem-cell-unknown", "person", person.ID, "cell", person.Cell)
		}
		e.people[i].cell = c
	}
	e.classes = classes.list
	return e, e.keepApart()
}

// mustCompile compiles a problem that differs from a valid one only in who is where.
func mustCompile(p Problem) *estate {
	e, err := compile(p)
	if err != nil {
		panic("allocate: a valid problem became invalid: " + err.Error())
	}
	return e
}

func (e *estate) person(i int, classes, needs, near *names) error {
	person := &e.problem.People[i]
	switch {
	case person.ID == "":
		return custody.InvalidInput("problem-id-missing", "what", "people", "number", strconv.Itoa(i+1))
	case person.Size < 0 || person.Size > MaxSize:
		return custody.InvalidInput("problem-number-absurd", "id", person.ID, "number", strconv.Itoa(person.Size))
	case person.Risk < 0 || person.Risk > MaxSize:
		return custody.InvalidInput("problem-number-absurd", "id", person.ID, "number", strconv.Itoa(person.Risk))
	}
	f := personFacts{
		size: max(person.Size, 1), class: classes.of(person.Class), movable: person.Movable && person.Cell != "",
		alone: person.Alone, notAlone: person.NotAlone, risk: person.Risk,
	}
	for _, need := range person.Needs {
		n := needs.of(need)
		if n >= MaxNeeds {
			return custody.InvalidInput("problem-too-large", "what", "needs", "limit", strconv.Itoa(MaxNeeds))
		}
		f.needs |= 1 << n
	}
	for _, key := range person.Near {
		if id := near.of(key); !slices.Contains(f.near, id) {
			f.near = append(f.near, id)
		}
	}
	e.people[i] = f
	return nil
}

// placeCells numbers cells, their kinds and their units, and answers with their index by id.
func (e *estate) placeCells(classes, needs *names) (map[string]int32, error) {
	type kind struct {
		features uint64
		class    int32
	}
	index := make(map[string]int32, len(e.problem.Cells))
	kinds := map[kind]int32{}
	var units names
	for c := range e.problem.Cells {
		cell := &e.problem.Cells[c]
		if cell.ID == "" {
			return nil, custody.InvalidInput("problem-id-missing", "what", "cells", "number", strconv.Itoa(c+1))
		}
		if _, twice := index[cell.ID]; twice {
			return nil, custody.InvalidInput("problem-id-twice", "what", "cells", "id", cell.ID)
		}
		if cell.Capacity < 0 || cell.Capacity > MaxSize {
			return nil, custody.InvalidInput("problem-number-absurd", "id", cell.ID, "number", strconv.Itoa(cell.Capacity))
		}
		index[cell.ID] = int32(c)
		f := cellFacts{capacity: cell.Capacity, class: -1, closed: cell.Closed}
		if cell.Class != "" {
			f.class = classes.of(cell.Class)
		}
		for _, feature := range cell.Features {
			if n, needed := needs.number[feature]; needed {
				f.features |= 1 << n
			}
		}
		k, known := kinds[kind{f.features, f.class}]
		if !known {
			k = int32(len(kinds))
			kinds[kind{f.features, f.class}] = k
		}
		f.kind = k
		f.landing, f.wing = units.of(unitName(*cell, OnLanding)), units.of(unitName(*cell, InWing))
		e.cells[c] = f
	}
	e.units = len(units.list)
	return index, nil
}

func (e *estate) keepApart() error {
	index := make(map[string]int32, len(e.people))
	for i, person := range e.problem.People {
		if _, twice := index[person.ID]; twice {
			return custody.InvalidInput("problem-id-twice", "what", "people", "id", person.ID)
		}
		index[person.ID] = int32(i)
	}
	e.orders = make([]orderFacts, len(e.problem.Apart))
	for a, apart := range e.problem.Apart {
		f := orderFacts{level: apart.Level, pairwise: apart.Pairwise}
		switch apart.Level {
		case InCell, OnLanding, InWing:
		case "":
			f.level = InCell
		default:
			return custody.InvalidInput("problem-level-unknown", "number", strconv.Itoa(a+1), "level", string(apart.Level))
		}
		seen := make(map[string]bool, min(len(apart.Members), 1024))
		for _, id := range apart.Members {
			if seen[id] {
				continue
			}
			seen[id] = true
			f.total++
			if i, known := index[id]; known {
				f.members = append(f.members, i)
				e.people[i].orders = append(e.people[i].orders, int32(a))
			}
		}
		if f.total == 2 {
			f.pairwise = true // both together is all of them together
		}
		e.orders[a] = f
	}
	return nil
}

// unit is the number of the landing or wing that an order of a level speaks of; the cell itself at cell level.
func (e *estate) unit(c int32, l Level) int32 {
	switch l {
	case OnLanding:
		return e.cells[c].landing
	case InWing:
		return e.cells[c].wing
	}
	return c
}
