package counts

import (
	"net/http"
	"strconv"
	"strings"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Rules is the page of the settings of counts, establishment by establishment.
type Rules struct {
	List    []Setting
	Refused string // whose form was refused
	Form    page.Form
	Done    string
}

// Setting is an establishment's settings with its name, and who signed them.
type Setting struct {
	custody.CountRules
	Of     page.Place
	Signer string
}

func (p *pages) rules(v *page.Visit) error {
	return p.rulesPage(v, http.StatusOK, Rules{Done: v.R.URL.Query().Get("done")})
}

func (p *pages) rulesPage(v *page.Visit, status int, r Rules) error {
	list := p.count.Rules()
	p.Book.Read(func(s *custody.State) {
		for _, one := range list {
			r.List = append(r.List, Setting{one, page.PlaceIn(s, one.Establishment), page.OfficialIn(s, one.SignedBy)})
		}
	})
	f := v.Frame("count-rules", v.Say("page.counts.rules"), "")
	f.Trail = trail(v)
	return v.Show(status, rulesPage(f, r))
}

// order signs the settings of one establishment.
func (p *pages) order(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	form := v.Sent()
	r := custody.CountRules{Establishment: v.Typed("establishment"), Times: strings.FieldsFunc(v.Typed("times"), func(c rune) bool { return c == ' ' || c == ',' || c == ';' }), Reason: v.Typed("reason")}
	for name, value := range map[string]*int{"window": &r.Window, "floor": &r.Floor, "apart": &r.Apart} {
		n, err := strconv.Atoi(v.Typed(name))
		if err != nil || n == 0 {
			form.Mend(name, v.Say("page.counts.number-missing"))
			continue
		}
		*value = n
	}
	if len(form.Faults) > 0 {
		return p.rulesPage(v, http.StatusUnprocessableEntity, Rules{Refused: r.Establishment, Form: form})
	}
	if _, err := p.count.Order(v.R.Context(), v.Command(), r); err != nil {
		if !form.Take(v.Speaker, err, map[string]string{"count-rules-reason": "reason", "count-time-malformed": "times"}) {
			return err
		}
		return p.rulesPage(v, page.StatusOf(err), Rules{Refused: r.Establishment, Form: form})
	}
	return v.SeeOther("/counts/rules?done=" + r.Establishment)
}

// formOf is an establishment's form: what was typed, if it is the one that was refused.
func (r Rules) formOf(one Setting) page.Form {
	if r.Refused == one.Establishment {
		return r.Form
	}
	return page.Form{}
}
