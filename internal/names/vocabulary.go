package names

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// vocabulary holds each distinct word once, with its bearers, and finds the words that resemble a given one.
//
// It looks for them by running over packed letter sets, shelf by shelf of the right length: a nanosecond a word, and no
// memory for the misspellings themselves, of which there are many times more than words.
type vocabulary struct {
	words   []word
	byText  map[string]int32
	sounds  []heard
	bySound map[string]int32
	spelt   shelves // of words
	audible shelves // of sounds
}

// word is one distinct folded word.
type word struct {
	text  string
	forms []int32 // the forms that contain it, ascending; dead ones too, until the next compaction
	live  int32   // how many of them live
}

// heard is one distinct sound and the words that have it.
type heard struct {
	text  string
	words []int32
}

// shelves keep what the searches run over, by length in letters.
type shelves []shelf

type shelf struct {
	letters  []uint32 // see letterSet
	openings []uint64
	ids      []int32
}

func newVocabulary() vocabulary {
	return vocabulary{byText: map[string]int32{}, bySound: map[string]int32{}}
}

// learn returns the number of a word, new or known.
func (v *vocabulary) learn(text string) int32 {
	if id, ok := v.byText[text]; ok {
		return id
	}
	id := int32(len(v.words))
	text = strings.Clone(text) // the word must not keep the whole name it was cut from
	v.words = append(v.words, word{text: text})
	v.byText[text] = id
	v.spelt.add(text, id)
	code := sound(text)
	s, ok := v.bySound[code]
	if !ok {
		s = int32(len(v.sounds))
		v.sounds = append(v.sounds, heard{text: code})
		v.bySound[code] = s
		v.audible.add(code, s)
	}
	v.sounds[s].words = append(v.sounds[s].words, id)
	return id
}

func (s *shelves) add(text string, id int32) {
	length := utf8.RuneCountInString(text)
	for len(*s) <= length {
		*s = append(*s, shelf{})
	}
	on := &(*s)[length]
	on.letters = append(on.letters, letterSet(text))
	on.openings = append(on.openings, opening(text))
	on.ids = append(on.ids, id)
}

// resemblance says how like a word of the query a word of the vocabulary is.
type resemblance struct {
	word  int32
	like  float32 // 0 to 1: how much of the word's weight it earns
	trust float32 // 0 to 1: a measure on the whole score, so that names found exactly come before guesses
	span  int8    // how many words of the query it answers: 2 when it is two of them written as one, 0 when it is a part of one
}

// How far each kind of resemblance is believed. Exact is 1 and 1.
const (
	likeShortForm, trustShortForm = 0.97, 0.99
	likeSound, trustSound         = 0.95, 0.98
	likeJoined, trustJoined       = 0.95, 0.98
	likeInitial, trustInitial     = 0.55, 0.95
	trustBeginning                = 0.97
	trustSlip                     = 0.93
)

// resembling is the list of words that resemble one word of a query, each once, at its best.
type resembling struct {
	list []resemblance
	at   []int32 // word -> place in the list, from 1; all zero between queries
}

func (r *resembling) add(word int32, like, trust float32, span int8) {
	if place := r.at[word]; place > 0 {
		if old := &r.list[place-1]; like > old.like {
			*old = resemblance{word, like, trust, span}
		}
		return
	}
	r.list = append(r.list, resemblance{word, like, trust, span})
	r.at[word] = int32(len(r.list))
}

// done clears the table of places and returns the list, best first.
func (r *resembling) done() []resemblance {
	for _, one := range r.list {
		r.at[one.word] = 0
	}
	slices.SortFunc(r.list, func(a, b resemblance) int {
		switch {
		case a.like > b.like:
			return -1
		case a.like < b.like:
			return 1
		}
		return int(a.word - b.word)
	})
	return r.list
}

// resemble adds to r all words that resemble text. unfinished says that text may be the beginning of a word.
func (v *vocabulary) resemble(text string, unfinished bool, r *resembling) {
	if id, ok := v.byText[text]; ok {
		r.add(id, 1, 1, 1)
	}
	if full, ok := abbreviations[text]; ok {
		v.addIfKnown(full, likeShortForm, trustShortForm, r)
	}
	for _, short := range shortForms[text] {
		v.addIfKnown(short, likeShortForm, trustShortForm, r)
	}
	code := sound(text)
	if s, ok := v.bySound[code]; ok {
		for _, id := range v.sounds[s].words {
			r.add(id, likeSound, trustSound, 1)
		}
	}
	v.slips(text, code, r)
	v.parts(text, r)
	letters := utf8.RuneCountInString(text)
	switch {
	case letters == 1:
		v.beginnings(text, text, likeInitial, r)
	case unfinished:
		v.beginnings(text, code, 0, r)
	}
	if letters > 1 {
		_, first := utf8.DecodeRuneInString(text)
		v.addIfKnown(text[:first], likeInitial, trustInitial, r)
	}
}

func (v *vocabulary) addIfKnown(text string, like, trust float32, r *resembling) {
	if id, ok := v.byText[text]; ok {
		r.add(id, like, trust, 1)
	}
}

// slips adds the words that differ by one slip of the pen, in their letters or in their sound.
func (v *vocabulary) slips(text, code string, r *resembling) {
	v.spelt.oneSlip(text, func(id int32) string { return v.words[id].text }, func(id int32, like float32) {
		r.add(id, like, trustSlip, 1)
	})
	v.audible.oneSlip(code, func(id int32) string { return v.sounds[id].text }, func(id int32, like float32) {
		for _, w := range v.sounds[id].words {
			r.add(w, like-0.03, trustSlip, 1)
		}
	})
}

func (s shelves) oneSlip(text string, textOf func(int32) string, found func(id int32, like float32)) {
	wanted := []rune(text)
	set := letterSet(text)
	var buffer [maxRunes]rune
	for length := max(2, len(wanted)-1); length <= len(wanted)+1 && length < len(s); length++ {
		longest := max(length, len(wanted))
		if longest < 3 {
			continue // any two words of two letters would be one slip apart
		}
		on := &s[length]
		for i, letters := range on.letters {
			if bits.OnesCount32(letters^set) > 2 {
				continue
			}
			other := buffer[:0]
			for _, r := range textOf(on.ids[i]) {
				other = append(other, r)
			}
			kind := oneSlip(wanted, other)
			if kind == tooDifferent {
				continue
			}
			cost := 1 / float32(longest)
			if kind == twoSwapped {
				cost *= 0.7
			}
			if wanted[0] != other[0] {
				cost += 0.05 // the first letter is seldom wrong
			}
			found(on.ids[i], min(0.9, 1-cost))
		}
	}
}

// parts adds the words that text holds within it: "delacruz" holds Cruz, "sanmartin" San and Martín.
func (v *vocabulary) parts(text string, r *resembling) {
	if len(text) < 5 || !isASCII(text) {
		return
	}
	for _, p := range []string{"dela", "delas", "delos", "del", "de", "da", "dos", "van"} {
		if rest, ok := strings.CutPrefix(text, p); ok && len(rest) > 2 {
			v.addIfKnown(rest, likeJoined, trustJoined, r)
		}
	}
	for i := 3; i+3 <= len(text); i++ {
		front, ok := v.byText[text[:i]]
		if !ok {
			continue
		}
		if back, ok := v.byText[text[i:]]; ok {
			r.add(front, likeJoined, trustJoined, 0)
			r.add(back, likeJoined, trustJoined, 0)
		}
	}
}

// beginnings adds the words that begin with text, or sound as if they did. With a like of 0 each is liked by how much
// of it has been written.
func (v *vocabulary) beginnings(text, code string, like float32, r *resembling) {
	share := func(written, whole int) float32 {
		if like > 0 {
			return like
		}
		return 0.75 + 0.2*float32(written)/float32(whole)
	}
	v.spelt.beginning(text, func(id int32) string { return v.words[id].text }, func(id int32, whole int) {
		r.add(id, share(len(text), whole), trustBeginning, 1)
	})
	if like > 0 {
		return
	}
	v.audible.beginning(code, func(id int32) string { return v.sounds[id].text }, func(id int32, whole int) {
		for _, w := range v.sounds[id].words {
			r.add(w, share(len(code), whole)-0.03, trustBeginning, 1)
		}
	})
}

func (s shelves) beginning(text string, textOf func(int32) string, found func(id int32, length int)) {
	want := opening(text)
	shift := 8 * (8 - min(8, len(text)))
	for length := utf8.RuneCountInString(text) + 1; length < len(s); length++ {
		on := &s[length]
		for i, o := range on.openings {
			if (o^want)>>shift != 0 {
				continue
			}
			if whole := textOf(on.ids[i]); len(text) <= 8 || strings.HasPrefix(whole, text) {
				found(on.ids[i], len(whole))
			}
		}
	}
}
