package api

import (
	"context"
	"errors"
	"image"
	"strings"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/paper"
)

func (d *door) printEscortRecord(ctx context.Context, who *asker, q *plainDocument) ([]byte, error) {
	number, err := d.look(ctx, who, who.subject, "escort record, printed")
	if err != nil {
		return nil, err
	}
	r, establishment, err := d.escortRecord(ctx, who, number)
	if err != nil {
		return nil, err
	}
	return paper.PrintEscortRecords(d.setting(who, q, establishment), []paper.EscortRecord{r})
}

func (d *door) printEscortRecords(ctx context.Context, who *asker, q *vehicleDocument) ([]byte, error) {
	m, lines, err := d.aboard(who, q.Vehicle)
	if err != nil {
		return nil, err
	}
	numbers := make([]string, len(lines))
	for i, l := range lines {
		numbers[i] = l.Number
	}
	if len(numbers) == 0 {
		return nil, custody.InvalidInput("nobody-to-print", "transfer", m.Transfer.ID)
	}
	if _, err := d.Roll.LookAtEach(ctx, who.command(), "escort record, printed", numbers...); err != nil {
		return nil, err
	}
	records := make([]paper.EscortRecord, len(numbers))
	for i, number := range numbers {
		if records[i], _, err = d.escortRecord(ctx, who, number); err != nil {
			return nil, err
		}
	}
	return paper.PrintEscortRecords(d.setting(who, q, m.Transfer.From), records)
}

// escortRecord reads what goes with a person on a journey. The look at them must have been recorded.
func (d *door) escortRecord(ctx context.Context, who *asker, number string) (r paper.EscortRecord, establishment string, err error) {
	now := d.Clock()
	record, err := d.Roll.SeenBy(who.official.Name).Record(number, now)
	if err != nil {
		return r, "", err
	}
	placing, err := d.Cells.Placing(number, now)
	if err != nil {
		return r, "", err
	}
	r = paper.EscortRecord{Person: *record.Person, Legal: record.LegalStatus, Authorities: record.Authorities, Assessment: placing.Assessment}
	d.Book.Read(func(s *custody.State) {
		if h := record.Holding; h != nil {
			establishment = h.At.Establishment
			r.At = placeIn(s, h.At.Place)
			if h.Away != nil {
				r.Escort, r.To = h.Away.Escort, placeIn(s, h.Away.Destination)
			}
		}
		if t := s.Transfers.Get(record.Transfer); t != nil {
			travelsOn(&r, s, t)
			if establishment == "" {
				establishment = t.From
			}
		}
		for _, k := range placing.KeepAparts {
			if k.InForce(now) {
				r.Apart = append(r.Apart, apartIn(s, k, number, who.official.Name))
			}
		}
	})
	r.Photograph, r.Unreadable, err = d.photograph(ctx, who, record.Person.Photograph)
	return r, establishment, err
}

// travelsOn says on which transfer a person travels.
func travelsOn(r *paper.EscortRecord, s *custody.State, t *custody.Transfer) {
	r.Transfer, r.From, r.To = t.ID, placeIn(s, t.From), placeIn(s, t.To)
	if t.Escort != nil {
		r.Escort = t.Escort.Corps + ", " + t.Escort.Commander
	}
	if l := s.Lines.Get(t.ID + "/" + r.Person.Number); l != nil {
		r.Planned = l.Cell
		if v := s.Vehicles.Get(l.Vehicle); v != nil {
			r.Vehicle = v.Code
		}
	}
}

// photograph reads the photograph that a record names, if it names any. One that is no longer there, or cannot be printed, is
// said to be unreadable and keeps nobody from travelling with their record.
func (d *door) photograph(ctx context.Context, who *asker, hash string) (picture image.Image, unreadable bool, err error) {
	if hash == "" {
		return nil, false, nil
	}
	a, err := d.Roll.Attachment(ctx, who.command(), hash)
	if errors.Is(err, custody.Refused("unknown-attachment")) {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	if picture, err = paper.ReadPhotograph(a.Bytes); err != nil {
		d.Log.Warn("a photograph cannot be printed", "attachment", hash, "error", err)
		return nil, true, nil
	}
	return picture, false, nil
}

// apartIn is whom a person is kept apart from, as far as an official may know.
func apartIn(s *custody.State, k *custody.KeepApart, person, official string) paper.ApartLine {
	line := paper.ApartLine{Level: k.Level, Until: k.Until}
	for _, other := range k.Members {
		switch {
		case other == person:
		case s.Sees(official, other):
			line.People = append(line.People, strings.TrimSpace(other+" "+nameIn(s, other)))
		default:
			line.Others++
		}
	}
	return line
}

func nameIn(s *custody.State, number string) string {
	if p := s.People.Get(number); p != nil {
		return p.FullName()
	}
	return ""
}
