package paper

import (
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
)

// Roll is who is where in a place: the roll sheet and, with a seal, the roll for when all power is gone.
type Roll struct {
	Establishment Place
	Of            Place // what it is the roll of: the establishment or a part of it
	Units         []RollUnit
	Cleared       *custody.ClearedCount // when the establishment was last counted and cleared
	Uncleared     int                   // counts that are open
	Seal          *RollSeal
}

// RollUnit is a landing, a place on no landing, or all who are out.
type RollUnit struct {
	Place
	Under  string // the place around it
	Out    bool   // those who are out of the establishment
	People []RollLine
	Digest string // of the unit's lines, as hexadecimal; of a sealed roll
}

// RollLine is one person on a roll.
type RollLine struct {
	Number, Name string
	At           string // the place they are in
	Legal        custody.LegalStatus
	Guest        bool // in the hands of an escort, and not on the establishment's roll
	With         string
	DueBack      time.Time
	Care         []string // codes of needs, and "high" or "not-alone"
}

// RollSeal is what shows later that a paper roll is as it was printed.
type RollSeal struct {
	Number   int64  // entry that says it was printed
	Digest   string // SHA-256 of the roll's text, in hexadecimal
	Receipt  []byte // of that entry, in the newest signed checkpoint
	Origin   string // name of the log
	Size     int64  // of the log in that checkpoint
	Verifier string // key of the log
}

// shortDigest is how much of a digest stands on a page: enough that no other page has it.
const shortDigest = 16

// Print prints the roll. A sealed one begins each landing on a page of its own, so that it can be handed out, and ends with
// its seal; another goes on without a break.
func (r Roll) Print(s Setting) ([]byte, error) {
	title := s.Voice.Say("paper.roll-sheet", nil)
	if r.Seal != nil {
		title = s.Voice.Say("paper.paper-roll", nil)
	}
	p := newPress(s, title)
	p.running = r.Of.Code
	if r.Seal != nil {
		p.running = p.say("paper.roll-running", "code", r.Of.Code, "entry", p.Voice.Number(int(r.Seal.Number)), "digest", r.Seal.Digest[:shortDigest])
	}
	p.page()
	p.head(r.Of.said())
	r.sums(p)
	for _, u := range r.Units {
		r.unit(p, u)
	}
	if r.Seal != nil {
		r.seal(p)
	}
	return p.done()
}

// sums is the first page: how many, by unit.
func (r Roll) sums(p *press) {
	inside, out, guests := 0, 0, 0
	for _, u := range r.Units {
		for _, l := range u.People {
			switch {
			case l.Guest:
				guests++
			case u.Out:
				out++
			default:
				inside++
			}
		}
	}
	n := p.Voice.Number
	p.facts(fact{p.say("paper.on-roll"), n(inside + out)}, fact{p.say("paper.inside"), n(inside)}, fact{p.say("paper.out"), n(out)}, fact{p.say("paper.guests"), n(guests)}, fact{p.say("paper.last-cleared"), r.cleared(p)})
	t := p.table(6, column{head: p.say("paper.landing"), width: 40, face: bold}, column{head: p.say("paper.name")}, column{head: p.say("paper.under")}, column{head: p.say("paper.people"), width: 22, right: true})
	for _, u := range r.Units {
		t.row(u.Code, u.title(p), u.Under, n(len(u.People)))
	}
}

func (r Roll) cleared(p *press) string {
	said := p.say("paper.never-cleared")
	if c := r.Cleared; c != nil {
		said = p.say("paper.cleared", "number", p.Voice.Number(c.Number), "at", p.when(c.At), "by", c.FullName)
	}
	if r.Uncleared > 0 {
		said += " " + p.plural("paper.uncleared", r.Uncleared)
	}
	return said
}

// title names the unit.
func (u RollUnit) title(p *press) string {
	if u.Out {
		return p.say("paper.out-of", "name", u.Name)
	}
	return u.Name
}

func (r Roll) unit(p *press, u RollUnit) {
	name := strings.Join(slicesOf(u.Under, Place{u.Code, u.title(p)}.said()), " · ")
	if r.Seal != nil {
		p.page()
		p.head(name + " · " + r.Of.said())
		p.put(edge, p.y, p.say("paper.unit-digest", "digest", u.Digest[:shortDigest]), regular, small)
		p.y += lineHeight(small) + 1
	}
	title := name + " · " + p.plural("paper.people-on", len(u.People))
	if r.Seal == nil {
		p.section(title)
	} else {
		p.put(edge, p.y, p.plural("paper.people-on", len(u.People)), bold, normal+1)
		p.y += lineHeight(normal+1) + 1
	}
	columns := []column{{width: 10, right: true}, {head: p.say("paper.number"), width: 20, face: bold}, {head: p.say("paper.name")}, {head: p.say("paper.at"), width: 29}, {head: p.say("paper.legal"), width: 22},
		{head: p.say("paper.note"), width: 30}}
	if r.Seal != nil {
		for range 2 {
			columns = append(columns, column{head: p.say("paper.seen"), width: 9.5, tick: true})
		}
	}
	t := p.table(5.5, columns...)
	for i, l := range u.People {
		t.row(p.Voice.Number(i+1), l.Number, l.Name, l.At, p.term("legal", string(l.Legal)), l.note(p))
	}
	if len(u.People) == 0 {
		p.paragraph(p.say("paper.nobody"), regular, normal)
	}
}

// note is what the reader must know of a person on a roll.
func (l RollLine) note(p *press) string {
	var said []string
	if l.Guest {
		said = append(said, p.say("paper.guest"))
	}
	if l.With != "" {
		said = append(said, p.say("paper.with", "escort", l.With))
	}
	if !l.DueBack.IsZero() {
		said = append(said, p.say("paper.due-back", "at", p.when(l.DueBack)))
	}
	for _, c := range l.Care {
		switch {
		case c == "not-alone":
			said = append(said, p.say("paper.not-alone"))
		case p.Voice.Has("need." + c):
			said = append(said, p.term("need", c))
		default:
			said = append(said, p.say("paper.risk-high"))
		}
	}
	return strings.Join(said, "; ")
}

// seal is the last page: what anybody needs to check the roll later, and the signature itself.
func (r Roll) seal(p *press) {
	p.page()
	p.head(p.say("paper.seal-of", "name", r.Of.said()))
	p.facts(fact{p.say("paper.log"), r.Seal.Origin}, fact{p.say("paper.log-size"), p.Voice.Number(int(r.Seal.Size))}, fact{p.say("paper.seal-entry"), p.Voice.Number(int(r.Seal.Number))},
		fact{p.say("paper.as-of"), p.say("paper.entries", "entry", p.Voice.Number(int(p.Entry)))})
	p.wide(fact{p.say("paper.digest"), r.Seal.Digest})
	p.wide(fact{p.say("paper.log-key"), r.Seal.Verifier})
	p.paragraph(p.say("paper.seal-how", "number", r.Seal.Number), regular, normal)
	p.y += 2
	p.signatures(p.say("paper.sign-duty"), p.say("paper.sign-printed"))
	p.receiptCodes(r.Seal.Receipt)
}
