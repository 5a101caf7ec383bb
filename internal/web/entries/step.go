package entries

import (
	"strconv"
	"strings"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Step is an entry as people read it.
type Step struct {
	*custody.Entry
	ByName    string // of the official who recorded it
	From, To  Stand  // where custody left and entered, when it moved
	Releasing string // full names of the two hands, at a handover
	Receiving string
	Name      string // of the person
	Facts     []Fact // what else the entry says
}

// Item is how a timeline shows the step: what contradicts the record is marked.
func (s Step) Item(f page.Frame) page.Item {
	i := page.Item{Title: f.Term("kind", s.Kind), Byline: f.Say("page.step.by", "official", s.ByName), At: s.Happened}
	if len(s.Contradictions) > 0 {
		i.Tone = page.Wrong
	}
	return i
}

// Moved reports whether the entry moved anybody.
func (s Step) Moved() bool { return s.Move != nil }

// Stand is where somebody is and who answers for them, in words.
type Stand struct {
	Place     page.Place
	Custodian page.Place // an establishment
	Escort    string     // or the transfer whose escort has them
}

// Free reports whether nobody answers for them.
func (s Stand) Free() bool { return s == Stand{} }

// Fact is one more thing that an entry says: a field's name in the catalogue and its value.
type Fact struct{ Field, Value string }

// StepOf reads an entry against the register, for the names that its codes stand for.
func StepOf(s *custody.State, e *custody.Entry) Step {
	st := Step{Entry: e, ByName: page.OfficialIn(s, e.By)}
	if p := s.People.Get(e.Person); p != nil {
		st.Name = p.FullName()
	}
	if e.Move != nil {
		st.From, st.To = standIn(s, e.Move.From), standIn(s, e.Move.To)
	}
	if e.Paper != nil {
		st.add("form", e.Paper.Form)
		st.add("form-line", strconv.Itoa(e.Paper.Line))
		st.add("hand", e.Paper.Hand)
	}
	switch detail := e.Detail.(type) {
	case *custody.Hands:
		st.Releasing, st.Receiving = page.OfficialIn(s, detail.Releasing), page.OfficialIn(s, detail.Receiving)
	case *custody.Outing:
		st.add("escort", detail.Escort)
		st.add("reason", detail.Reason)
	case *custody.Authority:
		st.add("issuer", detail.Issuer)
		st.add("case", detail.Case)
	case *custody.Admission:
		for _, a := range detail.Authorities {
			st.add("issuer", a.Issuer)
			st.add("case", a.Case)
		}
		st.add("injuries", detail.Injuries)
		st.add("complaints", detail.Complaints)
		st.add("property", detail.Property)
		st.add("children", detail.Children)
		st.add("health", detail.Health)
	case *custody.ReleaseOrder:
		st.add("issuer", detail.Issuer)
		st.add("case", detail.Case)
		st.add("cites", strings.Join(detail.Cites, ", "))
	case *custody.Departure:
		st.add("destination", detail.Destination)
	case *custody.RollPrint:
		st.add("fingerprint", detail.Digest)
	case *custody.DroppedRow:
		st.add("file", detail.File)
		st.add("file-line", strconv.Itoa(detail.Line))
	case *custody.Death:
		st.add("circumstances", detail.Circumstances)
		st.add("cause", detail.Cause)
	case *custody.Resolution:
		st.add("discrepancy", detail.Discrepancy)
		st.add("explanation", detail.Explanation)
	}
	return st
}

func (s *Step) add(field, value string) {
	if value != "" {
		s.Facts = append(s.Facts, Fact{field, value})
	}
}

func standIn(s *custody.State, p custody.Position) Stand {
	if p == (custody.Position{}) {
		return Stand{}
	}
	st := Stand{Place: page.PlaceIn(s, p.Place)}
	if s.Transfers.Get(p.Custodian) != nil {
		st.Escort = p.Custodian
	} else {
		st.Custodian = page.PlaceIn(s, p.Custodian)
	}
	return st
}
