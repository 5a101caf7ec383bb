package crash

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"habeas.example/habeas/internal/habeastest"
)

// How often the server is killed in one load.
const (
	killsSQLite   = 9
	killsPostgres = 6
	killSeed      = 20310314
)

// TestKillOnSQLite kills the server nine times while officers admit, move and transfer.
func TestKillOnSQLite(t *testing.T) {
	killServer(t, store{dir: t.TempDir()}, killsSQLite)
}

// TestKillOnPostgres kills the server, and leaves its database alone.
func TestKillOnPostgres(t *testing.T) {
	s := habeastest.NewStore(t, habeastest.PostgreSQL)
	killServer(t, store{s.Config.Dir, s.Config.URL}, killsPostgres)
}

func killServer(t *testing.T, s store, kills int) {
	l, v := newLoad(t, s)
	strike(t, l, s, kills, func() {
		v.kill()
	}, func() string {
		s.mustVerify(t)
		v = s.serve(t)
		return v.base
	})
	v.kill()
	s.mustVerify(t)
}

// strike plays a load and lets a blow fall on it every so many commands, at a seeded
// instant after the one that makes it due was begun. mend puts right what the blow broke
// and says where the server is then; everything acknowledged must be there before work
// goes on. In the end, everything must have counted once.
func strike(t *testing.T, l *load, s store, blows int, blow func(), mend func() (base string)) {
	chance := rand.New(rand.NewPCG(killSeed, uint64(blows)))
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	start, ended := l.orders.Load(), make(chan error, 1)
	instants := make([]int64, blows)
	for i := range instants {
		instants[i] = start + int64((float64(i)+chance.Float64())*allOrders/float64(blows))
	}
	l.next.Store(instants[0])
	go func() { ended <- l.play(ctx) }()
	struck := map[string]int{}
	for i := range blows {
		select {
		case <-l.due:
		case err := <-ended:
			t.Fatalf("the load ended after %d commands, before blow %d: %v", l.orders.Load()-start, i+1, err)
		}
		// The instant within the work on the requests that are under way.
		instant := time.NewTimer(time.Duration(chance.IntN(4000)) * time.Microsecond)
		<-instant.C
		struck[l.at()]++
		blow()
		l.goDown()
		l.moveTo(mend())
		l.mustHold(t)
		if t.Failed() {
			t.FailNow()
		}
		if i+1 < blows {
			l.next.Store(max(instants[i+1], l.orders.Load()+1))
		}
		l.goUp()
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	l.mustBeWhole(t)
	if struck[stages[1]] == 0 || struck[stages[2]] == 0 {
		t.Errorf("blows fell on %v: some must fall on each transfer", struck)
	}
	r := s.mustVerify(t)
	if want := teams * 2 * perBus; r.Roll[habeastest.Centre] != want || r.Roll[habeastest.Origin] != 0 || r.Roll[""] != 0 {
		t.Errorf("the roll is %v, %d people were transferred", r.Roll, want)
	}
	t.Logf("%d blows %v, %d commands, %d of them found written though nobody had been told, %d entries",
		blows, struck, l.orders.Load()-start, l.replays.Load(), r.Entries)
}
