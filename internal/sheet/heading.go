package sheet

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// headerWithin is how many of the first rows may be titles and blank before the header.
const headerWithin = 30

// wanted is the declared columns, made ready to be matched.
type wanted struct {
	columns   []wantedColumn
	byName    map[string]int
	byHeading map[string]int // folded
}

type wantedColumn struct {
	Column
	canonical []string       // the choices, sorted
	choice    map[string]int // folded synonym to place in canonical
}

func (c *wantedColumn) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// declare checks the columns; an error is a mistake of the program.
func declare(columns []Column) (*wanted, error) {
	if len(columns) == 0 {
		return nil, errors.New("sheet: no columns declared")
	}
	w := &wanted{byName: map[string]int{}, byHeading: map[string]int{}}
	for i, column := range columns {
		if _, twice := w.byName[column.Name]; twice || column.Name == "" {
			return nil, fmt.Errorf("sheet: column name %q is empty or declared twice", column.Name)
		}
		w.byName[column.Name] = i
		for _, heading := range append([]string{column.Name}, column.Headings...) {
			key := foldHeading(heading)
			if other, taken := w.byHeading[key]; key == "" || taken && other != i {
				return nil, fmt.Errorf("sheet: heading %q of column %q is empty or means another column too", heading, column.Name)
			}
			w.byHeading[key] = i
		}
		c := wantedColumn{Column: column}
		if column.Kind == Choice {
			c.canonical, c.choice = sortedKeys(column.Choices), map[string]int{}
			for place, value := range c.canonical {
				for _, synonym := range append([]string{value}, column.Choices[value]...) {
					key := fold(synonym)
					if other, taken := c.choice[key]; key == "" || taken && other != place {
						return nil, fmt.Errorf("sheet: choice %q of column %q is empty or means two values", synonym, column.Name)
					}
					c.choice[key] = place
				}
			}
		}
		w.columns = append(w.columns, c)
	}
	return w, nil
}

// match returns, for each cell of a row, the declared column that it is a heading of, or -1, and how many are.
func (w *wanted) match(cells []datum) (columns []int, known int) {
	columns = make([]int, len(cells))
	seen := make([]bool, len(w.columns))
	for i, c := range cells {
		columns[i] = w.heading(c.text)
		if columns[i] >= 0 && !seen[columns[i]] {
			seen[columns[i]] = true
			known++
		}
	}
	return columns, known
}

// heading returns the declared column of a heading, or -1.
func (w *wanted) heading(text string) int {
	if text == "" || len(text) > 400 {
		return -1
	}
	if i, ok := w.byHeading[foldHeading(text)]; ok {
		return i
	}
	if open := strings.IndexAny(text, "([{"); open > 0 {
		if i, ok := w.byHeading[foldHeading(text[:open])]; ok {
			return i
		}
	}
	return -1
}

// header is the row that names the columns.
type header struct {
	place  int // among the rows that were looked at
	record record
	column []int // for each cell, the declared column or -1
	cell   []int // for each declared column, the cell or -1
	known  int
	width  int
}

// findHeader picks the row with the most known headings, the first of equals. A single one is enough only if nothing
// else is required: a title may happen to say "Nombre".
func (w *wanted) findHeader(records []record) (header, bool) {
	best := header{}
	for i, r := range records {
		column, known := w.match(r.cells)
		if known > best.known {
			best = header{place: i, record: r, column: column, known: known}
		}
	}
	if best.known == 0 {
		return best, false
	}
	best.cell = slices.Repeat([]int{-1}, len(w.columns))
	for i, c := range best.column {
		if c >= 0 && best.cell[c] < 0 {
			best.cell[c] = i
		}
		if best.record.cells[i].given() {
			best.width = i + 1
		}
	}
	return best, best.known >= 2 || len(w.missing(best)) == 0
}

// missing names the required columns that a header lacks.
func (w *wanted) missing(h header) []string {
	var names []string
	for i, c := range w.columns {
		if c.Required && h.cell[i] < 0 {
			names = append(names, c.Name)
		}
	}
	return names
}

// check refuses a header that lacks a required column or has one twice.
func (w *wanted) check(h header) error {
	for i, c := range h.column {
		if c >= 0 && h.cell[c] != i {
			first, second := h.record.cells[h.cell[c]].text, h.record.cells[i].text
			r := refuse(ColumnTwice, "first", shown(clean(first), valueShownRunes), "second", shown(clean(second), valueShownRunes))
			r.Column = w.columns[c].Name
			return r.at(h.record.line)
		}
	}
	if missing := w.missing(h); len(missing) > 0 {
		var found []string
		for _, c := range h.record.cells {
			if c.given() {
				found = append(found, clean(c.text))
			}
		}
		r := refuse(ColumnMissing, "columns", strings.Join(missing, ", "),
			"found", shown(strings.Join(found, ", "), headingsShownRunes))
		r.Column = missing[0]
		return r.at(h.record.line)
	}
	return nil
}

// headingFillers are words that one writes in a heading and another leaves out.
var headingFillers = map[string]bool{"de": true, "del": true, "la": true, "el": true, "los": true, "las": true, "of": true, "the": true}

// foldHeading brings the ways of writing one heading together.
func foldHeading(text string) string {
	words := strings.Fields(fold(text))
	kept := words[:0]
	for _, word := range words {
		if headingFillers[word] {
			continue
		}
		if len(word) > 3 {
			word = strings.TrimSuffix(word, "s")
		}
		kept = append(kept, word)
	}
	return strings.Join(kept, " ")
}

// fold lowers capitals, takes accents away, turns all that is not letter or digit into one space, and parts digits from
// letters: "2.º Apellido" and "apellido2" both have the words "apellido" and "2".
func fold(text string) string {
	if !isASCII(text) {
		text = norm.NFKD.String(text)
	}
	var b strings.Builder
	b.Grow(len(text) + 4)
	last := ' '
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case unicode.IsLetter(r):
			r = unicode.ToLower(r)
			if unicode.IsDigit(last) {
				b.WriteByte(' ')
			}
		case unicode.IsDigit(r):
			if unicode.IsLetter(last) {
				b.WriteByte(' ')
			}
		default:
			r = ' '
			if last == ' ' {
				continue
			}
		}
		b.WriteRune(r)
		last = r
	}
	return strings.TrimSuffix(b.String(), " ")
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// allowed lists the choices as an office would write them, each with its canonical value.
func (c *wantedColumn) allowed() string {
	values := make([]string, len(c.canonical))
	for i, value := range c.canonical {
		values[i] = value
		if synonyms := c.Choices[value]; len(synonyms) > 0 && synonyms[0] != value {
			values[i] = synonyms[0] + " (" + value + ")"
		}
	}
	return strings.Join(values, ", ")
}
