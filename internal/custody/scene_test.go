package custody_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// scene is a ledger on which a test plays orders and facts one after another.
type scene struct {
	t testing.TB
	*habeastest.Ledger
	p []string // prison numbers of those admitted at the start
}

func newScene(t testing.TB, people int) *scene {
	return &scene{t, habeastest.NewLedger(people), habeastest.Numbers(people)}
}

type (
	state = custody.State
	entry = custody.Entry
)

// ok plays an act that no law forbids, a minute later, and returns its entries.
func (s *scene) ok(by string, act habeastest.Act) []*entry {
	s.t.Helper()
	s.Clock.Advance(time.Minute)
	entries, err := s.Do(by, act)
	if err != nil {
		s.t.Fatalf("refused, though no law forbids it: %v", err)
	}
	if broken := s.State.CheckLaws(); len(broken) > 0 {
		s.t.Fatalf("broken by %s: %v", entries[0].Kind, broken)
	}
	return entries
}

// refused plays an act that must be refused with a code and change nothing, and returns
// the refusal.
func (s *scene) refused(code, by string, act habeastest.Act) *custody.Refusal {
	s.t.Helper()
	before := picture(s.State)
	entries, err := s.Do(by, act)
	if !errors.Is(err, custody.Refused(code)) {
		s.t.Fatalf("got %v (entries %v), want the refusal %q", err, entries, code)
	}
	if after := picture(s.State); after != before {
		s.t.Fatalf("the refusal %q changed:\n%s", code, difference(before, after))
	}
	r, _ := custody.RefusalOf(err)
	return r
}

// fact plays a fact and wants exactly these contradictions.
func (s *scene) fact(by string, act habeastest.Act, contradictions ...string) *entry {
	s.t.Helper()
	e := s.ok(by, act)[0]
	var got []string
	for _, c := range e.Contradictions {
		got = append(got, c.Kind)
	}
	if !slices.Equal(got, contradictions) {
		s.t.Fatalf("%s contradicts the record in %v, want %v", e.Kind, got, contradictions)
	}
	return e
}

// at wants a person in a place with a status.
func (s *scene) at(person, place string, status custody.HoldingStatus) {
	s.t.Helper()
	if h := s.State.Holdings.Get(person); h.At.Place != place || h.Status != status {
		s.t.Fatalf("%s is %s in %q, want %s in %q", person, h.Status, h.At.Place, status, place)
	}
}

// line wants a person's line on a transfer to have a status.
func (s *scene) line(id, person string, status custody.LineStatus) *custody.Line {
	s.t.Helper()
	l := s.State.Lines.Get(id + "/" + person)
	if l == nil || l.Status != status {
		s.t.Fatalf("the line of %s on %s is %+v, want %s", person, id, l, status)
	}
	return l
}

// transfer drafts a transfer to the centre with an escort, two vehicles of three seats and people.
func (s *scene) transfer(people ...string) string {
	s.t.Helper()
	id := s.ok("planner", once(func(st *state, _ time.Time) (entry, error) {
		return st.DraftTransfer(custody.Transfer{From: habeastest.Origin, To: habeastest.Centre, Date: "2031-03-14", LegalBasis: "Order 7"}, "planner")
	}))[0].Transfer
	s.ok("planner", once(func(st *state, _ time.Time) (entry, error) {
		return st.AssignEscort(id, custody.Escort{Corps: "1st", Commander: "Maj. Umaña", Units: []custody.Unit{{Name: "A", Headcount: 40}}, Helicopters: 1})
	}))
	for _, code := range []string{"B1", "B2"} {
		s.ok("planner", once(func(st *state, _ time.Time) (entry, error) {
			return st.AddVehicle(id, custody.Vehicle{Code: code, Seats: 4})
		}))
	}
	if len(people) > 0 {
		s.ok("planner", load(id, people...))
	}
	return id
}

func load(id string, people ...string) habeastest.Act {
	return func(st *state, _ time.Time) ([]entry, error) { return st.LoadManifest(id, "a list", people) }
}

func (s *scene) approved(id string) {
	s.t.Helper()
	s.ok("governor", once(func(st *state, _ time.Time) (entry, error) { return st.ApproveTransfer(id, "governor") }))
}

func (s *scene) boarded(id, vehicle string, people ...string) {
	s.t.Helper()
	for _, p := range people {
		s.ok("reception", once(func(st *state, n time.Time) (entry, error) { return st.Identify(id, p, n, n) }))
		s.ok("reception", board(id, vehicle, p))
	}
}

func board(id, vehicle, person string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) { return st.Board(id, vehicle, person, n, n) })
}

func (s *scene) counted(id, vehicle string, n int) {
	s.t.Helper()
	s.fact("escort", once(func(st *state, now time.Time) (entry, error) {
		return st.CountVehicle(id, vehicle, custody.VehicleCount{Stage: "boarding", Counted: n}, now)
	}))
}

func offerDeparture(id string, vehicles ...string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) { return st.OfferDeparture(id, vehicles, "reception", n, n) })
}

func (s *scene) offeredDeparture(id string, vehicles ...string) string {
	s.t.Helper()
	return s.ok("reception", offerDeparture(id, vehicles...))[0].Detail.(*custody.Handover).ID
}

func accept(handover, by string) habeastest.Act {
	return func(st *state, n time.Time) ([]entry, error) { return st.AcceptHandover(handover, by, n, n) }
}

// departed hands a counted vehicle to the escort.
func (s *scene) departed(id, vehicle string) {
	s.t.Helper()
	s.ok("escort", accept(s.offeredDeparture(id, vehicle), "escort"))
}

// underWay takes people from the draft to the road, in vehicle B1.
func (s *scene) underWay(people ...string) string {
	s.t.Helper()
	id := s.transfer(people...)
	s.approved(id)
	s.boarded(id, "B1", people...)
	s.counted(id, "B1", len(people))
	s.departed(id, "B1")
	return id
}

func arrive(id, vehicle string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) {
		return st.Arrive(id, vehicle, habeastest.CentreReception, n)
	})
}

func (s *scene) arrived(id, vehicle string) {
	s.t.Helper()
	s.fact("escort", arrive(id, vehicle))
}

func offerArrival(id, place string, vehicles []string, people ...string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) {
		return st.OfferArrival(id, vehicles, people, place, "escort", n, n)
	})
}

// received hands everybody aboard an arrived vehicle to the centre.
func (s *scene) received(id, vehicle string) {
	s.t.Helper()
	h := s.ok("escort", offerArrival(id, habeastest.CentreReception, []string{vehicle}))[0].Detail.(*custody.Handover).ID
	s.ok("reception2", accept(h, "reception2"))
}

// open lists the open discrepancies of a transfer.
func (s *scene) open(id string) (list []string) {
	for d := range s.State.Discrepancies.All() {
		if d.Transfer == id && !d.Resolved() {
			list = append(list, d.ID)
		}
	}
	slices.Sort(list)
	return list
}

func (s *scene) resolved(id string) {
	s.t.Helper()
	for _, d := range s.open(id) {
		s.ok("duty", once(func(st *state, n time.Time) (entry, error) { return st.Resolve(d, "duty", "looked into", n) }))
	}
}

func closing(id string) habeastest.Act {
	return once(func(st *state, _ time.Time) (entry, error) { return st.CloseTransfer(id) })
}
