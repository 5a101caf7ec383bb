package roll

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Match is one person found by a search: enough to choose, not the record.
type Match struct {
	Number  string                `json:"number"`
	Name    string                `json:"name"`
	Matched string                `json:"matched"` // the name or alias that matched
	Score   float64               `json:"score"`
	Birth   string                `json:"birth,omitempty"`
	Status  custody.HoldingStatus `json:"status"`
	Place   string                `json:"place,omitempty"`
}

// Search finds people by a name, forgiving accents, order and one wrong letter, or by a
// prison number. Best matches come first.
func (d *Desk) Search(ctx context.Context, query string, limit int) ([]Match, error) {
	if limit <= 0 || limit > 100 {
		limit = 20
	}
	if number, err := custody.ParsePrisonNumber(query); err == nil {
		list := []Match{}
		d.book.Read(func(s *custody.State) {
			if p := s.People.Get(number); p != nil && d.sees(s, number) {
				list = append(list, matchOf(s, p, p.FullName(), 1))
			}
		})
		return list, nil
	}
	if len(query) > 200 {
		return nil, custody.InvalidInput("text-too-long", "field", "query", "max", "200")
	}
	if err := d.names.catchUp(ctx); err != nil {
		return nil, err
	}
	whole := false
	d.book.Read(func(s *custody.State) { whole = d.whole(s) })
	wide := limit
	if !whole { // their own may come after many of others
		wide = limit * beyondSight
	}
	found := d.names.index.Search(query, wide)
	list := make([]Match, 0, limit)
	d.book.Read(func(s *custody.State) {
		for _, f := range found {
			if p := s.People.Get(f.Key); p != nil && len(list) < limit && (whole || d.sees(s, p.Number)) {
				list = append(list, matchOf(s, p, f.Form, f.Score))
			}
		}
	})
	return list, nil
}

// beyondSight is how many times more is looked for than is shown to an official who does
// not see everybody.
const beyondSight = 20

// Duplicates finds people already in the register who are likely the same as one about
// to be admitted: an alike name, and no birth date that says otherwise. Whoever admits
// people is told of all of them, wherever they are.
func (d *Desk) Duplicates(ctx context.Context, p custody.Person) ([]Match, error) {
	if err := d.names.catchUp(ctx); err != nil {
		return nil, err
	}
	list, admits := []Match{}, false
	found := d.names.index.Alike(10, forms(&p)...)
	d.book.Read(func(s *custody.State) {
		admits = d.by == "" || s.May(d.by, custody.AdmitPeople) == nil
		for _, f := range found {
			other := s.People.Get(f.Key)
			if other == nil || !admits && !d.sees(s, other.Number) || other.Number == p.Number || (p.Birth != "" && other.Birth != "" && p.Birth != other.Birth && f.Score < 0.98) {
				continue
			}
			list = append(list, matchOf(s, other, f.Form, f.Score))
		}
	})
	return list, nil
}

func matchOf(s *custody.State, p *custody.Person, form string, score float64) Match {
	m := Match{Number: p.Number, Name: p.FullName(), Matched: form, Score: score, Birth: p.Birth}
	if h := s.Holdings.Get(p.Number); h != nil {
		m.Status, m.Place = h.Status, h.At.Place
	}
	return m
}

// Record is everything the register holds about one person now. Showing it must be
// preceded by Look.
type Record struct {
	Person        *custody.Person        `json:"person"`
	Holding       *custody.Holding       `json:"holding,omitempty"`
	Place         *custody.Place         `json:"place,omitempty"`
	LegalStatus   custody.LegalStatus    `json:"legalStatus"`
	Authorities   []*custody.Authority   `json:"authorities"`
	OverdueSince  time.Time              `json:"overdueSince,omitzero"`
	Discrepancies []*custody.Discrepancy `json:"discrepancies"`
	Transfer      string                 `json:"transfer,omitempty"` // open transfer that lists the person
}

// Record returns a person's record as it stands, or the refusal "unknown-person".
func (d *Desk) Record(number string, now time.Time) (Record, error) {
	var r Record
	d.book.Read(func(s *custody.State) {
		if r.Person = s.People.Get(number); r.Person == nil || !d.sees(s, number) {
			r.Person = nil
			return
		}
		r.Authorities = s.PapersOf(number)
		r.LegalStatus = custody.StatusOf(r.Authorities, now)
		r.Transfer = s.ActiveTransfer(number)
		if r.Holding = s.Holdings.Get(number); r.Holding != nil {
			r.Place = s.Places.Get(r.Holding.At.Place)
			r.OverdueSince = custody.OverdueSince(r.Holding, r.Authorities, now)
		}
		r.Discrepancies = slices.DeleteFunc(slices.Clone(s.DiscrepanciesOf(number)), func(disc *custody.Discrepancy) bool { return !d.seesDispute(s, disc) })
	})
	if r.Person == nil {
		return Record{}, custody.Unknown("person", number)
	}
	return r, nil
}

// Chain returns the chain of custody of a person, newest first: limit entries from
// before back, or from the newest when before is negative.
func (d *Desk) Chain(ctx context.Context, number string, before int64, limit int) ([]book.Stored, error) {
	return d.book.Chain(ctx, number, before, limit)
}

// PlaceRoll is the roll of one place: who is in it, against what it may hold.
type PlaceRoll struct {
	Code          string            `json:"code"`
	Name          string            `json:"name"`
	Kind          custody.PlaceKind `json:"kind"`
	Establishment string            `json:"establishment,omitempty"`
	Present       int               `json:"present"`
	Capacity      int               `json:"capacity,omitempty"`
	Certified     int               `json:"certified,omitempty"`
	Declared      int               `json:"declared,omitempty"`
	FloorArea     int               `json:"floorArea,omitempty"` // square decimetres
	OutOfUse      bool              `json:"outOfUse,omitempty"`
}

// EstablishmentRoll is the roll of one establishment.
type EstablishmentRoll struct {
	Code      string `json:"code"`
	Name      string `json:"name"`
	Zone      string `json:"zone,omitempty"`
	Roll      int    `json:"roll"`      // everybody it answers for
	Present   int    `json:"present"`   // of those, inside it
	Out       int    `json:"out"`       // of those, at a court or hospital
	Declared  int    `json:"declared"`  // by the builder; never counts
	Certified int    `json:"certified"` // by the area standard, cells in use
	Allowed   int    `json:"allowed"`   // the lower of certified and operational, cells in use
	// Of the roll, by legal status.
	Statuses map[string]int `json:"statuses"`
	Area     int            `json:"area"`    // square decimetres of the cells with somebody in them and a known area
	Housed   int            `json:"housed"`  // people in those cells
	Crowded  int            `json:"crowded"` // of those, in a cell with more people than its area may hold
	// Count says when it was last counted and cleared, and what counts are not.
	Count custody.CountStanding `json:"count"`
}

// Now is the roll of the whole service at one instant.
type Now struct {
	At             time.Time           `json:"at"`
	Entry          int64               `json:"entry"` // the book had this many entries
	Held           int                 `json:"held"`
	InTransit      int                 `json:"inTransit"`
	AtLarge        int                 `json:"atLarge"`
	Overdue        int                 `json:"overdue"`
	Discrepancies  int                 `json:"discrepancies"`
	Establishments []EstablishmentRoll `json:"establishments"`
	Places         []PlaceRoll         `json:"places,omitempty"`
	Statuses       map[string]int      `json:"statuses"` // by legal status, of those held
	// OverCapacity is what stands against norm SPC-1: orders to go over certified capacity
	// while they are live, and places that hold more than they may. The first of them, and
	// how many there are.
	OverCapacity       []custody.Breach `json:"overCapacity"`
	OverCapacityPlaces int              `json:"overCapacityPlaces"`
	// Withheld says that numbers of places are left out, since whoever asks counts landings
	// and a count is open (norm CNT-1).
	Withheld bool `json:"withheld,omitempty"`
}

// overCapacityShown is how many breaches of SPC-1 stand beside a roll.
const overCapacityShown = 100

// Roll returns the roll now. With places, that of each place too.
func (d *Desk) Roll(now time.Time, places bool) Now {
	var n Now
	d.book.Read(func(s *custody.State) { n = d.narrowed(s, rollOf(s, now, places)) })
	return n
}

// RollAt returns the roll as it was at a past instant, by what happened, from the book.
func (d *Desk) RollAt(ctx context.Context, at time.Time, places bool) (Now, error) {
	d.past.Lock() // one at a time: it reads the whole book
	defer d.past.Unlock()
	s, err := d.book.StateAt(ctx, at)
	if err != nil {
		return Now{}, fmt.Errorf("the roll at %s: %w", at.Format(time.RFC3339), err)
	}
	n := rollOf(s, at, places)
	// Who the official is now says what they see of then.
	d.book.Read(func(now *custody.State) {
		s.Borrow(now)
		n = d.narrowed(s, n)
	})
	return n, nil
}

func rollOf(s *custody.State, now time.Time, places bool) Now {
	census := s.CensusAt(now)
	n := Now{At: now, Entry: s.Next, Held: s.Held(), InTransit: s.Roll(""), AtLarge: census.AtLarge, Overdue: census.Statuses[custody.NoAuthority],
		Discrepancies: s.AllOpenDiscrepancies(), Statuses: statusesOf(census.Statuses), Establishments: []EstablishmentRoll{}}
	for _, code := range slices.Sorted(maps.Keys(census.Tallies)) {
		p, t := s.Places.Get(code), census.Tallies[code]
		if p == nil || p.Kind != custody.Establishment {
			continue // outside every establishment
		}
		n.Establishments = append(n.Establishments, EstablishmentRoll{Code: code, Name: p.Name, Zone: p.Zone, Roll: s.Roll(code), Present: t.Inside, Out: t.Out,
			Declared: p.Declared, Certified: t.Certified, Allowed: t.Allowed, Statuses: statusesOf(t.Statuses), Area: t.Area, Housed: t.Housed, Crowded: t.Crowded,
			Count: s.CountStanding(code, now)})
	}
	over := s.OverCapacity("", now)
	n.OverCapacityPlaces = len(over)
	n.OverCapacity = append([]custody.Breach{}, over[:min(len(over), overCapacityShown)]...)
	if places {
		n.Places = placesOf(s, now, func(*custody.Place) bool { return true })
	}
	return n
}

func statusesOf(counts map[custody.LegalStatus]int) map[string]int {
	statuses := make(map[string]int, len(counts))
	for status, n := range counts {
		statuses[string(status)] = n
	}
	return statuses
}

// placesOf is the roll of each place that can hold people and that is wanted, by code;
// of vehicles only those with somebody aboard.
func placesOf(s *custody.State, now time.Time, wanted func(*custody.Place) bool) []PlaceRoll {
	var list []PlaceRoll
	for p := range s.Places.All() {
		present := s.Present(p.Code)
		if !p.Kind.Holds() || (p.Kind == custody.VehiclePlace && present == 0) || !wanted(p) {
			continue
		}
		capacity, _ := p.Capacity(now)
		list = append(list, PlaceRoll{Code: p.Code, Name: p.Name, Kind: p.Kind, Establishment: p.Establishment, Present: present,
			Capacity: capacity, Certified: p.Certified, Declared: p.Declared, FloorArea: p.FloorArea, OutOfUse: p.OutOfUse})
	}
	slices.SortFunc(list, func(a, b PlaceRoll) int { return strings.Compare(a.Code, b.Code) })
	return list
}

// PlacesOf returns the roll of each place of an establishment, by code.
func (d *Desk) PlacesOf(establishment string, now time.Time) (list []PlaceRoll) {
	d.book.Read(func(s *custody.State) {
		list = placesOf(s, now, func(p *custody.Place) bool { return p.Establishment == establishment && d.seesPlace(s, p.Code) })
	})
	return list
}

// Resident is one person on the roll of a place.
type Resident struct {
	Number string                `json:"number"`
	Name   string                `json:"name"`
	Place  string                `json:"place"`
	Status custody.HoldingStatus `json:"status"`
	Since  time.Time             `json:"since"`
}

// People lists people in custody by prison number, those after a number, at most limit, and
// says how many there are in all: everybody, those on the roll of an establishment (also
// while they are out), or those who are in a place or in any inside it. Refusal:
// "unknown-place".
func (d *Desk) People(under, after string, limit int) (list []Resident, total int, err error) {
	list = []Resident{}
	d.book.Read(func(s *custody.State) {
		p := s.Places.Get(under)
		if under != "" && p == nil {
			err = custody.Unknown("place", under)
			return
		}
		whole := d.whole(s)
		take := func(h *custody.Holding) {
			if !h.Status.InCustody() || !whole && !d.sees(s, h.Person) {
				return
			}
			total++
			if h.Person > after {
				list = append(list, Resident{Number: h.Person, Place: h.At.Place, Status: h.Status, Since: h.Since})
			}
		}
		if p == nil || p.Kind == custody.Establishment {
			for h := range s.Holdings.All() {
				if p == nil || h.At.Establishment == under {
					take(h)
				}
			}
			slices.SortFunc(list, func(a, b Resident) int { return strings.Compare(a.Number, b.Number) })
		} else {
			for _, person := range s.PeopleUnder(under) {
				take(s.Holdings.Get(person))
			}
		}
		list = list[:min(len(list), limit)]
		for i := range list {
			list[i].Name = s.People.Get(list[i].Number).FullName()
		}
	})
	return list, total, err
}

// OverdueRelease is a person held past the last live authority.
type OverdueRelease struct {
	Number        string    `json:"number"`
	Name          string    `json:"name"`
	Establishment string    `json:"establishment,omitempty"`
	Place         string    `json:"place"`
	Since         time.Time `json:"since"`
}

// Overdue lists everybody held past the last live authority, longest first.
func (d *Desk) Overdue(now time.Time) []OverdueRelease {
	list := []OverdueRelease{}
	d.book.Read(func(s *custody.State) {
		whole := d.whole(s)
		for _, number := range s.Lapsed(now) {
			if !whole && !d.sees(s, number) {
				continue
			}
			h := s.Holdings.Get(number)
			list = append(list, OverdueRelease{number, s.People.Get(number).FullName(), h.At.Establishment, h.At.Place, custody.OverdueSince(h, s.PapersOf(number), now)})
		}
	})
	sort.Slice(list, func(i, j int) bool {
		return list[i].Since.Before(list[j].Since) || (list[i].Since.Equal(list[j].Since) && list[i].Number < list[j].Number)
	})
	return list
}

// Discrepancies lists discrepancies, open ones first, newest first.
func (d *Desk) Discrepancies(openOnly bool) []*custody.Discrepancy {
	list := []*custody.Discrepancy{}
	d.book.Read(func(s *custody.State) {
		all := s.Discrepancies.All()
		if openOnly {
			all = s.StandingDiscrepancies()
		}
		for disc := range all {
			if d.seesDispute(s, disc) {
				list = append(list, disc)
			}
		}
	})
	sort.Slice(list, func(i, j int) bool {
		if a, b := list[i].Resolved(), list[j].Resolved(); a != b {
			return b
		}
		return list[i].Entry > list[j].Entry || (list[i].Entry == list[j].Entry && list[i].ID < list[j].ID)
	})
	return list
}

// Names returns the full names of people by prison number, for lists.
func (d *Desk) Names(numbers ...string) map[string]string {
	m := make(map[string]string, len(numbers))
	d.book.Read(func(s *custody.State) {
		for _, n := range numbers {
			if p := s.People.Get(strings.TrimSpace(n)); p != nil {
				m[n] = p.FullName()
			}
		}
	})
	return m
}
