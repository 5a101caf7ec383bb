package transfers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/web/people"
)

// New is the page on which a transfer is drafted.
type New struct {
	Places []page.Place
	Form   page.Form
}

func (d *pages) newTransfer(v *page.Visit) error { return d.newPage(v, http.StatusOK, page.Form{}) }

func (d *pages) newPage(v *page.Visit, status int, form page.Form) error {
	n := New{Form: form}
	d.Book.Read(func(s *custody.State) { n.Places = page.EstablishmentsIn(s) })
	f := v.Frame("transfers", v.Say("page.plan.new"), "")
	f.Trail = []page.Link{{Text: v.Say("page.nav.transfers"), Address: "/transfers"}}
	return v.Show(status, newPage(f, n))
}

func (d *pages) draft(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	written, err := d.transfer.Draft(v.R.Context(), v.Command(),
		custody.Transfer{From: v.Typed("from"), To: v.Typed("to"), Date: v.Typed("date"), LegalBasis: v.Typed("legalBasis")})
	if err != nil {
		form := v.Sent()
		if !form.Take(v.Speaker, err, map[string]string{"transfer-to-itself": "to", "date-malformed": "date", "establishment": "from"}) {
			return err
		}
		return d.newPage(v, page.StatusOf(err), form)
	}
	return v.SeeOther(page.TransferAddress(written.Entries[0].Transfer))
}

// step is one part of planning a transfer: a form on its page that does one thing.
type step struct {
	Name   string // in its address
	Needs  custody.Action
	Do     func(ctx context.Context, p *pages, c book.Command, id string, v *page.Visit) error
	Fields map[string]string // refusal code, field or parameter to the field of the form
}

// errBadNumber says that a number in a form is none.
var errBadNumber = errors.New("not a number")

var steps = []step{
	{Name: "manifest", Needs: custody.PlanTransfers, Do: loadManifest, Fields: map[string]string{"person": "people", "transfer": "people", "source": "people"}},
	{Name: "vehicles", Needs: custody.PlanTransfers, Do: addVehicle, Fields: map[string]string{"seats-absurd": "seats", "vehicle": "code"}},
	{Name: "escort", Needs: custody.PlanTransfers, Do: assignEscort, Fields: map[string]string{"escort-incomplete": "corps", "headcount-absurd": "headcount"}},
	{Name: "waypoints", Needs: custody.PlanTransfers, Do: addWaypoint, Fields: map[string]string{"waypoint": "code"}},
	{Name: "approval", Needs: custody.ApproveTransfers, Do: func(ctx context.Context, p *pages, c book.Command, id string, _ *page.Visit) error {
		_, err := p.transfer.Approve(ctx, c, id)
		return err
	}},
	{Name: "calling-off", Needs: custody.ApproveTransfers, Do: func(ctx context.Context, p *pages, c book.Command, id string, v *page.Visit) error {
		_, err := p.transfer.CallOff(ctx, c, id, v.Typed("reason"))
		return err
	}, Fields: map[string]string{"reason-missing": "reason"}},
	{Name: "closing", Needs: custody.CloseTransfers, Do: func(ctx context.Context, p *pages, c book.Command, id string, _ *page.Visit) error {
		_, err := p.transfer.Close(ctx, c, id)
		return err
	}},
	{Name: "acceptance", Needs: custody.TakePeople, Do: func(ctx context.Context, p *pages, c book.Command, id string, v *page.Visit) error {
		h, err := p.transfer.SeenBy(v.Official.Name).Handover(v.Typed("handover"))
		if err != nil {
			return err
		}
		if h.Transfer != id {
			return custody.Unknown("handover", h.ID)
		}
		at, ok := page.TimeTyped(v.Typed("at"), v.Now.Location())
		if !ok {
			return custody.InvalidInput("date-malformed", "field", "at", "date", v.Typed("at"))
		}
		_, err = p.transfer.Accept(ctx, c, h.ID, at)
		return err
	}},
}

// maxManifestForm is how long a pasted list of people may be, in bytes: 5,000 numbers with what stands between them.
const maxManifestForm = 512 << 10

func loadManifest(ctx context.Context, p *pages, c book.Command, id string, v *page.Visit) error {
	listed := numbersIn(v.R.PostForm.Get("people"))
	source := v.Say("page.plan.source-pasted")
	if place := v.Typed("under"); place != "" {
		p.Book.Read(func(s *custody.State) {
			inside := people.Within(s, place)
			for h := range s.Holdings.All() {
				if h.Status == custody.Held && h.Vehicle == "" && (h.At.Place == place || h.At.Establishment == place || inside(h.At.Place)) {
					listed = append(listed, h.Person)
				}
			}
		})
		slices.Sort(listed)
		source = v.Say("page.plan.source-place", "place", place)
	}
	_, err := p.transfer.LoadManifest(ctx, c, id, source, listed)
	return err
}

// numbersIn are the prison numbers of a pasted text: one a line or side by side, with whatever else stands in the line left out
// when the line begins with a number.
func numbersIn(text string) (list []string) {
	for line := range strings.Lines(text) {
		for i, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\r\n,;|\"", r) }) {
			number, err := custody.ParsePrisonNumber(word)
			switch {
			case err == nil:
				list = append(list, number)
			case i == 0:
				list = append(list, word) // the law says what is wrong with it
			}
		}
	}
	return list
}

func addVehicle(ctx context.Context, p *pages, c book.Command, id string, v *page.Visit) error {
	seats, err := numberTyped(v, "seats")
	if err != nil {
		return err
	}
	_, err = p.transfer.AddVehicles(ctx, c, id, custody.Vehicle{Code: v.Typed("code"), Plate: v.Typed("plate"), Seats: seats})
	return err
}

func assignEscort(ctx context.Context, p *pages, c book.Command, id string, v *page.Visit) error {
	headcount, err := numberTyped(v, "headcount")
	if err != nil {
		return err
	}
	helicopters, err := numberTyped(v, "helicopters")
	if err != nil {
		return err
	}
	_, err = p.transfer.AssignEscort(ctx, c, id, custody.Escort{Corps: v.Typed("corps"), Commander: v.Typed("commander"),
		Units: []custody.Unit{{Name: v.Typed("unit"), Headcount: headcount}}, Helicopters: helicopters})
	return err
}

func addWaypoint(ctx context.Context, p *pages, c book.Command, id string, v *page.Visit) error {
	_, err := p.transfer.AddWaypoint(ctx, c, id, custody.Waypoint{Code: v.Typed("code"), Name: v.Typed("name")})
	return err
}

// numberTyped is a whole number from a form; nothing is nought.
func numberTyped(v *page.Visit, name string) (int, error) {
	text := v.Typed(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(strings.NewReplacer(".", "", ",", "", " ", "").Replace(text))
	if err != nil || n < 0 {
		return 0, &fieldError{name}
	}
	return n, nil
}

// fieldError says which field of a form is no number.
type fieldError struct{ field string }

func (e *fieldError) Error() string { return errBadNumber.Error() + ": " + e.field }

// doStep does one step of planning, and leads back to the transfer; what is refused is shown there beside what was typed.
func (d *pages) doStep(s step) func(*page.Visit) error {
	return func(v *page.Visit) error {
		if err := v.ReadForm(); err != nil {
			return err
		}
		id := v.R.PathValue("id")
		err := s.Do(v.R.Context(), d, v.Command(), id, v)
		if err == nil {
			return v.SeeOther(page.TransferAddress(id) + "?" + url.Values{"done": {s.Name}}.Encode())
		}
		form := v.Sent()
		status := page.StatusOf(err)
		var bad *fieldError
		switch {
		case errors.As(err, &bad):
			form.Mend(bad.field, v.Say("page.form.bad-number"))
			status = http.StatusUnprocessableEntity
		case !form.Take(v.Speaker, err, s.Fields):
			return err
		}
		return d.show(v, status, s.Name, form)
	}
}
