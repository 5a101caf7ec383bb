package custody_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

var ctx = context.Background()

// repeat draws and plays commands, checking after each.
func (m *machine) repeat(t *rapid.T) {
	actions := map[string]func(*rapid.T){
		"": m.check, "time passes": m.timePasses,
		"admit": m.admit, "take in again": m.readmit, "move": m.move, "found": m.found, "go out": m.goOut, "return": m.comeBack,
		"give paper": m.givePaper, "end paper": m.endPaper, "order release": m.orderRelease, "release": m.release, "die": m.die, "escape": m.escape,
		"assess": m.assess, "keep apart": m.keepApart, "end apart": m.endApart, "plan": m.plan, "take out": m.takeOut, "order capacity": m.orderCapacity, "take in known": m.takeInKnown, "resolve": m.resolve,
		"draft": m.draft, "list": m.list, "approve": m.approve, "add vehicle": m.addVehicle, "call off": m.callOff, "identify": m.identify,
		"board": m.board, "count": m.count, "offer departure": m.offerDeparture, "accept": m.accept, "recall": m.recall,
		"arrive": m.arrive, "offer arrival": m.offerArrival, "withdraw": m.withdraw, "divert": m.divert, "lodge": m.lodge, "resume": m.resume,
		"unlisted": m.unlisted, "close": m.close,
	}
	for i := range 24 {
		actions[fmt.Sprint("journey ", i)] = m.leg // so that whole journeys happen
	}
	m.openWomensCell(t)
	t.Repeat(actions)
}

// womensCell is a place for women alone, which the invented service has not.
const womensCell = "OLD-M1-F1"

func (m *machine) openWomensCell(t *rapid.T) {
	p := custody.Place{Code: womensCell, Parent: "OLD-M1", Name: "Women's cell", Kind: custody.Cell, Sex: "F", FloorArea: 680, Certified: 2}
	m.play(t, "a place", true, order{"engineer", custody.KeepPlaces,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.Open(p) }),
		func(d desks, c book.Command) (book.Written, error) { return d.roll.OpenPlace(ctx, c, p) }})
	m.places[womensCell] = &spot{establishment: habeastest.Origin, parent: "OLD-M1", sex: "F", cell: true, holds: true, room: 2}
}

func once(decide func(s *custody.State, now time.Time) (custody.Entry, error)) habeastest.Act {
	return habeastest.Once(decide)
}

func (m *machine) timePasses(t *rapid.T) {
	m.clock().Advance(time.Duration(rapid.IntRange(1, 60).Draw(t, "minutes")) * time.Minute)
}

func (m *machine) admit(t *rapid.T) {
	if len(m.people) >= mostHeld {
		t.Skip("enough people")
	}
	n, at, papers, place := len(m.people), m.at(t), m.papers(t), m.anyHolding(t)
	fact := rapid.IntRange(0, 3).Draw(t, "as a fact") == 0
	a := habeastest.Admission(n, papers...)
	live, w := anyLive(papers, at, m.now()), &who{nth: n}
	w.file("", papers)
	against := m.against(place, at, m.now(), w)
	entries := m.play(t, "admission", fact || (len(against) == 0 && live), order{"reception", custody.AdmitPeople,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) {
			if fact {
				return s.AdmitWithoutPapers("", a, place, at, now)
			}
			return s.Admit("", a, place, at, now)
		}), func(d desks, c book.Command) (book.Written, error) {
			return d.roll.Admit(ctx, c, arrival("", place, at, a, fact))
		}})
	if entries == nil {
		return
	}
	m.people[entries[0].Person] = w
	w.papers = nil
	w.file(entries[0].Person, papers)
	m.put(entries[0].Person, "held", m.places[place].establishment, place, m.places[place].establishment, "", at)
	if !live {
		against = append(against, "held-without-authority")
	}
	contradicts(t, entries[0], against...)
}

// takeInKnown states the fact that somebody of the register was taken in, whatever the roll
// says of them, perhaps under another name, with or without papers.
func (m *machine) takeInKnown(t *rapid.T) {
	rarely(t)
	person, at, papers, place := m.anyone(t), m.at(t), m.papers(t), m.anyHolding(t)
	w, now := m.people[person], m.now()
	a, other := custody.Admission{Authorities: papers}, false
	if rapid.Bool().Draw(t, "with an identity") {
		nth := rapid.SampledFrom([]int{w.nth, w.nth + 1}).Draw(t, "of")
		a, other = habeastest.Admission(nth, papers...), nth != w.nth
	}
	w.file(person, papers)
	moves, kinds := m.standsHere(person, place, "", at, now)
	if other {
		kinds = append(kinds, "identity-differs")
	}
	e := m.play(t, "somebody known taken in", true, order{"reception", custody.AdmitPeople,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.AdmitWithoutPapers(person, a, place, at, now)
		}),
		func(d desks, c book.Command) (book.Written, error) {
			return d.roll.Admit(ctx, c, arrival(person, place, at, a, true))
		}})[0]
	contradicts(t, e, kinds...)
	if stated := e.Detail.(*custody.Admission).Stated; (a.Person == nil) != (stated == nil) || (stated != nil && stated.FullName() != a.Person.FullName()) {
		t.Fatalf("the identity that was stated is kept as %+v", stated)
	}
	if !moves {
		return
	}
	here := m.places[place].establishment
	if w.held() && w.establishment != here {
		m.answerElsewhere(person, "")
	}
	m.put(person, "held", here, place, here, "", at)
}

func (m *machine) readmit(t *rapid.T) {
	person, at, papers, place := m.anyone(t), m.at(t), m.papers(t), m.anyHolding(t)
	w := m.people[person]
	a := custody.Admission{Authorities: papers}
	now, had := m.now(), w.papers
	w.papers = slices.Clone(had)
	w.file(person, papers) // judged with what is brought
	can := !w.held() && w.status != "dead" && !at.Before(w.since) && m.roomy(place, at, now, w) && w.liveAtBoth(at, now)
	w.papers = had
	if m.play(t, "readmission", can, order{"reception", custody.AdmitPeople,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.Admit(person, a, place, at, now)
		}),
		func(d desks, c book.Command) (book.Written, error) {
			return d.roll.Admit(ctx, c, arrival(person, place, at, a, false))
		}}) == nil {
		return
	}
	w.file(person, papers)
	m.put(person, "held", m.places[place].establishment, place, m.places[place].establishment, "", at)
}

func (m *machine) move(t *rapid.T) {
	person, to, at := m.anyone(t), m.anyPlace(t), m.at(t)
	w := m.people[person]
	if rapid.Bool().Draw(t, "within the walls") {
		to = map[string]string{habeastest.Origin: habeastest.OriginCell, habeastest.Centre: habeastest.CentreCell(1, 2)}[w.establishment]
	}
	can := m.orderable(person) && w.status == "held" && w.vehicle == "" && w.place != to && !at.Before(w.since) && m.roomy(to, at, m.now(), w) && !m.leftAlone(map[*who]string{w: to}) &&
		m.places[to].establishment == w.establishment
	if m.play(t, "move", can, order{"duty", custody.MovePeople,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.CellMove(person, to, at, m.now()) }),
		func(d desks, c book.Command) (book.Written, error) { return d.roll.Move(ctx, c, step(person, to, at)) }}) != nil {
		m.put(person, "held", w.establishment, to, w.custodian, "", at)
	}
}

func (m *machine) found(t *rapid.T) {
	person, place, at := m.anyone(t), m.anyHolding(t), m.at(t)
	if rapid.IntRange(0, 4).Draw(t, "in no cell") == 0 {
		place = "OLD-M1"
	}
	w, p := m.people[person], m.places[place]
	moves, kinds := false, []string(nil)
	switch {
	case !w.held():
		kinds = []string{"found-not-held"}
	case m.within(w.place, place):
	case at.Before(w.since): // seen there before they came to be where the roll has them: the roll stands
		kinds = []string{"before-last-movement"}
	default:
		kinds = []string{"found-elsewhere"}
		moves = p.holds && w.status == "held" && w.vehicle == "" && m.pending(person) == "" && p.establishment == w.establishment
		if moves {
			kinds = append(kinds, m.against(place, at, m.now(), w)...)
		}
	}
	entries := m.play(t, "sighting", true, order{"landing", custody.StateFacts,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) { return s.Found(person, place, at, now) }),
		func(d desks, c book.Command) (book.Written, error) { return d.roll.Found(ctx, c, person, place, at) }})
	contradicts(t, entries[0], kinds...)
	if moves {
		m.put(person, "held", w.establishment, place, w.custodian, "", at)
	}
}

func (m *machine) goOut(t *rapid.T) {
	person, at := m.anyone(t), m.at(t)
	to := rapid.SampledFrom([]string{habeastest.Hospital, habeastest.Court, habeastest.CentreReception}).Draw(t, "to")
	w := m.people[person]
	o := custody.Outing{Destination: to, Escort: "Sgt. Majano"}
	can := m.orderable(person) && w.status == "held" && w.vehicle == "" && !at.Before(w.since) && m.places[to].outside
	if m.play(t, "outing", can, order{"duty", custody.MovePeople,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.GoOut(person, o, at, m.now()) }),
		func(d desks, c book.Command) (book.Written, error) { return d.roll.GoOut(ctx, c, person, o, at) }}) != nil {
		m.put(person, "out", w.establishment, to, w.custodian, "", at)
	}
}

func (m *machine) comeBack(t *rapid.T) {
	person, place, at := m.anyone(t), m.anyHolding(t), m.at(t)
	w, e, now := m.people[person], m.places[place].establishment, m.now()
	kinds := []string{"returned-not-out"}
	if back := map[string][]string{"out": {}, "at-large": {}, "dead": {"recorded-dead"}}[w.status]; back != nil {
		kinds = append(back, m.against(place, at, now, w)...)
		if w.status == "out" && w.establishment != e {
			kinds = append(kinds, "returned-elsewhere")
		}
		if w.status != "out" && !w.liveAtBoth(at, now) {
			kinds = append(kinds, "held-without-authority")
		}
		if at.Before(w.since) {
			kinds = append(kinds, "before-last-movement")
		}
	}
	entries := m.play(t, "return", true, order{"reception", custody.StateFacts,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) { return s.Return(person, place, at, now) }),
		func(d desks, c book.Command) (book.Written, error) { return d.roll.Return(ctx, c, person, place, at) }})
	contradicts(t, entries[0], kinds...)
	if w.status == "out" || w.status == "at-large" || w.status == "dead" {
		m.put(person, "held", e, place, e, "", at)
	}
}

func (m *machine) givePaper(t *rapid.T) {
	person, papers := m.anyone(t), m.papers(t)
	if len(papers) == 0 {
		t.Skip("no paper")
	}
	m.play(t, "paper", true, order{"records", custody.KeepPapers,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.GiveAuthority(person, papers[0]) }),
		func(d desks, c book.Command) (book.Written, error) {
			return d.roll.GiveAuthority(ctx, c, person, papers[0])
		}})
	m.people[person].file(person, papers[:1])
}

// anyPaper draws one of a person's papers.
func (m *machine) anyPaper(t *rapid.T, w *who) *sheet {
	if len(w.papers) == 0 {
		t.Skip("no paper")
	}
	return rapid.SampledFrom(w.papers).Draw(t, "paper")
}

func (m *machine) endPaper(t *rapid.T) {
	rarely(t)
	w, at := m.people[m.anyone(t)], m.at(t)
	p := m.anyPaper(t, w)
	if m.play(t, "end of a paper", p.ended.IsZero(), order{"records", custody.KeepPapers,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.EndAuthority(p.id, "quashed", at) }),
		func(d desks, c book.Command) (book.Written, error) {
			return d.roll.EndAuthority(ctx, c, p.id, "quashed", at)
		}}) != nil {
		p.ended = at
	}
}

func (m *machine) orderRelease(t *rapid.T) {
	person := m.anyone(t)
	w := m.people[person]
	cites := []string{m.anyPaper(t, w).id}
	if rapid.Bool().Draw(t, "all papers") {
		cites = nil
		for _, p := range w.papers {
			cites = append(cites, p.id)
		}
	}
	o := custody.ReleaseOrder{Person: person, Issuer: "First Court", Case: "7", Cites: cites}
	entries := m.play(t, "release order", true, order{"records", custody.KeepPapers,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) { return s.OrderRelease(o, now) }),
		func(d desks, c book.Command) (book.Written, error) { return d.roll.OrderRelease(ctx, c, o) }})
	w.orders = append(w.orders, &letter{entries[0].Authority, cites})
}

func (m *machine) release(t *rapid.T) {
	person, at, now := m.anyone(t), m.at(t), m.now()
	w := m.people[person]
	cited := map[string]*letter{}
	for _, o := range w.orders {
		for _, id := range o.cites {
			cited[id] = o
		}
	}
	can := m.orderable(person) && w.status != "in-transit" && w.vehicle == "" && !at.Before(w.since)
	var used []*letter
	for _, p := range w.papers {
		if p.live(at) || p.live(now) {
			if cited[p.id] == nil {
				can = false
			} else {
				used = append(used, cited[p.id])
			}
		}
	}
	if m.play(t, "release", can, order{"records", custody.ReleasePeople,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.Release(person, "home", at, now)
		}),
		func(d desks, c book.Command) (book.Written, error) { return d.roll.Release(ctx, c, person, "home", at) }}) == nil {
		return
	}
	for _, p := range w.papers {
		if p.ended.IsZero() && slices.ContainsFunc(used, func(o *letter) bool { return slices.Contains(o.cites, p.id) }) {
			p.ended = at
		}
	}
	m.put(person, "released", "", "", "", "", at)
}

// rarely leaves most of the commands out that end journeys.
func rarely(t *rapid.T) {
	if rapid.IntRange(0, 5).Draw(t, "rarely") > 0 {
		t.Skip("not now")
	}
}

// lose is what a death or an escape changes.
func (m *machine) lose(person, status, outcome string, at time.Time) {
	w := m.people[person]
	if !w.held() {
		if status == "dead" && w.status != "dead" {
			w.status, w.since = "dead", at
			w.moves++
		}
		return
	}
	if id := m.active(person); id != "" {
		l := m.transfers[id].lines[person]
		if l.departed() {
			l.status = outcome
		} else {
			l.status = "withdrawn"
		}
	}
	m.put(person, status, "", "", "", "", at)
}

func (m *machine) die(t *rapid.T) {
	rarely(t)
	person, at := m.anyone(t), m.at(t)
	entries := m.play(t, "death", true, order{"health", custody.StateFacts,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.Die(person, custody.Death{}, at) }),
		func(d desks, c book.Command) (book.Written, error) {
			return d.roll.Die(ctx, c, person, custody.Death{}, at)
		}})
	if w := m.people[person]; (w.held() && !at.Before(w.since)) == (len(entries[0].Contradictions) > 0) {
		t.Fatalf("a death of somebody %s: contradictions %+v", m.people[person].status, entries[0].Contradictions)
	}
	m.lose(person, "dead", "dead", at)
}

func (m *machine) escape(t *rapid.T) {
	rarely(t)
	person, at := m.anyone(t), m.at(t)
	m.play(t, "escape", true, order{"control", custody.StateFacts,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
			return s.Escape(person, "over the wall", at)
		}),
		func(d desks, c book.Command) (book.Written, error) {
			return d.roll.Escape(ctx, c, person, "over the wall", at)
		}})
	m.lose(person, "at-large", "escaped", at)
}

func (m *machine) takeOut(t *rapid.T) {
	place := rapid.SampledFrom([]string{"OLD-M1-C2", womensCell, habeastest.CentreCell(1, 1), habeastest.CentreReception, habeastest.RoadsideRoom, "OLD-M1"}).Draw(t, "place")
	p := m.places[place]
	out := rapid.Bool().Draw(t, "out")
	inside := 0
	for code := range m.places {
		if m.within(code, place) {
			inside += m.in(code)
		}
	}
	can := p.out != out && (!out || inside == 0)
	if m.play(t, "taking a place out of use", can, order{"engineer", custody.KeepPlaces,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
			if out {
				return s.TakeOut(place, "flooded")
			}
			return s.BringBack(place)
		}), func(d desks, c book.Command) (book.Written, error) {
			if out {
				return d.roll.TakeOut(ctx, c, place, "flooded")
			}
			return d.roll.BringBack(ctx, c, place)
		}}) == nil {
		return
	}
	p.out = out
	if out {
		p.outs = append(p.outs, window{from: m.now()})
	} else {
		p.outs[len(p.outs)-1].until = m.now()
	}
}

// orderCapacity signs an operational capacity that began a while ago, or is to begin, and
// runs out.
func (m *machine) orderCapacity(t *rapid.T) {
	place := rapid.SampledFrom([]string{"OLD-M1-C2", "OLD-M1-C2", womensCell, habeastest.CentreCell(1, 1), habeastest.CentreReception, habeastest.RoadsideRoom}).Draw(t, "place")
	from := m.now().Add(time.Duration(rapid.IntRange(-60, 30).Draw(t, "begins")) * time.Minute)
	o := custody.CapacityOrder{Capacity: rapid.IntRange(0, 3).Draw(t, "capacity"), SignedBy: "governor", From: from,
		Until: from.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "lasts")) * time.Minute)}
	m.play(t, "a capacity", true, order{"governor", custody.OrderTheCapacity,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.OrderCapacity(place, o) }),
		func(d desks, c book.Command) (book.Written, error) { return d.roll.OrderCapacity(ctx, c, place, o) }})
	m.places[place].orders = append(m.places[place].orders, room{window{o.From, o.Until}, o.Capacity})
}

func (m *machine) resolve(t *rapid.T) {
	if len(m.open) == 0 {
		t.Skip("no discrepancy")
	}
	m.resolveOf(t, rapid.SampledFrom(sortedKeys(m.open)).Draw(t, "discrepancy"))
}

func (m *machine) resolveOf(t *rapid.T, id string) {
	m.play(t, "resolution", true, order{"duty", custody.ResolveDisputes,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.Resolve(id, "duty", "looked into", now)
		}),
		func(d desks, c book.Command) (book.Written, error) { return d.roll.Resolve(ctx, c, id, "looked into") }})
	delete(m.open, id)
}

func (m *machine) draft(t *rapid.T) {
	if len(m.transfers) >= 4 {
		t.Skip("enough transfers")
	}
	ends := rapid.SampledFrom([][2]string{{habeastest.Origin, habeastest.Centre}, {habeastest.Origin, habeastest.Centre}, {habeastest.Centre, habeastest.Roadside},
		{habeastest.Origin, habeastest.Origin}}).Draw(t, "from and to")
	d := custody.Transfer{From: ends[0], To: ends[1], Date: "2031-03-14", LegalBasis: "Order 7"}
	entries := m.play(t, "draft", ends[0] != ends[1], order{"planner", custody.PlanTransfers,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.DraftTransfer(d, "planner") }),
		func(desks desks, c book.Command) (book.Written, error) { return desks.transfer.Draft(ctx, c, d) }})
	if entries == nil {
		return
	}
	id := entries[0].Transfer
	m.transfers[id] = &trip{from: ends[0], to: ends[1], status: "drafted", lines: map[string]*seat{}}
	e := custody.Escort{Corps: "1st", Commander: "Maj. Umaña", Units: []custody.Unit{{Name: "A", Headcount: 4}}}
	if rapid.IntRange(0, 9).Draw(t, "no escort") > 0 {
		m.play(t, "escort", true, order{"planner", custody.PlanTransfers,
			once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.AssignEscort(id, e) }),
			func(d desks, c book.Command) (book.Written, error) { return d.transfer.AssignEscort(ctx, c, id, e) }})
		m.transfers[id].escort = true
	}
	m.addVehicleTo(t, id)
	m.listOn(t, id)
}

func (m *machine) list(t *rapid.T) {
	id, _ := m.anyTransfer(t)
	m.listOn(t, id)
}

func (m *machine) listOn(t *rapid.T, id string) {
	tr := m.transfers[id]
	var people []string
	for range rapid.IntRange(1, 5).Draw(t, "rows") {
		p := m.anyone(t)
		if rapid.IntRange(0, 4).Draw(t, "mostly those who can be listed") > 0 && (m.people[p].establishment != tr.from || m.active(p) != "") {
			continue
		}
		people = append(people, p)
	}
	if rapid.IntRange(0, 19).Draw(t, "a stranger") == 0 {
		people = append(people, custody.PrisonNumber(9999))
	}
	can := tr.status == "drafted" && len(people) > 0
	fresh := map[string]bool{}
	for _, p := range people {
		if fresh[p] || tr.lines[p] != nil {
			continue
		}
		w := m.people[p]
		if w == nil || !w.held() || w.establishment != tr.from || (m.active(p) != "" && m.active(p) != id) {
			can = false
		}
		fresh[p] = true
	}
	if m.play(t, "manifest", can, order{"planner", custody.PlanTransfers,
		func(s *custody.State, _ time.Time) ([]custody.Entry, error) {
			return s.LoadManifest(id, "a list", people)
		},
		func(d desks, c book.Command) (book.Written, error) {
			return d.transfer.LoadManifest(ctx, c, id, "a list", people)
		}}) != nil {
		for p := range fresh {
			tr.lines[p] = &seat{status: "listed"}
		}
	}
}

func (m *machine) approve(t *rapid.T) {
	id, _ := m.anyTransfer(t)
	m.approveOf(t, id)
}

func (m *machine) approveOf(t *rapid.T, id string) {
	tr := m.transfers[id]
	if m.play(t, "approval", tr.status == "drafted" && len(tr.lines) > 0, order{"governor", custody.ApproveTransfers,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.ApproveTransfer(id, "governor") }),
		func(d desks, c book.Command) (book.Written, error) { return d.transfer.Approve(ctx, c, id) }}) != nil {
		tr.status = "approved"
	}
}

func (m *machine) addVehicle(t *rapid.T) {
	id, tr := m.anyTransfer(t)
	if len(tr.vehicles) >= 3 {
		t.Skip("enough vehicles")
	}
	m.addVehicleTo(t, id)
}

func (m *machine) addVehicleTo(t *rapid.T, id string) {
	tr := m.transfers[id]
	v := custody.Vehicle{Code: fmt.Sprint("B", len(tr.vehicles)+1), Seats: rapid.IntRange(1, 3).Draw(t, "seats")}
	if m.play(t, "vehicle", tr.status == "drafted" || tr.status == "approved", order{"planner", custody.PlanTransfers,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.AddVehicle(id, v) }),
		func(d desks, c book.Command) (book.Written, error) { return d.transfer.AddVehicles(ctx, c, id, v) }}) != nil {
		tr.vehicles = append(tr.vehicles, &bus{key: id + "-" + v.Code, seats: v.Seats})
	}
}

func (m *machine) callOff(t *rapid.T) {
	rarely(t)
	id, tr := m.anyTransfer(t)
	can := tr.status == "drafted" || tr.status == "approved"
	for _, l := range tr.lines {
		if !slices.Contains([]string{"listed", "identified", "withdrawn"}, l.status) {
			can = false
		}
	}
	if m.play(t, "calling off", can, order{"duty", custody.ApproveTransfers,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.CallOff(id, "storm") }),
		func(d desks, c book.Command) (book.Written, error) { return d.transfer.CallOff(ctx, c, id, "storm") }}) != nil {
		tr.status = "called-off"
		for _, l := range tr.lines {
			l.status = "withdrawn"
		}
	}
}

func (m *machine) identify(t *rapid.T) {
	id, tr := m.anyTransfer(t)
	m.identifyOn(t, id, m.anyLine(t, tr, "listed"))
}

func (m *machine) identifyOn(t *rapid.T, id, person string) {
	tr := m.transfers[id]
	l := tr.lines[person]
	can := tr.status == "approved" && l != nil && l.status == "listed" && m.orderable(person)
	if m.play(t, "identification", can, order{"reception", custody.LoadVehicles,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) { return s.Identify(id, person, now, now) }),
		func(d desks, c book.Command) (book.Written, error) { return d.transfer.Identify(ctx, c, id, person) }}) != nil {
		l.status = "identified"
	}
}

func (m *machine) board(t *rapid.T) {
	id, tr := m.anyTransfer(t)
	m.boardOn(t, id, m.anyBus(t, tr), m.anyLine(t, tr, "identified"))
}

func (m *machine) boardOn(t *rapid.T, id string, b *bus, person string) {
	tr, at := m.transfers[id], m.at(t)
	l, w := tr.lines[person], m.people[person]
	can := tr.status == "approved" && l != nil && l.status == "identified" && m.orderable(person) && w.status == "held" && w.establishment == tr.from &&
		!at.Before(w.since) && w.liveAtBoth(at, m.now()) && b.departed.IsZero() && len(m.aboard(b.key)) < b.seats
	for _, p := range m.aboard(b.key) {
		can = can && m.pending(p) == ""
	}
	left := w.place
	if m.play(t, "boarding", can, order{"reception", custody.LoadVehicles,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
			return s.Board(id, b.key, person, at, m.now())
		}),
		func(d desks, c book.Command) (book.Written, error) {
			return d.transfer.Board(ctx, c, id, b.key, at, person)
		}}) != nil {
		*l = seat{status: "boarded", vehicle: b.key, left: left}
		m.put(person, "held", w.establishment, b.key, w.custodian, b.key, at)
	}
}

func (m *machine) count(t *rapid.T) {
	id, tr := m.anyTransfer(t)
	b := m.anyBus(t, tr)
	m.countOn(t, id, b, len(m.aboard(b.key))+rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "miscounted"),
		rapid.SampledFrom([]string{"boarding", "boarding", "arrival"}).Draw(t, "stage"))
}

func (m *machine) countOn(t *rapid.T, id string, b *bus, counted int, stage string) {
	at, n := m.at(t), custody.VehicleCount{Stage: stage, Counted: counted}
	entries := m.play(t, "count", true, order{"escort", custody.StateFacts,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.CountVehicle(id, b.key, n, at) }),
		func(d desks, c book.Command) (book.Written, error) { return d.transfer.Count(ctx, c, id, b.key, n, at) }})
	if differs := counted != len(m.aboard(b.key)); differs != (len(entries[0].Contradictions) > 0) {
		t.Fatalf("counted %d of %d: contradictions %+v", counted, len(m.aboard(b.key)), entries[0].Contradictions)
	}
	b.counted = ""
	if stage == "boarding" && counted == len(m.aboard(b.key)) {
		b.counted = m.crew(b.key)
	}
}

func (m *machine) offerDeparture(t *rapid.T) {
	id, tr := m.anyTransfer(t)
	m.offerDepartureOf(t, id, m.anyBus(t, tr))
}

func (m *machine) offerDepartureOf(t *rapid.T, id string, b *bus) {
	tr, at := m.transfers[id], m.at(t)
	people := m.aboard(b.key)
	can := tr.status == "approved" && tr.escort && b.departed.IsZero() && b.counted == m.crew(b.key) && len(people) > 0
	for _, p := range people {
		can = can && m.orderable(p) && m.people[p].liveAtBoth(at, m.now()) && !at.Before(m.people[p].since)
	}
	entries := m.play(t, "offer to the escort", can, order{"reception", custody.GivePeople,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
			return s.OfferDeparture(id, []string{b.key}, "reception", at, m.now())
		}), func(d desks, c book.Command) (book.Written, error) {
			return d.transfer.OfferDeparture(ctx, c, id, []string{b.key}, at)
		}})
	if entries != nil {
		m.offered(entries[0], &offer{transfer: id, kind: "departure", releasing: "reception", people: people, vehicles: []string{b.key}, at: at})
	}
}

func (m *machine) offered(e *custody.Entry, o *offer) {
	o.moves = map[string]int{}
	for _, p := range o.people {
		o.moves[p] = m.people[p].moves
	}
	m.handovers[e.Detail.(*custody.Handover).ID] = o
}

func (m *machine) anyOffer(t *rapid.T) (string, *offer) {
	var ids []string
	for id, o := range m.handovers {
		if !o.ended || len(m.handovers) < 2 {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		t.Skip("no handover")
	}
	slices.Sort(ids)
	id := rapid.SampledFrom(ids).Draw(t, "handover")
	return id, m.handovers[id]
}

func (m *machine) accept(t *rapid.T) {
	id, o := m.anyOffer(t)
	hands := []string{"escort", "escort2", "reception"} // the last is the one who offered
	if o.kind == "arrival" {
		hands = []string{"reception", "reception2", "escort"}
	}
	m.acceptBy(t, id, o, rapid.SampledFrom(hands).Draw(t, "by"))
}

func (m *machine) acceptBy(t *rapid.T, id string, o *offer, by string) {
	tr, at := m.transfers[o.transfer], m.at(t)
	giver := tr.from
	if o.kind == "arrival" {
		giver = o.transfer
	}
	can := !o.ended && o.releasing != by && !at.Before(o.at)
	var moved []string
	var coming []*who
	for _, p := range o.people {
		w := m.people[p]
		if !w.held() || w.custodian != giver || w.moves != o.moves[p] {
			continue
		}
		can = can && !at.Before(w.since) && (o.kind == "arrival" || w.liveAtBoth(at, m.now()))
		moved = append(moved, p)
		if w.place != o.place {
			coming = append(coming, w)
		}
	}
	if o.kind == "arrival" {
		can = can && m.roomy(o.place, at, m.now(), coming...)
	}
	if m.play(t, "acceptance", can, order{by, custody.TakePeople,
		func(s *custody.State, _ time.Time) ([]custody.Entry, error) {
			return s.AcceptHandover(id, by, at, m.now())
		},
		func(d desks, c book.Command) (book.Written, error) { return d.transfer.Accept(ctx, c, id, at) }}) == nil {
		return
	}
	o.ended = true
	for _, key := range o.vehicles {
		if o.kind == "departure" {
			tr.bus(key).departed = at
		}
	}
	for _, p := range moved {
		w, l := m.people[p], tr.lines[p]
		if o.kind == "departure" {
			l.status = "departed"
			m.put(p, "in-transit", "", w.place, o.transfer, w.vehicle, at)
			continue
		}
		if l.status == "diverted" {
			l.later = true
		} else {
			l.status = "received"
		}
		m.put(p, "held", tr.to, o.place, tr.to, "", at)
	}
}

func (m *machine) recall(t *rapid.T) {
	id, o := m.anyOffer(t)
	if m.play(t, "recall", !o.ended, order{o.releasing, custody.GivePeople,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.RecallHandover(id, "wrong papers", now)
		}), func(d desks, c book.Command) (book.Written, error) {
			return d.transfer.Recall(ctx, c, id, "wrong papers")
		}}) != nil {
		o.ended = true
	}
}

func (m *machine) arrive(t *rapid.T) {
	id, tr := m.anyTransfer(t)
	m.arriveOf(t, id, m.anyBus(t, tr))
}

func (m *machine) arriveOf(t *rapid.T, id string, b *bus) {
	at, place := m.at(t), habeastest.CentreReception
	entries := m.play(t, "arrival", true, order{"escort", custody.StateFacts,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.Arrive(id, b.key, place, at) }),
		func(d desks, c book.Command) (book.Written, error) {
			return d.transfer.Arrive(ctx, c, id, b.key, place, at)
		}})
	switch {
	case b.departed.IsZero() || at.Before(b.departed):
		contradicts(t, entries[0], "arrival-before-departure") // and it is not the arrival
	case !b.arrived.IsZero():
		contradicts(t, entries[0], "arrived-twice")
	default:
		contradicts(t, entries[0])
		b.arrived = at
	}
}

func (m *machine) offerArrival(t *rapid.T) {
	id, tr := m.anyTransfer(t)
	var buses []*bus
	var people []string
	if len(tr.vehicles) > 0 && rapid.IntRange(0, 3).Draw(t, "with a vehicle") > 0 {
		buses = append(buses, m.anyBus(t, tr))
	}
	if rapid.IntRange(0, 2).Draw(t, "with somebody named") == 0 {
		people = append(people, m.anyLine(t, tr, "diverted", "lodged"))
	}
	place := habeastest.CentreReception
	if tr.to == habeastest.Roadside {
		place = habeastest.RoadsideRoom
	}
	if rapid.IntRange(0, 5).Draw(t, "another place") == 0 {
		place = m.anyHolding(t)
	}
	m.offerArrivalOf(t, id, buses, people, place)
}

func (m *machine) offerArrivalOf(t *rapid.T, id string, buses []*bus, people []string, place string) {
	tr, at := m.transfers[id], m.at(t)
	can := m.places[place].establishment == tr.to
	var keys, all []string
	for _, b := range buses {
		can = can && !b.departed.IsZero() && !b.arrived.IsZero() && !at.Before(b.arrived)
		keys, all = append(keys, b.key), append(all, m.aboard(b.key)...)
	}
	for _, p := range people {
		w := m.people[p]
		can = can && w.status == "in-transit" && w.custodian == id
		if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	var coming []*who
	for _, p := range all {
		can = can && m.orderable(p) && !at.Before(m.people[p].since)
		if m.people[p].place != place {
			coming = append(coming, m.people[p])
		}
	}
	can = can && len(all) > 0 && m.roomy(place, at, m.now(), coming...)
	entries := m.play(t, "offer to the destination", can, order{"escort", custody.GivePeople,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
			return s.OfferArrival(id, keys, people, place, "escort", at, m.now())
		}), func(d desks, c book.Command) (book.Written, error) {
			return d.transfer.OfferArrival(ctx, c, id, keys, people, place, at)
		}})
	if entries != nil {
		slices.Sort(all)
		m.offered(entries[0], &offer{transfer: id, kind: "arrival", place: place, releasing: "escort", people: all, vehicles: keys, at: at})
	}
}

func (m *machine) withdraw(t *rapid.T) {
	id, tr := m.anyTransfer(t)
	m.withdrawOf(t, id, m.anyLine(t, tr))
}

func (m *machine) withdrawOf(t *rapid.T, id, person string) {
	tr := m.transfers[id]
	l, w := tr.lines[person], m.people[person]
	var kinds []string
	switch {
	case l == nil:
	case l.status == "withdrawn":
		kinds = append(kinds, "already-withdrawn")
	case l.departed():
		kinds = append(kinds, "withdrawn-after-departure")
	case l.status == "boarded":
		kinds = m.against(l.left, m.now(), m.now(), w)
	}
	entries := m.play(t, "withdrawal", l != nil, order{"health", custody.LoadVehicles,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.Withdraw(id, person, "unfit", "fever", now)
		}),
		func(d desks, c book.Command) (book.Written, error) {
			return d.transfer.Withdraw(ctx, c, id, person, "unfit", "fever")
		}})
	if entries == nil {
		return
	}
	contradicts(t, entries[0], kinds...)
	switch {
	case l.departed() || l.status == "withdrawn":
		return
	case l.status == "boarded":
		m.put(person, "held", w.establishment, l.left, w.custodian, "", m.now())
	}
	l.status = "withdrawn"
}

func (m *machine) divert(t *rapid.T) {
	id, tr := m.anyTransfer(t)
	person, at := m.anyLine(t, tr, "departed", "lodged"), m.at(t)
	l, w := tr.lines[person], m.people[person]
	if m.play(t, "diversion", l != nil, order{"escort", custody.StateFacts,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
			return s.Divert(id, person, habeastest.Hospital, "", at, m.now())
		}), func(d desks, c book.Command) (book.Written, error) {
			return d.transfer.Divert(ctx, c, id, person, habeastest.Hospital, "", at)
		}}) != nil && w.status == "in-transit" && (l.status == "departed" || l.status == "lodged") {
		l.status = "diverted"
		m.put(person, "in-transit", "", habeastest.Hospital, id, "", at)
	}
}

func (m *machine) lodge(t *rapid.T) {
	id, tr := m.anyTransfer(t)
	person, at := m.anyLine(t, tr, "departed"), m.at(t)
	l, w := tr.lines[person], m.people[person]
	if m.play(t, "lodging", l != nil, order{"escort", custody.StateFacts,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
			return s.Lodge(id, person, habeastest.RoadsideRoom, "", at, m.now())
		}), func(d desks, c book.Command) (book.Written, error) {
			return d.transfer.Lodge(ctx, c, id, person, habeastest.RoadsideRoom, "", at)
		}}) != nil && w.status == "in-transit" && (l.status == "departed" || l.status == "lodged") {
		l.status = "lodged"
		m.put(person, "in-transit", "", habeastest.RoadsideRoom, id, "", at)
	}
}

func (m *machine) resume(t *rapid.T) {
	id, tr := m.anyTransfer(t)
	b, person, at := m.anyBus(t, tr), m.anyLine(t, tr, "lodged"), m.at(t)
	l := tr.lines[person]
	if m.play(t, "resumption", l != nil, order{"escort", custody.StateFacts,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.Resume(id, b.key, person, at) }),
		func(d desks, c book.Command) (book.Written, error) {
			return d.transfer.Resume(ctx, c, id, b.key, person, at)
		}}) != nil && l.status == "lodged" {
		l.status, l.vehicle = "departed", b.key
		m.put(person, "in-transit", "", b.key, id, b.key, at)
	}
}

func (m *machine) unlisted(t *rapid.T) {
	rarely(t)
	id, tr := m.anyTransfer(t)
	at, now, papers := m.at(t), m.now(), m.papers(t)
	place := rapid.SampledFrom([]string{habeastest.CentreReception, habeastest.CentreReception, habeastest.CentreCell(1, 1), habeastest.RoadsideRoom}).Draw(t, "place")
	number, a := "", habeastest.Admission(len(m.people), papers...)
	w := &who{nth: len(m.people)}
	w.file("", papers)
	moves, kinds := true, m.against(place, at, now, w)
	if rapid.IntRange(0, 2).Draw(t, "somebody known") > 0 || len(m.people) >= mostHeld+2 {
		number, a = m.anyone(t), custody.Admission{Authorities: papers}
		w = m.people[number]
		w.file(number, papers)
		moves, kinds = m.standsHere(number, place, id, at, now)
	} else if !w.liveAtBoth(at, now) {
		kinds = append(kinds, "held-without-authority")
	}
	here := m.places[place].establishment
	arrives := moves && w.establishment != here
	if arrives {
		kinds = append(kinds, "arrived-unlisted")
		if here != tr.to {
			kinds = append(kinds, "arrived-elsewhere")
		}
	}
	entries := m.play(t, "unlisted arrival", true, order{"reception", custody.AdmitPeople,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.Unlisted(id, number, a, place, at, now)
		}),
		func(d desks, c book.Command) (book.Written, error) {
			return d.transfer.Unlisted(ctx, c, id, number, a, place, at)
		}})
	contradicts(t, entries[0], kinds...)
	if number == "" {
		number = entries[0].Person
		w.papers = nil
		w.file(number, papers)
		m.people[number] = w
	}
	if arrives {
		m.answerElsewhere(number, id)
		outcome := "received"
		if here != tr.to {
			outcome = "diverted"
		}
		if l := tr.lines[number]; l != nil {
			l.status = outcome
		} else {
			tr.lines[number] = &seat{status: outcome, unlisted: true}
		}
	}
	if moves {
		m.put(number, "held", here, place, here, "", at)
	}
}

func (m *machine) close(t *rapid.T) {
	id, _ := m.anyTransfer(t)
	m.closeOf(t, id)
}

func (m *machine) closeOf(t *rapid.T, id string) {
	tr := m.transfers[id]
	can := tr.status == "approved"
	for _, l := range tr.lines {
		can = can && l.settled()
	}
	for _, transfer := range m.open {
		can = can && transfer != id
	}
	if m.play(t, "closing", can, order{"planner", custody.CloseTransfers,
		once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.CloseTransfer(id) }),
		func(d desks, c book.Command) (book.Written, error) { return d.transfer.Close(ctx, c, id) }}) != nil {
		tr.status = "closed"
		if n := tr.sums(); !n.Hold() {
			t.Fatalf("%s was closed and %+v does not hold", id, n)
		}
	}
}

// leg takes a vehicle one step further along its road.
func (m *machine) leg(t *rapid.T) {
	m.journey = true
	defer func() { m.journey = false }()
	if len(m.transfers) == 0 {
		m.draft(t)
		return
	}
	id, tr := m.anyTransfer(t)
	b := m.anyBus(t, tr)
	switch {
	case tr.status == "closed" || tr.status == "called-off":
		t.Skip("the road is at its end")
	case tr.status == "drafted" && len(tr.lines) < 3:
		m.listOn(t, id)
		return
	case tr.status == "drafted":
		m.approveOf(t, id)
		return
	}
	for _, p := range sortedLines(tr) {
		switch l := tr.lines[p]; {
		case l.status == "listed":
			m.identifyOn(t, id, p)
			return
		case l.status == "identified" && b.departed.IsZero() && len(m.aboard(b.key)) < b.seats:
			m.boardOn(t, id, b, p)
			return
		}
	}
	open := ""
	for hid, o := range m.handovers {
		if !o.ended && slices.Contains(o.vehicles, b.key) {
			open = hid
		}
	}
	switch {
	case open != "" && m.handovers[open].kind == "departure":
		m.acceptBy(t, open, m.handovers[open], "escort")
	case open != "":
		m.acceptBy(t, open, m.handovers[open], "reception2")
	case len(m.aboard(b.key)) == 0 || !tr.escort:
		m.finish(t, id)
	case b.departed.IsZero() && b.counted != m.crew(b.key):
		m.countOn(t, id, b, len(m.aboard(b.key)), "boarding")
	case b.departed.IsZero():
		m.offerDepartureOf(t, id, b)
	case b.arrived.IsZero():
		m.arriveOf(t, id, b)
	default:
		place := habeastest.CentreReception
		if tr.to == habeastest.Roadside {
			place = habeastest.RoadsideRoom
		}
		m.offerArrivalOf(t, id, []*bus{b}, nil, place)
	}
}

// finish takes a transfer with an empty vehicle one step nearer to its close.
func (m *machine) finish(t *rapid.T, id string) {
	tr := m.transfers[id]
	for _, p := range sortedLines(tr) {
		if l := tr.lines[p]; !l.settled() {
			if l.status == "listed" || l.status == "identified" {
				m.withdrawOf(t, id, p)
			}
			return
		}
	}
	for _, d := range sortedKeys(m.open) {
		if m.open[d] == id {
			m.resolveOf(t, d)
			return
		}
	}
	m.closeOf(t, id)
}

func sortedKeys[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }

func sortedLines(tr *trip) []string { return sortedKeys(tr.lines) }

// arrival and step spell what a desk is told.
func arrival(number, place string, at time.Time, a custody.Admission, fact bool) rollArrival {
	return rollArrival{Number: number, Place: place, Happened: at, Admission: a, WithoutPapers: fact}
}

func step(person, to string, at time.Time) rollStep {
	return rollStep{Person: person, To: to, Happened: at}
}
