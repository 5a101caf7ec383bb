package places

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

// How much is drawn one by one. Above that an establishment is drawn by landings, or by what is around them, so that every
// cell of 40,000 people is two clicks away: the part that it is in, and the cell.
const (
	cellsDrawnAtOnce = 640  // of an establishment
	cellsDrawnInPart = 2500 // of a part of it
	partsDrawn       = 400
)

// colours are what a drawing can be coloured by, and the levels of each, the gravest last.
var colours = []struct {
	By     string
	Levels []string
}{
	{"occupancy", []string{"empty", "room", "nearly", "full", "unused", "crowded"}},
	{"space", []string{"nobody", "unknown", "ample", "tight", "cramped"}},
	{"count", []string{"uncounted", "cleared", "awaited", "differs"}},
	{"apart", []string{"clear", "apart", "together"}},
}

// Drawing is places drawn side by side, coloured, with the same as a table.
type Drawing struct {
	Establishment string
	By            string
	Levels        []string
	Branches      []Branch
	Whole         bool   // every place is drawn by itself; else parts of the establishment
	Table         []Node // on this page of it
	Pages         page.Pages
	address       string
}

// Branch is the nodes that lie in one place, such as the landings of a module or the cells of a landing.
type Branch struct {
	Place           page.Place
	Itself          bool // it is the place that is drawn, not a part of it
	Present, Allows int
	Nodes           []Node
}

// Node is a place, or a part with all places in it.
type Node struct {
	Place     page.Place
	Kind      custody.PlaceKind
	Present   int
	Capacity  int // of what is in use
	Certified int
	FloorArea int // square decimetres of the places with somebody in them and a known area
	Living    int // people in those
	Places    int // how many it stands for
	Grave     int // of those, at the gravest level
	Level     string
	apart     int // people there who are kept apart from somebody
	unused    int
}

// Each is the square decimetres that a person has; 0 where nobody is in a place of known area.
func (n Node) Each() float64 {
	if n.Living == 0 {
		return 0
	}
	return float64(n.FloorArea) / float64(n.Living)
}

// kept is what of a query says how a drawing is coloured and which page of its table is shown.
func kept(v *page.Visit) url.Values {
	keep := url.Values{}
	for _, name := range []string{"by", "page"} {
		if text := v.R.URL.Query().Get(name); text != "" {
			keep.Set(name, text)
		}
	}
	return keep
}

func query(q url.Values) string {
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// PlaceAddress is where a part of an establishment is.
func PlaceAddress(establishment, place string) string {
	return page.EstablishmentAddress(establishment) + "/places/" + url.PathEscape(place)
}

// drawingOf draws what lies under a place of an establishment: the places that an official may see.
func drawingOf(s *custody.State, under string, places []roll.PlaceRoll, q url.Values, now time.Time) Drawing {
	top := s.Places.Get(under)
	d := Drawing{Establishment: top.Establishment, By: colours[0].By, Levels: colours[0].Levels, address: page.EstablishmentAddress(top.Establishment)}
	if top.Kind == custody.Establishment {
		d.Establishment, d.address = under, page.EstablishmentAddress(under)
	} else {
		d.address = PlaceAddress(top.Establishment, under)
	}
	for _, c := range colours {
		if c.By == q.Get("by") {
			d.By, d.Levels = c.By, c.Levels
		}
	}
	judge := judgeOf(s, d.By, d.Establishment, now)
	limit := cellsDrawnInPart
	if top.Kind == custody.Establishment {
		limit = cellsDrawnAtOnce
	}
	d.Whole = len(places) <= limit
	part := func(p *custody.Place) string { return p.Code }
	if !d.Whole {
		part = partsOf(s, under, places)
	}
	nodes := map[string]*Node{}
	var order []*Node
	for i := range places {
		p := s.Places.Get(places[i].Code)
		code := part(p)
		n := nodes[code]
		if n == nil {
			n = &Node{Place: page.PlaceIn(s, code), Kind: s.Places.Get(code).Kind}
			nodes[code] = n
			order = append(order, n)
		}
		n.add(&places[i], judge(&places[i]), d.Levels)
	}
	slices.SortFunc(order, func(a, b *Node) int { return strings.Compare(a.Place.Code, b.Place.Code) })
	all := make([]Node, len(order))
	for i, n := range order {
		n.settle(d.By, d.Levels)
		all[i] = *n
	}
	keep := url.Values{}
	for _, name := range []string{"by", "page"} {
		if text := q.Get(name); text != "" {
			keep.Set(name, text)
		}
	}
	d.Pages = page.Paged(d.address, keep, len(all), page.PageSize)
	d.Table = page.Cut(all, d.Pages)
	if len(all) > cellsDrawnInPart { // so many with nothing around them: the picture turns its pages with the table
		all = d.Table
	}
	d.branch(s, under, all)
	return d
}

// partsOf chooses what stands for places that are too many to be drawn one by one: what is directly around them or, while
// that is too many still, what is around that.
func partsOf(s *custody.State, under string, places []roll.PlaceRoll) func(*custody.Place) string {
	for up := 1; ; up++ {
		part := func(p *custody.Place) string {
			for range up {
				if p.Parent == under || p.Parent == "" {
					return p.Code
				}
				p = s.Places.Get(p.Parent)
			}
			return p.Code
		}
		parts := map[string]struct{}{}
		for _, one := range places {
			parts[part(s.Places.Get(one.Code))] = struct{}{}
		}
		if len(parts) <= partsDrawn || up == maxDepth {
			return part
		}
	}
}

// maxDepth bounds how deep an establishment is looked into: sector, module, wing, landing and cell are five.
const maxDepth = 8

// branch sorts nodes by what they lie in.
func (d *Drawing) branch(s *custody.State, under string, all []Node) {
	at := map[string]int{}
	for _, n := range all {
		parent := s.Places.Get(n.Place.Code).Parent
		if n.Place.Code == under {
			parent = under
		}
		i, known := at[parent]
		if !known {
			i = len(d.Branches)
			at[parent] = i
			d.Branches = append(d.Branches, Branch{Place: page.PlaceIn(s, parent), Itself: parent == under})
		}
		b := &d.Branches[i]
		b.Nodes = append(b.Nodes, n)
		b.Present, b.Allows = b.Present+n.Present, b.Allows+n.Capacity
	}
	slices.SortFunc(d.Branches, func(a, b Branch) int { return strings.Compare(a.Place.Code, b.Place.Code) })
}

// add counts one place into a node.
func (n *Node) add(p *roll.PlaceRoll, j judgement, levels []string) {
	n.Places++
	n.Present, n.Certified, n.apart = n.Present+p.Present, n.Certified+p.Certified, n.apart+j.people
	if p.OutOfUse {
		n.unused++
	} else {
		n.Capacity += p.Capacity
	}
	if p.Kind == custody.Cell && p.FloorArea > 0 && p.Present > 0 {
		n.FloorArea, n.Living = n.FloorArea+p.FloorArea, n.Living+p.Present
	}
	if rank := slices.Index(levels, j.level); n.Level == "" || rank > slices.Index(levels, n.Level) {
		n.Level = j.level
	}
	if j.level == levels[len(levels)-1] {
		n.Grave++
	}
}

// settle says how full a part is as a whole; what is over its capacity in it stays in sight.
func (n *Node) settle(by string, levels []string) {
	if by != "occupancy" || n.Places == 1 || n.Grave > 0 {
		return
	}
	n.Level = fullness(roll.PlaceRoll{Present: n.Present, Capacity: n.Capacity, OutOfUse: n.unused == n.Places})
}

// judgement is the level of one place in one colouring.
type judgement struct {
	level  string
	people int // kept apart from somebody
}

// judgeOf returns what judges a place in a colouring.
func judgeOf(s *custody.State, by, establishment string, now time.Time) func(*roll.PlaceRoll) judgement {
	switch by {
	case "space":
		return func(p *roll.PlaceRoll) judgement { return judgement{level: spaceOf(p)} }
	case "count":
		return countJudge(s, establishment)
	case "apart":
		return apartJudge(s, establishment, now)
	}
	return func(p *roll.PlaceRoll) judgement { return judgement{level: fullness(*p)} }
}

// spaceOf judges a cell by the norms of space.
func spaceOf(p *roll.PlaceRoll) string {
	switch {
	case p.Present == 0:
		return "nobody"
	case p.FloorArea == 0 || p.Kind != custody.Cell:
		return "unknown"
	}
	switch minimum, stricter := cells.Enough(p.FloorArea, p.Present); {
	case !minimum:
		return "cramped"
	case !stricter:
		return "tight"
	}
	return "ample"
}

// countJudge judges a place by the open counts of its establishment or, when there is none, by the last that was cleared.
func countJudge(s *custody.State, establishment string) func(*roll.PlaceRoll) judgement {
	var counts []string
	for _, c := range s.OpenCounts() {
		if c.Establishment == establishment {
			counts = append(counts, c.ID)
		}
	}
	if last := s.LastCleared(establishment); len(counts) == 0 && last != nil {
		counts = append(counts, last.ID)
	}
	return func(p *roll.PlaceRoll) judgement {
		unit := s.CountUnit(p.Code)
		for _, id := range counts {
			if l := s.CountLandings.Get(id + "/" + unit); l != nil {
				return judgement{level: string(l.Status)}
			}
		}
		return judgement{level: "uncounted"}
	}
}

// apartJudge judges a place by whether somebody in it is kept apart from others, and whether that is broken there.
func apartJudge(s *custody.State, establishment string, now time.Time) func(*roll.PlaceRoll) judgement {
	kept, broken := map[string]map[string]struct{}{}, map[string]bool{}
	at := func(person string) string {
		h := s.Holdings.Get(person)
		if h == nil || !h.Status.InCustody() || h.At.Establishment != establishment {
			return ""
		}
		return h.At.Place
	}
	for k := range s.KeepAparts.All() {
		if !k.InForce(now) {
			continue
		}
		for _, person := range k.Members {
			place := at(person)
			if kept[place] == nil {
				kept[place] = map[string]struct{}{}
			}
			kept[place][person] = struct{}{}
		}
		for _, person := range s.Together(k) {
			broken[at(person)] = true
		}
	}
	return func(p *roll.PlaceRoll) judgement {
		j := judgement{level: "clear", people: len(kept[p.Code])}
		switch {
		case broken[p.Code]:
			j.level = "together"
		case j.people > 0:
			j.level = "apart"
		}
		return j
	}
}

// The geometry of a drawing, in units of its own: the picture takes the room that it is given.
const (
	across     = 10 // nodes side by side
	nodeWidth  = 100
	nodeHeight = 66
	gap        = 6
)

// box is the view box of a branch.
func (b Branch) box() string {
	rows := (len(b.Nodes) + across - 1) / across
	return "0 0 " + strconv.Itoa(across*nodeWidth) + " " + strconv.Itoa(max(rows, 1)*nodeHeight)
}

func left(i int) string  { return strconv.Itoa(i % across * nodeWidth) }
func above(i int) string { return strconv.Itoa(i / across * nodeHeight) }

// middle and line are where a node's two lines of text stand.
func middle(i int) string  { return strconv.Itoa(i%across*nodeWidth + (nodeWidth-gap)/2) }
func line(i, n int) string { return strconv.Itoa(i/across*nodeHeight + 25 + 25*n) }
func (d Drawing) tab(by string) string {
	if by == colours[0].By {
		return d.address
	}
	return d.address + query(url.Values{"by": {by}})
}
