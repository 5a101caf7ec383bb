package main

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
)

type rollCommand struct {
	store
	At string `placeholder:"TIME"`
	By string `env:"HABEAS_ROLL_BY" enum:",place,status" default:""`
	// Against turns the roll into what became of it until a later instant.
	Against string `placeholder:"TIME"`
	JSON    bool   `name:"json"`
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
	if c.Against != "" {
		return c.differ(ctx, t, desk)
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

// standingOf says when an establishment was last counted and cleared, and what counts are
// not; nothing of one where nobody has ever counted.
func standingOf(t *terminal, s custody.CountStanding) (list []string) {
	say := t.words.Say
	if c := s.Cleared; c != nil {
		list = append(list, say("cli.count-cleared", map[string]any{"number": t.words.Number(c.Number), "at": instant(c.At), "by": c.FullName}))
	}
	for _, c := range s.Open {
		text := progressOf(t, count.Summary{Status: custody.CountOpen, CountProgress: c.CountProgress, OverdueSince: c.OverdueSince})
		list = append(list, say("cli.roll-uncleared", map[string]any{"id": c.ID, "opened": instant(c.Opened), "text": text}))
	}
	if len(s.Loosens) > 0 {
		list = append(list, say("cli.roll-loosens", map[string]any{"loosens": strings.Join(s.Loosens, ", ")}))
	}
	return list
}

// differ prints how the rolls of two instants differ.
func (c *rollCommand) differ(ctx context.Context, t *terminal, desk *roll.Desk) error {
	if c.At == "" {
		return faulty("against-what")
	}
	from, err := parseInstant(c.At)
	if err != nil {
		return err
	}
	to := t.clock()
	if c.Against != "now" {
		if to, err = parseInstant(c.Against); err != nil {
			return err
		}
	}
	d, err := desk.Differ(ctx, from, to)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, d)
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, t.words.Say("cli.difference-head", map[string]any{"from": d.From.Format(time.RFC3339), "to": d.To.Format(time.RFC3339),
		"held": t.words.Number(d.HeldFrom), "then": t.words.Number(d.HeldTo)}))
	for _, part := range []struct {
		word string
		list []roll.Change
	}{{"came", d.Came}, {"left", d.Left}, {"moved", d.Moved}} {
		for _, p := range part.list {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.words.Say("cli.difference-"+part.word, nil), p.Number, p.Name, p.From.Place, p.To.Place)
		}
	}
	for _, l := range d.Landings {
		fmt.Fprintf(w, "%s\t%s\t%s\t+%d\t-%d\n", l.Landing, t.words.Number(l.From), t.words.Number(l.To), l.Came, l.Departed)
	}
	return w.Flush()
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
	if err := w.Flush(); err != nil {
		return err
	}
	if n.Withheld {
		fmt.Fprintln(t.out, say("page.today.withheld", nil))
	}
	// What stands against norm SPC-1 is never left out of a roll, but for whoever counts: they
	// are told how many places it concerns.
	for _, b := range n.OverCapacity {
		p := map[string]any{"ends": b.Ends.Format(time.RFC3339), "since": b.Since.Format(time.RFC3339), "place": b.Place}
		for name, value := range b.Params {
			p[name] = value
		}
		fmt.Fprintln(t.out, "! "+b.Rule+" "+say("cli.stands-"+b.Code, p))
	}
	if more := n.OverCapacityPlaces - len(n.OverCapacity); more > 0 {
		fmt.Fprintln(t.out, "! "+say("cli.stands-more", map[string]any{"count": number(more)}))
	}
	statuses := make([]string, 0, len(n.Statuses))
	for k := range n.Statuses {
		statuses = append(statuses, k)
	}
	sort.Strings(statuses)
	for _, k := range statuses {
		fmt.Fprintf(w, "%s\t%s\t\n", say("legal."+k, nil), number(n.Statuses[k]))
	}
	for _, e := range n.Establishments {
		for _, text := range standingOf(t, e.Count) {
			fmt.Fprintln(w, say("cli.roll-count", map[string]any{"code": e.Code, "text": text}))
		}
	}
	for _, p := range n.Places {
		fmt.Fprintf(w, "%s\t%s\t%s\t\n", p.Code, number(p.Present), number(p.Certified))
	}
	return w.Flush()
}
