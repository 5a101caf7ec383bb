package drill

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"habeas.example/habeas/internal/custody"
)

// roundOfCounting is the formal count of the centre after the second transfer. One person
// went next door just before it, and nobody had entered the move.
type roundOfCounting struct {
	*play
	id      string
	start   time.Time
	truth   map[string]int // people really on each landing
	stray   string
	home    string // where the roll has the stray
	door    string // where they are
	handsMu sync.Mutex
	hands   map[string]time.Time // until when each officer is busy
	ordered []string             // landings in the order in which they are walked

	handheld *handheld
	late     lateSlip // what waits on it
}

// How long the invented officers take.
const (
	toCount = 700 * time.Millisecond // a person
	toWalk  = 10 * time.Second       // to the next landing
)

// countCentre plays the count from the opening to the signature.
func (p *play) countCentre(ctx context.Context, night time.Time) error {
	c := &roundOfCounting{play: p, start: night.Add(11*time.Hour + 50*time.Minute), truth: map[string]int{}, hands: map[string]time.Time{}}
	if err := c.look(ctx); err != nil {
		return err
	}
	carried, err := p.handhelds(ctx)
	if err != nil {
		return err
	}
	c.handheld = carried
	// The clock runs with the work, so that a big transfer may have taken it past the hour. The
	// stray's step next door, minutes before the count, comes after everybody's last movement.
	if soonest := p.Clock.Now().Add(10 * time.Minute); c.start.Before(soonest) {
		c.start = soonest
	}
	p.Clock.advanceTo(c.start)
	for _, act := range []func(context.Context) error{c.open, c.walk, c.sendLate, c.search, c.recount, c.sign} {
		if err := act(ctx); err != nil {
			return err
		}
	}
	p.outcome.Counts = append(p.outcome.Counts, c.id)
	return nil
}

// look is what is really there: where the drill put everybody, but for the one who went
// next door.
func (c *roundOfCounting) look(ctx context.Context) error {
	people := map[string][]string{}
	residents, err := c.residents(ctx)
	if err != nil {
		return err
	}
	for _, r := range residents {
		people[r.Place] = append(people[r.Place], r.Number)
	}
	for place, there := range people {
		c.truth[place] = len(there)
	}
	// The door is that of the emptiest cell with somebody in it; the home is the next one
	// down the corridor with people of the same legal class.
	cells := slices.DeleteFunc(slices.Sorted(maps.Keys(people)), func(place string) bool { return place == centreReception || place == "CCT-ENF" })
	door := 0
	for i, place := range cells {
		if len(people[place]) <= len(people[cells[door]]) {
			door = i
		}
	}
	c.door = cells[door]
	for away := 1; away < len(cells); away++ {
		for _, i := range []int{door - away, door + away} {
			if i < 0 || i >= len(cells) {
				continue
			}
			if person := people[cells[i]][0]; c.convicted[person] == c.convicted[people[c.door][0]] {
				c.stray, c.home = person, cells[i]
				c.truth[c.home]--
				c.truth[c.door]++
				return nil
			}
		}
	}
	return fmt.Errorf("no two cells of the centre hold people of one legal class")
}

func (c *roundOfCounting) open(ctx context.Context) error {
	r, err := c.as("jefe.servicio").order(ctx, "/counts", map[string]any{"kind": custody.FormalCount, "place": Centre, "reason": "Tras la llegada del segundo traslado"})
	if err != nil {
		return err
	}
	c.id = r.ID
	var seen countSeen
	if err := c.as("galeria1").get(ctx, "/counts/"+c.id, &seen); err != nil {
		return err
	}
	for _, l := range seen.Landings {
		if l.Expected != nil || !seen.Blind {
			return fmt.Errorf("a counter is told what %s is expected to hold", l.Landing)
		}
		c.ordered = append(c.ordered, l.Landing)
	}
	c.Stage("count", 2*len(c.ordered))
	return nil
}

// countSeen is a count as an official is shown it.
type countSeen struct {
	Blind    bool `json:"blind"`
	Landings []struct {
		Landing  string                `json:"landing"`
		Status   custody.LandingStatus `json:"status"`
		Expected *int                  `json:"expected"`
	} `json:"landings"`
}

// walk is both rounds of the officers: each landing is counted by two, who start at
// different ends. The last landing of whoever carries a handheld has no line.
func (c *roundOfCounting) walk(ctx context.Context) error {
	cut := len(c.ordered) - 1
	for c.team("galeria", cut).who != c.handheld.who {
		cut--
	}
	for first := range 2 {
		err := eachTeam(ctx, len(c.ordered), func(ctx context.Context, i int) error {
			if first == 0 && i == cut {
				c.late = lateSlip{c.ordered[i], c.counts(c.team("galeria", i), c.ordered[i])}
				return nil
			}
			if err := c.slip(ctx, c.team("galeria", i+3*first), c.ordered[i]); err != nil {
				return err
			}
			c.Progress("count", 1)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// slip is one officer's count of one landing.
func (c *roundOfCounting) slip(ctx context.Context, hand *session, landing string) error {
	at := c.counts(hand, landing)
	_, err := hand.order(ctx, "/counts/"+c.id+"/slips", map[string]any{"landing": landing, "number": c.truth[landing], "counted": at, "source": custody.HandheldSlip,
		"device": "T-" + hand.who.Name})
	return err
}

// counts is when an officer has counted a landing. eachTeam gives an officer one landing
// after another, so that each hand has a clock of its own.
func (c *roundOfCounting) counts(hand *session, landing string) time.Time {
	c.handsMu.Lock()
	at := c.hands[hand.who.Name]
	if at.IsZero() {
		at = c.start
	}
	at = at.Add(toWalk + time.Duration(c.truth[landing])*toCount)
	c.hands[hand.who.Name] = at
	c.handsMu.Unlock()
	c.Clock.advanceTo(at)
	return at
}

// search is what the duty manager does about the difference: nobody moves in or out of the
// two landings, the count cannot be signed, and the officer of the landing states where
// the stray was found, and since when.
func (c *roundOfCounting) search(ctx context.Context) error {
	duty := c.as("jefe.servicio")
	if err := c.differ(ctx, func(l custody.LandingSearch, by int) bool {
		return l.Difference.By == by && l.Remains.By == by && explains(l, custody.NeighbourOpposite)
	}); err != nil {
		return err
	}
	move := map[string]any{"moves": []map[string]any{{"person": c.stray, "to": c.door}}}
	if _, err := c.team("recepcion", 0).order(ctx, "/moves", move); !refusedWith(err, "landing-frozen") {
		return fmt.Errorf("somebody could be moved between landings that differ: %v", err)
	}
	if _, err := duty.order(ctx, "/counts/"+c.id+"/signature", nil); !refusedWith(err, "count-not-cleared") {
		return fmt.Errorf("%s could be signed with differences standing: %v", c.id, err)
	}
	sighting := map[string]any{"place": c.door, "happened": c.start.Add(-6 * time.Minute)}
	if _, err := c.team("galeria", 0).order(ctx, "/people/"+c.stray+"/sightings", sighting); err != nil {
		return err
	}
	return c.differ(ctx, func(l custody.LandingSearch, by int) bool {
		return l.Difference.By == by && l.Remains.None() && explains(l, custody.ExplainedLate)
	})
}

// differ wants the search to name the two landings, each as it should be.
func (c *roundOfCounting) differ(ctx context.Context, as func(l custody.LandingSearch, by int) bool) error {
	var found struct {
		Landings []custody.LandingSearch `json:"landings"`
	}
	if err := c.as("jefe.servicio").get(ctx, "/counts/"+c.id+"/differences", &found); err != nil {
		return err
	}
	want := map[string]int{c.home: -1, c.door: 1}
	for _, l := range found.Landings {
		if by, differs := want[l.Landing]; !differs || !as(l, by) {
			return fmt.Errorf("the search says of %s: %+v", l.Landing, l)
		}
		delete(want, l.Landing)
	}
	if len(want) > 0 {
		return fmt.Errorf("the search does not find %v", want)
	}
	return nil
}

func explains(l custody.LandingSearch, kind custody.ExplanationKind) bool {
	return slices.ContainsFunc(l.Explanations, func(e custody.Explanation) bool { return e.Kind == kind })
}

// recount has the two landings counted again, by two officers each.
func (c *roundOfCounting) recount(ctx context.Context) error {
	for _, landing := range []string{c.home, c.door} {
		for hand := range 2 {
			// The officers come from wherever they are; nobody counts before the others are done.
			if err := c.again(ctx, c.team("galeria", hand), landing); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *roundOfCounting) again(ctx context.Context, hand *session, landing string) error {
	c.handsMu.Lock()
	now := c.Clock.Now()
	if c.hands[hand.who.Name].Before(now) {
		c.hands[hand.who.Name] = now
	}
	c.handsMu.Unlock()
	return c.slip(ctx, hand, landing)
}

// sign clears the count and answers for what was found.
func (c *roundOfCounting) sign(ctx context.Context) error {
	duty := c.as("jefe.servicio")
	if _, err := duty.order(ctx, "/counts/"+c.id+"/signature", nil); err != nil {
		return err
	}
	var list struct {
		Discrepancies []custody.Discrepancy `json:"discrepancies"`
	}
	if err := duty.get(ctx, "/discrepancies?open=true", &list); err != nil {
		return err
	}
	for _, d := range list.Discrepancies {
		if d.Person != c.stray || d.Kind != "found-elsewhere" {
			continue
		}
		explanation := map[string]any{"explanation": "Cambio de celda hecho minutos antes del recuento y no anotado; se encontró en la celda vecina."}
		if _, err := duty.order(ctx, "/discrepancies/"+d.ID+"/resolution", explanation); err != nil {
			return err
		}
	}
	return nil
}
