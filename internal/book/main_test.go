package book_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

func TestMain(m *testing.M) { os.Exit(habeastest.Main(m)) }

// move is the act of moving a person to a place.
func move(person, to string) habeastest.Act {
	return habeastest.Once(func(s *custody.State, now time.Time) (custody.Entry, error) { return s.CellMove(person, to, now, now) })
}

// admit is the act of admitting the nth invented person to the origin's reception.
func admit(n int) habeastest.Act {
	return habeastest.Once(func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.Admit("", habeastest.Admission(n, habeastest.Paper(n, now)), habeastest.OriginReception, now, now)
	})
}

// must fails the test unless a command was written.
func must(t testing.TB, b *book.Book, c book.Command, acts ...habeastest.Act) book.Written {
	t.Helper()
	w, err := habeastest.Do(b, c, acts...)
	if err != nil {
		t.Fatalf("a command that should be written was not: %v", err)
	}
	return w
}

// refused fails the test unless err is the refusal with this code.
func refused(t testing.TB, err error, code string) {
	t.Helper()
	if !errors.Is(err, custody.Refused(code)) {
		t.Fatalf("got %v, want the refusal %q", err, code)
	}
}

// sound fails the test unless the book verifies without a problem.
func sound(t testing.TB, b *book.Book) book.Report {
	t.Helper()
	r, err := b.Verify(context.Background())
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	if len(r.Problems) > 0 || !r.RebuiltEqual || !r.SealedEqual {
		t.Fatalf("the book does not verify: rebuilt equal %v, sealed equal %v, problems %q", r.RebuiltEqual, r.SealedEqual, r.Problems)
	}
	if r.Entries != b.Size() || r.LogSize != b.Size() {
		t.Fatalf("the book has %d entries, the log %d, the book says %d", r.Entries, r.LogSize, b.Size())
	}
	return r
}
