package paper

import (
	"strings"
	"unicode/utf8"
)

// put prints one line of text whose upper edge is at y. What it says must have come through shown or wrap, or be our own.
func (p *press) put(x, y float64, text string, f face, size float64) {
	if text == "" {
		return
	}
	p.pdf.SetFont(family, styles[f], size)
	p.pdf.Text(x, y+size*25.4/72, text)
}

// shown is a text of the record as paper shows it; the page remembers to explain the marks.
func (p *press) shown(text string) string {
	text, altered := Legible(text)
	p.altered = p.altered || altered
	return text
}

// measure is the width of a text in millimetres.
func (p *press) measure(text string, f face, size float64) float64 {
	units := 0
	for _, r := range text {
		units += p.units(r, f)
	}
	return float64(units) * size / unitsPerSize / p.points
}

// unitsPerSize is how many of the typeface's units are as wide as it is high.
const unitsPerSize = 1000

// units is the width of a rune in the typeface's own units.
func (p *press) units(r rune, f face) int {
	w, known := p.widths[f][r]
	if !known {
		p.pdf.SetFont(family, styles[f], normal)
		w = p.pdf.GetStringSymbolWidth(string(r))
		p.widths[f][r] = w
	}
	return w
}

// wrap breaks a text of the record into lines of a width. More than most lines are cut: the last then says how many
// characters the record has beyond it. most 0: as many as it takes.
func (p *press) wrap(text string, f face, size, width float64, most int) []string {
	rest := strings.TrimSpace(p.shown(text))
	var lines []string
	for rest != "" {
		end := p.fits(rest, f, size, width)
		if most > 0 && len(lines) == most-1 && end < len(rest) {
			p.cut = true
			return append(lines, p.cutShort(rest, f, size, width))
		}
		lines = append(lines, strings.TrimRight(rest[:end], " "))
		rest = strings.TrimLeft(rest[end:], " ")
	}
	return lines
}

// fits is how much of a text stands on one line: up to a space or after a hyphen if there is one, and never nothing.
func (p *press) fits(text string, f face, size, width float64) int {
	limit := int(width * p.points * unitsPerSize / size)
	units, breakAt := 0, 0
	for i, r := range text {
		units += p.units(r, f)
		switch {
		case units <= limit || i == 0:
		case r == ' ':
			return i
		case breakAt > 0:
			return breakAt
		default:
			return i
		}
		if r == ' ' || r == '-' {
			breakAt = i + utf8.RuneLen(r)
		}
	}
	return len(text)
}

// cutShort is the beginning of a text and the number of characters beyond it, on one line.
func (p *press) cutShort(text string, f face, size, width float64) string {
	beyond := func(n int) string { return "… [+" + p.Voice.Number(n) + "]" }
	whole := utf8.RuneCountInString(text)
	end := p.fits(text, f, size, width-p.measure(beyond(whole), f, size))
	kept := strings.TrimRight(text[:end], " ")
	return kept + beyond(whole-utf8.RuneCountInString(kept))
}

// paragraph prints a text over as many lines and pages as it takes.
func (p *press) paragraph(text string, f face, size float64) {
	for _, line := range p.wrap(text, f, size, p.inner(), 0) {
		p.room(lineHeight(size))
		p.put(edge, p.y, line, f, size)
		p.y += lineHeight(size)
	}
}

// section prints a heading that is never left alone at the foot of a page.
func (p *press) section(title string) {
	p.room(lineHeight(normal+1)*2 + 8)
	p.y += 1.5
	p.put(edge, p.y, title, bold, normal+1)
	p.y += lineHeight(normal+1) + 0.8
}

// fact is one thing said of the subject of a document.
type fact struct{ label, value string }

// mostFact is how many lines a fact has beside another; a longer one gets the whole width.
const mostFact = 6

// facts prints what is said in two columns, label above value; what says nothing is left out, what says much has lines of its
// own.
func (p *press) facts(list ...fact) {
	const columns = 2
	width := p.inner() / columns
	var beside []fact
	var long []fact
	for _, one := range list {
		switch {
		case one.value == "":
		case len(p.wrap(one.value, regular, normal, width-3, 0)) > mostFact:
			long = append(long, one)
		default:
			beside = append(beside, one)
		}
	}
	for len(beside) > 0 {
		row := beside[:min(columns, len(beside))]
		beside = beside[len(row):]
		lines, height := make([][]string, len(row)), 0.0
		for i, one := range row {
			lines[i] = p.wrap(one.value, regular, normal, width-3, 0)
			height = max(height, lineHeight(small)+float64(len(lines[i]))*lineHeight(normal))
		}
		p.room(height + 1)
		for i, one := range row {
			x, y := edge+float64(i)*width, p.y
			p.put(x, y, one.label, regular, small)
			y += lineHeight(small)
			for _, line := range lines[i] {
				p.put(x, y, line, regular, normal)
				y += lineHeight(normal)
			}
		}
		p.y += height + 1
	}
	for _, one := range long {
		p.wide(one)
	}
}

// wide prints a fact over the whole width, and over as many pages as it takes.
func (p *press) wide(one fact) {
	p.room(lineHeight(small) + lineHeight(normal))
	p.put(edge, p.y, one.label, regular, small)
	p.y += lineHeight(small)
	p.paragraph(one.value, regular, normal)
	p.y++
}

// signatures prints lines to sign on, side by side: who signs, and room for name, signature, and day and hour.
func (p *press) signatures(who ...string) {
	const height = 21.0
	p.room(height + 3)
	width := p.inner() / float64(len(who))
	for i, one := range who {
		x := edge + float64(i)*width
		p.box(x, p.y, width-2, height)
		if lines := p.wrap(one, bold, small, width-5, 1); len(lines) > 0 {
			p.put(x+1.5, p.y+1, lines[0], bold, small)
		}
		p.put(x+1.5, p.y+height-8, p.say("paper.sign-name"), regular, small-1)
		p.put(x+1.5, p.y+height-3.8, p.say("paper.sign-at"), regular, small-1)
	}
	p.y += height + 3
}
