package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
)

// dispute is a discrepancy with the names that its codes stand for.
type dispute struct {
	*custody.Discrepancy
	Name       string // of the person
	ResolvedBy string // full name
}

// discrepanciesPage lists what facts say against the record, open ones first.
type discrepanciesPage struct {
	List     []dispute
	Open     int
	OnlyOpen bool
	Pages    pages
	Done     string // that was resolved just now
	Failed   string // whose resolution was refused
	Typed    string // the explanation that was refused
	Why      string
	Mend     string
}

func (d *door) disputesOf(list []*custody.Discrepancy) []dispute {
	disputes := make([]dispute, 0, len(list))
	d.Book.Read(func(s *custody.State) {
		for _, one := range list {
			full := dispute{Discrepancy: one}
			if p := s.People.Get(one.Person); p != nil {
				full.Name = p.FullName()
			}
			if one.Resolved() {
				full.ResolvedBy = officialName(s, one.Resolution.By)
			}
			disputes = append(disputes, full)
		}
	})
	return disputes
}

func (d *door) discrepancies(v *visit) error {
	return d.showDiscrepancies(v, http.StatusOK, discrepanciesPage{Done: v.r.URL.Query().Get("done")})
}

func (d *door) showDiscrepancies(v *visit, status int, p discrepanciesPage) error {
	q := v.r.URL.Query()
	q.Del("done")
	p.OnlyOpen = q.Get("all") == ""
	all := d.Roll.Discrepancies(p.OnlyOpen)
	for _, one := range all {
		if !one.Resolved() {
			p.Open++
		}
	}
	if p.Failed != "" { // the form that was refused comes first, with what was typed
		slices.SortStableFunc(all, func(a, b *custody.Discrepancy) int {
			switch p.Failed {
			case a.ID:
				return -1
			case b.ID:
				return 1
			}
			return 0
		})
	}
	p.Pages = paged("/discrepancies", q, len(all), pageSize)
	p.List = d.disputesOf(cut(all, p.Pages))
	return v.show(status, discrepancyList(d.frame(v, "discrepancies", v.speaker.Say("page.discrepancies.title", nil), ""), p))
}

// resolve records how a named official answers for a discrepancy.
func (d *door) resolve(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return badForm(err)
	}
	id, explanation := v.r.PathValue("id"), v.r.PostForm.Get("explanation")
	_, err := d.Roll.Resolve(v.r.Context(), v.command(), id, oneLine(explanation))
	if refusal, ok := custody.RefusalOf(err); ok && refusal.Reason == custody.Invalid {
		t := refusalIn(v.speaker, refusal)
		return d.showDiscrepancies(v, t.Status, discrepanciesPage{Failed: id, Typed: explanation, Why: t.What, Mend: t.Mend})
	}
	if err != nil {
		return err
	}
	return v.seeOther("/discrepancies?done=" + url.QueryEscape(id))
}

// oneLine joins the lines of a text area: the record holds no control characters.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// overduePage lists everybody held past the last live authority, longest first.
type overduePage struct {
	List  []overdueRow
	Pages pages
}

type overdueRow struct {
	roll.OverdueRelease
	Place, Establishment place
}

func (d *door) overdue(v *visit) error {
	all := d.Roll.Overdue(v.now)
	p := overduePage{Pages: paged("/overdue", v.r.URL.Query(), len(all), pageSize)}
	d.Book.Read(func(s *custody.State) {
		for _, o := range cut(all, p.Pages) {
			p.List = append(p.List, overdueRow{o, placeIn(s, o.Place), placeIn(s, o.Establishment)})
		}
	})
	return v.show(http.StatusOK, overdueList(d.frame(v, "overdue", v.speaker.Say("page.overdue.title", nil), ""), p))
}

func newestFirst(list []*custody.Discrepancy) []*custody.Discrepancy {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// saidBy is what a discrepancy says besides whom it is about, by field.
func saidBy(f frame, one dispute) []fact {
	var list []fact
	for field, value := range one.Params {
		if field == "person" || field == "transfer" || value == one.Vehicle || value == one.Place {
			continue // said already
		}
		list = append(list, fact{field, sayValue(f.Speaker, field, value, f.Zone)})
	}
	slices.SortFunc(list, func(a, b fact) int { return strings.Compare(a.Field, b.Field) })
	return list
}
