package allocate

// Weights say how much each soft aim counts. The zero value stands for DefaultWeights.
type Weights struct {
	Moves  int // for each person who was in a cell and is moved
	Opened int // for each cell opened: empty before, and not after
	Near   int // for somebody who has nobody of theirs on the landing; half of it if on the landing but not in the cell
	Risk   int // for each unit of risk that meets the average risk of a landing
	Room   int // for room that is broken up, as a share of the cell
}

// DefaultWeights keep the order of the aims: what comes before outweighs what comes after.
func DefaultWeights() Weights {
	return Weights{Moves: 10_000, Opened: 1_000, Near: 100, Risk: 10, Room: 1}
}

// Options say how to solve a problem.
type Options struct {
	Seed    uint64
	Weights Weights
	// Effort is how many steps the search may take after the first plan is there: to place those who found no cell, and
	// to open fewer cells. 0 stands for DefaultEffort; negative for none. A step is about a tenth of a microsecond.
	Effort int
	// MaxMoves limits how many people who are in a cell are moved. 0 is no limit; negative moves nobody.
	MaxMoves int
	// Stop ends the search early when it answers true, so that whoever has a clock can keep to a time; the plan then
	// depends on when it did. nil never stops.
	Stop func() bool
}

// DefaultEffort is the number of steps of the search when options do not say.
const DefaultEffort = 500_000

// Plan answers a Problem.
type Plan struct {
	// Assignment is, for each person of the problem in order, the index of their cell; -1 for those who have none.
	Assignment []int
	// Reasons say for each person in one line why there.
	Reasons []Reason
	// Unplaced are those who found no cell, and those who should have left one and could not.
	Unplaced []Unplaced
	// Moves is how many people who were in a cell are in another.
	Moves int
	// Used is how many cells hold somebody; Opened is how many of them were empty before the plan.
	Used, Opened int
	// LowerBound is what no plan that places the same people can go below in Opened; Certificate shows why.
	LowerBound  int
	Certificate Certificate
	// Violations are rules that the plan breaks: only those that were broken before it, as far or further.
	Violations []Violation
	// Fault is why the problem could not be understood; the assignment then is as it was.
	Fault error
}

// Reason is why a person is where the plan has them. Texts are in the catalogues under "placed.CODE".
type Reason struct {
	Code   ReasonCode        `json:"code"`
	Params map[string]string `json:"params,omitempty"`
}

// ReasonCode is stable and published.
type ReasonCode string

// The reasons, with their parameters.
const (
	ReasonStays      ReasonCode = "stays"       // they were there before
	ReasonOpenRoom   ReasonCode = "open-room"   // cell, free: a cell of their class was open and had room
	ReasonNear       ReasonCode = "near"        // cell, key: somebody of theirs is in the cell or on the landing
	ReasonNeed       ReasonCode = "need"        // cell, needs: the cell offers what they need
	ReasonSingle     ReasonCode = "single-cell" // cell: they have a single cell
	ReasonCompany    ReasonCode = "company"     // cell: they must not be alone, and are not there
	ReasonOpened     ReasonCode = "opened"      // cell: no open cell could take them
	ReasonMovedOut   ReasonCode = "moved-out"   // cell, from: their cell takes nobody
	ReasonMovedRule  ReasonCode = "moved-rule"  // cell, from, rule: a rule was broken where they were
	ReasonMovedRoom  ReasonCode = "moved-room"  // cell, from: to make room for somebody who fits nowhere else
	ReasonBalance    ReasonCode = "balance"     // cell, from: to balance the landings
	ReasonUnplaced   ReasonCode = "unplaced"    // see Plan.Unplaced
	ReasonCannotMove ReasonCode = "cannot-move" // they should leave, and no other cell takes them
)

// Proof is how much is known of somebody who could not be placed.
type Proof string

// The proofs, from the strongest.
const (
	// ProofAlways: even with nobody of the plan placed, no cell takes this person.
	ProofAlways Proof = "always"
	// ProofNoPlan: every plan was considered, and none places more people.
	ProofNoPlan Proof = "no-plan"
	// ProofThisPlan: no cell takes this person while all others are where this plan has them.
	ProofThisPlan Proof = "this-plan"
)

// Unplaced is a person for whom there is no cell, and why.
type Unplaced struct {
	Person int
	Proof  Proof
	// Rules is the smallest set of rules that together bar every cell: were only these in force there would still be
	// no place, and dropping any one of them, there would be.
	Rules []Binding
	// Frees are the cells where fewest rules stand in the way, with those rules: what would free a place.
	Frees []Opening
}

// Binding is a rule that binds, and how many cells it bars for the person.
type Binding struct {
	Rule   Rule
	Detail string // the need that is meant
	Cells  int
}

// Opening is a cell that would take a person if the rules named did not stand in the way.
type Opening struct {
	Cell   int
	Rules  []Binding
	People []int // those in the way: kept apart from the person, of another class, or filling the cell
}
