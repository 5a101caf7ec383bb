package roll

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
)

// Difference is how the roll of one instant differs from that of another, by name.
type Difference struct {
	From     time.Time        `json:"from"`
	To       time.Time        `json:"to"`
	HeldFrom int              `json:"heldFrom"`
	HeldTo   int              `json:"heldTo"`
	Came     []Change         `json:"came"`
	Left     []Change         `json:"left"`
	Moved    []Change         `json:"moved"`
	Landings []LandingChanges `json:"landings"` // those whose people changed, by code
}

// Change is one person on whom two rolls differ.
type Change struct {
	Number string                `json:"number"`
	Name   string                `json:"name"`
	From   custody.Position      `json:"from"`
	To     custody.Position      `json:"to"`
	Status custody.HoldingStatus `json:"status"` // at the second instant
	Since  time.Time             `json:"since"`  // of what is so at the second instant
}

// LandingChanges sums up the changes of one landing (or of a place on no landing).
type LandingChanges struct {
	Landing  string `json:"landing"`
	Name     string `json:"name"`
	From     int    `json:"from"` // people at the first instant
	To       int    `json:"to"`   // at the second
	Came     int    `json:"came"` // from another landing or from outside
	Departed int    `json:"departed"`
}

// Differ compares the rolls of two instants, by what happened, from the book: who came into
// custody, who left it, and who was moved.
func (d *Desk) Differ(ctx context.Context, from, to time.Time) (Difference, error) {
	if !from.Before(to) {
		return Difference{}, custody.InvalidInput("instants-reversed", "since", from.Format(time.RFC3339), "until", to.Format(time.RFC3339))
	}
	d.past.Lock() // one at a time: it reads the whole book
	defer d.past.Unlock()
	states := [2]*custody.State{}
	for i, at := range []time.Time{from, to} {
		s, err := d.book.StateAt(ctx, at)
		if err != nil {
			return Difference{}, fmt.Errorf("the roll at %s: %w", at.Format(time.RFC3339), err)
		}
		states[i] = s
	}
	r := differ(states[0], states[1], d.unseen(states[0], states[1]))
	r.From, r.To = from, to
	return r, nil
}

// unseen are those of two rolls whose records the desk's official may not read now.
func (d *Desk) unseen(states ...*custody.State) map[string]bool {
	unseen := map[string]bool{}
	d.book.Read(func(now *custody.State) {
		if d.whole(now) {
			return
		}
		for _, s := range states {
			for h := range s.Holdings.All() {
				if !d.sees(now, h.Person) {
					unseen[h.Person] = true
				}
			}
		}
	})
	return unseen
}

// differ compares two states of the same book, the earlier first, leaving out those unseen.
func differ(before, after *custody.State, unseen map[string]bool) Difference {
	r := Difference{Came: []Change{}, Left: []Change{}, Moved: []Change{}}
	landings := map[string]*LandingChanges{}
	landing := func(code string) *LandingChanges {
		if landings[code] == nil {
			landings[code] = &LandingChanges{Landing: code}
			if p := after.Places.Get(code); p != nil {
				landings[code].Name = p.Name
			}
		}
		return landings[code]
	}
	numbers := map[string]struct{}{}
	for _, s := range []*custody.State{before, after} {
		for h := range s.Holdings.All() {
			numbers[h.Person] = struct{}{}
		}
	}
	for _, number := range slices.Sorted(maps.Keys(numbers)) {
		if unseen[number] {
			continue
		}
		old, new := held(before, number), held(after, number)
		c := Change{Number: number, Name: nameIn(after, before, number)}
		if h := after.Holdings.Get(number); h != nil {
			c.Status, c.Since = h.Status, h.Since
		}
		was, is := "", ""
		if old != nil {
			r.HeldFrom++
			c.From, was = old.At, before.CountUnit(old.At.Place)
		}
		if new != nil {
			r.HeldTo++
			c.To, is = new.At, after.CountUnit(new.At.Place)
		}
		switch {
		case old == nil && new != nil:
			r.Came = append(r.Came, c)
		case old != nil && new == nil:
			r.Left = append(r.Left, c)
		case old != nil && c.From != c.To:
			r.Moved = append(r.Moved, c)
		}
		if was != "" {
			landing(was).From++
		}
		if is != "" {
			landing(is).To++
		}
		if was != is {
			if was != "" {
				landing(was).Departed++
			}
			if is != "" {
				landing(is).Came++
			}
		}
	}
	r.Landings = []LandingChanges{}
	for _, l := range landings {
		if l.Came+l.Departed > 0 {
			r.Landings = append(r.Landings, *l)
		}
	}
	slices.SortFunc(r.Landings, func(a, b LandingChanges) int { return strings.Compare(a.Landing, b.Landing) })
	return r
}

// held is the holding of somebody in custody, or nil.
func held(s *custody.State, number string) *custody.Holding {
	if h := s.Holdings.Get(number); h != nil && h.Status.InCustody() {
		return h
	}
	return nil
}

// nameIn is a person's name by the first of two states that knows it.
func nameIn(s, other *custody.State, number string) string {
	for _, s := range []*custody.State{s, other} {
		if p := s.People.Get(number); p != nil {
			return p.FullName()
		}
	}
	return number
}
