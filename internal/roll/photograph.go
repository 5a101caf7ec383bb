package roll

import (
	"context"
	"fmt"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/paper"
)

// lookLasts is for how long a recorded look at a record covers the photograph on it: as long as a page takes to be drawn.
const lookLasts = 5 * time.Minute

// Photograph puts a photograph on a person's record; the one before it stays in the book. Whoever admits people may, and
// whoever keeps papers. What is taken is a JPEG or PNG that can be decoded and printed. Refusals: "unknown-person",
// "attachment-empty", "attachment-too-large", "photograph-unreadable".
func (d *Desk) Photograph(ctx context.Context, c book.Command, person string, content []byte) (book.Written, error) {
	corrects, action, err := d.photographed(ctx, c.By, person)
	if err != nil {
		return book.Written{}, err
	}
	if err := d.decodes(content); err != nil {
		return book.Written{}, err
	}
	hash, err := d.KeepAttachment(ctx, c.By, content)
	if err != nil {
		return book.Written{}, err
	}
	c.Files = []string{hash}
	return d.book.One(ctx, c, action, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereIs(person)...); err != nil {
			return custody.Entry{}, err
		}
		p := *tx.State().People.Get(person) // known before, and nobody is ever taken out of the register
		p.Photograph = hash
		return tx.State().CorrectPerson(p, corrects, tx.Now())
	})
}

// photographed finds the entry that says who a person is, which a photograph corrects, and as what the official may put one
// there. Nothing is read of what they sent before it is known that they may.
func (d *Desk) photographed(ctx context.Context, official, person string) (corrects int64, action custody.Action, err error) {
	d.book.Read(func(s *custody.State) {
		if s.People.Get(person) == nil || !s.Sees(official, person) {
			err = custody.Unknown("person", person)
			return
		}
		for _, action = range []custody.Action{custody.AdmitPeople, custody.KeepPapers} {
			if err = s.May(official, action, s.WhereIs(person)...); err == nil {
				return
			}
		}
	})
	if err != nil {
		return 0, "", err
	}
	for before := int64(-1); ; {
		stored, err := d.Chain(ctx, person, before, 100)
		if err != nil {
			return 0, "", err
		}
		for _, one := range stored {
			e, err := custody.DecodeEntry(one.Body)
			if err != nil {
				return 0, "", err
			}
			switch e.Kind {
			case custody.PersonAdmitted, custody.PersonCorrected, custody.PersonUnlisted:
				return e.Number, action, nil
			}
			if e.Previous == nil {
				return e.Number, action, nil
			}
			before = *e.Previous
		}
		if len(stored) == 0 {
			return 0, "", fmt.Errorf("the chain of %s does not say who they are", person)
		}
	}
}

// decodes refuses what is no picture that can be shown and printed. A picture of few bytes can be of very many pixels, so
// one is decoded at a time.
func (d *Desk) decodes(content []byte) error {
	switch {
	case len(content) == 0:
		return custody.InvalidInput("attachment-empty")
	case len(content) > MaxAttachment:
		return custody.InvalidInput("attachment-too-large", "max", fmt.Sprint(MaxAttachment>>20))
	}
	d.picture.Lock()
	defer d.picture.Unlock()
	if _, err := paper.ReadPhotograph(content); err != nil {
		return custody.InvalidInput("photograph-unreadable")
	}
	return nil
}

// PhotographOf returns the photograph on a person's record. It is part of the record, so that the look at the record covers
// it, if the official's own look is the entry of that number and a page has not been open for long since; otherwise a look is
// recorded first. Refusals: as Look, and "unknown-attachment" for a person without one.
func (d *Desk) PhotographOf(ctx context.Context, c book.Command, person string, look int64, now time.Time) (Attachment, error) {
	hash := ""
	d.book.Read(func(s *custody.State) {
		if p := s.People.Get(person); p != nil {
			hash = p.Photograph
		}
	})
	if !d.covered(ctx, c.By, person, look, now) {
		if _, err := d.Look(ctx, c, person, ""); err != nil {
			return Attachment{}, err
		}
	}
	if hash == "" {
		return Attachment{}, custody.Unknown("attachment", "")
	}
	return d.attachment(ctx, hash)
}

// covered reports whether an entry is the official's own look at the person's record, just recorded, and they may still look.
func (d *Desk) covered(ctx context.Context, official, person string, look int64, now time.Time) bool {
	stored, err := d.book.Entries(ctx, look, 1)
	if err != nil || len(stored) != 1 {
		return false // whatever it was, a look is recorded then
	}
	e, err := custody.DecodeEntry(stored[0].Body)
	if err != nil || e.Kind != custody.RecordRead || e.By != official || e.Person != person || now.Sub(e.Recorded) > lookLasts {
		return false
	}
	sees := false
	d.book.Read(func(s *custody.State) { sees = s.Sees(official, person) })
	return sees
}
