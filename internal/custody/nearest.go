package custody

import (
	"slices"
	"strings"
)

// How far a search for other cells goes before it answers with what it has.
const (
	nearestFound  = 3
	nearestLooked = 600 // cells; the writer waits for it
)

// Nearest returns up to three cells that would do for a person, nearest first by the tree:
// the same landing, then the same wing, module, sector, establishment. A cell that is too
// far down a big estate is not looked at.
func (a *Arrangement) Nearest(person, place string) (cells []string) {
	p := a.s.Places.Get(place)
	if p == nil {
		return nil
	}
	looked, below := 0, ""
	for up := p; up != nil && len(cells) < nearestFound && looked < nearestLooked; up = a.s.Places.Get(up.Parent) {
		a.s.cellsUnder(up, below, func(cell *Place) bool {
			looked++
			if cell.Code != place && a.place(person) != cell.Code && len(a.Breaks(person, cell.Code)) == 0 {
				cells = append(cells, cell.Code)
			}
			return len(cells) < nearestFound && looked < nearestLooked
		})
		below = up.Code
	}
	return cells
}

// cellsUnder calls do with the cells under a place, by code, but for the branch already
// seen, until it says stop.
func (s *State) cellsUnder(p *Place, seen string, do func(*Place) bool) bool {
	if p.Kind == Cell {
		return do(p)
	}
	for _, code := range s.Inside(p.Code) {
		if child := s.Places.Get(code); code != seen && !s.cellsUnder(child, "", do) {
			return false
		}
	}
	return true
}

// CellsUnder returns the cells under a place, by code and branch by branch.
func (s *State) CellsUnder(place string) (cells []*Place) {
	if p := s.Places.Get(place); p != nil {
		s.cellsUnder(p, "", func(c *Place) bool { cells = append(cells, c); return true })
	}
	return cells
}

// Inside returns the codes of the places directly inside a place, in order.
func (s *State) Inside(place string) []string { return sortedKeys(s.derived.inside[place]) }

// Occupants returns who is in exactly this place, by prison number.
func (s *State) Occupants(place string) []string { return sortedKeys(s.derived.occupants[place]) }

// PeopleUnder returns who is in a place or in any place inside it, by prison number.
func (s *State) PeopleUnder(place string) []string {
	var people []string
	var under func(string)
	under = func(place string) {
		for person := range s.derived.occupants[place] {
			people = append(people, person)
		}
		for child := range s.derived.inside[place] {
			under(child)
		}
	}
	under(place)
	slices.Sort(people)
	return people
}

// refusal refuses to put people into a place where one of them breaks a hard rule, and says
// which cells nearby would do for the first who does. They have been put there in the
// arrangement. nil when nobody breaks any.
func (a *Arrangement) refusal(place string, people ...string) error {
	for _, person := range people {
		if broken := a.Breaks(person, place); len(broken) > 0 {
			broken[0].Params["nearest"] = strings.Join(a.Nearest(person, place), ", ")
			return first(broken)
		}
	}
	return nil
}
