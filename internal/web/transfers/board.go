package transfers

import (
	"slices"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/page"
)

// car is a vehicle on the board: where it stands, who is aboard, what went otherwise than listed in it.
type car struct {
	transfer.VehicleView
	Exceptions []transfer.Exception
}

// cars are the vehicles of the board, what needs somebody first: a count that differs, then what is under way, then what has
// been received.
func (p Record) cars() []car {
	of := map[string][]transfer.Exception{}
	for _, x := range p.Exceptions {
		if place := p.Carried[x.Person]; place != "" {
			of[place] = append(of[place], x)
		}
	}
	list := make([]car, len(p.Vehicles))
	for i, v := range p.Vehicles {
		list[i] = car{v, of[v.Place]}
	}
	return list
}

// Differs reports whether the newest count is not who is aboard by the record.
func (c car) Differs() bool { return c.LastCount != nil && c.LastCount.Counted != c.LastCount.Aboard }

// State is where the vehicle stands: "waiting", "boarding", "departed", "arrived" or "received".
func (c car) State() string {
	switch {
	case !c.Received.IsZero():
		return "received"
	case !c.Arrived.IsZero():
		return "arrived"
	case !c.Departed.IsZero():
		return "departed"
	case c.Aboard > 0:
		return "boarding"
	}
	return "waiting"
}

// Tone is what the state means for whoever watches the board.
func (c car) Tone() page.Tone {
	if c.Differs() {
		return page.Wrong
	}
	switch c.State() {
	case "received":
		return page.Right
	case "waiting":
		return ""
	}
	return page.Undue
}

// plan is what a draft still lacks before it can be approved with a good conscience; the law asks for the people alone.
func (p Record) plan(f page.Frame) []page.Tile {
	tone := func(enough bool) page.Tone {
		if enough {
			return page.Right
		}
		return page.Undue
	}
	seats := page.Tile{What: f.Say("page.plan.seats"), N: p.VehicleSum.Seats, Tone: tone(p.VehicleSum.Seats >= p.Sums.Listed && p.Sums.Listed > 0)}
	if short := p.Sums.Listed - p.Sums.Withdrawn - p.VehicleSum.Seats; short > 0 {
		seats.Note = f.Plural("page.plan.seats-short", short)
	}
	escort := page.Tile{What: f.Say("page.transfer.escort"), Text: f.Say("page.plan.none"), Tone: page.Undue}
	if p.Escort != nil {
		escort = page.Tile{What: f.Say("page.transfer.escort"), N: p.Escort.Soldiers(), Note: p.Escort.Corps, Tone: page.Right}
	}
	return []page.Tile{
		{What: f.Say("page.plan.people"), N: p.Sums.Listed, Address: GroupAddress(p.ID, "listed"), Tone: tone(p.Sums.Listed > 0)},
		seats, escort,
		{What: f.Say("page.transfer.waypoints"), N: len(p.Waypoints), Tone: tone(len(p.Waypoints) > 0)},
	}
}

// approval is the panel of the second signature.
func (p Record) approval(f page.Frame) page.Confirm {
	c := page.Confirm{Title: f.Say("page.plan.approval"), Text: f.Plural("page.plan.approval-text", p.Sums.Listed, "from", p.From.Name, "to", p.To.Name, "date", f.Day(p.Date)),
		Address: stepAddress(p.ID, "approval"), Button: f.Say("page.plan.approve"), Why: p.MayNot["approval"],
		Hands: []page.Hand{{What: f.Say("page.transfer.drafted-by"), Who: p.Drafted}, {What: f.Say("page.transfer.approved-by")}}}
	if p.Step == "approval" {
		c.Form = p.Form
	}
	return c
}

// closing is the panel by which a transfer is closed.
func (p Record) closing(f page.Frame) page.Confirm {
	return page.Confirm{Title: f.Say("page.plan.closing"), Text: f.Say("page.plan.closing-text"), Address: stepAddress(p.ID, "closing"), Button: f.Say("page.plan.close"),
		Why: p.MayNot["closing"]}
}

// acceptance is the panel of the second hand of a handover.
func (p Record) acceptance(f page.Frame, o offer) page.Confirm {
	c := page.Confirm{Title: f.Say("page.plan.handover", "kind", f.Term("handoverkind", o.Kind), "handover", o.ID),
		Text:    f.Plural("page.plan.handover-text", len(o.People)),
		Address: stepAddress(p.ID, "acceptance"), Button: f.Say("page.plan.accept"), Hidden: map[string]string{"handover": o.ID}, Why: o.Why,
		Hands: []page.Hand{{What: f.Say("page.plan.gives"), Who: o.ReleasingName, At: o.Offered}, {What: f.Say("page.plan.takes")}}}
	if p.Step == "acceptance" && p.Form.Value("handover", "") == o.ID {
		c.Form = p.Form
	}
	return c
}

func stepAddress(id, step string) string { return page.TransferAddress(id) + "/" + step }

// formOf is the form of one of the planner's steps: what was typed, if it is the one that was refused.
func (p Record) formOf(step string) page.Form {
	if p.Step == step {
		return p.Form.Within(step)
	}
	return page.Form{}.Within(step)
}

// refusedStep reports whether one of some steps was refused.
func (p Record) refusedStep(steps ...string) bool { return slices.Contains(steps, p.Step) }

// askSteps asks the law which steps this official could not take now, and why.
func (d *pages) askSteps(v *page.Visit, p *Record) {
	if v.Official == nil {
		return
	}
	p.MayNot = map[string]string{}
	d.Book.Read(func(s *custody.State) {
		ends := s.EndsOf(p.ID)
		say := func(errs ...error) string {
			for _, err := range errs {
				if r, ok := custody.RefusalOf(err); ok {
					return page.SayRefusal(v.Speaker, r) + " " + page.SayMend(v.Speaker, r)
				}
			}
			return ""
		}
		name := v.Official.Name
		_, approve := s.ApproveTransfer(p.ID, name)
		p.MayNot["approval"] = say(s.May(name, custody.ApproveTransfers, ends...), approve)
		_, closing := s.CloseTransfer(p.ID)
		p.MayNot["closing"] = say(s.May(name, custody.CloseTransfers, ends...), closing)
		for i := range p.Offers {
			_, accept := s.AcceptHandover(p.Offers[i].ID, name, v.Now, v.Now)
			h := p.Offers[i]
			p.Offers[i].Why = say(s.May(name, custody.TakePeople, ends...), accept, transfer.WrongHand(s, name, p.ID, h.Kind, transfer.Taking))
			p.Offers[i].Recalls = s.May(name, custody.GivePeople, ends...) == nil && transfer.WrongHand(s, name, p.ID, h.Kind, transfer.Giving) == nil
		}
	})
}

// mayPlan is what one must be permitted to plan.
const mayPlan = custody.PlanTransfers

func establishmentsToChoose(places []page.Place) []page.Option {
	list := []page.Option{{}}
	for _, p := range places {
		list = append(list, page.Option{Value: p.Code, Text: p.Name + " (" + p.Code + ")"})
	}
	return list
}

// toneOf is what a transfer's status means for whoever reads it.
func toneOf(status custody.TransferStatus) page.Tone {
	switch status {
	case custody.Approved:
		return page.Undue
	case custody.Closed:
		return page.Right
	}
	return ""
}
