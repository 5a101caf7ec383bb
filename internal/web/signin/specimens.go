package signin

import (
	"github.com/a-h/templ"

	"habeas.example/habeas/internal/web/page"
)

// Specimens are the page that asks who one is, and the same when it was not so.
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
	}
}
