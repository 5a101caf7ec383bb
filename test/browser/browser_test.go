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
	"syscall"
	"testing"
	"time"
)

// How long the drill and a scenario may take at most, on two busy cores.
const (
	drillPatience    = 3 * time.Minute
	scenarioPatience = 10 * time.Minute
)

// TestFirstPage plays a drill of 600 people and then the first page in a browser. With
// HABEAS_SHOTS it leaves pictures of every page in that folder.
func TestFirstPage(t *testing.T) { plays(t, "first_page.mjs") }

// TestCountAndPlan plays a count of two blind counters with a difference, and a plan of cells, on what a drill of 600 people
// leaves behind.
func TestCountAndPlan(t *testing.T) { plays(t, "counts.mjs") }

// TestFromAFileToFreedom plays an import, a transfer of two hands and a release with a mouse and with the keyboard alone, on what
// a drill of 600 people leaves behind, and checks the receipt with the program.
func TestFromAFileToFreedom(t *testing.T) { plays(t, "custody.mjs") }

// TestHandheld plays a shift with a handheld that has no network for most of it, on what a drill of 600 people leaves behind.
func TestHandheld(t *testing.T) { plays(t, "handheld.mjs") }

// TestReception takes a bus in at the reception desk with the keyboard alone, on what a drill of 600 people leaves behind.
func TestReception(t *testing.T) { plays(t, "reception.mjs") }

// TestPasskeys founds a service under a name, as passkeys need, and signs its first engineer in by a passkey.
func TestPasskeys(t *testing.T) {
	program := build(t)
	free, err := net.Listen("tcp", "127.0.0.1:0") // the service has to be told its own address
	if err != nil {
		t.Fatal(err)
	}
	at := free.Addr().(*net.TCPAddr)
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	base := fmt.Sprintf("http://localhost:%d", at.Port)
	service := exec.Command(program, "serve", "--data", t.TempDir(), "--listen", at.String(), "--url", base)
	output, err := service.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	service.Stderr = &tail{t: t}
	if err := service.Start(); err != nil {
		t.Fatalf("start the service: %v", err)
	}
	lines, link := bufio.NewScanner(output), ""
	for lines.Scan() && !address.MatchString(lines.Text()) { // it listens once it says where
		if found := firstLink.FindString(lines.Text()); found != "" {
			link = found
		}
	}
	t.Cleanup(func() {
		if err := service.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("stop the service: %v", err)
		}
		if err := service.Wait(); err != nil {
			t.Errorf("the service did not end well: %v", err)
		}
	})
	if link == "" {
		t.Fatalf("the service prints no link for its first engineer: %v", lines.Err())
	}
	ctx, cancel := context.WithTimeout(t.Context(), scenarioPatience)
	defer cancel()
	said, err := exec.CommandContext(ctx, "node", "passkeys.mjs", base, link).CombinedOutput()
	t.Logf("%s", said)
	if err != nil {
		t.Fatalf("passkeys: %v", err)
	}
}

// plays plays a scenario on what a drill of 600 people leaves behind.
func plays(t *testing.T, scenario string) {
	t.Helper()
	program := build(t)
	base, officials := drill(t, program)
	names, err := json.Marshal(officials)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), scenarioPatience)
	defer cancel()
	node := exec.CommandContext(ctx, "node", scenario, base)
	node.Env = append(os.Environ(), "HABEAS_OFFICIALS="+string(names), "HABEAS_PROGRAM="+program)
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

// build builds the program as it is shipped.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "habeas")
	command := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../../cmd/habeas")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, output)
	}
	return program
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
func drill(t *testing.T, program string) (base string, officials map[string]string) {
	t.Helper()
	command := exec.Command(program, "demo", "--data", filepath.Join(t.TempDir(), "data"), "--people", "600", "--listen", "127.0.0.1:0")
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
