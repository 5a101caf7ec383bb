package page

import (
	"net/http"
	"strings"

	"habeas.example/habeas/internal/words"
)

// Names of the cookies. The API reads the session's too.
const (
	sessionCookie  = "habeas_session"
	secureCookie   = "__Host-" + sessionCookie // where the line is encrypted: no other host can plant it
	languageCookie = "habeas_language"
	wallCookie     = "habeas_wall"
)

const aYear = 365 * 24 * 3600

// SessionOf returns the token of the session that a request belongs to; empty: none.
func SessionOf(r *http.Request) string {
	if r.TLS != nil {
		return cookie(r, secureCookie)
	}
	return cookie(r, sessionCookie)
}

func sessionCookieOf(r *http.Request) string {
	if r.TLS != nil {
		return secureCookie
	}
	return sessionCookie
}

// KeepSession gives the browser the token of its session, until it is closed.
func (v *Visit) KeepSession(token string) {
	http.SetCookie(v.W, &http.Cookie{Name: sessionCookieOf(v.R), Value: token, Path: "/", HttpOnly: true, Secure: v.R.TLS != nil, SameSite: http.SameSiteStrictMode})
}

// ForgetSession takes the token from the browser.
func (v *Visit) ForgetSession() {
	http.SetCookie(v.W, &http.Cookie{Name: sessionCookieOf(v.R), Path: "/", MaxAge: -1, HttpOnly: true, Secure: v.R.TLS != nil, SameSite: http.SameSiteStrictMode})
}

// KeepLanguage keeps the language that somebody chose for a year.
func (v *Visit) KeepLanguage(wish string) { v.keep(languageCookie, words.For(wish).Tag().String()) }

// OnWall reports whether the page is shown on a wall: as its address says now (?wall=1, or 0), or as it last said.
func (v *Visit) OnWall() bool {
	wish := v.R.URL.Query().Get("wall")
	if wish != "0" && wish != "1" {
		return cookie(v.R, wallCookie) == "1"
	}
	v.keep(wallCookie, wish)
	return wish == "1"
}

func (v *Visit) keep(name, value string) {
	http.SetCookie(v.W, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: aYear, HttpOnly: true, Secure: v.R.TLS != nil, SameSite: http.SameSiteLaxMode})
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// speakerFor finds the language: the one chosen before, then what the browser asks for.
func speakerFor(r *http.Request) *words.Speaker {
	return words.For(cookie(r, languageCookie), r.Header.Get("Accept-Language"))
}

// LocalAddress lets an address through only if it stays on this site: anything else could send somebody who has just signed
// in to a page that looks like ours.
func LocalAddress(to string) string {
	if len(to) > 2000 || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}
