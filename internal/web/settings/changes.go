package settings

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

// change is something that is ordered about a place. Its texts are "page.settings.NAME" and "page.settings.NAME-hint".
type change struct {
	Name   string // in its address
	Needs  custody.Action
	Fits   func(*custody.Place) bool                 // for which places it makes any sense
	Ask    func(s *custody.State, code string) error // asks the law whether it would be lawful now; nil: it is
	Signed bool                                      // it stands under the name of whoever orders it
	Fields map[string]string                         // refusal code or parameter to the field of the form
	Do     func(context.Context, *pages, book.Command, typed) (book.Written, error)
}

// typed is a form that was sent.
type typed struct {
	Code, Reason string
	Capacity     int
	From, Until  time.Time
	For          custody.Designation
}

// changes are all there are, in the order in which they are offered.
var changes = []change{
	{Name: "capacity", Needs: custody.OrderTheCapacity, Signed: true, Fits: func(p *custody.Place) bool { return !p.Kind.Outside() },
		Fields: map[string]string{"dates-reversed": "until", "capacity-order-incomplete": "capacity", "capacity": "from"},
		Do: func(ctx context.Context, d *pages, c book.Command, t typed) (book.Written, error) {
			return d.roll.OrderCapacity(ctx, c, t.Code, custody.CapacityOrder{Capacity: t.Capacity, From: t.From, Until: t.Until, Reason: t.Reason})
		}},
	{Name: "over-capacity", Needs: custody.OrderTheCapacity, Signed: true, Fits: func(p *custody.Place) bool { return p.Certified > 0 && p.Kind.Holds() },
		Fields: map[string]string{"not-over-capacity": "capacity", "capacity-order-incomplete": "until", "dates-reversed": "until", "over-capacity-too-long": "until", "reason-missing": "reason"},
		Do: func(ctx context.Context, d *pages, c book.Command, t typed) (book.Written, error) {
			return d.cells.OrderOverCapacity(ctx, c, t.Code, custody.OverCapacity{Capacity: t.Capacity, From: t.From, Until: t.Until, Reason: t.Reason})
		}},
	{Name: "designation", Needs: custody.KeepPlaces, Fits: func(p *custody.Place) bool { return !p.Kind.Outside() },
		Fields: map[string]string{"sex-unknown": "sex", "designation-unknown": "age", "code-malformed": "features"},
		Do: func(ctx context.Context, d *pages, c book.Command, t typed) (book.Written, error) {
			return d.cells.Designate(ctx, c, t.Code, t.For)
		}},
	{Name: "out-of-use", Needs: custody.KeepPlaces, Fits: func(p *custody.Place) bool { return !p.OutOfUse },
		Ask:    func(s *custody.State, code string) error { _, err := s.TakeOut(code, "?"); return err },
		Fields: map[string]string{"reason-missing": "reason"},
		Do: func(ctx context.Context, d *pages, c book.Command, t typed) (book.Written, error) {
			return d.roll.TakeOut(ctx, c, t.Code, t.Reason)
		}},
	{Name: "in-use", Needs: custody.KeepPlaces, Fits: func(p *custody.Place) bool { return p.OutOfUse },
		Do: func(ctx context.Context, d *pages, c book.Command, t typed) (book.Written, error) {
			return d.roll.BringBack(ctx, c, t.Code)
		}},
}

// Change is the page that asks for what a change needs.
type Change struct {
	Place
	change
	Form page.Form
}

func (d *pages) ask(c change) func(*page.Visit) error {
	return func(v *page.Visit) error { return d.changePage(v, http.StatusOK, c, page.Form{}) }
}

func (d *pages) changePage(v *page.Visit, status int, c change, form page.Form) error {
	p, err := d.read(v, v.R.PathValue("code"))
	if err != nil {
		return err
	}
	p.Around = append(p.Around, page.Place{Code: p.Code, Name: p.Name})
	return v.Show(status, changePage(d.frame(v, p, v.Say("page.settings."+c.Name)), Change{p, c, form}))
}

func (d *pages) do(c change) func(*page.Visit) error {
	return func(v *page.Visit) error {
		if err := v.ReadForm(); err != nil {
			return err
		}
		p, err := d.read(v, v.R.PathValue("code"))
		if err != nil {
			return err
		}
		form := v.Sent()
		t := typed{Code: p.Code, Reason: v.Typed("reason"),
			For: custody.Designation{Sex: v.Typed("sex"), Age: custody.AgeClass(v.Typed("age")), Legal: custody.LegalStatus(v.Typed("legal")), Features: v.R.PostForm["features"]}}
		if c.Signed {
			t = readOrder(v, &form, t, v.Frame("settings", "", p.Establishment).Zone)
		}
		if len(form.Faults) > 0 {
			return d.changePage(v, http.StatusUnprocessableEntity, c, form)
		}
		written, err := c.Do(v.R.Context(), d, v.Command(), t)
		if err != nil {
			if !form.Take(v.Speaker, err, c.Fields) {
				return err
			}
			return d.changePage(v, page.StatusOf(err), c, form)
		}
		return d.done(v, p.Code, written)
	}
}

// done leads to the register of a place, where what was just written is said.
func (d *pages) done(v *page.Visit, code string, w book.Written) error {
	return v.SeeOther(page.RegisterAddress(code) + "?" + url.Values{"done": {strconv.FormatInt(w.First, 10)}}.Encode())
}

// readOrder reads a number and two dates; what cannot be read is said beside its field.
func readOrder(v *page.Visit, form *page.Form, t typed, zone *time.Location) typed {
	t.Capacity = whole(v, form, "capacity", -1)
	ok := false
	if t.From, ok = page.TimeTyped(v.Typed("from"), zone); !ok || t.From.IsZero() {
		form.Mend("from", v.Say("page.settings.bad-time"))
	}
	if t.Until, ok = page.TimeTyped(v.Typed("until"), zone); !ok {
		form.Mend("until", v.Say("page.settings.bad-time"))
	}
	return t
}

// whole reads a whole number from a field; an empty field is what stands for nothing, if that is a number itself.
func whole(v *page.Visit, form *page.Form, name string, nothing int) int {
	text := strings.NewReplacer(".", "", ",", "", " ", "").Replace(v.Typed(name))
	if text == "" && nothing >= 0 {
		return nothing
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		form.Mend(name, v.Say("page.form.bad-number"))
		return 0
	}
	return n
}

// squareDecimetres reads an area in square metres, with a comma or a point before the decimals.
func squareDecimetres(v *page.Visit, form *page.Form) int {
	text := v.Typed("area")
	if text == "" {
		return 0
	}
	metres, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	if err != nil || math.IsNaN(metres) || metres < 0 || metres > 1_000_000 {
		form.Mend("area", v.Say("page.settings.bad-area"))
		return 0
	}
	return int(math.Round(metres * 100))
}

// offered are the features that a place can be said to have, which are the needs that it then meets.
var offered = []string{custody.Wheelchair, custody.GroundFloor}

// sayFeature says what a place offers: services name features of their own too, for which there are no words.
func sayFeature(f page.Frame, feature string) string {
	if slices.Contains(offered, feature) {
		return f.Term("need", feature)
	}
	return feature
}

// features are those, and whatever else the place is said to have.
func (c Change) features(f page.Frame) (list []page.Option) {
	all := slices.Clone(offered)
	for _, feature := range c.Place.Features {
		if !slices.Contains(all, feature) {
			all = append(all, feature)
		}
	}
	for _, feature := range all {
		list = append(list, page.Option{Value: feature, Text: sayFeature(f, feature)})
	}
	return list
}

// designated is the form as it begins: with what the place is said to be.
func (c Change) designated() page.Form {
	if c.Form.Values != nil {
		return c.Form
	}
	return page.Form{Values: url.Values{"sex": {c.Place.Sex}, "age": {string(c.Place.Age)}, "legal": {string(c.Place.Legal)}, "features": c.Place.Features}}
}

// Opening is the page on which a place is opened.
type Opening struct {
	In    page.Place // the place that it lies in; none: an establishment, or a place outside all of them
	Kinds []custody.PlaceKind
	Form  page.Form
}

// The kinds of place that lie in another, and those that lie in none.
var (
	insideKinds  = []custody.PlaceKind{custody.Cell, custody.Landing, custody.Wing, custody.Module, custody.Sector, custody.Reception, custody.Infirmary, custody.SeparationUnit}
	topmostKinds = []custody.PlaceKind{custody.Establishment, custody.Court, custody.Hospital, custody.WorkSite, custody.VisitRoom}
)

func (d *pages) askToOpen(v *page.Visit) error {
	return d.openPage(v, http.StatusOK, v.R.URL.Query().Get("in"), page.Form{})
}

func (d *pages) openPage(v *page.Visit, status int, in string, form page.Form) error {
	o, p := Opening{Kinds: topmostKinds, Form: form}, Place{Place: &custody.Place{}}
	if in != "" {
		var err error
		if p, err = d.read(v, in); err != nil {
			return err
		}
		o.In, o.Kinds = page.Place{Code: p.Code, Name: p.Name}, insideKinds
		p.Around = append(p.Around, o.In)
	}
	return v.Show(status, openPage(d.frame(v, p, v.Say("page.settings.open")), o))
}

// beside says which field of the form a refusal is about.
var beside = map[string]string{
	"code-malformed": "code", "place-exists": "code", "place-kind-unknown": "kind", "place-parent-forbidden": "kind", "place-name-missing": "name", "zone-unknown": "zone",
	"certified-above-area": "certified", "sex-unknown": "sex",
}

func (d *pages) open(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	form := v.Sent()
	p := custody.Place{Code: v.Typed("code"), Parent: v.Typed("in"), Name: v.Typed("name"), Kind: custody.PlaceKind(v.Typed("kind")), Sex: v.Typed("sex"), Zone: v.Typed("zone"),
		FloorArea: squareDecimetres(v, &form), Toilets: whole(v, &form, "toilets", 0), Washbasins: whole(v, &form, "washbasins", 0), Showers: whole(v, &form, "showers", 0),
		Certified: whole(v, &form, "certified", 0), Declared: whole(v, &form, "declared", 0)}
	if len(form.Faults) > 0 {
		return d.openPage(v, http.StatusUnprocessableEntity, p.Parent, form)
	}
	if v.Typed("certified") == "" {
		p = roll.Certified(p)
	}
	written, err := d.roll.OpenPlace(v.R.Context(), v.Command(), p)
	if err != nil {
		if !form.Take(v.Speaker, err, beside) {
			return err
		}
		return d.openPage(v, page.StatusOf(err), p.Parent, form)
	}
	return d.done(v, p.Code, written)
}
