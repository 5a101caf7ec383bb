package signin

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/seal"
	"habeas.example/habeas/internal/web/page"
)

// refusedStatus is the status of a page that refuses a sign-in.
func refusedStatus(v *page.Visit, refusal *custody.Refusal) int {
	if refusal.Code == "too-many-attempts" {
		v.W.Header().Set("Retry-After", refusal.Params["seconds"])
		return http.StatusTooManyRequests
	}
	return http.StatusUnauthorized
}

// Factor is the page that sets up codes from an authenticator app.
type Factor struct {
	access.Enrolment
	Picture  string    // the enrolment as a QR code, a data address: it is on no other page, and nobody else is asked to draw it
	Since    time.Time // when codes were taken into use; zero: they are not
	Passkey  bool      // can be added at this address
	Passkeys []access.Passkey
	Last     bool // a passkey is all that the official can come in with
	Done     string
	Form     page.Form
	Keys     KeyForm
}

// KeyForm is a form about one passkey as it was refused.
type KeyForm struct {
	Of   string // which passkey
	Form page.Form
}

func (f Factor) formOf(key access.Passkey) page.Form {
	if f.Keys.Of == key.ID {
		return f.Keys.Form
	}
	return page.Form{}
}

// First is the page of the first engineer of a new service.
type First struct {
	Link string
	Form page.Form
}

// Sessions is the page of one's own sessions.
type Sessions struct{ List []access.Session }

// showUnlock asks the official of a session that waits to prove who they are again.
func (p *pages) showUnlock(v *page.Visit) error {
	return v.Show(http.StatusOK, unlockPage(v.Frame("", v.Say("page.unlock.title"), ""), p.form(v, v.R.FormValue("next"))))
}

func (p *pages) unlock(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	form := p.form(v, v.R.PostForm.Get("next"))
	form.Form = v.Sent()
	proof := access.Proof{Password: v.R.PostForm.Get("password"), Code: v.R.PostForm.Get("code")}
	token, err := p.Access.Prove(v.R.Context(), page.SessionOf(v.R), proof, v.Source())
	if errors.Is(err, custody.Refused("signed-out")) {
		return v.SeeOther("/sign-in")
	}
	if refusal, ok := custody.RefusalOf(err); ok {
		form.Code = proof.Code != "" || errors.Is(err, custody.Refused("code-needed"))
		form.Form.Mend("password", page.SayRefusal(v.Speaker, refusal))
		return v.Show(refusedStatus(v, refusal), unlockPage(v.Frame("", v.Say("page.unlock.title"), ""), form))
	}
	if err != nil {
		return err
	}
	v.KeepSession(token)
	return v.SeeOther(form.Next)
}

// showFactor shows what to set an authenticator app up with. Somebody whose session waits
// for it may always; whoever has one already needs a fresh hand to change it.
func (p *pages) showFactor(v *page.Visit) error {
	holder, err := p.Access.Holder(v.R.Context(), page.SessionOf(v.R))
	if errors.Is(err, custody.Refused("signed-out")) {
		return v.SeeOther("/sign-in")
	}
	if err != nil {
		return err
	}
	if holder.Locked || v.Now.Sub(holder.Hand) > p.Book.FreshHand() {
		return v.SeeOther("/unlock?next=/second-factor")
	}
	f := Factor{}
	switch v.R.URL.Query().Get("done") {
	case "codes":
		f.Done = v.Say("page.account.done-codes")
	case "added":
		f.Done = v.Say("page.account.done-added")
	case "renamed":
		f.Done = v.Say("page.account.done-renamed")
	case "removed":
		f.Done = v.Say("page.account.done-removed")
	}
	return p.factor(v, http.StatusOK, holder.Official.Name, f)
}

// factor shows an official's own ways in, with what a new authenticator app is set up with.
func (p *pages) factor(v *page.Visit, status int, official string, f Factor) (err error) {
	ctx := v.R.Context()
	if f.Enrolment, err = p.Access.BeginSecondFactor(ctx, official); err != nil {
		return err
	}
	f.Picture = pictureOf(f.URI)
	ways, err := p.Access.Ways(ctx, official, official)
	if err != nil {
		return err
	}
	f.Since, f.Passkey, f.Passkeys, f.Last = ways.Codes, p.Access.PasskeysAt(v.R.Host), ways.Passkeys, p.Access.LastWay(ways)
	return v.Show(status, factorPage(v.Frame("", v.Say("page.second-factor.title"), ""), f))
}

// pictureOf draws a short text as a QR code, as an address that holds the picture itself.
func pictureOf(text string) string {
	picture, err := seal.QR([]byte(text))
	if err != nil {
		panic(err) // names of officials are short, and text
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(picture)
}

// renamePasskey calls one of one's own passkeys otherwise.
func (p *pages) renamePasskey(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	id := v.R.PathValue("id")
	err := p.Access.RenamePasskey(v.R.Context(), v.Command(), id, v.Typed("name"))
	if refusal, refused := custody.RefusalOf(err); refused && refusal.Reason == custody.Invalid {
		form := v.Sent()
		form.Mend("name", page.SayRefusal(v.Speaker, refusal))
		return p.factor(v, http.StatusUnprocessableEntity, v.Official.Name, Factor{Keys: KeyForm{Of: id, Form: form}})
	}
	if err != nil {
		return err
	}
	return v.SeeOther("/second-factor?done=renamed")
}

// removePasskey takes one of one's own passkeys out of use.
func (p *pages) removePasskey(v *page.Visit) error {
	if err := p.Access.RemovePasskey(v.R.Context(), v.Command(), page.SessionOf(v.R), v.R.PathValue("id")); err != nil {
		return err
	}
	return v.SeeOther("/second-factor?done=removed")
}

// accountTabs lead between the pages of one's own account.
func accountTabs(f page.Frame, ways bool) []page.Tab {
	return []page.Tab{{Text: f.Say("page.sessions.title"), Address: "/sessions", Current: !ways}, {Text: f.Say("page.second-factor.title"), Address: "/second-factor", Current: ways}}
}

// brief is the beginning of what a program says it is: enough to tell two apart.
func brief(agent string) string {
	if all := []rune(agent); len(all) > 120 {
		return string(all[:120]) + "…"
	}
	return agent
}

func (p *pages) confirmFactor(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	token, err := p.Access.ConfirmSecondFactor(v.R.Context(), page.SessionOf(v.R), v.R.PostForm.Get("code"), v.Source())
	switch refusal, refused := custody.RefusalOf(err); {
	case errors.Is(err, custody.Refused("signed-out")):
		return v.SeeOther("/sign-in")
	case errors.Is(err, custody.Refused("enrolment-lapsed")):
		return v.SeeOther("/second-factor")
	case refused:
		f := Factor{Form: v.Sent()}
		f.Form.Mend("code", page.SayRefusal(v.Speaker, refusal))
		return v.Show(refusedStatus(v, refusal), factorPage(v.Frame("", v.Say("page.second-factor.title"), ""), f))
	case err != nil:
		return err
	}
	v.KeepSession(token)
	return v.SeeOther("/second-factor?done=codes")
}

// showFirst shows the form of the first engineer. Looking at it uses nothing up.
func (p *pages) showFirst(v *page.Visit) error {
	return v.Show(http.StatusOK, firstPage(v.Frame("", v.Say("page.first.title"), ""), First{Link: v.R.FormValue("key")}))
}

func (p *pages) first(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	form := First{Link: v.R.PostForm.Get("key"), Form: v.Sent()}
	o := custody.Official{Name: strings.TrimSpace(v.R.PostForm.Get("name")), FullName: v.Typed("fullName")}
	token, err := p.Access.Found(v.R.Context(), form.Link, o, v.R.PostForm.Get("password"), v.Source())
	if refusal, ok := custody.RefusalOf(err); ok {
		form.Form.Mend("name", page.SayRefusal(v.Speaker, refusal))
		return v.Show(refusedStatus(v, refusal), firstPage(v.Frame("", v.Say("page.first.title"), ""), form))
	}
	if err != nil {
		return err
	}
	v.KeepSession(token)
	return v.SeeOther("/")
}

func (p *pages) sessions(v *page.Visit) error {
	list, err := p.Access.Sessions(v.Official.Name, v.Official.Name, v.Session)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, sessionsPage(v.Frame("", v.Say("page.sessions.title"), ""), Sessions{list}))
}

func (p *pages) lock(v *page.Visit) error {
	if err := p.Access.Lock(v.R.Context(), page.SessionOf(v.R)); err != nil {
		return err
	}
	return v.SeeOther("/unlock")
}

func (p *pages) endSession(v *page.Visit) error {
	if err := p.Access.EndSession(v.R.Context(), v.Command(), v.R.PathValue("id")); err != nil {
		return err
	}
	return v.SeeOther("/sessions")
}
