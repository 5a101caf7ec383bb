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
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/transfer"
)

type manifestCommand struct {
	store
	Transfer string `arg:""`
	File     string `type:"existingfile" xor:"source" placeholder:"FILE"`
	Query    string `xor:"source" placeholder:"QUERY"`
	Apply    bool   `env:"HABEAS_MANIFEST_APPLY"` // of every row or none
	By       string `placeholder:"NAME"`
	JSON     bool   `name:"json"`
}

// Run lists people on a drafted transfer, from a file or a query; exit 1 when a row was
// refused, and then nobody is listed.
func (c *manifestCommand) Run(ctx context.Context, t *terminal) (err error) {
	if c.File == "" && c.Query == "" {
		return faulty("manifest-of-what")
	}
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
	if c.Query != "" {
		return c.query(ctx, t, s, command)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	report, err := s.transfer.LoadFile(ctx, command, c.Transfer, transfer.File{Name: filepath.Base(c.File), Body: f, Apply: c.Apply}, t.clock())
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(t, report)
	} else {
		printRows(t, report.Rows)
		if len(report.Unknown) > 0 {
			fmt.Fprintln(t.out, t.words.Say("cli.import-unknown", map[string]any{"columns": strings.Join(report.Unknown, ", ")}))
		}
		printLoading(t, &report)
	}
	if err == nil && report.Refused > 0 {
		err = errFound
	}
	return err
}

func (c *manifestCommand) query(ctx context.Context, t *terminal, s *service, command book.Command) error {
	q, err := transfer.ParseQuery(c.Query)
	if err != nil {
		return err
	}
	report, err := s.transfer.LoadQuery(ctx, command, c.Transfer, q, "", c.Apply, t.clock())
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, report)
	}
	for _, p := range report.People {
		fmt.Fprintf(t.out, "%s  %s  %s\n", p.Number, p.Name, p.Place)
	}
	printRows(t, report.Left)
	number := t.words.Number
	fmt.Fprintln(t.out, t.words.Say("cli.manifest-picked", map[string]any{"query": report.Source, "matched": number(report.Matched), "beyond": number(report.Beyond), "left": number(len(report.Left))}))
	printLoading(t, &report.Loading)
	return nil
}

func printRows(t *terminal, rows []transfer.Row) {
	for _, row := range rows {
		findings := make([]roll.ImportFinding, len(row.Findings))
		for i, f := range row.Findings {
			findings[i] = roll.ImportFinding(f)
		}
		fmt.Fprintln(t.out, t.words.Say("cli.import-row", map[string]any{"line": row.Line, "problem": problems(t)(findings)}))
	}
}

func printLoading(t *terminal, r *transfer.Loading) {
	number := t.words.Number
	fmt.Fprintln(t.out, t.words.Say("cli.manifest-counts", map[string]any{"read": number(r.Read), "listed": number(r.Listed), "twice": number(r.Twice),
		"refused": number(r.Refused), "blank": number(r.Blank)}))
	switch {
	case r.Before:
		fmt.Fprintln(t.out, t.words.Say("cli.manifest-before", nil))
	case r.Refused > 0:
		fmt.Fprintln(t.out, t.words.Say("cli.manifest-refused", nil))
	case !r.Applied:
		fmt.Fprintln(t.out, t.words.Say("cli.manifest-dry", nil))
	}
}
