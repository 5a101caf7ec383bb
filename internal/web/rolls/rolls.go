// Package rolls is the page of the roll at another time: as it was at an instant, and how it differs from that of a later one,
// by name.
package rolls

import (
	"net/http"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

type pages struct {
	*page.Door
	roll *roll.Desk
}

// Add adds the page of the roll at another time to the door. It shows people by place, so it is shut to whoever must not know
// what a count expects.
func Add(d *page.Door, roll *roll.Desk) {
	p := &pages{d, roll}
	d.Section(page.Section{Name: "rolls", Address: "/roll", Within: "today", Needs: custody.ReadRecords})
	d.Permitted(custody.ReadRecords, "GET /roll", p.show)
}

// Past is the roll at an instant, or how it differs between two.
type Past struct {
	At, Against time.Time
	Roll        *roll.Now
	Difference  *roll.Difference
	Came        []Change
	Left        []Change
	Moved       []Change
	Pages       page.Pages
	Form        page.Form
}

// Change is one person on whom two rolls differ, with the names of the places.
type Change struct {
	roll.Change
	From, To page.Place
}

func (p *pages) show(v *page.Visit) error {
	if err := v.Sighted(); err != nil {
		return err
	}
	q := v.R.URL.Query()
	f := v.Frame("rolls", v.Say("page.rolls.title"), "")
	past := Past{Form: page.Form{Values: q}}
	read := func(name string) time.Time {
		at, ok := page.TimeTyped(q.Get(name), f.Zone)
		switch {
		case !ok:
			past.Form.Mend(name, v.Say("page.form.bad-time"))
		case at.After(v.Now):
			past.Form.Mend(name, v.Say("page.rolls.not-yet"))
		}
		return at
	}
	past.At, past.Against = read("at"), read("against")
	if past.At.IsZero() && !past.Against.IsZero() && len(past.Form.Faults) == 0 {
		past.Form.Mend("at", v.Say("page.rolls.which"))
	}
	if len(past.Form.Faults) > 0 {
		return v.Show(http.StatusUnprocessableEntity, rollPage(f, past))
	}
	if past.At.IsZero() {
		past.Form = page.Form{}
		return v.Show(http.StatusOK, rollPage(f, past))
	}
	desk := p.roll.SeenBy(v.Official.Name)
	if past.Against.IsZero() {
		now, err := desk.RollAt(v.R.Context(), past.At, false)
		if err != nil {
			return err
		}
		past.Roll = &now
		return v.Show(http.StatusOK, rollPage(f, past))
	}
	d, err := desk.Differ(v.R.Context(), past.At, past.Against)
	if err != nil {
		if !past.Form.Take(v.Speaker, err, map[string]string{"instants-reversed": "against"}) {
			return err
		}
		return v.Show(page.StatusOf(err), rollPage(f, past))
	}
	past.Difference = &d
	longest := max(len(d.Came), len(d.Left), len(d.Moved))
	past.Pages = page.Paged("/roll", q, longest, page.PageSize)
	p.Book.Read(func(s *custody.State) {
		past.Came, past.Left, past.Moved = named(s, d.Came, past.Pages), named(s, d.Left, past.Pages), named(s, d.Moved, past.Pages)
	})
	return v.Show(http.StatusOK, rollPage(f, past))
}

func named(s *custody.State, list []roll.Change, pages page.Pages) (changes []Change) {
	for _, c := range page.Cut(list, pages) {
		changes = append(changes, Change{c, placeOf(s, c.From), placeOf(s, c.To)})
	}
	return changes
}

// placeOf names where a position is; outside of any place, whoever answers for the person.
func placeOf(s *custody.State, at custody.Position) page.Place {
	if at.Place == "" {
		return page.PlaceIn(s, at.Establishment)
	}
	return page.PlaceIn(s, at.Place)
}
