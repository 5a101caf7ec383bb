package paper

// column is one column of a table.
type column struct {
	head  string
	width float64 // millimetres; the columns without one share what is left
	face  face
	tick  bool // an empty box to tick
	blank bool // room to write in
	right bool // numbers
	most  int  // lines of a cell; 0: 3
}

// table prints rows under heads that are repeated on every page. A row is never broken over two pages.
type table struct {
	p       *press
	columns []column
	size    float64 // of the letters, in points
	least   float64 // height of a row
	began   int     // page on which the heads stand
}

const (
	cellPad   = 0.9
	tickSide  = 4.0
	writeRow  = 8.0 // height of a row that is written in by hand
	mostLines = 3
)

// table begins a table.
func (p *press) table(least float64, columns ...column) *table {
	left, sharing := p.inner(), 0
	for _, c := range columns {
		left -= c.width
		if c.width == 0 {
			sharing++
		}
	}
	for i := range columns {
		if columns[i].width == 0 {
			columns[i].width = left / float64(sharing)
		}
		if columns[i].most == 0 {
			columns[i].most = mostLines
		}
	}
	return &table{p: p, columns: columns, size: normal - 0.5, least: least}
}

// heads prints the heads of the columns.
func (t *table) heads() {
	p := t.p
	lines, height := make([][]string, len(t.columns)), 0.0
	for i, c := range t.columns {
		lines[i] = p.wrap(c.head, bold, small, c.width-2*cellPad, 2)
		height = max(height, float64(len(lines[i]))*lineHeight(small))
	}
	p.room(height + 2*cellPad + t.least + 6)
	x := edge
	for i, c := range t.columns {
		for n, line := range lines[i] {
			p.put(t.start(c, x, line, bold, small), p.y+cellPad+float64(n)*lineHeight(small), line, bold, small)
		}
		x += c.width
	}
	p.y += height + 2*cellPad
	p.rule(edge, p.width-edge, p.y, 0.35)
	t.began = p.pdf.PageNo()
}

// start is where a line of a cell begins.
func (t *table) start(c column, x float64, line string, f face, size float64) float64 {
	if c.right {
		return x + c.width - cellPad - t.p.measure(line, f, size)
	}
	return x + cellPad
}

// row prints a row; texts that are not given are empty.
func (t *table) row(texts ...string) {
	p := t.p
	before := p.marks
	p.marks = marks{} // of this row, which may come to stand on the next page
	lines, height := make([][]string, len(t.columns)), t.least
	for i, c := range t.columns {
		if i < len(texts) && texts[i] != "" {
			lines[i] = p.wrap(texts[i], c.face, t.size, c.width-2*cellPad, c.most)
			height = max(height, float64(len(lines[i]))*lineHeight(t.size)+2*cellPad)
		}
	}
	own := p.marks
	p.marks = before
	if t.began == 0 || p.y+height > p.bottom() {
		if t.began != 0 {
			p.page()
		}
		t.heads()
	}
	p.marks = marks{p.marks.altered || own.altered, p.marks.cut || own.cut}
	x := edge
	for i, c := range t.columns {
		switch {
		case c.tick:
			p.box(x+(c.width-tickSide)/2, p.y+(height-tickSide)/2, tickSide, tickSide)
		case c.blank && lines[i] == nil:
			p.box(x, p.y, c.width, height)
		}
		y := p.y + (height-float64(len(lines[i]))*lineHeight(t.size))/2
		for _, line := range lines[i] {
			p.put(t.start(c, x, line, c.face, t.size), y, line, c.face, t.size)
			y += lineHeight(t.size)
		}
		x += c.width
	}
	p.y += height
	p.rule(edge, p.width-edge, p.y, 0.1)
}

// blanks prints rows to be written in by hand, numbered from first on in the first column.
func (t *table) blanks(first, rows int) {
	for n := range rows {
		t.row(t.p.Voice.Number(first + n))
	}
}
