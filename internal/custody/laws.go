package custody

import (
	"fmt"
	"sort"
	"strings"
)

// CheckLaws tests the laws that a whole state must satisfy, from the records alone and
// not from the derived numbers, and returns what is broken, sorted; empty when all hold.
// It serves verification and the tests; orders are refused long before.
func (s *State) CheckLaws() []string {
	var broken []string
	say := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }

	held, present, roll := 0, map[string]int{}, map[string]int{}
	for h := range s.Holdings.All() {
		if s.People.Get(h.Person) == nil {
			say("law 1: %s has a holding but no identity", h.Person)
		}
		if !h.Status.InCustody() {
			if h.At != (Position{}) {
				say("law 1: %s is %s but has the place %q", h.Person, h.Status, h.At.Place)
			}
			continue
		}
		held++
		present[h.At.Place]++
		roll[h.At.Establishment]++
		p := s.Places.Get(h.At.Place)
		if p == nil || !p.Kind.Holds() {
			say("law 1: %s is held in %q, which is no place for people", h.Person, h.At.Place)
			continue
		}
		if h.At.Custodian == "" {
			say("law 1: nobody answers for %s", h.Person)
		}
		inTransit := h.Status == InTransit
		if inTransit != (s.Transfers.Get(h.At.Custodian) != nil) || inTransit != (h.At.Establishment == "") {
			say("law 2: %s is %s in the hands of %q", h.Person, h.Status, h.At.Custodian)
		}
		if !inTransit && h.At.Custodian != h.At.Establishment {
			say("law 2: %s is on the roll of %q but in the hands of %q", h.Person, h.At.Establishment, h.At.Custodian)
		}
		if h.Status == Held && p.Kind != VehiclePlace && p.Establishment != h.At.Establishment {
			say("law 1: %s is on the roll of %q but in %q", h.Person, h.At.Establishment, h.At.Place)
		}
	}
	sum := 0
	for place, n := range present {
		sum += n
		if s.Present(place) != n {
			say("law 1: %q holds %d people, its number says %d", place, n, s.Present(place))
		}
	}
	if sum != held || s.Held() != held {
		say("law 1: the places sum to %d, %d are held, the number says %d", sum, held, s.Held())
	}
	for establishment, n := range roll {
		if s.Roll(establishment) != n {
			say("law 1: the roll of %q is %d, its number says %d", establishment, n, s.Roll(establishment))
		}
	}

	sums := map[string]Sums{}
	active := map[string]string{}
	for l := range s.Lines.All() {
		n := sums[l.Transfer]
		n.add(l, 1)
		sums[l.Transfer] = n
		if !l.Status.Settled() {
			if other := active[l.Person]; other != "" {
				say("law 2: %s is under way on both %s and %s", l.Person, other, l.Transfer)
			}
			active[l.Person] = l.Transfer
		}
		h := s.Holdings.Get(l.Person)
		if l.Status == LineDeparted && (h == nil || h.Status != InTransit) {
			say("law 2: %s has departed with %s but nobody carries them", l.Person, l.Transfer)
		}
	}
	for t := range s.Transfers.All() {
		if sums[t.ID] != s.TransferSums(t.ID) {
			say("law 2: the sums of %s are %+v, its numbers say %+v", t.ID, sums[t.ID], s.TransferSums(t.ID))
		}
		if t.Status == Closed && !sums[t.ID].Hold() {
			say("law 2: %s is closed but %+v does not hold", t.ID, sums[t.ID])
		}
		if t.ApprovedBy != "" && t.ApprovedBy == t.DraftedBy {
			say("law 2: %s was drafted and approved by %s alone", t.ID, t.DraftedBy)
		}
	}
	for h := range s.Handovers.All() {
		if h.Status == HandoverDone && (h.Receiving == "" || h.Receiving == h.Releasing) {
			say("law 2: handover %s has only one hand, %q", h.ID, h.Releasing)
		}
	}
	broken = append(broken, s.checkCensus()...)
	broken = append(broken, s.checkStandings()...)
	for h := range s.Holdings.All() {
		if h.Status.InCustody() && len(s.PapersOf(h.Person)) == 0 && !s.contradicted(h.Person, "held-without-authority") {
			say("law 3: %s is held, was never given a paper, and no discrepancy says so", h.Person)
		}
	}
	broken = append(broken, s.checkCounts()...)
	s.checkCited(say)
	sort.Strings(broken)
	return broken
}

func (s *State) contradicted(person, kind string) bool {
	for d := range s.Discrepancies.All() {
		if d.Person == person && strings.HasPrefix(d.Kind, kind) {
			return true
		}
	}
	return false
}
