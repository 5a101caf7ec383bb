package habeastest

import (
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// Dawn is the instant at which every test clock starts.
var Dawn = time.Date(2031, time.March, 14, 5, 30, 0, 0, time.UTC)

// Clock is a clock that the test owns: it moves only when told. It is safe for
// concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at Dawn.
func NewClock() *Clock { return &Clock{now: Dawn} }

// Now returns the instant at which the clock stands. Its method value is what a
// book.Config takes as Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set puts the clock to an instant, forward or back.
func (c *Clock) Set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = to
}

// Advance moves the clock on (or back, by a negative duration) and returns the new instant.
func (c *Clock) Advance(by time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
	return c.now
}

// chance is a source of bytes that a seed decides, safe for concurrent use.
type chance struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

// Chance returns randomness that is the same for the same seed: for salts and keys in
// tests, never elsewhere.
func Chance(seed uint64) io.Reader {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	return &chance{source: rand.NewChaCha8(key)}
}

// Read fills p. It never fails.
func (c *chance) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.source.Read(p)
}
