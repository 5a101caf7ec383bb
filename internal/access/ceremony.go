package access

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
)

// ceremony is a sign-in or an enrolment that has begun and waits for its other half.
type ceremony struct {
	official string // whose it is; empty: it has yet to be seen
	secret   []byte // of a new second factor
	passkey  *webauthn.SessionData
	name     string // of a new passkey
	provider *begunProvider
	until    time.Time
}

// Bounds of ceremonies that wait.
const (
	ceremonyLife  = 5 * time.Minute
	maxCeremonies = 10_000
)

// ceremonies keeps what has begun, by a name that nobody guesses or that is an official's.
type ceremonies struct {
	mu   sync.Mutex
	kept map[string]ceremony
}

func (c *ceremonies) put(now time.Time, key string, begun ceremony) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[string]ceremony{}
	}
	if len(c.kept) >= maxCeremonies {
		for k, other := range c.kept { // those that lapsed first, then any
			if now.After(other.until) || len(c.kept) >= maxCeremonies {
				delete(c.kept, k)
			}
		}
	}
	begun.until = now.Add(ceremonyLife)
	c.kept[key] = begun
}

// take returns what has begun, once.
func (c *ceremonies) take(now time.Time, key string) (ceremony, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	begun, ok := c.kept[key]
	delete(c.kept, key)
	return begun, ok && !now.After(begun.until)
}

// sessionKey is how a session is kept: by a hash of its token.
func sessionKey(token string) [sha256.Size]byte { return sha256.Sum256([]byte(token)) }
