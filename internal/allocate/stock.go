package allocate

import "math/bits"

// stock finds cells that may have room without walking the estate: cells lie on shelves by kind, by the class that is
// in them, and by how much room they have. The cells of a shelf lie in chance order, so that those that a keep-apart
// order bars (a landing, a wing) are strewn among the others and few are looked at in vain.
type stock struct {
	l       *ledger
	shift   int // rooms are told apart only above this many bits
	shelves map[shelfKey]*shelf
	byKind  [][]*shelf // shelves of each kind, in the order in which they came to be
	kinds   []cellFacts
	where   []spot // of each cell
	order   []int32
}

type shelfKey struct{ kind, class int32 }

const boards = 128

type shelf struct {
	class  int32
	kind   int32
	filled [boards / 64]uint64
	board  [boards][]int32
}

type spot struct {
	shelf *shelf
	board int
	index int
}

func newStock(l *ledger) *stock {
	largest := 0
	for c := range l.estate.cells {
		largest = max(largest, l.estate.cells[c].capacity)
	}
	s := &stock{l: l, shelves: map[shelfKey]*shelf{}, where: make([]spot, len(l.cells))}
	s.shift = max(0, bits.Len(uint(largest))-7)
	for _, f := range l.estate.cells {
		for int(f.kind) >= len(s.kinds) {
			s.kinds = append(s.kinds, f)
		}
	}
	s.byKind = make([][]*shelf, len(s.kinds))
	dice := newDice(1)
	s.order = dice.permutation(len(l.cells))
	for _, c := range s.order {
		s.put(c)
	}
	return s
}

func (s *stock) put(c int32) {
	room := s.l.room(c)
	if room == 0 {
		s.where[c] = spot{}
		return
	}
	key := shelfKey{s.l.estate.cells[c].kind, s.l.cells[c].class}
	on := s.shelves[key]
	if on == nil {
		on = &shelf{class: key.class, kind: key.kind}
		s.shelves[key] = on
		s.byKind[key.kind] = append(s.byKind[key.kind], on)
	}
	b := room >> s.shift
	s.where[c] = spot{on, b, len(on.board[b])}
	on.board[b] = append(on.board[b], c)
	on.filled[b/64] |= 1 << (b % 64)
}

func (s *stock) moved(c int32) {
	if at := s.where[c]; at.shelf != nil {
		list := at.shelf.board[at.board]
		last := list[len(list)-1]
		list[at.index] = last
		s.where[last].index = at.index
		at.shelf.board[at.board] = list[:len(list)-1]
		if len(list) == 1 {
			at.shelf.filled[at.board/64] &^= 1 << (at.board % 64)
		}
	}
	s.put(c)
}

// next is the first board from b on that holds cells, or boards.
func (f *shelf) next(b int) int {
	for w := b / 64; w < len(f.filled); w++ {
		word := f.filled[w]
		if w == b/64 {
			word &= ^uint64(0) << (b % 64)
		}
		if word != 0 {
			return w*64 + bits.TrailingZeros64(word)
		}
	}
	return boards
}

// previous is the last board down from b that holds cells, or -1.
func (f *shelf) previous(b int) int {
	for w := b / 64; w >= 0; w-- {
		word := f.filled[w]
		if w == b/64 && b%64 < 63 {
			word &= 1<<(b%64+1) - 1
		}
		if word != 0 {
			return w*64 + 63 - bits.LeadingZeros64(word)
		}
	}
	return -1
}

// offers reports whether a kind of cell may take a person at all.
func (s *stock) offers(kind int, p *personFacts) bool {
	k := &s.kinds[kind]
	return p.needs&^k.features == 0 && (k.class < 0 || k.class == p.class)
}
