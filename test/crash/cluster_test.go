package crash

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is a PostgreSQL that a test may kill and start again. The one that other tests
// share (internal/habeastest) must live as long as they do.
type cluster struct {
	dir    string
	as     *syscall.Credential
	server *exec.Cmd
}

// newCluster makes and starts a durable PostgreSQL with one database, reached through a
// socket in its own folder. It is killed at the end of the test.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	// Not t.TempDir: a socket's path has room for 107 bytes, and PostgreSQL must reach it.
	dir, err := os.MkdirTemp("", "habeas-crash-pg-")
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{dir: dir, as: servant(t)}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if c.as != nil {
		if err := os.Chown(dir, int(c.as.Uid), int(c.as.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	made := c.program(t, "initdb", "-D", filepath.Join(dir, "data"), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	if said, err := made.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, said)
	}
	c.start(t)
	t.Cleanup(func() { c.kill(t) })
	for _, statement := range []string{"CREATE ROLE habeas LOGIN", "CREATE DATABASE habeas OWNER habeas"} {
		if err := c.execute(statement); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// servant is the user that PostgreSQL runs as: it refuses root.
func servant(t *testing.T) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	t.Fatal("PostgreSQL refuses to run as root, and there is no user postgres or nobody")
	return nil
}

// program is a command of PostgreSQL, from PATH or from where Debian keeps it, newest first.
func (c *cluster) program(t *testing.T, name string, arguments ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name) // the pattern is well formed
		if len(found) == 0 {
			t.Fatalf("%s is not installed: on Debian, apt-get install postgresql; elsewhere put it in PATH", name)
		}
		path = slices.Max(found)
	}
	p := exec.Command(path, arguments...)
	p.Dir, p.SysProcAttr = c.dir, &syscall.SysProcAttr{Credential: c.as, Pdeathsig: syscall.SIGKILL}
	return p
}

// start starts the server and waits until it answers.
func (c *cluster) start(t *testing.T) {
	t.Helper()
	c.server = c.program(t, "postgres", "-D", filepath.Join(c.dir, "data"), "-k", c.dir, "-h", "", "-c", "fsync=on", "-c", "full_page_writes=on",
		"-c", "max_connections=60", "-c", "shared_buffers=32MB", "-c", "logging_collector=off")
	said := &complaint{}
	c.server.Stdout, c.server.Stderr = said, said
	// Once the server and all that it started are gone, what they said is not waited for.
	c.server.WaitDelay = time.Second
	if err := c.server.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		err := c.execute("SELECT 1")
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("PostgreSQL does not answer: %v\n%s", err, said)
		case <-poll.C:
		}
	}
}

// kill ends the server and every process of it at once, as kill -9 does, and waits until
// they are gone. Killing it twice is harmless.
func (c *cluster) kill(t *testing.T) {
	t.Helper()
	pid := c.server.Process.Pid
	if c.server.ProcessState != nil {
		return
	}
	list, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		t.Errorf("list the processes of PostgreSQL: %v", err)
	}
	_ = c.server.Process.Kill() // it may have ended by itself
	var children []int
	for _, field := range strings.Fields(string(list)) {
		child, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		_ = syscall.Kill(child, syscall.SIGKILL) // it ends by itself when its parent has
		children = append(children, child)
	}
	_ = c.server.Wait() // that it was killed is known
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for deadline := time.Now().Add(20 * time.Second); slices.ContainsFunc(children, alive); <-poll.C {
		if time.Now().After(deadline) {
			t.Fatalf("processes of PostgreSQL outlive kill -9: %v", children)
		}
	}
}

// alive reports whether a process runs; one that has ended and is not yet buried does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z")
}

func (c *cluster) url(role, database string) string {
	return fmt.Sprintf("host=%s user=%s dbname=%s sslmode=disable", c.dir, role, database)
}

// execute runs a statement as the superuser in the database of the book, or before there
// is one, beside it.
func (c *cluster) execute(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url("postgres", "postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}
