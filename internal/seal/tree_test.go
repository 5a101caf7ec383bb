package seal_test

import (
	"errors"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"habeas.example/habeas/internal/seal"
)

func TestTreeIsThatOfTlog(t *testing.T) {
	var tree seal.Tree
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	for size := int64(0); size <= 1000; size++ {
		want, err := tlog.TreeHash(size, reader)
		if err != nil {
			t.Fatal(err)
		}
		if tree.Size() != size || tree.Root() != want {
			t.Fatalf("at %d leaves the tree has size %d and root %s, want %s", size, tree.Size(), tree.Root(), want)
		}
		leaf := seal.LeafHash(seal.Commit(seal.Salt{byte(size), byte(size >> 8)}, []byte("entry")))
		wantStored, err := tlog.StoredHashesForRecordHash(size, leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		got := tree.Append(leaf)
		if !slices.Equal(got, wantStored) {
			t.Fatalf("leaf %d completes %v, want %v", size, got, wantStored)
		}
		if len(got) != seal.Completes(size) {
			t.Fatalf("leaf %d completes %d hashes, Completes says %d", size, len(got), seal.Completes(size))
		}
		stored = append(stored, got...)
	}
}

func TestResumedTreeGoesOnAlike(t *testing.T) {
	whole := newLog(520)
	for size := int64(0); size <= 260; size++ {
		resumed, err := seal.Resume(size, whole.hash)
		if err != nil {
			t.Fatal(err)
		}
		if resumed.Size() != size || resumed.Root() != whole.root(t, size) {
			t.Fatalf("resumed at %d leaves, the tree has size %d and another root", size, resumed.Size())
		}
		for n := size; n < size+260; n++ {
			if got := resumed.Append(whole.rows[n][0]); !slices.Equal(got, whole.rows[n]) {
				t.Fatalf("resumed at %d leaves, leaf %d completes other hashes", size, n)
			}
		}
	}
}

func TestResumeAtAnySize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.IntRange(0, 5000).Draw(t, "before")
		after := rapid.IntRange(0, 50).Draw(t, "after")
		l := newLog(before)
		resumed, err := seal.Resume(int64(before), l.hash)
		if err != nil {
			t.Fatal(err)
		}
		if resumed.Root() != l.tree.Root() {
			t.Fatal("the resumed tree has another root")
		}
		for range after {
			l.append([]byte("after"))
			if !slices.Equal(resumed.Append(l.rows[len(l.rows)-1][0]), l.rows[len(l.rows)-1]) {
				t.Fatal("the resumed tree completes other hashes")
			}
		}
		if resumed.Root() != l.tree.Root() {
			t.Fatal("the resumed tree grew to another root")
		}
	})
}

func TestResumeRefuses(t *testing.T) {
	broken := errors.New("disk is gone")
	if _, err := seal.Resume(5, func(int, int64) (seal.Hash, error) { return seal.Hash{}, broken }); !errors.Is(err, broken) {
		t.Errorf("a failing read gives %v", err)
	}
	for _, size := range []int64{-1, seal.MaxSize + 1} {
		if _, err := seal.Resume(size, newLog(0).hash); !errors.Is(err, seal.ErrSize) {
			t.Errorf("resuming at %d gives %v", size, err)
		}
	}
}

func TestCopyOfTreeIsApart(t *testing.T) {
	l := newLog(7)
	before := l.tree.Root()
	failed := l.tree
	failed.Append(seal.Hash{1})
	failed.Append(seal.Hash{2})
	if l.tree.Root() != before || l.tree.Size() != 7 {
		t.Error("appending to a copy changed the tree it was copied from")
	}
}

func TestEachStoredHashHasItsPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entry := rapid.Int64Range(0, 1<<40).Draw(t, "entry")
		for at := range seal.Completes(entry) {
			level, index := at, entry>>at
			if gotEntry, gotAt := seal.Position(level, index); gotEntry != entry || gotAt != at {
				t.Fatalf("hash %d of entry %d is said to be hash %d of entry %d", at, entry, gotAt, gotEntry)
			}
		}
		if gotEntry, _ := seal.Position(seal.Completes(entry), entry>>seal.Completes(entry)); gotEntry <= entry {
			t.Fatalf("entry %d completes more hashes than Completes says", entry)
		}
	})
}

func TestCommitmentHidesAndBinds(t *testing.T) {
	// Computed with: printf 'habeas entry v1\n0123456789abcdefan entry' | sha256sum
	const want = "0a3f7c5239f6f142afc1a2b207dc20269720f1ed058e094c196c13c67ddfceda"
	salt := seal.Salt([]byte("0123456789abcdef"))
	got := seal.Commit(salt, []byte("an entry"))
	if got.String() != want {
		t.Errorf("commitment is %s, want %s", got, want)
	}
	if seal.Commit(seal.Salt{1}, []byte("an entry")) == got {
		t.Error("another salt gives the same commitment")
	}
	if seal.Commit(salt, []byte("another entry")) == got {
		t.Error("another entry gives the same commitment")
	}
	if seal.LeafHash(got) != tlog.RecordHash(got[:]) {
		t.Error("the leaf hash is not that of RFC 6962")
	}
}
