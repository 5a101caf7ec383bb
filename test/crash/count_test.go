package crash

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// The size of the count that is struck.
const (
	struckLandings = 120
	countKills     = 4
)

// TestKillWhileSlipsComeIn kills the server while two officers a landing give their slips:
// each slip that was acknowledged is there, each counts once, and the count is signed.
func TestKillWhileSlipsComeIn(t *testing.T) {
	for name, s := range map[string]store{"sqlite": {dir: t.TempDir()}, "postgres": onPostgres(t)} {
		t.Run(name, func(t *testing.T) { killCount(t, s) })
	}
}

func onPostgres(t *testing.T) store {
	s := habeastest.NewStore(t, habeastest.PostgreSQL)
	return store{s.Config.Dir, s.Config.URL}
}

func killCount(t *testing.T, s store) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	l, v := newCountLoad(t, s)
	opened, err := l.as("duty").order(ctx, "/counts", map[string]any{"kind": custody.FormalCount, "place": "CTR-N"})
	if err != nil {
		t.Fatal(err)
	}
	begun := l.orders.Load()
	due := func(blow int) int64 { return begun + int64((2*blow+1)*2*struckLandings/(2*countKills)) }
	l.next.Store(due(0))
	ended := make(chan error, 1)
	go func() { ended <- giveAll(ctx, l, opened.ID) }()
	for blow := range countKills {
		select {
		case <-l.due:
		case err := <-ended:
			t.Fatalf("all slips were given before blow %d: %v", blow+1, err)
		}
		v.kill()
		l.goDown()
		s.mustVerify(t)
		v = s.serve(t)
		l.moveTo(v.base)
		l.mustHold(t)
		if blow+1 < countKills {
			l.next.Store(max(due(blow+1), l.orders.Load()+1))
		}
		l.goUp()
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	var seen struct {
		Landings []struct {
			Landing string                `json:"landing"`
			Status  custody.LandingStatus `json:"status"`
			Slips   []struct {
				Hand string `json:"hand"`
			} `json:"slips"`
		} `json:"landings"`
	}
	if err := l.as("duty").send(ctx, http.MethodGet, "/counts/"+opened.ID, "", nil, &seen); err != nil {
		t.Fatal(err)
	}
	for _, landing := range seen.Landings {
		if landing.Status != custody.LandingCleared || len(landing.Slips) != custody.CountersNeeded {
			t.Errorf("%s is %s with %d slips", landing.Landing, landing.Status, len(landing.Slips))
		}
	}
	if len(seen.Landings) != struckLandings {
		t.Errorf("%d landings were counted", len(seen.Landings))
	}
	if _, err := l.as("duty").order(ctx, "/counts/"+opened.ID+"/signature", struct{}{}); err != nil {
		t.Fatal(err)
	}
	l.mustBeWhole(t)
	v.kill()
	s.mustVerify(t)
	t.Logf("%d slips, %d blows, %d slips found written though nobody had been told", 2*struckLandings, countKills, l.replays.Load())
}

// newCountLoad sets up a module of so many cells, each counted by itself, and those who count.
func newCountLoad(t *testing.T, s store) (*load, *server) {
	t.Helper()
	add := s.habeas("user", "add", "engineer", "--full-name", "Engineer of the Service", "--roles", "engineer", "--password-stdin")
	add.Stdin = strings.NewReader(password + "\n")
	if said, err := add.CombinedOutput(); err != nil {
		t.Fatalf("habeas user add: %v\n%s", err, said)
	}
	v := s.serve(t)
	l := &load{line: newLine(v.base), officers: map[string]*officer{}}
	engineer := l.signIn(t, "engineer", password)
	places := append(habeastest.Places(), custody.Place{Code: "CTR-N", Parent: habeastest.Centre, Name: "New module", Kind: custody.Module})
	for i := range struckLandings {
		places = append(places, custody.Place{Code: struckLanding(i), Parent: "CTR-N", Name: "Cell", Kind: custody.Cell, FloorArea: 680, Certified: 2})
	}
	if _, err := engineer.order(context.Background(), "/places", map[string]any{"places": places}); err != nil {
		t.Fatal(err)
	}
	for _, o := range habeastest.Officials() {
		switch o.Name {
		case "duty", "governor", "landing", "landing2":
		default:
			continue
		}
		if _, err := engineer.order(context.Background(), "/officials", map[string]any{"official": o, "password": password}); err != nil {
			t.Fatal(err)
		}
		l.officers[o.Name] = l.signIn(t, o.Name, password)
	}
	return l, v
}

func struckLanding(i int) string { return fmt.Sprintf("CTR-N-C%03d", i) }

// giveAll gives both slips of every landing, eight at once.
func giveAll(ctx context.Context, l *load, id string) error {
	g, ctx := errgroup.WithContext(ctx)
	for team := range teams {
		g.Go(func() error {
			for n := team; n < 2*struckLandings; n += teams {
				hand := []string{"landing", "landing2"}[n/struckLandings]
				slip := map[string]any{"landing": struckLanding(n % struckLandings), "number": 0}
				if _, err := l.as(hand).order(ctx, "/counts/"+id+"/slips", slip); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}
