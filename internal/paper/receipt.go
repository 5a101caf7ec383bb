package paper

import (
	"time"

	"habeas.example/habeas/internal/custody"
)

// Receipt is a custody receipt: what the family or the lawyer of a person is given, to show that they were received, without
// trusting the prison.
type Receipt struct {
	Text          []byte // the receipt itself: a C2SP tlog-proof
	Number        int64  // of the entry
	Kind          custody.Kind
	Happened      time.Time
	Recorded      time.Time
	Person, Name  string
	At            Place
	Establishment Place
	Origin        string // of the log
	Size          int64
	Witnesses     int // that have cosigned the checkpoint
	Verifier      string
}

// Print prints the receipt, with its text as codes.
func (r Receipt) Print(s Setting) ([]byte, error) {
	p := newPress(s, s.Voice.Say("paper.receipt", nil))
	p.running = p.say("paper.entry-number", "entry", p.Voice.Number(int(r.Number)))
	p.page()
	about := r.Name
	if r.Person != "" {
		about = Place{r.Person, r.Name}.said()
	}
	if about == "" {
		about = p.term("kind", string(r.Kind))
	}
	p.head(about)
	p.facts(fact{p.say("paper.what-happened"), p.term("kind", string(r.Kind))}, fact{p.say("paper.happened-at"), p.when(r.Happened) + " · " + p.Zone.String()},
		fact{p.say("paper.establishment"), r.Establishment.said()}, fact{p.say("paper.place"), r.At.said()}, fact{p.say("paper.seal-entry"), p.Voice.Number(int(r.Number))},
		fact{p.say("paper.recorded-at"), p.when(r.Recorded)}, fact{p.say("paper.log"), r.Origin}, fact{p.say("paper.log-size"), p.Voice.Number(int(r.Size))},
		fact{p.say("paper.witnesses"), p.Voice.Number(r.Witnesses)})
	p.wide(fact{p.say("paper.log-key"), r.Verifier})
	p.paragraph(p.say("paper.receipt-how"), regular, normal)
	p.y += 2
	p.receiptCodes(r.Text)
	return p.done()
}

// receiptCodes prints the text of a receipt as one code, or as several that are read one after another.
func (p *press) receiptCodes(text []byte) {
	parts := split(string(text))
	const side = 82.0 // four of them stand on a page
	if len(parts) > 1 {
		p.paragraph(p.plural("paper.receipt-parts", len(parts)), bold, normal)
		p.y++
	}
	for i := 0; i < len(parts); i += 2 {
		p.room(side + lineHeight(small) + 3)
		for n, part := range parts[i:min(i+2, len(parts))] {
			x := edge + float64(n)*(side+2)
			p.drawQR(part, x, p.y, side)
			p.put(x+4, p.y+side, p.say("paper.part", "part", i+n+1, "parts", len(parts)), regular, small)
		}
		p.y += side + lineHeight(small) + 3
	}
}
