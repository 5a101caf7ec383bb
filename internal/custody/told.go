package custody

import (
	"maps"
	"slices"
	"strings"
)

// private are the parameters of a refusal that tell about somebody other than the one whom
// the order is about.
var private = []string{"other", "why"}

// telling are the refusals that say how many people are in a place, or with which of them
// somebody may not share it. Each alone would tell a counter that the place is full, or
// empty, or has one in it, so to a counter they all sound the same (norm CNT-1).
var telling = []string{"place-full", "place-occupied", "must-not-be-alone", "left-alone", "shares-with-other-class", "shares-with-nobody"}

// Told is a refusal as an official may be told it: whom else it concerns, and why, only
// when the official may read the records of all of them; and to one who is blind while a
// count is open, nothing that says how many are in a place.
func (s *State) Told(err error, official string) error {
	r, is := RefusalOf(err)
	if !is {
		return err
	}
	blind := s.Blind(official)
	told := s.told(r, official, blind)
	told.Also = nil
	for _, also := range r.Also {
		if one := s.told(also, official, blind); !blind || !slices.ContainsFunc(append(told.Also, told), one.sounds) {
			told.Also = append(told.Also, one)
		}
	}
	return told
}

func (s *State) told(r *Refusal, official string, blind bool) *Refusal {
	if blind && slices.Contains(telling, r.Code) {
		return refuse(Conflict, 0, "will-not-do-while-counting", "person", r.Params["person"], "place", r.Params["place"], "nearest", r.Params["nearest"])
	}
	told := *r
	for _, other := range strings.Split(r.Params["other"], ", ") {
		if other != "" && !s.Sees(official, other) {
			told.Params = maps.Clone(r.Params)
			for _, name := range private {
				delete(told.Params, name)
			}
			break
		}
	}
	return &told
}

// sounds reports whether two refusals say the same of the same person and place.
func (r *Refusal) sounds(other *Refusal) bool {
	return r.Code == other.Code && r.Params["person"] == other.Params["person"] && r.Params["place"] == other.Params["place"]
}
