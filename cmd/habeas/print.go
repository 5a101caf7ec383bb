package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/sheet"
)

// printCommand prints a document into a file. KIND is the name of its address in the API.
type printCommand struct {
	asOfficial
	Kind     string `arg:"" enum:"manifest,escort-records,escort-record,handover,roll-sheet,paper-roll,count-sheet,count-slips,wristband,wristbands,place-wristbands,door-labels,receipt,custody-receipt,paper-form"`
	Of       string `arg:"" optional:""`
	Entry    int64  `default:"-1"`
	Vehicle  string `placeholder:"CODE"`
	Landing  string `placeholder:"CODE"`
	Sheets   int    `placeholder:"N"`
	Language string `enum:",es,en" default:""`
	Size     string `enum:"a4,letter" default:"a4"`
	Out      string `type:"path" placeholder:"FILE"`
}

// Run prints. The roll on paper of an establishment is first recorded as printed; with --entry one that was is made again.
func (c *printCommand) Run(ctx context.Context, t *terminal) error {
	return c.at(ctx, t, func(o *official) error {
		of := c.Of
		if c.Kind == "paper-roll" {
			if (of == "") == (c.Entry < 0) {
				return faulty("paper-roll-of-what")
			}
			if of != "" {
				var recorded struct {
					ID string `json:"id"`
				}
				if err := o.call(ctx, http.MethodPost, "/paper-rolls", map[string]string{"establishment": of}, &recorded); err != nil {
					return err
				}
				of = recorded.ID
			} else {
				of = strconv.FormatInt(c.Entry, 10)
			}
		}
		if of == "" {
			return faulty("print-of-what")
		}
		content, err := o.ask(ctx, http.MethodGet, "/documents/"+c.Kind+"/"+url.PathEscape(of)+"?"+c.query().Encode(), nil)
		if err != nil {
			return err
		}
		if c.Out == "" {
			_, err := t.out.Write(content)
			return err
		}
		if err := os.WriteFile(c.Out, content, 0o600); err != nil {
			return fmt.Errorf("write the document: %w", err)
		}
		if c.JSON {
			return printJSON(t, map[string]any{"file": c.Out, "bytes": len(content), "of": of})
		}
		_, err = fmt.Fprintln(t.out, t.words.Say("cli.printed", map[string]any{"kind": c.Kind, "of": of, "file": filepath.Base(c.Out), "bytes": t.words.Number(len(content))}))
		return err
	})
}

// query is how the document is wanted; what was not said is left to the API.
func (c *printCommand) query() url.Values {
	q := url.Values{"size": {c.Size}}
	for name, value := range map[string]string{"language": c.Language, "vehicle": c.Vehicle, "landing": c.Landing} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if c.Sheets > 0 {
		q.Set("sheets", strconv.Itoa(c.Sheets))
	}
	return q
}

// enterFormCommand enters a form on paper that somebody typed into a table, one row a line.
type enterFormCommand struct {
	asOfficial
	Form string `arg:""`
	File string `arg:"" type:"existingfile"`
	Hand string `env:"HABEAS_FORM_HAND" required:"" placeholder:"NAME"`
}

// formLimits bound a table of at most 200 lines.
var formLimits = sheet.Limits{Bytes: 4 << 20, Rows: 2_000, Cells: 100_000, CellRunes: 2_000}

// formColumns are the columns of the form, as it heads them and as people shorten them.
func formColumns() []sheet.Column {
	return []sheet.Column{
		{Name: "line", Kind: sheet.Integer, Required: true, Headings: []string{"línea", "fila", "n", "nº", "no."}},
		{Name: "what", Kind: sheet.Choice, Required: true, Headings: []string{"qué", "qué pasó", "hecho", "what happened"}, Choices: map[string][]string{
			string(custody.WasFound): {"encontrado", "movido", "e", "moved", "f"}, string(custody.WasReturned): {"regresó", "volvió", "r"}, string(custody.HasArrived): {"llegó", "l", "a"},
			string(custody.HasDied): {"murió", "m", "d"}, string(custody.HasEscaped): {"fugado", "se fugó", "x"}}},
		{Name: "person", MaxRunes: 40, Headings: []string{"persona", "número", "quién", "number", "prison number"}},
		{Name: "place", MaxRunes: 60, Headings: []string{"lugar", "dónde", "celda", "where", "cell"}},
		{Name: "happened", Kind: sheet.Time, Zone: time.Local, Required: true, Headings: []string{"cuándo", "día y hora", "fecha y hora", "when"}},
		{Name: "note", MaxRunes: 1000, Headings: []string{"nota", "observación"}},
		{Name: "family names", MaxRunes: 200, Headings: []string{"apellidos", "surnames"}},
		{Name: "given names", MaxRunes: 200, Headings: []string{"nombres", "nombre", "forenames"}},
		{Name: "sex", Kind: sheet.Choice, Headings: []string{"sexo"}, Choices: map[string][]string{"M": {"hombre", "man"}, "F": {"mujer", "woman"}, "X": {"otro", "other"}}},
	}
}

// Run reads the table and enters all of it or nothing.
func (c *enterFormCommand) Run(ctx context.Context, t *terminal) error {
	lines, err := c.read()
	if err != nil {
		return err
	}
	body := map[string]any{"hand": c.Hand, "lines": lines}
	return c.order(ctx, t, "/paper-forms/"+url.PathEscape(c.Form), body, func(string) string {
		return t.words.Plural("cli.form-entered", len(lines), map[string]any{"form": c.Form})
	})
}

func (c *enterFormCommand) read() (lines []custody.PaperFact, err error) {
	f, err := os.Open(c.File)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	table, err := sheet.Read(f, filepath.Base(c.File), formColumns(), formLimits)
	if err != nil {
		return nil, err
	}
	for _, row := range table.Rows {
		if len(row.Findings) > 0 {
			return nil, faulty("form-row", "line", strconv.Itoa(row.Line), "column", row.Findings[0].Column, "value", row.Findings[0].Value)
		}
		at, _ := row.Time("happened")
		number, _ := row.Integer("line")
		what, _ := row.Choice("what")
		sex, _ := row.Choice("sex")
		lines = append(lines, custody.PaperFact{Line: int(number), What: custody.Happening(what), Person: row.Text("person"), Place: row.Text("place"), Happened: at, Note: row.Text("note"),
			FamilyNames: row.Text("family names"), GivenNames: row.Text("given names"), Sex: sex})
	}
	return lines, nil
}
