package web_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web"
)

const password = "a password for the play"

// play is a served book with its desks, in which officials act and look.
type play struct {
	t        *testing.T
	clock    *habeastest.Clock
	book     *book.Book
	roll     *roll.Desk
	transfer *transfer.Desk
	count    *count.Desk
	cells    *cells.Desk
	access   *access.Desk
	server   *httptest.Server
}

// newPlay serves the invented service with n people at the origin's reception.
func newPlay(t *testing.T, n int) *play {
	t.Helper()
	return serve(t, func(s *habeastest.Store) *book.Book { return s.Established(n) })
}

func serve(t *testing.T, open func(*habeastest.Store) *book.Book) *play {
	t.Helper()
	store := habeastest.NewStore(t, habeastest.SQLite)
	p := &play{t: t, clock: store.Clock, book: open(store)}
	p.transfer, p.count, p.cells = transfer.New(p.book), count.New(p.book, nil), cells.New(p.book)
	var err error
	if p.roll, err = roll.New(t.Context(), p.book); err != nil {
		t.Fatal(err)
	}
	p.access, err = access.New(t.Context(), p.book, access.Config{Clock: store.Clock.Now, Random: habeastest.Chance(7), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	handler := web.New(web.Services{Book: p.book, Roll: p.roll, Transfer: p.transfer, Count: p.count, Cells: p.cells, Access: p.access, Clock: store.Clock.Now, Log: slog.New(slog.DiscardHandler)})
	p.server = httptest.NewServer(handler)
	t.Cleanup(p.server.Close)
	return p
}

// by is a command of an official.
func by(name string) book.Command { return book.Command{By: name} }

// must fails the test when an act of a desk is refused.
func (p *play) must(w book.Written, err error) book.Written {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	return w
}

// browser is one official's browser, signed in or not.
type browser struct {
	*play
	client   *http.Client
	language string
	agent    string      // what it says it is; empty: what Go says
	sends    http.Header // with every request, beside what a browser must
}

// nobody is a browser that is not signed in.
func (p *play) nobody() *browser {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{play: p, client: &http.Client{Jar: jar, CheckRedirect: stay}, language: "en"}
}

// as is the browser of an official who signs in.
func (p *play) as(name string) *browser {
	p.t.Helper()
	if err := p.access.SetPassword(context.Background(), name, password); err != nil {
		p.t.Fatal(err)
	}
	b := p.nobody()
	r := b.post("/sign-in", url.Values{"name": {name}, "password": {password}})
	if r.status != http.StatusSeeOther {
		p.t.Fatalf("%s could not sign in: %d %s", name, r.status, r.text)
	}
	return b
}

func (b *browser) in(language string) *browser {
	return &browser{play: b.play, client: b.client, language: language}
}

// reply is what a browser was shown.
type reply struct {
	t      *testing.T
	path   string
	status int
	text   string
	header http.Header
}

func (b *browser) get(path string) reply { return b.send(b.request(http.MethodGet, path, nil)) }

func (b *browser) post(path string, form url.Values) reply {
	return b.send(b.request(http.MethodPost, path, form))
}

func (b *browser) request(method, path string, form url.Values) *http.Request {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	for name, values := range b.sends {
		r.Header[name] = values
	}
	if b.agent != "" {
		r.Header.Set("User-Agent", b.agent)
	}
	r.Header.Set("Accept-Language", b.language)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

func (b *browser) send(r *http.Request) reply {
	b.t.Helper()
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		b.t.Fatal(err)
	}
	return reply{b.t, r.URL.RequestURI(), answer.StatusCode, string(text), answer.Header}
}

func (r reply) is(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s: status %d, want %d: %s", r.path, r.status, status, r.text[:min(len(r.text), 2000)])
	}
	return r
}

func (r reply) shows(texts ...string) reply {
	r.t.Helper()
	for _, text := range texts {
		if !strings.Contains(r.text, text) {
			r.t.Errorf("%s does not show %q:\n%s", r.path, text, r.text)
		}
	}
	return r
}

func (r reply) hides(texts ...string) reply {
	r.t.Helper()
	for _, text := range texts {
		if strings.Contains(r.text, text) {
			r.t.Errorf("%s shows %q", r.path, text)
		}
	}
	return r
}

// leadsTo is where a reply sends the browser on.
func (r reply) leadsTo(path string) reply {
	r.t.Helper()
	r.is(http.StatusSeeOther)
	if to := r.header.Get("Location"); to != path {
		r.t.Errorf("%s leads to %q, want %q", r.path, to, path)
	}
	return r
}

// admit admits a person with a name to a place, on a paper that lasts a while.
func (p *play) admit(person custody.Person, place string, lasts time.Duration) string {
	p.t.Helper()
	if person.Sex == "" {
		person.Sex = "M"
	}
	w := p.must(p.roll.Admit(p.t.Context(), by("records"), roll.Arrival{Place: place,
		Admission: custody.Admission{Person: &person, Authorities: []custody.Authority{habeastest.ShortPaper(1, p.clock.Now(), lasts)}}}))
	return w.Entries[0].Person
}

// found opens a discrepancy: a person is found in another place than the roll says.
func (p *play) found(number, place string) string {
	p.t.Helper()
	w := p.must(p.roll.Found(p.t.Context(), by("landing"), number, place, time.Time{}))
	for _, one := range p.roll.Discrepancies(true) {
		if one.Entry == w.First {
			return one.ID
		}
	}
	p.t.Fatalf("finding %s in %s opened no discrepancy", number, place)
	return ""
}

// onTheRoad drafts a transfer of the first n people, boards them all on one vehicle and
// hands them to the escort.
func (p *play) onTheRoad(n int) string {
	p.t.Helper()
	ctx, planner, reception := p.t.Context(), by("planner"), by("reception")
	id := p.must(p.transfer.Draft(ctx, planner, custody.Transfer{From: habeastest.Origin, To: habeastest.Centre, Date: p.clock.Now().Format(time.DateOnly),
		LegalBasis: "Order 7 of the directorate"})).Entries[0].Transfer
	people := habeastest.Numbers(n)
	p.must(p.transfer.LoadManifest(ctx, planner, id, "list.csv", append(people, people[0])))
	p.must(p.transfer.AssignEscort(ctx, planner, id, custody.Escort{Corps: "Second Brigade", Commander: "Cpt. Iris Tobar", Units: []custody.Unit{{Name: "Company A", Headcount: 1200}}, Helicopters: 3}))
	p.must(p.transfer.AddWaypoint(ctx, planner, id, custody.Waypoint{Code: "W1", Name: "The bridge"}))
	p.must(p.transfer.AddVehicles(ctx, planner, id, custody.Vehicle{Code: "B01", Plate: "P 100-200", Seats: n + 1}))
	p.must(p.transfer.Approve(ctx, by("governor"), id))
	p.must(p.transfer.Identify(ctx, reception, id, people...))
	p.must(p.transfer.Board(ctx, reception, id, "B01", time.Time{}, people...))
	p.must(p.transfer.Count(ctx, reception, id, "B01", custody.VehicleCount{Stage: "boarding", Counted: n}, time.Time{}))
	offer := p.must(p.transfer.OfferDeparture(ctx, reception, id, []string{"B01"}, time.Time{}))
	p.must(p.transfer.Accept(ctx, by("escort"), offer.Entries[0].Detail.(*custody.Handover).ID, time.Time{}))
	return id
}

// arrives brings a transfer's vehicle in and hands everybody over.
func (p *play) arrives(id string) {
	p.t.Helper()
	ctx := p.t.Context()
	p.clock.Advance(time.Hour)
	p.must(p.transfer.Arrive(ctx, by("escort"), id, "B01", habeastest.CentreReception, time.Time{}))
	offer := p.must(p.transfer.OfferArrival(ctx, by("escort"), id, []string{"B01"}, nil, habeastest.CentreReception, time.Time{}))
	p.must(p.transfer.Accept(ctx, by("reception2"), offer.Entries[0].Detail.(*custody.Handover).ID, time.Time{}))
}

// stream is a live page as a browser follows it.
type stream struct {
	t     *testing.T
	lines *bufio.Scanner
}

// streams follows a live page.
func (b *browser) streams(path string) *stream {
	b.t.Helper()
	r := b.request(http.MethodGet, path, nil)
	r.Header.Set("Accept", "text/event-stream")
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = answer.Body.Close() })
	if answer.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: status %d", path, answer.StatusCode)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	return &stream{b.t, lines}
}

// next is the next event as it was sent.
func (s *stream) next() string {
	s.t.Helper()
	var text strings.Builder
	for s.lines.Scan() {
		if s.lines.Text() == "" {
			return text.String()
		}
		text.WriteString(s.lines.Text() + "\n")
	}
	s.t.Fatalf("the line ended: %v", s.lines.Err())
	return ""
}
