package access

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Config is what the desk is given from outside.
type Config struct {
	Idle   time.Duration    // a session unused for so long ends; zero: 15 minutes
	Life   time.Duration    // a session ends so long after sign-in; zero: 12 hours
	Clock  func() time.Time // nil: time.Now
	Random io.Reader        // tokens and salts; must be crypto/rand.Reader outside tests
	Log    *slog.Logger     // nil: slog.Default
}

// Bounds of what one desk keeps in memory and does at once.
const (
	tokenSize           = 32 // random bytes; nobody guesses 256 bits
	hashersAtOnce       = 2  // each takes 19 MiB and tens of milliseconds
	sessionsPerOfficial = 100
)

// Desk is the access desk of one book. Its methods may be called from any goroutine.
type Desk struct {
	book    *book.Book
	config  Config
	hashers chan struct{}
	limits  limits
	decoy   string // hash of nobody's password, so that an unknown name costs the same work

	mu       sync.Mutex
	sessions map[[sha256.Size]byte]*session
}

// session is one signed-in browser or program. The token itself is never kept.
type session struct {
	official      string
	started, seen time.Time
	kept          time.Time // seen as it stands in storage
}

// New opens the desk of a book. It reads the live sessions into memory, so that no request
// asks the database who is speaking. The book's own server is the only one that writes.
func New(ctx context.Context, b *book.Book, config Config) (*Desk, error) {
	if config.Random == nil {
		return nil, errors.New("open the access desk: no source of randomness given")
	}
	if config.Idle <= 0 {
		config.Idle = 15 * time.Minute
	}
	if config.Life <= 0 {
		config.Life = 12 * time.Hour
	}
	if config.Clock == nil {
		config.Clock = time.Now
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	d := &Desk{book: b, config: config, hashers: make(chan struct{}, hashersAtOnce), sessions: map[[sha256.Size]byte]*session{}}
	var err error
	if d.decoy, err = hashPassword("a password that nobody has", config.Random); err != nil {
		return nil, fmt.Errorf("open the access desk: %w", err)
	}
	now := config.Clock()
	if err := d.dropOutdated(ctx, now); err != nil {
		return nil, fmt.Errorf("open the access desk: %w", err)
	}
	if err := d.load(ctx); err != nil {
		return nil, fmt.Errorf("open the access desk: %w", err)
	}
	return d, nil
}

// SignIn checks a name and password, and begins a session. from is the address that the
// request came from, for the rate limits. The refusal "sign-in-refused" does not say
// whether the name, the password or the office was wrong, and takes as long for each;
// "too-many-attempts" says in "seconds" when to try again.
func (d *Desk) SignIn(ctx context.Context, name, password, from string) (token string, _ custody.Official, _ error) {
	now := d.config.Clock()
	attempt, err := d.limits.attempt(name, from, now)
	if err != nil {
		return "", custody.Official{}, err
	}
	hash, err := d.credential(ctx, name)
	if err != nil {
		return "", custody.Official{}, err
	}
	official, inOffice := d.official(name)
	right, err := d.matches(ctx, hash, password)
	if err != nil {
		return "", custody.Official{}, err
	}
	if !right || !inOffice {
		return "", custody.Official{}, &custody.Refusal{Code: "sign-in-refused", Reason: custody.Forbidden}
	}
	attempt.forgive(now)
	token, err = d.begin(ctx, official.Name)
	return token, official, err
}

// begin begins a session for an official whose identity has been proved, by whatever means.
func (d *Desk) begin(ctx context.Context, official string) (string, error) {
	secret := make([]byte, tokenSize)
	if _, err := io.ReadFull(d.config.Random, secret); err != nil {
		return "", fmt.Errorf("begin a session for %s: %w", official, err)
	}
	token := base64.RawURLEncoding.EncodeToString(secret)
	now := d.config.Clock()
	id := sha256.Sum256([]byte(token))
	if err := d.store(ctx, id, &session{official: official, started: now, seen: now}); err != nil {
		return "", fmt.Errorf("begin a session for %s: %w", official, err)
	}
	d.mu.Lock()
	d.sessions[id] = &session{official: official, started: now, seen: now, kept: now}
	ended := d.sweep(official, id, now)
	d.mu.Unlock()
	for _, other := range ended {
		if err := d.erase(ctx, other); err != nil {
			return "", err
		}
	}
	return token, nil
}

// sweep forgets the sessions that are over, and the one of the official that was used
// longest ago when there are too many. The caller holds the lock, and then erases them.
func (d *Desk) sweep(official string, but [sha256.Size]byte, now time.Time) (ended [][sha256.Size]byte) {
	var oldest [sha256.Size]byte
	n := 0
	for id, s := range d.sessions {
		switch {
		case d.over(s, now):
			ended = append(ended, id)
			delete(d.sessions, id)
		case s.official == official:
			n++
			if id != but && (oldest == [sha256.Size]byte{} || s.seen.Before(d.sessions[oldest].seen)) {
				oldest = id
			}
		}
	}
	if n > sessionsPerOfficial {
		ended = append(ended, oldest)
		delete(d.sessions, oldest)
	}
	return ended
}

// Who returns the official whose session the token is, as appointed in the committed state
// at this moment. The refusal "signed-out" says that there is no such session any more, or
// that the official is no longer in office. It asks the database nothing.
func (d *Desk) Who(ctx context.Context, token string) (custody.Official, error) {
	if token == "" || len(token) > 2*tokenSize {
		return custody.Official{}, signedOut()
	}
	id, now := sha256.Sum256([]byte(token)), d.config.Clock()
	d.mu.Lock()
	s := d.sessions[id]
	if s == nil {
		d.mu.Unlock()
		return custody.Official{}, signedOut()
	}
	name, over := s.official, d.over(s, now)
	keep := false
	if over {
		delete(d.sessions, id)
	} else {
		// The clock may have been set back: a session is never younger than it was.
		if now.After(s.seen) {
			s.seen = now
		}
		if keep = s.seen.Sub(s.kept) >= d.config.Idle/10; keep {
			s.kept = s.seen
		}
	}
	d.mu.Unlock()

	official, inOffice := custody.Official{}, false
	if !over {
		official, inOffice = d.official(name)
	}
	switch {
	case over || !inOffice:
		if err := d.end(ctx, id); err != nil {
			d.config.Log.Error("a session that is over could not be erased", "official", name, "error", err)
		}
		return custody.Official{}, signedOut()
	case keep:
		// Kept now and then, for after a restart only: a failure costs a sign-in then, no request now.
		if err := d.touch(ctx, id, now); err != nil {
			d.config.Log.Error("the last use of a session could not be kept", "official", name, "error", err)
		}
	}
	return official, nil
}

// over reports whether a session has been idle for too long or has lived its life.
func (d *Desk) over(s *session, now time.Time) bool {
	return now.Sub(s.seen) > d.config.Idle || now.Sub(s.started) > d.config.Life
}

// official returns an official in office, from the committed state.
func (d *Desk) official(name string) (official custody.Official, inOffice bool) {
	d.book.Read(func(s *custody.State) {
		if o := s.Officials.Get(name); o != nil && o.Dismissed.IsZero() {
			official, inOffice = *o, true
		}
	})
	return official, inOffice
}

// SignOut ends the session of a token; ending one that is over already is no error.
func (d *Desk) SignOut(ctx context.Context, token string) error {
	return d.end(ctx, sha256.Sum256([]byte(token)))
}

func (d *Desk) end(ctx context.Context, id [sha256.Size]byte) error {
	d.mu.Lock()
	delete(d.sessions, id)
	d.mu.Unlock()
	return d.erase(ctx, id)
}

// EndAll ends every session of an official.
func (d *Desk) EndAll(ctx context.Context, name string) error {
	d.mu.Lock()
	for id, s := range d.sessions {
		if s.official == name {
			delete(d.sessions, id)
		}
	}
	d.mu.Unlock()
	return d.eraseAll(ctx, name)
}

func signedOut() error { return &custody.Refusal{Code: "signed-out", Reason: custody.Forbidden} }

func hexOf(id [sha256.Size]byte) string { return hex.EncodeToString(id[:]) }
