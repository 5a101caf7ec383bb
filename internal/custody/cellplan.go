package custody

import (
	"time"
)

// PlannedCell is where a plan puts one person, and why there, as the code of a reason.
type PlannedCell struct {
	Person string `json:"person"`
	Cell   string `json:"cell"`
	Why    string `json:"why,omitempty"`
}

// CellPlan is the detail of planning the cells of a transfer before it departs, so that
// each line of the manifest carries the cell and reception only confirms.
type CellPlan struct {
	Cells    []PlannedCell `json:"cells"`
	Unplaced []string      `json:"unplaced,omitempty"` // whom no cell would do for, by prison number
}

// CellSums says how the plan of cells of a transfer fared.
type CellSums struct {
	Planned   int            `json:"planned"`
	Unplaced  int            `json:"unplaced"`      // without a planned cell
	Placed    int            `json:"placed"`        // in the cell that was planned
	Replanned int            `json:"replanned"`     // in another, since the planned one would no longer do
	Left      int            `json:"left"`          // not placed when the plan was carried out
	Why       map[string]int `json:"why,omitempty"` // by what broke, as the code of a refusal
}

// PlanCells decides the cells of people on a transfer that has not been closed. The whole
// plan is judged at once: it is refused when anybody in it would break a hard rule.
func (s *State) PlanCells(id string, plan CellPlan, at, now time.Time) (Entry, error) {
	t, err := s.transferIn(id, Drafted, Approved)
	if err != nil {
		return Entry{}, err
	}
	if len(plan.Cells) == 0 {
		return Entry{}, InvalidInput("list-empty")
	}
	if len(plan.Cells) > MaxManifest || len(plan.Unplaced) > MaxManifest {
		return Entry{}, InvalidInput("list-too-long")
	}
	a := s.Arrange(at, now)
	listed := make(map[string]bool, len(plan.Cells))
	for _, c := range plan.Cells {
		l, err := s.lineOf(id, c.Person)
		if err != nil {
			return Entry{}, err
		}
		if l.Status.Settled() || listed[c.Person] {
			return Entry{}, refuse(Conflict, 2, "line-status", "person", c.Person, "transfer", id, "status", string(l.Status))
		}
		listed[c.Person] = true
		if err := s.plannable(c, t.To); err != nil {
			return Entry{}, err
		}
		a.Put(c.Person, c.Cell)
	}
	s.reserved(a, t.To, listed)
	var problems []*Refusal
	for _, c := range plan.Cells {
		problems = append(problems, a.Breaks(c.Person, c.Cell)...)
	}
	if len(problems) > 0 {
		r := refuse(Conflict, 4, "plan-broken", "transfer", id, "count", itoa(len(problems)))
		r.Also = problems[:min(len(problems), 100)]
		return Entry{}, r
	}
	return Entry{Kind: CellsPlanned, Transfer: id, Happened: at, Detail: &plan}, nil
}

func (s *State) plannable(c PlannedCell, establishment string) error {
	p := s.Places.Get(c.Cell)
	if p == nil {
		return Unknown("place", c.Cell)
	}
	if p.Kind != Cell {
		return InvalidInput("place-no-cell", "place", c.Cell, "kind", string(p.Kind))
	}
	if p.Establishment != establishment {
		return refuse(Conflict, 2, "other-establishment", "person", c.Person, "place", c.Cell, "establishment", establishment)
	}
	return checkText("why", c.Why, 60)
}

// Reserved calls do with everybody whom the plan of an open transfer puts into a cell of an
// establishment and who is not in one of its cells yet.
func (s *State) Reserved(establishment string, do func(person, cell string)) {
	for person, id := range s.derived.planned {
		l, t := s.Lines.Get(id+"/"+person), s.Transfers.Get(id)
		if t.To != establishment || (t.Status != Drafted && t.Status != Approved) {
			continue
		}
		if here := s.Places.Get(s.cellOf(person)); here == nil || here.Establishment != establishment {
			do(person, l.Cell)
		}
	}
}

// reserved puts into the arrangement those whom other plans have given a cell.
func (s *State) reserved(a *Arrangement, establishment string, but map[string]bool) {
	s.Reserved(establishment, func(person, cell string) {
		if !but[person] {
			a.Put(person, cell)
		}
	})
}

func applyCellsPlanned(s *State, e *Entry) error {
	plan := e.Detail.(*CellPlan)
	for _, c := range plan.Cells {
		l := s.Lines.Get(e.Transfer + "/" + c.Person)
		if l == nil {
			return refuse(NotFound, 2, "not-listed", "person", c.Person, "transfer", e.Transfer)
		}
		edit(s.Lines, l, func(l *Line) { l.Cell, l.Why = c.Cell, c.Why })
	}
	for _, person := range plan.Unplaced {
		if l := s.Lines.Get(e.Transfer + "/" + person); l != nil && l.Cell != "" {
			edit(s.Lines, l, func(l *Line) { l.Cell, l.Why = "", "" })
		}
	}
	return s.editTransfer(e, func(t *Transfer) {
		sums := CellSums{}
		if t.Cells != nil {
			sums = *t.Cells
		}
		sums.Planned, sums.Unplaced = s.plannedOn(t.ID), len(plan.Unplaced)
		t.Cells = &sums
	})
}

// plannedOn counts the lines of a transfer that carry a cell.
func (s *State) plannedOn(id string) (n int) {
	for person := range s.derived.lines[id] {
		if s.Lines.Get(id+"/"+person).Cell != "" {
			n++
		}
	}
	return n
}
