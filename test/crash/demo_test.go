package crash

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDemoIsKilled kills the drill in its long stages, at a seeded instant after it
// says that the stage begins. The book must be whole as far as it came, and the next
// drill must be able to start where this one broke off.
func TestDemoIsKilled(t *testing.T) {
	chance := rand.New(rand.NewPCG(killSeed, 2))
	dir, came := store{dir: t.TempDir()}, map[int64]bool{}
	for _, stage := range []string{"Admissions", "First transfer", "Second transfer"} {
		delay := time.Duration(chance.IntN(250)) * time.Millisecond
		t.Run(fmt.Sprintf("%s and %s", stage, delay), func(t *testing.T) {
			c := dir.habeas("demo", "--no-serve", "--people", "400", "--again")
			said, err := c.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			lines, heard := bufio.NewScanner(said), ""
			for lines.Scan() && !strings.Contains(lines.Text(), stage) {
				heard += lines.Text() + "\n"
			}
			instant := time.NewTimer(delay)
			<-instant.C
			_ = c.Process.Kill() // that it had not ended before is seen below
			_ = c.Wait()
			if status := c.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() {
				t.Fatalf("the drill ended before it was killed: %s\n%s", c.ProcessState, heard)
			}
			came[dir.mustVerify(t).Entries] = true
		})
	}
	if len(came) < 3 {
		t.Errorf("the drills were killed after %v entries: too much alike", came)
	}
	if said, err := dir.habeas("demo", "--no-serve", "--people", "200", "--again").CombinedOutput(); err != nil {
		t.Errorf("a drill after those that were killed: %v\n%s", err, said)
	}
	dir.mustVerify(t)
}
