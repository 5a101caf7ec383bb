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
	pool                           *sql.DB
	writer                         *sql.DB
	entries, requests, checkpoints *statement
	puts                           map[*table]*statement
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
	e := &sqlite{puts: map[*table]*statement{}, copyBack: make(chan struct{}, 1), copiedBack: make(chan struct{})}
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
		if err := e.prepareAll(ctx, paramsAtOnce); err != nil {
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
	p, err := goose.NewProvider(dialect, db, sub, goose.WithAllowOutofOrder(true)) // rooms add theirs side by side
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

// statement writes rows of one table. Several rows go in one step, which in bulk is a
// third faster; both forms are prepared once.
type statement struct {
	one, many *sql.Stmt
	width     int // columns
	rows      int // rows in one step of many; 1: there is none
}

// paramsAtOnce is how many parameters a statement of several rows has, about; more makes
// it slower again.
const paramsAtOnce = 40

func (e *sqlite) prepare(ctx context.Context, atOnce int, into string, columns ...string) (*statement, error) {
	s := &statement{width: len(columns), rows: max(1, atOnce/len(columns))}
	head := into + " (" + strings.Join(columns, ", ") + ") VALUES "
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	var err error
	if s.one, err = e.writer.PrepareContext(ctx, head+row); err != nil {
		return nil, fmt.Errorf("prepare %s: %w", into, err)
	}
	if s.rows == 1 {
		return s, nil
	}
	if s.many, err = e.writer.PrepareContext(ctx, head+strings.TrimSuffix(strings.Repeat(row+", ", s.rows), ", ")); err != nil {
		return nil, fmt.Errorf("prepare %s: %w", into, err)
	}
	return s, nil
}

// prepareAll prepares whatever a group writes. A state table is its own index, so that
// putting a row in place of an older one is one step, where an upsert is three. atOnce is
// about how many parameters one step may have.
func (e *sqlite) prepareAll(ctx context.Context, atOnce int) (err error) {
	if e.entries, err = e.prepare(ctx, atOnce, "INSERT INTO entry", "number", "previous", "salt", "hashes", "body"); err != nil {
		return err
	}
	if e.requests, err = e.prepare(ctx, atOnce, "INSERT INTO request", "official", "key", "digest", "first", "count"); err != nil {
		return err
	}
	if e.checkpoints, err = e.prepare(ctx, atOnce, "INSERT INTO checkpoint", "size", "note"); err != nil {
		return err
	}
	for _, t := range tables {
		names := make([]string, len(t.columns))
		for i, c := range t.columns {
			names[i] = c.name
		}
		if e.puts[t], err = e.prepare(ctx, atOnce, "INSERT OR REPLACE INTO "+t.name, names...); err != nil {
			return err
		}
	}
	return nil
}

// run writes n rows.
func (s *statement) run(ctx context.Context, tx *sql.Tx, n int, values func(args []any, i int) []any) error {
	args := make([]any, 0, s.rows*s.width)
	i := 0
	if s.many != nil && n >= s.rows {
		many := tx.StmtContext(ctx, s.many)
		for ; i+s.rows <= n; i += s.rows {
			args = args[:0]
			for k := range s.rows {
				args = values(args, i+k)
			}
			if _, err := many.ExecContext(ctx, args...); err != nil {
				return err
			}
		}
	}
	one := tx.StmtContext(ctx, s.one)
	for ; i < n; i++ {
		if _, err := one.ExecContext(ctx, values(args[:0], i)...); err != nil {
			return err
		}
	}
	return nil
}

func (e *sqlite) write(ctx context.Context, parts <-chan part) (err error) {
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
	for p := range parts {
		bytes, err := e.writePart(ctx, tx, &p)
		if err != nil {
			return err
		}
		written += bytes
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

// writePart writes one part and returns about how many bytes it has.
func (e *sqlite) writePart(ctx context.Context, tx *sql.Tx, p *part) (written int64, err error) {
	if p.err != nil {
		return 0, p.err
	}
	err = e.entries.run(ctx, tx, len(p.entries), func(args []any, i int) []any {
		s := &p.entries[i]
		written += int64(len(s.body) + 128)
		return append(args, s.number, s.previous, s.salt, s.hashes, s.body)
	})
	if err != nil {
		return 0, fmt.Errorf("write entries: %w", err)
	}
	if rows := p.rows.rows; len(rows) > 0 {
		if err := e.puts[p.rows.table].run(ctx, tx, len(rows), func(args []any, i int) []any { return append(args, rows[i]...) }); err != nil {
			return 0, fmt.Errorf("write table %s: %w", p.rows.table.name, err)
		}
		written += int64(len(rows) * 256)
	}
	err = e.requests.run(ctx, tx, len(p.requests), func(args []any, i int) []any {
		r := &p.requests[i]
		return append(args, r.official, r.key, r.digest, r.first, r.count)
	})
	if err != nil {
		return 0, fmt.Errorf("write requests: %w", err)
	}
	for _, s := range p.beside {
		if _, err := tx.ExecContext(ctx, s.text, s.args...); err != nil {
			return 0, fmt.Errorf("write beside the book: %w", err)
		}
	}
	if p.checkpoint != nil {
		err = e.checkpoints.run(ctx, tx, 1, func(args []any, _ int) []any { return append(args, p.size, string(p.checkpoint)) })
		if err != nil {
			return 0, fmt.Errorf("write the checkpoint: %w", err)
		}
	}
	return written, nil
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

// reclaim has nothing to wait for: a write that failed is over, and the folder is locked.
func (e *sqlite) reclaim(context.Context) error { return nil }

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
