package custody

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// HandoverStatus is how far a handover has come.
type HandoverStatus string

// The statuses of a handover.
const (
	HandoverOpen      HandoverStatus = "offered"
	HandoverDone      HandoverStatus = "accepted"
	HandoverTakenBack HandoverStatus = "recalled"
)

// HandoverKind says between whom custody changes hands.
type HandoverKind string

// The kinds of handover.
const (
	Departing HandoverKind = "departure" // establishment of origin to escort
	Arriving  HandoverKind = "arrival"   // escort to establishment of destination
)

// Handover is a change of custodian, offered by a releasing official and accepted by a
// receiving one. Between the two, the giver still answers (law 2).
type Handover struct {
	ID        string         `json:"id"` // "H" and the entry that offered it
	Transfer  string         `json:"transfer"`
	Kind      HandoverKind   `json:"kind"`
	Vehicles  []string       `json:"vehicles,omitempty"`
	People    []string       `json:"people"` // sorted by prison number
	Place     string         `json:"place,omitempty"`
	Status    HandoverStatus `json:"status"`
	Releasing string         `json:"releasing"` // user name of the official who gave
	Receiving string         `json:"receiving,omitempty"`
	Offered   time.Time      `json:"offered"`
	Ended     time.Time      `json:"ended,omitzero"`
	Entry     int64          `json:"entry"` // the entry that offered it
}

// HandoverID is the detail of ending a handover.
type HandoverID struct {
	Handover string `json:"handover"`
}

// Hands is the detail of one person changing hands.
type Hands struct {
	Handover  string `json:"handover"`
	Releasing string `json:"releasing"`
	Receiving string `json:"receiving"`
}

// OfferDeparture decides the offer to hand everybody aboard these vehicles to the
// escort. Each vehicle must have been counted since anybody entered or left it, and the
// count agree; each person must have a live authority, at the instant stated and now.
func (s *State) OfferDeparture(transfer string, vehicles []string, by string, at, now time.Time) (Entry, error) {
	t, err := s.transferIn(transfer, Approved)
	if err != nil {
		return Entry{}, err
	}
	if t.Escort == nil {
		return Entry{}, refuse(Conflict, 2, "no-escort", "transfer", transfer)
	}
	h := Handover{Transfer: transfer, Kind: Departing, Releasing: by}
	if err := s.gather(&h, vehicles, at, func(v *Vehicle) error {
		if !v.Departed.IsZero() {
			return refuse(Conflict, 2, "vehicle-departed", "vehicle", v.Key())
		}
		if !s.countStands(v) {
			return refuse(Conflict, 2, "vehicle-not-counted", "vehicle", v.Key(), "aboard", itoa(s.Present(v.Key())))
		}
		return nil
	}); err != nil {
		return Entry{}, err
	}
	for _, person := range h.People {
		if !s.liveAtBoth(person, at, now) {
			return Entry{}, refuse(Conflict, 3, "no-live-authority", "person", person, "place", transfer)
		}
	}
	return s.offer(h, at)
}

// countStands reports whether the last count of a vehicle is one for departure, was right,
// and is of those who are aboard now: nobody entered since, and as many as were counted are
// still there, so nobody left either.
func (s *State) countStands(v *Vehicle) bool {
	c, aboard := v.LastCount, s.Present(v.Key())
	if c == nil || c.Stage != "boarding" || c.Counted != aboard || c.Aboard != aboard {
		return false
	}
	for person := range s.derived.aboard[v.Key()] {
		if s.Holdings.Get(person).Entry > v.CountEntry {
			return false
		}
	}
	return true
}

// OfferArrival decides the offer to hand people to the establishment of destination, in
// a place of it: everybody aboard vehicles that have arrived, and named people who come
// otherwise (from a hospital to which they were diverted).
func (s *State) OfferArrival(transfer string, vehicles, people []string, place, by string, at, now time.Time) (Entry, error) {
	t := s.Transfers.Get(transfer)
	if t == nil {
		return Entry{}, Unknown("transfer", transfer)
	}
	p := s.Places.Get(place)
	if p == nil || !p.Kind.Holds() {
		return Entry{}, Unknown("place", place)
	}
	if p.Establishment != t.To {
		return Entry{}, refuse(Conflict, 2, "other-establishment", "person", "", "place", place, "establishment", t.To)
	}
	h := Handover{Transfer: transfer, Kind: Arriving, Place: place, Releasing: by}
	if err := s.gather(&h, vehicles, at, func(v *Vehicle) error {
		if v.Departed.IsZero() || v.Arrived.IsZero() || at.Before(v.Arrived) {
			return refuse(Conflict, 2, "vehicle-not-arrived", "vehicle", v.Key())
		}
		return nil
	}); err != nil {
		return Entry{}, err
	}
	for _, person := range people {
		hold, err := s.orderable(person)
		if err != nil {
			return Entry{}, err
		}
		if hold.Status != InTransit || hold.At.Custodian != transfer {
			return Entry{}, refuse(Conflict, 2, "not-with-escort", "person", person, "transfer", transfer, "place", hold.At.Place)
		}
		if err := notBefore(hold, at); err != nil {
			return Entry{}, err
		}
		if !slices.Contains(h.People, person) {
			h.People = append(h.People, person)
		}
	}
	if err := s.roomForAll(p, h.People, at, now); err != nil {
		return Entry{}, err
	}
	if len(h.People) > MaxManifest {
		return Entry{}, InvalidInput("manifest-too-long", "transfer", transfer, "rows", itoa(len(h.People)), "max", itoa(MaxManifest))
	}
	slices.Sort(h.People)
	return s.offer(h, at)
}

// gather collects the people aboard the vehicles, each vehicle checked, and each person to
// have been aboard at the instant that the offer is stated for.
func (s *State) gather(h *Handover, vehicles []string, at time.Time, check func(*Vehicle) error) error {
	if len(vehicles) > 500 {
		return InvalidInput("too-many-vehicles", "transfer", h.Transfer)
	}
	for _, code := range vehicles {
		v, err := s.vehicleOf(h.Transfer, code)
		if err != nil {
			return err
		}
		if slices.Contains(h.Vehicles, v.Key()) {
			continue
		}
		if err := check(v); err != nil {
			return err
		}
		h.Vehicles = append(h.Vehicles, v.Key())
		for _, person := range s.Aboard(v.Key()) {
			hold, err := s.orderable(person)
			if err != nil {
				return err
			}
			if err := notBefore(hold, at); err != nil {
				return err
			}
			h.People = append(h.People, person)
		}
	}
	slices.Sort(h.People)
	return nil
}

func (s *State) offer(h Handover, at time.Time) (Entry, error) {
	if len(h.People) == 0 {
		return Entry{}, refuse(Conflict, 2, "handover-empty", "transfer", h.Transfer)
	}
	h.ID, h.Entry = "H"+strconv.FormatInt(s.Next, 10), s.Next
	h.Status, h.Offered = HandoverOpen, Moment(at)
	return Entry{Kind: HandoverOffered, Transfer: h.Transfer, Place: h.Place, Happened: at, Detail: &h}, nil
}

// AcceptHandover decides the acceptance of an offered handover by the receiving
// official, who must be another person than the releasing one. Everybody offered changes
// hands in one order, except those whom a fact recorded since the offer took elsewhere
// (dead, escaped, diverted).
func (s *State) AcceptHandover(id, by string, at, now time.Time) ([]Entry, error) {
	h, err := s.openHandover(id)
	if err != nil {
		return nil, err
	}
	if h.Releasing == by {
		return nil, refuse(Conflict, 2, "same-official", "official", by, "handover", id, "transfer", h.Transfer)
	}
	if at.Before(h.Offered) {
		return nil, refuse(Conflict, 2, "before-offer", "handover", id, "offered", h.Offered.Format(time.RFC3339))
	}
	t := s.Transfers.Get(h.Transfer)
	hands := &Hands{Handover: id, Releasing: h.Releasing, Receiving: by}
	entries, moved := make([]Entry, 1, len(h.People)+1), make([]string, 0, len(h.People))
	entries[0] = Entry{Kind: HandoverAccepted, Transfer: h.Transfer, Place: h.Place, Happened: at, Detail: &HandoverID{id}}
	for _, person := range h.People {
		hold := s.Holdings.Get(person)
		if hold == nil || !hold.Status.InCustody() {
			continue
		}
		if hold.At.Custodian != giver(h, t) || hold.Entry > h.Entry {
			continue // taken elsewhere by a fact that was recorded since the offer
		}
		live := s.liveAtBoth(person, at, now)
		e := Entry{Person: person, Transfer: h.Transfer, Vehicle: hold.Vehicle, Happened: at, Detail: hands}
		switch h.Kind {
		case Departing:
			if !live {
				return nil, refuse(Conflict, 3, "no-live-authority", "person", person, "place", h.Transfer)
			}
			e.Kind, e.Place, e.Move = PersonDeparted, hold.At.Place, hold.to("", hold.At.Place, h.Transfer)
		case Arriving:
			e.Kind, e.Place, e.Move = PersonReceived, h.Place, hold.to(t.To, h.Place, t.To)
			if !live {
				e.contradict("held-without-authority", "person", person)
			}
		}
		if err := notBefore(hold, at); err != nil {
			return nil, err
		}
		entries = append(entries, e)
		moved = append(moved, person)
	}
	if h.Kind == Arriving {
		if err := s.notFrozen("", h.Place); err != nil {
			return nil, err
		}
		if err := s.roomForAll(s.Places.Get(h.Place), moved, at, now); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// giver is the custodian who answers until the handover is accepted.
func giver(h *Handover, t *Transfer) string {
	if h.Kind == Departing {
		return t.From
	}
	return t.ID
}

// RecallHandover decides that an offer is taken back by the side that made it, for the
// reason given. Which officials are of that side is for the desk to say: the one who
// offered may have gone off duty.
func (s *State) RecallHandover(id, reason string, at time.Time) (Entry, error) {
	h, err := s.openHandover(id)
	if err != nil {
		return Entry{}, err
	}
	if strings.TrimSpace(reason) == "" {
		return Entry{}, InvalidInput("reason-missing", "handover", id)
	}
	if err := checkText("reason", reason, 500); err != nil {
		return Entry{}, err
	}
	return Entry{Kind: HandoverRecalled, Transfer: h.Transfer, Happened: at, Note: reason, Detail: &HandoverID{id}}, nil
}

func (s *State) openHandover(id string) (*Handover, error) {
	h := s.Handovers.Get(id)
	if h == nil {
		return nil, Unknown("handover", id)
	}
	if h.Status != HandoverOpen {
		return nil, refuse(Conflict, 2, "handover-ended", "handover", id, "status", string(h.Status))
	}
	return h, nil
}

func applyHandoverOffered(s *State, e *Entry) error {
	s.Handovers.put(e.Detail.(*Handover))
	return nil
}

func applyHandoverEnded(status HandoverStatus) func(*State, *Entry) error {
	return func(s *State, e *Entry) error {
		h := s.Handovers.Get(e.Detail.(*HandoverID).Handover)
		if h == nil {
			return Unknown("handover", e.Detail.(*HandoverID).Handover)
		}
		edit(s.Handovers, h, func(h *Handover) {
			h.Status, h.Ended = status, e.Happened
			if status == HandoverDone {
				h.Receiving = e.By
			}
		})
		if status != HandoverDone {
			return nil
		}
		for _, key := range h.Vehicles {
			err := s.editVehicle(key, func(v *Vehicle) {
				if h.Kind == Departing {
					v.Departed = e.Happened
				} else {
					v.Received = e.Happened
				}
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func applyDeparted(s *State, e *Entry) error {
	if err := s.editLine(e, func(l *Line) { l.Status = LineDeparted }); err != nil {
		return err
	}
	return s.shift(e, func(h *Holding) { h.Status = InTransit })
}

func applyReceived(s *State, e *Entry) error {
	err := s.editLine(e, func(l *Line) {
		if l.Status == Diverted {
			l.ArrivedLater = true
		} else {
			l.Status = Received
		}
	})
	if err != nil {
		return err
	}
	return s.shift(e, func(h *Holding) { h.Status, h.Vehicle = Held, "" })
}
