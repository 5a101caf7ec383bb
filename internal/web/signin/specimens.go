package signin

import (
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are the pages of coming in: each as it is first shown, and as it is shown when it was refused.
func Specimens() []page.Specimen {
	return []page.Specimen{
		{Name: "sign-in/first", Show: func(f page.Frame) templ.Component {
			f.Official = nil
			return formPage(f, Form{Next: "/"})
		}},
		{Name: "sign-in/refused", Show: func(f page.Frame) templ.Component {
			f.Official = nil
			form := Form{Next: "/", Form: page.Form{Values: map[string][]string{"name": {page.ScriptName}, "password": {"never shown"}}}}
			form.Form.Mend("name", f.Say("refusal.sign-in-refused"))
			return formPage(f, form)
		}},
		{Name: "sign-in/code-and-provider", Show: func(f page.Frame) templ.Component {
			f.Official = nil
			form := Form{Next: "/", Code: true, Provider: true, Passkey: true}
			form.Form.Mend("code", f.Say("refusal.code-needed"))
			return formPage(f, form)
		}},
		{Name: "sign-in/unlock", Show: func(f page.Frame) templ.Component {
			f.Official = nil
			return unlockPage(f, Form{Next: "/", Code: true, Passkey: true})
		}},
		{Name: "sign-in/second-factor", Show: func(f page.Frame) templ.Component {
			return factorPage(f, fullFactor(f))
		}},
		{Name: "sign-in/second-factor-new", Show: func(f page.Frame) templ.Component {
			p := fullFactor(f)
			p.Since, p.Passkeys, p.Done = time.Time{}, nil, f.Say("page.account.done-removed")
			return factorPage(f, p)
		}},
		{Name: "sign-in/second-factor-last", Show: func(f page.Frame) templ.Component {
			p := fullFactor(f)
			p.Since, p.Passkeys, p.Last = time.Time{}, p.Passkeys[:1], true
			return factorPage(f, p)
		}},
		{Name: "sign-in/passkey-refused", Show: func(f page.Frame) templ.Component {
			p := fullFactor(f)
			p.Keys = KeyForm{Of: p.Passkeys[1].ID, Form: page.Form{Values: map[string][]string{"name": {""}}}}
			p.Keys.Form.Mend("name", f.Say("refusal.name-missing"))
			return factorPage(f, p)
		}},
		{Name: "sign-in/code-refused", Show: func(f page.Frame) templ.Component {
			p := Factor{Form: page.Form{Values: map[string][]string{"code": {"123456"}}}}
			p.Form.Mend("code", f.Say("refusal.code-wrong"))
			return factorPage(f, p)
		}},
		{Name: "sign-in/new-service", Show: func(f page.Frame) templ.Component {
			f.Official = nil
			first := First{Link: "abcdefghijklmnopqrstuvwxyz234567", Form: page.Form{Values: map[string][]string{"fullName": {page.LongName}}}}
			first.Form.Mend("name", f.Say("refusal.link-refused"))
			return firstPage(f, first)
		}},
		{Name: "sign-in/by-link", Show: func(f page.Frame) templ.Component {
			f.Official = nil
			return linkPage(f, Link{Code: "abcdefghijklmnopqrstuvwxyz234567"})
		}},
		{Name: "sign-in/by-link-refused", Show: func(f page.Frame) templ.Component {
			f.Official = nil
			l := Link{Form: page.Form{Values: map[string][]string{"code": {page.ScriptName}}}}
			l.Form.Mend("code", f.Say("refusal.link-refused"))
			return linkPage(f, l)
		}},
		{Name: "sign-in/by-halves", Show: func(f page.Frame) templ.Component {
			f.Official = nil
			form := page.Form{Values: map[string][]string{"name": {page.RightToLeft}, "first": {page.ScriptName}}}
			form.Mend("first", f.Say("refusal.link-refused"))
			return recoverPage(f, form)
		}},
		{Name: "sign-in/sessions", Show: func(f page.Frame) templ.Component {
			return sessionsPage(f, Sessions{[]access.Session{{ID: "0a", Started: page.StillNow.Add(-3 * time.Hour), Address: "10.1.2.3", Agent: page.ScriptName, Method: "passkey", Seen: page.StillNow, Current: true},
				{ID: "0b", Started: page.StillNow.Add(-9 * time.Hour), Address: "2001:db8::/64", Agent: page.LongName[:300], Method: "password-code", Seen: page.StillNow.Add(-time.Hour), Locked: true},
				{ID: "0c", Started: page.StillNow.Add(-11 * time.Hour), Address: "10.1.2.4", Agent: "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", Method: "password", Seen: page.StillNow}}})
		}},
	}
}

func fullFactor(f page.Frame) Factor {
	const uri = "otpauth://totp/Habeas:jefe?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	return Factor{Passkey: true, Since: f.Now.AddDate(0, -1, 0), Passkeys: []access.Passkey{{ID: "a", Name: page.ScriptName, Added: f.Now.Add(-time.Hour), Used: f.Now}, {ID: "b", Name: page.RightToLeft, Added: f.Now}},
		Picture: pictureOf(uri), Enrolment: access.Enrolment{Secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", URI: uri}}
}
