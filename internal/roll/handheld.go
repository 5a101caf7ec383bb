package roll

import (
	"context"
	"strconv"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// maxTaken is how many people one handheld takes along at most.
const maxTaken = 2_000

// TakeAlong lists the people under a place for an official who takes the list along on a
// handheld, and records it as one look (law 8) before it is given. Refusals: "not-permitted"
// or "not-your-place", "unknown-place", "blind-while-counting" to a counter while a count is
// open, "too-many-taken" where more than 2,000 are there.
func (d *Desk) TakeAlong(ctx context.Context, c book.Command, place, device string) ([]Resident, error) {
	list := []Resident{}
	_, err := d.book.One(ctx, c, custody.ReadRecords, func(tx *book.Tx) (custody.Entry, error) {
		s := tx.State()
		if s.Places.Get(place) == nil {
			return custody.Entry{}, custody.Unknown("place", place)
		}
		if err := tx.Permit(place); err != nil {
			return custody.Entry{}, err
		}
		if err := s.Sighted(tx.By()); err != nil {
			return custody.Entry{}, err
		}
		list = under(s, place, list[:0])
		if len(list) > maxTaken {
			return custody.Entry{}, &custody.Refusal{Code: "too-many-taken", Reason: custody.Conflict, Params: map[string]string{"place": place, "max": strconv.Itoa(maxTaken)}}
		}
		return custody.Entry{Kind: custody.RecordRead, Place: place, Note: "people taken along on handheld " + device}, nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// under lists who is in a place and in those inside it, up to one more than may be taken along.
func under(s *custody.State, place string, list []Resident) []Resident {
	for _, number := range s.Occupants(place) {
		h := s.Holdings.Get(number)
		list = append(list, Resident{Number: number, Name: s.People.Get(number).FullName(), Place: place, Status: h.Status, Since: h.Since})
	}
	for _, inside := range s.Inside(place) {
		if len(list) > maxTaken {
			break
		}
		list = under(s, inside, list)
	}
	return list
}
