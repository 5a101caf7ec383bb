package main

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"text/tabwriter"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/roll"
)

type rollCommand struct {
	store
	At   string `placeholder:"TIME"`
	By   string `env:"HABEAS_ROLL_BY" enum:",place,status" default:""`
	JSON bool   `name:"json"`
}

// Run prints the roll. It opens the book for reading alone, also while it is served.
func (c *rollCommand) Run(ctx context.Context, t *terminal) (err error) {
	config := c.config()
	config.ReadOnly = true
	b, err := book.Open(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	desk, err := roll.New(ctx, b)
	if err != nil {
		return err
	}
	var now roll.Now
	if c.At == "" {
		now = desk.Roll(t.clock(), c.By == "place")
	} else {
		at, err := parseInstant(c.At)
		if err != nil {
			return err
		}
		if now, err = desk.RollAt(ctx, at, c.By == "place"); err != nil {
			return err
		}
	}
	if c.By != "status" {
		now.Statuses = nil
	}
	if c.JSON {
		return printJSON(t, now)
	}
	return printRoll(t, now)
}

func parseInstant(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			return at, nil
		}
	}
	return time.Time{}, faulty("instant-malformed", "text", s)
}

func printRoll(t *terminal, n roll.Now) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	say := t.words.Say
	number := t.words.Number
	fmt.Fprintln(w, say("cli.roll-head", map[string]any{"at": n.At.Format(time.RFC3339), "entry": number(int(n.Entry))}))
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t\n", say("cli.establishment", nil), say("cli.roll", nil), say("cli.present", nil), say("cli.out", nil), say("cli.certified", nil), say("cli.declared", nil))
	for _, e := range n.Establishments {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t\n", e.Code, number(e.Roll), number(e.Present), number(e.Out), number(e.Certified), number(e.Declared))
	}
	fmt.Fprintf(w, "%s\t%s\t\n", say("cli.in-transit", nil), number(n.InTransit))
	fmt.Fprintf(w, "%s\t%s\t\n", say("cli.held", nil), number(n.Held))
	statuses := make([]string, 0, len(n.Statuses))
	for k := range n.Statuses {
		statuses = append(statuses, k)
	}
	sort.Strings(statuses)
	for _, k := range statuses {
		fmt.Fprintf(w, "%s\t%s\t\n", say("legal."+k, nil), number(n.Statuses[k]))
	}
	for _, p := range n.Places {
		fmt.Fprintf(w, "%s\t%s\t%s\t\n", p.Code, number(p.Present), number(p.Certified))
	}
	return w.Flush()
}
