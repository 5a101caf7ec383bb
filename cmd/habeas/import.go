package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
)

type importCommand struct {
	Places     importFileCommand `cmd:""`
	People     importFileCommand `cmd:""`
	Quarantine quarantineCommand `cmd:""`
}

type importFileCommand struct {
	store
	File  string `arg:"" type:"existingfile"`
	Apply bool
	Into  string `placeholder:"PLACE"`
	By    string `placeholder:"NAME"`
	JSON  bool   `name:"json"`
	kind  roll.ImportKind
}

// BeforeApply learns from the command line what is imported.
func (c *importCommand) BeforeApply() error {
	c.Places.kind, c.People.kind = roll.Places, roll.People
	return nil
}

// Run imports a file; exit 1 when a row was refused.
func (c *importFileCommand) Run(ctx context.Context, t *terminal) (err error) {
	s, err := openService(ctx, c.config())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.book.Close()) }()
	command := console
	if c.By != "" {
		if _, _, err := s.access.SignIn(ctx, c.By, nextLine(bufio.NewScanner(t.in)), "console"); err != nil {
			return err
		}
		command = book.Command{By: c.By}
	}
	into := c.Into
	if into == "" && c.kind == roll.People {
		into = onlyReception(s)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	report, err := s.roll.Import(ctx, command, roll.Import{Kind: c.kind, Name: filepath.Base(c.File), File: f, Into: into, Apply: c.Apply}, t.clock())
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(t, report)
	} else {
		err = printImport(t, report)
	}
	if err == nil && report.Quarantined > 0 {
		err = errFound
	}
	return err
}

// onlyReception is the reception of the service, when it has just one.
func onlyReception(s *service) string {
	found := ""
	s.book.Read(func(state *custody.State) {
		for p := range state.Places.All() {
			if p.Kind != custody.Reception {
				continue
			}
			if found != "" {
				found = "?"
			} else {
				found = p.Code
			}
		}
	})
	return strings.TrimSuffix(found, "?")
}

func printImport(t *terminal, r roll.ImportReport) error {
	for _, row := range r.Rows {
		fmt.Fprintln(t.out, t.words.Say("cli.import-row", map[string]any{"line": row.Line, "problem": problems(t)(row.Findings)}))
	}
	for _, row := range r.Likely {
		for _, same := range row.Same {
			id, p := "cli.import-likely", map[string]any{"line": row.Line, "name": row.Name, "number": same.Number, "other": same.Name}
			if same.Number == "" {
				id, p["number"] = "cli.import-likely-row", same.Line
			}
			fmt.Fprintln(t.out, t.words.Say(id, p))
		}
	}
	if len(r.Unknown) > 0 {
		fmt.Fprintln(t.out, t.words.Say("cli.import-unknown", map[string]any{"columns": strings.Join(r.Unknown, ", ")}))
	}
	number := t.words.Number
	fmt.Fprintln(t.out, t.words.Say("cli.import-counts", map[string]any{"read": number(r.Read), "taken": number(r.Taken), "quarantined": number(r.Quarantined), "blank": number(r.Blank)}))
	switch {
	case r.Before:
		fmt.Fprintln(t.out, t.words.Say("cli.import-before", nil))
	case !r.Applied:
		fmt.Fprintln(t.out, t.words.Say("cli.import-dry", nil))
	}
	return nil
}

// problems says findings in words: what is wrong, in which column, and what would mend it.
func problems(t *terminal) func([]roll.ImportFinding) string {
	return func(findings []roll.ImportFinding) string {
		said := make([]string, len(findings))
		for i, f := range findings {
			p := map[string]any{"column": f.Column, "value": f.Value}
			for k, v := range f.Params {
				p[k] = v
			}
			switch {
			case t.words.Has("finding." + f.Code):
				said[i] = t.words.Say("finding."+f.Code, p)
			default:
				said[i] = t.words.Say("refusal."+f.Code, p) + " " + t.words.Say("mend."+f.Code, p)
			}
			if f.Column != "" {
				said[i] = f.Column + ": " + said[i]
			}
		}
		return strings.Join(said, " ")
	}
}

type quarantineCommand struct {
	store
	Kind string `enum:"people,places" default:"people"`
	Out  string `type:"path" placeholder:"FILE"`
}

// Run writes the waiting rows.
func (c *quarantineCommand) Run(ctx context.Context, t *terminal) (err error) {
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
	out := t.out
	if c.Out != "" {
		f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		out = f
	}
	_, err = desk.WriteQuarantine(ctx, out, roll.ImportKind(c.Kind), problems(t))
	return err
}
