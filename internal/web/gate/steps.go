package gate

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/page"
)

// What a step is about: the part of its address that names it.
const (
	onVehicle  = "vehicles"
	onPerson   = "people"
	onHandover = "handovers"
)

// step is something done about a vehicle, a person or a handover of a transfer, with a form of its own.
type step struct {
	Name  string // in its address and in its texts, "page.gate.step.NAME"
	On    string
	Needs custody.Action
	// Origin says that only whoever serves where the transfer leaves from may; else either end may.
	Origin bool
	// Fits says when it makes any sense; what does not is not even mentioned.
	Fits func(on subject) bool
	// Ask asks the law as if it were done now; nil: a fact, which is always taken.
	Ask    func(s *custody.State, official string, on subject, now time.Time) error
	Inputs func(f page.Frame, on subject) []input // nil: there is nothing to say
	Do     func(ctx context.Context, d *transfer.Desk, c book.Command, on subject, t typed) (book.Written, error)
	Fields map[string]string // refusal code, field or parameter to the field of the form
}

// subject is what a step is about.
type subject struct {
	Transfer transfer.View
	Vehicle  *transfer.VehicleView
	Line     *transfer.ManifestLine
	Handover *custody.Handover
	Places   choices
}

// choices are the places that forms offer.
type choices struct {
	Receptions []page.Place // of the destination
	Hospitals  []page.Place
	Houses     []page.Place // receptions of other establishments, where a night can be spent
}

// address is the page of what a step is about, to which it leads back.
func (on subject) address() string {
	switch {
	case on.Vehicle != nil:
		return page.VehicleAddress(on.Transfer.ID, on.Vehicle.Code)
	case on.Line != nil:
		return page.LineAddress(on.Transfer.ID, on.Line.Person)
	}
	return page.TransferAddress(on.Transfer.ID)
}

// at is where a step about it has its form.
func (s step) at(on subject) string {
	if on.Handover != nil {
		return page.RecallAddress(on.Transfer.ID, on.Handover.ID)
	}
	return on.address() + "/" + s.Name
}

func (s step) pattern() string { return "/transfers/{id}/" + s.On + "/{subject}/" + s.Name }

// typed is a form that was sent.
type typed struct {
	Text   func(name string) string
	Time   func(name string) time.Time
	Number func(name string) int
}

// input is a field of a step's form.
type input struct {
	page.Field
	Options []page.Option // a choice
	Few     bool          // of which all are in sight
	Places  []page.Place  // suggestions
	Long    bool          // several lines
}

// steps are all there are, in the order in which they are offered.
var steps = []step{
	{Name: "count", On: onVehicle, Needs: custody.StateFacts, Inputs: countInputs,
		Fits: func(on subject) bool { return on.Transfer.Status == custody.Approved && on.Vehicle.Received.IsZero() },
		Do: func(ctx context.Context, d *transfer.Desk, c book.Command, on subject, t typed) (book.Written, error) {
			stage, waypoint, _ := strings.Cut(t.Text("stage"), ":")
			return d.Count(ctx, c, on.Transfer.ID, on.Vehicle.Code, custody.VehicleCount{Stage: stage, Waypoint: waypoint, Counted: t.Number("counted")}, t.Time("at"))
		},
		Fields: map[string]string{"count-absurd": "counted", "count-stage": "stage", "waypoint": "stage"}},
	{Name: "arrive", On: onVehicle, Needs: custody.StateFacts,
		Fits: func(on subject) bool { return !on.Vehicle.Departed.IsZero() && on.Vehicle.Arrived.IsZero() },
		Inputs: func(f page.Frame, on subject) []input {
			return []input{placeInput(f, "place", on.Places.Receptions), whenInput(f)}
		},
		Do: func(ctx context.Context, d *transfer.Desk, c book.Command, on subject, t typed) (book.Written, error) {
			return d.Arrive(ctx, c, on.Transfer.ID, on.Vehicle.Code, t.Text("place"), t.Time("at"))
		},
		Fields: map[string]string{"place": "place"}},
	{Name: "identify", On: onPerson, Needs: custody.LoadVehicles, Origin: true,
		Fits: func(on subject) bool {
			return on.Transfer.Status == custody.Approved && on.Line.Status == custody.Listed
		},
		Ask: func(s *custody.State, _ string, on subject, now time.Time) error {
			_, err := s.Identify(on.Transfer.ID, on.Line.Person, now, now)
			return err
		},
		Do: func(ctx context.Context, d *transfer.Desk, c book.Command, on subject, _ typed) (book.Written, error) {
			return d.Identify(ctx, c, on.Transfer.ID, on.Line.Person)
		}},
	{Name: "board", On: onPerson, Needs: custody.LoadVehicles, Origin: true,
		Fits: func(on subject) bool {
			return on.Transfer.Status == custody.Approved && on.Line.Status == custody.Identified
		},
		Ask: askBoard,
		Inputs: func(f page.Frame, on subject) []input {
			return []input{vehicleInput(f, on, func(v transfer.VehicleView) bool { return v.Departed.IsZero() }), whenInput(f)}
		},
		Do: func(ctx context.Context, d *transfer.Desk, c book.Command, on subject, t typed) (book.Written, error) {
			return d.Board(ctx, c, on.Transfer.ID, t.Text("vehicle"), t.Time("at"), on.Line.Person)
		},
		Fields: map[string]string{"vehicle": "vehicle"}},
	{Name: "withdraw", On: onPerson, Needs: custody.LoadVehicles,
		Fits: func(on subject) bool {
			return on.Transfer.Status == custody.Approved && !on.Line.Status.Departed() && !on.Line.Status.Settled()
		},
		Inputs: func(f page.Frame, _ subject) []input {
			reason := input{Field: page.Field{Name: "reason", Label: f.Say("page.label.reason")}, Few: true,
				Options: []page.Option{{Value: "unfit", Text: f.Exception("unfit"), Hint: f.Say("page.gate.unfit-hint")}, {Value: "withdrawn", Text: f.Exception("withdrawn"), Hint: f.Say("page.gate.withdrawn-hint")}}}
			return []input{reason, noteInput(f)}
		},
		Do: func(ctx context.Context, d *transfer.Desk, c book.Command, on subject, t typed) (book.Written, error) {
			return d.Withdraw(ctx, c, on.Transfer.ID, on.Line.Person, t.Text("reason"), t.Text("note"))
		},
		Fields: map[string]string{"withdrawal-reason": "reason"}},
	{Name: "divert", On: onPerson, Needs: custody.StateFacts, Fits: underWay,
		Inputs: func(f page.Frame, on subject) []input {
			hospital := input{Field: page.Field{Name: "hospital", Label: f.Say("page.gate.hospital")}, Options: placeOptions(on.Places.Hospitals)}
			return []input{hospital, noteInput(f), whenInput(f)}
		},
		Do: func(ctx context.Context, d *transfer.Desk, c book.Command, on subject, t typed) (book.Written, error) {
			return d.Divert(ctx, c, on.Transfer.ID, on.Line.Person, t.Text("hospital"), t.Text("note"), t.Time("at"))
		},
		Fields: map[string]string{"place": "hospital"}},
	{Name: "lodge", On: onPerson, Needs: custody.StateFacts, Fits: underWay,
		Inputs: func(f page.Frame, on subject) []input {
			return []input{placeInput(f, "place", on.Places.Houses), noteInput(f), whenInput(f)}
		},
		Do: func(ctx context.Context, d *transfer.Desk, c book.Command, on subject, t typed) (book.Written, error) {
			return d.Lodge(ctx, c, on.Transfer.ID, on.Line.Person, t.Text("place"), t.Text("note"), t.Time("at"))
		},
		Fields: map[string]string{"place": "place"}},
	{Name: "resume", On: onPerson, Needs: custody.StateFacts,
		Fits: func(on subject) bool { return on.Line.Status == custody.Lodged },
		Inputs: func(f page.Frame, on subject) []input {
			return []input{vehicleInput(f, on, func(v transfer.VehicleView) bool { return !v.Departed.IsZero() && v.Received.IsZero() }), whenInput(f)}
		},
		Do: func(ctx context.Context, d *transfer.Desk, c book.Command, on subject, t typed) (book.Written, error) {
			return d.Resume(ctx, c, on.Transfer.ID, t.Text("vehicle"), on.Line.Person, t.Time("at"))
		},
		Fields: map[string]string{"vehicle": "vehicle"}},
	{Name: "recall", On: onHandover, Needs: custody.GivePeople,
		Fits: func(on subject) bool { return on.Handover.Status == custody.HandoverOpen },
		Ask: func(s *custody.State, official string, on subject, now time.Time) error {
			if err := transfer.WrongHand(s, official, on.Transfer.ID, on.Handover.Kind, transfer.Giving); err != nil {
				return err
			}
			_, err := s.RecallHandover(on.Handover.ID, "-", now)
			return err
		},
		Inputs: func(f page.Frame, _ subject) []input {
			return []input{{Field: page.Field{Name: "reason", Label: f.Say("page.label.reason"), Max: 500, Spoken: true}, Long: true}}
		},
		Do: func(ctx context.Context, d *transfer.Desk, c book.Command, on subject, t typed) (book.Written, error) {
			return d.Recall(ctx, c, on.Handover.ID, t.Text("reason"))
		},
		Fields: map[string]string{"reason-missing": "reason"}},
}

func underWay(on subject) bool {
	return on.Line.Status == custody.LineDeparted || on.Line.Status == custody.Lodged
}

// askBoard asks whether the person may board any vehicle of the transfer.
func askBoard(s *custody.State, _ string, on subject, now time.Time) (why error) {
	for _, v := range on.Transfer.Vehicles {
		_, err := s.Board(on.Transfer.ID, v.Code, on.Line.Person, now, now)
		if err == nil {
			return nil
		}
		why = cmp.Or(why, err)
	}
	if why == nil {
		return custody.Unknown("vehicle", "")
	}
	return why
}

// offer adds a step to what may be done about its subject, if it fits and the official's office permits it; if the law refuses it
// now, with the reason.
func (s step) offer(v *page.Visit, st *custody.State, on subject, list []page.Offer) []page.Offer {
	if !s.Fits(on) || st.May(v.Official.Name, s.Needs) != nil {
		return list
	}
	o := page.Offer{Text: v.Say("page.gate.step." + s.Name), Address: s.at(on)}
	if refusal, ok := custody.RefusalOf(s.lawful(st, v.Official.Name, on, v.Now)); ok {
		o.Why, o.Mend, o.Law = page.SayRefusal(v.Speaker, refusal), page.SayMend(v.Speaker, refusal), refusal.Law
	}
	return append(list, o)
}

func (s step) lawful(st *custody.State, official string, on subject, now time.Time) error {
	places := st.EndsOf(on.Transfer.ID)
	if s.Origin {
		places = []string{on.Transfer.Transfer.From}
	}
	if err := st.May(official, s.Needs, places...); err != nil || s.Ask == nil {
		return err
	}
	return s.Ask(st, official, on, now)
}

// countInputs ask where a vehicle was counted and how many were seen. What the record expects is not said here: whoever counts
// says what they saw.
func countInputs(f page.Frame, on subject) []input {
	stage := input{Field: page.Field{Name: "stage", Label: f.Say("page.gate.stage")}, Few: true}
	if on.Vehicle.Departed.IsZero() {
		stage.Options = append(stage.Options, page.Option{Value: "boarding", Text: f.Term("stage", "boarding")})
	} else {
		for _, w := range on.Transfer.Waypoints {
			stage.Options = append(stage.Options, page.Option{Value: "waypoint:" + w.Code, Text: f.Term("stage", "waypoint") + ": " + w.Name + " (" + w.Code + ")"})
		}
		stage.Options = append(stage.Options, page.Option{Value: "arrival", Text: f.Term("stage", "arrival")})
	}
	if len(stage.Options) == 1 || !on.Vehicle.Arrived.IsZero() {
		stage.Begin = stage.Options[len(stage.Options)-1].Value
	}
	counted := input{Field: page.Field{Name: "counted", Label: f.Say("page.gate.counted"), Hint: f.Say("page.gate.counted-hint"), Width: 4, Max: 5, Numeric: true, Autocomplete: "off"}}
	return []input{stage, counted, whenInput(f)}
}

func placeInput(f page.Frame, name string, places []page.Place) input {
	i := input{Field: page.Field{Name: name, Label: f.Say("page.label." + name), Hint: f.Say("page.label.place-hint"), Width: 20, Max: 60, List: name + "s"}, Places: places}
	if len(places) == 1 {
		i.Begin = places[0].Code
	}
	return i
}

func placeOptions(places []page.Place) []page.Option {
	list := []page.Option{{}}
	for _, p := range places {
		list = append(list, page.Option{Value: p.Code, Text: p.Name + " (" + p.Code + ")"})
	}
	return list
}

func vehicleInput(f page.Frame, on subject, fits func(transfer.VehicleView) bool) input {
	i := input{Field: page.Field{Name: "vehicle", Label: f.Say("page.field.vehicle")}, Options: []page.Option{{}}}
	for _, v := range on.Transfer.Vehicles {
		if fits(v) {
			i.Options = append(i.Options, page.Option{Value: v.Code, Text: v.Code + " · " + f.Say("page.plan.aboard-of", "aboard", f.Number(v.Aboard), "seats", f.Number(v.Seats))})
		}
	}
	return i
}

func noteInput(f page.Frame) input {
	return input{Field: page.Field{Name: "note", Label: f.Say("page.label.note"), Max: 1000, Spoken: true, Optional: true}, Long: true}
}

// whenInput asks when it happened; empty is now.
func whenInput(f page.Frame) input {
	return input{Field: page.Field{Name: "at", Label: f.Say("page.label.at"), Hint: f.Say("page.label.at-hint", "zone", f.ZoneName()), Type: "datetime-local", Width: 20, Optional: true}}
}

// placesFor are the places that forms of a transfer offer.
func placesFor(s *custody.State, t custody.Transfer) (c choices) {
	for p := range s.Places.All() {
		one := page.Place{Code: p.Code, Name: p.Name}
		switch {
		case p.OutOfUse:
		case p.Kind == custody.Hospital:
			c.Hospitals = append(c.Hospitals, one)
		case p.Kind != custody.Reception:
		case p.Establishment == t.To:
			c.Receptions = append(c.Receptions, one)
		default:
			c.Houses = append(c.Houses, one)
		}
	}
	for _, list := range [][]page.Place{c.Receptions, c.Hospitals, c.Houses} {
		slices.SortFunc(list, func(a, b page.Place) int { return strings.Compare(a.Code, b.Code) })
	}
	return c
}
