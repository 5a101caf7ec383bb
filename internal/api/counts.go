package api

import (
	"context"
	"net"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/custody"
)

// Counts are counts: open ones first, then the newest.
type Counts struct {
	Counts []count.Summary `json:"counts"`
}

// Differences are the differences that stand in a count, with what may explain them.
type Differences struct {
	Landings []custody.LandingSearch `json:"landings"`
}

// Questions are what to ask about the slips of a count. None is a verdict.
type Questions struct {
	Questions  []custody.Question `json:"questions"`
	DoorsKnown bool               `json:"doorsKnown" doc:"Whether doors report when they open; if not, nothing is asked about them."`
}

// SlipForms are slips to be filled in by hand.
type SlipForms struct {
	Slips []count.SlipForm `json:"slips"`
}

// CountSchedule are the formal counts of the last day and the next.
type CountSchedule struct {
	Due   []count.Due          `json:"due"`
	Rules []custody.CountRules `json:"rules" doc:"The settings of each establishment."`
}

type countsQuery struct {
	Establishment string `query:"establishment" maxLength:"60"`
	Open          bool   `query:"open" doc:"Only those that are open."`
	Limit         int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"Of those that have ended."`
}

type slipsQuery struct {
	Landing string `query:"landing" maxLength:"60"`
}

type recountCall struct {
	Landing string `json:"landing"`
	Reason  string `json:"reason"`
}

// counts registers counts (roll checks). Everybody who is signed in sees that a count is
// open and how far it has come; what it expects, and the slips of others, only those who
// may see counts, until a landing has cleared.
func (d *door) counts() {
	read(d, "/counts", "Counts, open ones first", "", func(_ context.Context, _ *asker, q *countsQuery) (Counts, error) {
		return Counts{d.Count.List(q.Establishment, q.Open, q.Limit, d.Clock())}, nil
	})
	command(d, "/counts", "Open a count", func(ctx context.Context, c book.Command, _ string, in *count.Opening) (book.Written, error) {
		return d.Count.Open(ctx, c, *in)
	})
	read(d, "/counts/{id}", "A count, as the official who asks may see it", "", func(_ context.Context, who *asker, _ *nothing) (count.CountView, error) {
		return d.Count.View(who.subject, who.official.Name, d.Clock())
	})
	commandOf(d, "/counts/{id}/slips", "State what one counter found on one landing", largeBody, func(ctx context.Context, c book.Command, id string, in *count.Result) (book.Written, error) {
		slip := *in
		slip.Address = hostOf(asking(ctx).address)
		if sent := asking(ctx).shipment; sent != nil {
			slip.Device, slip.Clock = sent.Device, sent.clock
		}
		return d.Count.Give(ctx, c, id, slip)
	})
	command(d, "/counts/{id}/recounts", "Have a landing counted again", func(ctx context.Context, c book.Command, id string, in *recountCall) (book.Written, error) {
		return d.Count.CallRecount(ctx, c, id, in.Landing, in.Reason)
	})
	command(d, "/counts/{id}/signature", "Sign that a count is cleared", func(ctx context.Context, c book.Command, id string, _ *nothing) (book.Written, error) {
		return d.Count.Sign(ctx, c, id)
	})
	command(d, "/counts/{id}/abandonment", "Give a count up, for a reason", func(ctx context.Context, c book.Command, id string, in *reason) (book.Written, error) {
		return d.Count.Abandon(ctx, c, id, in.Reason)
	})
	read(d, "/counts/{id}/differences", "The search for each difference that stands", "", func(_ context.Context, who *asker, _ *nothing) (Differences, error) {
		list, err := d.Count.Differences(who.subject, who.official.Name, d.Clock())
		return Differences{list}, err
	})
	read(d, "/counts/{id}/questions", "What to ask about the slips; no verdicts", "", func(_ context.Context, who *asker, _ *nothing) (Questions, error) {
		list, doors, err := d.Count.Questions(who.subject, who.official.Name)
		return Questions{list, doors}, err
	})
	read(d, "/counts/{id}/sheet", "The sheet of a count, for printing", "", func(_ context.Context, who *asker, _ *nothing) (count.Sheet, error) {
		return d.Count.Sheet(who.subject, who.official.Name, d.Clock())
	})
	read(d, "/counts/{id}/slip-forms", "The slips that a count waits for, for printing", "", func(_ context.Context, who *asker, q *slipsQuery) (SlipForms, error) {
		forms, err := d.Count.Slips(who.subject, q.Landing)
		return SlipForms{forms}, err
	})
	read(d, "/count-schedule", "Which formal counts are due, and the settings of counts", "", func(context.Context, *asker, *nothing) (CountSchedule, error) {
		return CountSchedule{d.Count.Schedule(d.Clock()), d.Count.Rules()}, nil
	})
	command(d, "/count-schedule", "Sign an establishment's settings of counts", func(ctx context.Context, c book.Command, _ string, in *custody.CountRules) (book.Written, error) {
		return d.Count.Order(ctx, c, *in)
	})
}

// hostOf is the machine of an address.
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}

// sighted refuses lists of people by place to an officer of the landings while these are
// counted.
func (d *door) sighted(who *asker) (err error) {
	d.Book.Read(func(s *custody.State) { err = s.Sighted(who.official.Name) })
	return err
}
