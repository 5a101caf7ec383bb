// Package gate is the pages of a transfer's steps at the gate and on the road: who boards which vehicle, the counts of those
// aboard, offering people and taking the offer back, arriving, and whoever does not go as listed. Every step asks the law first,
// and says why where it refuses.
package gate

import (
	"slices"
	"strings"

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

// Add adds the pages of the gate to the door. They stand under the transfer that they are of.
func Add(d *page.Door, roll *roll.Desk, transfer *transfer.Desk) {
	p := &pages{d, roll, transfer}
	d.Permitted(custody.ReadRecords, "GET /transfers/{id}/vehicles/{vehicle}", p.vehicle)
	d.Permitted(custody.ReadRecords, "GET /transfers/{id}/vehicles/{vehicle}/live", p.follow)
	d.Permitted(custody.LoadVehicles, "POST /transfers/{id}/vehicles/{vehicle}/boardings", p.board)
	d.Permitted(custody.ReadRecords, "GET /transfers/{id}/people/{person}", p.line)
	for _, s := range steps {
		d.Permitted(s.Needs, "GET "+s.pattern(), p.showStep(s))
		d.Permitted(s.Needs, "POST "+s.pattern(), p.doStep(s))
	}
	d.Permitted(custody.ReadRecords, "GET /transfers/{id}/handing-over", p.handing)
	d.Permitted(custody.GivePeople, "POST /transfers/{id}/departure-offers", p.offerDeparture)
	d.Permitted(custody.GivePeople, "POST /transfers/{id}/arrival-offers", p.offerArrival)
}

// Traveller is one of those whom a transfer names.
type Traveller struct {
	Number, Name string
	Status       custody.LineStatus
	Vehicle      string // code; empty: in none
	Place        page.Place
}

// read is a transfer as the official sees it, with its two ends.
func (p *pages) read(v *page.Visit) (view transfer.View, from, to page.Place, err error) {
	view, err = p.transfer.SeenBy(v.Official.Name).View(v.R.PathValue("id"))
	if err != nil {
		return view, from, to, err
	}
	p.Book.Read(func(s *custody.State) {
		from, to = page.PlaceIn(s, view.Transfer.From), page.PlaceIn(s, view.Transfer.To)
	})
	return view, from, to, nil
}

// vehicleIn is a vehicle of a transfer by its code.
func vehicleIn(view transfer.View, code string) (transfer.VehicleView, error) {
	at := slices.IndexFunc(view.Vehicles, func(v transfer.VehicleView) bool { return v.Code == code })
	if at < 0 {
		return transfer.VehicleView{}, custody.Unknown("vehicle", code)
	}
	return view.Vehicles[at], nil
}

// frame is the frame of a page under a transfer, in the zone of the establishment that its people leave.
func frame(v *page.Visit, view transfer.View, title string) page.Frame {
	f := v.Frame("transfers", title, view.Transfer.From)
	f.Trail = []page.Link{{Text: v.Say("page.nav.transfers"), Address: "/transfers"}, {Text: view.ID, Address: page.TransferAddress(view.ID)}}
	return f
}

// sayFirst says the first of some refusals with its mend; empty when there is none.
func sayFirst(v *page.Visit, errs ...error) string {
	for _, err := range errs {
		if r, ok := custody.RefusalOf(err); ok {
			return strings.TrimSpace(page.SayRefusal(v.Speaker, r) + " " + page.SayMend(v.Speaker, r))
		}
	}
	return ""
}
