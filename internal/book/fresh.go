package book

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"

	"github.com/pressly/goose/v3"
)

// A fresh store is a book of its own into which a verification rebuilds the state from the
// entries alone. It is always SQLite, also beside PostgreSQL: looking then takes no right
// to write where the record is, and works on a standby that cannot be written at all.
//
// It is a file of mode 0600 in the data folder, where such records may lie, or in the
// system's folder for temporary files when the data folder cannot be written. Its name is
// taken away as soon as it is open, so that nothing of it stays behind however the
// verification ends.
type freshStore struct {
	*sqlite
	cite *sql.Stmt
}

// openFresh makes a fresh store near a data folder. Errors are those of the file system.
func openFresh(ctx context.Context, near string) (_ *freshStore, err error) {
	empty, err := emptyBook()
	if err != nil {
		return nil, fmt.Errorf("make a fresh store: %w", err)
	}
	file, err := os.CreateTemp(near, "verify-")
	if err != nil {
		file, err = os.CreateTemp("", "habeas-verify-")
	}
	if err != nil {
		return nil, fmt.Errorf("make a fresh store: %w", err)
	}
	path := file.Name()
	defer func() {
		if e := os.Remove(path); e != nil {
			err = errors.Join(err, fmt.Errorf("take a fresh store's name away: %w", e))
		}
	}()
	_, err = file.Write(empty)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("make a fresh store: %w", err)
	}
	// One connection for as long as the store lives; no other file than the one without a name.
	pragmas := url.Values{"_pragma": {"journal_mode(MEMORY)", "synchronous(OFF)", "locking_mode(EXCLUSIVE)", "temp_store(MEMORY)", "trusted_schema(OFF)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: pragmas.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("make a fresh store: %w", err)
	}
	db.SetMaxOpenConns(1)
	f := &freshStore{sqlite: &sqlite{pool: db, writer: db, puts: map[*table]*statement{}, copyBack: make(chan struct{}), copiedBack: make(chan struct{})}}
	close(f.copiedBack)
	err = f.prepareAll(ctx, 1)
	if err == nil {
		f.cite, err = db.PrepareContext(ctx, "INSERT OR IGNORE INTO cited (hash, entry) VALUES (?, ?)")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a fresh store: %w", err), f.close())
	}
	return f, nil
}

// citedTable is which attachments the entries cite, and where first. Only a fresh store
// has it.
var citedTable = &table{name: "cited", columns: []column{{"hash", text}, {"entry", integer}}, keys: 1}

// emptyBook is the file of a book without entries, migrated once.
var emptyBook = sync.OnceValues(func() (image []byte, err error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	ctx := context.Background()
	if err := migrate(ctx, goose.DialectSQLite3, db, "migrations/sqlite"); err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, "CREATE TABLE cited (hash TEXT PRIMARY KEY, entry INTEGER NOT NULL) WITHOUT ROWID"); err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	err = conn.Raw(func(c any) error {
		image, err = c.(interface{ Serialize() ([]byte, error) }).Serialize()
		return err
	})
	return image, err
})

// take writes what entries changed: the rows of the state, their requests, what they cite.
func (f *freshStore) take(ctx context.Context, parts []part, cited []citation) error {
	queue := make(chan part, len(parts))
	for _, p := range parts {
		queue <- p
	}
	close(queue)
	if err := f.write(ctx, queue); err != nil {
		return err
	}
	for _, c := range cited {
		if _, err := f.cite.ExecContext(ctx, c.hash, c.entry); err != nil {
			return fmt.Errorf("write what entry %d cites: %w", c.entry, err)
		}
	}
	return nil
}

// citation is an attachment that an entry cites.
type citation struct {
	hash  string
	entry int64
}
