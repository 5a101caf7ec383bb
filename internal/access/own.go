package access

import (
	"context"
	"fmt"
	"strings"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// RenamePasskey calls a passkey of the official who commands otherwise, which is recorded. Refusals: "unknown-passkey",
// "name-missing", "text-too-long", "hand-not-fresh".
func (d *Desk) RenamePasskey(ctx context.Context, c book.Command, id, name string) error {
	name = cut(strings.TrimSpace(name), 61)
	switch {
	case name == "":
		return custody.InvalidInput("name-missing")
	case len([]rune(name)) > 60:
		return custody.InvalidInput("text-too-long", "field", "name", "max", "60")
	}
	d.ownWays.Lock()
	defer d.ownWays.Unlock()
	was, _, err := d.own(ctx, c.By, id)
	if err != nil {
		return err
	}
	if err := d.recordOwn(ctx, c, custody.PasskeyRenamed, was.Name+" → "+name); err != nil {
		return err
	}
	if _, err := d.book.Beside().ExecContext(ctx, "UPDATE passkey SET name = $1 WHERE id = $2 AND official = $3", name, id, c.By); err != nil {
		return fmt.Errorf("rename a passkey of %s: %w", c.By, err)
	}
	return nil
}

// RemovePasskey takes a passkey of the official who commands out of use, which is recorded, and ends their sessions but the one
// of the token. Refusals: "unknown-passkey", "hand-not-fresh"; "last-way-in" for the one without which they could not come in
// any more as the service demands.
func (d *Desk) RemovePasskey(ctx context.Context, c book.Command, token, id string) error {
	d.ownWays.Lock() // two at once must not take the last two
	defer d.ownWays.Unlock()
	gone, w, err := d.own(ctx, c.By, id)
	if err != nil {
		return err
	}
	if d.LastWay(w) {
		return forbidden("last-way-in", "official", c.By)
	}
	if err := d.recordOwn(ctx, c, custody.PasskeyRemoved, gone.Name); err != nil {
		return err
	}
	if _, err := d.book.Beside().ExecContext(ctx, "DELETE FROM passkey WHERE id = $1 AND official = $2", id, c.By); err != nil {
		return fmt.Errorf("remove a passkey of %s: %w", c.By, err)
	}
	return d.endAllBut(ctx, c.By, token)
}

// LastWay reports whether an official with these ways in could no longer come in, as the service demands, with one passkey less.
func (d *Desk) LastWay(w Ways) bool {
	if len(w.Passkeys) > 1 {
		return false
	}
	switch d.config.Demand {
	case PasskeyAlone:
		return true
	case ProviderOnly:
		return false // a passkey lets nobody in
	case SecondFactor:
		return (!w.Password || w.Codes.IsZero()) && len(w.Accounts) == 0
	}
	return !w.Password && len(w.Accounts) == 0
}

// own is a passkey of an official, and all their ways in.
func (d *Desk) own(ctx context.Context, official, id string) (Passkey, Ways, error) {
	w, err := d.ways(ctx, official)
	if err != nil {
		return Passkey{}, w, err
	}
	for _, p := range w.Passkeys {
		if p.ID == id {
			return p, w, nil
		}
	}
	return Passkey{}, w, custody.Unknown("passkey", cut(id, 40))
}

// recordOwn records what an official did about their own ways in.
func (d *Desk) recordOwn(ctx context.Context, c book.Command, kind custody.Kind, note string) error {
	_, err := d.book.One(ctx, c, custody.KeepOwnWays, func(tx *book.Tx) (custody.Entry, error) {
		return custody.Entry{Kind: kind, Note: note, Detail: &custody.OfficialName{Name: c.By}}, nil
	})
	return err
}
