package cells_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

func TestABusIsPlannedAndPlaced(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		e := built(t, s, 4, 9)
		p := e.people
		e.apart(custody.CellLevel, true, p[0], p[1])
		e.apart(custody.WingLevel, true, p[2], p[3])
		e.assess(custody.Assessment{Person: p[4], Risk: custody.HighRisk})
		e.assess(custody.Assessment{Person: p[5], NotAlone: true})
		plan := e.propose(cells.Wish{Mode: cells.ForPeople, People: p})
		if len(plan.Moves) != 9 || len(plan.Unplaced) != 0 || plan.Establishment != prison {
			t.Fatalf("the plan is %+v", plan)
		}
		for _, m := range plan.Moves {
			if m.From != reception || m.Reason == "" || m.Name == "" {
				t.Errorf("a line of the plan is %+v", m)
			}
		}
		if again := e.propose(cells.Wish{Mode: cells.ForPeople, People: p}); !slices.EqualFunc(plan.Moves, again.Moves, func(a, b cells.Placement) bool { return a.Cell == b.Cell }) {
			t.Error("the same question had another answer")
		}
		if plan.Opened < plan.LowerBound || plan.LowerBound < 5 { // one alone, eight by two
			t.Errorf("%d cells opened, at least %d", plan.Opened, plan.LowerBound)
		}
		o := e.commit(plan)
		if o.Placed != 9 || len(o.Replanned) != 0 || len(o.Entries) != 10 {
			t.Fatalf("the outcome is %+v", o)
		}
		e.lawful()
		e.Verified()
	})
}

func TestSomebodyForWhomThereIsNoCell(t *testing.T) {
	e := built(t, habeastest.NewStore(t, habeastest.SQLite), 1, 3)
	e.assess(custody.Assessment{Person: e.people[0], Needs: []string{"wheelchair"}})
	plan := e.propose(cells.Wish{Mode: cells.ForPeople, People: e.people})
	if len(plan.Moves) != 2 || len(plan.Unplaced) != 1 {
		t.Fatalf("the plan is %+v", plan)
	}
	u := plan.Unplaced[0]
	if u.Person != e.people[0] || len(u.Rules) != 1 || u.Rules[0].Rule != "need" || u.Rules[0].Detail != "wheelchair" || len(u.Frees) == 0 {
		t.Errorf("unplaced is %+v", u)
	}
	e.must(e.desk.Designate(ctx, e.by("engineer"), cellOf(2, 2, 1), custody.Designation{Features: []string{"wheelchair"}}))
	if again := e.propose(cells.Wish{Mode: cells.ForPeople, People: e.people[:1]}); len(again.Moves) != 1 || again.Moves[0].Cell != cellOf(2, 2, 1) {
		t.Errorf("with a cell that will do the plan is %+v", again)
	}
}

func TestDesignatedCellsAreForWhomTheyAreFor(t *testing.T) {
	e := built(t, habeastest.NewStore(t, habeastest.SQLite), 2, 4)
	e.must(e.desk.Designate(ctx, e.by("engineer"), "BIG-W1", custody.Designation{Sex: "F"}))
	e.must(e.desk.Designate(ctx, e.by("engineer"), "BIG-W2-L1", custody.Designation{Legal: custody.Untried}))
	plan := e.propose(cells.Wish{Mode: cells.ForPeople, People: e.people})
	for _, m := range plan.Moves {
		if !strings.HasPrefix(m.Cell, "BIG-W2-L2") {
			t.Errorf("a convicted man is planned into %s", m.Cell)
		}
	}
	if len(plan.Moves) != 4 {
		t.Fatalf("the plan is %+v", plan)
	}
	e.commit(plan)
	e.lawful()
}

func TestOnlyWhatBrokeIsPlannedAnew(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		e := built(t, s, 4, 9)
		p := e.people
		plan := e.propose(cells.Wish{Mode: cells.ForPeople, People: p[:8]})
		cell := map[string]string{}
		for _, m := range plan.Moves {
			cell[m.Person] = m.Cell
		}
		e.moves(cell[p[0]], p[8]) // somebody else takes one of the two places
		e.As("duty").ReportsDeath(p[3])
		o := e.commit(plan)
		if len(o.Replanned) != 2 || o.Placed != 6 {
			t.Fatalf("the outcome is %+v", o)
		}
		why := map[string]string{}
		for _, r := range o.Replanned {
			why[r.Why] = r.Person
			if r.Why == "place-full" && (r.Planned != cell[p[0]] || r.Cell == "" || r.Cell == r.Planned || e.where(r.Person) != r.Cell) {
				t.Errorf("planned anew: %+v", r)
			}
			if r.Why == "not-in-custody" && (r.Person != p[3] || r.Cell != "") {
				t.Errorf("planned anew: %+v", r)
			}
		}
		if len(why) != 2 {
			t.Errorf("planned anew: %+v", o.Replanned)
		}
		for _, m := range plan.Moves {
			if m.Person != why["place-full"] && m.Person != p[3] && e.where(m.Person) != m.Cell {
				t.Errorf("%s is in %s, planned %s", m.Person, e.where(m.Person), m.Cell)
			}
		}
		e.lawful()
		e.Verified()
	})
}

func TestAPlanThatNothingIsLeftOf(t *testing.T) {
	e := built(t, habeastest.NewStore(t, habeastest.SQLite), 1, 9)
	p := e.people
	plan := e.propose(cells.Wish{Mode: cells.ForPeople, People: p[:1]})
	for i, cell := range []string{cellOf(1, 1, 1), cellOf(1, 2, 1), cellOf(2, 1, 1), cellOf(2, 2, 1)} {
		e.moves(cell, p[2*i+1], p[2*i+2]) // the prison is full
	}
	before := e.Book.Size()
	_, err := e.desk.Commit(ctx, e.by("reception"), decision(plan))
	if r := e.refused("plan-overtaken", err); len(r.Also) != 1 || r.Also[0].Code != "place-full" || r.Also[0].Params["person"] != p[0] {
		t.Errorf("the refusal is %v with %v", r, r.Also)
	}
	if e.Book.Size() != before {
		t.Error("a plan that was refused wrote something")
	}
	for code, moves := range map[string][]custody.CellOrder{
		"unknown-place":  {{Person: p[0], To: "nowhere"}},
		"unknown-person": {{Person: "nobody", To: cellOf(1, 1, 1)}},
		"named-twice":    {{Person: p[0], To: cellOf(1, 1, 1)}, {Person: p[0], To: cellOf(1, 2, 1)}},
		"list-empty":     nil,
	} {
		_, err = e.desk.Commit(ctx, e.by("reception"), cells.Decision{Moves: moves})
		e.refused(code, err)
	}
	_, err = e.desk.Commit(ctx, e.by("monitor"), decision(plan))
	e.refused("not-permitted", err)
	_, err = e.desk.Propose(ctx, e.by("monitor"), cells.Wish{Mode: cells.ForPeople, People: p}, e.now())
	e.refused("not-permitted", err)
}

func TestAWingIsRebalancedAndEmptied(t *testing.T) {
	e := built(t, habeastest.NewStore(t, habeastest.SQLite), 4, 8)
	p := e.people
	e.moves(cellOf(1, 1, 1), p[0], p[1])
	e.moves(cellOf(1, 1, 2), p[2], p[3])
	e.moves(cellOf(1, 1, 3), p[4], p[5])
	e.apart(custody.CellLevel, true, p[0], p[1]) // who are together now
	e.apart(custody.CellLevel, true, p[2], p[3])
	if list := e.desk.Standing(prison, e.now()); len(list) != 2 {
		t.Fatalf("breaches before: %+v", list)
	}
	one := e.propose(cells.Wish{Mode: cells.ForRebalance, Place: "BIG-W1", MaxMoves: 1})
	if len(one.Moves) != 1 {
		t.Fatalf("with a limit of one move the plan is %+v", one.Moves)
	}
	e.commit(e.propose(cells.Wish{Mode: cells.ForRebalance, Place: "BIG-W1", MaxMoves: 4}))
	e.lawful()

	empty := e.propose(cells.Wish{Mode: cells.ForEmptying, Place: "BIG-W1"})
	if len(empty.Moves) != 6 {
		t.Fatalf("to empty the wing the plan is %+v", empty)
	}
	for _, m := range empty.Moves {
		if !strings.HasPrefix(m.Cell, "BIG-W2") {
			t.Errorf("%s goes to %s", m.Person, m.Cell)
		}
	}
	e.commit(empty)
	e.lawful()
	if _, err := e.Roll.TakeOut(ctx, e.by("engineer"), "BIG-W1", "fire"); err != nil {
		t.Fatal(err)
	}
	_, err := e.desk.Propose(ctx, e.by("duty"), cells.Wish{Mode: cells.ForEmptying, Place: "BIG-W1"}, e.now())
	e.refused("nobody-to-place", err)
	if plan := e.propose(cells.Wish{Mode: cells.ForPeople, People: p[6:]}); !strings.HasPrefix(plan.Moves[0].Cell, "BIG-W2") {
		t.Errorf("a cell out of use is planned: %+v", plan.Moves)
	}
}

func TestACellWithPeopleIsNotTakenOutOfUse(t *testing.T) {
	e := built(t, habeastest.NewStore(t, habeastest.SQLite), 2, 2)
	e.moves(cellOf(1, 1, 1), e.people...)
	_, err := e.Roll.TakeOut(ctx, e.by("engineer"), cellOf(1, 1, 1), "flooded")
	e.refused("place-occupied", err)
	_, err = e.Roll.TakeOut(ctx, e.by("engineer"), "BIG-W1", "flooded")
	e.refused("place-occupied", err)
}

func TestATransferIsPlannedBeforeItDeparts(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		e := &estate{Play: habeastest.NewPlay(t, s, 6), t: t, people: habeastest.Numbers(6)}
		e.desk = cells.New(e.Book)
		p := e.people
		e.apart(custody.CellLevel, true, p[0], p[1])
		id := e.As("planner").Drafts([]string{"B1", "B2"}, p...)
		_, _, err := e.desk.PlanTransfer(ctx, e.by("monitor"), id, nil, 1, e.now())
		e.refused("not-permitted", err)
		c := e.by("planner")
		c.Key, c.Digest = "plan", "d"
		w, proposal, err := e.desk.PlanTransfer(ctx, c, id, nil, 1, e.now())
		if err != nil || len(proposal.Moves) != 6 {
			t.Fatalf("%v: %+v", err, proposal)
		}
		if again, _, err := e.desk.PlanTransfer(ctx, c, id, nil, 1, e.now()); err != nil || !again.Replayed || again.First != w.First {
			t.Fatalf("the same request again: %+v, %v", again, err)
		}
		lines, _, err := e.Transfer.Manifest(id, "", "", 10)
		if err != nil || len(lines) != 6 {
			t.Fatal(lines, err)
		}
		for i, l := range lines {
			if l.Cell != proposal.Moves[i].Cell || l.Why != proposal.Moves[i].Reason {
				t.Errorf("the line %+v differs from the plan %+v", l, proposal.Moves[i])
			}
		}
		e.As("governor").Approves(id)
		for bus, people := range map[string][]string{"B1": p[:4], "B2": p[4:]} {
			e.As("reception").Boards(id, bus, people...)
			e.As("reception").Counts(id, bus, len(people))
			e.As("escort").Accepts(e.As("reception").OffersDeparture(id, bus))
			e.As("escort").Arrives(id, bus)
		}
		_, err = e.desk.Place(ctx, e.by("reception2"), id, nil, time.Time{})
		e.refused("transfer-without-plan", err) // nobody is in reception yet
		e.As("reception2").Accepts(e.As("escort").OffersArrival(id, []string{"B1"}))
		c = e.by("reception2")
		c.Key, c.Digest = "place", "d"
		o, err := e.desk.Place(ctx, c, id, p[:2], time.Time{})
		if err != nil || o.Placed != 2 {
			t.Fatalf("%+v, %v", o, err)
		}
		o, err = e.desk.Place(ctx, e.by("reception2"), id, nil, time.Time{})
		if err != nil || o.Placed != 2 {
			t.Fatalf("%+v, %v", o, err)
		}
		if again, err := e.desk.Place(ctx, c, id, p[:2], time.Time{}); err != nil || !again.Replayed || again.Placed != 2 {
			t.Fatalf("the same request again: %+v, %v", again, err)
		}
		for i := range 4 {
			if e.where(p[i]) != lines[i].Cell {
				t.Errorf("%s is in %s, planned %s", p[i], e.where(p[i]), lines[i].Cell)
			}
		}
		// Those still under way keep their places in plans for others.
		e.Book.Read(func(s *custody.State) {
			kept := 0
			s.Reserved(habeastest.Centre, func(string, string) { kept++ })
			if kept != 2 {
				t.Errorf("%d places are kept, want 2", kept)
			}
		})
		if sums, err := e.Transfer.View(id); err != nil || sums.Cells.Planned != 6 || sums.Cells.Placed != 4 {
			t.Errorf("the transfer's sums are %+v, %v", sums.Cells, err)
		}
		e.lawful()
		e.Verified()
	})
}

func TestKeepApartListsAreReadRowByRow(t *testing.T) {
	e := built(t, habeastest.NewStore(t, habeastest.SQLite), 2, 5)
	p := e.people
	e.moves(cellOf(1, 1, 1), p[0], p[1])
	list := strings.Join([]string{
		"Persona 1;Persona 2;Nivel;Motivo;Hasta",
		p[0] + ";" + p[1] + ";celda;amenazas;", // they are together now
		p[1] + ";" + p[2] + ";;amenazas;",
		p[2] + ";" + p[0] + ";;amenazas;",          // closes a cycle
		p[1] + ";" + p[0] + ";;amenazas otra vez;", // the first the other way round
		p[3] + ";" + p[3] + ";pabellón;amenazas;",  // from themselves
		p[3] + ";1000000X;pabellón;amenazas;",
		p[3] + ";" + p[4] + ";prisión;amenazas;",
		p[3] + ";" + p[4] + ";pabellón;;",
		p[3] + ";" + habeastest.Numbers(99)[98] + ";pabellón;amenazas;",
		p[3] + " " + p[4] + ";" + p[0] + ";ala;riña en el patio;31/12/2031",
		"",
	}, "\n")
	read := func(apply bool) cells.ApartReport {
		t.Helper()
		r, err := e.desk.ImportAparts(ctx, e.by("records"), cells.ApartFile{Name: "list.csv", File: strings.NewReader(list), Apply: apply}, e.now())
		if err != nil {
			t.Fatal(err)
		}
		if r.Read != r.Taken+r.Already+r.Refused+r.Blank {
			t.Errorf("the sums do not hold: %+v", r)
		}
		return r
	}
	size := e.Book.Size()
	dry := read(false)
	if e.Book.Size() != size || dry.Taken != 4 || dry.Already != 1 || dry.Refused != 5 {
		t.Fatalf("the dry run: %+v, the book grew by %d", dry, e.Book.Size()-size)
	}
	r := read(true)
	if r.Taken != 4 || r.Already != 1 || r.Refused != 5 || e.Book.Size() != size+4 {
		t.Fatalf("the list: %+v, the book grew by %d", r, e.Book.Size()-size)
	}
	var codes []string
	for _, row := range r.Rows {
		codes = append(codes, row.Code)
	}
	if want := []string{"apart-from-nobody", "prison-number-check", "choice-unknown", "value-missing", "unknown-person"}; !slices.Equal(codes, want) {
		t.Errorf("refused with %v, want %v", codes, want)
	}
	if again := read(true); again.Taken != 0 || again.Already != 5 {
		t.Errorf("the same list again: %+v", again)
	}
	if list := e.Roll.Discrepancies(true); len(list) != 1 || list[0].Kind != "kept-apart-together" || list[0].Place != cellOf(1, 1, 1) {
		t.Errorf("discrepancies: %+v", list)
	}
	if in, total := e.desk.KeepAparts("monitor", true, -1, 2, e.now()); total != 4 || len(in) != 2 || len(in[0].Members) != 3 || in[0].Level != custody.WingLevel {
		t.Errorf("%d orders, the newest %+v", total, in)
	}
	_, err := e.desk.ImportAparts(ctx, e.by("landing"), cells.ApartFile{Name: "list.csv", File: strings.NewReader(list), Apply: true}, e.now())
	e.refused("not-permitted", err)
}

func TestSpaces(t *testing.T) {
	e := built(t, habeastest.NewStore(t, habeastest.SQLite), 2, 4) // cells of 7.5 m² for two
	p := e.people
	e.moves(cellOf(1, 1, 1), p[0], p[1])
	e.moves(cellOf(1, 1, 2), p[2])
	e.must(e.desk.OrderOverCapacity(ctx, e.by("governor"), cellOf(1, 1, 1), custody.OverCapacity{Capacity: 3, Until: e.now().Add(time.Hour), Reason: "flooding"}))
	e.moves(cellOf(1, 1, 1), p[3])
	s, err := e.desk.Spaces("BIG-W1", e.now())
	if err != nil || len(s.Cells) != 4 {
		t.Fatalf("%+v, %v", s, err)
	}
	three, one, none := s.Cells[0], s.Cells[1], s.Cells[2]
	if three.PerPerson != 250 || *three.SPC1 || *three.SPC3 || three.SPC2 != nil || !three.Over || three.Capacity != 3 {
		t.Errorf("three in 7.5 m²: %+v", three)
	}
	if one.PerPerson != 750 || !*one.SPC2 || !*one.SPC3 || one.SPC1 != nil || one.Over {
		t.Errorf("one in 7.5 m²: %+v", one)
	}
	if none.SPC1 != nil || none.SPC2 != nil || none.SPC3 != nil || none.Present != 0 {
		t.Errorf("nobody in 7.5 m²: %+v", none)
	}
	if s.People != 4 || s.Crowded != 3 || s.Stricter != 3 || len(s.Breaches) != 1 || s.Breaches[0].Rule != "SPC-1" {
		t.Errorf("the wing: %+v", s)
	}
	_, err = e.desk.Spaces("HOSP", e.now())
	e.refused("unknown-place", err)
	placing, err := e.desk.Placing(p[3], e.now())
	if err != nil || placing.Class.String() != "M/adult/convicted" || len(placing.Breaches) != 1 {
		t.Errorf("%+v, %v", placing, err)
	}
}

func TestActsAreForThoseWhoServeThere(t *testing.T) {
	e := built(t, habeastest.NewStore(t, habeastest.SQLite), 2, 2)
	for _, c := range []struct {
		role custody.Role
		name string
	}{{custody.DutyManager, "duty.ctr"}, {custody.Governor, "governor.ctr"}, {custody.HealthStaff, "health.ctr"}, {custody.ReceptionOfficer, "reception.ctr"}} {
		e.must(e.Roll.Appoint(ctx, e.by("engineer"), custody.Official{Name: c.name, FullName: c.name, Roles: []custody.Role{c.role}, Establishment: habeastest.Centre}))
	}
	p := e.people
	plan := e.propose(cells.Wish{Mode: cells.ForPeople, People: p})
	const code = "other-establishments-official"
	for name, act := range map[string]func(c book.Command) error{
		"health.ctr": func(c book.Command) error {
			_, err := e.desk.Assess(ctx, c, custody.Assessment{Person: p[0], Reason: "interview"})
			return err
		},
		"duty.ctr": func(c book.Command) error {
			_, err := e.desk.KeepApart(ctx, c, custody.KeepApart{Members: p, Level: custody.CellLevel, Reason: "a threat"})
			return err
		},
		"governor.ctr": func(c book.Command) error {
			_, err := e.desk.OrderOverCapacity(ctx, c, cellOf(1, 1, 1), custody.OverCapacity{Capacity: 3, Until: e.now().Add(time.Hour), Reason: "flooding"})
			return err
		},
		"reception.ctr": func(c book.Command) error {
			if _, err := e.desk.Propose(ctx, c, cells.Wish{Mode: cells.ForPeople, People: p}, e.now()); err == nil {
				t.Error("a plan was made for another establishment")
			}
			_, err := e.desk.Commit(ctx, c, decision(plan))
			return err
		},
	} {
		e.refused(code, act(e.by(name)))
	}
}
