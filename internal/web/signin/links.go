package signin

import (
	"net/http"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Link is the page where somebody who was just appointed comes in by a one-time link.
type Link struct {
	Code string // of the link; empty: it is asked for
	Form page.Form
}

// showEnter shows the form. Looking at it uses nothing up.
func (p *pages) showEnter(v *page.Visit) error {
	return p.enterPage(v, http.StatusOK, Link{Code: v.R.URL.Query().Get("key")})
}

func (p *pages) enterPage(v *page.Visit, status int, l Link) error {
	return v.Show(status, linkPage(v.Frame("", v.Say("page.enter.title"), ""), l))
}

func (p *pages) enter(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	code := v.R.PostForm.Get("code")
	token, _, err := p.Access.EnterByLink(v.R.Context(), code, v.R.PostForm.Get("password"), v.Source())
	if refusal, ok := custody.RefusalOf(err); ok {
		l := Link{Code: code, Form: v.Sent()}
		field := "password"
		if refusal.Code == "link-refused" {
			l.Code, field = "", "code" // it can be typed anew
		}
		l.Form.Mend(field, page.SayRefusal(v.Speaker, refusal)+" "+page.SayMend(v.Speaker, refusal))
		return p.enterPage(v, refusedStatus(v, refusal), l)
	}
	if err != nil {
		return err
	}
	v.KeepSession(token)
	return v.SeeOther("/")
}

func (p *pages) showRecover(v *page.Visit) error {
	return p.recoverPage(v, http.StatusOK, page.Form{})
}

func (p *pages) recoverPage(v *page.Visit, status int, form page.Form) error {
	return v.Show(status, recoverPage(v.Frame("", v.Say("page.recover.title"), ""), form))
}

func (p *pages) recover(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	typed := v.R.PostForm
	token, err := p.Access.Recover(v.R.Context(), v.Typed("name"), [2]string{typed.Get("first"), typed.Get("second")}, typed.Get("password"), v.Source())
	if refusal, ok := custody.RefusalOf(err); ok {
		form, field := v.Sent(), "password"
		if refusal.Code == "link-refused" {
			field = "first"
		}
		form.Mend(field, page.SayRefusal(v.Speaker, refusal)+" "+page.SayMend(v.Speaker, refusal))
		return p.recoverPage(v, refusedStatus(v, refusal), form)
	}
	if err != nil {
		return err
	}
	v.KeepSession(token)
	return v.SeeOther("/")
}
