package sheet_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"

	"habeas.example/habeas/internal/sheet"
)

const benchRows = 40_000

var benchHeadings = []string{"No.", "Apellidos", "Nombres", "Fecha de nacimiento", "Sexo", "Peso", "Hijos", "Extranjero", "Hora de captura", "DUI"}

func benchRow(i int) []string {
	return []string{fmt.Sprint(i + 1), fmt.Sprintf("Núñez Peña %d", i), "José María", fmt.Sprintf("%02d/%02d/%d", i%28+1, i%12+1, 1950+i%50), "hombre",
		fmt.Sprintf("%d,5", 50+i%50), fmt.Sprint(i % 5), "no", fmt.Sprintf("%02d/03/2025 %02d:%02d", i%28+1, i%24, i%60), fmt.Sprintf("%08d-%d", i, i%10)}
}

func benchmarkRead(b *testing.B, data []byte) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		table, err := sheet.Read(bytes.NewReader(data), "x", people(), sheet.Limits{})
		if err != nil || table.Good() != benchRows {
			b.Fatalf("%v: %d good rows", err, table.Good())
		}
	}
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkCSV(b *testing.B) {
	var rows [][]string
	for i := range benchRows {
		rows = append(rows, benchRow(i))
	}
	var file bytes.Buffer
	if err := sheet.WriteCSV(&file, benchHeadings, rows); err != nil {
		b.Fatal(err)
	}
	benchmarkRead(b, file.Bytes())
}

func BenchmarkXLSX(b *testing.B) {
	data := workbook(b, func(f *excelize.File) {
		stream, err := f.NewStreamWriter("Sheet1")
		if err != nil {
			b.Fatal(err)
		}
		for i := range benchRows + 1 {
			list := benchHeadings
			if i > 0 {
				list = benchRow(i - 1)
			}
			cells := make([]any, len(list))
			for j, text := range list {
				cells[j] = text
			}
			if i > 0 {
				cells[0], cells[5], cells[6] = i, float64(50+i%50)+0.5, i%5
			}
			if err := stream.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
				b.Fatal(err)
			}
		}
		if err := stream.Flush(); err != nil {
			b.Fatal(err)
		}
	})
	benchmarkRead(b, data)
}
