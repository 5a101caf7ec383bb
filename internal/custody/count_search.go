package custody

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// ExplanationKind says what may explain a difference.
type ExplanationKind string

// The explanations, the likeliest first.
const (
	ExplainedLate     ExplanationKind = "late-entry"        // a movement recorded since the slips that had happened before them
	CountedElsewhere  ExplanationKind = "counted-elsewhere" // named: missing here, on the slip of another landing
	SameNameMissing   ExplanationKind = "same-name"         // named: one is missing and another of the same name is too many
	CountedTwice      ExplanationKind = "counted-twice"     // named: on the slips of two landings
	MovedOpposite     ExplanationKind = "moved-opposite"    // moved in the last minutes between this landing and one that differs the other way
	MovedJustBefore   ExplanationKind = "moved-just-before" // moved in the last minutes in or out of it
	NeighbourOpposite ExplanationKind = "neighbour-opposite"
	OverdueBack       ExplanationKind = "overdue-out" // out from here, and due back before it was counted
	ReceptionNoCell   ExplanationKind = "reception-no-cell"
	OutFromHere       ExplanationKind = "out-from-here"
	CountersDisagree  ExplanationKind = "counters-disagree"
	StrangerOnSlip    ExplanationKind = "stranger"        // named: somebody of whom no number is known
	NotOnRegister     ExplanationKind = "not-on-register" // named: a number that the register does not have
	HeldElsewhere     ExplanationKind = "held-elsewhere"  // named: on the slip, where the roll has them in another place
	NobodySaw         ExplanationKind = "nobody-saw"      // named: on the roll of the landing, on no slip
)

var explanationRank = func() map[ExplanationKind]int {
	order := []ExplanationKind{ExplainedLate, CountedElsewhere, SameNameMissing, CountedTwice, NobodySaw, HeldElsewhere, StrangerOnSlip, NotOnRegister,
		MovedOpposite, CountersDisagree, MovedJustBefore, OverdueBack, NeighbourOpposite, ReceptionNoCell, OutFromHere}
	rank := make(map[ExplanationKind]int, len(order))
	for i, kind := range order {
		rank[kind] = i
	}
	return rank
}()

// Explanation is one thing that may explain a difference: something to go and look at.
type Explanation struct {
	Kind     ExplanationKind `json:"kind"`
	Person   string          `json:"person,omitempty"`
	Name     string          `json:"name,omitempty"`
	Other    string          `json:"other,omitempty"`   // of two people, the second
	Place    string          `json:"place,omitempty"`   // where the roll has the person
	Landing  string          `json:"landing,omitempty"` // the other landing
	Entry    *int64          `json:"entry,omitempty"`   // the movement
	Happened time.Time       `json:"happened,omitzero"`
	Recorded time.Time       `json:"recorded,omitzero"`
	DueBack  time.Time       `json:"dueBack,omitzero"`
	By       int             `json:"by,omitempty"` // by how much it would account for the difference, or the neighbour differs
	near     int64           // among explanations of a kind, the nearest first
}

// LandingSearch is the search for the difference of one landing.
type LandingSearch struct {
	Landing string `json:"landing"`
	// Difference is that of the newest full round, as the slips stood when they came in;
	// Remains what is left of it by what has been recorded since.
	Difference   CountDifference `json:"difference"`
	Remains      CountDifference `json:"remains"`
	Disagree     bool            `json:"disagree"` // the two counters differ from each other
	Explanations []Explanation   `json:"explanations"`
	More         int             `json:"more"` // explanations that are not listed
}

// Bounds of the search.
const (
	searchBack      = 30 * time.Minute // movements so long before a count are looked at
	maxExplanations = 50
)

// SearchDifferences looks for the difference of every landing of a count on which one
// stands, by code of landing. It is for those alone who may see what a count expects.
func (s *State) SearchDifferences(count string, now time.Time) ([]LandingSearch, error) {
	c := s.Counts.Get(count)
	if c == nil {
		return nil, Unknown("count", count)
	}
	f := &finder{State: s, count: c, now: now, by: map[string]int{}}
	var open []*CountLanding
	for _, l := range s.CountLandingsOf(count) {
		if slips := l.lastFull(); l.Status == LandingDiffers && len(slips) > 0 {
			open = append(open, l)
			f.by[l.Landing] = slips[len(slips)-1].Number - s.ExpectedAt(l, slips[len(slips)-1].Counted)
		}
	}
	list := make([]LandingSearch, 0, len(open))
	if len(open) == 0 {
		return list, nil
	}
	if c.Kind == NamedCount {
		f.gatherNames()
	} else {
		f.gather()
	}
	for _, l := range open {
		list = append(list, f.search(l))
	}
	return list, nil
}

// lastFull are the slips of the newest round in which both counters gave one.
func (l *CountLanding) lastFull() []*GivenSlip {
	for n := l.Round; n > 0; n-- {
		if slips := l.round(n); len(slips) >= CountersNeeded {
			return slips
		}
	}
	return nil
}

// finder holds what the search of every landing needs, gathered in one pass.
type finder struct {
	*State
	count *Count
	now   time.Time
	by    map[string]int // by how much each landing on which a difference stands differs

	// Of a count by number.
	in, out   map[string][]*Holding // who came to, and left, a landing in the last minutes
	away      map[string][]*Holding // who is out, by landing left
	reception []*Holding

	// Of a count by name.
	slips   map[string][]named  // the newest slips of each landing that has any
	extraOn map[string][]string // landings that somebody is too many on
	alike   map[string][]string // people too many anywhere, by name
}

// named is a slip of a named count with its difference.
type named struct {
	*GivenSlip
	CountDifference
}

func (f *finder) gather() {
	f.in, f.out, f.away = map[string][]*Holding{}, map[string][]*Holding{}, map[string][]*Holding{}
	since := f.count.Opened.Add(-searchBack)
	for h := range f.Holdings.All() {
		switch {
		case h.At.Establishment != f.count.Establishment:
		case h.Status == Out:
			from := f.CountUnit(h.From)
			f.away[from] = append(f.away[from], h)
		case h.Status == Held:
			if p := f.Places.Get(h.At.Place); p != nil && p.Kind == Reception {
				f.reception = append(f.reception, h)
			}
		}
		if !h.Since.After(since) {
			continue
		}
		from, to := f.CountUnit(h.From), f.CountUnit(h.At.Place)
		if from != to {
			f.in[to] = append(f.in[to], h)
			f.out[from] = append(f.out[from], h)
		}
	}
}

func (f *finder) gatherNames() {
	f.slips, f.extraOn, f.alike = map[string][]named{}, map[string][]string{}, map[string][]string{}
	for _, l := range f.CountLandingsOf(f.count.ID) {
		slips := l.lastFull()
		if slips == nil {
			slips = l.round(l.Round)
		}
		for _, slip := range slips {
			d := f.Difference(l, slip)
			f.slips[l.Landing] = append(f.slips[l.Landing], named{slip, d})
			for _, person := range d.Extra {
				if on := f.extraOn[person]; !slices.Contains(on, l.Landing) {
					f.extraOn[person] = append(on, l.Landing)
				}
			}
		}
	}
	for _, person := range sortedKeysOf(f.extraOn) {
		if p := f.People.Get(person); p != nil {
			f.alike[sameName(p)] = append(f.alike[sameName(p)], person)
		}
	}
}

func sameName(p *Person) string { return strings.ToUpper(p.FullName()) }

// search looks for the difference of one landing.
func (f *finder) search(l *CountLanding) LandingSearch {
	slips := l.lastFull()
	first, newest := f.differenceOf(l, slips, 0), f.differenceOf(l, slips, len(slips)-1)
	slip := slips[len(slips)-1]
	r := LandingSearch{Landing: l.Landing, Difference: newest, Remains: newest, Disagree: !first.same(newest)}
	var list []Explanation
	for _, m := range f.movesOf(l) {
		if m.Entry > slip.Entry && !m.Happened.After(slip.Counted) {
			r.Difference.By += m.delta(l.Landing) // as the roll was when the slip came in
			entry := m.Entry
			list = append(list, f.about(Explanation{Kind: ExplainedLate, Person: m.Person, Landing: otherOf(m, l.Landing), Entry: &entry,
				Happened: m.Happened, Recorded: m.Recorded, By: m.delta(l.Landing), near: -m.Entry}))
		}
	}
	if r.Disagree {
		list = append(list, Explanation{Kind: CountersDisagree, By: slip.Number - slips[0].Number})
	}
	if f.count.Kind == NamedCount {
		list = append(list, f.byName(l)...)
	} else {
		list = append(list, f.byNumber(l, slip, r.Remains.By)...)
	}
	slices.SortStableFunc(list, func(a, b Explanation) int {
		return cmp.Or(cmp.Compare(explanationRank[a.Kind], explanationRank[b.Kind]), cmp.Compare(a.near, b.near), cmp.Compare(a.Person, b.Person), cmp.Compare(a.Landing, b.Landing))
	})
	r.Explanations = list[:min(len(list), maxExplanations)]
	r.More = len(list) - len(r.Explanations)
	if r.Explanations == nil {
		r.Explanations = []Explanation{}
	}
	return r
}

// differenceOf is that of one of the newest slips of a landing, worked out once.
func (f *finder) differenceOf(l *CountLanding, slips []*GivenSlip, i int) CountDifference {
	if known := f.slips[l.Landing]; i < len(known) {
		return known[i].CountDifference
	}
	return f.Difference(l, slips[i])
}

func otherOf(m *CountMove, landing string) string {
	if m.From == landing {
		return m.To
	}
	return m.From
}

// about adds the name and the place of an explanation's person.
func (f *finder) about(e Explanation) Explanation {
	if p := f.People.Get(e.Person); p != nil {
		e.Name = p.FullName()
	}
	if h := f.Holdings.Get(e.Person); h != nil {
		e.Place = h.At.Place
	}
	return e
}

// byNumber explains a number: too many (somebody who left by the roll is still there, or
// came without a record), or too few (somebody who is there by the roll has not come, or left).
func (f *finder) byNumber(l *CountLanding, newest *GivenSlip, by int) (list []Explanation) {
	moved := f.out[l.Landing]
	if by < 0 {
		moved = f.in[l.Landing]
	}
	if by != 0 {
		for _, h := range moved {
			other := f.CountUnit(h.At.Place)
			if by < 0 {
				other = f.CountUnit(h.From)
			}
			e := Explanation{Kind: MovedJustBefore, Person: h.Person, Landing: other, Happened: h.Since, By: sign(by), near: int64(h.Since.Sub(newest.Counted).Abs())}
			if entry := h.Entry; entry >= 0 {
				e.Entry = &entry
			}
			if f.by[other]*by < 0 {
				e.Kind = MovedOpposite
			}
			list = append(list, f.about(e))
		}
	}
	for landing, other := range f.by {
		if landing != l.Landing && other*by < 0 {
			list = append(list, Explanation{Kind: NeighbourOpposite, Landing: landing, By: other, near: f.distance(l.Landing, landing)})
		}
	}
	if by > 0 {
		for _, h := range f.away[l.Landing] {
			e := Explanation{Kind: OutFromHere, Person: h.Person, Happened: h.Since, By: 1, near: -h.Since.Unix()}
			if h.Away != nil && !h.Away.DueBack.IsZero() {
				if e.DueBack = h.Away.DueBack; e.DueBack.Before(newest.Counted) {
					e.Kind = OverdueBack
				}
			}
			list = append(list, f.about(e))
		}
		if p := f.Places.Get(l.Landing); p == nil || p.Kind != Reception {
			for _, h := range f.reception {
				list = append(list, f.about(Explanation{Kind: ReceptionNoCell, Person: h.Person, Happened: h.Since, By: 1, near: -h.Since.Unix()}))
			}
		}
	}
	return list
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

// distance says how far apart two landings are: doors of the same corridor first, then in
// order of their codes.
func (f *finder) distance(a, b string) int64 {
	const elsewhere = 1 << 40
	p, q := f.Places.Get(a), f.Places.Get(b)
	if p == nil || q == nil || p.Parent != q.Parent {
		return elsewhere
	}
	return int64(abs(trailing(a) - trailing(b)))
}

// trailing is the number at the end of a code.
func trailing(code string) int {
	n, unit := 0, 1
	for i := len(code) - 1; i >= 0 && code[i] >= '0' && code[i] <= '9' && unit < 1_000_000; i-- {
		n, unit = n+int(code[i]-'0')*unit, unit*10
	}
	return n
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// byName says exactly who is missing and who is too many, by any slip of the round, and
// where the roll has them.
func (f *finder) byName(l *CountLanding) (list []Explanation) {
	missing, extra := map[string]struct{}{}, map[string]struct{}{}
	for _, slip := range f.slips[l.Landing] {
		for _, person := range slip.Missing {
			missing[person] = struct{}{}
		}
		for _, person := range slip.Extra {
			extra[person] = struct{}{}
		}
		for _, stranger := range slip.GivenSlip.Strangers {
			list = append(list, Explanation{Kind: StrangerOnSlip, Name: stranger, By: 1})
		}
	}
	for _, person := range sortedKeys(missing) {
		list = append(list, f.missing(l, person))
	}
	for _, person := range sortedKeys(extra) {
		e := f.about(Explanation{Kind: HeldElsewhere, Person: person, By: 1})
		if h := f.Holdings.Get(person); h != nil {
			e.Landing, e.Happened = f.CountUnit(h.At.Place), h.Since
		}
		if f.People.Get(person) == nil {
			e.Kind = NotOnRegister
		} else if at := f.seenBeside(person, l.Landing); at != "" {
			e.Kind, e.Landing = CountedTwice, at
		}
		list = append(list, e)
	}
	return list
}

func (f *finder) missing(l *CountLanding, person string) Explanation {
	e := f.about(Explanation{Kind: NobodySaw, Person: person, By: -1})
	if at := f.seenBeside(person, l.Landing); at != "" {
		e.Kind, e.Landing = CountedElsewhere, at
		return e
	}
	if p := f.People.Get(person); p != nil {
		for _, twin := range f.alike[sameName(p)] {
			if twin != person {
				e.Kind, e.Other, e.Landing = SameNameMissing, twin, f.extraOn[twin][0]
				break
			}
		}
	}
	return e
}

// seenBeside is a landing other than one on whose slips a person is: too many there, or
// where the roll has them.
func (f *finder) seenBeside(person, landing string) string {
	for _, at := range f.extraOn[person] {
		if at != landing {
			return at
		}
	}
	h := f.Holdings.Get(person)
	if h == nil {
		return ""
	}
	home := f.CountUnit(h.At.Place)
	for _, slip := range f.slips[home] {
		if _, seen := slices.BinarySearch(slip.People, person); seen && home != landing {
			return home
		}
	}
	return ""
}
