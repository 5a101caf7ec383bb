package web

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/words"
)

// Services are the desks that the pages show, and what is given from outside.
type Services struct {
	Book     *book.Book
	Roll     *roll.Desk
	Transfer *transfer.Desk
	Access   *access.Desk
	Clock    func() time.Time // nil: time.Now
	Log      *slog.Logger     // nil: slog.Default
}

// maxForm is the longest form that is read, in bytes.
const maxForm = 64 << 10

// door serves the pages.
type door struct {
	Services
	parts     parts
	snapshots snapshots
}

// New returns the handler of every page, from "/" down. Requests that change something and
// come from another site are refused.
func New(s Services) http.Handler {
	if s.Clock == nil {
		s.Clock = time.Now
	}
	if s.Log == nil {
		s.Log = slog.Default()
	}
	d := &door{Services: s}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /assets/{version}/{name}", serveAsset)

	mux.HandleFunc("GET /sign-in", d.open(d.showSignIn))
	mux.HandleFunc("POST /sign-in", d.open(d.signIn))
	mux.HandleFunc("POST /sign-out", d.open(d.signOut))
	mux.HandleFunc("POST /language", d.open(d.chooseLanguage))

	mux.HandleFunc("GET /{$}", d.signedIn(d.today))
	mux.HandleFunc("GET /live", d.signedIn(d.followToday))
	mux.HandleFunc("GET /transfers", d.signedIn(d.transfers))
	mux.HandleFunc("GET /transfers/{id}", d.signedIn(d.oneTransfer))
	mux.HandleFunc("GET /transfers/{id}/live", d.signedIn(d.followTransfer))
	mux.HandleFunc("GET /people", d.permitted(custody.ReadRecords, d.people))
	mux.HandleFunc("GET /people/matches", d.permitted(custody.ReadRecords, d.matches))
	mux.HandleFunc("GET /people/{number}", d.permitted(custody.ReadRecords, d.person))
	mux.HandleFunc("GET /overdue", d.permitted(custody.ReadRecords, d.overdue))
	mux.HandleFunc("GET /discrepancies", d.permitted(custody.ReadRecords, d.discrepancies))
	mux.HandleFunc("POST /discrepancies/{id}/resolution", d.permitted(custody.ResolveDisputes, d.resolve))
	mux.HandleFunc("GET /establishments/{code}", d.signedIn(d.establishment))
	mux.HandleFunc("GET /book", d.permitted(custody.ReadBook, d.feed))
	mux.HandleFunc("GET /book/{number}", d.signedIn(d.entry))
	mux.HandleFunc("GET /book/{number}/receipt", d.signedIn(d.receipt))
	mux.HandleFunc("GET /book/{number}/receipt.png", d.signedIn(d.receiptPicture))
	mux.HandleFunc("/", d.open(func(v *visit) error { return errNoPage }))

	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(d.open(func(v *visit) error { return errCrossSite }))
	return guard(protection.Handler(mux))
}

// policy is the content security policy: scripts and styles from our own assets alone,
// none in a page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard sets what every reply carries, and bounds what every request may bring.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store")
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// visit is one request: who asks, in which language, and when.
type visit struct {
	w        http.ResponseWriter
	r        *http.Request
	official *custody.Official // nil: not signed in
	speaker  *words.Speaker
	now      time.Time
}

// open serves a page that needs no sign-in.
func (d *door) open(show func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{w: w, r: r, now: d.Clock(), speaker: speakerFor(r)}
		defer d.recovered(v)
		err := d.recognise(v)
		if err == nil {
			err = show(v)
		}
		if err != nil {
			d.fail(v, err)
		}
	}
}

// signedIn serves a page to every official in office.
func (d *door) signedIn(show func(*visit) error) http.HandlerFunc {
	return d.open(func(v *visit) error {
		if v.official == nil {
			return errSignedOut
		}
		return show(v)
	})
}

// permitted serves a page to officials whose roles permit an action.
func (d *door) permitted(action custody.Action, show func(*visit) error) http.HandlerFunc {
	return d.signedIn(func(v *visit) error {
		if err := d.may(v, action); err != nil {
			return err
		}
		return show(v)
	})
}

// recognise finds out whose session the request belongs to.
func (d *door) recognise(v *visit) error {
	token := sessionOf(v.r)
	if token == "" {
		return nil
	}
	official, err := d.Access.Who(v.r.Context(), token)
	switch {
	case errors.Is(err, custody.Refused("signed-out")):
		return nil
	case err != nil:
		return fmt.Errorf("recognise a session: %w", err)
	}
	v.official = &official
	return nil
}

// may refuses an action that the official's roles do not permit.
func (d *door) may(v *visit, action custody.Action) (err error) {
	d.Book.Read(func(s *custody.State) { err = s.May(v.official.Name, action) })
	return err
}

// command is how this official's commands come to the book.
func (v *visit) command() book.Command { return book.Command{By: v.official.Name} }

// show sends a page. It is made whole before the first byte is sent, so that a fault in it
// is an error page and not half a page.
func (v *visit) show(status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(v.r.Context(), &b); err != nil {
		return fmt.Errorf("make the page %s: %w", v.r.URL.Path, err)
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(b.Bytes()) // the browser may be gone; there is nobody left to tell
	return nil
}

// seeOther sends the browser on after a form.
func (v *visit) seeOther(to string) error {
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}
