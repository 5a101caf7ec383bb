package cells

import (
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Question makes a problem of the state and says how large it is.
func Question(b *book.Book, establishment string, place []string, now time.Time) (n int) {
	b.Read(func(s *custody.State) {
		q := ask(s, establishment, place, now, true)
		n = len(q.Cells) + len(q.People) + len(q.Apart)
	})
	return n
}
