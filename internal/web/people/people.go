// Package people is the pages of people: finding them, those behind a number, those held too long, and a person's record.
package people

import (
	"net/http"
	"strings"
	"time"

	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

type pages struct {
	*page.Door
	roll  *roll.Desk
	cells *cells.Desk
	picks picks
}

// Add adds the pages of people to the door.
func Add(d *page.Door, roll *roll.Desk, cells *cells.Desk) {
	p := &pages{Door: d, roll: roll, cells: cells}
	d.Section(page.Section{Name: "people", Address: "/people", Needs: custody.ReadRecords})
	d.Section(page.Section{Name: "overdue", Address: "/overdue", Within: "today", Needs: custody.ReadRecords})
	d.Permitted(custody.ReadRecords, "GET /people", p.list)
	d.Permitted(custody.ReadRecords, "GET /people/{number}", p.person)
	d.Permitted(custody.ReadRecords, "GET /people/{number}/photograph", p.askForPhotograph)
	d.Permitted(custody.ReadRecords, "GET /people/{number}/photograph/image", p.image)
	d.Accepts(maxPhotograph+1<<20, custody.ReadRecords, "POST /people/{number}/photograph", p.photograph)
	d.Permitted(custody.ReadRecords, "GET /people/{number}/{act}", p.showAct)
	d.Permitted(custody.AssessPeople, "GET /people/{number}/assess", p.askToAssess)
	d.Permitted(custody.AssessPeople, "POST /people/{number}/assess", p.assess)
	d.Permitted(custody.KeepPeopleApart, "GET /people/{number}/keep-apart", p.askToKeepApart)
	d.Permitted(custody.KeepPeopleApart, "POST /people/{number}/keep-apart", p.keepApart)
	d.Permitted(custody.KeepPeopleApart, "POST /people/{number}/keep-aparts/{order}/end", p.endApart)
	d.Permitted(custody.ReadRecords, "POST /people/{number}/{act}", p.doAct)
	d.Permitted(custody.ReadRecords, "GET /overdue", p.overdue)
}

// longestQuery is how many characters of a search are shown again.
const longestQuery = 4000

// List is people: found by a name, or behind a number on another page.
type List struct {
	Query     string
	Why       string // the search was refused
	Selection Selection
	Place     page.Place // that the selection is under
	Rows      []Row
	Pages     page.Pages
	Places    []page.Place // establishments, to choose from
	At        time.Time    // when the list was so; zero for what was found by a name
	Entry     int64        // up to this entry
}

// Searched reports whether the list answers a search.
func (l List) Searched() bool { return l.Query != "" }

// list shows the page, or to its script what was found alone.
func (d *pages) list(v *page.Visit) error {
	l, err := d.read(v)
	if err != nil {
		return err
	}
	f := v.Frame("people", v.Say("page.people.title"), l.Selection.Under)
	status := http.StatusOK
	if l.Why != "" {
		status = http.StatusUnprocessableEntity
	}
	if v.AsksForPart() {
		return v.Show(status, found(f, l))
	}
	return v.Show(status, listPage(f, l))
}

func (d *pages) read(v *page.Visit) (List, error) {
	q := v.R.URL.Query()
	l := List{Query: strings.TrimSpace(q.Get("q")), Selection: SelectionOf(q)}
	if runes := []rune(l.Query); len(runes) > longestQuery {
		l.Query = string(runes[:longestQuery])
	}
	l.Query = strings.ToValidUTF8(l.Query, "\uFFFD")
	d.Book.Read(func(s *custody.State) {
		if l.Selection.Under != "" {
			l.Place = page.PlaceIn(s, l.Selection.Under)
		}
		l.Places = page.EstablishmentsIn(s)
	})
	if !l.Searched() {
		if err := v.Sighted(); err != nil {
			return l, err
		}
		rows, picked := d.pick(v, l.Selection, page.PageOf(q), page.PageSize)
		l.Rows, l.At, l.Entry = rows, picked.at, picked.entry
		l.Pages = page.Pages{Page: page.PageOf(q), Total: len(picked.numbers), Size: page.PageSize, Address: l.Selection.page}
		return l, nil
	}
	matches, err := d.roll.SeenBy(v.Official.Name).Search(v.R.Context(), l.Query, page.PageSize)
	if refusal, ok := custody.RefusalOf(err); ok {
		l.Why = page.SayRefusal(v.Speaker, refusal)
		return l, nil
	}
	if err != nil {
		return l, err
	}
	d.Book.Read(func(s *custody.State) {
		for _, m := range matches {
			row := rowOf(s, m.Number)
			if m.Matched != row.Name {
				row.Matched = m.Matched
			}
			l.Rows = append(l.Rows, row)
		}
	})
	l.Pages = page.Pages{Page: 1, Total: len(l.Rows), Size: page.PageSize, Address: l.Selection.page}
	return l, nil
}
