package roll

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// printedKept is how many printed rolls are kept at hand, so that a roll is not made a second time from the book right after
// its printing was recorded.
const printedKept = 4

// printed keeps the rolls that were printed last, by the entry that says so.
type printed struct {
	sync.Mutex
	order  []int64
	sheets map[int64]Sheet
}

func (p *printed) put(entry int64, s Sheet) {
	p.Lock()
	defer p.Unlock()
	if p.sheets == nil {
		p.sheets = map[int64]Sheet{}
	}
	p.sheets[entry] = s
	if p.order = append(p.order, entry); len(p.order) > printedKept {
		delete(p.sheets, p.order[0])
		p.order = p.order[1:]
	}
}

func (p *printed) get(entry int64) (Sheet, bool) {
	p.Lock()
	defer p.Unlock()
	s, ok := p.sheets[entry]
	return s, ok
}

// PrintRoll records that the roll of a whole establishment is printed for when all power is gone, with its fingerprint. Then
// PrintedRoll returns what is to be printed. It is a look at everybody on it, and permitted to whoever may read the records
// of the establishment.
func (d *Desk) PrintRoll(ctx context.Context, c book.Command, establishment string, now time.Time) (book.Written, error) {
	desk := d
	if !c.Console {
		desk = d.SeenBy(c.By)
	}
	sheet, err := desk.Sheet(establishment, now)
	if err != nil {
		return book.Written{}, err
	}
	w, err := d.book.One(ctx, c, custody.ReadRecords, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(establishment); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().PrintRoll(custody.RollPrint{Establishment: establishment, AsOf: sheet.Entry, At: sheet.At, People: sheet.People(), Digest: sheet.Digest()})
	})
	if err != nil || w.Replayed {
		return w, err
	}
	for _, e := range w.Entries {
		if e.Kind == custody.RollPrinted {
			d.printed.put(e.Number, sheet)
		}
	}
	return w, nil
}

// PrintedRoll returns the roll whose printing an entry records: the same again, made from the book as it was, however long
// ago. Refusals: "unknown-roll-print"; "roll-print-differs" when the book no longer gives the roll whose fingerprint was
// recorded.
func (d *Desk) PrintedRoll(ctx context.Context, entry int64) (Sheet, custody.RollPrint, error) {
	unknown := custody.Unknown("roll-print", strconv.FormatInt(entry, 10))
	stored, err := d.book.Entry(ctx, entry)
	if errors.Is(err, book.ErrNotFound) {
		return Sheet{}, custody.RollPrint{}, unknown
	}
	if err != nil {
		return Sheet{}, custody.RollPrint{}, err
	}
	e, err := custody.DecodeEntry(stored.Body)
	if err != nil {
		return Sheet{}, custody.RollPrint{}, err
	}
	of, is := e.Detail.(*custody.RollPrint)
	if !is {
		return Sheet{}, custody.RollPrint{}, unknown
	}
	if d.by != "" {
		d.book.Read(func(s *custody.State) {
			if err = s.May(d.by, custody.ReadRecords, of.Establishment); err == nil {
				err = s.Sighted(d.by)
			}
		})
		if err != nil {
			return Sheet{}, custody.RollPrint{}, err
		}
	}
	sheet, kept := d.printed.get(entry)
	if !kept {
		if sheet, err = d.rollAfter(ctx, of); err != nil {
			return Sheet{}, custody.RollPrint{}, err
		}
	}
	if sheet.Digest() != of.Digest {
		return Sheet{}, custody.RollPrint{}, &custody.Refusal{Code: "roll-print-differs", Law: 5, Reason: custody.Conflict,
			Params: map[string]string{"entry": strconv.FormatInt(entry, 10), "establishment": of.Establishment}}
	}
	return sheet, *of, nil
}

// rollAfter makes the roll of an establishment as the book had it after so many entries.
func (d *Desk) rollAfter(ctx context.Context, of *custody.RollPrint) (Sheet, error) {
	d.past.Lock() // one at a time: it reads the whole book
	defer d.past.Unlock()
	s, err := d.book.StateAfter(ctx, of.AsOf)
	if err != nil {
		return Sheet{}, fmt.Errorf("the roll after %d entries: %w", of.AsOf, err)
	}
	if s.Places.Get(of.Establishment) == nil {
		return Sheet{}, custody.Unknown("establishment", of.Establishment)
	}
	return sheetOf(s, of.Establishment, of.At), nil
}

// LookAtList records that the official is given a list of people at some places, and what list (law 8): one look for the list,
// since one for each on it would bury the looks at records. Hand it over only once this has returned.
func (d *Desk) LookAtList(ctx context.Context, c book.Command, what string, places ...string) (book.Written, error) {
	return d.book.One(ctx, c, custody.ReadRecords, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(places...); err != nil {
			return custody.Entry{}, err
		}
		return custody.Entry{Kind: custody.RecordRead, Note: "printed: " + what}, nil
	})
}

// LookAtEach records a look at the record of each of some people, all or none.
func (d *Desk) LookAtEach(ctx context.Context, c book.Command, why string, people ...string) (book.Written, error) {
	return book.Each(ctx, d.book, c, custody.ReadRecords, people, func(tx *book.Tx, person string) (custody.Entry, error) {
		if !tx.State().Sees(tx.By(), person) {
			return custody.Entry{}, custody.Unknown("person", person)
		}
		if err := tx.Permit(tx.State().SeenAt(tx.By(), person)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Look(person, why)
	})
}

// EnterForm enters what was written on a form on paper while there was no system: facts with their own time, all lines or
// none. A line is refused only if it cannot be read or was entered before; the refusal "paper-form-refused" names every such
// line. Whoever arrived is entered by officials who may admit people.
func (d *Desk) EnterForm(ctx context.Context, c book.Command, form, hand string, facts []custody.PaperFact) (book.Written, error) {
	if len(facts) == 0 {
		return book.Written{}, custody.InvalidInput("list-empty")
	}
	if len(facts) > custody.MaxFormLines {
		return book.Written{}, custody.InvalidInput("list-too-long")
	}
	return d.book.Order(ctx, c, custody.StateFacts, func(tx *book.Tx) ([]custody.Entry, error) {
		var refused []*custody.Refusal
		for _, f := range facts {
			e, err := enterLine(tx, form, hand, f)
			if err == nil {
				err = tx.Record(e)
				if err != nil {
					return nil, err
				}
				continue
			}
			r, is := custody.RefusalOf(err)
			if !is || r.Reason == custody.Forbidden {
				return nil, err
			}
			if r.Params == nil {
				r.Params = map[string]string{}
			}
			r.Params["row"] = strconv.Itoa(f.Line)
			refused = append(refused, r)
		}
		if len(refused) > 0 {
			return nil, &custody.Refusal{Code: "paper-form-refused", Reason: refused[0].Reason, Also: refused,
				Params: map[string]string{"form": form, "count": strconv.Itoa(len(refused))}}
		}
		return nil, nil
	})
}

func enterLine(tx *book.Tx, form, hand string, f custody.PaperFact) (custody.Entry, error) {
	if f.Person != "" {
		number, err := custody.ParsePrisonNumber(f.Person)
		if err != nil {
			return custody.Entry{}, err
		}
		f.Person = number
	}
	places := f.Concerns(tx.State())
	if err := tx.Permit(places...); err != nil {
		return custody.Entry{}, err
	}
	if f.What == custody.HasArrived {
		if err := tx.PermitTo(custody.AdmitPeople, places...); err != nil {
			return custody.Entry{}, err
		}
	}
	return tx.State().EnterLine(form, hand, f, tx.At(f.Happened), tx.Now())
}
