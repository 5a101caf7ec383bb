package officials

import (
	"net/http"
	"net/url"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// step is something that is done about one official, after a page that says what it will do. Its texts are
// "page.officials.step.NAME", "page.officials.step.NAME-text" and "page.officials.done.NAME".
type step struct {
	Name   string // in its address
	Needs  custody.Action
	Danger bool
	Fits   func(r Record) bool          // for whom it makes any sense; what does not is not even mentioned
	Why    func(r Record) (code string) // the refusal that stands against it now; empty: none
	Quiet  bool                         // it is offered beside what it is about, not among the acts
	Do     func(*pages, *page.Visit, Record) (Secret, error)
}

// steps are all there are, in the order in which they are offered.
var steps = []step{
	{Name: "change", Needs: custody.KeepOfficials, Fits: reachable, Do: (*pages).change},
	{Name: "link", Needs: custody.KeepSessions, Fits: reachable,
		Why: func(r Record) string {
			if r.Ways.Begun {
				return "way-in-set-already"
			}
			return ""
		},
		Do: func(p *pages, v *page.Visit, r Record) (Secret, error) { return p.giveLink(v, r.Name) }},
	{Name: "recovery", Needs: custody.KeepSessions, Fits: func(r Record) bool { return r.Kept && r.Dismissed.IsZero() && !r.Self && (r.Ways.Begun || r.Watches) },
		Do: func(p *pages, v *page.Visit, r Record) (s Secret, err error) {
			s.Half, err = p.Access.GiveRecovery(v.R.Context(), v.Command(), r.Name)
			return s, err
		}},
	{Name: "dismissal", Needs: custody.KeepOfficials, Danger: true, Fits: reachable,
		Do: func(p *pages, v *page.Visit, r Record) (Secret, error) {
			if _, err := p.roll.Dismiss(v.R.Context(), v.Command(), r.Name); err != nil {
				return Secret{}, err
			}
			return Secret{}, p.Access.EndAll(v.R.Context(), r.Name)
		}},
	{Name: "revocation", Needs: custody.KeepSessions, Danger: true, Quiet: true, Fits: func(r Record) bool { return r.Kept },
		Do: func(p *pages, v *page.Visit, r Record) (Secret, error) {
			return Secret{}, p.Access.Revoke(v.R.Context(), v.Command(), r.Name, access.Way(v.R.PostForm.Get("way")), v.R.PostForm.Get("id"))
		}},
	{Name: "session", Needs: custody.KeepSessions, Quiet: true, Fits: func(r Record) bool { return r.Kept },
		Do: func(p *pages, v *page.Visit, r Record) (Secret, error) {
			return Secret{}, p.Access.EndSession(v.R.Context(), v.Command(), v.R.PostForm.Get("id"))
		}},
}

// reachable reports whether one official may act about another: who is in office, and no monitor.
func reachable(r Record) bool { return r.Kept && r.Dismissed.IsZero() && !r.Watches }

// offers are what the reader may do about an official now, and why not what they may not.
func (p *pages) offers(v *page.Visit, r Record) (list []page.Offer) {
	if !r.Kept || !r.Dismissed.IsZero() {
		return nil
	}
	if r.Watches {
		list = append(list, page.Offer{Text: v.Say("page.officials.monitor-change"), Address: "/monitors?official=" + url.QueryEscape(r.Name) + "#propose"})
	}
	for _, s := range steps {
		if s.Quiet || !s.Fits(r) || v.May(s.Needs) != nil {
			continue
		}
		o := page.Offer{Text: v.Say("page.officials.step." + s.Name), Address: address(r.Name) + "/" + s.Name}
		if s.Why != nil {
			if code := s.Why(r); code != "" {
				refusal := &custody.Refusal{Code: code, Params: map[string]string{"official": r.Name}}
				o.Why, o.Mend = page.SayRefusal(v.Speaker, refusal), page.SayMend(v.Speaker, refusal)
			}
		}
		list = append(list, o)
	}
	return list
}

// Step is the page that asks before a step is taken.
type Step struct {
	Record
	step
	What    string // what of theirs it concerns, such as a passkey by its name
	Confirm page.Confirm
	Appoint Appoint // of the step that changes an appointment
}

func (p *pages) ask(s step) func(*page.Visit) error {
	return func(v *page.Visit) error {
		r, err := p.read(v, v.R.PathValue("name"))
		if err != nil {
			return err
		}
		if !s.Fits(r) {
			return p.unfit(r)
		}
		if s.Name == "change" {
			return p.askToChange(v, http.StatusOK, r, page.Form{})
		}
		q := v.R.URL.Query()
		return p.asked(v, http.StatusOK, r, s, q.Get("way"), q.Get("id"), page.Form{})
	}
}

// unfit is the answer to a step that makes no sense for this official.
func (p *pages) unfit(r Record) error {
	if r.Watches {
		return &custody.Refusal{Code: "monitor-two-keys", Reason: custody.Forbidden, Params: map[string]string{"official": r.Name}}
	}
	return page.ErrNoPage
}

func (p *pages) asked(v *page.Visit, status int, r Record, s step, way, id string, form page.Form) error {
	title := v.Say("page.officials.step." + s.Name)
	one := Step{Record: r, step: s, What: whatOf(v, r, s, way, id)}
	one.Confirm = page.Confirm{Title: title, Text: v.Say("page.officials.step." + s.Name + "-text"), Address: address(r.Name) + "/" + s.Name, Button: title, Danger: s.Danger, Form: form,
		Hidden: map[string]string{}}
	if way != "" {
		one.Confirm.Hidden["way"] = way
	}
	if id != "" {
		one.Confirm.Hidden["id"] = id
	}
	if access.Way(way) == access.WayCodes {
		one.Confirm.Text += " " + v.Say("page.officials.step.revocation-codes")
	}
	f := p.frame(v, r, title)
	f.Trail = append(f.Trail, page.Link{Text: r.FullName, Address: address(r.Name)})
	return v.Show(status, stepPage(f, one))
}

// whatOf names what a step takes away.
func whatOf(v *page.Visit, r Record, s step, way, id string) string {
	switch {
	case s.Name == "session":
		for _, one := range r.Sessions {
			if one.ID == id {
				return one.Address + " · " + one.Agent
			}
		}
	case access.Way(way) == access.WayCodes:
		return v.Say("page.officials.codes")
	case access.Way(way) == access.WayPasskey:
		for _, one := range r.Ways.Passkeys {
			if one.ID == id {
				return one.Name
			}
		}
	case access.Way(way) == access.WayAccount:
		return cutRunes(id, 255)
	}
	return ""
}

func (p *pages) do(s step) func(*page.Visit) error {
	return func(v *page.Visit) error {
		if err := v.ReadForm(); err != nil {
			return err
		}
		r, err := p.read(v, v.R.PathValue("name"))
		if err != nil {
			return err
		}
		if !s.Fits(r) {
			return p.unfit(r)
		}
		secret, err := s.Do(p, v, r)
		if form := v.Sent(); err != nil && form.Take(v.Speaker, err, appointFields) {
			if s.Name == "change" {
				return p.askToChange(v, http.StatusUnprocessableEntity, r, form)
			}
			return p.asked(v, http.StatusUnprocessableEntity, r, s, v.R.PostForm.Get("way"), v.R.PostForm.Get("id"), form)
		}
		if err != nil {
			return err
		}
		if secret == (Secret{}) {
			return v.SeeOther(address(r.Name) + "?done=" + s.Name)
		}
		return p.reveal(v, r.Name, secret)
	}
}

// reveal shows what lets an official in. It is shown in the answer itself, and nowhere again.
func (p *pages) reveal(v *page.Visit, name string, secret Secret) error {
	r, err := p.read(v, name)
	if err != nil {
		return err
	}
	r.Secret = secret
	return p.shown(v, http.StatusCreated, r)
}

func (p *pages) giveLink(v *page.Visit, name string) (Secret, error) {
	code, _, err := p.Access.GiveLink(v.R.Context(), v.Command(), name)
	if err != nil {
		return Secret{}, err
	}
	return Secret{Link: p.Access.Address("/enter?key=" + code)}, nil
}
