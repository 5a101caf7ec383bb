package custody

import (
	"slices"
	"sync"
	"time"
)

// keptClasses are the classes of people as last worked out, each with the time for which it
// holds: a plan asks for those of a whole prison. A change to what a class rests on forgets
// that of the person. Readers may ask side by side, while nobody changes the state.
type keptClasses struct {
	mu sync.Mutex
	of map[string]keptClass
}

// keptClass holds from an instant until another; zero: until something is recorded.
type keptClass struct {
	class       Class
	ties        []string
	from, until time.Time
}

func (k *keptClasses) forget(person string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.of, person)
}

// at returns what holds at an instant, worked out by find where it is not known.
func (k *keptClasses) at(person string, i instant, find func() keptClass) keptClass {
	k.mu.Lock()
	kept, known := k.of[person]
	k.mu.Unlock()
	if known && !i.at.Before(kept.from) && (kept.until.IsZero() || i.at.Before(kept.until)) {
		return kept
	}
	kept = find()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of == nil {
		k.of = map[string]keptClass{}
	}
	k.of[person] = kept
	return kept
}

// ClassesAt is ClassAt for many people at one instant. What it works out is kept, so that
// asking again costs a look, until time or an entry changes it.
func (s *State) ClassesAt(at time.Time) func(person string) Class {
	find := s.TiesAt(at)
	return func(person string) Class {
		class, _ := find(person)
		return class
	}
}

// TiesAt is ClassesAt with what people have in common with others whom it is good to keep
// near: their language and the cases that they are held for. The caller must not change it.
func (s *State) TiesAt(at time.Time) func(person string) (Class, []string) {
	i := cutAt(at)
	return func(person string) (Class, []string) {
		kept := s.kept.at(person, i, func() keptClass {
			p := s.People.Get(person)
			return keptClass{class: s.classOf(p, nil, i), ties: s.ties(p), from: at, until: s.classTurns(p, at)}
		})
		return kept.class, kept.ties
	}
}

func (s *State) ties(p *Person) (keys []string) {
	if p == nil {
		return nil
	}
	if p.Language != "" {
		keys = append(keys, p.Language)
	}
	s.EachPaper(p.Number, func(a *Authority) {
		if a.Case != "" && !slices.Contains(keys, a.Case) {
			keys = append(keys, a.Case)
		}
	})
	return keys
}

// classTurns is the first instant after another at which time alone may change a person's
// class; zero when none will.
func (s *State) classTurns(p *Person, at time.Time) (first time.Time) {
	s.eachClassTurn(p, func(t time.Time) {
		if t.After(at) && (first.IsZero() || t.Before(first)) {
			first = t
		}
	})
	return first
}

// eachClassTurn calls do with the instants at which time alone may change a person's class.
func (s *State) eachClassTurn(p *Person, do func(time.Time)) {
	if p == nil {
		return
	}
	if born, err := time.Parse(time.DateOnly, p.Birth); err == nil {
		// The day before as well: what day it is, is judged in UTC and by the calendar.
		do(born.AddDate(majority, 0, 0))
		do(born.AddDate(majority, 0, 1))
	} else if h := s.Holdings.Get(p.Number); h != nil && p.Age > 0 && p.Age < majority {
		do(h.Admitted.AddDate(majority-p.Age, 0, 0))
	}
	s.EachPaper(p.Number, func(a *Authority) {
		for _, t := range a.turns() {
			do(t)
		}
	})
}

func (s *State) personChanged(old, new *Person) {
	s.classChanged(firstOf(new, old).Number)
	citedChanged(s, citingPerson, old, new, func(p *Person) string { return p.Number })
}

func (s *State) assessmentChanged(old, new *Assessment) { s.classChanged(firstOf(new, old).Person) }

// classChanged notes that a record changes what a person may share.
func (s *State) classChanged(person string) {
	s.kept.forget(person)
	s.personTurned(person)
}
