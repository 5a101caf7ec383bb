package main

import (
	"context"
	"encoding/json"
	"fmt"

	"habeas.example/habeas/internal/book"
)

type verifyCommand struct {
	store
	JSON bool `name:"json"`
}

// Run verifies the book: exit 1 when anything differs, which is then named, and exit 2 when
// the book could not be looked at.
func (c *verifyCommand) Run(ctx context.Context, t *terminal) error {
	report, err := book.Verify(ctx, c.config())
	if err != nil {
		if _, e := fmt.Fprintln(t.err, t.words.Say("cli.verify-not-looked", nil)); e != nil {
			return e
		}
		return err
	}
	if c.JSON {
		if err := printJSON(t, report); err != nil {
			return err
		}
	} else if err := printReport(t, report); err != nil {
		return err
	}
	if len(report.Problems) > 0 {
		return errFound
	}
	return nil
}

func printReport(t *terminal, r book.Report) error {
	id := "cli.verified"
	if len(r.Problems) > 0 {
		id = "cli.verify-problems"
	}
	_, err := fmt.Fprintln(t.out, t.words.Say(id, map[string]any{"entries": t.words.Number(int(r.Entries)), "root": r.Root, "problems": len(r.Problems)}))
	for _, p := range r.Problems {
		fmt.Fprintln(t.out, "  - "+t.words.SayRefused("verification."+p.Code, p.Params))
	}
	return err
}

func printJSON(t *terminal, v any) error {
	encoder := json.NewEncoder(t.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
