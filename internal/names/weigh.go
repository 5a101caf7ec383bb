package names

import (
	"math"
	"slices"
)

const (
	// queryShare is how much of a search's score is the share of the query that the name answers; the rest is the share
	// of the name that the query covers, so that of two names that answer equally the one with less besides comes first.
	queryShare = 0.9
	// contained is how far Alike lets a name that lies within another count as the whole, at the most: one surname
	// missing, a second given name not known.
	contained = 0.75
	// trustOrder is for names whose words stand in another order: surnames exchanged.
	trustOrder = 0.985
	// nearlySame is the most that a name can score which is not the same to the letter: it may lack only a particle.
	nearlySame = 0.995
)

// pair says that a word of the form may stand for a word of the query.
type pair struct {
	place int32 // in the form
	asked int32 // in the query
	span  int8
	like  float32
	trust float32
	worth float64
}

// weigh scores one form, word by word: each word of the query is answered by at most one word of the form, the
// worthiest pairs first.
func (h *hunt) weigh(form int32) float64 {
	words := h.wordsOf(form)
	pairs := h.pairs[:0]
	total := 0.0
	exact := 0 // words that the query has too
	for place, w := range words {
		has := 0
		total += h.weightOf(w)
		for link := h.first[w]; link != 0; link = h.links[link].next {
			l := h.links[link]
			if l.like == 1 {
				has = 1
			}
			worth := float64(l.like) * h.words[l.asked].weight
			switch l.span {
			case 0:
				worth *= float64(len(h.catalogue.words[w].text)) / float64(len(h.query.words[l.asked]))
			case 2:
				worth += float64(l.like) * h.words[l.asked+1].weight
			}
			pairs = append(pairs, pair{int32(place), l.asked, l.span, l.like, l.trust, worth})
		}
		exact += has
	}
	h.pairs = pairs
	if exact == len(words) && exact == len(h.query.words) && readName(h.texts[form]).sameAs(h.query) {
		return 1
	}

	var answered, covered uint32 // words of the query, words of the form
	var parted uint32            // words of the query answered only in part, so far
	var answer, cover, bits float64
	var seen [maxWords]int32 // place in the form -> word of the query, from 1
	trust := float32(1)
	for {
		best := -1
		for i, p := range pairs {
			need := uint32(1) << p.asked
			if p.span == 2 {
				need |= need << 1
			}
			if p.span == 0 {
				need &^= parted
			}
			if answered&need != 0 || covered&(1<<p.place) != 0 {
				continue
			}
			if best < 0 || p.worth > pairs[best].worth {
				best = i
			}
		}
		if best < 0 {
			break
		}
		p := pairs[best]
		answered |= 1 << p.asked
		switch p.span {
		case 0:
			parted |= 1 << p.asked
		case 2:
			answered |= 2 << p.asked
		}
		covered |= 1 << p.place
		weight := h.weightOf(words[p.place])
		answer += p.worth
		cover += float64(p.like) * weight
		if h.duplicates {
			bits += weight * weight // the square root was taken
		}
		seen[p.place] = p.asked + 1
		trust = min(trust, p.trust)
	}
	if answer == 0 {
		return 0
	}

	score := float64(trust) * h.blend(min(1, answer/h.weight), min(1, cover/total), bits)
	if !inTurn(seen[:len(words)]) {
		score *= trustOrder
	}
	return min(score, nearlySame)
}

// blend makes one score of the share of the query answered and the share of the form covered. bits is how surprising
// the words are that both share, for Alike.
func (h *hunt) blend(answer, cover, bits float64) float64 {
	if !h.duplicates {
		return queryShare*answer + (1-queryShare)*cover
	}
	low, high := min(answer, cover), max(answer, cover)
	// Among n people a coincidence of log2(n) bits is expected about once; half of that says nothing.
	rare := min(1, max(0, 2*bits/math.Log2(1+h.living)-1))
	return low + (high-low)*contained*rare
}

// weightOf is the weight of a word of the vocabulary, worked out once a search.
func (h *hunt) weightOf(w int32) float64 {
	if h.weights[w] == 0 {
		h.weights[w] = h.rarity(max(1, h.catalogue.words[w].live))
		h.weighty = append(h.weighty, w)
	}
	return h.weights[w]
}

// inTurn reports whether the words found stand in the order of the query, or in that which comes of writing the
// surnames before the given names: going round, the numbers fall at most once.
func inTurn(seen []int32) bool {
	falls := 0
	var first, before int32
	for _, s := range seen {
		switch {
		case s == 0:
			continue
		case first == 0:
			first = s
		case s < before:
			falls++
		}
		before = s
	}
	if before > first {
		falls++
	}
	return falls <= 1
}

// ranking keeps the best matches, each person once.
type ranking struct {
	limit   int
	floor   float64
	matches []Match
}

// reach is the score that a match must have to be of interest.
func (r *ranking) reach() float64 {
	if len(r.matches) < r.limit {
		return r.floor
	}
	return r.matches[len(r.matches)-1].Score
}

func (r *ranking) enter(m Match) {
	for i, old := range r.matches {
		if old.Key != m.Key {
			continue
		}
		if old.Score >= m.Score {
			return
		}
		r.matches = slices.Delete(r.matches, i, i+1)
		break
	}
	at, _ := slices.BinarySearchFunc(r.matches, m, inOrder)
	if at == r.limit {
		return
	}
	if len(r.matches) == r.limit {
		r.matches = r.matches[:r.limit-1]
	}
	r.matches = slices.Insert(r.matches, at, m)
}

// workroom is the memory of one search, used again by the next. Its large tables are all zero between searches, and
// what a search wrote in them is undone entry by entry, so that a search costs what it looks at.
type workroom struct {
	lists   [maxWords][]resemblance
	places  []int32 // word -> place in the list being made
	first   []int32 // word -> its first link
	links   []link
	weights []float64 // word -> weight, 0 when not known yet
	weighty []int32   // the words whose weight is known
	tallies []uint32  // form -> see tallyBits
	touched []int32   // the forms that have a tally
	counts  []uint32  // tally -> how many forms wait to be weighed
	pairs   []pair
}

// link ties a word of the vocabulary to a word of the query that it resembles.
type link struct {
	resemblance
	asked int32
	next  int32 // 0 ends the chain
}

func (r *workroom) open(words, forms int) {
	if len(r.first) < words {
		r.places = make([]int32, words+words/4)
		r.first = make([]int32, words+words/4)
		r.weights = make([]float64, words+words/4)
	}
	if len(r.tallies) < forms {
		r.tallies = make([]uint32, forms+forms/4)
	}
	if r.counts == nil {
		r.counts = make([]uint32, 1<<(tallyBits+shortBits)+1<<shortBits)
	}
	r.links = append(r.links[:0], link{}) // number 0 is no link
}

func (r *workroom) connect(one resemblance, asked int) {
	r.links = append(r.links, link{one, int32(asked), r.first[one.word]})
	r.first[one.word] = int32(len(r.links) - 1)
}

func (r *workroom) clear() {
	for _, l := range r.links[1:] {
		r.first[l.word] = 0
	}
	for _, w := range r.weighty {
		r.weights[w] = 0
	}
	for _, f := range r.touched {
		r.tallies[f] = 0
	}
	clear(r.counts)
	r.weighty, r.touched = r.weighty[:0], r.touched[:0]
}
