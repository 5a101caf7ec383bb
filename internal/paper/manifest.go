package paper

import (
	"slices"
	"strings"

	"habeas.example/habeas/internal/custody"
)

// Manifest is who travels on a transfer, vehicle by vehicle.
type Manifest struct {
	Transfer  custody.Transfer
	From, To  Place
	Sums      custody.Sums
	Approved  string // full name of who approved it; empty: nobody yet
	Vehicles  []ManifestVehicle
	Unseated  []ManifestLine // listed, and in no vehicle yet
	Elsewhere []ManifestLine // no longer travelling: withdrawn, diverted, received apart
	Only      string         // code of the one vehicle that is printed; empty: all
}

// ManifestVehicle is a vehicle and those who travel in it.
type ManifestVehicle struct {
	custody.Vehicle
	Lines []ManifestLine
}

// ManifestLine is one person on a manifest.
type ManifestLine struct {
	Number, Name string
	Birth        string // YYYY-MM-DD
	Status       custody.LineStatus
	Cell, Why    string // that a plan gives them at the destination, and why, as the code of a reason
	Exceptions   []string
}

// Print prints the manifest: a summary, then each vehicle on a page of its own, to be ticked at both doors and signed.
func (m Manifest) Print(s Setting) ([]byte, error) {
	p := newPress(s, s.Voice.Say("paper.manifest", nil))
	p.running = m.Transfer.ID
	about := p.say("paper.manifest-about", "transfer", m.Transfer.ID, "from", m.From.said(), "to", m.To.said(), "date", p.day(m.Transfer.Date))
	p.page()
	p.head(about)
	m.summary(p)
	for _, v := range m.Vehicles {
		p.page()
		p.head(p.say("paper.vehicle-of", "vehicle", v.Code, "plate", v.Plate) + " · " + about)
		p.facts(
			fact{p.say("paper.seats"), p.Voice.Number(v.Seats)}, fact{p.say("paper.aboard"), p.Voice.Number(len(v.Lines))},
			fact{p.say("paper.departed-at"), p.when(v.Departed)}, fact{p.say("paper.arrived-at"), p.when(v.Arrived)})
		m.list(p, v.Lines, true)
		p.y += 4
		p.signatures(p.say("paper.sign-releasing"), p.say("paper.sign-escort"), p.say("paper.sign-receiving"))
	}
	return p.done()
}

// summary is the first page: the order, the sums, the vehicles, and who is in none.
func (m Manifest) summary(p *press) {
	t := m.Transfer
	facts := []fact{{p.say("paper.legal-basis"), t.LegalBasis}, {p.say("paper.status"), p.term("transferstatus", string(t.Status))}, {p.say("paper.approved-by"), m.Approved}}
	if e := t.Escort; e != nil {
		units := make([]string, len(e.Units))
		for i, u := range e.Units {
			units[i] = u.Name + " " + p.Voice.Number(u.Headcount)
		}
		facts = append(facts, fact{p.say("paper.escort"), e.Corps}, fact{p.say("paper.commander"), e.Commander},
			fact{p.say("paper.units"), strings.Join(units, "; ")}, fact{p.say("paper.helicopters"), p.Voice.Number(e.Helicopters)})
	}
	p.facts(facts...)
	p.section(p.say("paper.sums"))
	sums := p.table(0, column{head: p.say("paper.listed"), right: true}, column{head: p.say("paper.departed"), right: true}, column{head: p.say("paper.withdrawn"), right: true},
		column{head: p.say("paper.received"), right: true}, column{head: p.say("paper.diverted"), right: true}, column{head: p.say("paper.dead"), right: true}, column{head: p.say("paper.escaped"), right: true})
	n := p.Voice.Number
	sums.row(n(m.Sums.Listed), n(m.Sums.Departed), n(m.Sums.Withdrawn), n(m.Sums.Received), n(m.Sums.Diverted), n(m.Sums.Dead), n(m.Sums.Escaped))
	if len(m.Vehicles) > 0 {
		p.section(p.say("paper.vehicles"))
		vehicles := p.table(6, column{head: p.say("paper.vehicle"), width: 30, face: bold}, column{head: p.say("paper.plate"), width: 34}, column{head: p.say("paper.seats"), width: 18, right: true},
			column{head: p.say("paper.aboard"), width: 18, right: true}, column{head: p.say("paper.departed-at")}, column{head: p.say("paper.arrived-at")})
		for _, v := range m.Vehicles {
			vehicles.row(v.Code, v.Plate, n(v.Seats), n(len(v.Lines)), p.when(v.Departed), p.when(v.Arrived))
		}
	}
	if len(m.Waypoints()) > 0 {
		p.facts(fact{p.say("paper.waypoints"), strings.Join(m.Waypoints(), "; ")})
	}
	for _, part := range []struct {
		title string
		lines []ManifestLine
	}{{p.say("paper.unseated"), m.Unseated}, {p.say("paper.elsewhere"), m.Elsewhere}} {
		if len(part.lines) > 0 {
			p.section(part.title + " (" + n(len(part.lines)) + ")")
			m.list(p, part.lines, false)
		}
	}
}

// Waypoints are the waypoints, as paper names them.
func (m Manifest) Waypoints() []string {
	list := make([]string, len(m.Transfer.Waypoints))
	for i, w := range m.Transfer.Waypoints {
		list[i] = Place{Code: w.Code, Name: w.Name}.said()
	}
	return list
}

// list prints people; those of a vehicle with boxes to tick when they get on and off.
func (m Manifest) list(p *press, lines []ManifestLine, ticks bool) {
	columns := []column{{head: "", width: 9, right: true}, {head: p.say("paper.number"), width: 22, face: bold}, {head: p.say("paper.name")}, {head: p.say("paper.born"), width: 20},
		{head: p.say("paper.status"), width: 26}, {head: p.say("paper.planned-cell"), width: 34}}
	if ticks {
		columns = append(columns, column{head: p.say("paper.got-on"), width: 11, tick: true}, column{head: p.say("paper.got-off"), width: 11, tick: true})
	}
	t := p.table(7, columns...)
	for i, l := range lines {
		status := append([]string{p.term("line", string(l.Status))}, saidExceptions(p, l)...)
		cell := l.Cell
		if l.Why != "" {
			cell += " · " + p.term("paper", "why-"+l.Why)
		}
		t.row(p.Voice.Number(i+1), l.Number, l.Name, p.day(l.Birth), strings.Join(status, "; "), cell)
	}
}

// saidExceptions are what did not go as listed, save what the status says already.
func saidExceptions(p *press, l ManifestLine) (list []string) {
	for _, x := range slices.Compact(slices.Sorted(slices.Values(l.Exceptions))) {
		if x != string(l.Status) {
			list = append(list, p.term("exception", x))
		}
	}
	return list
}
