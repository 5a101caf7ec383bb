package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/custody"
)

type countCommand struct {
	Open    countOpenCommand    `cmd:""`
	Slip    countSlipCommand    `cmd:""`
	Show    countShowCommand    `cmd:""`
	Recount countRecountCommand `cmd:""`
	Sign    countSignCommand    `cmd:""`
	Abandon countAbandonCommand `cmd:""`
	List    countListCommand    `cmd:""`
	Sheet   countSheetCommand   `cmd:""`
}

// at runs a command of an official: signed in before, signed out after.
func (a *asOfficial) at(ctx context.Context, t *terminal, do func(*official) error) (err error) {
	o, err := a.sign(ctx, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.leave(context.WithoutCancel(ctx))) }()
	return do(o)
}

// order sends a command and prints its reply: as JSON, or in words.
func (a *asOfficial) order(ctx context.Context, t *terminal, path string, body any, say func(id string) string) error {
	return a.at(ctx, t, func(o *official) error {
		var raw json.RawMessage
		if err := o.call(ctx, http.MethodPost, path, body, &raw); err != nil {
			return err
		}
		if a.JSON {
			return printJSON(t, raw)
		}
		var reply struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(raw, &reply); err != nil {
			return err
		}
		_, err := fmt.Fprintln(t.out, say(reply.ID))
		return err
	})
}

type countOpenCommand struct {
	asOfficial
	Place      string `required:"" placeholder:"CODE"`
	Kind       string `env:"HABEAS_COUNT_KIND" enum:"formal,named,informal,emergency" default:"formal"`
	Scheduled  string `placeholder:"TIME"`
	Supersedes string `placeholder:"ID"`
	Reason     string
}

func (c *countOpenCommand) Run(ctx context.Context, t *terminal) error {
	o := count.Opening{Kind: custody.CountKind(c.Kind), Place: c.Place, Supersedes: c.Supersedes, Reason: c.Reason}
	if c.Scheduled != "" {
		at, err := parseInstant(c.Scheduled)
		if err != nil {
			return err
		}
		o.Scheduled = at
	}
	return c.order(ctx, t, "/counts", o, func(id string) string {
		return t.words.Say("cli.count-opened", map[string]any{"id": id, "place": c.Place, "kind": t.words.Say("countkind."+c.Kind, nil)})
	})
}

type countSlipCommand struct {
	asOfficial
	Count    string   `arg:""`
	Landing  string   `required:"" placeholder:"CODE"`
	Number   *int     `placeholder:"N"`
	People   []string `env:"HABEAS_COUNT_PEOPLE" placeholder:"NUMBER"`
	Stranger []string `placeholder:"TEXT"`
	Counted  string   `placeholder:"TIME"`
	Hand     string   `placeholder:"NAME"`
	Source   string   `enum:"typed,handheld,paper" default:"typed"`
}

func (c *countSlipCommand) Run(ctx context.Context, t *terminal) error {
	r := count.Result{Landing: c.Landing, Number: c.Number, People: c.People, Strangers: c.Stranger, Hand: c.Hand, Source: custody.SlipSource(c.Source)}
	if c.Counted != "" {
		at, err := parseInstant(c.Counted)
		if err != nil {
			return err
		}
		r.Counted = at
	}
	return c.order(ctx, t, countPath(c.Count, "/slips"), r, func(id string) string {
		return t.words.Say("cli.count-slip", map[string]any{"id": id, "place": c.Landing})
	})
}

func countPath(id, rest string) string { return "/counts/" + url.PathEscape(id) + rest }

type countRecountCommand struct {
	asOfficial
	Count   string `arg:""`
	Landing string `required:"" placeholder:"CODE"`
	Reason  string `required:""`
}

func (c *countRecountCommand) Run(ctx context.Context, t *terminal) error {
	return c.order(ctx, t, countPath(c.Count, "/recounts"), map[string]string{"landing": c.Landing, "reason": c.Reason}, func(id string) string {
		return t.words.Say("cli.count-recount", map[string]any{"id": id, "place": c.Landing})
	})
}

type countSignCommand struct {
	asOfficial
	Count string `arg:""`
}

func (c *countSignCommand) Run(ctx context.Context, t *terminal) error {
	return c.order(ctx, t, countPath(c.Count, "/signature"), struct{}{}, func(id string) string {
		return t.words.Say("cli.count-signed", map[string]any{"id": id})
	})
}

type countAbandonCommand struct {
	asOfficial
	Count  string `arg:""`
	Reason string `required:""`
}

func (c *countAbandonCommand) Run(ctx context.Context, t *terminal) error {
	return c.order(ctx, t, countPath(c.Count, "/abandonment"), map[string]string{"reason": c.Reason}, func(id string) string {
		return t.words.Say("cli.count-abandoned", map[string]any{"id": id})
	})
}

type countListCommand struct {
	asOfficial
	Establishment string `env:"HABEAS_COUNT_ESTABLISHMENT" placeholder:"CODE"`
	Open          bool   `env:"HABEAS_COUNT_OPEN"`
}

func (c *countListCommand) Run(ctx context.Context, t *terminal) error {
	return c.at(ctx, t, func(o *official) error {
		var list struct {
			Counts []count.Summary `json:"counts"`
		}
		q := url.Values{"establishment": {c.Establishment}, "open": {fmt.Sprint(c.Open)}}
		if err := o.call(ctx, http.MethodGet, "/counts?"+q.Encode(), nil, &list); err != nil {
			return err
		}
		if c.JSON {
			return printJSON(t, list)
		}
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		for _, s := range list.Counts {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", s.ID, s.Place, t.words.Say("countkind."+string(s.Kind), nil), instant(s.Opened), t.words.Say("countstatus."+string(s.Status), nil), progressOf(t, s))
		}
		return w.Flush()
	})
}

func instant(at time.Time) string { return at.Local().Format("2006-01-02 15:04") }

// progressOf says how far a count has come, or how it ended.
func progressOf(t *terminal, s count.Summary) string {
	params := map[string]any{"cleared": t.words.Number(s.Cleared), "landings": t.words.Number(s.Landings), "differ": t.words.Number(s.Differ),
		"by": s.EndedByName, "at": instant(s.Ended), "why": s.EndedFor}
	switch {
	case s.Status == custody.CountCleared:
		params["number"] = t.words.Number(s.Sums.Counted)
		return t.words.Say("cli.count-cleared", params)
	case s.Status != custody.CountOpen:
		return t.words.Say("cli.count-given-up", params)
	case !s.OverdueSince.IsZero():
		params["since"] = instant(s.OverdueSince)
		return t.words.Say("cli.count-overdue", params)
	}
	return t.words.Say("cli.count-progress", params)
}

type countShowCommand struct {
	asOfficial
	Count     string `arg:""`
	All       bool   `env:"HABEAS_COUNT_ALL"`
	Questions bool
}

// countShown is what count show prints as JSON.
type countShown struct {
	count.CountView
	Differences []custody.LandingSearch `json:"differences,omitempty"`
	Questions   []custody.Question      `json:"questions,omitempty"`
}

func (c *countShowCommand) Run(ctx context.Context, t *terminal) error {
	return c.at(ctx, t, func(o *official) error {
		var shown countShown
		if err := o.call(ctx, http.MethodGet, countPath(c.Count, ""), nil, &shown.CountView); err != nil {
			return err
		}
		// Those who may not see the search are shown the count without it.
		var found struct {
			Landings []custody.LandingSearch `json:"landings"`
		}
		if !shown.Blind {
			err := o.call(ctx, http.MethodGet, countPath(c.Count, "/differences"), nil, &found)
			if p := (*apiRefusal)(nil); err != nil && (!errors.As(err, &p) || p.Status != http.StatusForbidden) {
				return err
			}
		}
		shown.Differences = found.Landings
		if c.Questions {
			if err := o.call(ctx, http.MethodGet, countPath(c.Count, "/questions"), nil, &shown); err != nil {
				return err
			}
		}
		if c.JSON {
			return printJSON(t, shown)
		}
		return c.print(t, shown)
	})
}

func (c *countShowCommand) print(t *terminal, v countShown) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", v.ID, v.Place, t.words.Say("countkind."+string(v.Kind), nil), progressOf(t, v.Summary))
	for _, out := range v.Out {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", t.words.Say("cli.out", nil), out.Place, out.Custodian, t.words.Number(out.Number))
	}
	for _, l := range v.Landings {
		if l.Status == custody.LandingCleared && !c.All {
			continue
		}
		expected := ""
		if l.Expected != nil {
			expected = t.words.Number(*l.Expected)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.Landing, t.words.Say("landingstatus."+string(l.Status), nil), t.words.Say("cli.count-round", map[string]any{"round": l.Round, "given": l.Given}), expected, slipsOf(t, l))
	}
	for _, d := range v.Differences {
		fmt.Fprintf(w, "%s\t%+d\n", d.Landing, d.Difference.By)
		for _, e := range d.Explanations {
			fmt.Fprintf(w, "\t%s\t%s\t%s\t%s\n", t.words.Say("explanation."+string(e.Kind), nil), strings.TrimSpace(e.Person+" "+e.Name), e.Landing, e.Place)
		}
	}
	for _, q := range v.Questions {
		fmt.Fprintf(w, "?\t%s\t%s\t%s\t%s\n", t.words.Say("question."+string(q.Kind), nil), q.Landing, q.Hand, t.words.Number(q.Number))
	}
	return w.Flush()
}

// slipsOf writes the slips of a landing that the official is shown.
func slipsOf(t *terminal, l count.LandingView) string {
	parts := make([]string, len(l.Slips))
	for i, slip := range l.Slips {
		parts[i] = fmt.Sprintf("%d: %s (%s)", slip.Round, t.words.Number(slip.Number), slip.HandName)
	}
	return strings.Join(parts, ", ")
}

type countSheetCommand struct {
	asOfficial
	Count   string `arg:""`
	Slips   bool   `env:"HABEAS_COUNT_SLIPS"`
	Landing string `placeholder:"CODE"`
}

func (c *countSheetCommand) Run(ctx context.Context, t *terminal) error {
	return c.at(ctx, t, func(o *official) error {
		if c.Slips {
			return c.printSlips(ctx, t, o)
		}
		var sheet count.Sheet
		if err := o.call(ctx, http.MethodGet, countPath(c.Count, "/sheet"), nil, &sheet); err != nil {
			return err
		}
		if c.JSON {
			return printJSON(t, sheet)
		}
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", sheet.ID, sheet.PlaceName, instant(sheet.Opened), progressOf(t, sheet.Summary))
		for _, l := range sheet.Lines {
			expected := "____"
			if l.Expected != nil {
				expected = t.words.Number(*l.Expected)
			}
			results := make([]string, len(l.Results))
			for i, r := range l.Results {
				results[i] = fmt.Sprintf("%s (%s, %s)", t.words.Number(r.Number), r.HandName, r.Counted.Local().Format("15:04"))
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.Landing, l.Name, expected, t.words.Say("landingstatus."+string(l.Status), nil), strings.Join(results, ", "))
		}
		return w.Flush()
	})
}

func (c *countSheetCommand) printSlips(ctx context.Context, t *terminal, o *official) error {
	var forms struct {
		Slips []count.SlipForm `json:"slips"`
	}
	if err := o.call(ctx, http.MethodGet, countPath(c.Count, "/slip-forms?landing="+url.QueryEscape(c.Landing)), nil, &forms); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, forms)
	}
	for _, f := range forms.Slips {
		cells := make([]string, len(f.Cells))
		for i, cell := range f.Cells {
			cells[i] = cell.Code + " ____"
		}
		fmt.Fprintln(t.out, t.words.Say("cli.count-form", map[string]any{"count": f.Count, "landing": f.Landing, "name": f.Name, "round": f.Round, "counter": f.Counter,
			"cells": strings.Join(cells, "  ")}))
	}
	return nil
}
