package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Demand is what a service demands of a sign-in.
type Demand string

// What a service can demand. A passkey that checks its holder, and the service's own
// provider, count as two factors.
const (
	AnyMethod    Demand = "password"      // a password alone is enough for those who have set up no second factor
	SecondFactor Demand = "second-factor" // a password with a code, a passkey, or the provider
	PasskeyAlone Demand = "passkey"
	ProviderOnly Demand = "provider"
)

// Config is what the desk is given from outside.
type Config struct {
	Idle     time.Duration    // a session unused for so long locks; zero: 15 minutes
	Life     time.Duration    // a session ends so long after sign-in; zero: 12 hours
	Demand   Demand           // of a sign-in; empty: AnyMethod
	URL      string           // where people find the service, for passkeys; empty: http://localhost
	Provider *Provider        // the service's own OpenID provider; nil: none
	Clock    func() time.Time // nil: time.Now
	Random   io.Reader        // tokens and salts; must be crypto/rand.Reader outside tests
	Log      *slog.Logger     // nil: slog.Default
}

// Bounds of what one desk keeps in memory and does at once.
const (
	tokenSize           = 32 // random bytes; nobody guesses 256 bits
	hashersAtOnce       = 2  // each takes 19 MiB and tens of milliseconds
	sessionsPerOfficial = 100
)

// Desk is the access desk of one book. Its methods may be called from any goroutine.
type Desk struct {
	book       *book.Book
	config     Config
	hashers    chan struct{}
	limits     limits
	decoy      string // hash of nobody's password, so that an unknown name costs the same work
	passkeys   *passkeys
	provider   *provider
	ceremonies ceremonies
	ownWays    sync.Mutex // held by whoever changes their own ways in

	mu       sync.Mutex
	sessions map[[sha256.Size]byte]*session
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
	if config.Demand == "" {
		config.Demand = AnyMethod
	}
	if config.URL == "" {
		config.URL = "http://localhost"
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
	if d.passkeys, err = newPasskeys(config.URL); err != nil {
		return nil, fmt.Errorf("open the access desk: %w", err)
	}
	if d.provider, err = newProvider(config.Provider); err != nil {
		return nil, fmt.Errorf("open the access desk: %w", err)
	}
	if err := d.dropOutdated(ctx, config.Clock()); err != nil {
		return nil, fmt.Errorf("open the access desk: %w", err)
	}
	if err := d.load(ctx); err != nil {
		return nil, fmt.Errorf("open the access desk: %w", err)
	}
	return d, nil
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

func forbidden(code string, params ...string) *custody.Refusal {
	r := custody.InvalidInput(code, params...)
	r.Reason = custody.Forbidden
	return r
}
