// Package reception is the desk at which a bus is taken in, one person every few seconds: a number is scanned or typed, a face
// compared with its photograph, the cell confirmed, and the next one comes. The keyboard alone does it.
package reception

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/page"
)

type pages struct {
	*page.Door
	roll     *roll.Desk
	transfer *transfer.Desk
}

// Add adds the reception desk to the door.
func Add(d *page.Door, roll *roll.Desk, transfer *transfer.Desk) {
	p := &pages{d, roll, transfer}
	d.Section(page.Section{Name: "reception", Address: "/reception", Needs: custody.TakePeople})
	d.Permitted(custody.TakePeople, "GET /reception", p.list)
	d.Permitted(custody.TakePeople, "GET /reception/{handover}", p.show)
	d.Permitted(custody.TakePeople, "GET /reception/{handover}/live", p.follow)
	d.Permitted(custody.TakePeople, "POST /reception/{handover}/acceptance", p.accept)
	d.Permitted(custody.MovePeople, "POST /reception/{handover}/placements", p.place)
}

func addressOf(handover string) string { return "/reception/" + url.PathEscape(handover) }

// Bus is those whom one handover brings, and how far they have come.
type Bus struct {
	custody.Handover
	Vehicles   []string // codes, of those in Handover.Vehicles
	To         page.Place
	Giver      string // full name
	Taker      string // full name; empty: nobody has accepted it
	Waiting    []Arrival
	Placed     []Arrival
	Exceptions []Arrival
}

// Arrival is one of those whom a bus brings.
type Arrival struct {
	Number, Name string
	Planned      page.Place // the cell of the plan; empty: none
	Now          page.Place // where the person is
	What         string     // of an exception: the status of the holding, or how the transfer went
	Since        time.Time
}

// Sum is how many came with the bus.
func (b Bus) Sum() int { return len(b.Waiting) + len(b.Placed) + len(b.Exceptions) }

// Desk is the page of the desk: a bus, and whoever stands at the counter.
type Desk struct {
	Bus    Bus
	Query  string // what was scanned or typed
	Found  []Arrival
	Card   *Card
	Done   *Arrival // whoever was taken in last
	Refuse page.Form
	Why    string // why this official cannot accept the handover; empty: they can
}

// shown is how many people a list of the desk names; the others are found by their number or name.
const shown = 100

// Card is who stands at the counter, for a human to compare.
type Card struct {
	Arrival
	Person  custody.Person
	Image   string // address of the photograph; empty: there is none
	Papers  custody.LegalStatus
	Overdue bool
	Open    int    // discrepancies about them that nobody has resolved
	Unfit   string // why the planned cell will not do any more
	Nearest []string
	Waits   bool // they are in the reception, and can be sent on
	Form    page.Form
}

// readBus reads a handover that arrives where the official takes people.
func (p *pages) readBus(s *custody.State, id, official string) (Bus, error) {
	h := s.Handovers.Get(id)
	if h == nil || h.Kind != custody.Arriving || s.May(official, custody.TakePeople, s.Transfers.Get(h.Transfer).To) != nil {
		return Bus{}, custody.Unknown("handover", id)
	}
	b := Bus{Handover: *h, To: page.PlaceIn(s, s.Transfers.Get(h.Transfer).To), Giver: page.OfficialIn(s, h.Releasing)}
	if h.Receiving != "" {
		b.Taker = page.OfficialIn(s, h.Receiving)
	}
	for _, key := range h.Vehicles {
		if v := s.Vehicles.Get(key); v != nil {
			b.Vehicles = append(b.Vehicles, v.Code)
		}
	}
	for _, number := range h.People {
		a, waits := arrivalIn(s, h, number)
		switch {
		case waits:
			b.Waiting = append(b.Waiting, a)
		case a.What != "":
			b.Exceptions = append(b.Exceptions, a)
		default:
			b.Placed = append(b.Placed, a)
		}
	}
	slices.SortFunc(b.Waiting, func(x, y Arrival) int { return strings.Compare(page.Fold(x.Name), page.Fold(y.Name)) })
	slices.SortStableFunc(b.Placed, func(x, y Arrival) int { return y.Since.Compare(x.Since) }) // the last one first
	return b, nil
}

// arrivalIn is how one of those offered stands, and whether they wait: on the bus until the handover is accepted, in the
// reception until they have a cell.
func arrivalIn(s *custody.State, h *custody.Handover, number string) (a Arrival, waits bool) {
	a = Arrival{Number: number, Name: s.People.Get(number).FullName()}
	if l := s.Lines.Get(h.Transfer + "/" + number); l != nil && l.Cell != "" {
		a.Planned = page.PlaceIn(s, l.Cell)
	}
	hold := s.Holdings.Get(number)
	if hold == nil {
		a.What = string(custody.Lost)
		return a, false
	}
	a.Now, a.Since = page.PlaceIn(s, hold.At.Place), hold.Since
	switch {
	case hold.Status == custody.InTransit && h.Status == custody.HandoverOpen && slices.Contains(h.Vehicles, hold.Vehicle):
		return a, true
	case hold.Status == custody.Held && hold.At.Place == h.Place:
		return a, true
	case hold.Status != custody.Held || hold.At.Establishment != s.Transfers.Get(h.Transfer).To:
		a.What = string(hold.Status)
	}
	return a, false
}

func (p *pages) list(v *page.Visit) error {
	var buses []Bus
	p.Book.Read(func(s *custody.State) {
		for h := range s.Handovers.All() {
			if h.Kind != custody.Arriving || h.Status == custody.HandoverTakenBack {
				continue
			}
			if b, err := p.readBus(s, h.ID, v.Official.Name); err == nil && (h.Status == custody.HandoverOpen || len(b.Waiting) > 0) {
				buses = append(buses, b)
			}
		}
	})
	slices.SortFunc(buses, func(a, b Bus) int { return int(a.Entry - b.Entry) })
	return v.Show(http.StatusOK, listPage(v.Frame("reception", v.Say("page.reception.title"), ""), buses))
}

// show shows the desk, and on it whoever the number or name that was scanned or typed is.
func (p *pages) show(v *page.Visit) error {
	q := v.R.URL.Query()
	return p.desk(v, http.StatusOK, q.Get("person"), q.Get("done"), page.Form{})
}

func (p *pages) desk(v *page.Visit, status int, query, done string, form page.Form) error {
	d := Desk{Query: strings.Join(strings.Fields(strings.ToValidUTF8(query, "\uFFFD")), " ")}
	var err error
	p.Book.Read(func(s *custody.State) {
		if d.Bus, err = p.readBus(s, v.R.PathValue("handover"), v.Official.Name); err != nil {
			return
		}
		if d.Bus.Status == custody.HandoverOpen {
			_, refused := s.AcceptHandover(d.Bus.ID, v.Official.Name, v.Now, v.Now)
			if r, is := custody.RefusalOf(refused); is {
				d.Why = page.SayRefusal(v.Speaker, r) + " " + page.SayMend(v.Speaker, r)
			}
		}
	})
	if err != nil {
		return err
	}
	for _, a := range d.Bus.Placed {
		if a.Number == done {
			d.Done = &a
		}
	}
	if d.Query != "" {
		if err := p.find(v, &d, form); err != nil {
			return err
		}
	}
	if d.Card == nil {
		d.Refuse = form
	}
	return v.Show(status, deskPage(p.frame(v, d.Bus), d))
}

// find finds who stands at the counter among those of the bus: by number, or by every word of a name. One is shown at once.
func (p *pages) find(v *page.Visit, d *Desk, form page.Form) error {
	number, _ := custody.ParsePrisonNumber(d.Query)
	words := strings.Fields(strings.ReplaceAll(page.Fold(d.Query), ",", " "))
	for _, a := range slices.Concat(d.Bus.Waiting, d.Bus.Placed, d.Bus.Exceptions) {
		name := page.Fold(a.Name)
		if a.Number == number || number == "" && !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(name, word) }) {
			d.Found = append(d.Found, a)
		}
	}
	if len(d.Found) != 1 {
		return nil
	}
	look, err := p.roll.Look(v.R.Context(), v.Command(), d.Found[0].Number, "")
	if err != nil {
		return err
	}
	record, err := p.roll.SeenBy(v.Official.Name).Record(d.Found[0].Number, v.Now)
	if err != nil {
		return err
	}
	card := Card{Arrival: d.Found[0], Person: *record.Person, Papers: record.LegalStatus, Overdue: !record.OverdueSince.IsZero(), Form: form}
	card.Waits = slices.ContainsFunc(d.Bus.Waiting, func(a Arrival) bool { return a.Number == card.Number }) && d.Bus.Status == custody.HandoverDone
	for _, one := range record.Discrepancies {
		if !one.Resolved() {
			card.Open++
		}
	}
	if record.Person.Photograph != "" {
		card.Image = page.PhotographAddress(card.Number, look.First)
	}
	if card.Waits && card.Planned.Code != "" {
		p.Book.Read(func(s *custody.State) {
			if r := s.Unfit([]custody.CellOrder{{Person: card.Number, To: card.Planned.Code, Happened: v.Now}}, v.Now)[0]; r != nil {
				card.Unfit = page.SayRefusal(v.Speaker, r)
				card.Nearest = s.Arrange(v.Now, v.Now).Nearest(card.Number, card.Planned.Code)
			}
		})
	}
	d.Card = &card
	return nil
}

// accept takes the bus over from the escort: the second hand of the handover, for all who are on it.
func (p *pages) accept(v *page.Visit) error {
	id := v.R.PathValue("handover")
	if _, err := p.transfer.Accept(v.R.Context(), v.Command(), id, time.Time{}); err != nil {
		var form page.Form
		if form.Take(v.Speaker, err, nil) {
			return p.desk(v, page.StatusOf(err), "", "", form)
		}
		return err
	}
	return v.SeeOther(addressOf(id))
}

// place sends somebody to the cell that was confirmed, and makes room for the next.
func (p *pages) place(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	id, number, form := v.R.PathValue("handover"), v.Typed("person"), v.Sent()
	if v.Typed("cell") == "" {
		form.Mend("cell", v.Say("page.reception.cell-missing"))
		return p.desk(v, http.StatusUnprocessableEntity, number, "", form)
	}
	if _, err := p.roll.Move(v.R.Context(), v.Command(), roll.Step{Person: number, To: v.Typed("cell")}); err != nil {
		refusal, refused := custody.RefusalOf(err)
		if !refused {
			return err
		}
		// On this form there is nothing else to mend than the cell, also where it is one of a place that they do not serve.
		for _, one := range append([]*custody.Refusal{refusal}, refusal.Also...) {
			form.Faults = append(form.Faults, page.Fault{Field: "cell", Text: page.SayRefusal(v.Speaker, one), Mend: page.SayMend(v.Speaker, one)})
		}
		return p.desk(v, page.StatusOf(err), number, "", form)
	}
	return v.SeeOther(addressOf(id) + "?done=" + url.QueryEscape(number))
}

func (p *pages) frame(v *page.Visit, b Bus) page.Frame {
	f := v.Frame("reception", v.Say("page.reception.bus", "vehicles", b.which()), b.To.Code)
	f.Trail = []page.Link{{Text: v.Say("page.nav.reception"), Address: "/reception"}}
	f.Stream = addressOf(b.ID) + "/live"
	f.Here = addressOf(b.ID)
	return f
}

// which names the vehicles of a bus, or the handover, where people came otherwise.
func (b Bus) which() string {
	if len(b.Vehicles) == 0 {
		return b.ID
	}
	return strings.Join(b.Vehicles, ", ")
}

// follow keeps the sums and the lists of a bus live: several desks may take it in.
func (p *pages) follow(v *page.Visit) error {
	id, official := v.R.PathValue("handover"), v.Official.Name
	read := func() (b Bus, err error) {
		p.Book.Read(func(s *custody.State) { b, err = p.readBus(s, id, official) })
		return b, err
	}
	b, err := read()
	if err != nil {
		return err
	}
	f := p.frame(v, b)
	return p.Stream(v, fmt.Sprintf("reception %s %s %s %s", id, f.Tag(), f.Zone, v.Scope()), func(now time.Time) (templ.Component, error) {
		b, err := read()
		return liveParts(f.At(now), b), err
	})
}
