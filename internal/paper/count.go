package paper

import (
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
)

// CountSheet is a count on paper, landing by landing, as its reader may see it.
type CountSheet struct {
	ID       string
	Kind     custody.CountKind
	Of       Place
	Opened   time.Time
	OpenedBy string
	Status   custody.CountStatus
	Ended    time.Time
	EndedBy  string
	Blind    bool // what is expected is withheld from its reader
	Roll     *int
	Expected *int
	Guests   *int
	Out      []CountOut
	Landings []CountLanding
}

// CountOut is an out-count and who answers for it.
type CountOut struct {
	Kind      custody.PlaceKind
	Place     string
	Custodian string
	Number    int
}

// CountLanding is a landing of a count.
type CountLanding struct {
	Place
	Under    string
	Status   custody.LandingStatus
	Expected *int
	Out      int
	Slips    []CountSlip
}

// CountSlip is what one counter found.
type CountSlip struct {
	Round    int
	Hand     string
	Number   int
	Counted  time.Time
	Recorded time.Time
	Source   custody.SlipSource
}

// Print prints the sheet. What its reader may not know stands as a line to write on.
func (c CountSheet) Print(s Setting) ([]byte, error) {
	p := newPress(s, s.Voice.Say("paper.count-sheet", nil))
	p.running = c.ID
	p.page()
	p.head(p.say("paper.count-about", "count", c.ID, "kind", p.term("countkind", string(c.Kind)), "place", c.Of.said()))
	facts := []fact{{p.say("paper.opened-at"), p.when(c.Opened)}, {p.say("paper.opened-by"), c.OpenedBy}, {p.say("paper.status"), p.term("countstatus", string(c.Status))}}
	if !c.Ended.IsZero() {
		facts = append(facts, fact{p.say("paper.ended-at"), p.when(c.Ended)}, fact{p.say("paper.ended-by"), c.EndedBy})
	}
	for _, one := range []struct {
		label string
		n     *int
	}{{p.say("paper.on-roll"), c.Roll}, {p.say("paper.expected"), c.Expected}, {p.say("paper.guests"), c.Guests}} {
		if one.n != nil {
			facts = append(facts, fact{one.label, p.Voice.Number(*one.n)})
		}
	}
	p.facts(facts...)
	if c.Blind {
		p.paragraph(p.say("paper.count-blind"), regular, small)
	}
	t := p.table(9, column{head: p.say("paper.landing"), width: 30, face: bold}, column{head: p.say("paper.name")}, column{head: p.say("paper.out"), width: 13, right: true}, column{head: p.say("paper.expected"), width: 20, right: true, blank: true},
		column{head: p.say("paper.counted"), width: 52, blank: true}, column{head: p.say("paper.status"), width: 28})
	for _, l := range c.Landings {
		expected := ""
		if l.Expected != nil {
			expected = p.Voice.Number(*l.Expected)
		}
		t.row(l.Code, strings.Join(slicesOf(l.Name, l.Under), " · "), p.Voice.Number(l.Out), expected, l.counted(p), p.term("landingstatus", string(l.Status)))
	}
	c.out(p)
	p.y += 4
	p.signatures(p.say("paper.sign-duty"))
	return p.done()
}

// counted says what the slips of a landing found.
func (l CountLanding) counted(p *press) string {
	said := make([]string, len(l.Slips))
	for i, slip := range l.Slips {
		said[i] = p.say("paper.slip-found", "number", p.Voice.Number(slip.Number), "hand", slip.Hand, "at", p.Voice.Clock(slip.Counted, p.Zone))
		if slip.Source == custody.PaperSlip {
			said[i] += " (" + p.term("slipsource", string(slip.Source)) + ")"
		}
	}
	return strings.Join(said, "; ")
}

func (c CountSheet) out(p *press) {
	if len(c.Out) == 0 {
		return
	}
	p.section(p.say("paper.out-counts"))
	t := p.table(6, column{head: p.say("paper.place"), width: 50}, column{head: p.say("paper.kind"), width: 40}, column{head: p.say("paper.custodian")}, column{head: p.say("paper.people"), width: 22, right: true})
	for _, o := range c.Out {
		t.row(o.Place, p.term("placekind", string(o.Kind)), o.Custodian, p.Voice.Number(o.Number))
	}
}

// Slip is a count slip to be filled in by hand. It says where to count, never what is expected.
type Slip struct {
	Count         string
	Kind          custody.CountKind
	Establishment string
	Opened        time.Time
	Landing       Place
	Under         string
	Round         int
	Counter       int // 1 or 2
	Cells         []Place
	Rows          int // for names, in a named count
}

// PrintSlips prints slips, each on a sheet of its own, so that no counter sees another's.
func PrintSlips(s Setting, slips []Slip) ([]byte, error) {
	p := newPress(s, s.Voice.Say("paper.count-slip", nil))
	if len(slips) == 0 {
		p.page()
		p.head("")
		p.paragraph(p.say("paper.no-slips"), regular, normal)
	}
	for _, slip := range slips {
		slip.print(p)
	}
	return p.done()
}

func (c Slip) print(p *press) {
	p.page()
	p.running = c.Count + " · " + c.Landing.Code
	p.head(strings.Join(slicesOf(c.Establishment, c.Under, c.Landing.said()), " · "))
	const side = 26.0
	begun := p.y
	p.drawQR(c.Count+" "+c.Landing.Code, p.width-edge-side, begun-1, side)
	p.put(edge, begun, p.say("paper.slip-which", "count", c.Count, "kind", p.term("countkind", string(c.Kind)), "round", c.Round, "counter", c.Counter), bold, normal+2)
	p.put(edge, begun+7, p.say("paper.slip-blind"), regular, normal)
	p.put(edge, begun+14, p.say("paper.slip-total"), bold, large)
	p.box(edge+52, begun+11.5, 40, 13)
	p.y = begun + side + 3
	p.signatures(p.say("paper.sign-counter"))
	if c.Kind == custody.NamedCount {
		t := p.table(writeRow, column{width: 10, right: true}, column{head: p.say("paper.number"), width: 46, blank: true}, column{head: p.say("paper.name"), blank: true}, column{head: p.say("paper.at"), width: 40, blank: true})
		t.blanks(1, max(c.Rows, 10))
		return
	}
	t := p.table(writeRow, column{head: p.say("paper.cell"), width: 50, face: bold}, column{head: p.say("paper.name")}, column{head: p.say("paper.counted"), width: 50, blank: true})
	for _, cell := range c.Cells {
		t.row(cell.Code, cell.Name)
	}
}
