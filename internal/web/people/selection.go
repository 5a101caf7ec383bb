package people

import (
	"net/url"
	"slices"
	"sort"
	"strconv"
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
func (s Selection) Empty() bool { return s == Selection{} }

// Address is the address of the list of these people.
func (s Selection) Address() string { return s.page(1) }

func (s Selection) page(n int) string {
	q := url.Values{}
	for name, value := range map[string]string{"under": s.Under, "where": s.Where, "legal": string(s.Legal), "transfer": s.Transfer} {
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
// together.
func (p *pages) pick(v *page.Visit, sel Selection, n, size int) (rows []Row, total int) {
	p.Book.Read(func(s *custody.State) {
		inside, sees := Within(s, sel.Under), seenBy(s, v.Official.Name)
		var numbers []string
		for h := range s.Holdings.All() {
			if sel.holds(s, h, inside, v.Now) && sees(h) {
				numbers = append(numbers, h.Person)
			}
		}
		sort.Strings(numbers)
		total = len(numbers)
		from := min((n-1)*size, total)
		for _, number := range numbers[from:min(from+size, total)] {
			rows = append(rows, rowOf(s, number))
		}
	})
	return rows, total
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

func (sel Selection) holds(s *custody.State, h *custody.Holding, inside func(string) bool, now time.Time) bool {
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
	return sel.Legal == "" || custody.StatusOf(s.PapersOf(h.Person), now) == sel.Legal
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
