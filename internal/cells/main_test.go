package cells_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

var ctx = context.Background()

// estate is the invented service with a prison of its own beside: two wings of two landings
// of cells for two, and its people.
type estate struct {
	*habeastest.Play
	desk   *cells.Desk
	t      testing.TB
	people []string
}

const (
	prison    = "BIG"
	reception = "BIG-REC"
)

func cellOf(wing, landing, cell int) string {
	return fmt.Sprintf("%s-W%d-L%d-C%02d", prison, wing, landing, cell)
}

// built opens the prison with so many cells a landing and admits so many people to its reception.
func built(t testing.TB, s *habeastest.Store, perLanding, people int) *estate {
	t.Helper()
	e := &estate{Play: habeastest.NewPlay(t, s, 0), t: t}
	e.desk = cells.New(e.Book)
	establish(t, e.Book, perLanding, people)
	e.people = habeastest.Numbers(people)
	return e
}

// establish does the same to a book that has the invented service alone.
func establish(t testing.TB, b *book.Book, perLanding, people int) {
	t.Helper()
	places := []custody.Place{{Code: prison, Name: "Big Prison", Kind: custody.Establishment, Zone: "America/El_Salvador"},
		{Code: reception, Parent: prison, Name: "Reception", Kind: custody.Reception}}
	for w := 1; w <= 2; w++ {
		wing := fmt.Sprintf("%s-W%d", prison, w)
		places = append(places, custody.Place{Code: wing, Parent: prison, Name: wing, Kind: custody.Wing})
		for l := 1; l <= 2; l++ {
			landing := fmt.Sprintf("%s-L%d", wing, l)
			places = append(places, custody.Place{Code: landing, Parent: wing, Name: landing, Kind: custody.Landing})
			for c := 1; c <= perLanding; c++ {
				places = append(places, custody.Place{Code: cellOf(w, l, c), Parent: landing, Name: "cell", Kind: custody.Cell, FloorArea: 750, Certified: 2})
			}
		}
	}
	_, err := b.Do(ctx, book.Command{By: "engineer"}, func(tx *book.Tx) error {
		for _, p := range places {
			e, err := tx.State().Open(p)
			if err == nil {
				err = tx.Record(e)
			}
			if err != nil {
				return err
			}
		}
		for i := range people {
			who := habeastest.Admission(i, habeastest.Paper(i/3, tx.Now())) // of one case by threes
			who.Person.Sex = "M"
			e, err := tx.State().Admit("", who, reception, tx.Now(), tx.Now())
			if err == nil {
				err = tx.Record(e)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (e *estate) by(name string) book.Command {
	e.Clock.Advance(time.Minute)
	return book.Command{By: name}
}

func (e *estate) now() time.Time { return e.Clock.Now() }

func (e *estate) must(w book.Written, err error) book.Written {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
	return w
}

func (e *estate) refused(code string, err error) *custody.Refusal {
	e.t.Helper()
	if !errors.Is(err, custody.Refused(code)) {
		e.t.Fatalf("got %v, want the refusal %q", err, code)
	}
	r, _ := custody.RefusalOf(err)
	return r
}

func (e *estate) propose(w cells.Wish) cells.Proposal {
	e.t.Helper()
	p, err := e.desk.Propose(ctx, e.by("reception"), w, e.now())
	if err != nil {
		e.t.Fatal(err)
	}
	return p
}

func (e *estate) commit(p cells.Proposal) cells.Outcome {
	e.t.Helper()
	o, err := e.desk.Commit(ctx, e.by("reception"), decision(p))
	if err != nil {
		e.t.Fatal(err)
	}
	return o
}

func decision(p cells.Proposal) cells.Decision {
	d := cells.Decision{Mode: p.Mode, Transfer: p.Transfer}
	for _, m := range p.Moves {
		d.Moves = append(d.Moves, custody.CellOrder{Person: m.Person, To: m.Cell})
	}
	return d
}

// lawful wants no breach of a hard rule to stand anywhere, and every law to hold.
func (e *estate) lawful() {
	e.t.Helper()
	if list := e.desk.Standing("", e.now()); len(list) > 0 {
		e.t.Fatalf("breaches stand: %+v", list)
	}
	e.Book.Read(func(s *custody.State) {
		if broken := s.CheckLaws(); len(broken) > 0 {
			e.t.Fatalf("laws are broken: %v", broken)
		}
	})
}

func (e *estate) where(person string) (place string) {
	e.Book.Read(func(s *custody.State) { place = s.Holdings.Get(person).At.Place })
	return place
}

func (e *estate) apart(level custody.Level, pairwise bool, members ...string) {
	e.t.Helper()
	e.must(e.desk.KeepApart(ctx, e.by("duty"), custody.KeepApart{Members: members, Level: level, Pairwise: pairwise, Reason: "a threat"}))
}

func (e *estate) assess(a custody.Assessment) {
	e.t.Helper()
	a.Reason = "interview"
	e.must(e.desk.Assess(ctx, e.by("health"), a))
}

func (e *estate) moves(to string, people ...string) {
	e.t.Helper()
	e.As("duty").Moves(to, people...)
}
