package disk_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"habeas.example/habeas/internal/habeastest/disk"
)

// What power loss does to unsynced writes, seen in the bytes: every image shows each sector old or new (rubbish only beyond
// the old length), and all the ways there are do occur.
func TestUnsyncedWritesAreDroppedTornAndReordered(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir, "", "page_size(4096)")
	if _, err := db.Exec("CREATE TABLE leaf (number INTEGER PRIMARY KEY, body BLOB); INSERT INTO leaf VALUES (1, randomblob(30000))"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := disk.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	db = open(t, dir, d.VFS(), "journal_mode(MEMORY)", "synchronous(OFF)")
	if _, err := db.Exec("UPDATE leaf SET body = randomblob(60000)"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Close(), d.Close()); err != nil {
		t.Fatal(err)
	}
	last := d.Cuts() - 1
	imageOf := func(build func(to string) ([]string, error)) []byte {
		to := filepath.Join(t.TempDir(), "image")
		if _, err := build(to); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(to, "store.db"))
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	after := imageOf(func(to string) ([]string, error) { return d.Killed(last, to) })
	if len(after) <= len(before) {
		t.Fatalf("the file did not grow: %d bytes, then %d", len(before), len(after))
	}
	var writes []disk.Operation
	for _, o := range d.Operations() {
		if o.Kind == disk.Write {
			writes = append(writes, o)
		}
	}
	seen := map[string]int{}
	for seed := range uint64(300) {
		image := imageOf(func(to string) ([]string, error) { return d.Image(last, seed, to) })
		switch {
		case bytes.Equal(image, before):
			seen["nothing written"]++
		case bytes.Equal(image, after):
			seen["everything written"]++
		}
		missing, late := false, false
		for _, w := range writes {
			oldSectors, newSectors, sectors := 0, 0, w.Length/512
			for from := int(w.Offset); from < int(w.Offset)+w.Length; from += 512 {
				here := image[min(from, len(image)):min(from+512, len(image))]
				switch {
				case bytes.Equal(here, after[from:from+512]):
					newSectors++
				case from < len(before) && bytes.Equal(here, before[from:from+512]):
					oldSectors++
				case from < len(before):
					t.Fatalf("seed %d: the sector at %d is neither old nor new", seed, from)
				case len(bytes.Trim(here, "\x00")) > 0:
					seen["rubbish beyond the old length"]++
				}
			}
			if newSectors > 0 && oldSectors > 0 {
				seen["a write torn"]++
			}
			late = late || missing && newSectors == sectors
			missing = missing || newSectors == 0
		}
		if late {
			seen["a later write without an earlier one"]++
		}
	}
	for _, outcome := range []string{"nothing written", "everything written", "a write torn", "a later write without an earlier one", "rubbish beyond the old length"} {
		if seen[outcome] == 0 {
			t.Errorf("no image shows this: %s", outcome)
		}
	}
}

// A sync that succeeds makes what was written before durable, unless an earlier sync of the same data failed.
func TestAFailedSyncIsNotMadeGoodByTheNext(t *testing.T) {
	for _, fails := range []bool{false, true} {
		t.Run("fails="+strconv.FormatBool(fails), func(t *testing.T) {
			s := openStore(t, "journal_mode(WAL)", "synchronous(NORMAL)", "wal_autocheckpoint(0)")
			s.mustEnter(t, 1, 10) // written to the log, not synced
			if fails {
				s.disk.FailSync(1)
				if _, err := s.Exec("PRAGMA wal_checkpoint(FULL)"); err == nil {
					t.Fatal("the checkpoint succeeded although its sync failed")
				}
			}
			start := s.disk.Cuts() - 1
			if _, err := s.Exec("PRAGMA wal_checkpoint(FULL)"); err != nil {
				t.Fatal(err)
			}
			synced := slices.IndexFunc(s.disk.Operations()[start:], func(o disk.Operation) bool {
				return o.Kind == disk.Sync && o.File == "store.db-wal" && !o.Failed
			})
			if synced < 0 {
				t.Fatal("the checkpoint did not sync the log")
			}
			lost := 0
			for seed := range uint64(40) {
				to := filepath.Join(t.TempDir(), "image")
				marks, err := s.disk.Image(start+synced+1, seed, to)
				if err != nil {
					t.Fatal(err)
				}
				if err := check(t, to, marks); errors.Is(err, errLost) {
					lost++
				} else if err != nil {
					t.Error(err)
				}
			}
			if fails != (lost > 0) {
				t.Errorf("%d images of 40 have lost entries", lost)
			}
		})
	}
}

// A new file may be missing until its folder has been synced, and is there from then on.
func TestANewFileMayBeMissingUntilItsFolderIsSynced(t *testing.T) {
	s := openStore(t, "journal_mode(DELETE)", "synchronous(FULL)")
	operations := s.disk.Operations()
	created := slices.IndexFunc(operations, func(o disk.Operation) bool { return o.Kind == disk.Create && o.File == "store.db" })
	synced := slices.IndexFunc(operations, func(o disk.Operation) bool { return o.Folder })
	if created < 0 || synced < created {
		t.Fatalf("the database was created at %d and its folder synced at %d of %v", created, synced, operations)
	}
	for _, c := range []struct {
		cut               int
		missing, existing bool
	}{{created, true, false}, {created + 1, true, true}, {synced, true, true}, {synced + 1, false, true}} {
		missing, existing := false, false
		for seed := range uint64(40) {
			to := filepath.Join(t.TempDir(), "image")
			if _, err := s.disk.Image(c.cut, seed, to); err != nil {
				t.Fatal(err)
			}
			_, err := os.Stat(filepath.Join(to, "store.db"))
			missing, existing = missing || err != nil, existing || err == nil
		}
		if missing != c.missing || existing != c.existing {
			t.Errorf("cut %d: missing in some image %v, there in some %v; want %v, %v", c.cut, missing, existing, c.missing, c.existing)
		}
	}
}

// The disk fills to the last byte, in the middle of a write.
func TestFullDiskCutsTheWriteThatDoesNotFit(t *testing.T) {
	s := openStore(t, "journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(0)")
	used := func() (bytes int64) {
		for _, name := range []string{"store.db", "store.db-wal"} {
			info, err := os.Stat(filepath.Join(s.dir, name))
			if err != nil {
				t.Fatal(err)
			}
			bytes += info.Size()
		}
		return bytes
	}
	before := used()
	s.disk.FullAfter(20_000)
	n := 1
	for ; s.enter(n) == nil; n++ {
	}
	if grown := used() - before; grown != 20_000 {
		t.Errorf("the files grew by %d bytes on a disk with room for 20000", grown)
	}
}
