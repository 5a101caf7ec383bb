package gate

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/page"
)

// Form is the page of one step: what it is about, and what it asks.
type Form struct {
	step
	On     subject
	What   string // which vehicle, person or handover
	Who    string // the person's name; empty: it is about no person
	Inputs []input
	Why    string // why it cannot be done now, or not by this official; empty: it can
	Form   page.Form
}

// Line is the page of one person on a transfer: how far they have come, and what may be done about them.
type Line struct {
	On    subject
	Where page.Place
	Steps []page.Offer
	Done  string
}

// subjectOf reads what a step is about from its address.
func (p *pages) subjectOf(v *page.Visit, on, key string) (subject, error) {
	view, err := p.transfer.SeenBy(v.Official.Name).View(v.R.PathValue("id"))
	if err != nil {
		return subject{}, err
	}
	of := subject{Transfer: view}
	switch on {
	case onVehicle:
		car, err := vehicleIn(view, key)
		if err != nil {
			return subject{}, err
		}
		of.Vehicle = &car
	case onPerson:
		if of.Line, err = p.lineOf(view.ID, key); err != nil {
			return subject{}, err
		}
	case onHandover:
		h, err := p.transfer.SeenBy(v.Official.Name).Handover(key)
		if err != nil {
			return subject{}, err
		}
		if h.Transfer != view.ID {
			return subject{}, custody.Unknown("handover", key)
		}
		of.Handover = &h
	}
	p.Book.Read(func(s *custody.State) { of.Places = placesFor(s, view.Transfer) })
	return of, nil
}

// lineOf is somebody's line on a transfer.
func (p *pages) lineOf(id, key string) (line *transfer.ManifestLine, err error) {
	number, err := custody.ParsePrisonNumber(key)
	if err != nil {
		return nil, err
	}
	p.Book.Read(func(s *custody.State) {
		if l := s.Lines.Get(id + "/" + number); l != nil {
			line = &transfer.ManifestLine{Line: *l, Name: page.PersonIn(s, number)}
		}
	})
	if line == nil {
		return nil, &custody.Refusal{Code: "not-listed", Law: 2, Reason: custody.NotFound, Params: map[string]string{"person": number, "transfer": id}}
	}
	return line, nil
}

// line shows one person of a transfer.
func (p *pages) line(v *page.Visit) error {
	on, err := p.subjectOf(v, onPerson, v.R.PathValue("person"))
	if err != nil {
		return err
	}
	shown := Line{On: on, Done: v.R.URL.Query().Get("done")}
	p.Book.Read(func(s *custody.State) {
		shown.Where = travellerIn(s, on.Transfer.ID, on.Line.Person).Place
		for _, one := range steps {
			if one.On == onPerson {
				shown.Steps = one.offer(v, s, on, shown.Steps)
			}
		}
	})
	return v.Show(http.StatusOK, linePage(frame(v, on.Transfer, v.Say("page.gate.on-transfer", "transfer", on.Transfer.ID)), shown))
}

// showStep shows the form of a step.
func (p *pages) showStep(s step) func(*page.Visit) error {
	return func(v *page.Visit) error {
		on, err := p.subjectOf(v, s.On, v.R.PathValue("subject"))
		if err != nil {
			return err
		}
		return p.stepPage(v, http.StatusOK, s, on, page.Form{})
	}
}

func (p *pages) stepPage(v *page.Visit, status int, s step, on subject, form page.Form) error {
	shown := Form{step: s, On: on, Form: form}
	f := frame(v, on.Transfer, v.Say("page.gate.step."+s.Name))
	switch {
	case on.Vehicle != nil:
		shown.What = on.Vehicle.Code
		f.Trail = append(f.Trail, page.Link{Text: v.Say("page.gate.vehicle", "vehicle", on.Vehicle.Code), Address: on.address()})
	case on.Line != nil:
		shown.What, shown.Who = on.Line.Person, on.Line.Name
		f.Trail = append(f.Trail, page.Link{Text: on.Line.Name, Address: on.address()})
	default:
		shown.What = on.Handover.ID
	}
	if s.Inputs != nil {
		shown.Inputs = s.Inputs(f, on)
	}
	if len(form.Faults) == 0 {
		p.Book.Read(func(st *custody.State) { shown.Why = sayFirst(v, s.lawful(st, v.Official.Name, on, v.Now)) })
	}
	return v.Show(status, stepPage(f, shown))
}

// errNoNumber says that what was typed where a number belongs is none.
var errNoNumber = errors.New("not a whole number")

// doStep does a step, and leads back to what it is about; what is refused is shown beside what was typed.
func (p *pages) doStep(s step) func(*page.Visit) error {
	return func(v *page.Visit) error {
		on, err := p.subjectOf(v, s.On, v.R.PathValue("subject"))
		if err != nil {
			return err
		}
		if err := v.ReadForm(); err != nil {
			return err
		}
		form, t := v.Sent(), typed{Text: v.Typed}
		zone := frame(v, on.Transfer, "").Zone
		t.Time = func(name string) time.Time {
			at, ok := page.TimeTyped(v.Typed(name), zone)
			if !ok {
				form.Mend(name, v.Say("page.form.bad-time"))
			}
			return at
		}
		t.Number = func(name string) int {
			n, err := wholeNumber(v.Typed(name))
			if err != nil {
				form.Mend(name, v.Say("page.form.bad-number"))
			}
			return n
		}
		// What cannot be read must become neither now nor nought: it is read first.
		t.Time("at")
		if v.R.PostForm.Has("counted") {
			t.Number("counted")
		}
		if len(form.Faults) > 0 {
			return p.stepPage(v, http.StatusUnprocessableEntity, s, on, form)
		}
		if _, err := s.Do(v.R.Context(), p.transfer, v.Command(), on, t); err != nil {
			if !form.Take(v.Speaker, err, s.Fields) {
				return err
			}
			return p.stepPage(v, page.StatusOf(err), s, on, form)
		}
		return v.SeeOther(on.address() + "?done=" + s.Name)
	}
}

// wholeNumber reads a number of people as people type it.
func wholeNumber(text string) (int, error) {
	n, err := strconv.Atoi(strings.NewReplacer(".", "", ",", "", " ", "").Replace(text))
	if err != nil {
		return 0, fmt.Errorf("%w: %q", errNoNumber, text)
	}
	return n, nil
}
