package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/drill"
	"habeas.example/habeas/internal/roll"
)

type benchRollCommand struct {
	benchStore
	People int `env:"HABEAS_BENCH_PEOPLE" default:"40000"`
	Cells  int `env:"HABEAS_BENCH_CELLS" default:"10000"`
	Reads  int `env:"HABEAS_BENCH_READS" default:"200"`
}

// rollFigures are what bench roll prints: the work of the server for one answer, from the
// request to the last byte, in milliseconds.
type rollFigures struct {
	Engine string        `json:"engine"`
	People int           `json:"people"`
	Cells  int           `json:"cells"`
	Reads  int           `json:"reads"`
	First  float64       `json:"first_ms"` // the first roll after the start counts everybody
	Pages  []pageFigures `json:"pages"`
}

type pageFigures struct {
	Address string  `json:"address"`
	P50     float64 `json:"p50_ms"`
	P95     float64 `json:"p95_ms"`
	Bytes   int     `json:"bytes"`
}

// Run asks for each page again and again. Before each question somebody is moved, so that
// no answer can be one given before.
func (c *benchRollCommand) Run(ctx context.Context, t *terminal) (err error) {
	seats := (c.People+c.Cells-1)/c.Cells + 1
	w, err := c.open(ctx, c.Cells, seats)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	people, err := w.fill(ctx, c.People, c.Cells)
	if err != nil {
		return err
	}
	f := rollFigures{Engine: w.book.Engine(), People: c.People, Cells: c.Cells, Reads: c.Reads}
	start := time.Now()
	w.roll.Roll(start, false)
	f.First = milliseconds(time.Since(start))
	for _, address := range []string{"/", "/establishments/A", "/api/v1/roll", "/api/v1/roll?by=status", "/api/v1/roll?by=place"} {
		p := pageFigures{Address: address}
		var took []time.Duration
		for i := range c.Reads {
			if err := w.stir(ctx, people, i); err != nil {
				return err
			}
			one, size, err := w.ask(ctx, address)
			if err != nil {
				return err
			}
			took, p.Bytes = append(took, one), size
		}
		p.P50, p.P95 = quantile(took, 0.5), quantile(took, 0.95)
		f.Pages = append(f.Pages, p)
	}
	if c.JSON {
		return printJSON(t, f)
	}
	fmt.Fprintf(t.out, "%s: %d people in %d cells; the first roll %.1f ms\n", f.Engine, f.People, f.Cells, f.First)
	for _, p := range f.Pages {
		fmt.Fprintf(t.out, "%-24s p50 %.2f ms, p95 %.2f ms, %d bytes\n", p.Address, p.P50, p.P95, p.Bytes)
	}
	return nil
}

// fill admits people with papers of all sorts and spreads them evenly over the cells, those who may share beside one another.
// It returns them in the order of the cells.
func (w *bench) fill(ctx context.Context, people, cells int) (numbers []string, err error) {
	for some := range slices.Chunk(drill.Invent(7, people, time.Now()), 2000) {
		list := make([]roll.Arrival, len(some))
		for i, a := range some {
			list[i] = roll.Arrival{Place: "A-REC", Admission: a}
		}
		written, err := w.roll.Admit(ctx, console, list...)
		if err != nil {
			return nil, err
		}
		for _, e := range written.Entries {
			numbers = append(numbers, e.Person)
		}
	}
	class := map[string]string{}
	w.book.Read(func(s *custody.State) {
		for _, number := range numbers {
			class[number] = s.ClassAt(number, time.Now()).String()
		}
	})
	slices.SortStableFunc(numbers, func(a, b string) int { return strings.Compare(class[a], class[b]) })
	steps := make([]roll.Step, 0, len(numbers))
	each, cell, inside, last := (people+cells-1)/cells+1, 0, 0, ""
	w.homes = map[string]string{}
	for _, number := range numbers {
		if inside == each || (last != "" && class[number] != last) {
			cell, inside = cell+1, 0
		}
		inside, last = inside+1, class[number]
		w.homes[number] = benchCell(cell)
		steps = append(steps, roll.Step{Person: number, To: benchCell(cell)})
	}
	for some := range slices.Chunk(steps, 2000) {
		if _, err := w.roll.Move(ctx, console, some...); err != nil {
			return nil, err
		}
	}
	return numbers, nil
}

// stir moves somebody, so that the book grows: the i-th of those who stand far apart, to the reception or back.
func (w *bench) stir(ctx context.Context, people []string, i int) error {
	person, to := people[(len(people)/2+i/2*7)%len(people)], "A-REC"
	if i%2 == 1 {
		to = w.homes[person]
	}
	_, err := w.roll.Move(ctx, console, roll.Step{Person: person, To: to})
	return err
}

// ask has the server answer one request and returns the time and size of the answer.
func (w *bench) ask(ctx context.Context, address string) (time.Duration, int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, 0, err
	}
	request.AddCookie(&http.Cookie{Name: "habeas_session", Value: w.tokens[0]})
	answer := memory{header: http.Header{}, status: http.StatusOK}
	start := time.Now()
	w.handler.ServeHTTP(&answer, request)
	took := time.Since(start)
	if answer.status != http.StatusOK {
		return 0, 0, fmt.Errorf("bench: %s was answered with %d: %.200s", address, answer.status, answer.body.String())
	}
	return took, answer.body.Len(), nil
}

// memory is an answer kept in memory.
type memory struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (m *memory) Header() http.Header         { return m.header }
func (m *memory) WriteHeader(status int)      { m.status = status }
func (m *memory) Write(p []byte) (int, error) { return m.body.Write(p) }
