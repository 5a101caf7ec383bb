package packing

import "slices"

// master is the linear program of covering items by bins: fewest bins, fractions allowed, such that every item is in at
// least one. Its bins are generated as they are needed. It is solved by the simplex method with an explicit inverse,
// which is sparse enough to be fast. Right-hand sides are shaken a little so that ties do not stop the method; prices
// stay true all the same, since a bound is computed from them afresh.
type master struct {
	*graph
	items   []int32 // rows
	row     []int32 // of each item, -1 for items that are not covered here
	columns []column
	known   map[string]bool
	basis   []int // column of each position
	inverse []float64
	x       []float64 // by position
	y       []float64 // by row
	right   []float64
	reduced []float64 // by column: what it costs less what its rows are worth
	reach   []float64 // by column: its weight in Devex
	alpha   []float64 // the entering column, by the basis
	filled  []int32   // where it is not 0
	leaves  []float64 // the row that leaves, over the pivot
	stalled bool
}

// column is a bin, or free of cost: the surplus of a row, or an exchange, by which a place for one item does for
// another.
type column struct {
	rows []int32 // that it covers
	back int32   // a row that it takes from, or -1
	cost float64
}

// newMaster starts from a packing of the items.
func newMaster(g *graph, items []int32, bins [][]int32, d *dice) *master {
	n := len(items)
	m := &master{graph: g, items: items, row: make([]int32, g.n), basis: make([]int, n), inverse: make([]float64, n*n),
		x: make([]float64, n), y: make([]float64, n), right: make([]float64, n), alpha: make([]float64, n),
		leaves: make([]float64, n), known: map[string]bool{}}
	for i := range m.row {
		m.row[i] = -1
	}
	for r, i := range items {
		m.row[i] = int32(r)
		m.right[r] = 1 + 1e-5*d.share()
		m.columns = append(m.columns, column{back: int32(r)}) // the surplus of row r is column r
	}
	for _, bin := range bins {
		m.start(bin)
	}
	m.exchange()
	return m
}

// start makes the column of a bin basic, with the surplus of all its rows but the one that needs it most.
func (m *master) start(bin []int32) {
	top := -1
	for _, i := range bin {
		if r := int(m.row[i]); top < 0 || m.right[r] > m.right[top] {
			top = r
		}
	}
	column := m.add(bin)
	n := len(m.items)
	m.basis[top], m.x[top], m.y[top] = column, m.right[top], 1
	m.inverse[top*n+top] = 1
	for _, i := range bin {
		if r := int(m.row[i]); r != top {
			m.basis[r], m.x[r] = r, m.right[top]-m.right[r]
			m.inverse[top*n+r] = 1
			m.inverse[r*n+r] = -1
		}
	}
}

// exchange adds exchanges where conflicts are nested: an item that is no heavier than another and conflicts with no more
// can take its place in any bin, so that it need not have the higher price. Some optimal prices are so (of those that
// are not, the mean of the two prices is as good), and there are far fewer of them to search among.
func (m *master) exchange() {
	if !m.nested() {
		return
	}
	order := slices.Clone(m.items)
	m.sortByConflicts(order)
	for k, i := range order {
		heaviest := 0
		for _, j := range order[k+1:] {
			if w := m.weight[j]; w <= m.weight[i] && w > heaviest {
				m.columns = append(m.columns, column{rows: []int32{m.row[j]}, back: m.row[i]})
				if heaviest = w; w == m.weight[i] {
					break
				}
			}
		}
	}
}

// add keeps the column of a bin, reduced to the rows that there are; -1 if it is known.
func (m *master) add(bin []int32) int {
	var rows []int32
	for _, i := range bin {
		if m.row[i] >= 0 {
			rows = append(rows, m.row[i])
		}
	}
	slices.Sort(rows)
	key := make([]byte, 0, 2*len(rows))
	for _, r := range rows {
		key = append(key, byte(r), byte(r>>8))
	}
	if len(rows) == 0 || m.known[string(key)] {
		return -1
	}
	m.known[string(key)] = true
	m.columns = append(m.columns, column{rows: rows, back: -1, cost: 1})
	return len(m.columns) - 1
}

const tiny = 1e-9

// optimise pivots until no column would make it cheaper. Which one enters is chosen by Devex (Harris 1973), which weighs
// what a column saves by how far it reaches, and takes far fewer pivots than the saving alone.
func (m *master) optimise() bool {
	m.price()
	for pivots := 0; ; pivots++ {
		if pivots > 50*len(m.items)+1000 {
			m.stalled = true
			return false
		}
		entering, best := -1, 0.0
		for c, saving := range m.reduced {
			if saving < -1e-7 {
				if v := saving * saving / m.reach[c]; v > best {
					entering, best = c, v
				}
			}
		}
		if entering < 0 {
			return true
		}
		if !m.pivot(entering) {
			m.stalled = true
			return false
		}
		if !m.clock.spend(len(m.columns)*3 + len(m.items) + len(m.filled)*8) {
			return false
		}
	}
}

// price computes the reduced costs anew, for columns that were added and for what arithmetic lost.
func (m *master) price() {
	m.reduced = m.reduced[:0]
	for _, c := range m.columns {
		cost := c.cost
		for _, r := range c.rows {
			cost -= m.y[r]
		}
		if c.back >= 0 {
			cost += m.y[c.back]
		}
		m.reduced = append(m.reduced, cost)
	}
	for len(m.reach) < len(m.columns) {
		m.reach = append(m.reach, 1)
	}
}

// express computes a column by the basis.
func (m *master) express(entering int) {
	n := len(m.items)
	for _, i := range m.filled {
		m.alpha[i] = 0
	}
	m.filled = m.filled[:0]
	c := &m.columns[entering]
	for _, r := range c.rows {
		for i, v := range m.inverse[int(r)*n : int(r)*n+n] {
			if v != 0 {
				m.alpha[i] += v
			}
		}
	}
	if c.back >= 0 {
		for i, v := range m.inverse[int(c.back)*n : int(c.back)*n+n] {
			if v != 0 {
				m.alpha[i] -= v
			}
		}
	}
	for i, a := range m.alpha {
		if a > -1e-11 && a < 1e-11 {
			m.alpha[i] = 0
			continue
		}
		m.filled = append(m.filled, int32(i))
	}
}

// pivot brings a column into the basis.
func (m *master) pivot(entering int) bool {
	m.express(entering)
	leaving, ratio := -1, 0.0
	for _, i := range m.filled {
		if a := m.alpha[i]; a > tiny {
			if q := m.x[i] / a; leaving < 0 || q < ratio-1e-12 || q < ratio+1e-12 && a > m.alpha[leaving] {
				leaving, ratio = int(i), q
			}
		}
	}
	if leaving < 0 {
		return false
	}
	ratio = max(ratio, 0)
	for _, i := range m.filled {
		m.x[i] -= ratio * m.alpha[i]
	}
	m.x[leaving] = ratio
	n, a, cost := len(m.items), m.alpha[leaving], m.reduced[entering]
	dense := 3*len(m.filled) > n // then it is faster to go through all
	for j := range n {
		inverse := m.inverse[j*n : j*n+n]
		f := inverse[leaving] / a
		m.leaves[j] = f
		if f == 0 {
			continue
		}
		if dense {
			for i, a := range m.alpha {
				inverse[i] -= f * a
			}
		} else {
			for _, i := range m.filled {
				inverse[i] -= f * m.alpha[i]
			}
		}
		inverse[leaving] = f
		m.y[j] += cost * f
	}
	m.update(entering, cost)
	m.reach[m.basis[leaving]] = max(m.reach[entering]/(a*a), 1)
	m.reduced[entering] = 0
	m.basis[leaving] = entering
	return true
}

// update brings reduced costs and Devex weights up to a pivot.
func (m *master) update(entering int, cost float64) {
	reach := m.reach[entering]
	for k := range m.columns {
		c := &m.columns[k]
		f := 0.0
		for _, r := range c.rows {
			f += m.leaves[r]
		}
		if c.back >= 0 {
			f -= m.leaves[c.back]
		}
		if f != 0 {
			m.reduced[k] -= cost * f
			m.reach[k] = max(m.reach[k], f*f*reach)
		}
	}
}

// value is how many bins the program has come to, as if right-hand sides were not shaken.
func (m *master) value() (sum float64) {
	for _, y := range m.y {
		sum += y
	}
	return sum
}
