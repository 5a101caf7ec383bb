package cells_test

import (
	"fmt"
	"testing"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// BenchmarkPlan proposes and carries out plans for 2,000 of 2,000 people who wait.
func BenchmarkPlan(b *testing.B) {
	s := habeastest.NewStore(b, habeastest.SQLite)
	e := built(b, s, 600, 2000)
	b.Run("propose", func(b *testing.B) {
		for b.Loop() {
			e.propose(cells.Wish{Mode: cells.ForPeople, People: e.people})
		}
	})
	plan := e.propose(cells.Wish{Mode: cells.ForPeople, People: e.people})
	b.Run("commit", func(b *testing.B) {
		for b.Loop() {
			e.commit(plan)
			b.StopTimer()
			e.must(e.Book.Do(ctx, book.Command{By: "duty"}, func(tx *book.Tx) error {
				for _, person := range e.people {
					m, err := tx.State().CellMove(person, reception, tx.Now(), tx.Now())
					if err == nil {
						err = tx.Record(m)
					}
					if err != nil {
						return err
					}
				}
				return nil
			}))
			b.StartTimer()
		}
	})
}

// BenchmarkQuestion makes the problem of an estate of 40,000 places in 20,000 cells with
// 20,000 people in it, 5,000 pairs kept apart, and 2,000 to be placed.
func BenchmarkQuestion(b *testing.B) {
	s := habeastest.NewStore(b, habeastest.SQLite)
	e := built(b, s, 5000, 22000)
	state := e.people
	e.must(e.Book.Do(ctx, book.Command{By: "duty"}, func(tx *book.Tx) error {
		for i, person := range state[:20000] {
			m, err := tx.State().CellMove(person, cellOf(1+i%2, 1+i/2%2, 1+i/4%5000), tx.Now(), tx.Now())
			if err == nil {
				err = tx.Record(m)
			}
			if err != nil {
				return fmt.Errorf("%d: %w", i, err)
			}
		}
		for i := range 5000 {
			k, err := tx.State().OrderApart(custody.KeepApart{Members: []string{state[4*i%22000], state[(4*i+9001)%22000]}, Level: custody.CellLevel, Reason: "a threat"}, "duty", tx.Now())
			if err == nil {
				err = tx.Record(k)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
	b.Run("problem", func(b *testing.B) {
		for b.Loop() {
			cells.Question(e.Book, prison, state[20000:], e.now())
		}
	})
	b.Run("standing", func(b *testing.B) {
		for b.Loop() {
			e.desk.Standing(prison, e.now())
		}
	})
}
