package names

import (
	"slices"
	"sync"
)

// Index is an in-memory index of the names of people. Any number of searches may run at once, beside one writer at a
// time. The zero Index is not ready; use NewIndex.
type Index struct {
	mu   sync.RWMutex
	list *catalogue
	room sync.Pool // of *workroom
}

// NewIndex returns an empty index.
func NewIndex() *Index {
	x := &Index{list: newCatalogue()}
	x.room.New = func() any { return new(workroom) }
	return x
}

// Put enters a person under a key (the prison number) with every form of the name: as on the paper, and aliases, each
// "Surname1 Surname2, Given Names" or in free order. What the key had before is replaced. Of each form the first 200
// characters and 16 words are read. A person none of whose forms holds a letter is counted but never found.
func (x *Index) Put(key string, forms ...string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if slices.Equal(x.list.formsOf(key), forms) && len(forms) > 0 {
		return
	}
	x.list.strike(key)
	x.list.enter(key, forms)
	x.compactIfWorthwhile()
}

// Remove takes a person out. A key that is not there is no fault.
func (x *Index) Remove(key string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.list.strike(key)
	x.compactIfWorthwhile()
}

// Len is how many people the index holds.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.list.byKey)
}

// compactIfWorthwhile writes the catalogue anew when a fifth of it is dead, so that its cost is shared by as many
// changes and what was removed does not stay in memory.
func (x *Index) compactIfWorthwhile() {
	if old := x.list; old.dead > 1000 && old.dead > (len(old.people)+len(old.texts))/5 {
		x.list = old.compacted()
	}
}

// catalogue is what an Index holds: people, their forms and the words of these. Everything is numbered in int32 and
// only ever appended to; what is struck out stays as dead weight until compacted writes the catalogue anew.
type catalogue struct {
	vocabulary
	byKey  map[string]int32 // key -> person
	people []person
	texts  []string // form -> as it was given
	owners []int32  // form -> person; -1 when struck out
	starts []uint32 // form -> where its words begin; one more at the end
	spoken []int32  // the words of all forms, one after the other
	dead   int      // people and forms struck out
}

type person struct {
	key   string
	first int32 // form
	count int32
}

func newCatalogue() *catalogue {
	return &catalogue{vocabulary: newVocabulary(), byKey: map[string]int32{}, starts: []uint32{0}}
}

func (c *catalogue) enter(key string, forms []string) {
	p := int32(len(c.people))
	c.byKey[key] = p
	first := int32(len(c.texts))
	for _, text := range forms {
		f := int32(len(c.texts))
		c.texts = append(c.texts, text)
		c.owners = append(c.owners, p)
		for _, w := range readName(text).words {
			id := c.learn(w)
			c.spoken = append(c.spoken, id)
			bears := &c.words[id]
			if n := len(bears.forms); n == 0 || bears.forms[n-1] != f {
				bears.forms = append(bears.forms, f)
				bears.live++
			}
		}
		c.starts = append(c.starts, uint32(len(c.spoken)))
	}
	c.people = append(c.people, person{key, first, int32(len(c.texts)) - first})
}

func (c *catalogue) strike(key string) {
	p, ok := c.byKey[key]
	if !ok {
		return
	}
	delete(c.byKey, key)
	who := c.people[p]
	c.people[p] = person{}
	c.dead += 1 + int(who.count)
	for f := who.first; f < who.first+who.count; f++ {
		c.owners[f], c.texts[f] = -1, ""
		words := c.wordsOf(f)
		for i, id := range words {
			if !slices.Contains(words[:i], id) {
				c.words[id].live--
			}
		}
	}
}

func (c *catalogue) formsOf(key string) []string {
	p, ok := c.byKey[key]
	if !ok {
		return nil
	}
	who := c.people[p]
	return c.texts[who.first : who.first+who.count]
}

// wordsOf are the words of a form, given names first where known.
func (c *catalogue) wordsOf(form int32) []int32 { return c.spoken[c.starts[form]:c.starts[form+1]] }

// countLiving is how many forms live, and at least 1; rarity is measured by it.
func (c *catalogue) countLiving() int {
	return max(1, len(c.texts)-(c.dead-(len(c.people)-len(c.byKey))))
}

func (c *catalogue) compacted() *catalogue {
	fresh := newCatalogue()
	for p, who := range c.people {
		if now, ok := c.byKey[who.key]; ok && now == int32(p) {
			fresh.enter(who.key, c.texts[who.first:who.first+who.count])
		}
	}
	return fresh
}
