package custody

import (
	"cmp"
	"slices"
	"time"
)

// QuestionKind is what is asked about a slip.
type QuestionKind string

// The questions. None is a verdict: each has honest answers.
const (
	TooFast         QuestionKind = "too-fast"          // given faster than so many people can be counted
	LikeLast        QuestionKind = "like-last"         // the last count's number again, where the roll has changed since
	AlwaysLikeLast  QuestionKind = "always-like-last"  // every number of this hand was the last count's
	OneDevice       QuestionKind = "one-device"        // both counters' slips within seconds from one device or address
	OneClerk        QuestionKind = "one-clerk"         // both counters' papers entered by one official who saw what was expected
	DoorStayedShut  QuestionKind = "door-shut"         // no door of the landing opened while it was counted
	LateMoveCleared QuestionKind = "cleared-by-record" // it cleared after a movement was recorded that had happened before
)

// Question is something that the manager and the monitor should ask about a count.
type Question struct {
	Kind    QuestionKind `json:"kind"`
	Landing string       `json:"landing,omitempty"`
	Hand    string       `json:"hand,omitempty"`
	Other   string       `json:"other,omitempty"` // the other hand
	Entry   int64        `json:"entry"`           // the slip, or the movement
	Number  int          `json:"number"`
	Took    int          `json:"took,omitempty"`  // milliseconds
	Floor   int          `json:"floor,omitempty"` // milliseconds that it should have taken at least
	Slips   int          `json:"slips,omitempty"` // how many slips say so
}

// DoorFacts says whether a door of a landing opened between two instants, as the doors
// themselves reported; known is false where nothing reports it. It is an input of facts:
// without a source of them nothing is asked about doors.
type DoorFacts func(landing string, from, until time.Time) (opened, known bool)

// alwaysMin is how many slips a hand must have given before it is asked whether each of
// them was the last count's number.
const alwaysMin = 5

// QuestionsOf computes from the record what to ask about the slips of a count, by landing.
// doors may be nil.
func (s *State) QuestionsOf(count string, doors DoorFacts) ([]Question, error) {
	c := s.Counts.Get(count)
	if c == nil {
		return nil, Unknown("count", count)
	}
	q := &asking{State: s, count: c, rules: s.CountRulesOf(c.Establishment), before: s.countBefore(c), doors: doors, hands: map[string][]handSlip{}, list: []Question{}}
	for _, l := range s.CountLandingsOf(count) {
		q.landing(l)
	}
	for _, hand := range sortedKeysOf(q.hands) {
		q.hand(hand, q.hands[hand])
	}
	slices.SortStableFunc(q.list, func(a, b Question) int {
		return cmp.Or(cmp.Compare(a.Landing, b.Landing), cmp.Compare(a.Entry, b.Entry))
	})
	return q.list, nil
}

type asking struct {
	*State
	count  *Count
	rules  CountRules
	before *Count // the newest signed count before this one
	doors  DoorFacts
	hands  map[string][]handSlip
	list   []Question
}

type handSlip struct {
	landing *CountLanding
	slip    *GivenSlip
}

// countBefore is the newest count of the establishment before this one that was signed.
func (s *State) countBefore(c *Count) *Count {
	ids := s.derived.counts.of[c.Establishment]
	for i := len(ids) - 1; i >= 0; i-- {
		if before := s.Counts.Get(ids[i]); before.Opening < c.Opening && before.Status == CountCleared {
			return before
		}
	}
	return nil
}

func (q *asking) ask(kind QuestionKind, l *CountLanding, slip *GivenSlip, more func(*Question)) {
	a := Question{Kind: kind, Landing: l.Landing, Hand: slip.Hand, Entry: slip.Entry, Number: slip.Number}
	if more != nil {
		more(&a)
	}
	q.list = append(q.list, a)
}

// landing asks about the slips of one landing.
func (q *asking) landing(l *CountLanding) {
	last, changed := q.last(l)
	for i := range l.Slips {
		slip := &l.Slips[i]
		q.hands[slip.Hand] = append(q.hands[slip.Hand], handSlip{l, slip})
		if last >= 0 && changed && slip.Number == last && !q.Difference(l, slip).None() {
			q.ask(LikeLast, l, slip, nil)
		}
		if q.doors != nil {
			floor := time.Duration(slip.Number*q.rules.Floor) * time.Millisecond
			from := slip.Counted.Add(-max(floor, time.Minute))
			if opened, known := q.doors(l.Landing, from, slip.Recorded); known && !opened {
				q.ask(DoorStayedShut, l, slip, nil)
			}
		}
	}
	for n := 1; n <= l.Round; n++ {
		q.pair(l, l.round(n))
	}
	if l.Status != LandingCleared {
		return
	}
	for _, m := range q.movesOf(l) {
		if first := l.Slips[0]; m.Entry > first.Entry && !m.Happened.After(first.Counted) {
			q.list = append(q.list, Question{Kind: LateMoveCleared, Landing: l.Landing, Hand: m.By, Entry: m.Entry})
		}
	}
}

// last is the number with which a landing cleared the signed count before (-1: none), and
// whether the roll of the landing is another now.
func (q *asking) last(l *CountLanding) (number int, changed bool) {
	if q.before == nil {
		return -1, false
	}
	before := q.CountLandings.Get(q.before.ID + "/" + l.Landing)
	if before == nil || before.Status != LandingCleared {
		return -1, false
	}
	slips := before.round(before.Round)
	if len(slips) == 0 {
		return -1, false
	}
	return slips[0].Number, slips[0].Number != l.Expected
}

// pair asks about the two slips of one round.
func (q *asking) pair(l *CountLanding, slips []*GivenSlip) {
	if len(slips) < CountersNeeded {
		return
	}
	a, b := slips[0], slips[1]
	apart := b.Recorded.Sub(a.Recorded)
	within := apart <= time.Duration(q.rules.Apart)*time.Second
	same := (a.Device != "" && a.Device == b.Device) || (a.Address != "" && a.Address == b.Address)
	if within && same {
		q.ask(OneDevice, l, b, func(a2 *Question) { a2.Other, a2.Took = a.Hand, int(apart.Milliseconds()) })
	}
	if a.By == b.By && a.Source == PaperSlip && b.Source == PaperSlip && q.May(a.By, SeeCounts) == nil {
		q.ask(OneClerk, l, b, func(a2 *Question) { a2.Other = a.Hand })
	}
}

// hand asks about all the slips of one hand: how fast they came one after another, and
// whether each was the last count's number.
func (q *asking) hand(hand string, given []handSlip) {
	slices.SortStableFunc(given, func(a, b handSlip) int {
		return cmp.Or(a.slip.Counted.Compare(b.slip.Counted), cmp.Compare(a.slip.Entry, b.slip.Entry))
	})
	from, alike, known := q.count.Opened, 0, 0
	for _, g := range given {
		floor := time.Duration(g.slip.Number*q.rules.Floor) * time.Millisecond
		if took := g.slip.Counted.Sub(from); took < floor {
			q.ask(TooFast, g.landing, g.slip, func(a *Question) {
				a.Took, a.Floor = max(0, int(took.Milliseconds())), int(floor.Milliseconds())
			})
		}
		from = g.slip.Counted
		if last, _ := q.last(g.landing); last >= 0 {
			known++
			if last == g.slip.Number {
				alike++
			}
		}
	}
	// A quiet night repeats itself; so does a hand that copies. It is asked only where the
	// roll of one of its landings has changed since.
	changed := slices.ContainsFunc(given, func(g handSlip) bool { _, c := q.last(g.landing); return c })
	if known >= alwaysMin && alike == known && known == len(given) && changed {
		newest := given[len(given)-1].slip
		q.list = append(q.list, Question{Kind: AlwaysLikeLast, Hand: hand, Entry: newest.Entry, Number: newest.Number, Slips: known})
	}
}
