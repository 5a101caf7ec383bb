package main

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/transfer"
)

// tests are those of this package; the PostgreSQL that they start is stopped after them.
type tests struct{ *testing.M }

func (m tests) Run() int { return habeastest.Main(m.M) }

func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){"habeas": main})
}

// patience is how long a story waits for what must come.
const patience = 30 * time.Second

// storyCommands are what stories can do beside running habeas.
var storyCommands = map[string]func(*testscript.TestScript, bool, []string){
	"awaits": awaits, "eventually": eventually, "keep": keep, "fetch": fetch, "drafts": drafts,
}

// TestStories plays the stories in testdata, which read as a manual of the command line.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", Cmds: storyCommands, Setup: func(e *testscript.Env) error {
		e.Setenv("LANG", "en_US.UTF-8")
		e.Setenv("TMPDIR", os.TempDir())
		return nil
	}})
}

// TestStoriesOnPostgres plays those that need an empty database, $DB.
func TestStoriesOnPostgres(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/postgres", Cmds: storyCommands, Setup: func(e *testscript.Env) error {
		e.Setenv("LANG", "en_US.UTF-8")
		e.Setenv("DB", habeastest.NewStore(t, habeastest.PostgreSQL).Config.URL)
		return nil
	}})
}

// awaits waits until a file is there.
func awaits(s *testscript.TestScript, _ bool, args []string) {
	wait(s, args, func() bool {
		_, err := os.Stat(s.MkAbs(args[0]))
		return err == nil
	})
}

// eventually runs a program again and again until it succeeds.
func eventually(s *testscript.TestScript, _ bool, args []string) {
	wait(s, args, func() bool { return s.Exec(args[0], args[1:]...) == nil })
}

func wait(s *testscript.TestScript, what []string, there func() bool) {
	end, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for !there() {
		select {
		case <-ticker.C:
		case <-end.Done():
			s.Fatalf("%q did not come", what)
		}
	}
}

// keep gives a variable what a file says (or stdout, what the last program said): the
// part in parentheses of the first match.
func keep(s *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		s.Fatalf("usage: keep VARIABLE FILE REGEXP")
	}
	found := regexp.MustCompile(`(?m)` + args[2]).FindStringSubmatch(s.ReadFile(args[1]))
	if found == nil {
		s.Fatalf("%s says nothing like %s", args[1], args[2])
	}
	s.Setenv(args[0], found[1])
}

// fetch writes what an address answers into a file.
func fetch(s *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		s.Fatalf("usage: fetch URL FILE")
	}
	response, err := http.Get(args[0])
	s.Check(err)
	body, err := io.ReadAll(response.Body)
	s.Check(err)
	s.Check(response.Body.Close())
	if response.StatusCode != http.StatusOK {
		s.Fatalf("%s answers %s", args[0], response.Status)
	}
	s.Check(os.WriteFile(s.MkAbs(args[1]), body, 0o600))
}

// drafts drafts a transfer in a data folder, for 14 March 2031: no command does, since a
// draft is the work of an official at a page or a program.
func drafts(s *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		s.Fatalf("usage: drafts DIR FROM TO")
	}
	ctx := context.Background()
	b, err := book.Open(ctx, book.Config{Dir: s.MkAbs(args[0]), Random: rand.Reader})
	s.Check(err)
	_, err = transfer.New(b).Draft(ctx, console, custody.Transfer{From: args[1], To: args[2], Date: "2031-03-14", LegalBasis: "Order 7"})
	s.Check(err)
	s.Check(b.Close())
}
