package custody

import (
	"slices"
	"strings"
	"time"
)

// OverCapacity is a governor's signed order to hold more people in a place than its area
// allows, from one date to another, for a reason. While it is live it is a standing breach
// of SPC-1, shown beside every roll, whether or not anybody makes use of it.
type OverCapacity struct {
	Capacity int       `json:"capacity"`
	SignedBy string    `json:"signedBy"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"` // never without an end
	Reason   string    `json:"reason"`
	Entry    int64     `json:"entry"`
}

// longestOver is for how long one order may let a place be overfull; another must be signed after it.
const longestOver = 366 * 24 * time.Hour

// Live reports whether the order is in force at an instant.
func (o *OverCapacity) Live(at time.Time) bool {
	return o != nil && !at.Before(o.From) && at.Before(o.Until)
}

// OrderOverCapacity decides a governor's order to go over the certified capacity of a cell
// or other place that has one.
func (s *State) OrderOverCapacity(place string, o OverCapacity, at time.Time) (Entry, error) {
	p := s.Places.Get(place)
	if p == nil {
		return Entry{}, Unknown("place", place)
	}
	if p.Certified == 0 || !p.Kind.Holds() {
		return Entry{}, InvalidInput("over-capacity-of-nothing", "place", place)
	}
	if o.Capacity <= p.Certified || o.Capacity > 100_000 {
		return Entry{}, InvalidInput("not-over-capacity", "place", place, "capacity", itoa(o.Capacity), "certified", itoa(p.Certified))
	}
	if o.From.IsZero() {
		o.From = at
	}
	if o.Until.IsZero() || o.SignedBy == "" {
		return Entry{}, InvalidInput("capacity-order-incomplete", "place", place)
	}
	if err := checkMoments("capacity", o.From, o.Until); err != nil {
		return Entry{}, err
	}
	o.From, o.Until = Moment(o.From), Moment(o.Until)
	if !o.Until.After(o.From) {
		return Entry{}, InvalidInput("dates-reversed", "place", place)
	}
	if o.Until.Sub(o.From) > longestOver {
		return Entry{}, InvalidInput("over-capacity-too-long", "place", place, "max", "366")
	}
	if len(strings.TrimSpace(o.Reason)) < 3 {
		return Entry{}, InvalidInput("reason-missing", "place", place)
	}
	if err := checkText("reason", o.Reason, 500); err != nil {
		return Entry{}, err
	}
	o.Entry = s.Next
	return Entry{Kind: OverCapacityOrdered, Place: place, Happened: at, Detail: &o}, nil
}

// OverCapacityLive lists the places with a live order to hold more than certified, by code.
func (s *State) OverCapacityLive(at time.Time) []*Place {
	var list []*Place
	for code := range s.derived.over {
		if p := s.Places.Get(code); p.Over.Live(at) {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *Place) int { return strings.Compare(a.Code, b.Code) })
	return list
}

func applyOverCapacityOrdered(s *State, e *Entry) error {
	return s.editPlace(e.Place, func(p *Place) { p.Over = e.Detail.(*OverCapacity) })
}
