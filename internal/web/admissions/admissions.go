// Package admissions is the page on which one person is taken into custody: from outside, or off a transfer whose list does not
// name them. Before anybody gets a number of their own, whoever is likely the same stands beside what was typed, and the
// officer says which of them it is, or that it is somebody else.
package admissions

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/page"
)

type pages struct {
	*page.Door
	roll     *roll.Desk
	transfer *transfer.Desk
}

// maxAdmission is how long the form may be, in bytes: five texts of 2,000 characters in any script, as browsers write them.
const maxAdmission = 256 << 10

// Add adds the pages of admission to the door.
func Add(d *page.Door, roll *roll.Desk, transfer *transfer.Desk) {
	p := &pages{d, roll, transfer}
	d.Permitted(custody.AdmitPeople, "GET /admissions/new", p.begin)
	d.Accepts(maxAdmission, custody.AdmitPeople, "POST /admissions/new", p.take)
	d.Permitted(custody.AdmitPeople, "GET /transfers/{id}/unlisted", p.begin)
	d.Accepts(maxAdmission, custody.AdmitPeople, "POST /transfers/{id}/unlisted", p.take)
}

// Admission is the page: what was typed, and who is likely the same.
type Admission struct {
	Transfer   *custody.Transfer // of somebody who is not on its list; nil: from outside
	Receptions []page.Place      // where they can be taken in
	Asked      bool              // the register was asked who is likely the same
	Likely     []Candidate
	Form       page.Form
}

// Candidate is somebody of the register who is likely the same.
type Candidate struct {
	roll.Match
	Place     page.Place
	Sex       string // empty: not for this official to see
	Image     string // address of the photograph; empty: there is none, or it is not for this official to see
	SameBirth bool
	Named     bool // it was their number that was typed
}

// Hidden reports whether the official may see no more of them than the number that they typed.
func (c Candidate) Hidden() bool { return c.Name == "" }

// somebodyElse is the answer that it is none of those who are likely the same.
const somebodyElse = "else"

func (p *pages) begin(v *page.Visit) error {
	a, err := p.blank(v)
	if err != nil {
		return err
	}
	if number := v.R.URL.Query().Get("number"); number != "" {
		a.Form.Values = url.Values{"number": {number}, "paper": {"live"}}
		if len(a.Receptions) == 1 {
			a.Form.Values.Set("place", a.Receptions[0].Code)
		}
	}
	return p.show(v, http.StatusOK, a)
}

// blank is the page before anything was typed.
func (p *pages) blank(v *page.Visit) (Admission, error) {
	var a Admission
	if id := v.R.PathValue("id"); id != "" {
		view, err := p.transfer.SeenBy(v.Official.Name).View(id)
		if err != nil {
			return a, err
		}
		a.Transfer = &view.Transfer
	}
	p.Book.Read(func(s *custody.State) {
		for one := range s.Places.All() {
			if one.Kind != custody.Reception || one.OutOfUse || a.Transfer != nil && one.Establishment != a.Transfer.To ||
				s.May(v.Official.Name, custody.AdmitPeople, one.Code) != nil {
				continue
			}
			a.Receptions = append(a.Receptions, page.Place{Code: one.Code, Name: one.Name})
		}
	})
	slices.SortFunc(a.Receptions, func(x, y page.Place) int { return strings.Compare(x.Code, y.Code) })
	return a, nil
}

func (p *pages) show(v *page.Visit, status int, a Admission) error {
	return v.Show(status, admissionPage(p.frame(v, a), a))
}

func (p *pages) frame(v *page.Visit, a Admission) page.Frame {
	if a.Transfer == nil {
		f := v.Frame("people", v.Say("page.admission.title"), "")
		f.Trail = []page.Link{{Text: v.Say("page.nav.people"), Address: "/people"}}
		return f
	}
	f := v.Frame("transfers", v.Say("page.admission.unlisted"), a.Transfer.To)
	f.Trail = []page.Link{{Text: v.Say("page.nav.transfers"), Address: "/transfers"}, {Text: a.Transfer.ID, Address: page.TransferAddress(a.Transfer.ID)}}
	return f
}

// take shows whoever is likely the same, and takes the person in once the officer has said who it is.
func (p *pages) take(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	a, err := p.blank(v)
	if err != nil {
		return err
	}
	a.Form = v.Sent()
	in := p.typed(v, &a)
	if len(a.Form.Faults) == 0 {
		if err := p.compare(v, &a, in); err != nil {
			return err
		}
	}
	if len(a.Form.Faults) > 0 {
		return p.show(v, http.StatusUnprocessableEntity, a)
	}
	if !v.R.PostForm.Has("compared") || a.unseen(v.R.PostForm["shown"]) {
		a.Form.Values = without(a.Form.Values, "who") // a choice among others is none among these
		return p.show(v, http.StatusOK, a)
	}
	switch who := v.Typed("who"); {
	case who == somebodyElse || len(a.Likely) == 0:
		in.Number = ""
	case slices.ContainsFunc(a.Likely, func(c Candidate) bool { return c.Number == who }):
		in.Number = who
	default:
		a.Form.Mend("who", v.Say("page.admission.who-missing"))
		return p.show(v, http.StatusUnprocessableEntity, a)
	}
	written, err := p.admit(v, a, in)
	if err != nil {
		if !a.Form.Take(v.Speaker, err, fields) {
			return err
		}
		return p.show(v, page.StatusOf(err), a)
	}
	return v.SeeOther(page.PersonAddress(written.Entries[0].Person) + "?done=" + strconv.FormatInt(written.First, 10))
}

// fields are where the form says what to mend.
var fields = map[string]string{"name-missing": "familyNames", "sex-unknown": "sex", "birth-impossible": "birth", "age-impossible": "age", "aliases": "alias",
	"contact.name": "contactName", "contact.phone": "contactPhone", "contact.relation": "contactRelation", "authority-kind-unknown": "kind", "no-live-authority": "paper",
	"dates-reversed": "until", "authority": "from", "before-last-movement": "at", "time-ahead": "at", "already-in-custody": "who", "not-in-custody": "who", "place": "place"}

func without(values url.Values, name string) url.Values {
	kept := url.Values{}
	for key, list := range values {
		if key != name {
			kept[key] = list
		}
	}
	return kept
}

// typed reads the form. A time or a number that cannot be read is something to mend, and becomes nothing else.
func (p *pages) typed(v *page.Visit, a *Admission) roll.Arrival {
	zone := p.frame(v, *a).Zone
	at := func(name string) time.Time {
		when, ok := page.TimeTyped(v.Typed(name), zone)
		if !ok {
			a.Form.Mend(name, v.Say("page.form.bad-time"))
		}
		return when
	}
	in := roll.Arrival{Place: v.Typed("place"), Happened: at("at"), WithoutPapers: v.Typed("paper") == "none"}
	if text := v.Typed("number"); text != "" {
		number, err := custody.ParsePrisonNumber(text)
		if refusal, is := custody.RefusalOf(err); is {
			a.Form.Mend("number", page.SayRefusal(v.Speaker, refusal))
		}
		in.Number = number
	}
	who := custody.Person{FamilyNames: v.Typed("familyNames"), GivenNames: v.Typed("givenNames"), Sex: v.Typed("sex"), Birth: v.Typed("birth"),
		Nationality: v.Typed("nationality"), Language: v.Typed("language"), Provisional: v.Typed("provisional") != ""}
	if alias := v.Typed("alias"); alias != "" {
		who.Aliases = []string{alias}
	}
	if text := v.Typed("age"); text != "" {
		age, err := strconv.Atoi(text)
		if err != nil {
			a.Form.Mend("age", v.Say("page.form.bad-number"))
		}
		who.Age = age
	}
	if c := (custody.Contact{Name: v.Typed("contactName"), Relation: v.Typed("contactRelation"), Phone: v.Typed("contactPhone")}); c != (custody.Contact{}) {
		who.Contact = &c
	}
	in.Admission = custody.Admission{Injuries: v.Typed("injuries"), Complaints: v.Typed("complaints"), Property: v.Typed("property"), Children: v.Typed("children"), Health: v.Typed("health")}
	if who.FullName() != "" {
		in.Admission.Person = &who
	}
	paper := custody.Authority{Kind: custody.AuthorityKind(v.Typed("kind")), Issuer: v.Typed("issuer"), Case: v.Typed("case"), Grounds: v.Typed("grounds"), From: at("from"), Until: at("until")}
	if !in.WithoutPapers && (a.Transfer == nil || paper.Issuer+paper.Case+paper.Grounds != "" || !paper.From.IsZero()) {
		in.Admission.Authorities = []custody.Authority{paper}
	}
	if in.Number == "" && in.Admission.Person == nil {
		a.Form.Mend("familyNames", v.Say("page.admission.name-missing"))
	}
	if in.Place == "" {
		a.Form.Mend("place", v.Say("page.admission.place-missing"))
	}
	return in
}

// compare finds whoever is likely the same as the person typed, and whoever has the number typed. A photograph is shown of
// those whose record the official may read, and the look at it is recorded.
func (p *pages) compare(v *page.Visit, a *Admission, in roll.Arrival) error {
	a.Asked = true
	desk := p.roll.SeenBy(v.Official.Name)
	var found []roll.Match
	if in.Admission.Person != nil {
		alike, err := desk.Duplicates(v.R.Context(), *in.Admission.Person)
		if err != nil {
			return err
		}
		found = alike
	}
	if named := func(m roll.Match) bool { return m.Number == in.Number }; in.Number != "" && !slices.ContainsFunc(found, named) {
		one, err := p.named(v, desk, in.Number)
		if err != nil {
			return err
		}
		if one.Number == "" {
			a.Form.Mend("number", v.Say("page.admission.number-unknown", "number", in.Number))
		} else {
			found = slices.Insert(found, 0, one)
		}
	}
	for _, m := range found {
		c := Candidate{Match: m, Named: m.Number == in.Number, SameBirth: m.Birth != "" && m.Birth == v.Typed("birth")}
		photograph, seen := false, false
		p.Book.Read(func(s *custody.State) {
			if m.Place != "" {
				c.Place = page.PlaceIn(s, m.Place)
			}
			who := s.People.Get(m.Number)
			if photograph, seen = who.Photograph != "", s.Sees(v.Official.Name, m.Number); seen {
				c.Sex = who.Sex
			}
		})
		if photograph && seen {
			look, err := p.roll.Look(v.R.Context(), v.Command(), m.Number, v.Say("page.admission.look-why"))
			if err != nil {
				return err
			}
			c.Image = page.PhotographAddress(m.Number, look.First)
		}
		a.Likely = append(a.Likely, c)
	}
	return nil
}

// named is whoever has a number: by their number alone, where the official may not see their record. The zero Match is nobody.
func (p *pages) named(v *page.Visit, desk *roll.Desk, number string) (roll.Match, error) {
	seen, err := desk.Search(v.R.Context(), number, 1)
	if err != nil || len(seen) > 0 {
		return slices.Concat(seen, []roll.Match{{}})[0], err
	}
	var one roll.Match
	p.Book.Read(func(s *custody.State) {
		if s.People.Get(number) != nil {
			one.Number = number
		}
	})
	return one, nil
}

// unseen reports whether somebody is likely the same who was not shown when the officer decided.
func (a Admission) unseen(shown []string) bool {
	return slices.ContainsFunc(a.Likely, func(c Candidate) bool { return !slices.Contains(shown, c.Number) })
}

// admit takes the person in. Of whoever the register has already it keeps its own identity; with a fact, what was said at the door
// is kept beside it.
func (p *pages) admit(v *page.Visit, a Admission, in roll.Arrival) (book.Written, error) {
	if a.Transfer != nil {
		return p.transfer.Unlisted(v.R.Context(), v.Command(), a.Transfer.ID, in.Number, in.Admission, in.Place, in.Happened)
	}
	if in.Number != "" && !in.WithoutPapers {
		in.Admission.Person = nil
	}
	return p.roll.Admit(v.R.Context(), v.Command(), in)
}
