package sheet

import (
	"encoding/xml"
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
)

// sharedStringCost is what a shared string weighs in memory besides its bytes.
const sharedStringCost = 16

// readSharedStrings reads the table of texts that cells refer to by number.
func (w *workbook) readSharedStrings(name string) error {
	weight, most := int64(0), 2*w.limits.Bytes+1<<20
	var text cellText
	inText, phonetic := false, false
	return w.walk(name, func(token xml.Token) error {
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "si":
				text.reset(w.limits.CellRunes)
			case "rPh": // how the text is pronounced, in Japanese workbooks
				phonetic = true
			case "t":
				inText = !phonetic
			}
		case xml.CharData:
			if inText {
				text.add(e)
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "rPh":
				phonetic = false
			case "t":
				inText = false
			case "si":
				s, cut := text.finish()
				if cut {
					w.cut[len(w.strings)] = true
				}
				w.strings = append(w.strings, s)
				if weight += int64(len(s)) + sharedStringCost; weight > most {
					return refuse(UnpackedTooLarge, "limit", strconv.FormatInt(most, 10))
				}
			}
		}
		return nil
	})
}

// cellText gathers a text that comes in runs, up to a limit.
type cellText struct {
	bytes  []byte
	runes  int
	longer bool
}

func (t *cellText) reset(runes int) { t.bytes, t.runes, t.longer = t.bytes[:0], runes, false }

func (t *cellText) add(run []byte) {
	// "_x000D_" is seven bytes for one rune, so more is gathered than is kept.
	if room := 7*t.runes + 8 - len(t.bytes); len(run) > room {
		run, t.longer = run[:max(room, 0)], true
	}
	t.bytes = append(t.bytes, run...)
}

func (t *cellText) finish() (string, bool) {
	s, shortened := cut(unescape(strings.ToValidUTF8(string(t.bytes), "")), t.runes)
	return s, shortened || t.longer
}

// unescape turns "_x000D_" into the character that it stands for (ECMA-376, part 1, 22.4.2.4). A NUL becomes U+FFFD, which
// is a finding of its cell.
func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		code, ok := escaped(text[i:])
		if !ok {
			b.WriteByte(text[i])
			i++
			continue
		}
		i += 7
		r := rune(code)
		if low, pair := escaped(text[i:]); pair && utf16.IsSurrogate(r) {
			if r2 := utf16.DecodeRune(r, rune(low)); r2 != '\uFFFD' {
				r = r2
				i += 7
			}
		}
		if r == 0 {
			r = '\uFFFD'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func escaped(text string) (uint64, bool) {
	if len(text) < 7 || text[:2] != "_x" || text[6] != '_' {
		return 0, false
	}
	code, err := strconv.ParseUint(text[2:6], 16, 16)
	return code, err == nil
}

// sheetCell is a cell while its elements are read.
type sheetCell struct {
	kind     string // the attribute t
	style    int
	value    cellText
	hasValue bool
	formula  bool
}

// sheetReader follows the elements of one sheet.
type sheetReader struct {
	w       *workbook
	part    string
	row     record
	column  int // of the cell being read, from 0
	cell    sheetCell
	inside  bool // sheetData
	inCell  bool
	inValue bool
	quiet   bool // phonetic text
	yield   func(record, error) bool
}

// rows yields the rows that a sheet has written, with their own numbers; there may be gaps between them.
func (w *workbook) rows(s sheetPart) source {
	return func(yield func(record, error) bool) {
		reader := sheetReader{w: w, part: s.part, yield: yield}
		err := w.walk(s.part, func(token xml.Token) error {
			switch e := token.(type) {
			case xml.StartElement:
				return reader.start(e)
			case xml.CharData:
				if reader.inValue {
					reader.cell.value.add(e)
				}
			case xml.EndElement:
				return reader.end(e.Name.Local)
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(record{}, err)
		}
	}
}

func (s *sheetReader) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "sheetData":
		s.inside = true
	case "row":
		if s.inside {
			return s.startRow(e)
		}
	case "c":
		if s.inside {
			return s.startCell(e)
		}
	case "v":
		s.inValue = s.inCell
		s.cell.hasValue = s.cell.hasValue || s.inCell
	case "t": // of an inline string
		s.inValue = s.inCell && !s.quiet
		s.cell.hasValue = s.cell.hasValue || s.inCell
	case "rPh":
		s.quiet = true
	case "f":
		s.cell.formula = s.cell.formula || s.inCell
	}
	return nil
}

func (s *sheetReader) startRow(e xml.StartElement) error {
	line := s.row.line + 1
	if r := attribute(e, "r"); r != "" {
		n, err := strconv.Atoi(r)
		if err != nil || n < line || n > 1<<24 {
			return damaged(s.part)
		}
		line = n
	}
	s.row = record{line: line, cells: s.row.cells[:0]}
	s.column = -1
	return nil
}

func (s *sheetReader) startCell(e xml.StartElement) error {
	s.cell.kind, s.cell.style, s.cell.hasValue, s.cell.formula = "", 0, false, false
	s.cell.value.reset(s.w.limits.CellRunes)
	column := s.column + 1
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "r":
			n, ok := columnOf(a.Value)
			if !ok || n < column {
				return damaged(s.part)
			}
			column = n
		case "t":
			s.cell.kind = a.Value
		case "s":
			s.cell.style, _ = strconv.Atoi(a.Value) // an unknown style is the general one
		}
	}
	if s.row.line == 0 {
		return damaged(s.part)
	}
	s.column, s.inCell = column, true
	return nil
}

// columnOf reads the letters of a reference such as AB12, as a number from 0.
func columnOf(reference string) (int, bool) {
	n := 0
	for i, r := range reference {
		if r >= '0' && r <= '9' {
			return n - 1, i > 0
		}
		if r < 'A' || r > 'Z' || i >= 3 {
			return 0, false
		}
		n = n*26 + int(r-'A') + 1
	}
	return 0, false
}

func (s *sheetReader) end(name string) error {
	switch name {
	case "v", "t":
		s.inValue = false
	case "rPh":
		s.quiet = false
	case "c":
		if s.inCell {
			s.inCell = false
			return s.place()
		}
	case "row":
		if s.inside && !s.yield(s.row, nil) {
			return errStop
		}
	case "sheetData":
		s.inside = false
	}
	return nil
}

// place puts the cell that was read into the row.
func (s *sheetReader) place() error {
	d, ok := s.datum()
	if !ok {
		return damaged(s.part)
	}
	if !d.given() && d.text == "" {
		return nil
	}
	if s.column >= s.w.limits.Columns {
		if !d.given() {
			return nil
		}
		return refuse(TooManyColumns, "limit", strconv.Itoa(s.w.limits.Columns)).at(s.row.line)
	}
	for len(s.row.cells) < s.column {
		s.row.cells = append(s.row.cells, datum{})
	}
	s.row.cells = append(s.row.cells, d)
	return nil
}

// datum makes of the cell what the workbook says that it is (ECMA-376, part 1, 18.18.11).
func (s *sheetReader) datum() (datum, bool) {
	c := &s.cell
	if !c.hasValue {
		if c.formula {
			return datum{form: asUncomputed}, true
		}
		return datum{}, true
	}
	if c.kind == "s" {
		n, err := strconv.Atoi(strings.TrimSpace(string(c.value.bytes)))
		if err != nil || n < 0 || n >= len(s.w.strings) {
			return datum{}, false
		}
		return datum{text: s.w.strings[n], cut: s.w.cut[n]}, true
	}
	if c.kind == "" || c.kind == "n" {
		if f, ok := plainFloat(string(c.value.bytes)); ok {
			return s.w.numberDatum(f, c.style), true
		}
	}
	text, shortened := c.value.finish()
	d := datum{text: text, cut: shortened}
	switch c.kind {
	case "b":
		d.form = asBoolean
		if d.text == "1" {
			d.text = "TRUE"
		} else if d.text == "0" {
			d.text = "FALSE"
		}
	case "e":
		d.form = asError
	}
	return d, true // "str", "inlineStr", and "d", an ISO date, are text
}

func plainFloat(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	if strings.Trim(text, "0123456789+-.eE") != "" { // what else ParseFloat takes: NaN, 0x1p-2
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}

// numberDatum is a number under the format of its cell: a day, an instant, a number with fixed digits, or just that.
func (w *workbook) numberDatum(f float64, style int) datum {
	format := cellFormat{}
	if style > 0 && style < len(w.formats) {
		format = w.formats[style]
	}
	d := datum{number: f, form: format.form}
	switch format.form {
	case asDay, asInstant:
		if w.date904 {
			d.number += days1904
		}
		day, at, ok := fromSerial(d.number)
		switch {
		case !ok:
			d.text = plainText(f)
		case d.form == asInstant || at.given:
			d.form = asInstant
			d.text = day.Add(at.sinceMidnight()).Format("2006-01-02 15:04:05")
		default:
			d.text = day.Format("2006-01-02")
		}
	case asClock:
		_, at, ok := fromSerial(1 + f - math.Floor(f))
		d.text = plainText(f)
		if ok {
			d.text = day0.Add(at.sinceMidnight()).Format("15:04:05")
		}
	default:
		d.form, d.from1904 = asNumber, w.date904
		d.rounded = math.Abs(f) >= 1e15 // a spreadsheet keeps 15 digits
		d.text = plainText(f)
		if format.digits != "" && f == math.Trunc(f) && f >= 0 && !d.rounded {
			d.text = underMask(format.digits, d.text)
		}
	}
	return d
}

// plainText writes a number so that readNumber reads the same one: with a decimal point, and never with three decimals
// alone, which could be thousands.
func plainText(f float64) string {
	if math.Abs(f) >= 1e21 {
		return strconv.FormatFloat(f, 'E', -1, 64)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if _, decimals, _ := strings.Cut(text, "."); len(decimals) == 3 {
		text += "0"
	}
	return text
}
