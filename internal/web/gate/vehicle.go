package gate

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/page"
)

// Vehicle is the page of one vehicle: who is to board it, who is aboard, and what comes next.
type Vehicle struct {
	Transfer custody.Transfer
	From, To page.Place
	Car      transfer.VehicleView
	Entry    int64 // how many entries the book had
	Aboard   []Traveller
	Boards   bool   // nobody has left with it yet: people may still enter
	Why      string // why nobody can, or not by this official; empty: they can
	Query    string // what was scanned or typed
	Waiting  []Traveller
	Left     int // how many of the transfer have boarded no vehicle
	Pages    page.Pages
	Card     *Card
	Counter  counter
	Offered  string // the open handover that the vehicle is in; empty: none
	Steps    []page.Offer
	Done     string // the step that was just taken
	Form     page.Form
}

// Card is whoever was scanned, for a human to compare with their paper.
type Card struct {
	Traveller
	Birth  string
	Sex    string
	Papers custody.LegalStatus
	Image  string // address of the photograph; empty: there is none
	Boards bool   // they wait to board
}

func (p *pages) vehicle(v *page.Visit) error {
	return p.showVehicle(v, http.StatusOK, "", page.Form{})
}

// showVehicle shows a vehicle, and on it the boarding that was refused, if one was.
func (p *pages) showVehicle(v *page.Visit, status int, person string, form page.Form) error {
	one, view, err := p.readVehicle(v)
	if err != nil {
		return err
	}
	q := v.R.URL.Query()
	one.Done, one.Form = q.Get("done"), form
	one.Query = strings.Join(strings.Fields(strings.ToValidUTF8(q.Get("q"), "\uFFFD")), " ")
	if person != "" {
		one.Query = person
	}
	if err := p.find(v, &one, q); err != nil {
		return err
	}
	p.askVehicle(v, view, &one)
	return v.Show(status, vehiclePage(p.vehicleFrame(v, view, one), one))
}

func (p *pages) vehicleFrame(v *page.Visit, view transfer.View, one Vehicle) page.Frame {
	f := frame(v, view, v.Say("page.gate.vehicle", "vehicle", one.Car.Code))
	f.Stream = page.VehicleAddress(view.ID, one.Car.Code) + "/live"
	return f
}

func (p *pages) readVehicle(v *page.Visit) (one Vehicle, view transfer.View, err error) {
	view, from, to, err := p.read(v)
	if err != nil {
		return one, view, err
	}
	car, err := vehicleIn(view, v.R.PathValue("vehicle"))
	if err != nil {
		return one, view, err
	}
	one = Vehicle{Transfer: view.Transfer, From: from, To: to, Car: car, Left: view.Sums.Waiting, Boards: view.Status == custody.Approved && car.Departed.IsZero()}
	p.Book.Read(func(s *custody.State) {
		one.Entry = s.Next
		for _, number := range s.Aboard(car.Place) {
			one.Aboard = append(one.Aboard, travellerIn(s, view.ID, number))
		}
		one.Offered = offeredIn(s, car)
	})
	for _, other := range view.Vehicles {
		if other.Departed.IsZero() {
			one.Left -= other.Aboard
		}
	}
	slices.SortFunc(one.Aboard, byName)
	one.Counter, err = p.counterOf(v, car)
	return one, view, err
}

// offeredIn is the open handover that those aboard a vehicle are in; empty: none.
func offeredIn(s *custody.State, car transfer.VehicleView) (handover string) {
	for _, number := range s.Aboard(car.Place) {
		handover = cmp.Or(handover, s.PendingHandover(number))
	}
	return handover
}

func byName(a, b Traveller) int { return strings.Compare(page.Fold(a.Name), page.Fold(b.Name)) }

// counter is who counted a vehicle last, and when. The zero counter is nobody.
type counter struct {
	By   string // user name
	Name string // full name
	At   time.Time
}

func (p *pages) counterOf(v *page.Visit, car transfer.VehicleView) (c counter, err error) {
	if car.LastCount == nil {
		return c, nil
	}
	stored, err := p.Book.Entry(v.R.Context(), car.CountEntry)
	if err != nil {
		return c, err
	}
	e, err := custody.DecodeEntry(stored.Body)
	if err != nil {
		return c, fmt.Errorf("read the count of %s: %w", car.Place, err)
	}
	c = counter{By: e.By, At: e.Happened}
	p.Book.Read(func(s *custody.State) { c.Name = page.OfficialIn(s, e.By) })
	return c, nil
}

func travellerIn(s *custody.State, id, number string) Traveller {
	t := Traveller{Number: number, Name: page.PersonIn(s, number)}
	if l := s.Lines.Get(id + "/" + number); l != nil {
		t.Status, t.Vehicle = l.Status, page.ShortCode(l.Vehicle, id)
	}
	if h := s.Holdings.Get(number); h != nil {
		t.Place = page.PlaceIn(s, h.At.Place)
	}
	return t
}

// find narrows those who wait to what was scanned or typed. One whom it finds alone is shown at once, with their photograph, and
// that look is recorded.
func (p *pages) find(v *page.Visit, one *Vehicle, q url.Values) error {
	if !one.Boards {
		return nil
	}
	lines, _, err := p.transfer.SeenBy(v.Official.Name).Manifest(one.Transfer.ID, "", "", 2*custody.MaxManifest)
	if err != nil {
		return err
	}
	number, _ := custody.ParsePrisonNumber(one.Query)
	words := strings.Fields(strings.ReplaceAll(page.Fold(one.Query), ",", " "))
	var waiting, others []named
	for _, l := range lines {
		waits := l.Status == custody.Listed || l.Status == custody.Identified
		if !waits && one.Query == "" || number != "" && l.Person != number {
			continue
		}
		n := named{l, page.Fold(l.Name)}
		switch {
		case number == "" && slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(n.folded, word) }):
		case waits:
			waiting = append(waiting, n)
		default:
			others = append(others, n)
		}
	}
	slices.SortFunc(waiting, func(a, b named) int { return strings.Compare(a.folded, b.folded) })
	one.Pages = page.Paged(page.VehicleAddress(one.Transfer.ID, one.Car.Code), queryOnly(q), len(waiting), page.PageSize)
	p.Book.Read(func(s *custody.State) {
		for _, l := range page.Cut(waiting, one.Pages) {
			one.Waiting = append(one.Waiting, travellerIn(s, one.Transfer.ID, l.Person))
		}
	})
	if one.Query == "" || len(waiting)+len(others) == 0 || len(waiting) > 1 || len(waiting) == 0 && len(others) > 1 {
		return nil
	}
	return p.card(v, one, slices.Concat(waiting, others)[0].ManifestLine)
}

// named is a line of a manifest with its name as a filter compares it, which is made once.
type named struct {
	transfer.ManifestLine
	folded string
}

// queryOnly leaves of an address what pages of a list keep.
func queryOnly(q url.Values) url.Values {
	kept := url.Values{}
	for _, name := range []string{"q", "page"} {
		if q.Has(name) {
			kept.Set(name, q.Get(name))
		}
	}
	return kept
}

// card shows one of the manifest.
func (p *pages) card(v *page.Visit, one *Vehicle, l transfer.ManifestLine) error {
	look, err := p.roll.Look(v.R.Context(), v.Command(), l.Person, "")
	if err != nil {
		return err
	}
	record, err := p.roll.SeenBy(v.Official.Name).Record(l.Person, v.Now)
	if err != nil {
		return err
	}
	c := Card{Traveller: Traveller{Number: l.Person, Name: l.Name, Status: l.Status, Vehicle: page.ShortCode(l.Vehicle, one.Transfer.ID)},
		Birth: record.Person.Birth, Sex: record.Person.Sex, Papers: record.LegalStatus, Boards: len(one.Waiting) == 1}
	if record.Place != nil {
		c.Place = page.Place{Code: record.Place.Code, Name: record.Place.Name}
	}
	if record.Person.Photograph != "" {
		c.Image = page.PhotographAddress(c.Number, look.First)
	}
	one.Card = &c
	return nil
}

// askVehicle asks the law what may be done with a vehicle now, and by this official.
func (p *pages) askVehicle(v *page.Visit, view transfer.View, one *Vehicle) {
	name := v.Official.Name
	on := subject{Transfer: view, Vehicle: &one.Car}
	p.Book.Read(func(s *custody.State) {
		if one.Boards {
			one.Why = sayFirst(v, s.May(name, custody.LoadVehicles, view.Transfer.From), s.Boardable(view.ID, one.Car.Code))
			if one.Offered != "" {
				one.Why = v.Say("page.gate.offered", "handover", one.Offered)
			}
		}
		for _, step := range steps {
			if step.On == onVehicle {
				one.Steps = step.offer(v, s, on, one.Steps)
			}
		}
		kind, none := custody.Departing, one.Car.Aboard == 0 || one.Offered != "" || view.Status != custody.Approved
		switch {
		case !one.Car.Departed.IsZero():
			kind, none = custody.Arriving, none || !one.Car.Received.IsZero()
		}
		if none || s.May(name, custody.GivePeople) != nil {
			return
		}
		one.Steps = append(one.Steps, page.Offer{Text: v.Say("page.gate.offer." + string(kind)), Address: handingAddress(view.ID, one.Car.Code),
			Why: sayFirst(v, whyNotGive(s, name, view.Transfer, kind), offerable(s, name, view.Transfer, one.Car, kind, placesFor(s, view.Transfer).Receptions, v.Now))})
	})
}

// follow keeps who is aboard live: several officers may board one vehicle.
func (p *pages) follow(v *page.Visit) error {
	one, view, err := p.readVehicle(v)
	if err != nil {
		return err
	}
	f := p.vehicleFrame(v, view, one)
	key := fmt.Sprintf("gate %s %s %s %s", one.Car.Place, f.Tag(), f.Zone, v.Scope())
	return p.Stream(v, key, func(now time.Time) (templ.Component, error) {
		one, _, err := p.readVehicle(v)
		return vehicleParts(f.At(now), one), err
	})
}

// board identifies those chosen, as far as nobody has yet, and lets them board: that they were identified is kept even where the
// boarding is refused, since it was found out.
func (p *pages) board(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	id, code, form := v.R.PathValue("id"), v.R.PathValue("vehicle"), v.Sent()
	chosen := slices.Compact(slices.Sorted(slices.Values(v.R.PostForm["person"])))
	if len(chosen) == 0 {
		form.Mend("person", v.Say("page.gate.nobody-chosen"))
		return p.showVehicle(v, http.StatusUnprocessableEntity, "", form)
	}
	err := p.identified(v, id, chosen)
	if err == nil {
		_, err = p.transfer.Board(v.R.Context(), v.Command(), id, code, time.Time{}, chosen...)
	}
	if err == nil {
		return v.SeeOther(page.VehicleAddress(id, code) + "?done=board")
	}
	if !form.Take(v.Speaker, err, map[string]string{"person": "person", "vehicle": "person", "transfer": "person"}) {
		return err
	}
	alone := ""
	if len(chosen) == 1 {
		alone = chosen[0]
	}
	return p.showVehicle(v, page.StatusOf(err), alone, form)
}

// identified records that those who are listed and no more were identified.
func (p *pages) identified(v *page.Visit, id string, chosen []string) error {
	var unseen []string
	p.Book.Read(func(s *custody.State) {
		for _, number := range chosen {
			if l := s.Lines.Get(id + "/" + number); l != nil && l.Status == custody.Listed {
				unseen = append(unseen, number)
			}
		}
	})
	if len(unseen) == 0 {
		return nil
	}
	_, err := p.transfer.Identify(v.R.Context(), v.Command(), id, unseen...)
	return err
}
