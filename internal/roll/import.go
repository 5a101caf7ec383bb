package roll

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/names"
	"habeas.example/habeas/internal/sheet"
)

// ImportKind says what a file is a table of.
type ImportKind string

// What can be imported.
const (
	Places ImportKind = "places"
	People ImportKind = "people"
)

// Import is one file to be imported.
type Import struct {
	Kind  ImportKind
	Name  string // of the file
	File  io.Reader
	Into  string // people: the place for rows that name none
	Apply bool   // false: a dry run, which keeps nothing
}

// ImportReport is what became of a file, row by row. Read = Taken + Quarantined + Blank.
type ImportReport struct {
	File        string       `json:"file"`
	Kind        ImportKind   `json:"kind"`
	Format      string       `json:"format"`
	Encoding    string       `json:"encoding,omitempty"`
	Sheet       string       `json:"sheet,omitempty"`
	Unknown     []string     `json:"unknownColumns,omitempty"` // columns that nobody asked for
	Applied     bool         `json:"applied"`
	Before      bool         `json:"appliedBefore,omitempty"` // the very same file was applied before; nothing is taken twice
	Read        int          `json:"read"`
	Taken       int          `json:"taken"` // in a dry run: that would be taken
	Quarantined int          `json:"quarantined"`
	Blank       int          `json:"blank"`
	Rows        []RefusedRow `json:"rows,omitempty"`   // those quarantined
	Likely      []LikelyRow  `json:"likely,omitempty"` // people: those taken that the register or the file may have already
}

// RefusedRow is a row that was not taken, and why.
type RefusedRow struct {
	ID       string          `json:"id"` // in the quarantine
	Line     int             `json:"line"`
	Cells    []string        `json:"cells"`
	Findings []ImportFinding `json:"findings"`
}

// ImportFinding is one thing wrong with a row. The text, and what would mend it, is in
// the catalogue under finding.CODE, or under refusal.CODE and mend.CODE for a law.
type ImportFinding struct {
	Column string            `json:"column,omitempty"` // the user's own heading
	Code   string            `json:"code"`
	Value  string            `json:"value,omitempty"`
	Law    int               `json:"law,omitempty"`
	Params map[string]string `json:"params,omitempty"`
}

// errDryRun undoes what a dry run decided.
var errDryRun = errors.New("dry run")

// importChunk is how many rows one transaction takes.
const importChunk = 500

// Import reads a file and takes its good rows; each refused row goes into the quarantine.
// A dry run decides everything the same way and keeps nothing. A file that is no such
// table is a sheet.Refusal. The same file applied twice counts once.
func (d *Desk) Import(ctx context.Context, c book.Command, in Import, now time.Time) (ImportReport, error) {
	action, columns := in.Kind.Needs(), in.Kind.columns(now)
	content, err := io.ReadAll(io.LimitReader(in.File, sheet.DefaultLimits.Bytes+1))
	if err != nil {
		return ImportReport{}, fmt.Errorf("read %s: %w", in.Name, err)
	}
	d.waiting.Lock() // from here on: a small workbook can unpack to a very large table, so one is read at a time
	defer d.waiting.Unlock()
	table, err := sheet.Read(bytes.NewReader(content), in.Name, columns, sheet.Limits{})
	if err != nil {
		return ImportReport{}, err
	}
	in.Name = strings.ToValidUTF8(strings.ReplaceAll(in.Name, "\x00", ""), "\uFFFD") // some systems name files in any bytes
	digest := sha256.Sum256(append([]byte(string(in.Kind)+"\x00"+in.Into+"\x00"), content...))
	job := &importJob{desk: d, in: in, digest: hex.EncodeToString(digest[:]), now: now, seen: map[string]string{},
		report: ImportReport{File: in.Name, Kind: in.Kind, Format: table.Format, Encoding: table.Encoding, Sheet: table.Sheet,
			Unknown: table.Unknown, Read: table.Read, Blank: table.Blank}}
	job.headings = table.Headings
	if in.Kind == People {
		job.know()
		if err := job.compare(ctx, table.Rows); err != nil {
			return job.report, err
		}
	}
	if err := job.findSettled(ctx, table); err != nil {
		return job.report, err
	}
	if in.Apply {
		err = job.apply(ctx, c, action, table)
	} else {
		err = job.rehearse(ctx, c, action, table)
	}
	if err != nil {
		job.report.Likely = nil // also to somebody who may not admit people
	}
	job.takenAlike()
	return job.report, err
}

type importJob struct {
	desk     *Desk
	in       Import
	digest   string
	now      time.Time
	headings []string
	seen     map[string]string // folded name and birth date -> who has them already
	settled  map[string]bool   // rows of the quarantine that were taken or dropped before
	report   ImportReport
}

// findSettled finds out which of the rows that come back from the quarantine wait there no more. The desk's waiting is held.
func (j *importJob) findSettled(ctx context.Context, table *sheet.Table) (err error) {
	if !slices.ContainsFunc(table.Rows, func(r sheet.Row) bool { return r.Text(idHeading) != "" }) {
		return nil
	}
	rows, err := j.desk.book.Beside().QueryContext(ctx, settledRows)
	if err != nil {
		return fmt.Errorf("read the quarantine: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	j.settled = map[string]bool{}
	for rows.Next() {
		id := ""
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("read the quarantine: %w", err)
		}
		j.settled[id] = true
	}
	return nil
}

// know remembers who is in the register, so that the same person is not admitted twice.
func (j *importJob) know() {
	j.desk.book.Read(func(s *custody.State) {
		for p := range s.People.All() {
			if key := identity(p); key != "" {
				j.seen[key] = p.Number
			}
		}
	})
}

func identity(p *custody.Person) string {
	if p.Birth == "" {
		return ""
	}
	return names.Fold(p.FullName()) + "\x00" + p.Birth
}

// apply takes the good rows, chunk by chunk. Each chunk is one durable transaction, in
// which its refused rows go into the quarantine, so that no row is ever in neither.
func (j *importJob) apply(ctx context.Context, c book.Command, action custody.Action, table *sheet.Table) error {
	j.report.Applied = true
	for chunk := 0; chunk*importChunk < len(table.Rows); chunk++ {
		rows := table.Rows[chunk*importChunk : min(len(table.Rows), (chunk+1)*importChunk)]
		command := book.Command{By: c.By, Console: c.Console, Digest: j.digest, Key: fmt.Sprintf("import-%s-%d", j.digest[:40], chunk)}
		var refused []RefusedRow
		w, err := j.desk.book.Order(ctx, command, action, func(tx *book.Tx) ([]custody.Entry, error) {
			refused = j.decide(tx, rows)
			return nil, j.setAside(tx, refused, mended(rows, refused))
		})
		if err != nil {
			return fmt.Errorf("import %s: rows up to %d are taken: %w", j.in.Name, chunk*importChunk, err)
		}
		if w.Replayed {
			j.report.Before = true
			j.report.Taken += len(w.Entries)
			j.report.Quarantined += len(rows) - len(w.Entries)
			continue
		}
		j.report.Rows = append(j.report.Rows, refused...)
		j.report.Quarantined += len(refused)
		j.report.Taken += len(rows) - len(refused)
	}
	return nil
}

// mended are the quarantined rows that these rows mend, and that were taken now.
func mended(rows []sheet.Row, refused []RefusedRow) []string {
	waiting := map[int]bool{}
	for _, r := range refused {
		waiting[r.Line] = true
	}
	var ids []string
	for i := range rows {
		if id := rows[i].Text(idHeading); id != "" && !waiting[rows[i].Line] {
			ids = append(ids, id)
		}
	}
	return ids
}

// rehearse decides every row in one transaction, and undoes it.
func (j *importJob) rehearse(ctx context.Context, c book.Command, action custody.Action, table *sheet.Table) error {
	_, err := j.desk.book.Order(ctx, book.Command{By: c.By, Console: c.Console}, action, func(tx *book.Tx) ([]custody.Entry, error) {
		j.report.Rows = j.decide(tx, table.Rows)
		return nil, errDryRun
	})
	if !errors.Is(err, errDryRun) {
		return err
	}
	j.report.Quarantined = len(j.report.Rows)
	j.report.Taken = len(table.Rows) - len(j.report.Rows)
	return nil
}

// decide records each row that the laws allow, and returns the others.
func (j *importJob) decide(tx *book.Tx, rows []sheet.Row) []RefusedRow {
	var refused []RefusedRow
	for i := range rows {
		row := &rows[i]
		findings := make([]ImportFinding, 0, len(row.Findings))
		for _, f := range row.Findings {
			findings = append(findings, ImportFinding{Column: f.Column, Code: f.Code, Value: f.Value, Params: f.Params})
		}
		if len(findings) == 0 {
			if err := j.take(tx, row); err != nil {
				findings = append(findings, findingOf(err))
			}
		}
		if len(findings) > 0 {
			id := row.Text(idHeading) // a row from the quarantine that is still not right stays the same row there
			if id == "" {
				id = fmt.Sprintf("%s-%d", j.digest[:16], row.Line)
			}
			refused = append(refused, RefusedRow{ID: id, Line: row.Line, Cells: row.Raw, Findings: findings})
		}
	}
	return refused
}

func findingOf(err error) ImportFinding {
	if r, ok := custody.RefusalOf(err); ok {
		return ImportFinding{Code: r.Code, Law: r.Law, Params: r.Params}
	}
	return ImportFinding{Code: "failed", Value: err.Error()}
}

func (j *importJob) take(tx *book.Tx, row *sheet.Row) error {
	if id := row.Text(idHeading); j.settled[id] {
		return &custody.Refusal{Code: "row-settled", Reason: custody.Conflict, Params: map[string]string{"id": id}}
	}
	if j.in.Kind == Places {
		p := placeOf(row)
		if err := tx.Permit(whereOpened(tx.State(), p)); err != nil {
			return err
		}
		e, err := tx.State().Open(p)
		if err != nil {
			return err
		}
		return tx.Record(e)
	}
	a := admissionOf(row)
	key := identity(a.Person)
	if other := j.seen[key]; key != "" && other != "" {
		return &custody.Refusal{Code: "already-in-register", Law: 1, Reason: custody.Conflict,
			Params: map[string]string{"person": a.Person.FullName(), "number": other}}
	}
	place := row.Text("place")
	if place == "" {
		place = j.in.Into
	}
	if place == "" {
		return custody.InvalidInput("field-missing", "field", "place")
	}
	if err := tx.Permit(place); err != nil {
		return err
	}
	e, err := tx.State().Admit("", a, place, tx.Now(), tx.Now())
	if err != nil {
		return err
	}
	if err := tx.Record(e); err != nil {
		return err
	}
	if key != "" {
		j.seen[key] = e.Person
	}
	return nil
}

func placeOf(row *sheet.Row) custody.Place {
	integer := func(name string) int { n, _ := row.Integer(name); return int(n) }
	kind, _ := row.Choice("kind")
	sex, _ := row.Choice("sex")
	area, _ := row.Number("area")
	p := custody.Place{Code: row.Text("code"), Parent: row.Text("parent"), Name: row.Text("name"), Kind: custody.PlaceKind(kind), Sex: sex,
		FloorArea: int(math.Round(area * 100)), Toilets: integer("toilets"), Washbasins: integer("washbasins"), Showers: integer("showers"),
		Certified: integer("certified"), Declared: integer("declared"), Zone: row.Text("zone")}
	if p.Name == "" {
		p.Name = p.Code
	}
	if !row.Given("certified") {
		p = Certified(p)
	}
	return p
}

// Certified is a place for which nobody states a certified capacity, with what its area allows if it is a cell.
func Certified(p custody.Place) custody.Place {
	if p.Kind == custody.Cell {
		p.Certified = custody.CertifiedByArea(p.FloorArea)
	}
	return p
}

func admissionOf(row *sheet.Row) custody.Admission {
	p := custody.Person{FamilyNames: row.Text("family names"), GivenNames: row.Text("given names"), Nationality: row.Text("nationality"), Language: row.Text("language")}
	if full := row.Text("full name"); p.FamilyNames == "" && full != "" {
		family, given, _ := strings.Cut(full, ",")
		p.FamilyNames = strings.TrimSpace(family)
		if given = strings.TrimSpace(given); given != "" {
			p.GivenNames = given
		}
	}
	p.Sex, _ = row.Choice("sex")
	if born, ok := row.Date("birth"); ok {
		p.Birth = born.Format(time.DateOnly)
	} else if age, ok := row.Integer("age"); ok {
		p.Age = int(age)
	}
	for alias := range strings.FieldsFuncSeq(row.Text("alias"), func(r rune) bool { return r == ';' || r == '/' || r == ',' }) {
		if alias = strings.TrimSpace(alias); alias != "" {
			p.Aliases = append(p.Aliases, alias)
		}
	}
	if row.Given("contact") || row.Given("phone") {
		p.Contact = &custody.Contact{Name: row.Text("contact"), Relation: row.Text("relation"), Phone: row.Text("phone")}
	}
	kind, _ := row.Choice("authority")
	paper := custody.Authority{Kind: custody.AuthorityKind(kind), Issuer: row.Text("issuer"), Case: row.Text("case"), Grounds: row.Text("grounds")}
	paper.From, _ = row.Date("from")
	if until, ok := row.Date("until"); ok {
		paper.Until = until.AddDate(0, 0, 1) // the day named is the last on which the paper is live
	}
	return custody.Admission{Person: &p, Authorities: []custody.Authority{paper}, Property: row.Text("property"), Injuries: row.Text("injuries")}
}
