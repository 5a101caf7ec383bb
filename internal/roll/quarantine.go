package roll

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/sheet"
)

// QuarantinedRow is a row waiting to be mended.
type QuarantinedRow struct {
	ID       string          `json:"id"`
	File     string          `json:"file"`
	Line     int             `json:"line"`
	Kind     ImportKind      `json:"kind"`
	Headings []string        `json:"headings"`
	Cells    []string        `json:"cells"`
	Findings []ImportFinding `json:"findings"`
	Kept     time.Time       `json:"kept"`           // when its file was imported
	Into     string          `json:"into,omitempty"` // the place that the file was imported into
	By       string          `json:"by,omitempty"`   // who imported it; empty: the console
}

// QuarantinedFile is a file of which rows wait to be mended.
type QuarantinedFile struct {
	File string     `json:"file"`
	Kind ImportKind `json:"kind"`
	Kept time.Time  `json:"kept"`
	Into string     `json:"into,omitempty"`
	By   string     `json:"by,omitempty"`
	Rows int        `json:"rows"`
}

// Needs is what one must be permitted to import such a file, and to mend or drop its rows.
func (k ImportKind) Needs() custody.Action {
	if k == People {
		return custody.AdmitPeople
	}
	return custody.KeepPlaces
}

// whereImported is the place that a row in quarantine concerns: the one that its file was imported into, or else what
// whoever imported it serves.
func whereImported(s *custody.State, into, by string) string {
	if into != "" {
		return into
	}
	if o := s.Officials.Get(by); o != nil {
		return whereServing(*o)
	}
	return custody.WholeService
}

// setAside puts refused rows into the quarantine and takes mended ones out of it, in the
// transaction that takes the rows beside them. A row kept before stays as it is.
func (j *importJob) setAside(tx *book.Tx, refused []RefusedRow, mended []string) error {
	headings, err := json.Marshal(j.headings)
	if err != nil {
		return fmt.Errorf("quarantine: %w", err)
	}
	for _, r := range refused {
		cells, err := json.Marshal(r.Cells)
		if err != nil {
			return fmt.Errorf("quarantine row %d: %w", r.Line, err)
		}
		findings, err := json.Marshal(r.Findings)
		if err != nil {
			return fmt.Errorf("quarantine row %d: %w", r.Line, err)
		}
		tx.Alongside(keepRow, r.ID, j.in.Name, int64(r.Line), string(j.in.Kind), string(headings), string(cells), string(findings), j.now.UnixMicro(), j.in.Into, tx.By())
	}
	for _, id := range mended {
		tx.Alongside(settleRow, id)
	}
	return nil
}

// Quarantine lists the rows waiting to be mended, in the order of their files.
func (d *Desk) Quarantine(ctx context.Context) (list []QuarantinedRow, err error) {
	rows, err := d.book.Beside().QueryContext(ctx, waitingRows)
	if err != nil {
		return nil, fmt.Errorf("read the quarantine: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	for rows.Next() {
		r, err := scanRow(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// scanRow reads a row of the quarantine as the queries name its columns.
func scanRow(from interface{ Scan(...any) error }) (QuarantinedRow, error) {
	var r QuarantinedRow
	var headings, cells, findings []byte
	var kept int64
	if err := from.Scan(&r.ID, &r.File, &r.Line, &r.Kind, &headings, &cells, &findings, &kept, &r.Into, &r.By); err != nil {
		return r, fmt.Errorf("read the quarantine: %w", err)
	}
	r.Kept = time.UnixMicro(kept).UTC()
	if err := errors.Join(json.Unmarshal(headings, &r.Headings), json.Unmarshal(cells, &r.Cells), json.Unmarshal(findings, &r.Findings)); err != nil {
		return r, fmt.Errorf("read the quarantine, row %s: %w", r.ID, err)
	}
	return r, nil
}

// idHeading is the column that ties a mended row to the one in the quarantine.
const idHeading = "habeas-id"

// WriteQuarantine writes the waiting rows of one kind as a CSV file that can be mended
// in a spreadsheet and imported again. problems turns findings into words for a last
// column, which is not read back.
func (d *Desk) WriteQuarantine(ctx context.Context, w io.Writer, kind ImportKind, problems func([]ImportFinding) string) (int, error) {
	list, err := d.Quarantine(ctx)
	if err != nil {
		return 0, err
	}
	var headings []string
	place := map[string]int{}
	var rows [][]string
	for _, r := range list {
		if r.Kind != kind {
			continue
		}
		for _, h := range r.Headings {
			if _, known := place[h]; !known {
				place[h] = len(headings)
				headings = append(headings, h)
			}
		}
	}
	for _, r := range list {
		if r.Kind != kind {
			continue
		}
		row := make([]string, len(headings)+2)
		for i, cell := range r.Cells {
			if i < len(r.Headings) {
				row[place[r.Headings[i]]] = cell
			}
		}
		row[len(headings)], row[len(headings)+1] = r.ID, problems(r.Findings)
		if len(r.Cells) > len(r.Headings) {
			// Cells beyond the headings stay beyond them: kept, and refused again until mended.
			row = append(row, r.Cells[len(r.Headings):]...)
		}
		rows = append(rows, row)
	}
	var out bytes.Buffer
	if err := sheet.WriteCSV(&out, append(headings, idHeading, "habeas-problem"), rows); err != nil {
		return 0, err
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return 0, fmt.Errorf("write the quarantine: %w", err)
	}
	return len(rows), nil
}
