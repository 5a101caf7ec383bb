package counts

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Slip is the form in which one counter states what they found on one landing. It is made of what the desk gives for a slip
// on paper, which never holds what is expected.
type Slip struct {
	count.SlipForm
	Known   bool // whoever fills it in sees what is expected: they only copy another hand's paper
	Counted int  // cells of the landing
	Form    page.Form
}

// Named reports whether the people are stated by name.
func (s Slip) Named() bool { return s.Kind == custody.NamedCount }

func (p *pages) askForSlip(v *page.Visit) error {
	return p.slipPage(v, http.StatusOK, v.R.URL.Query().Get("landing"), page.Form{})
}

func (p *pages) slipPage(v *page.Visit, status int, landing string, form page.Form) error {
	f, err := p.countFrame(v)
	if err != nil {
		return err
	}
	forms, err := p.count.Slips(v.R.PathValue("id"), landing)
	if err != nil {
		return err
	}
	if landing == "" || len(forms) == 0 {
		return custody.Unknown("place", landing)
	}
	s := Slip{SlipForm: forms[0], Known: !p.count.MayCount(v.Official.Name), Counted: len(forms[0].Cells), Form: form}
	f.Trail = append(f.Trail, page.Link{Text: f.Title, Address: page.CountAddress(s.Count)})
	f.Title, f.Stream = v.Say("page.counts.slip-of", "landing", s.Name), ""
	return v.Show(status, slipPage(f, s))
}

// give records a slip. What was counted is a fact: only a slip that cannot be is refused.
func (p *pages) give(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	f, err := p.countFrame(v)
	if err != nil {
		return err
	}
	form, landing := v.Sent(), v.Typed("landing")
	r := count.Result{Landing: landing, Hand: v.Typed("hand"), Address: hostOf(v.R.RemoteAddr), Source: custody.TypedSlip}
	if v.Typed("paper") != "" {
		r.Source = custody.PaperSlip
	}
	counted, ok := page.TimeTyped(v.Typed("counted"), f.Zone)
	if !ok {
		form.Mend("counted", v.Say("page.form.bad-time"))
	}
	r.Counted = counted
	if v.R.PostForm.Has("number") {
		n, err := strconv.Atoi(v.Typed("number"))
		if err != nil {
			form.Mend("number", v.Say("page.counts.number-missing"))
		}
		r.Number = &n
	} else {
		r.People, r.Strangers = strings.Fields(strings.ToUpper(v.R.PostForm.Get("people"))), lines(v.R.PostForm.Get("strangers"))
	}
	if len(form.Faults) == 0 {
		_, err = p.count.Give(v.R.Context(), v.Command(), v.R.PathValue("id"), r)
		if err == nil {
			return v.SeeOther(page.CountAddress(v.R.PathValue("id")) + "?" + url.Values{"done": {"slip"}, "landing": {landing}}.Encode())
		}
		fields := map[string]string{"slip-number-absurd": "number", "slip-before-opening": "counted", "slip-names-twice": "people", "slip-of-another": "hand", "hand-not-blind": "hand",
			"unknown-official": "hand", "malformed-number": "people", "time-in-the-future": "counted"}
		if !form.Take(v.Speaker, err, fields) {
			return err
		}
		return p.slipPage(v, page.StatusOf(err), landing, form)
	}
	return p.slipPage(v, http.StatusUnprocessableEntity, landing, form)
}

// lines are the lines of a text that say something.
func lines(text string) []string {
	list := []string{}
	for line := range strings.SplitSeq(strings.ToValidUTF8(text, "\uFFFD"), "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// hostOf is the machine of an address.
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}

// Sheet is a count as it is printed, landing by landing.
type Sheet struct {
	count.Sheet
	At    time.Time
	Entry int64
}

func (p *pages) sheet(v *page.Visit) error {
	f, err := p.countFrame(v)
	if err != nil {
		return err
	}
	sheet, err := p.count.Sheet(v.R.PathValue("id"), v.Official.Name, v.Now)
	if err != nil {
		return err
	}
	f.Trail = append(f.Trail, page.Link{Text: f.Title, Address: page.CountAddress(sheet.ID)})
	f.Title, f.Stream = v.Say("page.counts.sheet", "count", sheet.ID), ""
	return v.Show(http.StatusOK, sheetPage(f, Sheet{sheet, v.Now, p.Book.Size()}))
}

// SlipForms are slips to be filled in by hand, as they are printed: some of them a page, so that 2,000 landings print in parts.
type SlipForms struct {
	Count string
	List  []count.SlipForm
	Pages page.Pages
}

// slipsPrinted is how many slips one printed page of the browser has: two for each of a hundred landings.
const slipsPrinted = 200

func (p *pages) slipForms(v *page.Visit) error {
	f, err := p.countFrame(v)
	if err != nil {
		return err
	}
	q, id := v.R.URL.Query(), v.R.PathValue("id")
	forms, err := p.count.Slips(id, q.Get("landing"))
	if err != nil {
		return err
	}
	s := SlipForms{Count: id, Pages: page.Paged(page.CountAddress(id)+"/slip-forms", q, len(forms), slipsPrinted)}
	s.List = page.Cut(forms, s.Pages)
	f.Trail = append(f.Trail, page.Link{Text: f.Title, Address: page.CountAddress(id)})
	f.Title, f.Stream = v.Say("page.counts.slip-forms"), ""
	return v.Show(http.StatusOK, slipFormsPage(f, s))
}
