package book_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/seal"
)

// outsideTheSeal are the tables of the same file that are no part of the record, each with
// the reason: nothing in them says what happened to anybody.
var outsideTheSeal = map[string]string{
	"credential":       "a password's hash: a change locks somebody out, and whoever gets in by one still acts under a name that the entries keep",
	"session":          "who is signed in now: a change ends a session",
	"quarantine":       "rows of files that were not taken: nothing was decided on them, and the file itself can be imported again",
	"goose_db_version": "which migrations ran: a change keeps the server from starting",
}

// tablesOf names every table of a sound file. What the schema of a damaged one says of
// itself is not asked: SQLite does not read all of it either.
func tablesOf(t *testing.T, db *sql.DB) (names []string) {
	t.Helper()
	tables, err := rowsOf(db, "sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		names = append(names, table[1].(string))
	}
	return names
}

// all reads everything that a database says: the record, and what lies beside it.
func all(db *sql.DB, tables []string) (record, beside map[string][][]any, err error) {
	record, beside = map[string][][]any{}, map[string][][]any{}
	for _, name := range tables {
		rows, err := rowsOf(db, name)
		switch {
		case outsideTheSeal[name] == "" && err != nil:
			return nil, nil, err
		case outsideTheSeal[name] == "":
			record[name] = rows
		case err != nil:
			beside[name] = [][]any{{fmt.Sprint("cannot be read: ", err)}}
		default:
			beside[name] = rows
		}
	}
	return record, beside, nil
}

func rowsOf(db *sql.DB, table string) (list [][]any, err error) {
	rows, err := db.Query("SELECT * FROM " + table)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		row, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			targets[i] = &row[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, nil
}

// anyRow is the statement that puts a row of invented values into a table.
func anyRow(t *testing.T, db *sql.DB, table string) string {
	t.Helper()
	columns, err := rowsOf(db, "pragma_table_info('"+table+"')")
	if err != nil {
		t.Fatal(err)
	}
	values := make([]string, len(columns))
	for i, c := range columns {
		if values[i] = fmt.Sprintf("'%s-%d'", table, i); c[2] == "INTEGER" {
			values[i] = fmt.Sprint(i)
		}
	}
	return "INSERT INTO " + table + " VALUES (" + strings.Join(values, ", ") + ")"
}

// small closes a tiny book and makes its file as small as SQLite can, so that every byte
// of it can have its turn.
func small(t *testing.T, s *habeastest.Store) (path string, content []byte) {
	t.Helper()
	b := tiny(t, s)
	for _, table := range []string{"credential", "session", "quarantine"} {
		exec(t, b.Beside(), anyRow(t, b.Beside(), table))
	}
	s.Close(b)
	path = filepath.Join(s.Config.Dir, "habeas.db")
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	for _, q := range []string{"PRAGMA journal_mode = DELETE", "PRAGMA page_size = 512", "VACUUM", "PRAGMA journal_mode = WAL"} {
		exec(t, db, q)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if content, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return path, content
}

// flipped says what became of one changed byte.
type flipped int

const (
	found    flipped = iota // verification names a problem
	harmless                // every table of the file says, byte for byte, what it said
	outside                 // only tables outside the seal say something else
)

// Every byte of the files of a small data folder is changed in turn: of the database, one
// bit of each byte. Each change is found, or what is read is byte for byte the same record.
func TestEveryByteOfTheFiles(t *testing.T) {
	s := habeastest.NewQuickStore(t, habeastest.SQLite)
	path, good := small(t, s)
	folder, err := os.ReadDir(s.Config.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folder {
		if name := f.Name(); name != "habeas.db" && name != "log.key" && name != "lock" {
			t.Errorf("the data folder has a file %s, whose bytes have no turn", name)
		}
	}
	if lock, err := os.Stat(filepath.Join(s.Config.Dir, "lock")); err != nil || lock.Size() > 0 {
		t.Errorf("the lock file is not empty: %v, %v", lock, err)
	}
	db := openFile(t, path)
	tables := tablesOf(t, db)
	record, beside, err := all(db, tables)
	if err != nil {
		t.Fatal(err)
	}
	for name := range outsideTheSeal {
		if len(beside[name]) == 0 {
			t.Errorf("table %s has no row", name)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	var wait sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	counts := make([][3]int, workers)
	for w := range workers {
		dir := habeastest.QuickDir(t)
		copyKey(t, s.Config.Dir, dir)
		f := flipper{t: t, config: s.Config, path: filepath.Join(dir, "habeas.db"), tables: tables, record: record, beside: beside}
		f.config.Dir = dir
		if err := os.WriteFile(f.path, good, 0o600); err != nil {
			t.Fatal(err)
		}
		wait.Go(func() {
			for at := w; at < len(good); at += workers {
				counts[w][f.flip(at, good[at], 1<<(at*5%8))]++
			}
		})
	}
	wait.Wait()
	var sum [3]int
	for _, c := range counts {
		for i := range c {
			sum[i] += c[i]
		}
	}
	t.Logf("of %d bytes of the database, %d were found, %d changed nothing that is read, %d changed only what is outside the seal",
		len(good), sum[found], sum[harmless], sum[outside])
	if sum[found] < len(good)/4 || sum[outside] == 0 {
		t.Error("too little was found: the test did not reach what it should")
	}

	everyBitOfTheKey(t, s.Config)
}

// everyBitOfTheKey changes the file of the log's key: each change is found, or the key that
// is read is the same (one letter of its number may be written large).
func everyBitOfTheKey(t *testing.T, config book.Config) {
	t.Helper()
	path := filepath.Join(config.Dir, "log.key")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key, err := seal.LoadSigner(string(text))
	if err != nil {
		t.Fatal(err)
	}
	same := 0
	for at := range text {
		for bit := range 8 {
			bad := append([]byte{}, text...)
			bad[at] ^= 1 << bit
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			report, err := book.Verify(context.Background(), config)
			if err != nil {
				t.Errorf("byte %d of the key changed to %q: %v, which names no problem", at, bad[at], err)
			}
			if err != nil || len(report.Problems) > 0 {
				continue
			}
			same++
			other, err := seal.LoadSigner(string(bad))
			if err != nil || other.VerifierKey() != key.VerifierKey() {
				t.Errorf("byte %d of the key changed to %q is another key, and it was not found", at, bad[at])
			}
		}
	}
	t.Logf("of %d bits of the key, all but %d were found, and those are no change of the key", 8*len(text), same)
}

func openFile(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

// flipper changes bytes of one copy of a book's file, one at a time.
type flipper struct {
	t              *testing.T
	config         book.Config
	path           string
	tables         []string
	record, beside map[string][][]any
}

// flip changes one byte, reads everything, and verifies when that is not what it was.
func (f flipper) flip(at int, good, mask byte) flipped {
	f.put(at, good^mask)
	defer f.put(at, good)
	db, err := sql.Open("sqlite", "file:"+f.path)
	if err != nil {
		f.t.Error(err)
		return found
	}
	db.SetMaxOpenConns(1)
	record, beside, err := all(db, f.tables)
	if err := db.Close(); err != nil {
		f.t.Error(err)
	}
	if err == nil && reflect.DeepEqual(record, f.record) {
		if reflect.DeepEqual(beside, f.beside) {
			return harmless
		}
		return outside
	}
	report, failed := book.Verify(context.Background(), f.config)
	switch {
	case failed != nil:
		f.t.Errorf("byte %d: verification could not look, which names no problem: %v", at, failed)
	case len(report.Problems) == 0:
		f.t.Errorf("byte %d: the record says something else, and it was not found (%v)", at, err)
	}
	return found
}

// put writes one byte of the file; what SQLite keeps beside a file goes.
func (f flipper) put(at int, to byte) {
	for _, end := range []string{"-wal", "-shm", "-journal"} {
		if err := os.Remove(f.path + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			f.t.Error(err)
		}
	}
	file, err := os.OpenFile(f.path, os.O_WRONLY, 0)
	if err != nil {
		f.t.Error(err)
		return
	}
	_, err = file.WriteAt([]byte{to}, int64(at))
	if err := errors.Join(err, file.Close()); err != nil {
		f.t.Error(err)
	}
}
