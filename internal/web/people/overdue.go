package people

import (
	"net/http"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

// Overdue is everybody held past the last live authority, longest first.
type Overdue struct {
	List  []overdueRow
	Pages page.Pages
}

type overdueRow struct {
	roll.OverdueRelease
	Place, Establishment page.Place
}

func (d *pages) overdue(v *page.Visit) error {
	all := d.roll.SeenBy(v.Official.Name).Overdue(v.Now)
	p := Overdue{Pages: page.Paged("/overdue", v.R.URL.Query(), len(all), page.PageSize)}
	d.Book.Read(func(s *custody.State) {
		for _, o := range page.Cut(all, p.Pages) {
			p.List = append(p.List, overdueRow{o, page.PlaceIn(s, o.Place), page.PlaceIn(s, o.Establishment)})
		}
	})
	return v.Show(http.StatusOK, overduePage(v.Frame("overdue", v.Say("page.overdue.title"), ""), p))
}
