package custody

import (
	"slices"
	"strings"
	"time"
)

// ReleaseOrder is a court's or authority's order to let a person go. It cites, one by
// one, the authorities that it ends.
type ReleaseOrder struct {
	ID       string    `json:"id"` // prison number, "/R" and the entry's number
	Person   string    `json:"person"`
	Issuer   string    `json:"issuer"`
	Case     string    `json:"case"`
	Cites    []string  `json:"cites"`
	Document string    `json:"document,omitempty"`
	Received time.Time `json:"received"`
}

// Departure is the detail of a release: where to, and how. Source: ICPPED art. 17(3)(h).
type Departure struct {
	Orders      []string `json:"orders,omitempty"` // the release orders that it rests on
	Destination string   `json:"destination,omitempty"`
}

// OrderRelease decides the recording of a release order. Every authority it cites must
// be one of the person's own.
func (s *State) OrderRelease(o ReleaseOrder, at time.Time) (Entry, error) {
	if s.People.Get(o.Person) == nil {
		return Entry{}, Unknown("person", o.Person)
	}
	if strings.TrimSpace(o.Issuer) == "" || strings.TrimSpace(o.Case) == "" || len(o.Cites) == 0 || len(o.Cites) > 20 {
		return Entry{}, InvalidInput("release-order-incomplete", "person", o.Person)
	}
	for field, value := range map[string]string{"issuer": o.Issuer, "case": o.Case, "document": o.Document} {
		if err := checkText(field, value, 500); err != nil {
			return Entry{}, err
		}
	}
	for _, id := range o.Cites {
		if a := s.Authorities.Get(id); a == nil || a.Person != o.Person {
			return Entry{}, refuse(NotFound, 3, "cited-authority-unknown", "person", o.Person, "authority", id)
		}
	}
	o.ID = o.Person + "/R" + itoa(int(s.Next))
	o.Received = Moment(at)
	return Entry{Kind: ReleaseOrdered, Person: o.Person, Authority: o.ID, Happened: at, Detail: &o}, nil
}

// Release decides the gate: a person leaves custody. It is refused while any authority
// is live that no release order cites (law 3), and lawful at once when none is live.
func (s *State) Release(person, destination string, at, now time.Time) (Entry, error) {
	h, err := s.orderable(person)
	if err != nil {
		return Entry{}, err
	}
	if h.Status == InTransit || h.Vehicle != "" {
		return Entry{}, refuse(Conflict, 2, "in-transit", "person", person, "place", h.At.Place)
	}
	if err := notBefore(h, at); err != nil {
		return Entry{}, err
	}
	if err := s.notFrozen(person, h.At.Place); err != nil {
		return Entry{}, err
	}
	if err := checkText("destination", destination, 300); err != nil {
		return Entry{}, err
	}
	var used []string
	cited := map[string]string{}
	for _, o := range s.releaseOrdersOf(person) {
		for _, id := range o.Cites {
			cited[id] = o.ID
		}
	}
	// Judged both at the instant of release and now: a release entered late, for a moment
	// before a paper came to be live, would let out somebody whom a live paper holds.
	var uncited []string
	for _, a := range s.PapersOf(person) {
		if !a.Live(at) && !a.Live(now) {
			continue
		}
		if order, ok := cited[a.ID]; !ok {
			uncited = append(uncited, a.ID)
		} else if !slices.Contains(used, order) {
			used = append(used, order)
		}
	}
	if len(uncited) > 0 {
		return Entry{}, refuse(Conflict, 3, "authority-live", "person", person, "authorities", strings.Join(uncited, ", "))
	}
	d := Departure{Orders: used, Destination: destination}
	return Entry{Kind: PersonReleased, Person: person, Happened: at, Place: h.At.Place, Authority: strings.Join(used, " "),
		Move: h.to("", "", ""), Detail: &d}, nil
}

func (s *State) releaseOrdersOf(person string) []*ReleaseOrder {
	list := make([]*ReleaseOrder, 0, 1)
	for _, id := range s.derived.orders[person] {
		list = append(list, s.ReleaseOrders.Get(id))
	}
	return list
}

// Death is the detail of a death. Source: ICPPED art. 17(3)(g) (norm REG-2).
type Death struct {
	Circumstances string `json:"circumstances,omitempty"`
	Cause         string `json:"cause,omitempty"`
	Remains       string `json:"remains,omitempty"` // where the remains went
}

// Die records a death. It is a fact, whatever the roll says.
func (s *State) Die(person string, d Death, at time.Time) (Entry, error) {
	for field, value := range map[string]string{"circumstances": d.Circumstances, "cause": d.Cause, "remains": d.Remains} {
		if err := checkText(field, value, 2000); err != nil {
			return Entry{}, err
		}
	}
	return s.leaveAsFact(PersonDied, person, &d, at)
}

// Escape records an escape. It is a fact, whatever the roll says.
func (s *State) Escape(person, note string, at time.Time) (Entry, error) {
	if err := checkText("note", note, 1000); err != nil {
		return Entry{}, err
	}
	e, err := s.leaveAsFact(PersonEscaped, person, nil, at)
	e.Note = note
	return e, err
}

func (s *State) leaveAsFact(kind Kind, person string, detail any, at time.Time) (Entry, error) {
	if s.People.Get(person) == nil {
		return Entry{}, Unknown("person", person)
	}
	e := Entry{Kind: kind, Person: person, Happened: at, Detail: detail}
	h := s.Holdings.Get(person)
	switch {
	case h == nil:
		e.contradict("not-held", "person", person, "status", "never-admitted")
	case !h.Status.InCustody():
		e.contradict("not-held", "person", person, "status", string(h.Status))
	default:
		e.Place, e.Move = h.At.Place, h.to("", "", "")
		if at.Before(h.Since) {
			e.contradict("before-last-movement", "person", person, "roll", h.At.Place)
		}
		if line := s.activeLine(person); line != nil {
			e.Transfer, e.Vehicle = line.Transfer, line.Vehicle
		}
	}
	return e, nil
}

func applyReleaseOrdered(s *State, e *Entry) error {
	s.ReleaseOrders.put(e.Detail.(*ReleaseOrder))
	return nil
}

func applyReleased(s *State, e *Entry) error {
	for _, id := range e.Detail.(*Departure).Orders {
		o := s.ReleaseOrders.Get(id)
		if o == nil {
			return Unknown("release-order", id)
		}
		for _, cited := range o.Cites {
			if a := s.Authorities.Get(cited); a != nil && a.Ended.IsZero() {
				edit(s.Authorities, a, func(a *Authority) { a.Ended = e.Happened })
			}
		}
	}
	return s.shift(e, func(h *Holding) { h.Status = Released })
}

func applyDied(s *State, e *Entry) error { return s.applyLoss(e, Dead, LineDead) }

func applyEscaped(s *State, e *Entry) error { return s.applyLoss(e, Lost, LineEscaped) }

func (s *State) applyLoss(e *Entry, status HoldingStatus, outcome LineStatus) error {
	if e.Move == nil {
		if h := s.Holdings.Get(e.Person); h != nil && status == Dead && h.Status != Dead {
			edit(s.Holdings, h, func(h *Holding) { h.Status, h.Since, h.Entry = Dead, e.since(), e.Number })
		}
		return nil
	}
	if e.Transfer != "" {
		if l := s.Lines.Get(e.Transfer + "/" + e.Person); l != nil {
			next, reason := outcome, l.Reason
			if !l.Status.Departed() {
				next, reason = Withdrawn, string(outcome)
			}
			edit(s.Lines, l, func(l *Line) { l.Status, l.Reason, l.Entry = next, reason, e.Number })
		}
	}
	return s.shift(e, func(h *Holding) { h.Status, h.Vehicle = status, "" })
}
