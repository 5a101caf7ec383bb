package disk_test

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"habeas.example/habeas/internal/habeastest/disk"
)

func codeOf(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

func TestAcknowledgedEntriesSurviveAFullDisk(t *testing.T) {
	for name, pragmas := range durable {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, pragmas...)
			s.mustEnter(t, 1, 20)
			s.disk.FullAfter(20_000)
			refused := 0
			for n := 20; n < 80; n++ {
				if err := s.enter(n); err != nil {
					refused++
					if code := codeOf(err); code != codes.SQLITE_FULL {
						t.Fatalf("entry %d: code %d, want SQLITE_FULL: %v", n, code, err)
					}
				}
			}
			if refused == 0 {
				t.Fatal("the disk was never full")
			}
			s.disk.Heal()
			s.mustEnter(t, 100, 150)
			mustSurvive(t, s, 60)
		})
	}
}

func TestACommitWhoseSyncFailsIsNotAcknowledged(t *testing.T) {
	for name, pragmas := range durable {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, pragmas...)
			next, failures := 1, 0
			for nth := 1; nth <= 12; nth++ {
				s.mustEnter(t, next, next+5)
				next += 5
				s.disk.FailSync(nth)
				for range 12 {
					if err := s.enter(next); err != nil {
						failures++
						if code := codeOf(err); code != codes.SQLITE_IOERR_FSYNC {
							t.Fatalf("entry %d: code %d, want SQLITE_IOERR_FSYNC: %v", next, code, err)
						}
					}
					next++
				}
				s.disk.Heal()
			}
			if failures == 0 {
				t.Error("no commit failed")
			}
			mustSurvive(t, s, 100)
		})
	}
}

// An unsynced store loses nothing to kill -9: the operating system still has it all.
func TestAcknowledgedEntriesSurviveKill(t *testing.T) {
	s := openStore(t, "journal_mode(WAL)", "synchronous(OFF)", "wal_autocheckpoint(30)")
	s.mustEnter(t, 1, 60)
	for cut := 0; cut < s.disk.Cuts(); cut += 3 {
		to := filepath.Join(t.TempDir(), "image")
		marks, err := s.disk.Killed(cut, to)
		if err != nil {
			t.Fatal(err)
		}
		if err := check(t, to, marks); err != nil {
			t.Errorf("cut %d: %v", cut, err)
		}
	}
}

func TestImageIsTheSameForTheSameCutAndSeed(t *testing.T) {
	s := openStore(t, durable["journal deleted"]...)
	s.mustEnter(t, 1, 30)
	image := func(cut int, seed uint64) map[string][]byte {
		dir := filepath.Join(t.TempDir(), "image")
		if _, err := s.disk.Image(cut, seed, dir); err != nil {
			t.Fatal(err)
		}
		files := map[string][]byte{}
		for _, name := range []string{"store.db", "store.db-journal"} {
			content, err := os.ReadFile(filepath.Join(dir, name))
			if err == nil {
				files[name] = content
			} else if !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
		return files
	}
	same := func(a, b map[string][]byte) bool {
		for _, name := range []string{"store.db", "store.db-journal"} {
			inA, inB := a[name], b[name]
			if (inA == nil) != (inB == nil) || !bytes.Equal(inA, inB) {
				return false
			}
		}
		return true
	}
	differing := 0
	for i := range 100 {
		cut := (i * 7919) % s.disk.Cuts() // rising and falling
		if !same(image(cut, 5), image(cut, 5)) {
			t.Fatalf("cut %d: two images of one seed differ", cut)
		}
		if !same(image(cut, 5), image(cut, 6)) {
			differing++
		}
	}
	if differing == 0 {
		t.Error("no two seeds gave different images")
	}
}

func TestImageRefusesWhatItCannotBuild(t *testing.T) {
	s := openStore(t, durable["write-ahead log"]...)
	for _, cut := range []int{-1, s.disk.Cuts()} {
		if _, err := s.disk.Image(cut, 1, filepath.Join(t.TempDir(), "image")); err == nil {
			t.Errorf("cut %d: no error", cut)
		}
	}
	used := t.TempDir()
	if err := os.WriteFile(filepath.Join(used, "store.db-wal"), []byte("from another image"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.disk.Image(1, 1, used); err == nil {
		t.Error("an image was built over another")
	}
}

// A database that was there before is in every image, and so is its unfinished log; each disk has its own recording.
func TestDiskStartsFromWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir, "", "journal_mode(WAL)")
	if _, err := db.Exec(tables); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	d, err := disk.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	other := openStore(t, durable["write-ahead log"]...)
	before := other.disk.Cuts()
	s := &store{open(t, dir, d.VFS(), durable["write-ahead log"]...), d, dir}
	s.mustEnter(t, 1, 10)
	if err := d.Close(); !errors.Is(err, disk.ErrInUse) {
		t.Errorf("closing a disk in use: %v, want ErrInUse", err)
	}
	if err := errors.Join(s.DB.Close(), d.Close(), d.Close()); err != nil {
		t.Fatal(err)
	}
	if after := other.disk.Cuts(); after != before {
		t.Errorf("the other disk recorded %d operations of this one's", after-before)
	}
	for cut := range d.Cuts() {
		if cut < 2 { // the files that were there, being taken in
			continue
		}
		to := filepath.Join(t.TempDir(), strconv.Itoa(cut))
		marks, err := d.Image(cut, 3, to)
		if err != nil {
			t.Fatal(err)
		}
		image := open(t, to, "", "synchronous(OFF)")
		var count int
		if err := image.QueryRow("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").Scan(&count); err != nil || count != 2 {
			t.Errorf("cut %d: %d tables, %v", cut, count, err)
		}
		if err := errors.Join(image.Close(), check(t, to, marks)); err != nil {
			t.Errorf("cut %d: %v", cut, err)
		}
	}
	if db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "store.db")+"?vfs="+d.VFS()); err != nil {
		t.Error(err)
	} else if err := db.Ping(); err == nil {
		t.Error("a closed disk can still be opened")
	} else if err := db.Close(); err != nil {
		t.Error(err)
	}
}
