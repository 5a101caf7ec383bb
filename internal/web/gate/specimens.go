package gate

import (
	"fmt"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are a vehicle in every state, the form of every step, and offers of people with and without anything to offer.
func Specimens() []page.Specimen {
	vehicle := func(name string, make func(f page.Frame, one *Vehicle)) page.Specimen {
		return page.Specimen{Name: "gate/vehicle-" + name, Show: func(f page.Frame) templ.Component {
			one := specimenVehicle()
			make(f, &one)
			return vehiclePage(f, one)
		}}
	}
	list := []page.Specimen{
		vehicle("empty", func(_ page.Frame, one *Vehicle) { one.Aboard, one.Waiting, one.Left, one.Car.Aboard = nil, nil, 0, 0 }),
		vehicle("boarding", func(_ page.Frame, one *Vehicle) { one.Done = "board" }),
		vehicle("refused", func(f page.Frame, one *Vehicle) {
			one.Form = page.Form{Values: map[string][]string{"person": {one.Waiting[0].Number}}}
			one.Form.Mend("person", f.Say("refusal.seats-taken", "vehicle", one.Car.Place, "seats", "2", "person", page.LongName))
		}),
		vehicle("card", func(_ page.Frame, one *Vehicle) { one.Card = specimenCard(one.Waiting[0], true) }),
		vehicle("card-refused", func(f page.Frame, one *Vehicle) {
			one.Card = specimenCard(one.Waiting[1], true)
			one.Form.Mend("person", f.Say("refusal.no-live-authority", "person", page.RightToLeft, "place", one.Car.Place))
		}),
		vehicle("card-not-waiting", func(_ page.Frame, one *Vehicle) { one.Card = specimenCard(one.Waiting[4], false) }),
		vehicle("nobody", func(_ page.Frame, one *Vehicle) { one.Query, one.Waiting = page.ScriptName, nil }),
		vehicle("not-mine", func(_ page.Frame, one *Vehicle) { one.Why = page.SpacedName }),
		vehicle("offered", func(_ page.Frame, one *Vehicle) { one.Offered, one.Why = "H41", page.LongName }),
		vehicle("received", func(_ page.Frame, one *Vehicle) {
			one.Boards, one.Steps = false, nil
			one.Car.Departed, one.Car.Arrived, one.Car.Received = page.StillNow, page.StillNow, page.StillNow
		}),
		{Name: "gate/line", Show: func(f page.Frame) templ.Component { return linePage(f, specimenLine(f)) }},
		{Name: "gate/line-nothing", Show: func(f page.Frame) templ.Component {
			l := specimenLine(f)
			l.Steps, l.Done, l.On.Line.Unlisted = nil, "withdraw", true
			return linePage(f, l)
		}},
		{Name: "gate/handing-empty", Show: func(f page.Frame) templ.Component {
			return handingPage(f, Handing{Transfer: specimenVehicle().Transfer, From: page.Place{Code: "PSM", Name: page.SpacedName}, To: page.Place{Code: "CCT", Name: page.RightToLeft}})
		}},
		{Name: "gate/handing", Show: func(f page.Frame) templ.Component { return handingPage(f, specimenHanding(page.LongName)) }},
		{Name: "gate/handing-refused", Show: func(f page.Frame) templ.Component {
			h := specimenHanding("")
			h.Step, h.Form = "arrival-offers", page.Form{Values: map[string][]string{"vehicles": {"B01"}, "place": {page.EmojiName}}}
			h.Form.Mend("place", f.Say("refusal.unknown-place", "place", page.EmojiName))
			return handingPage(f, h)
		}},
	}
	for _, s := range steps {
		if s.Name == "count" || s.Name == "withdraw" { // of the others the refused form shows as much
			list = append(list, page.Specimen{Name: "gate/step-" + s.Name, Show: func(f page.Frame) templ.Component { return stepPage(f, specimenForm(f, s)) }})
		}
		list = append(list, page.Specimen{Name: "gate/step-" + s.Name + "-refused", Show: func(f page.Frame) templ.Component {
			shown := specimenForm(f, s)
			shown.Form = page.Form{Values: map[string][]string{}}
			for _, i := range shown.Inputs {
				shown.Form.Values.Set(i.Name, page.ScriptName)
				shown.Form.Mend(i.Name, f.Say("refusal.reason-missing", "place", "", "transfer", page.EmojiName, "handover", "", "authority", ""))
			}
			if shown.Inputs == nil {
				shown.Why = page.CombiningName
			}
			return stepPage(f, shown)
		}})
	}
	return list
}

func specimenVehicle() Vehicle {
	one := Vehicle{Transfer: custody.Transfer{ID: "TR-2031-0008", From: "PSM", To: "CCT", Status: custody.Approved}, From: page.Place{Code: "PSM", Name: page.SpacedName}, To: page.Place{Code: "CCT", Name: page.RightToLeft},
		Car:   transfer.VehicleView{Vehicle: custody.Vehicle{Transfer: "TR-2031-0008", Code: "B01", Plate: "N-100-200", Seats: 40}, Place: "TR-2031-0008-B01", Aboard: 6},
		Entry: 41_342, Boards: true, Left: 1204, Counter: counter{By: "a", Name: page.EmojiName, At: page.StillNow},
		Steps: []page.Offer{{Text: page.SpacedName, Address: "/"}, {Text: "B01", Why: page.LongName, Law: 2}}}
	one.Car.LastCount = &custody.VehicleCount{Stage: "boarding", Counted: 5, Aboard: 6}
	for i, name := range page.OddNames {
		t := Traveller{Number: fmt.Sprintf("100000%dY", i), Name: name, Status: custody.Listed, Place: page.Place{Code: "PSM-M1-C01", Name: page.SpacedName}}
		one.Waiting = append(one.Waiting, t)
		t.Status, t.Vehicle = custody.Boarded, "B01"
		one.Aboard = append(one.Aboard, t)
	}
	one.Pages = page.Pages{Page: 1, Total: 1204, Size: page.PageSize, Address: func(int) string { return "/transfers/TR-2031-0008/vehicles/B01" }}
	return one
}

func specimenCard(t Traveller, boards bool) *Card {
	if !boards {
		t.Status, t.Vehicle = custody.Boarded, "B02"
	}
	return &Card{Traveller: t, Birth: "1999-02-28", Sex: "M", Papers: custody.Convicted, Boards: boards}
}

func specimenSubject() subject {
	one := specimenVehicle()
	view := transfer.View{Transfer: one.Transfer, Vehicles: []transfer.VehicleView{one.Car}}
	view.Waypoints = []custody.Waypoint{{Code: "PEAJE", Name: page.LongName}}
	places := []page.Place{{Code: "CCT-REC", Name: page.SpacedName}, {Code: "CCT-REC2", Name: page.RightToLeft}}
	return subject{Transfer: view, Places: choices{Receptions: places, Hospitals: places, Houses: places}}
}

func specimenLine(f page.Frame) Line {
	on := specimenSubject()
	on.Line = &transfer.ManifestLine{Line: custody.Line{Transfer: on.Transfer.ID, Person: "1000001Y", Status: custody.LineDeparted, Vehicle: "TR-2031-0008-B01", Entry: 41_000}, Name: page.ScriptName}
	return Line{On: on, Where: page.Place{Code: "TR-2031-0008-B01", Name: page.LongName}, Steps: []page.Offer{{Text: f.Say("page.gate.step.divert"), Address: "/"}, {Text: f.Say("page.gate.step.board"), Why: page.SpacedName, Law: 3}}}
}

func specimenForm(f page.Frame, s step) Form {
	shown := Form{step: s, On: specimenSubject(), What: "B01"}
	switch s.On {
	case onVehicle:
		car := shown.On.Transfer.Vehicles[0]
		car.Departed = page.StillNow
		shown.On.Vehicle = &car
	case onPerson:
		line := specimenLine(f)
		shown.On.Line, shown.What, shown.Who = line.On.Line, line.On.Line.Person, line.On.Line.Name
	case onHandover:
		shown.On.Handover = &custody.Handover{ID: "H41", Transfer: shown.On.Transfer.ID, Status: custody.HandoverOpen}
		shown.What = "H41"
	}
	if s.Inputs != nil {
		shown.Inputs = s.Inputs(f, shown.On)
	}
	return shown
}

func specimenHanding(why string) Handing {
	one := specimenVehicle()
	car := one.Car
	h := Handing{Transfer: one.Transfer, From: one.From, To: one.To, Giver: page.EmojiName, Others: one.Waiting, WhyArrive: why, Receptions: specimenSubject().Places.Receptions,
		Leaving: []Ready{{VehicleView: car, Counter: one.Counter}, {VehicleView: car, Counter: one.Counter, Own: true}, {VehicleView: car, Why: page.LongName}}}
	car.Departed, car.Arrived = page.StillNow.Add(-time.Hour), page.StillNow
	h.Arriving = []Ready{{VehicleView: car}, {VehicleView: car, Why: page.SpacedName}}
	return h
}
