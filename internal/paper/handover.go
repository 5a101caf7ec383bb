package paper

import (
	"habeas.example/habeas/internal/custody"
)

// HandoverForm is the form that both hands sign when custody changes.
type HandoverForm struct {
	Handover  custody.Handover
	From, To  Place // of the transfer
	At        Place // where it is done; may be nowhere yet
	Vehicles  []custody.Vehicle
	Releasing string // full names
	Receiving string
	People    []ManifestLine
}

// Print prints the form.
func (h HandoverForm) Print(s Setting) ([]byte, error) {
	p := newPress(s, s.Voice.Say("paper.handover", nil))
	p.running = h.Handover.ID
	p.page()
	p.head(p.say("paper.handover-about", "handover", h.Handover.ID, "kind", p.term("handoverkind", string(h.Handover.Kind)), "transfer", h.Handover.Transfer))
	facts := []fact{{p.say("paper.from"), h.From.said()}, {p.say("paper.to"), h.To.said()}, {p.say("paper.place"), h.At.said()},
		{p.say("paper.status"), p.term("handoverstatus", string(h.Handover.Status))}, {p.say("paper.sign-releasing"), h.Releasing}, {p.say("paper.offered-at"), p.when(h.Handover.Offered)},
		{p.say("paper.sign-receiving"), h.Receiving}, {p.say("paper.ended-at"), p.when(h.Handover.Ended)}}
	for _, v := range h.Vehicles {
		facts = append(facts, fact{p.say("paper.vehicle"), Place{v.Code, v.Plate}.said()})
	}
	p.facts(facts...)
	p.section(p.plural("paper.people-handed", len(h.People)))
	t := p.table(7, column{width: 10, right: true}, column{head: p.say("paper.number"), width: 24, face: bold}, column{head: p.say("paper.name")}, column{head: p.say("paper.born"), width: 22},
		column{head: p.say("paper.given"), width: 16, tick: true}, column{head: p.say("paper.taken"), width: 16, tick: true}, column{head: p.say("paper.remark"), width: 34, blank: true})
	for i, l := range h.People {
		t.row(p.Voice.Number(i+1), l.Number, l.Name, p.day(l.Birth))
	}
	p.y += 3
	p.paragraph(p.say("paper.handover-law"), regular, small)
	p.y += 2
	p.signatures(p.say("paper.sign-releasing"), p.say("paper.sign-receiving"))
	return p.done()
}
