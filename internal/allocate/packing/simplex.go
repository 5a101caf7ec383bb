package packing

import "slices"

// master is the linear program of covering items by bins: fewest bins, fractions allowed, such that every item is in at
// least one. Its bins (columns) are generated as they are needed. It is solved by the simplex method with an explicit
// inverse, which is sparse enough to be fast. Right-hand sides are shaken a little so that ties do not stop the method;
// prices stay true all the same, since a bound is computed from them afresh.
type master struct {
	*graph
	items   []int32 // rows
	row     []int32 // of each item, -1 for items that are not covered here
	columns [][]int32
	known   map[string]bool
	basis   []int // by position: column, or -1-row for the surplus of a row
	inverse []float64
	x       []float64
	y       []float64
	right   []float64
	alpha   []float64
	filled  []int32
	stalled bool
}

// newMaster starts from a packing of the items.
func newMaster(g *graph, items []int32, bins [][]int32, d *dice) *master {
	n := len(items)
	m := &master{graph: g, items: items, row: make([]int32, g.n), basis: make([]int, n), inverse: make([]float64, n*n),
		x: make([]float64, n), y: make([]float64, n), right: make([]float64, n), alpha: make([]float64, n), known: map[string]bool{}}
	for i := range m.row {
		m.row[i] = -1
	}
	for r, i := range items {
		m.row[i] = int32(r)
		m.right[r] = 1 + 1e-5*d.share()
	}
	for _, bin := range bins {
		m.start(bin)
	}
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
			m.basis[r], m.x[r] = -1-r, m.right[top]-m.right[r]
			m.inverse[top*n+r] = 1
			m.inverse[r*n+r] = -1
		}
	}
}

// add keeps a column, reduced to the rows that there are; -1 if it is known.
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
	m.columns = append(m.columns, rows)
	return len(m.columns) - 1
}

const tiny = 1e-9

// optimise pivots until no column of the pool and no surplus would make it cheaper.
func (m *master) optimise() bool {
	n := len(m.items)
	for pivots := 0; ; pivots++ {
		if pivots > 50*n+1000 {
			m.stalled = true
			return false
		}
		entering, least, found := 0, -1e-7, false
		for c, rows := range m.columns {
			cost := 1.0
			for _, r := range rows {
				cost -= m.y[r]
			}
			if cost < least {
				entering, least, found = c, cost, true
			}
		}
		for r := range n {
			if m.y[r] < least {
				entering, least, found = -1-r, m.y[r], true
			}
		}
		if !found {
			return true
		}
		if !m.pivot(entering, least) {
			m.stalled = true
			return false
		}
		if !m.clock.spend(len(m.columns)*2 + n + len(m.filled)*8) {
			return false
		}
	}
}

// pivot brings a column into the basis.
func (m *master) pivot(entering int, cost float64) bool {
	n := len(m.items)
	for _, i := range m.filled {
		m.alpha[i] = 0
	}
	m.filled = m.filled[:0]
	if entering < 0 {
		r := -1 - entering
		for i, v := range m.inverse[r*n : r*n+n] {
			m.alpha[i] = -v
		}
	} else {
		for _, r := range m.columns[entering] {
			for i, v := range m.inverse[int(r)*n : int(r)*n+n] {
				if v != 0 {
					m.alpha[i] += v
				}
			}
		}
	}
	leaving, ratio := -1, 0.0
	for i, a := range m.alpha {
		if a > -1e-11 && a < 1e-11 {
			m.alpha[i] = 0
			continue
		}
		m.filled = append(m.filled, int32(i))
		if a > tiny {
			if q := m.x[i] / a; leaving < 0 || q < ratio-1e-12 || q < ratio+1e-12 && a > m.alpha[leaving] {
				leaving, ratio = i, q
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
	m.basis[leaving] = entering
	a := m.alpha[leaving]
	for j := range n {
		column := m.inverse[j*n : j*n+n]
		p := column[leaving]
		if p == 0 {
			continue
		}
		f := p / a
		for _, i := range m.filled {
			column[i] -= f * m.alpha[i]
		}
		column[leaving] = f
		m.y[j] += cost * f
	}
	return true
}
