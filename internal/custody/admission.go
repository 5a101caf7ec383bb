package custody

import (
	"fmt"
	"strings"
	"time"
)

// Admission is the register entry of a person taken into custody: identity, authority,
// and what must be recorded at the door. One entry holds it whole, so that one receipt
// proves it. Sources: ICPPED art. 17(3); Mandela 7 (norms REG-1, REG-4).
type Admission struct {
	Person      *Person     `json:"person,omitempty"` // identity; nil when the person is already in the register
	Authorities []Authority `json:"authorities,omitempty"`
	Injuries    string      `json:"injuries,omitempty"`   // visible injuries
	Complaints  string      `json:"complaints,omitempty"` // of ill-treatment, as said on arrival
	Property    string      `json:"property,omitempty"`
	Children    string      `json:"children,omitempty"` // family and children, where they are
	Health      string      `json:"health,omitempty"`   // elements of health that a register must hold
	// AsFact says that the admission was stated as a fact and not ordered.
	AsFact bool `json:"asFact,omitempty"`
	// Stated is the identity given at the door for somebody whom the register knows already,
	// kept as it was given. The register keeps its own until it is corrected.
	Stated *Person `json:"stated,omitempty"`
}

// Admit decides the admission of a new person (a.Person without a number, which is
// given here) or of one who was in custody before (number). It is an order: without an
// authority that was live then and is now it is refused (law 3), and so it is when
// something speaks against the place.
func (s *State) Admit(number string, a Admission, place string, at, now time.Time) (Entry, error) {
	a.AsFact = false
	e, p, err := s.registered(PersonAdmitted, number, a, place, now)
	if err != nil {
		return Entry{}, err
	}
	e.Happened = at
	e.Move = &Move{To: Position{p.Establishment, p.Code, p.Establishment}}
	if h := s.Holdings.Get(number); h != nil {
		switch {
		case h.Status.InCustody():
			return Entry{}, refuse(Conflict, 1, "already-in-custody", "person", number, "establishment", h.At.Establishment, "place", h.At.Place)
		case h.Status == Dead:
			return Entry{}, refuse(Conflict, 1, "not-in-custody", "person", number, "status", string(Dead))
		}
		if err := notBefore(h, at); err != nil {
			return Entry{}, err
		}
	}
	if err := s.admitted(&e, at, now).refusal(p.Code, e.Person); err != nil {
		return Entry{}, err
	}
	if err := s.notFrozen(s.nameIn(&e), place); err != nil {
		return Entry{}, err
	}
	if !s.paperFor(&e, at) || !s.paperFor(&e, now) {
		return Entry{}, refuse(Conflict, 3, "no-live-authority", "person", s.nameIn(&e), "place", place)
	}
	return e, nil
}

// AdmitWithoutPapers records the fact that a person was taken in. It is refused only for
// what does not exist or cannot be read. That there is no live authority (norm REG-3: the
// overdue-release clock then runs from the hour of admission), that the place is full, out
// of use or for others, that the person is in custody already: each is a standing
// discrepancy. The papers and the identity that were given are kept whatever else is so.
func (s *State) AdmitWithoutPapers(number string, a Admission, place string, at, now time.Time) (Entry, error) {
	a.AsFact = true
	e, p, err := s.registered(PersonAdmitted, number, a, place, now)
	if err != nil {
		return Entry{}, err
	}
	e.Happened = at
	s.takeIn(&e, p, at, now)
	return e, nil
}

// registered is the entry of an admission as far as it does not depend on the roll: what is
// malformed is refused, a new person gets a number, papers get theirs.
func (s *State) registered(kind Kind, number string, a Admission, place string, now time.Time) (Entry, *Place, error) {
	p, err := s.housing(place)
	if err != nil {
		return Entry{}, nil, err
	}
	a.Stated = nil
	switch known := s.People.Get(number); {
	case number != "" && known == nil:
		return Entry{}, nil, Unknown("person", number)
	case a.Person == nil && known == nil:
		return Entry{}, nil, InvalidInput("name-missing")
	case a.Person != nil && known != nil && !a.AsFact:
		return Entry{}, nil, InvalidInput("identity-given-twice", "person", number)
	case a.Person != nil:
		if err := a.Person.check(now); err != nil {
			return Entry{}, nil, err
		}
		given := *a.Person
		if known != nil {
			given.Number = number
			a.Person, a.Stated = nil, &given
		} else {
			number = PrisonNumber(s.People.Len())
			given.Number = number
			a.Person = &given
		}
	}
	if len(a.Authorities) > 20 {
		return Entry{}, nil, InvalidInput("too-many-authorities", "person", number)
	}
	papers := make([]Authority, len(a.Authorities))
	for i, paper := range a.Authorities {
		if err := paper.check(); err != nil {
			return Entry{}, nil, err
		}
		papers[i] = paper.numbered(number, len(s.derived.papers[number])+i+1)
	}
	a.Authorities = papers
	for field, value := range map[string]string{"injuries": a.Injuries, "complaints": a.Complaints, "property": a.Property, "children": a.Children, "health": a.Health} {
		if err := checkText(field, value, 2000); err != nil {
			return Entry{}, nil, err
		}
	}
	e := Entry{Kind: kind, Person: number, Place: place, Detail: &a}
	if len(papers) > 0 {
		e.Authority = papers[0].ID
	}
	return e, p, nil
}

// takeIn decides what the fact that a person stands in an establishment and is held there
// changes on the roll, and what it says against it:
//   - somebody free, at large or thought dead is taken in;
//   - somebody on another establishment's roll is put where they are, and the transfer that
//     was to move them has its answer;
//   - somebody in the hands of an escort stays in them until the handover (law 2), unless
//     they arrived with another transfer;
//   - somebody on this roll is put where they are, unless they are between two hands.
//
// What is said to have happened before the person came to be where the roll has them in
// custody does not move them: the later movement stands.
func (s *State) takeIn(e *Entry, p *Place, at, now time.Time) {
	h := s.Holdings.Get(e.Person)
	to := Position{p.Establishment, p.Code, p.Establishment}
	unlisted := e.Kind == PersonUnlisted
	switch {
	case h == nil:
		e.Move = &Move{To: to}
	case !h.Status.InCustody():
		if h.Status == Dead {
			e.contradict("recorded-dead", "person", e.Person, "place", p.Code)
		}
		e.Move = &Move{From: h.At, To: to}
		if at.Before(h.Since) {
			e.contradict("before-last-movement", "person", e.Person, "place", p.Code, "roll", "") // held all the same
		}
	case h.Status == InTransit && (!unlisted || h.At.Custodian == e.Transfer):
		e.contradict("arrives-by-handover", "person", e.Person, "place", p.Code, "roll", h.At.Place, "transfer", h.At.Custodian)
	default:
		if !unlisted || h.At.Establishment == p.Establishment {
			e.contradict("already-in-custody", "person", e.Person, "place", p.Code, "roll", h.At.Place)
		}
		here := h.At.Establishment == p.Establishment
		switch {
		case at.Before(h.Since):
			e.contradict("before-last-movement", "person", e.Person, "place", p.Code, "roll", h.At.Place)
		case here && (h.Vehicle != "" || h.At.Place == p.Code || s.PendingHandover(e.Person) != ""):
		default:
			e.Move = &Move{From: h.At, To: to}
		}
	}
	if e.Move != nil {
		e.despite(s.admitted(e, at, now).Breaks(e.Person, p.Code))
	}
	if !s.paperFor(e, at) || !s.paperFor(e, now) {
		e.contradict("held-without-authority", "person", e.Person)
	}
	if stated := e.Detail.(*Admission).Stated; stated != nil && stated.differs(s.People.Get(e.Person)) {
		e.contradict("identity-differs", "person", e.Person, "stated", stated.FullName())
	}
}

// differs reports whether an identity is not the one of the register, by what tells people apart.
func (p *Person) differs(known *Person) bool {
	return !strings.EqualFold(p.FullName(), known.FullName()) || p.Sex != known.Sex || (p.Birth != "" && known.Birth != "" && p.Birth != known.Birth)
}

// admitted is the arrangement in which the person of an admission is in its place, with the
// identity and the papers that they bring.
func (s *State) admitted(e *Entry, at, now time.Time) *Arrangement {
	a := s.Arrange(at, now)
	a.admit(e.Person, s.identityIn(e), e.Detail.(*Admission).Authorities, e.Place)
	return a
}

// identityIn is the identity of the person of an admission: the register's, or the one given.
func (s *State) identityIn(e *Entry) *Person {
	if p := e.Detail.(*Admission).Person; p != nil {
		return p
	}
	return s.People.Get(e.Person)
}

// paperFor reports whether the admission stands on a live authority, given now or before.
func (s *State) paperFor(e *Entry, at time.Time) bool {
	for _, a := range e.Detail.(*Admission).Authorities {
		if a.Live(at) {
			return true
		}
	}
	return s.HasLivePaper(e.Person, at)
}

// nameIn names the person of an admission that is refused: a number only if it is theirs already.
func (s *State) nameIn(e *Entry) string {
	if p := e.Detail.(*Admission).Person; p != nil {
		return p.FullName()
	}
	return e.Person
}

func applyAdmitted(s *State, e *Entry) error {
	a := e.Detail.(*Admission)
	if a.Person != nil {
		if s.People.Get(e.Person) != nil {
			return fmt.Errorf("person %s is in the register already", e.Person)
		}
		s.People.put(a.Person)
	}
	for i := range a.Authorities {
		s.Authorities.put(&a.Authorities[i])
	}
	if e.Move == nil {
		return nil
	}
	if l := s.activeLine(e.Person); l != nil && e.Move.From != (Position{}) && e.changesHands() {
		s.answerElsewhere(l, e)
	}
	old := s.Holdings.Get(e.Person)
	if old != nil && old.At != e.Move.From {
		return fmt.Errorf("person %s is at %+v: %w", e.Person, old.At, errDoubleEntry)
	}
	h := Holding{Person: e.Person, At: e.Move.To, From: e.Move.From.Place, Status: Held, Since: e.since(), Admitted: e.since(), Entry: e.Number}
	if old != nil && old.Status.InCustody() {
		h.Admitted = old.Admitted
	}
	s.Holdings.put(&h)
	return nil
}
