package cells

import (
	"context"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Desk is the cells desk. Every act is refused to officials whose roles do not permit it
// (code "not-permitted"), is atomic, and returns once its entries are on disk.
type Desk struct{ book *book.Book }

// New returns the desk of a book.
func New(b *book.Book) *Desk { return &Desk{book: b} }

// Assess records with whom, and where, a person may be placed.
func (d *Desk) Assess(ctx context.Context, c book.Command, a custody.Assessment) (book.Written, error) {
	return d.book.One(ctx, c, custody.AssessPeople, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereIs(a.Person)...); err != nil {
			return custody.Entry{}, err
		}
		a.By = tx.By()
		return tx.State().Assess(a, tx.Now())
	})
}

// KeepApart orders that people are kept apart. Those who are together now open
// discrepancies; an order that is in force already is refused (code "apart-already").
func (d *Desk) KeepApart(ctx context.Context, c book.Command, k custody.KeepApart) (book.Written, error) {
	return d.book.One(ctx, c, custody.KeepPeopleApart, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(whereAll(tx.State(), k.Members)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().OrderApart(k, tx.By(), tx.Now())
	})
}

// EndApart ends a keep-apart order.
func (d *Desk) EndApart(ctx context.Context, c book.Command, id, reason string) (book.Written, error) {
	return d.book.One(ctx, c, custody.KeepPeopleApart, func(tx *book.Tx) (custody.Entry, error) {
		if k := tx.State().KeepAparts.Get(id); k != nil {
			if err := tx.Permit(whereAll(tx.State(), k.Members)...); err != nil {
				return custody.Entry{}, err
			}
		}
		return tx.State().EndApart(id, reason, tx.Now())
	})
}

// whereAll are the places that an act about several people concerns.
func whereAll(s *custody.State, people []string) (places []string) {
	for _, person := range people {
		places = append(places, s.WhereIs(person)...)
	}
	return places
}

// Designate says whom a place is for and what it offers, from now on.
func (d *Desk) Designate(ctx context.Context, c book.Command, place string, to custody.Designation) (book.Written, error) {
	return d.book.One(ctx, c, custody.KeepPlaces, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereKept(place)); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Designate(place, to, tx.Now())
	})
}

// OrderOverCapacity records a governor's signed order to go over certified capacity.
func (d *Desk) OrderOverCapacity(ctx context.Context, c book.Command, place string, o custody.OverCapacity) (book.Written, error) {
	return d.book.One(ctx, c, custody.OrderTheCapacity, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereKept(place)); err != nil {
			return custody.Entry{}, err
		}
		o.SignedBy = tx.By()
		return tx.State().OrderOverCapacity(place, o, tx.Now())
	})
}
