package custody

import (
	"slices"
	"time"
)

// CountRules are an establishment's settings for counts. They can be changed, never
// switched off; what is looser than the default is an entry that says so, and is shown
// beside every result.
type CountRules struct {
	Establishment string   `json:"establishment"`
	Times         []string `json:"times"`  // of the formal counts of a day, "15:04" in the establishment's zone
	Window        int      `json:"window"` // minutes after its opening when an uncleared count is overdue
	Floor         int      `json:"floor"`  // milliseconds a person: a slip given faster than that is asked about
	Apart         int      `json:"apart"`  // seconds: slips of both counters from one device closer than that are asked about
	Reason        string   `json:"reason,omitempty"`
	SignedBy      string   `json:"signedBy,omitempty"`
	Loosens       []string `json:"loosens,omitempty"` // what is looser than the default: times, window, floor, apart
	Entry         int64    `json:"entry,omitempty"`
}

// FormalCountsADay is how many formal counts a day there are by default (norm CNT-1:
// practice of the US Bureau of Prisons, the Los Angeles Sheriff and Northern Ireland).
const FormalCountsADay = 5

// DefaultCountRules are the settings of an establishment for which nobody has signed others.
func DefaultCountRules(establishment string) CountRules {
	return CountRules{Establishment: establishment, Times: []string{"02:00", "06:00", "12:00", "17:00", "21:00"}, Window: 60, Floor: 500, Apart: 10}
}

// CountRulesOf returns the settings of an establishment, signed or default.
func (s *State) CountRulesOf(establishment string) CountRules {
	if r := s.CountRules.Get(establishment); r != nil {
		return *r
	}
	return DefaultCountRules(establishment)
}

// OrderCountRules decides a governor's settings. What loosens the norm takes a reason.
func (s *State) OrderCountRules(r CountRules, by string) (Entry, error) {
	if p := s.Places.Get(r.Establishment); p == nil || p.Kind != Establishment {
		return Entry{}, Unknown("establishment", r.Establishment)
	}
	standard := DefaultCountRules(r.Establishment)
	if len(r.Times) == 0 {
		r.Times = standard.Times
	}
	if len(r.Times) > 24 {
		return Entry{}, InvalidInput("list-too-long")
	}
	r.Times = slices.Sorted(slices.Values(r.Times))
	for i, at := range r.Times {
		if _, err := time.Parse("15:04", at); err != nil || len(at) != 5 || (i > 0 && r.Times[i-1] == at) {
			return Entry{}, InvalidInput("count-time-malformed", "date", at, "establishment", r.Establishment)
		}
	}
	for _, n := range []struct {
		field                      string
		value                      *int
		otherwise, lowest, highest int
	}{{"window", &r.Window, standard.Window, 5, 720}, {"floor", &r.Floor, standard.Floor, 100, 10_000}, {"apart", &r.Apart, standard.Apart, 1, 600}} {
		if *n.value == 0 {
			*n.value = n.otherwise
		}
		if *n.value < n.lowest || *n.value > n.highest {
			return Entry{}, InvalidInput("count-rule-absurd", "field", n.field, "min", itoa(n.lowest), "max", itoa(n.highest))
		}
	}
	r.Loosens = nil
	for field, looser := range map[string]bool{"times": len(r.Times) < FormalCountsADay, "window": r.Window > standard.Window,
		"floor": r.Floor < standard.Floor, "apart": r.Apart < standard.Apart} {
		if looser {
			r.Loosens = append(r.Loosens, field)
		}
	}
	slices.Sort(r.Loosens)
	if len(r.Loosens) > 0 && len(r.Reason) < 3 {
		return Entry{}, InvalidInput("count-rules-reason", "establishment", r.Establishment)
	}
	if err := checkText("reason", r.Reason, 500); err != nil {
		return Entry{}, err
	}
	r.SignedBy, r.Entry = by, 0
	return Entry{Kind: CountRulesOrdered, Place: r.Establishment, Detail: &r}, nil
}

func applyCountRules(s *State, e *Entry) error {
	r := *e.Detail.(*CountRules)
	r.Entry = e.Number
	s.CountRules.put(&r)
	return nil
}

// CountTimes returns when the formal counts of an establishment fall that are scheduled
// from one instant until another, in order.
func (s *State) CountTimes(establishment string, from, until time.Time) []time.Time {
	zone := time.UTC
	if p := s.Places.Get(establishment); p != nil && p.Zone != "" {
		if at, err := time.LoadLocation(p.Zone); err == nil {
			zone = at
		}
	}
	var list []time.Time
	local := from.In(zone)
	for day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone); !day.After(until); day = day.AddDate(0, 0, 1) {
		for _, text := range s.CountRulesOf(establishment).Times {
			clock, err := time.Parse("15:04", text)
			if err != nil {
				continue // none such is ever ordered
			}
			at := time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, zone)
			if !at.Before(from) && at.Before(until) {
				list = append(list, Moment(at))
			}
		}
	}
	return list
}
