package sheet

import (
	"fmt"
	"math"
	"time"
)

// Limits bounds what one file may cost. A zero field takes its value from DefaultLimits.
type Limits struct {
	Bytes     int64 // of the file as it is received
	Unpacked  int64 // bytes of XML that a workbook may unpack to, counting all that is read of it
	Rows      int   // below the header, blank ones included
	Columns   int   // cells in a row
	Cells     int   // in all rows together, as kept in Row.Raw
	CellRunes int   // in one cell; what is beyond is cut off and is a finding
}

// DefaultLimits is enough for a prison system of 200,000 people in one file.
var DefaultLimits = Limits{
	Bytes:     64 << 20,
	Unpacked:  512 << 20,
	Rows:      200_000,
	Columns:   200,
	Cells:     8_000_000,
	CellRunes: 4_000,
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits
	if l.Bytes > 0 {
		d.Bytes = l.Bytes
	}
	if l.Unpacked > 0 {
		d.Unpacked = l.Unpacked
	}
	if l.Rows > 0 {
		d.Rows = l.Rows
	}
	if l.Columns > 0 {
		d.Columns = l.Columns
	}
	if l.Cells > 0 {
		d.Cells = l.Cells
	}
	if l.CellRunes > 0 {
		d.CellRunes = l.CellRunes
	}
	return d
}

// Kind is what a column's cells hold.
type Kind int

// The kinds of column.
const (
	Text    Kind = iota // any words
	Date                // a day of the calendar
	Time                // a day and a time of day
	Number              // with or without decimals
	Integer             // without decimals
	Choice              // one of Column.Choices
	Boolean             // yes or no
)

// Column is one that the caller wants.
type Column struct {
	// Name is how the caller asks for the column's cells. It counts as a heading too.
	Name string
	// Headings are what people write above it, in Spanish and English. They match whatever the accents, capitals,
	// punctuation, plural s, "de" and "of", or a remark in brackets.
	Headings []string
	// Required says that the file must have the column and each row a value in it.
	Required bool
	Kind     Kind
	// Choices are the values of a Choice column: the canonical one and what people write for it.
	Choices map[string][]string
	// MaxRunes is the longest text that a cell may hold; 0 leaves it to Limits.CellRunes.
	MaxRunes int
	// Earliest and Latest, for Date and Time, bound the days that make sense, both included; zero is unbounded. A
	// two-digit year is read if exactly one century puts it between them, and is a finding otherwise: so births
	// between 110 and 10 years ago are read and a bare "12-03-26" elsewhere is not.
	Earliest, Latest time.Time
	// Zone is where the clock of a Time column hangs, for values that do not say; nil is UTC.
	Zone *time.Location
}

// Table is a file that was read. Read = Good() + Wrong() + Blank, always.
type Table struct {
	Format    string // "csv" or "xlsx"
	Encoding  string // of a CSV: "utf-8", "utf-8-bom", "utf-16le", "utf-16be" or "windows-1252"
	Delimiter string // of a CSV: ",", ";", "\t" or "|"

	Sheet       string   // the sheet of a workbook that was read
	OtherSheets []string // those that were not, since they hold no such table

	Above      [][]string // the rows above the header that are not blank
	HeaderLine int        // counted as Row.Line is
	Headings   []string   // as the file has them, in its order
	Unknown    []string   // those that nobody asked for

	Rows  []Row // all below the header that are not blank
	Blank int   // rows below the header with nothing in them
	Read  int   // rows below the header
}

// Good counts the rows without findings.
func (t *Table) Good() int { return len(t.Rows) - t.Wrong() }

// Wrong counts the rows with findings.
func (t *Table) Wrong() int {
	n := 0
	for i := range t.Rows {
		if !t.Rows[i].Good() {
			n++
		}
	}
	return n
}

// Row is one row below the header. Its accessors take the Name of a declared column of the kind that they return; any
// other name is a mistake of the program, and panics. They report false where the file has no such column, the cell is
// blank or its value has a finding.
type Row struct {
	// Line is the row's number as a spreadsheet program shows it, from 1. In a CSV it counts rows, not line breaks, so
	// a cell that holds a line break does not shift those below; a first line "sep=;" is not counted.
	Line int
	// Raw is the row as the file has it, cell by cell, spaces included. A cell of a workbook that is not text is
	// written so that Read reads the same value from a CSV: days as 1990-03-05, numbers with a decimal point. Cells
	// over Limits.CellRunes are cut.
	Raw      []string
	Findings []Finding

	cells []cell
	wants *wanted
}

// cell is a typed value. value holds, by kind: seconds of the day's midnight UTC; microseconds of the instant; the bits
// of the float; the integer; the place in the sorted choices; 0 or 1.
type cell struct {
	text  string // trimmed
	value int64
	state cellState
}

type cellState uint8

const (
	cellBlank   cellState = iota
	cellRefused           // something is there, and has a finding
	cellRead
)

// Good reports whether the row has no findings.
func (r *Row) Good() bool { return len(r.Findings) == 0 }

// Given reports whether the row has anything in a column of any kind, readable or not.
func (r *Row) Given(column string) bool { return r.find(column, -1).state != cellBlank }

// Text returns what is written in a column of any kind, without the spaces around it; "" if nothing is.
func (r *Row) Text(column string) string { return r.find(column, -1).text }

// Date returns a day, as midnight UTC.
func (r *Row) Date(column string) (time.Time, bool) {
	c := r.find(column, Date)
	if c.state != cellRead {
		return time.Time{}, false
	}
	return time.Unix(c.value, 0).UTC(), true
}

// Time returns an instant, in the column's zone.
func (r *Row) Time(column string) (time.Time, bool) {
	c := r.find(column, Time)
	if c.state != cellRead {
		return time.Time{}, false
	}
	return time.UnixMicro(c.value).In(r.wants.columns[r.wants.byName[column]].zone()), true
}

// Number returns a number; it is never infinite and never NaN.
func (r *Row) Number(column string) (float64, bool) {
	c := r.find(column, Number)
	if c.state != cellRead {
		return 0, false
	}
	return math.Float64frombits(uint64(c.value)), true
}

// Integer returns a whole number.
func (r *Row) Integer(column string) (int64, bool) {
	c := r.find(column, Integer)
	return c.value, c.state == cellRead
}

// Choice returns the canonical value of what is written.
func (r *Row) Choice(column string) (string, bool) {
	c := r.find(column, Choice)
	if c.state != cellRead {
		return "", false
	}
	return r.wants.columns[r.wants.byName[column]].canonical[c.value], true
}

// Boolean returns a yes or a no; the second result says whether it is known.
func (r *Row) Boolean(column string) (value, known bool) {
	c := r.find(column, Boolean)
	return c.state == cellRead && c.value == 1, c.state == cellRead
}

// find returns the cell of a declared column of a kind, or of any kind if it is -1.
func (r *Row) find(column string, kind Kind) cell {
	i, ok := r.wants.byName[column]
	if !ok {
		panic(fmt.Sprintf("sheet: column %q was not declared to Read", column))
	}
	if kind >= 0 && r.wants.columns[i].Kind != kind {
		panic(fmt.Sprintf("sheet: column %q was declared to Read with another kind", column))
	}
	if r.cells == nil {
		return cell{}
	}
	return r.cells[i]
}
