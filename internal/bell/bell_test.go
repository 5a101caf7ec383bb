package bell_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"habeas.example/habeas/internal/bell"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

func open(t *testing.T) *book.Book {
	t.Helper()
	b, err := book.Open(t.Context(), book.Config{Dir: t.TempDir(), Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// write appends n entries, as one command.
func write(t *testing.T, b *book.Book, n int) {
	t.Helper()
	_, err := b.Do(t.Context(), book.Command{By: "engineer"}, func(tx *book.Tx) error {
		for range n {
			e, err := tx.State().Appoint(custody.Official{Name: "duty", FullName: "Duty", Roles: []custody.Role{custody.DutyManager}})
			if err != nil {
				return err
			}
			if err := tx.Record(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestFollowersHearEverythingInOrderOnce(t *testing.T) {
	const followers, total = 6, 1800
	b := open(t)
	write(t, b, 700) // more than a page to catch up with
	var all sync.WaitGroup
	for i := range followers {
		after := int64(i*100) - 1
		all.Go(func() {
			want := after + 1
			for e, err := range bell.Follow(t.Context(), b, after) {
				if err != nil {
					t.Error(err)
					return
				}
				if e.Number != want {
					t.Errorf("heard entry %d, want %d", e.Number, want)
					return
				}
				if e.Number >= b.Size() {
					t.Errorf("heard entry %d, and only %d are committed", e.Number, b.Size())
				}
				if want++; want == total {
					return
				}
			}
			t.Error("the following ended by itself")
		})
	}
	for i := range 50 {
		write(t, b, 1+i%43)
	}
	write(t, b, total-int(b.Size()))
	all.Wait()
}

func TestFollowingEndsWithItsContext(t *testing.T) {
	b := open(t)
	write(t, b, 3)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	heard := 0
	for e, err := range bell.Follow(ctx, b, -1) {
		if err != nil {
			t.Fatal(err)
		}
		if heard++; e.Number == 2 {
			stop()
		}
	}
	if heard != 3 {
		t.Errorf("heard %d entries", heard)
	}
	for range bell.Follow(ctx, b, -1) {
		t.Error("heard something after the end")
	}
}

func TestARefusedCommandIsNeverHeard(t *testing.T) {
	b := open(t)
	refusal := errors.New("no")
	_, err := b.Do(t.Context(), book.Command{By: "engineer"}, func(tx *book.Tx) error {
		e, err := tx.State().Appoint(custody.Official{Name: "ghost", FullName: "Ghost", Roles: []custody.Role{custody.Monitor}})
		if err != nil {
			return err
		}
		if err := tx.Record(e); err != nil {
			return err
		}
		return refusal
	})
	if !errors.Is(err, refusal) {
		t.Fatal(err)
	}
	write(t, b, 1)
	for e, err := range bell.Follow(t.Context(), b, -1) {
		if err != nil {
			t.Fatal(err)
		}
		if name := e.Detail.(*custody.Official).Name; e.Number != 0 || name != "duty" {
			t.Errorf("heard entry %d about %s", e.Number, name)
		}
		break
	}
}

// stream serves events and returns the lines of one listener.
func stream(t *testing.T, b *book.Book, events bell.Events) *bufio.Scanner {
	t.Helper()
	ended := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ended <- events.Send(r.Context(), w, b, -1)
	}))
	t.Cleanup(server.Close)
	response, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
		<-ended // the handler ends when its listener leaves
	})
	return bufio.NewScanner(response.Body)
}

func TestASilentStreamSaysThatItIsAlive(t *testing.T) {
	b := open(t)
	lines := stream(t, b, bell.Events{Alive: time.Millisecond, Patience: time.Minute, May: func() error { return nil }})
	for lines.Scan() {
		if lines.Text() == ": alive" {
			break
		}
	}
	write(t, b, 600)
	next := 0
	for next < 600 && lines.Scan() {
		if id, is := strings.CutPrefix(lines.Text(), "id: "); is {
			if id != fmt.Sprint(next) {
				t.Fatalf("event %s, want %d", id, next)
			}
			next++
		}
	}
	if next != 600 {
		t.Errorf("the stream ended at %d: %v", next, lines.Err())
	}
}

func TestAStreamEndsWhenItsListenerMayNoLongerListen(t *testing.T) {
	b := open(t)
	asked := 0
	lines := stream(t, b, bell.Events{Alive: time.Millisecond, Patience: time.Minute, May: func() error {
		if asked++; asked > 2 {
			return custody.Refused("signed-out")
		}
		return nil
	}})
	alive := 0
	for lines.Scan() {
		if lines.Text() == ": alive" {
			alive++
		}
	}
	if alive != 2 || lines.Err() != nil {
		t.Errorf("said to be alive %d times, and ended with %v", alive, lines.Err())
	}
}
