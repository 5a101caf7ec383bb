package custody

import (
	"iter"
	"maps"
)

// Table holds the records of one kind by key. A record, once put, is never changed in
// place: a change puts a new one, so that a savepoint can restore the old.
type Table[V any] struct {
	key     func(*V) string
	changed func(old, new *V) // keeps the numbers derived from the records true
	rows    map[string]*V
	touched map[string]struct{} // keys changed since TakeTouched
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
	return &Table[V]{key: key, changed: changed, rows: map[string]*V{}, touched: map[string]struct{}{}, journal: j}
}

// Get returns the record with this key, or nil. The caller must not change it.
func (t *Table[V]) Get(key string) *V { return t.rows[key] }

// Len returns the number of records.
func (t *Table[V]) Len() int { return len(t.rows) }

// All ranges over the records in no particular order.
func (t *Table[V]) All() iter.Seq[*V] { return maps.Values(t.rows) }

// Load puts a record read from storage: no journal, not touched.
func (t *Table[V]) Load(v *V) { t.set(t.key(v), v) }

// TakeTouched returns the keys changed since it was last called.
func (t *Table[V]) TakeTouched() map[string]struct{} {
	taken := t.touched
	t.touched = map[string]struct{}{}
	return taken
}

func (t *Table[V]) put(v *V) {
	k := t.key(v)
	t.journal.undo = append(t.journal.undo, undoStep{t, k, t.rows[k]})
	t.set(k, v)
	t.touched[k] = struct{}{}
}

func (t *Table[V]) set(k string, v *V) {
	old := t.rows[k]
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
func (t *Table[V]) restore(k string, old any) { t.set(k, old.(*V)) }

// edit copies a record, changes the copy and puts it.
func edit[V any](t *Table[V], v *V, change func(*V)) {
	c := *v
	change(&c)
	t.put(&c)
}
