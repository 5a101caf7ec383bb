package crash

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest/disk"
)

const (
	faultPeople = 120
	faultCuts   = 150 // power cuts of the disk that failed, so that what was acknowledged afterwards is known to be there
	fewestFault = 20  // commands that a fault must have hit for its test to say anything
)

// TestFullDisk fills the disk again and again. A command that finds no room is refused as
// not written and leaves nothing behind; once there is room it is taken, without a restart.
func TestFullDisk(t *testing.T) {
	playFaults(t, func(d *disk.Disk, chance *rand.Rand) { d.FullAfter(chance.Int64N(6000)) })
}

// TestFailingSync lets syncs fail: those of a commit, and those of copying the log back.
func TestFailingSync(t *testing.T) {
	playFaults(t, func(d *disk.Disk, chance *rand.Rand) { d.FailSync(1 + chance.IntN(2)) })
}

// playFaults plays a history in which every second command meets a fault.
func playFaults(t *testing.T, fault func(*disk.Disk, *rand.Rand)) {
	memory := inMemory(t)
	chance := rand.New(rand.NewPCG(powerSeed, 1))
	refused, turn := 0, 0
	r := record(t, faultPeople, func(b *book.Book, d *disk.Disk, s step) (book.Written, error) {
		if turn++; turn%2 == 0 {
			return s.give(b)
		}
		size, root := b.Size(), ""
		if size > 0 {
			root = rootOf(t, b)
		}
		fault(d, chance)
		w, err := s.give(b)
		if err == nil {
			d.Heal()
			return w, nil
		}
		refused++
		if !errors.Is(err, book.ErrNotWritten) {
			t.Fatalf("%s on a failing disk: %v, want ErrNotWritten", s.key, err)
		}
		mustBeUntouched(t, b, size, root)
		d.Heal()
		return s.give(b)
	})
	if refused < fewestFault {
		t.Errorf("only %d commands met the fault, want %d at least", refused, fewestFault)
	}
	t.Logf("%d commands met the fault", refused)
	r.checkAll(t, memory, faultCuts)
}

// mustBeUntouched says that a book is as it was and can be read, though its disk fails.
func mustBeUntouched(t *testing.T, b *book.Book, size int64, root string) {
	t.Helper()
	if b.Size() != size {
		t.Errorf("the book has %d entries after a command that was not written, %d before", b.Size(), size)
	}
	if size == 0 {
		return
	}
	if now := rootOf(t, b); now != root {
		t.Errorf("the checkpoint's root is %s after a command that was not written, %s before", now, root)
	}
	newest, err := b.Entry(context.Background(), size-1)
	if err != nil {
		t.Fatalf("read the newest entry of a book whose disk fails: %v", err)
	}
	if e, err := custody.DecodeEntry(newest.Body); err != nil || e.Number != size-1 {
		t.Errorf("the newest entry cannot be read: %v", err)
	}
	b.Read(func(s *custody.State) {
		if s.Next != size || s.Officials.Get("engineer") == nil {
			t.Errorf("the state stands at entry %d, not %d", s.Next, size)
		}
		for _, broken := range s.CheckLaws() {
			t.Errorf("a law does not hold: %s", broken)
		}
	})
	report, err := b.Verify(context.Background())
	if err != nil {
		t.Fatalf("verify a book whose disk fails: %v", err)
	}
	for _, p := range report.Problems {
		t.Errorf("verification found: %s", p)
	}
}
