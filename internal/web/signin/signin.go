// Package signin is the pages by which somebody comes in as themselves, leaves, and chooses a language.
package signin

import (
	"errors"
	"net/http"
	"strings"

	"habeas.example/habeas/internal/access"
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
	d.Open("GET /sign-in/provider", p.askProvider)
	d.Open("GET /sign-in/provider/return", p.returnFromProvider)
	d.Open("GET /unlock", p.showUnlock)
	d.Open("POST /unlock", p.unlock)
	d.Open("POST /sign-in/passkey", p.signInByPasskey)
	d.Open("POST /unlock/passkey", p.unlockByPasskey)
	d.Open("POST /second-factor/passkey", p.addPasskey)
	d.Open("GET /second-factor", p.showFactor)
	d.Open("POST /second-factor", p.confirmFactor)
	d.SignedIn("POST /second-factor/passkeys/{id}/name", p.renamePasskey)
	d.SignedIn("POST /second-factor/passkeys/{id}/removal", p.removePasskey)
	d.Open("GET /first", p.showFirst)
	d.Open("GET /enter", p.showEnter)
	d.Open("POST /enter", p.enter)
	d.Open("GET /recover", p.showRecover)
	d.Open("POST /recover", p.recover)
	d.Open("POST /first", p.first)
	d.SignedIn("GET /sessions", p.sessions)
	d.SignedIn("POST /sessions/lock", p.lock)
	d.SignedIn("POST /sessions/{id}/end", p.endSession)
	d.Open("POST /language", p.chooseLanguage)
}

// Form is the page that asks who one is.
type Form struct {
	Next string // where to go on
	Code bool   // a code is asked for too
	// Provider says that the service has an OpenID provider of its own.
	Provider bool
	// Passkey says that passkeys work at the address under which the page was asked for.
	Passkey bool
	Form    page.Form
}

// form is the page that asks who one is, as this service asks.
func (p *pages) form(v *page.Visit, next string) Form {
	return Form{Next: page.LocalAddress(next), Provider: p.Access.HasProvider(), Passkey: p.Access.PasskeysAt(v.R.Host)}
}

func (p *pages) show(v *page.Visit) error {
	next := page.LocalAddress(v.R.FormValue("next"))
	if v.Official != nil {
		return v.SeeOther(next)
	}
	return v.Show(http.StatusOK, formPage(v.Frame("", v.Say("page.sign-in.title"), ""), p.form(v, next)))
}

func (p *pages) signIn(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	form := p.form(v, v.R.PostForm.Get("next"))
	form.Form = v.Sent()
	proof := access.Proof{Name: strings.TrimSpace(v.R.PostForm.Get("name")), Password: v.R.PostForm.Get("password"), Code: v.R.PostForm.Get("code")}
	token, _, err := p.Access.Enter(v.R.Context(), proof, v.Source())
	if refusal, ok := custody.RefusalOf(err); ok {
		form.Code = proof.Code != "" || errors.Is(err, custody.Refused("code-needed"))
		at := "name"
		if errors.Is(err, custody.Refused("code-needed")) {
			at = "code"
		}
		form.Form.Mend(at, page.SayRefusal(v.Speaker, refusal))
		return v.Show(refusedStatus(v, refusal), formPage(v.Frame("", v.Say("page.sign-in.title"), ""), form))
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
