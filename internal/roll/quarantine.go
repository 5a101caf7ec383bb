package roll

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"habeas.example/habeas/internal/book"
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
		tx.Alongside(keepRow, r.ID, j.in.Name, int64(r.Line), string(j.in.Kind), string(headings), string(cells), string(findings), j.now.UnixMicro())
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
		var r QuarantinedRow
		var headings, cells, findings []byte
		if err := rows.Scan(&r.ID, &r.File, &r.Line, &r.Kind, &headings, &cells, &findings); err != nil {
			return nil, fmt.Errorf("read the quarantine: %w", err)
		}
		if err := errors.Join(json.Unmarshal(headings, &r.Headings), json.Unmarshal(cells, &r.Cells), json.Unmarshal(findings, &r.Findings)); err != nil {
			return nil, fmt.Errorf("read the quarantine, row %s: %w", r.ID, err)
		}
		list = append(list, r)
	}
	return list, nil
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
