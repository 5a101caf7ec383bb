package custody_test

import (
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// What was written on paper comes into the book as facts with their own time, form and hand, each line once.
func TestWhatHappenedOnPaper(t *testing.T) {
	s := &scene{t: t, Ledger: habeastest.NewLedger(5), p: habeastest.Numbers(5)}
	s.Clock.Advance(10 * time.Hour)
	at := s.Clock.Now().Add(-3 * time.Hour)
	s.ok("duty", onPaper(custody.PaperFact{Line: 1, What: custody.WasFound, Person: s.p[0], Place: habeastest.OriginCell, Happened: at, Note: "moved for the leak"}))
	found := s.Entries[len(s.Entries)-1]
	if found.Kind != custody.PersonFound || !found.Happened.Equal(at) || found.Paper == nil || *found.Paper != (custody.PaperLine{Form: "CTR-20310314-1", Line: 1, Hand: "Óscar Cañas"}) || found.Note != "moved for the leak" {
		t.Errorf("entered as %+v, %+v", found, found.Paper)
	}
	s.at(s.p[0], habeastest.OriginCell, custody.Held)
	if len(s.State.DiscrepanciesOf(s.p[0])) != 1 {
		t.Error("the roll said otherwise, and no discrepancy says so")
	}
	again := s.refused("paper-line-entered", "duty2", onPaper(custody.PaperFact{Line: 1, What: custody.HasDied, Person: s.p[0]}))
	if again.Params["by"] != "duty" || again.Params["number"] != "1" {
		t.Errorf("refused with %v", again.Params)
	}
	s.ok("duty", onPaper(custody.PaperFact{Line: 2, What: custody.HasDied, Person: s.p[1], Note: "found at four"}))
	if d := s.Entries[len(s.Entries)-1].Detail.(*custody.Death); d.Circumstances != "found at four" {
		t.Errorf("died: %+v", d)
	}
	s.ok("duty", onPaper(custody.PaperFact{Line: 3, What: custody.HasEscaped, Person: s.p[2]}))
	s.ok("duty", onPaper(custody.PaperFact{Line: 4, What: custody.WasReturned, Person: s.p[2], Place: habeastest.OriginReception}))
	s.at(s.p[2], habeastest.OriginReception, custody.Held)
	s.ok("duty", onPaper(custody.PaperFact{Line: 5, What: custody.HasArrived, Place: habeastest.OriginReception, FamilyNames: "Tobar", Sex: "F"}))
	stranger := s.State.People.Get(s.Entries[len(s.Entries)-1].Person)
	if stranger == nil || !stranger.Provisional {
		t.Errorf("the stranger is %+v", stranger)
	}
}

func TestLinesThatCannotBeRead(t *testing.T) {
	s := &scene{t: t, Ledger: habeastest.NewLedger(1), p: habeastest.Numbers(1)}
	good := custody.PaperFact{Line: 1, What: custody.WasFound, Person: s.p[0], Place: habeastest.OriginCell}
	for code, change := range map[string]func(*custody.PaperFact){
		"paper-line-absurd":       func(f *custody.PaperFact) { f.Line = 201 },
		"happening-unknown":       func(f *custody.PaperFact) { f.What = "vanished" },
		"unknown-person":          func(f *custody.PaperFact) { f.Person = "1000999X" },
		"unknown-place":           func(f *custody.PaperFact) { f.Place = "NOWHERE" },
		"text-too-long":           func(f *custody.PaperFact) { f.Note = strings.Repeat("x", 1001) },
		"text-control-characters": func(f *custody.PaperFact) { f.Note = "a\x00b" },
		"name-missing": func(f *custody.PaperFact) {
			f.What, f.Person, f.Place = custody.HasArrived, "", habeastest.OriginReception
		},
	} {
		f := good
		change(&f)
		s.refused(code, "duty", onPaper(f))
	}
	enter := func(form, hand string, f custody.PaperFact) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) { return st.EnterLine(form, hand, f, n, n) })
	}
	timed := good
	timed.Happened = s.Clock.Now()
	s.refused("code-malformed", "duty", enter("a/b", "Óscar", timed))
	s.refused("field-missing", "duty", enter("F1", "  ", timed))
	s.refused("field-missing", "duty", enter("F1", "Óscar", good)) // its own time is what a line is for
}

func TestAPrintedRollIsOfAnEstablishmentAndHasAFingerprint(t *testing.T) {
	s := &scene{t: t, Ledger: habeastest.NewLedger(1), p: habeastest.Numbers(1)}
	print := func(change func(*custody.RollPrint)) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) {
			r := custody.RollPrint{Establishment: habeastest.Origin, AsOf: st.Next, At: n, Digest: strings.Repeat("0a", 32)}
			change(&r)
			return st.PrintRoll(r)
		})
	}
	s.ok("duty", print(func(*custody.RollPrint) {}))
	s.refused("unknown-establishment", "duty", print(func(r *custody.RollPrint) { r.Establishment = habeastest.OriginCell }))
	s.refused("roll-print-malformed", "duty", print(func(r *custody.RollPrint) { r.Digest = "0a" }))
	s.refused("roll-print-malformed", "duty", print(func(r *custody.RollPrint) { r.AsOf += 1000 }))
}
