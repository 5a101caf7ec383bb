package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// The size of a load.
const (
	teams     = 8   // side by side
	perBus    = 12  // people of a team on each transfer
	allOrders = 580 // a few less than the commands it gives
)

// infirmary is a place of the origin beside its reception that takes whoever comes.
const infirmary = "OLD-INF"

// password is that of every invented official.
const password = "correct horse battery staple"

// load is officers at work through the API: admissions, cell moves, and two transfers.
type load struct {
	*line
	officers map[string]*officer
	people   [teams][]string // prison numbers, by team

	mu    sync.Mutex
	stage string
}

// stages of a load, in order.
var stages = []string{"admissions", "first transfer", "second transfer"}

// newLoad sets a service up on an empty store, as an engineer would, and signs everybody in.
func newLoad(t *testing.T, s store) (*load, *server) {
	t.Helper()
	add := s.habeas("user", "add", "engineer", "--full-name", "Engineer of the Service", "--roles", "engineer", "--password-stdin")
	add.Stdin = strings.NewReader(password + "\n")
	if said, err := add.CombinedOutput(); err != nil {
		t.Fatalf("habeas user add: %v\n%s", err, said)
	}
	v := s.serve(t)
	l := &load{line: newLine(v.base), officers: map[string]*officer{}, stage: stages[0]}
	engineer := l.signIn(t, "engineer", password)
	places := append(habeastest.Places(), custody.Place{Code: infirmary, Parent: habeastest.Origin, Name: "Infirmary", Kind: custody.Infirmary})
	if _, err := engineer.order(context.Background(), "/places", map[string]any{"places": places}); err != nil {
		t.Fatal(err)
	}
	for _, o := range habeastest.Officials() {
		if !slices.Contains([]string{"reception", "reception2", "escort", "planner", "governor"}, o.Name) {
			continue
		}
		if _, err := engineer.order(context.Background(), "/officials", map[string]any{"official": o, "password": password}); err != nil {
			t.Fatal(err)
		}
		l.officers[o.Name] = l.signIn(t, o.Name, password)
	}
	return l, v
}

func (l *load) as(name string) *officer { return l.officers[name] }

// now is the stage that the load has come to.
func (l *load) at() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stage
}

func (l *load) begin(stage string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stage = stage
}

// play works until both transfers are closed.
func (l *load) play(ctx context.Context) error {
	if err := l.eachTeam(ctx, l.admit); err != nil {
		return err
	}
	for n, stage := range stages[1:] {
		l.begin(stage)
		if err := l.transfer(ctx, n); err != nil {
			return fmt.Errorf("%s: %w", stage, err)
		}
	}
	return nil
}

// eachTeam lets the teams do something side by side.
func (l *load) eachTeam(ctx context.Context, do func(ctx context.Context, team int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for team := range teams {
		g.Go(func() error { return do(ctx, team) })
	}
	return g.Wait()
}

// admit admits a team's people, one to six at once, and moves each.
func (l *load) admit(ctx context.Context, team int) error {
	chance := rand.New(rand.NewPCG(7, uint64(team)))
	for len(l.people[team]) < 2*perBus {
		var arrivals []map[string]any
		for range min(1+chance.IntN(6), 2*perBus-len(l.people[team])) {
			n := team*2*perBus + len(l.people[team]) + len(arrivals)
			arrivals = append(arrivals, map[string]any{"place": habeastest.OriginReception, "person": habeastest.Person(n),
				"authorities": []custody.Authority{habeastest.Paper(n, time.Now())}, "property": "one bag"})
		}
		r, err := l.as("reception").order(ctx, "/admissions", map[string]any{"arrivals": arrivals})
		if err != nil {
			return err
		}
		for _, raw := range r.Entries {
			e, err := custody.DecodeEntry(raw)
			if err != nil {
				return err
			}
			l.people[team] = append(l.people[team], e.Person)
		}
	}
	return l.move(ctx, "reception", infirmary, l.people[team])
}

// move moves people one by one.
func (l *load) move(ctx context.Context, by, to string, people []string) error {
	for _, person := range people {
		if _, err := l.as(by).order(ctx, "/moves", map[string]any{"moves": []map[string]any{{"person": person, "to": to}}}); err != nil {
			return err
		}
	}
	return nil
}

// transfer brings half of every team's people to the centre, each team in a bus of its own.
func (l *load) transfer(ctx context.Context, n int) error {
	planner := l.as("planner")
	r, err := planner.order(ctx, "/transfers", map[string]any{"from": habeastest.Origin, "to": habeastest.Centre,
		"date": time.Now().Format(time.DateOnly), "legalBasis": "Order 7"})
	if err != nil {
		return err
	}
	path := "/transfers/" + r.ID
	var manifest []string
	var vehicles []map[string]any
	for team := range teams {
		manifest = append(manifest, l.travellers(team, n)...)
		vehicles = append(vehicles, map[string]any{"code": bus(team), "seats": perBus})
	}
	for _, order := range []struct {
		by, path string
		body     any
	}{
		{"planner", "/manifest", map[string]any{"source": "list", "people": manifest}},
		{"planner", "/vehicles", map[string]any{"vehicles": vehicles}},
		{"planner", "/escort", custody.Escort{Corps: "1st", Commander: "Maj. Umaña", Units: []custody.Unit{{Name: "A", Headcount: 40}}}},
		{"planner", "/waypoints", custody.Waypoint{Code: "BRIDGE", Name: "Bridge"}},
		{"governor", "/approval", struct{}{}},
	} {
		if _, err := l.as(order.by).order(ctx, path+order.path, order.body); err != nil {
			return err
		}
	}
	if err := l.eachTeam(ctx, func(ctx context.Context, team int) error { return l.ride(ctx, path, bus(team), l.travellers(team, n)) }); err != nil {
		return err
	}
	_, err = planner.order(ctx, path+"/closing", struct{}{})
	return err
}

func (l *load) travellers(team, n int) []string { return l.people[team][n*perBus : (n+1)*perBus] }

func bus(team int) string { return fmt.Sprintf("B%d", team+1) }

// ride takes one bus from the boarding to the cells of the centre.
func (l *load) ride(ctx context.Context, path, vehicle string, people []string) error {
	count := func(stage, waypoint string) map[string]any {
		return map[string]any{"vehicle": vehicle, "stage": stage, "waypoint": waypoint, "counted": len(people)}
	}
	for _, order := range []struct {
		by, path string
		body     map[string]any
		accepts  string // who accepts the handover that the order offers
	}{
		{"reception", "/identifications", map[string]any{"people": people}, ""},
		{"reception", "/boardings", map[string]any{"vehicle": vehicle, "people": people}, ""},
		{"reception", "/counts", count("boarding", ""), ""},
		{"reception", "/departure-offers", map[string]any{"vehicles": []string{vehicle}}, "escort"},
		{"escort", "/counts", count("waypoint", "BRIDGE"), ""},
		{"escort", "/arrivals", map[string]any{"vehicle": vehicle, "place": habeastest.CentreReception}, ""},
		{"reception2", "/counts", count("arrival", ""), ""},
		{"escort", "/arrival-offers", map[string]any{"vehicles": []string{vehicle}, "place": habeastest.CentreReception}, "reception2"},
	} {
		r, err := l.as(order.by).order(ctx, path+order.path, order.body)
		if err == nil && order.accepts != "" {
			_, err = l.as(order.accepts).order(ctx, "/handovers/"+r.ID+"/acceptance", struct{}{})
		}
		if err != nil {
			return err
		}
	}
	return l.move(ctx, "reception2", "CTR-INF", people)
}

// mustHold compares the book with what was acknowledged so far: every acknowledged entry
// is in it with the same content, and the first of each command tells its key.
func (l *load) mustHold(t *testing.T) {
	t.Helper()
	l.ledgerMu.Lock()
	ledger := slices.Clone(l.ledger) // before the book is read: work goes on meanwhile
	l.ledgerMu.Unlock()
	list := l.as("governor").book(t)
	for _, a := range ledger {
		if a.first+int64(a.count) > int64(len(list)) {
			t.Errorf("%s was acknowledged as entries %d to %d, the book has %d entries", a.key, a.first, a.first+int64(a.count)-1, len(list))
			continue
		}
		for i, text := range a.entries {
			if list[a.first+int64(i)] != text {
				t.Errorf("entry %d of %s was acknowledged as\n%s\nand is\n%s", a.first+int64(i), a.key, text, list[a.first+int64(i)])
			}
		}
	}
}

// mustBeWhole says of a load that has ended that every entry of the book but the console's
// own belongs to one acknowledged command, and every such command counted once.
func (l *load) mustBeWhole(t *testing.T) {
	t.Helper()
	l.mustHold(t)
	list := l.as("governor").book(t)
	owner := make([]string, len(list))
	l.ledgerMu.Lock()
	defer l.ledgerMu.Unlock()
	for _, a := range l.ledger {
		e, err := custody.DecodeEntry([]byte(list[a.first]))
		if err != nil {
			t.Fatal(err)
		}
		if e.By != a.by || e.Request == nil || e.Request.Key != a.key || e.Request.Count != a.count {
			t.Errorf("entry %d is not the first of %s of %s", a.first, a.key, a.by)
		}
		for n := a.first; n < a.first+int64(a.count); n++ {
			if owner[n] != "" {
				t.Errorf("entry %d belongs to %s and to %s", n, owner[n], a.key)
			}
			owner[n] = a.key
		}
	}
	for n, key := range owner[1:] { // entry 0 appoints the engineer, at the console
		if key != "" {
			continue
		}
		if e, err := custody.DecodeEntry([]byte(list[n+1])); err != nil || e.Kind != custody.RecordRead { // a look at the book, by whoever reads it here
			t.Errorf("entry %d belongs to no command that was sent: %s", n+1, list[n+1])
		}
	}
}
