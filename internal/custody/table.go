package custody

import (
	"iter"
	"maps"
	"slices"
)

// Table holds the records of one kind by key. A record, once put, is never changed in
// place: a change puts a new one, so that a savepoint can restore the old.
type Table[V any] struct {
	key     func(*V) string
	changed func(old, new *V) // keeps the numbers derived from the records true
	rows    map[string]*V
	touched []string // keys changed since TakeTouched, some of them more than once
	enough  int      // touched are made different from each other when there are more
	journal *journal
}

// journal is what a rollback needs: the record that each change replaced, in order.
type journal struct{ undo []undoStep }

type undoStep struct {
	table interface{ restore(key string, old any) }
	key   string
	old   any
}

func newTable[V any](j *journal, key func(*V) string, changed func(old, new *V)) *Table[V] {
	return &Table[V]{key: key, changed: changed, rows: map[string]*V{}, journal: j}
}

// Get returns the record with this key, or nil. The caller must not change it.
func (t *Table[V]) Get(key string) *V { return t.rows[key] }

// Len returns the number of records.
func (t *Table[V]) Len() int { return len(t.rows) }

// All ranges over the records in no particular order.
func (t *Table[V]) All() iter.Seq[*V] { return maps.Values(t.rows) }

// Load puts a record read from storage: no journal, not touched.
func (t *Table[V]) Load(v *V) { k := t.key(v); t.set(k, t.rows[k], v) }

// TakeTouched returns the keys changed since it was last called, sorted, each once.
func (t *Table[V]) TakeTouched() []string {
	taken := t.touched
	t.touched = nil
	slices.Sort(taken)
	return slices.Compact(taken)
}

// touch remembers a changed key. Where nobody ever takes them (a state of the past) they
// are kept to about twice as many as are different.
func (t *Table[V]) touch(k string) {
	if t.touched = append(t.touched, k); len(t.touched) > t.enough {
		slices.Sort(t.touched)
		t.touched = slices.Compact(t.touched)
		t.enough = 2*len(t.touched) + 1024
	}
}

func (t *Table[V]) put(v *V) {
	k := t.key(v)
	old := t.rows[k]
	t.journal.undo = append(t.journal.undo, undoStep{t, k, old})
	t.set(k, old, v)
	t.touch(k)
}

func (t *Table[V]) set(k string, old, v *V) {
	if v == nil {
		delete(t.rows, k)
	} else {
		t.rows[k] = v
	}
	if t.changed != nil {
		t.changed(old, v)
	}
}

// restore undoes one change. The key stays in touched: writing an unchanged record
// again is harmless, and a record that is gone again is simply not written.
func (t *Table[V]) restore(k string, old any) { t.set(k, t.rows[k], old.(*V)) }

// edit copies a record, changes the copy and puts it.
func edit[V any](t *Table[V], v *V, change func(*V)) {
	c := *v
	change(&c)
	t.put(&c)
}
