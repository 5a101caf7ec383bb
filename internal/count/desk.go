package count

import (
	"context"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Desk is the desk for counts. Every act is refused to officials whose roles do not permit
// it (code "not-permitted") or who serve elsewhere ("other-establishments-official"), is
// atomic, and returns once its entries are on disk.
type Desk struct {
	book  *book.Book
	doors custody.DoorFacts
}

// New returns the desk of a book. doors says which doors opened when, for the questions
// about a count; nil where nothing reports it, and nothing is then asked about doors.
func New(b *book.Book, doors custody.DoorFacts) *Desk { return &Desk{book: b, doors: doors} }

// Opening is a count to be opened.
type Opening struct {
	Kind       custody.CountKind `json:"kind"`
	Place      string            `json:"place" doc:"An establishment or a part of it."`
	Scheduled  time.Time         `json:"scheduled,omitzero" doc:"Which formal count of the schedule it is; without it, called now."`
	Supersedes string            `json:"supersedes,omitempty" doc:"An open count that this one takes the place of; a reason is then needed."`
	Reason     string            `json:"reason,omitempty"`
}

// Open opens a count: what each landing is expected to hold is frozen at that instant.
// Refused with "count-under-way" where another count is open, unless it supersedes that one.
func (d *Desk) Open(ctx context.Context, c book.Command, o Opening) (book.Written, error) {
	return d.book.One(ctx, c, custody.RunCounts, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(o.Place); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().OpenCount(custody.CountOpening{Kind: o.Kind, Scheduled: o.Scheduled, Supersedes: o.Supersedes, Reason: o.Reason}, o.Place, tx.Now())
	})
}

// Result is one counter's slip.
type Result struct {
	Landing   string             `json:"landing"`
	Number    *int               `json:"number,omitempty" doc:"How many were counted; not in a named count."`
	People    []string           `json:"people,omitempty" doc:"In a named count: who was there, by prison number."`
	Strangers []string           `json:"strangers,omitempty" doc:"In a named count: those of whom no number is known, as the counter describes them."`
	Counted   time.Time          `json:"counted,omitzero" doc:"When it was counted; without it, now."`
	Hand      string             `json:"hand,omitempty" doc:"The official who counted; without it, who sends the slip. Only a paper slip may be sent for another."`
	Source    custody.SlipSource `json:"source,omitempty" doc:"typed, handheld or paper; without it, typed."`
	Round     int                `json:"round,omitempty" doc:"From 1; without it, that which was under way when it was counted."`
	Device    string             `json:"device,omitempty"`
	Clock     time.Time          `json:"-"` // what the clock of a handheld said, as its signature vouches
	Address   string             `json:"-"` // that the request came from, as the door saw it
}

// Give records a slip. What was counted is a fact and never refused for being wrong; a slip
// is refused that is malformed, from a landing that is not in the count
// ("landing-not-in-count"), of a hand that has given one already ("same-hand") or knows
// what is expected ("hand-not-blind"), or typed after the count has ended ("count-ended").
func (d *Desk) Give(ctx context.Context, c book.Command, count string, r Result) (book.Written, error) {
	return d.book.One(ctx, c, custody.CountPeople, func(tx *book.Tx) (custody.Entry, error) {
		s := tx.State()
		running := s.Counts.Get(count)
		if running == nil {
			return custody.Entry{}, custody.Unknown("count", count)
		}
		if err := tx.Permit(running.Place); err != nil {
			return custody.Entry{}, err
		}
		slip := custody.Slip{Count: count, Round: r.Round, Hand: r.Hand, People: r.People, Strangers: r.Strangers, Source: r.Source, Device: r.Device,
			Clock: custody.Moment(r.Clock), Address: r.Address}
		if slip.Source == "" {
			slip.Source = custody.TypedSlip
		}
		switch {
		case running.Kind == custody.NamedCount:
			if r.People == nil && r.Strangers == nil {
				return custody.Entry{}, custody.InvalidInput("field-missing", "field", "people")
			}
		case r.Number == nil:
			return custody.Entry{}, custody.InvalidInput("field-missing", "field", "number")
		}
		if r.Number != nil {
			slip.Number = *r.Number
		}
		return s.GiveSlip(r.Landing, slip, tx.By(), tx.At(r.Counted), tx.Now())
	})
}

// CallRecount has one landing counted again.
func (d *Desk) CallRecount(ctx context.Context, c book.Command, count, landing, why string) (book.Written, error) {
	return d.decide(ctx, c, custody.RunCounts, count, func(tx *book.Tx) (custody.Entry, error) {
		return tx.State().CallRecount(count, landing, why)
	})
}

// Sign says that a count is cleared. Refused with "count-not-cleared" while a landing is
// open; the particulars name up to 100 of them.
func (d *Desk) Sign(ctx context.Context, c book.Command, count string) (book.Written, error) {
	return d.decide(ctx, c, custody.SignCounts, count, func(tx *book.Tx) (custody.Entry, error) {
		return tx.State().SignCount(count, tx.Now())
	})
}

// Abandon gives a count up, for a reason. Differences that stand become discrepancies.
func (d *Desk) Abandon(ctx context.Context, c book.Command, count, why string) (book.Written, error) {
	return d.decide(ctx, c, custody.RunCounts, count, func(tx *book.Tx) (custody.Entry, error) {
		return tx.State().AbandonCount(count, why, tx.Now())
	})
}

// Order signs an establishment's settings for counts. What loosens the norm takes a reason
// and is shown beside every result.
func (d *Desk) Order(ctx context.Context, c book.Command, r custody.CountRules) (book.Written, error) {
	return d.book.One(ctx, c, custody.OrderCounts, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(r.Establishment); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().OrderCountRules(r, tx.By())
	})
}

// decide runs an act about one count, by officials of where it is.
func (d *Desk) decide(ctx context.Context, c book.Command, action custody.Action, count string, decide func(*book.Tx) (custody.Entry, error)) (book.Written, error) {
	return d.book.One(ctx, c, action, func(tx *book.Tx) (custody.Entry, error) {
		if running := tx.State().Counts.Get(count); running != nil {
			if err := tx.Permit(running.Place); err != nil {
				return custody.Entry{}, err
			}
		}
		return decide(tx)
	})
}
