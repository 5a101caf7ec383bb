package bell

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"habeas.example/habeas/internal/book"
)

// Events says how a stream of server-sent events is kept.
type Events struct {
	// Alive is how often a silent stream says that it is alive, and asks whether the
	// listener may go on.
	Alive time.Duration
	// Patience is how long a listener may take to read what was sent to it.
	Patience time.Duration
	// Sees says of an entry whether the listener may read it; one that they may not is left
	// out, and its number with it. nil: all of them.
	Sees func(book.Stored) (bool, error)
	// May is asked as often as the stream says that it is alive; an error ends the stream.
	May func() error
}

// Send sends the entries numbered above after as server-sent events, and goes on with new
// ones until the listener leaves or ctx ends: event "entry", the entry's number as id, its
// sealed bytes as data. A browser that comes back names the last id that it has seen.
// It returns nil when the listener left.
func (e Events) Send(ctx context.Context, w http.ResponseWriter, b *book.Book, after int64) error {
	control := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy must not hold events back
	w.WriteHeader(http.StatusOK)
	alive := time.NewTicker(e.Alive)
	defer alive.Stop()

	send := func(write func() error) error {
		// A test's recorder has no deadlines; a listener on a connection has.
		if err := control.SetWriteDeadline(time.Now().Add(e.Patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		if err := write(); err != nil {
			return err
		}
		return control.Flush()
	}
	if send(func() error { _, err := fmt.Fprint(w, "retry: 2000\n\n"); return err }) != nil {
		return nil
	}
	for next := max(after, -1) + 1; ; {
		grown := b.Grown()
		stored, err := b.Entries(ctx, next, page)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("send events from entry %d: %w", next, err)
		}
		if len(stored) > 0 {
			seen, err := e.seen(stored)
			if err != nil {
				return fmt.Errorf("send events from entry %d: %w", next, err)
			}
			if len(seen) > 0 && send(func() error { return writeEvents(w, seen) }) != nil {
				return nil
			}
			next = stored[len(stored)-1].Number + 1
		}
		if len(stored) == page {
			continue // there is more to catch up with
		}
		select {
		case <-ctx.Done():
			return nil
		case <-alive.C:
			if err := e.May(); err != nil {
				return err
			}
			if send(func() error { _, err := fmt.Fprint(w, ": alive\n\n"); return err }) != nil {
				return nil
			}
		case <-grown:
		}
	}
}

// writeEvents writes entries as events. Canonical bytes are JSON on one line.
func writeEvents(w http.ResponseWriter, stored []book.Stored) error {
	for _, s := range stored {
		if _, err := fmt.Fprintf(w, "event: entry\nid: %d\ndata: %s\n\n", s.Number, s.Body); err != nil {
			return err
		}
	}
	return nil
}

// seen are those entries that the listener may read.
func (e Events) seen(stored []book.Stored) ([]book.Stored, error) {
	if e.Sees == nil {
		return stored, nil
	}
	var list []book.Stored
	for _, one := range stored {
		sees, err := e.Sees(one)
		if err != nil {
			return nil, err
		}
		if sees {
			list = append(list, one)
		}
	}
	return list, nil
}
