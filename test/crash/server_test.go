package crash

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"habeas.example/habeas/internal/book"
)

// store is where a book under test is: a data folder and, on PostgreSQL, a database.
type store struct{ dir, url string }

// habeas makes a command of the binary on the store, which dies with the test process.
func (s store) habeas(arguments ...string) *exec.Cmd {
	arguments = append(arguments, "--data", s.dir)
	if s.url != "" {
		arguments = append(arguments, "--db", s.url)
	}
	c := exec.Command(built, arguments...)
	c.Env = append(c.Environ(), "LANG=en_US.UTF-8", "LC_ALL=en_US.UTF-8")
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c
}

// mustVerify runs habeas verify on the store, which must find nothing.
func (s store) mustVerify(t *testing.T) book.Report {
	t.Helper()
	var said, complaint bytes.Buffer
	c := s.habeas("verify", "--json")
	c.Stdout, c.Stderr = &said, &complaint
	if err := c.Run(); err != nil {
		t.Fatalf("habeas verify: %v\n%s%s", err, said.String(), complaint.String())
	}
	var r book.Report
	if err := json.Unmarshal(said.Bytes(), &r); err != nil {
		t.Fatalf("habeas verify printed %q: %v", said.String(), err)
	}
	if len(r.Problems) > 0 || !r.RebuiltEqual || !r.SealedEqual || r.Entries != r.LogSize {
		t.Fatalf("habeas verify: %+v", r)
	}
	return r
}

// server is a habeas serve under way.
type server struct {
	child     *exec.Cmd
	base      string // its address
	output    io.Closer
	complaint *complaint
}

// complaint is what a child writes to its standard error.
type complaint struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (c *complaint) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(p)
}

func (c *complaint) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}

// serve starts a server on the store and waits until it says where it serves. It is
// killed at the end of the test, if not before.
func (s store) serve(t *testing.T) *server {
	t.Helper()
	c := s.habeas("serve", "--listen", "127.0.0.1:0")
	output, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	v := &server{child: c, output: output, complaint: &complaint{}}
	c.Stderr = v.complaint
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.kill)
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		v.kill()
		t.Fatalf("habeas serve does not say where it serves: %v\n%s", err, v.complaint)
	}
	at := strings.Index(line, "http://")
	if at < 0 {
		t.Fatalf("habeas serve said %q", line)
	}
	v.base = strings.TrimSpace(line[at:])
	return v
}

// kill ends the server at once, as kill -9 does. Killing it twice is harmless.
func (v *server) kill() {
	_ = v.child.Process.Kill() // it may have ended by itself
	_ = v.child.Wait()         // that it was killed is known
	_ = v.output.Close()
}

// exitOf is the exit code of a command that has run.
func exitOf(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}
