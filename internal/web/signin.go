package web

import (
	"errors"
	"net/http"
	"strings"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/words"
)

// Names of the cookies. The API reads the first too.
const (
	sessionCookie  = "habeas_session"
	languageCookie = "habeas_language"
)

// signInPage is the page that asks who one is.
type signInPage struct {
	Name string // as typed before
	Next string // where to go on
	Why  string // the last attempt failed
}

func (d *door) showSignIn(v *visit) error {
	next := localAddress(v.r.FormValue("next"))
	if v.official != nil {
		return v.seeOther(next)
	}
	return v.show(http.StatusOK, signInForm(d.frame(v, "", v.speaker.Say("page.sign-in.title", nil), ""), signInPage{Next: next}))
}

func (d *door) signIn(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return badForm(err)
	}
	p := signInPage{Name: v.r.PostForm.Get("name"), Next: localAddress(v.r.PostForm.Get("next"))}
	token, _, err := d.Access.SignIn(v.r.Context(), strings.TrimSpace(p.Name), v.r.PostForm.Get("password"), v.r.RemoteAddr)
	if refusal, ok := custody.RefusalOf(err); ok {
		status := http.StatusUnauthorized
		if errors.Is(err, custody.Refused("too-many-attempts")) {
			status = http.StatusTooManyRequests
			v.w.Header().Set("Retry-After", refusal.Params["seconds"])
		}
		p.Why = sayRefusal(v.speaker, refusal)
		return v.show(status, signInForm(d.frame(v, "", v.speaker.Say("page.sign-in.title", nil), ""), p))
	}
	if err != nil {
		return err
	}
	http.SetCookie(v.w, &http.Cookie{Name: sessionCookie, Value: token, Path: "/", HttpOnly: true, Secure: v.r.TLS != nil, SameSite: http.SameSiteStrictMode})
	return v.seeOther(p.Next)
}

func (d *door) signOut(v *visit) error {
	if token := sessionOf(v.r); token != "" {
		if err := d.Access.SignOut(v.r.Context(), token); err != nil {
			return err
		}
	}
	http.SetCookie(v.w, &http.Cookie{Name: sessionCookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: v.r.TLS != nil, SameSite: http.SameSiteStrictMode})
	return v.seeOther("/sign-in")
}

// chooseLanguage keeps the language that somebody chose for a year.
func (d *door) chooseLanguage(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return badForm(err)
	}
	tag := words.For(v.r.PostForm.Get("language")).Tag().String()
	http.SetCookie(v.w, &http.Cookie{Name: languageCookie, Value: tag, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: v.r.TLS != nil, SameSite: http.SameSiteLaxMode})
	return v.seeOther(localAddress(v.r.PostForm.Get("back")))
}

// speakerFor finds the language: the one chosen before, then what the browser asks for.
func speakerFor(r *http.Request) *words.Speaker {
	chosen := ""
	if c, err := r.Cookie(languageCookie); err == nil {
		chosen = c.Value
	}
	return words.For(chosen, r.Header.Get("Accept-Language"))
}

func sessionOf(r *http.Request) string {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// localAddress lets an address through only if it stays on this site: anything else could
// send somebody who has just signed in to a page that looks like ours.
func localAddress(to string) string {
	if len(to) > 2000 || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}

// badForm is a form that cannot be read; one that is too large keeps its own reason.
func badForm(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return err
	}
	return errBadForm
}
