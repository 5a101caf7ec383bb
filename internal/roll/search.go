package roll

import (
	"context"
	"fmt"
	"sync"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/names"
)

// search keeps the name index true by following the book.
type search struct {
	book  *book.Book
	index *names.Index
	mu    sync.Mutex // held while catching up
	seen  int64      // entries the index knows
}

// follow builds the name index from the people in the register.
func follow(_ context.Context, b *book.Book) (*search, error) {
	s := &search{book: b, index: names.NewIndex()}
	b.Read(func(state *custody.State) {
		for p := range state.People.All() {
			s.index.Put(p.Number, forms(p)...)
		}
		s.seen = state.Next
	})
	return s, nil
}

func forms(p *custody.Person) []string {
	return append([]string{p.FullName()}, p.Aliases...)
}

// catchUp brings the index to everything committed before it was called, so that
// whoever admitted a person finds them at once.
func (s *search) catchUp(ctx context.Context) error {
	target := s.book.Size()
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.seen < target {
		stored, err := s.book.Entries(ctx, s.seen, 2000)
		if err != nil {
			return fmt.Errorf("bring the name search up to date: %w", err)
		}
		for _, e := range stored {
			entry, err := custody.DecodeEntry(e.Body)
			if err != nil {
				return fmt.Errorf("bring the name search up to date: %w", err)
			}
			switch d := entry.Detail.(type) {
			case *custody.Admission:
				if d.Person != nil {
					s.index.Put(d.Person.Number, forms(d.Person)...)
				}
			case *custody.Person:
				s.index.Put(d.Number, forms(d)...)
			}
			s.seen = e.Number + 1
		}
	}
	return nil
}
