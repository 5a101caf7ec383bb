package book

import (
	"context"

	"habeas.example/habeas/internal/custody"
)

// Order runs a command in the one shape that every act of a desk has: authorise, load,
// decide, write. Whether the official's roles permit the action at all is asked here; where
// they may do it, decide asks with Tx.Permit, once it knows which places the act concerns.
// decide answers with the entries to record, each decided on the state that the one before
// it left when they are decided one by one with Each. A refusal does not tell of people
// whom the official may not see, save of whoever stands at the door to be admitted.
func (b *Book) Order(ctx context.Context, command Command, action custody.Action, decide func(*Tx) ([]custody.Entry, error)) (Written, error) {
	return b.Do(ctx, command, func(tx *Tx) error {
		tx.action = action
		if command.Console {
			return tx.decided(decide)
		}
		if err := tx.State().Decide(tx.question()); err != nil {
			return err
		}
		err := tx.decided(decide)
		if err != nil {
			err = tx.State().Told(err, command.By) // whom else a refusal concerns is not everybody's to know
		}
		if err != nil && action != custody.AdmitPeople {
			err = tx.State().Shielded(command.By, err)
		}
		return err
	})
}

func (tx *Tx) decided(decide func(*Tx) ([]custody.Entry, error)) error {
	entries, err := decide(tx)
	if err != nil {
		return err
	}
	return tx.RecordAll(entries)
}

// question is what the policy is asked about the command.
func (tx *Tx) question(places ...string) custody.Ask {
	hand := tx.command.Hand
	return custody.Ask{Official: tx.command.By, Action: tx.action, Places: places, At: tx.now,
		Stale: !hand.IsZero() && tx.now.Sub(hand) > tx.book.config.FreshHand}
}

// One is Order for a decision of a single entry.
func (b *Book) One(ctx context.Context, command Command, action custody.Action, decide func(*Tx) (custody.Entry, error)) (Written, error) {
	return b.Order(ctx, command, action, func(tx *Tx) ([]custody.Entry, error) {
		e, err := decide(tx)
		if err != nil {
			return nil, err
		}
		return []custody.Entry{e}, nil
	})
}

// Each is Order for one decision after another about many people or things, as one
// atomic command: each sees what the one before it did, and one refusal refuses all.
func Each[T any](ctx context.Context, b *Book, command Command, action custody.Action, list []T, decide func(*Tx, T) (custody.Entry, error)) (Written, error) {
	if len(list) == 0 {
		return Written{}, custody.InvalidInput("list-empty")
	}
	if len(list) > custody.MaxManifest {
		return Written{}, custody.InvalidInput("list-too-long")
	}
	return b.Order(ctx, command, action, func(tx *Tx) ([]custody.Entry, error) {
		for _, item := range list {
			tx.placed = false // each asks anew where it is
			e, err := decide(tx, item)
			if err != nil {
				return nil, err
			}
			if err := tx.Record(e); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
}
