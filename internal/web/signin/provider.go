package signin

import (
	"net/http"
	"net/url"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// stateCookie holds, while somebody is at the provider, what must come back with them. It
// is lax, since they come back from another site.
const stateCookie = "habeas_provider"

// Onward is the page that leads on from the provider. A redirect would still count as
// coming from the other site, and the browser would keep the session's cookie to itself.
type Onward struct{ Next string }

func (p *pages) askProvider(v *page.Visit) error {
	token := ""
	if v.R.URL.Query().Get("again") != "" {
		token = page.SessionOf(v.R)
	}
	address, state, err := p.Access.AskProvider(v.R.Context(), token, page.LocalAddress(v.R.URL.Query().Get("next")))
	if refusal, ok := custody.RefusalOf(err); ok {
		form := Form{Provider: true}
		form.Form.Mend("name", page.SayRefusal(v.Speaker, refusal))
		return v.Show(http.StatusServiceUnavailable, formPage(v.Frame("", v.Say("page.sign-in.title"), ""), form))
	}
	if err != nil {
		return err
	}
	http.SetCookie(v.W, &http.Cookie{Name: stateCookie, Value: state, Path: "/sign-in/provider", MaxAge: 300, HttpOnly: true, Secure: v.R.TLS != nil, SameSite: http.SameSiteLaxMode})
	return v.SeeOther(address)
}

func (p *pages) returnFromProvider(v *page.Visit) error {
	q, kept := v.R.URL.Query(), ""
	if c, err := v.R.Cookie(stateCookie); err == nil {
		kept = c.Value
	}
	http.SetCookie(v.W, &http.Cookie{Name: stateCookie, Path: "/sign-in/provider", MaxAge: -1, HttpOnly: true, Secure: v.R.TLS != nil, SameSite: http.SameSiteLaxMode})
	token, next, err := p.Access.ReturnFromProvider(v.R.Context(), kept, q.Get("state"), q.Get("code"), v.Source())
	if refusal, ok := custody.RefusalOf(err); ok {
		form := Form{Provider: true}
		form.Form.Mend("name", page.SayRefusal(v.Speaker, refusal))
		return v.Show(refusedStatus(v, refusal), formPage(v.Frame("", v.Say("page.sign-in.title"), ""), form))
	}
	if err != nil {
		return err
	}
	v.KeepSession(token)
	v.W.Header().Set("Refresh", "0; url="+(&url.URL{Path: next}).String())
	return v.Show(http.StatusOK, onwardPage(v.Frame("", v.Say("page.sign-in.title"), ""), Onward{page.LocalAddress(next)}))
}
