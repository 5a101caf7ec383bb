package sheet_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/xuri/excelize/v2"

	"habeas.example/habeas/internal/sheet"
)

var small = sheet.Limits{Bytes: 1 << 20, Unpacked: 4 << 20, Rows: 500, Columns: 30, Cells: 5000, CellRunes: 200}

// survives holds what is true of any bytes at all: they are read with sums that add up, or refused with a known code,
// and what was read can be written to a quarantine and read again, cell for cell.
func survives(t *testing.T, data []byte) {
	table, err := sheet.Read(bytes.NewReader(data), "fuzz", people(), small)
	if err != nil {
		var r *sheet.Refusal
		if !errors.As(err, &r) {
			t.Fatalf("an error that is no refusal: %v", err)
		}
		refusal(t, err, r.Code)
		return
	}
	checkSums(t, table)
	var raw [][]string
	for i := range table.Rows {
		row := &table.Rows[i]
		raw = append(raw, row.Raw)
		for _, c := range people() {
			row.Text(c.Name)
			row.Given(c.Name)
		}
		if d, ok := row.Date("birth"); ok && (d.Before(people()[2].Earliest) || d.After(people()[2].Latest)) {
			t.Fatalf("birth %v is out of range", d)
		}
		row.Time("arrested")
		row.Choice("sex")
		row.Boolean("foreign")
		row.Integer("children")
		row.Number("weight")
	}
	var b bytes.Buffer
	if err := sheet.WriteCSV(&b, table.Headings, raw); err != nil {
		t.Fatalf("the quarantine refuses %q: %v", raw, err)
	}
	again, err := sheet.Read(&b, "again", people(), sheet.Limits{Bytes: 1 << 30})
	if err != nil {
		t.Fatalf("the quarantine is not read: %v", err)
	}
	if len(again.Rows) != len(table.Rows) {
		t.Fatalf("%d rows became %d", len(table.Rows), len(again.Rows))
	}
	for i, row := range again.Rows {
		for j, text := range row.Raw {
			if text != raw[i][j] {
				t.Fatalf("row %d: %q became %q", i, raw[i], row.Raw)
			}
		}
		if d, ok := table.Rows[i].Date("birth"); ok && table.Format == "csv" {
			if d2, _ := row.Date("birth"); !d2.Equal(d) {
				t.Fatalf("row %d: %v became %v", i, d, d2)
			}
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"", "\ufeff", "surname,given\nRuiz,Ana\n", "sep=|\r\nApellidos|Nombres|Nacimiento\r\nRuiz|\"Ana\r\nLuz\"|5-3-90\r\n",
		"título\n\nApellidos;Nombres;Sexo\n\"Ruiz;Ana;f\nTotal;;\nApellidos;Nombres;Sexo\n", "\xff\xfes\x00", "surname;given\nN\xfa\xf1ez;Jos\xe9;x\n",
		"surname\tgiven\rRuiz\tAna", "surname,given,birth\n'=a,''b,3 de marzo de 1990\n,,\n", "surname,given,weight,arrested\na,b,\"1.234,5\",3/2/2025 2:30 pm\n",
		"PK\x03\x04", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "%PDF", "\x00", `surname,given` + "\n" + `","",",""""` + "\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(survives)
}

func FuzzXLSX(f *testing.F) {
	f.Add(workbook(f, func(x *excelize.File) {
		set(f, x, "Sheet1", map[string]any{"A1": "Apellidos", "B1": "Nombres", "C1": "Nacimiento", "A2": "Ruiz", "B2": "Ana", "C2": day(1990, 3, 5)})
	}))
	f.Add(parts(f, `<worksheet><sheetData>`+headerRow+`<row r="2">`+inline("Ruiz")+inline("Ana")+`</row></sheetData></worksheet>`, nil))
	f.Fuzz(survives)
}

// FuzzSheet mutates the sheet itself, which the compression of a workbook hides from FuzzXLSX.
func FuzzSheet(f *testing.F) {
	const open, end = `<worksheet><sheetData>` + headerRow, `</sheetData></worksheet>`
	for _, seed := range []string{
		open + `<row r="2">` + `<c r="A2" t="s"><v>0</v></c><c s="1"><f>1</f><v>32937</v></c></row>` + end,
		open + `<row r="9"><c t="inlineStr"><is><r><t>R_x000D_</t></r><rPh><t>x</t></rPh></is></c></row>` + end,
		open + `<row><c t="b"><v>1</v></c><c t="e"><v>#REF!</v></c><c><v>1e15</v></c></row><!-- x --><row/>` + end, "<a><b/></a>", "<![CDATA[]]>",
	} {
		f.Add(seed, `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts><cellXfs><xf/><xf numFmtId="164"/></cellXfs></styleSheet>`)
	}
	f.Fuzz(func(t *testing.T, sheetXML, styles string) {
		survives(t, parts(t, sheetXML, map[string]string{
			"xl/sharedStrings.xml": `<sst><si><t>Ruiz</t></si></sst>`, "xl/styles.xml": styles,
			"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r3" Type="/styles" Target="styles.xml"/></Relationships>`,
		}))
	})
}
