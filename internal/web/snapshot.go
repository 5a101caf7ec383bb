package web

import (
	"sync"
	"time"

	"habeas.example/habeas/internal/roll"
)

// settle is how old the roll on a page may be although the book has grown since. The page
// says at which entry it was true, and the live parts bring the rest at once. Without it,
// a busy book with many readers would count tens of thousands of people for each of them.
const settle = 500 * time.Millisecond

// snapshot is the roll of the whole service as of one entry, made once for all who look.
type snapshot struct {
	roll    roll.Now
	overdue []roll.OverdueRelease
}

// snapshots keeps the newest snapshot.
type snapshots struct {
	mu     sync.Mutex
	newest snapshot
	made   bool
}

// rollNow returns the roll now: a snapshot that is fresh, and either as new as the book or
// at most as old as tolerated.
func (d *door) rollNow(now time.Time, tolerated time.Duration) snapshot {
	k := &d.snapshots
	k.mu.Lock()
	defer k.mu.Unlock()
	age := now.Sub(k.newest.roll.At)
	if k.made && age >= 0 && age < fresh && (k.newest.roll.Entry == d.Book.Size() || (age > 0 && age < tolerated)) {
		return k.newest
	}
	k.newest = snapshot{roll: d.Roll.Roll(now, false)}
	if k.newest.roll.Overdue > 0 {
		k.newest.overdue = d.Roll.Overdue(now)
	}
	k.made = true
	return k.newest
}
