package crash

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"habeas.example/habeas/internal/habeastest"
)

// built is the path of the program, as it would be installed.
var built string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "habeas-crash-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "make a folder for the binary:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	built = filepath.Join(dir, "habeas")
	build := exec.Command("go", "build", "-o", built, "habeas.example/habeas/cmd/habeas")
	if said, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the binary: %v\n%s", err, said)
		return 1
	}
	return habeastest.Main(m)
}
