package book

import (
	"context"
	"fmt"
	"sort"
	"time"

	"habeas.example/habeas/internal/custody"
)

// StateAt rebuilds the state as it was at a past instant: of what is recorded now, all
// that had happened by then. Entries are taken in the order in which they happened; one
// that then does not fit (its circumstances were recorded as happening later) is left
// out, since the record itself says that it had not happened yet.
func (b *Book) StateAt(ctx context.Context, at time.Time) (*custody.State, error) {
	size := b.Size()
	var happened []*custody.Entry
	for from := int64(0); from < size; {
		stored, err := b.Entries(ctx, from, 4096)
		if err != nil {
			return nil, err
		}
		if len(stored) == 0 {
			return nil, fmt.Errorf("entry %d: %w", from, ErrNotFound)
		}
		for _, s := range stored {
			e, err := custody.DecodeEntry(s.Body)
			if err != nil {
				return nil, err
			}
			if !e.Happened.After(at) {
				happened = append(happened, e)
			}
			from = s.Number + 1
		}
	}
	sort.SliceStable(happened, func(i, j int) bool { return happened[i].Happened.Before(happened[j].Happened) })
	state := custody.NewState()
	for _, e := range happened {
		state.Replay(e)
	}
	return state, nil
}

// StateAfter rebuilds the state as it was after the first so many entries of the book, in the
// order in which they were recorded. ErrNotFound: the book has not so many.
func (b *Book) StateAfter(ctx context.Context, entries int64) (*custody.State, error) {
	if entries < 0 || entries > b.Size() {
		return nil, fmt.Errorf("the book has no %d entries: %w", entries, ErrNotFound)
	}
	state := custody.NewState()
	for state.Next < entries {
		stored, err := b.Entries(ctx, state.Next, int(min(4096, entries-state.Next)))
		if err != nil {
			return nil, err
		}
		if len(stored) == 0 {
			return nil, fmt.Errorf("entry %d: %w", state.Next, ErrNotFound)
		}
		state.Save()
		for _, one := range stored {
			e, err := custody.DecodeEntry(one.Body)
			if err != nil {
				return nil, err
			}
			if err := state.Apply(e); err != nil {
				return nil, err
			}
		}
		state.Keep() // what could be undone is forgotten
	}
	return state, nil
}
