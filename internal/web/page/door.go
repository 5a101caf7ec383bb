package page

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/words"
)

// maxForm is the longest form that is read, in bytes. A page that takes a file says so with Accepts.
const maxForm = 64 << 10

// Services are what every page needs beside the desks of its subject.
type Services struct {
	Book   *book.Book
	Access *access.Desk
	Origin string           // of the address under which people find the service, such as https://habeas.example; empty: as requests say
	Clock  func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: slog.Default
}

// Door serves pages. Each subject adds its own to it, before the first request comes.
type Door struct {
	Services
	mux      *http.ServeMux
	sections []Section
	parts    parts
}

// Section is one entry of the navigation. Its text is "page.nav.NAME".
type Section struct {
	Name, Address string
	Within        string           // the section as whose tab it is shown; empty: it stands at the top
	Tab           string           // of a section with tabs: the name of its own, if it is another
	Needs         custody.Action   // what one must be permitted to see it; empty: everybody in office
	Any           []custody.Action // of which one is enough, instead of Needs
}

// NewDoor returns a door without pages.
func NewDoor(s Services) *Door {
	if s.Clock == nil {
		s.Clock = time.Now
	}
	if s.Log == nil {
		s.Log = slog.Default()
	}
	return &Door{Services: s, mux: http.NewServeMux()}
}

// Section adds an entry to the navigation, after those that are there.
func (d *Door) Section(s Section) { d.sections = append(d.sections, s) }

// Open serves a page that needs no sign-in.
func (d *Door) Open(pattern string, show func(*Visit) error) {
	d.mux.HandleFunc(pattern, d.visited(maxForm, show))
}

// SignedIn serves a page to every official in office.
func (d *Door) SignedIn(pattern string, show func(*Visit) error) {
	d.Open(pattern, signedIn(show))
}

// Permitted serves a page to officials whose roles permit an action.
func (d *Door) Permitted(action custody.Action, pattern string, show func(*Visit) error) {
	d.Open(pattern, permitted(action, show))
}

// Accepts is Permitted for a page that takes more than a form: at most so many bytes, such as a file.
func (d *Door) Accepts(bytes int64, action custody.Action, pattern string, show func(*Visit) error) {
	d.mux.HandleFunc(pattern, d.visited(bytes, permitted(action, show)))
}

func signedIn(show func(*Visit) error) func(*Visit) error {
	return func(v *Visit) error {
		if v.Official == nil {
			return errSignedOut
		}
		return show(v)
	}
}

func permitted(action custody.Action, show func(*Visit) error) func(*Visit) error {
	return signedIn(func(v *Visit) error {
		if err := v.May(action); err != nil {
			return err
		}
		return show(v)
	})
}

// Handler returns the handler of every page that was added. Requests that change something and come from another site are
// refused.
func (d *Door) Handler() http.Handler {
	d.Open("/", func(*Visit) error { return ErrNoPage })
	protection := http.NewCrossOriginProtection()
	if d.Origin != "" { // a proxy may ask under another name than the browser did
		if err := protection.AddTrustedOrigin(d.Origin); err != nil {
			panic(err) // the program that wires it checked it
		}
	}
	protection.SetDenyHandler(d.answered(maxForm, nil, func(*Visit) error { return errCrossSite }))
	return guard(protection.Handler(d.mux))
}

// HandleRaw serves what is no page, such as a style sheet.
func (d *Door) HandleRaw(pattern string, handler http.Handler) { d.mux.Handle(pattern, handler) }

// policy is the content security policy: scripts and styles from our own assets alone, none in a page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
	"manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard sets what every reply carries.
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
		next.ServeHTTP(w, r)
	})
}

// visited serves a page: finds out who asks, bounds what they bring, and answers what goes wrong with a page of its own.
func (d *Door) visited(limit int64, show func(*Visit) error) http.HandlerFunc {
	return d.answered(limit, d.proveAgain, show)
}

// answered is visited with what is done before anything else, which may answer the request itself; nil: nothing.
func (d *Door) answered(limit int64, before func(*Visit) (done bool, _ error), show func(*Visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		v := &Visit{W: w, R: r, Now: d.Clock(), Speaker: speakerFor(r), door: d}
		defer d.recovered(v)
		done, err := false, error(nil)
		if before != nil {
			done, err = before(v)
		}
		if err == nil && !done {
			err = d.recognise(v)
		}
		if err == nil && !done {
			err = show(v)
		}
		if err != nil {
			d.fail(v, err)
		}
	}
}

// unlockAddress is where a session that is locked waits for its official.
const unlockAddress = "/unlock"

// recognise finds out whose session the request belongs to.
func (d *Door) recognise(v *Visit) error {
	token := SessionOf(v.R)
	if token == "" {
		return nil
	}
	signed, err := d.Access.WhoFrom(v.R.Context(), token, v.R.UserAgent())
	switch {
	case errors.Is(err, custody.Refused("signed-out")):
		return nil
	case errors.Is(err, custody.Refused("session-locked")):
		v.Waits = unlockAddress
		return nil
	case errors.Is(err, custody.Refused("second-factor-needed")):
		v.Waits = "/second-factor"
		return nil
	case err != nil:
		return fmt.Errorf("recognise a session: %w", err)
	}
	v.Official, v.Session, v.hand = &signed.Official, signed.Session, signed.Hand
	return nil
}

// Visit is one request: who asks, in which language, and when.
type Visit struct {
	W        http.ResponseWriter
	R        *http.Request
	Official *custody.Official // nil: not signed in
	Speaker  *words.Speaker
	Now      time.Time
	Session  string // its public name
	Waits    string // the page at which a session waits that is locked, or has not shown enough; empty: it does not
	hand     time.Time
	door     *Door
}

// Source is where the request comes from.
func (v *Visit) Source() access.Source {
	return access.Source{Address: v.R.RemoteAddr, Agent: v.R.UserAgent()}
}

// May refuses an action that the official may not do, or not about these places.
func (v *Visit) May(action custody.Action, places ...string) (err error) {
	v.door.Book.Read(func(s *custody.State) { err = s.May(v.Official.Name, action, places...) })
	return err
}

// Sighted refuses lists of people by place to an officer of the landings while these are counted.
func (v *Visit) Sighted() (err error) {
	v.door.Book.Read(func(s *custody.State) { err = s.Sighted(v.Official.Name) })
	return err
}

// Scope tells apart the officials to whom the same page shows different people: what is made for one of a scope serves the
// others. Those who serve a part of the service, or see more through broken glass, have a scope of their own.
func (v *Visit) Scope() string {
	if v.Official.Establishment != "" || len(v.door.Access.Glass(v.Official.Name)) > 0 {
		return v.Official.Name
	}
	roles := make([]string, len(v.Official.Roles))
	for i, role := range v.Official.Roles {
		roles[i] = string(role)
	}
	slices.Sort(roles)
	return strings.Join(roles, " ")
}

// Command is how this official's commands come to the book.
func (v *Visit) Command() book.Command {
	return book.Command{By: v.Official.Name, Hand: v.hand}
}

// Say says a message; its parameters follow as name and value in turn.
func (v *Visit) Say(id string, pairs ...any) string { return v.Speaker.Say(id, params(pairs)) }

// ReadForm reads the form that was sent; what cannot be read is an error that the door answers.
func (v *Visit) ReadForm() error {
	if err := v.R.ParseForm(); err != nil {
		return badForm(err)
	}
	return nil
}

// Typed is a field of the form that was sent, as one line without what stands around it: the record holds no control
// characters. Call ReadForm first.
func (v *Visit) Typed(name string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(v.R.PostForm.Get(name), "\uFFFD")), " ")
}

// DoneEntry is the entry that an act has just written, as the address that it leads back to says; negative: none.
func (v *Visit) DoneEntry() int64 {
	n, err := strconv.ParseInt(v.R.URL.Query().Get("done"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// AsksForPart reports whether the script of a page asks for a part of it, and not a browser for the whole.
func (v *Visit) AsksForPart() bool {
	h := v.R.Header
	return h.Get("HX-Request") == "true" && h.Get("HX-History-Restore-Request") != "true"
}

// Show sends a page. It is made whole before the first byte is sent, so that a fault in it is an error page and not half a
// page.
func (v *Visit) Show(status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(v.R.Context(), &b); err != nil {
		return fmt.Errorf("make the page %s: %w", v.R.URL.Path, err)
	}
	v.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.W.Header().Add("Vary", "HX-Request")
	v.W.WriteHeader(status)
	_, _ = v.W.Write(b.Bytes()) // the browser may be gone; there is nobody left to tell
	return nil
}

// SeeOther sends the browser on after a form.
func (v *Visit) SeeOther(to string) error {
	http.Redirect(v.W, v.R, to, http.StatusSeeOther)
	return nil
}
