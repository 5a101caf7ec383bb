package cells_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/habeastest/disk"
)

const (
	manyPeople = 2000
	powerCuts  = 60
)

// Power goes while a plan for 2,000 people is carried out: whatever is left of the file,
// either everybody was moved or nobody, and once it was acknowledged everybody was.
func TestPowerCutInTheMiddleOfAPlan(t *testing.T) {
	dir, clock := t.TempDir(), habeastest.NewClock()
	d, err := disk.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	config := book.Config{Dir: dir, Origin: "habeas.example/test", Clock: clock.Now, Random: habeastest.Chance(1), Policy: habeastest.Policy(), VFS: d.VFS()}
	open := func(c book.Config) *book.Book {
		b, err := book.Open(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	closed := func(b *book.Book) {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b := open(config)
	habeastest.Establish(t, b, 0)
	establish(t, b, manyPeople/8+1, manyPeople)
	desk := cells.New(b)
	plan, err := desk.Propose(ctx, book.Command{By: "reception"}, cells.Wish{Mode: cells.ForPeople, People: habeastest.Numbers(manyPeople)}, clock.Now())
	if err != nil || len(plan.Moves) != manyPeople {
		t.Fatalf("%d of %d were planned: %v", len(plan.Moves), manyPeople, err)
	}
	before := b.Size()
	start := d.Cuts()
	o, err := desk.Commit(ctx, book.Command{By: "reception", Key: "plan", Digest: "d"}, decision(plan))
	if err != nil || o.Placed != manyPeople {
		t.Fatalf("%+v, %v", o, err)
	}
	d.Mark("acknowledged")
	end := d.Cuts()
	closed(b)
	key, err := os.ReadFile(filepath.Join(dir, "log.key"))
	if err != nil {
		t.Fatal(err)
	}
	none, all := 0, 0
	for i := range powerCuts {
		cut := start + (end-start)*(i+1)/powerCuts
		image := filepath.Join(t.TempDir(), fmt.Sprint(i))
		if err := os.Mkdir(image, 0o700); err != nil {
			t.Fatal(err)
		}
		marks, err := d.Image(cut, uint64(i), image)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(image, "log.key"), key, 0o600); err != nil {
			t.Fatal(err)
		}
		left := open(book.Config{Dir: image, Origin: config.Origin, Clock: clock.Now, Random: habeastest.Chance(uint64(i)), Policy: habeastest.Policy()})
		placed := 0
		left.Read(func(s *custody.State) {
			placed = manyPeople - s.Present(reception)
			if broken := s.CheckLaws(); len(broken) > 0 {
				t.Errorf("cut %d: laws are broken: %v", cut, broken)
			}
		})
		switch {
		case placed == 0 && left.Size() == before:
			none++
		case placed == manyPeople && left.Size() == before+manyPeople+1:
			all++
		default:
			t.Errorf("cut %d of %d to %d: %d of %d were moved, the book has %d entries", cut, start, end, placed, manyPeople, left.Size())
		}
		if len(marks) > 0 && placed == 0 {
			t.Errorf("cut %d: the plan was acknowledged and is gone", cut)
		}
		closed(left)
	}
	t.Logf("%d cuts in %d operations: nobody moved after %d of them, everybody after %d", powerCuts, end-start, none, all)
	if none == 0 || all == 0 {
		t.Error("the power never went on one side of the commit; this test looks at too little")
	}
}
