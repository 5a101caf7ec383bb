package access

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"habeas.example/habeas/internal/custody"
)

// Bounds of passkeys.
const (
	maxPasskeys      = 20 // of one official
	maxPasskeyAnswer = 64 << 10
)

// passkeys is WebAuthn as this service speaks it: bound to its host name, and only with
// authenticators that check their holder, so that a passkey is two factors in one.
type passkeys struct{ *webauthn.WebAuthn }

func newPasskeys(address string) (*passkeys, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("the address of the service, %q, is no http or https address", address)
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Habeas", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired,
			UserVerification: protocol.VerificationRequired},
		AttestationPreference: protocol.PreferNoAttestation,
	})
	if err != nil {
		if !strings.ContainsAny(u.Hostname(), "abcdefghijklmnopqrstuvwxyz") {
			return nil, nil // an address in digits: browsers make no passkeys for it
		}
		return nil, fmt.Errorf("passkeys for %s: %w", address, err)
	}
	return &passkeys{w}, nil
}

// PasskeysAt reports whether passkeys work for who finds the service at an address such as
// localhost:8080: they are bound to the host's name.
func (d *Desk) PasskeysAt(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	return d.passkeys != nil && strings.EqualFold(name, d.passkeys.Config.RPID)
}

// Passkey is a passkey of an official, as they see it.
type Passkey struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"` // as they called it
	Added time.Time `json:"added"`
	Used  time.Time `json:"used,omitzero"`
}

// Challenge is what a browser's authenticator is asked, and the name under which the answer
// comes back.
type Challenge struct {
	Ceremony string `json:"ceremony"`
	Options  any    `json:"options" doc:"For navigator.credentials, in the JSON form of WebAuthn level 3."`
}

// holderOf is an official as WebAuthn knows them: by a handle that tells nothing.
type holderOf struct {
	official custody.Official
	keys     []webauthn.Credential
}

func (h *holderOf) WebAuthnID() []byte {
	sum := sha256.Sum256([]byte("habeas official " + h.official.Name))
	return sum[:]
}
func (h *holderOf) WebAuthnName() string                       { return h.official.Name }
func (h *holderOf) WebAuthnDisplayName() string                { return h.official.FullName }
func (h *holderOf) WebAuthnCredentials() []webauthn.Credential { return h.keys }

var errNoPasskeys = forbidden("passkeys-unavailable")

// BeginPasskey begins to add a passkey for the official of a session. Refusals:
// "passkeys-unavailable" at an address in digits, "too-many-passkeys", "session-locked".
func (d *Desk) BeginPasskey(ctx context.Context, token, name string) (Challenge, error) {
	holder, err := d.unlocked(ctx, token)
	switch {
	case err != nil:
		return Challenge{}, err
	case d.passkeys == nil:
		return Challenge{}, errNoPasskeys
	case len([]rune(name)) > 60:
		return Challenge{}, custody.InvalidInput("text-too-long", "field", "name", "max", "60")
	}
	user := holderOf{official: holder.Official}
	if user.keys, err = d.passkeysOf(ctx, user.official.Name); err != nil {
		return Challenge{}, err
	}
	if len(user.keys) >= maxPasskeys {
		return Challenge{}, forbidden("too-many-passkeys", "max", fmt.Sprint(maxPasskeys))
	}
	options, begun, err := d.passkeys.BeginRegistration(&user, webauthn.WithExclusions(webauthn.Credentials(user.keys).CredentialDescriptors()))
	if err != nil {
		return Challenge{}, fmt.Errorf("begin a passkey of %s: %w", user.official.Name, err)
	}
	return d.challenge(ceremony{official: user.official.Name, passkey: begun, name: cut(strings.TrimSpace(name), 60)}, options.Response)
}

func (d *Desk) challenge(begun ceremony, options any) (Challenge, error) {
	name := make([]byte, 16)
	if _, err := io.ReadFull(d.config.Random, name); err != nil {
		return Challenge{}, fmt.Errorf("begin a passkey: %w", err)
	}
	key := base64.RawURLEncoding.EncodeToString(name)
	d.ceremonies.put(d.config.Clock(), key, begun)
	return Challenge{Ceremony: key, Options: options}, nil
}

// FinishPasskey adds the passkey that a browser made, and returns a new token for the
// session, which has now shown it. Refusals: "enrolment-lapsed", "passkey-refused",
// "session-locked".
func (d *Desk) FinishPasskey(ctx context.Context, token, ceremonyName string, answer []byte, from Source) (string, error) {
	holder, err := d.unlocked(ctx, token)
	if err != nil {
		return "", err
	}
	begun, ok := d.ceremonies.take(d.config.Clock(), ceremonyName)
	if !ok || begun.passkey == nil || begun.official != holder.Official.Name {
		return "", forbidden("enrolment-lapsed")
	}
	if len(answer) > maxPasskeyAnswer {
		return "", forbidden("passkey-refused")
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return "", forbidden("passkey-refused")
	}
	key, err := d.passkeys.CreateCredential(&holderOf{official: holder.Official}, *begun.passkey, parsed)
	if err != nil {
		d.config.Log.Info("a passkey was refused", "official", holder.Official.Name, "error", err)
		return "", forbidden("passkey-refused")
	}
	body, err := json.Marshal(key)
	if err != nil {
		return "", fmt.Errorf("keep a passkey of %s: %w", holder.Official.Name, err)
	}
	_, err = d.book.Beside().ExecContext(ctx, "INSERT INTO passkey (id, official, name, body, added, used) VALUES ($1, $2, $3, $4, $5, 0)",
		base64.RawURLEncoding.EncodeToString(key.ID), holder.Official.Name, begun.name, string(body), d.config.Clock().UnixMicro())
	if err != nil {
		return "", fmt.Errorf("keep a passkey of %s: %w", holder.Official.Name, err)
	}
	return d.proved(ctx, token, byPasskey, from)
}

// AskPasskey begins a sign-in, or a fresh proof, by whatever passkey of this service the
// browser has: no name is asked.
func (d *Desk) AskPasskey() (Challenge, error) {
	if d.passkeys == nil {
		return Challenge{}, errNoPasskeys
	}
	options, begun, err := d.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Challenge{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	return d.challenge(ceremony{passkey: begun}, options.Response)
}

// EnterByPasskey begins a session for the official whose passkey answered. The refusal
// "sign-in-refused" does not say what was wrong.
func (d *Desk) EnterByPasskey(ctx context.Context, ceremonyName string, answer []byte, from Source) (string, custody.Official, error) {
	official, err := d.checkPasskey(ctx, ceremonyName, answer, from)
	if err != nil {
		return "", custody.Official{}, err
	}
	if !d.taken(byPasskey) {
		return "", custody.Official{}, forbidden("method-not-taken")
	}
	token, err := d.begin(ctx, official.Name, byPasskey, from)
	return token, official, err
}

// ProveByPasskey is Prove with a passkey of the session's own official.
func (d *Desk) ProveByPasskey(ctx context.Context, token, ceremonyName string, answer []byte, from Source) (string, error) {
	holder, err := d.Holder(ctx, token)
	if err != nil {
		return "", err
	}
	official, err := d.checkPasskey(ctx, ceremonyName, answer, from)
	if err != nil {
		return "", err
	}
	if official.Name != holder.Official.Name {
		return "", forbidden("sign-in-refused")
	}
	return d.proved(ctx, token, byPasskey, from)
}

func (d *Desk) checkPasskey(ctx context.Context, ceremonyName string, answer []byte, from Source) (official custody.Official, err error) {
	now := d.config.Clock()
	attempt, err := d.limits.attempt("", from.Address, now)
	if err != nil {
		return official, err
	}
	begun, ok := d.ceremonies.take(now, ceremonyName)
	if !ok || begun.passkey == nil || begun.official != "" || d.passkeys == nil || len(answer) > maxPasskeyAnswer {
		return official, forbidden("sign-in-refused")
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return official, forbidden("sign-in-refused")
	}
	var failed error
	find := func(id, handle []byte) (webauthn.User, error) {
		user, err := d.passkeyHolder(ctx, id)
		if err != nil {
			failed = err
			return nil, err
		}
		if user == nil || !bytes.Equal(user.WebAuthnID(), handle) {
			return nil, errors.New("no such passkey")
		}
		official = user.official
		return user, nil
	}
	key, err := d.passkeys.ValidateDiscoverableLogin(find, *begun.passkey, parsed)
	if failed != nil {
		return official, failed
	}
	if err != nil || key.Authenticator.CloneWarning {
		d.config.Log.Info("a passkey was refused", "official", official.Name, "error", err)
		return custody.Official{}, forbidden("sign-in-refused")
	}
	body, err := json.Marshal(key)
	if err != nil {
		return official, fmt.Errorf("keep the use of a passkey: %w", err)
	}
	if _, err := d.book.Beside().ExecContext(ctx, "UPDATE passkey SET body = $1, used = $2 WHERE id = $3", string(body), now.UnixMicro(),
		base64.RawURLEncoding.EncodeToString(key.ID)); err != nil {
		return official, fmt.Errorf("keep the use of a passkey: %w", err)
	}
	attempt.forgive(now)
	return official, nil
}

// passkeyHolder finds the official in office whose passkey this is; nil: nobody's.
func (d *Desk) passkeyHolder(ctx context.Context, id []byte) (*holderOf, error) {
	var name, body string
	err := d.book.Beside().QueryRowContext(ctx, "SELECT official, body FROM passkey WHERE id = $1", base64.RawURLEncoding.EncodeToString(id)).Scan(&name, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a passkey: %w", err)
	}
	official, inOffice := d.official(name)
	if !inOffice {
		return nil, nil
	}
	user := holderOf{official: official, keys: make([]webauthn.Credential, 1)}
	if err := json.Unmarshal([]byte(body), &user.keys[0]); err != nil {
		return nil, fmt.Errorf("a passkey of %s is malformed: %w", name, err)
	}
	return &user, nil
}

func (d *Desk) passkeysOf(ctx context.Context, official string) (list []webauthn.Credential, err error) {
	rows, err := d.book.Beside().QueryContext(ctx, "SELECT body FROM passkey WHERE official = $1 ORDER BY id", official)
	if err != nil {
		return nil, fmt.Errorf("read the passkeys of %s: %w", official, err)
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	for rows.Next() {
		var body string
		var key webauthn.Credential
		if err := rows.Scan(&body); err != nil {
			return nil, fmt.Errorf("read the passkeys of %s: %w", official, err)
		}
		if err := json.Unmarshal([]byte(body), &key); err != nil {
			return nil, fmt.Errorf("a passkey of %s is malformed: %w", official, err)
		}
		list = append(list, key)
	}
	return list, nil
}

// Passkeys lists the passkeys of an official, oldest first.
func (d *Desk) Passkeys(ctx context.Context, official string) (list []Passkey, err error) {
	rows, err := d.book.Beside().QueryContext(ctx, "SELECT id, name, added, used FROM passkey WHERE official = $1 ORDER BY added, id", official)
	if err != nil {
		return nil, fmt.Errorf("list the passkeys of %s: %w", official, err)
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	list = []Passkey{}
	for rows.Next() {
		var p Passkey
		var added, used int64
		if err := rows.Scan(&p.ID, &p.Name, &added, &used); err != nil {
			return nil, fmt.Errorf("list the passkeys of %s: %w", official, err)
		}
		p.Added = time.UnixMicro(added).UTC()
		if used > 0 {
			p.Used = time.UnixMicro(used).UTC()
		}
		list = append(list, p)
	}
	return list, nil
}
