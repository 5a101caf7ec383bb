// Package discrepancies is the pages of what facts say against the record, until somebody answers for it by name.
package discrepancies

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

type pages struct {
	*page.Door
	roll *roll.Desk
}

// Add adds the pages of discrepancies to the door.
func Add(d *page.Door, roll *roll.Desk) {
	p := &pages{d, roll}
	d.Section(page.Section{Name: "discrepancies", Address: "/discrepancies", Within: "today", Needs: custody.ReadRecords})
	d.Permitted(custody.ReadRecords, "GET /discrepancies", p.show)
	d.Permitted(custody.ResolveDisputes, "POST /discrepancies/{id}/resolution", p.resolve)
}

// Discrepancy is a discrepancy with the names that its codes stand for.
type Discrepancy struct {
	*custody.Discrepancy
	Name       string // of the person
	ResolvedBy string // full name
}

// Group is those of one kind that stand open.
type Group struct {
	Kind   string
	Open   int
	Oldest Discrepancy
}

// List is the page: the open ones, worst and oldest first; or all, newest first, the open ones before the others.
type List struct {
	List     []Discrepancy
	Open     int // of the kind that is asked for, if one is
	OnlyOpen bool
	Kind     string  // the one that is asked for; empty: every kind
	Kinds    []Group // what stands open
	Pages    page.Pages
	Done     string    // that was resolved just now
	Failed   string    // whose resolution was refused
	Form     page.Form // as it was refused
}

// Named reads the names that the codes of discrepancies stand for.
func Named(b *book.Book, list []*custody.Discrepancy) []Discrepancy {
	named := make([]Discrepancy, 0, len(list))
	b.Read(func(s *custody.State) {
		for _, one := range list {
			full := Discrepancy{Discrepancy: one, Name: page.PersonIn(s, one.Person)}
			if one.Resolved() {
				full.ResolvedBy = page.OfficialIn(s, one.Resolution.By)
			}
			named = append(named, full)
		}
	})
	return named
}

// ByKind puts those that stand open together by kind: what is most at stake first, and of that what has stood longest.
func ByKind(b *book.Book, list []*custody.Discrepancy) []Group {
	var oldest []*custody.Discrepancy
	count := map[string]int{}
	for _, one := range worstFirst(list) {
		if one.Resolved() {
			continue
		}
		if count[one.Kind]++; count[one.Kind] == 1 {
			oldest = append(oldest, one)
		}
	}
	groups := make([]Group, len(oldest))
	for i, named := range Named(b, oldest) {
		groups[i] = Group{Kind: named.Kind, Open: count[named.Kind], Oldest: named}
	}
	return groups
}

// worstFirst returns a list in the order in which they should be answered for: the open ones first, of these what is most at
// stake, and of that what has stood longest.
func worstFirst(list []*custody.Discrepancy) []*custody.Discrepancy {
	return slices.SortedStableFunc(slices.Values(list), func(a, b *custody.Discrepancy) int {
		if a.Resolved() != b.Resolved() {
			return map[bool]int{true: 1, false: -1}[a.Resolved()]
		}
		return cmp.Or(cmp.Compare(custody.GravityOf(b.Kind), custody.GravityOf(a.Kind)), a.Since.Compare(b.Since), cmp.Compare(a.Entry, b.Entry))
	})
}

func (p *pages) show(v *page.Visit) error {
	return p.list(v, http.StatusOK, List{Done: v.R.URL.Query().Get("done")})
}

func (p *pages) list(v *page.Visit, status int, l List) error {
	q := v.R.URL.Query()
	q.Del("done")
	l.OnlyOpen, l.Kind = q.Get("all") == "", q.Get("kind")
	all := p.roll.SeenBy(v.Official.Name).Discrepancies(l.OnlyOpen)
	l.Kinds = ByKind(p.Book, all)
	if l.OnlyOpen {
		all = worstFirst(all)
	}
	if custody.GravityOf(l.Kind) == 0 {
		l.Kind = "" // what is no kind is not asked for
	} else {
		all = slices.DeleteFunc(all, func(d *custody.Discrepancy) bool { return d.Kind != l.Kind })
	}
	for _, one := range all {
		if !one.Resolved() {
			l.Open++
		}
	}
	// The form that was refused comes first, with what was typed; else the one that a link leads to.
	if at := slices.IndexFunc(all, func(d *custody.Discrepancy) bool { return d.ID == cmp.Or(l.Failed, q.Get("first")) }); at > 0 {
		all = slices.Insert(slices.Delete(slices.Clone(all), at, at+1), 0, all[at])
	}
	l.Pages = page.Paged("/discrepancies", q, len(all), page.PageSize)
	l.List = Named(p.Book, page.Cut(all, l.Pages))
	return v.Show(status, listPage(v.Frame("discrepancies", v.Say("page.discrepancies.title"), ""), l))
}

// resolve records how a named official answers for a discrepancy.
func (p *pages) resolve(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	id, form := v.R.PathValue("id"), v.Sent()
	_, err := p.roll.Resolve(v.R.Context(), v.Command(), id, v.Typed("explanation"))
	switch refusal, refused := custody.RefusalOf(err); {
	case refused && refusal.Reason == custody.Invalid:
		form.Take(v.Speaker, err, map[string]string{"explanation-missing": "explanation"})
		return p.list(v, http.StatusUnprocessableEntity, List{Failed: id, Form: form})
	case err != nil:
		return err
	}
	return v.SeeOther("/discrepancies?done=" + url.QueryEscape(id))
}

// particular is one more thing that a discrepancy says: a parameter's name in the catalogue and its value.
type particular struct{ Field, Value string }

// particulars are what a discrepancy says besides whom it is about, by field.
func particulars(f page.Frame, one Discrepancy) []particular {
	var list []particular
	for field, value := range one.Params {
		if field == "person" || field == "transfer" || value == one.Vehicle || value == one.Place {
			continue // said already
		}
		list = append(list, particular{field, f.SayValue(field, value, f.Zone)})
	}
	slices.SortFunc(list, func(a, b particular) int { return strings.Compare(a.Field, b.Field) })
	return list
}

// explanationOf is the field in which a discrepancy is answered for; each on the page has one of its own.
func explanationOf(f page.Frame, one Discrepancy) page.Field {
	return page.Field{Name: "explanation", Within: one.ID, Label: f.Say("page.discrepancies.explanation"),
		Hint: f.Say("page.discrepancies.explanation-hint", "official", f.Official.FullName), Max: 4000, Spoken: true}
}

// formOf is the form of one of those on the page: what was typed, if it is the one that was refused.
func (l List) formOf(one Discrepancy) page.Form {
	if l.Failed == one.ID {
		return l.Form
	}
	return page.Form{}
}

// tabs lead from the open ones to all, and keep to the kind that is asked for.
func (l List) tabs(f page.Frame) []page.Tab {
	open, all := "/discrepancies", "/discrepancies?all=1"
	if l.Kind != "" {
		open, all = page.DiscrepanciesAddress(l.Kind), page.DiscrepanciesAddress(l.Kind)+"&all=1"
	}
	return []page.Tab{{Text: f.Say("page.discrepancies.show-open"), Address: open, Current: l.OnlyOpen},
		{Text: f.Say("page.discrepancies.show-all"), Address: all, Current: !l.OnlyOpen}}
}
