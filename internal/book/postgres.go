package book

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// postgres is the standard engine for a site that wants a standby. One connection, which
// holds an advisory lock for as long as it lives, writes each group in one round trip.
type postgres struct {
	config  *pgx.ConnConfig
	pool    *sql.DB
	inner   *pgxpool.Pool
	writing sync.Mutex
	writer  *pgx.Conn
	puts    map[*table]string
}

// writerLock is the advisory lock of the one server that writes ("habeas" in ASCII).
const writerLock = 0x686162656173

// lockNotAvailable is PostgreSQL's error code for a lock not given in time.
const lockNotAvailable = "55P03"

func openPostgres(ctx context.Context, config Config) (engine, error) {
	c, err := pgx.ParseConfig(config.URL)
	if err != nil {
		return nil, errors.New("open the book: the PostgreSQL connection string is malformed") // err would show the password
	}
	e := &postgres{config: c, puts: map[*table]string{}}
	for _, t := range tables {
		e.puts[t] = t.putMany()
	}
	pc, err := pgxpool.ParseConfig(config.URL)
	if err != nil {
		return nil, errors.New("open the book: the PostgreSQL connection string is malformed")
	}
	pc.MaxConns = 8
	if e.inner, err = pgxpool.NewWithConfig(ctx, pc); err != nil {
		return nil, fmt.Errorf("open the book: %w", err)
	}
	e.pool = stdlib.OpenDBFromPool(e.inner)
	if !config.ReadOnly {
		if err = e.connectWriter(ctx); err == nil {
			err = migrate(ctx, goose.DialectPostgres, e.pool, "migrations/postgres")
		}
		if err != nil {
			return nil, errors.Join(err, e.close())
		}
	}
	return e, nil
}

func (e *postgres) name() string { return "postgres" }
func (e *postgres) db() *sql.DB  { return e.pool }

// connectWriter opens the writing connection and takes the lock on it.
func (e *postgres) connectWriter(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, e.config)
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	// PostgreSQL gives up the lock of a server that has just ended a moment later.
	if _, err := conn.Exec(ctx, "SET lock_timeout = '2s'"); err != nil {
		return errors.Join(fmt.Errorf("lock the book: %w", err), conn.Close(ctx))
	}
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", writerLock); err != nil {
		var refused *pgconn.PgError
		if errors.As(err, &refused) && refused.Code == lockNotAvailable {
			err = fmt.Errorf("database %s: %w", e.config.Database, ErrInUse)
		}
		return errors.Join(fmt.Errorf("lock the book: %w", err), conn.Close(ctx))
	}
	if _, err := conn.Exec(ctx, "SET lock_timeout TO DEFAULT; SET synchronous_commit = on"); err != nil {
		return errors.Join(fmt.Errorf("ask for durable commits: %w", err), conn.Close(ctx))
	}
	e.writer = conn
	return nil
}

// putMany is the statement that writes many rows of a state table from one array a
// column, in place of older ones with the same keys.
func (t *table) putMany() string {
	var names, arrays, keys, updates []string
	for i, c := range t.columns {
		kind := "text[]"
		if c.kind == integer {
			kind = "bigint[]"
		}
		names, arrays = append(names, c.name), append(arrays, fmt.Sprintf("$%d::%s", i+1, kind))
		if i < t.keys {
			keys = append(keys, c.name)
		} else {
			updates = append(updates, c.name+" = excluded."+c.name)
		}
	}
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT * FROM unnest(%s) ON CONFLICT (%s) DO UPDATE SET %s", t.name,
		strings.Join(names, ", "), strings.Join(arrays, ", "), strings.Join(keys, ", "), strings.Join(updates, ", "))
}

// reclaim connects anew when the connection broke. PostgreSQL may still be writing what
// came over the old one: it gives up that connection's lock when it has done so, and the
// new one waits for the lock.
func (e *postgres) reclaim(ctx context.Context) error {
	e.writing.Lock()
	defer e.writing.Unlock()
	if e.writer != nil && !e.writer.IsClosed() {
		return nil
	}
	return e.connectWriter(ctx)
}

// write sends the whole group as one implicit transaction. A connection that broke has
// lost its lock too: the next write takes a new one, unless another server has it.
func (e *postgres) write(ctx context.Context, parts <-chan part) error {
	e.writing.Lock()
	defer e.writing.Unlock()
	if e.writer == nil || e.writer.IsClosed() {
		if err := e.connectWriter(ctx); err != nil {
			return err
		}
	}
	batch := &pgx.Batch{}
	for p := range parts {
		if p.err != nil {
			return p.err
		}
		e.queue(batch, &p)
	}
	if err := e.writer.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("write a group: %w", err)
	}
	return nil
}

// queue adds the statements that write one part.
func (e *postgres) queue(batch *pgx.Batch, p *part) {
	if n := len(p.entries); n > 0 {
		numbers, previous := make([]int64, n), make([]int64, n)
		salts, hashes, bodies := make([][]byte, n), make([][]byte, n), make([][]byte, n)
		for i := range p.entries {
			s := &p.entries[i]
			numbers[i], previous[i], salts[i], hashes[i], bodies[i] = s.number, s.previous, s.salt, s.hashes, s.body
		}
		batch.Queue(`INSERT INTO entry (number, previous, salt, hashes, body)
			SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[])`, numbers, previous, salts, hashes, bodies)
	}
	if len(p.rows.rows) > 0 {
		batch.Queue(e.puts[p.rows.table], columnArrays(p.rows)...)
	}
	for _, r := range p.requests {
		batch.Queue("INSERT INTO request (official, key, digest, first, count) VALUES ($1, $2, $3, $4, $5)", r.official, r.key, r.digest, r.first, r.count)
	}
	for _, s := range p.beside {
		batch.Queue(s.text, s.args...)
	}
	if p.checkpoint != nil {
		batch.Queue("INSERT INTO checkpoint (size, note) VALUES ($1, $2)", p.size, string(p.checkpoint))
	}
}

// columnArrays turns rows into one array a column.
func columnArrays(r tableRows) []any {
	arrays := make([]any, len(r.table.columns))
	for i, c := range r.table.columns {
		if c.kind == integer {
			values := make([]int64, len(r.rows))
			for j := range r.rows {
				values[j] = r.rows[j][i].(int64)
			}
			arrays[i] = values
			continue
		}
		values := make([]string, len(r.rows))
		for j := range r.rows {
			values[j] = r.rows[j][i].(string)
		}
		arrays[i] = values
	}
	return arrays
}

func (e *postgres) snapshot(ctx context.Context, read func(*sql.Tx) error) error {
	tx, err := e.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin to read: %w", err)
	}
	return errors.Join(read(tx), ignoreDone(tx.Rollback()))
}

func (e *postgres) checkpoint(ctx context.Context) ([]byte, error) {
	return newestCheckpoint(ctx, e.pool)
}

// check has nothing of its own to test: PostgreSQL's page checksums are its operator's.
func (e *postgres) check(context.Context) ([]string, error) { return nil, nil }

func (e *postgres) close() error {
	var err error
	if e.writer != nil {
		err = e.writer.Close(context.Background())
	}
	err = errors.Join(err, e.pool.Close())
	e.inner.Close()
	return err
}
