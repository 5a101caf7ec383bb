package access

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Source is where a request comes from.
type Source struct {
	Address string // of the network, for the rate limits and the list of sessions
	Agent   string // what the browser or program says it is
}

// Methods by which a session began.
const (
	byPassword = "password"      // and nothing else
	byCode     = "password-code" // a password and a code
	byPasskey  = "passkey"
	byProvider = "provider"
	byLink     = "link" // a one-time link
)

// session is one signed-in browser or program. The token itself is never kept.
type session struct {
	official      string
	started, seen time.Time
	handed        time.Time // when its official last proved who they are
	kept          time.Time // seen as it stands in storage
	locked        bool      // by its official, or because another browser came with its token
	method        string
	source        Source
}

// Session is a session as its official, or whoever keeps sessions, sees it.
type Session struct {
	ID       string    `json:"id"` // names it, and lets nobody in
	Official string    `json:"official"`
	Started  time.Time `json:"started"`
	Seen     time.Time `json:"seen"`
	Handed   time.Time `json:"handed"` // when its official last proved who they are
	Locked   bool      `json:"locked"`
	Method   string    `json:"method"`
	Address  string    `json:"address"`
	Agent    string    `json:"agent"`
	Current  bool      `json:"current"` // the one that asks
}

// Signed is who speaks in a session.
type Signed struct {
	Official custody.Official
	Session  string    // its ID
	Hand     time.Time // when they last proved who they are
	Locked   bool
	// Incomplete says that the service demands more than they have shown: until they have set
	// up a second factor or a passkey, the session is good for nothing else.
	Incomplete bool
}

// begin begins a session for an official whose identity has been proved.
func (d *Desk) begin(ctx context.Context, official, method string, from Source) (string, error) {
	token, id, err := d.newToken()
	if err != nil {
		return "", fmt.Errorf("begin a session for %s: %w", official, err)
	}
	now := d.config.Clock()
	from.Agent, from.Address = cut(from.Agent, 300), cut(from.Address, 100)
	s := session{official: official, started: now, seen: now, handed: now, kept: now, method: method, source: from}
	if err := d.store(ctx, id, &s); err != nil {
		return "", fmt.Errorf("begin a session for %s: %w", official, err)
	}
	d.mu.Lock()
	d.sessions[id] = &s
	ended := d.sweep(official, id, now)
	d.mu.Unlock()
	for _, other := range ended {
		if err := d.erase(ctx, other); err != nil {
			return "", err
		}
	}
	return token, nil
}

func (d *Desk) newToken() (token string, id [sha256.Size]byte, err error) {
	secret := make([]byte, tokenSize)
	if _, err := io.ReadFull(d.config.Random, secret); err != nil {
		return "", id, err
	}
	token = base64.RawURLEncoding.EncodeToString(secret)
	return token, sha256.Sum256([]byte(token)), nil
}

// cut keeps the beginning of a text of no known length, in whole characters that print.
func cut(text string, longest int) string {
	kept := []rune{}
	for _, r := range text {
		if len(kept) == longest {
			break
		}
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			r = ' '
		}
		kept = append(kept, r)
	}
	return string(kept)
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
// at this moment. Refusals: "signed-out", there is no such session any more, or the
// official is no longer in office; "session-locked", it was not used for a while and waits
// for its official to prove who they are again (Prove); "second-factor-needed", the service
// demands more than was shown. It asks the database nothing.
func (d *Desk) Who(ctx context.Context, token string) (custody.Official, error) {
	signed, err := d.WhoFrom(ctx, token, "")
	return signed.Official, err
}

// WhoFrom is Who for a request that says what browser or program sends it. A token that
// another agent comes with than the one that signed in locks its session: whoever copied
// the token must know the password too. An empty agent says nothing.
func (d *Desk) WhoFrom(ctx context.Context, token, agent string) (Signed, error) {
	signed, err := d.holder(ctx, token, agent, true)
	switch {
	case err != nil:
		return Signed{}, err
	case signed.Locked:
		return Signed{}, forbidden("session-locked")
	case signed.Incomplete:
		return Signed{}, forbidden("second-factor-needed")
	}
	return signed, nil
}

// Holder returns whose session a token is, also when it is locked or incomplete, for the
// few acts that unlock or complete it. It does not count as use of the session.
func (d *Desk) Holder(ctx context.Context, token string) (Signed, error) {
	return d.holder(ctx, token, "", false)
}

// unlocked is Holder for a session that its official may complete: whoever finds it locked
// must not unlock it by adding a way in of their own.
func (d *Desk) unlocked(ctx context.Context, token string) (Signed, error) {
	holder, err := d.Holder(ctx, token)
	if err == nil && holder.Locked {
		return Signed{}, forbidden("session-locked")
	}
	return holder, err
}

func (d *Desk) holder(ctx context.Context, token, agent string, use bool) (Signed, error) {
	if token == "" || len(token) > 2*tokenSize {
		return Signed{}, forbidden("signed-out")
	}
	id, now := sha256.Sum256([]byte(token)), d.config.Clock()
	d.mu.Lock()
	s := d.sessions[id]
	if s == nil {
		d.mu.Unlock()
		return Signed{}, forbidden("signed-out")
	}
	over, keep, moved := d.over(s, now), false, false
	switch {
	case over:
		delete(d.sessions, id)
	case agent != "" && s.source.Agent != "" && cut(agent, 300) != s.source.Agent && !s.locked:
		s.locked, moved = true, true
	case use && !d.isLocked(s, now):
		// The clock may have been set back: a session is never younger than it was.
		if now.After(s.seen) {
			s.seen = now
		}
		if keep = s.seen.Sub(s.kept) >= d.config.Idle/10; keep {
			s.kept = s.seen
		}
	}
	copied := *s
	d.mu.Unlock()

	official, inOffice := custody.Official{}, false
	if !over {
		official, inOffice = d.official(copied.official)
	}
	switch {
	case over || !inOffice:
		if err := d.end(ctx, id); err != nil {
			d.config.Log.Error("a session that is over could not be erased", "official", copied.official, "error", err)
		}
		return Signed{}, forbidden("signed-out")
	case moved:
		d.config.Log.Warn("a session came from another browser than the one that signed in, and was locked", "official", copied.official, "session", publicID(id))
		if err := d.keep(ctx, id, &copied); err != nil {
			return Signed{}, err
		}
	case keep:
		// Kept now and then, for after a restart only: a failure costs a sign-in then, no request now.
		if err := d.keep(ctx, id, &copied); err != nil {
			d.config.Log.Error("the last use of a session could not be kept", "official", copied.official, "error", err)
		}
	}
	return Signed{Official: official, Session: publicID(id), Hand: copied.handed, Locked: d.isLocked(&copied, now), Incomplete: d.incomplete(&copied)}, nil
}

// over reports whether a session has lived its life.
func (d *Desk) over(s *session, now time.Time) bool { return now.Sub(s.started) > d.config.Life }

// isLocked reports whether a session waits for its official to prove who they are again.
func (d *Desk) isLocked(s *session, now time.Time) bool {
	return s.locked || now.Sub(s.seen) > d.config.Idle
}

// incomplete reports whether a session began with less than the service demands.
func (d *Desk) incomplete(s *session) bool { return !d.enough(s.method) }

func (d *Desk) enough(method string) bool {
	switch d.config.Demand {
	case SecondFactor:
		return method == byCode || method == byPasskey || method == byProvider
	case PasskeyAlone:
		return method == byPasskey
	case ProviderOnly:
		return method == byProvider
	}
	return true
}

// proved notes in a session that its official has just proved who they are again, unlocks
// it, and gives it a new token: the old one is worth nothing from now on.
func (d *Desk) proved(ctx context.Context, token, method string, from Source) (string, error) {
	fresh, next, err := d.newToken()
	if err != nil {
		return "", fmt.Errorf("renew a session: %w", err)
	}
	now, id := d.config.Clock(), sha256.Sum256([]byte(token))
	d.mu.Lock()
	s := d.sessions[id]
	if s == nil {
		d.mu.Unlock()
		return "", forbidden("signed-out")
	}
	renewed := *s
	renewed.seen, renewed.handed, renewed.kept, renewed.locked = now, now, now, false
	if from.Agent != "" {
		renewed.source = Source{cut(from.Address, 100), cut(from.Agent, 300)}
	}
	if d.enough(method) || !d.enough(s.method) {
		renewed.method = method
	}
	delete(d.sessions, id)
	d.sessions[next] = &renewed
	d.mu.Unlock()
	if err := d.replace(ctx, id, next, &renewed); err != nil {
		return "", err
	}
	return fresh, nil
}

// Lock locks the session of a token until its official proves again who they are.
func (d *Desk) Lock(ctx context.Context, token string) error {
	id := sha256.Sum256([]byte(token))
	d.mu.Lock()
	s := d.sessions[id]
	if s == nil {
		d.mu.Unlock()
		return forbidden("signed-out")
	}
	s.locked = true
	copied := *s
	d.mu.Unlock()
	return d.keep(ctx, id, &copied)
}

// Sessions lists the sessions of an official, newest first, or with no name those of
// everybody whose sessions the asker may keep. Refusals: "not-permitted" to see those of
// others.
func (d *Desk) Sessions(asker, official, current string) ([]Session, error) {
	allowed := map[string]bool{asker: true}
	may := func(name string) bool {
		if _, known := allowed[name]; !known {
			allowed[name] = d.mayKeep(asker, name) == nil
		}
		return allowed[name]
	}
	if official != "" && !may(official) {
		return nil, d.mayKeep(asker, official)
	}
	now, list := d.config.Clock(), []Session{}
	d.mu.Lock()
	found := make(map[[sha256.Size]byte]session, len(d.sessions))
	for id, s := range d.sessions {
		if !d.over(s, now) && (official == "" || s.official == official) {
			found[id] = *s
		}
	}
	d.mu.Unlock()
	for id, s := range found {
		if may(s.official) {
			list = append(list, Session{ID: publicID(id), Official: s.official, Started: s.started, Seen: s.seen, Handed: s.handed,
				Locked: d.isLocked(&s, now), Method: s.method, Address: sourceOf(s.source.Address), Agent: s.source.Agent, Current: publicID(id) == current})
		}
	}
	slices.SortFunc(list, func(a, b Session) int {
		if c := b.Started.Compare(a.Started); c != 0 {
			return c
		}
		return compare(a.ID, b.ID)
	})
	return list, nil
}

// mayKeep refuses to see or end the sessions of others to whoever may not.
func (d *Desk) mayKeep(asker, official string) (err error) {
	d.book.Read(func(s *custody.State) { err = s.May(asker, custody.KeepSessions, s.ServedBy(official)...) })
	return err
}

// EndSession ends a session by its ID: one's own, or, to those who keep sessions, that of
// another, which is recorded. Refusals: "unknown-session", "not-permitted",
// "hand-not-fresh"; "monitor-two-keys" for a monitor's.
func (d *Desk) EndSession(ctx context.Context, c book.Command, id string) error {
	var key [sha256.Size]byte
	var found session
	d.mu.Lock()
	for k, s := range d.sessions {
		if publicID(k) == id {
			key, found = k, *s
		}
	}
	d.mu.Unlock()
	if found.official == "" || found.official != c.By && d.mayKeep(c.By, found.official) != nil {
		return custody.Unknown("session", cut(id, 40))
	}
	if found.official != c.By {
		if err := d.notMonitors(found.official); err != nil {
			return err // whoever could end them again and again would shut the monitor out
		}
		if err := d.recordAbout(ctx, c, custody.SessionsEnded, found.official, id, false); err != nil {
			return err
		}
	}
	return d.end(ctx, key)
}

// recordAbout records what was done about the way in of another official: by whoever keeps
// the sessions of where they serve, or by who turned a key for it already.
func (d *Desk) recordAbout(ctx context.Context, c book.Command, kind custody.Kind, official, note string, keyTurned bool) error {
	_, err := d.book.One(ctx, c, custody.KeepSessions, func(tx *book.Tx) (custody.Entry, error) {
		places := tx.State().ServedBy(official)
		if keyTurned {
			places = nil
		}
		if err := tx.Permit(places...); err != nil {
			return custody.Entry{}, err
		}
		return custody.Entry{Kind: kind, Note: note, Detail: &custody.OfficialName{Name: official}}, nil
	})
	return err
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
func (d *Desk) EndAll(ctx context.Context, name string) error { return d.endAllBut(ctx, name, "") }

// endAllBut ends every session of an official but the one of a token.
func (d *Desk) endAllBut(ctx context.Context, name, token string) error {
	but := sha256.Sum256([]byte(token))
	d.mu.Lock()
	for id, s := range d.sessions {
		if s.official == name && id != but {
			delete(d.sessions, id)
		}
	}
	d.mu.Unlock()
	return d.eraseAll(ctx, name, but)
}

func hexOf(id [sha256.Size]byte) string { return hex.EncodeToString(id[:]) }

// publicID names a session to people. What is stored is hashed once more, so that the name
// is of no use even beside the database.
func publicID(id [sha256.Size]byte) string {
	again := sha256.Sum256(id[:])
	return hex.EncodeToString(again[:8])
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
