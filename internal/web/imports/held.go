package imports

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"
	"time"
)

// Bounds of what is held between a dry run and the taking: one file an official, and no longer than they need to read the
// report. It is held in memory alone: a list of people that nobody has taken yet is in no register, and stays on no disk.
const (
	holdFor = time.Hour
	holdAll = 128 << 20 // bytes of files; beyond it the oldest go
)

// waiting is a file whose dry run was shown to whoever sent it.
type waiting struct {
	ID       string
	Kind     FileKind
	Name     string // of the file
	Into     string // people: the place for rows that name none
	Transfer string // a manifest: of which transfer
	Report   Report
	content  []byte
	by       string // user name of whoever sent it
	kept     time.Time
}

type held struct {
	mutex sync.Mutex
	files map[string]waiting // by official
}

func newHeld() *held { return &held{files: map[string]waiting{}} }

// keep holds a file instead of the one that the same official sent before, and returns its identifier.
func (h *held) keep(w waiting, now time.Time) string {
	if w.ID == "" {
		sum := sha256.Sum256(append([]byte(w.by+"\x00"+string(w.Kind)+"\x00"+w.Into+"\x00"+w.Transfer+"\x00"), w.content...))
		w.ID = hex.EncodeToString(sum[:16])
	}
	w.kept = now
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.files[w.by] = w
	h.tidy(now)
	return w.ID
}

// find returns the file of an official, if it is still held.
func (h *held) find(id, by string, now time.Time) (waiting, bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.tidy(now)
	w, ok := h.files[by]
	return w, ok && w.ID == id
}

// take is find, and lets go of a file that has not been taken yet, so that a form sent twice takes it once.
func (h *held) take(id, by string, now time.Time) (waiting, bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.tidy(now)
	w, ok := h.files[by]
	if !ok || w.ID != id || w.Report.Applied {
		return waiting{}, false
	}
	delete(h.files, by)
	return w, true
}

// tidy lets go of what was held too long, and of the oldest when it is too much.
func (h *held) tidy(now time.Time) {
	all := make([]waiting, 0, len(h.files))
	for by, w := range h.files {
		if now.Sub(w.kept) > holdFor {
			delete(h.files, by)
			continue
		}
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b waiting) int { return b.kept.Compare(a.kept) })
	size := 0
	for _, w := range all {
		if size += len(w.content); size > holdAll {
			delete(h.files, w.by)
		}
	}
}
