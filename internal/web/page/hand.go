package page

import (
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/custody"
)

// What binds others takes a hand that was proved lately, and a session locks by itself. In both cases the form that was sent is
// not lost: a page asks its official to prove who they are, holds what they typed, and sends it all to where it was going.

// Names of the fields with which somebody proves who they are, beside those of the form that is held.
const (
	handPassword = "hand-password"
	handCode     = "hand-code"
)

// Prove is the page that asks somebody to prove who they are before their form is taken.
type Prove struct {
	Address string  // where the form was going
	Held    []Field // what was typed, by name and value (Begin)
	Code    bool    // a code is asked for too
	Locked  bool    // the session stood still; else the act takes a fresh hand
	Form    Form
}

// sentForm reports whether a request brings a form of fields alone: one with a file cannot be held.
func sentForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.Method == http.MethodPost && err == nil && kind == "application/x-www-form-urlencoded"
}

// proveAgain takes a proof that came along with a form. The session goes on under a new token, and handlers see nothing of the
// proof. done reports that the request has been answered: the proof was refused.
func (d *Door) proveAgain(v *Visit) (done bool, _ error) {
	token := SessionOf(v.R)
	if token == "" || !sentForm(v.R) {
		return false, nil
	}
	if err := v.ReadForm(); err != nil {
		return false, err
	}
	form := v.R.PostForm
	if !form.Has(handPassword) {
		return false, nil
	}
	proof := access.Proof{Password: form.Get(handPassword), Code: form.Get(handCode)}
	for _, name := range []string{handPassword, handCode} {
		form.Del(name)
		v.R.Form.Del(name)
	}
	token, err := d.Access.Prove(v.R.Context(), token, proof, v.Source())
	refusal, refused := custody.RefusalOf(err)
	switch {
	case refused && refusal.Code == "signed-out":
		return false, nil // as whoever asks in the end will find
	case refused:
		p := v.held()
		p.Code = proof.Code != "" || refusal.Code == "code-needed"
		p.Form.Mend(map[bool]string{true: handCode, false: handPassword}[refusal.Code == "code-needed"], SayRefusal(v.Speaker, refusal)+" "+SayMend(v.Speaker, refusal))
		status := http.StatusUnauthorized
		if refusal.Code == "too-many-attempts" {
			status = http.StatusTooManyRequests
			v.W.Header().Set("Retry-After", refusal.Params["seconds"])
		}
		return true, v.Show(status, provePage(v.Frame("", v.Say("page.unlock.title"), ""), p))
	case err != nil:
		return false, err
	}
	v.KeepSession(token)
	v.carry(token)
	return false, nil
}

// carry makes the rest of the request belong to the session's new token.
func (v *Visit) carry(token string) {
	cookies := v.R.Cookies()
	v.R.Header.Del("Cookie")
	for _, c := range cookies {
		if c.Name == sessionCookieOf(v.R) {
			c.Value = token
		}
		v.R.AddCookie(c)
	}
}

// held is the page that holds the form of this request.
func (v *Visit) held() Prove {
	p := Prove{Address: v.R.URL.RequestURI()}
	for _, name := range slices.Sorted(maps.Keys(v.R.PostForm)) {
		for _, value := range v.R.PostForm[name] {
			p.Held = append(p.Held, Field{Name: name, Begin: strings.ToValidUTF8(value, "\uFFFD")})
		}
	}
	return p
}

// askToProve holds the form of a request that was refused for want of a proof, and asks for one. It reports whether it could.
func (d *Door) askToProve(v *Visit, locked bool) (bool, error) {
	holdable := sentForm(v.R) && !v.AsksForPart() && v.ReadForm() == nil
	if !holdable {
		return false, nil
	}
	p := v.held()
	p.Locked = locked
	return true, v.Show(http.StatusForbidden, provePage(v.Frame("", v.Say("page.unlock.title"), ""), p))
}
