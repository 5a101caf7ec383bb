package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/names"
)

// Query picks people from the roll of a transfer's establishment of origin. An empty field
// asks for nothing.
type Query struct {
	Under string              `json:"under,omitempty" doc:"A place: people in it or in places inside it. Empty: the whole establishment of origin."`
	Legal custody.LegalStatus `json:"legal,omitempty" doc:"Legal status, e.g. untried."`
	Sex   string              `json:"sex,omitempty" doc:"M, F or X."`
	Age   string              `json:"age,omitempty" doc:"adult or child (under 18), by birth date or stated age."`
	Court string              `json:"court,omitempty" doc:"In the name of the body that issued a live authority."`
	Case  string              `json:"case,omitempty" doc:"In the case of a live authority."`
	Order string              `json:"order,omitempty" doc:"number, name, place or since; number when empty."`
	Limit int                 `json:"limit,omitempty" doc:"How many at most, 1 to 5,000; 5,000 when 0."`
}

// ParseQuery reads a query as it is written on a command line: "under=PSM-S1; legal=untried; limit=200".
func ParseQuery(text string) (Query, error) {
	var q Query
	if len(text) > 1000 {
		return q, custody.InvalidInput("text-too-long", "field", "query", "max", "1000")
	}
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		key, value, _ := strings.Cut(part, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch key {
		case "under":
			q.Under = value
		case "legal":
			q.Legal = custody.LegalStatus(value)
		case "sex":
			q.Sex = value
		case "age":
			q.Age = value
		case "court":
			q.Court = value
		case "case":
			q.Case = value
		case "order":
			q.Order = value
		case "limit":
			n, err := strconv.Atoi(value)
			if err != nil || n == 0 {
				return q, custody.InvalidInput("query-value", "field", key, "value", value)
			}
			q.Limit = n
		default:
			return q, custody.InvalidInput("query-field-unknown", "field", key)
		}
	}
	return q, nil
}

// String is the query as ParseQuery reads it; the manifest keeps it as its source.
func (q Query) String() string {
	var parts []string
	for _, f := range [][2]string{{"under", q.Under}, {"legal", string(q.Legal)}, {"sex", q.Sex}, {"age", q.Age}, {"court", q.Court}, {"case", q.Case}, {"order", q.Order}} {
		if f[1] != "" {
			parts = append(parts, f[0]+"="+f[1])
		}
	}
	return strings.Join(append(parts, "limit="+strconv.Itoa(q.Limit)), "; ")
}

// orders are the orders in which people can be picked.
var orders = []string{"number", "name", "place", "since"}

// check refuses a query that asks for what there is not, and fills in what it leaves open.
func (q Query) check(s *custody.State, t *custody.Transfer) (Query, error) {
	if q.Order == "" {
		q.Order = "number"
	}
	if q.Limit == 0 {
		q.Limit = custody.MaxManifest
	}
	statuses := []custody.LegalStatus{"", custody.NoAuthority, custody.Untried, custody.Convicted, custody.InPolice, custody.Extraditing}
	for _, f := range []struct {
		field, value string
		ok           bool
	}{
		{"limit", strconv.Itoa(q.Limit), q.Limit > 0 && q.Limit <= custody.MaxManifest},
		{"order", q.Order, slices.Contains(orders, q.Order)},
		{"legal", string(q.Legal), slices.Contains(statuses, q.Legal)},
		{"sex", q.Sex, slices.Contains([]string{"", "M", "F", "X"}, q.Sex)},
		{"age", q.Age, slices.Contains([]custody.AgeClass{"", custody.Adult, custody.Child}, custody.AgeClass(q.Age))},
		{"court", q.Court, len(q.Court) <= 80 && !strings.Contains(q.Court, ";")},
		{"case", q.Case, len(q.Case) <= 80 && !strings.Contains(q.Case, ";")},
	} {
		if !f.ok {
			return q, custody.InvalidInput("query-value", "field", f.field, "value", f.value)
		}
	}
	if q.Under == "" {
		q.Under = t.From
	}
	p := s.Places.Get(q.Under)
	if p == nil {
		return q, custody.Unknown("place", q.Under)
	}
	if p.Establishment != t.From {
		return q, &custody.Refusal{Code: "other-establishment", Law: 2, Reason: custody.Conflict,
			Params: map[string]string{"person": "", "place": q.Under, "establishment": t.From}}
	}
	return q, nil
}

// Picked is one person whom a query picks.
type Picked struct {
	Number string              `json:"number"`
	Name   string              `json:"name"`
	Place  string              `json:"place"`
	Legal  custody.LegalStatus `json:"legal"`
}

// Picking is what a query finds on the roll, and what became of it.
type Picking struct {
	Loading
	Query   Query    `json:"query"`
	Matched int      `json:"matched"`          // of all on the roll, whom the query fits
	Beyond  int      `json:"beyond,omitempty"` // could be listed too, were the limit higher
	Left    []Row    `json:"left,omitempty"`   // fit, and cannot be listed: on another transfer, or on this one already
	People  []Picked `json:"people"`
	Digest  string   `json:"digest"` // of the people; give it back to list these and no others
}

// LoadQuery picks people from the roll as it is now and lists them on a drafted transfer,
// all or none. Without apply it is a preview. People whom the query fits and who cannot be
// listed are left out, and said. With a digest from a preview, other people than those are
// refused (code "selection-changed").
func (d *Desk) LoadQuery(ctx context.Context, c book.Command, id string, q Query, digest string, apply bool, now time.Time) (Picking, error) {
	if err := d.planning(c, id); err != nil {
		return Picking{}, err
	}
	report := Picking{Loading: Loading{Transfer: id}}
	var err error
	d.book.Read(func(s *custody.State) { report.Query, err = q.check(s, s.Transfers.Get(id)) })
	if err != nil {
		return report, err
	}
	report.Source = report.Query.String()
	if !apply {
		d.book.Read(func(s *custody.State) {
			report.pick(s, now)
			if len(report.People) > 0 {
				_, err = s.LoadManifest(id, report.Source, report.numbers())
			}
		})
		return report, err
	}
	w, err := d.book.Order(ctx, c, custody.PlanTransfers, func(tx *book.Tx) ([]custody.Entry, error) {
		if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
			return nil, err
		}
		report.pick(tx.State(), tx.Now())
		if digest != "" && digest != report.Digest {
			return nil, &custody.Refusal{Code: "selection-changed", Reason: custody.Conflict, Params: map[string]string{"transfer": id, "count": strconv.Itoa(report.Listed)}}
		}
		return tx.State().LoadManifest(id, report.Source, report.numbers())
	})
	if err != nil {
		return report, err
	}
	report.Applied = true
	if w.Replayed {
		d.book.Read(func(s *custody.State) { report.remember(s, w.Entries, now) })
	}
	return report, nil
}

// remember tells of a query that was applied before, from its own entries.
func (p *Picking) remember(s *custody.State, entries []*custody.Entry, now time.Time) {
	p.Before, p.People = true, []Picked{}
	p.recount(entries)
	for _, e := range entries {
		if e.Kind == custody.PersonListed {
			p.People = append(p.People, Picked{e.Person, s.People.Get(e.Person).FullName(), "", custody.StatusOf(s.PapersOf(e.Person), now)})
		}
	}
	p.Read = p.Listed
}

func (p *Picking) numbers() []string {
	list := make([]string, len(p.People))
	for i, one := range p.People {
		list[i] = one.Number
	}
	return list
}

// pick finds whom the query fits, in its order, up to its limit.
func (p *Picking) pick(s *custody.State, now time.Time) {
	q, fit := p.Query, []candidate{}
	from := s.Transfers.Get(p.Transfer).From
	for h := range s.Holdings.All() {
		if !h.Status.InCustody() || h.At.Establishment != from {
			continue
		}
		if one, fits := q.fits(s, h, from, now); fits {
			fit = append(fit, one)
		}
	}
	slices.SortFunc(fit, q.compare)
	p.Matched, p.People = len(fit), []Picked{}
	for _, one := range fit {
		r := s.Unlistable(p.Transfer, one.Number)
		if r == nil && s.Lines.Get(p.Transfer+"/"+one.Number) != nil {
			r = &custody.Refusal{Code: "listed-already", Law: 2, Params: map[string]string{"person": one.Number, "transfer": p.Transfer}}
		}
		switch {
		case r != nil:
			p.Left = append(p.Left, Row{Line: len(p.People) + len(p.Left) + p.Beyond + 1, Cells: []string{one.Number, one.Name}, Findings: []Finding{findingOf(r)}})
		case len(p.People) == q.Limit:
			p.Beyond++
		default:
			p.People = append(p.People, one.Picked)
		}
	}
	p.Read, p.Listed = len(p.People), len(p.People)
	sum := sha256.Sum256([]byte(strings.Join(p.numbers(), "\n")))
	p.Digest = hex.EncodeToString(sum[:])
}

// candidate is somebody whom the query fits, with what they are put in order by.
type candidate struct {
	Picked
	since time.Time
}

func (q Query) compare(a, b candidate) int {
	by := 0
	switch q.Order {
	case "name":
		by = strings.Compare(names.Fold(a.Name), names.Fold(b.Name))
	case "place":
		by = strings.Compare(a.Place, b.Place)
	case "since":
		by = a.since.Compare(b.since)
	}
	if by == 0 {
		by = strings.Compare(a.Number, b.Number)
	}
	return by
}

// fits reports whether somebody on the roll is whom the query asks for.
func (q Query) fits(s *custody.State, h *custody.Holding, from string, now time.Time) (candidate, bool) {
	none := candidate{}
	if q.Under != from && !lies(s, h.At.Place, q.Under) {
		return none, false
	}
	p, papers := s.People.Get(h.Person), s.PapersOf(h.Person)
	if (q.Sex != "" && p.Sex != q.Sex) || (q.Age != "" && string(s.ClassAt(p.Number, now).Age) != q.Age) {
		return none, false
	}
	legal := custody.StatusOf(papers, now)
	if q.Legal != "" && legal != q.Legal {
		return none, false
	}
	named := func(a *custody.Authority) bool {
		return a.Live(now) && strings.Contains(names.Fold(a.Issuer), names.Fold(q.Court)) && strings.Contains(names.Fold(a.Case), names.Fold(q.Case))
	}
	if (q.Court != "" || q.Case != "") && !slices.ContainsFunc(papers, named) {
		return none, false
	}
	return candidate{Picked{p.Number, p.FullName(), h.At.Place, legal}, h.Admitted}, true
}

// lies reports whether a place is another or lies in it.
func lies(s *custody.State, place, around string) bool {
	for p := s.Places.Get(place); p != nil; p = s.Places.Get(p.Parent) {
		if p.Code == around {
			return true
		}
	}
	return false
}
