package custody

import (
	"slices"
	"strings"
	"time"
)

// SlipSource says how a slip came to the record.
type SlipSource string

// The sources of a slip.
const (
	TypedSlip    SlipSource = "typed"    // by the counter, on the spot
	HandheldSlip SlipSource = "handheld" // by the counter, perhaps sent later for want of a network
	PaperSlip    SlipSource = "paper"    // written by the counter, entered by anybody
)

// MaxSlip is the highest number that a slip may carry. A wrong number is a fact and is
// recorded; one that no landing on earth holds is a slip of the key.
const MaxSlip = 10_000

// Slip is one counter's result for one landing. It is a fact.
type Slip struct {
	Count  string `json:"count"`
	Round  int    `json:"round"` // of the landing; 0 when given: that in which it was counted
	Hand   string `json:"hand"`  // the official who counted
	Number int    `json:"number"`
	// People are, in a named count, those who were there, by prison number; Strangers those
	// of whom no number is known, as the counter describes them.
	People    []string   `json:"people,omitempty"`
	Strangers []string   `json:"strangers,omitempty"`
	Source    SlipSource `json:"source"`
	Device    string     `json:"device,omitempty"`  // that it was entered on
	Clock     time.Time  `json:"clock,omitzero"`    // what the clock of that device said as it was entered
	Address   string     `json:"address,omitempty"` // that it was sent from
}

// GivenSlip is a slip as it stands on the record of its landing.
type GivenSlip struct {
	Slip
	Counted  time.Time `json:"counted"` // when it was counted
	Recorded time.Time `json:"recorded"`
	By       string    `json:"by"` // who entered it
	Entry    int64     `json:"entry"`
	// Attached says that it came when its round was over; it is kept beside the result.
	Attached bool `json:"attached,omitempty"`
}

// CountDifference is how a slip differs from the roll as it was when it was counted.
type CountDifference struct {
	By        int      `json:"by"`                // counted less expected
	Missing   []string `json:"missing,omitempty"` // in a named count: on the roll of the landing, not on the slip
	Extra     []string `json:"extra,omitempty"`   // on the slip, not on the roll of the landing
	Strangers int      `json:"strangers,omitempty"`
}

// None reports whether slip and roll are the same.
func (d CountDifference) None() bool {
	return d.By == 0 && len(d.Missing) == 0 && len(d.Extra) == 0 && d.Strangers == 0
}

func (d CountDifference) same(other CountDifference) bool {
	return d.By == other.By && d.Strangers == other.Strangers && slices.Equal(d.Missing, other.Missing) && slices.Equal(d.Extra, other.Extra)
}

// Difference compares a slip with the roll of its landing at the instant it was counted,
// by what is recorded now.
func (s *State) Difference(l *CountLanding, slip *GivenSlip) CountDifference {
	d := CountDifference{By: slip.Number - s.ExpectedAt(l, slip.Counted), Strangers: len(slip.Strangers)}
	if c := s.Counts.Get(l.Count); c == nil || c.Kind != NamedCount {
		return d
	}
	expected, seen := s.namesAt(l, slip.Counted), slip.People // both sorted
	for len(expected) > 0 || len(seen) > 0 {
		switch {
		case len(seen) == 0 || (len(expected) > 0 && expected[0] < seen[0]):
			d.Missing, expected = append(d.Missing, expected[0]), expected[1:]
		case len(expected) == 0 || seen[0] < expected[0]:
			d.Extra, seen = append(d.Extra, seen[0]), seen[1:]
		default:
			expected, seen = expected[1:], seen[1:]
		}
	}
	return d
}

// namesAt are the people whom the roll has on a landing of a named count at an instant, by
// prison number.
func (s *State) namesAt(l *CountLanding, at time.Time) []string {
	names, own := l.People, false
	for _, m := range s.movesOf(l) {
		if m.Happened.After(at) {
			continue
		}
		if !own { // the record's list is not ours to change
			names, own = slices.Clone(names), true
		}
		i, there := slices.BinarySearch(names, m.Person)
		switch {
		case m.From == l.Landing && there:
			names = slices.Delete(names, i, i+1)
		case m.To == l.Landing && !there:
			names = slices.Insert(names, i, m.Person)
		}
	}
	return names
}

// round returns the slips that count in a round, the first counter's first.
func (l *CountLanding) round(n int) []*GivenSlip {
	list := make([]*GivenSlip, 0, CountersNeeded)
	for i := range l.Slips {
		if g := &l.Slips[i]; g.Round == n && !g.Attached {
			list = append(list, g)
		}
	}
	return list
}

// roundAt is the round that was being counted at an instant.
func (l *CountLanding) roundAt(at time.Time) int {
	n := 1
	for _, r := range l.Recounts {
		if !at.Before(r.Called) {
			n = r.Round
		}
	}
	return n
}

// roundClears reports whether the slips of the landing's round agree with each other and
// with the roll.
func (s *State) roundClears(l *CountLanding) bool {
	slips := l.round(l.Round)
	if len(slips) < CountersNeeded {
		return false
	}
	for _, slip := range slips {
		if !s.Difference(l, slip).None() {
			return false
		}
	}
	return true
}

func (l *CountLanding) callRecount(e *Entry, why RecountReason, by, note string) {
	l.Round++
	l.Status, l.Cleared, l.Entry = LandingDiffers, time.Time{}, e.Number
	l.Recounts = append(l.Recounts[:len(l.Recounts):len(l.Recounts)], Recount{Round: l.Round, Called: e.Recorded, Why: why, By: by, Note: note, Entry: e.Number})
}

// GiveSlip records a slip. A number that differs from the roll is never refused; a slip that
// is malformed is. One counted before the count ended that comes after it, from paper or
// from a handheld without a network, is attached to what was signed; if it says otherwise,
// a discrepancy opens. counted is when it was counted, now when it is entered.
func (s *State) GiveSlip(landing string, slip Slip, by string, counted, now time.Time) (Entry, error) {
	c := s.Counts.Get(slip.Count)
	if c == nil {
		return Entry{}, Unknown("count", slip.Count)
	}
	l := s.CountLandings.Get(c.ID + "/" + landing)
	if l == nil {
		if unit := s.CountUnit(landing); unit != "" && unit != landing {
			l = s.CountLandings.Get(c.ID + "/" + unit) // a cell was named: it is counted with its landing
		}
	}
	if l == nil {
		return Entry{}, refuse(NotFound, 0, "landing-not-in-count", "place", landing, "count", c.ID)
	}
	if err := s.checkSlip(c, l, &slip, by); err != nil {
		return Entry{}, err
	}
	if counted.Before(c.Opened.Add(-slipEarly)) {
		return Entry{}, InvalidInput("slip-before-opening", "count", c.ID, "place", l.Landing, "since", c.Opened.Format(time.RFC3339))
	}
	ended := c.Status != CountOpen
	if ended && (slip.Source == TypedSlip || counted.After(c.Ended)) {
		return Entry{}, refuse(Conflict, 4, "count-ended", "count", c.ID, "status", string(c.Status), "by", c.EndedBy)
	}
	if slip.Round == 0 {
		slip.Round = l.roundAt(counted)
	}
	if slip.Round < 0 || slip.Round > l.Round {
		return Entry{}, InvalidInput("slip-round-unknown", "place", l.Landing, "count", c.ID, "max", itoa(l.Round))
	}
	for _, other := range l.Slips {
		if other.Round == slip.Round && other.Hand == slip.Hand {
			return Entry{}, refuse(Conflict, 2, "same-hand", "official", slip.Hand, "place", l.Landing, "count", c.ID)
		}
	}
	if len(l.Slips) >= maxSlips {
		return Entry{}, refuse(Conflict, 0, "too-many-slips", "place", l.Landing, "count", c.ID, "max", itoa(maxSlips))
	}
	e := Entry{Kind: CountSlipGiven, Place: l.Landing, Happened: counted, Detail: &slip}
	if c.Status == CountCleared {
		if d := s.Difference(l, &GivenSlip{Slip: slip, Counted: counted}); !d.None() {
			number, expected := itoa(slip.Number), itoa(s.ExpectedAt(l, counted))
			e.contradict("late-slip-differs", "count", c.ID, "place", l.Landing, "official", slip.Hand, "counted", number, "expected", expected)
		}
	}
	return e, nil
}

const (
	slipEarly = 2 * time.Minute // how far a counter's clock may be behind that of the opening
	maxSlips  = 100             // of one landing in one count
)

// checkSlip refuses a slip that is malformed, and one whose hand knew what was expected
// (norm CNT-1: both counters are blind).
func (s *State) checkSlip(c *Count, l *CountLanding, slip *Slip, by string) error {
	switch slip.Source {
	case TypedSlip, HandheldSlip, PaperSlip:
	default:
		return InvalidInput("slip-source-unknown", "kind", string(slip.Source))
	}
	if slip.Hand == "" {
		slip.Hand = by
	}
	hand := s.Officials.Get(slip.Hand)
	if hand == nil {
		return Unknown("official", slip.Hand)
	}
	if slip.Hand != by && slip.Source != PaperSlip {
		return InvalidInput("slip-of-another", "official", slip.Hand, "by", by)
	}
	if s.May(slip.Hand, CountPeople) != nil || !s.KeptBlind(slip.Hand) {
		return refuse(Forbidden, 0, "hand-not-blind", "official", slip.Hand, "place", l.Landing, "count", c.ID)
	}
	for field, value := range map[string]string{"device": slip.Device, "address": slip.Address} {
		if err := checkText(field, value, 100); err != nil {
			return err
		}
	}
	named := c.Kind == NamedCount
	if !named && (len(slip.People) > 0 || len(slip.Strangers) > 0) {
		return InvalidInput("slip-names-unasked", "count", c.ID, "place", l.Landing)
	}
	if named {
		slip.Number = len(slip.People) + len(slip.Strangers)
	}
	if slip.Number < 0 || slip.Number > MaxSlip {
		return InvalidInput("slip-number-absurd", "place", l.Landing, "counted", itoa(slip.Number), "max", itoa(MaxSlip))
	}
	people := make([]string, len(slip.People))
	for i, person := range slip.People {
		plain, err := ParsePrisonNumber(person)
		if err != nil {
			return err
		}
		people[i] = plain
	}
	slices.Sort(people)
	slip.People = people
	for i, person := range people {
		if i > 0 && people[i-1] == person {
			return InvalidInput("slip-names-twice", "person", person, "place", l.Landing, "count", c.ID)
		}
	}
	for _, stranger := range slip.Strangers {
		if strings.TrimSpace(stranger) == "" {
			return InvalidInput("field-missing", "field", "strangers")
		}
		if err := checkText("strangers", stranger, 200); err != nil {
			return err
		}
	}
	return nil
}

func applySlip(s *State, e *Entry) error {
	slip := e.Detail.(*Slip)
	c := s.Counts.Get(slip.Count)
	if c == nil {
		return Unknown("count", slip.Count)
	}
	old := s.CountLandings.Get(c.ID + "/" + e.Place)
	if old == nil {
		return refuse(NotFound, 0, "landing-not-in-count", "place", e.Place, "count", c.ID)
	}
	edit(s.CountLandings, old, func(l *CountLanding) {
		given := GivenSlip{Slip: *slip, Counted: e.since(), Recorded: e.Recorded, By: e.By, Entry: e.Number}
		current := c.Status == CountOpen && slip.Round == l.Round
		given.Attached = !current || l.Status == LandingCleared
		l.Slips = append(l.Slips[:len(l.Slips):len(l.Slips)], given)
		l.Entry = e.Number
		switch slips := l.round(l.Round); {
		case !current:
		case l.Status == LandingCleared:
			if !s.Difference(l, &given).None() {
				l.callRecount(e, ThirdSlip, "", "")
			}
		case len(slips) < CountersNeeded:
		case s.roundClears(l):
			l.Status, l.Cleared = LandingCleared, e.Recorded
		case s.Difference(l, slips[0]).same(s.Difference(l, slips[1])):
			l.callRecount(e, SlipsDiffer, "", "")
		default:
			l.callRecount(e, SlipsDisagree, "", "")
		}
	})
	return nil
}

// Given is how many slips of the present round have come.
func (l *CountLanding) Given() int { return len(l.round(l.Round)) }

// GivenBy reports whether an official has given their slip of the landing's round.
func (l *CountLanding) GivenBy(official string) bool {
	return slices.ContainsFunc(l.round(l.Round), func(g *GivenSlip) bool { return g.Hand == official })
}
