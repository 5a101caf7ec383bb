package web

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"habeas.example/habeas/internal/custody"
)

// longestQuery is how many characters of a search are shown again.
const longestQuery = 4000

// peoplePage is a list of people: found by a name, or behind a number on another page.
type peoplePage struct {
	Query     string
	Why       string // the search was refused
	Selection selection
	Place     place // that the selection is under
	Rows      []personRow
	Pages     pages
	Places    []place // establishments, to choose from
}

// Searched reports whether the list answers a search.
func (p peoplePage) Searched() bool { return p.Query != "" }

func (d *door) people(v *visit) error {
	p, err := d.readPeople(v)
	if err != nil {
		return err
	}
	f := d.frame(v, "people", v.speaker.Say("page.people.title", nil), p.Selection.Under)
	status := http.StatusOK
	if p.Why != "" {
		status = http.StatusUnprocessableEntity
	}
	return v.show(status, peopleList(f, p))
}

// matches is the list alone, for searching as one types.
func (d *door) matches(v *visit) error {
	p, err := d.readPeople(v)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, peopleFound(d.frame(v, "people", "", ""), p))
}

func (d *door) readPeople(v *visit) (peoplePage, error) {
	q := v.r.URL.Query()
	p := peoplePage{Query: strings.TrimSpace(q.Get("q")), Selection: selectionOf(q)}
	if n := utf8.RuneCountInString(p.Query); n > longestQuery {
		p.Query = string([]rune(p.Query)[:longestQuery])
	}
	p.Query = strings.ToValidUTF8(p.Query, "\uFFFD")
	d.Book.Read(func(s *custody.State) {
		if p.Selection.Under != "" {
			p.Place = placeIn(s, p.Selection.Under)
		}
		p.Places = establishments(s)
	})
	if !p.Searched() {
		var total int
		p.Rows, total = d.pick(p.Selection, v.now, pageOf(q), pageSize)
		p.Pages = pages{Page: pageOf(q), Total: total, Size: pageSize, Address: p.Selection.page}
		return p, nil
	}
	found, err := d.Roll.Search(v.r.Context(), p.Query, pageSize)
	if refusal, ok := custody.RefusalOf(err); ok {
		p.Why = sayRefusal(v.speaker, refusal)
		return p, nil
	}
	if err != nil {
		return p, err
	}
	d.Book.Read(func(s *custody.State) {
		for _, m := range found {
			row := rowOf(s, m.Number)
			if m.Matched != row.Name {
				row.Matched = m.Matched
			}
			p.Rows = append(p.Rows, row)
		}
	})
	p.Pages = pages{Page: 1, Total: len(p.Rows), Size: pageSize, Address: p.Selection.page}
	return p, nil
}

// establishments are all of the service, by code.
func establishments(s *custody.State) []place {
	var list []place
	for p := range s.Places.All() {
		if p.Kind == custody.Establishment {
			list = append(list, place{p.Code, p.Name})
		}
	}
	sortPlaces(list)
	return list
}
