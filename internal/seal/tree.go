package seal

import (
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a hash of the tree: of a leaf, or of a node over two others.
type Hash = tlog.Hash

// ErrSize says that a tree size is below 0 or above MaxSize, or does not go with an entry or another size.
var ErrSize = errors.New("tree size out of range")

// MaxSize is the most leaves that a log may have. No log comes near it; it keeps the arithmetic of packages that look for
// the next larger power of two, and would never find it, away from sizes that a stranger made up.
const MaxSize = 1 << 60

// Tree is the right edge of the log: all that is needed to append a leaf and to know the root, without reading anything.
//
// The zero value is the empty tree. A Tree is copied by plain assignment and a copy shares nothing with its origin, so a
// transaction works on a copy and, when it fails, throws it away. A Tree is not for use by several goroutines at once.
type Tree struct {
	size int64
	// edge[l] is the hash of the full subtree of 1<<l leaves at the right edge; it counts only where bit l of size is set.
	edge [64]Hash
}

// Append adds a leaf and returns the hashes that it completes: the leaf's own hash first, then each parent up the tree.
// There are Completes(n) of them when n is the leaf's number. They are to be stored with the entry, in this order.
func (t *Tree) Append(leaf Hash) []Hash {
	completed := make([]Hash, 0, Completes(t.size))
	completed = append(completed, leaf)
	h, level := leaf, 0
	for t.size>>level&1 == 1 {
		h = tlog.NodeHash(t.edge[level], h)
		completed = append(completed, h)
		level++
	}
	t.edge[level] = h
	t.size++
	return completed
}

// Size returns the number of leaves.
func (t *Tree) Size() int64 { return t.size }

// Root returns the hash of the whole tree; that of the empty tree is the SHA-256 of nothing (RFC 6962, section 2.1).
func (t *Tree) Root() Hash {
	if t.size == 0 {
		return emptyRoot
	}
	level := bits.TrailingZeros64(uint64(t.size))
	root := t.edge[level]
	for level++; t.size>>level != 0; level++ {
		if t.size>>level&1 == 1 {
			root = tlog.NodeHash(t.edge[level], root)
		}
	}
	return root
}

// Resume rebuilds the right edge of a tree of the given size from stored hashes. It reads as many hashes as size has
// one-bits, at most 63, from the largest subtree to the smallest. The error is ErrSize for a size below 0 or above
// MaxSize, else what read returned.
func Resume(size int64, read func(level int, index int64) (Hash, error)) (Tree, error) {
	if size < 0 || size > MaxSize {
		return Tree{}, fmt.Errorf("resuming the log at %d leaves: %w", size, ErrSize)
	}
	tree := Tree{size: size}
	for level := bits.Len64(uint64(size)) - 1; level >= 0; level-- {
		if size>>level&1 == 0 {
			continue
		}
		h, err := read(level, size>>level-1)
		if err != nil {
			return Tree{}, fmt.Errorf("resuming the log at %d leaves: reading node %d of level %d: %w", size, size>>level-1, level, err)
		}
		tree.edge[level] = h
	}
	return tree, nil
}

// Position says where a stored hash lies: the hash of node index at a level is number at among the hashes of entry,
// the entry whose leaf completed it.
func Position(level int, index int64) (entry int64, at int) {
	return (index+1)<<level - 1, level
}

// Completes returns how many hashes the leaf of an entry completes, its own included: one more than the one-bits at the
// low end of its number.
func Completes(entry int64) int {
	return 1 + bits.TrailingZeros64(^uint64(entry))
}
