package crash

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/habeastest/disk"
	"habeas.example/habeas/internal/seal"
)

const (
	powerCuts   = 2000 // how many instants power goes at
	powerSeed   = 20310314
	reopenEach  = 12  // every so many images are also served again
	powerPeople = 200 // in the history that is cut
)

// TestPowerCut cuts the power at thousands of instants of one history, at each losing by
// a seed some of what was not synced, and verifies in full what is left. The name of a
// subtest carries its seed and its cut, and is enough to see it again:
//
//	go test ./test/crash -run 'TestPowerCut/^seed=17,cut=4711$'
func TestPowerCut(t *testing.T) {
	memory := inMemory(t)
	r := record(t, powerPeople, func(b *book.Book, _ *disk.Disk, s step) (book.Written, error) { return s.give(b) })
	r.checkAll(t, memory, powerCuts)
}

// checkAll cuts the power of a recording at so many instants.
func (r *recording) checkAll(t *testing.T, memory string, n int) {
	cuts := r.cuts(n)
	next := make(chan int)
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := range next {
				t.Run(fmt.Sprintf("seed=%d,cut=%d", i, cuts[i]), func(t *testing.T) {
					r.check(t, filepath.Join(memory, strconv.Itoa(i)), cuts[i], uint64(i), i%reopenEach == 0)
				})
			}
		})
	}
	for i := range cuts {
		next <- i
	}
	close(next)
	wait.Wait()
	t.Logf("%d cuts of %d operations, %d entries in %d commands", len(cuts), r.disk.Cuts(), r.sizes[len(r.sizes)-1], len(r.steps))
}

// inMemory is a folder for images, which nobody syncs for any purpose: in memory where
// there is such a place. What the book makes for itself while it verifies goes there too.
func inMemory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "habeas-crash-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("TMPDIR", dir)
	return dir
}

// recording is a history that was written to a simulated disk.
type recording struct {
	disk  *disk.Disk
	steps []step
	sizes []int64  // of the book, before the first step and after each
	roots []string // of the log at those sizes: they commit to every byte of every entry
	key   []byte   // the log's key, which is not on the simulated disk
}

// record writes a history step by step, each alone in its group so that the recording is
// the same every time; give gives a step until it is acknowledged. Now and then what the
// book does in the background when its log has grown is done at once, and twice the book
// is closed and opened again.
func record(t *testing.T, people int, give func(*book.Book, *disk.Disk, step) (book.Written, error)) *recording {
	t.Helper()
	dir, clock := t.TempDir(), habeastest.NewClock()
	config := configOf(dir)
	config.Clock = clock.Now
	d, err := disk.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	config.VFS = d.VFS()
	r := &recording{disk: d, steps: history(people), sizes: []int64{0}, roots: []string{""}}
	b := open(t, config)
	for i, s := range r.steps {
		clock.Advance(time.Second)
		w, err := give(b, d, s)
		if err != nil {
			t.Fatalf("%s by %s: %v", s.key, s.by, err)
		}
		d.Mark(strconv.FormatInt(w.Size, 10))
		r.sizes, r.roots = append(r.sizes, w.Size), append(r.roots, rootOf(t, b))
		if i%20 == 19 {
			if _, err := b.Beside().Exec("PRAGMA wal_checkpoint(PASSIVE)"); err != nil {
				t.Fatal(err)
			}
		}
		if i == len(r.steps)/3 || i == 2*len(r.steps)/3 {
			closeBook(t, b)
			b = open(t, config)
		}
	}
	closeBook(t, b)
	if r.key, err = os.ReadFile(filepath.Join(dir, "log.key")); err != nil {
		t.Fatal(err)
	}
	return r
}

// cuts draws the instants at which power goes, in rising order: half of them anywhere, half
// within a few operations of a sync, where what is promised changes.
func (r *recording) cuts(n int) []int {
	chance := rand.New(rand.NewPCG(powerSeed, 0))
	var syncs []int
	for i, o := range r.disk.Operations() {
		if o.Kind == disk.Sync {
			syncs = append(syncs, i)
		}
	}
	cuts := make([]int, n)
	for i := range cuts {
		if i%2 == 0 {
			cuts[i] = chance.IntN(r.disk.Cuts())
		} else {
			cuts[i] = min(max(syncs[chance.IntN(len(syncs))]+chance.IntN(9)-3, 0), r.disk.Cuts()-1)
		}
	}
	slices.Sort(cuts)
	return cuts
}

// check builds one image and verifies it in full: the laws, every seal, every row of the
// state. The book must end with the last acknowledged command, or with the whole of the
// one that was under way.
func (r *recording) check(t *testing.T, dir string, cut int, seed uint64, reopen bool) {
	marks, err := r.disk.Image(cut, seed, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	}()
	if err := os.WriteFile(filepath.Join(dir, "log.key"), r.key, 0o600); err != nil {
		t.Fatal(err)
	}
	done := len(marks)
	if done == 0 || reopen {
		r.goOn(t, dir, done)
		return
	}
	report := verified(t, configOf(dir))
	if report.Entries != r.sizes[done] && (done == len(r.steps) || report.Entries != r.sizes[done+1]) {
		t.Errorf("the book has %d entries; %d were acknowledged, and the command under way would have made them %d",
			report.Entries, r.sizes[done], r.sizes[min(done+1, len(r.steps))])
	}
	root := report.Root
	if report.Entries > r.sizes[done] {
		root = rootAt(t, dir, r.sizes[done])
	}
	if root != r.roots[done] {
		t.Errorf("the first %d entries are not those that were acknowledged: root %s, not %s", r.sizes[done], root, r.roots[done])
	}
}

// goOn opens the image as a server would. The command that was under way is sent again,
// under the same key, and then the one after it: each must count once.
func (r *recording) goOn(t *testing.T, dir string, done int) {
	config, clock := configOf(dir), habeastest.NewClock()
	clock.Advance(24 * time.Hour) // nobody's clock ran back
	config.Clock = clock.Now
	b := open(t, config)
	if size := b.Size(); size != r.sizes[done] && (done == len(r.steps) || size != r.sizes[done+1]) {
		t.Errorf("the book has %d entries, %d were acknowledged", size, r.sizes[done])
	}
	for i := done; i < min(done+2, len(r.steps)); i++ {
		before := b.Size()
		w, err := r.steps[i].give(b)
		if err != nil {
			t.Fatalf("%s, sent again: %v", r.steps[i].key, err)
		}
		if w.First != r.sizes[i] || b.Size() != r.sizes[i+1] || w.Replayed != (before == r.sizes[i+1]) {
			t.Errorf("%s, sent again, starts at entry %d (replayed: %t) and the book has %d entries; want %d and %d",
				r.steps[i].key, w.First, w.Replayed, b.Size(), r.sizes[i], r.sizes[i+1])
		}
	}
	closeBook(t, b)
	verified(t, configOf(dir))
}

// configOf is the configuration of a test's book: its chance is decided, its clock stands.
func configOf(dir string) book.Config {
	return book.Config{Dir: dir, Origin: "habeas.example/crash", Clock: habeastest.NewClock().Now, Random: habeastest.Chance(1),
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
}

func open(t *testing.T, config book.Config) *book.Book {
	t.Helper()
	b, err := book.Open(context.Background(), config)
	if err != nil {
		t.Fatalf("open the book: %v", err)
	}
	return b
}

func closeBook(t *testing.T, b *book.Book) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Fatalf("close the book: %v", err)
	}
}

// verified verifies a book in full, fails the test on anything found, and returns the report.
func verified(t *testing.T, config book.Config) book.Report {
	t.Helper()
	report, err := book.Verify(context.Background(), config)
	if err != nil {
		t.Fatalf("verify the book: %v", err)
	}
	for _, p := range report.Problems {
		t.Errorf("verification found: %s", p)
	}
	if !report.RebuiltEqual || !report.SealedEqual {
		t.Errorf("rebuilt equal: %t, sealed equal: %t", report.RebuiltEqual, report.SealedEqual)
	}
	return report
}

// rootOf is the root that the newest checkpoint of a book signs, in hexadecimal.
func rootOf(t *testing.T, b *book.Book) string {
	t.Helper()
	note, err := b.Checkpoint()
	if err != nil && !errors.Is(err, book.ErrNotFound) {
		t.Fatal(err)
	}
	c, _, err := seal.OpenCheckpoint(note, b.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(c.Root[:])
}

// rootAt is the root of the tree over the first entries of a book, from their own bytes.
func rootAt(t *testing.T, dir string, size int64) string {
	t.Helper()
	config := configOf(dir)
	config.ReadOnly = true
	b := open(t, config)
	defer closeBook(t, b)
	stored, err := b.Entries(context.Background(), 0, int(size))
	if err != nil {
		t.Fatal(err)
	}
	var tree seal.Tree
	for _, s := range stored {
		tree.Append(seal.LeafHash(seal.Commit(s.Salt, s.Body)))
	}
	root := tree.Root()
	return hex.EncodeToString(root[:])
}
