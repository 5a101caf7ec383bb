package api

import (
	"context"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
)

type moves struct {
	Moves []roll.Step `json:"moves" maxItems:"5000"`
}

type release struct {
	Destination string    `json:"destination,omitempty"`
	Happened    time.Time `json:"happened,omitzero"`
}

type outing struct {
	Destination string    `json:"destination"`
	Escort      string    `json:"escort" maxLength:"300"`
	Reason      string    `json:"reason,omitempty" maxLength:"500"`
	DueBack     time.Time `json:"dueBack,omitzero"`
	Happened    time.Time `json:"happened,omitzero"`
}

type sighting struct {
	Place    string    `json:"place"`
	Happened time.Time `json:"happened,omitzero"`
}

type death struct {
	Circumstances string    `json:"circumstances,omitempty" maxLength:"2000"`
	Cause         string    `json:"cause,omitempty" maxLength:"500"`
	Remains       string    `json:"remains,omitempty" maxLength:"500"`
	Happened      time.Time `json:"happened,omitzero"`
}

type escape struct {
	Note     string    `json:"note,omitempty" maxLength:"1000"`
	Happened time.Time `json:"happened,omitzero"`
}

// movements registers what moves people within, out of and back into an establishment.
func (d *door) movements() {
	commandOf(d, "/moves", "Move people within their establishment, all or none", largeBody, func(ctx context.Context, c book.Command, _ string, in *moves) (book.Written, error) {
		return d.Roll.Move(ctx, c, in.Moves...)
	})
	command(d, "/people/{number}/release", "Let a person go", func(ctx context.Context, c book.Command, number string, in *release) (book.Written, error) {
		return d.Roll.Release(ctx, c, number, in.Destination, in.Happened)
	})
	command(d, "/people/{number}/outings", "Send a person to a court or hospital", func(ctx context.Context, c book.Command, number string, in *outing) (book.Written, error) {
		o := custody.Outing{Destination: in.Destination, Escort: in.Escort, Reason: in.Reason, DueBack: in.DueBack}
		return d.Roll.GoOut(ctx, c, number, o, in.Happened)
	})
	command(d, "/people/{number}/returns", "State that a person is back", func(ctx context.Context, c book.Command, number string, in *sighting) (book.Written, error) {
		return d.Roll.Return(ctx, c, number, in.Place, in.Happened)
	})
	command(d, "/people/{number}/sightings", "State where a person was found", func(ctx context.Context, c book.Command, number string, in *sighting) (book.Written, error) {
		return d.Roll.Found(ctx, c, number, in.Place, in.Happened)
	})
	command(d, "/people/{number}/death", "State a death", func(ctx context.Context, c book.Command, number string, in *death) (book.Written, error) {
		return d.Roll.Die(ctx, c, number, custody.Death{Circumstances: in.Circumstances, Cause: in.Cause, Remains: in.Remains}, in.Happened)
	})
	command(d, "/people/{number}/escape", "State an escape", func(ctx context.Context, c book.Command, number string, in *escape) (book.Written, error) {
		return d.Roll.Escape(ctx, c, number, in.Note, in.Happened)
	})
}
