package book

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
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
	document("glass", 1, func(s *custody.State) *records[custody.Glass] { return s.Glasses }, "id official", func(g *custody.Glass) []any { return []any{g.ID, g.Official} }),
	document("monitor_change", 1, func(s *custody.State) *records[custody.MonitorChange] { return s.MonitorChanges }, "id", func(c *custody.MonitorChange) []any { return []any{c.ID} }),
	document("device", 1, func(s *custody.State) *records[custody.Device] { return s.Devices }, "id official", func(d *custody.Device) []any { return []any{d.ID, d.Official} }),
	document("holding", 1, func(s *custody.State) *records[custody.Holding] { return s.Holdings }, "person", func(h *custody.Holding) []any {
		return []any{h.Person}
	}),
	document("assessment", 1, func(s *custody.State) *records[custody.Assessment] { return s.Assessments }, "person", func(a *custody.Assessment) []any { return []any{a.Person} }),
	document("keep_apart", 1, func(s *custody.State) *records[custody.KeepApart] { return s.KeepAparts }, "id", func(k *custody.KeepApart) []any { return []any{k.ID} }),
	document("entered_line", 1, func(s *custody.State) *records[custody.EnteredLine] { return s.EnteredLines }, "key", func(l *custody.EnteredLine) []any { return []any{l.Key()} }),
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

// reader goes through the rows of a table in order of their key, one at a time.
type reader struct {
	table   *table
	rows    *sql.Rows
	targets []any
	err     error
}

// read begins to read the table. The reader must be closed.
func (t *table) read(ctx context.Context, engine string, tx *sql.Tx) (*reader, error) {
	rows, err := tx.QueryContext(ctx, t.selectAll(engine))
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", t.name, err)
	}
	return &reader{table: t, rows: rows, targets: make([]any, len(t.columns))}, nil
}

// next returns the next row, or nil after the last one and on an error, which close
// returns. Values are strings and int64s, or stray where the database holds another type.
func (r *reader) next() row {
	if r.err != nil || !r.rows.Next() {
		return nil
	}
	values := make(row, len(r.targets))
	for i := range values {
		r.targets[i] = &values[i]
	}
	if err := r.rows.Scan(r.targets...); err != nil {
		r.err = fmt.Errorf("read table %s: %w", r.table.name, err)
		return nil
	}
	for i, c := range r.table.columns {
		_, isText := values[i].(string)
		_, isInteger := values[i].(int64)
		if c.kind == text && !isText || c.kind == integer && !isInteger {
			values[i] = stray(fmt.Sprintf("%v (stored as %T)", values[i], values[i]))
		}
	}
	return values
}

// stray is a stored value that is not of its column's type, as only a damaged database has.
type stray string

func (r *reader) close() error { return closeRows(r.rows, r.err) }

// each reads every row of the table.
func (t *table) each(ctx context.Context, engine string, tx *sql.Tx, do func(row) error) (err error) {
	r, err := t.read(ctx, engine, tx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	for values := r.next(); values != nil; values = r.next() {
		for i, v := range values {
			if _, damaged := v.(stray); damaged {
				return fmt.Errorf("table %s, row %v: column %s is %v", t.name, values[:t.keys], t.columns[i].name, v)
			}
		}
		if err := do(values); err != nil {
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
		if errors.Is(err, sql.ErrNoRows) {
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
