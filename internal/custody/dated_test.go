package custody_test

import (
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// An order dated back is judged at the instant that it is stated for, and now.

// ago plays a decision for an instant before now.
func ago(back time.Duration, decide func(st *state, at, now time.Time) (entry, error)) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) { return decide(st, n.Add(-back), n) })
}

func TestAPaperMustLiveThenAndNow(t *testing.T) {
	s := newScene(t, 3)
	ran := func() custody.Authority {
		return habeastest.ShortPaper(1, s.Clock.Now().Add(-3*time.Hour), 2*time.Hour)
	} // until an hour ago
	young := func() custody.Authority {
		a := habeastest.Paper(2, s.Clock.Now())
		a.From = s.Clock.Now().Add(-30 * time.Minute)
		return a
	}
	admit := func(a custody.Authority, back time.Duration) habeastest.Act {
		return ago(back, func(st *state, at, now time.Time) (entry, error) {
			return st.Admit("", habeastest.Admission(20, a), habeastest.OriginReception, at, now)
		})
	}
	s.refused("no-live-authority", "reception", admit(ran(), 2*time.Hour))                   // live then, not now
	s.refused("no-live-authority", "reception", admit(young(), 2*time.Hour))                 // live now, not then
	s.ok("reception", admit(young(), 10*time.Minute))                                        // live at both
	s.fact("reception", ago(2*time.Hour, func(st *state, at, now time.Time) (entry, error) { // as a fact, with the discrepancy
		return st.AdmitWithoutPapers("", habeastest.Admission(21, ran()), habeastest.OriginReception, at, now)
	}), "held-without-authority")

	// Boarding, offering and departing, dated to when the paper was still live.
	id := s.transfer(s.p...)
	s.approved(id)
	for _, p := range s.p {
		s.ok("reception", once(func(st *state, n time.Time) (entry, error) { return st.Identify(id, p, n, n) }))
	}
	end := func(person string) {
		s.ok("records", once(func(st *state, n time.Time) (entry, error) { return st.EndAuthority(person+"/A1", "quashed", n) }))
	}
	s.ok("reception", board(id, "B1", s.p[0]))
	s.ok("reception", board(id, "B1", s.p[1]))
	s.counted(id, "B1", 2)
	s.Clock.Advance(time.Hour)
	end(s.p[2])
	s.Clock.Advance(10 * time.Minute)
	s.refused("no-live-authority", "reception", ago(30*time.Minute, func(st *state, at, now time.Time) (entry, error) {
		return st.Board(id, "B2", s.p[2], at, now)
	}))
	h := s.offeredDeparture(id, "B1")
	s.Clock.Advance(10 * time.Minute)
	end(s.p[1])
	s.Clock.Advance(10 * time.Minute)
	s.refused("no-live-authority", "escort", func(st *state, n time.Time) ([]entry, error) {
		return st.AcceptHandover(h, "escort", n.Add(-15*time.Minute), n)
	})
	s.ok("reception", once(func(st *state, n time.Time) (entry, error) { return st.RecallHandover(h, "a paper", n) }))
	s.refused("no-live-authority", "reception", ago(25*time.Minute, func(st *state, at, now time.Time) (entry, error) {
		return st.OfferDeparture(id, []string{"B1"}, "reception", at, now)
	}))
	s.refused("before-last-movement", "reception", ago(24*time.Hour, func(st *state, at, now time.Time) (entry, error) { // before anybody boarded
		return st.OfferDeparture(id, []string{"B1"}, "reception", at, now)
	}))
}

func TestRoomMustBeThenAndNow(t *testing.T) {
	s := newScene(t, 4)
	s.Clock.Advance(24 * time.Hour)
	moveAt := func(person string, back time.Duration) habeastest.Act {
		return ago(back, func(st *state, at, now time.Time) (entry, error) { return st.CellMove(person, small, at, now) })
	}
	order := func(n int, from, until time.Duration) {
		s.ok("governor", once(func(st *state, now time.Time) (entry, error) {
			o := custody.CapacityOrder{Capacity: n, SignedBy: "governor", From: now.Add(from)}
			if until != 0 {
				o.Until = now.Add(until)
			}
			return st.OrderCapacity(small, o)
		}))
	}
	order(0, -3*time.Hour, -time.Hour) // nobody, from three hours ago to one hour ago
	if r := s.refused("place-full", "duty", moveAt(s.p[0], 2*time.Hour)); r.Params["capacity"] != "0" {
		t.Errorf("judged by %v", r)
	}
	s.ok("duty", moveAt(s.p[0], 0))

	order(1, -10*time.Minute, 0) // now one, and half an hour ago two
	s.refused("place-full", "duty", moveAt(s.p[1], 30*time.Minute))
	order(2, 0, 0) // now two again: what a newer order replaced still judges its own time
	s.refused("place-full", "duty", moveAt(s.p[1], 5*time.Minute))
	order(0, 2*time.Hour, 0) // nor does one yet to come lift the one in force, or bind before it does
	s.ok("duty", moveAt(s.p[1], 0))

	// Out of use then, now, or around it.
	s.ok("duty", move(s.p[0], habeastest.OriginReception))
	s.ok("duty", move(s.p[1], habeastest.OriginReception))
	s.Clock.Advance(10 * time.Minute)
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.TakeOut("OLD-M1", "flooded") }))
	s.Clock.Advance(10 * time.Minute)
	s.refused("place-out-of-use", "duty", moveAt(s.p[0], 15*time.Minute)) // now, not then
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.BringBack("OLD-M1") }))
	s.Clock.Advance(10 * time.Minute)
	if r := s.refused("place-out-of-use", "duty", moveAt(s.p[0], 15*time.Minute)); r.Params["place"] != "OLD-M1" || r.Params["reason"] != "flooded" {
		t.Errorf("then, not now: %v", r)
	}
	s.ok("duty", moveAt(s.p[0], 5*time.Minute))

	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.TakeOut(habeastest.Court, "closed") }))
	s.refused("place-out-of-use", "duty", ago(0, func(st *state, at, now time.Time) (entry, error) {
		return st.GoOut(s.p[3], custody.Outing{Destination: habeastest.Court, Escort: "Sgt. Tobar"}, at, now)
	}))
}

func TestReceivingPlaceMustTakeThemThenAndNow(t *testing.T) {
	s := newScene(t, 2)
	id := s.underWay(s.p...)
	s.arrived(id, "B1")
	s.Clock.Advance(time.Hour)
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.TakeOut("CTR-M2", "smoke") }))
	s.Clock.Advance(time.Hour)
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.BringBack("CTR-M2") }))
	cell := habeastest.CentreCell(2, 2)
	s.refused("place-out-of-use", "escort", ago(30*time.Minute, func(st *state, at, now time.Time) (entry, error) {
		return st.OfferArrival(id, []string{"B1"}, nil, cell, "escort", at, now)
	}))
	h := s.ok("escort", ago(90*time.Minute, func(st *state, at, now time.Time) (entry, error) {
		return st.OfferArrival(id, []string{"B1"}, nil, cell, "escort", at, now)
	}))[0].Detail.(*custody.Handover).ID
	s.refused("place-out-of-use", "reception2", func(st *state, n time.Time) ([]entry, error) {
		return st.AcceptHandover(h, "reception2", n.Add(-30*time.Minute), n)
	})
	s.ok("reception2", accept(h, "reception2"))
}

// A count is of people, not of a number.
func TestACountIsOfThosePeople(t *testing.T) {
	s := newScene(t, 4)
	id := s.transfer(s.p...)
	s.approved(id)
	s.boarded(id, "B1", s.p[0], s.p[1])
	s.counted(id, "B1", 2)
	s.boarded(id, "B1", s.p[2])
	s.fact("health", withdraw(id, s.p[0]))
	s.refused("vehicle-not-counted", "reception", offerDeparture(id, "B1")) // two again, and not the same two
	s.counted(id, "B1", 2)
	s.ok("duty", escape(s.p[1]))
	s.refused("vehicle-not-counted", "reception", offerDeparture(id, "B1"))
	s.counted(id, "B1", 1)
	s.fact("escort", once(func(st *state, n time.Time) (entry, error) {
		return st.CountVehicle(id, "B1", custody.VehicleCount{Stage: "arrival", Counted: 1}, n)
	}))
	s.refused("vehicle-not-counted", "reception", offerDeparture(id, "B1")) // another count than one for departure
	s.counted(id, "B1", 1)
	s.departed(id, "B1")
}
