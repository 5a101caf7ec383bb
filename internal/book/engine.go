package book

import (
	"context"
	"database/sql"

	"habeas.example/habeas/internal/custody"
)

// engine is a storage engine. It is the only place where SQLite and PostgreSQL differ.
type engine interface {
	name() string
	// write makes one group of commands durable, all or nothing. Its parts arrive one after
	// another until the channel is closed, so that one is written while the next is encoded.
	write(ctx context.Context, parts <-chan part) error
	// reclaim makes sure, after a write that failed, that nothing of it is still under way
	// and that no other server writes: what is stored can be read again, and will stay so.
	reclaim(ctx context.Context) error
	// db reads (and writes what lies beside the book: secrets, quarantine, attachments).
	db() *sql.DB
	// dump runs read in a transaction that sees one instant.
	snapshot(ctx context.Context, read func(*sql.Tx) error) error
	checkpoint(ctx context.Context) ([]byte, error)
	// check asks the engine to test its own files; it returns what is damaged.
	check(ctx context.Context) ([]string, error)
	close() error
}

// part is some of what one durable transaction writes: those of its fields that are set.
type part struct {
	entries    []sealed
	rows       tableRows
	requests   []requestRow
	beside     []statementBeside
	checkpoint []byte
	size       int64 // of the checkpoint
	err        error // the group could not be prepared to its end: nothing of it may stay
}

// statementBeside writes what lies beside the book, as its desk says it.
type statementBeside struct {
	text string
	args []any
}

// sealed is an entry as stored.
type sealed struct {
	number, previous   int64
	salt, hashes, body []byte
}

type requestRow struct {
	official, key, digest string
	first, count          int64
}

// tableRows are the rows of one state table to be written.
type tableRows struct {
	table *table
	rows  []row
}

// row is one stored row: string, int64 or []byte by column.
type row []any

// columnKind is the type of a column, the same on both engines.
type columnKind int

const (
	text columnKind = iota
	integer
)

type column struct {
	name string
	kind columnKind
}

// table says how one kind of record of the state is stored.
type table struct {
	name    string
	columns []column
	keys    int // the first columns are the primary key
	// take returns the rows touched since it was last called, sorted by key, and a
	// function that shows the same records to the committed state.
	take func(*custody.State) ([]row, func(committed *custody.State), error)
	load func(*custody.State, row) error
}
