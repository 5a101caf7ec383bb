package book

import "sync"

// recentRequests remembers the idempotency keys of the last commands, so that the same
// request arriving twice at once counts once. Older ones are found in storage.
type recentRequests struct {
	sync.Mutex
	byKey      map[[2]string]requestRow
	order      [][2]string
	clockNoted bool // a clock that ran back has been noted; owned by the writer
}

const recentKept = 65536

func (r *recentRequests) find(c Command) (requestRow, bool) {
	r.Lock()
	defer r.Unlock()
	past, ok := r.byKey[[2]string{c.By, c.Key}]
	return past, ok
}

func (r *recentRequests) add(row requestRow) {
	r.Lock()
	defer r.Unlock()
	if r.byKey == nil {
		r.byKey = map[[2]string]requestRow{}
	}
	k := [2]string{row.official, row.key}
	r.byKey[k] = row
	r.order = append(r.order, k)
	if len(r.order) > recentKept {
		delete(r.byKey, r.order[0])
		r.order = r.order[1:]
	}
}

// forget drops a request whose group was not written.
func (r *recentRequests) forget(c Command) {
	r.Lock()
	defer r.Unlock()
	delete(r.byKey, [2]string{c.By, c.Key})
}
