package custody

import (
	"cmp"
	"fmt"
	"time"
)

// State is the present state of a service, as folded from its book. It is not safe for
// concurrent use: the book's one writer owns it.
type State struct {
	Next         int64     // number of the next entry
	LastRecorded time.Time // when the newest entry was recorded

	Places        *Table[Place]
	Officials     *Table[Official]
	People        *Table[Person]
	Authorities   *Table[Authority]
	ReleaseOrders *Table[ReleaseOrder]
	Holdings      *Table[Holding]
	Transfers     *Table[Transfer]
	Vehicles      *Table[Vehicle]
	Lines         *Table[Line]
	Handovers     *Table[Handover]
	Discrepancies *Table[Discrepancy]
	Counts        *Table[Count]
	CountLandings *Table[CountLanding]
	CountMoves    *Table[CountMove]
	CountRules    *Table[CountRules]
	Assessments   *Table[Assessment] // the newest of each person
	KeepAparts    *Table[KeepApart]
	EnteredLines  *Table[EnteredLine] // of forms on paper

	Glasses        *Table[Glass]
	MonitorChanges *Table[MonitorChange]
	Devices        *Table[Device] // handhelds

	policy Policy // what officials may do; see Govern
	clock  func() time.Time

	journal   journal
	derived   derived
	census    census
	kept      keptClasses
	standings keptStandings
	savedNext []savepoint
}

type savepoint struct {
	undo     int
	next     int64
	recorded time.Time
}

// derived are numbers and lists that follow from the records; they are kept true at
// every change and never stored.
type derived struct {
	occupants  map[string]map[string]struct{} // people in a place itself, by place
	roll       map[string]int                 // people on an establishment's roll
	held       int                            // people in custody, everywhere
	papers     map[string][]string            // authorities by person, oldest first
	inside     map[string]map[string]struct{} // places directly inside a place
	over       map[string]struct{}            // places that have ever had an order to go over capacity
	planned    map[string]string              // transfer whose plan gives a person a cell, until it is called off or they are lost to it
	aparts     map[string][]string            // keep-apart orders not ended, by person, oldest first
	lines      map[string]map[string]struct{} // people on a transfer's manifest
	onTransfer map[string]Sums
	aboard     map[string]map[string]struct{} // people whose place is this vehicle
	vehicles   map[string][]string            // vehicle keys by transfer, in order of adding
	open       map[string]map[string]struct{} // open discrepancies by transfer ("" = none)
	pending    map[string][]string            // open handovers by person, oldest first
	active     map[string]string              // the open transfer that has yet to answer for a person
	orders     map[string][]string            // release orders by person
	disputes   map[string][]string            // discrepancies by person
	cited      map[string]map[string]struct{} // records that name an attached file, by its hash: see citedBy
	counts     countIndex
	glasses    map[string][]string // glass broken by an official, oldest first
}

// NewState returns the state before the first entry.
func NewState() *State {
	s := &State{derived: derived{
		occupants: map[string]map[string]struct{}{}, roll: map[string]int{}, papers: map[string][]string{},
		inside: map[string]map[string]struct{}{}, over: map[string]struct{}{}, planned: map[string]string{}, aparts: map[string][]string{}, cited: map[string]map[string]struct{}{},
		lines: map[string]map[string]struct{}{}, onTransfer: map[string]Sums{}, aboard: map[string]map[string]struct{}{},
		vehicles: map[string][]string{}, open: map[string]map[string]struct{}{}, pending: map[string][]string{}, active: map[string]string{}, orders: map[string][]string{}, disputes: map[string][]string{},
		counts:  newCountIndex(),
		glasses: map[string][]string{},
	}}
	j := &s.journal
	s.Places = newTable(j, func(p *Place) string { return p.Code }, s.placeChanged)
	s.Officials = newTable(j, func(o *Official) string { return o.Name }, nil)
	s.People = newTable(j, func(p *Person) string { return p.Number }, s.personChanged)
	s.Authorities = newTable(j, func(a *Authority) string { return a.ID }, s.authorityChanged)
	s.ReleaseOrders = newTable(j, func(o *ReleaseOrder) string { return o.ID }, s.releaseOrderChanged)
	s.Holdings = newTable(j, func(h *Holding) string { return h.Person }, s.holdingChanged)
	s.Transfers = newTable(j, func(t *Transfer) string { return t.ID }, nil)
	s.Vehicles = newTable(j, func(v *Vehicle) string { return v.Key() }, s.vehicleChanged)
	s.Lines = newTable(j, func(l *Line) string { return l.Key() }, s.lineChanged)
	s.Handovers = newTable(j, func(h *Handover) string { return h.ID }, s.handoverChanged)
	s.Discrepancies = newTable(j, func(d *Discrepancy) string { return d.ID }, s.discrepancyChanged)
	s.Counts = newTable(j, func(c *Count) string { return c.ID }, s.countChanged)
	s.CountLandings = newTable(j, func(l *CountLanding) string { return l.Key() }, s.countLandingChanged)
	s.CountMoves = newTable(j, func(m *CountMove) string { return m.Key() }, s.countMoveChanged)
	s.CountRules = newTable(j, func(r *CountRules) string { return r.Establishment }, nil)
	s.Assessments = newTable(j, func(a *Assessment) string { return a.Person }, s.assessmentChanged)
	s.KeepAparts = newTable(j, func(k *KeepApart) string { return k.ID }, s.keepApartChanged)
	s.EnteredLines = newTable(j, func(l *EnteredLine) string { return l.Key() }, nil)
	s.Glasses = newTable(j, func(g *Glass) string { return g.ID }, s.glassChanged)
	s.MonitorChanges = newTable(j, func(c *MonitorChange) string { return c.ID }, nil)
	s.Devices = newTable(j, func(d *Device) string { return d.ID }, nil)
	return s
}

// Save marks a point to which Rollback can return.
func (s *State) Save() {
	s.savedNext = append(s.savedNext, savepoint{len(s.journal.undo), s.Next, s.LastRecorded})
}

// Rollback returns to the newest Save, as if nothing had happened since.
func (s *State) Rollback() {
	p := s.savedNext[len(s.savedNext)-1]
	s.savedNext = s.savedNext[:len(s.savedNext)-1]
	for i := len(s.journal.undo) - 1; i >= p.undo; i-- {
		u := s.journal.undo[i]
		u.table.restore(u.key, u.old)
	}
	s.journal.undo = s.journal.undo[:p.undo]
	s.Next, s.LastRecorded = p.next, p.recorded
}

// Keep gives up the newest Save without going back. With no Save left the journal is
// emptied: what was done stays done.
func (s *State) Keep() {
	s.savedNext = s.savedNext[:len(s.savedNext)-1]
	if len(s.savedNext) == 0 {
		clear(s.journal.undo)
		s.journal.undo = s.journal.undo[:0]
	}
}

// Apply folds the next entry into the state. It depends on nothing but the state and
// the entry, so that the book alone rebuilds the state. An error means that the entry
// does not fit the state, which a decided entry never does; the state is then unusable
// until rolled back.
func (s *State) Apply(e *Entry) error {
	if e.Number != s.Next {
		return fmt.Errorf("apply entry %d: the next entry is %d", e.Number, s.Next)
	}
	if e.Recorded.Before(s.LastRecorded) {
		return fmt.Errorf("apply entry %d: recorded %s, before the entry before it (%s)", e.Number, e.Recorded, s.LastRecorded)
	}
	if chained := s.Chained(Entry{Person: e.Person}); !samePrevious(chained.Previous, e.Previous) {
		return fmt.Errorf("apply entry %d: its chain does not continue the chain of %s", e.Number, e.Person)
	}
	if err := s.fold(e); err != nil {
		return err
	}
	s.Next, s.LastRecorded = e.Number+1, e.Recorded
	return nil
}

// fold changes the records as the entry says.
func (s *State) fold(e *Entry) error {
	spec, ok := kinds[e.Kind]
	if !ok {
		return fmt.Errorf("apply entry %d: unknown kind %q", e.Number, e.Kind)
	}
	before := s.Holdings.Get(e.Person)
	if err := spec.apply(s, e); err != nil {
		return fmt.Errorf("apply entry %d (%s): %w", e.Number, e.Kind, err)
	}
	switch h := s.Holdings.Get(e.Person); {
	case h == nil:
	case h != before:
		h.Last = e.Number // put by this very entry: nobody else has seen it yet
	default:
		edit(s.Holdings, h, func(h *Holding) { h.Last = e.Number })
	}
	s.noteMove(e)
	s.noteLine(e)
	for i, c := range e.Contradictions {
		s.Discrepancies.put(&Discrepancy{
			ID: discrepancyID(e.Number, i), Kind: c.Kind, Entry: e.Number, Since: e.Happened,
			Person: cmp.Or(e.Person, c.Params["person"]), Transfer: e.Transfer, Vehicle: e.Vehicle, Place: cmp.Or(e.Place, c.Params["place"]), Params: c.Params,
		})
	}
	return nil
}

// Chained gives an entry about a person the number of the entry before it about the same
// person, which makes it the new end of their chain.
func (s *State) Chained(e Entry) Entry {
	if h := s.Holdings.Get(e.Person); h != nil {
		last := h.Last
		e.Previous = &last
	}
	return e
}

// Held returns how many people are in custody, in all places together.
func (s *State) Held() int { return s.derived.held }

// Roll returns how many people are on an establishment's roll (in it, or out at a court
// or hospital while it still answers for them). With an empty code: those in transit.
func (s *State) Roll(establishment string) int { return s.derived.roll[establishment] }

// Present returns how many people are in exactly this place (not in places inside it).
func (s *State) Present(place string) int { return len(s.derived.occupants[place]) }

// Aboard returns the people in a vehicle of a transfer, sorted by prison number.
func (s *State) Aboard(vehicle string) []string { return sortedKeys(s.derived.aboard[vehicle]) }

// Listed returns the people on a transfer's manifest, sorted by prison number.
func (s *State) Listed(transfer string) []string { return sortedKeys(s.derived.lines[transfer]) }

// TransferSums returns the sums of law 2 for a transfer.
func (s *State) TransferSums(transfer string) Sums { return s.derived.onTransfer[transfer] }

// TransferVehicles returns the keys of a transfer's vehicles in the order they were added.
func (s *State) TransferVehicles(transfer string) []string { return s.derived.vehicles[transfer] }

// PapersOf returns a person's authorities, oldest first.
func (s *State) PapersOf(person string) []*Authority {
	ids := s.derived.papers[person]
	list := make([]*Authority, len(ids))
	for i, id := range ids {
		list[i] = s.Authorities.Get(id)
	}
	return list
}

// EachOccupant calls do with everybody who is in exactly this place, in no order.
func (s *State) EachOccupant(place string, do func(person string)) {
	for person := range s.derived.occupants[place] {
		do(person)
	}
}

// EachPaper calls do with a person's authorities, oldest first.
func (s *State) EachPaper(person string, do func(*Authority)) {
	for _, id := range s.derived.papers[person] {
		do(s.Authorities.Get(id))
	}
}

func samePrevious(a, b *int64) bool {
	return (a == nil) == (b == nil) && (a == nil || *a == *b)
}

// ActiveTransfer returns the open transfer that has yet to answer for a person, or "".
func (s *State) ActiveTransfer(person string) string { return s.derived.active[person] }

// PendingHandover returns the open handover that a person is part of, or "". A fact
// recorded since the offer that took them elsewhere took them out of it.
func (s *State) PendingHandover(person string) string {
	list := s.derived.pending[person]
	if len(list) == 0 {
		return ""
	}
	id := list[len(list)-1]
	if h := s.Holdings.Get(person); h != nil && h.Entry > s.Handovers.Get(id).Entry {
		return ""
	}
	return id
}

// DiscrepanciesOf returns the discrepancies about a person, oldest first.
func (s *State) DiscrepanciesOf(person string) []*Discrepancy {
	list := []*Discrepancy{}
	for _, id := range s.derived.disputes[person] {
		list = append(list, s.Discrepancies.Get(id))
	}
	return list
}

// Replay folds an entry into a state of the past, out of its place in the book but under
// its own number, by which others refer to it. It reports whether the entry fitted; one
// that does not leaves the state as it was.
func (s *State) Replay(e *Entry) bool {
	s.Save()
	if err := s.fold(e); err != nil {
		s.Rollback()
		return false
	}
	s.Keep()
	s.Next = max(s.Next, e.Number+1)
	if e.Recorded.After(s.LastRecorded) {
		s.LastRecorded = e.Recorded
	}
	return true
}
