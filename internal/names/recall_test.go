package names_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/names"
)

// fault is one way in which a name comes to be written wrongly.
type fault struct {
	name string
	// write writes the name with the fault; "" when this name cannot have it.
	write func(r *rand.Rand, p invented) string
}

var faults = []fault{
	{"surnames swapped", func(r *rand.Rand, p invented) string {
		if len(p.surnames) < 2 {
			return ""
		}
		p.surnames = []string{p.surnames[1], p.surnames[0]}
		return eitherWay(r, p)
	}},
	{"particle dropped or added", func(r *rand.Rand, p invented) string {
		p.surnames = slices.Clone(p.surnames)
		i := r.IntN(len(p.surnames))
		if words := strings.Fields(p.surnames[i]); len(words) > 1 {
			p.surnames[i] = words[len(words)-1]
		} else {
			p.surnames[i] = []string{"de ", "del ", "de la ", "y ", "da ", "dos "}[r.IntN(6)] + p.surnames[i]
		}
		return eitherWay(r, p)
	}},
	{"b for v", exchange("bv", "vb")},
	{"s for z", exchange("sz", "zs")},
	{"c for s", exchange("sc", "cs")},
	{"accents lost", func(r *rand.Rand, p invented) string {
		return strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ñ", "n", "Ó", "O", "Á", "A", "É", "E").Replace(eitherWay(r, p))
	}},
	{"letter wrong", slipping(func(r *rand.Rand, w []rune, i int) []rune {
		w[i] = 'a' + (w[i]-'a'+1+rune(r.IntN(25)))%26
		if w[i] < 'a' {
			w[i] = 'q'
		}
		return w
	})},
	{"letter missing", slipping(func(_ *rand.Rand, w []rune, i int) []rune { return slices.Delete(w, i, i+1) })},
	{"letter too many", slipping(func(r *rand.Rand, w []rune, i int) []rune {
		return slices.Insert(w, i, 'a'+rune(r.IntN(26)))
	})},
	{"letters transposed", slipping(func(_ *rand.Rand, w []rune, i int) []rune {
		i = min(i, len(w)-2)
		w[i], w[i+1] = w[i+1], w[i]
		return w
	})},
}

func eitherWay(r *rand.Rand, p invented) string {
	if r.IntN(2) == 0 {
		return p.onPaper()
	}
	return p.spoken()
}

// exchange puts one letter for another at one place where either stands.
func exchange(from, to string) func(*rand.Rand, invented) string {
	return func(r *rand.Rand, p invented) string {
		written := []rune(eitherWay(r, p))
		var places []int
		for i, c := range written {
			if strings.ContainsRune(from, c) {
				places = append(places, i)
			}
		}
		if len(places) == 0 {
			return ""
		}
		i := places[r.IntN(len(places))]
		written[i] = rune(to[strings.IndexRune(from, written[i])])
		return string(written)
	}
}

// slipping makes one slip in one word, which is not a particle.
func slipping(slip func(r *rand.Rand, word []rune, i int) []rune) func(*rand.Rand, invented) string {
	return func(r *rand.Rand, p invented) string {
		words := strings.Fields(eitherWay(r, p))
		for {
			i := r.IntN(len(words))
			bare := strings.TrimSuffix(words[i], ",")
			if strings.ToLower(bare) == bare {
				continue // a particle
			}
			w := slip(r, []rune(strings.ToLower(bare)), r.IntN(len([]rune(bare))))
			words[i] = string(w) + words[i][len(bare):]
			return strings.Join(words, " ")
		}
	}
}

func key(i int) string { return fmt.Sprintf("P%07d", i) }

func filled(people []invented) *names.Index {
	x := names.NewIndex()
	for i, p := range people {
		x.Put(key(i), p.onPaper())
	}
	return x
}

// found reports whether a person of the very same name as p is among the matches.
func found(p invented, matches []names.Match) bool {
	for _, m := range matches {
		if m.Form == p.onPaper() {
			return true
		}
	}
	return false
}

func TestAMisspeltNameIsFoundAmongFortyThousand(t *testing.T) {
	people := newNaming(1, 40_000).people(40_000)
	distinct := map[string]bool{}
	for _, p := range people {
		distinct[p.onPaper()] = true
	}
	if len(distinct) < 36_000 {
		t.Fatalf("only %d of 40,000 invented names are distinct: too easy a test", len(distinct))
	}
	x := filled(people)
	r := rand.New(rand.NewPCG(2, 2))

	t.Run("one fault", func(t *testing.T) {
		const searches = 1000
		missed, missedBy := 0, map[string]int{}
		first := 0
		for i := range searches {
			f := faults[i%len(faults)]
			p, query := people[0], ""
			for query == "" {
				p = people[r.IntN(len(people))]
				query = f.write(r, p)
			}
			matches := x.Search(query, 10)
			if !found(p, matches) {
				missed++
				missedBy[f.name]++
				t.Logf("%s: %q does not find %q", f.name, query, p.onPaper())
				continue
			}
			if matches[0].Form == p.onPaper() {
				first++
			}
		}
		t.Logf("of %d misspellings %.1f %% found in the first ten, %.1f %% first; missed by fault: %v",
			searches, 100-100*float64(missed)/searches, 100*float64(first)/searches, missedBy)
		if missed > searches/100 {
			t.Errorf("%d of %d misspellings not found in the first ten; at most 1 %% may be missed", missed, searches)
		}
	})

	t.Run("two faults", func(t *testing.T) {
		const searches = 1000
		missed := 0
		for range searches {
			p, query := people[0], ""
			for query == "" {
				p = people[r.IntN(len(people))]
				crooked := p
				if len(p.surnames) == 2 && r.IntN(2) == 0 {
					crooked.surnames = p.surnames[:1] // one surname is not known
				} else {
					crooked.given = p.given[:1] // one given name is not known
				}
				query = faults[r.IntN(len(faults))].write(r, crooked)
			}
			if !found(p, x.Search(query, 10)) {
				missed++
			}
		}
		t.Logf("with a name missing and another fault: %.1f %% found in the first ten", 100-100*float64(missed)/searches)
		if missed > searches/4 {
			t.Errorf("%d of %d names with one missing and another misspelt not found in the first ten", missed, searches)
		}
	})
}

// searchTimes searches for misspelt people and returns the sorted durations.
func searchTimes(x *names.Index, people []invented, r *rand.Rand, searches int) []time.Duration {
	queries := make([]string, 0, searches)
	for len(queries) < searches {
		if q := faults[len(queries)%len(faults)].write(r, people[r.IntN(len(people))]); q != "" {
			queries = append(queries, q)
		} else {
			queries = append(queries, people[r.IntN(len(people))].spoken())
		}
	}
	times := make([]time.Duration, searches)
	for i, q := range queries {
		start := time.Now()
		x.Search(q, 10)
		times[i] = time.Since(start)
	}
	sortTimes(times)
	return times
}

func sortTimes(times []time.Duration) {
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
}
