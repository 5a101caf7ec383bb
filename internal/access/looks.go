package access

import (
	"context"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Look is one look at a person's record.
type Look struct {
	Entry    int64     `json:"entry"`
	Official string    `json:"official"`
	Name     string    `json:"name"` // full name
	At       time.Time `json:"at"`
	Why      string    `json:"why,omitempty"`
	Glass    string    `json:"glass,omitempty"` // through which broken glass
}

// Looks is who looked at a person's record, newest first.
type Looks struct {
	Person string `json:"person"`
	Looks  []Look `json:"looks"`
	Before int64  `json:"before,omitempty"` // where the list goes on; 0: it is whole
}

const (
	looksChunk   = 500
	looksScanned = 20_000 // entries of one chain that one request may look through
)

// WhoLooked lists who looked at a person's record: at most limit looks from before an
// entry, or from the newest when before is not positive. That it was asked is recorded
// first, as a look. Refusals: "not-permitted", "unknown-person".
func (d *Desk) WhoLooked(ctx context.Context, c book.Command, person string, before int64, limit int) (Looks, error) {
	number, err := custody.ParsePrisonNumber(person)
	if err != nil {
		return Looks{}, err
	}
	if _, err = d.book.One(ctx, c, custody.ReadLooks, func(tx *book.Tx) (custody.Entry, error) {
		if !tx.State().Sees(tx.By(), number) {
			return custody.Entry{}, custody.Unknown("person", number)
		}
		if err := tx.Permit(tx.State().SeenAt(tx.By(), number)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Look(number, "who looked")
	}); err != nil {
		return Looks{}, err
	}
	found := Looks{Person: number, Looks: []Look{}}
	from := int64(-1)
	if before > 0 {
		from = before
	}
	for scanned := 0; scanned < looksScanned; {
		chain, err := d.book.Chain(ctx, number, from, looksChunk)
		if err != nil {
			return Looks{}, err
		}
		for _, stored := range chain {
			scanned++
			e, err := custody.DecodeEntry(stored.Body)
			if err != nil {
				return Looks{}, err
			}
			if e.Kind == custody.RecordRead {
				if len(found.Looks) == limit {
					found.Before = e.Number
					d.nameLooks(&found)
					return found, nil
				}
				found.Looks = append(found.Looks, Look{Entry: e.Number, Official: e.By, At: e.Happened, Why: e.Note, Glass: e.Glass})
			}
			if e.Previous == nil {
				d.nameLooks(&found)
				return found, nil
			}
			from = *e.Previous
		}
		if len(chain) == 0 {
			break
		}
	}
	found.Before = max(from, 0)
	d.nameLooks(&found)
	return found, nil
}

func (d *Desk) nameLooks(found *Looks) {
	d.book.Read(func(s *custody.State) {
		for i := range found.Looks {
			if o := s.Officials.Get(found.Looks[i].Official); o != nil {
				found.Looks[i].Name = o.FullName
			}
		}
	})
}
