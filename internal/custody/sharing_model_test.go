package custody_test

import (
	"slices"
	"time"
)

// What the model knows of sharing a cell. All its people are men of one age, so that Mandela
// 11 keeps apart only those who are convicted from those who are not.

// convicted says on which side a person stands at an instant: by the papers that are live,
// or, when none is, by the one that lapsed last.
func (w *who) convicted(at time.Time) bool {
	if live := w.livePapers(at); len(live) > 0 {
		return slices.ContainsFunc(live, func(p *sheet) bool { return p.sentence })
	}
	var last time.Time
	sentence := false
	for _, p := range w.papers {
		end := p.until
		if !p.ended.IsZero() && (end.IsZero() || p.ended.Before(end)) {
			end = p.ended
		}
		if end.IsZero() || end.After(at) {
			continue // not live yet, or not begun
		}
		if end.After(last) {
			last, sentence = end, p.sentence
		} else if end.Equal(last) {
			sentence = sentence || p.sentence
		}
	}
	return sentence
}

// alike says whether everybody in a cell, those who come too, stands on the same side.
func (m *model) alike(place string, coming []*who, at ...time.Time) bool {
	if p := m.places[place]; p == nil || !p.cell {
		return true
	}
	together := slices.Clone(coming)
	for _, w := range m.people {
		if w.held() && w.place == place && !slices.Contains(together, w) {
			together = append(together, w)
		}
	}
	for _, w := range together {
		for _, t := range at {
			if w.convicted(t) != together[0].convicted(t) {
				return false
			}
		}
	}
	return true
}
