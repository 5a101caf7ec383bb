package sheet

import (
	"slices"
	"strconv"
	"strings"
)

var delimiters = []byte{';', ',', '\t', '|'}

// openCSV decodes a text file and finds its delimiter.
func openCSV(t *Table, data []byte, wants *wanted, limits Limits) (source, error) {
	text, encoding, err := decode(data)
	if err != nil {
		return nil, err
	}
	t.Format, t.Encoding = "csv", encoding
	text, delimiter := cutSeparatorLine(text)
	if delimiter == 0 {
		delimiter = findDelimiter(text, wants, limits)
	}
	t.Delimiter = string(delimiter)
	return csvRows(text, delimiter, limits), nil
}

// cutSeparatorLine takes away a first line "sep=;", with which a file tells Excel its delimiter.
func cutSeparatorLine(text string) (rest string, delimiter byte) {
	if len(text) < 5 || !strings.EqualFold(text[:4], "sep=") {
		return text, 0
	}
	rest = text[5:]
	if rest != "" && rest[0] != '\r' && rest[0] != '\n' {
		return text, 0
	}
	for _, d := range delimiters {
		if text[4] == d {
			if strings.HasPrefix(rest, "\r\n") {
				return rest[2:], d
			}
			return rest[min(1, len(rest)):], d
		}
	}
	return text, 0
}

// findDelimiter picks the delimiter under which the first rows name the most columns, then the one under which most rows
// are as wide as the header.
func findDelimiter(text string, wants *wanted, limits Limits) byte {
	best, bestKnown, bestRegular := delimiters[0], -1, -1
	for _, d := range delimiters {
		var records []record
		for r, err := range csvRows(text, d, limits) {
			if err != nil {
				break
			}
			records = append(records, record{r.line, slices.Clone(r.cells), r.quoteUnclear})
			if len(records) == headerWithin {
				break
			}
		}
		h, _ := wants.findHeader(records)
		regular := 0
		for _, r := range records {
			if len(r.cells) > 1 && len(r.cells) >= h.width {
				regular++
			}
		}
		if h.known > bestKnown || h.known == bestKnown && regular > bestRegular {
			best, bestKnown, bestRegular = d, h.known, regular
		}
	}
	return best
}

// csvRows reads a text as RFC 4180 has it, with any delimiter and any line break, CR alone included. A quotation mark
// that opens a cell and does not properly close it is taken for an ordinary character, and the row is marked: it must
// not swallow the rows below. (No part of the text is scanned more than twice: a search for a closing mark that fails
// ends at the next opening one.)
func csvRows(text string, delimiter byte, limits Limits) source {
	return func(yield func(record, error) bool) {
		var r record
		for pos := 0; pos < len(text); {
			r = record{line: r.line + 1, cells: r.cells[:0]}
			for {
				value, end, proper := csvCell(text, pos, delimiter)
				if !proper {
					r.quoteUnclear = true
				}
				d := datum{text: unguard(value)}
				d.text, d.cut = cut(d.text, limits.CellRunes)
				if len(r.cells) < limits.Columns {
					r.cells = append(r.cells, d)
				} else if d.given() {
					yield(record{}, refuse(TooManyColumns, "limit", strconv.Itoa(limits.Columns)).at(r.line))
					return
				}
				pos = end
				if pos < len(text) && text[pos] == delimiter {
					pos++
					continue
				}
				break
			}
			if strings.HasPrefix(text[pos:], "\r\n") {
				pos++
			}
			pos++
			if !yield(r, nil) {
				return
			}
		}
	}
}

// csvCell reads the cell at pos and returns where it ends: at a delimiter, a line break or the end of the text. It
// reports false if a quotation mark stands where it should not.
func csvCell(text string, pos int, delimiter byte) (value string, end int, proper bool) {
	if pos < len(text) && text[pos] == '"' {
		for at := pos + 1; ; {
			i := strings.IndexByte(text[at:], '"')
			if i < 0 {
				break
			}
			at += i
			if at+1 < len(text) && text[at+1] == '"' {
				at += 2
				continue
			}
			if at+1 == len(text) || text[at+1] == delimiter || text[at+1] == '\n' || text[at+1] == '\r' {
				return strings.ReplaceAll(text[pos+1:at], `""`, `"`), at + 1, true
			}
			break
		}
	} else {
		proper = true
	}
	end = pos
	for end < len(text) && text[end] != delimiter && text[end] != '\n' && text[end] != '\r' {
		end++
	}
	return text[pos:end], end, proper
}

// cut shortens a text to a number of runes, and reports whether it was longer.
func cut(text string, runes int) (string, bool) {
	if len(text) <= runes {
		return text, false
	}
	n := 0
	for i := range text {
		if n == runes {
			return strings.Clone(text[:i]), true
		}
		n++
	}
	return text, false
}
