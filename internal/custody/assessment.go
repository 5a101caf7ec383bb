package custody

import (
	"slices"
	"strings"
	"time"
)

// Risk is the sharing risk of a person: what somebody in the same cell would have to fear
// from them, judged by named staff on what the person did or said, never by appearance.
type Risk string

// The sharing risks.
const (
	StandardRisk Risk = "standard"
	HighRisk     Risk = "high"
)

// Needs that an assessment may state, and features that a place may have. Single is met by
// a cell to oneself, the others by a place that has the feature of the same name.
const (
	Wheelchair  = "wheelchair"
	GroundFloor = "ground-floor"
	InInfirmary = "infirmary"
	SingleCell  = "single-cell"
)

var knownNeeds = []string{Wheelchair, GroundFloor, InInfirmary, SingleCell}

// Assessment says with whom, and where, a person may be placed. The newest one counts.
type Assessment struct {
	Person   string   `json:"person"`
	Risk     Risk     `json:"risk"`
	With     []string `json:"with,omitempty"`     // whom alone somebody of high sharing risk may share with
	Needs    []string `json:"needs,omitempty"`    // sorted
	NotAlone bool     `json:"notAlone,omitempty"` // must have company, e.g. for fear of self-harm
	// PlacedWith is with whom somebody of sex X is placed, "M" or "F", decided for this
	// person after hearing them; empty for everybody else.
	PlacedWith string    `json:"placedWith,omitempty"`
	Reason     string    `json:"reason"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
	Review     time.Time `json:"review,omitzero"` // when it is to be looked at again
}

// Assess decides the recording of an assessment. It is never refused for where the person
// is now: a cell that does not fit it is a standing breach until the person is moved.
func (s *State) Assess(a Assessment, at time.Time) (Entry, error) {
	p := s.People.Get(a.Person)
	if p == nil {
		return Entry{}, Unknown("person", a.Person)
	}
	if a.Risk == "" {
		a.Risk = StandardRisk
	}
	if a.Risk != StandardRisk && a.Risk != HighRisk {
		return Entry{}, InvalidInput("risk-unknown", "person", a.Person, "risk", string(a.Risk))
	}
	if len(a.Needs) > 20 || len(a.With) > 20 {
		return Entry{}, InvalidInput("list-too-long")
	}
	for _, need := range a.Needs {
		if !slices.Contains(knownNeeds, need) {
			return Entry{}, InvalidInput("need-unknown", "person", a.Person, "needs", need)
		}
	}
	for _, other := range a.With {
		if s.People.Get(other) == nil || other == a.Person {
			return Entry{}, Unknown("person", other)
		}
	}
	if a.PlacedWith != "" && (p.Sex != "X" || (a.PlacedWith != "M" && a.PlacedWith != "F")) {
		return Entry{}, InvalidInput("placed-with-unfit", "person", a.Person, "sex", p.Sex)
	}
	if len(strings.TrimSpace(a.Reason)) < 3 {
		return Entry{}, InvalidInput("reason-missing", "person", a.Person)
	}
	if err := checkText("reason", a.Reason, 1000); err != nil {
		return Entry{}, err
	}
	if err := checkMoments("review", a.Review); err != nil {
		return Entry{}, err
	}
	a.Needs, a.With = tidyList(a.Needs), tidyList(a.With)
	if a.NotAlone && (slices.Contains(a.Needs, SingleCell) || (a.Risk == HighRisk && len(a.With) == 0)) {
		return Entry{}, InvalidInput("assessment-contradictory", "person", a.Person)
	}
	a.At, a.Review = Moment(at), Moment(a.Review)
	return Entry{Kind: PersonAssessed, Person: a.Person, Happened: at, Detail: &a}, nil
}

// tidyList sorts a list and drops what stands in it twice; empty, it is nil.
func tidyList(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

func applyAssessed(s *State, e *Entry) error {
	s.Assessments.put(e.Detail.(*Assessment))
	return nil
}

// allows reports whether somebody of high sharing risk may share with another.
func (a *Assessment) allows(other string) bool { return slices.Contains(a.With, other) }

// Why a person shares a cell with nobody.
const (
	aloneByNeed = "single-cell"
	aloneByRisk = "high-risk"
	aloneBySex  = "sex-undecided"
	aloneByAge  = "age-unknown"
)

// alone says why a person shares a cell with nobody; "" when they may share.
func alone(a *Assessment, c Class) string {
	switch {
	case a != nil && slices.Contains(a.Needs, SingleCell):
		return aloneByNeed
	case a != nil && a.Risk == HighRisk:
		return aloneByRisk
	case c.Sex == "X":
		return aloneBySex
	case c.Age == AgeUnknown:
		return aloneByAge
	}
	return ""
}

// MustBeAlone reports whether somebody of a class shares a cell with nobody, save whom
// their assessment (nil for none) names.
func MustBeAlone(a *Assessment, c Class) bool { return alone(a, c) != "" }
