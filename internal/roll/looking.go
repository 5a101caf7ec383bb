package roll

import (
	"context"
	"fmt"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// LookThrough records that the official reads the entries from first to last (law 8): one
// look for a whole page of the book, since one for each person on it would bury the looks
// at records. With a last below first, they read on from first as entries are written.
// Show the entries only once it has returned.
func (d *Desk) LookThrough(ctx context.Context, c book.Command, first, last int64) (book.Written, error) {
	note := fmt.Sprintf("entries %d-%d", first, last)
	if last < first {
		note = fmt.Sprintf("entries from %d on, as they are written", first)
	}
	return d.book.One(ctx, c, custody.ReadBook, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(); err != nil { // what is shown is chosen entry by entry
			return custody.Entry{}, err
		}
		return custody.Entry{Kind: custody.RecordRead, Note: note}, nil
	})
}
