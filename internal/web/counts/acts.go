package counts

import (
	"net/http"
	"net/url"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// done leads back to a count and says there what was done.
func done(v *page.Visit, what string) error {
	return v.SeeOther(page.CountAddress(v.R.PathValue("id")) + "?" + url.Values{"done": {what}}.Encode())
}

// sign says that a count is cleared.
func (p *pages) sign(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	_, err := p.count.Sign(v.R.Context(), v.Command(), v.R.PathValue("id"))
	if err != nil {
		return p.refused(v, "signature", err)
	}
	return done(v, "signed")
}

// abandon gives a count up.
func (p *pages) abandon(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	_, err := p.count.Abandon(v.R.Context(), v.Command(), v.R.PathValue("id"), v.Typed("reason"))
	if err != nil {
		return p.refused(v, "abandonment", err)
	}
	return done(v, "abandoned")
}

func (p *pages) refused(v *page.Visit, which string, err error) error {
	form := v.Sent()
	if !form.Take(v.Speaker, err, map[string]string{"count-reason-missing": "reason", "reason-missing": "reason"}) {
		return err
	}
	return p.countPage(v, page.StatusOf(err), Count{Form: form, Refused: which})
}

// Recount is the form that has one landing counted again.
type Recount struct {
	Count   string
	Landing page.Place
	Under   string
	Form    page.Form
}

func (p *pages) askToRecount(v *page.Visit) error {
	return p.recountPage(v, http.StatusOK, v.R.URL.Query().Get("landing"), page.Form{})
}

func (p *pages) recountPage(v *page.Visit, status int, landing string, form page.Form) error {
	f, err := p.countFrame(v)
	if err != nil {
		return err
	}
	r := Recount{Count: v.R.PathValue("id"), Form: form}
	p.Book.Read(func(s *custody.State) {
		if s.CountLandings.Get(r.Count+"/"+landing) == nil {
			err = custody.Unknown("place", landing)
			return
		}
		r.Landing, r.Under = page.PlaceIn(s, landing), underOf(s, landing)
	})
	if err != nil {
		return err
	}
	f.Trail = append(f.Trail, page.Link{Text: f.Title, Address: page.CountAddress(r.Count)})
	f.Title, f.Stream = v.Say("page.counts.recount-of", "landing", r.Landing.Name), ""
	return v.Show(status, recountPage(f, r))
}

// recount has a landing counted again.
func (p *pages) recount(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	form, landing := v.Sent(), v.Typed("landing")
	_, err := p.count.CallRecount(v.R.Context(), v.Command(), v.R.PathValue("id"), landing, v.Typed("reason"))
	if err != nil {
		if !form.Take(v.Speaker, err, map[string]string{"count-reason-missing": "reason", "reason-missing": "reason"}) {
			return err
		}
		return p.recountPage(v, page.StatusOf(err), landing, form)
	}
	return done(v, "recount")
}

// Questions is the page of what to ask about the slips of a count. None is a verdict.
type Questions struct {
	Count string
	List  []Question
	Doors bool // doors report when they open
	Pages page.Pages
}

// Question is a question with the names that its codes stand for.
type Question struct {
	custody.Question
	At          page.Place
	Hand, Other string // full names
}

func (p *pages) questions(v *page.Visit) error {
	f, err := p.countFrame(v)
	if err != nil {
		return err
	}
	id := v.R.PathValue("id")
	list, doors, err := p.count.Questions(id, v.Official.Name)
	if err != nil {
		return err
	}
	q := Questions{Count: id, Doors: doors, Pages: page.Paged(page.CountAddress(id)+"/questions", kept(v.R.URL.Query()), len(list), page.PageSize)}
	p.Book.Read(func(s *custody.State) {
		for _, one := range page.Cut(list, q.Pages) {
			q.List = append(q.List, Question{one, page.PlaceIn(s, one.Landing), page.OfficialIn(s, one.Hand), page.OfficialIn(s, one.Other)})
		}
	})
	f.Trail = append(f.Trail, page.Link{Text: f.Title, Address: page.CountAddress(id)})
	f.Title, f.Stream = v.Say("page.counts.questions"), ""
	return v.Show(http.StatusOK, questionsPage(f, q))
}
