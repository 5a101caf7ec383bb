package allocate

import "slices"

// ledger is who is where while a plan is made. It admits a person to a cell only where no hard rule is broken by it.
type ledger struct {
	*estate
	at    []int32 // cell of each person, -1 for none
	cells []standing
	// together counts, for each large order, its members in each unit; small orders are walked.
	together []map[int32]int32
	risk     []int // of those on each landing, by its unit
	stock    *stock
}

// standing is what a cell holds now.
type standing struct {
	people []int32
	load   int
	class  int32 // of those in it; none or mixed
	alone  int   // how many of them have a single cell
}

const (
	none  int32 = -1
	mixed int32 = -2
)

// largeOrder is from how many members on an order is counted by unit.
const largeOrder = 6

func newLedger(e *estate) *ledger {
	l := &ledger{estate: e, at: make([]int32, len(e.people)), cells: make([]standing, len(e.cells)), together: make([]map[int32]int32, len(e.orders))}
	l.risk = make([]int, e.units)
	for a, order := range e.orders {
		if len(order.members) >= largeOrder {
			l.together[a] = map[int32]int32{}
		}
	}
	for c := range l.cells {
		l.cells[c].class = none
	}
	for i := range l.at {
		l.at[i] = none
	}
	for i, person := range e.people {
		if person.cell >= 0 {
			l.enter(int32(i), person.cell)
		}
	}
	l.stock = newStock(l)
	return l
}

// enter puts a person into a cell without asking whether they may be there.
func (l *ledger) enter(i, c int32) {
	person, cell := &l.people[i], &l.cells[c]
	l.at[i] = c
	cell.people = append(cell.people, i)
	cell.load += person.size
	l.risk[l.estate.cells[c].landing] += person.risk
	switch {
	case cell.class == none:
		cell.class = person.class
	case cell.class != person.class:
		cell.class = mixed
	}
	if person.alone {
		cell.alone++
	}
	for _, a := range person.orders {
		if l.together[a] != nil {
			l.together[a][l.unit(c, l.orders[a].level)]++
		}
	}
	if l.stock != nil {
		l.stock.moved(c)
	}
}

// leave takes a person out of their cell.
func (l *ledger) leave(i int32) {
	c := l.at[i]
	person, cell := &l.people[i], &l.cells[c]
	l.at[i] = none
	k := slices.Index(cell.people, i)
	cell.people[k] = cell.people[len(cell.people)-1]
	cell.people = cell.people[:len(cell.people)-1]
	cell.load -= person.size
	l.risk[l.estate.cells[c].landing] -= person.risk
	if person.alone {
		cell.alone--
	}
	if cell.class == mixed || len(cell.people) == 0 {
		cell.class = none
		for _, other := range cell.people {
			switch class := l.people[other].class; cell.class {
			case none:
				cell.class = class
			case class:
			default:
				cell.class = mixed
			}
		}
	}
	for _, a := range person.orders {
		if l.together[a] != nil {
			l.together[a][l.unit(c, l.orders[a].level)]--
		}
	}
	if l.stock != nil {
		l.stock.moved(c)
	}
}

// room is how many units more the cell takes, of the class that is in it.
func (l *ledger) room(c int32) int {
	cell := &l.cells[c]
	if l.estate.cells[c].closed || cell.class == mixed || cell.alone > 0 {
		return 0
	}
	return max(0, l.estate.cells[c].capacity-cell.load)
}

// fits reports whether a person who is nowhere may enter a cell: no hard rule is broken by it, save that somebody who
// must not be alone may be the first there, for their company to follow.
func (l *ledger) fits(i, c int32) bool {
	person, facts, cell := &l.people[i], &l.estate.cells[c], &l.cells[c]
	if facts.closed || person.size > facts.capacity-cell.load || person.needs&^facts.features != 0 ||
		facts.class >= 0 && facts.class != person.class || cell.class != none && cell.class != person.class ||
		cell.alone > 0 || person.alone && len(cell.people) > 0 || person.notAlone && facts.capacity <= person.size {
		return false
	}
	for _, a := range person.orders {
		if l.bars(a, i, c) {
			return false
		}
	}
	return true
}

// bars reports whether a keep-apart order bars one of its members, who is nowhere, from a cell.
func (l *ledger) bars(a, i, c int32) bool {
	order := &l.orders[a]
	unit := l.unit(c, order.level)
	inside := 0
	if counts := l.together[a]; counts != nil {
		inside = int(counts[unit])
	} else {
		for _, other := range order.members {
			if other != i && l.at[other] >= 0 && l.unit(l.at[other], order.level) == unit {
				inside++
			}
		}
	}
	if order.pairwise {
		return inside > 0
	}
	return inside >= order.total-1 && inside > 0
}

// abandons reports whether somebody who must not be alone would be if a person left.
func (l *ledger) abandons(i int32) bool {
	in := l.cells[l.at[i]].people
	if len(in) != 2 {
		return false
	}
	other := in[0]
	if other == i {
		other = in[1]
	}
	return l.people[other].notAlone
}

// lonely reports whether somebody who must not be alone is.
func (l *ledger) lonely(i int32) bool {
	return l.people[i].notAlone && l.at[i] >= 0 && len(l.cells[l.at[i]].people) == 1
}

// assignment is the ledger as a plan has it.
func (l *ledger) assignment() []int {
	list := make([]int, len(l.at))
	for i, c := range l.at {
		list[i] = int(c)
	}
	return list
}
