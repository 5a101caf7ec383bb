package allocate

import (
	"cmp"
	"fmt"
	"slices"

	"habeas.example/habeas/internal/allocate/packing"
)

// Certificate shows why no plan that places the same people opens fewer cells than Cells. Classes never share a cell, so
// that what each needs adds up.
type Certificate struct {
	Cells int         `json:"cells"`
	Parts []BoundPart `json:"parts"`
}

// BoundKind is the argument of a part of a certificate.
type BoundKind string

// The arguments.
const (
	// BoundSum: what is to be placed, less the room of cells that are open, fills at least so many of the largest cells.
	BoundSum BoundKind = "sum"
	// BoundClique: the members are kept apart each from each, so that each takes a cell of their own; Spare of them may
	// be in cells that are open.
	BoundClique BoundKind = "clique"
	// BoundNeed: those who need something fill at least so many of the cells that offer it, and the rest the largest.
	BoundNeed BoundKind = "need"
	// BoundPacking: every cell is like every other, and the Members, all of the class, are bin packing with conflicts.
	BoundPacking BoundKind = "packing"
)

// BoundPart is the share of one class in a certificate.
type BoundPart struct {
	Kind  BoundKind `json:"kind"`
	Class string    `json:"class"`
	// AnyClass is a part that counts everybody and the room of all cells, whatever their class. It stands alone. Where
	// people in cells are movable there is no other.
	AnyClass bool `json:"any_class,omitempty"`
	Cells    int  `json:"cells"`
	// Single of those cells are for people who have a single cell.
	Single int `json:"single"`
	Demand int `json:"demand"` // units to be placed, single cells apart
	Room   int `json:"room"`   // units free in open cells of the class
	// Need is the need of that argument, NeedDemand the units of those who have it, NeedRoom the room of open cells that
	// meet it.
	Need       string `json:"need,omitempty"`
	NeedDemand int    `json:"need_demand,omitempty"`
	NeedRoom   int    `json:"need_room,omitempty"`
	// Members of a clique or of a packing, by index of the person; Spare are the open cells that could take one.
	Members []int                `json:"members,omitempty"`
	Spare   int                  `json:"spare,omitempty"`
	Packing *packing.Certificate `json:"packing,omitempty"`
}

// bound computes the certificate for those who are placed now.
func (s *solver) bound() Certificate {
	cert := boundOf(s.estate, s.at)
	for k, part := range cert.Parts {
		class := slices.Index(s.classes, part.Class)
		if s.packings != nil && s.packings[class] != nil && s.packings[class].Cells > part.Cells {
			cert.Cells += s.packings[class].Cells - part.Cells
			cert.Parts[k] = *s.packings[class]
		}
	}
	return cert
}

func boundOf(e *estate, at []int32) Certificate {
	b := newBounding(e, at)
	var cert Certificate
	for class := range e.classes {
		if b.movable || b.newcomers[class] == nil {
			continue
		}
		if part := b.part(int32(class)); part.Cells > 0 {
			cert.Parts = append(cert.Parts, part)
			cert.Cells += part.Cells
		}
	}
	if all := b.part(none); all.Cells > cert.Cells {
		return Certificate{all.Cells, []BoundPart{all}}
	}
	return cert
}

// bounding is what the bounds are computed from: who is new, and what the cells held before.
type bounding struct {
	*estate
	at        []int32
	movable   bool
	newcomers [][]int32 // by class
	before    []standing
	firm      []int // units of those in the cell who do not move
}

func newBounding(e *estate, at []int32) *bounding {
	b := &bounding{estate: e, at: at, newcomers: make([][]int32, len(e.classes)), before: make([]standing, len(e.cells)), firm: make([]int, len(e.cells))}
	for c := range b.before {
		b.before[c].class = none
	}
	for i := range e.people {
		p := &e.people[i]
		if p.cell < 0 {
			if at[i] >= 0 {
				b.newcomers[p.class] = append(b.newcomers[p.class], int32(i))
			}
			continue
		}
		cell := &b.before[p.cell]
		cell.people = append(cell.people, int32(i))
		cell.load += p.size
		if !p.movable {
			b.firm[p.cell] += p.size
		} else {
			b.movable = true
		}
		if p.alone {
			cell.alone++
		}
		if cell.class == none || cell.class == p.class {
			cell.class = p.class
		} else {
			cell.class = mixed
		}
	}
	return b
}

// part bounds the cells opened for a class, or for everybody where class is none.
func (b *bounding) part(class int32) BoundPart {
	part := BoundPart{Kind: BoundSum, AnyClass: class < 0}
	people := b.everyone()
	if class >= 0 {
		part.Class = b.classes[class]
		people = b.newcomers[class]
	}
	var singles []int32
	var others []int32
	for _, i := range people {
		if b.people[i].alone && b.people[i].cell < 0 {
			singles = append(singles, i)
		} else {
			others = append(others, i)
			part.Demand += b.people[i].size
		}
	}
	part.Single = len(singles)
	if b.movable { // somebody who leaves a cell may leave it to one of them
		part.Single = 0
		for _, i := range singles {
			part.Demand += b.people[i].size
		}
	}
	sizes := b.empty(class, 0)
	part.Room = b.room(class, 0)
	part.Cells = part.Single + fill(part.Demand-part.Room, sizes)
	if class < 0 {
		return part
	}
	for need := range b.needs {
		b.tryNeed(&part, class, others, need, sizes)
	}
	b.tryCliques(&part, class)
	return part
}

func (b *bounding) everyone() (list []int32) {
	for i := range b.people {
		if p := &b.people[i]; p.cell < 0 && b.at[i] >= 0 || p.movable {
			list = append(list, int32(i))
		}
	}
	return list
}

// open reports whether a cell that held somebody before can take people of a class, and how many units.
func (b *bounding) open(c int, class int32) (room int) {
	facts, cell := &b.cells[c], &b.before[c]
	if len(cell.people) == 0 {
		return 0
	}
	if class < 0 { // those who are there may stay, lawful or not
		room = cell.load - b.firm[c]
	}
	if facts.closed || class >= 0 && (cell.class != class || cell.alone > 0 || facts.class >= 0 && facts.class != class) {
		return room
	}
	return max(room, facts.capacity-b.firm[c])
}

func (b *bounding) room(class int32, needs uint64) (total int) {
	for c := range b.cells {
		if needs&^b.cells[c].features == 0 {
			total += b.open(c, class)
		}
	}
	return total
}

// empty lists the capacities of empty cells that could be opened for a class, the largest first.
func (b *bounding) empty(class int32, needs uint64) (list []int) {
	for c := range b.cells {
		if f := &b.cells[c]; !f.closed && len(b.before[c].people) == 0 && needs&^f.features == 0 && (class < 0 || f.class < 0 || f.class == class) {
			list = append(list, f.capacity)
		}
	}
	slices.SortFunc(list, func(x, y int) int { return cmp.Compare(y, x) })
	return list
}

// fill is how many of the largest cells the demand fills.
func fill(demand int, sizes []int) (n int) {
	for n < len(sizes) && demand > 0 {
		demand -= sizes[n]
		n++
	}
	return n
}

// tryNeed bounds by those who need one thing: m cells that offer it must be opened for them, and with those and the
// largest of the others all must be placed.
func (b *bounding) tryNeed(part *BoundPart, class int32, others []int32, need int, sizes []int) {
	bit := uint64(1) << need
	demand := 0
	for _, i := range others {
		if b.people[i].needs&bit != 0 {
			demand += b.people[i].size
		}
	}
	if demand == 0 {
		return
	}
	offering, room := b.empty(class, bit), b.room(class, bit)
	least := fill(demand-room, offering)
	rest := without(sizes, offering)
	left, x := part.Demand-part.Room, 0
	for ; x < least; x++ {
		left -= offering[x]
	}
	best := -1
	y := fill(left, rest)
	held := 0
	for k := range y {
		held += rest[k]
	}
	for ; ; x++ { // open one more of those that offer it, and as many fewer of the others as that allows
		for y > 0 && held-rest[y-1] >= left {
			y--
			held -= rest[y]
		}
		if best < 0 || x+y < best {
			best = x + y
		}
		if x == len(offering) || y == 0 {
			break
		}
		left -= offering[x]
	}
	if n := part.Single + best; n > part.Cells {
		part.Kind, part.Cells, part.Need, part.NeedDemand, part.NeedRoom = BoundNeed, n, b.estate.needs[need], demand, room
	}
}

// without takes the sizes of a list out of a longer one that has them all; both have the largest first.
func without(all, some []int) (rest []int) {
	k := 0
	for _, size := range all {
		if k < len(some) && some[k] == size {
			k++
			continue
		}
		rest = append(rest, size)
	}
	return rest
}

// Verify checks a certificate against the problem and an assignment: the arguments are computed anew, and each member of
// a clique must be kept apart from each other by some order.
func (c Certificate) Verify(p Problem, assignment []int) error {
	e, err := compile(p)
	if err != nil {
		return err
	}
	at := make([]int32, len(p.People))
	for i := range at {
		at[i] = int32(max(-1, assignment[i]))
	}
	b := newBounding(e, at)
	total := 0
	seen := map[string]bool{}
	for _, part := range c.Parts {
		if seen[part.Class] || b.movable && !part.AnyClass || part.AnyClass && len(c.Parts) > 1 {
			return fmt.Errorf("allocate: certificate: class %q stands twice or beside others", part.Class)
		}
		seen[part.Class] = true
		if err := b.verify(part); err != nil {
			return err
		}
		total += part.Cells
	}
	if total != c.Cells {
		return fmt.Errorf("allocate: certificate: its parts say %d, it says %d", total, c.Cells)
	}
	return nil
}

func (b *bounding) verify(part BoundPart) error {
	class := none
	if !part.AnyClass {
		if class = int32(slices.Index(b.classes, part.Class)); class < 0 {
			return fmt.Errorf("allocate: certificate: no class %q", part.Class)
		}
	}
	if part.Kind == BoundPacking {
		return b.verifyPacking(part, class)
	}
	if part.Kind == BoundClique {
		if err := b.verifyClique(part.Members); err != nil {
			return err
		}
	}
	if anew := b.part(class); anew.Cells < part.Cells {
		return fmt.Errorf("allocate: certificate: class %q needs %d cells, not %d", part.Class, anew.Cells, part.Cells)
	}
	return nil
}

// verifyPacking checks that the members are of the class and placed, that no cell is larger than the bins, that nobody
// else is in the cells, and the certificate itself.
func (b *bounding) verifyPacking(part BoundPart, class int32) error {
	s := &solver{ledger: &ledger{estate: b.estate}}
	if !s.alike() || part.Packing == nil || part.Packing.Bins < part.Cells || !slices.IsSorted(part.Members) {
		return fmt.Errorf("allocate: certificate: class %q is not bin packing", part.Class)
	}
	for k, i := range part.Members {
		if b.people[i].class != class || b.at[i] < 0 || k > 0 && part.Members[k-1] == i {
			return fmt.Errorf("allocate: certificate: person %d does not count for class %q", i, part.Class)
		}
	}
	return part.Packing.Verify(b.packed(part.Members))
}

func (b *bounding) verifyClique(members []int) error {
	for k, i := range members {
		for _, j := range members[:k] {
			if !slices.ContainsFunc(b.people[i].orders, func(a int32) bool {
				return b.orders[a].pairwise && slices.Contains(b.orders[a].members, int32(j))
			}) {
				return fmt.Errorf("allocate: certificate: people %d and %d are not kept apart", j, i)
			}
		}
	}
	return nil
}
