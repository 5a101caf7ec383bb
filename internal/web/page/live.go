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

// How a live page is kept: a change is sent at once, but at most one in each pause, however
// fast the book grows; a word every alive even when nothing happens, so that the browser
// knows that the line holds. What was made for one listener serves another for as long as
// fresh, or for as long as shared although the book has grown: so hundreds who look at the
// same cost little on a night when everybody moves, and each is told again after its pause.
const (
	pause    = time.Second
	alive    = 10 * time.Second
	fresh    = 5 * time.Second
	shared   = pause / 4
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
	size int64     // of the book when it was made
	at   time.Time // by the service's clock
	made time.Time // by the machine's, which paces what is sent
	html []byte
}

// get returns a live part as the book stands, or stood a moment ago but had at least so many
// entries, and the book's size at that time: one that was made for somebody else, or else a new one.
func (p *parts) get(ctx context.Context, key string, size, least int64, now time.Time, make func(time.Time) (templ.Component, error)) ([]byte, int64, error) {
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
	age := now.Sub(one.at)
	if one.size >= size && age >= 0 && age < fresh || one.size >= least && time.Since(one.made) < shared {
		return one.html, one.size, nil
	}
	made := time.Now()
	component, err := make(now)
	if err != nil {
		return nil, 0, err
	}
	var b bytes.Buffer
	if err := component.Render(ctx, &b); err != nil {
		return nil, 0, fmt.Errorf("make the live part %s: %w", key, err)
	}
	one.size, one.at, one.made, one.html = size, now, made, b.Bytes()
	return one.html, size, nil
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
	least := d.Book.Size() // the page itself showed as much: nothing older takes its place
	for {
		grown := d.Book.Grown() // asked for before reading: a commit in between is not missed
		html, size, err := d.parts.get(ctx, key, d.Book.Size(), least, d.Clock(), make)
		if err != nil {
			d.Log.Error("a live page could not be kept", "part", key, "error", err)
			return nil // the status is sent; the browser sees the line cut and comes again
		}
		if send("part", html) != nil {
			return nil
		}
		sent := time.Now()
		if size < d.Book.Size() {
			grown = over // there is more to say already
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-grown:
			if !rest(ctx, pause-time.Since(sent)) {
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

// over is done from the start.
var over = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

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
