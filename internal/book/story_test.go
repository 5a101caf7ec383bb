package book_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"sort"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// lived plays a short history over people 0 to 4 of an established book that puts at least one row into
// every table of the state. after is called at every instant of it.
func lived(t testing.TB, b *book.Book, clock *habeastest.Clock, after ...func()) {
	t.Helper()
	p := habeastest.Numbers(5)
	by := ""
	step := func(acts ...habeastest.Act) {
		t.Helper()
		clock.Advance(time.Minute)
		must(t, b, book.Command{By: by, Key: fmt.Sprint("k", b.Size()), Digest: "d"}, acts...)
		for _, f := range after {
			f()
		}
	}
	one := func(decide func(s *custody.State, now time.Time) (custody.Entry, error)) habeastest.Act {
		return habeastest.Once(decide)
	}
	const id, bus = "TR-2031-0001", "TR-2031-0001-B1"
	by = "planner"
	step(one(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.DraftTransfer(custody.Transfer{From: habeastest.Origin, To: habeastest.Centre, Date: "2031-03-14", LegalBasis: "Order 7"}, by)
	}), one(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.AssignEscort(id, custody.Escort{Corps: "1st", Commander: "Maj. Umaña", Units: []custody.Unit{{Name: "A", Headcount: 4}}})
	}), one(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.AddVehicle(id, custody.Vehicle{Code: "B1", Seats: 9})
	}), func(s *custody.State, _ time.Time) ([]custody.Entry, error) {
		return s.LoadManifest(id, "list", []string{p[0], p[1], p[2], p[1]})
	})
	by = "governor"
	step(one(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.ApproveTransfer(id, by) }),
		one(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.OrderCapacity("OLD-M1-C2", custody.CapacityOrder{Capacity: 1, SignedBy: by, From: now})
		}))
	by = "duty"
	step(one(func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.Assess(custody.Assessment{Person: p[3], Risk: custody.HighRisk, Needs: []string{"wheelchair"}, Reason: "interview"}, now)
	}), one(func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.OrderApart(custody.KeepApart{Members: p[2:4], Level: custody.CellLevel, Reason: "a threat"}, by, now)
	}))
	by = "reception"
	for _, person := range p[:2] {
		step(one(func(s *custody.State, now time.Time) (custody.Entry, error) { return s.Identify(id, person, now, now) }),
			one(func(s *custody.State, now time.Time) (custody.Entry, error) {
				return s.Board(id, "B1", person, now, now)
			}))
	}
	step(one(func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.Withdraw(id, p[2], "unfit", "fever", now)
	}))
	step(one(func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.CountVehicle(id, "B1", custody.VehicleCount{Stage: "boarding", Counted: 3}, now)
	}), one(func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.CountVehicle(id, "B1", custody.VehicleCount{Stage: "boarding", Counted: 2}, now)
	}))
	offered := ""
	step(one(func(s *custody.State, now time.Time) (custody.Entry, error) {
		e, err := s.OfferDeparture(id, []string{"B1"}, by, now, now)
		if err == nil {
			offered = e.Detail.(*custody.Handover).ID
		}
		return e, err
	}))
	by = "escort"
	step(func(s *custody.State, now time.Time) ([]custody.Entry, error) {
		return s.AcceptHandover(offered, by, now, now)
	})
	step(one(func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.Divert(id, p[1], habeastest.Hospital, "", now, now)
	}))
	step(one(func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.Arrive(id, "B1", habeastest.CentreReception, now)
	}))
	step(one(func(s *custody.State, now time.Time) (custody.Entry, error) {
		e, err := s.OfferArrival(id, []string{bus}, nil, habeastest.CentreReception, by, now, now)
		if err == nil {
			offered = e.Detail.(*custody.Handover).ID
		}
		return e, err
	}))
	by = "reception2"
	step(func(s *custody.State, now time.Time) ([]custody.Entry, error) {
		return s.AcceptHandover(offered, by, now, now)
	})
	by = "records"
	step(one(func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.OrderRelease(custody.ReleaseOrder{Person: p[4], Issuer: "First Court", Case: "9", Cites: []string{p[4] + "/A1"}}, now)
	}))
	step(one(func(s *custody.State, now time.Time) (custody.Entry, error) { return s.Release(p[4], "home", now, now) }))
	step(one(func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.Found(p[3], habeastest.OriginCell, now, now)
	}))
	by = "duty"
	open := ""
	b.Read(func(s *custody.State) {
		for d := range s.Discrepancies.All() {
			if d.Transfer == id {
				open = d.ID
			}
		}
	})
	step(one(func(s *custody.State, now time.Time) (custody.Entry, error) {
		return s.Resolve(open, by, "counted again", now)
	}))
	step(one(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.CloseTransfer(id) }))
}

// picture writes every record of a state down, in order.
func picture(t testing.TB, s *custody.State) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "next %d, recorded %v, held %d\n", s.Next, s.LastRecorded, s.Held())
	list(t, &b, "place", s.Places.All())
	list(t, &b, "official", s.Officials.All())
	list(t, &b, "person", s.People.All())
	list(t, &b, "authority", s.Authorities.All())
	list(t, &b, "release order", s.ReleaseOrders.All())
	list(t, &b, "holding", s.Holdings.All())
	list(t, &b, "transfer", s.Transfers.All())
	list(t, &b, "vehicle", s.Vehicles.All())
	list(t, &b, "line", s.Lines.All())
	list(t, &b, "handover", s.Handovers.All())
	list(t, &b, "discrepancy", s.Discrepancies.All())
	list(t, &b, "assessment", s.Assessments.All())
	list(t, &b, "keep apart", s.KeepAparts.All())
	list(t, &b, "entered lines", s.EnteredLines.All())
	for p := range s.Transfers.All() {
		fmt.Fprintf(&b, "%s %+v %v\n", p.ID, s.TransferSums(p.ID), s.TransferVehicles(p.ID))
	}
	return b.String()
}

func list[V any](t testing.TB, b *strings.Builder, kind string, all iter.Seq[*V]) {
	t.Helper()
	var lines []string
	for v := range all {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, kind+" "+string(text)+"\n")
	}
	sort.Strings(lines)
	b.WriteString(strings.Join(lines, ""))
}

// recordTables are the tables that make up the record, each with its key.
var recordTables = []struct {
	name string
	keys []string
}{
	{"entry", []string{"number"}}, {"checkpoint", []string{"size"}}, {"request", []string{"official", "key"}},
	{"place", []string{"code"}}, {"official", []string{"name"}}, {"person", []string{"number"}}, {"authority", []string{"id"}},
	{"release_order", []string{"id"}}, {"holding", []string{"person"}}, {"transfer", []string{"id"}}, {"vehicle", []string{"key"}},
	{"line", []string{"transfer", "person"}}, {"handover", []string{"id"}}, {"discrepancy", []string{"id"}}, {"assessment", []string{"person"}}, {"keep_apart", []string{"id"}}, {"attachment", []string{"hash"}},
	{"glass", []string{"id"}}, {"monitor_change", []string{"id"}}, {"device", []string{"id"}},
}

// dump reads every row of every table of the record, as the database has it.
func dump(t testing.TB, db *sql.DB) map[string][][]any {
	t.Helper()
	tables := map[string][][]any{}
	for _, table := range recordTables {
		rows, err := db.Query("SELECT * FROM " + table.name + " ORDER BY " + strings.Join(table.keys, ", "))
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			row, targets := make([]any, len(columns)), make([]any, len(columns))
			for i := range row {
				targets[i] = &row[i]
			}
			if err := rows.Scan(targets...); err != nil {
				t.Fatal(err)
			}
			tables[table.name] = append(tables[table.name], row)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return tables
}
