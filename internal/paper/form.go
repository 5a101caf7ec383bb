package paper

import (
	"strings"
)

// Form is the form on which is written down what happens while there is no system. It is entered afterwards, line by line,
// under its number.
type Form struct {
	Number        string // printed as a code too
	Establishment Place
	Lines         int // 0: as many as fit on one sheet
}

// FormLines is how many lines a sheet of the form has.
const FormLines = 12

// WhatHappened are the codes of what a line may say, in the order in which the form explains them.
var WhatHappened = []string{"found", "returned", "arrived", "died", "escaped"}

// PrintForms prints forms, each on one sheet.
func PrintForms(s Setting, forms []Form) ([]byte, error) {
	p := newPress(s, s.Voice.Say("paper.form", nil))
	for _, f := range forms {
		f.print(p)
	}
	return p.done()
}

func (f Form) print(p *press) {
	p.page()
	p.running = f.Number
	const side = 26.0
	begun := p.y
	p.head(f.Establishment.said())
	p.drawQR(f.Number, p.width-edge-side, begun-4, side-4)
	p.put(edge, p.y, p.say("paper.form-number", "form", f.Number), bold, large)
	p.y += lineHeight(large) + 1
	p.paragraph(p.say("paper.form-how"), regular, small)
	p.y++
	said := make([]string, len(WhatHappened))
	for i, what := range WhatHappened {
		said[i] = p.say("paper.form-code-"+what) + " " + p.say("paper.form-means-"+what)
	}
	p.paragraph(strings.Join(said, " · "), bold, small)
	p.y += 2
	t := p.table(11.5, column{width: 9, right: true, face: bold}, column{head: p.say("paper.form-when"), width: 27, blank: true}, column{head: p.say("paper.form-what"), width: 12, blank: true},
		column{head: p.say("paper.form-who"), blank: true}, column{head: p.say("paper.form-where"), width: 32, blank: true}, column{head: p.say("paper.form-note"), width: 46, blank: true})
	lines := f.Lines
	if lines == 0 {
		lines = FormLines
	}
	t.blanks(1, lines)
	p.y += 3
	p.signatures(p.say("paper.sign-writes"), p.say("paper.sign-enters"))
}
