package custody_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"sort"
	"strings"

	"habeas.example/habeas/internal/custody"
)

// picture writes down every record of a state and every number derived from them.
func picture(s *custody.State) string {
	var b strings.Builder
	fmt.Fprintf(&b, "next %d, recorded %v, held %d, in transit %d\n", s.Next, s.LastRecorded, s.Held(), s.Roll(""))
	records(&b, s.Places.All())
	records(&b, s.Officials.All())
	records(&b, s.People.All())
	records(&b, s.Authorities.All())
	records(&b, s.ReleaseOrders.All())
	records(&b, s.Holdings.All())
	records(&b, s.Transfers.All())
	records(&b, s.Vehicles.All())
	records(&b, s.Lines.All())
	records(&b, s.Handovers.All())
	records(&b, s.Discrepancies.All())
	records(&b, s.Counts.All())
	records(&b, s.CountLandings.All())
	records(&b, s.CountMoves.All())
	records(&b, s.CountRules.All())
	records(&b, s.Assessments.All())
	records(&b, s.KeepAparts.All())
	records(&b, s.EnteredLines.All())
	records(&b, s.Glasses.All())
	records(&b, s.MonitorChanges.All())
	var derived []string
	for p := range s.Places.All() {
		derived = append(derived, fmt.Sprintln(p.Code, s.Present(p.Code), s.Roll(p.Code), s.Aboard(p.Code), s.Occupants(p.Code), s.Inside(p.Code)))
	}
	for t := range s.Transfers.All() {
		derived = append(derived, fmt.Sprintln(t.ID, s.TransferSums(t.ID), s.Listed(t.ID), s.TransferVehicles(t.ID), s.OpenDiscrepancies(t.ID), s.StandingInTheWay(t.ID)))
	}
	for p := range s.People.All() {
		derived = append(derived, fmt.Sprintln(p.Number, s.ActiveTransfer(p.Number), s.PendingHandover(p.Number), len(s.PapersOf(p.Number)), len(s.DiscrepanciesOf(p.Number)), len(s.ApartsOf(p.Number))))
	}
	for _, p := range s.OverCapacityLive(s.LastRecorded) {
		derived = append(derived, fmt.Sprintln(p.Code, "over capacity"))
	}
	for p := range s.Places.All() {
		if p.Kind == custody.Establishment {
			s.Reserved(p.Code, func(person, cell string) { derived = append(derived, fmt.Sprintln(person, "planned into", cell)) })
		}
	}
	for c := range s.Counts.All() {
		derived = append(derived, fmt.Sprintln(c.ID, s.CountProgress(c.ID), len(s.CountLandingsOf(c.ID)), len(s.CountsOf(c.Establishment, 1000)), s.LastCleared(c.Establishment)))
		for _, l := range s.CountLandingsOf(c.ID) {
			derived = append(derived, fmt.Sprintln(l.Key(), s.DifferenceStands(l.Landing), s.ExpectedAt(l, s.LastRecorded)))
		}
	}
	for _, c := range s.OpenCounts() {
		derived = append(derived, fmt.Sprintln("open", c.ID))
	}
	sort.Strings(derived)
	b.WriteString(strings.Join(derived, ""))
	return b.String()
}

func records[V any](b *strings.Builder, all iter.Seq[*V]) {
	var lines []string
	for v := range all {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		lines = append(lines, fmt.Sprintf("%T %s\n", v, text))
	}
	sort.Strings(lines)
	b.WriteString(strings.Join(lines, ""))
}

// difference says where two pictures part.
func difference(a, b string) string {
	left, right := map[string]bool{}, map[string]bool{}
	for l := range strings.Lines(a) {
		left[l] = true
	}
	for l := range strings.Lines(b) {
		right[l] = true
	}
	var out strings.Builder
	for l := range strings.Lines(a) {
		if !right[l] {
			out.WriteString("- " + l)
		}
	}
	for l := range strings.Lines(b) {
		if !left[l] {
			out.WriteString("+ " + l)
		}
	}
	return out.String()
}

// rebuilt folds encoded entries into a fresh state.
func rebuilt(t tb, entries []*custody.Entry) *custody.State {
	t.Helper()
	s := custody.NewState()
	for _, e := range entries {
		if err := s.Apply(again(t, e)); err != nil {
			t.Fatalf("rebuild: %v", err)
		}
	}
	return s
}

// again is an entry after a journey through its canonical bytes.
func again(t tb, e *custody.Entry) *custody.Entry {
	t.Helper()
	body, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	d, err := custody.DecodeEntry(body)
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	if twice, err := d.Encode(); err != nil || string(twice) != string(body) {
		t.Fatalf("the entry does not come back as it was (%v):\n%s\n%s", err, body, twice)
	}
	return d
}

// tb is what the test of a run and that of a property have in common.
type tb interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}
