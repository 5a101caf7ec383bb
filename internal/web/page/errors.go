package page

import (
	"errors"
	"net/http"
	"net/url"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// What a page can answer beside what desks refuse.
var (
	ErrNoPage       = errors.New("there is no such page")
	ErrTooLongForQR = errors.New("a receipt is too long for a QR code")
)

// What can be wrong with a request before any desk is asked.
var (
	errSignedOut = errors.New("not signed in")
	errCrossSite = errors.New("a form was sent from another site")
	errBadForm   = errors.New("a form could not be read")
)

// Trouble is the page of an error: what happened, and what would mend it.
type Trouble struct {
	Status     int
	What, Mend string
	Law        int      // that refuses it; 0: none
	Also       []string // the particulars, when something was refused for several reasons
	Glass      string   // where whoever cannot wait for somebody of that office or place breaks the glass; empty: not for them
}

// beyond are the refusals of what another office, or somebody who serves elsewhere, may. Whoever is not seen from where an
// official serves is answered for as nobody is, so that the offer to break the glass says nothing of whether they exist.
var beyond = map[string]bool{"not-permitted": true, "not-your-place": true, "other-establishments-official": true, "unknown-person": true, "unknown-transfer": true, "unknown-handover": true}

// glassFor is where the official of a visit breaks the glass before what a refusal is about, if they may.
func glassFor(v *Visit, r *custody.Refusal) string {
	if v.Official == nil || !beyond[r.Code] || r.Params["action"] == string(custody.BreakGlass) || v.May(custody.BreakGlass) != nil {
		return ""
	}
	if v.R.Method != http.MethodGet {
		return GlassAddress
	}
	return GlassAddress + "?next=" + url.QueryEscape(v.R.URL.RequestURI())
}

// recovered turns a fault in the program into an error page.
func (d *Door) recovered(v *Visit) {
	fault := recover()
	if fault == nil {
		return
	}
	if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(fault)
	}
	d.Log.Error("a page failed", "path", v.R.URL.Path, "fault", fault)
	d.showTrouble(v, Trouble{Status: http.StatusInternalServerError, What: v.Speaker.Say("page.error.fault", nil), Mend: v.Speaker.Say("page.error.fault-mend", nil)})
}

// fail answers a request that ended in an error.
func (d *Door) fail(v *Visit, err error) {
	locked := errors.Is(err, errSignedOut) && v.Waits == unlockAddress
	if locked || v.Official != nil && errors.Is(err, custody.Refused("hand-not-fresh")) {
		asked, failed := d.askToProve(v, locked)
		if failed != nil {
			d.Log.Error("the page that asks for a proof could not be shown", "path", v.R.URL.Path, "error", failed)
		}
		if asked {
			return
		}
	}
	if errors.Is(err, errSignedOut) {
		d.askToSignIn(v)
		return
	}
	if v.R.Context().Err() != nil {
		panic(http.ErrAbortHandler) // whoever asked has left, or the service is stopping: an empty page would look like an answer
	}
	t := d.troubleOf(v, err)
	if t.Status >= 500 {
		d.Log.Error("a page could not be shown", "path", v.R.URL.Path, "error", err)
	}
	if t.Status == http.StatusServiceUnavailable {
		v.W.Header().Set("Retry-After", "5")
	}
	d.showTrouble(v, t)
}

// askToSignIn sends the browser to the sign-in page, and from there back here.
func (d *Door) askToSignIn(v *Visit) {
	if v.R.Header.Get("Accept") == "text/event-stream" {
		http.Error(v.W, "401", http.StatusUnauthorized)
		return
	}
	to := "/sign-in"
	if v.Waits != "" {
		to = v.Waits
	}
	if v.AsksForPart() { // the whole page must go there, not a part of it
		v.W.Header().Set("HX-Redirect", to)
		v.W.WriteHeader(http.StatusNoContent)
		return
	}
	if v.R.Method == http.MethodGet && v.R.URL.Path != "/" {
		to += "?next=" + url.QueryEscape(v.R.URL.RequestURI())
	}
	http.Redirect(v.W, v.R, to, http.StatusSeeOther)
}

func (d *Door) troubleOf(v *Visit, err error) Trouble {
	say := func(id string) string { return v.Speaker.Say(id, nil) }
	tooLarge := (*http.MaxBytesError)(nil)
	if r, ok := custody.RefusalOf(err); ok {
		t := TroubleOf(v.Speaker, r)
		t.Glass = glassFor(v, r)
		return t
	}
	switch {
	case errors.Is(err, ErrNoPage), errors.Is(err, book.ErrNotFound):
		return Trouble{Status: http.StatusNotFound, What: say("page.error.no-page"), Mend: say("page.error.no-page-mend")}
	case errors.Is(err, errCrossSite):
		return Trouble{Status: http.StatusForbidden, What: say("page.error.cross-site"), Mend: say("page.error.cross-site-mend")}
	case errors.Is(err, errBadForm):
		return Trouble{Status: http.StatusBadRequest, What: say("page.error.bad-form"), Mend: say("page.error.bad-form-mend")}
	case errors.Is(err, ErrTooLongForQR):
		return Trouble{Status: http.StatusNotFound, What: say("page.error.too-long-for-qr"), Mend: say("page.error.too-long-for-qr-mend")}
	case errors.As(err, &tooLarge):
		return Trouble{Status: http.StatusRequestEntityTooLarge, What: say("page.error.too-large"), Mend: say("page.error.too-large-mend")}
	case errors.Is(err, book.ErrNotWritten), errors.Is(err, book.ErrClosed), errors.Is(err, book.ErrReadOnly):
		return Trouble{Status: http.StatusServiceUnavailable, What: say("page.error.not-written"), Mend: say("page.error.not-written-mend")}
	case book.Unreachable(err):
		return Trouble{Status: http.StatusServiceUnavailable, What: say("refusal.database-unreachable"), Mend: say("mend.database-unreachable")}
	}
	return Trouble{Status: http.StatusInternalServerError, What: say("page.error.fault"), Mend: say("page.error.fault-mend")}
}

func (d *Door) showTrouble(v *Visit, t Trouble) {
	f := v.Frame("", v.Say("page.error.title"), "")
	if err := v.Show(t.Status, troublePage(f, t)); err != nil {
		d.Log.Error("the page of an error could not be shown", "path", v.R.URL.Path, "error", err)
		http.Error(v.W, http.StatusText(t.Status), t.Status)
	}
}

// badForm is a form that cannot be read; one that is too large keeps its own reason.
func badForm(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return err
	}
	return errBadForm
}
