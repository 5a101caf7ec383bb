package custody_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// What the model knows of sharing a cell. All its people are men of one age, so that Mandela
// 11 keeps apart only those who are convicted from those who are not.

// link is a keep-apart order in force: no two of these together in a cell, or in a module.
type link struct {
	people []string
	module bool
}

// convicted says on which side a person stands at an instant: by the papers that are live,
// or, when none is, by the one that lapsed last.
func (w *who) convicted(at time.Time) bool {
	if live := w.livePapers(at); len(live) > 0 {
		return slices.ContainsFunc(live, func(p *sheet) bool { return p.sentence })
	}
	var last time.Time
	sentence := false
	for _, p := range w.papers {
		end := p.until
		if !p.ended.IsZero() && (end.IsZero() || p.ended.Before(end)) {
			end = p.ended
		}
		if end.IsZero() || end.After(at) {
			continue // not live yet, or not begun
		}
		if end.After(last) {
			last, sentence = end, p.sentence
		} else if end.Equal(last) {
			sentence = sentence || p.sentence
		}
	}
	return sentence
}

// final is where somebody is once people are put elsewhere.
func (w *who) final(put map[*who]string) string {
	if to, is := put[w]; is {
		return to
	}
	if w.held() {
		return w.place
	}
	return ""
}

// sharing counts the rules of sharing that somebody breaks in a cell once people are put elsewhere.
func (m *model) sharing(w *who, put map[*who]string, at ...time.Time) (broken int) {
	place := w.final(put)
	if p := m.places[place]; p == nil || !p.cell {
		return 0
	}
	company, other, high := false, false, false
	everybody := slices.Collect(maps.Values(m.people))
	for coming := range put {
		if !slices.Contains(everybody, coming) {
			everybody = append(everybody, coming)
		}
	}
	for _, x := range everybody {
		if x == w || x.final(put) != place {
			continue
		}
		company = true
		high = high || x.high || w.high
		for _, t := range at {
			other = other || x.convicted(t) != w.convicted(t)
		}
	}
	for _, breaks := range []bool{other, high, !company && w.notAlone} {
		if breaks {
			broken++
		}
	}
	for _, k := range m.links {
		if !slices.ContainsFunc(k.people, func(number string) bool { return m.people[number] == w }) {
			continue
		}
		if slices.ContainsFunc(k.people, func(number string) bool {
			x := m.people[number]
			return x != w && m.unit(x.final(put), k.module) == m.unit(place, k.module)
		}) {
			broken++
		}
	}
	return broken
}

// unit is the cell, or the module that it is in; of no cell one that is like no other.
func (m *model) unit(place string, module bool) string {
	p := m.places[place]
	switch {
	case p == nil || !p.cell:
		return "no cell"
	case module:
		return p.parent
	}
	return place
}

// leftAlone says whether somebody who must not be alone would be, because of who is put elsewhere.
func (m *model) leftAlone(put map[*who]string) bool {
	for mover := range put {
		from := mover.place
		if p := m.places[from]; !mover.held() || p == nil || !p.cell {
			continue
		}
		var there []*who
		for _, x := range m.people {
			if x.final(put) == from {
				there = append(there, x)
			}
		}
		if _, moved := put[mover]; moved && len(there) == 1 && there[0].notAlone {
			if _, came := put[there[0]]; !came {
				return true
			}
		}
	}
	return false
}

// breaches are the breaches of hard rules that stand in a state, one for each person concerned.
func breaches(s *custody.State, now time.Time) map[string]bool {
	list := map[string]bool{}
	for _, b := range s.Standing("", now) {
		for _, person := range append([]string{""}, b.People...) {
			list[fmt.Sprint(b.Code, " ", b.Place, " ", b.Params["apart"], " ", person)] = true
		}
	}
	return list
}

// mayBreach are the kinds of order after which a breach may stand that did not before: they
// change what is asked of people, or take somebody's company away, and move nobody into a cell.
var mayBreach = []custody.Kind{custody.PersonAssessed, custody.ApartOrdered, custody.AuthorityGiven, custody.AuthorityEnded, custody.PersonReleased,
	custody.PersonWentOut, custody.PersonBoarded, custody.PlaceTakenOut, custody.CapacityOrdered, custody.OverCapacityOrdered}

// noOrderBreaches wants no breach to stand after orders that did not before.
func (m *machine) noOrderBreaches(t *rapid.T, what string, before map[string]bool, entries []*custody.Entry) {
	for _, e := range entries {
		if e.Fact() || slices.Contains(mayBreach, e.Kind) {
			return
		}
	}
	m.read(func(s *custody.State) {
		for b := range breaches(s, m.now()) {
			if !before[b] {
				t.Errorf("after an order (%s) a breach stands that did not before: %s", what, b)
			}
		}
	})
}

func (m *machine) assess(t *rapid.T) {
	person := m.anyone(t)
	a := custody.Assessment{Person: person, Reason: "interview"}
	switch rapid.IntRange(0, 3).Draw(t, "found") {
	case 0:
		a.Risk = custody.HighRisk
	case 1:
		a.NotAlone = true
	}
	m.play(t, "assessment", true, order{"health", custody.AssessPeople,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) { return s.Assess(a, now) }),
		func(d desks, c book.Command) (book.Written, error) { return d.cells.Assess(ctx, c, a) }})
	m.people[person].high, m.people[person].notAlone = a.Risk == custody.HighRisk, a.NotAlone
}

func (m *machine) keepApart(t *rapid.T) {
	people := []string{m.anyone(t), m.anyone(t), m.anyone(t)}
	slices.Sort(people)
	people = slices.Compact(people)
	k := link{people, rapid.Bool().Draw(t, "in a module")}
	order1 := custody.KeepApart{Members: append(slices.Clone(people), people[0]), Level: custody.CellLevel, Pairwise: true, Reason: "a threat"}
	if k.module {
		order1.Level = custody.WingLevel
	}
	can := len(people) > 1
	for _, old := range m.links {
		can = can && !(old.module == k.module && slices.Equal(old.people, people))
	}
	together := map[string]int{}
	for _, person := range people {
		if w := m.people[person]; w.held() {
			together[m.unit(w.place, k.module)]++
		}
	}
	delete(together, "no cell")
	var kinds []string
	for _, n := range together {
		if n > 1 {
			kinds = append(kinds, "kept-apart-together")
		}
	}
	entries := m.play(t, "keep-apart order", can, order{"duty", custody.KeepPeopleApart,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) { return s.OrderApart(order1, "duty", now) }),
		func(d desks, c book.Command) (book.Written, error) { return d.cells.KeepApart(ctx, c, order1) }})
	if entries != nil {
		contradicts(t, entries[0], kinds...)
		m.links[entries[0].Detail.(*custody.KeepApart).ID] = k
	}
}

func (m *machine) endApart(t *rapid.T) {
	rarely(t)
	if len(m.links) == 0 {
		t.Skip("nobody is kept apart")
	}
	id := rapid.SampledFrom(sortedKeys(m.links)).Draw(t, "order")
	m.play(t, "end of a keep-apart order", true, order{"duty", custody.KeepPeopleApart,
		once(func(s *custody.State, now time.Time) (custody.Entry, error) { return s.EndApart(id, "settled", now) }),
		func(d desks, c book.Command) (book.Written, error) { return d.cells.EndApart(ctx, c, id, "settled") }})
	delete(m.links, id)
}

// plan carries a plan out: several move in one order, and may change places.
func (m *machine) plan(t *rapid.T) {
	put, now := map[*who]string{}, m.now()
	var orders []custody.CellOrder
	can := true
	for range rapid.IntRange(1, 3).Draw(t, "people") {
		person, to := m.anyone(t), m.anyHolding(t)
		w := m.people[person]
		if rapid.IntRange(0, 2).Draw(t, "within the walls") > 0 {
			to = map[string]string{habeastest.Origin: habeastest.OriginCell, habeastest.Centre: habeastest.CentreCell(1, 2), habeastest.Roadside: habeastest.RoadsideRoom, "": to}[w.establishment]
		}
		_, twice := put[w]
		can = can && !twice && m.orderable(person) && w.status == "held" && w.vehicle == "" && w.place != to && !now.Before(w.since) && m.places[to].establishment == w.establishment
		put[w] = to
		orders = append(orders, custody.CellOrder{Person: person, To: to})
	}
	for w, to := range put {
		others := m.in(to)
		for x, there := range put {
			if x != w && there == to && x.place != to {
				others++
			} else if x != w && there != to && x.held() && x.place == to {
				others--
			}
		}
		sex := m.places[to].sex
		can = can && m.fits(to, others, now) && (sex == "" || sex == w.sex()) && m.sharing(w, put, now) == 0
	}
	can = can && !m.leftAlone(put)
	act := func(s *custody.State, at time.Time) ([]custody.Entry, error) {
		return s.CarryOut("", "people", slices.Clone(orders), nil, at, at)
	}
	if m.play(t, "plan", can, order{"duty", custody.MovePeople, act, func(d desks, c book.Command) (book.Written, error) {
		return d.book.Order(ctx, c, custody.MovePeople, func(tx *book.Tx) ([]custody.Entry, error) {
			for _, o := range orders {
				if err := tx.Permit(tx.State().WhereIs(o.Person)...); err != nil {
					return nil, err
				}
			}
			return act(tx.State(), tx.Now())
		})
	}}) == nil {
		return
	}
	for _, o := range orders {
		w := m.people[o.Person]
		m.put(o.Person, "held", w.establishment, o.To, w.custodian, "", now)
	}
}

// fits says whether a place in use takes one more beside others.
func (m *model) fits(place string, others int, now time.Time) bool {
	p := m.places[place]
	if !p.holds {
		return false
	}
	for up := place; up != ""; up = m.places[up].parent {
		for _, w := range m.places[up].outs {
			if w.covers(now) {
				return false
			}
		}
	}
	n := p.capacity(now)
	return n < 0 || others+1 <= n
}
