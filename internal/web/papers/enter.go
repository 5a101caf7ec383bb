package papers

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Bounds of a sheet as it is typed here.
const (
	maxSheet = 512 << 10 // bytes: twelve lines of the longest names
	Rows     = 12        // lines of the printed form
)

// Sheet is the page on which a form on paper is typed, line by line.
type Sheet struct {
	Form   page.Form
	Done   string // number of the form that was entered just now
	Lines  int    // how many of it
	Admits bool   // the official may take in whoever arrived
}

func entryText(n int64) string { return strconv.FormatInt(n, 10) }

// field is the name of a field of one row.
func field(name string, row int) string { return name + "-" + strconv.Itoa(row) }

func (p *pages) ask(v *page.Visit) error {
	q := v.R.URL.Query()
	lines, err := strconv.Atoi(q.Get("lines"))
	if err != nil {
		lines = 0
	}
	sheet := Sheet{Done: q.Get("done"), Lines: lines}
	if form := q.Get("form"); form != "" { // scanned from the sheet
		sheet.Form.Values = url.Values{"form": {form}}
	}
	return p.sheet(v, http.StatusOK, sheet)
}

func (p *pages) sheet(v *page.Visit, status int, s Sheet) error {
	s.Admits = v.May(custody.AdmitPeople) == nil
	return v.Show(status, sheetPage(v.Frame("papers", v.Say("page.papers.enter-title"), ""), s))
}

// enter takes what was typed of a form. What cannot be read is said beside its row, and nothing is entered.
func (p *pages) enter(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	form := v.Sent()
	zone := v.Frame("papers", "", "").Zone
	facts, rows := typed(v, &form, zone)
	if len(facts) == 0 && len(form.Faults) == 0 {
		form.Mend("line-1", v.Say("page.papers.nothing-typed"))
	}
	if len(form.Faults) > 0 {
		return p.sheet(v, http.StatusUnprocessableEntity, Sheet{Form: form})
	}
	number := v.Typed("form")
	_, err := p.roll.EnterForm(v.R.Context(), v.Command(), number, v.Typed("hand"), facts)
	if refused(v, &form, err, rows) {
		return p.sheet(v, http.StatusUnprocessableEntity, Sheet{Form: form})
	}
	if err != nil {
		return err
	}
	return v.SeeOther("/papers/enter?done=" + url.QueryEscape(number) + "&lines=" + strconv.Itoa(len(facts)))
}

// typed reads the rows in which something was typed. rows says in which row each line of the form stands.
func typed(v *page.Visit, form *page.Form, zone *time.Location) (facts []custody.PaperFact, rows map[string]int) {
	rows = map[string]int{}
	for _, name := range []string{"form", "hand"} {
		if v.Typed(name) == "" {
			form.Mend(name, v.Say("page.papers."+name+"-missing"))
		}
	}
	for row := 1; row <= Rows; row++ {
		get := func(name string) string { return v.Typed(field(name, row)) }
		if get("what")+get("person")+get("place")+get("happened")+get("note")+get("family")+get("given") == "" {
			continue
		}
		line, err := strconv.Atoi(get("line"))
		if err != nil {
			form.Mend(field("line", row), v.Say("page.papers.line-missing"))
			continue
		}
		if _, twice := rows[strconv.Itoa(line)]; twice {
			form.Mend(field("line", row), v.Say("page.papers.line-twice", "line", line))
			continue
		}
		at, err := time.ParseInLocation("2006-01-02T15:04", strings.Replace(get("happened"), " ", "T", 1), zone)
		if err != nil {
			form.Mend(field("happened", row), v.Say("page.papers.time-missing", "line", line))
			continue
		}
		if get("what") == "" {
			form.Mend(field("what", row), v.Say("page.papers.what-missing", "line", line))
			continue
		}
		rows[strconv.Itoa(line)] = row
		facts = append(facts, custody.PaperFact{Line: line, What: custody.Happening(get("what")), Person: get("person"), Place: get("place"), Happened: at, Note: get("note"),
			FamilyNames: get("family"), GivenNames: get("given"), Sex: get("sex")})
	}
	return facts, rows
}

// beside says which field of a row a refusal is about.
var beside = map[string]string{
	"unknown-person": "person", "prison-number-malformed": "person", "prison-number-check": "person", "unknown-place": "place", "place-holds-nobody": "place", "happening-unknown": "what",
	"paper-line-entered": "line", "paper-line-absurd": "line", "name-missing": "family", "sex-unknown": "sex",
}

// refused puts what was refused beside the rows that it is about, and reports whether anything was.
func refused(v *page.Visit, form *page.Form, err error, rows map[string]int) bool {
	r, is := custody.RefusalOf(err)
	if !is || r.Reason == custody.Forbidden {
		return false
	}
	for _, one := range r.Also {
		at := ""
		if row := rows[one.Params["row"]]; row > 0 {
			name := beside[one.Code]
			if name == "" {
				name = "line"
			}
			at = field(name, row)
		}
		form.Faults = append(form.Faults, page.Fault{Field: at, Text: page.SayRefusal(v.Speaker, one), Mend: page.SayMend(v.Speaker, one)})
	}
	if len(r.Also) == 0 {
		form.Take(v.Speaker, err, map[string]string{"code-malformed": "form"})
	}
	return true
}
