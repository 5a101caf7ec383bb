package habeastest

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"

	_ "github.com/jackc/pgx/v5/stdlib" // to tamper with PostgreSQL behind the book's back
	_ "modernc.org/sqlite"             // to tamper with SQLite behind the book's back
)

// Engine is a storage engine.
type Engine string

// The engines.
const (
	SQLite     Engine = "sqlite"
	PostgreSQL Engine = "postgres"
)

// Store is a throw-away place for one book: a temporary folder and, on PostgreSQL, a
// database of its own. The book can be opened, closed and opened again.
type Store struct {
	Engine Engine
	Config book.Config
	Clock  *Clock

	t         testing.TB
	superuser string
	open      map[*book.Book]bool
}

// NewStore makes an empty store whose clock stands at Dawn.
func NewStore(t testing.TB, engine Engine) *Store {
	t.Helper()
	s := &Store{Engine: engine, Clock: NewClock(), t: t, open: map[*book.Book]bool{}}
	s.Config = book.Config{Dir: t.TempDir(), Origin: "habeas.example/test", Clock: s.Clock.Now, Random: Chance(1), Policy: Policy(),
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	if engine == PostgreSQL {
		s.Config.URL, s.superuser = newDatabase(t)
	}
	t.Cleanup(func() {
		for b := range s.open {
			s.Close(b)
		}
	})
	return s
}

// NewQuickStore is NewStore in a folder in memory, where the machine has one, for tests
// that change and verify a small book thousands of times: a disk would only make them wait.
func NewQuickStore(t testing.TB, engine Engine) *Store {
	t.Helper()
	dir := QuickDir(t) // cleared after the books in it are closed
	s := NewStore(t, engine)
	s.Config.Dir = dir
	return s
}

// QuickDir is t.TempDir in memory, where the machine has such a folder.
func QuickDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "habeas-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("clear the folder in memory: %v", err)
		}
	})
	return dir
}

// Engines runs a test on each engine, with an empty store of its own.
func Engines(t *testing.T, run func(t *testing.T, s *Store)) {
	t.Helper()
	for _, e := range []Engine{SQLite, PostgreSQL} {
		t.Run(string(e), func(t *testing.T) { run(t, NewStore(t, e)) })
	}
}

// Book opens a book on a new store.
func Book(t testing.TB, engine Engine) *book.Book {
	t.Helper()
	return NewStore(t, engine).Open()
}

// Open opens the book of the store. It is closed at the end of the test, if not before.
func (s *Store) Open() *book.Book {
	s.t.Helper()
	b, err := book.Open(context.Background(), s.Config)
	if err != nil {
		s.t.Fatalf("open the book: %v", err)
	}
	s.open[b] = true
	return b
}

// Close closes a book of the store.
func (s *Store) Close(b *book.Book) {
	s.t.Helper()
	delete(s.open, b)
	if err := b.Close(); err != nil {
		s.t.Errorf("close the book: %v", err)
	}
}

// Established opens the book and founds the invented service in it, with n people.
func (s *Store) Established(n int) *book.Book {
	s.t.Helper()
	b := s.Open()
	Establish(s.t, b, n)
	return b
}

// Establish founds the invented service with n people in an empty book, as one command.
func Establish(t testing.TB, b *book.Book, n int) {
	t.Helper()
	if _, err := Do(b, book.Command{By: "engineer"}, Founding(n)...); err != nil {
		t.Fatalf("found the invented service: %v", err)
	}
}

// Do runs acts one after another as one atomic command of a book, past every desk.
func Do(b *book.Book, c book.Command, acts ...Act) (book.Written, error) {
	return b.Do(context.Background(), c, func(tx *book.Tx) error {
		for _, act := range acts {
			entries, err := act(tx.State(), tx.Now())
			if err != nil {
				return err
			}
			if err := tx.RecordAll(entries); err != nil {
				return err
			}
		}
		return nil
	})
}

// Raw opens the store's database behind the book's back, with every right: on SQLite as
// whoever holds the file, on PostgreSQL as its superuser.
func (s *Store) Raw() *sql.DB {
	s.t.Helper()
	driver, source := "sqlite", fmt.Sprintf("file:%s?_pragma=busy_timeout(10000)", filepath.Join(s.Config.Dir, "habeas.db"))
	if s.Engine == PostgreSQL {
		driver, source = "pgx", s.superuser
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		s.t.Fatalf("open the store behind the book: %v", err)
	}
	db.SetMaxOpenConns(1)
	s.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			s.t.Errorf("close the store: %v", err)
		}
	})
	return db
}

// Disarm takes away what keeps entries from being changed, as an insider with full
// rights over the database could.
func (s *Store) Disarm(db *sql.DB) {
	s.t.Helper()
	statements := []string{"DROP TRIGGER entry_never_changes", "DROP TRIGGER entry_never_goes"}
	if s.Engine == PostgreSQL {
		statements = []string{"DROP TRIGGER entry_never_changes ON entry"}
	}
	for _, q := range statements {
		if _, err := db.Exec(q); err != nil {
			s.t.Fatalf("disarm the store: %v", err)
		}
	}
}

// Entries reads and decodes every entry of a book.
func Entries(t testing.TB, b *book.Book) []*custody.Entry {
	t.Helper()
	stored, err := b.Entries(context.Background(), 0, int(b.Size()))
	if err != nil {
		t.Fatalf("read the entries: %v", err)
	}
	list := make([]*custody.Entry, len(stored))
	for i, s := range stored {
		if list[i], err = custody.DecodeEntry(s.Body); err != nil {
			t.Fatalf("entry %d: %v", s.Number, err)
		}
	}
	return list
}
