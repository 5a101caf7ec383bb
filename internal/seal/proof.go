package seal

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrProof says that a proof does not lead from what it is about to the given root.
var ErrProof = errors.New("proof does not match")

// Node names a stored hash: the one over the leaves [Index<<Level, (Index+1)<<Level). Position says where it lies.
type Node struct {
	Level int
	Index int64
}

// NodeReader reads stored hashes in bulk: as many as it was asked for, in the order asked. The nodes asked for are
// distinct and lie within the tree, in no particular order. The book implements it.
type NodeReader func(ctx context.Context, nodes []Node) ([]Hash, error)

// ProveInclusion proves that an entry is in the log of the given size: the hashes from the leaf's sibling up to the
// root's child (RFC 6962, section 2.1.1). Errors: ErrSize when the entry is not within the size, else the reader's.
func ProveInclusion(ctx context.Context, size, entry int64, read NodeReader) ([]Hash, error) {
	proofs, err := ProveInclusions(ctx, size, []int64{entry}, read)
	if err != nil {
		return nil, err
	}
	return proofs[0], nil
}

// ProveInclusions proves many entries at once, with one read of the nodes that they need between them. Proofs come in
// the order of the entries, which need be neither sorted nor distinct. Errors are those of ProveInclusion.
func ProveInclusions(ctx context.Context, size int64, entries []int64, read NodeReader) ([][]Hash, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	sorted := slices.Clone(entries)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	if first, last := sorted[0], sorted[len(sorted)-1]; size < 0 || size > MaxSize || first < 0 || last >= size {
		return nil, fmt.Errorf("proving entries %d to %d in a log of %d leaves: %w", first, last, size, ErrSize)
	}

	plan := newInclusionPlan(size, sorted)
	hashes, err := readNodes(ctx, plan.nodes, read)
	if err != nil {
		return nil, fmt.Errorf("proving %d entries in a log of %d leaves: %w", len(entries), size, err)
	}
	rightEdge := plan.foldRightEdge(hashes)

	proofs := make([][]Hash, len(entries))
	for i, entry := range entries {
		at, _ := slices.BinarySearch(sorted, entry)
		proof := make([]Hash, 0, len(plan.levels))
		for level, slots := range plan.levels {
			switch slot := slots[at]; slot {
			case noSibling:
			case siblingOnRightEdge:
				proof = append(proof, rightEdge[level])
			default:
				proof = append(proof, hashes[slot])
			}
		}
		proofs[i] = proof
	}
	return proofs, nil
}

// An inclusionPlan says which nodes the proofs of some entries need. On its way up the tree each entry meets, at each
// level, a sibling that is one of three things: a full subtree, whose hash is stored; the subtree at the right edge,
// which may be incomplete and is then folded from stored ones, once for all entries; or nothing, where the entry itself is
// under the right edge and passes up unchanged.
type inclusionPlan struct {
	nodes []Node
	// levels[l][i] is the slot in nodes of the sibling that entry i meets at level l, or one of the two marks below.
	levels [][]int
	// rightmost is the slot of the last leaf, leftOfEdge[l] the slot of the node left of the right edge
	// at level l, or noSibling where the edge has nothing to its left.
	rightmost  int
	leftOfEdge []int
}

const (
	noSibling          = -1
	siblingOnRightEdge = -2
)

// newInclusionPlan plans the proofs of entries, which are sorted, distinct and below size.
func newInclusionPlan(size int64, entries []int64) *inclusionPlan {
	p := &inclusionPlan{nodes: make([]Node, 0, 2*len(entries)+64)}
	last := size - 1
	needsEdge := false
	height := bits.Len64(uint64(last))
	p.levels, p.leftOfEdge = make([][]int, 0, height), make([]int, 0, height)
	slotsOfAll := make([]int, height*len(entries))
	for level := range height {
		edge := last >> level
		slots := slotsOfAll[level*len(entries) : (level+1)*len(entries)]
		left := noSibling // the slot of the node left of the right edge, where an entry happens to need it too
		before := int64(-1)
		for i, entry := range entries {
			index := entry >> level
			if index == before { // under the same node as the entry before: the same sibling
				slots[i] = slots[i-1]
				continue
			}
			before = index
			sibling := index ^ 1
			switch {
			case sibling > edge:
				slots[i] = noSibling
			case sibling == edge:
				slots[i] = siblingOnRightEdge
				needsEdge = true
			default:
				slots[i] = p.need(level, sibling)
				if sibling == edge-1 && edge&1 == 1 {
					left = slots[i]
				}
			}
		}
		p.levels = append(p.levels, slots)
		p.leftOfEdge = append(p.leftOfEdge, left)
	}
	if !needsEdge {
		p.leftOfEdge = nil
		return p
	}
	p.rightmost = p.need(0, last)
	for level := range p.leftOfEdge {
		if edge := last >> level; edge&1 == 0 {
			p.leftOfEdge[level] = noSibling
		} else if p.leftOfEdge[level] == noSibling {
			p.leftOfEdge[level] = p.need(level, edge-1)
		}
	}
	return p
}

func (p *inclusionPlan) need(level int, index int64) int {
	p.nodes = append(p.nodes, Node{Level: level, Index: index})
	return len(p.nodes) - 1
}

// foldRightEdge returns the hash of the subtree at the right edge for each level, or nothing where no proof needs it.
func (p *inclusionPlan) foldRightEdge(hashes []Hash) []Hash {
	if p.leftOfEdge == nil {
		return nil
	}
	edge := make([]Hash, len(p.leftOfEdge))
	h := hashes[p.rightmost]
	for level, left := range p.leftOfEdge {
		edge[level] = h
		if left != noSibling {
			h = tlog.NodeHash(hashes[left], h)
		}
	}
	return edge
}

// ProveConsistency proves that the log of newSize leaves begins with all the leaves of the log of oldSize (RFC 6962,
// section 2.1.2). The proof from the empty log, or from a size to itself, is empty. Errors: ErrSize when the sizes do
// not go together, else the reader's.
func ProveConsistency(ctx context.Context, oldSize, newSize int64, read NodeReader) ([]Hash, error) {
	if oldSize < 0 || oldSize > newSize || newSize > MaxSize {
		return nil, fmt.Errorf("proving that a log grew from %d to %d leaves: %w", oldSize, newSize, ErrSize)
	}
	if oldSize == 0 || oldSize == newSize {
		return nil, nil
	}
	proof, err := tlog.ProveTree(newSize, oldSize, tlog.HashReaderFunc(func(indexes []int64) ([]Hash, error) {
		nodes := make([]Node, len(indexes))
		for i, index := range indexes {
			nodes[i].Level, nodes[i].Index = tlog.SplitStoredHashIndex(index)
		}
		return readNodes(ctx, nodes, read)
	}))
	if err != nil {
		return nil, fmt.Errorf("proving that a log grew from %d to %d leaves: %w", oldSize, newSize, err)
	}
	return proof, nil
}

// readNodes reads nodes and holds the reader to its promise. It asks nothing when there is nothing to ask.
func readNodes(ctx context.Context, nodes []Node, read NodeReader) ([]Hash, error) {
	if len(nodes) == 0 {
		return nil, nil
	}
	hashes, err := read(ctx, nodes)
	if err != nil {
		return nil, fmt.Errorf("reading %d stored hashes: %w", len(nodes), err)
	}
	if len(hashes) != len(nodes) {
		return nil, fmt.Errorf("reading stored hashes: asked for %d, got %d", len(nodes), len(hashes))
	}
	return hashes, nil
}

// CheckInclusion checks that the log of the given size and root has the leaf at the number of an entry. The error is
// ErrSize or ErrProof.
func CheckInclusion(proof []Hash, size int64, root Hash, entry int64, leaf Hash) error {
	if size > MaxSize || entry < 0 || entry >= size {
		return fmt.Errorf("checking entry %d in a log of %d leaves: %w", entry, size, ErrSize)
	}
	if err := tlog.CheckRecord(proof, size, root, entry, leaf); err != nil {
		return fmt.Errorf("checking entry %d in a log of %d leaves: %w", entry, size, ErrProof)
	}
	return nil
}

// CheckConsistency checks that the log of newSize and newRoot begins with all of the log of oldSize and oldRoot. The
// error is ErrSize or ErrProof.
func CheckConsistency(proof []Hash, newSize int64, newRoot Hash, oldSize int64, oldRoot Hash) error {
	if oldSize < 0 || oldSize > newSize || newSize > MaxSize {
		return fmt.Errorf("checking that a log grew from %d to %d leaves: %w", oldSize, newSize, ErrSize)
	}
	holds := false
	switch {
	case oldSize == newSize:
		holds = len(proof) == 0 && oldRoot == newRoot && (newSize > 0 || newRoot == emptyRoot)
	case oldSize == 0:
		holds = len(proof) == 0 && oldRoot == emptyRoot
	default:
		holds = tlog.CheckTree(proof, newSize, newRoot, oldSize, oldRoot) == nil
	}
	if !holds {
		return fmt.Errorf("checking that a log grew from %d to %d leaves: %w", oldSize, newSize, ErrProof)
	}
	return nil
}

// emptyRoot is the root of the log without leaves.
var emptyRoot = Hash(sha256.Sum256(nil))
