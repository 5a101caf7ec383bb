// Package gallery shows every page and every component in each of its states, with invented data and no book: for those who
// build pages, and for the tests that look at all of them.
package gallery

import (
	"net/http"
	"strings"
	"time"

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
	"habeas.example/habeas/internal/words"
)

// Specimens are all there are, in the order of the subjects.
func Specimens() []page.Specimen {
	var all []page.Specimen
	for _, some := range [][]page.Specimen{
		page.Specimens(), signin.Specimens(), today.Specimens(), transfers.Specimens(), people.Specimens(), discrepancies.Specimens(), places.Specimens(), counts.Specimens(), plans.Specimens(), rolls.Specimens(), entries.Specimens(), papers.Specimens(), settings.Specimens(), imports.Specimens(), handheld.Specimens(), officials.Specimens(), reception.Specimens(), gate.Specimens(), admissions.Specimens(), glass.Specimens(),
	} {
		all = append(all, some...)
	}
	return all
}

// onWall reports whether a specimen is of something that hangs on walls.
func onWall(s page.Specimen) bool {
	return strings.HasPrefix(s.Name, "today/") || strings.HasPrefix(s.Name, "page/")
}

// New returns the handler of the gallery: "/" lists the specimens, "/specimens/NAME?lang=es&wall=1" shows one.
func New() http.Handler {
	d := page.NewDoor(page.Services{Clock: func() time.Time { return page.StillNow }})
	d.HandleRaw(assets.Pattern, http.HandlerFunc(assets.Serve))
	specimens := Specimens()
	d.Open("GET /{$}", func(v *page.Visit) error {
		return v.Show(http.StatusOK, index(page.StillFrame(v.Speaker, "Habeas", false), specimens))
	})
	d.Open("GET /specimens/{name...}", func(v *page.Visit) error {
		for _, s := range specimens {
			if s.Name == v.R.PathValue("name") {
				q := v.R.URL.Query()
				f := page.StillFrame(words.For(q.Get("lang"), v.R.Header.Get("Accept-Language")), s.Name, q.Get("wall") == "1")
				return v.Show(http.StatusOK, s.Show(f))
			}
		}
		return page.ErrNoPage
	})
	return d.Handler()
}
