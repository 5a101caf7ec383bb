package crash

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

const (
	killsOfPostgres  = 4
	breaksOfPostgres = 8
)

// TestPostgresItselfIsKilled kills the database under a server that goes on living: the
// server finds it again by itself.
func TestPostgresItselfIsKilled(t *testing.T) {
	c := newCluster(t)
	s := store{t.TempDir(), c.url("habeas", "habeas")}
	l, v := newLoad(t, s)
	strike(t, l, s, killsOfPostgres, func() {
		c.kill(t)
	}, func() string {
		c.start(t)
		s.mustVerify(t)
		return v.base
	})
}

// TestBrokenConnections ends connections of a living server, now the writing one, now all.
func TestBrokenConnections(t *testing.T) {
	c := newCluster(t)
	s := store{t.TempDir(), c.url("habeas", "habeas")}
	l, v := newLoad(t, s)
	// Connected before the load begins: the server works on while a blow falls, so that a blow must be quick.
	superuser, err := pgx.Connect(t.Context(), c.url("postgres", "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer superuser.Close(context.Background())
	blows := 0
	strike(t, l, s, breaksOfPostgres, func() {
		statement := "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
		if blows++; blows%2 == 0 {
			statement = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'habeas'"
		}
		if _, err := superuser.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}, func() string { return v.base })
}
