package web

import (
	"log/slog"
	"net/http"
	"time"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/admissions"
	"habeas.example/habeas/internal/web/assets"
	"habeas.example/habeas/internal/web/counts"
	"habeas.example/habeas/internal/web/discrepancies"
	"habeas.example/habeas/internal/web/entries"
	"habeas.example/habeas/internal/web/gate"
	"habeas.example/habeas/internal/web/glass"
	"habeas.example/habeas/internal/web/handheld"
	"habeas.example/habeas/internal/web/imports"
	"habeas.example/habeas/internal/web/officials"
	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/web/papers"
	"habeas.example/habeas/internal/web/people"
	"habeas.example/habeas/internal/web/places"
	"habeas.example/habeas/internal/web/plans"
	"habeas.example/habeas/internal/web/reception"
	"habeas.example/habeas/internal/web/rolls"
	"habeas.example/habeas/internal/web/settings"
	"habeas.example/habeas/internal/web/signin"
	"habeas.example/habeas/internal/web/today"
	"habeas.example/habeas/internal/web/transfers"
)

// Services are the desks that the pages show, and what is given from outside.
type Services struct {
	Book     *book.Book
	Roll     *roll.Desk
	Transfer *transfer.Desk
	Count    *count.Desk
	Cells    *cells.Desk
	Access   *access.Desk
	Origin   string           // see page.Services
	Clock    func() time.Time // nil: time.Now
	Log      *slog.Logger     // nil: slog.Default
}

// ErrNotBuilt says that the program was built without the style sheets and scripts of its pages.
var ErrNotBuilt = assets.ErrMissing

// Ready returns ErrNotBuilt if the program was built without them: its pages would work, and nobody could read them.
func Ready() error { return assets.Missing() }

// New returns the handler of every page, from "/" down. Requests that change something and come from another site are
// refused.
func New(s Services) http.Handler {
	d := page.NewDoor(page.Services{Book: s.Book, Access: s.Access, Origin: s.Origin, Clock: s.Clock, Log: s.Log})
	d.HandleRaw(assets.Pattern, http.HandlerFunc(assets.Serve))
	signin.Add(d)
	// In the order of the navigation.
	today.Add(d, s.Roll, s.Transfer)
	counts.Add(d, s.Count)
	transfers.Add(d, s.Transfer)
	gate.Add(d, s.Roll, s.Transfer)
	reception.Add(d, s.Roll, s.Transfer)
	plans.Add(d, s.Cells, s.Transfer)
	people.Add(d, s.Roll, s.Cells)
	admissions.Add(d, s.Roll, s.Transfer)
	discrepancies.Add(d, s.Roll)
	places.Add(d, s.Roll, s.Cells)
	rolls.Add(d, s.Roll)
	entries.Add(d, s.Roll)
	papers.Add(d, s.Roll)
	settings.Add(d, s.Roll, s.Cells)
	officials.Add(d, s.Roll)
	imports.Add(d, s.Roll, s.Transfer)
	handheld.Add(d, s.Access)
	glass.Add(d)
	return d.Handler()
}
