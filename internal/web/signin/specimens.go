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
			return factorPage(f, Factor{Passkey: true, Passkeys: []access.Passkey{{Name: page.ScriptName, Added: f.Now.Add(-time.Hour)}, {Name: page.RightToLeft, Added: f.Now}}, Enrolment: access.Enrolment{Secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", URI: "otpauth://totp/Habeas:jefe?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}})
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
			return sessionsPage(f, Sessions{[]access.Session{{ID: "0a", Started: page.StillNow.Add(-3 * time.Hour), Address: "10.1.2.3", Agent: page.ScriptName, Current: true},
				{ID: "0b", Started: page.StillNow.Add(-9 * time.Hour), Address: "2001:db8::/64", Agent: page.LongName[:300]}}})
		}},
	}
}
