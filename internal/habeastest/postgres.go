package habeastest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is the one throw-away PostgreSQL of a test binary. It is durable like a real
// one (fsync on), reached only through a Unix socket in its own folder.
type cluster struct {
	dir       string
	server    *exec.Cmd
	output    *os.File
	exited    chan struct{}
	databases atomic.Int64
}

var postgres struct {
	once    sync.Once
	cluster *cluster
	err     error
}

// serverRole owns the databases of tests, as the server's role does in service: no
// superuser, so that what it may not do is really refused.
const serverRole = "habeas"

// Main runs the tests of a package and then stops PostgreSQL, if a test started it. A
// TestMain calls it: os.Exit(habeastest.Main(m)).
func Main(m *testing.M) int {
	code := m.Run()
	if c := postgres.cluster; c != nil {
		if err := c.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the throw-away PostgreSQL:", err)
			return max(code, 1)
		}
	}
	return code
}

// newDatabase makes an empty database and returns connection strings to it: as the
// server's role, and as the superuser who can tamper with it.
func newDatabase(t testing.TB) (server, superuser string) {
	t.Helper()
	postgres.once.Do(func() { postgres.cluster, postgres.err = startCluster() })
	if postgres.err != nil {
		t.Fatalf("these tests need PostgreSQL: %v", postgres.err)
	}
	c := postgres.cluster
	name := fmt.Sprintf("t%d", c.databases.Add(1))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := c.execute(ctx, "CREATE DATABASE "+name+" OWNER "+serverRole+" TEMPLATE template0"); err != nil {
		t.Fatalf("make a database for the test: %v", err)
	}
	return c.url(serverRole, name), c.url("postgres", name)
}

func (c *cluster) url(role, database string) string {
	return fmt.Sprintf("host=%s user=%s dbname=%s sslmode=disable", c.dir, role, database)
}

func (c *cluster) execute(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, c.url("postgres", "postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// program finds a program of PostgreSQL in PATH or where Debian keeps it, newest first.
func program(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name) // the pattern is well formed
	if len(found) == 0 {
		return "", fmt.Errorf("%s is not installed: on Debian, apt-get install postgresql; elsewhere put it in PATH", name)
	}
	sort.Strings(found)
	return found[len(found)-1], nil
}

// servant is the user that PostgreSQL runs as: it refuses root.
func servant() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody")
}

func startCluster() (_ *cluster, err error) {
	initdb, err := program("initdb")
	if err != nil {
		return nil, err
	}
	server, err := program("postgres")
	if err != nil {
		return nil, err
	}
	as, err := servant()
	if err != nil {
		return nil, err
	}
	removeLeftovers()
	c := &cluster{exited: make(chan struct{})}
	if c.dir, err = os.MkdirTemp("", fmt.Sprintf("habeas-pg-%d-", os.Getpid())); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(c.dir))
		}
	}()
	if as != nil {
		if err := os.Chown(c.dir, int(as.Uid), int(as.Gid)); err != nil {
			return nil, err
		}
	}
	data := filepath.Join(c.dir, "data")
	init := exec.Command(initdb, "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	init.Dir, init.SysProcAttr = c.dir, &syscall.SysProcAttr{Credential: as}
	if text, err := init.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, text)
	}
	c.server = exec.Command(server, "-D", data, "-k", c.dir, "-h", "", "-c", "fsync=on", "-c", "full_page_writes=on",
		"-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "logging_collector=off")
	// PostgreSQL goes when the test process does, however that ends.
	c.server.Dir, c.server.SysProcAttr = c.dir, &syscall.SysProcAttr{Credential: as, Pdeathsig: syscall.SIGQUIT}
	if c.output, err = os.Create(filepath.Join(c.dir, "output")); err != nil {
		return nil, err
	}
	c.server.Stdout, c.server.Stderr = c.output, c.output
	started := make(chan error)
	go c.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := c.awaitReady(); err != nil {
		text, _ := os.ReadFile(c.output.Name()) // what it said helps; that it said nothing does not hide err
		return nil, errors.Join(fmt.Errorf("PostgreSQL does not answer: %w\n%s", err, text), c.stop())
	}
	return c, nil
}

// run starts the server on a thread that lives as long as this process: Linux sends the
// death signal when the thread that started a child ends, not the process.
func (c *cluster) run(started chan<- error) {
	runtime.LockOSThread()
	if err := c.server.Start(); err != nil {
		started <- err
		return
	}
	started <- nil
	_ = c.server.Wait() // how a throw-away server ended says nothing: it is stopped by a signal
	close(c.exited)
}

// awaitReady waits until the server takes connections, and makes the server's role.
func (c *cluster) awaitReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := c.execute(ctx, "CREATE ROLE "+serverRole+" LOGIN")
		if err == nil {
			return nil
		}
		select {
		case <-c.exited:
			return fmt.Errorf("it ended at once: %w", err)
		case <-ctx.Done():
			return err
		case <-ticker.C:
		}
	}
}

func (c *cluster) stop() error {
	err := c.server.Process.Signal(syscall.SIGQUIT) // at once: nothing in it is wanted any more
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	<-c.exited
	return errors.Join(err, c.output.Close(), os.RemoveAll(c.dir))
}

// removeLeftovers clears the folders of test processes that died before they could.
func removeLeftovers() {
	folders, _ := filepath.Glob(filepath.Join(os.TempDir(), "habeas-pg-*")) // the pattern is well formed
	for _, f := range folders {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(f), "habeas-pg-"), "-")
		if _, err := os.Stat("/proc/" + pid); errors.Is(err, os.ErrNotExist) {
			_ = os.RemoveAll(f) // another process may be clearing it too
		}
	}
}
