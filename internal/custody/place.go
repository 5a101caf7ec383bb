package custody

import (
	"slices"
	"strings"
	"time"
)

// PlaceKind says what sort of place it is.
type PlaceKind string

// The kinds of place. Vehicles are places too: people on a bus are in it.
const (
	Establishment  PlaceKind = "establishment"
	Sector         PlaceKind = "sector"
	Module         PlaceKind = "module"
	Wing           PlaceKind = "wing"
	Landing        PlaceKind = "landing"
	Cell           PlaceKind = "cell"
	Reception      PlaceKind = "reception"
	Infirmary      PlaceKind = "infirmary"
	SeparationUnit PlaceKind = "separation-unit"
	VehiclePlace   PlaceKind = "vehicle"
	Court          PlaceKind = "court"
	Hospital       PlaceKind = "hospital"
	WorkSite       PlaceKind = "work-site"
	VisitRoom      PlaceKind = "visits"
)

// Holds reports whether people can be in a place of this kind itself, rather than only
// in places inside it.
func (k PlaceKind) Holds() bool {
	switch k {
	case Cell, Reception, Infirmary, SeparationUnit, VehiclePlace, Court, Hospital, WorkSite, VisitRoom:
		return true
	}
	return false
}

// Outside reports whether the place lies outside the landings of every establishment:
// people go out to it with an escort who answers for bringing them back.
func (k PlaceKind) Outside() bool {
	return k == Court || k == Hospital || k == WorkSite || k == VisitRoom
}

// placeKinds are those that a register of places may contain, and where each may stand.
var placeKinds = map[PlaceKind]bool{
	Establishment: true, Sector: true, Module: true, Wing: true, Landing: true, Cell: true, Reception: true,
	Infirmary: true, SeparationUnit: true, Court: true, Hospital: true, WorkSite: true, VisitRoom: true,
}

// Place is one place of the tree. Code is unique in the service and reads from the
// establishment down, e.g. "CCT-M3-C12".
type Place struct {
	Code          string    `json:"code"`
	Parent        string    `json:"parent,omitempty"` // empty for an establishment and for places outside
	Establishment string    `json:"establishment,omitempty"`
	Name          string    `json:"name"`
	Kind          PlaceKind `json:"kind"`
	// Sex is whom the place is for: "M", "F" or empty when the register does not say.
	Sex string `json:"sex,omitempty"`
	// FloorArea is in square decimetres (3.4 m² = 340), sanitary annexe excluded.
	FloorArea  int `json:"floorArea,omitempty"`
	Toilets    int `json:"toilets,omitempty"`
	Washbasins int `json:"washbasins,omitempty"`
	Showers    int `json:"showers,omitempty"`
	// Certified is the capacity by the area standard; Declared is what the builder said
	// and never counts.
	Certified   int            `json:"certified,omitempty"`
	Declared    int            `json:"declared,omitempty"`
	Operational *CapacityOrder `json:"operational,omitempty"` // the governor's newest order
	Over        *OverCapacity  `json:"over,omitempty"`        // the governor's newest order to go over certified capacity
	Age         AgeClass       `json:"age,omitempty"`         // whom the place is for: Adult or Child; empty: not said
	Legal       LegalStatus    `json:"legal,omitempty"`       // whom the place is for: Untried or Convicted; empty: not said
	Features    []string       `json:"features,omitempty"`    // what it offers, e.g. "wheelchair"; sorted
	OutOfUse    bool           `json:"outOfUse,omitempty"`
	OutReason   string         `json:"outReason,omitempty"`
	// Outages are when it was out of use, oldest first, and Earlier the capacity orders that
	// a newer one replaced: what is dated back is judged by what was in force then.
	Outages []Outage        `json:"outages,omitempty"`
	Earlier []CapacityOrder `json:"earlier,omitempty"`
	Zone    string          `json:"zone,omitempty"` // time zone of an establishment, e.g. "America/El_Salvador"
}

// CapacityOrder is an operational capacity, signed by a governor, with its dates.
type CapacityOrder struct {
	Capacity int       `json:"capacity"`
	SignedBy string    `json:"signedBy"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until,omitzero"` // zero: until another order
	Reason   string    `json:"reason,omitempty"`
}

// Outage is a time in which a place was out of use.
type Outage struct {
	From   time.Time `json:"from"`
	Until  time.Time `json:"until,omitzero"` // zero: it still is
	Reason string    `json:"reason"`
}

func (o Outage) during(at time.Time) bool {
	return !at.Before(o.From) && (o.Until.IsZero() || at.Before(o.Until))
}

// remembered is how many past outages and orders a place keeps.
const remembered = 50

// orderAt is the operational capacity in force at an instant, nil for none: that of the
// newest order which has begun by then, while it lasts.
func (p *Place) orderAt(at time.Time) *CapacityOrder {
	for i := len(p.Earlier); i >= 0; i-- {
		o := p.Operational
		if i < len(p.Earlier) {
			o = &p.Earlier[i]
		}
		if o == nil || at.Before(o.From) {
			continue
		}
		if !o.Until.IsZero() && !at.Before(o.Until) {
			return nil
		}
		return o
	}
	return nil
}

// Capacity is how many people the place may hold at an instant: the lower of certified
// and operational, or what a live order to go over certified capacity says. A place with
// neither (a reception, a hospital, a court) has no number; limited is then false. Declared
// capacity never counts.
func (p *Place) Capacity(at time.Time) (capacity int, limited bool) {
	capacity, limited = p.Certified, p.Certified > 0
	if o := p.orderAt(at); o != nil {
		if !limited || o.Capacity < capacity {
			capacity, limited = o.Capacity, true
		}
	}
	if p.Over.Live(at) {
		capacity, limited = max(capacity, p.Over.Capacity), true
	}
	return capacity, limited
}

// CertifiedByArea is the number of people that a floor area (square decimetres) may
// hold: 3.4 m² a person in shared accommodation, 5.4 m² for one alone.
// Source: ICRC, Water, sanitation, hygiene and habitat in prisons (norms SPC-1, SPC-2).
func CertifiedByArea(floorArea int) int {
	const shared, single = 340, 540
	switch n := floorArea / shared; {
	case n >= 2:
		return n
	case floorArea >= single:
		return 1
	default:
		return 0
	}
}

// Open decides the opening of a place. The parent must exist and be of the same
// establishment; a certified capacity above what the area allows is refused.
func (s *State) Open(p Place) (Entry, error) {
	if err := checkCode("place", p.Code); err != nil {
		return Entry{}, err
	}
	if !placeKinds[p.Kind] {
		return Entry{}, InvalidInput("place-kind-unknown", "place", p.Code, "kind", string(p.Kind))
	}
	if s.Places.Get(p.Code) != nil {
		return Entry{}, refuse(Conflict, 0, "place-exists", "place", p.Code)
	}
	if strings.TrimSpace(p.Name) == "" {
		return Entry{}, InvalidInput("place-name-missing", "place", p.Code)
	}
	if err := checkText("name", p.Name, 200); err != nil {
		return Entry{}, err
	}
	design := Designation{Sex: p.Sex, Age: p.Age, Legal: p.Legal, Features: p.Features}
	if err := design.check(p.Code); err != nil {
		return Entry{}, err
	}
	p.Features = design.Features
	for _, n := range []int{p.FloorArea, p.Toilets, p.Washbasins, p.Showers, p.Certified, p.Declared} {
		if n < 0 || n > 100_000_000 {
			return Entry{}, InvalidInput("place-number-absurd", "place", p.Code)
		}
	}
	if p.Kind == Establishment || p.Kind.Outside() {
		if p.Parent != "" {
			return Entry{}, InvalidInput("place-parent-forbidden", "place", p.Code)
		}
		p.Establishment = ""
		if p.Kind == Establishment {
			p.Establishment = p.Code
			if _, err := time.LoadLocation(p.Zone); err != nil {
				return Entry{}, InvalidInput("zone-unknown", "place", p.Code, "zone", p.Zone)
			}
		}
	} else {
		parent := s.Places.Get(p.Parent)
		if parent == nil {
			return Entry{}, refuse(NotFound, 0, "place-parent-unknown", "place", p.Code, "parent", p.Parent)
		}
		if parent.Kind == Cell || parent.Kind.Outside() || parent.Kind == VehiclePlace {
			return Entry{}, InvalidInput("place-parent-forbidden", "place", p.Code, "parent", p.Parent)
		}
		p.Establishment = parent.Establishment
	}
	if allowed := CertifiedByArea(p.FloorArea); p.FloorArea > 0 && p.Certified > allowed {
		return Entry{}, InvalidInput("certified-above-area", "place", p.Code, "certified", itoa(p.Certified), "allowed", itoa(allowed))
	}
	if p.Kind != Establishment {
		p.Zone = ""
	}
	p.Operational, p.Over, p.OutOfUse, p.OutReason = nil, nil, false, ""
	p.Outages, p.Earlier = nil, nil
	return Entry{Kind: PlaceOpened, Place: p.Code, Detail: &p}, nil
}

// OrderCapacity decides a governor's order on the operational capacity of a place.
func (s *State) OrderCapacity(place string, o CapacityOrder) (Entry, error) {
	p := s.Places.Get(place)
	if p == nil {
		return Entry{}, Unknown("place", place)
	}
	if o.Capacity < 0 || o.Capacity > 1_000_000 || o.SignedBy == "" || o.From.IsZero() {
		return Entry{}, InvalidInput("capacity-order-incomplete", "place", place)
	}
	if !o.Until.IsZero() && !o.Until.After(o.From) {
		return Entry{}, InvalidInput("dates-reversed", "place", place)
	}
	if err := checkMoments("capacity", o.From, o.Until); err != nil {
		return Entry{}, err
	}
	if err := checkText("reason", o.Reason, 500); err != nil {
		return Entry{}, err
	}
	o.From, o.Until = Moment(o.From), Moment(o.Until)
	return Entry{Kind: CapacityOrdered, Place: place, Detail: &o}, nil
}

// TakeOut decides to take a place out of use; nobody may be in it.
func (s *State) TakeOut(place, reason string) (Entry, error) {
	p := s.Places.Get(place)
	switch {
	case p == nil:
		return Entry{}, Unknown("place", place)
	case p.OutOfUse:
		return Entry{}, refuse(Conflict, 0, "place-out-of-use", "place", place)
	case reason == "":
		return Entry{}, InvalidInput("reason-missing", "place", place)
	}
	if present := s.presentUnder(place); present > 0 {
		return Entry{}, refuse(Conflict, 1, "place-occupied", "place", place, "present", itoa(present))
	}
	if err := checkText("reason", reason, 500); err != nil {
		return Entry{}, err
	}
	return Entry{Kind: PlaceTakenOut, Place: place, Note: reason}, nil
}

// presentUnder counts the people in a place and in all places inside it.
func (s *State) presentUnder(place string) int {
	n := s.Present(place)
	for child := range s.derived.inside[place] {
		n += s.presentUnder(child)
	}
	return n
}

// BringBack decides to bring a place back into use.
func (s *State) BringBack(place string) (Entry, error) {
	p := s.Places.Get(place)
	if p == nil {
		return Entry{}, Unknown("place", place)
	}
	if !p.OutOfUse {
		return Entry{}, refuse(Conflict, 0, "place-in-use", "place", place)
	}
	return Entry{Kind: PlaceBackInUse, Place: place}, nil
}

func applyPlaceOpened(s *State, e *Entry) error {
	s.Places.put(e.Detail.(*Place))
	return nil
}

func applyCapacityOrdered(s *State, e *Entry) error {
	return s.editPlace(e.Place, func(p *Place) {
		if p.Operational != nil {
			p.Earlier = remember(p.Earlier, *p.Operational)
		}
		p.Operational = e.Detail.(*CapacityOrder)
	})
}

func applyPlaceTakenOut(s *State, e *Entry) error {
	return s.editPlace(e.Place, func(p *Place) {
		p.OutOfUse, p.OutReason = true, e.Note
		p.Outages = remember(p.Outages, Outage{From: e.since(), Reason: e.Note})
	})
}

func applyPlaceBackInUse(s *State, e *Entry) error {
	return s.editPlace(e.Place, func(p *Place) {
		p.OutOfUse, p.OutReason = false, ""
		if n := len(p.Outages); n > 0 {
			p.Outages = slices.Clone(p.Outages)
			p.Outages[n-1].Until = e.since()
		}
	})
}

// remember adds to a copy of a list that keeps the newest: the record it came from stays as it was.
func remember[T any](list []T, one T) []T {
	list = append(slices.Clone(list), one)
	return list[max(0, len(list)-remembered):]
}

func (s *State) editPlace(code string, change func(*Place)) error {
	p := s.Places.Get(code)
	if p == nil {
		return Unknown("place", code)
	}
	edit(s.Places, p, change)
	return nil
}
