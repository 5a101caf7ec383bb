package custody

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Arrangement is who would be where if an order were carried out: the present state, with
// some people put elsewhere in thought. It is judged at every instant it was made for (when
// the order is said to have happened, and now), and is good until the state changes.
type Arrangement struct {
	s         *State
	instants  []instant
	to        map[string]string   // where people are put
	come      map[string][]string // who is put into a place, in order
	gone      map[string]int      // how many are put out of a place
	strangers map[string]stranger
	classes   map[string][]Class // as worked out so far
}

// stranger is somebody whom the register does not know yet, or the papers they bring.
type stranger struct {
	person *Person
	papers []Authority
}

// Arrange begins an arrangement that is judged at these instants.
func (s *State) Arrange(at ...time.Time) *Arrangement {
	a := &Arrangement{s: s, to: map[string]string{}, come: map[string][]string{}}
	for _, t := range at {
		if i := cutAt(t); !slices.Contains(a.instants, i) {
			a.instants = append(a.instants, i)
		}
	}
	return a
}

// Put puts a person into a place in thought.
func (a *Arrangement) Put(person, place string) {
	if was, again := a.to[person]; again {
		a.come[was] = slices.DeleteFunc(a.come[was], func(p string) bool { return p == person })
	} else if here := a.s.placeOf(person); here != "" {
		if a.gone == nil {
			a.gone = map[string]int{}
		}
		a.gone[here]++
	}
	a.to[person] = place
	a.come[place] = append(a.come[place], person)
}

// admit puts somebody into a place who comes with an identity or papers of their own.
func (a *Arrangement) admit(number string, who *Person, papers []Authority, place string) {
	if who == nil {
		who = a.s.People.Get(number)
	} else {
		named := *who
		named.Number = number
		who = &named
	}
	if a.strangers == nil {
		a.strangers = map[string]stranger{}
	}
	a.strangers[number] = stranger{who, papers}
	a.Put(number, place)
}

// placeOf is where somebody in custody is; "" for anybody else.
func (s *State) placeOf(person string) string {
	if h := s.Holdings.Get(person); h != nil && h.Status.InCustody() {
		return h.At.Place
	}
	return ""
}

// place is where a person is in the arrangement.
func (a *Arrangement) place(person string) string {
	if to, put := a.to[person]; put {
		return to
	}
	return a.s.placeOf(person)
}

// eachIn calls do with everybody who is in a place in the arrangement, until it says stop.
func (a *Arrangement) eachIn(place string, do func(person string) (more bool)) {
	for person := range a.s.derived.occupants[place] {
		if _, put := a.to[person]; !put && !do(person) {
			return
		}
	}
	for _, person := range a.come[place] {
		if !do(person) {
			return
		}
	}
}

// Count is how many are in a place in the arrangement.
func (a *Arrangement) Count(place string) int {
	return len(a.s.derived.occupants[place]) - a.gone[place] + len(a.come[place])
}

// class is the class of a person at each instant.
func (a *Arrangement) class(person string) []Class {
	if c, known := a.classes[person]; known {
		return c
	}
	who, brought := a.s.People.Get(person), []Authority(nil)
	if st, is := a.strangers[person]; is {
		who, brought = st.person, st.papers
	}
	classes := make([]Class, len(a.instants))
	for i, at := range a.instants {
		classes[i] = a.s.classOf(who, brought, at)
	}
	if a.classes == nil {
		a.classes = map[string][]Class{}
	}
	a.classes[person] = classes
	return classes
}

// Breaks returns every hard rule that a person breaks by being in a place, each as the
// refusal that an order to put them there gets; nil when the place will do. Sources: SEP-1
// (Mandela 11), SPC-1 for the capacity, the person's assessment, keep-apart orders.
//
// The rules of sharing bind in cells alone. Every other place has its capacity, its own
// designation, and whether it is in use; courts and hospitals have none of these.
func (a *Arrangement) Breaks(person, place string) []*Refusal { return a.breaks(person, place, true) }

// breaks is Breaks; sharing says whether the others in a cell need to be looked at.
func (a *Arrangement) breaks(person, place string, sharing bool) []*Refusal {
	p := a.s.Places.Get(place)
	if p == nil || p.Kind.Outside() || p.Kind == VehiclePlace {
		return nil
	}
	var broken []*Refusal
	add := func(r *Refusal) {
		r.Params["person"], r.Params["place"], r.Params["nearest"] = person, place, ""
		broken = append(broken, r)
	}
	if shut, why := a.s.outOfUse(p, a.instants[0].at, a.instants[len(a.instants)-1].at); shut != nil {
		broken = append(broken, refuse(Conflict, 1, "place-out-of-use", "place", shut.Code, "reason", why, "person", person, "nearest", ""))
	}
	others := a.Count(place)
	if a.place(person) == place {
		others--
	}
	for _, i := range a.instants {
		if capacity, limited := p.Capacity(i.at); (limited || p.Kind == Cell) && others+1 > capacity {
			add(refuse(Conflict, 1, "place-full", "capacity", itoa(capacity), "present", itoa(others)))
			break
		}
	}
	a.designated(p, a.class(person), add)
	if p.Kind != Cell {
		return broken
	}
	assessment := a.s.Assessments.Get(person)
	for _, need := range a.s.lacks(p, assessment) {
		add(refuse(Conflict, 4, "needs-not-met", "needs", need))
	}
	if others == 0 && assessment != nil && assessment.NotAlone {
		add(refuse(Conflict, 4, "must-not-be-alone"))
	}
	if sharing {
		a.shared(person, place, assessment, add)
	}
	a.apart(person, place, add)
	return broken
}

// lacks lists the needs that a place does not meet.
func (s *State) lacks(p *Place, a *Assessment) (missing []string) {
	if a == nil {
		return nil
	}
	for _, need := range a.Needs {
		if need != SingleCell && !s.Offers(p, need) {
			missing = append(missing, need)
		}
	}
	return missing
}

// designated says whether the place, or for a cell what it lies in, is for others.
func (a *Arrangement) designated(p *Place, classes []Class, add func(*Refusal)) {
	d := Designation{Sex: p.Sex, Age: p.Age, Legal: p.Legal}
	if p.Kind == Cell {
		d = a.s.DesignationOf(p.Code)
	}
	var barred [3]bool
	for _, c := range classes {
		sex, age, legal := d.bars(c)
		barred = [3]bool{barred[0] || sex, barred[1] || age, barred[2] || legal}
	}
	if barred[0] {
		add(refuse(Conflict, 4, "place-for-other-sex"))
	}
	if barred[1] {
		add(refuse(Conflict, 4, "place-for-other-age"))
	}
	if barred[2] {
		add(refuse(Conflict, 4, "place-for-other-status"))
	}
}

// shared says whether the person may share the cell with those in it: with one of another
// class, and with one who shares with nobody. It names the first of each by number.
func (a *Arrangement) shared(person, place string, own *Assessment, add func(*Refusal)) {
	classes := a.class(person)
	otherClass, refused, why := "", "", ""
	ownWhy := alone(own, classes[len(classes)-1])
	a.eachIn(place, func(other string) bool {
		if other == person {
			return true
		}
		theirs := a.class(other)
		if (otherClass == "" || other < otherClass) && !slices.Equal(classes, theirs) {
			otherClass = other
		}
		about := a.s.Assessments.Get(other)
		theirWhy := alone(about, theirs[len(theirs)-1])
		switch {
		case refused != "" && refused < other:
		case ownWhy != "" && !(ownWhy == aloneByRisk && own.allows(other)):
			refused, why = other, ownWhy
		case theirWhy != "" && !(theirWhy == aloneByRisk && about.allows(person)):
			refused, why = other, theirWhy
		}
		return true
	})
	if otherClass != "" {
		add(refuse(Conflict, 4, "shares-with-other-class", "class", classes[0].String(), "other", otherClass))
	}
	if refused != "" {
		add(refuse(Conflict, 4, "shares-with-nobody", "why", why, "other", refused))
	}
}

// apart says which keep-apart orders the person would break, and with whom.
func (a *Arrangement) apart(person, place string, add func(*Refusal)) {
	for _, id := range a.s.derived.aparts[person] {
		k := a.s.KeepAparts.Get(id)
		if !slices.ContainsFunc(a.instants, func(i instant) bool { return k.InForce(i.at) }) {
			continue
		}
		unit, with := a.s.unitOf(place, k.Level), []string(nil)
		for _, other := range k.Members {
			if other == person {
				continue
			}
			there := a.place(other)
			if p := a.s.Places.Get(there); p != nil && p.Kind == Cell && a.s.unitOf(there, k.Level) == unit {
				with = append(with, other)
			}
		}
		if (k.Pairwise && len(with) > 0) || (!k.Pairwise && len(with) == len(k.Members)-1) {
			add(refuse(Conflict, 4, "kept-apart", "apart", k.ID, "level", string(k.Level), "other", strings.Join(with[:min(len(with), 10)], ", ")))
		}
	}
}

// LeftAlone returns the refusals for those who must not be alone and would be, because of
// who is put out of their cell.
func (a *Arrangement) LeftAlone() (broken []*Refusal) {
	for _, place := range slices.Sorted(maps.Keys(a.gone)) {
		if p := a.s.Places.Get(place); p == nil || p.Kind != Cell || a.Count(place) != 1 {
			continue
		}
		a.eachIn(place, func(person string) bool {
			_, put := a.to[person]
			if about := a.s.Assessments.Get(person); !put && about != nil && about.NotAlone {
				broken = append(broken, refuse(Conflict, 4, "left-alone", "place", place, "other", person))
			}
			return false
		})
	}
	return broken
}

// first is the refusal for several rules broken at once: the first, with the others beside it.
func first(broken []*Refusal) error {
	if len(broken) == 0 {
		return nil
	}
	r := *broken[0]
	r.Also = broken[1:]
	return &r
}
