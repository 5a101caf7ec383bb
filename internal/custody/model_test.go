package custody_test

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// model is a second, naive telling of the laws: maps and loops, sharing no code with
// the state that it is compared with. It predicts of every command whether it is taken,
// and what it changes.
type model struct {
	places    map[string]*spot
	people    map[string]*who
	transfers map[string]*trip
	handovers map[string]*offer
	open      map[string]string // open discrepancy -> its transfer
	links     map[string]link   // keep-apart orders in force
}

type spot struct {
	establishment, parent, sex string
	cell, outside              bool
	holds, out                 bool
	room                       int
	outs                       []window // when it was out of use, the last one open while it is
	orders                     []room   // the governor's, as recorded
}

type window struct{ from, until time.Time }

func (w window) covers(at time.Time) bool {
	return !at.Before(w.from) && (w.until.IsZero() || at.Before(w.until))
}

type room struct {
	window
	capacity int
}

type who struct {
	nth                                              int // of the invented people
	status, establishment, place, custodian, vehicle string
	since                                            time.Time
	papers                                           []*sheet
	orders                                           []*letter // release orders, oldest first
	moves                                            int       // how often this person was moved
	high, notAlone                                   bool      // as assessed
}

type sheet struct {
	id                 string
	from, until, ended time.Time
	sentence           bool
}

type letter struct {
	id    string
	cites []string
}

type trip struct {
	from, to, status string
	escort           bool
	lines            map[string]*seat
	vehicles         []*bus
}

type seat struct {
	status, vehicle, left string
	unlisted, later       bool
}

type bus struct {
	key               string
	seats             int
	departed, arrived time.Time
	counted           string // who was aboard at the last count, if it was one for departure and right
}

type offer struct {
	transfer, kind, place, releasing string
	people                           []string
	vehicles                         []string
	at                               time.Time
	moves                            map[string]int // of each person, when it was offered
	ended                            bool
}

func newModel(s *custody.State) *model {
	m := &model{places: map[string]*spot{}, people: map[string]*who{}, transfers: map[string]*trip{}, handovers: map[string]*offer{}, open: map[string]string{}, links: map[string]link{}}
	for _, p := range habeastest.Places() {
		sp := &spot{establishment: s.Places.Get(p.Code).Establishment, parent: p.Parent, sex: p.Sex, cell: p.Kind == custody.Cell, room: p.Certified}
		sp.outside = p.Kind == custody.Hospital || p.Kind == custody.Court
		sp.holds = sp.outside || sp.cell || p.Kind == custody.Reception || p.Kind == custody.Infirmary
		m.places[p.Code] = sp
	}
	return m
}

func (m *model) in(place string) (n int) {
	for _, w := range m.people {
		if w.held() && w.place == place {
			n++
		}
	}
	return n
}

func (w *who) held() bool { return w.status == "held" || w.status == "out" || w.status == "in-transit" }

func (w *who) live(at time.Time) bool { return len(w.livePapers(at)) > 0 }

func (w *who) livePapers(at time.Time) (live []*sheet) {
	for _, p := range w.papers {
		if p.live(at) {
			live = append(live, p)
		}
	}
	return live
}

func (p *sheet) live(at time.Time) bool {
	return !at.Before(p.from) && (p.until.IsZero() || at.Before(p.until)) && (p.ended.IsZero() || at.Before(p.ended))
}

// pending is the open offer that a person is part of.
func (m *model) pending(person string) string {
	for id, o := range m.handovers {
		// A fact since the offer that took them elsewhere took them out of it.
		if !o.ended && slices.Contains(o.people, person) && o.moves[person] == m.people[person].moves {
			return id
		}
	}
	return ""
}

// active is the transfer that has yet to answer for a person.
func (m *model) active(person string) string {
	for id, t := range m.transfers {
		if l := t.lines[person]; l != nil && !l.settled() {
			return id
		}
	}
	return ""
}

func (l *seat) settled() bool {
	return slices.Contains([]string{"received", "withdrawn", "diverted", "dead", "escaped"}, l.status)
}

func (l *seat) departed() bool {
	return !slices.Contains([]string{"listed", "identified", "boarded", "withdrawn"}, l.status)
}

func (t *trip) bus(code string) *bus {
	for _, b := range t.vehicles {
		if b.key == code {
			return b
		}
	}
	return nil
}

func (m *model) aboard(key string) (people []string) {
	for p, w := range m.people {
		if w.held() && w.place == key {
			people = append(people, p)
		}
	}
	sort.Strings(people)
	return people
}

// crew spells who is aboard, and since which movement.
func (m *model) crew(key string) string {
	text := ""
	for _, p := range m.aboard(key) {
		text += fmt.Sprint(p, " since movement ", m.people[p].moves, "; ")
	}
	return text
}

// capacity is how many a place may hold at an instant; -1 for any number.
func (p *spot) capacity(at time.Time) int {
	n := p.room
	if n == 0 && !p.cell {
		n = -1
	}
	for i := len(p.orders) - 1; i >= 0; i-- {
		if o := p.orders[i]; !at.Before(o.from) {
			if o.covers(at) && (n < 0 || o.capacity < n || p.room == 0) {
				n = o.capacity
			}
			break
		}
	}
	return n
}

// within says whether a place is another or lies in it.
func (m *model) within(place, around string) bool {
	for ; place != ""; place = m.places[place].parent {
		if place == around {
			return true
		}
		if m.places[place] == nil {
			return false
		}
	}
	return false
}

// against lists what speaks against people of these sexes coming into a place, at two instants.
func (m *model) against(place string, at, now time.Time, coming ...*who) (kinds []string) {
	p := m.places[place]
	shut, full := false, false
	for up := place; up != ""; up = m.places[up].parent {
		for _, w := range m.places[up].outs {
			shut = shut || w.covers(at) || w.covers(now)
		}
	}
	for _, t := range []time.Time{at, now} {
		if n := p.capacity(t); n >= 0 && m.in(place)+len(coming) > n {
			full = true
		}
	}
	if shut {
		kinds = append(kinds, "place-out-of-use")
	}
	if full {
		kinds = append(kinds, "place-over-capacity")
	}
	for _, w := range coming {
		if p.sex != "" && p.sex != w.sex() {
			kinds = append(kinds, "place-for-other-sex")
		}
	}
	put := map[*who]string{}
	for _, w := range coming {
		put[w] = place
	}
	for _, w := range coming {
		for range m.sharing(w, put, at, now) {
			kinds = append(kinds, "cell-rule-broken")
		}
	}
	return kinds
}

// roomy says whether a place can be ordered to take people: nobody, when all are there.
func (m *model) roomy(place string, at, now time.Time, coming ...*who) bool {
	p := m.places[place]
	return p != nil && p.holds && (len(coming) == 0 || len(m.against(place, at, now, coming...)) == 0)
}

func (w *who) sex() string { return habeastest.Person(w.nth).Sex }

func (w *who) liveAtBoth(at, now time.Time) bool { return w.live(at) && w.live(now) }

// standsHere says what the fact that somebody stands in an establishment's place and is held
// there contradicts, and whether the roll follows it. transfer is the one they arrived with,
// unlisted; empty for an admission.
func (m *model) standsHere(person, place, transfer string, at, now time.Time) (moves bool, kinds []string) {
	w, here := m.people[person], m.places[place].establishment
	late := at.Before(w.since)
	switch {
	case !w.held():
		moves = true
		if w.status == "dead" {
			kinds = append(kinds, "recorded-dead")
		}
	case w.status == "in-transit" && (transfer == "" || w.custodian == transfer):
		late = false
		kinds = append(kinds, "arrives-by-handover")
	case w.establishment == here:
		kinds = append(kinds, "already-in-custody")
		moves = !late && w.vehicle == "" && w.place != place && m.pending(person) == ""
	default:
		if transfer == "" {
			kinds = append(kinds, "already-in-custody")
		}
		moves = !late
	}
	if late {
		kinds = append(kinds, "before-last-movement")
	}
	if moves {
		kinds = append(kinds, m.against(place, at, now, w)...)
	}
	if !w.liveAtBoth(at, now) {
		kinds = append(kinds, "held-without-authority")
	}
	return moves, kinds
}

// answerElsewhere gives the transfer that was to answer for a person its answer.
func (m *model) answerElsewhere(person, but string) {
	if id := m.active(person); id != "" && id != but {
		if l := m.transfers[id].lines[person]; l.departed() {
			l.status = "diverted"
		} else {
			l.status = "withdrawn"
		}
	}
}

// put moves a person; an empty place is freedom.
func (m *model) put(person, status, establishment, place, custodian, vehicle string, at time.Time) {
	w := m.people[person]
	w.status, w.establishment, w.place, w.custodian, w.vehicle, w.since = status, establishment, place, custodian, vehicle, at
	w.moves++
}

// settledOrder says whether an order may move a person at all.
func (m *model) orderable(person string) bool {
	w := m.people[person]
	return w != nil && w.held() && m.pending(person) == ""
}

// sums counts the sums of law 2 afresh.
func (t *trip) sums() custody.Sums {
	var n custody.Sums
	for _, l := range t.lines {
		if l.unlisted {
			n.Unlisted++
			continue
		}
		n.Listed++
		if l.departed() {
			n.Departed++
		}
		if l.later {
			n.ArrivedLater++
		}
		switch l.status {
		case "listed", "identified", "boarded":
			n.Waiting++
		case "departed", "lodged":
			n.UnderWay++
		case "received":
			n.Received++
		case "withdrawn":
			n.Withdrawn++
		case "diverted":
			n.Diverted++
		case "dead":
			n.Dead++
		case "escaped":
			n.Escaped++
		}
	}
	return n
}

// disagreements compares the model with a state.
func (m *model) disagreements(s *custody.State) (list []string) {
	say := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	held := 0
	roll := map[string]int{}
	for number, w := range m.people {
		h := s.Holdings.Get(number)
		if h == nil {
			say("%s has no holding", number)
			continue
		}
		if string(h.Status) != w.status || h.At.Establishment != w.establishment || h.At.Place != w.place || h.At.Custodian != w.custodian || h.Vehicle != w.vehicle || !h.Since.Equal(w.since) {
			say("%s: the state has %s %+v vehicle %q since %v, the model %s %s %s %s vehicle %q since %v", number, h.Status, h.At, h.Vehicle, h.Since,
				w.status, w.establishment, w.place, w.custodian, w.vehicle, w.since)
		}
		if w.held() {
			held++
			roll[w.establishment]++
		}
		if got := s.PendingHandover(number); got != m.pending(number) {
			say("%s: the state has the open handover %q, the model %q", number, got, m.pending(number))
		}
		if got := s.ActiveTransfer(number); got != m.active(number) {
			say("%s: the state has the open transfer %q, the model %q", number, got, m.active(number))
		}
		if len(s.PapersOf(number)) != len(w.papers) {
			say("%s: %d papers, the model has %d", number, len(s.PapersOf(number)), len(w.papers))
		}
	}
	if s.People.Len() != len(m.people) || s.Held() != held {
		say("%d people of whom %d held, the model has %d and %d", s.People.Len(), s.Held(), len(m.people), held)
	}
	for _, e := range []string{"", habeastest.Origin, habeastest.Centre, habeastest.Roadside} {
		if s.Roll(e) != roll[e] {
			say("the roll of %q is %d, the model has %d", e, s.Roll(e), roll[e])
		}
	}
	lines := 0
	for id, t := range m.transfers {
		st := s.Transfers.Get(id)
		if st == nil || string(st.Status) != t.status {
			say("%s: the state has %+v, the model %s", id, st, t.status)
			continue
		}
		for person, l := range t.lines {
			lines++
			sl := s.Lines.Get(id + "/" + person)
			if sl == nil || string(sl.Status) != l.status || sl.Vehicle != l.vehicle || sl.Unlisted != l.unlisted || sl.ArrivedLater != l.later {
				say("%s on %s: the state has %+v, the model %+v", person, id, sl, l)
			}
		}
		if got := s.TransferSums(id); got != t.sums() {
			say("%s: the state's sums are %+v, the model's %+v", id, got, t.sums())
		}
		for _, b := range t.vehicles {
			v := s.Vehicles.Get(b.key)
			if v == nil || !v.Departed.Equal(b.departed) || !v.Arrived.Equal(b.arrived) || !slices.Equal(s.Aboard(b.key), m.aboard(b.key)) {
				say("%s: the state has %+v with %v aboard, the model %+v with %v", b.key, v, s.Aboard(b.key), b, m.aboard(b.key))
			}
		}
		openHere := 0
		for _, transfer := range m.open {
			if transfer == id {
				openHere++
			}
		}
		if s.OpenDiscrepancies(id) != openHere {
			say("%s: %d open discrepancies, the model has %d", id, s.OpenDiscrepancies(id), openHere)
		}
	}
	if s.Lines.Len() != lines {
		say("%d lines, the model has %d", s.Lines.Len(), lines)
	}
	return list
}
