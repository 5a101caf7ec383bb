package custody_test

import (
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// Law 4: a fact is refused only for what does not exist or cannot be read. Everything that
// it says against the record is kept and opens a discrepancy.

const small = "OLD-M1-C2" // certified for two

func takenIn(number, place string, a custody.Admission) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) { return st.AdmitWithoutPapers(number, a, place, n, n) })
}

// filled puts the first two people into the small cell.
func filled(t *testing.T, people int) *scene {
	s := newScene(t, people)
	s.ok("duty", move(s.p[0], small))
	s.ok("duty", move(s.p[1], small))
	return s
}

func TestTakenInWhereNobodyMayBe(t *testing.T) {
	s := filled(t, 2)
	now := s.Clock.Now()
	e := s.fact("reception", takenIn("", small, habeastest.Admission(20, habeastest.Paper(20, now))), "place-over-capacity")
	s.at(e.Person, small, custody.Held)
	if s.State.Present(small) != 3 {
		t.Fatalf("%d are in the cell", s.State.Present(small))
	}
	s.fact("reception", takenIn("", small, habeastest.Admission(21)), "place-over-capacity", "cell-rule-broken", "held-without-authority")

	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.TakeOut("CTR-M1", "flooded") }))
	e = s.fact("reception", takenIn("", habeastest.CentreCell(1, 2), habeastest.Admission(22, habeastest.Paper(22, now))), "place-out-of-use")
	if e.Contradictions[0].Params["place"] != "CTR-M1" {
		t.Errorf("the discrepancy does not name the module that is out of use: %v", e.Contradictions)
	}
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) {
		return st.Open(custody.Place{Code: womensCell, Parent: "OLD-M1", Name: "Women", Kind: custody.Cell, Sex: "F", FloorArea: 680, Certified: 2})
	}))
	s.fact("reception", takenIn("", womensCell, habeastest.Admission(26, habeastest.Paper(26, now))), "place-for-other-sex")
	s.refused("place-for-other-sex", "reception", once(func(st *state, n time.Time) (entry, error) {
		return st.Admit("", habeastest.Admission(26, habeastest.Paper(26, n)), womensCell, n, n)
	}))

	// What does not exist, or cannot be read, is all that is refused.
	s.refused("unknown-place", "reception", takenIn("", "nowhere", habeastest.Admission(23)))
	s.refused("place-holds-nobody", "reception", takenIn("", "OLD-M1", habeastest.Admission(23)))
	s.refused("place-holds-nobody", "reception", takenIn("", habeastest.Hospital, habeastest.Admission(23)))
	s.refused("unknown-person", "reception", takenIn("nobody", small, custody.Admission{}))
	s.refused("name-missing", "reception", takenIn("", small, custody.Admission{}))
	s.refused("authority-kind-unknown", "reception", takenIn("", small, habeastest.Admission(23, custody.Authority{Kind: "whim"})))
}

func TestTakenInThoughInCustody(t *testing.T) {
	s := newScene(t, 6)
	p := s.p[0]
	other := habeastest.Admission(30, habeastest.Paper(30, s.Clock.Now()))
	e := s.fact("reception2", takenIn(p, habeastest.CentreReception, other), "already-in-custody", "identity-differs")
	s.at(p, habeastest.CentreReception, custody.Held) // where they stand is where the roll has them
	if s.State.Roll(habeastest.Centre) != 1 || s.State.Roll(habeastest.Origin) != 5 {
		t.Fatalf("the rolls are %d and %d", s.State.Roll(habeastest.Centre), s.State.Roll(habeastest.Origin))
	}
	if papers := s.State.PapersOf(p); len(papers) != 2 || papers[1].Case != other.Authorities[0].Case {
		t.Fatalf("the papers that were sent are not kept: %v", papers)
	}
	if got := e.Detail.(*custody.Admission).Stated; got == nil || got.FullName() != other.Person.FullName() || got.Number != p {
		t.Fatalf("the identity that was stated is lost: %+v", got)
	}
	if known := s.State.People.Get(p); known.FullName() == other.Person.FullName() {
		t.Fatal("the register took over an identity that somebody merely stated")
	}
	e = s.fact("reception2", takenIn(p, habeastest.CentreReception, habeastest.Admission(0)), "already-in-custody") // the same name: nothing differs
	if e.Move != nil {
		t.Error("who stands where the roll has them was moved")
	}
	s.fact("reception2", takenIn(p, habeastest.CentreCell(1, 2), custody.Admission{}), "already-in-custody")
	s.at(p, habeastest.CentreCell(1, 2), custody.Held)

	// Said of an instant before the last movement: that one stands.
	s.fact("reception", once(func(st *state, n time.Time) (entry, error) {
		return st.AdmitWithoutPapers(p, custody.Admission{}, habeastest.OriginReception, n.Add(-time.Hour), n)
	}), "already-in-custody", "before-last-movement")
	s.at(p, habeastest.CentreCell(1, 2), custody.Held)

	// Listed on a transfer, and taken in elsewhere: the transfer has its answer.
	id := s.transfer(s.p[1], s.p[2])
	s.approved(id)
	s.boarded(id, "B1", s.p[1])
	s.counted(id, "B1", 1)
	h := s.offeredDeparture(id, "B1")
	s.fact("reception", takenIn(s.p[1], habeastest.OriginCell, custody.Admission{}), "already-in-custody") // aboard, between two hands: not moved
	s.at(s.p[1], id+"-B1", custody.Held)
	s.fact("reception2", takenIn(s.p[1], habeastest.RoadsideRoom, custody.Admission{}), "already-in-custody")
	s.at(s.p[1], habeastest.RoadsideRoom, custody.Held)
	s.line(id, s.p[1], custody.Withdrawn)
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) { // and is not bound by the offer any more
		return st.GoOut(s.p[1], custody.Outing{Destination: habeastest.Hospital, Escort: "Sgt. Tobar"}, n, n)
	}))
	if n := len(s.ok("escort", accept(h, "escort"))); n != 1 {
		t.Fatalf("%d entries: somebody taken in elsewhere departed", n)
	}

	// In an escort's hands they stay until the handover.
	road := s.underWay(s.p[3])
	s.fact("reception2", takenIn(s.p[3], habeastest.CentreReception, custody.Admission{}), "arrives-by-handover")
	s.at(s.p[3], road+"-B1", custody.InTransit)

	// The dead and those at large, at an instant before the roll lost them.
	s.ok("health", die(s.p[4]))
	s.ok("duty", escape(s.p[5]))
	before := func(person string) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) {
			return st.AdmitWithoutPapers(person, custody.Admission{}, habeastest.OriginCell, n.Add(-30*time.Minute), n)
		})
	}
	s.fact("reception", before(s.p[4]), "recorded-dead", "before-last-movement")
	s.fact("reception", before(s.p[5]), "before-last-movement")
	s.at(s.p[4], habeastest.OriginCell, custody.Held)
	s.at(s.p[5], habeastest.OriginCell, custody.Held)
}

// A stranger whom the transfer brings into a full cell, another for whom papers come, one
// who is handed in at the wrong house: all are recorded, with what was sent.
func TestUnlistedWhateverTheRollSays(t *testing.T) {
	s := newScene(t, 4)
	id := s.underWay(s.p[0])
	s.arrived(id, "B1")
	at := func(number, place string, a custody.Admission) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) { return st.Unlisted(id, number, a, place, n, n) })
	}
	tiny := habeastest.CentreCell(1, 1) // certified for two
	for i := range 2 {
		s.ok("reception2", at("", tiny, habeastest.Admission(30+i, habeastest.Paper(i, s.Clock.Now()))))
	}
	s.fact("reception2", at("", tiny, habeastest.Admission(33)), "place-over-capacity", "cell-rule-broken", "held-without-authority", "arrived-unlisted")

	sent := habeastest.Admission(1, habeastest.Paper(77, s.Clock.Now()))
	s.fact("reception2", at(s.p[1], habeastest.CentreReception, sent), "arrived-unlisted")
	if papers := s.State.PapersOf(s.p[1]); len(papers) != 2 || papers[1].Case != sent.Authorities[0].Case {
		t.Fatalf("the papers of somebody in custody are dropped: %v", papers)
	}

	// In truth on the manifest as departed: that they stand here is recorded, and the
	// handover that follows brings them onto the roll.
	s.fact("reception2", at(s.p[0], habeastest.CentreReception, habeastest.Admission(0, habeastest.Paper(78, s.Clock.Now()))), "arrives-by-handover")
	s.at(s.p[0], id+"-B1", custody.InTransit)
	if len(s.State.PapersOf(s.p[0])) != 2 {
		t.Fatal("the papers of somebody under way are dropped")
	}
	s.received(id, "B1")
	s.at(s.p[0], habeastest.CentreReception, custody.Held)

	s.fact("reception2", at(s.p[2], habeastest.RoadsideRoom, custody.Admission{}), "arrived-unlisted", "arrived-elsewhere")
	s.at(s.p[2], habeastest.RoadsideRoom, custody.Held)
	s.ok("health", die(s.p[3]))
	s.fact("reception2", at(s.p[3], habeastest.CentreReception, custody.Admission{}), "recorded-dead", "arrived-unlisted")
	s.refused("unknown-transfer", "reception2", once(func(st *state, n time.Time) (entry, error) {
		return st.Unlisted("TR-0", s.p[2], custody.Admission{}, habeastest.CentreReception, n, n)
	}))
	s.refused("unknown-place", "reception2", at(s.p[2], "nowhere", custody.Admission{}))
	s.resolved(id)
	s.ok("planner", closing(id))
}

func TestUnfitThoughOffered(t *testing.T) {
	s := newScene(t, 2)
	s.ok("duty", move(s.p[0], small))
	id := s.transfer(s.p...)
	s.approved(id)
	s.boarded(id, "B1", s.p...)
	s.counted(id, "B1", 2)
	h := s.offeredDeparture(id, "B1")
	s.ok("governor", once(func(st *state, n time.Time) (entry, error) { // the cell they left may hold nobody now
		return st.OrderCapacity(small, custody.CapacityOrder{Capacity: 0, SignedBy: "governor", From: n})
	}))
	s.fact("health", withdraw(id, s.p[0]), "place-over-capacity")
	s.at(s.p[0], small, custody.Held)
	s.line(id, s.p[0], custody.Withdrawn)
	s.ok("duty", move(s.p[0], habeastest.OriginReception)) // out of the offer, and free to be moved
	if n := len(s.ok("escort", accept(h, "escort"))); n != 2 {
		t.Fatalf("%d entries, want the acceptance and the other one", n)
	}
	s.at(s.p[1], id+"-B1", custody.InTransit)
}

func TestFoundBackAndOnTheRoadWhereNobodyMayBe(t *testing.T) {
	s := filled(t, 5)
	found := func(person, place string) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) { return st.Found(person, place, n, n) })
	}
	s.fact("landing", found(s.p[2], small), "found-elsewhere", "place-over-capacity")
	s.fact("landing", found(s.p[2], "OLD-M1")) // in the module that the cell lies in
	s.fact("landing", found(s.p[3], "OLD-M1"), "found-elsewhere")
	s.at(s.p[3], habeastest.OriginReception, custody.Held) // which cell, a sighting in the yard does not say

	s.ok("duty", escape(s.p[3]))
	s.fact("reception", once(func(st *state, n time.Time) (entry, error) { return st.Return(s.p[3], small, n, n) }), "place-over-capacity")

	id := s.underWay(s.p[4])
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.TakeOut(habeastest.RoadsideRoom, "smoke") }))
	s.fact("escort", once(func(st *state, n time.Time) (entry, error) {
		return st.Lodge(id, s.p[4], habeastest.RoadsideRoom, "", n.Add(-time.Hour), n)
	}), "place-out-of-use", "before-last-movement")
	s.at(s.p[4], habeastest.RoadsideRoom, custody.InTransit)
	s.refused("unknown-place", "escort", once(func(st *state, n time.Time) (entry, error) { return st.Divert(id, s.p[4], "nowhere", "", n, n) }))
}

// A death said to be in the future binds nobody until then.
func TestAFactOfTheFuture(t *testing.T) {
	s := newScene(t, 1)
	s.ok("records", citing(s.p[0], s.p[0]+"/A1"))
	s.ok("records", release(s.p[0]))
	s.ok("health", once(func(st *state, n time.Time) (entry, error) {
		return st.Die(s.p[0], custody.Death{}, n.AddDate(1, 0, 0))
	}))
	s.ok("reception", once(func(st *state, n time.Time) (entry, error) {
		return st.Return(s.p[0], habeastest.OriginReception, n, n)
	}))
	if h := s.State.Holdings.Get(s.p[0]); h.Since.After(s.Clock.Now()) {
		t.Fatalf("held since %v, which has not come", h.Since)
	}
}
