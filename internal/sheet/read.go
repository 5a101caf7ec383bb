package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Read reads the table in r. The name of the file only serves in messages: what the file is, its content says.
//
// A file that cannot be read as a whole gives a *Refusal (errors.As finds it); a row that cannot gives findings. Other
// errors are those of r, and of columns that contradict each other. Read takes at most limits.Bytes + 1 bytes from r.
func Read(r io.Reader, name string, columns []Column, limits Limits) (*Table, error) {
	limits = limits.orDefault()
	wants, err := declare(columns)
	if err != nil {
		return nil, err
	}
	table, err := read(r, wants, limits)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", shown(name, valueShownRunes), err)
	}
	return table, nil
}

func read(r io.Reader, wants *wanted, limits Limits) (*Table, error) {
	data, err := readBounded(r, limits.Bytes)
	if err != nil {
		return nil, err
	}
	kind, err := recognise(data)
	if err != nil {
		return nil, err
	}
	t := &Table{}
	var rows source
	if kind == "xlsx" {
		rows, err = openXLSX(t, data, wants, limits)
	} else {
		rows, err = openCSV(t, data, wants, limits)
	}
	if err != nil {
		return nil, err
	}
	a := assembly{table: t, wants: wants, limits: limits}
	return t, a.run(rows)
}

func readBounded(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, refuse(FileTooLarge, "limit", strconv.FormatInt(limit, 10))
	}
	return data, nil
}

// foreign are the beginnings of files that are taken for tables by mistake.
var foreign = []struct{ start, found string }{
	{"%PDF", "a PDF"},
	{"\x89PNG", "a picture"}, {"\xff\xd8\xff", "a picture"}, {"GIF8", "a picture"}, {"II*\x00", "a picture"}, {"MM\x00*", "a picture"},
	{"\x1f\x8b", "a compressed archive"}, {"Rar!", "a compressed archive"}, {"7z\xbc\xaf", "a compressed archive"},
	{"{\\rtf", "a text document"},
	{"<!doctype html", "a web page"}, {"<html", "a web page"}, {"<table", "a web page"}, {"<?xml", "an XML document"},
	{"SQLite format 3", "a database"},
}

// recognise tells a workbook from text by the first bytes, and names what is neither.
func recognise(data []byte) (string, error) {
	if len(bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))) == 0 {
		return "", refuse(FileEmpty)
	}
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("PK\x05\x06")):
		return "xlsx", nil
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		// The container of Office files before 2007 also wraps a workbook with a password (MS-OFFCRYPTO 2.3.2), in a
		// stream of this name, written in UTF-16.
		if bytes.Contains(data, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")) {
			return "", refuse(EncryptedWorkbook)
		}
		return "", refuse(LegacyWorkbook)
	}
	start := strings.ToLower(string(bytes.TrimSpace(bytes.TrimPrefix(data[:min(len(data), 512)], []byte("\xef\xbb\xbf")))))
	for _, f := range foreign {
		if bytes.HasPrefix(data, []byte(f.start)) || strings.HasPrefix(start, f.start) {
			return "", refuse(NotATable, "found", f.found)
		}
	}
	return "csv", nil
}

// source yields the rows of a file from the first. A record's cells are valid until the next one is asked for.
type source = iter.Seq2[record, error]

// record is a row before it is known what its cells mean.
type record struct {
	line         int
	cells        []datum
	quoteUnclear bool
}

// datum is a cell before it is known what it means.
type datum struct {
	text    string // as shown; for what is not text, as Row.Raw says
	form    form
	number  float64 // for asNumber, asDay, asInstant, asClock: the number or the serial day
	cut     bool    // the text was longer than the limit
	rounded bool    // a number with more digits than a spreadsheet keeps

	from1904 bool // a number in a workbook that counts days from 1904
}

// form is what a workbook says that a cell is; in a CSV all is text.
type form uint8

const (
	asText form = iota
	asNumber
	asDay
	asInstant
	asClock
	asBoolean
	asError
	asUncomputed
)

// given reports whether there is anything in the cell.
func (d datum) given() bool {
	return d.form == asUncomputed || d.form == asError || !isBlank(d.text)
}

func (r record) given() bool { return slices.ContainsFunc(r.cells, datum.given) }

// assembly builds a table from a source.
type assembly struct {
	table  *Table
	wants  *wanted
	limits Limits

	header header
	last   int // line of the row before
	cells  int // kept so far
	dates  []dateOrder
}

var errStop = errors.New("enough rows")

func (a *assembly) run(rows source) error {
	var first []record
	settled := false
	for r, err := range rows {
		if err != nil {
			return err
		}
		if settled {
			if err := a.add(r); err != nil {
				return err
			}
			continue
		}
		first = append(first, record{r.line, slices.Clone(r.cells), r.quoteUnclear})
		if len(first) == headerWithin {
			if err := a.settle(first); err != nil {
				return err
			}
			settled = true
		}
	}
	if !settled {
		if err := a.settle(first); err != nil {
			return err
		}
	}
	a.flagDateOrder()
	return nil
}

// settle finds the header among the first rows, and adds those below it.
func (a *assembly) settle(first []record) error {
	h, ok := a.wants.findHeader(first)
	if !ok {
		var names []string
		for _, c := range a.wants.columns {
			names = append(names, c.Name)
		}
		return refuse(HeaderNotFound, "within", strconv.Itoa(headerWithin),
			"expected", shown(strings.Join(names, ", "), headingsShownRunes))
	}
	if err := a.wants.check(h); err != nil {
		return err
	}
	a.header, a.last = h, h.record.line
	a.dates = make([]dateOrder, len(a.wants.columns))
	t := a.table
	t.HeaderLine = h.record.line
	for _, r := range first[:h.place] {
		if r.given() {
			t.Above = append(t.Above, texts(r.cells))
		}
	}
	t.Headings = texts(h.record.cells[:h.width])
	for i, heading := range t.Headings {
		t.Headings[i] = clean(heading)
		if h.column[i] < 0 && t.Headings[i] != "" {
			t.Unknown = append(t.Unknown, t.Headings[i])
		}
	}
	for _, r := range first[h.place+1:] {
		if err := a.add(r); err != nil {
			return err
		}
	}
	return nil
}

// add counts a row and the unwritten ones above it, and keeps it unless it is blank.
func (a *assembly) add(r record) error {
	t := a.table
	gap := r.line - a.last - 1
	a.last = r.line
	t.Read += gap + 1
	t.Blank += gap
	given := r.given()
	if !given {
		t.Blank++
	}
	if t.Read > a.limits.Rows {
		code := TooManyRows
		if t.Blank > t.Read/2 {
			code = TooManyBlankRows
		}
		return refuse(code, "limit", strconv.Itoa(a.limits.Rows)).at(r.line)
	}
	if !given {
		return nil
	}
	row := Row{Line: r.line, Raw: texts(r.cells), wants: a.wants}
	if t.Format == "xlsx" { // a workbook leaves blank cells out; written to a CSV, the row must not be too short
		for len(row.Raw) < a.header.width {
			row.Raw = append(row.Raw, "")
		}
	}
	if a.cells += len(row.Raw); a.cells > a.limits.Cells {
		return refuse(TableTooLarge, "limit", strconv.Itoa(a.limits.Cells)).at(r.line)
	}
	switch repeated, sameOrder := a.repeatsHeader(r); {
	case repeated && !sameOrder:
		return refuse(SecondHeader).at(r.line)
	case repeated:
		row.note(RepeatedHeader, "", strings.Join(row.Raw, " "))
	case a.isTotals(r):
		row.note(NotAPersonRow, "", strings.Join(row.Raw, " "))
	default:
		a.checkShape(&row, r)
		a.readCells(&row, r)
	}
	t.Rows = append(t.Rows, row)
	return nil
}

// note adds a finding to the row.
func (r *Row) note(code, column, value string, params ...string) {
	r.Findings = append(r.Findings, Finding{
		Line: r.Line, Column: column, Code: code, Value: shown(clean(value), valueShownRunes), Params: pairs(params),
	})
}

// repeatsHeader reports whether a row is a header again, as printed tables have on each page, and whether its columns
// stand as they did. Only the first three cells with anything in them are looked at closely in an ordinary row.
func (a *assembly) repeatsHeader(r record) (repeated, sameOrder bool) {
	looked, hit := 0, false
	for _, c := range r.cells {
		if !c.given() {
			continue
		}
		if hit = a.wants.heading(c.text) >= 0; hit {
			break
		}
		if looked++; looked == 3 {
			break
		}
	}
	if !hit {
		return false, false
	}
	columns, known := a.wants.match(r.cells)
	if known < 2 && a.header.known > 1 || known*2 < a.header.known {
		return false, false
	}
	for i, c := range columns {
		if c >= 0 && a.header.cell[c] != i {
			return true, false
		}
	}
	return true, true
}

var totalsWords = map[string]bool{"total": true, "totales": true, "totals": true, "subtotal": true, "subtotales": true, "suma": true, "sum": true}

// isTotals reports whether a row sums up those above it: its first cell says so, and it lacks a required value or is
// nearly empty, so that a person of that name is not taken for a sum.
func (a *assembly) isTotals(r record) bool {
	given, totals := 0, false
	for _, c := range r.cells {
		if !c.given() {
			continue
		}
		if given++; given == 1 {
			word, _, _ := strings.Cut(fold(shown(c.text, 40)), " ")
			totals = totalsWords[word]
		}
	}
	if !totals {
		return false
	}
	for i, c := range a.wants.columns {
		if c.Required && (a.header.cell[i] >= len(r.cells) || !r.cells[a.header.cell[i]].given()) {
			return true
		}
	}
	return given <= 2 && a.header.known > 2
}

// checkShape finds what does not fit under the headings. In a workbook a cell has its place and a missing one is blank;
// in a CSV a missing cell may have shifted all others, so too few is a finding there.
func (a *assembly) checkShape(row *Row, r record) {
	width := a.header.width
	if r.quoteUnclear {
		row.note(QuoteUnclear, "", strings.Join(row.Raw, " "))
	}
	if a.table.Format == "csv" && len(r.cells) < width {
		row.note(TooFewCells, "", strings.Join(row.Raw, " "), "expected", strconv.Itoa(width), "found", strconv.Itoa(len(r.cells)))
	}
	extra := 0
	for i, c := range r.cells {
		switch {
		case !c.given():
		case i >= width:
			if extra++; extra == 1 {
				row.note(TooManyCells, "", c.text, "expected", strconv.Itoa(width), "found", strconv.Itoa(len(r.cells)))
			}
		case a.table.Headings[i] == "":
			row.note(CellWithoutHeading, "", c.text, "column", strconv.Itoa(i+1))
		case c.cut && a.header.column[i] < 0:
			row.note(TextTooLong, a.table.Headings[i], c.text, "limit", strconv.Itoa(a.limits.CellRunes))
		}
	}
}

// readCells reads the declared columns of a row.
func (a *assembly) readCells(row *Row, r record) {
	row.cells = make([]cell, len(a.wants.columns))
	for i := range a.wants.columns {
		column, at := &a.wants.columns[i], a.header.cell[i]
		if at < 0 {
			continue
		}
		var d datum
		if at < len(r.cells) {
			d = r.cells[at]
		}
		heading := a.table.Headings[at]
		if !d.given() {
			if column.Required {
				row.note(ValueMissing, heading, "")
			}
			continue
		}
		c, problem := a.readCell(column, i, d)
		if problem != nil {
			c.state = cellRefused
			row.note(problem.code, heading, d.text, problem.params...)
		} else {
			c.state = cellRead
			if d.form == asNumber && (column.Kind == Date || column.Kind == Time) {
				row.Raw[at] = c.text // the day instead of its serial number, which a CSV could not tell from any other number
			}
		}
		row.cells[i] = c
	}
}

func texts(cells []datum) []string {
	list := make([]string, len(cells))
	for i, c := range cells {
		list[i] = c.text
	}
	return list
}
