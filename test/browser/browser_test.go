package browser_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// How long the drill and a scenario may take at most, on two busy cores.
const (
	drillPatience    = 3 * time.Minute
	scenarioPatience = 10 * time.Minute
)

// TestFirstPage plays a drill of 600 people and then the first page in a browser, with a mouse and with the keyboard alone. With
// HABEAS_SHOTS it leaves pictures of every page in that folder.
func TestFirstPage(t *testing.T) { plays(t, "first_page.mjs") }

// TestCountAndPlan plays a count of two blind counters with a difference, and a plan of cells, with a mouse and with the keyboard
// alone, on what a drill of 600 people leaves behind.
func TestCountAndPlan(t *testing.T) { plays(t, "counts.mjs") }

// TestFromAFileToFreedom plays an import, a transfer of two hands and a release with a mouse and with the keyboard alone, on what
// a drill of 600 people leaves behind, and checks the receipt with the program.
func TestFromAFileToFreedom(t *testing.T) { plays(t, "custody.mjs") }

// TestHandheld plays a shift with a handheld that has no network for most of it, by thumb and with the keyboard alone, on what a
// drill of 600 people leaves behind.
func TestHandheld(t *testing.T) { plays(t, "handheld.mjs") }

// TestHandheldsAstray plays what goes wrong with handhelds: clocks, lost replies, thieves, a revocation, a shift that outlives its
// time, on what a drill of 600 people leaves behind.
func TestHandheldsAstray(t *testing.T) { plays(t, "astray.mjs") }

// TestReception takes a bus in at the reception desk with the keyboard alone, on what a drill of 600 people leaves behind.
func TestReception(t *testing.T) { plays(t, "reception.mjs") }

// TestAtTheGate plays a transfer from planning to receiving, an admission from outside and broken glass through pages alone, with a
// mouse and with the keyboard alone, on what a drill of 600 people leaves behind.
func TestAtTheGate(t *testing.T) { plays(t, "gate.mjs") }

// TestSigningIn founds a service under a name, as passkeys need, for each pair of hands, and signs its first engineer in by all
// ways there are.
func TestSigningIn(t *testing.T) {
	for _, hand := range []string{"mouse", "keyboard"} {
		t.Run(hand, func(t *testing.T) {
			base, link := founded(t)
			ctx, cancel := context.WithTimeout(t.Context(), scenarioPatience)
			defer cancel()
			said, err := exec.CommandContext(ctx, "node", "signing.mjs", base, link, hand).CombinedOutput()
			t.Logf("%s", said)
			if err != nil {
				t.Fatalf("signing in: %v", err)
			}
		})
	}
}

// founded serves a new service under a name until the test ends, and returns the link for its first engineer.
func founded(t *testing.T) (base, link string) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0") // the service has to be told its own address
	if err != nil {
		t.Fatal(err)
	}
	at := free.Addr().(*net.TCPAddr)
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	base = fmt.Sprintf("http://localhost:%d", at.Port)
	service := exec.Command(build(t), "serve", "--data", t.TempDir(), "--listen", at.String(), "--url", base)
	output, err := service.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	service.Stderr = &tail{t: t}
	if err := service.Start(); err != nil {
		t.Fatalf("start the service: %v", err)
	}
	t.Cleanup(func() {
		if err := service.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("stop the service: %v", err)
		}
		if err := service.Wait(); err != nil {
			t.Errorf("the service did not end well: %v", err)
		}
	})
	lines := bufio.NewScanner(output)
	for lines.Scan() && !address.MatchString(lines.Text()) { // it listens once it says where
		if found := firstLink.FindString(lines.Text()); found != "" {
			link = found
		}
	}
	if link == "" {
		t.Fatalf("the service prints no link for its first engineer: %v", lines.Err())
	}
	return base, link
}

// plays plays a scenario on what a drill of 600 people leaves behind.
func plays(t *testing.T, scenario string) {
	t.Helper()
	built := build(t)
	base, officials := drill(t, built)
	names, err := json.Marshal(officials)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), scenarioPatience)
	defer cancel()
	node := exec.CommandContext(ctx, "node", scenario, base)
	node.Env = append(os.Environ(), "HABEAS_OFFICIALS="+string(names), "HABEAS_PROGRAM="+built)
	output, err := node.CombinedOutput()
	t.Logf("%s", output)
	if err != nil {
		t.Fatalf("%s: %v", scenario, err)
	}
}

// TestGallery looks at every page and component in every state.
func TestGallery(t *testing.T) {
	gallery := exec.Command(build(t), "gallery", "--listen", "127.0.0.1:0")
	output, err := gallery.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	gallery.Stderr = &tail{t: t}
	if err := gallery.Start(); err != nil {
		t.Fatalf("start the gallery: %v", err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	base := address.FindString(line)
	if base == "" {
		t.Errorf("the gallery serves nothing: %q, %v", line, err)
	}
	t.Cleanup(func() {
		if err := gallery.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("stop the gallery: %v", err)
		}
		if err := gallery.Wait(); err != nil {
			t.Errorf("the gallery did not end well: %v", err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), scenarioPatience)
	defer cancel()
	said, err := exec.CommandContext(ctx, "node", "gallery.mjs", base).CombinedOutput()
	t.Logf("%s", said)
	if err != nil {
		t.Fatalf("the gallery: %v", err)
	}
}

// program builds the program as it is shipped, once for all tests.
var program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(shipped, "habeas")
	command := exec.Command("go", "build", "-o", path, "../../cmd/habeas")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return path, fmt.Errorf("build the program: %w\n%s", err, output)
	}
	return path, nil
})

// shipped is the folder that the program is built in.
var shipped string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "habeas-browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	shipped = folder
	defer func() {
		if err := os.RemoveAll(folder); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	return m.Run()
}

// build returns the program.
func build(t *testing.T) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// What habeas demo prints, in any language: an official and the password made for this run,
// and, when everything is played, the address that it serves.
var (
	official = regexp.MustCompile(`^  ([a-z][a-z0-9.]*) +(\S{12,})$`)
	address  = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	// and what habeas serve prints on a new service
	firstLink = regexp.MustCompile(`http://localhost:\d+/first\?key=\w+`)
)

// drill plays a drill and serves what it leaves behind until the test ends. It returns the
// address and the officials' passwords, as the program printed them.
func drill(t *testing.T, built string) (base string, officials map[string]string) {
	t.Helper()
	command := exec.Command(built, "demo", "--data", filepath.Join(t.TempDir(), "data"), "--people", "600", "--listen", "127.0.0.1:0")
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = &tail{t: t}
	if err := command.Start(); err != nil {
		t.Fatalf("start the drill: %v", err)
	}
	hurry := time.AfterFunc(drillPatience, func() { _ = command.Process.Kill() })
	drained := make(chan struct{})
	t.Cleanup(func() {
		if err := command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("stop the program: %v", err)
		}
		<-drained
		if err := command.Wait(); err != nil {
			t.Errorf("the program did not end well: %v", err)
		}
	})
	officials = map[string]string{}
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if found := official.FindStringSubmatch(lines.Text()); found != nil {
			officials[found[1]] = found[2]
		}
		if base = address.FindString(lines.Text()); base != "" {
			break
		}
	}
	hurry.Stop()
	go func() {
		defer close(drained)
		_, _ = io.Copy(io.Discard, output) // what it says while it serves is of no interest
	}()
	if base == "" {
		t.Fatalf("the drill ended without serving anything: %v", lines.Err())
	}
	return base, officials
}

// tail passes what the program complains about on to the test's log.
type tail struct{ t *testing.T }

func (l *tail) Write(text []byte) (int, error) {
	l.t.Logf("%s", text)
	return len(text), nil
}
