package sheet_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	"habeas.example/habeas/internal/sheet"
)

func day(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }

// people are columns as the desk declares them for an import of people, on a day of 2026.
func people() []sheet.Column {
	return []sheet.Column{
		{Name: "surname", Headings: []string{"apellidos", "primer apellido", "last name"}, Required: true, MaxRunes: 60},
		{Name: "given", Headings: []string{"nombres", "nombre de pila", "first name"}, Required: true},
		{Name: "birth", Headings: []string{"fecha de nacimiento", "nacimiento", "date of birth"}, Kind: sheet.Date,
			Earliest: day(1926, 11, 25), Latest: day(2012, 11, 24)},
		{Name: "sex", Headings: []string{"sexo"}, Kind: sheet.Choice,
			Choices: map[string][]string{"male": {"m", "hombre", "masculino"}, "female": {"f", "mujer", "femenino"}}},
		{Name: "weight", Headings: []string{"peso", "peso en kg"}, Kind: sheet.Number},
		{Name: "children", Headings: []string{"hijos", "número de hijos"}, Kind: sheet.Integer},
		{Name: "foreign", Headings: []string{"extranjero"}, Kind: sheet.Boolean},
		{Name: "arrested", Headings: []string{"hora de captura"}, Kind: sheet.Time, Zone: time.FixedZone("CST", -6*3600)},
		{Name: "paper", Headings: []string{"DUI", "documento"}},
	}
}

func read(t testing.TB, data string) *sheet.Table {
	t.Helper()
	table, err := sheet.Read(strings.NewReader(data), "people.csv", people(), sheet.Limits{})
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	checkSums(t, table)
	return table
}

// checkSums holds what is true of every table.
func checkSums(t testing.TB, table *sheet.Table) {
	t.Helper()
	if table.Read != table.Good()+table.Wrong()+table.Blank || len(table.Rows) != table.Read-table.Blank {
		t.Fatalf("read %d, but good %d, wrong %d, blank %d", table.Read, table.Good(), table.Wrong(), table.Blank)
	}
	last := table.HeaderLine
	for _, row := range table.Rows {
		if row.Line <= last {
			t.Fatalf("row %d comes after %d", row.Line, last)
		}
		last = row.Line
		for _, f := range row.Findings {
			if f.Line != row.Line || !contains(sheet.FindingCodes(), f.Code) || len([]rune(f.Value)) > 81 {
				t.Fatalf("finding %+v of row %d", f, row.Line)
			}
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// codes are the findings of a row, as "heading:code".
func codes(row sheet.Row) string {
	var list []string
	for _, f := range row.Findings {
		list = append(list, strings.TrimPrefix(f.Column+":"+f.Code, ":"))
	}
	return strings.Join(list, " ")
}

func refusal(t testing.TB, err error, code string) *sheet.Refusal {
	t.Helper()
	var r *sheet.Refusal
	if !errors.As(err, &r) || r.Code != code {
		t.Fatalf("got error %v, want the refusal %q", err, code)
	}
	if !contains(sheet.RefusalCodes(), r.Code) {
		t.Fatalf("refusal %q is not listed", r.Code)
	}
	return r
}

func TestEncodingsDelimitersAndLineBreaks(t *testing.T) {
	const text = "Apellidos;Nombres;Fecha de nacimiento;Sexo\nNúñez Peña;José María;05/03/1990;hombre\nÁvila;\"Ana\nLucía \"\"la Ñ\"\"\";1/12/1985;F\n"
	utf16LE := func(s string) string {
		b := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return string(b)
	}
	utf16BE := func(s string) string {
		b := []byte{0xfe, 0xff}
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, byte(u>>8), byte(u))
		}
		return string(b)
	}
	windows := func(s string) string {
		b, err := charmap.Windows1252.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	encodings := map[string]func(string) string{
		"utf-8": func(s string) string { return s }, "utf-8-bom": func(s string) string { return "\ufeff" + s },
		"utf-16le": utf16LE, "utf-16be": utf16BE, "windows-1252": windows,
	}
	for encoding, encode := range encodings {
		for _, delimiter := range []string{";", ",", "\t", "|"} {
			for _, lineBreak := range []string{"\n", "\r\n", "\r"} {
				for _, first := range []string{"", "sep=" + delimiter + "\n"} {
					data := strings.ReplaceAll(first+strings.ReplaceAll(text, ";", delimiter), "\n", lineBreak)
					table := read(t, encode(data))
					if table.Format != "csv" || table.Encoding != encoding || table.Delimiter != delimiter || table.HeaderLine != 1 || table.Read != 2 || table.Good() != 2 {
						t.Fatalf("%s %q %q: %+v", encoding, delimiter, lineBreak, table)
					}
					a, b := table.Rows[0], table.Rows[1]
					if a.Text("surname") != "Núñez Peña" || a.Text("given") != "José María" || a.Line != 2 || b.Line != 3 {
						t.Fatalf("%s %q %q: %+v", encoding, delimiter, lineBreak, a)
					}
					if want := "Ana" + lineBreak + "Lucía \"la Ñ\""; b.Text("given") != want {
						t.Fatalf("%s %q %q: %q, want %q", encoding, delimiter, lineBreak, b.Text("given"), want)
					}
					if d, ok := b.Date("birth"); !ok || !d.Equal(day(1985, 12, 1)) {
						t.Fatalf("birth %v %v", d, ok)
					}
					if sex, ok := b.Choice("sex"); !ok || sex != "female" {
						t.Fatalf("sex %q %v", sex, ok)
					}
				}
			}
		}
	}
}

func TestHeaderBelowTitles(t *testing.T) {
	table := read(t, "DIRECCIÓN GENERAL DE CENTROS;;;;\n;;;;\nListado de personas, por Apellidos;;;;\n\n"+
		"No.;NOMBRE DE PILA ;1er.;primer_apellido:;Fecha Nacimiento (dd/mm/aaaa)\n1;Ana;;Ruiz;03/02/1991\n;;;;\n\n2;Luz;;Paz;04.02.91\n")
	if table.HeaderLine != 5 || len(table.Above) != 2 || table.Above[0][0] != "DIRECCIÓN GENERAL DE CENTROS" {
		t.Fatalf("%+v", table)
	}
	if got := strings.Join(table.Unknown, "|"); got != "No.|1er." {
		t.Fatalf("unknown %q", got)
	}
	if table.Read != 4 || table.Blank != 2 || table.Good() != 2 {
		t.Fatalf("%+v", table)
	}
	if r := table.Rows[1]; r.Line != 9 || r.Text("surname") != "Paz" {
		t.Fatalf("%+v", r)
	}
	if d, _ := table.Rows[1].Date("birth"); !d.Equal(day(1991, 2, 4)) {
		t.Fatalf("birth %v", d)
	}
	if strings.Join(table.Rows[0].Raw, ";") != "1;Ana;;Ruiz;03/02/1991" {
		t.Fatalf("raw %q", table.Rows[0].Raw)
	}
}

func TestHeaderWithinThirtyRows(t *testing.T) {
	const table = "surname,given\nRuiz,Ana\n"
	if got := read(t, strings.Repeat("x\n", 29)+table); got.HeaderLine != 30 || got.Read != 1 {
		t.Fatalf("%+v", got)
	}
	_, err := sheet.Read(strings.NewReader(strings.Repeat("x\n", 30)+table), "x", people(), sheet.Limits{})
	refusal(t, err, sheet.HeaderNotFound)
}

func TestFindings(t *testing.T) {
	const header = "Apellidos;Nombres;Nacimiento;Sexo;Peso;Hijos;Extranjero;Hora de captura;DUI\n"
	for _, test := range []struct{ name, row, want string }{
		{"good", "Ruiz;Ana;;;;;;;", ""},
		{"no-break spaces", "\u00a0Ruiz\u00a0;Ana;\u00a03/2/1990;\u00a0f;;;;;", ""},
		{"emoji and right to left", "Ruiz 👩‍👧;محمد;;;;;;;", ""},
		{"formulas are text", "=1+1;@Ana;;;;;;;-2", ""},
		{"required value", ";Ana;;;;;;;", "Apellidos:value-missing"},
		{"only spaces", " \u00a0;Ana;;;;;;;", "Apellidos:value-missing"},
		{"too long", strings.Repeat("ñ", 61) + ";Ana;;;;;;;", "Apellidos:text-too-long"},
		{"long enough", strings.Repeat("ñ", 60) + ";Ana;;;;;;;", ""},
		{"control character", "Ru\x07iz;Ana;;;;;;;", "Apellidos:control-character"},
		{"form feed", "\fRuiz;Ana;;;;;;;", "Apellidos:control-character"},
		{"directional override", "Ru\u202eiz;Ana;;;;;;;", "Apellidos:control-character"},
		{"non-character", "Ru\ufffeiz;Ana;;;;;;;", "Apellidos:not-a-character"},
		{"replacement character", "Nu\ufffdez;Ana;;;;;;;", "Apellidos:not-a-character"},
		{"wrong encoding", "NÃºÃ±ez;Ana;;;;;;;", "Apellidos:text-garbled"},
		{"DOS code page", "Garc¡a;Jos‚;;;;;;;", "Apellidos:text-garbled Nombres:text-garbled"},
		{"unknown choice", "Ruiz;Ana;;otro;;;;;", "Sexo:choice-unknown"},
		{"not a number", "Ruiz;Ana;;;pesado;;;;", "Peso:not-a-number"},
		{"thousands or decimals", "Ruiz;Ana;;;1.234;;;;", "Peso:number-unclear"},
		{"too great", "Ruiz;Ana;;;;99999999999999999999;;;", "Hijos:number-out-of-range"},
		{"half a child", "Ruiz;Ana;;;;1,5;;;", "Hijos:not-an-integer"},
		{"perhaps foreign", "Ruiz;Ana;;;;;quizás;;", "Extranjero:boolean-unclear"},
		{"rounded number", "Ruiz;Ana;;;;;;;1,23457E+11", "DUI:digits-lost"},
		{"too few", "Ruiz;Ana", "too-few-cells"},
		{"too many", "Ruiz;Ana;;;;;;;;x", "too-many-cells"},
		{"too many, but blank", "Ruiz;Ana;;;;;;;;;;", ""},
		{"quote that opens", `"Ruiz;Ana;;;;;;;`, "quote-unclear"},
		{"quote that closes early", `"Ruiz" Paz;Ana;;;;;;;`, "quote-unclear"},
		{"quote within", `Ruiz;Ana "la Flaca";;;;;;;`, ""},
		{"header again", "APELLIDOS;NOMBRES;Nacimiento;Sexo;Peso;Hijos;Extranjero;Hora de captura;DUI", "repeated-header"},
		{"total", "Total;45;;;;;;;", "not-a-person-row"},
		{"total with colon", "TOTAL: 45;;;;;;;;", "not-a-person-row"},
		{"a person of that name", "Total;Ana;3/2/1990;f;;;;;", ""},
		{"time without day", "Ruiz;Ana;;;;;;14:30;", "Hora de captura:date-unclear"},
		{"day without time", "Ruiz;Ana;;;;;;3/2/2025;", "Hora de captura:time-missing"},
		{"no such time", "Ruiz;Ana;;;;;;3/2/2025 24:30;", "Hora de captura:time-unclear"},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := read(t, header+test.row+"\nPaz;Luz;;;;;;;\n")
			if len(table.Rows) != 2 {
				t.Fatalf("%d rows: %+v", len(table.Rows), table.Rows)
			}
			if got := codes(table.Rows[0]); got != test.want {
				t.Errorf("findings %q, want %q", got, test.want)
			}
			if r := table.Rows[1]; !r.Good() || r.Text("surname") != "Paz" || r.Line != 3 {
				t.Errorf("the row below suffered: %+v", r)
			}
		})
	}
}

func TestDates(t *testing.T) {
	for text, want := range map[string]string{
		"05/03/1990": "1990-03-05", "5/3/1990": "1990-03-05", "05-03-1990": "1990-03-05", "05.03.1990": "1990-03-05",
		"5 / 3 / 1990": "1990-03-05", "1990-03-05": "1990-03-05", "1990/3/5": "1990-03-05", "19900305": "1990-03-05",
		"1990-03-05T00:00:00": "1990-03-05", "05/03/1990 0:00": "1990-03-05", "5/3/1990 12:00:00 a. m.": "1990-03-05",
		"3 de marzo de 1990": "1990-03-03", "3 mar 1990": "1990-03-03", "3-mar-1990": "1990-03-03", "3/MAR/1990": "1990-03-03",
		"3 de marzo del 2001": "2001-03-03", "1º de Setiembre de 1990": "1990-09-01", "1.º de enero de 1990": "1990-01-01",
		"lunes, 5 de marzo de 1990": "1990-03-05", "miércoles 3 de marzo de 1990": "1990-03-03", "March 5, 1990": "1990-03-05", "5 ago. 1990": "1990-08-05",
		"29/02/1992": "1992-02-29", "31/12/99": "1999-12-31", "5-3-90": "1990-03-05", "5-3-05": "2005-03-05", "3 mar 85": "1985-03-03",
		"05/03/25":   "year-two-digits", // 1925 and 2025 both lie outside
		"05/03/2025": "date-out-of-range", "05/03/1825": "date-out-of-range",
		"13/25/1990": "date-unclear", "03/13/1990": "date-unclear", "29/02/1991": "date-unclear", "31/04/1990": "date-unclear",
		"1990-13-01": "date-unclear", "05/03-1990": "date-unclear", "05/03/199": "date-unclear", "0/3/1990": "date-unclear",
		"1990": "date-unclear", "32935": "date-unclear", "marzo de 1990": "date-unclear", "3 de brumario de 1990": "date-unclear",
		"no sabe": "date-unclear", "5/3": "date-unclear", "05031990": "date-unclear", "05/03/1990 14:30": "time-not-expected",
		"1990-03-05T00:00:00Z": "time-not-expected",
	} {
		table := read(t, "surname;given;birth\nRuiz;Ana;"+text+"\nPaz;Luz;25/12/1980\nSol;Eva;26/12/1980\n")
		row := table.Rows[0]
		got := strings.TrimPrefix(codes(row), "birth:")
		if d, ok := row.Date("birth"); ok {
			got = d.Format(time.DateOnly)
		}
		if got != want || row.Text("birth") != text || !row.Given("birth") {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestTwoDigitYearNeedsOneCentury(t *testing.T) {
	columns := []sheet.Column{{Name: "birth", Kind: sheet.Date}, {Name: "surname"}}
	table, err := sheet.Read(strings.NewReader("birth,surname\n05/03/90,Ruiz\n"), "x", columns, sheet.Limits{})
	if err != nil || codes(table.Rows[0]) != "birth:year-two-digits" {
		t.Fatalf("%v %+v", err, table)
	}
	columns[0].Earliest, columns[0].Latest = day(1900, 1, 1), day(2026, 1, 1)
	table, err = sheet.Read(strings.NewReader("birth,surname\n05/03/20,Ruiz\n05/03/30,Paz\n"), "x", columns, sheet.Limits{})
	if err != nil || codes(table.Rows[0]) != "birth:year-two-digits" || !table.Rows[1].Good() {
		t.Fatalf("%v %+v", err, table)
	}
}

func TestAColumnWrittenMonthFirstIsAskedAbout(t *testing.T) {
	table := read(t, "surname,given,birth\nA,a,03/25/1990\nB,b,03/04/1990\nC,c,04/04/1990\nD,d,1990-03-04\n")
	want := []string{"birth:date-unclear", "birth:date-order-unclear", "", ""}
	for i, row := range table.Rows {
		if codes(row) != want[i] {
			t.Errorf("row %d: %q, want %q", row.Line, codes(row), want[i])
		}
		if _, ok := row.Date("birth"); ok != (want[i] == "") {
			t.Errorf("row %d: date %v", row.Line, ok)
		}
	}
	// One slip among clear ones does not put the others in doubt.
	table = read(t, "surname,given,birth\nA,a,03/25/1990\nB,b,03/04/1990\nC,c,25/04/1990\nD,d,26/04/1990\n")
	if table.Good() != 3 {
		t.Fatalf("good %d", table.Good())
	}
}

func TestTimes(t *testing.T) {
	for text, want := range map[string]string{
		"03/02/2025 14:30": "2025-02-03T14:30:00-06:00", "3/2/2025 2:30:15 p. m.": "2025-02-03T14:30:15-06:00",
		"3/2/2025 2:30 PM": "2025-02-03T14:30:00-06:00", "3/2/2025 12:05 am": "2025-02-03T00:05:00-06:00",
		"2025-02-03T14:30:00Z": "2025-02-03T08:30:00-06:00", "2025-02-03 14:30:00.250+02:00": "2025-02-03T06:30:00.25-06:00",
		"3 de febrero de 2025, 14:30 h": "2025-02-03T14:30:00-06:00", "3 de febrero de 2025 a las 14h30": "2025-02-03T14:30:00-06:00",
		"3 feb 2025 7 pm": "2025-02-03T19:00:00-06:00",
	} {
		row := read(t, "surname;given;arrested\nRuiz;Ana;"+text+"\n").Rows[0]
		got, ok := row.Time("arrested")
		if !ok || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: got %v %v (%s), want %s", text, got, ok, codes(row), want)
		}
	}
}

func TestTimesThatAZoneSkipsOrRepeats(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	columns := []sheet.Column{{Name: "at", Kind: sheet.Time, Zone: zone}, {Name: "surname"}}
	table, err := sheet.Read(strings.NewReader("at,surname\n30/03/2025 02:30,A\n26/10/2025 02:30,B\n26/10/2025 04:30,C\n"), "x", columns, sheet.Limits{})
	if err != nil || codes(table.Rows[0]) != "at:time-unclear" || codes(table.Rows[1]) != "at:time-unclear" || !table.Rows[2].Good() {
		t.Fatalf("%v %+v", err, table)
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]float64{
		"72": 72, "72,5": 72.5, "72.5": 72.5, "-3,25": -3.25, "+4": 4, "1.234,5": 1234.5, "1,234.5": 1234.5, "1.234.567": 1234567,
		"1 234,5": 1234.5, "0,125": 0.125, "1234,567": 1234.567, ",5": 0.5, "−2": -2, "12.3450": 12.345,
	} {
		row := read(t, "surname;given;weight\nRuiz;Ana;"+text+"\n").Rows[0]
		if got, ok := row.Number("weight"); !ok || got != want {
			t.Errorf("%q: got %v %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"1.23.456", "1,2,3", "5.", ".", "-", "--5", "1e5", "NaN", "Inf", "0x10", "12 kg", "1 2", "1.2,3,4", "1.234.56"} {
		row := read(t, "surname;given;weight\nRuiz;Ana;"+text+"\n").Rows[0]
		if got, ok := row.Number("weight"); ok || codes(row) != "weight:not-a-number" {
			t.Errorf("%q: got %v, findings %q", text, got, codes(row))
		}
	}
	for text, want := range map[string]int64{"3": 3, "3,0": 3, "-1": -1, "12.000.000": 12000000, "9007199254740993": 9007199254740993} {
		row := read(t, "surname;given;children\nRuiz;Ana;"+text+"\n").Rows[0]
		if got, ok := row.Integer("children"); !ok || got != want {
			t.Errorf("%q: got %v %v, want %v", text, got, ok, want)
		}
	}
}

func TestBooleans(t *testing.T) {
	for text, want := range map[string]bool{"Sí": true, "SI": true, "x": true, "yes": true, "VERDADERO": true, "no": false, "N": false, "0": false, "false": false} {
		row := read(t, "surname;given;foreign\nRuiz;Ana;"+text+"\n").Rows[0]
		if got, known := row.Boolean("foreign"); !known || got != want {
			t.Errorf("%q: got %v %v", text, got, known)
		}
	}
	row := read(t, "surname;given;foreign\nRuiz;Ana;\n").Rows[0]
	if _, known := row.Boolean("foreign"); known || row.Given("foreign") || !row.Good() {
		t.Errorf("blank: %+v", row)
	}
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct{ name, data, code string }{
		{"nothing", "", sheet.FileEmpty},
		{"mark alone", "\ufeff \r\n", sheet.FileEmpty},
		{"PDF", "%PDF-1.7\n", sheet.NotATable},
		{"picture", "\x89PNG\r\n\x1a\n", sheet.NotATable},
		{"web page", "\n <HTML><body><table>", sheet.NotATable},
		{"NUL", "surname,given\nRu\x00iz,Ana\n", sheet.NotATable},
		{"binary", "\x01\x02\x03\x80\x81\x05\x06\x07", sheet.NotATable},
		{"UTF-16 without mark", "s\x00u\x00r\x00", sheet.NotATable},
		{"old workbook", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rest", sheet.LegacyWorkbook},
		{"archive", "PK\x05\x06" + strings.Repeat("\x00", 18), sheet.NotATable},
		{"no archive", "PK\x03\x04rubbish", sheet.WorkbookDamaged},
		{"no header", "Ruiz,Ana\nPaz,Luz\n", sheet.HeaderNotFound},
		{"a title is no header", "surname\nRuiz,Ana\n", sheet.HeaderNotFound},
		{"column missing", "surname,birth\nRuiz,1990-01-01\n", sheet.ColumnMissing},
		{"column twice", "surname,given,Nombres\nRuiz,Ana,Luz\n", sheet.ColumnTwice},
		{"second header", "surname,given\nRuiz,Ana\ngiven,surname\nLuz,Paz\n", sheet.SecondHeader},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := sheet.Read(strings.NewReader(test.data), "gente.csv", people(), sheet.Limits{})
			r := refusal(t, err, test.code)
			if !strings.Contains(err.Error(), "gente.csv") || strings.ContainsAny(err.Error(), "{}") {
				t.Errorf("%v does not name the file, or is not whole", err)
			}
			if test.code == sheet.ColumnMissing && (r.Column != "given" || r.Line != 1 || r.Params["found"] != "surname, birth") {
				t.Errorf("%+v", r)
			}
			if test.code == sheet.SecondHeader && r.Line != 3 {
				t.Errorf("%+v", r)
			}
		})
	}
	encrypted := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Join(strings.Split("EncryptedPackage", ""), "\x00") + "\x00"
	_, err := sheet.Read(strings.NewReader(encrypted), "x.xlsx", people(), sheet.Limits{})
	refusal(t, err, sheet.EncryptedWorkbook)
}

func TestAnErrorOfTheReaderIsNoRefusal(t *testing.T) {
	broken := errors.New("line cut")
	_, err := sheet.Read(&failing{broken}, "x", people(), sheet.Limits{})
	if r := (*sheet.Refusal)(nil); !errors.Is(err, broken) || errors.As(err, &r) {
		t.Fatalf("got %v", err)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestDeclarationsThatContradict(t *testing.T) {
	for name, columns := range map[string][]sheet.Column{
		"none":          nil,
		"no name":       {{}},
		"twice":         {{Name: "a"}, {Name: "a"}},
		"same heading":  {{Name: "a", Headings: []string{"Número"}}, {Name: "b", Headings: []string{"numeros"}}},
		"blank heading": {{Name: "a", Headings: []string{"--"}}},
		"same choice":   {{Name: "a", Kind: sheet.Choice, Choices: map[string][]string{"x": {"1"}, "y": {"1"}}}},
	} {
		_, err := sheet.Read(strings.NewReader("a\nb\n"), "x", columns, sheet.Limits{})
		if r := (*sheet.Refusal)(nil); err == nil || errors.As(err, &r) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAskingForWhatWasNotDeclaredPanics(t *testing.T) {
	row := read(t, "surname,given\nRuiz,Ana\n").Rows[0]
	for name, ask := range map[string]func(){
		"name": func() { row.Text("sur name") },
		"kind": func() { row.Date("surname") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			ask()
		}()
	}
}

func TestWriteCSVGuardsFormulas(t *testing.T) {
	var b bytes.Buffer
	rows := [][]string{{"=cmd()", "+503 7777"}, {"-5", "@x"}, {"\tx", "'=x"}, {"''", "O'Neil; \"B\""}, {"＝1", "línea\r\nnueva"}, {"'a", "a=b"}}
	if err := sheet.WriteCSV(&b, []string{"surname", "given"}, rows); err != nil {
		t.Fatal(err)
	}
	const want = "\ufeffsurname;given\r\n'=cmd();'+503 7777\r\n'-5;'@x\r\n'\tx;''=x\r\n''';\"O'Neil; \"\"B\"\"\"\r\n'＝1;\"línea\r\nnueva\"\r\n'a;a=b\r\n"
	if b.String() != want {
		t.Fatalf("got  %q\nwant %q", b.String(), want)
	}
	table := read(t, b.String())
	for i, row := range table.Rows {
		if strings.Join(row.Raw, "|") != strings.Join(rows[i], "|") {
			t.Errorf("row %d: %q, want %q", i, row.Raw, rows[i])
		}
	}
	if err := sheet.WriteCSV(&b, []string{"a"}, [][]string{{"\x00"}}); err == nil {
		t.Error("a NUL was written")
	}
	if err := sheet.WriteCSV(full{}, []string{"a"}, nil); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
