package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
)

// estateFlags are those of a plan for the real estate: of a transfer or of people named in
// a file.
type estateFlags struct {
	store
	Transfer string `placeholder:"ID"`
	People   string `env:"HABEAS_ALLOCATE_PEOPLE" type:"existingfile" placeholder:"FILE"`
	Into     string `env:"HABEAS_ALLOCATE_INTO" placeholder:"ESTABLISHMENT"`
	Commit   bool
	By       string `placeholder:"NAME"`
}

// asked reports whether a plan for the real estate is asked for.
func (c *estateFlags) asked() bool { return c.Transfer != "" || c.People != "" }

// plan proposes who goes into which cell and, with --commit, records it: the plan of a
// transfer on its manifest, that of people by moving them. Without it the book is only
// read, also while it is served. Exit 1 when there is no cell for somebody.
func (c *estateFlags) plan(ctx context.Context, t *terminal, seed uint64, asJSON bool) (err error) {
	if (c.Transfer == "") == (c.People == "") {
		return faulty("allocate-what")
	}
	command, desk, done, err := c.open(ctx, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	wish := cells.Wish{Mode: cells.ForTransfer, Transfer: c.Transfer, Seed: seed}
	if c.People != "" {
		wish = cells.Wish{Mode: cells.ForPeople, Establishment: c.Into, Seed: seed}
		if wish.People, err = numbersIn(c.People); err != nil {
			return err
		}
	}
	answer := estateAnswer{}
	switch {
	case c.Commit && c.Transfer != "":
		_, answer.Proposal, err = desk.PlanTransfer(ctx, command, c.Transfer, nil, seed, t.clock())
		answer.Committed = err == nil
	default:
		answer.Proposal, err = desk.Propose(ctx, command, wish, t.clock())
		if err == nil && c.Commit && len(answer.Moves) > 0 {
			err = answer.carryOut(ctx, desk, command)
		}
	}
	if err != nil {
		return err
	}
	if asJSON {
		err = printJSON(t, answer)
	} else {
		err = answer.print(t)
	}
	if err == nil && len(answer.Unplaced) > 0 {
		err = errFound
	}
	return err
}

// open opens the book: for reading alone, unless something is to be recorded.
func (c *estateFlags) open(ctx context.Context, t *terminal) (book.Command, *cells.Desk, func() error, error) {
	if !c.Commit {
		config := c.config()
		config.ReadOnly = true
		b, err := book.Open(ctx, config)
		if err != nil {
			return book.Command{}, nil, nil, err
		}
		return console, cells.New(b), b.Close, nil
	}
	s, err := openService(ctx, c.config())
	if err != nil {
		return book.Command{}, nil, nil, err
	}
	command := console
	if c.By != "" {
		if _, _, err := s.access.SignIn(ctx, c.By, nextLine(bufio.NewScanner(t.in)), "console"); err != nil {
			return book.Command{}, nil, nil, errors.Join(err, s.book.Close())
		}
		command = book.Command{By: c.By}
	}
	return command, s.cells, s.book.Close, nil
}

// numbersIn reads the prison numbers of a file: the first thing on each line, which may be
// all of it. Blank lines and a heading are passed over.
func numbersIn(path string) (numbers []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	lines := bufio.NewScanner(io.LimitReader(f, 8<<20))
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(strings.Trim(lines.Text(), "\ufeff\" \t\r"), ",")
		if text, _, _ = strings.Cut(text, ";"); strings.TrimSpace(text) == "" {
			continue
		}
		number, err := custody.ParsePrisonNumber(strings.Trim(text, "\" \t"))
		if err != nil && n == 1 {
			continue // a heading
		}
		if err != nil {
			return nil, faulty("allocate-line", "file", path, "line", fmt.Sprint(n), "text", text)
		}
		numbers = append(numbers, number)
	}
	return numbers, lines.Err()
}

// estateAnswer is what is printed.
type estateAnswer struct {
	cells.Proposal
	Committed bool                `json:"committed"`
	Placed    int                 `json:"placed,omitempty"` // as proposed, of people who were moved
	Replanned []custody.Replanned `json:"replanned,omitempty"`
}

func (a *estateAnswer) carryOut(ctx context.Context, desk *cells.Desk, command book.Command) error {
	d := cells.Decision{Mode: a.Mode}
	for _, m := range a.Moves {
		d.Moves = append(d.Moves, custody.CellOrder{Person: m.Person, To: m.Cell})
	}
	o, err := desk.Commit(ctx, command, d)
	a.Committed, a.Placed, a.Replanned = err == nil, o.Placed, o.Replanned
	return err
}

func (a *estateAnswer) print(t *terminal) error {
	say, number := t.words.Say, t.words.Number
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, m := range a.Moves {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", m.Person, m.Name, m.Cell, t.reason(m))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, u := range a.Unplaced {
		fmt.Fprintln(t.out, "! "+say("allocate.unplaced", map[string]any{"person": u.Person + " " + u.Name, "rules": t.boundBy(u.Rules)}))
		for _, o := range u.Frees {
			fmt.Fprintln(t.out, "    "+say("allocate.frees", map[string]any{"cell": o.Cell, "rules": t.boundBy(o.Rules)}))
		}
	}
	for _, r := range a.Replanned {
		fmt.Fprintln(t.out, say("estate.replanned", map[string]any{"person": r.Person, "planned": r.Planned, "cell": r.Cell, "why": t.broke(r.Why)}))
	}
	fmt.Fprintln(t.out, say("estate.sum", map[string]any{"planned": number(len(a.Moves)), "unplaced": number(len(a.Unplaced)), "opened": number(a.Opened), "bound": number(a.LowerBound)}))
	if a.Committed {
		fmt.Fprintln(t.out, say("estate.committed", nil))
	} else {
		fmt.Fprintln(t.out, say("estate.proposed", nil))
	}
	return nil
}

// reason says in one line why a person is where a plan has them.
func (t *terminal) reason(m cells.Placement) string {
	p := map[string]any{}
	for name, value := range m.Params {
		p[name] = value
	}
	if needs := strings.Split(m.Params["needs"], ", "); m.Params["needs"] != "" {
		for i := range needs {
			needs[i] = t.words.Say("need."+needs[i], nil)
		}
		p["needs"] = strings.Join(needs, ", ")
	}
	return t.words.Say("placed."+m.Reason, p)
}

// broke says what a planned cell met with, by the code of the refusal.
func (t *terminal) broke(code string) string {
	for _, section := range []string{"breach.", "broke."} {
		if t.words.Has(section + code) {
			return t.words.Say(section+code, nil)
		}
	}
	return code
}

// boundBy says which rules bind.
func (t *terminal) boundBy(list []cells.Binding) string {
	said := make([]string, len(list))
	for i, b := range list {
		detail := b.Detail
		if detail != "" && t.words.Has("need."+detail) {
			detail = t.words.Say("need."+detail, nil)
		}
		said[i] = t.words.Say("rule."+b.Rule, map[string]any{"detail": detail})
	}
	return strings.Join(said, "; ")
}
