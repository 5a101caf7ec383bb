package custody

import (
	"maps"
	"slices"
	"time"
)

// CellOrder is one move that an order or a plan asks for.
type CellOrder struct {
	Person   string
	To       string
	Happened time.Time
}

// Replanned is one person whom a plan did not put where it said, and why.
type Replanned struct {
	Person  string `json:"person"`
	Planned string `json:"planned"`
	Cell    string `json:"cell,omitempty"` // instead; empty: left where they were
	Why     string `json:"why"`            // code of the refusal that the planned cell met with
}

// PlanOutcome is the detail of carrying a plan out. The moves follow it as entries of their
// own, in the same order.
type PlanOutcome struct {
	Mode      string      `json:"mode"` // what was planned for, e.g. "transfer"
	Planned   int         `json:"planned"`
	Placed    int         `json:"placed"` // as planned
	Replanned []Replanned `json:"replanned,omitempty"`
}

// Unfit says of each move of a plan why it can no longer be made, by the place in the list;
// empty when all can. The moves are judged together, so that people may change places, and
// only as many are taken out as must be: of two planned for the last place, one stays in.
func (s *State) Unfit(orders []CellOrder, now time.Time) map[int]*Refusal {
	unfit := map[int]*Refusal{}
	instants := []time.Time{now}
	for _, o := range orders {
		if !o.Happened.IsZero() && !slices.ContainsFunc(instants, o.Happened.Equal) && len(instants) < 8 {
			instants = append(instants, o.Happened)
		}
	}
	a := s.Arrange(instants...)
	seen := make(map[string]bool, len(orders))
	for i, o := range orders {
		err := s.movable(o, now)
		if err == nil && seen[o.Person] {
			err = InvalidInput("named-twice", "person", o.Person)
		}
		if r, is := RefusalOf(err); is {
			unfit[i] = r
			continue
		}
		seen[o.Person] = true
		a.Put(o.Person, o.To)
	}
	for again := true; again; {
		again = false
		takeOut := func(i int, r *Refusal) {
			unfit[i], again = r, true
			a.putBack(orders[i].Person)
		}
		for i, o := range orders {
			if unfit[i] != nil {
				continue
			}
			if broken := a.Breaks(o.Person, o.To); len(broken) > 0 {
				r, _ := RefusalOf(first(broken))
				takeOut(i, r)
			}
		}
		for _, r := range a.LeftAlone() {
			for i, o := range orders {
				if unfit[i] == nil && s.placeOf(o.Person) == r.Params["place"] {
					r.Params["person"] = o.Person
					takeOut(i, r)
					break
				}
			}
		}
	}
	return unfit
}

// putBack takes a person out of an arrangement: they stay where they are.
func (a *Arrangement) putBack(person string) {
	to, put := a.to[person]
	if !put {
		return
	}
	a.come[to] = slices.DeleteFunc(a.come[to], func(p string) bool { return p == person })
	delete(a.to, person)
	if here := a.s.placeOf(person); here != "" {
		if a.gone[here]--; a.gone[here] == 0 {
			delete(a.gone, here)
		}
	}
}

// movable refuses a move that nobody could make, whoever else is where.
func (s *State) movable(o CellOrder, now time.Time) error {
	at := o.Happened
	if at.IsZero() {
		at = now
	}
	h, err := s.orderable(o.Person)
	if err != nil {
		return err
	}
	if h.Status != Held || h.Vehicle != "" {
		return refuse(Conflict, 1, "not-in-establishment", "person", o.Person, "place", h.At.Place)
	}
	if h.At.Place == o.To {
		return refuse(Conflict, 1, "already-there", "person", o.Person, "place", o.To)
	}
	if err := notBefore(h, at); err != nil {
		return err
	}
	if err := s.notFrozen(o.Person, h.At.Place, o.To); err != nil {
		return err
	}
	p, err := s.holdingPlace(o.To)
	if err != nil {
		return err
	}
	if p.Establishment != h.At.Establishment {
		return refuse(Conflict, 2, "other-establishment", "person", o.Person, "place", o.To, "establishment", h.At.Establishment)
	}
	return nil
}

// moved is the entry of a move that was found to be lawful.
func (s *State) moved(o CellOrder) Entry {
	h := s.Holdings.Get(o.Person)
	return Entry{Kind: PersonMoved, Person: o.Person, Happened: o.Happened, Place: o.To, Move: h.to(h.At.Establishment, o.To, h.At.Custodian)}
}

// CarryOut decides a plan: every move in one order, none of which may break a rule once all
// are made. A refusal (code "plan-broken") names those that would. replanned tells of those
// whom the plan had put elsewhere at first. With a transfer, its sums are kept.
func (s *State) CarryOut(transfer, mode string, orders []CellOrder, replanned []Replanned, at, now time.Time) ([]Entry, error) {
	if len(orders) == 0 {
		return nil, InvalidInput("list-empty")
	}
	if len(orders) > MaxManifest || len(replanned) > MaxManifest {
		return nil, InvalidInput("list-too-long")
	}
	if err := checkText("mode", mode, 60); err != nil {
		return nil, err
	}
	if transfer != "" && s.Transfers.Get(transfer) == nil {
		return nil, Unknown("transfer", transfer)
	}
	for i := range orders {
		orders[i].Happened = at
	}
	if unfit := s.Unfit(orders, now); len(unfit) > 0 {
		r := refuse(Conflict, 4, "plan-broken", "transfer", transfer, "count", itoa(len(unfit)))
		for _, i := range slices.Sorted(maps.Keys(unfit))[:min(len(unfit), 100)] {
			r.Also = append(r.Also, unfit[i])
		}
		return nil, r
	}
	outcome := PlanOutcome{Mode: mode, Planned: len(orders), Replanned: replanned}
	elsewhere := 0
	for _, r := range replanned {
		if r.Cell != "" {
			elsewhere++
		} else {
			outcome.Planned++
		}
	}
	outcome.Placed = len(orders) - elsewhere
	entries := make([]Entry, 1, len(orders)+1)
	entries[0] = Entry{Kind: PlanCommitted, Transfer: transfer, Happened: at, Detail: &outcome}
	for _, o := range orders {
		entries = append(entries, s.moved(o))
	}
	return entries, nil
}

func applyPlanCommitted(s *State, e *Entry) error {
	if e.Transfer == "" {
		return nil
	}
	done := e.Detail.(*PlanOutcome)
	return s.editTransfer(e, func(t *Transfer) {
		sums := CellSums{}
		if t.Cells != nil {
			sums = *t.Cells
		}
		sums.Why = maps.Clone(sums.Why)
		sums.Placed += done.Placed
		for _, r := range done.Replanned {
			if r.Cell == "" {
				sums.Left++
			} else {
				sums.Replanned++
			}
			if sums.Why == nil {
				sums.Why = map[string]int{}
			}
			sums.Why[r.Why]++
		}
		t.Cells = &sums
	})
}
