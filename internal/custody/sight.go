package custody

// Sees reports whether an official may read the record of a person: of somebody in the
// places that they serve, or on their way to or from them.
func (s *State) Sees(official, person string) bool {
	return s.May(official, ReadRecords, s.SeenAt(official, person)...) == nil
}

// SeenAt are the places of which an official must serve one to read the record of a person:
// where the person is, the establishment that answers for them, and both ends of a transfer
// that has yet to answer for them, since the reception of tomorrow's arrivals prepares today.
// Somebody at large is everybody's to look for: none. The record of whoever was released or
// died is kept by establishments, not by modules.
func (s *State) SeenAt(official, person string) []string {
	h := s.Holdings.Get(person)
	switch {
	case h == nil || h.Status == Lost:
		return nil
	case !h.Status.InCustody():
		if o := s.Officials.Get(official); o != nil && o.Establishment != "" {
			return []string{o.Establishment}
		}
		return nil
	}
	places := make([]string, 0, 4)
	if h.At.Establishment != "" {
		places = append(places, h.At.Establishment)
	}
	places = append(places, h.At.Place)
	if t := s.Transfers.Get(s.ActiveTransfer(person)); t != nil {
		places = append(places, t.From, t.To)
	}
	return places
}

// SeesEntry reports whether an official may read an entry of the book under an action
// (ReadBook; or ReadRecords, for one entry that they were led to): whoever serves the
// whole service reads all, others what concerns their places, then or now.
func (s *State) SeesEntry(official string, action Action, e *Entry) bool {
	if s.May(official, action, WholeService) == nil {
		return true
	}
	places := make([]string, 0, 8)
	add := func(codes ...string) {
		for _, code := range codes {
			if code != "" {
				places = append(places, code)
			}
		}
	}
	add(e.Place, e.Vehicle)
	if e.Move != nil {
		add(e.Move.From.Establishment, e.Move.From.Place, e.Move.To.Establishment, e.Move.To.Place)
	}
	if t := s.Transfers.Get(e.Transfer); t != nil {
		add(t.From, t.To)
	}
	if e.Person != "" {
		if !s.Sees(official, e.Person) {
			return false // whoever has gone elsewhere has taken their record along
		}
		add(s.SeenAt(official, e.Person)...)
	}
	switch d := e.Detail.(type) {
	case *Official:
		add(d.Establishment)
	case *Transfer:
		add(d.From, d.To)
	}
	return len(places) > 0 && s.May(official, action, places...) == nil
}

// Shielded is a refusal as an official may read it: one that tells of somebody whose record
// they may not see says no more than of somebody who is not in the register.
func (s *State) Shielded(official string, err error) error {
	r, ok := RefusalOf(err)
	if !ok || r.Reason == NotFound {
		return err
	}
	for _, one := range append([]*Refusal{r}, r.Also...) {
		number := one.Params["person"]
		if s.People.Get(number) != nil && !s.Sees(official, number) {
			return Unknown("person", number)
		}
	}
	return err
}

// Borrow lets a state of the past ask the policy of the present one, about the officials of
// the present: what somebody may see of then is decided by who they are now.
func (s *State) Borrow(now *State) {
	s.policy, s.clock, s.Officials, s.Glasses, s.derived.glasses = now.policy, now.clock, now.Officials, now.Glasses, now.derived.glasses
}
