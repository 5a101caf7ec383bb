package access

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"habeas.example/habeas/internal/custody"
)

// How many failed attempts are let through: a burst, then one an interval. A right password
// costs nothing, so that a whole shift may sign in from one address.
const (
	nameBurst     = 10
	nameInterval  = 6 * time.Second
	placeBurst    = 50
	placeInterval = time.Second
	limitsKept    = 10_000 // of each sort
)

// limits are the rate limits of sign-in, by name and by source address.
type limits struct {
	mu          sync.Mutex
	names, from map[string]*rate.Limiter
}

// attempt is one try that has been counted, until it is forgiven.
type attempt struct{ counted []*rate.Reservation }

// attempt counts one try against a name and a source, or refuses it.
func (l *limits) attempt(name, from string, now time.Time) (attempt, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.names == nil {
		l.names, l.from = map[string]*rate.Limiter{}, map[string]*rate.Limiter{}
	}
	if len(name) > 100 {
		name = name[:100]
	}
	limits := []*rate.Limiter{limiter(l.from, sourceOf(from), placeInterval, placeBurst, now)}
	if name != "" { // who comes by passkey or provider is named by it: nobody's guesses may hold up everybody
		limits = append(limits, limiter(l.names, strings.ToLower(name), nameInterval, nameBurst, now))
	}
	var a attempt
	for _, limit := range limits {
		r := limit.ReserveN(now, 1)
		a.counted = append(a.counted, r)
		if wait := r.DelayFrom(now); wait > 0 {
			a.forgive(now)
			seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
			return attempt{}, &custody.Refusal{Code: "too-many-attempts", Reason: custody.Forbidden, Params: map[string]string{"seconds": seconds}}
		}
	}
	return a, nil
}

// forgive takes an attempt back, counted at the instant now.
func (a attempt) forgive(now time.Time) {
	for _, r := range a.counted {
		r.CancelAt(now)
	}
}

// limiter finds or makes the limiter of a key. When too many are kept, those go first that
// limit nobody, then those with room left, then any: to forget is better than to run out of
// memory.
func limiter(kept map[string]*rate.Limiter, key string, interval time.Duration, burst int, now time.Time) *rate.Limiter {
	if l := kept[key]; l != nil {
		return l
	}
	if len(kept) >= limitsKept {
		for k, l := range kept {
			if l.TokensAt(now) >= float64(burst)-0.5 {
				delete(kept, k)
			}
		}
		for k, l := range kept {
			if len(kept) < limitsKept {
				break
			}
			if l.TokensAt(now) > 1 {
				delete(kept, k)
			}
		}
		for k := range kept {
			if len(kept) < limitsKept {
				break
			}
			delete(kept, k)
		}
	}
	l := rate.NewLimiter(rate.Every(interval), burst)
	kept[key] = l
	return l
}

// sourceOf is the part of an address that one subscriber holds: an IPv4 address, or the
// first 64 bits of an IPv6 address.
func sourceOf(from string) string {
	host := from
	if port, err := netip.ParseAddrPort(from); err == nil {
		host = port.Addr().String()
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return host[:min(len(host), 100)]
	}
	address = address.Unmap().WithZone("")
	if address.Is6() {
		if prefix, err := address.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return address.String()
}
