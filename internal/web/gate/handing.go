package gate

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/page"
)

// Handing is the page on which people are offered to the other hand: those aboard vehicles that wait to leave to the escort, those
// who have arrived to the establishment of destination.
type Handing struct {
	Transfer   custody.Transfer
	From, To   page.Place
	Giver      string // full name of whoever looks
	Leaving    []Ready
	Arriving   []Ready
	Others     []Traveller // in the hands of the escort, and in no vehicle
	Receptions []page.Place
	WhyLeave   string // why this official cannot offer a departure; empty: they can
	WhyArrive  string
	Chosen     string // the vehicle from whose page one comes
	Step       string // the offer that was refused
	Form       page.Form
}

// Ready is a vehicle whose people can be offered, or why not yet.
type Ready struct {
	transfer.VehicleView
	Why     string
	Counter counter
	Own     bool // whoever looks counted it
}

// ready are those of some vehicles that can be offered now.
func ready(list []Ready, can bool) []Ready {
	return slices.DeleteFunc(slices.Clone(list), func(r Ready) bool { return (r.Why == "") != can })
}

func handingAddress(id, code string) string {
	return page.HandingAddress(id) + "?vehicle=" + url.QueryEscape(code)
}

// whyNotGive refuses an official who cannot be the giving hand of a handover.
func whyNotGive(s *custody.State, official string, t custody.Transfer, kind custody.HandoverKind) error {
	if err := s.May(official, custody.GivePeople, s.EndsOf(t.ID)...); err != nil {
		return err
	}
	return transfer.WrongHand(s, official, t.ID, kind, transfer.Giving)
}

// offerable says why those aboard a vehicle cannot be offered now; nil when they can. An arrival is asked about for any of the
// receptions of the destination: which one it is, the form says.
func offerable(s *custody.State, official string, t custody.Transfer, car transfer.VehicleView, kind custody.HandoverKind, receptions []page.Place, now time.Time) error {
	if kind == custody.Departing {
		_, err := s.OfferDeparture(t.ID, []string{car.Code}, official, now, now)
		return err
	}
	var why error
	for _, place := range receptions {
		_, err := s.OfferArrival(t.ID, []string{car.Code}, nil, place.Code, official, now, now)
		if err == nil {
			return nil
		}
		why = err
	}
	return why
}

func (p *pages) handing(v *page.Visit) error {
	return p.showHanding(v, http.StatusOK, "", page.Form{})
}

func (p *pages) showHanding(v *page.Visit, status int, step string, form page.Form) error {
	view, from, to, err := p.read(v)
	if err != nil {
		return err
	}
	h := Handing{Transfer: view.Transfer, From: from, To: to, Giver: v.Official.FullName, Chosen: v.R.URL.Query().Get("vehicle"), Step: step, Form: form}
	counters := map[string]counter{}
	for _, car := range view.Vehicles {
		if !car.Received.IsZero() {
			continue
		}
		if counters[car.Code], err = p.counterOf(v, car); err != nil {
			return err
		}
	}
	p.Book.Read(func(s *custody.State) {
		name := v.Official.Name
		h.Receptions = placesFor(s, view.Transfer).Receptions
		h.WhyLeave = sayFirst(v, whyNotGive(s, name, view.Transfer, custody.Departing))
		h.WhyArrive = sayFirst(v, whyNotGive(s, name, view.Transfer, custody.Arriving))
		for _, car := range view.Vehicles {
			r := Ready{VehicleView: car, Counter: counters[car.Code], Own: counters[car.Code].By == name}
			if pending := offeredIn(s, car); pending != "" {
				r.Why = v.Say("page.gate.offered", "handover", pending)
			}
			switch {
			case car.Departed.IsZero() && car.Aboard > 0:
				r.Why = cmp.Or(r.Why, sayFirst(v, offerable(s, name, view.Transfer, car, custody.Departing, nil, v.Now)))
				h.Leaving = append(h.Leaving, r)
			case !car.Departed.IsZero() && car.Received.IsZero() && car.Aboard > 0:
				r.Why = cmp.Or(r.Why, sayFirst(v, offerable(s, name, view.Transfer, car, custody.Arriving, h.Receptions, v.Now)))
				h.Arriving = append(h.Arriving, r)
			}
		}
		for _, number := range s.Listed(view.ID) {
			hold := s.Holdings.Get(number)
			if hold != nil && hold.Status == custody.InTransit && hold.At.Custodian == view.ID && hold.Vehicle == "" && s.PendingHandover(number) == "" {
				h.Others = append(h.Others, travellerIn(s, view.ID, number))
			}
		}
	})
	return v.Show(status, handingPage(frame(v, view, v.Say("page.gate.handing")), h))
}

func (p *pages) offerDeparture(v *page.Visit) error {
	return p.offered(v, "departure-offers", func(ctx context.Context, c book.Command, id string, at time.Time) (book.Written, error) {
		return p.transfer.OfferDeparture(ctx, c, id, v.R.PostForm["vehicles"], at)
	})
}

func (p *pages) offerArrival(v *page.Visit) error {
	return p.offered(v, "arrival-offers", func(ctx context.Context, c book.Command, id string, at time.Time) (book.Written, error) {
		return p.transfer.OfferArrival(ctx, c, id, v.R.PostForm["vehicles"], v.R.PostForm["people"], v.Typed("place"), at)
	})
}

// offerFields are where an offer says what to mend: the place, or who was chosen.
var offerFields = map[string]string{"handover-empty": "vehicles", "vehicle": "vehicles", "person": "vehicles",
	"unknown-place": "place", "other-establishment": "place", "place-full": "place", "place-out-of-use": "place",
	"place-for-other-sex": "place", "place-for-other-age": "place", "place-for-other-status": "place", "place-holds-nobody": "place"}

// offered makes an offer of those chosen, and leads to the transfer, where the other hand takes them.
func (p *pages) offered(v *page.Visit, step string, offer func(ctx context.Context, c book.Command, id string, at time.Time) (book.Written, error)) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	view, _, _, err := p.read(v)
	if err != nil {
		return err
	}
	form := v.Sent()
	at, ok := page.TimeTyped(v.Typed("at"), frame(v, view, "").Zone)
	if !ok {
		form.Mend("at", v.Say("page.form.bad-time"))
		return p.showHanding(v, http.StatusUnprocessableEntity, step, form)
	}
	if _, err := offer(v.R.Context(), v.Command(), view.ID, at); err != nil {
		if !form.Take(v.Speaker, err, offerFields) {
			return err
		}
		return p.showHanding(v, page.StatusOf(err), step, form)
	}
	return v.SeeOther(page.TransferAddress(view.ID) + "?done=" + step)
}
