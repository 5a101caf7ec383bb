package book_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/seal"
)

// How much the suite does on each engine.
const (
	appenders   = 24 // goroutines that append at once
	appendsEach = 20 // commands by each of them
	sameRequest = 50 // senders of one request at once
)

func TestEmptyBook(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Open()
		if b.Size() != 0 || b.Engine() != string(s.Engine) || b.Origin() != "habeas.example/test" {
			t.Fatalf("a new book has size %d, engine %q, origin %q", b.Size(), b.Engine(), b.Origin())
		}
		if _, err := b.Checkpoint(); !errors.Is(err, book.ErrNotFound) {
			t.Fatalf("the checkpoint of an empty book: %v, want ErrNotFound", err)
		}
		if _, err := b.Entry(context.Background(), 0); !errors.Is(err, book.ErrNotFound) {
			t.Fatalf("entry 0 of an empty book: %v, want ErrNotFound", err)
		}
		if _, err := b.Sealed(context.Background(), []int64{0}); !errors.Is(err, book.ErrNotFound) {
			t.Fatalf("receipt of entry 0 of an empty book: %v, want ErrNotFound", err)
		}
		sound(t, b)
		habeastest.Establish(t, b, 3)
		if r := sound(t, b); r.Roll[habeastest.Origin] != 3 {
			t.Fatalf("the verified roll is %v, want 3 at the origin", r.Roll)
		}
		s.Close(b)
		if sound(t, s.Open()).Entries == 0 {
			t.Fatal("nothing is left after reopening")
		}
	})
}

func TestDataFilesArePrivate(t *testing.T) {
	s := habeastest.NewStore(t, habeastest.SQLite)
	s.Established(1)
	files, err := os.ReadDir(s.Config.Dir)
	if err != nil || len(files) < 3 {
		t.Fatalf("read the data folder: %v, %v", files, err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o, want 600", f.Name(), info.Mode().Perm())
		}
	}
}

// Many commands at once: each reply's entries are contiguous, in the database when the
// reply arrives, and sealed by a checkpoint of the size that the reply names.
func TestGroupCommit(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(0)
		raw := s.Raw()
		raw.SetMaxOpenConns(4)
		before := b.Size()
		var wait sync.WaitGroup
		for g := range appenders {
			wait.Go(func() {
				for i := range appendsEach {
					acts := make([]habeastest.Act, 1+(g+i)%4)
					for j := range acts {
						acts[j] = admit(g*1000 + i*10 + j)
					}
					w, err := habeastest.Do(b, book.Command{By: "reception"}, acts...)
					if err != nil {
						t.Errorf("append: %v", err)
						return
					}
					if err := written(raw, w, len(acts)); err != nil {
						t.Error(err)
						return
					}
					if _, err := b.CheckpointOf(context.Background(), w.Size); err != nil {
						t.Errorf("the reply names size %d: %v", w.Size, err)
					}
				}
			})
		}
		wait.Wait()
		want := int64(0)
		for g := range appenders {
			for i := range appendsEach {
				want += int64(1 + (g+i)%4)
			}
		}
		if b.Size()-before != want {
			t.Fatalf("%d entries were added, want %d", b.Size()-before, want)
		}
		sound(t, b)
	})
}

// written checks that a reply's entries follow each other and stand in the database.
func written(db *sql.DB, w book.Written, n int) error {
	if len(w.Entries) != n || w.Size < w.First+int64(n) {
		return fmt.Errorf("a reply has %d entries from %d at size %d, want %d", len(w.Entries), w.First, w.Size, n)
	}
	for i, e := range w.Entries {
		if e.Number != w.First+int64(i) {
			return fmt.Errorf("entry %d of a reply that starts at %d has number %d", i, w.First, e.Number)
		}
		var stored []byte
		if err := db.QueryRow("SELECT body FROM entry WHERE number = $1", e.Number).Scan(&stored); err != nil {
			return fmt.Errorf("entry %d was acknowledged but is not in the database: %w", e.Number, err)
		}
		if body, err := e.Encode(); err != nil || !bytes.Equal(body, stored) {
			return fmt.Errorf("entry %d was acknowledged as %s, the database has %s (%v)", e.Number, body, stored, err)
		}
	}
	return nil
}

func TestSameRequestCountsOnce(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(0)
		c := book.Command{By: "reception", Key: "form-17", Digest: "d1"}
		first := must(t, b, c, admit(1), admit(2))
		size := b.Size()
		again := must(t, b, c, admit(1), admit(2))
		sameReply(t, first, again)
		s.Close(b)
		b = s.Open()
		sameReply(t, first, must(t, b, c, admit(1), admit(2)))
		if b.Size() != size {
			t.Fatalf("the repeated request grew the book from %d to %d", size, b.Size())
		}

		other := c
		other.Digest = "d2"
		_, err := habeastest.Do(b, other, admit(3))
		refused(t, err, "idempotency-key-reused")
		other = c
		other.By = "reception2"
		if w := must(t, b, other, admit(4)); w.Replayed || w.First != size {
			t.Fatalf("another official's own key %q was taken for a repetition: %+v", c.Key, w)
		}
		sound(t, b)
	})
}

func sameReply(t *testing.T, first, again book.Written) {
	t.Helper()
	if !again.Replayed || again.First != first.First || len(again.Entries) != len(first.Entries) {
		t.Fatalf("the repeated request was answered %+v, the first %+v", again, first)
	}
	for i := range first.Entries {
		a, err1 := first.Entries[i].Encode()
		b, err2 := again.Entries[i].Encode()
		if err := errors.Join(err1, err2); err != nil || !bytes.Equal(a, b) {
			t.Fatalf("the repeated request was answered %s, the first %s (%v)", b, a, err)
		}
	}
}

// One request sent many times at once: one is written, and every reply, when it
// arrives, carries entries that are in the database.
func TestSameRequestAtOnce(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(0)
		raw := s.Raw()
		raw.SetMaxOpenConns(4)
		for round := range 5 {
			before := b.Size()
			c := book.Command{By: "reception", Key: fmt.Sprint("form-", round), Digest: "d"}
			var fresh atomic.Int64
			var wait sync.WaitGroup
			for range sameRequest {
				wait.Go(func() {
					w, err := habeastest.Do(b, c, admit(round), admit(100+round))
					if err != nil {
						t.Errorf("send: %v", err)
						return
					}
					if !w.Replayed {
						fresh.Add(1)
					}
					if w.First != before {
						t.Errorf("a reply starts at %d, want %d", w.First, before)
					}
					if err := written(raw, w, 2); err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			if fresh.Load() != 1 || b.Size() != before+2 {
				t.Fatalf("round %d: %d replies were first replies, the book grew by %d", round, fresh.Load(), b.Size()-before)
			}
		}
		sound(t, b)
	})
}

// A key that no storage engine or entry could keep as it is must not harm the others.
func TestUnkeepableKeysAreRefused(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(0)
		for _, c := range []book.Command{
			{By: "reception", Key: "a\x00b", Digest: "d"}, {By: "reception", Key: "\xff\xfe", Digest: "d"},
			{By: "reception", Key: "k", Digest: "\x00"}, {By: "reception", Key: string(make([]byte, 101)), Digest: "d"},
		} {
			w, err := habeastest.Do(b, c, admit(1))
			if r, ok := custody.RefusalOf(err); !ok || r.Reason != custody.Invalid {
				t.Errorf("key %q: got %+v, %v, want a refusal of invalid input", c.Key, w, err)
			}
		}
		must(t, b, book.Command{By: "reception", Key: "llave-ñandú-🗝", Digest: "d"}, admit(2))
		sound(t, b)
	})
}

// An instant that no calendar writes must be refused alone, not fail the whole group.
func TestImpossibleTimesAreRefused(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(2)
		p := habeastest.Numbers(2)
		far := []time.Time{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(300_000, 1, 1, 0, 0, 0, 0, time.UTC)}
		for _, at := range far {
			acts := map[string]habeastest.Act{
				"found": habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
					return s.Found(p[0], habeastest.OriginCell, at, at)
				}),
				"authority": habeastest.Once(func(s *custody.State, now time.Time) (custody.Entry, error) {
					a := habeastest.Paper(1, now)
					a.From = at
					a.Until = time.Time{}
					return s.GiveAuthority(p[0], a)
				}),
				"capacity": habeastest.Once(func(s *custody.State, now time.Time) (custody.Entry, error) {
					return s.OrderCapacity(habeastest.OriginCell, custody.CapacityOrder{Capacity: 3, SignedBy: "governor", From: at})
				}),
				"outing": habeastest.Once(func(s *custody.State, now time.Time) (custody.Entry, error) {
					return s.GoOut(p[1], custody.Outing{Destination: habeastest.Court, Escort: "Sgt. Tobar", DueBack: at}, now, now)
				}),
			}
			for name, act := range acts {
				_, err := habeastest.Do(b, book.Command{By: "duty"}, act)
				if r, ok := custody.RefusalOf(err); !ok || r.Reason != custody.Invalid {
					t.Errorf("%s at year %d: got %v, want a refusal of invalid input", name, at.Year(), err)
				}
			}
		}
		sound(t, b)
	})
}

func TestActsAreAtomic(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(3)
		person := habeastest.Numbers(1)[0]
		before, tables := b.Size(), dump(t, s.Raw())
		unhappy := errors.New("the act changed its mind")
		fail := func(*custody.State, time.Time) ([]custody.Entry, error) { return nil, unhappy }
		if _, err := habeastest.Do(b, book.Command{By: "duty", Key: "k"}, move(person, habeastest.OriginCell), admit(9), fail); !errors.Is(err, unhappy) {
			t.Fatalf("got %v, want the act's own error", err)
		}
		panics := func(*custody.State, time.Time) ([]custody.Entry, error) { panic("a fault in an act") }
		if _, err := habeastest.Do(b, book.Command{By: "duty"}, move(person, habeastest.OriginCell), panics); err == nil {
			t.Fatal("a command whose act panicked was acknowledged")
		}
		swallowed, err := b.Do(context.Background(), book.Command{By: "duty"}, func(tx *book.Tx) error {
			e, err := tx.State().CellMove(person, habeastest.OriginCell, tx.Now(), tx.Now())
			if err != nil {
				return err
			}
			e.Move.From.Place = "elsewhere"
			_ = tx.Record(e) // an act that overlooks that its entry did not fit
			return nil
		})
		if err == nil {
			t.Fatalf("an act whose entry did not fit was acknowledged: %+v", swallowed)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := b.Do(ctx, book.Command{By: "duty"}, func(tx *book.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Fatalf("a command given up before it was taken: %v", err)
		}
		if b.Size() != before || !reflect.DeepEqual(tables, dump(t, s.Raw())) {
			t.Fatal("a command that failed left something behind")
		}
		must(t, b, book.Command{By: "duty", Key: "k"}, move(person, habeastest.OriginCell)) // the key of a failed command is free
		sound(t, b)
	})
}

// A group of good, refused and panicking commands sent at once: each gets its own answer.
func TestCommandsOfAGroupDoNotTouchEachOther(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(appenders)
		people := habeastest.Numbers(appenders)
		before := b.Size()
		hold, held := make(chan struct{}), make(chan struct{})
		var wait sync.WaitGroup
		wait.Go(func() { // keeps the writer busy, so that the others gather
			_, err := b.Do(context.Background(), book.Command{By: "duty"}, func(tx *book.Tx) error { close(held); <-hold; return nil })
			if err != nil {
				t.Error(err)
			}
		})
		<-held
		for i, p := range people {
			wait.Go(func() {
				switch i % 3 {
				case 0:
					if _, err := habeastest.Do(b, book.Command{By: "duty"}, move(p, "OLD-M1-C1")); err != nil {
						t.Error(err)
					}
				case 1:
					if _, err := habeastest.Do(b, book.Command{By: "duty"}, move(p, "OLD-M1-C1"), move(p, "OLD-M1-C1")); !errors.Is(err, custody.Refused("already-there")) {
						t.Errorf("got %v, want already-there", err)
					}
				case 2:
					_, err := b.Do(context.Background(), book.Command{By: "duty"}, func(tx *book.Tx) error { panic("a fault") })
					if err == nil {
						t.Error("a panicking act was acknowledged")
					}
				}
			})
		}
		close(hold)
		wait.Wait()
		if grown := b.Size() - before; grown != appenders/3 {
			t.Fatalf("the book grew by %d, want %d", grown, appenders/3)
		}
		sound(t, b)
	})
}

func TestReopeningGivesTheSameState(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(5)
		lived(t, b, s.Clock)
		tables := dump(t, s.Raw())
		var before string
		b.Read(func(state *custody.State) { before = picture(t, state) })
		checkpoint, err := b.Checkpoint()
		if err != nil {
			t.Fatal(err)
		}
		origin, key := b.Origin(), b.VerifierKey()
		s.Close(b)
		b = s.Open()
		if !reflect.DeepEqual(tables, dump(t, s.Raw())) {
			t.Fatal("opening the book again changed its tables")
		}
		b.Read(func(state *custody.State) {
			if after := picture(t, state); after != before {
				t.Fatalf("the state after reopening differs:\n%s\nbefore:\n%s", after, before)
			}
		})
		again, err := b.Checkpoint()
		if err != nil || !bytes.Equal(checkpoint, again) || b.Origin() != origin || b.VerifierKey() != key {
			t.Fatalf("the log after reopening differs: %v", err)
		}
		must(t, b, book.Command{By: "reception"}, admit(50))
		sound(t, b)
	})
}

func TestReceipts(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(4)
		check := func() {
			numbers := make([]int64, b.Size())
			for i := range numbers {
				numbers[i] = int64(i)
			}
			receipts, err := b.Sealed(context.Background(), numbers)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range receipts {
				text, err := seal.FormatReceipt(r)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := seal.CheckReceipt(text, b.VerifierKey(), seal.Quorum{}); err != nil {
					t.Fatalf("the receipt of entry %d: %v", r.Number, err)
				}
			}
		}
		check()
		old, size := slices.Clone(checkpointOf(t, b)), b.Size()
		must(t, b, book.Command{By: "reception"}, admit(10), admit(11), admit(12))
		s.Close(b)
		b = s.Open() // proofs now come from stored hashes, not from memory
		check()
		before, _, err := seal.OpenCheckpoint(old, b.VerifierKey())
		if err != nil {
			t.Fatal(err)
		}
		after, _, err := seal.OpenCheckpoint(checkpointOf(t, b), b.VerifierKey())
		if err != nil {
			t.Fatal(err)
		}
		proof, err := b.ProveGrowth(context.Background(), size, b.Size())
		if err != nil {
			t.Fatal(err)
		}
		if err := seal.CheckConsistency(proof, after.Size, after.Root, before.Size, before.Root); err != nil {
			t.Fatal(err)
		}
	})
}

func checkpointOf(t *testing.T, b *book.Book) []byte {
	t.Helper()
	c, err := b.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestChain(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(3)
		p := habeastest.Numbers(3)
		for i := range 4 {
			to := []string{habeastest.OriginCell, habeastest.OriginReception}[i%2]
			must(t, b, book.Command{By: "duty"}, move(p[0], to), move(p[1], to))
		}
		ctx := context.Background()
		numbers := func(before int64, limit int) []int64 {
			chain, err := b.Chain(ctx, p[0], before, limit)
			if err != nil {
				t.Fatal(err)
			}
			var list []int64
			for _, stored := range chain {
				e, err := custody.DecodeEntry(stored.Body)
				if err != nil || e.Person != p[0] || e.Number != stored.Number {
					t.Fatalf("the chain of %s has entry %d about %q (%v)", p[0], stored.Number, e.Person, err)
				}
				list = append(list, e.Number)
			}
			return list
		}
		var want []int64
		for _, e := range habeastest.Entries(t, b) {
			if e.Person == p[0] {
				want = append([]int64{e.Number}, want...)
			}
		}
		if got := numbers(-1, 100); !slices.Equal(got, want) || len(got) != 5 {
			t.Fatalf("the chain is %v, want %v", got, want)
		}
		if got := numbers(-1, 2); !slices.Equal(got, want[:2]) {
			t.Fatalf("the newest two are %v, want %v", got, want[:2])
		}
		if got := numbers(want[2], 2); !slices.Equal(got, want[2:4]) {
			t.Fatalf("two from entry %d back are %v, want %v", want[2], got, want[2:4])
		}
		// Another person's entry is no way into that person's chain.
		if chain, err := b.Chain(ctx, p[0], want[0]+1, 10); err == nil && len(chain) > 0 {
			for _, stored := range chain {
				if e, err := custody.DecodeEntry(stored.Body); err != nil || e.Person != p[0] {
					t.Fatalf("asked for the chain of %s, got entry %d about %s (%v)", p[0], stored.Number, e.Person, err)
				}
			}
		}
		if chain, err := b.Chain(ctx, p[0], want[1]+1, 10); err == nil {
			for _, stored := range chain {
				if e, err := custody.DecodeEntry(stored.Body); err != nil || e.Person != p[0] {
					t.Fatalf("asked for the chain of %s, got entry %d about %s (%v)", p[0], stored.Number, e.Person, err)
				}
			}
		}
		_, err := b.Chain(ctx, custody.PrisonNumber(99), -1, 10)
		refused(t, err, "unknown-person")
	})
}

// Times are stored and given back as the same instants, whatever zone they came in.
func TestTimeZones(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		zone := time.FixedZone("somewhere", -6*3600)
		s.Clock.Set(time.Date(2031, 12, 31, 23, 59, 59, 123456789, zone))
		b := s.Established(1)
		p := habeastest.Numbers(1)[0]
		s.Clock.Advance(time.Hour)
		happened := s.Clock.Now().Add(-time.Minute).In(time.FixedZone("elsewhere", 5*3600+1800))
		w := must(t, b, book.Command{By: "duty"}, habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
			return s.CellMove(p, habeastest.OriginCell, happened, happened)
		}))
		want := happened.UTC().Truncate(time.Microsecond)
		check := func(b *book.Book) {
			e := habeastest.Entries(t, b)[w.First]
			if e.Happened != want || e.Recorded != s.Clock.Now().UTC().Truncate(time.Microsecond) {
				t.Fatalf("happened %v recorded %v, want %v and %v", e.Happened, e.Recorded, want, s.Clock.Now().UTC())
			}
			b.Read(func(state *custody.State) {
				if h := state.Holdings.Get(p); h.Since != want {
					t.Fatalf("the holding is since %v, want %v", h.Since, want)
				}
			})
		}
		check(b)
		s.Close(b)
		b = s.Open()
		check(b)
		sound(t, b)
	})
}

// A clock that runs back is noted once; the book's own time stands still until it has
// caught up, and is noted again the next time.
func TestClockRunningBack(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(1)
		p := habeastest.Numbers(1)[0]
		cells := []string{habeastest.OriginCell, habeastest.OriginReception}
		last := s.Clock.Now()
		noted := func() (n int) {
			for _, e := range habeastest.Entries(t, b) {
				if e.Kind == custody.ClockRanBack {
					n++
				}
			}
			return n
		}
		s.Clock.Advance(-time.Hour)
		_, err := habeastest.Do(b, book.Command{By: "duty"}, move("nobody", cells[0])) // a refusal must not use up the note
		refused(t, err, "unknown-person")
		for i := range 4 {
			w := must(t, b, book.Command{By: "duty", Key: fmt.Sprint(i), Digest: "d"}, move(p, cells[i%2]))
			s.Clock.Advance(time.Minute)
			if e := w.Entries[len(w.Entries)-1]; e.Recorded != custody.Moment(last) {
				t.Fatalf("recorded %v while the clock ran back, want %v", e.Recorded, last)
			}
		}
		if noted() != 1 {
			t.Fatalf("a clock that ran back was noted %d times, want once", noted())
		}
		s.Clock.Set(last.Add(time.Hour))
		must(t, b, book.Command{By: "duty"}, move(p, cells[0]))
		s.Clock.Advance(-10 * time.Minute)
		must(t, b, book.Command{By: "duty"}, move(p, cells[1]))
		if noted() != 2 {
			t.Fatalf("a clock that ran back twice was noted %d times", noted())
		}
		sameReply(t, must(t, b, book.Command{By: "duty", Key: "0", Digest: "d"}), must(t, b, book.Command{By: "duty", Key: "0", Digest: "d"}))
		sound(t, b)
	})
}

func TestEventsInTheFuture(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(1)
		p := habeastest.Numbers(1)[0]
		at := s.Clock.Now().Add(time.Hour)
		_, err := habeastest.Do(b, book.Command{By: "duty"}, habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
			return s.CellMove(p, habeastest.OriginCell, at, at)
		}))
		refused(t, err, "time-ahead")
		w := must(t, b, book.Command{By: "duty"}, habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
			return s.Found(p, habeastest.OriginCell, at, at)
		}))
		if n := len(w.Entries[0].Contradictions); n != 2 { // found elsewhere, and ahead of time
			t.Fatalf("a fact from the future has %d contradictions, want 2: %+v", n, w.Entries[0].Contradictions)
		}
		// A wrong clock on a handheld must not keep the person from being moved now.
		must(t, b, book.Command{By: "duty"}, move(p, habeastest.OriginReception))
		sound(t, b)
	})
}

func TestStateAt(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(5)
		type past struct {
			at      time.Time
			picture string
		}
		var history []past
		lived(t, b, s.Clock, func() {
			b.Read(func(state *custody.State) { history = append(history, past{s.Clock.Now(), picture(t, state)}) })
			s.Clock.Advance(time.Minute)
		})
		if len(history) < 10 {
			t.Fatalf("only %d instants to look back at", len(history))
		}
		for i, h := range history {
			state, err := b.StateAt(context.Background(), h.at)
			if err != nil {
				t.Fatal(err)
			}
			if got := picture(t, state); got != h.picture {
				t.Fatalf("instant %d, looked back at, differs:\n%s\nthen:\n%s", i, got, h.picture)
			}
		}
		state, err := b.StateAt(context.Background(), habeastest.Dawn.Add(-time.Second))
		if err != nil || state.Held() != 0 {
			t.Fatalf("before everything %d people were held (%v)", state.Held(), err)
		}
	})
}

// What was recorded late is seen at the time it happened.
func TestStateAtTakesLateRecordsIntoAccount(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(2)
		p := habeastest.Numbers(2)
		s.Clock.Advance(time.Hour)
		happened := s.Clock.Now()
		s.Clock.Advance(time.Hour)
		must(t, b, book.Command{By: "duty"}, habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
			return s.Die(p[0], custody.Death{}, happened)
		}))
		for _, c := range []struct {
			at   time.Time
			held int
		}{{happened.Add(-time.Second), 2}, {happened, 1}, {s.Clock.Now(), 1}} {
			state, err := b.StateAt(context.Background(), c.at)
			if err != nil || state.Held() != c.held {
				t.Fatalf("at %v %d people were held, want %d (%v)", c.at, state.Held(), c.held, err)
			}
		}
	})
}

// Closing answers everything that waits: written, or ErrClosed and not written.
func TestClosingWhileCommandsWait(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(0)
		before := b.Size()
		var acknowledged atomic.Int64
		begun := make(chan struct{}, appenders)
		var wait sync.WaitGroup
		for g := range appenders {
			wait.Go(func() {
				for i := range 1000 {
					_, err := habeastest.Do(b, book.Command{By: "reception"}, admit(g*1000+i))
					if errors.Is(err, book.ErrClosed) {
						return
					}
					if err != nil {
						t.Errorf("while the book closes: %v", err)
						return
					}
					acknowledged.Add(1)
					if i == 2 {
						begun <- struct{}{}
					}
				}
			})
		}
		for range appenders {
			<-begun
		}
		s.Close(b)
		wait.Wait()
		if _, err := habeastest.Do(b, book.Command{By: "reception"}, admit(1)); !errors.Is(err, book.ErrClosed) {
			t.Fatalf("a command to a closed book: %v, want ErrClosed", err)
		}
		b = s.Open()
		if grown := b.Size() - before; grown != acknowledged.Load() {
			t.Fatalf("%d entries were acknowledged, %d are in the book", acknowledged.Load(), grown)
		}
		sound(t, b)
	})
}

func TestTwoServers(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		ctx := context.Background()
		b := s.Established(2)
		if _, err := book.Open(ctx, s.Config); !errors.Is(err, book.ErrInUse) {
			t.Fatalf("a second server on one data folder: %v, want ErrInUse", err)
		}
		if s.Engine == habeastest.PostgreSQL {
			other := s.Config
			other.Dir = t.TempDir()
			copyKey(t, s.Config.Dir, other.Dir)
			if _, err := book.Open(ctx, other); !errors.Is(err, book.ErrInUse) {
				t.Fatalf("a second server on one database: %v, want ErrInUse", err)
			}
		}
		must(t, b, book.Command{By: "duty"}, move(habeastest.Numbers(1)[0], habeastest.OriginCell))
		s.Close(b)
		sound(t, s.Open())
	})
}

func copyKey(t *testing.T, from, to string) {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(from, "log.key"))
	if err == nil {
		err = os.WriteFile(filepath.Join(to, "log.key"), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A book whose key was lost must not go on under another one as if nothing had happened.
func TestAnotherKeyIsRefused(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		s.Close(s.Established(1))
		if err := os.Remove(filepath.Join(s.Config.Dir, "log.key")); err != nil {
			t.Fatal(err)
		}
		other := s.Config
		other.Random = habeastest.Chance(2)
		if b, err := book.Open(context.Background(), other); err == nil {
			s.Close(b)
			t.Fatal("a book was opened with a key that did not seal it")
		}
	})
}

func TestReadingWhileAServerWrites(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(3)
		config := s.Config
		config.ReadOnly = true
		reader, err := book.Open(context.Background(), config)
		if err != nil {
			t.Fatalf("open for reading while a server writes: %v", err)
		}
		size := reader.Size()
		must(t, b, book.Command{By: "reception"}, admit(10))
		if _, err := habeastest.Do(reader, book.Command{By: "reception"}, admit(11)); !errors.Is(err, book.ErrReadOnly) {
			t.Fatalf("a write to a book opened for reading: %v, want ErrReadOnly", err)
		}
		if size != b.Size()-1 || int64(len(habeastest.Entries(t, reader))) != size {
			t.Fatalf("the reader sees %d entries, the server has %d", size, b.Size())
		}
		reader.Read(func(state *custody.State) {
			if state.Held() != 3 {
				t.Fatalf("the reader sees %d people, want 3", state.Held())
			}
		})
		if r, err := book.Verify(context.Background(), config); err != nil || len(r.Problems) > 0 || r.Entries != b.Size() {
			t.Fatalf("verify while a server writes: %+v, %v", r, err)
		}
		if err := reader.Close(); err != nil {
			t.Fatal(err)
		}
		must(t, b, book.Command{By: "reception"}, admit(12))
		sound(t, b)
	})
}

func TestFollowersAreWoken(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(1)
		grown, size := b.Grown(), b.Size()
		select {
		case <-grown:
			t.Fatal("woken before anything was written")
		default:
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			<-grown
			if b.Size() != size+1 {
				t.Errorf("woken at size %d, want %d", b.Size(), size+1)
			}
		}()
		must(t, b, book.Command{By: "duty"}, move(habeastest.Numbers(1)[0], habeastest.OriginCell))
		<-done
	})
}

// The server's own role may add to the book and read it, and nothing else.
func TestPostgresRoleCannotChangeTheBook(t *testing.T) {
	s := habeastest.NewStore(t, habeastest.PostgreSQL)
	b := s.Established(2)
	for _, q := range []string{
		"UPDATE entry SET body = body WHERE number = 0", "DELETE FROM entry WHERE number = 0", "TRUNCATE entry",
		"UPDATE checkpoint SET note = note", "DELETE FROM checkpoint", "TRUNCATE checkpoint",
	} {
		if _, err := b.Beside().Exec(q); err == nil {
			t.Errorf("the server's role may run: %s", q)
		}
	}
	sound(t, b)
}

// Through the file itself SQLite refuses changes to entries while its triggers stand.
func TestSQLiteEntriesAreGuarded(t *testing.T) {
	s := habeastest.NewStore(t, habeastest.SQLite)
	b := s.Established(2)
	for _, q := range []string{
		"UPDATE entry SET body = body WHERE number = 0", "DELETE FROM entry WHERE number = 0",
	} {
		if _, err := s.Raw().Exec(q); err == nil {
			t.Errorf("an entry can be changed by: %s", q)
		}
	}
	sound(t, b)
}

// A clock that stood years ahead for one entry, and is mended, must not make papers lapse.
func TestClockMendedAfterStandingYearsAhead(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, store *habeastest.Store) {
		b := store.Established(2)
		person := habeastest.Numbers(2)[0]
		now := store.Clock.Now()
		store.Clock.Set(now.AddDate(60, 0, 0))
		if _, err := b.Do(t.Context(), book.Command{By: "records"}, func(tx *book.Tx) error {
			return tx.Record(custody.Entry{Kind: custody.RecordRead, Person: person})
		}); err != nil {
			t.Fatal(err)
		}
		store.Clock.Set(now.Add(time.Minute))
		_, err := b.Do(t.Context(), book.Command{By: "records"}, func(tx *book.Tx) error {
			e, err := tx.State().Release(person, "", tx.At(time.Time{}), tx.Now())
			if err != nil {
				return err
			}
			return tx.Record(e)
		})
		if !errors.Is(err, custody.Refused("authority-live")) {
			t.Fatalf("a release on a live paper, after the clock was mended: %v", err)
		}
	})
}
