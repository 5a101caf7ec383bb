package seal_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"habeas.example/habeas/internal/seal"
)

func TestEveryInclusionProofOfSmallLogs(t *testing.T) {
	const most = 140
	l := newLog(most)
	for size := int64(1); size <= most; size++ {
		root := l.root(t, size)
		for entry := range size {
			proof, err := seal.ProveInclusion(t.Context(), size, entry, l.read)
			if err != nil {
				t.Fatal(err)
			}
			want, err := tlog.ProveRecord(size, entry, l.reader())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(proof, want) {
				t.Fatalf("proof of entry %d in %d is %v, tlog's is %v", entry, size, proof, want)
			}
			if err := tlog.CheckRecord(proof, size, root, entry, l.rows[entry][0]); err != nil {
				t.Fatalf("tlog refuses the proof of entry %d in %d: %v", entry, size, err)
			}
			if err := seal.CheckInclusion(proof, size, root, entry, l.rows[entry][0]); err != nil {
				t.Fatal(err)
			}
			if err := seal.CheckInclusion(proof, size, root, entry, seal.Hash{}); !errors.Is(err, seal.ErrProof) {
				t.Fatalf("a proof for another leaf gives %v", err)
			}
		}
	}
}

func TestEveryConsistencyProofOfSmallLogs(t *testing.T) {
	const most = 140
	l := newLog(most)
	for newSize := int64(0); newSize <= most; newSize++ {
		newRoot := l.root(t, newSize)
		for oldSize := int64(0); oldSize <= newSize; oldSize++ {
			oldRoot := l.root(t, oldSize)
			proof, err := seal.ProveConsistency(t.Context(), oldSize, newSize, l.read)
			if err != nil {
				t.Fatal(err)
			}
			if oldSize > 0 {
				if err := tlog.CheckTree(proof, newSize, newRoot, oldSize, oldRoot); err != nil {
					t.Fatalf("tlog refuses the proof from %d to %d: %v", oldSize, newSize, err)
				}
			} else if len(proof) != 0 {
				t.Fatalf("the proof from the empty log to %d is not empty", newSize)
			}
			if err := seal.CheckConsistency(proof, newSize, newRoot, oldSize, oldRoot); err != nil {
				t.Fatal(err)
			}
			for what, err := range map[string]error{
				"another old root": seal.CheckConsistency(proof, newSize, newRoot, oldSize, seal.Hash{1}),
				"a hash too many":  seal.CheckConsistency(append(slices.Clone(proof), seal.Hash{}), newSize, newRoot, oldSize, oldRoot),
			} {
				if !errors.Is(err, seal.ErrProof) {
					t.Fatalf("from %d to %d: %s gives %v", oldSize, newSize, what, err)
				}
			}
			if oldSize > 0 {
				if err := seal.CheckConsistency(proof, newSize, seal.Hash{1}, oldSize, oldRoot); !errors.Is(err, seal.ErrProof) {
					t.Fatalf("from %d to %d: another new root gives %v", oldSize, newSize, err)
				}
			}
		}
	}
}

func TestEmptyLogHasOneRoot(t *testing.T) {
	if err := seal.CheckConsistency(nil, 0, seal.Hash{1}, 0, seal.Hash{1}); !errors.Is(err, seal.ErrProof) {
		t.Errorf("an empty log with a made-up root gives %v", err)
	}
}

func TestManyProofsAreThoseOfEachInOneRead(t *testing.T) {
	l := newLog(3000)
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, 3000).Draw(t, "size")
		entries := rapid.SliceOfN(rapid.Int64Range(0, size-1), 1, 60).Draw(t, "entries")
		before, asked := l.reads.Load(), slices.Clone(entries)
		proofs, err := seal.ProveInclusions(context.Background(), size, entries, l.read)
		if err != nil {
			t.Fatal(err)
		}
		if l.reads.Load() > before+1 {
			t.Fatalf("took %d reads", l.reads.Load()-before)
		}
		if !slices.Equal(entries, asked) {
			t.Fatal("the caller's entries were reordered")
		}
		for i, entry := range entries {
			want, err := tlog.ProveRecord(size, entry, l.reader())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(proofs[i], want) {
				t.Fatalf("proof of entry %d in %d is %v, tlog's is %v", entry, size, proofs[i], want)
			}
		}
	})
}

func TestProofsOfNothingReadNothing(t *testing.T) {
	l := newLog(3)
	proofs, err := seal.ProveInclusions(t.Context(), 3, nil, l.read)
	if len(proofs) != 0 || err != nil || l.reads.Load() != 0 {
		t.Errorf("got %d proofs, %v, after %d reads", len(proofs), err, l.reads.Load())
	}
}

// Sizes near the largest integer send tlog's search for powers of two round for ever; nobody may be hung that way.
func TestSizesBeyondAnyLogAreRefused(t *testing.T) {
	l := newLog(4)
	var h seal.Hash
	const huge = 1<<63 - 1
	_, noEntry := seal.ProveInclusion(t.Context(), 4, 4, l.read)
	_, negative := seal.ProveInclusion(t.Context(), 4, -1, l.read)
	_, hugeInclusion := seal.ProveInclusion(t.Context(), huge, 1, l.read)
	_, backwards := seal.ProveConsistency(t.Context(), 4, 3, l.read)
	_, fromNegative := seal.ProveConsistency(t.Context(), -1, 3, l.read)
	_, hugeConsistency := seal.ProveConsistency(t.Context(), 1, huge, l.read)
	for what, err := range map[string]error{
		"an entry beyond the log":             noEntry,
		"an entry below 0":                    negative,
		"inclusion in a huge log":             hugeInclusion,
		"consistency backwards":               backwards,
		"consistency from below 0":            fromNegative,
		"consistency with a huge log":         hugeConsistency,
		"checking an entry beyond the log":    seal.CheckInclusion(nil, 4, h, 4, h),
		"checking an entry below 0":           seal.CheckInclusion(nil, 4, h, -1, h),
		"checking inclusion in a huge log":    seal.CheckInclusion(nil, huge, h, 1, h),
		"checking consistency backwards":      seal.CheckConsistency(nil, 3, h, 4, h),
		"checking consistency from below 0":   seal.CheckConsistency(nil, 3, h, -1, h),
		"checking consistency of a huge log":  seal.CheckConsistency(nil, huge, h, 1, h),
		"checking a huge log against itself":  seal.CheckConsistency(nil, huge, h, huge, h),
		"checking inclusion below size zero ": seal.CheckInclusion(nil, -4, h, 0, h),
	} {
		if !errors.Is(err, seal.ErrSize) {
			t.Errorf("%s gives %v", what, err)
		}
	}
}

func TestReaderFailuresAreTold(t *testing.T) {
	broken := errors.New("disk is gone")
	fails := func(context.Context, []seal.Node) ([]seal.Hash, error) { return nil, broken }
	short := func(_ context.Context, nodes []seal.Node) ([]seal.Hash, error) {
		return make([]seal.Hash, len(nodes)-1), nil
	}
	for what, prove := range map[string]func(seal.NodeReader) error{
		"inclusion":   func(read seal.NodeReader) error { _, err := seal.ProveInclusion(t.Context(), 9, 3, read); return err },
		"consistency": func(read seal.NodeReader) error { _, err := seal.ProveConsistency(t.Context(), 3, 9, read); return err },
		"a tile": func(read seal.NodeReader) error {
			_, err := seal.Tile(t.Context(), "tile/0/000.p/9", 9, read)
			return err
		},
	} {
		if err := prove(fails); !errors.Is(err, broken) {
			t.Errorf("%s from a failing reader gives %v", what, err)
		}
		if err := prove(short); err == nil {
			t.Errorf("%s from a reader that answers short gives no error", what)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	var tree seal.Tree
	commitment := seal.Commit(seal.Salt{1}, []byte("entry"))
	for b.Loop() {
		tree.Append(seal.LeafHash(commitment))
	}
}

func BenchmarkProve2000(b *testing.B) {
	const size = 100_000
	l := newLog(size)
	// The reader of a benchmark must cost next to nothing: this one answers from the rows without further checks.
	read := func(_ context.Context, nodes []seal.Node) ([]seal.Hash, error) {
		hashes := make([]seal.Hash, len(nodes))
		for i, node := range nodes {
			entry, at := seal.Position(node.Level, node.Index)
			hashes[i] = l.rows[entry][at]
		}
		return hashes, nil
	}
	inARow, scattered := make([]int64, 2000), make([]int64, 2000)
	for i := range inARow {
		inARow[i] = size - 2000 + int64(i)
		scattered[i] = int64(i) * 7919 % size
	}
	for name, entries := range map[string][]int64{"in a row": inARow, "scattered": scattered} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := seal.ProveInclusions(b.Context(), size, entries, read); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
