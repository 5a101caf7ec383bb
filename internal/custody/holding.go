package custody

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// HoldingStatus is how a person stands towards custody.
type HoldingStatus string

// The statuses of a holding.
const (
	Held      HoldingStatus = "held"       // in an establishment
	Out       HoldingStatus = "out"        // at a court, a hospital, work or a visit; the establishment still answers
	InTransit HoldingStatus = "in-transit" // in the hands of an escort
	Lost      HoldingStatus = "at-large"   // escaped
	Released  HoldingStatus = "released"
	Dead      HoldingStatus = "dead"
)

// InCustody reports whether somebody answers for the person.
func (h HoldingStatus) InCustody() bool { return h == Held || h == Out || h == InTransit }

// Holding is where a person is now and who answers for them: the present line of the
// double entry.
type Holding struct {
	Person   string        `json:"person"`
	At       Position      `json:"at"`
	Status   HoldingStatus `json:"status"`
	Since    time.Time     `json:"since"`    // of this position
	Admitted time.Time     `json:"admitted"` // of this custody
	Entry    int64         `json:"entry"`    // the entry that put them there
	Last     int64         `json:"last"`     // the newest entry about the person, end of their chain
	Vehicle  string        `json:"vehicle,omitempty"`
	From     string        `json:"from,omitempty"` // the place they came from
	Away     *Outing       `json:"away,omitempty"` // while they are out
}

// holdingOf returns the holding of somebody in custody, or the refusal that says why there is none.
func (s *State) holdingOf(person string) (*Holding, error) {
	if s.People.Get(person) == nil {
		return nil, Unknown("person", person)
	}
	h := s.Holdings.Get(person)
	if h == nil || !h.Status.InCustody() {
		return nil, refuse(Conflict, 1, "not-in-custody", "person", person, "status", h.said())
	}
	return h, nil
}

// orderable returns the holding of somebody whom an order may move: in custody, and not
// between two hands (law 2: until the handover is accepted, the giver still answers and
// nothing else moves them).
func (s *State) orderable(person string) (*Holding, error) {
	h, err := s.holdingOf(person)
	if err != nil {
		return nil, err
	}
	if id := s.PendingHandover(person); id != "" {
		return nil, refuse(Conflict, 2, "handover-open", "person", person, "handover", id)
	}
	return h, nil
}

// CellMove decides a move within an establishment, to a cell or any other place in it. A
// place that breaks a hard rule for the person, or for whoever is left behind, is refused
// whoever asks; the refusal says which rule, and which cells nearby would do.
func (s *State) CellMove(person, to string, at, now time.Time) (Entry, error) {
	o := CellOrder{Person: person, To: to, Happened: at}
	if err := s.movable(o, at); err != nil {
		return Entry{}, err
	}
	a := s.Arrange(at, now)
	a.Put(person, to)
	if err := a.refusal(to, person); err != nil {
		return Entry{}, err
	}
	if err := first(a.LeftAlone()); err != nil {
		return Entry{}, err
	}
	return s.moved(o), nil
}

// Found records that a person was found in a place. It is a fact: a place that differs
// from the roll moves the roll to the truth and opens a discrepancy. A place that is none
// for people (a module, a landing) agrees with the roll when it is around the person's own.
func (s *State) Found(person, place string, at, now time.Time) (Entry, error) {
	if s.People.Get(person) == nil {
		return Entry{}, Unknown("person", person)
	}
	p := s.Places.Get(place)
	if p == nil {
		return Entry{}, Unknown("place", place)
	}
	e := Entry{Kind: PersonFound, Person: person, Happened: at, Place: place}
	h := s.Holdings.Get(person)
	switch {
	case h == nil || !h.Status.InCustody():
		e.contradict("found-not-held", "person", person, "place", place, "status", h.said())
	case s.within(h.At.Place, place):
	case at.Before(h.Since):
		// Seen there before the person came to be where the roll has them: the roll stands.
		e.contradict("before-last-movement", "person", person, "place", place, "roll", h.At.Place)
	case !p.Kind.Holds() || p.Kind == VehiclePlace || h.Vehicle != "" || h.Status != Held || s.PendingHandover(person) != "" || p.Establishment != h.At.Establishment:
		// Whose hands they are in cannot be settled by a sighting: a named official resolves it.
		e.contradict("found-elsewhere", "person", person, "place", place, "roll", h.At.Place)
	default:
		e.contradict("found-elsewhere", "person", person, "place", place, "roll", h.At.Place)
		e.despite(s.against(p, person, at, now))
		e.Move = h.to(h.At.Establishment, place, h.At.Custodian)
	}
	return e, nil
}

// within reports whether a place is another, or lies in it.
func (s *State) within(place, around string) bool {
	for p := s.Places.Get(place); p != nil; p = s.Places.Get(p.Parent) {
		if p.Code == around {
			return true
		}
	}
	return false
}

// said is the status of a holding as contradictions state it.
func (h *Holding) said() string {
	if h == nil {
		return "never-admitted"
	}
	return string(h.Status)
}

// Outing is the detail of leaving an establishment for a court or hospital.
type Outing struct {
	Destination string    `json:"destination"`
	Escort      string    `json:"escort"` // who takes them, by name
	Reason      string    `json:"reason,omitempty"`
	DueBack     time.Time `json:"dueBack,omitzero"`
}

// GoOut decides an outing to a court or hospital. The establishment still answers.
func (s *State) GoOut(person string, o Outing, at, now time.Time) (Entry, error) {
	h, err := s.orderable(person)
	if err != nil {
		return Entry{}, err
	}
	if h.Status != Held || h.Vehicle != "" {
		return Entry{}, refuse(Conflict, 1, "not-in-establishment", "person", person, "place", h.At.Place)
	}
	if err := notBefore(h, at); err != nil {
		return Entry{}, err
	}
	if err := s.notFrozen(person, h.At.Place); err != nil {
		return Entry{}, err
	}
	p := s.Places.Get(o.Destination)
	if p == nil || !p.Kind.Outside() {
		return Entry{}, InvalidInput("destination-not-outside", "place", o.Destination)
	}
	if shut, why := s.outOfUse(p, at, now); shut != nil {
		return Entry{}, refuse(Conflict, 1, "place-out-of-use", "place", shut.Code, "reason", why, "person", person)
	}
	if o.Escort == "" {
		return Entry{}, InvalidInput("field-missing", "field", "escort")
	}
	for field, value := range map[string]string{"escort": o.Escort, "reason": o.Reason} {
		if err := checkText(field, value, 500); err != nil {
			return Entry{}, err
		}
	}
	if err := checkMoments("dueBack", o.DueBack); err != nil {
		return Entry{}, err
	}
	o.DueBack = Moment(o.DueBack)
	return Entry{Kind: PersonWentOut, Person: person, Happened: at, Place: o.Destination, Detail: &o,
		Move: h.to(h.At.Establishment, o.Destination, h.At.Custodian)}, nil
}

// Return records that a person is back in the establishment that answers for them, or,
// after an escape, in the one that took them in again. It is a fact.
func (s *State) Return(person, place string, at, now time.Time) (Entry, error) {
	if s.People.Get(person) == nil {
		return Entry{}, Unknown("person", person)
	}
	p, err := s.housing(place)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{Kind: PersonReturned, Person: person, Happened: at, Place: place}
	h := s.Holdings.Get(person)
	switch {
	case h != nil && h.Status == Out:
		e.Move = h.to(h.At.Establishment, place, h.At.Custodian)
		if p.Establishment != h.At.Establishment {
			e.Move = h.to(p.Establishment, place, p.Establishment)
			e.contradict("returned-elsewhere", "person", person, "place", place, "establishment", h.At.Establishment)
		}
	case h != nil && h.Status == Lost:
		e.Kind = PersonRecaptured
		e.Move = h.to(p.Establishment, place, p.Establishment)
		s.holdOnPaper(&e, at, now)
	case h != nil && h.Status == Dead:
		// A death recorded of the wrong person must not keep the living off the roll.
		e.Move = h.to(p.Establishment, place, p.Establishment)
		e.contradict("recorded-dead", "person", person, "place", place)
		s.holdOnPaper(&e, at, now)
	default:
		e.contradict("returned-not-out", "person", person, "place", place, "status", h.said())
	}
	if e.Move != nil {
		e.despite(s.against(p, person, at, now))
		if at.Before(h.Since) {
			e.contradict("before-last-movement", "person", person, "place", place, "roll", h.At.Place) // back all the same
		}
	}
	return e, nil
}

// holdOnPaper contradicts the record when the person is taken in with no live authority,
// then or now (norm REG-3).
func (s *State) holdOnPaper(e *Entry, at, now time.Time) {
	if !s.liveAtBoth(e.Person, at, now) {
		e.contradict("held-without-authority", "person", e.Person)
	}
}

// to is the leg of the double entry from where the person is now.
func (h *Holding) to(establishment, place, custodian string) *Move {
	return &Move{From: h.At, To: Position{establishment, place, custodian}}
}

// notBefore refuses an order said to have happened before the person came to be where
// they are: clocks that run backwards would break the chain of custody.
func notBefore(h *Holding, at time.Time) error {
	if at.Before(h.Since) {
		return refuse(Conflict, 1, "before-last-movement", "person", h.Person, "since", h.Since.Format(time.RFC3339))
	}
	return nil
}

func (e *Entry) contradict(kind string, params ...string) {
	c := Contradiction{Kind: kind, Params: map[string]string{}}
	for i := 0; i+1 < len(params); i += 2 {
		c.Params[params[i]] = params[i+1]
	}
	e.Contradictions = append(e.Contradictions, c)
}

// contradicts reports whether the fact contradicts the record in one of these ways.
func (e *Entry) contradicts(kinds ...string) bool {
	return slices.ContainsFunc(e.Contradictions, func(c Contradiction) bool { return slices.Contains(kinds, c.Kind) })
}

var errDoubleEntry = errors.New("the movement does not leave the place where the record has the person")

// shift applies the double entry: custody leaves exactly where it is and enters elsewhere.
func (s *State) shift(e *Entry, change func(*Holding)) error {
	h := s.Holdings.Get(e.Person)
	if h == nil || e.Move == nil {
		return fmt.Errorf("person %s: %w", e.Person, errDoubleEntry)
	}
	if e.Move.From != h.At {
		return fmt.Errorf("person %s is at %+v, not %+v: %w", e.Person, h.At, e.Move.From, errDoubleEntry)
	}
	edit(s.Holdings, h, func(h *Holding) {
		if h.At.Place != e.Move.To.Place {
			h.From = h.At.Place
		}
		h.At, h.Since, h.Entry, h.Away = e.Move.To, e.since(), e.Number, nil
		change(h)
	})
	return nil
}

// since is from when what the entry says holds: when it happened, but for a fact said to
// be in the future from when it was recorded, or nothing could be done about the person
// until a wrong clock had been caught up with.
func (e *Entry) since() time.Time {
	if e.Happened.After(e.Recorded) {
		return e.Recorded
	}
	return e.Happened
}

// applyMove serves every kind that ends with the person held in a place of an
// establishment; a sighting that changes nothing has no Move.
func applyMove(s *State, e *Entry) error {
	if e.Move == nil {
		return nil
	}
	return s.shift(e, func(h *Holding) {
		if h.Status == Lost || h.Status == Dead {
			h.Admitted = e.since()
		}
		h.Status, h.Vehicle = Held, ""
		if p := s.Places.Get(e.Move.To.Place); p != nil && p.Kind.Outside() {
			h.Status = Out
		}
	})
}

func applyWentOut(s *State, e *Entry) error {
	return s.shift(e, func(h *Holding) { h.Status, h.Away = Out, e.Detail.(*Outing) })
}
