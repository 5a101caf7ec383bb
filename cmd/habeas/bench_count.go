package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
)

type benchCountCommand struct {
	benchStore
	People   int   `env:"HABEAS_BENCH_PEOPLE" default:"40000"`
	Landings []int `env:"HABEAS_BENCH_LANDINGS" default:"256,2000"`
	Clients  int   `env:"HABEAS_BENCH_CLIENTS" default:"64"`
}

// countFigures are what bench count prints of one size.
type countFigures struct {
	Engine   string `json:"engine"`
	People   int    `json:"people"`
	Landings int    `json:"landings"`
	// A formal count through the desk: the server's own work, with every reply after fsync.
	OpenMS  float64 `json:"open_ms"`
	Slips   int     `json:"slips"`
	SlipsMS float64 `json:"slips_ms"`
	SignMS  float64 `json:"sign_ms"`
	TotalMS float64 `json:"total_ms"`
	CPUMS   float64 `json:"cpu_ms"` // processor time of the process meanwhile, which a busy machine does not lengthen
	// The same over HTTP, with the proof in each reply; the load is on the same processors.
	HTTPSlipsMS float64 `json:"http_slips_ms"`
	// A count by name in which one in a hundred is where the roll does not have them.
	NamedOpenMS      float64 `json:"named_open_ms"`
	NamedSlipsMS     float64 `json:"named_slips_ms"`
	NamedDiffering   int     `json:"named_differing_landings"`
	NamedDifferences int     `json:"named_differences"`
	NamedFound       int     `json:"named_found"` // of those, named by the search with the landing on which they are
	NamedSearchP50   float64 `json:"named_search_p50_ms"`
	NamedSearchMax   float64 `json:"named_search_max_ms"`
	ViewP50          float64 `json:"view_p50_ms"` // the whole count as the duty manager sees it
	VerifiedAtEnd    bool    `json:"verified_at_end"`
}

// searches is how often the search is measured.
const searches = 20

// Run measures a count of each size on a book of its own.
func (c *benchCountCommand) Run(ctx context.Context, t *terminal) error {
	var list []countFigures
	for _, landings := range c.Landings {
		f, err := c.measure(ctx, landings)
		if err != nil {
			return err
		}
		list = append(list, f)
		if !c.JSON {
			fmt.Fprintf(t.out, "%s: %d people, %d landings: open %.1f ms, %d slips %.0f ms (over HTTP %.0f ms), sign %.1f ms, in all %.0f ms (%.0f ms of processor time); by name: open %.0f ms, slips %.0f ms, %d of %d differences found in p50 %.1f ms, at most %.1f ms\n",
				f.Engine, f.People, f.Landings, f.OpenMS, f.Slips, f.SlipsMS, f.HTTPSlipsMS, f.SignMS, f.TotalMS, f.CPUMS, f.NamedOpenMS, f.NamedSlipsMS, f.NamedFound, f.NamedDifferences, f.NamedSearchP50, f.NamedSearchMax)
		}
	}
	if c.JSON {
		return printJSON(t, list)
	}
	return nil
}

// counted is a book with people on landings (cells on no landing, each counted by itself).
type counted struct {
	*bench
	f       countFigures
	clients int
	on      map[string][]string // people by landing, by prison number
	codes   []string            // landings
	hands   [2]string
	tokens  [2]string
}

func (c *benchCountCommand) measure(ctx context.Context, landings int) (_ countFigures, err error) {
	seats := (c.People+landings-1)/landings + 1
	w, err := c.open(ctx, landings, seats)
	if err != nil {
		return countFigures{}, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	m := &counted{bench: w, clients: c.Clients, f: countFigures{Engine: w.book.Engine(), People: c.People, Landings: landings + 1}, on: map[string][]string{"A-REC": nil}}
	for _, step := range []func(context.Context) error{m.appoint, func(ctx context.Context) error { return m.house(ctx, c.People, landings) }, m.formal, m.overHTTP, m.named} {
		if err := step(ctx); err != nil {
			return countFigures{}, err
		}
	}
	report, err := w.book.Verify(ctx)
	if err != nil {
		return countFigures{}, err
	}
	m.f.VerifiedAtEnd = len(report.Problems) == 0
	return m.f, nil
}

func (m *counted) appoint(ctx context.Context) error {
	for i, name := range []string{"landing1", "landing2"} {
		if _, err := m.roll.Appoint(ctx, console, custody.Official{Name: name, FullName: name, Roles: []custody.Role{custody.LandingOfficer}}); err != nil {
			return err
		}
		password := newPassword()
		if err := m.access.SetPassword(ctx, name, password); err != nil {
			return err
		}
		token, _, err := m.access.SignIn(ctx, name, password, "bench")
		if err != nil {
			return err
		}
		m.hands[i], m.tokens[i] = name, token
	}
	return nil
}

// house admits people evenly over the landings.
func (m *counted) house(ctx context.Context, people, landings int) error {
	list := make([]roll.Arrival, people)
	for i := range list {
		list[i] = benchArrival(i, benchCell(i%landings))
	}
	for some := range slices.Chunk(list, 2000) {
		written, err := m.roll.Admit(ctx, console, some...)
		if err != nil {
			return err
		}
		for _, e := range written.Entries {
			m.on[e.Place] = append(m.on[e.Place], e.Person)
		}
	}
	for code := range m.on {
		m.codes = append(m.codes, code)
	}
	slices.Sort(m.codes)
	return nil
}

func (m *counted) open(ctx context.Context, kind custody.CountKind) (id string, took float64, err error) {
	start := time.Now()
	written, err := m.count.Open(ctx, console, count.Opening{Kind: kind, Place: "A"})
	if err != nil {
		return "", 0, err
	}
	return written.Entries[0].Detail.(*custody.CountOpening).ID, milliseconds(time.Since(start)), nil
}

// all gives both slips of every landing by so many clients at once, and says how long it took.
func (m *counted) all(give func(hand int, landing string) error) (float64, error) {
	start := time.Now()
	var next atomic.Int64
	errs := make([]error, m.clients)
	var wait sync.WaitGroup
	for i := range m.clients {
		wait.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= 2*len(m.codes) || errs[i] != nil {
					return
				}
				errs[i] = give(n/len(m.codes), m.codes[n%len(m.codes)])
			}
		})
	}
	wait.Wait()
	return milliseconds(time.Since(start)), errors.Join(errs...)
}

// formal is a count by number through the desk, from the opening to the signature.
func (m *counted) formal(ctx context.Context) error {
	before := processorTime()
	id, took, err := m.open(ctx, custody.FormalCount)
	if err != nil {
		return err
	}
	m.f.OpenMS, m.f.Slips = took, 2*len(m.codes)
	if m.f.SlipsMS, err = m.all(func(hand int, landing string) error {
		n := len(m.on[landing])
		_, err := m.count.Give(ctx, book.Command{By: m.hands[hand]}, id, count.Result{Landing: landing, Number: &n})
		return err
	}); err != nil {
		return err
	}
	if m.f.SignMS, err = m.sign(ctx, id); err != nil {
		return err
	}
	m.f.TotalMS = m.f.OpenMS + m.f.SlipsMS + m.f.SignMS
	m.f.CPUMS = milliseconds(processorTime() - before)
	return nil
}

func (m *counted) sign(ctx context.Context, id string) (float64, error) {
	start := time.Now()
	_, err := m.count.Sign(ctx, console, id)
	return milliseconds(time.Since(start)), err
}

// overHTTP is the same count again, its slips through the API.
func (m *counted) overHTTP(ctx context.Context) (err error) {
	address, stop, err := m.serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	id, _, err := m.open(ctx, custody.FormalCount)
	if err != nil {
		return err
	}
	client := pooledClient(m.clients)
	defer client.CloseIdleConnections()
	if m.f.HTTPSlipsMS, err = m.all(func(hand int, landing string) error {
		body, err := json.Marshal(map[string]any{"landing": landing, "number": len(m.on[landing])})
		if err != nil {
			return err
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/api/v1/counts/"+id+"/slips", bytes.NewReader(body))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+m.tokens[hand])
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, response.Body)
		if response.StatusCode != http.StatusOK {
			err = errors.Join(err, fmt.Errorf("a slip was answered with %s", response.Status))
		}
		return errors.Join(err, response.Body.Close())
	}); err != nil {
		return err
	}
	_, err = m.sign(ctx, id)
	return err
}

// named is a count by name in which one in a hundred was seen on the landing after theirs.
func (m *counted) named(ctx context.Context) error {
	seen := map[string][]string{}
	strays := map[string]string{} // to the landing that they are on
	n := 0
	for i, landing := range m.codes {
		next := m.codes[(i+1)%len(m.codes)]
		for _, person := range m.on[landing] {
			if n++; n%100 == 0 {
				seen[next], strays[person] = append(seen[next], person), next
				continue
			}
			seen[landing] = append(seen[landing], person)
		}
	}
	id, took, err := m.open(ctx, custody.NamedCount)
	if err != nil {
		return err
	}
	m.f.NamedOpenMS = took
	if m.f.NamedSlipsMS, err = m.all(func(hand int, landing string) error {
		people := seen[landing]
		if people == nil {
			people = []string{}
		}
		_, err := m.count.Give(ctx, book.Command{By: m.hands[hand]}, id, count.Result{Landing: landing, People: people})
		return err
	}); err != nil {
		return err
	}
	var searched, viewed []time.Duration
	var found []custody.LandingSearch
	for range searches {
		start := time.Now()
		if found, err = m.count.Differences(id, console.By, start); err != nil {
			return err
		}
		searched = append(searched, time.Since(start))
		start = time.Now()
		if _, err := m.count.View(id, console.By, start); err != nil {
			return err
		}
		viewed = append(viewed, time.Since(start))
	}
	m.f.NamedDiffering, m.f.NamedDifferences = len(found), len(strays)
	for _, l := range found {
		for _, e := range l.Explanations {
			if e.Kind == custody.CountedElsewhere && strays[e.Person] == e.Landing {
				m.f.NamedFound++
			}
		}
	}
	m.f.NamedSearchP50, m.f.NamedSearchMax, m.f.ViewP50 = quantile(searched, 0.5), quantile(searched, 1), quantile(viewed, 0.5)
	return nil
}
