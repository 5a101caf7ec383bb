package custody_test

import (
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// everyKind plays at least one entry of every kind there is.
func everyKind(t testing.TB) []*custody.Entry {
	s := &scene{t: t, Ledger: habeastest.NewLedger(6), p: habeastest.Numbers(6)}
	now := func() time.Time { return s.Clock.Now() }
	s.ok("governor", once(func(st *state, n time.Time) (entry, error) {
		return st.OrderCapacity(habeastest.OriginCell, custody.CapacityOrder{Capacity: 3, SignedBy: "governor", From: n, Until: n.AddDate(1, 0, 0), Reason: "repairs"})
	}))
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.TakeOut("OLD-M1-C2", "flooded") }))
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.BringBack("OLD-M1-C2") }))
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.Dismiss("landing") }))
	s.ok("records", once(func(st *state, n time.Time) (entry, error) {
		p := *st.People.Get(s.p[0])
		p.Aliases, p.Photograph = []string{"El Ñato"}, "photograph"
		return st.CorrectPerson(p, 30, n)
	}))
	s.ok("records", once(func(st *state, n time.Time) (entry, error) { return st.GiveAuthority(s.p[0], habeastest.Paper(7, n)) }))
	s.ok("records", once(func(st *state, n time.Time) (entry, error) { return st.EndAuthority(s.p[0]+"/A2", "quashed", n) }))
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) { return st.CellMove(s.p[5], habeastest.OriginCell, n, n) }))
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) { return st.Found(s.p[5], habeastest.OriginReception, n, n) }))
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) {
		return st.GoOut(s.p[5], custody.Outing{Destination: habeastest.Court, Escort: "Sgt. Tobar", DueBack: n.Add(time.Hour)}, n, n)
	}))
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) {
		return st.Return(s.p[5], habeastest.OriginReception, n, n)
	}))
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) { return st.Escape(s.p[5], "at night", n) }))
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) {
		return st.Return(s.p[5], habeastest.OriginReception, n, n)
	}))
	s.ok("records", once(func(st *state, n time.Time) (entry, error) {
		return st.OrderRelease(custody.ReleaseOrder{Person: s.p[5], Issuer: "Court", Case: "4", Cites: []string{s.p[5] + "/A1"}, Document: "paper"}, n)
	}))
	s.ok("records", once(func(st *state, n time.Time) (entry, error) { return st.Release(s.p[5], "home", n, n) }))
	s.ok("records", once(func(st *state, _ time.Time) (entry, error) {
		return st.DropRow(custody.DroppedRow{ID: "0123456789abcdef-7", File: "people.csv", Line: 7}, habeastest.OriginReception, "a test row")
	}))
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) {
		return st.Die(s.p[5], custody.Death{Circumstances: "illness", Cause: "heart", Remains: "family"}, n)
	}))

	s.ok("engineer", once(func(st *state, n time.Time) (entry, error) {
		return st.Designate("OLD-M1-C2", custody.Designation{Sex: "M", Age: custody.Adult, Features: []string{"wheelchair"}}, n)
	}))
	s.ok("governor", once(func(st *state, n time.Time) (entry, error) {
		return st.OrderOverCapacity("OLD-M1-C2", custody.OverCapacity{Capacity: 3, SignedBy: "governor", Until: n.Add(time.Hour), Reason: "flooding"}, n)
	}))
	s.ok("health", assess(custody.Assessment{Person: s.p[0], Risk: custody.HighRisk, With: []string{s.p[1]}, Needs: []string{"wheelchair"}, Review: now().AddDate(0, 1, 0)}))
	kept := s.ok("duty", apart(custody.WingLevel, true, s.p[2], s.p[3]))[0].Detail.(*custody.KeepApart).ID
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) { return st.EndApart(kept, "settled", n) }))
	s.ok("duty", carryOut(to(s.p[1], "OLD-M1-C2"), to(s.p[2], "OLD-M1-C2")))

	id := s.transfer(s.p[:5]...)
	s.ok("planner", once(func(st *state, n time.Time) (entry, error) {
		return st.PlanCells(id, custody.CellPlan{Cells: []custody.PlannedCell{{Person: s.p[3], Cell: habeastest.CentreCell(1, 1), Why: "room"}}, Unplaced: s.p[:1]}, n, n)
	}))
	s.ok("planner", once(func(st *state, _ time.Time) (entry, error) {
		return st.AddWaypoint(id, custody.Waypoint{Code: "W1", Name: "Bridge"})
	}))
	s.approved(id)
	s.boarded(id, "B1", s.p[:4]...)
	s.ok("reception", once(func(st *state, n time.Time) (entry, error) { return st.Withdraw(id, s.p[4], "unfit", "fever", n) }))
	s.counted(id, "B1", 4)
	h := s.offeredDeparture(id, "B1")
	s.ok("reception", once(func(st *state, n time.Time) (entry, error) { return st.RecallHandover(h, "a tyre", n) }))
	s.departed(id, "B1")
	s.ok("escort", once(func(st *state, n time.Time) (entry, error) {
		return st.Divert(id, s.p[0], habeastest.Hospital, "pain", n, n)
	}))
	s.ok("escort", once(func(st *state, n time.Time) (entry, error) {
		return st.Lodge(id, s.p[1], habeastest.RoadsideRoom, "night", n, n)
	}))
	s.ok("escort", once(func(st *state, n time.Time) (entry, error) { return st.Resume(id, "B1", s.p[1], n) }))
	s.arrived(id, "B1")
	s.received(id, "B1")
	s.ok("reception2", once(func(st *state, n time.Time) (entry, error) {
		return st.Unlisted(id, "", habeastest.Admission(50), habeastest.CentreReception, n, n)
	}))
	for _, d := range s.open(id) {
		s.ok("duty", once(func(st *state, n time.Time) (entry, error) { return st.Resolve(d, "duty", "looked into", n) }))
	}
	s.ok("planner", once(func(st *state, _ time.Time) (entry, error) { return st.CloseTransfer(id) }))
	other := s.transfer()
	s.ok("duty", once(func(st *state, _ time.Time) (entry, error) { return st.CallOff(other, "storm") }))
	everyCount(s)
	everyPaper(s)
	everyDevice(s)
	s.ok("monitor", once(func(st *state, _ time.Time) (entry, error) {
		return entry{Kind: custody.RecordRead, Person: s.p[0]}, nil
	}))
	s.ok("monitor", once(func(st *state, n time.Time) (entry, error) {
		return entry{Kind: custody.ClockRanBack, Detail: &custody.ClockReading{Read: now(), Last: n}}, nil
	}))
	broken := s.ok("landing", once(func(st *state, n time.Time) (entry, error) {
		return st.BreakTheGlass("duty", custody.Glass{Places: []string{custody.WholeService}, Reason: "fire in the infirmary", Until: n.Add(time.Hour)}, n)
	}))[0].Detail.(*custody.Glass).ID
	s.ok("landing", once(func(st *state, n time.Time) (entry, error) { return st.MendTheGlass("duty", broken, n) }))
	for _, kind := range []custody.Kind{custody.SessionsEnded, custody.RecoveryGiven, custody.LinkGiven, custody.WayInRevoked, custody.PasskeyRenamed, custody.PasskeyRemoved} {
		s.ok("engineer", once(func(*state, time.Time) (entry, error) {
			return entry{Kind: kind, Detail: &custody.OfficialName{Name: "landing"}}, nil
		}))
	}
	s.ok("console", once(func(st *state, n time.Time) (entry, error) {
		e, _ := st.ServiceRules("0a1b", []string{"no-night-release"}, false, n)
		return e, nil
	}))
	change := s.ok("engineer", once(func(st *state, n time.Time) (entry, error) {
		return st.ProposeMonitor(custody.MonitorChange{Act: custody.DismissMonitor, Official: "monitor", Reason: "the mandate ended"}, "engineer", n)
	}))[0].Detail.(*custody.MonitorChange).ID
	s.ok("governor", func(st *state, n time.Time) ([]entry, error) { return st.ConfirmMonitor(change, "governor", n) })
	return s.Entries
}

// everyPaper plays the printing of a roll and a form on paper.
func everyPaper(s *scene) {
	s.t.Helper()
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) {
		return st.PrintRoll(custody.RollPrint{Establishment: habeastest.Centre, AsOf: st.Next, At: n, People: 3, Digest: strings.Repeat("0a", 32)})
	}))
	s.ok("duty", onPaper(custody.PaperFact{Line: 1, What: custody.HasArrived, Place: habeastest.CentreReception, FamilyNames: "Tobar", Sex: "M", Note: "at the gate"}))
}

// onPaper enters a line of a form, of what happened a minute ago.
func onPaper(f custody.PaperFact) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) {
		if f.Happened.IsZero() {
			f.Happened = n.Add(-time.Minute)
		}
		return st.EnterLine("CTR-20310314-1", "Óscar Cañas", f, f.Happened, n)
	})
}

// everyCount plays a count that is signed and one that is given up.
func everyCount(s *scene) {
	s.t.Helper()
	s.ok("governor", once(func(st *state, _ time.Time) (entry, error) {
		return st.OrderCountRules(custody.CountRules{Establishment: habeastest.Centre, Times: []string{"06:00"}, Reason: "building works"}, "governor")
	}))
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) {
		return st.Appoint(custody.Official{Name: "landing3", FullName: "Third of the landings", Roles: []custody.Role{custody.LandingOfficer}})
	}))
	count := s.opened(custody.NamedCount, habeastest.CentreReception)
	there := s.State.CountLandings.Get(count + "/" + habeastest.CentreReception).People
	for _, hand := range []string{"landing2", "landing3"} {
		s.ok(hand, slipBy(habeastest.CentreReception, custody.Slip{Count: count, People: there, Strangers: []string{"a man with a limp"}, Source: custody.PaperSlip}, hand, now))
	}
	s.ok("duty", once(func(st *state, _ time.Time) (entry, error) {
		return st.CallRecount(count, habeastest.CentreReception, "seen by one alone")
	}))
	for _, hand := range []string{"landing2", "landing3"} {
		s.ok(hand, slipBy(habeastest.CentreReception, custody.Slip{Count: count, People: there, Source: custody.HandheldSlip, Device: "H1"}, hand, now))
	}
	s.ok("duty", sign(count))
	count = s.opened(custody.InformalCount, habeastest.CentreReception)
	s.ok("duty", once(func(st *state, n time.Time) (entry, error) { return st.AbandonCount(count, "rain", n) }))
}

// Entries of every kind come back from their canonical bytes as they were, and rebuild
// the same state.
func TestEveryKindComesBack(t *testing.T) {
	entries := everyKind(t)
	seen := map[custody.Kind]bool{}
	live := custody.NewState()
	for _, e := range entries {
		seen[e.Kind] = true
		if err := live.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range custody.Kinds() {
		if !seen[k] {
			t.Errorf("no entry of kind %s was played", k)
		}
	}
	if a, b := picture(live), picture(rebuilt(t, entries)); a != b {
		t.Fatalf("rebuilt from bytes the state differs:\n%s", difference(a, b))
	}
}

func TestDecodingRefusesWhatIsNoEntry(t *testing.T) {
	for _, body := range []string{
		"", "null", "[]", "7", "{}", `{"kind":"person.vanished"}`, `{"number":1.5,"kind":"person.moved"}`,
		`{"kind":"person.moved","detail":{}}`, `{"kind":"place.opened"}`, `{"kind":"place.opened","detail":{"code":"X","colour":"red"}}`,
		`{"kind":"place.opened","detail":"X"}`, `{"kind":"record.read","happened":"yesterday"}`, `{"kind":"record.read"} trailing`,
	} {
		if e, err := custody.DecodeEntry([]byte(body)); err == nil {
			t.Errorf("%s is read as %+v", body, e)
		}
	}
}

// FuzzDecodeEntry: no bytes make decoding or folding panic, and what is decoded comes
// back as it was.
func FuzzDecodeEntry(f *testing.F) {
	for _, e := range everyKind(f) {
		body, err := e.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`{"kind":"person.boarded","transfer":"TR-2031-0001","person":"1000000Y"}`))
	f.Add([]byte(`{"kind":"place.opened","detail":null}`))
	base := habeastest.NewLedger(2)
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := custody.DecodeEntry(body)
		if err != nil {
			return
		}
		first, err := e.Encode()
		if err != nil {
			return // an instant of a year that JSON does not write
		}
		d, err := custody.DecodeEntry(first)
		if err != nil {
			t.Fatalf("%s is not read again: %v", first, err)
		}
		if second, err := d.Encode(); err != nil || string(second) != string(first) {
			t.Fatalf("%s comes back as %s (%v)", first, second, err)
		}
		s, before := base.State, base.State.Next
		s.Save()
		s.Replay(d)
		s.Rollback()
		s.Save()
		*d = s.Chained(*d)
		d.Number = s.Next
		_ = s.Apply(d) // whether it fits is not the question here
		s.Rollback()
		if s.Next != before {
			t.Fatalf("the book went from %d to %d", before, s.Next)
		}
	})
}
