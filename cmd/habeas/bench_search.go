package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/drill"
	"habeas.example/habeas/internal/names"
	"habeas.example/habeas/internal/roll"
)

type benchSearchCommand struct {
	benchStore
	People  int   `env:"HABEAS_BENCH_PEOPLE" default:"40000"`
	Grow    []int `env:"HABEAS_BENCH_GROW" default:"40000,200000,2000000"`
	Queries int   `env:"HABEAS_BENCH_QUERIES" default:"1000"`
}

type searchFigures struct {
	People  int            `json:"people"`
	Queries int            `json:"queries"`
	P50     float64        `json:"p50_ms"` // through the desk
	P95     float64        `json:"p95_ms"`
	Recall  float64        `json:"recall_first_ten"`
	Growth  []searchGrowth `json:"growth"`
}

type searchGrowth struct {
	People         int     `json:"people"`
	P50            float64 `json:"p50_ms"`
	P95            float64 `json:"p95_ms"`
	BytesPerPerson float64 `json:"bytes_per_person"`
}

// Run measures the search through the desk, and the growth of its index.
func (c *benchSearchCommand) Run(ctx context.Context, t *terminal) (err error) {
	w, err := c.open(ctx, 1, 4)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	people := drill.Invent(7, c.People, time.Now())
	numbers := make([]string, 0, len(people))
	for from := 0; from < len(people); from += 2000 {
		var list []roll.Arrival
		for _, a := range people[from:min(len(people), from+2000)] {
			list = append(list, roll.Arrival{Place: "A-REC", Admission: a})
		}
		written, err := w.roll.Admit(ctx, console, list...)
		if err != nil {
			return err
		}
		for _, e := range written.Entries {
			numbers = append(numbers, e.Person)
		}
	}
	r := rand.New(rand.NewPCG(11, 13))
	f := searchFigures{People: c.People, Queries: c.Queries}
	var took []time.Duration
	found := 0
	for range c.Queries {
		i := r.IntN(len(people))
		wanted := people[i].Person.FullName()
		query := misspell(r, *people[i].Person)
		start := time.Now()
		matches, err := w.roll.Search(ctx, query, 10)
		if err != nil {
			return err
		}
		took = append(took, time.Since(start))
		for _, m := range matches {
			if m.Number == numbers[i] || names.Fold(m.Name) == names.Fold(wanted) {
				found++
				break
			}
		}
	}
	f.P50, f.P95, f.Recall = quantile(took, 0.5), quantile(took, 0.95), float64(found)/float64(c.Queries)
	for _, n := range c.Grow {
		f.Growth = append(f.Growth, growth(n, min(c.Queries, 300)))
	}
	if c.JSON {
		return printJSON(t, f)
	}
	_, err = fmt.Fprintf(t.out, "%d people: p50 %.2f ms, p95 %.2f ms, in the first ten %.1f %%\n", f.People, f.P50, f.P95, 100*f.Recall)
	for _, g := range f.Growth {
		fmt.Fprintf(t.out, "index alone, %d people: p50 %.2f ms, p95 %.2f ms, %.0f bytes a person\n", g.People, g.P50, g.P95, g.BytesPerPerson)
	}
	return err
}

// growth measures the index alone with n people.
func growth(n, queries int) searchGrowth {
	before := heap()
	index := names.NewIndex()
	var some []custody.Person
	for from := 0; from < n; from += 10000 {
		for i, a := range drill.Invent(uint64(from+1), min(10000, n-from), time.Now()) {
			index.Put(custody.PrisonNumber(from+i), a.Person.FullName())
			if i == 0 {
				some = append(some, *a.Person)
			}
		}
	}
	g := searchGrowth{People: n, BytesPerPerson: float64(heap()-before) / float64(n)}
	r := rand.New(rand.NewPCG(3, 5))
	var took []time.Duration
	for range queries {
		query := misspell(r, some[r.IntN(len(some))])
		start := time.Now()
		index.Search(query, 10)
		took = append(took, time.Since(start))
	}
	g.P50, g.P95 = quantile(took, 0.5), quantile(took, 0.95)
	runtime.KeepAlive(index)
	return g
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// misspell writes a name as it is said at a counter: one thing wrong, of several kinds.
func misspell(r *rand.Rand, p custody.Person) string {
	family, given := strings.Fields(p.FamilyNames), p.GivenNames
	switch r.IntN(6) {
	case 0: // the two surnames in the other order
		if len(family) == 2 {
			family[0], family[1] = family[1], family[0]
		}
	case 1: // accents lost
		return names.Fold(given + " " + p.FamilyNames)
	case 2: // as it sounds
		sound := strings.NewReplacer("v", "b", "z", "s", "Z", "S", "ce", "se", "ci", "si", "V", "B", "ll", "y")
		return sound.Replace(given + " " + p.FamilyNames)
	case 3: // one letter wrong
		letters := []rune(family[0])
		letters[1+r.IntN(len(letters)-1)] = rune('a' + r.IntN(26))
		family[0] = string(letters)
	case 4: // one letter missing
		letters := []rune(family[len(family)-1])
		i := 1 + r.IntN(len(letters)-1)
		family[len(family)-1] = string(append(letters[:i:i], letters[i+1:]...))
	case 5: // particles dropped
		return given + " " + strings.NewReplacer("De la ", "", "De ", "", "Del ", "").Replace(p.FamilyNames)
	}
	return given + " " + strings.Join(family, " ")
}
