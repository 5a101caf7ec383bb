package custody

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// CountKind says what sort of count (roll check) it is.
type CountKind string

// The kinds of count.
const (
	FormalCount    CountKind = "formal"
	NamedCount     CountKind = "named" // by name: who is there, not how many
	InformalCount  CountKind = "informal"
	EmergencyCount CountKind = "emergency"
)

// CountStatus is how far a count has come.
type CountStatus string

// The statuses of a count.
const (
	CountOpen       CountStatus = "open"
	CountCleared    CountStatus = "cleared"    // every landing cleared, and signed
	CountAbandoned  CountStatus = "abandoned"  // given up, by name and with a reason
	CountSuperseded CountStatus = "superseded" // given up for another count
)

// LandingStatus is how far one landing of a count has come.
type LandingStatus string

// The statuses of a landing in a count.
const (
	LandingAwaited LandingStatus = "awaited" // slips of the round are awaited
	LandingDiffers LandingStatus = "differs" // a difference stands; a recount of this landing is called
	LandingCleared LandingStatus = "cleared" // two counters agreed with each other and with the roll
)

// CountersNeeded is how many independent counters each landing takes (norm CNT-1).
const CountersNeeded = 2

// Count is one count of the people of an establishment or a part of it. What it expects
// is frozen at its opening from the state as it then was, and stands in no entry: whoever
// reads the book before a landing has cleared learns nothing that a counter must not know.
type Count struct {
	ID            string    `json:"id"` // "C" and the entry that opened it
	Kind          CountKind `json:"kind"`
	Establishment string    `json:"establishment"`
	Place         string    `json:"place"`              // what is counted: the establishment, or a part of it
	Scheduled     time.Time `json:"scheduled,omitzero"` // zero: called when it was opened
	Opened        time.Time `json:"opened"`
	OpenedBy      string    `json:"openedBy"`
	Reason        string    `json:"reason,omitempty"` // why it was called
	Landings      int       `json:"landings"`
	// Roll is whom the count must account for: Expected, less Guests, plus those out.
	Roll      int         `json:"roll"`
	Expected  int         `json:"expected"` // people in the landings
	Guests    int         `json:"guests"`   // of those, people of another custodian lodged here
	Out       []OutCount  `json:"out,omitempty"`
	Status    CountStatus `json:"status"`
	Sums      *CountSums  `json:"sums,omitempty"` // what was signed
	Ended     time.Time   `json:"ended,omitzero"` // signed, abandoned or superseded
	EndedBy   string      `json:"endedBy,omitempty"`
	EndedFor  string      `json:"endedFor,omitempty"`  // why it was given up
	Successor string      `json:"successor,omitempty"` // the count that superseded it
	Opening   int64       `json:"opening"`             // the entry that opened it
	Entry     int64       `json:"entry"`               // the newest entry about the count itself
}

// OutCount are people of the roll who are away when a count opens, in one place and in
// the hands of one custodian.
type OutCount struct {
	Kind      PlaceKind   `json:"kind"` // court, hospital, work-site, visits; vehicle: waiting to depart
	Place     string      `json:"place"`
	Custodian string      `json:"custodian"` // who took them, as the outing names them; for a vehicle its transfer
	People    []OutPerson `json:"people"`    // by prison number
}

// OutPerson is one person of an out-count.
type OutPerson struct {
	Person  string    `json:"person"`
	Landing string    `json:"landing,omitempty"` // where they left from
	DueBack time.Time `json:"dueBack,omitzero"`
}

// CountLanding is one landing of a count, with all its slips.
type CountLanding struct {
	Count    string        `json:"count"`
	Landing  string        `json:"landing"`
	Expected int           `json:"expected"`         // at the opening
	People   []string      `json:"people,omitempty"` // in a named count, at the opening, by prison number
	Status   LandingStatus `json:"status"`
	Round    int           `json:"round"` // from 1; more: recounts
	Slips    []GivenSlip   `json:"slips,omitempty"`
	Recounts []Recount     `json:"recounts,omitempty"`
	Cleared  time.Time     `json:"cleared,omitzero"`
	Entry    int64         `json:"entry,omitempty"` // the newest entry about the landing
}

// Key is the key of a landing in a count.
func (l *CountLanding) Key() string { return l.Count + "/" + l.Landing }

// Recount says that, and why, a landing was to be counted again.
type Recount struct {
	Round  int           `json:"round"` // the one that begins
	Called time.Time     `json:"called"`
	Why    RecountReason `json:"why"`          // empty where a counter, who is kept blind, is shown it
	By     string        `json:"by,omitempty"` // an official called it; empty: the slips did
	Note   string        `json:"note,omitempty"`
	Entry  int64         `json:"entry"`
}

// RecountReason is why a landing is counted again.
type RecountReason string

// The reasons for a recount.
const (
	SlipsDisagree   RecountReason = "slips-disagree"    // the two counters differ from each other
	SlipsDiffer     RecountReason = "differs-from-roll" // they agree, and the roll says otherwise
	ThirdSlip       RecountReason = "third-slip"        // after the landing cleared, another hand counted otherwise
	LateEntry       RecountReason = "late-entry"        // after the landing cleared, a movement was recorded that had happened before
	RecountByCaller RecountReason = "called"            // an official asked for it
)

// CountMove is a movement recorded while a count was open that leaves or enters a landing
// of it. With the frozen number it tells what the roll holds of the landing at any instant
// of the count, also when a movement is entered late.
type CountMove struct {
	Count    string    `json:"count"`
	Entry    int64     `json:"entry"`
	Kind     Kind      `json:"kind"`
	Person   string    `json:"person"`
	From     string    `json:"from,omitempty"` // landings; empty: no landing
	To       string    `json:"to,omitempty"`
	Roll     int       `json:"roll,omitempty"` // by how much it changed the roll of what is counted
	Happened time.Time `json:"happened"`
	Recorded time.Time `json:"recorded"`
	By       string    `json:"by"`
}

// Key is the key of a movement in a count.
func (m *CountMove) Key() string { return m.Count + "/" + strconv.FormatInt(m.Entry, 10) }

// CountSums are the sums of a count as they are signed.
type CountSums struct {
	Count    string `json:"count"`
	Landings int    `json:"landings"`
	Recounts int    `json:"recounts"`
	// Counted is everybody the count answers for: on the roll at the opening, also by what
	// was recorded later to have happened before it.
	Counted int `json:"counted"`
	Out     int `json:"out"` // of those, in out-counts
}

// countIndex are numbers and lists that follow from the records of counts.
type countIndex struct {
	open     map[string]struct{}            // open counts
	of       map[string][]string            // counts by establishment, in order of opening
	over     map[string]string              // the open count that a landing is in
	landings map[string]map[string]struct{} // landings by count
	progress map[string]CountProgress
	moves    map[string][]string // movements by count and landing, in order of entry
}

// CountProgress says how many landings of a count have come how far.
type CountProgress struct {
	Landings int `json:"landings"`
	Half     int `json:"half"` // of those awaited, with one of two slips
	Differ   int `json:"differ"`
	Cleared  int `json:"cleared"`
}

func newCountIndex() countIndex {
	return countIndex{open: map[string]struct{}{}, of: map[string][]string{}, over: map[string]string{},
		landings: map[string]map[string]struct{}{}, progress: map[string]CountProgress{}, moves: map[string][]string{}}
}

func (p *CountProgress) add(l *CountLanding, n int) {
	p.Landings += n
	switch {
	case l.Status == LandingCleared:
		p.Cleared += n
	case l.Status == LandingDiffers:
		p.Differ += n
	}
	if l.Status != LandingCleared && len(l.round(l.Round)) == 1 {
		p.Half += n
	}
}

func (s *State) countChanged(old, new *Count) {
	x := &s.derived.counts
	if old != nil && old.Status == CountOpen {
		delete(x.open, old.ID)
		for landing := range x.landings[old.ID] {
			if x.over[landing] == old.ID {
				delete(x.over, landing)
			}
		}
	}
	if new != nil && new.Status == CountOpen {
		x.open[new.ID] = struct{}{}
		for landing := range x.landings[new.ID] {
			x.over[landing] = new.ID
		}
	}
	switch {
	case old == nil && new != nil:
		addSorted(x.of, new.Establishment, new.ID)
	case old != nil && new == nil:
		remove(x.of, old.Establishment, old.ID)
	}
}

func (s *State) countLandingChanged(old, new *CountLanding) {
	x := &s.derived.counts
	count := func(l *CountLanding, n int) {
		p := x.progress[l.Count]
		p.add(l, n)
		x.progress[l.Count] = p
	}
	if old != nil {
		count(old, -1)
		if new == nil {
			delete(x.landings[old.Count], old.Landing)
			if x.over[old.Landing] == old.Count {
				delete(x.over, old.Landing)
			}
		}
	}
	if new != nil {
		count(new, 1)
		if old == nil {
			set := x.landings[new.Count]
			if set == nil {
				set = map[string]struct{}{}
				x.landings[new.Count] = set
			}
			set[new.Landing] = struct{}{}
			if _, open := x.open[new.Count]; open {
				x.over[new.Landing] = new.Count
			}
		}
	}
}

func (s *State) countMoveChanged(old, new *CountMove) {
	for _, m := range []*CountMove{old, new} {
		if m == nil || (old != nil && new != nil) {
			continue
		}
		for _, landing := range []string{m.From, m.To} {
			if landing == "" {
				continue
			}
			if new != nil {
				addSorted(s.derived.counts.moves, m.Count+"/"+landing, m.Key())
			} else {
				remove(s.derived.counts.moves, m.Count+"/"+landing, m.Key())
			}
		}
	}
}

// CountUnit returns the landing in which people in a place are counted: the landing that
// the place is on or, under no landing, the place itself; "" for a place that holds nobody
// or lies outside the landings (a vehicle, a court, a hospital).
func (s *State) CountUnit(place string) string {
	p := s.Places.Get(place)
	if p == nil {
		return ""
	}
	for up := p; up != nil; up = s.Places.Get(up.Parent) {
		if up.Kind == Landing {
			return up.Code
		}
	}
	if p.Kind.Holds() && !p.Kind.Outside() && p.Kind != VehiclePlace {
		return p.Code
	}
	return ""
}

// OpenCounts returns the open counts, oldest first.
func (s *State) OpenCounts() []*Count {
	list := []*Count{}
	for _, id := range sortedNumbers(s.derived.counts.open) {
		list = append(list, s.Counts.Get(id))
	}
	return list
}

// CountsOf returns the counts of an establishment and its parts, newest first, at most limit.
func (s *State) CountsOf(establishment string, limit int) []*Count {
	ids := s.derived.counts.of[establishment]
	list := []*Count{}
	for i := len(ids) - 1; i >= 0 && len(list) < limit; i-- {
		list = append(list, s.Counts.Get(ids[i]))
	}
	return list
}

// LastCleared returns the newest count of a whole establishment that was cleared and
// signed, or nil.
func (s *State) LastCleared(establishment string) *Count {
	ids := s.derived.counts.of[establishment]
	for i := len(ids) - 1; i >= 0; i-- {
		if c := s.Counts.Get(ids[i]); c.Status == CountCleared && c.Place == establishment {
			return c
		}
	}
	return nil
}

// CountLandingsOf returns the landings of a count, by code.
func (s *State) CountLandingsOf(count string) []*CountLanding {
	codes := sortedKeys(s.derived.counts.landings[count])
	list := make([]*CountLanding, len(codes))
	for i, code := range codes {
		list[i] = s.CountLandings.Get(count + "/" + code)
	}
	return list
}

// CountProgress returns how many landings of a count have come how far.
func (s *State) CountProgress(count string) CountProgress { return s.derived.counts.progress[count] }

// movesOf returns the movements that left or entered a landing while its count was open,
// in the order in which they were recorded.
func (s *State) movesOf(l *CountLanding) []*CountMove {
	keys := s.derived.counts.moves[l.Key()]
	list := make([]*CountMove, len(keys))
	for i, key := range keys {
		list[i] = s.CountMoves.Get(key)
	}
	return list
}

// ExpectedAt returns how many people the roll has on a landing of a count at an instant:
// what was frozen, and what is recorded to have moved by then.
func (s *State) ExpectedAt(l *CountLanding, at time.Time) int {
	n := l.Expected
	for _, m := range s.movesOf(l) {
		if !m.Happened.After(at) {
			n += m.delta(l.Landing)
		}
	}
	return n
}

// delta is by how much a movement changes the number of a landing.
func (m *CountMove) delta(landing string) int {
	n := 0
	if m.To == landing {
		n++
	}
	if m.From == landing {
		n--
	}
	return n
}

// DifferenceStands returns the open count in which a difference stands on the landing of
// a place, or "".
func (s *State) DifferenceStands(place string) string {
	landing := s.CountUnit(place)
	id := s.derived.counts.over[landing]
	if id == "" {
		return ""
	}
	if l := s.CountLandings.Get(id + "/" + landing); l == nil || l.Status != LandingDiffers {
		return ""
	}
	return id
}

// notFrozen refuses an order that moves a person out of or into a place whose landing has
// a difference standing in a count: the difference would never be found. Facts go on.
func (s *State) notFrozen(person string, places ...string) error {
	if len(s.derived.counts.open) == 0 {
		return nil
	}
	for _, place := range places {
		if id := s.DifferenceStands(place); id != "" {
			return refuse(Conflict, 1, "landing-frozen", "person", person, "place", s.CountUnit(place), "count", id)
		}
	}
	return nil
}

// noteMove keeps a movement for the counts that are open over the landings that it leaves
// and enters, and takes back the clearing of a landing that it contradicts.
func (s *State) noteMove(e *Entry) {
	x := &s.derived.counts
	if len(x.open) == 0 || e.Move == nil {
		return
	}
	from, to := s.CountUnit(e.Move.From.Place), s.CountUnit(e.Move.To.Place)
	if from == to {
		return
	}
	noted := ""
	for _, landing := range []string{from, to} {
		id := x.over[landing]
		if landing == "" || id == "" {
			continue
		}
		if id != noted {
			noted = id
			m := CountMove{Count: id, Entry: e.Number, Kind: e.Kind, Person: e.Person, From: from, To: to, Happened: e.since(), Recorded: e.Recorded, By: e.By}
			if c := s.Counts.Get(id); c.Place == c.Establishment {
				m.Roll = one(e.Move.To.Establishment == c.Establishment) - one(e.Move.From.Establishment == c.Establishment)
			}
			s.CountMoves.put(&m)
		}
		if l := s.CountLandings.Get(id + "/" + landing); l.Status == LandingCleared && !s.roundClears(l) {
			edit(s.CountLandings, l, func(l *CountLanding) { l.callRecount(e, LateEntry, "", "") })
		}
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func sortedKeysOf[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// sortedNumbers are keys that end in a number, the lowest number first.
func sortedNumbers(set map[string]struct{}) []string {
	return slices.SortedFunc(maps.Keys(set), func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
}
