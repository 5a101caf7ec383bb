package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/api"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/transfer"
)

const password = "four quiet words in a row"

// house is a served book with the invented service in it, everybody signed in.
type house struct {
	t      testing.TB
	book   *book.Book
	roll   *roll.Desk
	cells  *cells.Desk
	access *access.Desk
	clock  *habeastest.Clock
	tick   func() time.Time
	server *httptest.Server
	stop   func()
	tokens map[string]string
}

func open(t testing.TB, people int) *house {
	t.Helper()
	clock := habeastest.NewClock()
	h := openWith(t, clock.Now, habeastest.Founding(people)...)
	h.clock = clock
	return h
}

// openWith is open with another clock, and with what these acts make of an empty book.
func openWith(t testing.TB, clock func() time.Time, founding ...habeastest.Act) *house {
	t.Helper()
	ctx := context.Background()
	h := &house{t: t, tokens: map[string]string{}}
	var err error
	h.book, err = book.Open(ctx, book.Config{Dir: t.TempDir(), Clock: clock, Random: rand.Reader, Policy: habeastest.Policy()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.book.Close(); err != nil {
			t.Error(err)
		}
	})
	_, err = h.book.Do(ctx, book.Command{By: "engineer"}, func(tx *book.Tx) error {
		for _, act := range founding {
			entries, err := act(tx.State(), tx.Now())
			if err != nil {
				return err
			}
			if err := tx.RecordAll(entries); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if h.access, err = access.New(ctx, h.book, access.Config{Clock: clock, Random: rand.Reader}); err != nil {
		t.Fatal(err)
	}
	h.cells, h.tick = cells.New(h.book), clock
	h.serve()
	return h
}

// serve serves the house with a roll desk that remembers nothing yet.
func (h *house) serve() {
	h.t.Helper()
	ctx := context.Background()
	var err error
	if h.roll, err = roll.New(ctx, h.book); err != nil {
		h.t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if testing.Verbose() {
		log = slog.Default()
	}
	stopping, stop := context.WithCancel(ctx)
	h.server = httptest.NewUnstartedServer(api.New(api.Services{Book: h.book, Roll: h.roll, Transfer: transfer.New(h.book), Count: count.New(h.book, nil), Cells: h.cells,
		Access: h.access, Clock: h.tick, Log: log}))
	h.server.Config.BaseContext = func(net.Listener) context.Context { return stopping }
	h.server.Start()
	h.stop = func() { stop(); h.server.Close() }
	h.t.Cleanup(h.stop)
}

// restart ends the server and serves the house anew.
func (h *house) restart() {
	h.t.Helper()
	h.stop()
	h.serve()
}

// as returns a person at work under the official's name, signed in with a password of theirs.
func (h *house) as(name string) *person {
	h.t.Helper()
	if h.tokens[name] == "" {
		h.givePassword(name)
		a := h.stranger().post("/sessions", map[string]string{"name": name, "password": password})
		a.mustBe(http.StatusCreated)
		h.tokens[name] = a.text("token")
	}
	return &person{house: h, token: h.tokens[name], language: "en"}
}

// hashed is the stored form of the password: made once, since it is dear on purpose.
var hashed string

func (h *house) givePassword(name string) {
	h.t.Helper()
	if hashed == "" {
		if err := h.access.SetPassword(context.Background(), name, password); err != nil {
			h.t.Fatal(err)
		}
		if err := h.book.Beside().QueryRow("SELECT hash FROM credential WHERE official = $1", name).Scan(&hashed); err != nil {
			h.t.Fatal(err)
		}
		return
	}
	if _, err := h.book.Beside().Exec("INSERT INTO credential (official, hash, changed) VALUES ($1, $2, 0)", name, hashed); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) stranger() *person { return &person{house: h, language: "en"} }

type person struct {
	*house
	token, language, key string
	unjudged             bool // its answers are not compared with the document
}

// with gives the next commands an idempotency key.
func (p person) with(key string) *person { p.key = key; return &p }

// speaking asks for answers in a language.
func (p person) speaking(language string) *person { p.language = language; return &p }

func (p *person) get(path string) *reply { return p.send("GET", path, nil) }

func (p *person) post(path string, body any) *reply {
	p.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.send("POST", path, bytes.NewReader(b))
}

func (p *person) send(method, path string, body io.Reader) *reply {
	p.t.Helper()
	if !strings.HasPrefix(path, "/log/") && !strings.HasPrefix(path, "/api/") && !strings.HasPrefix(path, "/healthz") {
		path = "/api/v1" + path
	}
	request, err := http.NewRequest(method, p.server.URL+path, body)
	if err != nil {
		p.t.Fatal(err)
	}
	if p.token != "" {
		request.Header.Set("Authorization", "Bearer "+p.token)
	}
	if p.key != "" {
		request.Header.Set("Idempotency-Key", p.key)
	}
	request.Header.Set("Accept-Language", p.language)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return p.do(request)
}

func (p *person) do(request *http.Request) *reply {
	p.t.Helper()
	response, err := p.server.Client().Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	content, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		p.t.Fatal(err)
	}
	a := &reply{t: p.t, call: request.Method + " " + request.URL.Path, status: response.StatusCode, header: response.Header, raw: content}
	if strings.Contains(response.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(content, &a.body); err != nil {
			p.t.Fatalf("%s: the answer is no JSON object: %v", a.call, err)
		}
	}
	if !p.unjudged {
		p.judge(request.Method, request.URL.Path, a)
	}
	return a
}

// reply is an answer of the API.
type reply struct {
	t      testing.TB
	call   string
	status int
	header http.Header
	raw    []byte
	body   map[string]any
}

func (a *reply) mustBe(status int) *reply {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: status %d, want %d: %s", a.call, a.status, status, a.raw[:min(len(a.raw), 2000)])
	}
	return a
}

// refused checks that the answer is the problem with this code, said in words.
func (a *reply) refused(status int, code string) *reply {
	a.t.Helper()
	a.mustBe(status)
	if a.text("code") != code {
		a.t.Fatalf("%s: refused with %q, want %q: %s", a.call, a.text("code"), code, a.raw)
	}
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.t.Errorf("%s: a problem of type %q", a.call, got)
	}
	for _, field := range []string{"type", "title", "detail"} {
		if said := a.text(field); said == "" || strings.ContainsAny(said, "[{<") {
			a.t.Errorf("%s: %s says %q", a.call, field, said)
		}
	}
	return a
}

func (a *reply) text(field string) string { s, _ := a.body[field].(string); return s }

func (a *reply) number(field string) int64 {
	a.t.Helper()
	n, ok := a.body[field].(float64)
	if !ok {
		a.t.Fatalf("%s: %s is %v, no number", a.call, field, a.body[field])
	}
	return int64(n)
}

func (a *reply) list(field string) []any { l, _ := a.body[field].([]any); return l }
