package crash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// TestReplyOfACommitIsLost lets the connection to PostgreSQL break after a commit and
// before its answer arrives. The book cannot know whether the command was written, and
// says so; the same command sent again is found to have been written, and counts once.
func TestReplyOfACommitIsLost(t *testing.T) {
	const key = "lost-on-the-way"
	s := habeastest.NewStore(t, habeastest.PostgreSQL)
	w := listenBetween(t, s.Config.URL, `"key":"`+key+`"`)
	s.Config.URL = w.url
	b := s.Established(3)
	move := step{"reception", key, []habeastest.Act{habeastest.Once(func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.CellMove(habeastest.Numbers(3)[1], habeastest.OriginCell, now)
	})}}
	size := b.Size()
	if _, err := move.give(b); !errors.Is(err, book.ErrNotWritten) {
		t.Fatalf("a commit whose reply was lost: %v, want ErrNotWritten", err)
	}
	w.mustHaveLost(t)
	for range 2 {
		again, err := move.give(b)
		if err != nil {
			t.Fatalf("the same command, sent again: %v", err)
		}
		if !again.Replayed || again.First != size || len(again.Entries) != 1 || b.Size() != size+1 {
			t.Errorf("the same command, sent again: replayed %t, %d entries from %d, the book has %d; want one from %d",
				again.Replayed, len(again.Entries), again.First, b.Size(), size)
		}
	}
	report, err := b.Verify(context.Background())
	if err != nil || len(report.Problems) > 0 {
		t.Errorf("verification found: %v, %v", report.Problems, err)
	}
}

// between stands between a book and PostgreSQL. When a request holds a text for the first
// time, it lets PostgreSQL finish and then breaks the connection in place of an answer.
type between struct {
	url  string
	text []byte

	mu   sync.Mutex
	done bool
}

// listenBetween listens on a socket in a folder of its own until the test ends.
func listenBetween(t *testing.T, url, text string) *between {
	t.Helper()
	host, rest, found := strings.Cut(strings.TrimPrefix(url, "host="), " ")
	if !found || !strings.HasPrefix(url, "host=") {
		t.Fatalf("the connection string %q does not begin with a host", url)
	}
	dir := t.TempDir()
	const socket = ".s.PGSQL.5432"
	l, err := net.Listen("unix", filepath.Join(dir, socket))
	if err != nil {
		t.Fatal(err)
	}
	w := &between{url: fmt.Sprintf("host=%s %s", dir, rest), text: []byte(text)}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return // the test has ended
			}
			server, err := net.Dial("unix", filepath.Join(host, socket))
			if err != nil {
				_ = client.Close() // the book sees that PostgreSQL is not there
				continue
			}
			go w.connect(client, server)
		}
	}()
	return w
}

// connect carries requests and answers until one side closes.
func (w *between) connect(client, server net.Conn) {
	var losing sync.Mutex
	lose := false
	go func() {
		_ = w.carry(server, client, func(request []byte) {
			if bytes.Contains(request, w.text) && w.first() {
				losing.Lock()
				lose = true
				losing.Unlock()
			}
		})
		_ = server.Close()
	}()
	// ready ends every answer of PostgreSQL: ReadyForQuery, and no transaction is open.
	ready := []byte{'Z', 0, 0, 0, 5, 'I'}
	answer := make([]byte, 1<<16)
	for {
		n, err := server.Read(answer)
		losing.Lock()
		lost := lose
		losing.Unlock()
		if err != nil || (lost && bytes.HasSuffix(answer[:n], ready)) {
			break
		}
		if lost {
			continue
		}
		if _, err := client.Write(answer[:n]); err != nil {
			break
		}
	}
	_ = client.Close()
	_ = server.Close()
}

// carry copies what is read, shown to see first.
func (w *between) carry(to io.Writer, from io.Reader, see func([]byte)) error {
	part := make([]byte, 1<<20)
	for {
		n, err := from.Read(part)
		if n > 0 {
			see(part[:n])
			if _, err := to.Write(part[:n]); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
}

func (w *between) first() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	first := !w.done
	w.done = true
	return first
}

func (w *between) mustHaveLost(t *testing.T) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.done {
		t.Fatal("no reply was lost: the request was never seen")
	}
}
