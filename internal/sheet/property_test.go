package sheet_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"habeas.example/habeas/internal/sheet"
)

var plainColumns = []sheet.Column{
	{Name: "alpha", Headings: []string{"Primera columna"}},
	{Name: "beta", Headings: []string{"Columna núm. 2"}},
	{Name: "gamma", Headings: []string{"Día"}, Kind: sheet.Date},
}

// words are what cells are made of: what breaks readers, more often than chance would have it.
var words = []string{"Núñez", "a", " ", "\u00a0", ";", ",", "\t", "|", `"`, `""`, "'", "=", "-", "@", "1.234", "05/03/90", "\r\n", "\n", "\r", "€",
	"sep=;", "total", "ß", "…"}
var wideWords = append([]string{"👩‍👧", "محمد", "\u200f", "\ufeff", "日本", "é́", "\u0085", "\ufffe"}, words...)

func cellOf(words []string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 5).Draw(t, "words"), "")
	})
}

// asFormula reports whether Read takes a first apostrophe for the guard of WriteCSV.
func asFormula(text string) bool {
	return len(text) > 1 && text[0] == '\'' && strings.ContainsAny(text[1:2], "=+-@\t\r\n'")
}

type written struct {
	rows [][]string
	days []time.Time
}

func drawRows(t *rapid.T, words []string, guarded bool, layout string) written {
	w := written{}
	for range rapid.IntRange(0, 12).Draw(t, "rows") {
		d := day(1800, 1, 1).AddDate(0, 0, rapid.IntRange(0, 146_000).Draw(t, "day"))
		row := []string{cellOf(words).Draw(t, "alpha"), cellOf(words).Draw(t, "beta"), d.Format(layout)}
		if !guarded {
			for i := range row {
				if asFormula(row[i]) {
					row[i] = ""
				}
			}
		}
		w.rows, w.days = append(w.rows, row), append(w.days, d)
	}
	return w
}

// check holds that a table says what was written.
func (w written) check(t *rapid.T, table *sheet.Table) {
	checkRapid(t, table)
	if table.Read != len(w.rows) || table.Blank != 0 {
		t.Fatalf("wrote %d rows, read %d of which %d blank", len(w.rows), table.Read, table.Blank)
	}
	for i, row := range table.Rows {
		if !slices.Equal(row.Raw, w.rows[i]) {
			t.Fatalf("row %d: wrote %q, read %q", i, w.rows[i], row.Raw)
		}
		if row.Line != table.HeaderLine+1+i {
			t.Fatalf("row %d is said to be row %d", table.HeaderLine+1+i, row.Line)
		}
		total := strings.Contains(codes(row), sheet.NotAPersonRow)
		if d, ok := row.Date("gamma"); !total && (!ok || !d.Equal(w.days[i])) {
			t.Fatalf("row %d: wrote the day %v, read %v %v: %s", i, w.days[i], d, ok, codes(row))
		}
	}
}

func checkRapid(t *rapid.T, table *sheet.Table) {
	if table.Read != table.Good()+table.Wrong()+table.Blank {
		t.Fatalf("read %d, but good %d, wrong %d, blank %d", table.Read, table.Good(), table.Wrong(), table.Blank)
	}
}

var layouts = []string{"02/01/2006", "2/1/2006", "2006-01-02", "02.01.2006", "2-1-2006", "20060102", "2 Jan 2006"}

// Whatever rows an office writes in whatever dialect, the same rows are read.
func TestAnyDialectIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		encoding := rapid.SampledFrom([]string{"utf-8", "utf-8-bom", "utf-16le", "utf-16be", "windows-1252"}).Draw(t, "encoding")
		delimiter := rapid.SampledFrom([]string{";", ",", "\t", "|"}).Draw(t, "delimiter")
		lineBreak := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "line break")
		quoteAll := rapid.Bool().Draw(t, "quote all")
		from := wideWords
		if encoding == "windows-1252" {
			from = words
		}
		w := drawRows(t, from, false, rapid.SampledFrom(layouts).Draw(t, "layout"))

		var b strings.Builder
		if rapid.Bool().Draw(t, "sep") {
			b.WriteString("sep=" + delimiter + lineBreak)
		}
		if rapid.Bool().Draw(t, "title") {
			b.WriteString("Informe" + lineBreak + lineBreak)
		}
		for _, row := range append([][]string{{"PRIMERA COLUMNA", "Columna núm. 2", "Días (todos)"}}, w.rows...) {
			for i, text := range row {
				if i > 0 {
					b.WriteString(delimiter)
				}
				if quoteAll || strings.ContainsAny(text, "\"\r\n"+delimiter) {
					text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
				}
				b.WriteString(text)
			}
			b.WriteString(lineBreak)
		}
		table, err := sheet.Read(bytes.NewReader(encode(t, b.String(), encoding)), "x", plainColumns, sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if table.Delimiter != delimiter {
			t.Fatalf("delimiter %q for %q", table.Delimiter, delimiter)
		}
		w.check(t, table)
	})
}

func encode(t *rapid.T, text, encoding string) []byte {
	switch encoding {
	case "utf-8-bom":
		return []byte("\ufeff" + text)
	case "windows-1252":
		b, err := charmap.Windows1252.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return b
	case "utf-16le", "utf-16be":
		var b []byte
		for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
			if encoding == "utf-16le" {
				b = append(b, byte(u), byte(u>>8))
			} else {
				b = append(b, byte(u>>8), byte(u))
			}
		}
		return b
	}
	return []byte(text)
}

// What WriteCSV writes is read back to the last character, and no cell of it starts a formula.
func TestWhatWriteCSVWritesIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawRows(t, wideWords, true, "2006-01-02")
		var b bytes.Buffer
		if err := sheet.WriteCSV(&b, []string{"alpha", "beta", "gamma"}, w.rows); err != nil {
			t.Fatal(err)
		}
		plain := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff")))
		plain.Comma = ';'
		rows, err := plain.ReadAll()
		if err != nil || len(rows) != len(w.rows)+1 {
			t.Fatalf("another reader finds %d rows, %v", len(rows), err)
		}
		for _, row := range rows {
			for _, text := range row {
				if strings.HasPrefix(text, "=") || strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-") || strings.HasPrefix(text, "@") || strings.HasPrefix(text, "\t") {
					t.Fatalf("a spreadsheet would compute %q", text)
				}
			}
		}
		table, err := sheet.Read(&b, "x", plainColumns, sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		w.check(t, table)
	})
}

// What excelize writes, with real dates, is read back.
func TestWhatExcelizeWritesIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawRows(t, words, false, "2006-01-02")
		f := excelize.NewFile()
		defer f.Close()
		shift := rapid.IntRange(1, 20).Draw(t, "header row")
		set := func(column, row int, value any) {
			at, err := excelize.CoordinatesToCellName(column, row)
			if err == nil {
				err = f.SetCellValue("Sheet1", at, value)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for i, heading := range []string{"alpha", "beta", "Día"} {
			set(i+1, shift, heading)
		}
		var kept written
		for i, row := range w.rows {
			if w.days[i].Year() < 1901 { // spreadsheets have no earlier days
				w.days[i] = w.days[i].AddDate(101, 0, 0)
				row[2] = w.days[i].Format("2006-01-02")
			}
			for j := range row[:2] {
				row[j] = strings.ReplaceAll(row[j], "\r", "") // XML turns CR LF into LF
				set(j+1, shift+1+i, row[j])
			}
			set(3, shift+1+i, w.days[i])
			kept.rows, kept.days = append(kept.rows, row), append(kept.days, w.days[i])
		}
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		table, err := sheet.Read(&b, "x", plainColumns, sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		kept.check(t, table)
	})
}
