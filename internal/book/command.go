package book

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"habeas.example/habeas/internal/custody"
)

// Command says who gives a command, and how to know it again.
type Command struct {
	By string // user name of the official
	// Key is the idempotency key, at most 100 characters; empty: none. The same official
	// sending the same key with the same Digest gets the first reply again.
	Key    string
	Digest string // of the command's content
	// Console says that the command is given on the machine itself, by whoever may open the
	// data folder, and not by an official whose roles permit it. Entries then say so: their
	// author is ConsoleName, a name that no official can have.
	Console bool
	// Hand is when the official last proved who they are, for acts that need it to be
	// lately; zero: the command comes from no session.
	Hand time.Time
	// Files are the hashes of the attached files that the entries may name. An entry that
	// names another, or one that is not kept, is refused (code "unknown-attachment").
	Files []string
}

// ConsoleName is the author of what was done on the machine itself.
const ConsoleName = "console"

// Written is the reply to a command: its entries are on disk and sealed.
type Written struct {
	First    int64            // number of the first entry
	Entries  []*custody.Entry // in order; the caller must not change them
	Bodies   [][]byte         // of the entries, the exact bytes that are sealed; not to be changed
	Size     int64            // of the log when it was written: a checkpoint of this size exists
	Replayed bool             // the command had been written before, under the same key
}

// Tx is what a command sees while it is decided: the state as it is, with everything
// decided before it. It must not be kept.
type Tx struct {
	book    *Book
	command Command
	now     time.Time // what is lawful is judged at this instant
	// recorded is when the entries count as recorded: never before the entry before them.
	recorded time.Time
	entries  []*custody.Entry
	bodies   [][]byte // of entries, once they are encoded
	// alongside is written in the same transaction as the entries.
	alongside []statementBeside
	failed    error          // the first entry that could not be recorded; the command then fails
	ranBack   bool           // the command carries the note that the clock ran back
	action    custody.Action // what the act is, for Permit; empty: not the act of a desk
	placed    bool           // Permit was asked
	files     map[string]bool
}

// ClockTolerance is how far ahead of the server's clock an event may be said to have
// happened, for the clocks of handhelds.
const ClockTolerance = 2 * time.Minute

// State is the present state. Only Record may change it.
func (tx *Tx) State() *custody.State { return tx.book.state }

// Now is the present instant, by the clock.
func (tx *Tx) Now() time.Time { return tx.now }

// By is the user name of the official who gave the command.
func (tx *Tx) By() string { return tx.command.By }

// At is the instant an event happened: as stated, or now when nothing was stated, or when
// it is ahead of now by no more than clocks differ.
func (tx *Tx) At(stated time.Time) time.Time {
	if stated.IsZero() || (stated.After(tx.now) && !stated.After(tx.now.Add(ClockTolerance))) {
		return tx.now
	}
	return custody.Moment(stated)
}

// Permit refuses the act to an official who may not do it where it is done: places are
// those that it concerns (see custody.State.May), or custody.WholeService. A desk asks it
// before it decides; whatever is asked more than once must be permitted each time. An act
// that never asks concerns the whole service: its entries are refused to an official of
// one establishment, so that a desk that forgets fails closed.
func (tx *Tx) Permit(places ...string) error {
	tx.placed = true
	if tx.command.Console {
		return nil
	}
	return tx.State().Decide(tx.question(places...))
}

// PermitTo is Permit for another action than the one of the command, where one line of many takes more.
func (tx *Tx) PermitTo(action custody.Action, places ...string) error {
	if tx.command.Console {
		return nil
	}
	q := tx.question(places...)
	q.Action = action
	return tx.State().Decide(q)
}

// Record gives the entry its number, time and author, folds it into the state, and will
// write it with the others of the command, or none. An order said to happen in the
// future is refused; a fact is recorded with the contradiction. An entry that could not
// be recorded fails the whole command, whatever act then returns.
func (tx *Tx) Record(e custody.Entry) error {
	err := tx.record(e)
	if err != nil {
		tx.fail(err)
	}
	return err
}

func (tx *Tx) record(e custody.Entry) error {
	if tx.action != "" && !tx.placed {
		if err := tx.Permit(custody.WholeService); err != nil {
			return err
		}
	}
	if err := tx.naming(&e); err != nil {
		return err
	}
	s := tx.book.state
	e = s.Chained(e)
	e.Number, e.Recorded, e.By = s.Next, tx.recorded, tx.command.By
	if live := s.LiveGlass(e.By, tx.now); e.By != "" && len(live) > 0 {
		e.Glass = live[len(live)-1].ID
	}
	e.Happened = tx.At(e.Happened)
	if err := custody.CheckMoment("happened", e.Happened); err != nil {
		return err
	}
	if e.Happened.After(tx.now.Add(ClockTolerance)) {
		ahead := map[string]string{"happened": e.Happened.Format(time.RFC3339), "recorded": tx.now.Format(time.RFC3339)}
		if !e.Fact() {
			return &custody.Refusal{Code: "time-ahead", Law: 5, Reason: custody.Invalid, Params: ahead}
		}
		e.Contradictions = append(e.Contradictions, custody.Contradiction{Kind: "time-ahead", Params: ahead})
	}
	if err := s.Apply(&e); err != nil {
		return err
	}
	tx.entries = append(tx.entries, &e)
	return nil
}

// RecordAll records several entries in order.
func (tx *Tx) RecordAll(entries []custody.Entry) error {
	for _, e := range entries {
		if err := tx.Record(e); err != nil {
			return err
		}
	}
	return nil
}

// Alongside runs a statement in the transaction that writes the command, for what lies
// beside the book and is no part of the record: both become durable, or neither does. It
// is run also when the command records no entry. One text serves both engines; its
// arguments are int64s, and strings in UTF-8 without a zero byte, or the command fails.
func (tx *Tx) Alongside(statement string, args ...any) {
	for i, a := range args {
		switch a := a.(type) {
		case int64:
		case string:
			if utf8.ValidString(a) && !strings.ContainsRune(a, 0) {
				continue
			}
			tx.fail(fmt.Errorf("write beside the book: argument %d cannot be stored as it is", i+1))
		default:
			tx.fail(fmt.Errorf("write beside the book: argument %d is a %T", i+1, a))
		}
	}
	tx.alongside = append(tx.alongside, statementBeside{statement, args})
}

// fail makes the whole command fail, whatever act returns.
func (tx *Tx) fail(err error) {
	if tx.failed == nil {
		tx.failed = err
	}
}

// call is a command on its way through the writer.
type call struct {
	ctx     context.Context
	command Command
	act     func(*Tx) error
	files   map[string]bool // of those that the command names, which are kept
	tx      *Tx
	err     error
	replay  *requestRow
	size    int64
	done    chan struct{}
}

// Do runs a command: act decides and records, and all that it recorded becomes durable
// in one transaction, or nothing does. act runs alone on the writer's goroutine; it must
// not block. A refusal or any other error from act is returned as it is, and nothing is
// written. ErrNotWritten means that the storage failed.
func (b *Book) Do(ctx context.Context, command Command, act func(*Tx) error) (Written, error) {
	if b.config.ReadOnly {
		return Written{}, ErrReadOnly
	}
	if len(command.Key) > 100 {
		return Written{}, custody.InvalidInput("idempotency-key-too-long")
	}
	if !plain(command.Key) || !plain(command.Digest) || !plain(command.By) {
		return Written{}, custody.InvalidInput("idempotency-key-malformed")
	}
	if command.Key != "" {
		past, err := b.pastRequest(ctx, command)
		if err == nil {
			return b.replay(ctx, command, past)
		}
		if !errors.Is(err, ErrNotFound) {
			return Written{}, fmt.Errorf("%w: look for an earlier request with this key: %w", ErrNotWritten, err)
		}
	}
	files, err := b.kept(ctx, command.Files)
	if err != nil {
		return Written{}, err
	}
	c := &call{ctx: ctx, command: command, act: act, files: files, done: make(chan struct{})}
	select {
	case b.calls <- c:
	case <-b.closing:
		return Written{}, ErrClosed
	case <-ctx.Done():
		return Written{}, ctx.Err()
	}
	select {
	case <-c.done:
	case <-b.stopped:
		select {
		case <-c.done:
		default:
			return Written{}, ErrClosed
		}
	}
	switch {
	case c.err != nil:
		return Written{}, c.err
	case c.replay != nil:
		return b.replay(ctx, command, *c.replay)
	case len(c.tx.entries) == 0:
		return Written{First: c.size, Size: c.size}, nil
	}
	return Written{First: c.tx.entries[0].Number, Entries: c.tx.entries, Bodies: c.tx.bodies, Size: c.size}, nil
}

// plain reports whether a text is stored by both engines, and written in an entry, as it is.
func plain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// replay answers a command that was written before with its own entries.
func (b *Book) replay(ctx context.Context, command Command, past requestRow) (Written, error) {
	if past.digest != command.Digest {
		return Written{}, &custody.Refusal{Code: "idempotency-key-reused", Reason: custody.Conflict, Params: map[string]string{"key": command.Key}}
	}
	stored, err := b.Entries(ctx, past.first, int(past.count))
	if err != nil {
		return Written{}, fmt.Errorf("read the first reply to a repeated request: %w", err)
	}
	w := Written{First: past.first, Size: b.Size(), Replayed: true}
	for _, s := range stored {
		e, err := custody.DecodeEntry(s.Body)
		if err != nil {
			return Written{}, err
		}
		w.Entries, w.Bodies = append(w.Entries, e), append(w.Bodies, s.Body)
	}
	return w, nil
}

// pastRequest finds a request by its key in storage.
func (b *Book) pastRequest(ctx context.Context, command Command) (requestRow, error) {
	// One that is decided and not yet on disk must not be answered from here: it goes to
	// the writer, which answers it together with the first.
	past, found, known := b.recent.find(command)
	switch {
	case found && past.first+past.count <= b.Size():
		return past, nil
	case known:
		return past, ErrNotFound // new, or on its way to the disk: the writer will say
	}
	r := requestRow{official: command.By, key: command.Key}
	err := b.engine.db().QueryRowContext(ctx, "SELECT digest, first, count FROM request WHERE official = $1 AND key = $2", command.By, command.Key).
		Scan(&r.digest, &r.first, &r.count)
	if err == nil && r.first+r.count > b.Size() {
		return r, ErrNotFound // written this instant: the writer is about to say so
	}
	return r, notFound(err)
}
