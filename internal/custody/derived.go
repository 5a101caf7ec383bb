package custody

import (
	"slices"
	"sort"
	"strings"
)

func (s *State) placeChanged(old, new *Place) {
	s.census.roomTurned(old, new)
	if old != nil {
		s.insideTurned(old.Code)
	}
	d := &s.derived
	if old != nil && (new == nil || new.Parent != old.Parent) {
		takeFrom(d.inside, old.Parent, old.Code)
	}
	if new != nil && (old == nil || new.Parent != old.Parent) {
		putInto(d.inside, new.Parent, new.Code)
	}
	if old != nil && old.Over != nil {
		delete(d.over, old.Code)
	}
	if new != nil && new.Over != nil {
		d.over[new.Code] = struct{}{}
	}
}

// putInto and takeFrom keep sets by key; an empty one goes.
func putInto(sets map[string]map[string]struct{}, of, member string) {
	set := sets[of]
	if set == nil {
		set = map[string]struct{}{}
		sets[of] = set
	}
	set[member] = struct{}{}
}

func takeFrom(sets map[string]map[string]struct{}, of, member string) {
	delete(sets[of], member)
	if len(sets[of]) == 0 {
		delete(sets, of)
	}
}

func (s *State) keepApartChanged(old, new *KeepApart) {
	s.apartTurned(old)
	s.apartTurned(new)
	if old != nil && old.Ended.IsZero() {
		for _, person := range old.Members {
			remove(s.derived.aparts, person, old.ID)
		}
	}
	if new != nil && new.Ended.IsZero() {
		for _, person := range new.Members {
			addSorted(s.derived.aparts, person, new.ID)
		}
	}
}

func (s *State) authorityChanged(old, new *Authority) {
	s.census.paperTurned(old, new)
	s.classChanged(firstOf(new, old).Person)
	citedChanged(s, citingPaper, old, new, func(a *Authority) string { return a.ID })
	d := &s.derived
	switch {
	case old == nil && new != nil:
		ids := d.papers[new.Person]
		at, _ := slices.BinarySearchFunc(ids, new.Sequence, func(id string, sequence int) int {
			return s.Authorities.Get(id).Sequence - sequence
		})
		d.papers[new.Person] = slices.Insert(slices.Clone(ids), at, new.ID)
	case old != nil && new == nil:
		remove(d.papers, old.Person, old.ID)
	}
}

func (s *State) holdingChanged(old, new *Holding) {
	s.census.holdingTurned(old, new)
	if old == nil || new == nil || !old.Admitted.Equal(new.Admitted) {
		s.kept.forget(firstOf(new, old).Person)
	}
	s.whereaboutsChanged(old, new)
	d := &s.derived
	if old != nil && old.Status.InCustody() {
		d.held--
		takeFrom(d.occupants, old.At.Place, old.Person)
		d.roll[old.At.Establishment]--
		if set := d.aboard[old.At.Place]; set != nil {
			delete(set, old.Person)
		}
	}
	if new != nil && new.Status.InCustody() {
		d.held++
		putInto(d.occupants, new.At.Place, new.Person)
		d.roll[new.At.Establishment]++
		if new.Vehicle != "" && new.At.Place == new.Vehicle {
			set := d.aboard[new.At.Place]
			if set == nil {
				set = map[string]struct{}{}
				d.aboard[new.At.Place] = set
			}
			set[new.Person] = struct{}{}
		}
	}
}

// whereaboutsChanged notes that what stands where a person was, and where they are now, has to be found anew.
func (s *State) whereaboutsChanged(old, new *Holding) {
	if old != nil && new != nil && old.At.Place == new.At.Place && old.Status == new.Status && old.Since.Equal(new.Since) && old.Admitted.Equal(new.Admitted) {
		return // another entry about them, such as a look
	}
	was := ""
	if old != nil {
		was = old.At.Place
	}
	s.personTurned(firstOf(new, old).Person, was)
}

func (s *State) releaseOrderChanged(old, new *ReleaseOrder) {
	citedChanged(s, citingOrder, old, new, func(o *ReleaseOrder) string { return o.ID })
	switch {
	case old == nil && new != nil:
		addSorted(s.derived.orders, new.Person, new.ID)
	case old != nil && new == nil:
		remove(s.derived.orders, old.Person, old.ID)
	}
}

func (s *State) vehicleChanged(old, new *Vehicle) {
	d := &s.derived
	switch {
	case old == nil && new != nil:
		keys := slices.Clone(d.vehicles[new.Transfer])
		at, _ := slices.BinarySearchFunc(keys, new.Sequence, func(k string, sequence int) int {
			return s.Vehicles.Get(k).Sequence - sequence
		})
		d.vehicles[new.Transfer] = slices.Insert(keys, at, new.Key())
	case old != nil && new == nil:
		remove(d.vehicles, old.Transfer, old.Key())
	}
}

func (s *State) lineChanged(old, new *Line) {
	d := &s.derived
	count := func(l *Line, n int) {
		sums := d.onTransfer[l.Transfer]
		sums.add(l, n)
		d.onTransfer[l.Transfer] = sums
	}
	if old != nil {
		count(old, -1)
		if d.active[old.Person] == old.Transfer {
			delete(d.active, old.Person)
		}
		if new == nil {
			delete(d.lines[old.Transfer], old.Person)
		}
		if d.planned[old.Person] == old.Transfer {
			delete(d.planned, old.Person)
		}
	}
	if new != nil {
		count(new, 1)
		if !new.Status.Settled() {
			d.active[new.Person] = new.Transfer
		}
		if new.Cell != "" && (!new.Status.Settled() || new.Status == Received) && d.planned[new.Person] <= new.Transfer {
			d.planned[new.Person] = new.Transfer
		}
		if old == nil {
			set := d.lines[new.Transfer]
			if set == nil {
				set = map[string]struct{}{}
				d.lines[new.Transfer] = set
			}
			set[new.Person] = struct{}{}
		}
	}
}

func (s *State) handoverChanged(old, new *Handover) {
	pending := s.derived.pending
	if old != nil && old.Status == HandoverOpen {
		for _, p := range old.People {
			if left := slices.DeleteFunc(slices.Clone(pending[p]), func(id string) bool { return id == old.ID }); len(left) > 0 {
				pending[p] = left
			} else {
				delete(pending, p)
			}
		}
	}
	if new != nil && new.Status == HandoverOpen {
		for _, p := range new.People {
			if len(pending[p]) == 0 {
				pending[p] = []string{new.ID}
			} else {
				addSorted(pending, p, new.ID)
			}
		}
	}
}

func (s *State) discrepancyChanged(old, new *Discrepancy) {
	switch {
	case firstOf(new, old).Person == "": // of a vehicle, a landing: nobody's record shows it
	case old == nil && new != nil:
		addSorted(s.derived.disputes, new.Person, new.ID)
	case old != nil && new == nil:
		remove(s.derived.disputes, old.Person, old.ID)
	}
	if old != nil && !old.Resolved() {
		takeFrom(s.derived.open, old.Transfer, old.ID)
	}
	if new != nil && !new.Resolved() {
		putInto(s.derived.open, new.Transfer, new.ID)
	}
}

// addSorted adds to a list of keys kept sorted: numbers within them ascend by length first.
func addSorted(lists map[string][]string, of, key string) {
	list := append(slices.Clone(lists[of]), key)
	slices.SortFunc(list, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	lists[of] = list
}

func remove(lists map[string][]string, of, key string) {
	lists[of] = slices.DeleteFunc(slices.Clone(lists[of]), func(k string) bool { return k == key })
}

func sortedKeys(set map[string]struct{}) []string {
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
