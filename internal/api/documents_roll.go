package api

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/paper"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/seal"
)

func (d *door) printRollSheet(ctx context.Context, who *asker, q *plainDocument) ([]byte, error) {
	s := d.setting(who, q, "")
	sheet, err := d.Roll.SeenBy(who.official.Name).Sheet(who.subject, s.At)
	if err != nil {
		return nil, err
	}
	if _, err := d.Roll.LookAtList(ctx, who.command(), "roll-sheet "+who.subject, who.subject); err != nil {
		return nil, err
	}
	s.Entry = sheet.Entry
	d.Book.Read(func(state *custody.State) { s.Zone = zoneOf(state, sheet.Establishment) })
	return rollOf(&sheet).Print(s)
}

// rollOf is a sheet as it is printed.
func rollOf(sheet *roll.Sheet) paper.Roll {
	place := func(code string) paper.Place { return paper.Place{Code: code, Name: sheet.Names[code]} }
	r := paper.Roll{Establishment: place(sheet.Establishment), Of: place(sheet.Place), Cleared: sheet.Count.Cleared, Uncleared: len(sheet.Count.Open)}
	for i := range sheet.Units {
		u := &sheet.Units[i]
		unit := paper.RollUnit{Place: place(u.Code), Under: sheet.Names[u.Under], Out: u.Out, Digest: u.Digest(), People: make([]paper.RollLine, len(u.People))}
		for n, l := range u.People {
			line := paper.RollLine{Number: l.Number, Name: l.Name, At: l.Place, Legal: l.Legal, Guest: l.Guest}
			if u.Out && sheet.Names[l.Place] != "" {
				line.At = sheet.Names[l.Place]
			}
			if l.Away != nil {
				line.With, line.DueBack = l.Away.Escort, l.Away.DueBack
			}
			if a := l.Assessment; a != nil {
				line.Care = careOf(a)
			}
			unit.People[n] = line
		}
		r.Units = append(r.Units, unit)
	}
	return r
}

// careOf is what whoever has the landing must know of an assessment.
func careOf(a *custody.Assessment) (list []string) {
	if a.Risk == custody.HighRisk {
		list = append(list, string(a.Risk))
	}
	if a.NotAlone {
		list = append(list, "not-alone")
	}
	return append(list, a.Needs...)
}

func (d *door) printPaperRoll(ctx context.Context, who *asker, q *plainDocument) ([]byte, error) {
	number, err := entryNumber(who.subject)
	if err != nil {
		return nil, err
	}
	sheet, of, err := d.Roll.SeenBy(who.official.Name).PrintedRoll(ctx, number)
	if err != nil {
		return nil, err
	}
	if _, err := d.Roll.LookAtList(ctx, who.command(), "paper-roll "+who.subject, of.Establishment); err != nil {
		return nil, err
	}
	text, err := d.receiptOf(ctx, number)
	if err != nil {
		return nil, err
	}
	checked, err := seal.CheckReceipt(text, d.Book.VerifierKey(), seal.Quorum{})
	if err != nil {
		return nil, err
	}
	r := rollOf(&sheet)
	r.Seal = &paper.RollSeal{Number: number, Digest: of.Digest, Receipt: text, Origin: checked.Checkpoint.Origin, Size: checked.Checkpoint.Size, Verifier: d.Book.VerifierKey()}
	s := d.setting(who, q, of.Establishment)
	s.At, s.Entry = of.At, of.AsOf
	return r.Print(s)
}

// entryNumber reads the number of an entry as a path has it.
func entryNumber(text string) (int64, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number < 0 {
		return 0, custody.InvalidInput("entry-number-malformed", "entry", text)
	}
	return number, nil
}

func (d *door) printReceipt(ctx context.Context, who *asker, q *plainDocument) ([]byte, error) {
	text, err := d.receipt(ctx, who)
	if err != nil {
		return nil, err
	}
	return d.drawReceipt(who, q, text)
}

func (d *door) printCustodyReceipt(ctx context.Context, who *asker, q *plainDocument) ([]byte, error) {
	number, err := d.look(ctx, who, who.subject, "custody receipt, printed")
	if err != nil {
		return nil, err
	}
	admitted, err := d.admissionOf(ctx, number)
	if err != nil {
		return nil, err
	}
	text, err := d.receiptOf(ctx, admitted)
	if err != nil {
		return nil, err
	}
	return d.drawReceipt(who, q, text)
}

// drawReceipt prints a receipt; what it says is read from the receipt itself, so that the paper cannot say otherwise.
func (d *door) drawReceipt(who *asker, w wishing, text []byte) ([]byte, error) {
	checked, err := seal.CheckReceipt(text, d.Book.VerifierKey(), seal.Quorum{})
	if err != nil {
		return nil, err
	}
	e, err := custody.DecodeEntry(checked.Entry)
	if err != nil {
		return nil, err
	}
	r := paper.Receipt{Text: text, Number: checked.Number, Kind: e.Kind, Happened: e.Happened, Recorded: e.Recorded, Person: e.Person, Origin: checked.Checkpoint.Origin, Size: checked.Checkpoint.Size,
		Witnesses: max(0, bytes.Count(text, []byte("\n— "))-1), Verifier: d.Book.VerifierKey()}
	establishment := ""
	d.Book.Read(func(s *custody.State) {
		r.Name = nameIn(s, e.Person)
		place := e.Place
		if e.Move != nil {
			place, establishment = e.Move.To.Place, e.Move.To.Establishment
		}
		if place != "" {
			r.At = placeIn(s, place)
		}
		if p := s.Places.Get(place); p != nil && establishment == "" {
			establishment = p.Establishment
		}
		if establishment != "" {
			r.Establishment = placeIn(s, establishment)
		}
	})
	return r.Print(d.setting(who, w, establishment))
}

// admissionOf walks a person's chain back to the newest admission.
func (d *door) admissionOf(ctx context.Context, person string) (int64, error) {
	before := int64(-1)
	for {
		chain, err := d.Roll.Chain(ctx, person, before, 500)
		if err != nil {
			return 0, err
		}
		for _, stored := range chain {
			e, err := custody.DecodeEntry(stored.Body)
			if err != nil {
				return 0, err
			}
			if e.Kind == custody.PersonAdmitted || e.Kind == custody.PersonUnlisted {
				return e.Number, nil
			}
			if e.Previous == nil {
				return 0, fmt.Errorf("the chain of %s has no admission: %w", person, book.ErrNotFound)
			}
			before = *e.Previous
		}
		if len(chain) == 0 {
			return 0, fmt.Errorf("the chain of %s has no admission: %w", person, book.ErrNotFound)
		}
	}
}
