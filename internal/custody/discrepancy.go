package custody

import (
	"iter"
	"strconv"
	"strings"
	"time"
)

// Discrepancy is a contradiction between a fact and the record. It stands until a named
// official says how it was resolved.
type Discrepancy struct {
	ID         string            `json:"id"` // "D" and the entry that opened it
	Kind       string            `json:"kind"`
	Entry      int64             `json:"entry"`
	Since      time.Time         `json:"since"`
	Person     string            `json:"person,omitempty"`
	Transfer   string            `json:"transfer,omitempty"`
	Vehicle    string            `json:"vehicle,omitempty"`
	Place      string            `json:"place,omitempty"`
	Params     map[string]string `json:"params,omitempty"`
	Resolution *Resolution       `json:"resolution,omitempty"`
}

// Resolution says who resolved a discrepancy, and how.
type Resolution struct {
	Discrepancy string    `json:"discrepancy"`
	By          string    `json:"by"`
	At          time.Time `json:"at"`
	Explanation string    `json:"explanation"`
}

// Resolved reports whether somebody has answered for the discrepancy.
func (d *Discrepancy) Resolved() bool { return d.Resolution != nil }

// Gravity says how much is at stake while a discrepancy stands.
type Gravity int

// The gravities, the least first; that of a kind that is not known is none of them.
const (
	RecordDiffers  Gravity = iota + 1 // times, identities, vehicles: the record contradicts itself
	RuleBroken                        // somebody is where a rule says that they may not be
	CustodyInDoubt                    // where somebody is, or by what authority (laws 1 and 3)
)

var gravities = map[string]Gravity{
	"count-differs": CustodyInDoubt, "count-left-different": CustodyInDoubt, "late-slip-differs": CustodyInDoubt, "found-elsewhere": CustodyInDoubt,
	"found-not-held": CustodyInDoubt, "held-without-authority": CustodyInDoubt, "not-held": CustodyInDoubt, "recorded-dead": CustodyInDoubt,
	"arrives-by-handover": CustodyInDoubt, "not-under-way": CustodyInDoubt, "already-in-custody": CustodyInDoubt, "arrived-unlisted": CustodyInDoubt,
	"arrived-elsewhere": CustodyInDoubt, "returned-elsewhere": CustodyInDoubt, "returned-not-out": CustodyInDoubt, "paper-expired": CustodyInDoubt,
	"withdrawn-after-departure": CustodyInDoubt,
	"kept-apart-together":       RuleBroken, "cell-rule-broken": RuleBroken, "place-over-capacity": RuleBroken, "place-out-of-use": RuleBroken,
	"place-for-other-sex": RuleBroken, "seats-overbooked": RuleBroken,
	"already-withdrawn": RecordDiffers, "arrival-before-departure": RecordDiffers, "arrived-twice": RecordDiffers, "before-last-movement": RecordDiffers,
	"identity-differs": RecordDiffers, "time-ahead": RecordDiffers, "waypoint-before-departure": RecordDiffers,
}

// GravityOf returns how much is at stake while a discrepancy of a kind stands; 0 for a kind that is not known.
func GravityOf(kind string) Gravity { return gravities[kind] }

func discrepancyID(entry int64, i int) string {
	id := "D" + strconv.FormatInt(entry, 10)
	if i > 0 {
		id += "-" + itoa(i)
	}
	return id
}

// OpenDiscrepancies returns how many discrepancies stand open on a transfer, or, with an
// empty transfer, outside every transfer.
func (s *State) OpenDiscrepancies(transfer string) int { return len(s.derived.open[transfer]) }

// AllOpenDiscrepancies returns how many discrepancies stand open, on transfers and outside
// of them together.
func (s *State) AllOpenDiscrepancies() int {
	n := 0
	for _, open := range s.derived.open {
		n += len(open)
	}
	return n
}

// StandingDiscrepancies are those that stand open, in no order. It costs as many steps as
// there are of them, however many were ever resolved.
func (s *State) StandingDiscrepancies() iter.Seq[*Discrepancy] {
	return func(yield func(*Discrepancy) bool) {
		for _, open := range s.derived.open {
			for id := range open {
				if !yield(s.Discrepancies.Get(id)) {
					return
				}
			}
		}
	}
}

// Resolve decides the resolution of a discrepancy by a named official.
func (s *State) Resolve(id, by, explanation string, at time.Time) (Entry, error) {
	d := s.Discrepancies.Get(id)
	switch {
	case d == nil:
		return Entry{}, Unknown("discrepancy", id)
	case d.Resolved():
		return Entry{}, refuse(Conflict, 4, "discrepancy-resolved", "discrepancy", id, "by", d.Resolution.By)
	case len(strings.TrimSpace(explanation)) < 3:
		return Entry{}, InvalidInput("explanation-missing", "discrepancy", id)
	}
	if err := checkText("explanation", explanation, 1000); err != nil {
		return Entry{}, err
	}
	r := Resolution{Discrepancy: id, By: by, At: Moment(at), Explanation: explanation}
	return Entry{Kind: DiscrepancyResolved, Person: d.Person, Transfer: d.Transfer, Happened: at, Detail: &r}, nil
}

func applyDiscrepancyResolved(s *State, e *Entry) error {
	r := e.Detail.(*Resolution)
	d := s.Discrepancies.Get(r.Discrepancy)
	if d == nil {
		return Unknown("discrepancy", r.Discrepancy)
	}
	edit(s.Discrepancies, d, func(d *Discrepancy) { d.Resolution = r })
	return nil
}
