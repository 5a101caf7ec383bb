package sheet

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// formulaGuard makes a spreadsheet take what follows for text.
const formulaGuard = "'"

// guarded are the characters with which a spreadsheet takes a cell for a formula (OWASP, "CSV Injection"), among them
// the full-width forms that some versions fold first.
const guarded = "=+-@\t\r\n＝＋－＠"

// WriteCSV writes a table that Spanish Excel opens with a double click: UTF-8 with its mark, semicolons, CRLF. A cell
// that a spreadsheet would take for a formula gets an apostrophe before it, which Read takes away again, so that Read
// gives back exactly the cells that were written. It refuses a cell that is not valid UTF-8 or holds a NUL, since Read
// would not take it; its other errors are those of w.
func WriteCSV(w io.Writer, headings []string, rows [][]string) error {
	b := bufio.NewWriter(w)
	b.WriteString("\ufeff") // a bufio.Writer keeps its first error for Flush
	if err := writeRow(b, headings); err != nil {
		return fmt.Errorf("writing the headings: %w", err)
	}
	for i, row := range rows {
		if err := writeRow(b, row); err != nil {
			return fmt.Errorf("writing row %d: %w", i+2, err)
		}
	}
	return b.Flush()
}

func writeRow(b *bufio.Writer, cells []string) error {
	for i, text := range cells {
		if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
			return fmt.Errorf("cell %d is not text", i+1)
		}
		if i > 0 {
			b.WriteByte(';')
		}
		text = guard(text)
		// A row of one blank cell would otherwise be no row at all, and a heading "sep=;" an instruction.
		if strings.ContainsAny(text, ";\"\r\n") || text == "" && len(cells) == 1 || i == 0 && strings.HasPrefix(strings.ToLower(text), "sep=") {
			text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		}
		b.WriteString(text)
	}
	_, err := b.WriteString("\r\n")
	return err
}

// guard puts an apostrophe before a cell that starts like a formula, or like a cell that was guarded already.
func guard(text string) string {
	if rest := strings.TrimPrefix(text, formulaGuard); startsGuarded(text) || rest != text && (startsGuarded(rest) || strings.HasPrefix(rest, formulaGuard)) {
		return formulaGuard + text
	}
	return text
}

// unguard takes away what guard added. No office writes a cell that starts so for any other reason.
func unguard(text string) string {
	if rest, ok := strings.CutPrefix(text, formulaGuard); ok && (startsGuarded(rest) || strings.HasPrefix(rest, formulaGuard)) {
		return rest
	}
	return text
}

func startsGuarded(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return text != "" && strings.ContainsRune(guarded, r)
}
