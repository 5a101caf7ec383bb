package cells

import (
	"slices"
	"time"

	"habeas.example/habeas/internal/custody"
)

// The space that people must have, in square decimetres.
const (
	sharedICRC = 340 // norm SPC-1: ICRC
	singleICRC = 540 // norm SPC-2: ICRC
	sharedCPT  = 400 // norm SPC-3: CPT/Inf(2015)44, sanitary annexe excluded
	singleCPT  = 600
)

// Space is one cell: who may be in it, who is, and how much room each has.
type Space struct {
	Code     string              `json:"code"`
	Name     string              `json:"name"`
	Landing  string              `json:"landing"`
	Wing     string              `json:"wing"`
	Present  int                 `json:"present"`
	Planned  int                 `json:"planned,omitempty"` // to come, by the plans of open transfers
	Capacity int                 `json:"capacity"`          // now: the lower of certified and operational, or a live order above
	Over     bool                `json:"over,omitempty"`    // a live order lets it go over certified capacity
	For      custody.Designation `json:"for"`
	Classes  []string            `json:"classes"` // of those in it: one, unless SEP-1 is broken
	OutOfUse bool                `json:"outOfUse,omitempty"`

	Certified int `json:"certified"`
	FloorArea int `json:"floorArea,omitempty"` // square decimetres; 0 where it is not known
	PerPerson int `json:"perPerson,omitempty"` // square decimetres each has now
	// Whether each has the space of the norms; absent where nobody is in it or the area is not known.
	SPC1 *bool `json:"spc1,omitempty"` // 3.4 m² in shared accommodation
	SPC2 *bool `json:"spc2,omitempty"` // 5.4 m² alone
	SPC3 *bool `json:"spc3,omitempty"` // 4 m² shared, 6 m² alone
}

// Spaces are the cells under a place, with what stands against the rules in its establishment.
type Spaces struct {
	At       time.Time        `json:"at"`
	Under    string           `json:"under"`
	Cells    []Space          `json:"cells"`
	People   int              `json:"people"`   // in them
	Crowded  int              `json:"crowded"`  // of those, with less space than SPC-1 or SPC-2 says
	Stricter int              `json:"stricter"` // of those, with less than SPC-3 says
	Unknown  int              `json:"unknown"`  // of those, in cells whose area is not known
	Breaches []custody.Breach `json:"breaches"`
}

// Spaces returns the cells under an establishment, wing, landing or other place, or the
// refusal "unknown-place".
func (d *Desk) Spaces(under string, now time.Time) (Spaces, error) {
	list := Spaces{At: now, Under: under, Cells: []Space{}, Breaches: []custody.Breach{}}
	var err error
	d.book.Read(func(s *custody.State) {
		top := s.Places.Get(under)
		if top == nil || top.Kind.Outside() || top.Kind == custody.VehiclePlace {
			err = custody.Unknown("place", under)
			return
		}
		planned := map[string]int{}
		s.Reserved(top.Establishment, func(_, cell string) { planned[cell]++ })
		classOf, inside := s.ClassesAt(now), map[string]bool{}
		for _, p := range s.CellsUnder(under) {
			inside[p.Code] = true
			list.add(spaceOf(s, p, classOf, planned[p.Code], now))
		}
		for _, b := range s.Standing(top.Establishment, now) {
			if inside[b.Place] || under == top.Establishment {
				list.Breaches = append(list.Breaches, b)
			}
		}
	})
	return list, err
}

// Space returns one cell, or the refusal "unknown-place" for what is no cell.
func (d *Desk) Space(cell string, now time.Time) (c Space, err error) {
	d.book.Read(func(s *custody.State) {
		p := s.Places.Get(cell)
		if p == nil || p.Kind != custody.Cell {
			err = custody.Unknown("place", cell)
			return
		}
		planned := 0
		s.Reserved(p.Establishment, func(_, to string) {
			if to == cell {
				planned++
			}
		})
		c = spaceOf(s, p, s.ClassesAt(now), planned, now)
	})
	return c, err
}

func spaceOf(s *custody.State, p *custody.Place, classOf func(string) custody.Class, planned int, now time.Time) Space {
	capacity, _ := p.Capacity(now)
	in := s.Occupants(p.Code)
	c := Space{Code: p.Code, Name: p.Name, Landing: s.UnitOf(p.Code, custody.LandingLevel), Wing: s.UnitOf(p.Code, custody.WingLevel), Present: len(in),
		Planned: planned, Capacity: capacity, Over: p.Over.Live(now), For: s.DesignationOf(p.Code), Classes: []string{}, Certified: p.Certified, FloorArea: p.FloorArea}
	for up := p; up != nil; up = s.Places.Get(up.Parent) {
		c.OutOfUse = c.OutOfUse || up.OutOfUse
	}
	seen := map[custody.Class]bool{}
	for _, person := range in {
		if class := classOf(person); !seen[class] {
			seen[class] = true
			c.Classes = append(c.Classes, class.String())
		}
	}
	if len(in) == 0 || p.FloorArea == 0 {
		return c
	}
	c.PerPerson = p.FloorArea / len(in)
	minimum, stricter := Enough(p.FloorArea, len(in))
	c.SPC3 = &stricter
	if len(in) == 1 {
		c.SPC2 = &minimum
	} else {
		c.SPC1 = &minimum
	}
	return c
}

// Enough reports whether people in a cell of an area (square decimetres) each have the space
// of SPC-1, or alone of SPC-2, and that of the stricter SPC-3.
func Enough(floorArea, people int) (minimum, stricter bool) {
	if people == 1 {
		return floorArea >= singleICRC, floorArea >= singleCPT
	}
	return floorArea >= sharedICRC*people, floorArea >= sharedCPT*people
}

func (l *Spaces) add(c Space) {
	l.Cells = append(l.Cells, c)
	l.People += c.Present
	if c.FloorArea == 0 {
		l.Unknown += c.Present
	}
	if (c.SPC1 != nil && !*c.SPC1) || (c.SPC2 != nil && !*c.SPC2) {
		l.Crowded += c.Present
	}
	if c.SPC3 != nil && !*c.SPC3 {
		l.Stricter += c.Present
	}
}

// Standing lists the breaches of hard rules of placement that stand in an establishment
// (empty: everywhere), worked out from the record as it is.
func (d *Desk) Standing(establishment string, now time.Time) []custody.Breach {
	list := []custody.Breach{}
	d.book.Read(func(s *custody.State) { list = append(list, s.Standing(establishment, now)...) })
	return list
}

// Placing is what decides where a person may be placed.
type Placing struct {
	Person     string               `json:"person"`
	Class      custody.Class        `json:"class"`
	Assessment *custody.Assessment  `json:"assessment,omitempty"`
	KeepAparts []*custody.KeepApart `json:"keepAparts"`
	Breaches   []custody.Breach     `json:"breaches"` // that stand where the person is
}

// Placing returns what decides where a person may be placed, or the refusal
// "unknown-person". It is part of the person's record: look first.
func (d *Desk) Placing(person string, now time.Time) (Placing, error) {
	p := Placing{Person: person, Breaches: []custody.Breach{}}
	var err error
	d.book.Read(func(s *custody.State) {
		if s.People.Get(person) == nil {
			err = custody.Unknown("person", person)
			return
		}
		p.Class, p.Assessment, p.KeepAparts = s.ClassAt(person, now), s.Assessments.Get(person), s.ApartsOf(person)
		if h := s.Holdings.Get(person); h != nil && h.Status.InCustody() {
			p.Breaches = append(p.Breaches, s.StandingOf(h.At.Place, now)...)
		}
	})
	return p, err
}

// KeepAparts lists keep-apart orders that name somebody whom the official may see, newest
// first, in force alone or all of them, at most limit before an entry (negative: from the
// newest). total counts all that match.
func (d *Desk) KeepAparts(official string, inForce bool, before int64, limit int, now time.Time) (list []*custody.KeepApart, total int) {
	list = []*custody.KeepApart{}
	d.book.Read(func(s *custody.State) {
		all := s.May(official, custody.ReadRecords, custody.WholeService) == nil
		for k := range s.KeepAparts.All() {
			if inForce && !k.InForce(now) {
				continue
			}
			if !all && !slices.ContainsFunc(k.Members, func(person string) bool { return s.Sees(official, person) }) {
				continue
			}
			total++
			if before < 0 || k.Entry < before {
				list = append(list, k)
			}
		}
	})
	newestFirst(list)
	return list[:min(len(list), limit)], total
}
