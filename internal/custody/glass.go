package custody

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Glass is an office, or places, that an official took beyond their own for a while, with a
// reason, because something could not wait: what is behind the glass that one breaks. It is
// out loud: an entry, shown to everybody who looks, and it ends by itself.
type Glass struct {
	ID       string    `json:"id"` // "G" and the entry that broke it
	Official string    `json:"official"`
	Roles    []Role    `json:"roles,omitempty"`  // taken beside their own
	Places   []string  `json:"places,omitempty"` // likewise; WholeService: all of them
	Reason   string    `json:"reason"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
	Entry    int64     `json:"entry"`
	Ended    time.Time `json:"ended,omitzero"` // put back before its time
}

// GlassID is the detail of putting back what was taken.
type GlassID struct {
	ID string `json:"id"`
}

// Live reports whether the glass stands broken at an instant.
func (g *Glass) Live(at time.Time) bool {
	return !at.Before(g.From) && at.Before(g.Until) && (g.Ended.IsZero() || at.Before(g.Ended))
}

// Bounds of breaking glass.
const (
	LongestGlass = 4 * time.Hour
	leastReason  = 10 // characters: a word is no reason
)

// beyondGlass are the offices that nobody takes: the monitor is appointed by two keys, the
// governor by the service, and the engineer keeps machines, not people.
var beyondGlass = []Role{Monitor, Governor, Engineer}

// GlassRoles are the offices that an official can take for a while: all but those that nobody takes.
func GlassRoles() []Role {
	return slices.DeleteFunc(slices.Clone(Roles), func(r Role) bool { return slices.Contains(beyondGlass, r) })
}

// BreakTheGlass decides that an official takes offices or places beyond their own until an
// instant, at most LongestGlass away.
func (s *State) BreakTheGlass(official string, g Glass, now time.Time) (Entry, error) {
	o := s.Officials.Get(official)
	if o == nil || !o.Dismissed.IsZero() {
		return Entry{}, Unknown("official", official)
	}
	if len(g.Roles) == 0 && len(g.Places) == 0 {
		return Entry{}, InvalidInput("glass-empty")
	}
	if len(g.Roles) > len(Roles) || len(g.Places) > maxPosts {
		return Entry{}, InvalidInput("list-too-long")
	}
	for _, r := range g.Roles {
		if !slices.Contains(Roles, r) {
			return Entry{}, InvalidInput("role-unknown", "official", official, "role", string(r))
		}
		if slices.Contains(beyondGlass, r) {
			return Entry{}, refuse(Forbidden, 0, "glass-beyond", "role", string(r))
		}
	}
	for _, code := range g.Places {
		if code != WholeService && s.Places.Get(code) == nil {
			return Entry{}, Unknown("place", code)
		}
	}
	if err := checkText("reason", g.Reason, 500); err != nil {
		return Entry{}, err
	}
	if len([]rune(strings.TrimSpace(g.Reason))) < leastReason {
		return Entry{}, InvalidInput("reason-too-short", "min", itoa(leastReason))
	}
	if until := g.Until; !until.After(now) || until.Sub(now) > LongestGlass {
		return Entry{}, InvalidInput("glass-too-long", "max", itoa(int(LongestGlass.Hours())))
	}
	g.ID, g.Official, g.From, g.Until, g.Entry, g.Ended = "G"+strconv.FormatInt(s.Next, 10), official, Moment(now), Moment(g.Until), s.Next, time.Time{}
	return Entry{Kind: GlassBroken, Happened: now, Note: g.Reason, Detail: &g}, nil
}

// MendTheGlass decides that an official puts back what they took.
func (s *State) MendTheGlass(official, id string, now time.Time) (Entry, error) {
	g := s.Glasses.Get(id)
	if g == nil || g.Official != official {
		return Entry{}, Unknown("glass", id)
	}
	if !g.Live(now) {
		return Entry{}, refuse(Conflict, 0, "glass-over", "glass", id)
	}
	return Entry{Kind: GlassMended, Happened: now, Detail: &GlassID{id}}, nil
}

// LiveGlass returns what an official has taken, or with no name everybody, at an instant, oldest first.
func (s *State) LiveGlass(official string, at time.Time) []*Glass {
	var list []*Glass
	add := func(ids []string) {
		for _, id := range ids {
			if g := s.Glasses.Get(id); g.Live(at) {
				list = append(list, g)
			}
		}
	}
	if official != "" {
		add(s.derived.glasses[official])
	} else {
		for _, ids := range s.derived.glasses {
			add(ids)
		}
		slices.SortFunc(list, func(a, b *Glass) int { return int(a.Entry - b.Entry) })
	}
	return list
}

// WithGlass returns an official with the offices and places that they have taken for now,
// and whether there are any.
func (s *State) WithGlass(o *Official, at time.Time) (_ *Official, broken bool) {
	if len(s.derived.glasses[o.Name]) == 0 {
		return o, false
	}
	live := s.LiveGlass(o.Name, at)
	if len(live) == 0 {
		return o, false
	}
	taken := *o
	taken.Roles = slices.Clone(o.Roles)
	posts := slices.Clone(o.Posts())
	for _, g := range live {
		taken.Roles = append(taken.Roles, g.Roles...)
		if slices.Contains(g.Places, WholeService) {
			posts, taken.Establishment = nil, ""
		}
		if len(posts) > 0 {
			posts = append(posts, g.Places...)
		}
	}
	taken.Places = posts
	if len(posts) == 1 && posts[0] == o.Establishment {
		taken.Places = nil
	}
	return &taken, true
}

func (s *State) glassChanged(old, new *Glass) {
	switch {
	case old == nil && new != nil:
		addSorted(s.derived.glasses, new.Official, new.ID)
	case old != nil && new == nil:
		remove(s.derived.glasses, old.Official, old.ID)
	}
}

func applyGlassBroken(s *State, e *Entry) error {
	s.Glasses.put(e.Detail.(*Glass))
	return nil
}

func applyGlassMended(s *State, e *Entry) error {
	g := s.Glasses.Get(e.Detail.(*GlassID).ID)
	if g == nil {
		return Unknown("glass", e.Detail.(*GlassID).ID)
	}
	edit(s.Glasses, g, func(g *Glass) { g.Ended = e.Happened })
	return nil
}
