package custody

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// CountOpening is the detail of the opening of a count. It holds no number: what the count
// expects follows from the entries before it.
type CountOpening struct {
	ID            string    `json:"id"`
	Kind          CountKind `json:"kind"`
	Establishment string    `json:"establishment"`
	Scheduled     time.Time `json:"scheduled,omitzero"` // which formal count of the schedule it is
	Supersedes    string    `json:"supersedes,omitempty"`
	Reason        string    `json:"reason,omitempty"`
}

// CountID is the detail of what is done about a whole count.
type CountID struct {
	Count string `json:"count"`
}

// RecountCall is the detail of a recount that an official asks for.
type RecountCall struct {
	Count string `json:"count"`
	Round int    `json:"round"` // the one that begins
}

// earlyOpening is how long before its scheduled time a formal count may be opened.
const earlyOpening = 30 * time.Minute

// OpensFor reports whether a formal count of the schedule may be opened now: from half an
// hour before its time to a day after it.
func OpensFor(scheduled, now time.Time) bool {
	return !now.Before(scheduled.Add(-earlyOpening)) && !now.After(scheduled.AddDate(0, 0, 1))
}

// OpenCount decides the opening of a count of a place: an establishment or a part of it. A
// landing is in one open count at a time; another count over it supersedes the first, by
// name and with a reason.
func (s *State) OpenCount(o CountOpening, place string, now time.Time) (Entry, error) {
	switch o.Kind {
	case FormalCount, NamedCount, InformalCount, EmergencyCount:
	default:
		return Entry{}, InvalidInput("count-kind-unknown", "kind", string(o.Kind))
	}
	p := s.Places.Get(place)
	if p == nil {
		return Entry{}, Unknown("place", place)
	}
	if err := checkText("reason", o.Reason, 500); err != nil {
		return Entry{}, err
	}
	units := s.countUnits(place)
	if len(units) == 0 {
		return Entry{}, InvalidInput("count-nothing", "place", place)
	}
	o.Establishment, o.Scheduled = p.Establishment, Moment(o.Scheduled)
	if err := s.checkScheduled(o, place, now); err != nil {
		return Entry{}, err
	}
	e := Entry{Kind: CountOpened, Place: place, Happened: now}
	if o.Supersedes != "" {
		old, err := s.openCount(o.Supersedes)
		if err != nil {
			return Entry{}, err
		}
		if old.Establishment != o.Establishment {
			return Entry{}, refuse(Conflict, 0, "count-elsewhere", "count", old.ID, "establishment", old.Establishment)
		}
		if len(strings.TrimSpace(o.Reason)) < 3 {
			return Entry{}, InvalidInput("count-reason-missing", "count", old.ID)
		}
		s.leaveDifferences(&e, old)
	}
	for _, unit := range sortedKeysOf(units) {
		if id := s.derived.counts.over[unit]; id != "" && id != o.Supersedes {
			return Entry{}, refuse(Conflict, 0, "count-under-way", "count", id, "place", unit)
		}
	}
	o.ID = "C" + strconv.FormatInt(s.Next, 10)
	e.Detail = &o
	return e, nil
}

// checkScheduled refuses a count that says it is one of the schedule and is not.
func (s *State) checkScheduled(o CountOpening, place string, now time.Time) error {
	if o.Scheduled.IsZero() {
		return nil
	}
	if err := CheckMoment("scheduled", o.Scheduled); err != nil {
		return err
	}
	wrong := refuse(Invalid, 0, "count-not-scheduled", "establishment", o.Establishment, "since", o.Scheduled.Format(time.RFC3339))
	if place != o.Establishment || (o.Kind != FormalCount && o.Kind != NamedCount) {
		return wrong
	}
	if !OpensFor(o.Scheduled, now) {
		return wrong
	}
	if !slices.ContainsFunc(s.CountTimes(o.Establishment, o.Scheduled, o.Scheduled.Add(time.Minute)), o.Scheduled.Equal) {
		return wrong
	}
	return nil
}

// countUnits are the landings in a place that are counted, with the number of people whom
// the record has in each. One wholly out of use is counted only if somebody is in it.
func (s *State) countUnits(scope string) map[string]int {
	units := map[string]int{}
	for p := range s.Places.All() {
		if !p.Kind.Holds() || p.Kind.Outside() || p.Kind == VehiclePlace {
			continue
		}
		unit := s.CountUnit(p.Code)
		if !s.within(unit, scope) {
			continue
		}
		present := s.Present(p.Code)
		if _, known := units[unit]; !known && present == 0 && s.closed(p) {
			continue
		}
		units[unit] += present
	}
	return units
}

// closed reports whether a place, or one around it, is out of use.
func (s *State) closed(p *Place) bool {
	for ; p != nil; p = s.Places.Get(p.Parent) {
		if p.OutOfUse {
			return true
		}
	}
	return false
}

func (s *State) openCount(id string) (*Count, error) {
	c := s.Counts.Get(id)
	if c == nil {
		return nil, Unknown("count", id)
	}
	if c.Status != CountOpen {
		return nil, refuse(Conflict, 0, "count-ended", "count", id, "status", string(c.Status), "by", c.EndedBy)
	}
	return c, nil
}

// CallRecount decides that a landing of an open count is counted again, for a reason that
// the caller gives; also one that had cleared.
func (s *State) CallRecount(count, landing, why string) (Entry, error) {
	c, err := s.openCount(count)
	if err != nil {
		return Entry{}, err
	}
	l := s.CountLandings.Get(c.ID + "/" + landing)
	if l == nil {
		return Entry{}, refuse(NotFound, 0, "landing-not-in-count", "place", landing, "count", c.ID)
	}
	if len(strings.TrimSpace(why)) < 3 {
		return Entry{}, InvalidInput("count-reason-missing", "count", c.ID)
	}
	if err := checkText("reason", why, 500); err != nil {
		return Entry{}, err
	}
	if len(l.Recounts) >= maxSlips {
		return Entry{}, refuse(Conflict, 0, "too-many-slips", "place", landing, "count", c.ID, "max", itoa(maxSlips))
	}
	return Entry{Kind: RecountCalled, Place: landing, Note: why, Detail: &RecountCall{Count: c.ID, Round: l.Round + 1}}, nil
}

// SignCount decides that a count is cleared: only when every landing of it is. The refusal
// names the landings that stand in the way.
func (s *State) SignCount(count string, at time.Time) (Entry, error) {
	c, err := s.openCount(count)
	if err != nil {
		return Entry{}, err
	}
	sums := CountSums{Count: c.ID, Landings: c.Landings, Counted: c.Roll}
	open := refuse(Conflict, 4, "count-not-cleared", "count", c.ID, "number", itoa(c.Landings-s.CountProgress(c.ID).Cleared))
	late := map[int64]bool{}
	for _, l := range s.CountLandingsOf(c.ID) {
		if l.Status != LandingCleared && len(open.Also) < 100 {
			open.Also = append(open.Also, refuse(Conflict, 4, "landing-not-cleared", "place", l.Landing, "count", c.ID, "status", string(l.Status)))
		}
		sums.Recounts += len(l.Recounts)
		for _, m := range s.movesOf(l) {
			if !m.Happened.After(c.Opened) && !late[m.Entry] {
				late[m.Entry] = true
				sums.Counted += m.Roll
			}
		}
	}
	if len(open.Also) > 0 {
		return Entry{}, open
	}
	for _, out := range c.Out {
		sums.Out += len(out.People)
	}
	return Entry{Kind: CountSigned, Place: c.Place, Happened: at, Detail: &sums}, nil
}

// AbandonCount decides that an open count is given up, by name and with a reason. A
// difference that stands in it becomes a discrepancy.
func (s *State) AbandonCount(count, why string, at time.Time) (Entry, error) {
	c, err := s.openCount(count)
	if err != nil {
		return Entry{}, err
	}
	if len(strings.TrimSpace(why)) < 3 {
		return Entry{}, InvalidInput("count-reason-missing", "count", c.ID)
	}
	if err := checkText("reason", why, 500); err != nil {
		return Entry{}, err
	}
	e := Entry{Kind: CountGivenUp, Place: c.Place, Happened: at, Note: why, Detail: &CountID{c.ID}}
	s.leaveDifferences(&e, c)
	return e, nil
}

// leaveDifferences makes a contradiction of each difference that stands in a count which is
// given up or superseded, so that somebody must still answer for it. One counter is enough:
// else whoever did not like the first slip would end the count before the second (norm CNT-1
// asks for two to clear a landing, law 4 for one to doubt it).
func (s *State) leaveDifferences(e *Entry, c *Count) {
	for _, l := range s.CountLandingsOf(c.ID) {
		slips := l.lastSlips()
		if l.Status == LandingDiffers {
			slips = l.round(l.Round - 1) // that difference stands, whatever one slip of the recount says
		}
		differs := slices.ContainsFunc(slips, func(g *GivenSlip) bool { return !s.Difference(l, g).None() })
		if l.Status != LandingDiffers && (l.Status != LandingAwaited || !differs) {
			continue
		}
		counted, expected := "?", itoa(s.ExpectedAt(l, e.Happened))
		if len(slips) > 0 {
			counted = itoa(slips[0].Number)
			if other := slips[len(slips)-1]; other.Number != slips[0].Number {
				counted += ", " + itoa(other.Number)
			}
		}
		e.contradict("count-left-different", "count", c.ID, "place", l.Landing, "counted", counted, "expected", expected)
	}
}

// lastSlips are the slips of the newest round that has any.
func (l *CountLanding) lastSlips() []*GivenSlip {
	for round := l.Round; round > 0; round-- {
		if slips := l.round(round); len(slips) > 0 {
			return slips
		}
	}
	return nil
}

func applyCountOpened(s *State, e *Entry) error {
	o := e.Detail.(*CountOpening)
	if s.Places.Get(e.Place) == nil {
		return Unknown("place", e.Place)
	}
	if o.Supersedes != "" {
		old := s.Counts.Get(o.Supersedes)
		if old == nil {
			return Unknown("count", o.Supersedes)
		}
		edit(s.Counts, old, func(c *Count) {
			c.Status, c.Ended, c.EndedBy, c.EndedFor, c.Successor, c.Entry = CountSuperseded, e.since(), e.By, o.Reason, o.ID, e.Number
		})
	}
	units := s.countUnits(e.Place)
	c := Count{ID: o.ID, Kind: o.Kind, Establishment: o.Establishment, Place: e.Place, Scheduled: o.Scheduled, Opened: e.since(), OpenedBy: e.By,
		Reason: o.Reason, Landings: len(units), Status: CountOpen, Opening: e.Number, Entry: e.Number}
	names := s.freeze(&c, units)
	s.Counts.put(&c)
	for _, unit := range sortedKeysOf(units) {
		l := CountLanding{Count: c.ID, Landing: unit, Expected: units[unit], Status: LandingAwaited, Round: 1}
		if c.Kind == NamedCount {
			l.People = names[unit]
			slices.Sort(l.People)
		}
		s.CountLandings.put(&l)
	}
	return nil
}

// freeze sums up whom the count must account for as the record has them now: in its
// landings, and away from them. It returns the people of each landing.
func (s *State) freeze(c *Count, units map[string]int) (names map[string][]string) {
	names = map[string][]string{}
	away := map[[2]string]*OutCount{}
	for _, n := range units {
		c.Expected += n
	}
	for h := range s.Holdings.All() {
		if !h.Status.InCustody() {
			continue
		}
		if unit := s.CountUnit(h.At.Place); unit != "" {
			if _, counted := units[unit]; counted {
				if c.Kind == NamedCount {
					names[unit] = append(names[unit], h.Person)
				}
				c.Guests += one(h.At.Establishment != c.Establishment)
			}
			continue
		}
		from := s.CountUnit(h.From)
		if _, counted := units[from]; h.At.Establishment != c.Establishment || (!counted && c.Place != c.Establishment) {
			continue
		}
		custodian, out := h.At.Custodian, OutPerson{Person: h.Person, Landing: from}
		if h.Away != nil {
			custodian, out.DueBack = h.Away.Escort, h.Away.DueBack
		} else if v := s.Vehicles.Get(h.At.Place); v != nil {
			custodian = v.Transfer
		}
		key := [2]string{h.At.Place, custodian}
		if away[key] == nil {
			away[key] = &OutCount{Kind: s.Places.Get(h.At.Place).Kind, Place: h.At.Place, Custodian: custodian}
		}
		away[key].People = append(away[key].People, out)
	}
	c.Roll = c.Expected - c.Guests
	for _, out := range away {
		slices.SortFunc(out.People, func(a, b OutPerson) int { return strings.Compare(a.Person, b.Person) })
		c.Out = append(c.Out, *out)
		c.Roll += len(out.People)
	}
	slices.SortFunc(c.Out, func(a, b OutCount) int {
		return strings.Compare(a.Place+"\x00"+a.Custodian, b.Place+"\x00"+b.Custodian)
	})
	return names
}

func applyRecountCalled(s *State, e *Entry) error {
	call := e.Detail.(*RecountCall)
	l := s.CountLandings.Get(call.Count + "/" + e.Place)
	if l == nil {
		return refuse(NotFound, 0, "landing-not-in-count", "place", e.Place, "count", call.Count)
	}
	edit(s.CountLandings, l, func(l *CountLanding) { l.callRecount(e, RecountByCaller, e.By, e.Note) })
	return nil
}

func applyCountSigned(s *State, e *Entry) error {
	sums := e.Detail.(*CountSums)
	return s.endCount(sums.Count, e, CountCleared, sums)
}

func applyCountGivenUp(s *State, e *Entry) error {
	return s.endCount(e.Detail.(*CountID).Count, e, CountAbandoned, nil)
}

func (s *State) endCount(id string, e *Entry, status CountStatus, sums *CountSums) error {
	c := s.Counts.Get(id)
	if c == nil {
		return Unknown("count", id)
	}
	edit(s.Counts, c, func(c *Count) {
		c.Status, c.Sums, c.Ended, c.EndedBy, c.EndedFor, c.Entry = status, sums, e.since(), e.By, e.Note, e.Number
	})
	return nil
}
