package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
)

type benchAdmitCommand struct {
	benchStore
	People int `env:"HABEAS_BENCH_ORDER" default:"2000"`
	Rounds int `env:"HABEAS_BENCH_ROUNDS" default:"5"`
}

// admitFigures are what bench admit prints: medians over the rounds, in milliseconds.
type admitFigures struct {
	Engine       string  `json:"engine"`
	People       int     `json:"people"`
	Rounds       int     `json:"rounds"`
	AdmitMS      float64 `json:"admit_ms"`
	AdmitRows    int     `json:"admit_rows"`
	AdmitBareMS  float64 `json:"admit_bare_ms,omitempty"` // the same rows, bare, in one transaction
	AdmitRatio   float64 `json:"admit_ratio,omitempty"`
	HandoverMS   float64 `json:"handover_ms"` // with a proof for every entry
	ProofsMS     float64 `json:"of_which_proofs_ms"`
	HandoverRows int     `json:"handover_rows"`
	HandoverBare float64 `json:"handover_bare_ms,omitempty"`
	HandoverRate float64 `json:"handover_ratio,omitempty"`
	Verified     bool    `json:"verified_at_end"`
}

// Run admits people and hands them over, each as one atomic order on the server.
func (c *benchAdmitCommand) Run(ctx context.Context, t *terminal) (err error) {
	w, err := c.open(ctx, 1, 4)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	f := admitFigures{Engine: w.book.Engine(), People: c.People, Rounds: c.Rounds}
	var admits, admitBares, admitRatios, handovers, proofs, bares, ratios []float64
	for round := range c.Rounds {
		list := make([]roll.Arrival, c.People)
		for i := range list {
			list[i] = benchArrival(round*c.People+i, "A-REC")
		}
		start := time.Now()
		admitted, err := w.roll.Admit(ctx, console, list...)
		if err != nil {
			return err
		}
		admits = append(admits, milliseconds(time.Since(start)))
		people := make([]string, c.People)
		for i, e := range admitted.Entries {
			people[i] = e.Person
		}
		accept, err := w.readyToDepart(ctx, round, people)
		if err != nil {
			return err
		}
		start = time.Now()
		handed, err := accept()
		if err != nil {
			return err
		}
		numbers := make([]int64, len(handed.Entries))
		for i, e := range handed.Entries {
			numbers[i] = e.Number
		}
		before := time.Now()
		if _, _, err := w.book.Proofs(ctx, numbers); err != nil {
			return err
		}
		handovers, proofs = append(handovers, milliseconds(time.Since(start))), append(proofs, milliseconds(time.Since(before)))
		if f.Engine != "sqlite" {
			continue
		}
		people[0], people[len(people)-1] = min(people[0], people[len(people)-1]), max(people[0], people[len(people)-1])
		one, rows, err := w.bareInsert(ctx, admitted, people, "person", "authority", "holding")
		if err != nil {
			return err
		}
		f.AdmitRows = rows
		admitBares, admitRatios = append(admitBares, one), append(admitRatios, admits[round]/one)
		if one, rows, err = w.bareInsert(ctx, handed, people, "holding", "line"); err != nil {
			return err
		}
		f.HandoverRows = rows
		bares, ratios = append(bares, one), append(ratios, handovers[round]/one)
	}
	f.AdmitMS, f.AdmitBareMS, f.AdmitRatio = median(admits), median(admitBares), median(admitRatios)
	f.HandoverMS, f.ProofsMS, f.HandoverBare, f.HandoverRate = median(handovers), median(proofs), median(bares), median(ratios)
	report, err := w.book.Verify(ctx)
	if err != nil {
		return err
	}
	f.Verified = len(report.Problems) == 0
	if c.JSON {
		return printJSON(t, f)
	}
	against := func(ratio float64, rows int) string {
		if ratio == 0 {
			return ""
		}
		return fmt.Sprintf(" (%.2f times the bare %d rows)", ratio, rows)
	}
	_, err = fmt.Fprintf(t.out, "%s: %d people admitted in %.1f ms%s, handed over with proofs in %.1f ms%s\n", f.Engine, f.People,
		f.AdmitMS, against(f.AdmitRatio, f.AdmitRows), f.HandoverMS, against(f.HandoverRate, f.HandoverRows))
	return err
}

// readyToDepart plans a transfer of these people, boards them, and offers them all to the
// escort; the returned function accepts.
func (w *bench) readyToDepart(ctx context.Context, round int, people []string) (func() (book.Written, error), error) {
	first, second := book.Command{By: "bench1", Console: true}, book.Command{By: "bench2", Console: true}
	r, err := w.transfer.Draft(ctx, first, custody.Transfer{From: "A", To: "B", Date: "2026-01-01", LegalBasis: "Medición"})
	if err != nil {
		return nil, err
	}
	id := r.Entries[0].Transfer
	const seats = 50
	var vehicles []custody.Vehicle
	var codes []string
	for i := 0; i < len(people); i += seats {
		codes = append(codes, fmt.Sprintf("B%03d", i/seats))
		vehicles = append(vehicles, custody.Vehicle{Code: codes[i/seats], Seats: seats})
	}
	steps := []func() (book.Written, error){
		func() (book.Written, error) { return w.transfer.LoadManifest(ctx, first, id, "bench", people) },
		func() (book.Written, error) { return w.transfer.AddVehicles(ctx, first, id, vehicles...) },
		func() (book.Written, error) {
			return w.transfer.AssignEscort(ctx, first, id, custody.Escort{Corps: "Medición", Commander: "Nadie", Units: []custody.Unit{{Name: "Unidad", Headcount: 1}}})
		},
		func() (book.Written, error) { return w.transfer.Approve(ctx, second, id) },
		func() (book.Written, error) { return w.transfer.Identify(ctx, first, id, people...) },
	}
	for i, code := range codes {
		aboard := people[i*seats : min(len(people), (i+1)*seats)]
		steps = append(steps,
			func() (book.Written, error) { return w.transfer.Board(ctx, first, id, code, time.Time{}, aboard...) },
			func() (book.Written, error) {
				return w.transfer.Count(ctx, first, id, code, custody.VehicleCount{Stage: "boarding", Counted: len(aboard)}, time.Time{})
			})
	}
	for _, step := range steps {
		if _, err := step(); err != nil {
			return nil, err
		}
	}
	offered, err := w.transfer.OfferDeparture(ctx, first, id, codes, time.Time{})
	if err != nil {
		return nil, err
	}
	handover := offered.Entries[0].Detail.(*custody.Handover).ID
	return func() (book.Written, error) { return w.transfer.Accept(ctx, second, handover, time.Time{}) }, nil
}

// bareInsert times the insertion of the rows that a command wrote (its entries, and the
// rows of these people in the tables) into an empty database with the same tables, row by
// row with prepared statements, in one durable transaction, with nothing checked.
func (w *bench) bareInsert(ctx context.Context, written book.Written, people []string, tables ...string) (ms float64, n int, err error) {
	dir, err := os.MkdirTemp("", "habeas-bare-")
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	bare, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=wal_autocheckpoint(0)&_pragma=cache_size(-65536)")
	if err != nil {
		return 0, 0, err
	}
	bare.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, bare.Close()) }()
	first := written.Entries[0].Number
	sets := []bareRows{}
	add := func(table, where string, args ...any) error {
		rows, err := w.rowsOf(ctx, bare, table, where, args...)
		sets = append(sets, rows)
		n += len(rows.rows)
		return err
	}
	if err := add("entry", "number >= $1 AND number < $2", first, first+int64(len(written.Entries))); err != nil {
		return 0, 0, err
	}
	for _, table := range tables {
		column := "person"
		if table == "person" {
			column = "number"
		}
		if err := add(table, column+" >= $1 AND "+column+" <= $2", people[0], people[len(people)-1]); err != nil {
			return 0, 0, err
		}
	}
	start := time.Now()
	tx, err := bare.BeginTx(ctx, nil)
	if err != nil {
		return 0, 0, err
	}
	for _, set := range sets {
		statement, err := tx.PrepareContext(ctx, set.insert)
		if err != nil {
			return 0, 0, err
		}
		for _, r := range set.rows {
			if _, err := statement.ExecContext(ctx, r...); err != nil {
				return 0, 0, err
			}
		}
		if err := statement.Close(); err != nil {
			return 0, 0, err
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, 0, err
	}
	return milliseconds(time.Since(start)), n, nil
}

type bareRows struct {
	insert string
	rows   [][]any
}

// rowsOf makes the table in the bare database and reads its rows from the book.
func (w *bench) rowsOf(ctx context.Context, bare *sql.DB, table, where string, args ...any) (set bareRows, err error) {
	var create string
	if err := w.book.Beside().QueryRowContext(ctx, "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = $1", table).Scan(&create); err != nil {
		return set, err
	}
	if _, err := bare.ExecContext(ctx, create); err != nil {
		return set, err
	}
	rows, err := w.book.Beside().QueryContext(ctx, "SELECT * FROM "+table+" WHERE "+where, args...)
	if err != nil {
		return set, err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return set, err
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ")
	set.insert = "INSERT INTO " + table + " VALUES (" + marks + ")"
	for rows.Next() {
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return set, err
		}
		set.rows = append(set.rows, values)
	}
	return set, nil
}
