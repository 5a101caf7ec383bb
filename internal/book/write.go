package book

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/seal"
)

// Bounds of one group commit, so that a burst cannot delay a reply without end.
const (
	groupCalls   = 512
	groupEntries = 8192
)

// write is the one writer: it takes what waits, decides it in order, makes it durable
// together, and only then lets anybody know.
func (b *Book) write() {
	defer close(b.stopped)
	for {
		var first *call
		select {
		case first = <-b.calls:
		case <-b.closing:
			select {
			case first = <-b.calls: // accepted before closing
			default:
				return
			}
		}
		b.writeGroup(first)
	}
}

// storageTimeout is how long the writer waits for the storage, so that a line cut without
// a word does not hold every command for ever.
const storageTimeout = time.Minute

func (b *Book) writeGroup(first *call) {
	ctx, cancel := context.WithTimeout(context.Background(), storageTimeout)
	defer cancel()
	if b.broken {
		err := b.engine.reclaim(ctx)
		if err == nil {
			err = b.load(ctx)
		}
		if err != nil {
			b.config.Log.Error("the storage still fails", "error", err)
			b.answer([]*call{first}, fmt.Errorf("%w: %w", ErrNotWritten, err))
			return
		}
		b.broken = false
	}
	b.state.Save()
	calls, entries, beside := []*call{}, 0, 0
	for c := first; c != nil; {
		b.decide(c)
		calls = append(calls, c)
		if c.tx != nil {
			entries += len(c.tx.entries)
			beside += len(c.tx.alongside)
		}
		if len(calls) >= groupCalls || entries >= groupEntries {
			break
		}
		c = b.nextCall()
	}
	if entries == 0 && beside == 0 {
		b.state.Keep()
		b.answer(calls, nil)
		return
	}
	if err := b.commit(ctx, calls, entries); err != nil {
		b.state.Rollback()
		b.broken = true
		b.config.Log.Error("a group of commands was not written", "entries", entries, "error", err)
		b.answer(calls, fmt.Errorf("%w: %w", ErrNotWritten, err))
		return
	}
	b.state.Keep()
	b.answer(calls, nil)
}

// nextCall returns a call that belongs to the group: one that waits, or one of a caller
// who is about to call. Those are let go first, since each fsync that they share is one
// saved; it costs a lone caller nothing, since nobody else is then ready to run.
func (b *Book) nextCall() *call {
	select {
	case c := <-b.calls:
		return c
	default:
	}
	runtime.Gosched()
	select {
	case c := <-b.calls:
		return c
	default:
		return nil
	}
}

// decide runs one command against the state. What it recorded is undone if it fails.
func (b *Book) decide(c *call) {
	if err := c.ctx.Err(); err != nil {
		c.err = err
		return
	}
	if c.command.Key != "" {
		if past, found, _ := b.recent.find(c.command); found {
			c.replay = &past
			return
		}
	}
	tx := &Tx{book: b, command: c.command, files: c.files}
	b.state.Save()
	err := b.startClock(tx)
	if err == nil {
		err = runSafely(c.act, tx)
	}
	if err == nil {
		err = tx.failed
	}
	if err != nil {
		b.state.Rollback()
		c.err = err
		return
	}
	b.state.Keep()
	c.tx = tx
	b.recent.clockNoted = b.recent.clockNoted || tx.ranBack
	if n := len(tx.entries); n > 0 && c.command.Key != "" {
		tx.entries[0].Request = &custody.Request{Key: c.command.Key, Digest: c.command.Digest, Count: n}
		b.recent.add(requestRow{c.command.By, c.command.Key, c.command.Digest, tx.entries[0].Number, int64(n)})
	}
}

// clockMended is how far a clock must have run back to be taken for one that was wrong
// before and has been mended.
const clockMended = 24 * time.Hour

// startClock sets the time of a command. A clock that ran back is noted in the book, and
// the book's own time stands still until the clock has caught up. One that ran back by
// more than a day was wrong before: recording still never runs back, but what is lawful
// is judged by the clock as it is read, since one entry dated years ahead must not make
// every paper lapse.
func (b *Book) startClock(tx *Tx) error {
	read := custody.Moment(b.config.Clock())
	tx.now, tx.recorded = read, read
	if last := b.state.LastRecorded; read.Before(last) {
		tx.recorded = last
		if last.Sub(read) <= clockMended {
			tx.now = last
		}
		if last.Sub(read) > time.Second && !b.recent.clockNoted {
			tx.ranBack = true
			return tx.Record(custody.Entry{Kind: custody.ClockRanBack, Detail: &custody.ClockReading{Read: read, Last: last}})
		}
	} else {
		b.recent.clockNoted = false
	}
	return nil
}

// runSafely turns a panic in one command into its error, so that it cannot take the
// other commands of the group with it.
func runSafely(act func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a command failed inside: %v\n%s", r, debug.Stack())
		}
	}()
	return act(tx)
}

// commit seals what the calls recorded and writes it with the state it makes.
func (b *Book) commit(ctx context.Context, calls []*call, n int) error {
	w := &work{book: b, calls: calls, entries: make([]sealed, n), tree: b.tree, parts: make(chan part, n/partEntries+len(tables)+3)}
	if n < partEntries {
		w.prepare()
	} else {
		go w.prepare()
	}
	err := b.engine.write(ctx, w.parts)
	for range w.parts { // a write that failed left some: the state is not touched while they are made
	}
	if err != nil {
		return err
	}
	b.tree = w.tree
	b.publish(w)
	for _, c := range calls {
		c.size = w.tree.Size()
	}
	return nil
}

// partEntries is how many entries a part of a group has. Groups of fewer are prepared
// whole before they are written.
const partEntries = 512

// work prepares a group, part by part, for the engine that writes it.
type work struct {
	book       *Book
	calls      []*call
	parts      chan part // has room for all: preparing never waits for writing
	entries    []sealed
	tree       seal.Tree
	checkpoint []byte
	shows      []func(committed *custody.State)
}

// prepare makes the parts: entries, state, and what is written once a group.
func (w *work) prepare() {
	defer close(w.parts)
	if err := w.prepareAll(); err != nil {
		w.parts <- part{err: err}
	}
}

func (w *work) prepareAll() error {
	b := w.book
	last := part{}
	entries := make([]*custody.Entry, 0, len(w.entries))
	for _, c := range w.calls {
		if c.tx == nil {
			continue
		}
		entries = append(entries, c.tx.entries...)
		last.beside = append(last.beside, c.tx.alongside...)
		if len(c.tx.entries) > 0 && c.tx.entries[0].Request != nil {
			r := c.tx.entries[0].Request
			last.requests = append(last.requests, requestRow{c.command.By, r.Key, r.Digest, c.tx.entries[0].Number, int64(r.Count)})
		}
	}
	for from := 0; from < len(entries); from += partEntries {
		to := min(from+partEntries, len(entries))
		if err := w.seal(entries[from:to], w.entries[from:to]); err != nil {
			return err
		}
		w.parts <- part{entries: w.entries[from:to]}
	}
	at := 0
	for _, c := range w.calls {
		if c.tx == nil {
			continue
		}
		c.tx.bodies = make([][]byte, len(c.tx.entries))
		for i := range c.tx.bodies {
			c.tx.bodies[i] = w.entries[at].body
			at++
		}
	}
	for _, t := range tables {
		rows, show, err := t.take(b.state)
		if err != nil {
			return err
		}
		w.shows = append(w.shows, show)
		if len(rows) > 0 {
			w.parts <- part{rows: tableRows{t, rows}}
		}
	}
	if len(entries) > 0 {
		var err error
		if w.checkpoint, err = b.signer.Checkpoint(w.tree.Size(), w.tree.Root()); err != nil {
			return fmt.Errorf("sign the checkpoint: %w", err)
		}
		last.checkpoint, last.size = w.checkpoint, w.tree.Size()
	}
	w.parts <- last
	return nil
}

// seal makes the stored form of the entries, on all processors when there are many, and
// adds their leaves to the tree.
func (w *work) seal(entries []*custody.Entry, out []sealed) error {
	salts := make([]byte, seal.SaltSize*len(entries))
	if _, err := io.ReadFull(w.book.config.Random, salts); err != nil {
		return fmt.Errorf("draw salts: %w", err)
	}
	leaves := make([]seal.Hash, len(entries))
	err := onAllProcessors(len(entries), func(i int) error {
		e := entries[i]
		body, err := e.Encode()
		if err != nil {
			return err
		}
		salt := salts[i*seal.SaltSize : (i+1)*seal.SaltSize : (i+1)*seal.SaltSize]
		leaves[i] = seal.LeafHash(seal.Commit(seal.Salt(salt), body))
		out[i] = sealed{number: e.Number, previous: -1, salt: salt, body: body}
		if e.Previous != nil {
			out[i].previous = *e.Previous
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, leaf := range leaves {
		completed := w.tree.Append(leaf)
		out[i].hashes = make([]byte, 0, len(completed)*len(leaf))
		for _, h := range completed {
			out[i].hashes = append(out[i].hashes, h[:]...)
		}
	}
	return nil
}

// publish shows committed state to readers, then wakes whoever follows the book.
func (b *Book) publish(w *work) {
	if len(w.entries) == 0 {
		return
	}
	b.nodes.keep(w.entries)
	b.committed.Lock()
	for _, show := range w.shows {
		show(b.committed.state)
	}
	b.committed.state.Next, b.committed.state.LastRecorded = b.state.Next, b.state.LastRecorded
	b.committed.checkpoint = w.checkpoint
	b.size.Store(w.tree.Size())
	b.committed.Unlock()
	b.signalGrowth()
}

// signalGrowth wakes whoever follows the book.
func (b *Book) signalGrowth() {
	b.grown.Lock()
	defer b.grown.Unlock()
	close(b.grown.signal)
	b.grown.signal = make(chan struct{})
}

// onAllProcessors does n pieces of work, side by side when there are many.
func onAllProcessors(n int, do func(i int) error) error {
	workers := min(runtime.GOMAXPROCS(0), 1+n/256)
	errs := make([]error, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := w * n / workers; i < (w+1)*n/workers; i++ {
				if err := do(i); err != nil {
					errs[w] = err
					return
				}
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

// answer replies to calls. err, when set, goes to every call that would have succeeded,
// and to every one refused on account of something that was not written after all.
func (b *Book) answer(calls []*call, err error) {
	recorded := false
	for _, c := range calls {
		recorded = recorded || (c.tx != nil && len(c.tx.entries) > 0)
		if err != nil && (c.err == nil || recorded) {
			if c.err == nil && c.command.Key != "" {
				b.recent.forget(c.command)
			}
			c.err = err
		}
		if c.size == 0 {
			c.size = b.Size()
		}
		close(c.done)
	}
}
