package custody

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Person is the identity of one person, as on the paper.
type Person struct {
	Number      string   `json:"number"` // prison number, with its check letter
	FamilyNames string   `json:"familyNames"`
	GivenNames  string   `json:"givenNames"`
	Aliases     []string `json:"aliases,omitempty"`
	Sex         string   `json:"sex"`             // "M", "F" or "X"
	Birth       string   `json:"birth,omitempty"` // YYYY-MM-DD; empty when only an age is known
	Age         int      `json:"age,omitempty"`   // years, as stated at admission, when no birth date is known
	Nationality string   `json:"nationality,omitempty"`
	Language    string   `json:"language,omitempty"`
	Contact     *Contact `json:"contact,omitempty"` // whom to notify
	Photograph  string   `json:"photograph,omitempty"`
	Provisional bool     `json:"provisional,omitempty"` // identity not yet confirmed by a paper
}

// Contact is whom to notify of admission, transfer, illness and death.
type Contact struct {
	Name     string `json:"name"`
	Relation string `json:"relation,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Address  string `json:"address,omitempty"`
}

// FullName is the name as lists show it: family names, comma, given names.
func (p *Person) FullName() string {
	if p.GivenNames == "" {
		return p.FamilyNames
	}
	return p.FamilyNames + ", " + p.GivenNames
}

// check refuses an identity that cannot stand on a register.
func (p *Person) check(now time.Time) error {
	for field, value := range map[string]string{"familyNames": p.FamilyNames, "givenNames": p.GivenNames} {
		if err := checkText(field, value, 200); err != nil {
			return err
		}
	}
	if strings.TrimSpace(p.FamilyNames) == "" && strings.TrimSpace(p.GivenNames) == "" {
		return InvalidInput("name-missing")
	}
	if len(p.Aliases) > 50 {
		return InvalidInput("too-many-aliases")
	}
	for _, a := range p.Aliases {
		if err := checkText("aliases", a, 200); err != nil {
			return err
		}
	}
	if p.Sex != "M" && p.Sex != "F" && p.Sex != "X" {
		return InvalidInput("sex-unknown", "sex", p.Sex)
	}
	if p.Birth != "" {
		born, err := time.Parse(time.DateOnly, p.Birth)
		if err != nil || born.After(now) || born.Before(now.AddDate(-130, 0, 0)) {
			return InvalidInput("birth-impossible", "birth", p.Birth)
		}
	}
	if p.Age < 0 || p.Age > 130 {
		return InvalidInput("age-impossible", "age", strconv.Itoa(p.Age))
	}
	for field, value := range map[string]string{"nationality": p.Nationality, "language": p.Language, "photograph": p.Photograph} {
		if err := checkText(field, value, 100); err != nil {
			return err
		}
	}
	if c := p.Contact; c != nil {
		for field, value := range map[string]string{"contact.name": c.Name, "contact.relation": c.Relation, "contact.phone": c.Phone, "contact.address": c.Address} {
			if err := checkText(field, value, 300); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkText refuses what no paper carries: text that is not UTF-8, control characters,
// or more than max characters. Any script, and emoji, pass.
func checkText(field, value string, max int) error {
	if !utf8.ValidString(value) {
		return InvalidInput("text-not-utf8", "field", field)
	}
	if utf8.RuneCountInString(value) > max {
		return InvalidInput("text-too-long", "field", field, "max", itoa(max))
	}
	if strings.ContainsFunc(value, unicode.IsControl) {
		return InvalidInput("text-control-characters", "field", field)
	}
	return nil
}

// CheckMoment refuses an instant that no calendar writes, and that no entry could hold:
// years are 1 to 9999.
func CheckMoment(field string, t time.Time) error {
	if year := t.UTC().Year(); year < 1 || year > 9999 {
		return InvalidInput("date-malformed", "field", field, "date", t.Format(time.RFC3339))
	}
	return nil
}

// checkMoments is CheckMoment for several instants of one field.
func checkMoments(field string, moments ...time.Time) error {
	for _, t := range moments {
		if err := CheckMoment(field, t); err != nil {
			return err
		}
	}
	return nil
}

// checkCode refuses a code that would not survive a form, a URL or a wristband.
func checkCode(what, code string) error {
	if code == "" || len(code) > 60 {
		return InvalidInput("code-malformed", "what", what, "code", code)
	}
	for _, r := range code {
		ok := r == '-' || r == '.' || r == '_' || ('0' <= r && r <= '9') || ('A' <= r && r <= 'Z') || ('a' <= r && r <= 'z')
		if !ok {
			return InvalidInput("code-malformed", "what", what, "code", code)
		}
	}
	return nil
}

// CorrectPerson decides a correction of a person's identity. It names the entry that it
// corrects; the old identity stays in the book.
func (s *State) CorrectPerson(p Person, corrects int64, now time.Time) (Entry, error) {
	if s.People.Get(p.Number) == nil {
		return Entry{}, Unknown("person", p.Number)
	}
	if corrects < 0 || corrects >= s.Next {
		return Entry{}, refuse(NotFound, 5, "unknown-entry", "entry", strconv.FormatInt(corrects, 10))
	}
	if err := p.check(now); err != nil {
		return Entry{}, err
	}
	return Entry{Kind: PersonCorrected, Person: p.Number, Corrects: &corrects, Detail: &p}, nil
}

// Look decides the recording of a look at a person's record, and why if the official says
// so (law 8).
func (s *State) Look(person, why string) (Entry, error) {
	if s.People.Get(person) == nil {
		return Entry{}, Unknown("person", person)
	}
	if err := checkText("why", why, 300); err != nil {
		return Entry{}, err
	}
	return Entry{Kind: RecordRead, Person: person, Note: why}, nil
}

func applyPersonCorrected(s *State, e *Entry) error {
	if s.People.Get(e.Person) == nil {
		return Unknown("person", e.Person)
	}
	s.People.put(e.Detail.(*Person))
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }
