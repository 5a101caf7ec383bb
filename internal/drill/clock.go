package drill

import (
	"sync"
	"time"
)

// Clock is the drill's own clock. It runs at the pace of the play, never backwards, and
// in the end follows the real one.
type Clock struct {
	mu   sync.Mutex
	now  time.Time
	real func() time.Time // set once the play is over
}

// tick is how much of the drill's time passes each time somebody looks at the clock.
const tick = 40 * time.Millisecond

// NewClock returns a clock that starts at an instant.
func NewClock(start time.Time) *Clock { return &Clock{now: start} }

// Now is the present instant.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.real != nil {
		return c.real()
	}
	c.now = c.now.Add(tick)
	return c.now
}

// advanceTo moves the clock on to an instant, unless it has passed already.
func (c *Clock) advanceTo(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
}

// FollowRealTime ends the play: from now on the clock is the real one.
func (c *Clock) FollowRealTime(real func() time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.real = real
}

// Nights returns when the first transfer begins to load and when the second does, so
// that the second arrives at the last dawn before now and the first nineteen days
// earlier.
func Nights(now time.Time) (first, second time.Time) {
	place, err := time.LoadLocation(zone)
	if err != nil {
		place = time.UTC
	}
	local := now.In(place)
	// Loading begins at 20:30; the last bus is in the cells by 08:00, and everybody is counted by 09:30.
	second = time.Date(local.Year(), local.Month(), local.Day()-1, 20, 30, 0, 0, place)
	if second.Add(13 * time.Hour).After(now) {
		second = second.AddDate(0, 0, -1)
	}
	return second.AddDate(0, 0, -19), second
}
