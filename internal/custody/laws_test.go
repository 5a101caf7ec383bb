package custody_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

func move(person, to string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) { return st.CellMove(person, to, n, n) })
}

func release(person string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) { return st.Release(person, "home", n, n) })
}

func withdraw(id, person string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) { return st.Withdraw(id, person, "unfit", "fever", n) })
}

func die(person string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) { return st.Die(person, custody.Death{Cause: "heart"}, n) })
}

func escape(person string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) { return st.Escape(person, "", n) })
}

func divert(id, person string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) {
		return st.Divert(id, person, habeastest.Hospital, "", n, n)
	})
}

func unlisted(id, number string, a custody.Admission) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) {
		return st.Unlisted(id, number, a, habeastest.CentreReception, n, n)
	})
}

func citing(person string, cites ...string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) {
		return st.OrderRelease(custody.ReleaseOrder{Person: person, Issuer: "Court", Case: "9", Cites: cites}, n)
	})
}

// Law 1: one place, one custodian.

func TestMovesAreChecked(t *testing.T) {
	s := newScene(t, 5)
	small := "OLD-M1-C2" // certified for 2
	s.ok("duty", move(s.p[0], small))
	s.ok("duty", move(s.p[1], small))
	if r := s.refused("place-full", "duty", move(s.p[2], small)); r.Law != 1 || r.Params["person"] != s.p[2] || r.Params["capacity"] != "2" {
		t.Errorf("the refusal does not say which law, who and how many: %v", r)
	}
	s.refused("already-there", "duty", move(s.p[0], small))
	s.refused("other-establishment", "duty", move(s.p[0], habeastest.CentreReception))
	s.refused("other-establishment", "duty", move(s.p[0], habeastest.Hospital))
	s.refused("place-holds-nobody", "duty", move(s.p[0], "OLD-M1"))
	s.refused("unknown-place", "duty", move(s.p[0], "nowhere"))
	s.refused("unknown-person", "duty", move("nobody", small))
	s.refused("before-last-movement", "duty", once(func(st *state, n time.Time) (entry, error) {
		return st.CellMove(s.p[0], habeastest.OriginCell, n.Add(-time.Hour), n)
	}))
	s.refused("place-occupied", "engineer", once(func(st *state, _ time.Time) (entry, error) { return st.TakeOut(small, "flooded") }))
	s.ok("duty", move(s.p[0], habeastest.OriginCell))
	s.ok("duty", move(s.p[1], habeastest.OriginCell))
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.TakeOut(small, "flooded") }))
	s.refused("place-out-of-use", "duty", move(s.p[0], small))
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.BringBack(small) }))

	// An operational capacity counts while it is in force, and never above the certified one.
	order := func(n int, until time.Duration) habeastest.Act {
		return once(func(st *state, now time.Time) (entry, error) {
			return st.OrderCapacity(small, custody.CapacityOrder{Capacity: n, SignedBy: "governor", From: now, Until: now.Add(until)})
		})
	}
	s.ok("governor", order(1, time.Hour))
	s.ok("duty", move(s.p[0], small))
	s.refused("place-full", "duty", move(s.p[1], small))
	s.Clock.Advance(time.Hour)
	s.ok("duty", move(s.p[1], small))
	s.ok("governor", order(9, time.Hour))
	s.refused("place-full", "duty", move(s.p[2], small))

	s.ok("duty", escape(s.p[3]))
	s.refused("not-in-custody", "duty", move(s.p[3], habeastest.OriginCell))
	s.ok("duty", die(s.p[4]))
	s.refused("not-in-custody", "duty", move(s.p[4], habeastest.OriginCell))
}

func TestNobodyIsAdmittedTwice(t *testing.T) {
	s := newScene(t, 1)
	again := func(a custody.Admission) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) {
			return st.Admit(s.p[0], a, habeastest.OriginReception, n, n)
		})
	}
	s.refused("already-in-custody", "reception", again(custody.Admission{}))
	s.ok("duty", escape(s.p[0]))
	s.refused("identity-given-twice", "reception", again(habeastest.Admission(0)))
	s.ok("reception", again(custody.Admission{}))
	s.at(s.p[0], habeastest.OriginReception, custody.Held)
	s.ok("duty", die(s.p[0]))
	s.refused("not-in-custody", "reception", again(custody.Admission{}))
}

// Law 2: two hands.

func TestTheSameOfficialIsNeverBothHands(t *testing.T) {
	s := newScene(t, 2)
	id := s.transfer(s.p...)
	s.refused("same-official", "planner", once(func(st *state, _ time.Time) (entry, error) { return st.ApproveTransfer(id, "planner") }))
	s.approved(id)
	s.boarded(id, "B1", s.p...)
	s.counted(id, "B1", 2)
	h := s.offeredDeparture(id, "B1")
	s.refused("same-official", "reception", accept(h, "reception"))
	s.at(s.p[0], id+"-B1", custody.Held) // between the two the giver still answers
	if got := s.State.Holdings.Get(s.p[0]).At.Custodian; got != habeastest.Origin {
		t.Fatalf("before acceptance %s answers, want the origin", got)
	}
	s.ok("escort", accept(h, "escort"))
	s.at(s.p[0], id+"-B1", custody.InTransit)
	s.refused("handover-ended", "escort2", accept(h, "escort2"))
	s.refused("unknown-handover", "escort2", accept("H0", "escort2"))
	s.arrived(id, "B1")
	h = s.ok("escort", offerArrival(id, habeastest.CentreReception, []string{"B1"}))[0].Detail.(*custody.Handover).ID
	s.refused("same-official", "escort", accept(h, "escort"))
	s.ok("reception2", accept(h, "reception2"))
	s.at(s.p[1], habeastest.CentreReception, custody.Held)
	s.ok("planner", closing(id))
}

func TestNothingMovesPeopleBetweenTwoHands(t *testing.T) {
	s := newScene(t, 4)
	id := s.transfer(s.p...)
	s.approved(id)
	s.boarded(id, "B1", s.p[0], s.p[1])
	s.counted(id, "B1", 2)
	s.offeredDeparture(id, "B1")
	s.refused("handover-open", "reception", offerDeparture(id, "B1"))
	s.refused("handover-open", "duty", move(s.p[0], habeastest.OriginCell))
	s.refused("handover-open", "records", release(s.p[0]))
	s.ok("reception", once(func(st *state, n time.Time) (entry, error) { return st.Identify(id, s.p[2], n, n) }))
	s.refused("handover-open", "reception", board(id, "B1", s.p[2])) // the vehicle is spoken for
}

func TestHandoverRecalled(t *testing.T) {
	s := newScene(t, 1)
	id := s.transfer(s.p[0])
	s.approved(id)
	s.boarded(id, "B1", s.p[0])
	s.counted(id, "B1", 1)
	h := s.offeredDeparture(id, "B1")
	recall := func(why string) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) { return st.RecallHandover(h, why, n) })
	}
	s.refused("reason-missing", "reception", recall(""))
	s.ok("reception", recall("a tyre"))
	s.refused("handover-ended", "escort", accept(h, "escort"))
	s.refused("handover-ended", "reception", recall("again"))
	s.at(s.p[0], id+"-B1", custody.Held)
	s.departed(id, "B1") // and can be offered again
	s.at(s.p[0], id+"-B1", custody.InTransit)
}

func TestHandoverAfterSomebodyDied(t *testing.T) {
	for name, loss := range map[string]func(string) habeastest.Act{"died": die, "escaped": escape} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, 2)
			id := s.transfer(s.p...)
			s.approved(id)
			s.boarded(id, "B1", s.p...)
			s.counted(id, "B1", 2)
			h := s.offeredDeparture(id, "B1")
			s.ok("escort", loss(s.p[0]))
			if n := len(s.ok("escort", accept(h, "escort"))); n != 2 { // the acceptance and one person
				t.Fatalf("%d entries, want 2", n)
			}
			s.line(id, s.p[0], custody.Withdrawn) // never departed
			s.line(id, s.p[1], custody.LineDeparted)
			if name == "escaped" { // taken again meanwhile, they do not go with the old offer
				s.ok("duty", once(func(st *state, n time.Time) (entry, error) {
					return st.Return(s.p[0], habeastest.OriginReception, n, n)
				}))
				s.at(s.p[0], habeastest.OriginReception, custody.Held)
			}
			s.arrived(id, "B1")
			s.received(id, "B1")
			s.ok("planner", closing(id))
			if n := s.State.TransferSums(id); !n.Hold() || n.Withdrawn != 1 || n.Received != 1 {
				t.Fatalf("the sums are %+v", n)
			}
		})
	}
}

func TestManifestIsCheckedRowByRow(t *testing.T) {
	s := newScene(t, 8)
	s.ok("duty", die(s.p[1]))
	s.ok("records", citing(s.p[2], s.p[2]+"/A1"))
	s.ok("records", release(s.p[2]))
	other := s.transfer(s.p[3])
	elsewhere := s.ok("reception", once(func(st *state, n time.Time) (entry, error) {
		return st.Admit("", habeastest.Admission(20, habeastest.Paper(20, n)), habeastest.CentreReception, n, n)
	}))[0].Person

	id := s.transfer()
	s.refused("manifest-empty", "planner", load(id))
	s.refused("unknown-transfer", "planner", load("TR-0", s.p[0]))
	r := s.refused("manifest-refused", "planner", load(id, s.p[0], s.p[1], s.p[2], s.p[3], elsewhere, "stranger", s.p[0]))
	want := map[string]string{s.p[1]: "not-in-custody", s.p[2]: "not-in-custody", s.p[3]: "listed-elsewhere", elsewhere: "other-establishment", "stranger": "unknown-person"}
	if len(r.Also) != len(want) || r.Params["count"] != fmt.Sprint(len(want)) {
		t.Fatalf("%d rows are named, want %d: %v", len(r.Also), len(want), r.Also)
	}
	for i, row := range r.Also {
		if want[row.Params["person"]] != row.Code || row.Params["row"] != fmt.Sprint(i+2) {
			t.Errorf("row %s is refused as %v", row.Params["row"], row)
		}
	}
	if r.Also[2].Params["transfer"] != other {
		t.Errorf("the refusal does not name the other transfer: %v", r.Also[2])
	}

	entries := s.ok("planner", load(id, s.p[0], s.p[4], s.p[0], s.p[4], s.p[4]))
	if d := entries[0].Detail.(*custody.ManifestLoad); d.Read != 5 || d.Listed != 2 || !slices.Equal(d.ListedTwice, []string{s.p[0], s.p[4], s.p[4]}) {
		t.Fatalf("the load says %+v", d)
	}
	if got := s.State.Listed(id); !slices.Equal(got, []string{s.p[0], s.p[4]}) {
		t.Fatalf("listed are %v", got)
	}
	many := make([]string, custody.MaxManifest+1)
	for i := range many {
		many[i] = custody.PrisonNumber(i)
	}
	s.refused("manifest-too-long", "planner", load(id, many...))
	s.refused("manifest-too-long", "planner", load(id, many[:custody.MaxManifest-1]...)) // with the two already on it
	s.approved(id)
	s.refused("transfer-status", "planner", load(id, s.p[5]))
}

func TestManifestOfFiveThousand(t *testing.T) {
	s := newScene(t, 0)
	for i := range custody.MaxManifest {
		_, err := s.Do("reception", once(func(st *state, n time.Time) (entry, error) {
			return st.Admit("", habeastest.Admission(i, habeastest.Paper(i, n)), habeastest.OriginReception, n, n)
		}))
		if err != nil {
			t.Fatal(err)
		}
	}
	id := s.transfer(habeastest.Numbers(custody.MaxManifest)...)
	if n := s.State.TransferSums(id).Listed; n != custody.MaxManifest {
		t.Fatalf("%d are listed", n)
	}
}

func TestBoardingIsChecked(t *testing.T) {
	s := newScene(t, 8)
	id := s.transfer(s.p[:7]...)
	s.refused("transfer-status", "reception", board(id, "B1", s.p[0])) // not approved
	s.approved(id)
	s.refused("line-status", "reception", board(id, "B1", s.p[0])) // not identified
	s.boarded(id, "B1", s.p[:4]...)
	s.ok("reception", once(func(st *state, n time.Time) (entry, error) { return st.Identify(id, s.p[4], n, n) }))
	if r := s.refused("seats-taken", "reception", board(id, "B1", s.p[4])); r.Params["seats"] != "4" || r.Params["person"] != s.p[4] {
		t.Errorf("the refusal does not say who and how many: %v", r)
	}
	s.refused("unknown-vehicle", "reception", board(id, "B9", s.p[4]))
	s.refused("not-listed", "reception", board(id, "B2", s.p[7]))
	s.refused("line-status", "reception", board(id, "B2", s.p[0])) // aboard already
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) {
		return st.GoOut(s.p[4], custody.Outing{Destination: habeastest.Court, Escort: "Sgt. Tobar"}, n, n)
	}))
	s.refused("not-in-establishment", "reception", board(id, "B2", s.p[4]))
	s.refused("vehicle-not-counted", "reception", offerDeparture(id, "B1"))
	s.fact("escort", once(func(st *state, n time.Time) (entry, error) {
		return st.CountVehicle(id, "B1", custody.VehicleCount{Stage: "boarding", Counted: 3}, n)
	}), "count-differs")
	s.refused("vehicle-not-counted", "reception", offerDeparture(id, "B1"))
	s.counted(id, "B1", 4)
	s.departed(id, "B1")
	s.refused("vehicle-departed", "reception", offerDeparture(id, "B1"))
	s.ok("reception", once(func(st *state, n time.Time) (entry, error) { return st.Identify(id, s.p[5], n, n) }))
	s.refused("vehicle-departed", "reception", board(id, "B1", s.p[5]))
}

func TestNobodyDepartsWithoutAnEscort(t *testing.T) {
	s := newScene(t, 1)
	id := s.ok("planner", once(func(st *state, _ time.Time) (entry, error) {
		return st.DraftTransfer(custody.Transfer{From: habeastest.Origin, To: habeastest.Centre, Date: "2031-03-14", LegalBasis: "Order 7"}, "planner")
	}))[0].Transfer
	s.ok("planner", once(func(st *state, _ time.Time) (entry, error) {
		return st.AddVehicle(id, custody.Vehicle{Code: "B1", Seats: 4})
	}))
	s.refused("manifest-empty", "governor", once(func(st *state, _ time.Time) (entry, error) { return st.ApproveTransfer(id, "governor") }))
	s.ok("planner", load(id, s.p[0]))
	s.approved(id)
	s.boarded(id, "B1", s.p[0])
	s.counted(id, "B1", 1)
	s.refused("no-escort", "reception", offerDeparture(id, "B1"))
}

func TestWithdrawalAfterBoardingReturnsThePerson(t *testing.T) {
	s := newScene(t, 2)
	s.ok("duty", move(s.p[0], habeastest.OriginCell))
	id := s.transfer(s.p...)
	s.approved(id)
	s.boarded(id, "B1", s.p...)
	s.at(s.p[0], id+"-B1", custody.Held)
	s.fact("reception", withdraw(id, s.p[0]))
	s.at(s.p[0], habeastest.OriginCell, custody.Held)
	if l := s.line(id, s.p[0], custody.Withdrawn); l.Reason != "unfit" {
		t.Fatalf("the reason is %q", l.Reason)
	}
	s.fact("reception", withdraw(id, s.p[0]), "already-withdrawn")
	s.refused("withdrawal-reason", "reception", once(func(st *state, n time.Time) (entry, error) { return st.Withdraw(id, s.p[1], "tired", "", n) }))
	s.ok("duty", move(s.p[0], habeastest.OriginReception)) // free to be moved again
	s.counted(id, "B1", 1)
	s.departed(id, "B1")
	s.fact("escort", withdraw(id, s.p[1]), "withdrawn-after-departure")
	s.line(id, s.p[1], custody.LineDeparted)
}

func TestClosingNamesWhoStandsInTheWay(t *testing.T) {
	s := newScene(t, 4)
	id := s.transfer(s.p...)
	s.approved(id)
	s.boarded(id, "B1", s.p[0], s.p[1])
	s.counted(id, "B1", 2)
	s.departed(id, "B1")
	s.fact("reception", withdraw(id, s.p[3]))
	r := s.refused("transfer-not-settled", "planner", closing(id))
	got := map[string]string{}
	for _, also := range r.Also {
		got[also.Params["person"]] = also.Params["status"]
	}
	want := map[string]string{s.p[0]: "departed", s.p[1]: "departed", s.p[2]: "listed"}
	if r.Law != 2 || r.Params["count"] != "3" || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("law %d, in the way are %v, want %v", r.Law, got, want)
	}
	s.refused("transfer-under-way", "duty", once(func(st *state, _ time.Time) (entry, error) { return st.CallOff(id, "storm") }))
	s.fact("reception", withdraw(id, s.p[2]))
	s.arrived(id, "B1")
	s.fact("escort", once(func(st *state, n time.Time) (entry, error) {
		return st.CountVehicle(id, "B1", custody.VehicleCount{Stage: "arrival", Counted: 3}, n)
	}), "count-differs")
	s.received(id, "B1")

	// All people are settled; the discrepancy stands until somebody resolves it by name.
	r = s.refused("transfer-not-settled", "planner", closing(id))
	if len(r.Also) != 1 || !errors.Is(r.Also[0], custody.Refused("discrepancy-open")) {
		t.Fatalf("in the way are %v, want one open discrepancy", r.Also)
	}
	if p := r.Also[0].Params; p["kind"] != "count-differs" || p["vehicle"] != id+"-B1" {
		t.Errorf("the refusal does not say what stands in the way: %v", p)
	}
	standing := slices.Collect(s.State.StandingDiscrepancies())
	d := r.Also[0].Params["discrepancy"]
	if len(standing) != s.State.AllOpenDiscrepancies() || !slices.ContainsFunc(standing, func(one *custody.Discrepancy) bool { return one.ID == d }) {
		t.Errorf("%d stand open: %v", s.State.AllOpenDiscrepancies(), standing)
	}
	resolve := func(explanation string) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) { return st.Resolve(d, "duty", explanation, n) })
	}
	s.refused("explanation-missing", "duty", resolve("  "))
	s.ok("duty", resolve("a guard was counted"))
	if r := s.refused("discrepancy-resolved", "duty2", resolve("another tale")); r.Params["by"] != "duty" {
		t.Fatalf("the refusal does not say who resolved it: %v", r)
	}
	s.ok("planner", closing(id))
	s.refused("transfer-status", "planner", closing(id))
	if n := s.State.TransferSums(id); !n.Hold() || n.Listed != 4 || n.Received != 2 || n.Withdrawn != 2 {
		t.Fatalf("the sums are %+v", n)
	}
}

func TestDivertedArrivesLater(t *testing.T) {
	s := newScene(t, 2)
	id := s.underWay(s.p...)
	s.fact("escort", divert(id, s.p[0]))
	s.at(s.p[0], habeastest.Hospital, custody.InTransit)
	s.refused("in-transit", "records", release(s.p[0]))
	s.fact("escort", divert(id, s.p[0]), "not-under-way")
	s.arrived(id, "B1")
	s.received(id, "B1")
	s.resolved(id)
	s.ok("planner", closing(id)) // a diversion is an answer
	h := s.ok("escort", offerArrival(id, habeastest.CentreReception, nil, s.p[0]))[0].Detail.(*custody.Handover).ID
	s.ok("reception2", accept(h, "reception2"))
	s.at(s.p[0], habeastest.CentreReception, custody.Held)
	if l := s.line(id, s.p[0], custody.Diverted); !l.ArrivedLater {
		t.Fatalf("the line does not say that they arrived later: %+v", l)
	}
	if n := s.State.TransferSums(id); !n.Hold() || n.ArrivedLater != 1 || n.Diverted != 1 || n.Received != 1 {
		t.Fatalf("the sums are %+v", n)
	}
	s.refused("not-with-escort", "escort", offerArrival(id, habeastest.CentreReception, nil, s.p[0]))
	s.refused("destination-not-hospital", "escort", once(func(st *state, n time.Time) (entry, error) {
		return st.Divert(id, s.p[1], habeastest.Court, "", n, n)
	}))
}

func TestLodgedAndResumed(t *testing.T) {
	s := newScene(t, 5)
	id := s.transfer(s.p...)
	s.approved(id)
	s.boarded(id, "B1", s.p[0])
	s.boarded(id, "B2", s.p[1:]...)
	s.counted(id, "B1", 1)
	s.counted(id, "B2", 4)
	s.departed(id, "B1")
	s.departed(id, "B2")
	lodge := func(person string) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) {
			return st.Lodge(id, person, habeastest.RoadsideRoom, "night", n, n)
		})
	}
	resume := func(person, vehicle string) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) { return st.Resume(id, vehicle, person, n) })
	}
	s.fact("escort", lodge(s.p[0]))
	s.at(s.p[0], habeastest.RoadsideRoom, custody.InTransit)
	if got := s.State.Holdings.Get(s.p[0]).At.Custodian; got != id {
		t.Fatalf("%s answers for somebody lodged, want the escort", got)
	}
	if s.State.Roll(habeastest.Roadside) != 0 {
		t.Fatal("somebody lodged is on the roll of the house that lodges them")
	}
	s.fact("escort", resume(s.p[1], "B1"), "not-under-way")    // was never lodged
	s.fact("escort", resume(s.p[0], "B2"), "seats-overbooked") // a fact is recorded, and disputed
	s.at(s.p[0], id+"-B2", custody.InTransit)
	s.line(id, s.p[0], custody.LineDeparted)
	s.arrived(id, "B2")
	s.received(id, "B2")
	s.at(s.p[0], habeastest.CentreReception, custody.Held)
	s.fact("escort", lodge(s.p[0]), "not-under-way")
	s.resolved(id)
	s.ok("planner", closing(id))
}

func TestDeadOrEscapedUnderWay(t *testing.T) {
	s := newScene(t, 3)
	id := s.underWay(s.p...)
	s.fact("escort", die(s.p[0]))
	s.fact("escort", escape(s.p[1]))
	s.line(id, s.p[0], custody.LineDead)
	s.line(id, s.p[1], custody.LineEscaped)
	s.at(s.p[0], "", custody.Dead)
	s.at(s.p[1], "", custody.Lost)
	s.fact("escort", die(s.p[0]), "not-held") // said twice, kept twice
	s.arrived(id, "B1")
	s.received(id, "B1")
	s.resolved(id)
	s.ok("planner", closing(id))
	if n := s.State.TransferSums(id); !n.Hold() || n.Dead != 1 || n.Escaped != 1 || n.Received != 1 || n.Departed != 3 {
		t.Fatalf("the sums are %+v", n)
	}
	s.fact("duty", once(func(st *state, n time.Time) (entry, error) { return st.Return(s.p[1], habeastest.RoadsideRoom, n, n) }))
	s.at(s.p[1], habeastest.RoadsideRoom, custody.Held)
}

func TestArrivalsNotOnTheList(t *testing.T) {
	s := newScene(t, 6)
	id := s.underWay(s.p[0])
	s.arrived(id, "B1")

	s.fact("reception2", unlisted(id, s.p[1], custody.Admission{}), "arrived-unlisted") // from the origin's roll
	s.at(s.p[1], habeastest.CentreReception, custody.Held)
	if l := s.line(id, s.p[1], custody.Received); !l.Unlisted {
		t.Fatalf("the line does not say that nobody listed them: %+v", l)
	}
	e := s.fact("reception2", unlisted(id, "", habeastest.Admission(40)), "held-without-authority", "arrived-unlisted") // a stranger without papers
	s.at(e.Person, habeastest.CentreReception, custody.Held)
	if since := custody.OverdueSince(s.State.Holdings.Get(e.Person), s.State.PapersOf(e.Person), s.Clock.Now()); !since.Equal(e.Happened) {
		t.Fatalf("the overdue-release clock runs from %v, want from the arrival at %v", since, e.Happened)
	}
	s.ok("duty", escape(s.p[2]))
	s.fact("reception2", unlisted(id, s.p[2], custody.Admission{}), "arrived-unlisted") // was at large

	s.fact("reception2", unlisted(id, s.p[0], custody.Admission{}), "arrives-by-handover") // stands here, and the escort still answers
	s.at(s.p[0], id+"-B1", custody.InTransit)
	s.fact("reception2", unlisted(id, s.p[1], custody.Admission{}), "already-in-custody") // twice
	there := s.ok("reception", once(func(st *state, n time.Time) (entry, error) {
		return st.Admit("", habeastest.Admission(41, habeastest.Paper(41, n)), habeastest.CentreReception, n, n)
	}))[0].Person
	s.fact("reception2", unlisted(id, there, custody.Admission{}), "already-in-custody")
	s.refused("unknown-transfer", "reception2", unlisted("TR-0", s.p[3], custody.Admission{}))
	s.received(id, "B1")
	s.resolved(id)
	s.ok("planner", closing(id))
	if n := s.State.TransferSums(id); !n.Hold() || n.Listed != 1 || n.Unlisted != 3 {
		t.Fatalf("the sums are %+v", n)
	}
}

func TestListedButLeftBehindArrives(t *testing.T) {
	s := newScene(t, 3)
	id := s.transfer(s.p...)
	s.approved(id)
	s.boarded(id, "B1", s.p[0])
	s.counted(id, "B1", 1)
	s.departed(id, "B1")
	s.fact("reception", withdraw(id, s.p[1]))
	s.arrived(id, "B1")
	s.received(id, "B1")
	for _, p := range s.p[1:] { // one withdrawn, one never identified: both stand at the gate
		s.fact("reception2", unlisted(id, p, custody.Admission{}), "arrived-unlisted")
		s.at(p, habeastest.CentreReception, custody.Held)
		s.line(id, p, custody.Received)
	}
	s.resolved(id)
	s.ok("planner", closing(id))
	if n := s.State.TransferSums(id); !n.Hold() || n.Received != 3 || n.Withdrawn != 0 {
		t.Fatalf("the sums are %+v", n)
	}
}

// Somebody who arrives with a transfer while another one was to answer for them is
// answered for there too.
func TestArrivesWithAnotherTransfer(t *testing.T) {
	s := newScene(t, 4)
	one := s.underWay(s.p[0])
	two := s.transfer(s.p[1], s.p[2])
	s.approved(two)
	s.boarded(two, "B1", s.p[1])
	for _, p := range s.p[:2] { // on the road with the first, and aboard for the second
		other := s.transfer(s.p[3])
		s.approved(other)
		s.fact("reception2", unlisted(other, p, custody.Admission{}), "arrived-unlisted")
		s.at(p, habeastest.CentreReception, custody.Held)
		s.fact("reception", withdraw(other, s.p[3]))
	}
	s.line(one, s.p[0], custody.Diverted)
	s.line(two, s.p[1], custody.Withdrawn)
	s.ok("planner", closing(one))
	s.fact("reception", withdraw(two, s.p[2]))
	s.ok("planner", closing(two))
}

func TestReceivingPlaceIsChecked(t *testing.T) {
	s := newScene(t, 3)
	id := s.underWay(s.p...)
	s.refused("vehicle-not-arrived", "escort", offerArrival(id, habeastest.CentreReception, []string{"B1"}))
	s.arrived(id, "B1")
	s.refused("other-establishment", "escort", offerArrival(id, habeastest.OriginReception, []string{"B1"}))
	s.refused("unknown-place", "escort", offerArrival(id, "CTR-M1", []string{"B1"}))
	s.refused("handover-empty", "escort", offerArrival(id, habeastest.CentreReception, nil))
	s.refused("place-full", "escort", offerArrival(id, habeastest.CentreCell(1, 1), []string{"B1"})) // certified for 2
	h := s.ok("escort", offerArrival(id, habeastest.CentreReception, []string{"B1"}))[0].Detail.(*custody.Handover).ID
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.TakeOut(habeastest.CentreReception, "smoke") }))
	s.refused("place-out-of-use", "reception2", accept(h, "reception2"))
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.BringBack(habeastest.CentreReception) }))
	s.refused("before-offer", "reception2", func(st *state, n time.Time) ([]entry, error) {
		return st.AcceptHandover(h, "reception2", n.Add(-time.Hour), n)
	})
	s.ok("reception2", accept(h, "reception2"))
}

// Law 3: no paper, no cell; live paper, no release.

func TestNoPaperNoCell(t *testing.T) {
	s := newScene(t, 0)
	admit := func(papers ...custody.Authority) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) {
			return st.Admit("", habeastest.Admission(1, papers...), habeastest.OriginReception, n, n)
		})
	}
	now := s.Clock.Now()
	future := habeastest.Paper(1, now)
	future.From = now.AddDate(0, 0, 1)
	s.refused("no-live-authority", "reception", admit())
	s.refused("no-live-authority", "reception", admit(habeastest.ShortPaper(1, now.AddDate(0, 0, -2), time.Hour)))
	s.refused("no-live-authority", "reception", admit(future))
	bad := habeastest.Paper(1, now)
	bad.Kind = "whim"
	s.refused("authority-kind-unknown", "reception", admit(bad))
	reversed := habeastest.Paper(1, now)
	reversed.Until = reversed.From
	s.refused("dates-reversed", "reception", admit(reversed))
	s.ok("reception", admit(habeastest.Paper(1, now)))

	e := s.fact("reception", once(func(st *state, n time.Time) (entry, error) {
		return st.AdmitWithoutPapers("", habeastest.Admission(2), habeastest.OriginReception, n, n)
	}), "held-without-authority")
	if custody.OverdueSince(s.State.Holdings.Get(e.Person), nil, s.Clock.Now()) != e.Happened {
		t.Fatal("the overdue-release clock does not run from the admission")
	}
}

func TestExpiredPaperDoesNotTravel(t *testing.T) {
	s := newScene(t, 1)
	person := s.ok("reception", once(func(st *state, n time.Time) (entry, error) {
		return st.Admit("", habeastest.Admission(7, habeastest.ShortPaper(7, n, time.Hour)), habeastest.OriginReception, n, n)
	}))[0].Person
	expires := s.Clock.Now().Add(time.Hour)
	id := s.transfer(s.p[0], person)
	s.approved(id)
	s.boarded(id, "B1", s.p[0], person)
	s.counted(id, "B1", 2)
	h := s.offeredDeparture(id, "B1")
	s.Clock.Advance(2 * time.Hour) // it expires between offer and acceptance
	if r := s.refused("no-live-authority", "escort", accept(h, "escort")); r.Law != 3 || r.Params["person"] != person {
		t.Fatalf("the refusal does not name the person: %v", r)
	}
	s.ok("reception", once(func(st *state, n time.Time) (entry, error) {
		return st.RecallHandover(h, "a paper expired", n)
	}))
	s.refused("no-live-authority", "reception", offerDeparture(id, "B1"))
	s.fact("reception", withdraw(id, person))
	if since := custody.OverdueSince(s.State.Holdings.Get(person), s.State.PapersOf(person), s.Clock.Now()); !since.Equal(expires) {
		t.Fatalf("overdue since %v, want since the paper expired at %v", since, expires)
	}
	s.ok("records", release(person)) // nothing holds them: lawful at once

	// On the road an expiry cannot undo the departure; the arrival is recorded and disputed.
	other := s.ok("reception", once(func(st *state, n time.Time) (entry, error) {
		return st.Admit("", habeastest.Admission(8, habeastest.ShortPaper(8, n, time.Hour)), habeastest.OriginReception, n, n)
	}))[0].Person
	road := s.underWay(other)
	s.Clock.Advance(2 * time.Hour)
	s.arrived(road, "B1")
	s.received(road, "B1")
	s.at(other, habeastest.CentreReception, custody.Held)
	if len(s.open(road)) != 1 {
		t.Fatalf("open discrepancies %v, want one for the paper that expired", s.open(road))
	}
}

func TestIdentifiedWithAnExpiredPaperIsDisputed(t *testing.T) {
	s := newScene(t, 1)
	id := s.transfer(s.p[0])
	s.approved(id)
	s.ok("records", once(func(st *state, n time.Time) (entry, error) { return st.EndAuthority(s.p[0]+"/A1", "quashed", n) }))
	s.fact("reception", once(func(st *state, n time.Time) (entry, error) { return st.Identify(id, s.p[0], n, n) }), "paper-expired")
	s.refused("no-live-authority", "reception", board(id, "B1", s.p[0]))
}

func TestReleaseGate(t *testing.T) {
	s := newScene(t, 2)
	p := s.p[0]
	s.ok("records", once(func(st *state, n time.Time) (entry, error) { return st.GiveAuthority(p, habeastest.Paper(2, n)) }))
	if r := s.refused("authority-live", "records", release(p)); r.Law != 3 || r.Params["authorities"] != p+"/A1, "+p+"/A2" {
		t.Fatalf("the refusal does not name each live paper: %v", r)
	}
	s.refused("cited-authority-unknown", "records", citing(p, s.p[1]+"/A1")) // another's paper
	s.refused("cited-authority-unknown", "records", citing(p, "none"))
	s.refused("release-order-incomplete", "records", citing(p))
	s.ok("records", citing(p, p+"/A1"))
	if r := s.refused("authority-live", "records", release(p)); r.Params["authorities"] != p+"/A2" {
		t.Fatalf("the refusal names %q, want the second paper alone", r.Params["authorities"])
	}
	s.ok("records", citing(p, p+"/A2"))
	e := s.ok("records", release(p))[0]
	if d := e.Detail.(*custody.Departure); len(d.Orders) != 2 {
		t.Fatalf("the release rests on %v, want two orders", d.Orders)
	}
	s.at(p, "", custody.Released)
	for _, a := range s.State.PapersOf(p) {
		if a.Live(s.Clock.Now()) {
			t.Errorf("%s is still live after the release", a.ID)
		}
	}
	s.refused("not-in-custody", "records", release(p))
	s.refused("before-last-movement", "records", once(func(st *state, n time.Time) (entry, error) {
		return st.Release(s.p[1], "", habeastest.Dawn.Add(-time.Hour), n)
	}))
}

// A release entered for a moment before the paper came to be live would let out somebody
// whom a live paper holds.
func TestReleaseCannotBeDatedAroundAPaper(t *testing.T) {
	s := newScene(t, 1)
	p := s.p[0]
	s.ok("records", once(func(st *state, n time.Time) (entry, error) { return st.EndAuthority(p+"/A1", "quashed", n) }))
	between := s.Clock.Advance(time.Hour)
	s.Clock.Advance(time.Hour)
	s.ok("records", once(func(st *state, n time.Time) (entry, error) {
		return st.GiveAuthority(p, habeastest.ShortPaper(3, n.Add(24*time.Hour), 240*time.Hour))
	}))
	s.refused("authority-live", "records", once(func(st *state, n time.Time) (entry, error) { return st.Release(p, "", between, n) }))
}

// Law 4: orders are checked, facts are accepted.

func TestArrivalBeforeDepartureIsRecorded(t *testing.T) {
	s := newScene(t, 1)
	id := s.transfer(s.p[0])
	s.approved(id)
	s.boarded(id, "B1", s.p[0])
	s.fact("escort", arrive(id, "B1"), "arrival-before-departure")
	s.counted(id, "B1", 1)
	s.departed(id, "B1")
	early := once(func(st *state, n time.Time) (entry, error) {
		return st.Arrive(id, "B1", habeastest.CentreReception, n.Add(-24*time.Hour))
	})
	s.fact("escort", early, "arrival-before-departure")
	// None of these is the arrival.
	s.refused("vehicle-not-arrived", "escort", offerArrival(id, habeastest.CentreReception, []string{"B1"}))
	s.fact("escort", arrive(id, "B1"))
	s.fact("escort", arrive(id, "B1"), "arrived-twice")
	s.fact("escort", early, "arrival-before-departure")
	s.refused("vehicle-not-arrived", "escort", once(func(st *state, n time.Time) (entry, error) { // nor offered before it
		return st.OfferArrival(id, []string{"B1"}, nil, habeastest.CentreReception, "escort", n.Add(-time.Hour), n)
	}))
	if len(s.open(id)) != 4 {
		t.Fatalf("open discrepancies %v, want four", s.open(id))
	}
	s.received(id, "B1")
	s.refused("transfer-not-settled", "planner", closing(id))
	s.resolved(id)
	s.ok("planner", closing(id))
}

func TestFactsAreAcceptedAgainstTheRoll(t *testing.T) {
	s := newScene(t, 4)
	found := func(person, place string) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) { return st.Found(person, place, n, n) })
	}
	back := func(person, place string) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) { return st.Return(person, place, n, n) })
	}
	s.fact("landing", found(s.p[0], habeastest.OriginReception)) // as the roll says
	s.fact("landing", found(s.p[0], habeastest.OriginCell), "found-elsewhere")
	s.at(s.p[0], habeastest.OriginCell, custody.Held)
	s.fact("landing", found(s.p[0], habeastest.CentreReception), "found-elsewhere") // whose hands cannot be settled by a sighting
	s.at(s.p[0], habeastest.OriginCell, custody.Held)
	s.ok("records", citing(s.p[1], s.p[1]+"/A1"))
	s.ok("records", release(s.p[1]))
	s.fact("landing", found(s.p[1], habeastest.OriginCell), "found-not-held")
	s.at(s.p[1], "", custody.Released)
	s.fact("health", die(s.p[1]), "not-held")
	s.fact("duty", escape(s.p[1]), "not-held")
	s.at(s.p[1], "", custody.Dead)
	s.fact("reception", back(s.p[2], habeastest.OriginReception), "returned-not-out")
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) {
		return st.GoOut(s.p[2], custody.Outing{Destination: habeastest.Court, Escort: "Sgt. Tobar"}, n, n)
	}))
	s.at(s.p[2], habeastest.Court, custody.Out)
	if s.State.Roll(habeastest.Origin) != 3 {
		t.Fatalf("the roll of the origin is %d: whoever is out is still on it", s.State.Roll(habeastest.Origin))
	}
	s.fact("reception", back(s.p[2], habeastest.RoadsideRoom), "returned-elsewhere")
	s.at(s.p[2], habeastest.RoadsideRoom, custody.Held)
	s.ok("duty", escape(s.p[3]))
	s.ok("records", once(func(st *state, n time.Time) (entry, error) { return st.EndAuthority(s.p[3]+"/A1", "quashed", n) }))
	s.fact("reception", back(s.p[3], habeastest.OriginReception), "held-without-authority")
}

// Law 5: nothing is erased.

func TestCorrectionsNameWhatTheyCorrect(t *testing.T) {
	s := newScene(t, 1)
	p := *s.State.People.Get(s.p[0])
	admitted := s.State.Holdings.Get(s.p[0]).Entry
	p.FamilyNames = "Umaña Cañas"
	correct := func(entry_ int64) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) { return st.CorrectPerson(p, entry_, n) })
	}
	s.refused("unknown-entry", "records", correct(9999))
	e := s.ok("records", correct(admitted))[0]
	if e.Corrects == nil || *e.Corrects != admitted {
		t.Fatalf("the correction names %v, want %d", e.Corrects, admitted)
	}
	if was := s.Entries[admitted].Detail.(*custody.Admission).Person.FamilyNames; was == p.FamilyNames {
		t.Fatal("the old identity is gone from the book")
	}
}

func TestApplyRefusesWhatDoesNotFit(t *testing.T) {
	s := newScene(t, 2)
	next := func() *entry {
		e := s.State.Chained(entry{Number: s.State.Next, Kind: custody.PersonMoved, Person: s.p[0], Recorded: s.State.LastRecorded, Happened: s.State.LastRecorded,
			Move: &custody.Move{From: s.State.Holdings.Get(s.p[0]).At, To: custody.Position{Establishment: habeastest.Origin, Place: habeastest.OriginCell, Custodian: habeastest.Origin}}})
		return &e
	}
	for name, spoil := range map[string]func(*entry){
		"a gap":                      func(e *entry) { e.Number++ },
		"a repetition":               func(e *entry) { e.Number-- },
		"time running back":          func(e *entry) { e.Recorded = e.Recorded.Add(-time.Second) },
		"another chain":              func(e *entry) { e.Previous = new(int64) },
		"no chain":                   func(e *entry) { e.Previous = nil },
		"an unknown kind":            func(e *entry) { e.Kind = "person.vanished" },
		"leaving where they are not": func(e *entry) { m := *e.Move; m.From.Place = "elsewhere"; e.Move = &m },
		"another custodian":          func(e *entry) { m := *e.Move; m.From.Custodian = "elsewhere"; e.Move = &m },
		"departing without a move":   func(e *entry) { e.Kind, e.Move, e.Detail = custody.PersonDeparted, nil, &custody.Hands{} },
	} {
		before := picture(s.State)
		e := next()
		spoil(e)
		s.State.Save()
		if err := s.State.Apply(e); err == nil {
			t.Errorf("an entry with %s was folded in", name)
		}
		s.State.Rollback()
		if after := picture(s.State); after != before {
			t.Errorf("rolled back after %s the state differs:\n%s", name, difference(before, after))
		}
	}
	if err := s.State.Apply(next()); err != nil {
		t.Fatal(err)
	}
}

func TestCheckLawsSeesBrokenStates(t *testing.T) {
	for name, spoil := range map[string]func(*state, []string){
		"no identity": func(s *state, p []string) { s.Holdings.Load(&custody.Holding{Person: "nobody", Status: custody.Held}) },
		"free in a place": func(s *state, p []string) {
			h := *s.Holdings.Get(p[0])
			h.Status = custody.Released
			s.Holdings.Load(&h)
		},
		"held nowhere":   func(s *state, p []string) { h := *s.Holdings.Get(p[0]); h.At.Place = ""; s.Holdings.Load(&h) },
		"nobody answers": func(s *state, p []string) { h := *s.Holdings.Get(p[0]); h.At.Custodian = ""; s.Holdings.Load(&h) },
		"another custodian": func(s *state, p []string) {
			h := *s.Holdings.Get(p[0])
			h.At.Custodian = habeastest.Centre
			s.Holdings.Load(&h)
		},
		"another's place": func(s *state, p []string) {
			h := *s.Holdings.Get(p[0])
			h.At.Place = habeastest.CentreReception
			s.Holdings.Load(&h)
		},
		"one hand": func(s *state, p []string) {
			s.Handovers.Load(&custody.Handover{ID: "H1", Status: custody.HandoverDone, Releasing: "a", Receiving: "a"})
		},
		"one signature": func(s *state, p []string) {
			s.Transfers.Load(&custody.Transfer{ID: "T", DraftedBy: "a", ApprovedBy: "a"})
		},
		"departed unheld": func(s *state, p []string) {
			s.Lines.Load(&custody.Line{Transfer: "T", Person: p[0], Status: custody.LineDeparted})
		},
	} {
		s := newScene(t, 2)
		if broken := s.State.CheckLaws(); len(broken) > 0 {
			t.Fatalf("broken before anything is spoilt: %v", broken)
		}
		spoil(s.State, s.p)
		if len(s.State.CheckLaws()) == 0 {
			t.Errorf("%s: no law is said to be broken", name)
		}
	}
}

// Who may do what: the monitor changes nothing, the dismissed nothing at all.
func TestPermissions(t *testing.T) {
	s := newScene(t, 0)
	actions := []custody.Action{custody.KeepPlaces, custody.OrderTheCapacity, custody.KeepOfficials, custody.KeepPapers, custody.AdmitPeople, custody.MovePeople,
		custody.ReleasePeople, custody.StateFacts, custody.PlanTransfers, custody.ApproveTransfers, custody.LoadVehicles, custody.GivePeople, custody.TakePeople,
		custody.CloseTransfers, custody.ResolveDisputes}
	for _, a := range actions {
		for _, who := range []string{"monitor", "nobody", ""} {
			if err := s.State.May(who, a); !errors.Is(err, custody.Refused("not-permitted")) {
				t.Errorf("%q may %s: %v", who, a, err)
			}
		}
		if !slices.ContainsFunc(custody.Roles, func(r custody.Role) bool { return s.State.May(string(r), a) == nil }) {
			t.Errorf("no role may %s", a)
		}
	}
	for _, a := range []custody.Action{custody.ReadRecords, custody.ReadBook} {
		if err := s.State.May("monitor", a); err != nil {
			t.Errorf("the monitor may not %s: %v", a, err)
		}
	}
	if s.State.May("planner", custody.ApproveTransfers) == nil || s.State.May("reception", custody.KeepPapers) == nil {
		t.Error("a role may do another's work")
	}
	s.ok("governor", once(func(st *state, _ time.Time) (entry, error) { return st.Dismiss("planner") }))
	if err := s.State.May("planner", custody.PlanTransfers); !errors.Is(err, custody.Refused("not-permitted")) {
		t.Errorf("the dismissed planner may plan: %v", err)
	}
}

// Texts that no paper carries are refused wherever they come in.
func TestTextsAreBounded(t *testing.T) {
	s := newScene(t, 1)
	p := s.p[0]
	id := s.transfer(p)
	for name, text := range map[string]string{"too long": string(slices.Repeat([]byte("x"), 5000)), "control characters": "a\x00b", "not UTF-8": "\xff"} {
		for field, act := range map[string]habeastest.Act{
			"place name": once(func(st *state, _ time.Time) (entry, error) {
				return st.Open(custody.Place{Code: "X", Kind: custody.Court, Name: text})
			}),
			"reason out of use": once(func(st *state, _ time.Time) (entry, error) { return st.TakeOut("OLD-M1-C2", text) }),
			"capacity reason": once(func(st *state, n time.Time) (entry, error) {
				return st.OrderCapacity("OLD-M1-C2", custody.CapacityOrder{SignedBy: "governor", From: n, Reason: text})
			}),
			"end of paper": once(func(st *state, n time.Time) (entry, error) { return st.EndAuthority(p+"/A1", text, n) }),
			"outing": once(func(st *state, n time.Time) (entry, error) {
				return st.GoOut(p, custody.Outing{Destination: habeastest.Court, Escort: text}, n, n)
			}),
			"death":    once(func(st *state, n time.Time) (entry, error) { return st.Die(p, custody.Death{Cause: text}, n) }),
			"escape":   once(func(st *state, n time.Time) (entry, error) { return st.Escape(p, text, n) }),
			"call off": once(func(st *state, _ time.Time) (entry, error) { return st.CallOff(id, text) }),
			"withdraw": once(func(st *state, n time.Time) (entry, error) { return st.Withdraw(id, p, "unfit", text, n) }),
			"name": once(func(st *state, n time.Time) (entry, error) {
				a := habeastest.Admission(9, habeastest.Paper(9, n))
				a.Person.FamilyNames = text
				return st.Admit("", a, habeastest.OriginReception, n, n)
			}),
			"destination": once(func(st *state, n time.Time) (entry, error) { return st.Release(p, text, n, n) }),
		} {
			if _, err := s.Do("duty", act); err == nil {
				t.Errorf("%s: text that is %s is taken", field, name)
			} else if r, ok := custody.RefusalOf(err); !ok || r.Reason != custody.Invalid {
				t.Errorf("%s: text that is %s: %v, want a refusal of invalid input", field, name, err)
			}
		}
	}
}
