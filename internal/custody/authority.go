package custody

import (
	"slices"
	"strings"
	"time"
)

// AuthorityKind is the sort of paper that a person is held on.
type AuthorityKind string

// The kinds of authority.
const (
	RemandOrder   AuthorityKind = "remand-order"
	Sentence      AuthorityKind = "sentence"
	PoliceCustody AuthorityKind = "police-custody"
	Extradition   AuthorityKind = "extradition"
	Recall        AuthorityKind = "recall"
)

// AuthorityKinds lists every kind of authority.
var AuthorityKinds = []AuthorityKind{RemandOrder, Sentence, PoliceCustody, Extradition, Recall}

// Authority is the paper on which a person is held.
type Authority struct {
	ID       string        `json:"id"` // prison number, "/A" and a sequence, e.g. "1000042W/A1"
	Person   string        `json:"person"`
	Sequence int           `json:"sequence"`
	Kind     AuthorityKind `json:"kind"`
	Issuer   string        `json:"issuer"` // the court or body that ordered it
	Case     string        `json:"case"`
	Grounds  string        `json:"grounds,omitempty"`
	From     time.Time     `json:"from"`
	Until    time.Time     `json:"until,omitzero"` // the instant it expires; zero: no date fixed
	Document string        `json:"document,omitempty"`
	Ended    time.Time     `json:"ended,omitzero"` // quashed, served or released on, before Until
}

// Live reports whether the authority permits holding the person at an instant.
func (a *Authority) Live(at time.Time) bool {
	return !at.Before(a.From) && (a.Until.IsZero() || at.Before(a.Until)) && (a.Ended.IsZero() || at.Before(a.Ended))
}

// lapsed is when the authority stopped being live; zero if it has not by now.
func (a *Authority) lapsed(now time.Time) time.Time {
	end := a.Until
	if !a.Ended.IsZero() && (end.IsZero() || a.Ended.Before(end)) {
		end = a.Ended
	}
	if end.IsZero() || end.After(now) {
		return time.Time{}
	}
	return end
}

// LegalStatus follows from the live authorities.
type LegalStatus string

// The legal statuses.
const (
	NoAuthority LegalStatus = "no-live-authority"
	Untried     LegalStatus = "untried"
	Convicted   LegalStatus = "convicted"
	InPolice    LegalStatus = "police-custody"
	Extraditing LegalStatus = "extradition"
)

// StatusOf derives the legal status at an instant: convicted if a sentence or recall is
// live, else untried if a remand order is, else extradition, else police custody.
func StatusOf(papers []*Authority, at time.Time) LegalStatus {
	best := len(statusOrder)
	for _, a := range papers {
		if a.Live(at) {
			best = min(best, slices.Index(statusOrder, statusOfKind[a.Kind]))
		}
	}
	if best == len(statusOrder) {
		return NoAuthority
	}
	return statusOrder[best]
}

// What a live paper makes of a person, and which of several counts: it is asked of everybody at once.
var (
	statusOfKind = map[AuthorityKind]LegalStatus{Sentence: Convicted, Recall: Convicted, RemandOrder: Untried, Extradition: Extraditing, PoliceCustody: InPolice}
	statusOrder  = []LegalStatus{Convicted, Untried, Extraditing, InPolice}
)

// HasLivePaper reports whether any authority is live at an instant.
func (s *State) HasLivePaper(person string, at time.Time) bool {
	return slices.ContainsFunc(s.PapersOf(person), func(a *Authority) bool { return a.Live(at) })
}

// OverdueSince returns since when a person in custody is held without a live authority;
// zero when one is live. Source: law 3; Mandela 7; ICCPR 9.
func OverdueSince(h *Holding, papers []*Authority, now time.Time) time.Time {
	if !h.Status.InCustody() {
		return time.Time{}
	}
	since := h.Admitted
	for _, a := range papers {
		if a.Live(now) {
			return time.Time{}
		}
		if l := a.lapsed(now); l.After(since) {
			since = l
		}
	}
	return since
}

// check refuses an authority that no register could hold a person on.
func (a *Authority) check() error {
	if !slices.Contains(AuthorityKinds, a.Kind) {
		return InvalidInput("authority-kind-unknown", "kind", string(a.Kind))
	}
	for field, value := range map[string]string{"issuer": a.Issuer, "case": a.Case} {
		if strings.TrimSpace(value) == "" {
			return InvalidInput("field-missing", "field", field)
		}
	}
	for field, value := range map[string]string{"issuer": a.Issuer, "case": a.Case, "grounds": a.Grounds, "document": a.Document} {
		if err := checkText(field, value, 500); err != nil {
			return err
		}
	}
	if a.From.IsZero() {
		return InvalidInput("field-missing", "field", "from")
	}
	if err := checkMoments("authority", a.From, a.Until); err != nil {
		return err
	}
	if !a.Until.IsZero() && !a.Until.After(a.From) {
		return InvalidInput("dates-reversed", "authority", a.Case)
	}
	return nil
}

// numbered gives the authority its place among a person's papers.
func (a Authority) numbered(person string, sequence int) Authority {
	a.Person, a.Sequence = person, sequence
	a.ID = person + "/A" + itoa(sequence)
	a.From, a.Until, a.Ended = Moment(a.From), Moment(a.Until), time.Time{}
	return a
}

// GiveAuthority decides the recording of a paper for a person known to the register.
func (s *State) GiveAuthority(person string, a Authority) (Entry, error) {
	if s.People.Get(person) == nil {
		return Entry{}, Unknown("person", person)
	}
	if err := a.check(); err != nil {
		return Entry{}, err
	}
	a = a.numbered(person, len(s.derived.papers[person])+1)
	return Entry{Kind: AuthorityGiven, Person: person, Authority: a.ID, Detail: &a}, nil
}

// EndAuthority decides that a paper is live no longer from an instant on (quashed,
// replaced, served early), for the reason given.
func (s *State) EndAuthority(id, reason string, at time.Time) (Entry, error) {
	a := s.Authorities.Get(id)
	switch {
	case a == nil:
		return Entry{}, Unknown("authority", id)
	case reason == "":
		return Entry{}, InvalidInput("reason-missing", "authority", id)
	case !a.Ended.IsZero():
		return Entry{}, refuse(Conflict, 3, "authority-ended", "authority", id)
	}
	if err := checkText("reason", reason, 500); err != nil {
		return Entry{}, err
	}
	return Entry{Kind: AuthorityEnded, Person: a.Person, Authority: id, Happened: at, Note: reason}, nil
}

func applyAuthorityGiven(s *State, e *Entry) error {
	s.Authorities.put(e.Detail.(*Authority))
	return nil
}

func applyAuthorityEnded(s *State, e *Entry) error {
	a := s.Authorities.Get(e.Authority)
	if a == nil {
		return Unknown("authority", e.Authority)
	}
	edit(s.Authorities, a, func(a *Authority) { a.Ended = e.Happened })
	return nil
}
