// Package signin is the pages by which somebody comes in as themselves, leaves, and chooses a language.
package signin

import (
	"errors"
	"net/http"
	"strings"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

type pages struct{ *page.Door }

// Add adds signing in and out, and the choice of language, to the door.
func Add(d *page.Door) {
	p := &pages{d}
	d.Open("GET /sign-in", p.show)
	d.Open("POST /sign-in", p.signIn)
	d.Open("POST /sign-out", p.signOut)
	d.Open("POST /language", p.chooseLanguage)
}

// Form is the page that asks who one is.
type Form struct {
	Next string // where to go on
	Form page.Form
}

func (p *pages) show(v *page.Visit) error {
	next := page.LocalAddress(v.R.FormValue("next"))
	if v.Official != nil {
		return v.SeeOther(next)
	}
	return v.Show(http.StatusOK, formPage(v.Frame("", v.Say("page.sign-in.title"), ""), Form{Next: next}))
}

func (p *pages) signIn(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	form := Form{Next: page.LocalAddress(v.R.PostForm.Get("next")), Form: v.Sent()}
	token, _, err := p.Access.SignIn(v.R.Context(), strings.TrimSpace(v.R.PostForm.Get("name")), v.R.PostForm.Get("password"), v.R.RemoteAddr)
	if refusal, ok := custody.RefusalOf(err); ok {
		status := http.StatusUnauthorized
		if errors.Is(err, custody.Refused("too-many-attempts")) {
			status = http.StatusTooManyRequests
			v.W.Header().Set("Retry-After", refusal.Params["seconds"])
		}
		form.Form.Mend("name", page.SayRefusal(v.Speaker, refusal))
		return v.Show(status, formPage(v.Frame("", v.Say("page.sign-in.title"), ""), form))
	}
	if err != nil {
		return err
	}
	v.KeepSession(token)
	return v.SeeOther(form.Next)
}

func (p *pages) signOut(v *page.Visit) error {
	if token := page.SessionOf(v.R); token != "" {
		if err := p.Access.SignOut(v.R.Context(), token); err != nil {
			return err
		}
	}
	v.ForgetSession()
	return v.SeeOther("/sign-in")
}

func (p *pages) chooseLanguage(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	v.KeepLanguage(v.R.PostForm.Get("language"))
	return v.SeeOther(page.LocalAddress(v.R.PostForm.Get("back")))
}
