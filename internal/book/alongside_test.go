package book_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// What a command writes beside the book becomes durable with its entries, or not at all.
func TestAlongside(t *testing.T) {
	const keep = "INSERT INTO credential (official, hash, changed) VALUES ($1, $2, $3)"
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(1)
		kept := func() (n int) {
			t.Helper()
			if err := b.Beside().QueryRow("SELECT count(*) FROM credential").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		do := func(c book.Command, act func(tx *book.Tx) error) error {
			_, err := b.Do(context.Background(), c, act)
			return err
		}
		moved := func(tx *book.Tx) error {
			entries, err := move(habeastest.Numbers(1)[0], habeastest.OriginCell)(tx.State(), tx.Now())
			if err != nil {
				return err
			}
			return tx.RecordAll(entries)
		}
		size, no := b.Size(), errors.New("no")
		for name, act := range map[string]func(tx *book.Tx) error{
			"refused":      func(tx *book.Tx) error { tx.Alongside(keep, "a", "h", int64(1)); return no },
			"unstorable":   func(tx *book.Tx) error { tx.Alongside(keep, "a\x00", "h", int64(1)); return moved(tx) },
			"not UTF-8":    func(tx *book.Tx) error { tx.Alongside(keep, "a\xff", "h", int64(1)); return moved(tx) },
			"another type": func(tx *book.Tx) error { tx.Alongside(keep, "a", []byte("h"), int64(1)); return moved(tx) },
			"impossible": func(tx *book.Tx) error {
				tx.Alongside(keep, "b", "h", int64(1))
				tx.Alongside(keep, "b", "h", int64(1))
				return moved(tx)
			},
		} {
			if err := do(book.Command{By: "duty"}, act); err == nil {
				t.Errorf("%s: it was written", name)
			}
			if n := kept(); n != 0 || b.Size() != size {
				t.Errorf("%s: %d rows and %d entries were left", name, n, b.Size()-size)
			}
		}
		if err := do(book.Command{By: "duty"}, func(tx *book.Tx) error { tx.Alongside(keep, "alone", "h", int64(1)); return nil }); err != nil || kept() != 1 || b.Size() != size {
			t.Errorf("alone: %v, %d rows, %d entries", err, kept(), b.Size()-size)
		}
		again := book.Command{By: "duty", Key: "k", Digest: "d"}
		for range 2 { // the second is answered from the book, and writes nothing
			if err := do(again, func(tx *book.Tx) error { tx.Alongside(keep, "with", "h", int64(1)); return moved(tx) }); err != nil {
				t.Fatal(err)
			}
		}
		if n := kept(); n != 2 || b.Size() != size+1 {
			t.Errorf("with entries: %d rows, %d entries", n, b.Size()-size)
		}
		s.Close(b)
		b = s.Open()
		if n := kept(); n != 2 {
			t.Errorf("opened again: %d rows", n)
		}
		sound(t, b)
	})
}

// An entry names only files that are kept, and of which its command said that it would.
func TestOnlyKeptFilesAreNamed(t *testing.T) {
	const picture = "a picture"
	hash, other := book.AttachmentHash("image/png", []byte(picture)), book.AttachmentHash("image/png", []byte("another"))
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(0)
		if _, err := b.Beside().Exec("INSERT INTO attachment (hash, type, bytes) VALUES ($1, $2, $3)", hash, "image/png", []byte(picture)); err != nil {
			t.Fatal(err)
		}
		pictured := func(name string) habeastest.Act {
			return habeastest.Once(func(s *custody.State, now time.Time) (custody.Entry, error) {
				a := habeastest.Admission(0, habeastest.Paper(0, now))
				a.Person.Photograph = name
				return s.Admit("", a, habeastest.OriginReception, now, now)
			})
		}
		size := b.Size()
		for said, name := range map[string]string{hash: other, other: other, "": hash, "\x00": other, "x": "x"} {
			_, err := habeastest.Do(b, book.Command{By: "reception", Files: []string{said}}, pictured(name))
			refused(t, err, "unknown-attachment")
		}
		if b.Size() != size {
			t.Fatal("a refused command was written")
		}
		many := make([]string, 1200) // more than one question asks for
		for i := range many {
			many[i] = book.AttachmentHash("", []byte{byte(i), byte(i >> 8)})
		}
		must(t, b, book.Command{By: "reception", Files: append(many, hash)}, pictured(hash))
		sound(t, b)
	})
}
