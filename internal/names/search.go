package names

import (
	"math"
	"slices"
)

// Match is one person found.
type Match struct {
	Key   string
	Score float64 // in (0, 1]; 1 is the same name
	Form  string  // which form of the name matched best
}

const (
	mostMatches = 1000 // the most that one search returns
	searchFloor = 0.3  // what scores less is not worth showing
	alikeFloor  = 0.8  // what scores less is not a likely duplicate
	// mostWeighed bounds how many people one search compares word by word. It matters only where more than this many
	// fit about equally well, as when nothing but a common given name is asked for among millions.
	mostWeighed = 4000
	// mostFollowed bounds how many people one search looks up for the sake of one word of the query, once those who
	// bear that very word, or one that sounds the same, are looked up. It matters only above that many people, and
	// only for who is found by no other word.
	mostFollowed = 100_000
)

// Search returns the people whose names best fit the query, best first and at most limit (itself at most 1,000); equal
// scores are in the order of keys. Accents, case, order, particles, a missing name, customary abbreviations, letters
// that sound alike and one slip in each word are forgiven, and the last word may be unfinished. A query without a
// letter finds nobody. Of the query the first 200 characters and 16 words are read.
func (x *Index) Search(query string, limit int) []Match {
	return x.find(readName(query), limit, false)
}

// Alike returns people who may well be the same as one who is known under the given forms: those who score at least
// 0.8, best first and at most limit. Other than in a search, names that the query lacks count against a match as much
// as those it adds, unless what both share is rare enough to be no coincidence among so many people; and the last word
// is taken as finished.
func (x *Index) Alike(limit int, forms ...string) []Match {
	best := map[string]Match{}
	for _, form := range forms {
		n := readName(form)
		n.typed = -1
		for _, m := range x.find(n, limit, true) {
			if m.Score > best[m.Key].Score {
				best[m.Key] = m
			}
		}
	}
	var all []Match
	for _, m := range best {
		all = append(all, m)
	}
	slices.SortFunc(all, inOrder)
	return all[:min(len(all), max(0, limit))]
}

func inOrder(a, b Match) int {
	switch {
	case a.Score > b.Score:
		return -1
	case a.Score < b.Score:
		return 1
	case a.Key < b.Key:
		return -1
	case a.Key > b.Key:
		return 1
	}
	return 0
}

// asked is one word of the query.
type asked struct {
	weight float64
	like   []resemblance // best first
	cost   int           // how many forms bear one of them
}

// hunt is one search under way.
type hunt struct {
	*catalogue
	*workroom
	query      name
	words      []asked
	weight     float64 // of all words
	duplicates bool    // the search is Alike's
	living     float64 // how many forms live
	best       ranking
}

func (x *Index) find(query name, limit int, duplicates bool) []Match {
	if len(query.words) == 0 || limit <= 0 {
		return nil
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	room := x.room.Get().(*workroom)
	defer x.room.Put(room)
	room.open(len(x.list.words), len(x.list.texts))
	defer room.clear()

	floor := searchFloor
	if duplicates {
		floor = alikeFloor
	}
	h := &hunt{catalogue: x.list, workroom: room, query: query, duplicates: duplicates, living: float64(x.list.countLiving()),
		best: ranking{limit: min(limit, mostMatches), floor: floor}}
	h.ask()
	h.run()
	return h.best.matches
}

// ask finds, for each word of the query, the words that resemble it, and weighs it.
func (h *hunt) ask() {
	n := h.query
	for i, text := range n.words {
		list := resembling{list: h.lists[i][:0], at: h.places}
		h.resemble(text, i == n.typed, &list)
		if n.joined[i] != "" {
			h.addIfKnown(n.joined[i], likeJoined, trustJoined, &list)
		}
		if i > 0 {
			if id, ok := h.byText[n.words[i-1]+text]; ok {
				list.add(id, likeJoined, trustJoined, 1)
			}
		}
		if i+1 < len(n.words) {
			if id, ok := h.byText[text+n.words[i+1]]; ok {
				list.add(id, likeJoined, trustJoined, 2)
			}
		}
		like := list.done()
		h.lists[i] = like
		w := asked{like: like}
		bearers := int32(0) // of the words that resemble it most
		for _, one := range like {
			live := h.catalogue.words[one.word].live
			if one.like >= like[0].like-0.02 {
				bearers += live
			}
			w.cost += len(h.catalogue.words[one.word].forms)
		}
		if bearers == 0 {
			bearers = max(1, int32(h.living/1000)) // nobody bears anything like it: neither common nor decisive
		}
		w.weight = h.rarity(bearers)
		h.words = append(h.words, w)
		h.weight += w.weight
	}
	for i, w := range h.words {
		for _, one := range w.like {
			h.connect(one, i)
		}
	}
}

// rarity is the weight of a word that so many forms bear: the bits of surprise at meeting it. Two people are the same
// less for one very rare word than a search finds them by it, so Alike takes the square root.
func (h *hunt) rarity(bearers int32) float64 {
	bits := math.Log2(1 + h.living/float64(bearers))
	if h.duplicates {
		return math.Sqrt(bits)
	}
	return bits
}

// run follows the words to the people who bear them, the rarest word first, until nobody is left who could still enter
// the answer.
func (h *hunt) run() {
	order := make([]int, len(h.words))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return h.words[a].cost - h.words[b].cost })
	left := h.weight
	for step, i := range order {
		left -= h.words[i].weight
		h.gather(step, h.words[i])
		last := step == len(order)-1
		if last {
			left = 0
		}
		if h.settle(left/h.weight, last) {
			return
		}
	}
}

// Of each form, tallies holds the share of the query found in it so far, in 1/1024 and three bits below it that prefer
// short names; whether it has been weighed; and the step that last added to it.
const (
	tallyBits  = 10
	shortBits  = 3
	tallyMask  = 1<<(tallyBits+shortBits+1) - 1
	weighedBit = 1 << 20
	stepShift  = 24
)

// gather adds what a word is worth to each form that bears a word resembling it.
func (h *hunt) gather(step int, w asked) {
	tag := uint32(step+1) << stepShift
	followed := 0
	for _, one := range w.like {
		bearers := h.catalogue.words[one.word].forms
		if followed += len(bearers); followed > mostFollowed && followed > len(bearers) && one.like < likeSound {
			return
		}
		worth := uint32(float64(one.like)*w.weight/h.weight*(1<<tallyBits)) << shortBits
		for _, f := range bearers {
			t := h.tallies[f]
			if t>>stepShift == uint32(step+1) {
				continue // a word that resembles it more was found here already
			}
			if t == 0 {
				h.touched = append(h.touched, f)
				t = uint32(max(0, 7-int(h.starts[f+1]-h.starts[f])))
			} else if t&weighedBit == 0 {
				h.counts[t&tallyMask]--
			}
			t = t&(1<<stepShift-1) + worth | tag
			if t&weighedBit == 0 {
				h.counts[t&tallyMask]++
			}
			h.tallies[f] = t
		}
	}
}

// bound is the most that a form can score when this share of the query is the most it can answer.
func (h *hunt) bound(share float64) float64 {
	share = min(1, share+float64(len(h.words))/(1<<tallyBits)) // what rounding may have taken from a tally
	if h.duplicates {
		return share + (1-share)*contained
	}
	return queryShare*share + (1 - queryShare)
}

// settle weighs those who may be among the best, given that at most the share left of the query is still to be
// followed, and reports whether nobody else can be.
func (h *hunt) settle(left float64, last bool) bool {
	// First the most promising few, to learn how good the answer is already.
	few := 4*h.best.limit + 50
	h.weighFrom(h.lowestOf(few), few)
	if h.best.reach() < h.bound(left) && !last {
		return false
	}
	// Then all who could reach it.
	lowest := 0
	for lowest < len(h.counts) && h.bound(float64(lowest>>shortBits)/(1<<tallyBits)+left) < h.best.reach() {
		lowest += 1 << shortBits
	}
	waiting := 0
	for _, n := range h.counts[min(lowest, len(h.counts)):] {
		waiting += int(n)
	}
	if waiting > mostWeighed {
		if !last {
			return false
		}
		lowest = max(lowest, h.lowestOf(mostWeighed))
	}
	h.weighFrom(lowest, mostWeighed)
	return true
}

// lowestOf is the tally from which on about the wanted number of forms wait to be weighed.
func (h *hunt) lowestOf(wanted int) int {
	for t := len(h.counts) - 1; t > 0; t-- {
		if wanted -= int(h.counts[t]); wanted <= 0 {
			return t
		}
	}
	return 0
}

// weighFrom weighs everyone with more than this tally, and at most so many of those with just this tally.
func (h *hunt) weighFrom(lowest, most int) {
	for _, f := range h.touched {
		t := h.tallies[f]
		if t&weighedBit != 0 || int(t&tallyMask) < lowest {
			continue
		}
		if int(t&tallyMask) == lowest {
			if most--; most < 0 {
				continue
			}
		}
		h.weighOnce(f)
	}
}

func (h *hunt) weighOnce(f int32) {
	h.counts[h.tallies[f]&tallyMask]--
	h.tallies[f] |= weighedBit
	p := h.owners[f]
	if p < 0 {
		return
	}
	if score := h.weigh(f); score >= h.best.reach() {
		h.best.enter(Match{h.people[p].key, score, h.texts[f]})
	}
}
