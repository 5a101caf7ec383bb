package habeastest

import (
	"habeas.example/habeas/internal/custody"
)

// Ledger keeps entries over a bare state, with no storage: what the book does to each
// entry, and nothing else. An act that is refused leaves no trace.
type Ledger struct {
	State   *custody.State
	Clock   *Clock
	Entries []*custody.Entry
}

// NewLedger returns a ledger of the invented service with n people admitted.
func NewLedger(n int) *Ledger {
	l := &Ledger{State: custody.NewState(), Clock: NewClock()}
	l.State.Govern(Policy(), l.Clock.Now)
	for _, act := range Founding(n) {
		if _, err := l.Do("engineer", act); err != nil {
			panic("the invented service cannot be founded: " + err.Error())
		}
	}
	return l
}

// Do runs an act and records its entries, all or none, and returns them.
func (l *Ledger) Do(by string, act Act) ([]*custody.Entry, error) {
	s := l.State
	now := custody.Moment(l.Clock.Now())
	if now.Before(s.LastRecorded) {
		now = s.LastRecorded
	}
	s.Save()
	entries, err := act(s, now)
	var done []*custody.Entry
	for _, e := range entries {
		e = s.Chained(e)
		e.Number, e.Recorded, e.By = s.Next, now, by
		if e.Happened.IsZero() {
			e.Happened = now
		}
		e.Happened = custody.Moment(e.Happened)
		if err = s.Apply(&e); err != nil {
			break
		}
		done = append(done, &e)
	}
	if err != nil {
		s.Rollback()
		return nil, err
	}
	s.Keep()
	l.Entries = append(l.Entries, done...)
	return done, nil
}
