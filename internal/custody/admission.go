package custody

import (
	"fmt"
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
}

// Admit decides the admission of a new person (a.Person without a number, which is
// given here) or of one who was in custody before (number). It is an order: without a
// live authority it is refused (law 3).
func (s *State) Admit(number string, a Admission, place string, at, now time.Time) (Entry, error) {
	e, err := s.admission(number, a, place, at, now)
	if err != nil {
		return Entry{}, err
	}
	if err := s.notFrozen(s.nameIn(e), place); err != nil {
		return Entry{}, err
	}
	if !s.paperFor(e, at) {
		return Entry{}, refuse(Conflict, 3, "no-live-authority", "person", s.nameIn(e), "place", place)
	}
	return e, nil
}

// AdmitWithoutPapers records the fact that a person was taken in with no live
// authority. It is never refused for that; it is a standing discrepancy and the
// overdue-release clock runs from the hour of admission (norm REG-3).
func (s *State) AdmitWithoutPapers(number string, a Admission, place string, at, now time.Time) (Entry, error) {
	e, err := s.admission(number, a, place, at, now)
	if err != nil {
		return Entry{}, err
	}
	if !s.paperFor(e, at) {
		e.contradict("held-without-authority", "person", e.Person)
	}
	return e, nil
}

func (s *State) admission(number string, a Admission, place string, at, now time.Time) (Entry, error) {
	known := number != ""
	if known {
		if s.People.Get(number) == nil {
			return Entry{}, Unknown("person", number)
		}
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
		if a.Person != nil {
			return Entry{}, InvalidInput("identity-given-twice", "person", number)
		}
	} else {
		if a.Person == nil {
			return Entry{}, InvalidInput("name-missing")
		}
		if err := a.Person.check(now); err != nil {
			return Entry{}, err
		}
		p := *a.Person
		p.Number = PrisonNumber(s.People.Len())
		number, a.Person = p.Number, &p
	}
	if len(a.Authorities) > 20 {
		return Entry{}, InvalidInput("too-many-authorities", "person", number)
	}
	papers := make([]Authority, len(a.Authorities))
	for i, paper := range a.Authorities {
		if err := paper.check(); err != nil {
			return Entry{}, err
		}
		papers[i] = paper.numbered(number, len(s.derived.papers[number])+i+1)
	}
	a.Authorities = papers
	for field, value := range map[string]string{"injuries": a.Injuries, "complaints": a.Complaints, "property": a.Property, "children": a.Children, "health": a.Health} {
		if err := checkText(field, value, 2000); err != nil {
			return Entry{}, err
		}
	}
	// The capacity of a cell is checked like that of any order; a reception takes whoever comes.
	asked := "" // somebody new has no number in the register yet; their sex is checked below
	if a.Person == nil {
		asked = number
	}
	p, err := s.roomFor(asked, place, at)
	if err != nil {
		return Entry{}, err
	}
	if p.Establishment == "" {
		return Entry{}, InvalidInput("place-holds-nobody", "place", place, "kind", string(p.Kind))
	}
	if a.Person != nil && p.Sex != "" && a.Person.Sex != p.Sex {
		return Entry{}, refuse(Conflict, 4, "place-for-other-sex", "place", place, "person", a.Person.FullName())
	}
	e := Entry{Kind: PersonAdmitted, Person: number, Happened: at, Place: place, Detail: &a,
		Move: &Move{To: Position{p.Establishment, place, p.Establishment}}}
	if len(papers) > 0 {
		e.Authority = papers[0].ID
	}
	return e, nil
}

// paperFor reports whether the admission stands on a live authority, given now or before.
func (s *State) paperFor(e Entry, at time.Time) bool {
	for _, a := range e.Detail.(*Admission).Authorities {
		if a.Live(at) {
			return true
		}
	}
	return s.HasLivePaper(e.Person, at)
}

// nameIn names the person of an admission that is refused: a number only if it is theirs already.
func (s *State) nameIn(e Entry) string {
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
	old := s.Holdings.Get(e.Person)
	if old != nil && old.At != e.Move.From {
		return fmt.Errorf("person %s is at %+v: %w", e.Person, old.At, errDoubleEntry)
	}
	h := Holding{Person: e.Person, At: e.Move.To, Status: Held, Since: e.since(), Admitted: e.since(), Entry: e.Number}
	if old != nil && old.Status.InCustody() {
		h.Admitted = old.Admitted
	}
	s.Holdings.put(&h)
	return nil
}
