package book

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"habeas.example/habeas/internal/custody"
)

// tables are all tables of the state: canonical JSON behind a key and, where whoever
// queries the database wants them, some columns.
var tables = []*table{
	document("place", 1, func(s *custody.State) *records[custody.Place] { return s.Places }, "code parent establishment kind", func(p *custody.Place) []any {
		return []any{p.Code, p.Parent, p.Establishment, string(p.Kind)}
	}),
	document("official", 1, func(s *custody.State) *records[custody.Official] { return s.Officials }, "name", func(o *custody.Official) []any { return []any{o.Name} }),
	document("person", 1, func(s *custody.State) *records[custody.Person] { return s.People }, "number", func(p *custody.Person) []any { return []any{p.Number} }),
	document("authority", 1, func(s *custody.State) *records[custody.Authority] { return s.Authorities }, "id person", func(a *custody.Authority) []any { return []any{a.ID, a.Person} }),
	document("release_order", 1, func(s *custody.State) *records[custody.ReleaseOrder] { return s.ReleaseOrders }, "id person", func(o *custody.ReleaseOrder) []any { return []any{o.ID, o.Person} }),
	document("transfer", 1, func(s *custody.State) *records[custody.Transfer] { return s.Transfers }, "id status", func(t *custody.Transfer) []any { return []any{t.ID, string(t.Status)} }),
	document("vehicle", 1, func(s *custody.State) *records[custody.Vehicle] { return s.Vehicles }, "key transfer", func(v *custody.Vehicle) []any { return []any{v.Key(), v.Transfer} }),
	document("handover", 1, func(s *custody.State) *records[custody.Handover] { return s.Handovers }, "id transfer status", func(h *custody.Handover) []any {
		return []any{h.ID, h.Transfer, string(h.Status)}
	}),
	document("discrepancy", 1, func(s *custody.State) *records[custody.Discrepancy] { return s.Discrepancies }, "id person transfer resolved#", func(d *custody.Discrepancy) []any {
		return []any{d.ID, d.Person, d.Transfer, flag(d.Resolved())}
	}),
	document("holding", 1, func(s *custody.State) *records[custody.Holding] { return s.Holdings }, "person", func(h *custody.Holding) []any {
		return []any{h.Person}
	}),
	document("assessment", 1, func(s *custody.State) *records[custody.Assessment] { return s.Assessments }, "person", func(a *custody.Assessment) []any { return []any{a.Person} }),
	document("keep_apart", 1, func(s *custody.State) *records[custody.KeepApart] { return s.KeepAparts }, "id", func(k *custody.KeepApart) []any { return []any{k.ID} }),
	document("line", 2, func(s *custody.State) *records[custody.Line] { return s.Lines }, "transfer person", func(l *custody.Line) []any {
		return []any{l.Transfer, l.Person}
	}),
	document("roll_count", 1, func(s *custody.State) *records[custody.Count] { return s.Counts }, "id establishment status", func(c *custody.Count) []any {
		return []any{c.ID, c.Establishment, string(c.Status)}
	}),
	document("count_landing", 2, func(s *custody.State) *records[custody.CountLanding] { return s.CountLandings }, "count landing status", func(l *custody.CountLanding) []any {
		return []any{l.Count, l.Landing, string(l.Status)}
	}),
	document("count_move", 1, func(s *custody.State) *records[custody.CountMove] { return s.CountMoves }, "key count", func(m *custody.CountMove) []any {
		return []any{m.Key(), m.Count}
	}),
	document("count_rules", 1, func(s *custody.State) *records[custody.CountRules] { return s.CountRules }, "establishment", func(r *custody.CountRules) []any {
		return []any{r.Establishment}
	}),
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// records is a table of the state in memory.
type records[V any] = custody.Table[V]

// document defines a table of canonical JSON (column body) behind the columns named, of
// which the first are its key; one whose name ends in # is an integer, the others text.
func document[V any](name string, keys int, of func(*custody.State) *records[V], columns string, index func(*V) []any) *table {
	t := &table{name: name, keys: keys}
	for _, c := range strings.Fields(columns + " body") {
		if n, ok := strings.CutSuffix(c, "#"); ok {
			t.columns = append(t.columns, column{n, integer})
		} else {
			t.columns = append(t.columns, column{c, text})
		}
	}
	t.take = func(s *custody.State) ([]row, func(*custody.State), error) {
		touched := of(s).TakeTouched()
		changed := make([]*V, 0, len(touched))
		for _, key := range touched {
			if v := of(s).Get(key); v != nil { // nil: put and undone by a command that was refused
				changed = append(changed, v)
			}
		}
		rows := make([]row, len(changed))
		err := onAllProcessors(len(changed), func(i int) error {
			body, err := json.Marshal(changed[i])
			rows[i] = append(index(changed[i]), string(body))
			return err
		})
		if err != nil {
			return nil, nil, fmt.Errorf("encode table %s: %w", name, err)
		}
		return rows, func(committed *custody.State) {
			for _, v := range changed {
				of(committed).Load(v)
			}
		}, nil
	}
	t.load = func(s *custody.State, r row) error {
		v := new(V)
		if err := json.Unmarshal([]byte(r[len(r)-1].(string)), v); err != nil {
			return fmt.Errorf("table %s, row %v: %w", name, r[:keys], err)
		}
		of(s).Load(v)
		return nil
	}
	return t
}

// selectAll is the query for every row of the table in order of its key. Bytes, not
// locale, decide the order, so that both engines agree.
func (t *table) selectAll(engine string) string {
	names := make([]string, len(t.columns))
	order := make([]string, t.keys)
	for i, c := range t.columns {
		names[i] = c.name
		if i < t.keys {
			order[i] = c.name
			if engine == "postgres" {
				order[i] += ` COLLATE "C"`
			}
		}
	}
	return "SELECT " + strings.Join(names, ", ") + " FROM " + t.name + " ORDER BY " + strings.Join(order, ", ")
}

// each reads every row of the table.
func (t *table) each(ctx context.Context, engine string, tx *sql.Tx, do func(row) error) (err error) {
	rows, err := tx.QueryContext(ctx, t.selectAll(engine))
	if err != nil {
		return fmt.Errorf("read table %s: %w", t.name, err)
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		r, targets := make(row, len(t.columns)), make([]any, len(t.columns))
		texts, integers := make([]string, len(t.columns)), make([]int64, len(t.columns))
		for i, c := range t.columns {
			if c.kind == integer {
				targets[i] = &integers[i]
			} else {
				targets[i] = &texts[i]
			}
		}
		if err := rows.Scan(targets...); err != nil {
			return fmt.Errorf("read table %s: %w", t.name, err)
		}
		for i, c := range t.columns {
			if c.kind == integer {
				r[i] = integers[i]
			} else {
				r[i] = texts[i]
			}
		}
		if err := do(r); err != nil {
			return err
		}
	}
	return nil
}

// loadState reads the whole present state.
func loadState(ctx context.Context, e engine) (*custody.State, error) {
	s := custody.NewState()
	err := e.snapshot(ctx, func(tx *sql.Tx) error {
		for _, t := range tables {
			if err := t.each(ctx, e.name(), tx, func(r row) error { return t.load(s, r) }); err != nil {
				return err
			}
		}
		var body []byte
		err := tx.QueryRowContext(ctx, "SELECT body FROM entry ORDER BY number DESC LIMIT 1").Scan(&body)
		if err == sql.ErrNoRows {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the newest entry: %w", err)
		}
		newest, err := custody.DecodeEntry(body)
		if err != nil {
			return fmt.Errorf("the newest entry: %w", err)
		}
		s.Next, s.LastRecorded = newest.Number+1, newest.Recorded
		return nil
	})
	return s, err
}

func closeRows(rows *sql.Rows, err error) error {
	if e := rows.Err(); e != nil && err == nil {
		err = e
	}
	if e := rows.Close(); e != nil && err == nil {
		err = e
	}
	return err
}
