package cells

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"habeas.example/habeas/internal/allocate"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Decision is a plan that somebody has decided to carry out.
type Decision struct {
	Mode     Mode
	Transfer string // whose plan it is; its sums are kept
	Moves    []custody.CellOrder
	Happened time.Time // zero: now
}

// Outcome is what became of a plan.
type Outcome struct {
	book.Written
	Placed    int                 // where the plan said
	Replanned []custody.Replanned // elsewhere, or left where they were, and why
	Waiting   []string            // must not be alone, and those planned into the cell are still on their way
}

// attempts is how often a plan is planned anew when the record changes under it, before it
// is given up (code "plan-overtaken").
const attempts = 5

// errOvertaken says that a plan no longer fits and nothing was recorded.
var errOvertaken = errors.New("the record has changed under the plan")

// Commit carries a plan out, in one order: all its moves are recorded or none. Each is
// judged again, together with the others, against the record as it is now; only those that
// would break a rule are planned anew, and reported with what broke. Somebody for whom no
// other cell will do is left where they are, and reported.
func (d *Desk) Commit(ctx context.Context, c book.Command, in Decision) (Outcome, error) {
	if len(in.Moves) == 0 {
		return Outcome{}, custody.InvalidInput("list-empty")
	}
	if len(in.Moves) > custody.MaxManifest {
		return Outcome{}, custody.InvalidInput("list-too-long")
	}
	planned := make(map[string]string, len(in.Moves)) // as decided
	var err error
	d.book.Read(func(s *custody.State) {
		for _, m := range in.Moves {
			if _, twice := planned[m.Person]; twice {
				err = custody.InvalidInput("named-twice", "person", m.Person)
			} else if s.People.Get(m.Person) == nil {
				err = custody.Unknown("person", m.Person)
			} else if s.Places.Get(m.To) == nil {
				err = custody.Unknown("place", m.To) // nothing that could have changed meanwhile
			}
			planned[m.Person] = m.To
		}
	})
	if err != nil {
		return Outcome{}, err
	}
	orders, replanned := slices.Clone(in.Moves), map[string]custody.Replanned{}
	for range attempts {
		w, err := d.carryOut(ctx, c, in, orders, inOrder(in.Moves, replanned))
		if err == nil {
			return outcome(w), nil
		}
		if !errors.Is(err, errOvertaken) {
			return Outcome{}, err
		}
		if orders, err = d.replan(ctx, orders, planned, replanned); err != nil {
			return Outcome{}, err
		}
		if len(orders) == 0 {
			break
		}
	}
	r := &custody.Refusal{Code: "plan-overtaken", Reason: custody.Conflict, Params: map[string]string{"transfer": in.Transfer}}
	for _, b := range inOrder(in.Moves, replanned)[:min(len(replanned), 100)] {
		r.Also = append(r.Also, &custody.Refusal{Code: b.Why, Reason: custody.Conflict, Params: map[string]string{"person": b.Person, "place": b.Planned}})
	}
	return Outcome{}, r
}

// carryOut records the moves, or nothing: errOvertaken when one of them no longer can be.
func (d *Desk) carryOut(ctx context.Context, c book.Command, in Decision, orders []custody.CellOrder, replanned []custody.Replanned) (book.Written, error) {
	return d.book.Order(ctx, c, custody.MovePeople, func(tx *book.Tx) ([]custody.Entry, error) {
		s, at := tx.State(), tx.At(in.Happened)
		for i := range orders {
			if err := tx.Permit(s.WhereIs(orders[i].Person)...); err != nil {
				return nil, err
			}
			orders[i].Happened = at
		}
		entries, err := s.CarryOut(in.Transfer, string(in.Mode), orders, replanned, at, tx.Now())
		if errors.Is(err, custody.Refused("plan-broken")) {
			return nil, errOvertaken
		}
		return entries, err
	})
}

// replan takes out of the orders what no longer can be, and plans anew, with everybody else
// where the plan has them.
func (d *Desk) replan(ctx context.Context, orders []custody.CellOrder, planned map[string]string, replanned map[string]custody.Replanned) ([]custody.CellOrder, error) {
	var q question
	kept, again := []custody.CellOrder{}, []custody.CellOrder{}
	d.book.Read(func(s *custody.State) {
		now := s.LastRecorded
		if len(orders) > 0 && orders[0].Happened.After(now) {
			now = orders[0].Happened
		}
		unfit := s.Unfit(orders, now)
		for i, o := range orders {
			r := unfit[i]
			if r == nil {
				kept = append(kept, o)
				continue
			}
			if _, before := replanned[o.Person]; !before {
				replanned[o.Person] = custody.Replanned{Person: o.Person, Planned: planned[o.Person], Why: r.Code}
			} else {
				b := replanned[o.Person]
				b.Cell = ""
				replanned[o.Person] = b
			}
			if h := s.Holdings.Get(o.Person); h != nil && h.Status == custody.Held && s.PendingHandover(o.Person) == "" && h.At.Place != o.To {
				again = append(again, o)
			}
		}
		if len(again) > 0 {
			q = askAround(s, again, kept, now)
		}
	})
	if len(again) == 0 {
		return kept, nil
	}
	plan := allocate.Solve(q.Problem, allocate.Options{Stop: func() bool { return ctx.Err() != nil }})
	if plan.Fault != nil {
		return nil, plan.Fault
	}
	for _, o := range again {
		i, asked := q.person[o.Person]
		if !asked || plan.Assignment[i] < 0 {
			continue
		}
		cell := q.Cells[plan.Assignment[i]].ID
		if cell == q.from[i] {
			continue
		}
		o.To = cell
		kept = append(kept, o)
		b := replanned[o.Person]
		b.Cell = cell
		replanned[o.Person] = b
	}
	return kept, nil
}

// askAround makes the problem of placing some people once others have moved as planned.
func askAround(s *custody.State, place, kept []custody.CellOrder, now time.Time) question {
	establishment := s.Holdings.Get(place[0].Person).At.Establishment
	all := make([]string, 0, len(place)+len(kept))
	for _, o := range kept {
		all = append(all, o.Person)
	}
	for _, o := range place {
		all = append(all, o.Person)
	}
	q := ask(s, establishment, all, now, false)
	for _, o := range kept {
		if _, inside := q.cell[o.To]; inside {
			q.People[q.person[o.Person]].Cell = o.To
		}
	}
	return q
}

// inOrder lists what was planned anew in the order of the plan.
func inOrder(moves []custody.CellOrder, replanned map[string]custody.Replanned) (list []custody.Replanned) {
	seen := map[string]bool{}
	for _, m := range moves {
		if r, is := replanned[m.Person]; is && !seen[m.Person] {
			seen[m.Person] = true
			list = append(list, r)
		}
	}
	return list
}

// outcome reads what became of a plan from its own entries, so that a repeated request is
// told the same.
func outcome(w book.Written) Outcome {
	o := Outcome{Written: w}
	for _, e := range w.Entries {
		if done, is := e.Detail.(*custody.PlanOutcome); is {
			o.Placed, o.Replanned = done.Placed, done.Replanned
		}
	}
	return o
}

// PlanTransfer records the cells of a transfer: those given, or with none those that a
// fresh proposal finds. Whoever has no cell stands in the proposal.
func (d *Desk) PlanTransfer(ctx context.Context, c book.Command, id string, cells []custody.PlannedCell, seed uint64, now time.Time) (book.Written, Proposal, error) {
	var p Proposal
	for attempt := 1; ; attempt++ {
		plan := custody.CellPlan{Cells: cells}
		if len(cells) == 0 {
			var err error
			if p, err = d.Propose(ctx, c, Wish{Mode: ForTransfer, Transfer: id, Seed: seed}, now); err != nil {
				w, err := d.answered(ctx, c, custody.PlanCells, err)
				return w, p, err
			}
			for _, m := range p.Moves {
				plan.Cells = append(plan.Cells, custody.PlannedCell{Person: m.Person, Cell: m.Cell, Why: m.Reason})
			}
			for _, u := range p.Unplaced {
				plan.Unplaced = append(plan.Unplaced, u.Person)
			}
		}
		w, err := d.book.One(ctx, c, custody.PlanCells, func(tx *book.Tx) (custody.Entry, error) {
			if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
				return custody.Entry{}, err
			}
			return tx.State().PlanCells(id, plan, tx.Now(), tx.Now())
		})
		if len(cells) == 0 && errors.Is(err, custody.Refused("plan-broken")) && attempt < attempts {
			continue // the record changed between the proposal and the order
		}
		return w, p, err
	}
}

// Place puts people of a transfer who wait in reception into their planned cells, in one
// order: those named, or with no names everybody who waits. Whoever cannot be put where the
// plan said is planned anew. Somebody who must not be alone waits until one of those who are
// planned into the same cell comes (code "company-on-the-way" when that is so of everybody).
func (d *Desk) Place(ctx context.Context, c book.Command, id string, people []string, happened time.Time) (Outcome, error) {
	in := Decision{Mode: ForTransfer, Transfer: id, Happened: happened}
	var waiting []string
	var err error
	d.book.Read(func(s *custody.State) { in.Moves, waiting, err = planned(s, id, people) })
	if err == nil && len(in.Moves) == 0 {
		r := &custody.Refusal{Code: "transfer-without-plan", Reason: custody.Conflict, Params: map[string]string{"transfer": id}}
		if len(waiting) > 0 {
			r = &custody.Refusal{Code: "company-on-the-way", Reason: custody.Conflict, Params: map[string]string{"transfer": id, "count": strconv.Itoa(len(waiting)), "person": waiting[0]}}
		}
		err = r
	}
	if err != nil {
		w, err := d.answered(ctx, c, custody.MovePeople, err)
		return outcome(w), err
	}
	o, err := d.Commit(ctx, c, in)
	o.Waiting = waiting
	return o, err
}

// planned are the moves that the plan of a transfer has for those who wait in reception, and
// who of them is to wait for company.
func planned(s *custody.State, id string, people []string) (moves []custody.CellOrder, wait []string, err error) {
	t := s.Transfers.Get(id)
	if t == nil {
		return nil, nil, custody.Unknown("transfer", id)
	}
	named := map[string]bool{}
	for _, person := range people {
		named[person] = true
	}
	coming, due := map[string]int{}, map[string]int{} // by cell: with this order, and later
	var ready []custody.CellOrder
	for _, person := range s.Listed(id) {
		l := s.Lines.Get(id + "/" + person)
		switch here := waiting(s, person, t.To); {
		case l.Cell == "":
		case here && (len(named) == 0 || named[person]):
			ready = append(ready, custody.CellOrder{Person: person, To: l.Cell})
			coming[l.Cell]++
		case here || !l.Status.Settled():
			due[l.Cell]++
		}
	}
	for _, o := range ready {
		a := s.Assessments.Get(o.Person)
		if a != nil && a.NotAlone && s.Present(o.To) == 0 && coming[o.To] == 1 && due[o.To] > 0 {
			wait = append(wait, o.Person)
			continue
		}
		moves = append(moves, o)
	}
	return moves, wait, nil
}

// answered refuses a command, unless it is one that was written before under its key: then
// it gets its first reply again, though there is nothing left to do now.
func (d *Desk) answered(ctx context.Context, c book.Command, action custody.Action, refusal error) (book.Written, error) {
	return d.book.Order(ctx, c, action, func(*book.Tx) ([]custody.Entry, error) { return nil, refusal })
}
