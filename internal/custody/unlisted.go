package custody

import "time"

// Unlisted records that somebody arrived with a transfer whom its manifest does not name:
// a person of the register (perhaps on the roll of the establishment of origin, perhaps
// free), or a stranger, whose identity a.Person then gives. It is a fact, and refused only
// for what does not exist or cannot be read; what it says against the record opens
// discrepancies. Somebody who in truth departed with this transfer still is in the hands of
// its escort: that they stand here is recorded, and the handover brings them onto the roll.
func (s *State) Unlisted(transfer, number string, a Admission, place string, at, now time.Time) (Entry, error) {
	t := s.Transfers.Get(transfer)
	if t == nil {
		return Entry{}, Unknown("transfer", transfer)
	}
	a.AsFact = true
	e, p, err := s.registered(PersonUnlisted, number, a, place, now)
	if err != nil {
		return Entry{}, err
	}
	e.Transfer, e.Happened = transfer, at
	s.takeIn(&e, p, at, now)
	if !e.changesHands() {
		return e, nil
	}
	if from := e.Move.From.Place; from == "" {
		e.contradict("arrived-unlisted", "person", e.Person)
	} else {
		e.contradict("arrived-unlisted", "person", e.Person, "roll", from)
	}
	if p.Establishment != t.To {
		e.contradict("arrived-elsewhere", "person", e.Person, "place", place, "establishment", t.To)
	}
	return e, nil
}

// changesHands reports whether the movement brings the person onto the roll of another
// establishment, or onto a roll at all.
func (e *Entry) changesHands() bool {
	return e.Move != nil && e.Move.From.Establishment != e.Move.To.Establishment
}

func applyUnlisted(s *State, e *Entry) error {
	if e.changesHands() {
		outcome := Received
		if t := s.Transfers.Get(e.Transfer); t != nil && t.To != e.Move.To.Establishment {
			outcome = Diverted
		}
		if l := s.activeLine(e.Person); l != nil && l.Transfer != e.Transfer {
			s.answerElsewhere(l, e)
		}
		if l := s.Lines.Get(e.Transfer + "/" + e.Person); l != nil {
			edit(s.Lines, l, func(l *Line) { l.Status, l.Entry = outcome, e.Number })
		} else {
			s.Lines.put(&Line{Transfer: e.Transfer, Person: e.Person, Status: outcome, Unlisted: true, Entry: e.Number})
		}
	}
	return applyAdmitted(s, e)
}

// answerElsewhere gives a transfer that was to answer for a person its answer: a fact put
// them elsewhere.
func (s *State) answerElsewhere(l *Line, e *Entry) {
	outcome := Withdrawn
	if l.Status.Departed() {
		outcome = Diverted
	}
	edit(s.Lines, l, func(l *Line) { l.Status, l.Entry = outcome, e.Number })
}
