package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/drill"
)

// demoReport is the outcome of a drill, every figure counted from the store.
type demoReport struct {
	Establishments []demoEstablishment `json:"establishments"`
	Transfers      []demoTransfer      `json:"transfers"`
	Counts         []demoCount         `json:"counts"`
	Log            demoLog             `json:"log"`
	Problems       []string            `json:"problems"`
}

type demoEstablishment struct {
	Code      string `json:"code"`
	Roll      int    `json:"roll"`
	Declared  int    `json:"declared"`
	Certified int    `json:"certified"`
}

type demoTransfer struct {
	ID         string            `json:"id"`
	Ordered    int               `json:"ordered"`
	Departed   int               `json:"departed"`
	Received   int               `json:"received"`
	Exceptions []demoException   `json:"exceptions"`
	Closed     bool              `json:"closed"`
	Escort     demoEscort        `json:"escort"`
	Vehicles   int               `json:"vehicles"`
	Sums       custody.Sums      `json:"sums"`
	Cells      *custody.CellSums `json:"cells,omitempty"` // how the plan of cells fared
}

type demoException struct {
	Person string `json:"person"`
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Note   string `json:"note,omitempty"`
}

type demoEscort struct {
	Soldiers    int `json:"soldiers"`
	Helicopters int `json:"helicopters"`
}

// demoCount is a count as it was signed, with the differences that were found on the way.
type demoCount struct {
	ID            string            `json:"id"`
	Kind          custody.CountKind `json:"kind"`
	Establishment string            `json:"establishment"`
	Landings      int               `json:"landings"`
	Slips         int               `json:"slips"`
	Recounts      int               `json:"recounts"`
	Expected      int               `json:"expected"` // at the opening
	Counted       int               `json:"counted"`  // as signed, out-counts included
	Out           int               `json:"out"`
	Differences   []demoDifference  `json:"differences"`
	Questions     int               `json:"questions"`
	Cleared       bool              `json:"cleared"`
	SignedBy      string            `json:"signed_by"`
	SignedAt      time.Time         `json:"signed_at"`
}

// demoDifference is a landing that had to be counted again: what was first counted.
type demoDifference struct {
	Landing  string                `json:"landing"`
	Expected int                   `json:"expected"`
	Counted  int                   `json:"counted"`
	Why      custody.RecountReason `json:"why"`
}

type demoLog struct {
	Size int64  `json:"size"`
	Root string `json:"root"`
}

// countOutcome counts everything from the store and verifies the whole book.
func countOutcome(ctx context.Context, s *service, outcome drill.Outcome, now time.Time) (demoReport, error) {
	r := demoReport{Problems: []string{}}
	for _, e := range s.roll.Roll(now, false).Establishments {
		r.Establishments = append(r.Establishments, demoEstablishment{e.Code, e.Roll, e.Declared, e.Certified})
	}
	for _, id := range outcome.Transfers {
		v, err := s.transfer.View(id)
		if err != nil {
			return r, err
		}
		d := demoTransfer{ID: id, Ordered: v.Sums.Listed, Departed: v.Sums.Departed, Received: v.Sums.Received, Closed: v.Status == custody.Closed,
			Exceptions: []demoException{}, Vehicles: len(v.Vehicles), Sums: v.Sums, Cells: v.Cells}
		if v.Escort != nil {
			d.Escort = demoEscort{v.Escort.Soldiers(), v.Escort.Helicopters}
		}
		for _, x := range v.Exceptions {
			d.Exceptions = append(d.Exceptions, demoException{x.Person, x.Name, x.Kind, x.Note})
		}
		if d.Closed && !v.SumsHold {
			r.Problems = append(r.Problems, fmt.Sprintf("%s: the sums of law 2 do not hold: %+v", id, v.Sums))
		}
		r.Transfers = append(r.Transfers, d)
	}
	for _, id := range outcome.Counts {
		d, err := countOf(s, id, now)
		if err != nil {
			return r, err
		}
		if !d.Cleared {
			r.Problems = append(r.Problems, id+": the count was not cleared")
		}
		r.Counts = append(r.Counts, d)
	}
	verified, err := s.book.Verify(ctx)
	if err != nil {
		return r, err
	}
	r.Log = demoLog{verified.LogSize, verified.Root}
	for _, p := range verified.Problems {
		r.Problems = append(r.Problems, p.String())
	}
	return r, nil
}

// countOf sums up a count from the store.
func countOf(s *service, id string, now time.Time) (demoCount, error) {
	v, err := s.count.View(id, console.By, now)
	if err != nil {
		return demoCount{}, err
	}
	questions, _, err := s.count.Questions(id, console.By)
	if err != nil {
		return demoCount{}, err
	}
	d := demoCount{ID: id, Kind: v.Kind, Establishment: v.Establishment, Landings: v.CountProgress.Landings, Expected: *v.Expected,
		Differences: []demoDifference{}, Questions: len(questions), Cleared: v.Status == custody.CountCleared, SignedBy: v.EndedByName, SignedAt: v.Ended}
	if v.Sums != nil {
		d.Recounts, d.Counted, d.Out = v.Sums.Recounts, v.Sums.Counted, v.Sums.Out
	}
	for _, l := range v.Landings {
		d.Slips += len(l.Slips)
		if len(l.Recounts) > 0 {
			d.Differences = append(d.Differences, demoDifference{l.Landing, *l.Expected, l.Slips[0].Number, l.Recounts[0].Why})
		}
	}
	return d, nil
}

func (r demoReport) print(t *terminal, outcome drill.Outcome, seconds float64) error {
	say, number := t.words.Say, t.words.Number
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\n%s\t%s\t%s\t%s\t%s\t%s\t\n", say("demo.transfer", nil), say("demo.ordered", nil), say("demo.departed", nil), say("demo.received", nil), say("demo.escort", nil), say("demo.closed", nil))
	for _, d := range r.Transfers {
		closed := say("demo.no", nil)
		if d.Closed {
			closed = say("demo.yes", nil)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t\n", d.ID, number(d.Ordered), number(d.Departed), number(d.Received),
			say("demo.escort-of", map[string]any{"soldiers": number(d.Escort.Soldiers), "helicopters": number(d.Escort.Helicopters), "vehicles": number(d.Vehicles)}), closed)
	}
	fmt.Fprintln(w, "\t")
	for _, d := range r.Transfers {
		for _, x := range d.Exceptions {
			note := x.Note
			if note == "arrived-later" {
				note = say("exception.arrived-later", nil)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t\n", d.ID, say("exception."+x.Kind, nil), x.Person, x.Name, note)
		}
	}
	fmt.Fprintln(w, "\t")
	for _, c := range r.Counts {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t\n", c.ID, c.Establishment, say("countkind."+string(c.Kind), nil),
			say("demo.counted", map[string]any{"landings": number(c.Landings), "slips": number(c.Slips), "recounts": number(c.Recounts)}),
			say("cli.count-cleared", map[string]any{"number": number(c.Counted), "at": instant(c.SignedAt), "by": c.SignedBy}))
		for _, d := range c.Differences {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", c.ID, d.Landing, say("demo.difference", map[string]any{"counted": number(d.Counted), "expected": number(d.Expected)}), say("recount."+string(d.Why), nil))
		}
	}
	fmt.Fprintln(w, "\t")
	for _, d := range r.Transfers {
		if d.Cells != nil {
			printCells(w, t, d)
		}
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", say("cli.establishment", nil), say("cli.roll", nil), say("cli.certified", nil), say("cli.declared", nil))
	for _, e := range r.Establishments {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", e.Code, number(e.Roll), number(e.Certified), number(e.Declared))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(t.out, "\n"+say("demo.log", map[string]any{"size": number(int(r.Log.Size)), "root": r.Log.Root}))
	fmt.Fprintln(t.out, say("demo.played", map[string]any{"commands": number(int(outcome.Commands)), "seconds": t.words.Decimal(seconds)}))
	for _, p := range r.Problems {
		fmt.Fprintln(t.out, "  ! "+p)
	}
	return nil
}

// printCells says how the plan of cells of a transfer fared, and what broke of it.
func printCells(w io.Writer, t *terminal, d demoTransfer) {
	say, number := t.words.Say, t.words.Number
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t\n", say("estate.planned", nil), say("demo.planned", nil), say("demo.placed", nil), say("demo.replanned", nil), say("demo.left", nil))
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t\n", d.ID, number(d.Cells.Planned), number(d.Cells.Placed), number(d.Cells.Replanned), number(d.Cells.Left))
	for _, code := range slices.Sorted(maps.Keys(d.Cells.Why)) {
		fmt.Fprintf(w, "\t%s\t\t%s\t\t\n", t.broke(code), number(d.Cells.Why[code]))
	}
	fmt.Fprintln(w, "\t")
}

// printWho lists the invented officials whose session is worth trying, with the
// passwords made for this run.
func printWho(t *terminal, officials []drill.Credential) {
	shown := []string{"directora", "jefe.servicio", "planificadora", "registro", "origen1", "escolta1", "recepcion1", "galeria1", "galeria2", "control", "medica", "monitora", "ingeniera"}
	password := map[string]string{}
	for _, o := range officials {
		password[o.Name] = o.Password
	}
	fmt.Fprintln(t.out, "\n"+t.words.Say("demo.sign-in", nil))
	for _, name := range shown {
		fmt.Fprintf(t.out, "  %s %s\n", name+strings.Repeat(" ", 16-len(name)), password[name])
	}
	fmt.Fprintln(t.out)
}

// pooledClient keeps as many connections open as sessions work side by side.
func pooledClient(connections int) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = connections, connections
	transport.Proxy = nil
	return &http.Client{Transport: transport, Timeout: time.Minute}
}
