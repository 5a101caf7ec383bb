package book

import (
	"context"
	"fmt"
	"sync"
)

// recentRequests remembers the idempotency keys of the last commands, so that the same
// request arriving twice at once counts once, and so that a new key costs no query.
type recentRequests struct {
	sync.Mutex
	byKey      map[[2]string]requestRow
	order      [][2]string
	all        bool // every request ever made is here: what is not here is new
	clockNoted bool // a clock that ran back has been noted; owned by the writer
}

const recentKept = 65536

// load reads the newest requests from storage.
func (r *recentRequests) load(ctx context.Context, e engine) (err error) {
	rows, err := e.db().QueryContext(ctx, "SELECT official, key, digest, first, count FROM request ORDER BY first DESC LIMIT $1", recentKept)
	if err != nil {
		return fmt.Errorf("read the newest requests: %w", err)
	}
	defer func() { err = closeRows(rows, err) }()
	var newest []requestRow
	for rows.Next() {
		var row requestRow
		if err := rows.Scan(&row.official, &row.key, &row.digest, &row.first, &row.count); err != nil {
			return fmt.Errorf("read the newest requests: %w", err)
		}
		newest = append(newest, row)
	}
	r.Lock()
	r.byKey, r.order, r.all = map[[2]string]requestRow{}, nil, len(newest) < recentKept
	r.Unlock()
	for i := len(newest) - 1; i >= 0; i-- {
		r.add(newest[i])
	}
	return nil
}

// find finds a request; known is false when only storage can tell.
func (r *recentRequests) find(c Command) (past requestRow, found, known bool) {
	r.Lock()
	defer r.Unlock()
	past, found = r.byKey[[2]string{c.By, c.Key}]
	return past, found, found || r.all
}

func (r *recentRequests) add(row requestRow) {
	r.Lock()
	defer r.Unlock()
	k := [2]string{row.official, row.key}
	r.byKey[k] = row
	r.order = append(r.order, k)
	if len(r.order) > recentKept {
		delete(r.byKey, r.order[0])
		r.order, r.all = r.order[1:], false
	}
}

// forget drops a request whose group was not written.
func (r *recentRequests) forget(c Command) {
	r.Lock()
	defer r.Unlock()
	delete(r.byKey, [2]string{c.By, c.Key})
	r.all = false // it may have been written all the same: storage is asked
}
