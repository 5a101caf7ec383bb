package gate

import (
	"net/url"
	"strconv"

	"habeas.example/habeas/internal/web/page"
)

// kept is what the address of a vehicle keeps while people board: what the list was narrowed to, and which page of it.
func (one Vehicle) kept() string {
	q := url.Values{}
	if one.Query != "" && one.Card == nil {
		q.Set("q", one.Query)
	}
	if one.Pages.Page > 1 {
		q.Set("page", strconv.Itoa(one.Pages.Page))
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func (one Vehicle) tiles(f page.Frame) []page.Tile {
	tiles := []page.Tile{{What: f.Say("page.gate.aboard"), N: one.Car.Aboard, Address: page.UnderAddress(one.Car.Place), Note: f.Say("page.plan.of-seats", "seats", f.Number(one.Car.Seats)), Main: true}}
	if one.Boards {
		tone := page.Right
		if one.Left > 0 {
			tone = page.Undue
		}
		tiles = append(tiles, page.Tile{What: f.Say("page.gate.left"), N: one.Left, Tone: tone})
	}
	return tiles
}

// countTone is what the last count means for whoever looks.
func (one Vehicle) countTone() page.Tone {
	switch c := one.Car.LastCount; {
	case c.Counted != c.Aboard:
		return page.Wrong
	case c.Counted != one.Car.Aboard:
		return page.Undue
	}
	return page.Right
}

// waitingOptions are those who wait to board, to be chosen.
func waitingOptions(f page.Frame, one Vehicle) (list []page.Option) {
	for _, t := range one.Waiting {
		list = append(list, page.Option{Value: t.Number, Text: t.Name, Hint: t.Number + " · " + t.Place.Code + " · " + f.Term("line", t.Status)})
	}
	return list
}

// withList is the field with the suggestions that stand beside it.
func (i input) withList() page.Field {
	field := i.Field
	if i.Places == nil {
		field.List = ""
	}
	return field
}

// withinStep is an input of one of several forms on a page.
func withinStep(i input, step string) input {
	i.Within = step
	return i
}

// formOf is the form of one of the two offers: what was typed, if it is the one that was refused.
func (h Handing) formOf(step string) page.Form {
	if h.Step == step {
		return h.Form.Within(step)
	}
	form := page.Form{}
	if h.Chosen != "" {
		form.Values = url.Values{"vehicles": {h.Chosen}}
		if len(h.Receptions) == 1 {
			form.Values.Set("place", h.Receptions[0].Code)
		}
	}
	return form.Within(step)
}

// departure is the panel by which vehicles are offered to the escort.
func (h Handing) departure(f page.Frame) page.Confirm {
	return page.Confirm{Title: f.Say("page.gate.departure"), Text: f.Say("page.gate.departure-text"), Address: page.TransferAddress(h.Transfer.ID) + "/departure-offers",
		Button: f.Say("page.gate.offer.departure"), Why: h.why(f, h.WhyLeave, h.Leaving, 0), Form: h.formOf("departure-offers"),
		Hands: []page.Hand{{What: f.Say("page.plan.gives"), Who: h.giver(h.WhyLeave)}, {What: f.Say("page.plan.takes")}}}
}

// arrival is the panel by which those who arrived are offered to the destination.
func (h Handing) arrival(f page.Frame) page.Confirm {
	return page.Confirm{Title: f.Say("page.gate.arrival"), Text: f.Say("page.gate.arrival-text"), Address: page.TransferAddress(h.Transfer.ID) + "/arrival-offers",
		Button: f.Say("page.gate.offer.arrival"), Why: h.why(f, h.WhyArrive, h.Arriving, len(h.Others)), Form: h.formOf("arrival-offers"),
		Hands: []page.Hand{{What: f.Say("page.plan.gives"), Who: h.giver(h.WhyArrive)}, {What: f.Say("page.plan.takes")}}}
}

// giver is whoever looks, where they may give.
func (h Handing) giver(why string) string {
	if why != "" {
		return ""
	}
	return h.Giver
}

// why says why an offer cannot be made: by this official, or with nothing ready.
func (h Handing) why(f page.Frame, why string, list []Ready, others int) string {
	if why == "" && len(ready(list, true))+others == 0 {
		return f.Say("page.gate.none-ready")
	}
	return why
}

// vehicleOptions are vehicles with how many are aboard and who counted them.
func (h Handing) vehicleOptions(f page.Frame, list []Ready) (options []page.Option) {
	for _, r := range list {
		o := page.Option{Value: r.Code, Text: r.Code + " · " + f.Say("page.plan.aboard-of", "aboard", f.Number(r.Aboard), "seats", f.Number(r.Seats))}
		switch {
		case r.Own:
			o.Hint = f.Say("page.gate.own-count", "counted", f.Number(r.LastCount.Counted), "at", f.ClockOf(r.Counter.At))
		case r.Counter.Name != "":
			o.Hint = f.Say("page.gate.count-of", "counted", f.Number(r.LastCount.Counted), "by", r.Counter.Name, "at", f.ClockOf(r.Counter.At))
		default:
			o.Hint = f.Say("page.gate.not-counted")
		}
		options = append(options, o)
	}
	return options
}

func (h Handing) othersOptions() (options []page.Option) {
	for _, t := range h.Others {
		options = append(options, page.Option{Value: t.Number, Text: t.Name, Hint: t.Number + " · " + t.Place.Name})
	}
	return options
}

func (h Handing) placeField(f page.Frame) input {
	return withinStep(placeInput(f, "place", h.Receptions), "arrival-offers")
}
