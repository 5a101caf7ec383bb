package cells

import (
	"cmp"
	"context"
	"slices"
	"time"

	"habeas.example/habeas/internal/allocate"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Mode is what a plan is for.
type Mode string

// The modes.
const (
	ForPeople    Mode = "people"    // one person or a bus: people of the establishment, or on their way to it
	ForTransfer  Mode = "transfer"  // everybody on a manifest who has not been received yet
	ForRebalance Mode = "rebalance" // even out a wing, with a limit on moves
	ForEmptying  Mode = "empty"     // take everybody out of a place and what lies in it, now
)

// Wish says what is to be planned.
type Wish struct {
	Mode          Mode
	Establishment string   // ForPeople: where; empty: where the first of them is held
	People        []string // ForPeople
	Transfer      string   // ForTransfer
	Place         string   // ForRebalance, ForEmptying: a wing, landing, module, sector or cell
	MaxMoves      int      // ForRebalance: at most so many are moved; 0: 20
	Seed          uint64   // the same seed on the same record makes the same plan
}

// Proposal is a plan that nobody has decided on yet.
type Proposal struct {
	Mode          Mode        `json:"mode"`
	Establishment string      `json:"establishment"`
	Transfer      string      `json:"transfer,omitempty"`
	Place         string      `json:"place,omitempty"`
	At            time.Time   `json:"at"`
	Entry         int64       `json:"entry"` // the book had this many entries
	Moves         []Placement `json:"moves"`
	Unplaced      []Unplaced  `json:"unplaced"`
	Opened        int         `json:"opened"`      // cells that were empty before
	LowerBound    int         `json:"lowerBound"`  // no plan for the same people opens fewer
	Certificate   []Bound     `json:"certificate"` // why, class by class: the cells add up
}

// Bound is the share of one class in the certificate of a lower bound.
type Bound struct {
	Kind    string   `json:"kind"` // sum, clique or need
	Class   string   `json:"class,omitempty"`
	Cells   int      `json:"cells"`
	Single  int      `json:"single,omitempty"` // of those, for people who have a cell to themselves
	Demand  int      `json:"demand"`           // people to be placed, those apart
	Room    int      `json:"room"`             // places free in open cells of the class
	Need    string   `json:"need,omitempty"`
	Members []string `json:"members,omitempty"` // of a clique: kept apart each from each
	Spare   int      `json:"spare,omitempty"`   // open cells that could take one of them
}

// Placement is one person's place in a plan, and why.
type Placement struct {
	Person string            `json:"person"`
	Name   string            `json:"name"`
	From   string            `json:"from,omitempty"` // where they are now
	Cell   string            `json:"cell"`
	Reason string            `json:"reason"` // code; its text is in the catalogue under "placed.CODE"
	Params map[string]string `json:"params,omitempty"`
}

// Unplaced is a person for whom there is no cell: the smallest set of rules that binds, and
// what would free a place.
type Unplaced struct {
	Person string    `json:"person"`
	Name   string    `json:"name"`
	From   string    `json:"from,omitempty"`
	Proof  string    `json:"proof"` // how much is known: always, no-plan or this-plan
	Rules  []Binding `json:"rules"`
	Frees  []WayOut  `json:"frees"`
}

// Binding is a rule that binds, and how many cells it bars.
type Binding struct {
	Rule   string `json:"rule"` // code; its text is in the catalogue under "rule.CODE"
	Detail string `json:"detail,omitempty"`
	Cells  int    `json:"cells"`
}

// WayOut is a cell that would do but for these rules, and who stands in the way.
type WayOut struct {
	Cell   string    `json:"cell"`
	Rules  []Binding `json:"rules"`
	People []string  `json:"people,omitempty"`
}

// defaultMoves limits a rebalancing that says no limit of its own.
const defaultMoves = 20

// Propose makes a plan and records nothing. It is refused to officials who may not plan
// cells, and for somebody or something that is not in the register. The state is read once;
// the search itself holds nobody up.
func (d *Desk) Propose(ctx context.Context, c book.Command, w Wish, now time.Time) (Proposal, error) {
	var q question
	var err error
	p := Proposal{Mode: w.Mode, Transfer: w.Transfer, Place: w.Place, At: now, Moves: []Placement{}, Unplaced: []Unplaced{}, Certificate: []Bound{}}
	d.book.Read(func(s *custody.State) {
		if !c.Console {
			if err = s.May(c.By, custody.PlanCells); err != nil {
				return
			}
		}
		p.Entry = s.Next
		if q, p.Establishment, err = w.question(s, now); err == nil && !c.Console {
			err = s.May(c.By, custody.PlanCells, p.Establishment)
		}
	})
	if err != nil {
		return Proposal{}, err
	}
	plan := w.solve(ctx, q)
	if plan.Fault != nil {
		return Proposal{}, plan.Fault
	}
	p.read(q, plan)
	d.book.Read(func(s *custody.State) { p.name(s) })
	return p, nil
}

// question turns the wish into a problem.
func (w Wish) question(s *custody.State, now time.Time) (question, string, error) {
	switch w.Mode {
	case ForPeople:
		return w.ofPeople(s, now)
	case ForTransfer:
		t := s.Transfers.Get(w.Transfer)
		if t == nil {
			return question{}, "", custody.Unknown("transfer", w.Transfer)
		}
		var people []string
		for _, person := range s.Listed(w.Transfer) {
			l := s.Lines.Get(w.Transfer + "/" + person)
			if !l.Status.Settled() || (l.Status == custody.Received && waiting(s, person, t.To)) {
				people = append(people, person)
			}
		}
		if len(people) == 0 {
			return question{}, "", custody.InvalidInput("nobody-to-place", "transfer", w.Transfer)
		}
		return ask(s, t.To, people, now, true), t.To, nil
	case ForRebalance, ForEmptying:
		p := s.Places.Get(w.Place)
		if p == nil {
			return question{}, "", custody.Unknown("place", w.Place)
		}
		if p.Establishment == "" {
			return question{}, "", custody.InvalidInput("place-holds-nobody", "place", w.Place, "kind", string(p.Kind))
		}
		if w.MaxMoves < 0 || w.MaxMoves > custody.MaxManifest {
			return question{}, "", custody.InvalidInput("list-too-long")
		}
		q := ask(s, p.Establishment, nil, now, false)
		return q, p.Establishment, q.touch(s, w)
	}
	return question{}, "", custody.InvalidInput("plan-mode-unknown", "kind", string(w.Mode))
}

func (w Wish) ofPeople(s *custody.State, now time.Time) (question, string, error) {
	if len(w.People) == 0 {
		return question{}, "", custody.InvalidInput("list-empty")
	}
	if len(w.People) > custody.MaxManifest {
		return question{}, "", custody.InvalidInput("list-too-long")
	}
	establishment := w.Establishment
	for _, person := range w.People {
		if s.People.Get(person) == nil {
			return question{}, "", custody.Unknown("person", person)
		}
		h := s.Holdings.Get(person)
		if h == nil || !h.Status.InCustody() {
			return question{}, "", &custody.Refusal{Code: "not-in-custody", Law: 1, Reason: custody.Conflict, Params: map[string]string{"person": person, "status": statusOf(h)}}
		}
		establishment = cmp.Or(establishment, h.At.Establishment)
		if h.Status != custody.InTransit && h.At.Establishment != establishment {
			return question{}, "", &custody.Refusal{Code: "other-establishment", Law: 2, Reason: custody.Conflict,
				Params: map[string]string{"person": person, "place": h.At.Place, "establishment": establishment}}
		}
	}
	if p := s.Places.Get(establishment); p == nil || p.Kind != custody.Establishment {
		return question{}, "", custody.Unknown("establishment", establishment)
	}
	return ask(s, establishment, slices.Clone(w.People), now, false), establishment, nil
}

func statusOf(h *custody.Holding) string {
	if h == nil {
		return "never-admitted"
	}
	return string(h.Status)
}

// waiting reports whether somebody received by an establishment is in it and in no cell.
func waiting(s *custody.State, person, establishment string) bool {
	h := s.Holdings.Get(person)
	if h == nil || h.Status != custody.Held || h.At.Establishment != establishment {
		return false
	}
	p := s.Places.Get(h.At.Place)
	return p != nil && p.Kind == custody.Reception
}

// touch makes those under a place movable and, to empty it, closes its cells.
func (q *question) touch(s *custody.State, w Wish) error {
	found := 0
	for _, p := range s.CellsUnder(w.Place) {
		if w.Mode == ForEmptying {
			q.Cells[q.cell[p.Code]].Closed = true
		}
		for _, person := range s.Occupants(p.Code) {
			if s.PendingHandover(person) == "" {
				q.People[q.person[person]].Movable = true
				found++
			}
		}
	}
	if found == 0 {
		return custody.InvalidInput("nobody-to-place", "place", w.Place)
	}
	return nil
}

// solve asks the search; whoever waits for it may give up.
func (w Wish) solve(ctx context.Context, q question) allocate.Plan {
	o := allocate.Options{Seed: w.Seed, Stop: func() bool { return ctx.Err() != nil }}
	if w.Mode != ForRebalance {
		return allocate.Solve(q.Problem, o)
	}
	o.MaxMoves = w.MaxMoves
	if o.MaxMoves == 0 {
		o.MaxMoves = defaultMoves
	}
	for i := range q.People {
		if q.People[i].Movable { // all of those meant are in one wing, module or sector
			return allocate.Rebalance(q.Problem, q.Cells[q.cell[q.People[i].Cell]].Wing, o)
		}
	}
	return allocate.Rebalance(q.Problem, "", o)
}

// read writes down what the plan says of those whom it places or moves.
func (p *Proposal) read(q question, plan allocate.Plan) {
	for i, c := range plan.Assignment {
		person := &q.People[i]
		if c < 0 || q.Cells[c].ID == person.Cell || q.Cells[c].ID == q.from[i] {
			continue
		}
		m := Placement{Person: person.ID, From: q.from[i], Cell: q.Cells[c].ID}
		if i < len(plan.Reasons) {
			m.Reason, m.Params = string(plan.Reasons[i].Code), plan.Reasons[i].Params
		}
		p.Moves = append(p.Moves, m)
	}
	for _, u := range plan.Unplaced {
		line := Unplaced{Person: q.People[u.Person].ID, From: q.from[u.Person], Proof: string(u.Proof), Rules: bindings(u.Rules), Frees: []WayOut{}}
		for _, o := range u.Frees {
			opening := WayOut{Cell: q.Cells[o.Cell].ID, Rules: bindings(o.Rules)}
			for _, i := range o.People {
				opening.People = append(opening.People, q.People[i].ID)
			}
			line.Frees = append(line.Frees, opening)
		}
		p.Unplaced = append(p.Unplaced, line)
	}
	p.Opened, p.LowerBound = plan.Opened, plan.LowerBound
	for _, part := range plan.Certificate.Parts {
		b := Bound{Kind: string(part.Kind), Class: part.Class, Cells: part.Cells, Single: part.Single, Demand: part.Demand, Room: part.Room, Need: part.Need, Spare: part.Spare}
		for _, i := range part.Members {
			b.Members = append(b.Members, q.People[i].ID)
		}
		p.Certificate = append(p.Certificate, b)
	}
}

func bindings(rules []allocate.Binding) []Binding {
	list := make([]Binding, len(rules))
	for i, b := range rules {
		list[i] = Binding{string(b.Rule), b.Detail, b.Cells}
	}
	return list
}

func (p *Proposal) name(s *custody.State) {
	for i := range p.Moves {
		p.Moves[i].Name = nameOf(s, p.Moves[i].Person)
	}
	for i := range p.Unplaced {
		p.Unplaced[i].Name = nameOf(s, p.Unplaced[i].Person)
	}
}

func nameOf(s *custody.State, person string) string {
	if who := s.People.Get(person); who != nil {
		return who.FullName()
	}
	return ""
}
