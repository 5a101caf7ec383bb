package api

import (
	"context"
	"fmt"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/paper"
)

type paperRoll struct {
	Establishment string `json:"establishment" doc:"Code of the establishment, all of it."`
}

type filledForm struct {
	Hand  string              `json:"hand" doc:"Who wrote the form, by name."`
	Lines []custody.PaperFact `json:"lines" maxItems:"200" doc:"What happened is found (in a place, or moved there), returned, arrived, died or escaped."`
}

// forms registers what is done on paper while there is no system, and entered afterwards.
func (d *door) forms() {
	command(d, "/paper-rolls", "Record that the roll of an establishment is printed for when all power is gone", func(ctx context.Context, c book.Command, _ string, in *paperRoll) (book.Written, error) {
		return d.Roll.PrintRoll(ctx, c, in.Establishment, d.Clock())
	})
	command(d, "/paper-forms/{form}", "Enter what was written on a form on paper, every line or none", func(ctx context.Context, c book.Command, form string, in *filledForm) (book.Written, error) {
		return d.Roll.EnterForm(ctx, c, form, in.Hand, in.Lines)
	})
}

// formCode is how much of an establishment's code stands in the number of a form.
const formCode = 30

// printForms prints empty forms. Each has a number of its own: the establishment, when it was printed, and which it is.
func (d *door) printForms(_ context.Context, who *asker, q *formDocument) ([]byte, error) {
	p, err := d.placeOf(who.subject)
	if err != nil {
		return nil, err
	}
	if p.Kind != custody.Establishment {
		return nil, custody.Unknown("establishment", who.subject)
	}
	s := d.setting(who, q, p.Code)
	forms := make([]paper.Form, q.Sheets)
	for i := range forms {
		number := fmt.Sprintf("%s-%s-%d", p.Code[:min(len(p.Code), formCode)], s.At.In(s.Zone).Format("060102-150405"), i+1)
		forms[i] = paper.Form{Number: number, Establishment: paper.Place{Code: p.Code, Name: p.Name}}
	}
	return paper.PrintForms(s, forms)
}
