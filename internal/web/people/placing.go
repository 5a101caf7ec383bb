package people

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/web/plans"
)

// Placing is what decides where a person may be placed, with the names that its codes stand for.
type Placing struct {
	cells.Placing
	By       string          // full name of who assessed
	With     []plans.Someone // whom alone they may share with
	Aparts   []plans.Apart
	Breaches []plans.Breach
	MayEnd   bool
}

// needs that an assessment may state.
var needs = []string{custody.Wheelchair, custody.GroundFloor, custody.InInfirmary, custody.SingleCell}

func (d *pages) placingOf(v *page.Visit, number string) (Placing, error) {
	found, err := d.cells.Placing(number, v.Now)
	if err != nil {
		return Placing{}, err
	}
	p := Placing{Placing: found, MayEnd: v.May(custody.KeepPeopleApart) == nil}
	d.Book.Read(func(s *custody.State) {
		if a := found.Assessment; a != nil {
			p.By = page.OfficialIn(s, a.By)
			for _, other := range a.With {
				p.With = append(p.With, plans.Someone{Number: other, Name: nameSeen(s, v, other)})
			}
		}
		for _, k := range found.KeepAparts {
			p.Aparts = append(p.Aparts, plans.ApartIn(s, v.Official.Name, k, v))
		}
		for _, b := range found.Breaches {
			p.Breaches = append(p.Breaches, plans.BreachIn(s, b))
		}
	})
	return p, nil
}

func nameSeen(s *custody.State, v *page.Visit, number string) string {
	if s.Sees(v.Official.Name, number) {
		return page.PersonIn(s, number)
	}
	return ""
}

// Judgement is the form of an assessment or of a keep-apart order about one person.
type Judgement struct {
	Act, Number, Name string
	Sex               string
	Begin             *custody.Assessment
	Form              page.Form
}

func (d *pages) askToAssess(v *page.Visit) error {
	return d.judgementPage(v, http.StatusOK, "assess", page.Form{})
}

func (d *pages) askToKeepApart(v *page.Visit) error {
	return d.judgementPage(v, http.StatusOK, "keep-apart", page.Form{})
}

func (d *pages) judgementPage(v *page.Visit, status int, act string, form page.Form) error {
	number, err := custody.ParsePrisonNumber(v.R.PathValue("number"))
	if err != nil {
		return custody.Unknown("person", v.R.PathValue("number"))
	}
	if _, err := d.roll.Look(v.R.Context(), v.Command(), number, ""); err != nil {
		return err
	}
	found, err := d.cells.Placing(number, v.Now)
	if err != nil {
		return err
	}
	j := Judgement{Act: act, Number: number, Begin: found.Assessment, Form: form}
	d.Book.Read(func(s *custody.State) {
		p := s.People.Get(number) // found above, and never gone again
		j.Name, j.Sex = p.FullName(), p.Sex
	})
	f := v.Frame("people", v.Say("page.act."+act), d.establishmentOf(number))
	f.Trail = []page.Link{{Text: v.Say("page.nav.people"), Address: "/people"}, {Text: j.Name, Address: page.PersonAddress(number)}}
	return v.Show(status, judgementPage(f, j))
}

// assess records with whom, and where, a person may be placed.
func (d *pages) assess(v *page.Visit) error {
	return d.judge(v, "assess", "review", func(number string, until time.Time) (book.Written, error) {
		return d.cells.Assess(v.R.Context(), v.Command(), custody.Assessment{Person: number, Risk: custody.Risk(v.Typed("risk")), With: numbersIn(v.R.PostForm.Get("with")),
			Needs: v.R.PostForm["needs"], NotAlone: v.Typed("not-alone") != "", PlacedWith: v.Typed("placed-with"), Reason: v.Typed("reason"), Review: until})
	})
}

// keepApart orders that a person is kept apart from others.
func (d *pages) keepApart(v *page.Visit) error {
	return d.judge(v, "keep-apart", "until", func(number string, until time.Time) (book.Written, error) {
		return d.cells.KeepApart(v.R.Context(), v.Command(), custody.KeepApart{Members: append([]string{number}, numbersIn(v.R.PostForm.Get("others"))...),
			Level: custody.Level(v.Typed("level")), Pairwise: v.Typed("pairwise") != "", Reason: v.Typed("reason"), Until: until})
	})
}

// endApart ends a keep-apart order.
func (d *pages) endApart(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	w, err := d.cells.EndApart(v.R.Context(), v.Command(), v.R.PathValue("order"), v.Typed("reason"))
	if err != nil {
		return err
	}
	return v.SeeOther(doneAt(v.R.PathValue("number"), w))
}

// judge reads the form, and the day in it, and does what it asks; what is refused is shown beside what was typed.
func (d *pages) judge(v *page.Visit, act, day string, do func(number string, until time.Time) (book.Written, error)) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	number, form := v.R.PathValue("number"), v.Sent()
	until, ok := page.TimeTyped(v.Typed(day), v.Frame("people", "", d.establishmentOf(number)).Zone)
	if !ok {
		form.Mend(day, v.Say("page.form.bad-time"))
		return d.judgementPage(v, http.StatusUnprocessableEntity, act, form)
	}
	w, err := do(number, until)
	if err != nil {
		fields := map[string]string{"reason-missing": "reason", "need-unknown": "needs", "risk-unknown": "risk", "level-unknown": "level", "apart-from-nobody": "others", "assessment-contradictory": "not-alone",
			"dates-reversed": day}
		if act == "keep-apart" {
			fields["unknown-person"] = "others"
		} else {
			fields["unknown-person"] = "with"
		}
		if !form.Take(v.Speaker, err, fields) {
			return err
		}
		return d.judgementPage(v, page.StatusOf(err), act, form)
	}
	return v.SeeOther(doneAt(number, w))
}

func doneAt(number string, w book.Written) string {
	return page.PersonAddress(number) + "?" + url.Values{"done": {strconv.FormatInt(w.First, 10)}}.Encode()
}

// numbersIn are the prison numbers in a text, whatever stands between them.
func numbersIn(text string) []string {
	return strings.FieldsFunc(strings.ToUpper(strings.ToValidUTF8(text, " ")), func(c rune) bool { return strings.ContainsRune(" \t\r\n,;", c) })
}

// judgements are what may be offered about where a person is placed, to those who may.
func judgements(v *page.Visit, s *custody.State, number string) (list []page.Offer) {
	for _, one := range []struct {
		act   string
		needs custody.Action
	}{{"assess", custody.AssessPeople}, {"keep-apart", custody.KeepPeopleApart}} {
		if s.May(v.Official.Name, one.needs, s.WhereIs(number)...) == nil {
			list = append(list, page.Offer{Text: v.Say("page.act." + one.act), Address: actAddress(number, one.act)})
		}
	}
	return list
}

// chosen reports whether a need is part of the assessment that the form begins with.
func (j Judgement) chosen() page.Form {
	if j.Form.Values != nil || j.Begin == nil {
		return j.Form
	}
	return page.Form{Values: url.Values{"needs": slices.Clone(j.Begin.Needs)}}
}
