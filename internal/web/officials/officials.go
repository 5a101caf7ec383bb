// Package officials is the pages of those who hold office: who they are, what they do and where, how they come in, and the two keys
// to a monitor's account. Whoever may read the officials of a place sees them; their ways in and sessions show to those alone who
// keep these.
package officials

import (
	"net/http"
	"slices"
	"strings"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/names"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

type pages struct {
	*page.Door
	roll *roll.Desk
}

// Add adds the pages of officials to the door.
func Add(d *page.Door, roll *roll.Desk) {
	p := &pages{d, roll}
	d.Section(page.Section{Name: "officials", Address: "/officials", Within: "settings", Needs: custody.ReadOfficials})
	d.Permitted(custody.ReadOfficials, "GET /officials", p.list)
	d.Permitted(custody.ReadOfficials, "GET /officials/{name}", p.show)
	d.Permitted(custody.KeepOfficials, "GET /appointments", p.askToAppoint)
	d.Permitted(custody.KeepOfficials, "POST /appointments", p.appoint)
	for _, s := range steps {
		d.Permitted(s.Needs, "GET /officials/{name}/"+s.Name, p.ask(s))
		d.Permitted(s.Needs, "POST /officials/{name}/"+s.Name, p.do(s))
	}
	d.Permitted(custody.ReadOfficials, "GET /monitors", p.monitors)
	d.Permitted(custody.KeepMonitors, "POST /monitors", p.propose)
	d.Permitted(custody.KeepMonitors, "POST /monitors/{id}/confirmation", p.confirm)
}

// address is where an official's page is.
func address(name string) string { return "/officials/" + name } // a user name is a code: nothing in it needs escaping

// Row is an official in a list.
type Row struct {
	*custody.Official
	Where    []page.Place // empty: the whole service
	Entrance access.Entrance
	Sessions int  // that are open now
	Kept     bool // the reader keeps their sessions: Entrance and Sessions are known
}

// NoWayIn reports that nobody can come in as this official, though they hold office.
func (r Row) NoWayIn() bool {
	return r.Kept && r.Dismissed.IsZero() && r.Entrance == access.Entrance{}
}

// List is the officials whom the reader may see, by name.
type List struct {
	List     []Row
	Query    string
	Role     custody.Role // all of them when empty
	All      bool         // those dismissed too
	Pages    page.Pages
	Appoints bool // the reader may appoint
	Waiting  int  // changes of monitors' accounts that wait for a second key
}

func (p *pages) list(v *page.Visit) error {
	q := v.R.URL.Query()
	l := List{Query: strings.ToValidUTF8(strings.TrimSpace(q.Get("q")), "\uFFFD"), Role: custody.Role(q.Get("role")), All: q.Get("all") != "", Appoints: v.May(custody.KeepOfficials) == nil}
	if !slices.Contains(custody.Roles, l.Role) {
		l.Role = ""
	}
	asked := names.Fold(cutRunes(l.Query, 100))
	var rows []Row
	p.Book.Read(func(s *custody.State) {
		for o := range s.Officials.All() {
			switch {
			case !l.All && !o.Dismissed.IsZero(), l.Role != "" && !slices.Contains(o.Roles, l.Role):
			case !strings.Contains(names.Fold(o.FullName+" "+o.Name), asked):
			case s.May(v.Official.Name, custody.ReadOfficials, s.ServedBy(o.Name)...) != nil:
			default:
				rows = append(rows, Row{Official: o})
			}
		}
	})
	slices.SortFunc(rows, func(a, b Row) int {
		if c := strings.Compare(names.Fold(a.FullName), names.Fold(b.FullName)); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	l.Pages = page.Paged("/officials", q, len(rows), page.PageSize)
	l.List = page.Cut(rows, l.Pages)
	if err := p.know(v, l.List); err != nil {
		return err
	}
	for _, c := range p.Access.MonitorNotices(false) {
		if waits(c, v.Now) {
			l.Waiting++
		}
	}
	return v.Show(http.StatusOK, listPage(v.Frame("officials", v.Say("page.officials.title"), ""), l))
}

// know adds to the officials of a page what is known of where they serve and how they come in.
func (p *pages) know(v *page.Visit, rows []Row) error {
	entrances, err := p.Access.Entrances(v.R.Context())
	if err != nil {
		return err
	}
	sessions, err := p.Access.Sessions(v.Official.Name, "", v.Session)
	if err != nil {
		return err
	}
	open := map[string]int{}
	for _, s := range sessions {
		open[s.Official]++
	}
	p.Book.Read(func(s *custody.State) {
		for i := range rows {
			r := &rows[i]
			r.Where = whereIn(s, r.Official)
			if r.Kept = s.May(v.Official.Name, custody.KeepSessions, s.ServedBy(r.Name)...) == nil; r.Kept {
				r.Entrance, r.Sessions = entrances[r.Name], open[r.Name]
			}
		}
	})
	return nil
}

// whereIn are the places that an official serves; none: the whole service.
func whereIn(s *custody.State, o *custody.Official) (where []page.Place) {
	for _, code := range o.Posts() {
		where = append(where, page.PlaceIn(s, code))
	}
	return where
}

// Record is the page of one official.
type Record struct {
	custody.Official
	Where    []page.Place
	Self     bool // it is the reader's own
	Kept     bool // Ways and Sessions are known
	Watches  bool // it is a monitor in office, beyond the reach of any one
	Ways     access.Ways
	Sessions []access.Session
	Glass    []*custody.Glass // what they have taken beyond their office and not yet put back
	Offers   []page.Offer
	Done     string // what was done just now, in words
	Secret   Secret // what was made just now
}

// Secret is something that lets an official in, shown once. The zero Secret is none.
type Secret struct {
	Link string // the whole address of a one-time link
	Half string // one half of the way back in
}

func (p *pages) show(v *page.Visit) error {
	r, err := p.read(v, v.R.PathValue("name"))
	if err != nil {
		return err
	}
	if done := v.R.URL.Query().Get("done"); v.Speaker.Has("page.officials.done." + done) {
		r.Done = v.Say("page.officials.done." + done)
	}
	return p.shown(v, http.StatusOK, r)
}

func (p *pages) shown(v *page.Visit, status int, r Record) error {
	return v.Show(status, recordPage(p.frame(v, r, r.FullName), r))
}

func (p *pages) frame(v *page.Visit, r Record, title string) page.Frame {
	f := v.Frame("officials", title, r.Establishment)
	f.Trail = []page.Link{{Text: v.Say("page.officials.title"), Address: "/officials"}}
	return f
}

// read reads what the page of an official shows the reader. Somebody whom the reader may not see is answered as nobody is.
func (p *pages) read(v *page.Visit, name string) (r Record, err error) {
	p.Book.Read(func(s *custody.State) {
		o := s.Officials.Get(name)
		if o == nil || s.May(v.Official.Name, custody.ReadOfficials, s.ServedBy(name)...) != nil {
			err = custody.Unknown("official", cutRunes(name, 60))
			return
		}
		r = Record{Official: *o, Where: whereIn(s, o), Self: name == v.Official.Name, Watches: s.IsMonitor(name)}
		r.Kept = s.May(v.Official.Name, custody.KeepSessions, s.ServedBy(name)...) == nil
	})
	if err != nil {
		return r, err
	}
	r.Glass = p.Access.Glass(name)
	if r.Kept {
		if r.Ways, err = p.Access.Ways(v.R.Context(), v.Official.Name, name); err != nil {
			return r, err
		}
		if r.Sessions, err = p.Access.Sessions(v.Official.Name, name, v.Session); err != nil {
			return r, err
		}
	}
	r.Offers = p.offers(v, r)
	return r, nil
}

// cutRunes keeps the beginning of what somebody typed, which has any length.
func cutRunes(text string, longest int) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), longest)])
}
