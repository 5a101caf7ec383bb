package book_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

func TestScratch(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	b, err := book.Open(ctx, book.Config{Dir: dir, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	do := func(f func(tx *book.Tx) error) book.Written {
		t.Helper()
		t0 := time.Now()
		w, err := b.Do(ctx, book.Command{By: "x"}, f)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(len(w.Entries), time.Since(t0))
		return w
	}
	rec := func(tx *book.Tx) func(e custody.Entry, err error) error {
		return func(e custody.Entry, err error) error {
			if err != nil {
				return err
			}
			return tx.Record(e)
		}
	}
	do(func(tx *book.Tx) error {
		s := tx.State()
		for _, p := range []custody.Place{{Code: "O", Name: "o", Kind: "establishment"}, {Code: "O-R", Name: "o", Kind: "reception", Parent: "O"}, {Code: "C", Name: "o", Kind: "establishment"}, {Code: "C-R", Name: "o", Kind: "reception", Parent: "C"}} {
			if err := rec(tx)(s.Open(p)); err != nil {
				return err
			}
		}
		return nil
	})
	var people []string
	do(func(tx *book.Tx) error {
		s := tx.State()
		for i := range 2000 {
			e, err := s.Admit("", custody.Admission{Person: &custody.Person{FamilyNames: fmt.Sprint("Pérez ", i), GivenNames: "José", Sex: "M", Birth: "1990-01-02"}, Authorities: []custody.Authority{{Kind: "sentence", Issuer: "Juzgado", Case: "1/2", From: tx.Now().Add(-time.Hour)}}}, "O-R", tx.Now(), tx.Now())
			if err := rec(tx)(e, err); err != nil {
				return err
			}
			people = append(people, e.Person)
		}
		return nil
	})
	do(func(tx *book.Tx) error {
		s := tx.State()
		if err := rec(tx)(s.DraftTransfer(custody.Transfer{From: "O", To: "C", Date: "2026-01-01", LegalBasis: "x"}, "a")); err != nil {
			return err
		}
		es, err := s.LoadManifest("TR-2026-0001", "f", people)
		if err != nil {
			return err
		}
		return tx.RecordAll(es)
	})
	do(func(tx *book.Tx) error {
		s := tx.State()
		if err := rec(tx)(s.ApproveTransfer("TR-2026-0001", "x")); err != nil {
			return err
		}
		if err := rec(tx)(s.AssignEscort("TR-2026-0001", custody.Escort{Corps: "x", Commander: "y", Units: []custody.Unit{{Name: "a", Headcount: 5}}})); err != nil {
			return err
		}
		for i := range 5 {
			if err := rec(tx)(s.AddVehicle("TR-2026-0001", custody.Vehicle{Code: fmt.Sprint("B", i), Seats: 400})); err != nil {
				return err
			}
		}
		return nil
	})
	do(func(tx *book.Tx) error {
		s := tx.State()
		for i, p := range people {
			if err := rec(tx)(s.Identify("TR-2026-0001", p, tx.Now())); err != nil {
				return err
			}
			if err := rec(tx)(s.Board("TR-2026-0001", fmt.Sprint("B", i/400), p, tx.Now())); err != nil {
				return err
			}
		}
		for i := range 5 {
			if err := rec(tx)(s.CountVehicle("TR-2026-0001", fmt.Sprint("B", i), custody.VehicleCount{Stage: "boarding", Counted: 400}, tx.Now())); err != nil {
				return err
			}
		}
		return rec(tx)(s.OfferDeparture("TR-2026-0001", []string{"B0", "B1", "B2", "B3", "B4"}, "a", tx.Now()))
	})
	var id string
	b.Read(func(s *custody.State) {
		for h := range s.Handovers.All() {
			id = h.ID
		}
	})
	w := do(func(tx *book.Tx) error {
		es, err := tx.State().AcceptHandover(id, "x", tx.Now())
		if err != nil {
			return err
		}
		return tx.RecordAll(es)
	})
	ns := []int64{}
	for _, e := range w.Entries {
		ns = append(ns, e.Number)
	}
	t0 := time.Now()
	if _, _, err := b.Proofs(ctx, ns); err != nil {
		t.Fatal(err)
	}
	t.Log("proofs", time.Since(t0))
	b.Read(func(s *custody.State) { t.Log(s.TransferSums("TR-2026-0001"), s.Held(), s.Roll(""), s.CheckLaws()) })
	t0 = time.Now()
	r, err := b.Verify(ctx)
	t.Log(r, err, time.Since(t0))
	ch, err := b.Chain(ctx, people[3], -1, 100)
	t.Log(len(ch), err)
	for _, c := range ch {
		t.Log(string(c.Body))
	}
	for range 5 {
		t0 = time.Now()
		s, err := b.StateAt(ctx, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		_ = s
		t.Log("stateat", time.Since(t0))
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	r, err = book.Verify(ctx, book.Config{Dir: dir})
	t.Log(r, err)
	b, err = book.Open(ctx, book.Config{Dir: dir, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	b.Read(func(s *custody.State) { t.Log(s.TransferSums("TR-2026-0001"), s.Held(), s.Roll(""), s.CheckLaws()) })
}
