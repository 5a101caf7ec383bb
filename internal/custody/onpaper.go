package custody

import (
	"strconv"
	"strings"
	"time"
)

// MaxFormLines is how many lines a form on paper may have.
const MaxFormLines = 200

// PaperLine says which line of which form on paper an entry was typed from, and whose hand wrote it.
type PaperLine struct {
	Form string `json:"form"` // number of the form, as printed on it
	Line int    `json:"line"` // from 1
	Hand string `json:"hand"` // who wrote it, by name
}

// EnteredLine is a line of a form on paper that has been entered, so that it never is twice.
type EnteredLine struct {
	Form  string `json:"form"`
	Line  int    `json:"line"`
	Entry int64  `json:"entry"`
	By    string `json:"by"` // who entered it
}

// Key is form and line.
func (l *EnteredLine) Key() string { return l.Form + "/" + strconv.Itoa(l.Line) }

// Happening is what a line of a form says happened.
type Happening string

// What can have happened. Each is a fact: what takes an order (a release, a handover) is ordered once the system is back.
const (
	WasFound    Happening = "found" // found in a place, or moved there
	WasReturned Happening = "returned"
	HasArrived  Happening = "arrived" // taken in from outside
	HasDied     Happening = "died"
	HasEscaped  Happening = "escaped"
)

// PaperFact is one line of a form on paper.
type PaperFact struct {
	Line     int       `json:"line"`
	What     Happening `json:"what"`
	Person   string    `json:"person,omitempty"` // prison number; may be missing for somebody who arrived
	Place    string    `json:"place,omitempty"`  // for found, returned and arrived
	Happened time.Time `json:"happened"`
	Note     string    `json:"note,omitempty"`
	// Of somebody who arrived and has no number.
	FamilyNames string `json:"familyNames,omitempty"`
	GivenNames  string `json:"givenNames,omitempty"`
	Sex         string `json:"sex,omitempty"`
}

// Concerns returns the places of which an official must serve one to state the fact.
func (f *PaperFact) Concerns(s *State) []string {
	switch f.What {
	case HasArrived:
		return []string{f.Place}
	case WasFound, WasReturned:
		return s.WhereStated(f.Person, f.Place)
	}
	return s.WhereIs(f.Person)
}

// EnterLine decides the entry of one line of a form on paper: a fact with its own time, and where it was written. It is
// refused only if it cannot be read, or the line has been entered before (code "paper-line-entered").
func (s *State) EnterLine(form, hand string, f PaperFact, at, now time.Time) (Entry, error) {
	if err := s.checkLine(form, hand, f); err != nil {
		return Entry{}, err
	}
	e, err := s.factOf(f, at, now)
	if err != nil {
		return Entry{}, err
	}
	if f.What != HasDied { // its circumstances hold the note
		e.Note = strings.TrimSpace(f.Note)
	}
	e.Paper = &PaperLine{Form: form, Line: f.Line, Hand: strings.TrimSpace(hand)}
	return e, nil
}

func (s *State) checkLine(form, hand string, f PaperFact) error {
	if err := checkCode("form", form); err != nil {
		return err
	}
	if strings.TrimSpace(hand) == "" {
		return InvalidInput("field-missing", "field", "hand")
	}
	if err := checkText("hand", hand, 200); err != nil {
		return err
	}
	if f.Line < 1 || f.Line > MaxFormLines {
		return InvalidInput("paper-line-absurd", "number", itoa(f.Line), "max", itoa(MaxFormLines))
	}
	if f.Happened.IsZero() {
		return InvalidInput("field-missing", "field", "happened")
	}
	if err := checkText("note", f.Note, 1000); err != nil {
		return err
	}
	entered := EnteredLine{Form: form, Line: f.Line}
	if before := s.EnteredLines.Get(entered.Key()); before != nil {
		return refuse(Conflict, 5, "paper-line-entered", "form", form, "number", itoa(f.Line), "entry", strconv.FormatInt(before.Entry, 10), "by", before.By)
	}
	return nil
}

// factOf decides the fact that a line states.
func (s *State) factOf(f PaperFact, at, now time.Time) (Entry, error) {
	switch f.What {
	case WasFound:
		return s.Found(f.Person, f.Place, at, now)
	case WasReturned:
		return s.Return(f.Person, f.Place, at, now)
	case HasArrived:
		var a Admission
		if f.Person == "" || f.FamilyNames != "" || f.GivenNames != "" {
			a.Person = &Person{FamilyNames: f.FamilyNames, GivenNames: f.GivenNames, Sex: f.Sex, Provisional: true}
		}
		return s.AdmitWithoutPapers(f.Person, a, f.Place, at, now)
	case HasDied:
		return s.Die(f.Person, Death{Circumstances: strings.TrimSpace(f.Note)}, at)
	case HasEscaped:
		return s.Escape(f.Person, "", at)
	}
	return Entry{}, InvalidInput("happening-unknown", "kind", string(f.What))
}

// noteLine remembers that a line of a form on paper has been entered.
func (s *State) noteLine(e *Entry) {
	if e.Paper != nil {
		s.EnteredLines.put(&EnteredLine{Form: e.Paper.Form, Line: e.Paper.Line, Entry: e.Number, By: e.By})
	}
}
