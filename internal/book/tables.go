package book

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
)

// tables are all tables of the state. Records that every movement changes have a column
// a field; the others are canonical JSON behind their key.
var tables = []*table{
	document("place", 1, func(s *custody.State) *custody.Table[custody.Place] { return s.Places }, "code parent establishment kind", func(p *custody.Place) []any {
		return []any{p.Code, p.Parent, p.Establishment, string(p.Kind)}
	}),
	document("official", 1, func(s *custody.State) *custody.Table[custody.Official] { return s.Officials }, "name", func(o *custody.Official) []any { return []any{o.Name} }),
	document("person", 1, func(s *custody.State) *custody.Table[custody.Person] { return s.People }, "number", func(p *custody.Person) []any { return []any{p.Number} }),
	document("authority", 1, func(s *custody.State) *custody.Table[custody.Authority] { return s.Authorities }, "id person", func(a *custody.Authority) []any { return []any{a.ID, a.Person} }),
	document("release_order", 1, func(s *custody.State) *custody.Table[custody.ReleaseOrder] { return s.ReleaseOrders }, "id person", func(o *custody.ReleaseOrder) []any { return []any{o.ID, o.Person} }),
	document("transfer", 1, func(s *custody.State) *custody.Table[custody.Transfer] { return s.Transfers }, "id status", func(t *custody.Transfer) []any { return []any{t.ID, string(t.Status)} }),
	document("vehicle", 1, func(s *custody.State) *custody.Table[custody.Vehicle] { return s.Vehicles }, "key transfer", func(v *custody.Vehicle) []any { return []any{v.Key(), v.Transfer} }),
	document("handover", 1, func(s *custody.State) *custody.Table[custody.Handover] { return s.Handovers }, "id transfer status", func(h *custody.Handover) []any {
		return []any{h.ID, h.Transfer, string(h.Status)}
	}),
	document("discrepancy", 1, func(s *custody.State) *custody.Table[custody.Discrepancy] { return s.Discrepancies }, "id person transfer resolved#", func(d *custody.Discrepancy) []any {
		return []any{d.ID, d.Person, d.Transfer, flag(d.Resolved())}
	}),
	define("holding", 1, func(s *custody.State) *custody.Table[custody.Holding] { return s.Holdings },
		"person establishment place custodian status vehicle since# admitted# entry# last#", encodeHolding, decodeHolding),
	define("line", 2, func(s *custody.State) *custody.Table[custody.Line] { return s.Lines },
		"transfer person status vehicle from_place reason unlisted# arrived_later# entry#", encodeLine, decodeLine),
}

func encodeHolding(h *custody.Holding) (row, error) {
	return row{h.Person, h.At.Establishment, h.At.Place, h.At.Custodian, string(h.Status), h.Vehicle,
		h.Since.UnixMicro(), h.Admitted.UnixMicro(), h.Entry, h.Last}, nil
}

func decodeHolding(r row) (*custody.Holding, error) {
	at := custody.Position{Establishment: r[1].(string), Place: r[2].(string), Custodian: r[3].(string)}
	return &custody.Holding{Person: r[0].(string), At: at, Status: custody.HoldingStatus(r[4].(string)), Vehicle: r[5].(string),
		Since: time.UnixMicro(r[6].(int64)).UTC(), Admitted: time.UnixMicro(r[7].(int64)).UTC(), Entry: r[8].(int64), Last: r[9].(int64)}, nil
}

func encodeLine(l *custody.Line) (row, error) {
	return row{l.Transfer, l.Person, string(l.Status), l.Vehicle, l.From, l.Reason, flag(l.Unlisted), flag(l.ArrivedLater), l.Entry}, nil
}

func decodeLine(r row) (*custody.Line, error) {
	return &custody.Line{Transfer: r[0].(string), Person: r[1].(string), Status: custody.LineStatus(r[2].(string)), Vehicle: r[3].(string),
		From: r[4].(string), Reason: r[5].(string), Unlisted: r[6].(int64) == 1, ArrivedLater: r[7].(int64) == 1, Entry: r[8].(int64)}, nil
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// document defines a table of canonical JSON behind key and index columns.
func document[V any](name string, keys int, of func(*custody.State) *custody.Table[V], columns string, index func(*V) []any) *table {
	encode := func(v *V) (row, error) {
		body, err := json.Marshal(v)
		return append(index(v), string(body)), err
	}
	decode := func(r row) (*V, error) {
		v := new(V)
		if err := json.Unmarshal([]byte(r[len(r)-1].(string)), v); err != nil {
			return nil, err
		}
		again, err := encode(v)
		if err != nil {
			return nil, err
		}
		for i := range r {
			if r[i] != again[i] {
				return nil, fmt.Errorf("its column %d is not what its body says", i)
			}
		}
		return v, nil
	}
	return define(name, keys, of, columns+" body", encode, decode)
}

// define defines a table; a column whose name ends in # is an integer, else text.
func define[V any](name string, keys int, of func(*custody.State) *custody.Table[V], columns string,
	encode func(*V) (row, error), decode func(row) (*V, error)) *table {
	t := &table{name: name, keys: keys}
	for _, c := range strings.Fields(columns) {
		if n, ok := strings.CutSuffix(c, "#"); ok {
			t.columns = append(t.columns, column{n, integer})
		} else {
			t.columns = append(t.columns, column{c, text})
		}
	}
	t.take = func(s *custody.State) ([]row, func(*custody.State), error) {
		records := of(s)
		touched := records.TakeTouched()
		if len(touched) == 0 {
			return nil, func(*custody.State) {}, nil
		}
		keys := make([]string, 0, len(touched))
		for k := range touched {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		rows, changed := make([]row, 0, len(keys)), make([]*V, 0, len(keys))
		for _, k := range keys {
			v := records.Get(k)
			if v == nil {
				continue // put and undone by a command that was refused
			}
			r, err := encode(v)
			if err != nil {
				return nil, nil, fmt.Errorf("encode %s %s: %w", name, k, err)
			}
			rows, changed = append(rows, r), append(changed, v)
		}
		return rows, func(committed *custody.State) {
			records := of(committed)
			for _, v := range changed {
				records.Load(v)
			}
		}, nil
	}
	t.load = func(s *custody.State, r row) error {
		v, err := decode(r)
		if err != nil {
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
