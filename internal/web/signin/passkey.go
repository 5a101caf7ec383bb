package signin

import (
	"errors"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// signInByPasskey begins a session for whom the browser's authenticator answered.
func (p *pages) signInByPasskey(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	sent := v.R.PostForm
	token, _, err := p.Access.EnterByPasskey(v.R.Context(), sent.Get("ceremony"), []byte(sent.Get("answer")), v.Source())
	if refusal, ok := custody.RefusalOf(err); ok {
		form := p.form(v, sent.Get("next"))
		form.Form.Mend("name", page.SayRefusal(v.Speaker, refusal))
		return v.Show(refusedStatus(v, refusal), formPage(v.Frame("", v.Say("page.sign-in.title"), ""), form))
	}
	if err != nil {
		return err
	}
	v.KeepSession(token)
	return v.SeeOther(page.LocalAddress(sent.Get("next")))
}

// unlockByPasskey lets the official of a session go on in it.
func (p *pages) unlockByPasskey(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	sent := v.R.PostForm
	token, err := p.Access.ProveByPasskey(v.R.Context(), page.SessionOf(v.R), sent.Get("ceremony"), []byte(sent.Get("answer")), v.Source())
	if errors.Is(err, custody.Refused("signed-out")) {
		return v.SeeOther("/sign-in")
	}
	if refusal, ok := custody.RefusalOf(err); ok {
		form := p.form(v, sent.Get("next"))
		form.Form.Mend("password", page.SayRefusal(v.Speaker, refusal))
		return v.Show(refusedStatus(v, refusal), unlockPage(v.Frame("", v.Say("page.unlock.title"), ""), form))
	}
	if err != nil {
		return err
	}
	v.KeepSession(token)
	return v.SeeOther(page.LocalAddress(sent.Get("next")))
}

// addPasskey adds the passkey that the browser made to those of the session's official.
func (p *pages) addPasskey(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	sent := v.R.PostForm
	token, err := p.Access.FinishPasskey(v.R.Context(), page.SessionOf(v.R), sent.Get("ceremony"), []byte(sent.Get("answer")), v.Source())
	if errors.Is(err, custody.Refused("signed-out")) {
		return v.SeeOther("/sign-in")
	}
	if errors.Is(err, custody.Refused("session-locked")) {
		return v.SeeOther("/unlock?next=/second-factor")
	}
	if err != nil {
		return err
	}
	v.KeepSession(token)
	return v.SeeOther("/second-factor?done=added")
}
