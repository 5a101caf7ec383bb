package people

import (
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Selection says which people a list shows: those behind a number on some page.
type Selection struct {
	Under    string // an establishment, or a place with everything inside it
	Where    string // one of Whereabouts; empty: everybody in custody
	Legal    custody.LegalStatus
	Transfer string // whose escort has them
}

// Whereabouts are the ways in which somebody stands towards the place that answers for them.
var Whereabouts = []string{"inside", "out", "aboard", "transit", "at-large"}

// LegalStatuses are all there are, in the order in which a prison counts them.
var LegalStatuses = []custody.LegalStatus{custody.Convicted, custody.Untried, custody.Extraditing, custody.InPolice, custody.NoAuthority}

// SelectionOf reads a selection from an address; what it does not know counts as not said.
func SelectionOf(q url.Values) Selection {
	s := Selection{Under: q.Get("under"), Where: q.Get("where"), Legal: custody.LegalStatus(q.Get("legal")), Transfer: q.Get("transfer")}
	if !slices.Contains(Whereabouts, s.Where) {
		s.Where = ""
	}
	if !slices.Contains(LegalStatuses, s.Legal) {
		s.Legal = ""
	}
	return s
}

// Empty reports whether the selection is of everybody.
func (sel Selection) Empty() bool { return sel == Selection{} }

// Address is the address of the list of these people.
func (sel Selection) Address() string { return sel.page(1) }

func (sel Selection) page(n int) string {
	q := url.Values{}
	for name, value := range map[string]string{"under": sel.Under, "where": sel.Where, "legal": string(sel.Legal), "transfer": sel.Transfer} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if n > 1 {
		q.Set("page", strconv.Itoa(n))
	}
	if len(q) == 0 {
		return "/people"
	}
	return "/people?" + q.Encode()
}

// Row is one person in a list.
type Row struct {
	Number, Name  string
	Status        custody.HoldingStatus
	Place         page.Place
	Establishment page.Place
	Since         time.Time
	Matched       string // the alias by which a search found them, if not by the name
	Birth         string
}

// pick returns the people selected whom an official may see, sorted by prison number: those of one page, and how many they are
// together; and when that was so, up to which entry.
func (d *pages) pick(v *page.Visit, sel Selection, n, size int) (rows []Row, l picked) {
	key := v.Scope() + " " + sel.Address()
	l = d.picks.get(key, d.Book.Size(), v.Now, n > 1, func() (numbers []string, entry int64) {
		d.Book.Read(func(s *custody.State) {
			numbers, entry = sel.people(s, v.Official.Name, v.Now, d.picks.everybody(s)), s.Next
		})
		return numbers, entry
	})
	from := min((n-1)*size, len(l.numbers))
	d.Book.Read(func(s *custody.State) {
		for _, number := range l.numbers[from:min(from+size, len(l.numbers))] {
			rows = append(rows, rowOf(s, number))
		}
	})
	return rows, l
}

// people are the prison numbers of those selected whom an official may see, sorted. everybody is the whole register, sorted.
func (sel Selection) people(s *custody.State, official string, now time.Time, everybody []string) (numbers []string) {
	inside, sees := Within(s, sel.Under), seenBy(s, official)
	take := func(h *custody.Holding) {
		if h != nil && sel.holds(s, h, inside) && sees(h) {
			numbers = append(numbers, h.Person)
		}
	}
	if sel.Legal != "" && sel.Where != "at-large" {
		everybody = s.WithStatus(sel.Legal, now)
	}
	place := s.Places.Get(sel.Under)
	if place == nil || place.Kind == custody.Establishment || sel.Where == "at-large" {
		for _, number := range everybody {
			take(s.Holdings.Get(number))
		}
		return numbers
	}
	for one := range s.Places.All() { // whoever is under a place is in one of the places inside it
		if inside(one.Code) {
			for _, number := range s.Occupants(one.Code) {
				if sel.Legal == "" || custody.StatusOf(s.PapersOf(number), now) == sel.Legal {
					take(s.Holdings.Get(number))
				}
			}
		}
	}
	slices.Sort(numbers)
	return numbers
}

// picked is a list of people as it was at an instant.
type picked struct {
	numbers []string // sorted
	at      time.Time
	size    int64 // of the book
	entry   int64 // how many entries the state had
}

// How old a list may be: as long as the book has not grown, and for whoever turns on to its further pages a moment more. Turning
// through 40,000 people in a busy prison would otherwise go through all of them at each page, and lose the place.
const (
	turning  = 10 * time.Second
	unturned = 30 * time.Second // papers run out though the book does not grow
	maxPicks = 64
)

// picks keeps the newest lists.
type picks struct {
	mu       sync.Mutex
	kept     map[string]picked
	register []string // every prison number, sorted; nobody ever leaves the register
}

// everybody is every prison number, sorted.
func (k *picks) everybody(s *custody.State) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.register) != s.People.Len() {
		k.register = make([]string, 0, s.People.Len())
		for p := range s.People.All() {
			k.register = append(k.register, p.Number)
		}
		slices.Sort(k.register)
	}
	return k.register
}

func (k *picks) get(key string, size int64, now time.Time, turned bool, read func() ([]string, int64)) picked {
	k.mu.Lock()
	one, have := k.kept[key]
	k.mu.Unlock()
	age := now.Sub(one.at)
	if have && age >= 0 && ((turned && age < turning) || (one.size == size && age < unturned)) {
		return one
	}
	one = picked{at: now, size: size}
	one.numbers, one.entry = read()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || len(k.kept) >= maxPicks {
		k.kept = map[string]picked{}
	}
	k.kept[key] = one
	return one
}

// seenBy returns whether an official may see somebody. The policy is asked once for all in the same place.
func seenBy(s *custody.State, official string) func(*custody.Holding) bool {
	if s.May(official, custody.ReadRecords, custody.WholeService) == nil {
		return func(*custody.Holding) bool { return true }
	}
	known := map[custody.Position]bool{}
	return func(h *custody.Holding) bool {
		if s.ActiveTransfer(h.Person) != "" || !h.Status.InCustody() {
			return s.Sees(official, h.Person) // not by the place alone
		}
		answer, asked := known[h.At]
		if !asked {
			answer = s.Sees(official, h.Person)
			known[h.At] = answer
		}
		return answer
	}
}

func rowOf(s *custody.State, number string) Row {
	r := Row{Number: number}
	if p := s.People.Get(number); p != nil {
		r.Name, r.Birth = p.FullName(), p.Birth
	}
	if h := s.Holdings.Get(number); h != nil {
		r.Status, r.Since = h.Status, h.Since
		r.Place, r.Establishment = page.PlaceIn(s, h.At.Place), page.PlaceIn(s, h.At.Establishment)
	}
	return r
}

// holds reports whether somebody is where the selection says; their legal status is asked elsewhere.
func (sel Selection) holds(s *custody.State, h *custody.Holding, inside func(string) bool) bool {
	if sel.Where == "at-large" {
		return h.Status == custody.Lost
	}
	if !h.Status.InCustody() {
		return false
	}
	if sel.Under != "" && h.At.Establishment != sel.Under && !inside(h.At.Place) {
		return false
	}
	if sel.Transfer != "" && h.At.Custodian != sel.Transfer {
		return false
	}
	switch sel.Where {
	case "inside":
		if p := s.Places.Get(h.At.Place); p == nil || p.Establishment == "" {
			return false
		}
	case "out":
		if h.Status != custody.Out {
			return false
		}
	case "aboard":
		if h.Status != custody.Held || h.Vehicle == "" {
			return false
		}
	case "transit":
		if h.Status != custody.InTransit {
			return false
		}
	}
	return true
}

// Within returns whether a place is the given one or lies inside it.
func Within(s *custody.State, outer string) func(string) bool {
	known := map[string]bool{"": false, outer: true}
	var inside func(string) bool
	inside = func(code string) bool {
		if answer, ok := known[code]; ok {
			return answer
		}
		known[code] = false // a place cannot be inside itself; this ends a circle all the same
		if p := s.Places.Get(code); p != nil {
			known[code] = inside(p.Parent)
		}
		return known[code]
	}
	return inside
}
