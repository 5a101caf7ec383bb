package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"habeas.example/habeas/internal/allocate"
	"habeas.example/habeas/internal/allocate/packing"
)

type allocateCommand struct {
	estateFlags
	Problem string  `env:"HABEAS_ALLOCATE_PROBLEM" placeholder:"FILE"`
	JSON    bool    `name:"json"`
	Seconds float64 `env:"HABEAS_ALLOCATE_SECONDS" default:"1" placeholder:"N"`
	Seed    uint64  `env:"HABEAS_ALLOCATE_SEED" default:"1" placeholder:"N"`
}

// Run answers a bare problem, or plans who goes into which cell of the estate in the book.
func (c *allocateCommand) Run(ctx context.Context, t *terminal) (err error) {
	switch {
	case c.asked() == (c.Problem != ""):
		return faulty("allocate-what")
	case c.asked():
		return c.plan(ctx, t, c.Seed, c.JSON)
	}
	begun := t.clock()
	if c.Seconds <= 0 || c.Seconds > 24*3600 {
		return faulty("allocate-seconds")
	}
	in := t.in
	if c.Problem != "-" {
		f, err := os.Open(c.Problem)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		in = f
	}
	// What comes after the search (the checks, writing it down) is left a share of the time.
	budget := time.Duration(max(0.8*c.Seconds, c.Seconds-0.5) * float64(time.Second))
	stop := func() bool { return t.clock().Sub(begun) > budget }
	reader := bufio.NewReaderSize(in, 1<<16)
	isJSON, err := startsWithBrace(reader)
	if err != nil {
		return err
	}
	answer := allocateAnswer{}
	if isJSON {
		err = answer.cells(reader, c.Seed, stop)
	} else {
		err = answer.bins(reader, c.Seed, stop)
	}
	if err != nil {
		return err
	}
	answer.Seconds = t.clock().Sub(begun).Seconds()
	return answer.print(t, c.JSON)
}

// startsWithBrace reports whether the first byte that is no blank is a brace, and takes nothing from the reader. Blanks
// that fill its buffer are not gone past.
func startsWithBrace(r *bufio.Reader) (bool, error) {
	head, err := r.Peek(r.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	trimmed := bytes.TrimLeft(head, " \t\r\n\ufeff")
	return len(trimmed) > 0 && trimmed[0] == '{', nil
}

// allocateAnswer is what is printed, as docs/allocation.md describes it.
type allocateAnswer struct {
	Bins       int     `json:"bins"`
	LowerBound int     `json:"lower_bound"`
	Violations int     `json:"violations"`
	Seconds    float64 `json:"seconds"`
	// Assignment is, in order, the bin of each item (from 1) or the cell of each person (null without one).
	Assignment []any `json:"assignment"`
	// Of cells alone.
	Opened           *int               `json:"opened,omitempty"`
	OpenedLowerBound *int               `json:"opened_lower_bound,omitempty"`
	Existing         *int               `json:"existing_violations,omitempty"`
	Moves            *int               `json:"moves,omitempty"`
	Broken           []allocateBroken   `json:"broken,omitempty"`
	Unplaced         []allocateUnplaced `json:"unplaced,omitempty"`
	Reasons          []allocate.Reason  `json:"reasons,omitempty"`
	Certificate      any                `json:"certificate"`
}

type allocateBroken struct {
	Rule     string   `json:"rule"`
	Cell     string   `json:"cell,omitempty"`
	Unit     string   `json:"unit,omitempty"`
	People   []string `json:"people"`
	Existing bool     `json:"existing"`
}

type allocateUnplaced struct {
	Person string             `json:"person"`
	Proof  string             `json:"proof"`
	Rules  []allocateBinding  `json:"rules"`
	Frees  []allocateFreeable `json:"frees,omitempty"`
}

type allocateBinding struct {
	Rule   string `json:"rule"`
	Detail string `json:"detail,omitempty"`
	Cells  int    `json:"cells"`
}

type allocateFreeable struct {
	Cell   string            `json:"cell"`
	Rules  []allocateBinding `json:"rules"`
	People []string          `json:"people,omitempty"`
}

// bins answers a bin packing instance.
func (a *allocateAnswer) bins(r io.Reader, seed uint64, stop func() bool) error {
	in, err := packing.ReadText(r)
	if err != nil {
		return err
	}
	found := packing.Solve(in, packing.Options{Seed: seed, Effort: endless, Stop: stop})
	if err := in.Check(found.Bins); err != nil {
		return err
	}
	a.Bins, a.LowerBound, a.Certificate = found.Count, found.LowerBound, found.Certificate
	for _, b := range found.Bins {
		a.Assignment = append(a.Assignment, b+1)
	}
	return nil
}

// endless effort leaves it to the clock to end the search.
const endless = 1 << 50

// cells answers a problem of cells and people.
func (a *allocateAnswer) cells(r io.Reader, seed uint64, stop func() bool) error {
	p, err := allocate.ReadJSON(r)
	if err != nil {
		return err
	}
	plan := allocate.Solve(p, allocate.Options{Seed: seed, Effort: endless / 100, Stop: stop})
	if plan.Fault != nil {
		return plan.Fault
	}
	a.Bins, a.LowerBound = plan.Used, plan.Used-plan.Opened+plan.LowerBound
	a.Opened, a.OpenedLowerBound, a.Moves, a.Certificate = &plan.Opened, &plan.LowerBound, &plan.Moves, plan.Certificate
	a.Reasons = plan.Reasons
	for _, c := range plan.Assignment {
		if c < 0 {
			a.Assignment = append(a.Assignment, nil)
		} else {
			a.Assignment = append(a.Assignment, p.Cells[c].ID)
		}
	}
	existing := 0
	for _, v := range plan.Violations {
		broken := allocateBroken{Rule: string(v.Rule), Unit: v.Unit, People: idsOf(p, v.People), Existing: v.Existing}
		if v.Cell >= 0 {
			broken.Cell = p.Cells[v.Cell].ID
		}
		if v.Existing {
			existing++
		}
		a.Broken = append(a.Broken, broken)
	}
	a.Violations, a.Existing = len(plan.Violations), &existing
	for _, u := range plan.Unplaced {
		out := allocateUnplaced{Person: p.People[u.Person].ID, Proof: string(u.Proof), Rules: bindings(u.Rules)}
		for _, f := range u.Frees {
			out.Frees = append(out.Frees, allocateFreeable{Cell: p.Cells[f.Cell].ID, Rules: bindings(f.Rules), People: idsOf(p, f.People)})
		}
		a.Unplaced = append(a.Unplaced, out)
	}
	return nil
}

func idsOf(p allocate.Problem, people []int) []string {
	list := []string{}
	for _, i := range people {
		list = append(list, p.People[i].ID)
	}
	return list
}

func bindings(rules []allocate.Binding) []allocateBinding {
	list := []allocateBinding{}
	for _, b := range rules {
		list = append(list, allocateBinding{string(b.Rule), b.Detail, b.Cells})
	}
	return list
}

// print prints the answer. Somebody without a cell, or a rule that is broken, is a bad answer, which has been printed.
func (a *allocateAnswer) print(t *terminal, asJSON bool) error {
	if asJSON {
		if a.Assignment == nil {
			a.Assignment = []any{}
		}
		if err := json.NewEncoder(t.out).Encode(a); err != nil {
			return err
		}
	} else if err := a.say(t); err != nil {
		return err
	}
	if len(a.Unplaced) > 0 || a.Violations > 0 {
		return errFound
	}
	return nil
}

func (a *allocateAnswer) say(t *terminal) error {
	out := bufio.NewWriter(t.out)
	for i, place := range a.Assignment {
		if a.Reasons == nil {
			fmt.Fprintln(out, i+1, place)
			continue
		}
		params := map[string]any{}
		for k, v := range a.Reasons[i].Params {
			params[k] = v
		}
		fmt.Fprintln(out, i+1, t.words.Say("placed."+string(a.Reasons[i].Code), params))
	}
	for _, u := range a.Unplaced {
		fmt.Fprintln(out, t.words.Say("allocate.unplaced", map[string]any{"person": u.Person, "rules": t.rules(u.Rules)}))
		for _, f := range u.Frees {
			fmt.Fprintln(out, "  "+t.words.Say("allocate.frees", map[string]any{"cell": f.Cell, "rules": t.rules(f.Rules)}))
		}
	}
	fmt.Fprintln(out, t.words.Say("allocate.sum", map[string]any{
		"bins": a.Bins, "bound": a.LowerBound, "violations": a.Violations, "seconds": fmt.Sprintf("%.2f", a.Seconds)}))
	return out.Flush()
}

// rules says rules in a row.
func (t *terminal) rules(list []allocateBinding) string {
	said := []byte{}
	for k, b := range list {
		if k > 0 {
			said = append(said, "; "...)
		}
		said = append(said, t.words.Say("rule."+b.Rule, map[string]any{"detail": b.Detail})...)
	}
	return string(slices.Clip(said))
}
