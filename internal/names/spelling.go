package names

// slip is how one written word differs from another.
type slip int

const (
	tooDifferent slip = iota
	oneLetter         // one letter wrong, missing or too many
	twoSwapped        // two neighbouring letters exchanged
)

// oneSlip judges whether two different words differ by one slip.
func oneSlip(a, b []rune) slip {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return tooDifferent
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		if same(a[i:], b[i+1:]) {
			return oneLetter
		}
		return tooDifferent
	}
	if i == len(a) {
		return tooDifferent
	}
	if same(a[i+1:], b[i+1:]) {
		return oneLetter
	}
	if i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && same(a[i+2:], b[i+2:]) {
		return twoSwapped
	}
	return tooDifferent
}

func same(a, b []rune) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// letterSet is the set of a word's letters as bits; letters 32 apart share one. One slip changes at most two bits.
func letterSet(word string) uint32 {
	var set uint32
	for _, r := range word {
		set |= 1 << (uint32(r) & 31)
	}
	return set
}

// opening is the first eight bytes of a word as a number, so that a common beginning is one comparison.
func opening(word string) uint64 {
	var n uint64
	for i := 0; i < 8; i++ {
		n <<= 8
		if i < len(word) {
			n |= uint64(word[i])
		}
	}
	return n
}
