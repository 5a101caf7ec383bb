package custody

import "time"

// AgeClass is on which side of eighteen a person is, for the rules of sharing.
type AgeClass string

// The age classes.
const (
	Adult      AgeClass = "adult"
	Child      AgeClass = "child"
	AgeUnknown AgeClass = "age-unknown" // no birth date and no stated age
)

// majority is the age in years from which a person is an adult. Source: Convention on the Rights of the Child, art. 1.
const majority = 18

// Class is what keeps people in separate cells: people of two classes never share one.
// Source: Mandela 11 (norm SEP-1).
type Class struct {
	Sex   string      `json:"sex"` // "M" or "F"; "X" while nobody has decided where somebody of sex X is placed
	Age   AgeClass    `json:"age"`
	Legal LegalStatus `json:"legal"` // Convicted or Untried
}

// classNames are the classes as keys, made once: a plan asks for 40,000 of them.
var classNames = func() map[Class]string {
	names := map[Class]string{}
	for _, sex := range []string{"M", "F", "X"} {
		for _, age := range []AgeClass{Adult, Child, AgeUnknown} {
			for _, legal := range []LegalStatus{Untried, Convicted} {
				names[Class{sex, age, legal}] = sex + "/" + string(age) + "/" + string(legal)
			}
		}
	}
	return names
}()

// String is the class as a key, e.g. "M/adult/untried".
func (c Class) String() string { return classNames[c] }

// ClassAt is the class of a person of the register at an instant. What cannot be known
// for certain is judged in favour of protection:
//   - somebody of sex X is of the class of men or of women only once an assessment, made
//     after hearing them, says so (Yogyakarta principle 9); until then of none;
//   - an age stated without a birth date grows from the hour of admission, and nobody's age
//     is guessed: without either the class is AgeUnknown;
//   - police custody and extradition count as untried;
//   - once the last paper has lapsed the class stays what that paper made it: such a person
//     is to be let go, not moved. Somebody who never had a paper is untried;
//   - an identity that no paper confirms is classed by what it states, and classed anew
//     when it is corrected.
func (s *State) ClassAt(person string, at time.Time) Class {
	return s.classOf(s.People.Get(person), nil, cutAt(at))
}

// instant is a moment with the birth date of those who turn eighteen on its day.
type instant struct {
	at   time.Time
	born string // YYYY-MM-DD
}

func cutAt(at time.Time) instant {
	return instant{at, at.UTC().AddDate(-majority, 0, 0).Format(time.DateOnly)}
}

// classOf is ClassAt for an identity, with papers that the register does not have yet.
func (s *State) classOf(p *Person, brought []Authority, i instant) Class {
	c := Class{Sex: "X", Age: AgeUnknown, Legal: Untried}
	if p == nil {
		return c
	}
	c.Sex, c.Age, c.Legal = p.Sex, s.ageClass(p, i), s.legalSide(p.Number, brought, i.at)
	if p.Sex == "X" {
		if a := s.Assessments.Get(p.Number); a != nil && a.PlacedWith != "" {
			c.Sex = a.PlacedWith
		}
	}
	return c
}

func (s *State) ageClass(p *Person, i instant) AgeClass {
	years := p.Age
	switch {
	case p.Birth != "":
		if p.Birth > i.born {
			return Child
		}
		return Adult
	case years == 0:
		return AgeUnknown
	case years >= majority:
		return Adult
	}
	if h := s.Holdings.Get(p.Number); h != nil && !h.Admitted.IsZero() && !h.Admitted.AddDate(majority-years, 0, 0).After(i.at) {
		return Adult
	}
	return Child
}

// legalSide is Convicted if a sentence or recall is live, or was when the last paper lapsed.
func (s *State) legalSide(person string, brought []Authority, at time.Time) LegalStatus {
	live, convicted := false, false
	var last time.Time
	lastConvicted := false
	look := func(a *Authority) {
		sentence := a.Kind == Sentence || a.Kind == Recall
		if a.Live(at) {
			live, convicted = true, convicted || sentence
			return
		}
		if end := a.lapsed(at); !end.Before(last) && !end.IsZero() {
			lastConvicted = sentence || (lastConvicted && end.Equal(last))
			last = end
		}
	}
	for _, id := range s.derived.papers[person] {
		look(s.Authorities.Get(id))
	}
	for i := range brought {
		look(&brought[i])
	}
	if (live && convicted) || (!live && lastConvicted) {
		return Convicted
	}
	return Untried
}
