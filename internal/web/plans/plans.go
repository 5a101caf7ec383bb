// Package plans is the pages of who goes into which cell: a proposal for people, a bus, a transfer, or to rebalance or empty
// a place, with a reason for each and what binds for those who have no cell; carrying one out; what stands against the rules.
package plans

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/page"
)

type pages struct {
	*page.Door
	cells    *cells.Desk
	transfer *transfer.Desk
}

// maxPlan is the longest form of a plan to be carried out, in bytes: 5,000 people with their cells.
const maxPlan = 512 << 10

// Add adds the pages of plans of cells to the door.
func Add(d *page.Door, cells *cells.Desk, transfer *transfer.Desk) {
	p := &pages{d, cells, transfer}
	d.Section(page.Section{Name: "cells", Tab: "cell-plan", Address: "/cells", Needs: custody.ReadRecords})
	d.Section(page.Section{Name: "standing", Address: "/cells/standing", Within: "cells", Needs: custody.ReadRecords})
	d.Section(page.Section{Name: "keep-aparts", Address: "/cells/keep-aparts", Within: "cells", Needs: custody.ReadRecords})
	d.Permitted(custody.ReadRecords, "GET /cells", p.show)
	d.Permitted(custody.ReadRecords, "GET /cells/standing", p.standing)
	d.Permitted(custody.ReadRecords, "GET /cells/keep-aparts", p.keepAparts)
	d.Permitted(custody.PlanCells, "GET /cells/proposal", p.propose)
	d.Accepts(maxPlan, custody.PlanCells, "POST /cells/plans", p.commit)
}

// modes are what a plan may be for, in the order in which they are offered.
var modes = []cells.Mode{cells.ForPeople, cells.ForTransfer, cells.ForRebalance, cells.ForEmptying}

// Ask is the page on which a plan is asked for.
type Ask struct {
	Transfers []Journey
	Places    []page.Place // establishments and their parts
	Begin     map[string]string
	Form      page.Form
}

// Journey is a transfer whose people may still be given cells.
type Journey struct {
	ID       string
	From, To page.Place
	Listed   int
}

func (p *pages) show(v *page.Visit) error {
	q := v.R.URL.Query()
	begin := map[string]string{"mode": string(cells.ForPeople)}
	for _, name := range []string{"mode", "people", "transfer", "place", "moves"} {
		if text := q.Get(name); text != "" {
			begin[name] = text
		}
	}
	return p.askPage(v, http.StatusOK, Ask{Begin: begin})
}

func (p *pages) askPage(v *page.Visit, status int, a Ask) error {
	list := p.transfer.SeenBy(v.Official.Name).List()
	p.Book.Read(func(s *custody.State) {
		for _, t := range list {
			if t.Status == custody.Drafted || t.Status == custody.Approved {
				a.Transfers = append(a.Transfers, Journey{t.ID, page.PlaceIn(s, t.From), page.PlaceIn(s, t.To), len(s.Listed(t.ID))})
			}
		}
		for place := range s.Places.All() {
			switch place.Kind {
			case custody.Establishment, custody.Sector, custody.Module, custody.Wing, custody.Landing:
				a.Places = append(a.Places, page.Place{Code: place.Code, Name: place.Name})
			}
		}
	})
	slices.SortFunc(a.Places, func(a, b page.Place) int { return cmp.Compare(a.Code, b.Code) })
	return v.Show(status, askPage(v.Frame("cells", v.Say("page.plans.title"), ""), a))
}

// Plan is a proposal, shown on its cells. Nothing of it is recorded until somebody decides.
type Plan struct {
	cells.Proposal
	Of       page.Place // the establishment
	Cells    []Cell     // those that get somebody, on this page of them
	Pages    page.Pages
	Unplaced []Unplaced
	Query    url.Values // what was asked, to ask it again
	Form     page.Form
}

// Cell is a cell to which the plan brings people.
type Cell struct {
	Place    page.Place
	Around   page.Place // the landing, module or other place that it is in
	Here     int        // who is in it now
	Capacity int
	Coming   []cells.Placement
}

// Unplaced is somebody who has no cell, with the names of cells that would do but for a rule.
type Unplaced struct {
	cells.Unplaced
	Ways []Way
}

// Way is a cell that would do if it were not for its rules, and who stands in the way.
type Way struct {
	Cell   page.Place
	Rules  []cells.Binding
	People []Someone
}

// Someone is a person by number and name.
type Someone struct{ Number, Name string }

// wishOf reads what is to be planned from an address.
func wishOf(v *page.Visit) (cells.Wish, page.Form) {
	q := v.R.URL.Query()
	form := page.Form{Values: q}
	w := cells.Wish{Mode: cells.Mode(q.Get("mode"))}
	switch w.Mode {
	case cells.ForPeople:
		w.People = strings.FieldsFunc(strings.ToUpper(q.Get("people")), func(c rune) bool { return strings.ContainsRune(" \t\r\n,;", c) })
		w.Establishment = strings.TrimSpace(q.Get("place"))
	case cells.ForTransfer:
		w.Transfer = strings.TrimSpace(q.Get("transfer"))
	case cells.ForRebalance, cells.ForEmptying:
		w.Place = strings.TrimSpace(q.Get("place"))
	}
	for name, take := range map[string]func(uint64){"moves": func(n uint64) { w.MaxMoves = int(min(n, 1<<20)) }, "seed": func(n uint64) { w.Seed = n }} {
		text := strings.TrimSpace(q.Get(name))
		if text == "" || (name == "moves" && w.Mode != cells.ForRebalance) {
			continue
		}
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			form.Mend(name, v.Say("page.counts.number-missing"))
			continue
		}
		take(n)
	}
	return w, form
}

// fieldOf says beside which field a refused wish is to be mended.
var fieldOf = map[string]string{"list-empty": "people", "unknown-person": "people", "not-in-custody": "people", "other-establishment": "people", "unknown-transfer": "transfer",
	"nobody-to-place": "place", "unknown-place": "place", "unknown-establishment": "place", "place-holds-nobody": "place", "plan-mode-unknown": "mode", "list-too-long": "people"}

// propose shows a proposal. It is asked for by an address, so that its pages and its language can change; the same seed on
// the same record makes the same plan.
func (p *pages) propose(v *page.Visit) error {
	w, form := wishOf(v)
	if len(form.Faults) == 0 {
		proposal, err := p.cells.Propose(v.R.Context(), v.Command(), w, v.Now)
		if err == nil {
			return p.planPage(v, http.StatusOK, proposal)
		}
		if !form.Take(v.Speaker, err, fieldOf) {
			return err
		}
		return p.askPage(v, page.StatusOf(err), Ask{Form: form})
	}
	return p.askPage(v, http.StatusUnprocessableEntity, Ask{Form: form})
}

func (p *pages) planPage(v *page.Visit, status int, proposal cells.Proposal) error {
	q := v.R.URL.Query()
	plan := Plan{Proposal: proposal, Query: q}
	p.Book.Read(func(s *custody.State) {
		plan.Of = page.PlaceIn(s, proposal.Establishment)
		all := onCells(proposal.Moves)
		plan.Pages = page.Paged("/cells/proposal", q, len(all), page.PageSize)
		for _, c := range page.Cut(all, plan.Pages) {
			plan.Cells = append(plan.Cells, c.in(s, v))
		}
		for _, u := range proposal.Unplaced {
			plan.Unplaced = append(plan.Unplaced, unplacedIn(s, u))
		}
	})
	f := v.Frame("cells", v.Say("page.plans.proposal"), proposal.Establishment)
	f.Trail = []page.Link{{Text: v.Say("page.nav.cells"), Address: "/cells"}}
	return v.Show(status, planPage(f, plan))
}

// onCells gathers a plan's people by their new cells, in the order of the cells' codes.
func onCells(moves []cells.Placement) []Cell {
	byCode := map[string]*Cell{}
	var list []*Cell
	for _, m := range moves {
		c := byCode[m.Cell]
		if c == nil {
			c = &Cell{Place: page.Place{Code: m.Cell}}
			byCode[m.Cell] = c
			list = append(list, c)
		}
		c.Coming = append(c.Coming, m)
	}
	slices.SortFunc(list, func(a, b *Cell) int { return cmp.Compare(a.Place.Code, b.Place.Code) })
	all := make([]Cell, len(list))
	for i, c := range list {
		all[i] = *c
	}
	return all
}

// in adds what the register says of the cell.
func (c Cell) in(s *custody.State, v *page.Visit) Cell {
	c.Place = page.PlaceIn(s, c.Place.Code)
	c.Here = s.Present(c.Place.Code)
	if p := s.Places.Get(c.Place.Code); p != nil {
		c.Capacity, _ = p.Capacity(v.Now)
		c.Around = page.PlaceIn(s, p.Parent)
	}
	return c
}

func unplacedIn(s *custody.State, u cells.Unplaced) Unplaced {
	one := Unplaced{Unplaced: u}
	for _, f := range u.Frees {
		way := Way{Cell: page.PlaceIn(s, f.Cell), Rules: f.Rules}
		for _, number := range f.People {
			way.People = append(way.People, Someone{number, page.PersonIn(s, number)})
		}
		one.Ways = append(one.Ways, way)
	}
	return one
}

// Moves writes the plan as it is sent to be carried out: a line for each person, with the cell.
func (p Plan) Moves() string {
	var b strings.Builder
	for _, m := range p.Proposal.Moves {
		b.WriteString(m.Person + " " + m.Cell + "\n")
	}
	return b.String()
}

// Again is the address of another plan for the same wish.
func (p Plan) Again() string {
	q := url.Values{}
	for name, values := range p.Query {
		q[name] = values
	}
	q.Del("page")
	seed, _ := strconv.ParseUint(q.Get("seed"), 10, 64) // what is no number was refused
	q.Set("seed", strconv.FormatUint(seed+1, 10))
	return "/cells/proposal?" + q.Encode()
}
