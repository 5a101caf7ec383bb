package allocate

import (
	"strconv"

	"habeas.example/habeas/internal/custody"
)

// Problem is what is asked: who goes into which cell. Ids are opaque, and unique among cells and among people; order is
// kept, so that index i of an assignment is person i.
type Problem struct {
	Cells  []Cell
	People []Person
	Apart  []Apart
}

// Cell is a place that holds people.
type Cell struct {
	ID string
	// Landing and Wing are the units that keep-apart orders speak of. A cell under no landing is a landing of its own,
	// and one under no wing belongs to its landing alone.
	Landing, Wing string
	// Capacity is how many people (or units of size) it may hold: the lower of certified and operational, or an
	// over-capacity order. Declared capacity never counts.
	Capacity int
	Features []string // what it offers: "wheelchair", "ground-floor", "infirmary", ...
	// Class says whom it is for: people of this class only; "" for any one class at a time.
	Class string
	// Closed takes nobody in: out of use, or being emptied. Whoever is in it and Movable is moved out.
	Closed bool
}

// Person is somebody to be placed, or somebody who is in a cell.
type Person struct {
	ID    string
	Size  int    // in units of capacity; 0 means 1
	Class string // by Mandela 11: people of two classes never share a cell
	Needs []string
	// Cell is where they are now, by id; "" for somebody to be placed.
	Cell string
	// Movable is somebody in a cell who may be moved (rebalancing, emergency); others stay where they are.
	Movable  bool
	Alone    bool // has a single cell: shares it with nobody
	NotAlone bool // must have company in the cell
	// Near holds keys (a case, a language) of those whom it is good to keep near each other.
	Near []string
	// Risk is spread over landings; 0 for somebody of no particular risk.
	Risk int
}

// Level is how far apart people are kept.
type Level string

// The levels of a keep-apart order.
const (
	InCell    Level = "cell"
	OnLanding Level = "landing"
	InWing    Level = "wing"
)

// Apart is a keep-apart order. Members who are not in the problem are nowhere in it, so that they bind nobody.
type Apart struct {
	Members []string
	Level   Level
	// Pairwise keeps every two of them apart; otherwise only all of them together is forbidden.
	Pairwise bool
}

// Bounds of a problem, so that no input can ask for more memory than a service has.
const (
	MaxCells   = 200_000
	MaxPeople  = 200_000
	MaxAparts  = 2_000_000
	MaxMembers = 4_000_000 // of all keep-apart orders together
	MaxSize    = 1_000_000 // of a person or a capacity
	MaxNeeds   = 48        // different needs, of all people together
)

// Validate refuses a problem that cannot be understood: an id that is missing or used twice, a cell that is named and
// not there, an absurd number. A problem that is merely unlawful as it stands (two people kept apart who share a cell)
// is valid.
func (p Problem) Validate() error {
	_, err := compile(p)
	return err
}

func (p Problem) withinBounds() error {
	for _, b := range []struct {
		what         string
		found, limit int
	}{{"cells", len(p.Cells), MaxCells}, {"people", len(p.People), MaxPeople}, {"apart", len(p.Apart), MaxAparts}} {
		if b.found > b.limit {
			return custody.InvalidInput("problem-too-large", "what", b.what, "limit", strconv.Itoa(b.limit))
		}
	}
	members := 0
	for _, a := range p.Apart {
		if members += len(a.Members); members > MaxMembers {
			return custody.InvalidInput("problem-too-large", "what", "members", "limit", strconv.Itoa(MaxMembers))
		}
	}
	return nil
}
