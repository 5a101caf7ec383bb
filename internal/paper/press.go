package paper

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/dejavu/dejavusanscondensed"
	"github.com/go-fonts/dejavu/dejavusanscondensedbold"
)

// Measures of a sheet, in millimetres; of letters, in points.
const (
	edge     = 12.0 // left white on each side
	footRoom = 14.0 // below the text, for the foot of the page
	leading  = 1.28 // from line to line, of the height of a letter
	small    = 7.5
	normal   = 9.0
	large    = 14.0
)

// face is the typeface in one weight.
type face int

const (
	regular face = iota
	bold
)

var styles = [...]string{regular: "", bold: "B"}

const family = "sans"

// press prints one document. Positions are in millimetres from the upper left corner.
type press struct {
	Setting
	pdf           *fpdf.Fpdf
	points        float64 // in a millimetre
	width, height float64 // of the sheet
	y             float64 // how far down the page is printed
	widths        [len(styles)]map[rune]int
	title         string
	running       string // what the foot of each page says beside the title
	marks                // that stand on this page
	pictures      int    // printed so far
	top           func() // prints what stands at the top of every page; nil: nothing
	err           error
}

// marks are what the foot of a page explains.
type marks struct {
	altered bool // something is written by its sound
	cut     bool // something is longer than its cell
}

// newPress begins a document on sheets of the setting.
func newPress(s Setting, title string) *press {
	width, height := 210.0, 297.0
	if s.Size == Letter {
		width, height = 215.9, 279.4
	}
	p := newSheets(s, title, width, height)
	p.pdf.SetFooterFunc(p.foot)
	p.pdf.AliasNbPages(pagesMark)
	return p
}

// newSheets begins a document on sheets, or labels, of any size.
func newSheets(s Setting, title string, width, height float64) *press {
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: width, Ht: height}})
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(s.At.UTC())
	pdf.SetModificationDate(s.At.UTC())
	pdf.SetTitle(title, true)
	pdf.SetLang(s.Voice.Tag().String())
	pdf.SetCreator("Habeas", true)
	pdf.SetProducer("Habeas", true)
	pdf.AliasNbPages(pagesMark) // also tells the library to keep the figures of every font
	pdf.AddUTF8FontFromBytes(family, styles[regular], dejavusanscondensed.TTF)
	pdf.AddUTF8FontFromBytes(family, styles[bold], dejavusanscondensedbold.TTF)
	p := &press{Setting: s, pdf: pdf, points: pdf.GetConversionRatio(), width: width, height: height, title: title}
	for f := range p.widths {
		p.widths[f] = map[rune]int{}
	}
	if p.Zone == nil {
		p.Zone = time.UTC
	}
	return p
}

// pagesMark stands for the number of pages until it is known.
const pagesMark = "{#}"

// fail keeps the first thing that went wrong.
func (p *press) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// done ends the document and returns the file.
func (p *press) done() ([]byte, error) {
	var out bytes.Buffer
	if err := p.pdf.Output(&out); err != nil {
		p.fail(err)
	}
	if p.err != nil {
		return nil, fmt.Errorf("print %q: %w", p.title, p.err)
	}
	return out.Bytes(), nil
}

// say says a text; its parameters follow as name and value in turn.
func (p *press) say(id string, pairs ...any) string { return p.Voice.Say(id, params(pairs)) }

// plural says a text in the form that fits a count.
func (p *press) plural(id string, count int, pairs ...any) string {
	return p.Voice.Plural(id, count, params(pairs))
}

func params(pairs []any) map[string]any {
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m
}

// term says a word of the record by its code, or the code where the catalogue has no word.
func (p *press) term(prefix, code string) string {
	if id := prefix + "." + strings.ReplaceAll(code, ".", "-"); p.Voice.Has(id) {
		return p.Voice.Say(id, nil)
	}
	return code
}

// when says an instant; nothing for one that is not known.
func (p *press) when(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return p.Voice.DateTime(at, p.Zone)
}

// day says a calendar day as the record has it, YYYY-MM-DD.
func (p *press) day(date string) string {
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return p.Voice.Date(at, time.UTC)
}

// page begins a page.
func (p *press) page() {
	p.pdf.AddPage()
	p.marks = marks{}
	p.y = edge
	if p.top != nil {
		p.top()
	}
}

// room begins a page if less than so much is left of this one.
func (p *press) room(height float64) {
	if p.pdf.PageNo() == 0 || p.y+height > p.bottom() {
		p.page()
	}
}

func (p *press) bottom() float64 { return p.height - edge - footRoom }

// inner is the width between the edges.
func (p *press) inner() float64 { return p.width - 2*edge }

// head prints the head of a document: its title, what it is about, and when that was true.
func (p *press) head(about string) {
	p.put(edge, p.y, p.title, bold, large)
	p.y += lineHeight(large)
	for _, line := range p.wrap(about, bold, normal+1, p.inner(), 3) {
		p.put(edge, p.y, line, bold, normal+1)
		p.y += lineHeight(normal + 1)
	}
	p.put(edge, p.y, p.say("paper.true-at", "at", p.when(p.At), "zone", p.Zone.String(), "entry", p.Voice.Number(int(p.Entry)), "by", p.By), regular, small)
	p.y += lineHeight(small) + 0.6
	p.rule(edge, p.width-edge, p.y, 0.4)
	p.y += 2.4
}

// foot prints the foot of a page: which document, which page, and what its marks mean.
func (p *press) foot() {
	y := p.height - edge - footRoom + 3
	note := ""
	if p.altered {
		note = p.say("paper.note-altered")
	}
	if p.cut {
		note = strings.TrimSpace(note + " " + p.say("paper.note-cut"))
	}
	for _, line := range p.wrap(note, regular, small-1, p.inner(), 2) {
		p.put(edge, y, line, regular, small-1)
		y += lineHeight(small - 1)
	}
	y = p.height - edge - lineHeight(small)
	p.rule(edge, p.width-edge, y-0.8, 0.2)
	page := p.say("paper.page", "page", p.pdf.PageNo(), "pages", pagesMark)
	room := p.inner() - p.measure(page, regular, small) - 4
	line := p.title
	if p.running != "" {
		line += " · " + p.running
	}
	if lines := p.wrap(line, regular, small, room, 1); len(lines) > 0 {
		p.put(edge, y, lines[0], regular, small)
	}
	p.put(p.width-edge-p.measure(page, regular, small), y, page, regular, small)
}

// lineHeight is the height of a line of letters so many points high, in millimetres.
func lineHeight(points float64) float64 { return points * 25.4 / 72 * leading }

// rule draws a line across.
func (p *press) rule(from, to, y, thick float64) {
	p.pdf.SetLineWidth(thick)
	p.pdf.Line(from, y, to, y)
}

// box draws an empty box.
func (p *press) box(x, y, width, height float64) {
	p.pdf.SetLineWidth(0.25)
	p.pdf.Rect(x, y, width, height, "D")
}
