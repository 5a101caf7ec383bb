package crash

import (
	"fmt"
	"slices"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// step is one command of a history: what it does follows from the state alone, so that it
// can be given again, by its key, to any book that has come as far as this.
type step struct {
	by, key string
	acts    []habeastest.Act
}

// give gives the step to a book.
func (s step) give(b *book.Book) (book.Written, error) {
	return habeastest.Do(b, book.Command{By: s.by, Key: s.key, Digest: "as the key says"}, s.acts...)
}

// history is the life of a small service, each step taking between one entry and a few
// hundred: its founding, n people admitted, cell moves, and two transfers of half of them
// each, with handovers of them all in one order.
func history(n int) []step {
	h := &chronicle{}
	h.add("engineer", habeastest.Founding(0)...)
	for from := 0; from < n; from += 50 {
		var arrivals []habeastest.Act
		for i := from; i < min(from+50, n); i++ {
			arrivals = append(arrivals, habeastest.Once(func(s *custody.State, now time.Time) (custody.Entry, error) {
				return s.Admit("", habeastest.Admission(i, habeastest.Paper(i, now)), habeastest.OriginReception, now, now)
			}))
		}
		h.add("reception", arrivals...)
	}
	people := habeastest.Numbers(n)
	h.moves(people[:15], habeastest.OriginCell, habeastest.OriginReception)
	h.transfer("TR-2031-0001", people[:n/2])
	h.moves(people[:25], "CTR-INF", habeastest.CentreReception)
	h.transfer("TR-2031-0002", people[n/2:])
	h.moves(people[n/2:n/2+10], habeastest.CentreCell(1, 2))
	return h.steps
}

// chronicle gathers the steps of a history.
type chronicle struct{ steps []step }

func (h *chronicle) add(by string, acts ...habeastest.Act) {
	h.steps = append(h.steps, step{by, fmt.Sprintf("step-%d", len(h.steps)), acts})
}

// one adds a step of a single entry.
func (h *chronicle) one(by string, decide func(s *custody.State, now time.Time) (custody.Entry, error)) {
	h.add(by, habeastest.Once(decide))
}

// moves moves people one by one, a command each, from place to place.
func (h *chronicle) moves(people []string, places ...string) {
	for _, to := range places {
		for _, person := range people {
			h.one("reception", func(s *custody.State, now time.Time) (custody.Entry, error) { return s.CellMove(person, to, now, now) })
		}
	}
}

// each adds one step that decides about many people, one after another.
func (h *chronicle) each(by string, people []string, decide func(s *custody.State, person string, now time.Time) (custody.Entry, error)) {
	var acts []habeastest.Act
	for _, person := range people {
		acts = append(acts, habeastest.Once(func(s *custody.State, now time.Time) (custody.Entry, error) { return decide(s, person, now) }))
	}
	h.add(by, acts...)
}

// transfer brings people from the origin to the centre, 40 in a vehicle.
func (h *chronicle) transfer(id string, people []string) {
	h.add("planner", habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.DraftTransfer(custody.Transfer{From: habeastest.Origin, To: habeastest.Centre, Date: "2031-03-14", LegalBasis: "Order 7"}, "planner")
	}), habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.AssignEscort(id, custody.Escort{Corps: "1st", Commander: "Maj. Umaña", Units: []custody.Unit{{Name: "A", Headcount: 40}}})
	}), habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.AddWaypoint(id, custody.Waypoint{Code: "BRIDGE", Name: "Bridge"})
	}))
	h.add("planner", func(s *custody.State, _ time.Time) ([]custody.Entry, error) {
		return s.LoadManifest(id, "list", people)
	})
	var vehicles []string
	for aboard := range slices.Chunk(people, 40) {
		v := fmt.Sprintf("B%d", len(vehicles)+1)
		vehicles = append(vehicles, v)
		h.one("planner", func(s *custody.State, _ time.Time) (custody.Entry, error) {
			return s.AddVehicle(id, custody.Vehicle{Code: v, Seats: len(aboard)})
		})
	}
	h.one("governor", func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.ApproveTransfer(id, "governor") })
	for i, v := range vehicles {
		aboard := people[40*i : min(40*(i+1), len(people))]
		h.each("reception", aboard, func(s *custody.State, person string, now time.Time) (custody.Entry, error) {
			return s.Identify(id, person, now, now)
		})
		h.each("reception", aboard, func(s *custody.State, person string, now time.Time) (custody.Entry, error) {
			return s.Board(id, v, person, now, now)
		})
		h.count("reception", id, v, custody.VehicleCount{Stage: "boarding", Counted: len(aboard)})
	}
	h.one("reception", func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.OfferDeparture(id, vehicles, "reception", now, now)
	})
	h.accept("escort")
	for i, v := range vehicles {
		counted := min(40*(i+1), len(people)) - 40*i
		h.count("escort", id, v, custody.VehicleCount{Stage: "waypoint", Waypoint: "BRIDGE", Counted: counted})
		h.one("escort", func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.Arrive(id, v, habeastest.CentreReception, now)
		})
		h.count("reception2", id, v, custody.VehicleCount{Stage: "arrival", Counted: counted})
	}
	h.one("escort", func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.OfferArrival(id, vehicles, nil, habeastest.CentreReception, "escort", now, now)
	})
	h.accept("reception2")
	h.one("planner", func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.CloseTransfer(id) })
}

func (h *chronicle) count(by, id, vehicle string, c custody.VehicleCount) {
	h.one(by, func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.CountVehicle(id, vehicle, c, now)
	})
}

// accept accepts the one handover that is offered.
func (h *chronicle) accept(by string) {
	h.add(by, func(s *custody.State, now time.Time) ([]custody.Entry, error) {
		for offer := range s.Handovers.All() {
			if offer.Status == custody.HandoverOpen {
				return s.AcceptHandover(offer.ID, by, now, now)
			}
		}
		return nil, fmt.Errorf("no handover is offered to %s", by)
	})
}
