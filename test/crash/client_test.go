package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
)

// line is the way to the server that the officers of a load share. It knows when the
// server is down, counts the commands, and says when the next blow is due.
type line struct {
	http *http.Client

	mu   sync.Mutex
	base string
	up   chan struct{} // closed while there is no outage

	orders  atomic.Int64 // commands that were begun
	next    atomic.Int64 // the command that makes the next blow due
	due     chan struct{}
	replays atomic.Int64 // requests that had been written though nobody was told

	ledgerMu sync.Mutex
	ledger   []acknowledged
}

// acknowledged is a command that the server said is on disk.
type acknowledged struct {
	by, key string
	first   int64
	count   int
	entries []string // the first hundred, in canonical form
}

func newLine(base string) *line {
	l := &line{http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}, base: base, due: make(chan struct{}, 1), up: make(chan struct{})}
	close(l.up)
	l.next.Store(math.MaxInt64)
	return l
}

// goDown begins an outage: nobody sends a command, again or for the first time, until its end.
func (l *line) goDown() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.up = make(chan struct{})
}

// moveTo says where the server is from now on.
func (l *line) moveTo(base string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.base = base
}

// goUp ends an outage.
func (l *line) goUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.up)
}

func (l *line) now() (base string, up <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.base, l.up
}

// officer is an official with a session.
type officer struct {
	line  *line
	name  string
	token string
	keys  atomic.Int64
}

// reply is the answer to a command.
type reply struct {
	First    int64             `json:"first"`
	Count    int               `json:"count"`
	Replayed bool              `json:"replayed"`
	ID       string            `json:"id"`
	Entries  []json.RawMessage `json:"entries"`
}

// failure is an answer that is not a success, or that there was none.
type failure struct {
	status int // 0: no answer
	text   string
}

func (f *failure) Error() string { return fmt.Sprintf("%d %s", f.status, f.text) }

// unknown says that it is not known whether the command was written.
func (f *failure) unknown() bool { return f.status == 0 || f.status == http.StatusServiceUnavailable }

// order sends a command until the server has said what became of it, always under the
// same key, and writes down what it acknowledged.
func (o *officer) order(ctx context.Context, path string, body any) (reply, error) {
	key := fmt.Sprintf("%s-%d", o.name, o.keys.Add(1))
	o.line.count()
	var last error
	for attempt := 0; ; attempt++ {
		if err := o.line.await(ctx); err != nil {
			return reply{}, fmt.Errorf("%s: %s (key %s): not taken in %d attempts, the last: %w", o.name, path, key, attempt, errors.Join(last, err))
		}
		var r reply
		err := o.send(ctx, http.MethodPost, path, key, body, &r)
		if err == nil {
			return r, o.settled(ctx, path, key, body, r, attempt > 0)
		}
		var f *failure
		if !errors.As(err, &f) || !f.unknown() {
			return reply{}, fmt.Errorf("%s: %s (key %s, attempt %d): %w", o.name, path, key, attempt+1, err)
		}
		last = err
	}
}

// await waits for the end of the outage, if there is one.
func (l *line) await(ctx context.Context) error {
	_, up := l.now()
	select {
	case <-up:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// settled writes down what was acknowledged. A request that had to be repeated is sent
// once more: it must be known by now, and count once.
func (o *officer) settled(ctx context.Context, path, key string, body any, r reply, repeated bool) error {
	a := acknowledged{by: o.name, key: key, first: r.First, count: r.Count}
	for _, raw := range r.Entries {
		text, err := canonical(raw)
		if err != nil {
			return err
		}
		a.entries = append(a.entries, text)
	}
	o.line.ledgerMu.Lock()
	o.line.ledger = append(o.line.ledger, a)
	o.line.ledgerMu.Unlock()
	if !repeated {
		return nil
	}
	if r.Replayed {
		o.line.replays.Add(1)
	}
	var again reply
	var f *failure
	switch err := o.send(ctx, http.MethodPost, path, key, body, &again); {
	case errors.As(err, &f) && f.unknown():
		return nil // the next blow fell just now
	case err != nil:
		return fmt.Errorf("%s: %s, sent again (key %s): %w", o.name, path, key, err)
	case !again.Replayed || again.First != r.First || again.Count != r.Count:
		return fmt.Errorf("%s: %s, sent again (key %s): replayed %t, %d entries from %d; they were %d from %d",
			o.name, path, key, again.Replayed, again.Count, again.First, r.Count, r.First)
	}
	return nil
}

// canonical is the form in which an entry is sealed.
func canonical(raw []byte) (string, error) {
	e, err := custody.DecodeEntry(raw)
	if err != nil {
		return "", err
	}
	text, err := e.Encode()
	return string(text), err
}

// send sends one request, once.
func (o *officer) send(ctx context.Context, method, path, key string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	base, _ := o.line.now()
	q, err := http.NewRequestWithContext(ctx, method, base+"/api/v1"+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Accept-Language", "en")
	if o.token != "" {
		q.Header.Set("Authorization", "Bearer "+o.token)
	}
	if key != "" {
		q.Header.Set("Idempotency-Key", key)
	}
	answer, err := o.line.http.Do(q)
	if err != nil {
		return &failure{text: err.Error()}
	}
	text, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return &failure{text: err.Error()}
	}
	if answer.StatusCode >= 300 {
		return &failure{answer.StatusCode, string(text)}
	}
	return json.Unmarshal(text, into)
}

// count counts a command that is about to be sent; when it is the one, a blow is due.
func (l *line) count() {
	if next := l.next.Load(); l.orders.Add(1) >= next && l.next.CompareAndSwap(next, math.MaxInt64) {
		l.due <- struct{}{}
	}
}

// signIn signs an official in.
func (l *line) signIn(t *testing.T, name, password string) *officer {
	t.Helper()
	o := &officer{line: l, name: name}
	var answer struct {
		Token string `json:"token"`
	}
	if err := o.send(context.Background(), http.MethodPost, "/sessions", "", map[string]string{"name": name, "password": password}, &answer); err != nil {
		t.Fatalf("%s signs in: %v", name, err)
	}
	o.token = answer.Token
	return o
}

// book reads every entry of the book, as sealed.
func (o *officer) book(t *testing.T) []string {
	t.Helper()
	var list []string
	for {
		var page struct {
			Entries []json.RawMessage `json:"entries"`
			Size    int               `json:"size"`
		}
		// Connections to the database that broke with it are found out by using them: a read may fail, not many.
		err := errors.New("not read")
		for attempt := 0; err != nil && attempt < 20; attempt++ {
			err = o.send(context.Background(), http.MethodGet, fmt.Sprintf("/entries?limit=1000&after=%d", len(list)-1), "", nil, &page)
		}
		if err != nil {
			t.Fatalf("read the book: %v", err)
		}
		for _, raw := range page.Entries {
			list = append(list, string(raw))
		}
		if len(list) >= page.Size {
			return list
		}
	}
}
