package crash

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
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
	w.lose = true
	s.Config.URL = w.url
	b := s.Established(3)
	move, size := oneMove(key), b.Size()
	if _, err := move.give(b); !errors.Is(err, book.ErrNotWritten) {
		t.Fatalf("a commit whose reply was lost: %v, want ErrNotWritten", err)
	}
	for range 2 {
		mustCountOnce(t, b, move, size)
	}
}

// TestCommitIsLate lets the connection to PostgreSQL break while PostgreSQL is still at
// work on the commit, which ends well a little later. The same command sent again in
// between waits for it, and counts once.
func TestCommitIsLate(t *testing.T) {
	const key = "late-on-the-way"
	s := habeastest.NewStore(t, habeastest.PostgreSQL)
	w := listenBetween(t, s.Config.URL, `"key":"`+key+`"`)
	s.Config.URL = w.url
	b := s.Established(3)
	move, size := oneMove(key), b.Size()
	// Somebody holds a table that every commit writes to.
	holder, err := s.Raw().Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := holder.Exec("LOCK TABLE checkpoint IN SHARE MODE"); err != nil {
		t.Fatal(err)
	}
	given := make(chan error, 1)
	go func() {
		_, err := move.give(b)
		given <- err
	}()
	client := <-w.seen
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for waiting := 0; waiting == 0; <-poll.C {
		if err := holder.QueryRow("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'checkpoint'::regclass").Scan(&waiting); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-given; !errors.Is(err, book.ErrNotWritten) {
		t.Fatalf("a commit that nobody waited for: %v, want ErrNotWritten", err)
	}
	w.forgetOpened()
	again := make(chan struct{})
	go func() {
		defer close(again)
		mustCountOnce(t, b, move, size)
	}()
	<-w.opened // the book connects anew
	if err := holder.Rollback(); err != nil {
		t.Fatal(err)
	}
	<-again
	mustCountOnce(t, b, move, size)
}

// oneMove is a cell move of one person of an established book.
func oneMove(key string) step {
	return step{"reception", key, []habeastest.Act{habeastest.Once(func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.CellMove(habeastest.Numbers(3)[1], habeastest.OriginCell, now, now)
	})}}
}

// mustCountOnce sends a command again that was written as the entry after the first size.
func mustCountOnce(t *testing.T, b *book.Book, again step, size int64) {
	t.Helper()
	w, err := again.give(b)
	if err != nil {
		t.Errorf("the same command, sent again: %v", err)
		return
	}
	if !w.Replayed || w.First != size || len(w.Entries) != 1 || b.Size() != size+1 {
		t.Errorf("the same command, sent again: replayed %t, %d entries from %d, the book has %d; want one from %d",
			w.Replayed, len(w.Entries), w.First, b.Size(), size)
	}
	report, err := b.Verify(context.Background())
	if err != nil || len(report.Problems) > 0 {
		t.Errorf("verification found: %v, %v", report.Problems, err)
	}
}

// between stands between a book and PostgreSQL, and watches for the first request that
// holds a text.
type between struct {
	url    string
	text   []byte
	lose   bool          // let PostgreSQL answer that request, and break the connection in place of the answer
	seen   chan net.Conn // the book's end of the connection that the request came over
	opened chan struct{} // holds something when a connection has been opened
	once   sync.Once
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
	w := &between{url: fmt.Sprintf("host=%s %s", dir, rest), text: []byte(text), seen: make(chan net.Conn, 1), opened: make(chan struct{}, 1)}
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
			go w.connect(client, filepath.Join(host, socket))
		}
	}()
	return w
}

// connect carries requests and answers until one side closes. A request to cancel what
// is under way, which comes over a connection of its own, gets lost as well.
func (w *between) connect(client net.Conn, socket string) {
	const cancel = 80877102
	greeting := make([]byte, 8) // its length, and what is asked for
	if _, err := io.ReadFull(client, greeting); err != nil || binary.BigEndian.Uint32(greeting[4:]) == cancel {
		_ = client.Close()
		return
	}
	server, err := net.Dial("unix", socket)
	if err != nil {
		_ = client.Close() // the book sees that PostgreSQL is not there
		return
	}
	if _, err := server.Write(greeting); err != nil {
		_ = errors.Join(client.Close(), server.Close())
		return
	}
	select {
	case w.opened <- struct{}{}:
	default:
	}
	var losing atomic.Bool
	go func() {
		_ = carry(server, client, func(request []byte) bool { // how it ended is seen by the other side
			if bytes.Contains(request, w.text) {
				w.once.Do(func() {
					losing.Store(w.lose)
					w.seen <- client
				})
			}
			return true
		})
		_ = server.Close()
	}()
	// ready ends every answer of PostgreSQL: ReadyForQuery, and no transaction is open.
	ready := []byte{'Z', 0, 0, 0, 5, 'I'}
	_ = carry(client, server, func(answer []byte) bool {
		if losing.Load() && bytes.HasSuffix(answer, ready) {
			_ = client.Close()
		}
		return !losing.Load()
	})
	_ = errors.Join(client.Close(), server.Close())
}

// carry passes on what it reads, part by part, as long as pass lets it.
func carry(to io.Writer, from io.Reader, pass func([]byte) bool) error {
	part := make([]byte, 1<<20)
	for {
		n, err := from.Read(part)
		if n > 0 && pass(part[:n]) {
			if _, err := to.Write(part[:n]); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
}

// forgetOpened lets opened wait for the next connection.
func (w *between) forgetOpened() {
	select {
	case <-w.opened:
	default:
	}
}
