package sheet_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"habeas.example/habeas/internal/sheet"
)

// workbook makes an XLSX with excelize, an independent writer.
func workbook(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func set(t testing.TB, f *excelize.File, name string, cells map[string]any) {
	t.Helper()
	for at, v := range cells {
		if err := f.SetCellValue(name, at, v); err != nil {
			t.Fatal(err)
		}
	}
}

func style(t testing.TB, f *excelize.File, at, format string) {
	t.Helper()
	id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellStyle("Sheet1", at, at, id); err != nil {
		t.Fatal(err)
	}
}

func readXLSX(t testing.TB, data []byte) *sheet.Table {
	t.Helper()
	table, err := sheet.Read(bytes.NewReader(data), "gente.xlsx", people(), sheet.Limits{})
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	checkSums(t, table)
	return table
}

func TestWorkbook(t *testing.T) {
	data := workbook(t, func(f *excelize.File) {
		set(t, f, "Sheet1", map[string]any{
			"A1": "Centro penitenciario: listado", "A4": "Apellidos", "B4": "Nombres", "C4": "Fecha de nacimiento", "D4": "Peso (kg)",
			"E4": "Hijos", "F4": "Extranjero", "G4": "Hora de captura", "H4": "DUI", "I4": "Observaciones",
			"A5": "Núñez", "B5": "José", "C5": day(1990, 3, 5), "D5": 72.5, "E5": 3, "F5": true,
			"G5": time.Date(2025, 2, 3, 14, 30, 0, 0, time.UTC), "H5": 12345678, "I5": "x",
			"A8": " Paz ", "B8": "Luz", "C8": "05/03/1990", "D8": 12.345, "F8": "no", "H8": 1234567890123456789.0,
			"A9": "Sol", "B9": "Eva", "C9": 32937, "E9": 1.5, "G9": day(2025, 2, 3),
			"A10": "Mar", "B10": "Ana", "C10": 1990, "K10": "nota",
			"A11": "Total", "B11": 4,
		})
		if err := f.MergeCell("Sheet1", "A1", "I2"); err != nil {
			t.Fatal(err)
		}
		style(t, f, "C5", "dd/mm/yyyy;@")
		style(t, f, "G5", `d "de" mmmm "de" yyyy\ hh:mm`)
		style(t, f, "H5", `00000000\-0`)
		style(t, f, "G9", "dd/mm/yyyy")
	})
	table := readXLSX(t, data)
	if table.Format != "xlsx" || table.Sheet != "Sheet1" || table.HeaderLine != 4 || len(table.Above) != 1 || table.Read != 7 || table.Blank != 2 {
		t.Fatalf("%+v", table)
	}
	if strings.Join(table.Unknown, "|") != "Observaciones" {
		t.Errorf("unknown %q", table.Unknown)
	}
	want := []string{"", "DUI:digits-lost", "Hijos:not-an-integer Hora de captura:time-missing", "too-many-cells Fecha de nacimiento:date-unclear", "not-a-person-row"}
	for i, row := range table.Rows {
		if codes(row) != want[i] {
			t.Errorf("row %d: %q, want %q", row.Line, codes(row), want[i])
		}
	}
	first := table.Rows[0]
	birth, _ := first.Date("birth")
	weight, _ := first.Number("weight")
	children, _ := first.Integer("children")
	foreign, _ := first.Boolean("foreign")
	arrested, _ := first.Time("arrested")
	got := fmt.Sprintln(first.Line, birth.Format(time.DateOnly), weight, children, foreign, arrested.Format(time.RFC3339), first.Text("paper"))
	if got != "5 1990-03-05 72.5 3 true 2025-02-03T14:30:00-06:00 01234567-8\n" {
		t.Errorf("got %s", got)
	}
	if strings.Join(first.Raw, "|") != "Núñez|José|1990-03-05|72.5|3|TRUE|2025-02-03 14:30:00|01234567-8|x" {
		t.Errorf("raw %q", first.Raw)
	}
	if w, _ := table.Rows[1].Number("weight"); w != 12.345 || table.Rows[1].Line != 8 || table.Rows[1].Text("surname") != "Paz" {
		t.Errorf("%v %+v", w, table.Rows[1])
	}
	if d, ok := table.Rows[2].Date("birth"); !ok || !d.Equal(day(1990, 3, 5)) {
		t.Errorf("serial day: %v %v", d, ok)
	}
}

// What is read from a workbook, written as the quarantine is and read again, says the same.
func TestWorkbookThroughQuarantine(t *testing.T) {
	data := workbook(t, func(f *excelize.File) {
		set(t, f, "Sheet1", map[string]any{
			"A1": "Apellidos", "B1": "Nombres", "C1": "Nacimiento", "D1": "Peso", "E1": "Extranjero", "F1": "Hora de captura", "G1": "Sexo",
			"A2": "=Núñez", "B2": "José", "C2": 32937, "D2": 12.345, "E2": false, "F2": time.Date(2025, 2, 3, 14, 30, 5, 0, time.UTC), "G2": "?",
			"A3": "Paz", "B3": "Luz", "C3": day(1991, 3, 5), "D3": 1234.567, "E3": true, "F3": 45000.5,
		})
	})
	table := readXLSX(t, data)
	var raw [][]string
	for _, row := range table.Rows {
		raw = append(raw, row.Raw)
	}
	var b bytes.Buffer
	if err := sheet.WriteCSV(&b, table.Headings, raw); err != nil {
		t.Fatal(err)
	}
	again := read(t, b.String())
	if again.Read != 2 || again.Good() != 1 || codes(again.Rows[0]) != codes(table.Rows[0]) {
		t.Fatalf("%+v", again)
	}
	for i := range table.Rows {
		x, y := &table.Rows[i], &again.Rows[i]
		for _, say := range []func(*sheet.Row) string{
			func(r *sheet.Row) string { return r.Text("surname") },
			func(r *sheet.Row) string { return fmt.Sprint(r.Date("birth")) },
			func(r *sheet.Row) string { return fmt.Sprint(r.Number("weight")) },
			func(r *sheet.Row) string { return fmt.Sprint(r.Boolean("foreign")) },
			func(r *sheet.Row) string { return fmt.Sprint(r.Time("arrested")) },
		} {
			if say(x) != say(y) {
				t.Errorf("row %d: %s became %s", x.Line, say(x), say(y))
			}
		}
	}
}

func TestSheetsOfAWorkbook(t *testing.T) {
	fill := func(names ...string) func(*excelize.File) {
		return func(f *excelize.File) {
			set(t, f, "Sheet1", map[string]any{"A1": "Portada"})
			for _, name := range names {
				if _, err := f.NewSheet(name); err != nil {
					t.Fatal(err)
				}
				set(t, f, name, map[string]any{"A2": "Apellidos", "B2": "Nombres", "A3": "Ruiz", "B3": name})
			}
		}
	}
	table := readXLSX(t, workbook(t, fill("Módulo 1")))
	if table.Sheet != "Módulo 1" || strings.Join(table.OtherSheets, "|") != "Sheet1" || table.Read != 1 {
		t.Fatalf("%+v", table)
	}
	_, err := sheet.Read(bytes.NewReader(workbook(t, fill("Módulo 1", "Módulo 2"))), "x", people(), sheet.Limits{})
	if r := refusal(t, err, sheet.SeveralTables); r.Params["sheets"] != "Módulo 1, Módulo 2" {
		t.Fatalf("%+v", r)
	}
	table = readXLSX(t, workbook(t, func(f *excelize.File) {
		fill("Oculta", "Vista")(f)
		if err := f.SetSheetVisible("Oculta", false); err != nil {
			t.Fatal(err)
		}
	}))
	if table.Sheet != "Vista" || strings.Join(table.OtherSheets, "|") != "Sheet1|Oculta" {
		t.Fatalf("%+v", table)
	}
}

// parts is a workbook written by hand, for what excelize does not write.
func parts(t testing.TB, sheetXML string, more map[string]string) []byte {
	t.Helper()
	const rels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	const kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	files := map[string]string{
		"[Content_Types].xml":        `<Types/>`,
		"_rels/.rels":                rels + `<Relationship Id="r1" Type="` + kind + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook><sheets><sheet name="Hoja 1" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": rels + `<Relationship Id="r1" Type="` + kind + `worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="` + kind + `sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   sheetXML,
	}
	for name, text := range more {
		files[name] = text
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func inline(text string) string { return `<c t="inlineStr"><is><t>` + text + `</t></is></c>` }

const headerRow = `<row r="1"><c t="inlineStr"><is><t>surname</t></is></c><c t="inlineStr"><is><t>given</t></is></c><c t="inlineStr"><is><t>weight</t></is></c></row>`

func TestCellsOfAWorkbook(t *testing.T) {
	for _, test := range []struct{ name, cells, surname, findings string }{
		{"inline, in runs", `<c t="inlineStr"><is><r><t>Ru</t></r><r><t>iz</t></r><rPh sb="0" eb="1"><t>no</t></rPh></is></c>` + inline("Ana"), "Ruiz", ""},
		{"shared", `<c t="s"><v>1</v></c>` + inline("Ana"), "Núñez & hijo", ""},
		{"CDATA and comment", `<c t="inlineStr"><is><t><![CDATA[Ru<iz]]></t></is></c><!-- < -->` + inline("Ana"), "Ru<iz", ""},
		{"formula's value", `<c t="str"><f>A1&amp;"x"</f><v>Ruiz</v></c>` + inline("Ana"), "Ruiz", ""},
		{"formula's number", inline("Ruiz") + inline("Ana") + `<c><f>1+1</f><v>2</v></c>`, "Ruiz", ""},
		{"formula not computed", `<c><f>A1</f></c>` + inline("Ana"), "", "surname:formula-not-computed"},
		{"error", inline("Ruiz") + inline("Ana") + `<c t="e"><f>A1/0</f><v>#DIV/0!</v></c>`, "Ruiz", "weight:cell-error"},
		{"infinite number", inline("Ruiz") + inline("Ana") + `<c><v>1e999</v></c>`, "Ruiz", "weight:not-a-number"},
		{"escaped character", inline("Ru_x0041_iz") + inline("Ana"), "RuAiz", ""},
		{"escaped NUL", inline("Ru_x0000_iz") + inline("Ana"), "Ru\ufffdiz", "surname:not-a-character"},
		{"column by reference", `<c r="B2" t="inlineStr"><is><t>Ana</t></is></c>`, "", "surname:value-missing"},
		{"formula blank", `<c t="str"><f>A9</f><v></v></c>` + inline("Ana"), "", "surname:value-missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := parts(t, `<x:worksheet><x:sheetData>`+headerRow+`<row r="2">`+test.cells+`</row></x:sheetData></x:worksheet>`,
				map[string]string{"xl/sharedStrings.xml": `<sst><si><t>a</t></si><si><t>Núñez &amp; hijo</t></si></sst>`})
			table := readXLSX(t, data)
			if row := table.Rows[0]; row.Text("surname") != test.surname || codes(row) != test.findings {
				t.Errorf("got %q, findings %q", row.Text("surname"), codes(row))
			}
		})
	}
}

func TestDaysCountedFrom1904(t *testing.T) {
	book := `<workbook><workbookPr date1904="1"/><sheets><sheet name="H" r:id="r1"/></sheets></workbook>`
	sheetXML := `<worksheet><sheetData><row>` + inline("surname") + inline("given") + inline("birth") + `</row><row>` +
		inline("Ruiz") + inline("Ana") + `<c><v>31475</v></c></row></sheetData></worksheet>`
	row := readXLSX(t, parts(t, sheetXML, map[string]string{"xl/workbook.xml": book})).Rows[0]
	if d, ok := row.Date("birth"); !ok || !d.Equal(day(1990, 3, 5)) {
		t.Fatalf("got %v %v", d, ok)
	}
}

func TestWorkbooksThatAreRefused(t *testing.T) {
	const open, end = `<worksheet><sheetData>` + headerRow, `</sheetData></worksheet>`
	for _, test := range []struct {
		name, code string
		data       []byte
	}{
		{"cut off in the middle", sheet.WorkbookDamaged, parts(t, open+`<row r="2">`+inline("Ruiz")+inline("Ana")+`</row><row r="3">`, nil)},
		{"rows out of order", sheet.WorkbookDamaged, parts(t, open+`<row r="5"></row><row r="4"></row>`+end, nil)},
		{"cells out of order", sheet.WorkbookDamaged, parts(t, open+`<row r="2"><c r="B2"/><c r="A2"/></row>`+end, nil)},
		{"shared string that is not there", sheet.WorkbookDamaged, parts(t, open+`<row r="2"><c t="s"><v>7</v></c></row>`+end, nil)},
		{"cell outside a row", sheet.WorkbookDamaged, parts(t, `<worksheet><sheetData><c><v>1</v></c></sheetData></worksheet>`, nil)},
		{"document type", sheet.WorkbookDamaged, parts(t, `<!DOCTYPE x [<!ENTITY a "b">]>`+open+end, nil)},
		{"nested without end", sheet.WorkbookDamaged, parts(t, strings.Repeat("<a>", 100)+strings.Repeat("</a>", 100), nil)},
		{"a million blank rows", sheet.TooManyBlankRows, parts(t, open+strings.Repeat(`<row></row>`, 1_000_000)+end, nil)},
		{"a blank million skipped", sheet.TooManyBlankRows, parts(t, open+`<row r="1048576">`+inline("x")+`</row>`+end, nil)},
		{"many columns", sheet.TooManyColumns, parts(t, open+`<row r="2"><c r="XFD2"><v>1</v></c></row>`+end, nil)},
		{"OpenDocument", sheet.OpenDocument, parts(t, "", map[string]string{"mimetype": "x", "content.xml": "<x/>"})},
		{"binary", sheet.BinaryWorkbook, parts(t, "", map[string]string{"xl/workbook.bin": "x"})},
		{"document", sheet.NotATable, parts(t, "", map[string]string{"word/document.xml": "<x/>"})},
		{"no sheet", sheet.WorkbookDamaged, parts(t, "", map[string]string{"xl/workbook.xml": "<workbook/>"})},
		{"blank sheet", sheet.HeaderNotFound, parts(t, "<worksheet/>", nil)},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := sheet.Read(bytes.NewReader(test.data), "x.xlsx", people(), sheet.Limits{})
			if r := refusal(t, err, test.code); strings.ContainsAny(r.Error(), "{}") {
				t.Errorf("%q is not whole", r.Error())
			}
		})
	}
}

// Cells with a format and nothing in them, far right and far below, as offices colour them, do no harm.
func TestColouredBlankCells(t *testing.T) {
	data := parts(t, `<worksheet><sheetData>`+headerRow+`<row r="2">`+inline("Ruiz")+inline("Ana")+`<c r="XFD2" s="1"/></row>`+
		strings.Repeat(`<row><c s="1"/><c s="1"/></row>`, 1000)+`</sheetData></worksheet>`, nil)
	if table := readXLSX(t, data); table.Good() != 1 || table.Blank != 1000 || len(table.Rows[0].Raw) != 3 {
		t.Fatalf("%+v", table)
	}
}
