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
}

type spot struct {
	establishment string
	cell, outside bool
	holds, out    bool
	room          int
}

type who struct {
	status, establishment, place, custodian, vehicle string
	since                                            time.Time
	papers                                           []*sheet
	orders                                           []*letter // release orders, oldest first
	moves                                            int       // how often this person was moved
}

type sheet struct {
	id                 string
	from, until, ended time.Time
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
	counted           int // at the last boarding count; -1 when the last count was another
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
	m := &model{places: map[string]*spot{}, people: map[string]*who{}, transfers: map[string]*trip{}, handovers: map[string]*offer{}, open: map[string]string{}}
	for _, p := range habeastest.Places() {
		sp := &spot{establishment: s.Places.Get(p.Code).Establishment, cell: p.Kind == custody.Cell, room: p.Certified}
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
		if !o.ended && slices.Contains(o.people, person) {
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

// roomy says whether a place can be ordered to take n more.
func (m *model) roomy(place string, n int) bool {
	p := m.places[place]
	return p != nil && p.holds && !p.out && (!p.cell || m.in(place)+n <= p.room)
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
