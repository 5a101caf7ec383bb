package seal_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"habeas.example/habeas/internal/seal"
)

// memoryLog is a log kept as the book keeps it: with each entry its salt and the hashes that its leaf completes.
type memoryLog struct {
	tree        seal.Tree
	salts       []seal.Salt
	entries     [][]byte
	commitments []seal.Commitment
	rows        [][]seal.Hash
	reads       atomic.Int64 // calls of read
}

func newLog(entries int) *memoryLog {
	l := &memoryLog{}
	for range entries {
		l.append(fmt.Appendf(nil, `{"kind":"admission","number":%d}`, len(l.entries)))
	}
	return l
}

func (l *memoryLog) append(entry []byte) {
	var number [8]byte
	binary.BigEndian.PutUint64(number[:], uint64(len(l.entries)))
	sum := sha256.Sum256(number[:])
	salt := seal.Salt(sum[:seal.SaltSize])
	commitment := seal.Commit(salt, entry)
	l.salts = append(l.salts, salt)
	l.entries = append(l.entries, entry)
	l.commitments = append(l.commitments, commitment)
	l.rows = append(l.rows, l.tree.Append(seal.LeafHash(commitment)))
}

func (l *memoryLog) hash(level int, index int64) (seal.Hash, error) {
	entry, at := seal.Position(level, index)
	if entry < 0 || entry >= int64(len(l.rows)) || at >= len(l.rows[entry]) {
		return seal.Hash{}, fmt.Errorf("no stored hash %d of level %d", index, level)
	}
	return l.rows[entry][at], nil
}

func (l *memoryLog) read(_ context.Context, nodes []seal.Node) ([]seal.Hash, error) {
	l.reads.Add(1)
	hashes := make([]seal.Hash, len(nodes))
	seen := make(map[seal.Node]bool, len(nodes))
	for i, node := range nodes {
		if seen[node] {
			return nil, fmt.Errorf("node %v is asked for twice", node)
		}
		seen[node] = true
		h, err := l.hash(node.Level, node.Index)
		if err != nil {
			return nil, err
		}
		hashes[i] = h
	}
	return hashes, nil
}

// reader is the same log as tlog reads it.
func (l *memoryLog) reader() tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			h, err := l.hash(tlog.SplitStoredHashIndex(index))
			if err != nil {
				return nil, err
			}
			hashes[i] = h
		}
		return hashes, nil
	})
}

// root is the root that the log had at a size, by tlog's reckoning.
func (l *memoryLog) root(t testing.TB, size int64) seal.Hash {
	t.Helper()
	root, err := tlog.TreeHash(size, l.reader())
	if err != nil {
		t.Fatal(err)
	}
	return root
}
