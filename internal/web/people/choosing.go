package people

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

// choosesFrom is how many places the page of an act shows at once. An establishment may have ten thousand, and nobody reads so
// many: whoever does not know the code steps from sector to landing to cell, or looks for a name.
const choosesFrom = 40

// Choosing is how a place inside the establishment is found for the form above it. Each step is a link, so that it needs neither
// a script nor a mouse.
type Choosing struct {
	Address string // of the page
	Query   string // what is looked for among all places of the establishment
	Chosen  string // code that the form begins with
	Nearest []Choice
	Around  []page.Place // what List lies in, outermost first; none when something is looked for
	List    []Choice     // at most choosesFrom
	More    int          // how many that are not shown
}

// Choice is a place to step into, or to choose.
type Choice struct {
	page.Place
	In     page.Place // what it lies in
	Holds  bool       // people can be put there: it can be chosen
	Inside int        // places directly in it: it can be stepped into
	Free   int        // how many more it may hold now
	Counts bool       // Free is known, and may be shown
}

// choosing reads which places an act's page shows: what was looked for, or else what lies directly in the place that was
// stepped into, to begin with that around the person. Whoever is kept blind while landings are counted is shown neither
// numbers nor where there is room.
func choosing(s *custody.State, v *page.Visit, a act, r roll.Record) Choosing {
	q := v.R.URL.Query()
	c := Choosing{Address: actAddress(r.Person.Number, a.Name), Query: cut(q.Get("q"), 100), Chosen: cut(q.Get("to"), 60)}
	establishment := r.Holding.At.Establishment
	sighted := s.Sighted(v.Official.Name) == nil
	if a.Name == "move" && sighted {
		for _, code := range s.Arrange(v.Now, v.Now).Nearest(r.Person.Number, r.Holding.At.Place) {
			if _, err := s.CellMove(r.Person.Number, code, v.Now, v.Now); err == nil {
				c.Nearest = append(c.Nearest, choiceOf(s, code, v.Now, sighted))
			}
		}
	}
	var codes []string
	if wanted := page.Fold(strings.TrimSpace(c.Query)); wanted != "" {
		for p := range s.Places.All() {
			if p.Establishment == establishment && (p.Kind.Holds() || len(s.Inside(p.Code)) > 0) && strings.Contains(page.Fold(p.Code+" "+p.Name), wanted) {
				codes = append(codes, p.Code)
			}
		}
		slices.Sort(codes)
	} else {
		around := aroundOf(s, establishment, q.Get("in"), r.Holding.At.Place)
		codes = s.Inside(around)
		for p := s.Places.Get(around); p != nil; p = s.Places.Get(p.Parent) {
			c.Around = append(c.Around, page.PlaceIn(s, p.Code))
		}
		slices.Reverse(c.Around)
	}
	codes = slices.DeleteFunc(codes, func(code string) bool {
		p := s.Places.Get(code)
		return p.OutOfUse || p.Kind == custody.VehiclePlace || a.Name == "move" && code == r.Holding.At.Place
	})
	c.More = max(len(codes)-choosesFrom, 0)
	for _, code := range codes[:min(len(codes), choosesFrom)] {
		c.List = append(c.List, choiceOf(s, code, v.Now, sighted))
	}
	return c
}

// aroundOf is the place whose inside is shown: the one asked for, if it lies in the establishment; else that around the person.
func aroundOf(s *custody.State, establishment, asked, where string) string {
	if p := s.Places.Get(asked); p != nil && p.Establishment == establishment && p.Kind != custody.VehiclePlace {
		return asked
	}
	if p := s.Places.Get(where); p != nil && p.Establishment == establishment && p.Parent != "" {
		return p.Parent
	}
	return establishment
}

func choiceOf(s *custody.State, code string, now time.Time, sighted bool) Choice {
	p := s.Places.Get(code)
	c := Choice{Place: page.PlaceIn(s, code), In: page.PlaceIn(s, p.Parent), Holds: p.Kind.Holds(), Inside: len(s.Inside(code))}
	if capacity, limited := p.Capacity(now); limited && c.Holds && sighted {
		c.Free, c.Counts = max(capacity-s.Present(code), 0), true
	}
	return c
}

// step is the address at which the inside of a place is shown.
func (c Choosing) step(code string) string {
	return c.Address + "?in=" + url.QueryEscape(code) + "#places"
}

// choose is the address at which the form begins with a place, and the same places are still there.
func (c Choosing) choose(code string) string {
	q := url.Values{"to": {code}}
	switch {
	case c.Query != "":
		q.Set("q", c.Query)
	case len(c.Around) > 0:
		q.Set("in", c.Around[len(c.Around)-1].Code)
	}
	return c.Address + "?" + q.Encode()
}

// cut keeps a text from an address within so many characters.
func cut(text string, most int) string {
	all := []rune(strings.ToValidUTF8(text, ""))
	return string(all[:min(len(all), most)])
}
