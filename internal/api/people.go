package api

import (
	"context"
	"encoding/json"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
)

// People are those in custody, by prison number, or those whom a search found.
type People struct {
	People  []roll.Resident `json:"people,omitzero" doc:"Of a list."`
	Total   *int            `json:"total,omitempty" doc:"Of a list: how many there are in all."`
	Matches []roll.Match    `json:"matches,omitzero" doc:"Of a search, the best first."`
}

// Chain is a person's chain of custody, newest first.
type Chain struct {
	Entries []json.RawMessage `json:"entries" doc:"As sealed."`
	Next    *int64            `json:"next,omitempty" doc:"Value of before for the entries that come before these."`
}

type peopleQuery struct {
	Q     string `query:"q" maxLength:"200" doc:"A name, forgiving accents, order and one wrong letter, or a prison number."`
	Under string `query:"under" maxLength:"60" doc:"An establishment: who is on its roll. Another place: who is in it, or in a place inside it."`
	After string `query:"after" maxLength:"20" doc:"Those whose prison number comes after this one."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type lookQuery struct {
	Why string `query:"why" maxLength:"300" doc:"Why the record is looked at; it is kept with the look."`
}

type chainQuery struct {
	Before int64  `query:"before" default:"-1" doc:"Entries from this one back; without it, from the newest."`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Why    string `query:"why" maxLength:"300"`
}

type arrival struct {
	Number        string              `json:"number,omitempty" doc:"Of a person who was in custody before."`
	Place         string              `json:"place"`
	Happened      time.Time           `json:"happened,omitzero"`
	WithoutPapers bool                `json:"withoutPapers,omitempty" doc:"States the fact that there is no live authority."`
	Person        *custody.Person     `json:"person,omitempty"`
	Authorities   []custody.Authority `json:"authorities,omitempty"`
	Injuries      string              `json:"injuries,omitempty"`
	Complaints    string              `json:"complaints,omitempty"`
	Property      string              `json:"property,omitempty"`
	Children      string              `json:"children,omitempty"`
	Health        string              `json:"health,omitempty"`
}

func (a *arrival) admission() custody.Admission {
	return custody.Admission{Person: a.Person, Authorities: a.Authorities, Injuries: a.Injuries, Complaints: a.Complaints,
		Property: a.Property, Children: a.Children, Health: a.Health}
}

type admissions struct {
	Arrivals []arrival `json:"arrivals" maxItems:"5000"`
}

type likeness struct {
	Body struct {
		Person custody.Person `json:"person"`
	}
}

type correction struct {
	Person   custody.Person `json:"person"`
	Corrects int64          `json:"corrects" required:"true" doc:"Number of the entry that is corrected."`
}

type givenAuthority struct {
	Authority custody.Authority `json:"authority"`
}

type paperEnd struct {
	Authority string    `json:"authority"`
	Reason    string    `json:"reason"`
	Happened  time.Time `json:"happened,omitzero"`
}

type releaseOrder struct {
	Issuer   string   `json:"issuer"`
	Case     string   `json:"case"`
	Cites    []string `json:"cites" maxItems:"100" doc:"The authorities that the order ends."`
	Document string   `json:"document,omitempty"`
}

// people registers identity, admission, papers, and the record of a person.
func (d *door) people() {
	read(d, "/people", "Search for people, or list those in custody", custody.ReadRecords, func(ctx context.Context, who *asker, q *peopleQuery) (People, error) {
		if q.Q != "" {
			matches, err := d.Roll.SeenBy(who.official.Name).Search(ctx, q.Q, q.Limit)
			return People{Matches: matches}, err
		}
		if err := d.sighted(who); err != nil {
			return People{}, err
		}
		list, total, err := d.Roll.SeenBy(who.official.Name).People(q.Under, q.After, q.Limit)
		return People{People: list, Total: &total}, err
	})
	handle(d, operation{method: "POST", path: "/people/duplicates", summary: "People in the register who are likely the same"},
		func(ctx context.Context, who *asker, in *likeness) (*answer[People], error) {
			if err := d.may(who, custody.ReadRecords); err != nil {
				return nil, err
			}
			matches, err := d.Roll.SeenBy(who.official.Name).Duplicates(ctx, in.Body.Person)
			return &answer[People]{People{Matches: matches}}, err
		})
	read(d, "/people/{number}", "A person's record; looking is recorded", custody.ReadRecords, func(ctx context.Context, who *asker, q *lookQuery) (roll.Record, error) {
		number, err := d.look(ctx, who, who.subject, q.Why)
		if err != nil {
			return roll.Record{}, err
		}
		return d.Roll.SeenBy(who.official.Name).Record(number, d.Clock())
	})
	read(d, "/people/{number}/chain", "A person's chain of custody; looking is recorded", custody.ReadRecords, func(ctx context.Context, who *asker, q *chainQuery) (Chain, error) {
		number, err := d.look(ctx, who, who.subject, q.Why)
		if err != nil {
			return Chain{}, err
		}
		stored, err := d.Roll.Chain(ctx, number, q.Before, q.Limit)
		return chainOf(stored, q.Limit), err
	})

	commandOf(d, "/admissions", "Admit people, all or none", largeBody, func(ctx context.Context, c book.Command, _ string, in *admissions) (book.Written, error) {
		arrivals := make([]roll.Arrival, len(in.Arrivals))
		for i := range in.Arrivals {
			a := &in.Arrivals[i]
			arrivals[i] = roll.Arrival{Number: a.Number, Place: a.Place, Happened: a.Happened, WithoutPapers: a.WithoutPapers, Admission: a.admission()}
		}
		return d.Roll.Admit(ctx, c, arrivals...)
	})
	command(d, "/people/{number}/corrections", "Correct an identity", func(ctx context.Context, c book.Command, number string, in *correction) (book.Written, error) {
		in.Person.Number = number
		return d.Roll.CorrectPerson(ctx, c, in.Person, in.Corrects)
	})
	command(d, "/people/{number}/authorities", "Record a paper on which a person is held", func(ctx context.Context, c book.Command, number string, in *givenAuthority) (book.Written, error) {
		return d.Roll.GiveAuthority(ctx, c, number, in.Authority)
	})
	command(d, "/people/authorities/end", "Record that a paper is live no longer", d.endPaper)
	command(d, "/people/{number}/release-orders", "Record an order to release", func(ctx context.Context, c book.Command, number string, in *releaseOrder) (book.Written, error) {
		return d.Roll.OrderRelease(ctx, c, custody.ReleaseOrder{Person: number, Issuer: in.Issuer, Case: in.Case, Cites: in.Cites, Document: in.Document})
	})
}

func (d *door) endPaper(ctx context.Context, c book.Command, _ string, in *paperEnd) (book.Written, error) {
	return d.Roll.EndAuthority(ctx, c, in.Authority, in.Reason, in.Happened)
}

// look records that a person's record was looked at, and returns the number in its plain
// form. Nothing of the record may be shown before.
func (d *door) look(ctx context.Context, who *asker, number, why string) (string, error) {
	number, err := custody.ParsePrisonNumber(number)
	if err != nil {
		return "", err
	}
	_, err = d.Roll.Look(ctx, who.command(), number, why)
	return number, err
}

func chainOf(stored []book.Stored, limit int) Chain {
	chain := Chain{Entries: make([]json.RawMessage, len(stored))}
	for i, s := range stored {
		chain.Entries[i] = s.Body
	}
	if n := len(stored); n == limit {
		chain.Next = previousOf(stored[n-1])
	}
	return chain
}

// previousOf is the entry before one in its chain, if there is any.
func previousOf(s book.Stored) *int64 {
	e, err := custody.DecodeEntry(s.Body)
	if err != nil {
		return nil // what is sealed is shown as it is; verification says what is wrong with it
	}
	return e.Previous
}
