package web

import (
	"errors"
	"net/http"
	"net/url"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// What can be wrong with a request before any desk is asked.
var (
	errNoPage    = errors.New("there is no such page")
	errSignedOut = errors.New("not signed in")
	errCrossSite = errors.New("a form was sent from another site")
	errBadForm   = errors.New("a form could not be read")

	errTooLongForQR = errors.New("a receipt is too long for a QR code")
)

// trouble is the page of an error: what happened, and what would mend it.
type trouble struct {
	Status     int
	What, Mend string
	Also       []string // the particulars, when something was refused for several reasons
}

// recovered turns a fault in the program into an error page.
func (d *door) recovered(v *visit) {
	fault := recover()
	if fault == nil {
		return
	}
	if fault == http.ErrAbortHandler {
		panic(fault)
	}
	d.Log.Error("a page failed", "path", v.r.URL.Path, "fault", fault)
	d.showTrouble(v, trouble{Status: http.StatusInternalServerError, What: v.speaker.Say("page.error.fault", nil), Mend: v.speaker.Say("page.error.fault-mend", nil)})
}

// fail answers a request that ended in an error.
func (d *door) fail(v *visit, err error) {
	if errors.Is(err, errSignedOut) {
		d.askToSignIn(v)
		return
	}
	t := d.troubleOf(v, err)
	if t.Status >= 500 {
		d.Log.Error("a page could not be shown", "path", v.r.URL.Path, "error", err)
	}
	if t.Status == http.StatusServiceUnavailable {
		v.w.Header().Set("Retry-After", "5")
	}
	d.showTrouble(v, t)
}

// askToSignIn sends the browser to the sign-in page, and from there back here.
func (d *door) askToSignIn(v *visit) {
	if v.r.Header.Get("Accept") == "text/event-stream" {
		http.Error(v.w, "401", http.StatusUnauthorized)
		return
	}
	to := "/sign-in"
	if v.r.Method == http.MethodGet && v.r.URL.Path != "/" {
		to += "?next=" + url.QueryEscape(v.r.URL.RequestURI())
	}
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
}

func (d *door) troubleOf(v *visit, err error) trouble {
	say := func(id string) string { return v.speaker.Say(id, nil) }
	tooLarge := (*http.MaxBytesError)(nil)
	if r, ok := custody.RefusalOf(err); ok {
		return refusalIn(v.speaker, r)
	}
	switch {
	case errors.Is(err, errNoPage), errors.Is(err, book.ErrNotFound):
		return trouble{Status: http.StatusNotFound, What: say("page.error.no-page"), Mend: say("page.error.no-page-mend")}
	case errors.Is(err, errCrossSite):
		return trouble{Status: http.StatusForbidden, What: say("page.error.cross-site"), Mend: say("page.error.cross-site-mend")}
	case errors.Is(err, errBadForm):
		return trouble{Status: http.StatusBadRequest, What: say("page.error.bad-form"), Mend: say("page.error.bad-form-mend")}
	case errors.Is(err, errTooLongForQR):
		return trouble{Status: http.StatusNotFound, What: say("page.error.too-long-for-qr"), Mend: say("page.error.too-long-for-qr-mend")}
	case errors.As(err, &tooLarge):
		return trouble{Status: http.StatusRequestEntityTooLarge, What: say("page.error.too-large"), Mend: say("page.error.too-large-mend")}
	case errors.Is(err, book.ErrNotWritten), errors.Is(err, book.ErrClosed), errors.Is(err, book.ErrReadOnly):
		return trouble{Status: http.StatusServiceUnavailable, What: say("page.error.not-written"), Mend: say("page.error.not-written-mend")}
	}
	return trouble{Status: http.StatusInternalServerError, What: say("page.error.fault"), Mend: say("page.error.fault-mend")}
}

func (d *door) showTrouble(v *visit, t trouble) {
	f := d.frame(v, "", v.speaker.Say("page.error.title", nil), "")
	if err := v.show(t.Status, troublePage(f, t)); err != nil {
		d.Log.Error("the page of an error could not be shown", "path", v.r.URL.Path, "error", err)
		http.Error(v.w, http.StatusText(t.Status), t.Status)
	}
}
