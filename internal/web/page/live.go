package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
)

// How a live page is kept: at most one change in each pause, however fast the book grows;
// a word every alive even when nothing happens, so that the browser knows that the line
// holds; and what was made for one listener serves another for as long as fresh.
const (
	pause    = time.Second
	alive    = 10 * time.Second
	fresh    = 5 * time.Second
	patience = 20 * time.Second
	maxParts = 200
)

// parts keeps the live parts of pages, made once for all who look at the same.
type parts struct {
	mu   sync.Mutex
	kept map[string]*part
}

type part struct {
	mu   sync.Mutex
	size int64 // of the book when it was made
	at   time.Time
	html []byte
}

// get returns a live part as the book stands: one that was made for somebody else if the
// book has not grown since and it is fresh, or else a new one.
func (p *parts) get(ctx context.Context, key string, size int64, now time.Time, make func(time.Time) (templ.Component, error)) ([]byte, error) {
	p.mu.Lock()
	if p.kept == nil || len(p.kept) > maxParts {
		p.kept = map[string]*part{}
	}
	one := p.kept[key]
	if one == nil {
		one = &part{size: -1}
		p.kept[key] = one
	}
	p.mu.Unlock()

	one.mu.Lock()
	defer one.mu.Unlock()
	if age := now.Sub(one.at); one.size == size && age >= 0 && age < fresh {
		return one.html, nil
	}
	component, err := make(now)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := component.Render(ctx, &b); err != nil {
		return nil, fmt.Errorf("make the live part %s: %w", key, err)
	}
	one.size, one.at, one.html = size, now, b.Bytes()
	return one.html, nil
}

// Stream sends a part of a page again at every change of the book, as server-sent events,
// until the browser leaves or the official is signed out.
func (d *Door) Stream(v *Visit, key string, make func(time.Time) (templ.Component, error)) error {
	ctx, control := v.R.Context(), http.NewResponseController(v.W)
	v.W.Header().Set("Content-Type", "text/event-stream")
	v.W.Header().Set("X-Accel-Buffering", "no") // a proxy must not hold events back
	send := func(event string, data []byte) error {
		if err := control.SetWriteDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		if _, err := fmt.Fprintf(v.W, "event: %s\ndata: %s\n\n", event, strings.ReplaceAll(string(data), "\n", "\ndata: ")); err != nil {
			return err
		}
		return control.Flush()
	}
	ticker := time.NewTicker(alive)
	defer ticker.Stop()
	for {
		grown := d.Book.Grown() // asked for before reading: a commit in between is not missed
		html, err := d.parts.get(ctx, key, d.Book.Size(), d.Clock(), make)
		if err != nil {
			d.Log.Error("a live page could not be kept", "part", key, "error", err)
			return nil // the status is sent; the browser sees the line cut and comes again
		}
		if send("part", html) != nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-grown:
			if !rest(ctx, pause) {
				return nil
			}
		}
		if _, err := d.Access.Who(ctx, SessionOf(v.R)); err != nil {
			if _, refused := custody.RefusalOf(err); refused {
				_ = send("signed-out", []byte("-"))
			}
			return nil
		}
	}
}

// rest waits, and reports whether the listener is still there.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
