package bell

import (
	"context"
	"fmt"
	"iter"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// page is how many entries are read from the book at once.
const page = 500

// Follow gives every committed entry numbered above after, in order, and then each new one
// as it is committed. It ends when ctx ends or the caller stops; an error is the last that
// it gives. It starts no goroutine.
func Follow(ctx context.Context, b *book.Book, after int64) iter.Seq2[*custody.Entry, error] {
	return func(yield func(*custody.Entry, error) bool) {
		for stored, err := range Bodies(ctx, b, after) {
			if err != nil {
				yield(nil, err)
				return
			}
			e, err := custody.DecodeEntry(stored.Body)
			if err != nil {
				yield(nil, fmt.Errorf("follow the book: %w", err))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Bodies is Follow for those who pass the sealed bytes on and need not read them.
func Bodies(ctx context.Context, b *book.Book, after int64) iter.Seq2[book.Stored, error] {
	return func(yield func(book.Stored, error) bool) {
		next := max(after, -1) + 1
		for ctx.Err() == nil {
			grown := b.Grown() // asked for before reading: a commit in between is not missed
			stored, err := b.Entries(ctx, next, page)
			if err != nil {
				if ctx.Err() == nil {
					yield(book.Stored{}, fmt.Errorf("follow the book from entry %d: %w", next, err))
				}
				return
			}
			for _, s := range stored {
				next = s.Number + 1
				if !yield(s, nil) {
					return
				}
			}
			if len(stored) > 0 {
				continue
			}
			select {
			case <-grown:
			case <-ctx.Done():
			}
		}
	}
}
