package transfer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/names"
	"habeas.example/habeas/internal/sheet"
)

// File is a table of people to be listed on a transfer: by prison number, or by name and
// birth date.
type File struct {
	Name  string // of the file
	Body  io.Reader
	Apply bool // false: a dry run, which lists nobody
}

// Loading is what became of a file or a query, row by row. Read = Listed + Twice + Refused +
// Blank. A manifest is loaded whole or not at all: one refused row lists nobody.
type Loading struct {
	Transfer string   `json:"transfer"`
	Source   string   `json:"source"`
	Format   string   `json:"format,omitempty"`
	Encoding string   `json:"encoding,omitempty"`
	Sheet    string   `json:"sheet,omitempty"`
	Unknown  []string `json:"unknownColumns,omitempty"` // columns that nobody asked for
	Applied  bool     `json:"applied"`                  // the people are on the manifest
	Before   bool     `json:"appliedBefore,omitempty"`  // the very same file was applied before; nobody is listed twice
	Read     int      `json:"read"`
	Listed   int      `json:"listed"` // in a dry run, or when a row is refused: that could be listed
	Twice    int      `json:"twice"`  // on the list or the manifest before; each is listed once and kept as an exception
	Refused  int      `json:"refused"`
	Blank    int      `json:"blank"`
	Rows     []Row    `json:"rows,omitempty"` // those refused
}

// Row is a row that cannot be listed, and why.
type Row struct {
	Line     int       `json:"line"`
	Cells    []string  `json:"cells"`
	Findings []Finding `json:"findings"`
}

// Finding is one thing wrong with a row. The text, and what would mend it, is in the
// catalogue under finding.CODE, or under refusal.CODE and mend.CODE for a law.
type Finding struct {
	Column string            `json:"column,omitempty"` // the user's own heading
	Code   string            `json:"code"`
	Value  string            `json:"value,omitempty"`
	Law    int               `json:"law,omitempty"`
	Params map[string]string `json:"params,omitempty"`
}

// fileLimits bound a file of at most 5,000 people: more is not a manifest.
var fileLimits = sheet.Limits{Bytes: 16 << 20, Rows: 20_000, Cells: 1_000_000, CellRunes: 1_000}

// The columns of a file of people to be listed, as offices head them.
func fileColumns(now time.Time) []sheet.Column {
	return []sheet.Column{
		{Name: "number", MaxRunes: 40, Headings: []string{"número", "número de interno", "no.", "nº", "num", "ficha", "prison number", "número de ficha", "registro", "id"}},
		{Name: "family names", MaxRunes: 200, Headings: []string{"apellidos", "apellido", "surnames", "surname", "last name", "family name"}},
		{Name: "given names", MaxRunes: 200, Headings: []string{"nombres", "nombre", "first name", "given name", "forenames", "forename"}},
		{Name: "full name", MaxRunes: 300, Headings: []string{"nombre completo", "apellidos y nombres", "nombre y apellidos", "name", "interno", "detenido", "privado de libertad"}},
		{Name: "birth", Kind: sheet.Date, Headings: []string{"fecha de nacimiento", "nacimiento", "fecha nac", "f. nac.", "nacido", "date of birth", "birth date", "dob", "born"},
			Earliest: now.AddDate(-110, 0, 0), Latest: now.AddDate(-10, 0, 0)},
	}
}

// LoadFile reads a file of people and lists them on a drafted transfer, all or none. A row
// with a prison number is that person, unless the name or birth date beside it says otherwise;
// a row without is whoever alone has its name and birth date. A dry run, and a file with a
// refused row, list nobody; the report says row by row what is wrong. A file that is no such
// table is a sheet.Refusal; one of more than 5,000 rows is refused as "manifest-too-long". The
// same file applied twice to the same transfer counts once.
func (d *Desk) LoadFile(ctx context.Context, c book.Command, id string, f File, now time.Time) (Loading, error) {
	if err := d.planning(c, id); err != nil {
		return Loading{}, err
	}
	content, err := io.ReadAll(io.LimitReader(f.Body, fileLimits.Bytes+1))
	if err != nil {
		return Loading{}, fmt.Errorf("read %s: %w", f.Name, err)
	}
	table, err := sheet.Read(bytes.NewReader(content), f.Name, fileColumns(now), fileLimits)
	if err != nil {
		return Loading{}, err
	}
	report := Loading{Transfer: id, Source: f.Name, Format: table.Format, Encoding: table.Encoding, Sheet: table.Sheet,
		Unknown: table.Unknown, Read: table.Read, Blank: table.Blank}
	if len(table.Rows) > custody.MaxManifest {
		return report, tooLong(id, len(table.Rows))
	}
	if len(table.Rows) == 0 {
		return report, custody.InvalidInput("manifest-empty", "transfer", id)
	}
	if c.Key == "" {
		digest := sha256.Sum256(append([]byte(id+"\x00"), content...))
		c.Digest = hex.EncodeToString(digest[:])
		c.Key = "manifest-" + c.Digest[:40]
	}
	return d.load(ctx, c, id, report, f.Apply, func(s *custody.State, report *Loading) []string {
		m := newMatcher(s, table.Rows)
		return report.collect(s, len(table.Rows), func(i int) (string, []Finding) { return m.person(&table.Rows[i]) },
			func(i int) (int, []string) { return table.Rows[i].Line, table.Rows[i].Raw })
	})
}

func tooLong(id string, rows int) error {
	return custody.InvalidInput("manifest-too-long", "transfer", id, "rows", fmt.Sprint(rows), "max", fmt.Sprint(custody.MaxManifest))
}

// planning refuses whoever may not plan this transfer, before a file is read or a query run.
func (d *Desk) planning(c book.Command, id string) (err error) {
	d.book.Read(func(s *custody.State) {
		if s.Transfers.Get(id) == nil {
			err = custody.Unknown("transfer", id)
		}
		if err == nil && !c.Console {
			err = s.May(c.By, custody.PlanTransfers, s.EndsOf(id)...)
		}
	})
	return err
}

// errRefusedRow undoes nothing, since nothing was decided: a row cannot be listed.
var errRefusedRow = errors.New("a row is refused")

// load finds the people of a source and lists them, or says what keeps it from that. They
// are found on the state that they are listed on, so that nobody moves between.
func (d *Desk) load(ctx context.Context, c book.Command, id string, report Loading, apply bool, find func(*custody.State, *Loading) []string) (Loading, error) {
	decide := func(s *custody.State) ([]custody.Entry, error) {
		people := find(s, &report)
		if report.Refused > 0 {
			return nil, errRefusedRow
		}
		return s.LoadManifest(id, report.Source, people)
	}
	if !apply {
		var err error
		d.book.Read(func(s *custody.State) { _, err = decide(s) })
		if errors.Is(err, errRefusedRow) {
			err = nil
		}
		return report, err
	}
	w, err := d.book.Order(ctx, c, custody.PlanTransfers, func(tx *book.Tx) ([]custody.Entry, error) {
		if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
			return nil, err
		}
		return decide(tx.State())
	})
	switch {
	case errors.Is(err, errRefusedRow):
		return report, nil
	case err != nil:
		return report, err
	}
	report.Applied = true
	if w.Replayed {
		report.Before = true
		report.recount(w.Entries)
	}
	return report, nil
}

// recount takes the sums of a load that was applied before from its own entry.
func (l *Loading) recount(entries []*custody.Entry) {
	for _, e := range entries {
		if m, ok := e.Detail.(*custody.ManifestLoad); ok {
			l.Listed, l.Twice = m.Listed, len(m.ListedTwice)
		}
	}
}

// collect judges the rows of a source and returns the people, those named twice as often
// as they are named.
func (l *Loading) collect(s *custody.State, rows int, who func(i int) (string, []Finding), row func(i int) (int, []string)) []string {
	people := make([]string, 0, rows)
	seen := make(map[string]bool, rows)
	for i := range rows {
		person, findings := who(i)
		again := seen[person] || s.Lines.Get(l.Transfer+"/"+person) != nil
		if len(findings) == 0 && !again {
			if r := s.Unlistable(l.Transfer, person); r != nil {
				findings = append(findings, findingOf(r))
			}
		}
		switch {
		case len(findings) > 0:
			line, cells := row(i)
			l.Refused++
			l.Rows = append(l.Rows, Row{Line: line, Cells: cells, Findings: findings})
		case again:
			l.Twice++
			people = append(people, person)
		default:
			l.Listed++
			seen[person] = true
			people = append(people, person)
		}
	}
	return people
}

func findingOf(r *custody.Refusal) Finding {
	return Finding{Code: r.Code, Law: r.Law, Params: r.Params}
}

// matcher finds the people that rows mean.
type matcher struct {
	state *custody.State
	born  map[string][]string // by name, in any order of its words, and birth date
}

// newMatcher looks through the register only if a row needs it.
func newMatcher(s *custody.State, rows []sheet.Row) *matcher {
	m := &matcher{state: s}
	if !slices.ContainsFunc(rows, func(r sheet.Row) bool { return r.Text("number") == "" }) {
		return m
	}
	m.born = map[string][]string{}
	for p := range s.People.All() {
		if p.Birth == "" {
			continue
		}
		for _, form := range append([]string{p.FullName()}, p.Aliases...) {
			key := identity(form, p.Birth)
			if !slices.Contains(m.born[key], p.Number) {
				m.born[key] = append(m.born[key], p.Number)
			}
		}
	}
	return m
}

func identity(name, birth string) string {
	words := strings.Fields(names.Fold(name))
	slices.Sort(words)
	return strings.Join(words, " ") + "\x00" + birth
}

// person is whom a row means, or what keeps that from being known.
func (m *matcher) person(row *sheet.Row) (string, []Finding) {
	var findings []Finding
	for _, f := range row.Findings {
		findings = append(findings, Finding{Column: f.Column, Code: f.Code, Value: f.Value, Params: f.Params})
	}
	if len(findings) > 0 {
		return "", findings
	}
	name := strings.TrimSpace(row.Text("family names") + " " + row.Text("given names"))
	if name == "" {
		name = row.Text("full name")
	}
	birth := ""
	if day, ok := row.Date("birth"); ok {
		birth = day.Format(time.DateOnly)
	}
	number := row.Text("number")
	refused := func(r *custody.Refusal) (string, []Finding) { return "", []Finding{findingOf(r)} }
	if number == "" {
		switch {
		case name == "":
			return refused(custody.InvalidInput("row-names-nobody"))
		case birth == "":
			return refused(custody.InvalidInput("birth-missing", "person", name))
		}
		found := m.born[identity(name, birth)]
		slices.Sort(found)
		switch len(found) {
		case 0:
			return refused(&custody.Refusal{Code: "nobody-matches", Reason: custody.NotFound, Params: map[string]string{"person": name, "birth": birth}})
		case 1:
			return found[0], nil
		}
		return refused(&custody.Refusal{Code: "several-match", Reason: custody.Conflict,
			Params: map[string]string{"person": name, "birth": birth, "number": strings.Join(found, ", ")}})
	}
	parsed, err := custody.ParsePrisonNumber(number)
	if r, is := custody.RefusalOf(err); is {
		return refused(r)
	}
	p := m.state.People.Get(parsed)
	switch {
	case p == nil:
		return refused(custody.Unknown("person", parsed))
	case name != "" && !sharesAWord(name, p):
		return refused(&custody.Refusal{Code: "name-not-of-number", Reason: custody.Conflict, Params: map[string]string{"person": name, "number": parsed}})
	case birth != "" && p.Birth != "" && birth != p.Birth:
		return refused(&custody.Refusal{Code: "birth-not-of-number", Reason: custody.Conflict, Params: map[string]string{"birth": birth, "number": parsed}})
	}
	return parsed, nil
}

// sharesAWord reports whether a name has a word in common with what a person is called: a
// number typed wrong names somebody else altogether.
func sharesAWord(name string, p *custody.Person) bool {
	known := strings.Fields(names.Fold(p.FullName() + " " + strings.Join(p.Aliases, " ")))
	return slices.ContainsFunc(strings.Fields(names.Fold(name)), func(w string) bool { return slices.Contains(known, w) })
}
