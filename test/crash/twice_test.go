package crash

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"habeas.example/habeas/internal/habeastest"
)

// TestTwoServersOnOneFolder starts a second server on the data folder of a first.
func TestTwoServersOnOneFolder(t *testing.T) {
	s := store{dir: t.TempDir()}
	refuseSecond(t, s, s)
}

// TestTwoServersOnOneDatabase gives the second server a folder of its own, with the key.
func TestTwoServersOnOneDatabase(t *testing.T) {
	first := habeastest.NewStore(t, habeastest.PostgreSQL)
	refuseSecond(t, store{first.Config.Dir, first.Config.URL}, store{t.TempDir(), first.Config.URL})
}

// refuseSecond says that a second server refuses to start, clearly and with exit code 2,
// and that the first goes on as if nothing had been.
func refuseSecond(t *testing.T, first, second store) {
	l, _ := newLoad(t, first)
	ended := make(chan error, 1)
	go func() { ended <- l.eachTeam(context.Background(), l.admit) }()
	for range 3 {
		var said, complaint bytes.Buffer
		c := second.habeas("serve", "--listen", "127.0.0.1:0")
		c.Stdout, c.Stderr = &said, &complaint
		if code := exitOf(c.Run()); code != 2 {
			t.Errorf("the second server: exit code %d, want 2\n%s", code, complaint.String())
		}
		if said.Len() > 0 {
			t.Errorf("the second server said on its standard output: %q", said.String())
		}
		for _, words := range []string{"Another program has this data folder open", "Stop it"} {
			if !strings.Contains(complaint.String(), words) {
				t.Errorf("the second server does not say %q: %s", words, complaint.String())
			}
		}
	}
	if err := <-ended; err != nil {
		t.Errorf("the first server: %v", err)
	}
	l.mustBeWhole(t)
	first.mustVerify(t)
}
