package sheet_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"habeas.example/habeas/internal/sheet"
)

// endless is a file of a given size that is made as it is read.
type endless struct {
	line       string
	size, read int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.read >= e.size {
		return 0, io.EOF
	}
	n := copy(p, e.line[e.read%int64(len(e.line)):])
	e.read += int64(n)
	return n, nil
}

func TestAFileOf200MBIsRefusedUnread(t *testing.T) {
	file := &endless{line: "Ruiz;Ana;05/03/1990;hombre\n", size: 200 << 20}
	_, err := sheet.Read(file, "x.csv", people(), sheet.Limits{})
	refusal(t, err, sheet.FileTooLarge)
	if limit := sheet.DefaultLimits.Bytes; file.read > limit+1 {
		t.Fatalf("read %d bytes, the limit is %d", file.read, limit)
	}
}

func TestAFileOfExactlyTheLimitIsRead(t *testing.T) {
	const data = "surname,given\nRuiz,Ana\n"
	for _, limit := range []int64{int64(len(data)), int64(len(data)) - 1} {
		_, err := sheet.Read(strings.NewReader(data), "x", people(), sheet.Limits{Bytes: limit})
		if (err == nil) != (limit == int64(len(data))) {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

func TestLimitsOfRowsColumnsAndCells(t *testing.T) {
	const header = "surname,given\n"
	for _, test := range []struct {
		name, data, code string
		limits           sheet.Limits
	}{
		{"rows", header + strings.Repeat("Ruiz,Ana\n", 4), sheet.TooManyRows, sheet.Limits{Rows: 3}},
		{"rows at the limit", header + strings.Repeat("Ruiz,Ana\n", 3), "", sheet.Limits{Rows: 3}},
		{"blank rows", header + strings.Repeat(",\n", 40), sheet.TooManyBlankRows, sheet.Limits{Rows: 30}},
		{"columns", header + "Ruiz,Ana,,,x\n", sheet.TooManyColumns, sheet.Limits{Columns: 4}},
		{"blank columns", header + "Ruiz,Ana,,,,\n", "", sheet.Limits{Columns: 4}},
		{"cells", header + strings.Repeat("Ruiz,Ana\n", 4), sheet.TableTooLarge, sheet.Limits{Cells: 7}},
		{"cells at the limit", header + strings.Repeat("Ruiz,Ana\n", 4), "", sheet.Limits{Cells: 8}},
	} {
		_, err := sheet.Read(strings.NewReader(test.data), "x", people(), test.limits)
		if test.code == "" && err != nil {
			t.Errorf("%s: %v", test.name, err)
		} else if test.code != "" && strings.ContainsAny(refusal(t, err, test.code).Error(), "{}") {
			t.Errorf("%s: %v is not whole", test.name, err)
		}
	}
	long := "surname,given,note\nRuiz," + strings.Repeat("ñ", 11) + "," + strings.Repeat("ñ", 11) + "\n"
	table, err := sheet.Read(strings.NewReader(long), "x", people(), sheet.Limits{CellRunes: 10})
	if err != nil || codes(table.Rows[0]) != "note:text-too-long given:text-too-long" || table.Rows[0].Raw[1] != strings.Repeat("ñ", 10) {
		t.Fatalf("%v %+v", err, table)
	}
}

// memory is how much work allocates in all, which bounds what it can ever hold.
func memory(work func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestZipBombsDoNotFillTheMemory(t *testing.T) {
	const open, end = `<worksheet><sheetData>`, `</sheetData></worksheet>`
	const size = 24 << 20
	limits := sheet.Limits{Bytes: 1 << 20, Unpacked: 16 << 20, Rows: 10_000, Cells: 200_000}
	for _, test := range []struct {
		name, code string
		data       []byte
	}{
		{"blank cells", sheet.TableTooLarge, parts(t, open+headerRow+"<row>"+strings.Repeat("<c/>", size/4)+end, nil)},
		{"blank rows", sheet.TooManyBlankRows, parts(t, open+headerRow+strings.Repeat("<row/>", size/6)+end, nil)},
		{"spaces", sheet.WorkbookDamaged, parts(t, open+headerRow+strings.Repeat(" ", size)+end, nil)},
		{"one cell", sheet.WorkbookDamaged, parts(t, open+headerRow+`<row><c><v>`+strings.Repeat("1", size)+`</v></c></row>`+end, nil)},
		{"one tag", sheet.WorkbookDamaged, parts(t, open+headerRow+`<row `+strings.Repeat(`a="" `, size/5)+`/>`+end, nil)},
		{"comment", sheet.WorkbookDamaged, parts(t, open+`<!--->`+strings.Repeat("<", size)+`-->`+end, nil)},
		{"CDATA", sheet.WorkbookDamaged, parts(t, open+`<![CDATA[`+strings.Repeat("<a>", size/3)+`]]>`+end, nil)},
		{"instruction", sheet.WorkbookDamaged, parts(t, `<?xml `+strings.Repeat("<", size)+`?>`+end, nil)},
		{"nested", sheet.WorkbookDamaged, parts(t, strings.Repeat("<a>", size/3), nil)},
		{"runs of text", sheet.UnpackedTooLarge, parts(t, open+headerRow+`<row><c t="inlineStr">`+strings.Repeat(`<t>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</t>`, size/45)+`</c></row>`+end, nil)},
		{"shared strings", sheet.UnpackedTooLarge, parts(t, open+headerRow+end, map[string]string{"xl/sharedStrings.xml": "<sst>" + strings.Repeat("<si/>", size/5)})},
	} {
		t.Run(test.name, func(t *testing.T) {
			var err error
			spent := memory(func() {
				_, err = sheet.Read(bytes.NewReader(test.data), "x.xlsx", people(), limits)
			})
			refusal(t, err, test.code)
			t.Logf("%d bytes packed, %d MiB allocated", len(test.data), spent>>20)
			if spent > 256<<20 { // in all; what is held at once is a small part of it
				t.Errorf("allocated %d MiB", spent>>20)
			}
		})
	}
}

// Whatever a file of the greatest size holds, what is kept of it stays within a few times that size.
func TestMemoryOfAWorstCase(t *testing.T) {
	limits := sheet.Limits{Bytes: 2 << 20, Cells: 500_000}
	for name, line := range map[string]string{
		"separators": strings.Repeat(";", 199) + "x\n", "short rows": "a\n", "quotes": "\"\n", "pairs": `,""""` + "\n", "letters": strings.Repeat("é", 8000) + "\n",
	} {
		var table *sheet.Table
		var err error
		data := "surname;given\n" + strings.Repeat(line, (2<<20-20)/len(line))
		spent := memory(func() { table, err = sheet.Read(strings.NewReader(data), "x", people(), limits) })
		if r := (*sheet.Refusal)(nil); err != nil && !errors.As(err, &r) {
			t.Fatal(err)
		}
		if err == nil {
			checkSums(t, table)
		}
		t.Logf("%s: %d MiB allocated, %v", name, spent>>20, err)
		if spent > 256<<20 {
			t.Errorf("%s: allocated %d MiB", name, spent>>20)
		}
	}
}
