package web

import (
	"strings"

	"habeas.example/habeas/internal/custody"
)

// step is an entry as people read it.
type step struct {
	*custody.Entry
	ByName    string // of the official who recorded it
	From, To  stand  // where custody left and entered, when it moved
	Releasing string // full names of the two hands, at a handover
	Receiving string
	Name      string // of the person
	Facts     []fact // what else the entry says
}

// Moved reports whether the entry moved anybody.
func (s step) Moved() bool { return s.Move != nil }

// stand is where somebody is and who answers for them, in words.
type stand struct {
	Place     place
	Custodian place  // an establishment
	Escort    string // or the transfer whose escort has them
}

// Free reports whether nobody answers for them.
func (s stand) Free() bool { return s == stand{} }

// fact is one more thing that an entry says: a field's name in the catalogue and its value.
type fact struct{ Field, Value string }

func stepOf(s *custody.State, e *custody.Entry) step {
	st := step{Entry: e, ByName: officialName(s, e.By)}
	if p := s.People.Get(e.Person); p != nil {
		st.Name = p.FullName()
	}
	if e.Move != nil {
		st.From, st.To = standIn(s, e.Move.From), standIn(s, e.Move.To)
	}
	switch detail := e.Detail.(type) {
	case *custody.Hands:
		st.Releasing, st.Receiving = officialName(s, detail.Releasing), officialName(s, detail.Receiving)
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
	case *custody.Death:
		st.add("circumstances", detail.Circumstances)
		st.add("cause", detail.Cause)
	case *custody.Resolution:
		st.add("discrepancy", detail.Discrepancy)
		st.add("explanation", detail.Explanation)
	}
	return st
}

func (s *step) add(field, value string) {
	if value != "" {
		s.Facts = append(s.Facts, fact{field, value})
	}
}

func standIn(s *custody.State, p custody.Position) stand {
	if p == (custody.Position{}) {
		return stand{}
	}
	st := stand{Place: placeIn(s, p.Place)}
	if s.Transfers.Get(p.Custodian) != nil {
		st.Escort = p.Custodian
	} else {
		st.Custodian = placeIn(s, p.Custodian)
	}
	return st
}

// officialName is the full name of an official, or the user name of one whom the book does
// not know (the first entries are made before anybody is appointed).
func officialName(s *custody.State, name string) string {
	if o := s.Officials.Get(name); o != nil && o.FullName != "" {
		return o.FullName
	}
	return name
}
