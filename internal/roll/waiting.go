package roll

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/sheet"
)

// WaitingFiles lists the files of which rows wait to be mended and that the desk's official may mend, the newest first.
func (d *Desk) WaitingFiles(ctx context.Context) (list []QuarantinedFile, err error) {
	rows, err := d.book.Beside().QueryContext(ctx, waitingFiles)
	if err != nil {
		return nil, fmt.Errorf("read the quarantine: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	for rows.Next() {
		var f QuarantinedFile
		var kept int64
		if err := rows.Scan(&f.File, &f.Kind, &kept, &f.Into, &f.By, &f.Rows); err != nil {
			return nil, fmt.Errorf("read the quarantine: %w", err)
		}
		f.Kept = time.UnixMicro(kept).UTC()
		if d.mends(f.Kind, f.Into, f.By) {
			list = append(list, f)
		}
	}
	return list, nil
}

// mends reports whether the desk's official may mend the rows of a file.
func (d *Desk) mends(kind ImportKind, into, by string) (may bool) {
	d.book.Read(func(s *custody.State) {
		may = d.by == "" || s.May(d.by, kind.Needs(), whereImported(s, into, by)) == nil
	})
	return may
}

// WaitingRows lists rows of one file that wait, at most limit of them after the first skip, by line. The look at rows about
// people is recorded before they are returned (law 8). A file of which the official may mend none has none.
func (d *Desk) WaitingRows(ctx context.Context, c book.Command, f QuarantinedFile, skip, limit int) (list []QuarantinedRow, err error) {
	rows, err := d.book.Beside().QueryContext(ctx, waitingOf, f.Kept.UnixMicro(), f.File, string(f.Kind), limit, skip)
	if err != nil {
		return nil, fmt.Errorf("read the quarantine: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	for rows.Next() {
		r, err := scanRow(rows)
		if err != nil {
			return nil, err
		}
		if d.mends(r.Kind, r.Into, r.By) {
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	return list, d.lookedAt(ctx, c, list[0], fmt.Sprintf("quarantine: rows of %s from line %d", list[0].File, list[0].Line))
}

// WaitingRow returns one row that waits, once the look at it is recorded if it is about a person. Refusal: "unknown-row" for
// one that waits no more, or that the official may not mend.
func (d *Desk) WaitingRow(ctx context.Context, c book.Command, id string) (QuarantinedRow, error) {
	r, err := d.waitingRow(ctx, id)
	if err != nil {
		return QuarantinedRow{}, err
	}
	if !d.mends(r.Kind, r.Into, r.By) {
		return QuarantinedRow{}, custody.Unknown("row", id)
	}
	return r, d.lookedAt(ctx, c, r, fmt.Sprintf("quarantine: row %d of %s", r.Line, r.File))
}

func (d *Desk) waitingRow(ctx context.Context, id string) (QuarantinedRow, error) {
	r, err := scanRow(d.book.Beside().QueryRowContext(ctx, waitingRow, id))
	if errors.Is(err, sql.ErrNoRows) {
		return QuarantinedRow{}, custody.Unknown("row", id)
	}
	return r, err
}

// lookedAt records a look at what rows say of people.
func (d *Desk) lookedAt(ctx context.Context, c book.Command, r QuarantinedRow, note string) error {
	if r.Kind != People {
		return nil
	}
	_, err := d.book.One(ctx, c, custody.AdmitPeople, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(whereImported(tx.State(), r.Into, r.By)); err != nil {
			return custody.Entry{}, err
		}
		return custody.Entry{Kind: custody.RecordRead, Note: strings.Map(printable, note)}, nil
	})
	return err
}

// printable leaves out of a file's name what no entry holds.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}

// Mended is what became of a row of the quarantine that was tried again.
type Mended struct {
	Row      QuarantinedRow // as it waits now, if it does
	Findings []ImportFinding
	Written  book.Written // what was recorded when it was taken
}

// Taken reports whether the row was taken and waits no more.
func (m Mended) Taken() bool { return len(m.Findings) == 0 }

// Mend tries a row of the quarantine again with its cells as they are given, one for each of the row's. If it is right now,
// it is taken as its file's rows were, and waits no more; if not, it waits on with the new cells and what is wrong with
// them. Refusals: "unknown-row" for a row that waits no more; "row-cells" for another number of cells; what the policy
// answers to an official who may not mend it.
func (d *Desk) Mend(ctx context.Context, c book.Command, id string, cells []string, now time.Time) (Mended, error) {
	d.waiting.Lock()
	defer d.waiting.Unlock()
	row, err := d.waitingRow(ctx, id)
	if err != nil {
		return Mended{}, err
	}
	if want := max(len(row.Cells), len(row.Headings)); len(cells) != want {
		return Mended{}, custody.InvalidInput("row-cells", "row", id)
	}
	table, err := tableOf(row, cells, now)
	if err != nil {
		return Mended{}, err
	}
	digest := sha256.Sum256([]byte("mend\x00" + id))
	job := &importJob{desk: d, in: Import{Kind: row.Kind, Name: row.File, Into: row.Into, Apply: true}, digest: hex.EncodeToString(digest[:]), now: now,
		headings: row.Headings, seen: map[string]string{}}
	if row.Kind == People {
		job.know()
	}
	m := Mended{Row: row}
	m.Row.Cells = cells
	m.Written, err = d.book.Order(ctx, c, row.Kind.Needs(), func(tx *book.Tx) ([]custody.Entry, error) {
		if err := tx.Permit(whereImported(tx.State(), row.Into, row.By)); err != nil {
			return nil, err
		}
		refused := job.decide(tx, table.Rows)
		if len(refused) == 0 {
			tx.Alongside(settleRow, id)
			return nil, nil
		}
		m.Findings = refused[0].Findings
		return nil, m.Row.wait(tx, m.Findings)
	})
	return m, err
}

// wait keeps a row with its new cells, and what is wrong with them, in the quarantine.
func (r *QuarantinedRow) wait(tx *book.Tx, findings []ImportFinding) error {
	r.Findings = findings
	cells, err := json.Marshal(r.Cells)
	if err != nil {
		return fmt.Errorf("quarantine row %s: %w", r.ID, err)
	}
	said, err := json.Marshal(findings)
	if err != nil {
		return fmt.Errorf("quarantine row %s: %w", r.ID, err)
	}
	tx.Alongside(mendRow, r.ID, string(cells), string(said))
	return nil
}

// tableOf reads a row as a table of its own, as the file that it came in was read. What stands beyond the headings stays
// beyond them.
func tableOf(row QuarantinedRow, cells []string, now time.Time) (*sheet.Table, error) {
	named := slices.IndexFunc(row.Headings, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), idHeading) })
	headings := slices.Clone(row.Headings)
	if named < 0 {
		named, headings = len(headings), append(headings, idHeading)
	}
	whole := make([]string, len(headings), len(cells)+1)
	copy(whole, cells[:min(len(cells), len(row.Headings))])
	whole[named] = row.ID
	for _, beyond := range cells[min(len(cells), len(row.Headings)):] {
		if strings.TrimSpace(beyond) != "" {
			whole = append(whole, beyond)
		}
	}
	var file bytes.Buffer
	if err := sheet.WriteCSV(&file, headings, [][]string{whole}); err != nil {
		return nil, custody.InvalidInput("row-cells", "row", row.ID)
	}
	table, err := sheet.Read(&file, row.File, row.Kind.columns(now), sheet.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read row %s again: %w", row.ID, err)
	}
	if len(table.Rows) != 1 {
		return nil, custody.InvalidInput("row-cells", "row", row.ID)
	}
	table.Rows[0].Line = row.Line
	return table, nil
}

// Drop takes a row out of the quarantine without taking what it says, for a reason, which is an entry of the book. Refusals:
// "unknown-row", "reason-missing", what the policy answers to an official who may not mend it.
func (d *Desk) Drop(ctx context.Context, c book.Command, id, reason string) (book.Written, error) {
	d.waiting.Lock()
	defer d.waiting.Unlock()
	row, err := d.waitingRow(ctx, id)
	if err != nil {
		return book.Written{}, err
	}
	return d.book.One(ctx, c, row.Kind.Needs(), func(tx *book.Tx) (custody.Entry, error) {
		at := whereImported(tx.State(), row.Into, row.By)
		if err := tx.Permit(at); err != nil {
			return custody.Entry{}, err
		}
		tx.Alongside(dropRow, id)
		if at == custody.WholeService {
			at = ""
		}
		return tx.State().DropRow(custody.DroppedRow{ID: row.ID, File: row.File, Line: row.Line}, at, reason)
	})
}
