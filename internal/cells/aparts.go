package cells

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/sheet"
)

func newestFirst(list []*custody.KeepApart) {
	slices.SortFunc(list, func(a, b *custody.KeepApart) int { return cmp.Compare(b.Entry, a.Entry) })
}

// ApartFile is a list of keep-apart orders to be imported: one row an order.
type ApartFile struct {
	Name  string // of the file
	File  io.Reader
	Apply bool // false: a dry run, which keeps nothing
}

// ApartReport is what became of a list, row by row. Read = Taken + Already + Refused + Blank.
type ApartReport struct {
	File    string     `json:"file"`
	Applied bool       `json:"applied"`
	Read    int        `json:"read"`
	Taken   int        `json:"taken"`   // in a dry run: that would be taken
	Already int        `json:"already"` // say what a live order, or a row above, says already
	Refused int        `json:"refused"`
	Blank   int        `json:"blank"`
	Rows    []ApartRow `json:"rows"` // those refused, in the order of the file
}

// ApartRow is a row that was refused, and why: the text of a code is in the catalogue
// under "finding.CODE" or, for a law, "refusal.CODE".
type ApartRow struct {
	Line   int               `json:"line"`
	Column string            `json:"column,omitempty"` // as the file heads it
	Code   string            `json:"code"`
	Value  string            `json:"value,omitempty"`
	Params map[string]string `json:"params,omitempty"`
}

// maxApartRows is how many orders one file may hold: one order to the book takes them all.
const maxApartRows = 20_000

// errRehearsed undoes what a dry run decided.
var errRehearsed = errors.New("dry run")

func apartColumns() []sheet.Column {
	return []sheet.Column{
		{Name: "people", Required: true, MaxRunes: 4000, Headings: []string{"personas", "números", "internos", "numbers", "members", "miembros", "person", "persona", "persona 1", "person 1"}},
		{Name: "other", MaxRunes: 4000, Headings: []string{"otra", "otra persona", "separar de", "other person", "apart from", "persona 2", "person 2"}},
		{Name: "level", Kind: sheet.Choice, Headings: []string{"nivel"}, Choices: map[string][]string{
			"cell": {"celda"}, "landing": {"galería", "planta"}, "wing": {"pabellón", "ala", "módulo"}}},
		{Name: "pairwise", Kind: sheet.Boolean, Headings: []string{"por parejas", "todos entre sí", "cada par", "each pair"}},
		{Name: "reason", Required: true, MaxRunes: 1000, Headings: []string{"motivo", "razón", "causa", "why"}},
		{Name: "until", Kind: sheet.Date, Headings: []string{"hasta", "vence", "fin", "end"}},
	}
}

// ImportAparts reads a list of keep-apart orders and takes its good rows, in one order to
// the book; every other row is reported with what is wrong. A row that repeats what is in
// force already, whichever way round, is counted and recorded no second time; so a cycle, or
// a list applied twice, does no harm. A file that is no such table is a sheet.Refusal.
func (d *Desk) ImportAparts(ctx context.Context, c book.Command, in ApartFile, now time.Time) (ApartReport, error) {
	content, err := io.ReadAll(io.LimitReader(in.File, sheet.DefaultLimits.Bytes+1))
	if err != nil {
		return ApartReport{}, fmt.Errorf("read %s: %w", in.Name, err)
	}
	table, err := sheet.Read(bytes.NewReader(content), in.Name, apartColumns(), sheet.Limits{Rows: maxApartRows})
	if err != nil {
		return ApartReport{}, err
	}
	var report ApartReport
	_, err = d.book.Order(ctx, c, custody.KeepPeopleApart, func(tx *book.Tx) ([]custody.Entry, error) {
		report = ApartReport{File: in.Name, Applied: in.Apply, Read: table.Read, Blank: table.Blank, Rows: []ApartRow{}}
		for _, row := range table.Rows {
			if err := report.take(tx, row); err != nil {
				return nil, err
			}
		}
		if !in.Apply {
			return nil, errRehearsed
		}
		return nil, nil
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	return report, err
}

// take takes one row; an error is one of the book, not of the row.
func (r *ApartReport) take(tx *book.Tx, row sheet.Row) error {
	reject := func(column, code, value string, params map[string]string) {
		r.Refused++
		r.Rows = append(r.Rows, ApartRow{row.Line, column, code, value, params})
	}
	if len(row.Findings) > 0 {
		f := row.Findings[0]
		reject(f.Column, string(f.Code), f.Value, f.Params)
		return nil
	}
	k := custody.KeepApart{Level: custody.CellLevel, Pairwise: true, Reason: row.Text("reason")}
	if level, given := row.Choice("level"); given {
		k.Level = custody.Level(level)
	}
	if said, given := row.Boolean("pairwise"); given {
		k.Pairwise = said
	}
	if last, given := row.Date("until"); given {
		k.Until = last.AddDate(0, 0, 1) // the last day counts
	}
	for _, text := range strings.FieldsFunc(row.Text("people")+";"+row.Text("other"), func(r rune) bool { return strings.ContainsRune(";,/\t\n ", r) }) {
		number, err := custody.ParsePrisonNumber(text)
		if refusal, is := custody.RefusalOf(err); is {
			reject("", refusal.Code, text, refusal.Params)
			return nil
		}
		k.Members = append(k.Members, number)
	}
	err := tx.Permit(whereAll(tx.State(), k.Members)...)
	var e custody.Entry
	if err == nil {
		e, err = tx.State().OrderApart(k, tx.By(), tx.Now())
	}
	if refusal, is := custody.RefusalOf(err); is {
		if refusal.Code == "apart-already" {
			r.Already++
		} else {
			reject("", refusal.Code, "", refusal.Params)
		}
		return nil
	}
	if err != nil {
		return err
	}
	r.Taken++
	return tx.Record(e)
}
