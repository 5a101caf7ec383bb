package plans

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Outcome is what became of a plan that was carried out.
type Outcome struct {
	Entry     int64
	Placed    int
	Transfer  string
	Replanned []Replanned
}

// Replanned is somebody whom the plan could no longer place where it said.
type Replanned struct {
	custody.Replanned
	Name             string
	PlannedIn, NowIn page.Place
}

// commit carries a plan out: each of its moves is judged again, and what broke is planned anew. For a transfer that has yet
// to come it is the manifest that carries the cells.
func (p *pages) commit(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	mode := cells.Mode(v.Typed("mode"))
	if !slices.Contains(modes, mode) {
		return custody.InvalidInput("plan-mode-unknown", "kind", string(mode))
	}
	moves, err := movesOf(v.R.PostForm.Get("moves"))
	if err != nil {
		return err
	}
	if mode == cells.ForTransfer {
		return p.commitTransfer(v, v.Typed("transfer"), moves)
	}
	orders := make([]custody.CellOrder, len(moves))
	for i, m := range moves {
		orders[i] = custody.CellOrder{Person: m.Person, To: m.Cell}
	}
	done, err := p.cells.Commit(v.R.Context(), v.Command(), cells.Decision{Mode: mode, Moves: orders})
	if err != nil {
		return err
	}
	o := Outcome{Entry: done.First, Placed: done.Placed}
	p.Book.Read(func(s *custody.State) {
		for _, one := range done.Replanned {
			o.Replanned = append(o.Replanned, Replanned{one, page.PersonIn(s, one.Person), page.PlaceIn(s, one.Planned), page.PlaceIn(s, one.Cell)})
		}
	})
	f := v.Frame("cells", v.Say("page.plans.done"), "")
	f.Trail = []page.Link{{Text: v.Say("page.nav.cells"), Address: "/cells"}}
	return v.Show(http.StatusOK, outcomePage(f, o))
}

func (p *pages) commitTransfer(v *page.Visit, id string, moves []custody.PlannedCell) error {
	w, _, err := p.cells.PlanTransfer(v.R.Context(), v.Command(), id, moves, 0, v.Now)
	if err != nil {
		return err
	}
	f := v.Frame("cells", v.Say("page.plans.done"), "")
	f.Trail = []page.Link{{Text: v.Say("page.nav.cells"), Address: "/cells"}}
	return v.Show(http.StatusOK, outcomePage(f, Outcome{Entry: w.First, Placed: len(moves), Transfer: id}))
}

// movesOf reads the moves of a plan: a person and a cell on each line.
func movesOf(text string) ([]custody.PlannedCell, error) {
	var moves []custody.PlannedCell
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 2 {
			return nil, custody.InvalidInput("field-missing", "field", "moves")
		}
		moves = append(moves, custody.PlannedCell{Person: fields[0], Cell: fields[1]})
	}
	if len(moves) == 0 {
		return nil, custody.InvalidInput("list-empty")
	}
	if len(moves) > custody.MaxManifest {
		return nil, custody.InvalidInput("list-too-long")
	}
	return moves, nil
}

// Standing is what stands against the rules of placement, by establishment.
type Standing struct {
	Establishment string
	Of            page.Place
	List          []Breach
	Pages         page.Pages
}

// Breach is a breach with the names that its codes stand for.
type Breach struct {
	custody.Breach
	At     page.Place
	People []Someone
	Signer string
}

func (p *pages) standing(v *page.Visit) error {
	q := v.R.URL.Query()
	if err := v.Sighted(); err != nil {
		return err
	}
	s := Standing{Establishment: q.Get("establishment")}
	var all []custody.Breach
	for _, one := range p.cells.Standing(s.Establishment, v.Now) {
		if v.May(custody.ReadRecords, one.Place) == nil {
			all = append(all, one)
		}
	}
	keep := url.Values{}
	if s.Establishment != "" {
		keep.Set("establishment", s.Establishment)
	}
	if n := q.Get("page"); n != "" {
		keep.Set("page", n)
	}
	s.Pages = page.Paged("/cells/standing", keep, len(all), page.PageSize)
	p.Book.Read(func(state *custody.State) {
		s.Of = page.PlaceIn(state, s.Establishment)
		for _, one := range page.Cut(all, s.Pages) {
			s.List = append(s.List, BreachIn(state, one))
		}
	})
	f := v.Frame("standing", v.Say("page.plans.standing"), s.Establishment)
	f.Trail = []page.Link{{Text: v.Say("page.nav.cells"), Address: "/cells"}}
	return v.Show(http.StatusOK, standingPage(f, s))
}

// BreachIn names what the codes of a breach stand for.
func BreachIn(s *custody.State, b custody.Breach) Breach {
	one := Breach{Breach: b, At: page.PlaceIn(s, b.Place), Signer: page.OfficialIn(s, b.Params["signedBy"])}
	for _, number := range b.People {
		one.People = append(one.People, Someone{number, page.PersonIn(s, number)})
	}
	return one
}

// KeepAparts are the keep-apart orders that the official may see.
type KeepAparts struct {
	List  []Apart
	Total int
	All   bool // those that have ended too
	Older int64
}

// Apart is a keep-apart order with names.
type Apart struct {
	*custody.KeepApart
	People []Someone
	By     string
	Live   bool
}

func (p *pages) keepAparts(v *page.Visit) error {
	q := v.R.URL.Query()
	k := KeepAparts{All: q.Get("all") != "", Older: -1}
	before := int64(-1)
	if n, err := strconv.ParseInt(q.Get("before"), 10, 64); err == nil && n >= 0 {
		before = n
	}
	list, total := p.cells.KeepAparts(v.Official.Name, !k.All, before, page.PageSize, v.Now)
	k.Total = total
	p.Book.Read(func(s *custody.State) {
		for _, one := range list {
			k.List = append(k.List, ApartIn(s, v.Official.Name, one, v))
		}
	})
	if len(list) == page.PageSize {
		k.Older = list[len(list)-1].Entry
	}
	f := v.Frame("keep-aparts", v.Say("page.plans.keep-aparts"), "")
	f.Trail = []page.Link{{Text: v.Say("page.nav.cells"), Address: "/cells"}}
	return v.Show(http.StatusOK, keepApartsPage(f, k))
}

// ApartIn names the members of an order whose records an official may see; the others stay numbers.
func ApartIn(s *custody.State, official string, one *custody.KeepApart, v *page.Visit) Apart {
	a := Apart{KeepApart: one, By: page.OfficialIn(s, one.OrderedBy), Live: one.InForce(v.Now)}
	for _, number := range one.Members {
		who := Someone{Number: number}
		if s.Sees(official, number) {
			who.Name = page.PersonIn(s, number)
		}
		a.People = append(a.People, who)
	}
	return a
}
