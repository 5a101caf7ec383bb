package disk_test

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"habeas.example/habeas/internal/habeastest/disk"
)

// store is a database on a simulated disk in which every commit writes an entry and the state that goes with it.
type store struct {
	*sql.DB
	disk *disk.Disk
	dir  string
}

func open(t *testing.T, dir, vfs string, pragmas ...string) *sql.DB {
	t.Helper()
	q := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}
	if vfs != "" {
		q.Set("vfs", vfs)
	}
	name := (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.Join(dir, "store.db"), RawQuery: q.Encode()}).String()
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

func openStore(t *testing.T, pragmas ...string) *store {
	t.Helper()
	dir := t.TempDir()
	d, err := disk.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := &store{open(t, dir, d.VFS(), pragmas...), d, dir}
	t.Cleanup(func() {
		if err := errors.Join(s.DB.Close(), d.Close()); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.Exec(tables); err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	places = 40
	tables = `BEGIN; CREATE TABLE entry (number INTEGER PRIMARY KEY, body BLOB);
		CREATE TABLE state (place INTEGER PRIMARY KEY, number INTEGER); COMMIT`
)

// bodyOf is what entry n says: 0 to 6,000 bytes, so that some need pages of their own.
func bodyOf(n int) []byte {
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], uint64(n))
	chance := rand.NewChaCha8(seed)
	length := chance.Uint64()
	body := make([]byte, length%1500*(1+3*(length>>32%2)))
	chance.Read(body)
	return body
}

// enter writes entry n in one transaction and marks it once it is acknowledged.
func (s *store) enter(n int) error {
	tx, err := s.Begin()
	if err != nil {
		return err
	}
	_, err = tx.Exec("INSERT INTO entry VALUES ($1, $2)", n, bodyOf(n))
	if err == nil {
		_, err = tx.Exec("INSERT INTO state VALUES ($1, $2) ON CONFLICT DO UPDATE SET number = excluded.number", n%places, n)
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	s.disk.Mark(strconv.Itoa(n))
	return nil
}

func (s *store) mustEnter(t *testing.T, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		if err := s.enter(n); err != nil {
			t.Fatalf("entry %d: %v", n, err)
		}
	}
}

// What may be wrong with an image.
var (
	errCorrupt = errors.New("the database is corrupt")
	errLost    = errors.New("an acknowledged entry is lost")
	errHalf    = errors.New("a transaction is half done")
)

// check opens an image with the plain driver and looks for what was acknowledged.
func check(t *testing.T, dir string, marks []string) error {
	db := open(t, dir, "", "synchronous(OFF)")
	defer db.Close()
	var verdict string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		return fmt.Errorf("%w: %s %w", errCorrupt, verdict, errors.Join(err))
	}
	entries, state := map[int]string{}, map[int]int{}
	var count int
	if err := db.QueryRow("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").Scan(&count); err != nil {
		return fmt.Errorf("%w: %w", errCorrupt, err)
	}
	if count > 0 {
		if err := read(db, entries, state); err != nil {
			return fmt.Errorf("%w: %w", errCorrupt, err)
		}
	}
	for _, m := range marks {
		n, err := strconv.Atoi(m)
		if err != nil {
			t.Fatal(err)
		}
		if body, ok := entries[n]; !ok || body != string(bodyOf(n)) {
			return fmt.Errorf("%w: %d of %d marked", errLost, n, len(marks))
		}
	}
	last := map[int]int{}
	for n := range entries {
		last[n%places] = max(last[n%places], n)
	}
	for place, n := range last {
		if state[place] != n {
			return fmt.Errorf("%w: state of %d is %d, its last entry %d", errHalf, place, state[place], n)
		}
	}
	if len(last) != len(state) {
		return fmt.Errorf("%w: %d places have entries, %d state", errHalf, len(last), len(state))
	}
	return nil
}

func read(db *sql.DB, entries map[int]string, state map[int]int) error {
	rows, err := db.Query("SELECT number, body FROM entry")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		var body string
		if err := rows.Scan(&n, &body); err != nil {
			return err
		}
		entries[n] = body
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if rows, err = db.Query("SELECT place, number FROM state"); err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var place, n int
		if err := rows.Scan(&place, &n); err != nil {
			return err
		}
		state[place] = n
	}
	return rows.Err()
}

// checkCuts checks images at points spread over the whole recording, two goroutines at once, and counts what was found.
func checkCuts(t *testing.T, s *store, images int) (found map[error]int, examples []string) {
	t.Helper()
	found = map[error]int{}
	cuts, dir := s.disk.Cuts(), t.TempDir()
	var mu sync.Mutex
	var workers sync.WaitGroup
	next := make(chan int)
	for range 2 {
		workers.Go(func() {
			for i := range next {
				cut, seed := i*cuts/images, uint64(i)
				to := filepath.Join(dir, strconv.Itoa(i))
				marks, err := s.disk.Image(cut, seed, to)
				if err != nil {
					t.Errorf("cut %d, seed %d: %v", cut, seed, err)
					continue
				}
				if err := check(t, to, marks); err != nil {
					mu.Lock()
					for _, kind := range []error{errCorrupt, errLost, errHalf} {
						if errors.Is(err, kind) {
							found[kind]++
						}
					}
					examples = append(examples, fmt.Sprintf("cut %d of %d, seed %d: %v", cut, cuts, seed, err))
					mu.Unlock()
				}
				if err := os.RemoveAll(to); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range images {
		next <- i
	}
	close(next)
	workers.Wait()
	return found, examples
}

func mustSurvive(t *testing.T, s *store, images int) {
	t.Helper()
	if testing.Short() { // as under the race detector, where each takes ten times as long
		images /= 5
	}
	if _, examples := checkCuts(t, s, images); len(examples) > 0 {
		t.Errorf("%d of %d images are wrong, the first:\n%s", len(examples), images, strings.Join(examples[:min(5, len(examples))], "\n"))
	}
}

// Settings under which SQLite promises that a commit survives power loss.
var durable = map[string][]string{
	"write-ahead log":       {"journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(30)"},
	"log, often copied":     {"journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(4)", "journal_size_limit(0)"},
	"log, little cache":     {"journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(30)", "cache_size(2)"},
	"journal deleted":       {"journal_mode(DELETE)", "synchronous(EXTRA)"},
	"journal truncated":     {"journal_mode(TRUNCATE)", "synchronous(FULL)"},
	"journal kept":          {"journal_mode(PERSIST)", "synchronous(FULL)"},
	"journal, little cache": {"journal_mode(TRUNCATE)", "synchronous(FULL)", "cache_size(2)"},
}

func TestAcknowledgedEntriesSurvivePowerLoss(t *testing.T) {
	for name, pragmas := range durable {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, pragmas...)
			s.mustEnter(t, 1, 150)
			mustSurvive(t, s, 300)
		})
	}
}

// The other way round: a store that does not sync loses what it acknowledged, and this disk shows it.
func TestEntriesAcknowledgedTooEarlyAreLost(t *testing.T) {
	for name, c := range map[string]struct {
		pragmas []string
		corrupt bool // whether the database itself is at risk
	}{
		"log, synced when copied":          {[]string{"journal_mode(WAL)", "synchronous(NORMAL)", "wal_autocheckpoint(30)"}, false},
		"log, never synced":                {[]string{"journal_mode(WAL)", "synchronous(OFF)", "wal_autocheckpoint(30)"}, true},
		"journal, never synced":            {[]string{"journal_mode(DELETE)", "synchronous(OFF)"}, true},
		"journal whose deletion is undone": {[]string{"journal_mode(DELETE)", "synchronous(FULL)"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, c.pragmas...)
			s.mustEnter(t, 1, 150)
			found, examples := checkCuts(t, s, 100)
			t.Logf("lost %d, corrupt %d, half done %d of 100", found[errLost], found[errCorrupt], found[errHalf])
			if found[errLost] == 0 {
				t.Error("no image has lost an acknowledged entry")
			}
			if corrupt := found[errCorrupt]+found[errHalf] > 0; corrupt != c.corrupt {
				t.Errorf("corrupt or half-done images: %v, want %v: %v", corrupt, c.corrupt, examples[:1])
			}
		})
	}
}

// The way a server uses it: one connection writes, several read, another copies the log back, and images are taken meanwhile.
func TestSeveralConnectionsAtOnce(t *testing.T) {
	s := openStore(t, "journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(0)", "busy_timeout(10000)")
	stop := make(chan struct{})
	var others sync.WaitGroup
	repeat := func(act func(db *sql.DB) error) {
		db := open(t, s.dir, s.disk.VFS(), "synchronous(FULL)", "wal_autocheckpoint(0)", "busy_timeout(10000)")
		others.Go(func() {
			defer db.Close()
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := act(db); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 3 {
		repeat(func(db *sql.DB) error {
			var entries int
			return db.QueryRow("SELECT count(*) FROM entry").Scan(&entries)
		})
	}
	repeat(func(db *sql.DB) error {
		_, err := db.Exec("PRAGMA wal_checkpoint(PASSIVE)")
		return err
	})
	dir, taken := t.TempDir(), 0
	repeat(func(*sql.DB) error {
		to := filepath.Join(dir, strconv.Itoa(taken))
		marks, err := s.disk.Image(s.disk.Cuts()-1, uint64(taken), to)
		taken++
		return errors.Join(err, check(t, to, marks), os.RemoveAll(to))
	})
	s.mustEnter(t, 1, 100)
	close(stop)
	others.Wait()
	mustSurvive(t, s, 200)
}
