package officials

import (
	"net/http"
	"slices"
	"strings"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Appoint is the form of an appointment, new or changed.
type Appoint struct {
	Was            *custody.Official // nil: nobody yet
	Establishments []page.Option
	Form           page.Form
}

// appointFields says beside which field of the form a refusal stands, by its code, its field or its parameter.
var appointFields = map[string]string{
	"code-malformed": "name", "official-dismissed": "name", "name-taken": "name", "monitor-alone": "roles", "role-missing": "roles", "role-unknown": "roles",
	"unknown-establishment": "establishment", "unknown-place": "places", "place-elsewhere": "places", "too-many-places": "places",
}

// roles are the offices that one official may give another. The monitor's takes two keys.
func roles(f page.Frame) (options []page.Option) {
	for _, r := range custody.Roles {
		if r != custody.Monitor {
			options = append(options, page.Option{Value: string(r), Text: f.Term("role", r), Hint: f.Term("page.officials.role-hint", r)})
		}
	}
	return options
}

// begin is what the form holds before anybody has typed.
func (a Appoint) begin() page.Form {
	if a.Form.Values != nil || a.Was == nil {
		return a.Form
	}
	values := map[string][]string{"fullName": {a.Was.FullName}, "establishment": {a.Was.Establishment}, "places": {strings.Join(a.Was.Places, " ")}}
	for _, r := range a.Was.Roles {
		values["roles"] = append(values["roles"], string(r))
	}
	return page.Form{Values: values}
}

// establishments are those for which the reader may appoint, and the whole service.
func (p *pages) establishments(v *page.Visit) (options []page.Option) {
	if v.May(custody.KeepOfficials, custody.WholeService) == nil {
		options = append(options, page.Option{Text: v.Say("page.officials.whole-service")})
	}
	var all []page.Place
	p.Book.Read(func(s *custody.State) { all = page.EstablishmentsIn(s) })
	for _, e := range all {
		if v.May(custody.KeepOfficials, e.Code) == nil {
			options = append(options, page.Option{Value: e.Code, Text: e.Name + " (" + e.Code + ")"})
		}
	}
	return options
}

func (p *pages) askToAppoint(v *page.Visit) error {
	return p.appointing(v, http.StatusOK, page.Form{})
}

func (p *pages) appointing(v *page.Visit, status int, form page.Form) error {
	f := v.Frame("officials", v.Say("page.officials.appoint"), "")
	f.Trail = []page.Link{{Text: v.Say("page.officials.title"), Address: "/officials"}}
	return v.Show(status, appointPage(f, Appoint{Establishments: p.establishments(v), Form: form}))
}

// typed is the official that a form describes.
func typed(v *page.Visit, name string) custody.Official {
	o := custody.Official{Name: name, FullName: v.Typed("fullName"), Establishment: v.Typed("establishment"), Roles: []custody.Role{}}
	for _, r := range v.R.PostForm["roles"] {
		o.Roles = append(o.Roles, custody.Role(r))
	}
	apart := func(r rune) bool { return strings.ContainsRune(" ,;\t\r\n", r) }
	for _, code := range strings.FieldsFunc(v.R.PostForm.Get("places"), apart) {
		if !slices.Contains(o.Places, code) {
			o.Places = append(o.Places, code)
		}
	}
	return o
}

// appoint appoints somebody who was no official yet, and gives them the link to come in by.
func (p *pages) appoint(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	o := typed(v, v.Typed("name"))
	err := error(nil)
	p.Book.Read(func(s *custody.State) {
		if s.Officials.Get(o.Name) != nil {
			err = custody.InvalidInput("name-taken", "official", o.Name)
		}
	})
	if err == nil {
		_, err = p.roll.Appoint(v.R.Context(), v.Command(), o)
	}
	if form := v.Sent(); err != nil && form.Take(v.Speaker, err, appointFields) {
		return p.appointing(v, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	secret, err := p.giveLink(v, o.Name)
	if err != nil {
		return err
	}
	return p.reveal(v, o.Name, secret)
}

func (p *pages) askToChange(v *page.Visit, status int, r Record, form page.Form) error {
	s := steps[slices.IndexFunc(steps, func(s step) bool { return s.Name == "change" })]
	f := p.frame(v, r, v.Say("page.officials.step.change"))
	f.Trail = append(f.Trail, page.Link{Text: r.FullName, Address: address(r.Name)})
	return v.Show(status, changePage(f, Step{Record: r, step: s, Appoint: Appoint{Was: &r.Official, Establishments: p.establishments(v), Form: form}}))
}

// change changes an appointment. The name stays: it is never another's.
func (p *pages) change(v *page.Visit, r Record) (Secret, error) {
	_, err := p.roll.Appoint(v.R.Context(), v.Command(), typed(v, r.Name))
	return Secret{}, err
}
