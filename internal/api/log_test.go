package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/seal"
)

// The public log is read as a stranger reads it, with a client that is not ours.
func TestTheServedLogIsReadByTorchwood(t *testing.T) {
	h := open(t, 300) // more than one tile
	verifier, err := note.NewVerifier(strings.TrimSpace(string(h.stranger().get("/log/key").mustBe(200).raw)))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := note.Open(h.stranger().get("/log/checkpoint").mustBe(200).raw, note.VerifierList(verifier))
	if err != nil {
		t.Fatal(err)
	}
	checkpoint, err := torchwood.ParseCheckpoint(opened.Text)
	if err != nil {
		t.Fatal(err)
	}
	fetcher, err := torchwood.NewTileFetcher(h.server.URL+"/log", torchwood.WithHTTPClient(h.server.Client()))
	if err != nil {
		t.Fatal(err)
	}
	client, err := torchwood.NewClient(fetcher)
	if err != nil {
		t.Fatal(err)
	}
	n := int64(0)
	for i, leaf := range client.AllEntries(t.Context(), checkpoint.Tree, 0) {
		stored, err := h.book.Entry(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		if commitment := seal.Commit(stored.Salt, stored.Body); string(leaf) != string(commitment[:]) {
			t.Fatalf("leaf %d is not the commitment of entry %d", i, i)
		}
		n++
	}
	if err := client.Err(); err != nil {
		t.Fatal(err)
	}
	if n != checkpoint.N || n != h.book.Size() || n < 300 {
		t.Errorf("%d leaves were read of %d", n, checkpoint.N)
	}
	if _, proof, err := client.Entry(t.Context(), checkpoint.Tree, 7); err != nil || len(proof) == 0 {
		t.Errorf("no proof of leaf 7: %v", err)
	}
	// The log says nothing about anybody.
	tile := h.stranger().get("/log/" + torchwood.TilePath(tlog.Tile{H: 8, L: -1, N: 0, W: 256})).mustBe(200)
	if strings.Contains(string(tile.raw), habeastest.Numbers(1)[0]) || len(tile.raw) != 256*34 {
		t.Errorf("a bundle of %d bytes", len(tile.raw))
	}
	if !strings.Contains(tile.header.Get("Cache-Control"), "immutable") {
		t.Errorf("a tile is not cached: %q", tile.header.Get("Cache-Control"))
	}
}

// listener reads a stream of events.
type listener struct {
	t     *testing.T
	lines *bufio.Scanner
	stop  context.CancelFunc
}

func (p *person) listen(t *testing.T, query string, header http.Header) *listener {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, "GET", p.server.URL+"/api/v1/entries/stream"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		request.Header = header
	}
	request.Header.Set("Authorization", "Bearer "+p.token)
	response, err := p.server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("the stream begins with %d %s", response.StatusCode, response.Header.Get("Content-Type"))
	}
	t.Cleanup(func() {
		stop()
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	return &listener{t, lines, stop}
}

// next waits for the next event and returns its entry.
func (l *listener) next() *custody.Entry {
	l.t.Helper()
	fields := map[string]string{}
	for l.lines.Scan() {
		name, value, _ := strings.Cut(l.lines.Text(), ": ")
		if l.lines.Text() != "" {
			fields[name] = value
			continue
		}
		if fields["event"] == "" {
			continue // how long to wait before coming back
		}
		e, err := custody.DecodeEntry([]byte(fields["data"]))
		if err != nil || fields["event"] != "entry" || fields["id"] != fmt.Sprint(e.Number) {
			l.t.Fatalf("the event is %v: %v", fields, err)
		}
		return e
	}
	l.t.Fatalf("the stream ended: %v", l.lines.Err())
	return nil
}

func TestEntriesAreHeardAsTheyAreWritten(t *testing.T) {
	h := open(t, 2)
	numbers := habeastest.Numbers(2)
	size := h.book.Size()
	live := h.as("monitor").listen(t, fmt.Sprintf("?after=%d", size-3), nil)
	for want := size - 2; want < size; want++ {
		if e := live.next(); e.Number != want {
			t.Fatalf("heard entry %d, want %d", e.Number, want)
		}
	}
	// That the monitor reads on is itself in the book, before anything was sent (law 8).
	if e := live.next(); e.Kind != custody.RecordRead || e.Number != size || e.By != "monitor" || e.Note != fmt.Sprintf("entries from %d on, as they are written", size-2) {
		t.Fatalf("heard %+v", e)
	}
	reception := h.as("reception")
	for i, to := range []string{habeastest.OriginCell, habeastest.OriginReception, habeastest.OriginCell} {
		reception.post("/moves", move(numbers[0], to)).mustBe(200)
		if e := live.next(); e.Number != size+1+int64(i) || e.Kind != custody.PersonMoved || e.Place != to {
			t.Fatalf("heard %+v", e)
		}
	}
	// How far they came is in the book once they have left.
	witness := h.as("governor").listen(t, fmt.Sprintf("?after=%d", size+3), nil)
	live.stop()
	ended := witness.next()
	for ended.By != "monitor" {
		ended = witness.next()
	}
	if ended.Kind != custody.RecordRead || !strings.HasPrefix(ended.Note, fmt.Sprintf("entries %d-", size-2)) {
		t.Errorf("the end of the stream is recorded as %+v", ended)
	}
	// A browser that comes back goes on after the last it has seen.
	back := h.as("monitor").listen(t, "?after=0", http.Header{"Last-Event-Id": {fmt.Sprint(size)}})
	if e := back.next(); e.Number != size+1 {
		t.Errorf("came back to entry %d, want %d", e.Number, size+1)
	}
	h.as("monitor").get("/entries/stream?after=nonsense").refused(422, "entry-number-malformed")
}

func TestTheFeedIsPaged(t *testing.T) {
	h := open(t, 5)
	monitor := h.as("monitor")
	var numbers []int64
	after := int64(-1)
	for {
		page := monitor.get(fmt.Sprintf("/entries?after=%d&limit=7", after)).mustBe(200)
		if len(page.list("entries")) == 0 {
			break
		}
		for _, e := range page.list("entries") {
			numbers = append(numbers, int64(e.(map[string]any)["number"].(float64)))
		}
		after = page.number("next")
	}
	for i, n := range numbers {
		if int64(i) != n {
			t.Fatalf("entry %d stands at %d", n, i)
		}
	}
	if int64(len(numbers)) != h.book.Size() {
		t.Errorf("%d entries of %d", len(numbers), h.book.Size())
	}
	if admitted := monitor.get("/entries?kind=person.admitted").mustBe(200).list("entries"); len(admitted) != 5 {
		t.Errorf("%d admissions", len(admitted))
	}
	// Reading about people is a look, recorded once for a page (law 8); reading of places is none,
	// nor is reading who has looked, or a feed would never come to its end.
	size := h.book.Size()
	people := monitor.get("/entries?kind=person.admitted&limit=2").mustBe(200)
	first, last := people.list("entries")[0].(map[string]any)["number"], people.list("entries")[1].(map[string]any)["number"]
	for _, impersonal := range []string{"place.opened", "record.read"} {
		if len(monitor.get("/entries?kind="+impersonal).mustBe(200).list("entries")) == 0 {
			t.Errorf("no entry of kind %s", impersonal)
		}
	}
	looks := monitor.get(fmt.Sprintf("/entries?after=%d", size-1)).mustBe(200).list("entries")
	if len(looks) != 1 || looks[0].(map[string]any)["by"] != "monitor" || looks[0].(map[string]any)["note"] != fmt.Sprintf("entries %v-%v", first, last) {
		t.Errorf("the looks are %v, want one at entries %v-%v", looks, first, last)
	}
	one := monitor.get("/entries/3").mustBe(200)
	stored, err := h.book.Entry(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	var sealed map[string]any
	if err := json.Unmarshal(stored.Body, &sealed); err != nil || fmt.Sprint(sealed) != fmt.Sprint(one.body) {
		t.Errorf("entry 3 is shown as %s: %v", one.raw, err)
	}
}
