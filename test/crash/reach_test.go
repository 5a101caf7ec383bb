package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// A database that cannot be reached is told from one that was tampered with, by the server
// that reads from it and by whoever verifies it.
func TestDatabaseOutOfReach(t *testing.T) {
	c := newCluster(t)
	s := store{t.TempDir(), c.url("habeas", "habeas")}
	l, v := newLoad(t, s)
	s.mustVerify(t)

	t.Run("tampered with", func(t *testing.T) {
		ctx := context.Background()
		conn, err := pgx.Connect(ctx, c.url("postgres", "habeas"))
		if err != nil {
			t.Fatal(err)
		}
		const change = "UPDATE official SET body = replace(body, $1, $2) WHERE name = 'governor'"
		if _, err := conn.Exec(ctx, change, "Official governor", "Official Governor"); err != nil {
			t.Fatal(err)
		}
		code, out, _ := s.verify()
		if code != 1 || !strings.Contains(out, "table official, row governor: column body") {
			t.Errorf("verify ends with %d and says %s", code, out)
		}
		if _, err := conn.Exec(ctx, change, "Official Governor", "Official governor"); err != nil {
			t.Fatal(err)
		}
		if err := conn.Close(ctx); err != nil {
			t.Fatal(err)
		}
		s.mustVerify(t)
	})

	c.kill(t)
	t.Run("dead", func(t *testing.T) {
		for range 3 { // the first read finds the connection broken, the next ones find none
			request, err := http.NewRequest(http.MethodGet, v.base+"/api/v1/entries?limit=10", nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bearer "+l.as("governor").token)
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			var problem struct {
				Code string `json:"code"`
			}
			if err := json.NewDecoder(answer.Body).Decode(&problem); err != nil {
				t.Fatal(err)
			}
			if err := answer.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" || problem.Code != "database-unreachable" {
				t.Errorf("a read is answered with %s, Retry-After %q, code %q\n%s", answer.Status, answer.Header.Get("Retry-After"), problem.Code, v.complaint)
			}
		}
		code, out, said := s.verify()
		if code != 2 || out != "" || !strings.Contains(said, "could not be looked at") {
			t.Errorf("verify ends with %d and says %q, %q", code, out, said)
		}
	})

	c.start(t)
	t.Run("back", func(t *testing.T) {
		if n := len(l.as("governor").book(t)); n == 0 {
			t.Error("the book is empty")
		}
		s.mustVerify(t)
	})

	t.Run("no book", func(t *testing.T) {
		if code, out, said := (store{dir: t.TempDir()}).verify(); code != 2 || out != "" || !strings.Contains(said, "could not be looked at") {
			t.Errorf("verify of an empty folder ends with %d and says %q, %q", code, out, said)
		}
	})
}

// verify runs habeas verify and returns how it ended and what it wrote.
func (s store) verify() (code int, out, said string) {
	var stdout, stderr bytes.Buffer
	c := s.habeas("verify", "--json")
	c.Stdout, c.Stderr = &stdout, &stderr
	return exitOf(c.Run()), stdout.String(), stderr.String()
}
