package custody_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// counted takes the census by looking at everybody and every place.
func counted(s *custody.State, now time.Time) string {
	tallies, statuses, atLarge := map[string]custody.Tally{}, map[custody.LegalStatus]int{}, 0
	tally := func(establishment string, change func(*custody.Tally)) {
		t := tallies[establishment]
		if t.Statuses == nil {
			t.Statuses = map[custody.LegalStatus]int{}
		}
		change(&t)
		tallies[establishment] = t
	}
	var lapsed []string
	for h := range s.Holdings.All() {
		switch h.Status {
		case custody.Lost:
			atLarge++
		case custody.Held, custody.Out, custody.InTransit:
			status := custody.StatusOf(s.PapersOf(h.Person), now)
			statuses[status]++
			if !custody.OverdueSince(h, s.PapersOf(h.Person), now).IsZero() {
				lapsed = append(lapsed, h.Person)
			}
			tally(h.At.Establishment, func(t *custody.Tally) {
				t.Statuses[status]++
				if h.Status == custody.Out {
					t.Out++
				}
			})
		}
	}
	for p := range s.Places.All() {
		tally(p.Establishment, func(t *custody.Tally) {
			n := s.Present(p.Code)
			t.Inside += n
			if p.Kind != custody.Cell {
				return
			}
			if !p.OutOfUse {
				t.Certified += p.Certified
				if capacity, limited := p.Capacity(now); limited {
					t.Allowed += capacity
				}
			}
			if p.FloorArea > 0 && n > 0 {
				t.Area, t.Housed = t.Area+p.FloorArea, t.Housed+n
				if n > custody.CertifiedByArea(p.FloorArea) {
					t.Crowded += n
				}
			}
		})
	}
	slices.Sort(lapsed)
	return told(tallies, statuses, atLarge, lapsed)
}

// told writes a census down, without the establishments that come to nothing.
func told(tallies map[string]custody.Tally, statuses map[custody.LegalStatus]int, atLarge int, lapsed []string) string {
	text := fmt.Sprintln(statuses, atLarge, lapsed)
	for _, e := range slices.Sorted(maps.Keys(tallies)) {
		if t := tallies[e]; len(t.Statuses) > 0 || t.Space != (custody.Space{}) {
			text += fmt.Sprintf("%q %+v\n", e, t)
		}
	}
	return text
}

// mustCount compares the census that the state keeps with a count of everybody.
func mustCount(t interface{ Errorf(string, ...any) }, s *custody.State, now time.Time) {
	c := s.CensusAt(now)
	if !c.At.Equal(now) {
		t.Errorf("asked of %v, the census is of %v", now, c.At)
	}
	if got, want := told(c.Tallies, c.Statuses, c.AtLarge, s.Lapsed(now)), counted(s, now); got != want {
		t.Errorf("at %v the census that is kept differs from a count:\nkept    %scounted %s", now, got, want)
	}
	for _, status := range []custody.LegalStatus{custody.Convicted, custody.Untried, custody.Extraditing, custody.InPolice, custody.NoAuthority} {
		numbers := s.WithStatus(status, now)
		if len(numbers) != c.Statuses[status] || !slices.IsSorted(numbers) {
			t.Errorf("at %v %d are %s by the census, these by name: %v", now, c.Statuses[status], status, numbers)
		}
	}
}

// Papers and capacity orders begin and expire while nobody does anything; whoever asks may
// ask of any instant, before or after the one asked of last.
func TestTheCensusIsTrueAtEveryInstant(t *testing.T) {
	check(t, 60, 40, func(t *rapid.T) {
		l := habeastest.NewLedger(4)
		people, asked := habeastest.Numbers(4), l.Clock.Now()
		minutes := rapid.IntRange(-300, 300)
		when := func(what string) time.Time {
			return l.Clock.Now().Add(time.Duration(minutes.Draw(t, what)) * time.Minute)
		}
		do := func(decide func(*custody.State, time.Time) (custody.Entry, error)) {
			if _, err := l.Do("registrar", habeastest.Once(decide)); err != nil {
				if _, refused := custody.RefusalOf(err); !refused {
					t.Fatal(err)
				}
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) { mustCount(t, l.State, asked) },
			"ask": func(t *rapid.T) {
				asked = when("asked")
				if rapid.IntRange(0, 9).Draw(t, "far away") == 0 {
					asked = asked.AddDate(0, rapid.IntRange(-20, 20).Draw(t, "months"), 0)
				}
			},
			"time passes": func(*rapid.T) {
				l.Clock.Advance(time.Duration(rapid.IntRange(1, 200).Draw(t, "minutes")) * time.Minute)
			},
			"paper": func(t *rapid.T) {
				person, from := rapid.SampledFrom(people).Draw(t, "person"), when("from")
				a := habeastest.ShortPaper(1, from, time.Duration(rapid.IntRange(1, 400).Draw(t, "lasts"))*time.Minute)
				a.Kind = rapid.SampledFrom(custody.AuthorityKinds).Draw(t, "kind")
				do(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.GiveAuthority(person, a) })
			},
			"end a paper": func(t *rapid.T) {
				papers := l.State.PapersOf(rapid.SampledFrom(people).Draw(t, "person"))
				id, at := rapid.SampledFrom(papers).Draw(t, "paper").ID, when("ended")
				do(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.EndAuthority(id, "quashed", at) })
			},
			"capacity": func(t *rapid.T) {
				from := when("from")
				o := custody.CapacityOrder{Capacity: rapid.IntRange(0, 3).Draw(t, "capacity"), SignedBy: "governor", From: from,
					Until: from.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "lasts")) * time.Minute)}
				place := rapid.SampledFrom([]string{habeastest.OriginCell, habeastest.CentreCell(1, 1)}).Draw(t, "place")
				do(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.OrderCapacity(place, o) })
			},
			"move": func(t *rapid.T) {
				person, to := rapid.SampledFrom(people).Draw(t, "person"), rapid.SampledFrom([]string{habeastest.OriginCell, habeastest.OriginReception}).Draw(t, "to")
				do(func(s *custody.State, now time.Time) (custody.Entry, error) { return s.CellMove(person, to, now, now) })
			},
			"escape or be back": func(t *rapid.T) {
				person, fled := rapid.SampledFrom(people).Draw(t, "person"), rapid.Bool().Draw(t, "fled")
				do(func(s *custody.State, now time.Time) (custody.Entry, error) {
					if fled {
						return s.Escape(person, "", now)
					}
					return s.Return(person, habeastest.OriginReception, now, now)
				})
			},
			"take back": func(t *rapid.T) {
				// What is taken back leaves no trace in the census either.
				l.State.Save()
				entries := len(l.Entries)
				do(func(s *custody.State, now time.Time) (custody.Entry, error) { return s.Escape(people[0], "", now) })
				mustCount(t, l.State, asked)
				l.State.Rollback()
				l.Entries = l.Entries[:entries]
			},
		})
		for _, broken := range l.State.CheckLaws() {
			t.Errorf("a law is broken: %s", broken)
		}
	})
}

// A number that has drifted from the records is found.
func TestCheckLawsTakesTheCensusAgain(t *testing.T) {
	s := newScene(t, 3)
	mustCount(t, s.State, s.Clock.Now())
	// A record changed behind the state's back.
	s.State.Authorities.Get(s.State.PapersOf(s.p[0])[0].ID).Ended = s.Clock.Now().Add(-time.Hour)
	if broken := s.State.CheckLaws(); len(broken) != 2 {
		t.Errorf("found: %v", broken)
	}
}

// BenchmarkCensus asks for the census of 40,000 people in 20,000 cells after one of them
// has moved.
func BenchmarkCensus(b *testing.B) {
	s := custody.NewState()
	now := time.Date(2031, 5, 1, 9, 0, 0, 0, time.UTC)
	s.Places.Load(&custody.Place{Code: "E", Kind: custody.Establishment, Establishment: "E"})
	cell := func(i int) string { return fmt.Sprint("C", i) }
	hold := func(i, in int, status custody.HoldingStatus) {
		s.Holdings.Load(&custody.Holding{Person: fmt.Sprint("P", i), Status: status, At: custody.Position{Establishment: "E", Place: cell(in), Custodian: "E"}})
	}
	for i := range 20_000 {
		s.Places.Load(&custody.Place{Code: cell(i), Kind: custody.Cell, Establishment: "E", FloorArea: 680, Certified: 2})
	}
	for i := range 40_000 {
		person := fmt.Sprint("P", i)
		s.Authorities.Load(&custody.Authority{ID: person + "/A1", Person: person, Sequence: 1, Kind: custody.RemandOrder, From: now.AddDate(0, -1, 0), Until: now.AddDate(0, 0, i%900)})
		hold(i, i/2, custody.Held)
	}
	s.CensusAt(now)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		hold(i%40_000, (i*7)%20_000, custody.Held)
		now = now.Add(time.Second)
		s.CensusAt(now)
	}
}
