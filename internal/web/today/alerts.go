package today

import (
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/discrepancies"
	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/web/people"
	"habeas.example/habeas/internal/web/places"
	"habeas.example/habeas/internal/web/plans"
)

// alerts are what is wrong now, worst first.
func (t Today) alerts(f page.Frame) []page.Alert {
	var list []page.Alert
	if n := t.Roll.AtLarge; n > 0 {
		list = append(list, page.Alert{Tone: page.Wrong, Title: f.Plural("page.today.at-large", n), Address: toPeople(f, people.Selection{Where: "at-large"}),
			Mend: f.Say("page.today.at-large-mend")})
	}
	if n := t.Roll.Overdue; n > 0 {
		list = append(list, page.Alert{Tone: page.Wrong, Title: f.Plural("page.today.overdue", n), Address: readable(f, "/overdue"),
			Mend: f.Say("page.today.overdue-mend"), Inside: overdueList(f, t.Overdue)})
	}
	for _, j := range t.Stuck {
		list = append(list, page.Alert{Tone: page.Wrong, Title: f.Say("page.today.stuck", "transfer", j.ID), Address: page.TransferAddress(j.ID),
			Mend: f.Plural("page.today.in-the-way", len(j.InTheWay)), Inside: stuckSums(f, j)})
	}
	if n := t.Roll.Discrepancies; n > 0 {
		list = append(list, page.Alert{Tone: page.Wrong, Title: f.Plural("page.today.discrepancies", n), Address: readable(f, "/discrepancies"),
			Mend: f.Say("page.today.discrepancies-mend"), Inside: discrepancies.Groups(f, t.Discrepancies)})
	}
	if n := t.Roll.OverCapacityPlaces; n > 0 {
		list = append(list, page.Alert{Tone: page.Wrong, Title: f.Plural("page.plans.over", n), Address: readable(f, "/cells/standing"), Inside: plans.BreachList(f, t.Over)})
	}
	for _, e := range t.Establishments {
		for _, c := range e.Count.Open {
			list = append(list, runningCount(f, e, c))
		}
		if e.Space.Crowded > 0 {
			list = append(list, page.Alert{Tone: page.Wrong, Title: f.Plural("page.today.crowded", e.Space.Crowded, "minimum", f.Metres(340), "establishment", e.Name),
				Address: page.EstablishmentAddress(e.Code), Mend: f.Say("page.today.crowded-mend")})
		}
		if e.Allowed > 0 && e.Present > e.Allowed {
			list = append(list, page.Alert{Tone: page.Wrong, Title: f.Say("page.today.over-allowed", "establishment", e.Name, "over", f.Number(e.Present-e.Allowed)),
				Address: page.EstablishmentAddress(e.Code), Mend: f.Say("page.today.over-allowed-mend")})
		}
	}
	if t.Late > 0 {
		list = append(list, page.Alert{Tone: page.Undue, Title: f.Plural("page.today.late", t.Late), Address: toPeople(f, people.Selection{Where: "out"}), Mend: f.Say("page.today.late-mend")})
	}
	return list
}

// runningCount says that an establishment is being counted: wrong where it differs or lasts too long.
func runningCount(f page.Frame, e places.Row, c custody.RunningCount) page.Alert {
	a := page.Alert{Tone: page.Undue, Title: f.Say("page.today.counting", "establishment", e.Name, "kind", f.Term("countkind", c.Kind), "clock", f.ClockOf(c.Opened)),
		Address: page.CountAddress(c.ID), Mend: f.Say("page.today.counting-state", "cleared", f.Number(c.Cleared), "landings", f.Number(c.Landings), "differ", f.Number(c.Differ))}
	if c.Differ > 0 || !c.OverdueSince.IsZero() {
		a.Tone = page.Wrong
	}
	return a
}

// tiles are the numbers of the roll.
func (t Today) tiles(f page.Frame) []page.Tile {
	selected := func(where string) string { return people.Selection{Where: where}.Address() }
	tone := func(n int, bad page.Tone) page.Tone {
		if n > 0 {
			return bad
		}
		return ""
	}
	inside := t.Sum(func(e places.Row) int { return e.Present })
	out := t.Sum(func(e places.Row) int { return e.Out })
	aboard := t.Sum(places.Row.Aboard)
	list := []page.Tile{
		{What: f.Say("page.today.held"), N: t.Roll.Held, Address: "/people", Main: true, Note: t.cleared(f)},
		{What: f.Say("page.today.present"), N: inside, Address: selected("inside")},
		{What: f.Say("page.today.out"), N: out, Address: selected("out")},
		{What: f.Say("page.today.in-transit"), N: t.Roll.InTransit, Address: selected("transit"), Tone: tone(t.Roll.InTransit, page.Undue)},
		{What: f.Say("page.today.aboard"), N: aboard, Address: selected("aboard"), Tone: tone(aboard, page.Undue)},
		{What: f.Say("page.nav.overdue"), N: t.Roll.Overdue, Address: "/overdue", Tone: tone(t.Roll.Overdue, page.Wrong)},
		{What: f.Say("page.nav.discrepancies"), N: t.Roll.Discrepancies, Address: "/discrepancies", Tone: tone(t.Roll.Discrepancies, page.Wrong)},
	}
	if !f.May(custody.ReadRecords) {
		for i := range list {
			list[i].Address = ""
		}
	}
	return list
}

// cleared says what the last counts of all establishments found together, if each has been counted.
func (t Today) cleared(f page.Frame) string {
	n, oldest := 0, time.Time{}
	for _, e := range t.Establishments {
		c := e.Count.Cleared
		if c == nil {
			if e.Roll > 0 {
				return ""
			}
			continue
		}
		n += c.Number
		if oldest.IsZero() || c.At.Before(oldest) {
			oldest = c.At
		}
	}
	if oldest.IsZero() {
		return ""
	}
	return f.Say("page.today.cleared-sum", "number", f.Number(n), "at", f.When(oldest))
}

// toPeople is the address of those behind a number, for those who may read who they are.
func toPeople(f page.Frame, s people.Selection) string { return readable(f, s.Address()) }

func readable(f page.Frame, address string) string {
	if !f.May(custody.ReadRecords) {
		return ""
	}
	return address
}

// signed writes a difference with its sign.
func signed(f page.Frame, n int) string {
	if n < 0 {
		return "−" + f.Number(-n)
	}
	return "+" + f.Number(n)
}

func outOf(e places.Row) int { return e.Out }
