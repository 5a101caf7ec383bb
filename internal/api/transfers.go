package api

import (
	"context"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/transfer"
)

// Transfers are the transfers, newest first.
type Transfers struct {
	Transfers []transfer.View `json:"transfers"`
}

// Manifest is a part of a manifest, by prison number.
type Manifest struct {
	Lines []transfer.ManifestLine `json:"lines"`
	Total int                     `json:"total"`
}

type manifestQuery struct {
	Status custody.LineStatus `query:"status" maxLength:"20"`
	After  string             `query:"after" maxLength:"20"`
	Limit  int                `query:"limit" minimum:"1" maximum:"5000" default:"500"`
}

type draft struct {
	From       string `json:"from"`
	To         string `json:"to"`
	Date       string `json:"date" doc:"YYYY-MM-DD, in the zone of the establishment of origin."`
	LegalBasis string `json:"legalBasis"`
}

type manifestLoad struct {
	Source string   `json:"source,omitempty" doc:"Where the list came from."`
	People []string `json:"people" doc:"Prison numbers, at most 5,000."`
}

type newVehicles struct {
	Vehicles []custody.Vehicle `json:"vehicles" maxItems:"500"`
}

type identifications struct {
	People []string `json:"people" maxItems:"5000"`
}

type boardings struct {
	Vehicle  string    `json:"vehicle"`
	People   []string  `json:"people" maxItems:"5000"`
	Happened time.Time `json:"happened,omitzero"`
}

type vehicleCount struct {
	Vehicle  string    `json:"vehicle"`
	Stage    string    `json:"stage" doc:"boarding, waypoint or arrival."`
	Waypoint string    `json:"waypoint,omitempty"`
	Counted  int       `json:"counted" required:"true"` // left out, it would count nobody
	Happened time.Time `json:"happened,omitzero"`
}

type departureOffer struct {
	Vehicles []string  `json:"vehicles" maxItems:"500"`
	Happened time.Time `json:"happened,omitzero"`
}

type vehicleArrival struct {
	Vehicle  string    `json:"vehicle"`
	Place    string    `json:"place"`
	Happened time.Time `json:"happened,omitzero"`
}

type arrivalOffer struct {
	Vehicles []string  `json:"vehicles,omitempty" maxItems:"500"`
	People   []string  `json:"people,omitempty" maxItems:"5000"`
	Place    string    `json:"place"`
	Happened time.Time `json:"happened,omitzero"`
}

type withdrawal struct {
	Person string `json:"person"`
	Reason string `json:"reason" doc:"unfit or withdrawn."`
	Note   string `json:"note,omitempty"`
}

type diversion struct {
	Person   string    `json:"person"`
	Hospital string    `json:"hospital"`
	Note     string    `json:"note,omitempty"`
	Happened time.Time `json:"happened,omitzero"`
}

type lodging struct {
	Person   string    `json:"person"`
	Place    string    `json:"place"`
	Note     string    `json:"note,omitempty"`
	Happened time.Time `json:"happened,omitzero"`
}

type resumption struct {
	Vehicle  string    `json:"vehicle"`
	Person   string    `json:"person"`
	Happened time.Time `json:"happened,omitzero"`
}

type acceptance struct {
	Happened time.Time `json:"happened,omitzero"`
}

// transfers registers transfers, their convoys and their handovers.
func (d *door) transfers() {
	read(d, "/transfers", "The transfers, newest first", custody.ReadRecords, func(_ context.Context, who *asker, _ *nothing) (Transfers, error) {
		return Transfers{d.Transfer.SeenBy(who.official.Name).List()}, nil
	})
	read(d, "/transfers/{id}", "A transfer as it stands", custody.ReadRecords, func(_ context.Context, who *asker, _ *nothing) (transfer.View, error) {
		return d.Transfer.SeenBy(who.official.Name).View(who.subject)
	})
	read(d, "/transfers/{id}/manifest", "The manifest", custody.ReadRecords, func(_ context.Context, who *asker, q *manifestQuery) (Manifest, error) {
		lines, total, err := d.Transfer.SeenBy(who.official.Name).Manifest(who.subject, q.Status, q.After, q.Limit)
		if lines == nil {
			lines = []transfer.ManifestLine{}
		}
		return Manifest{lines, total}, err
	})
	read(d, "/handovers/{id}", "A handover", custody.ReadRecords, func(_ context.Context, who *asker, _ *nothing) (custody.Handover, error) {
		return d.Transfer.SeenBy(who.official.Name).Handover(who.subject)
	})
	d.orders()
	d.manifests()
	d.convoy()
	d.exceptions()
}

// orders registers what is done about a transfer before anybody moves, and its closing.
func (d *door) orders() {
	command(d, "/transfers", "Draft a transfer", func(ctx context.Context, c book.Command, _ string, in *draft) (book.Written, error) {
		return d.Transfer.Draft(ctx, c, custody.Transfer{From: in.From, To: in.To, Date: in.Date, LegalBasis: in.LegalBasis})
	})
	commandOf(d, "/transfers/{id}/manifest", "List people, all or none", largeBody, func(ctx context.Context, c book.Command, id string, in *manifestLoad) (book.Written, error) {
		return d.Transfer.LoadManifest(ctx, c, id, in.Source, in.People)
	})
	command(d, "/transfers/{id}/escort", "Say who guards the transfer", func(ctx context.Context, c book.Command, id string, in *custody.Escort) (book.Written, error) {
		return d.Transfer.AssignEscort(ctx, c, id, *in)
	})
	command(d, "/transfers/{id}/waypoints", "Add a place on the road where vehicles are counted", func(ctx context.Context, c book.Command, id string, in *custody.Waypoint) (book.Written, error) {
		return d.Transfer.AddWaypoint(ctx, c, id, *in)
	})
	command(d, "/transfers/{id}/vehicles", "Add vehicles", func(ctx context.Context, c book.Command, id string, in *newVehicles) (book.Written, error) {
		return d.Transfer.AddVehicles(ctx, c, id, in.Vehicles...)
	})
	command(d, "/transfers/{id}/approval", "Approve a draft; never by its author", func(ctx context.Context, c book.Command, id string, _ *nothing) (book.Written, error) {
		return d.Transfer.Approve(ctx, c, id)
	})
	command(d, "/transfers/{id}/calling-off", "Call a transfer off", func(ctx context.Context, c book.Command, id string, in *reason) (book.Written, error) {
		return d.Transfer.CallOff(ctx, c, id, in.Reason)
	})
	command(d, "/transfers/{id}/closing", "Close a transfer when everybody is answered for", func(ctx context.Context, c book.Command, id string, _ *nothing) (book.Written, error) {
		return d.Transfer.Close(ctx, c, id)
	})
}

// convoy registers the way of people through a transfer, and its handovers.
func (d *door) convoy() {
	command(d, "/transfers/{id}/identifications", "Record that people were identified", func(ctx context.Context, c book.Command, id string, in *identifications) (book.Written, error) {
		return d.Transfer.Identify(ctx, c, id, in.People...)
	})
	command(d, "/transfers/{id}/boardings", "Record that people entered a vehicle", func(ctx context.Context, c book.Command, id string, in *boardings) (book.Written, error) {
		return d.Transfer.Board(ctx, c, id, in.Vehicle, in.Happened, in.People...)
	})
	command(d, "/transfers/{id}/counts", "State a count of the people aboard", func(ctx context.Context, c book.Command, id string, in *vehicleCount) (book.Written, error) {
		return d.Transfer.Count(ctx, c, id, in.Vehicle, custody.VehicleCount{Stage: in.Stage, Waypoint: in.Waypoint, Counted: in.Counted}, in.Happened)
	})
	command(d, "/transfers/{id}/departure-offers", "Offer the people aboard to the escort", func(ctx context.Context, c book.Command, id string, in *departureOffer) (book.Written, error) {
		return d.Transfer.OfferDeparture(ctx, c, id, in.Vehicles, in.Happened)
	})
	command(d, "/transfers/{id}/arrivals", "State that a vehicle arrived", func(ctx context.Context, c book.Command, id string, in *vehicleArrival) (book.Written, error) {
		return d.Transfer.Arrive(ctx, c, id, in.Vehicle, in.Place, in.Happened)
	})
	command(d, "/transfers/{id}/arrival-offers", "Offer people to the establishment of destination", func(ctx context.Context, c book.Command, id string, in *arrivalOffer) (book.Written, error) {
		return d.Transfer.OfferArrival(ctx, c, id, in.Vehicles, in.People, in.Place, in.Happened)
	})
	command(d, "/handovers/{id}/acceptance", "Accept a handover; never by who offered it", func(ctx context.Context, c book.Command, id string, in *acceptance) (book.Written, error) {
		return d.Transfer.Accept(ctx, c, id, in.Happened)
	})
	command(d, "/handovers/{id}/recall", "Take an offered handover back", func(ctx context.Context, c book.Command, id string, in *reason) (book.Written, error) {
		return d.Transfer.Recall(ctx, c, id, in.Reason)
	})
}

// exceptions registers what does not go as listed.
func (d *door) exceptions() {
	command(d, "/transfers/{id}/withdrawals", "Record that a listed person does not travel", func(ctx context.Context, c book.Command, id string, in *withdrawal) (book.Written, error) {
		return d.Transfer.Withdraw(ctx, c, id, in.Person, in.Reason, in.Note)
	})
	command(d, "/transfers/{id}/diversions", "State that a person was taken to a hospital on the way", func(ctx context.Context, c book.Command, id string, in *diversion) (book.Written, error) {
		return d.Transfer.Divert(ctx, c, id, in.Person, in.Hospital, in.Note, in.Happened)
	})
	command(d, "/transfers/{id}/lodgings", "State that a person spends the night on the way", func(ctx context.Context, c book.Command, id string, in *lodging) (book.Written, error) {
		return d.Transfer.Lodge(ctx, c, id, in.Person, in.Place, in.Note, in.Happened)
	})
	command(d, "/transfers/{id}/resumptions", "State that a lodged person travels on", func(ctx context.Context, c book.Command, id string, in *resumption) (book.Written, error) {
		return d.Transfer.Resume(ctx, c, id, in.Vehicle, in.Person, in.Happened)
	})
	command(d, "/transfers/{id}/unlisted", "State that somebody arrived who is not listed", func(ctx context.Context, c book.Command, id string, in *arrival) (book.Written, error) {
		return d.Transfer.Unlisted(ctx, c, id, in.Number, in.admission(), in.Place, in.Happened)
	})
}
