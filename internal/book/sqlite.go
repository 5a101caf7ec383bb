package book

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the embedded engine
)

//go:embed migrations
var migrations embed.FS

// sqlite is the embedded engine: one connection writes, a pool reads, and the write-ahead
// log is copied back in the background so that no commit waits for it.
type sqlite struct {
	pool    *sql.DB
	writer  *sql.DB
	upserts map[*table]string
	// walBytes estimates how much has been appended since the log was last copied back.
	walBytes   atomic.Int64
	copyBack   chan struct{}
	copiedBack chan struct{}
}

// Appended bytes after which the write-ahead log is copied back into the database.
const copyBackAfter = 16 << 20

func openSQLite(ctx context.Context, config Config) (engine, error) {
	path := filepath.Join(config.Dir, "habeas.db")
	if config.ReadOnly {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("open the book: %w", err)
		}
	} else if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, fmt.Errorf("open the book: %w", err)
	} else if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open the book: %w", err)
	}
	dsn := func(pragmas ...string) string {
		q := url.Values{"_pragma": append([]string{"busy_timeout(10000)", "synchronous(FULL)", "trusted_schema(OFF)"}, pragmas...)}
		if config.VFS != "" {
			q.Set("vfs", config.VFS)
		}
		return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: q.Encode()}).String()
	}
	e := &sqlite{upserts: map[*table]string{}, copyBack: make(chan struct{}, 1), copiedBack: make(chan struct{})}
	for _, t := range tables {
		e.upserts[t] = t.upsert()
	}
	var err error
	if e.writer, err = sql.Open("sqlite", dsn("journal_mode(WAL)", "wal_autocheckpoint(0)", "cache_size(-65536)")+"&_txlock=immediate"); err != nil {
		return nil, fmt.Errorf("open the book: %w", err)
	}
	e.writer.SetMaxOpenConns(1)
	if config.ReadOnly {
		e.pool, err = sql.Open("sqlite", dsn("query_only(1)"))
	} else {
		if err := migrate(ctx, goose.DialectSQLite3, e.writer, "migrations/sqlite"); err != nil {
			return nil, errors.Join(err, e.writer.Close())
		}
		e.pool, err = sql.Open("sqlite", dsn("wal_autocheckpoint(0)")+"&_txlock=deferred")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the book: %w", err), e.writer.Close())
	}
	e.pool.SetMaxOpenConns(8)
	e.pool.SetMaxIdleConns(8)
	go e.copyBackInBackground()
	return e, nil
}

func migrate(ctx context.Context, dialect goose.Dialect, db *sql.DB, dir string) error {
	sub, err := fs.Sub(migrations, dir)
	if err != nil {
		return fmt.Errorf("migrate the book: %w", err)
	}
	p, err := goose.NewProvider(dialect, db, sub)
	if err != nil {
		return fmt.Errorf("migrate the book: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate the book: %w", err)
	}
	return nil
}

func (e *sqlite) name() string { return "sqlite" }
func (e *sqlite) db() *sql.DB  { return e.pool }

// upsert is the statement that writes one row of a state table.
func (t *table) upsert() string {
	names, values, updates, keys := []string{}, []string{}, []string{}, []string{}
	for i, c := range t.columns {
		names, values = append(names, c.name), append(values, fmt.Sprintf("$%d", i+1))
		if i < t.keys {
			keys = append(keys, c.name)
		} else {
			updates = append(updates, c.name+" = excluded."+c.name)
		}
	}
	action := "NOTHING"
	if len(updates) > 0 {
		action = "UPDATE SET " + strings.Join(updates, ", ")
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (%s) DO %s",
		t.name, strings.Join(names, ", "), strings.Join(values, ", "), strings.Join(keys, ", "), action)
}

func (e *sqlite) write(ctx context.Context, g *group) (err error) {
	tx, err := e.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreDone(tx.Rollback()))
		}
	}()
	written := int64(0)
	err = e.each(ctx, tx, "INSERT INTO entry (number, previous, salt, hashes, body) VALUES ($1, $2, $3, $4, $5)", len(g.entries), func(i int) []any {
		s := &g.entries[i]
		written += int64(len(s.body) + 128)
		return []any{s.number, s.previous, s.salt, s.hashes, s.body}
	})
	if err != nil {
		return fmt.Errorf("write entries: %w", err)
	}
	for _, r := range g.tables {
		if err := e.each(ctx, tx, e.upserts[r.table], len(r.rows), func(i int) []any { return r.rows[i] }); err != nil {
			return fmt.Errorf("write table %s: %w", r.table.name, err)
		}
		written += int64(len(r.rows) * 256)
	}
	err = e.each(ctx, tx, "INSERT INTO request (official, key, digest, first, count) VALUES ($1, $2, $3, $4, $5)", len(g.requests), func(i int) []any {
		r := &g.requests[i]
		return []any{r.official, r.key, r.digest, r.first, r.count}
	})
	if err != nil {
		return fmt.Errorf("write requests: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO checkpoint (size, note) VALUES ($1, $2)", g.size, string(g.checkpoint)); err != nil {
		return fmt.Errorf("write the checkpoint: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if e.walBytes.Add(written+16384) > copyBackAfter {
		select {
		case e.copyBack <- struct{}{}:
		default:
		}
	}
	return nil
}

// each runs one prepared statement n times.
func (e *sqlite) each(ctx context.Context, tx *sql.Tx, query string, n int, args func(int) []any) (err error) {
	if n == 0 {
		return nil
	}
	statement, err := tx.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, statement.Close()) }()
	for i := range n {
		if _, err := statement.ExecContext(ctx, args(i)...); err != nil {
			return err
		}
	}
	return nil
}

// copyBackInBackground copies the write-ahead log back without ever making a commit wait.
func (e *sqlite) copyBackInBackground() {
	defer close(e.copiedBack)
	for range e.copyBack {
		e.walBytes.Store(0)
		if _, err := e.pool.Exec("PRAGMA wal_checkpoint(PASSIVE)"); err != nil {
			// Nothing is lost: the log stays and is copied back the next time.
			e.walBytes.Store(copyBackAfter)
		}
	}
}

func (e *sqlite) snapshot(ctx context.Context, read func(*sql.Tx) error) error {
	tx, err := e.pool.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin to read: %w", err)
	}
	return errors.Join(read(tx), ignoreDone(tx.Rollback()))
}

func (e *sqlite) checkpoint(ctx context.Context) ([]byte, error) {
	return newestCheckpoint(ctx, e.pool)
}

func (e *sqlite) check(ctx context.Context) (damaged []string, err error) {
	rows, err := e.pool.QueryContext(ctx, "PRAGMA integrity_check(20)")
	if err != nil {
		return nil, fmt.Errorf("check the database file: %w", err)
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, fmt.Errorf("check the database file: %w", err)
		}
		if line != "ok" {
			damaged = append(damaged, line)
		}
	}
	return damaged, nil
}

func (e *sqlite) close() error {
	close(e.copyBack)
	<-e.copiedBack
	return errors.Join(e.pool.Close(), e.writer.Close())
}

func newestCheckpoint(ctx context.Context, db *sql.DB) ([]byte, error) {
	var note string
	err := db.QueryRowContext(ctx, "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").Scan(&note)
	return []byte(note), notFound(err)
}

func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
