package access

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Provider says where the service's own OpenID provider is, and how this program is
// registered there.
type Provider struct {
	Issuer       string // its address, as it names itself
	ClientID     string
	ClientSecret string       // empty: a public client, which PKCE protects alone
	RedirectURL  string       // of this program: URL/sign-in/provider/return
	HTTP         *http.Client // nil: one with a time limit
}

// provider is a provider at work. It is found out about when it is first needed, so that
// the program starts while the provider is down.
type provider struct {
	Provider
	mu       sync.Mutex
	found    *oidc.Provider
	verifier *oidc.IDTokenVerifier
}

const (
	providerTime  = 15 * time.Second // for one answer
	freshAuthTime = 2 * time.Minute  // how old a fresh sign-in at the provider may be
)

func newProvider(p *Provider) (*provider, error) {
	if p == nil {
		return nil, nil
	}
	u, err := url.Parse(p.Issuer)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u.Hostname())) {
		return nil, fmt.Errorf("the OpenID provider %q: its address must be https", p.Issuer)
	}
	if p.ClientID == "" || p.RedirectURL == "" {
		return nil, fmt.Errorf("the OpenID provider %s: the client id or the address to return to is missing", p.Issuer)
	}
	own := &provider{Provider: *p}
	if own.HTTP == nil {
		own.HTTP = &http.Client{Timeout: providerTime}
	}
	return own, nil
}

func isLoopback(host string) bool {
	return host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1"
}

// begunProvider is a sign-in that is under way at the provider.
type begunProvider struct {
	nonce, verifier, next string
	token                 string // of the session that is proved anew; empty: a new one
}

// discover finds out the provider's keys and addresses, once.
func (p *provider) discover(ctx context.Context, now func() time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return nil
	}
	// The keys are fetched again later, when this request is long over.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.HTTP), p.Issuer)
	if err != nil {
		return fmt.Errorf("ask the OpenID provider %s what it is: %w", p.Issuer, err)
	}
	p.found, p.verifier = found, found.Verifier(&oidc.Config{ClientID: p.ClientID, Now: now})
	return nil
}

func (p *provider) oauth() oauth2.Config {
	return oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: p.found.Endpoint(), RedirectURL: p.RedirectURL, Scopes: []string{oidc.ScopeOpenID}}
}

// HasProvider reports whether the service has a provider of its own.
func (d *Desk) HasProvider() bool { return d.provider != nil }

// AskProvider begins a sign-in at the service's own provider, or, with the token of a
// session, a fresh proof. It returns the address to send the browser to, and a state that
// the same browser must bring back, in a cookie. next is where to go on afterwards.
// Refusals: "provider-unavailable".
func (d *Desk) AskProvider(ctx context.Context, token, next string) (address, state string, err error) {
	if d.provider == nil {
		return "", "", forbidden("provider-unavailable")
	}
	if err := d.provider.discover(ctx, d.config.Clock); err != nil {
		d.config.Log.Error("the OpenID provider does not answer", "error", err)
		return "", "", forbidden("provider-unavailable")
	}
	var secrets [2]string
	for i := range secrets {
		b := make([]byte, tokenSize)
		if _, err := io.ReadFull(d.config.Random, b); err != nil {
			return "", "", fmt.Errorf("ask the OpenID provider: %w", err)
		}
		secrets[i] = base64.RawURLEncoding.EncodeToString(b)
	}
	begun := begunProvider{nonce: secrets[1], verifier: oauth2.GenerateVerifier(), next: next, token: token}
	options := []oauth2.AuthCodeOption{oidc.Nonce(begun.nonce), oauth2.S256ChallengeOption(begun.verifier)}
	if token != "" {
		options = append(options, oauth2.SetAuthURLParam("max_age", "0"), oauth2.SetAuthURLParam("prompt", "login"))
	}
	d.ceremonies.put(d.config.Clock(), "provider "+secrets[0], ceremony{provider: &begun})
	config := d.provider.oauth()
	return config.AuthCodeURL(secrets[0], options...), secrets[0], nil
}

// ReturnFromProvider finishes what AskProvider began, when the browser comes back with a
// code: it fetches the identity token, checks it (issuer, audience, expiry, nonce), and
// begins a session for the official to whom the token's subject is linked. kept is the state
// in the browser's cookie, which must be the one that comes back. The refusal
// "sign-in-refused" does not say what was wrong; the log does.
func (d *Desk) ReturnFromProvider(ctx context.Context, kept, state, code string, from Source) (token, next string, err error) {
	now := d.config.Clock()
	attempt, err := d.limits.attempt("", from.Address, now)
	if err != nil {
		return "", "", err
	}
	refuse := func(why string, cause error) (string, string, error) {
		d.config.Log.Info("a sign-in by the OpenID provider was refused", "why", why, "error", cause)
		return "", "", forbidden("sign-in-refused")
	}
	if d.provider == nil || state == "" || subtle.ConstantTimeCompare([]byte(kept), []byte(state)) != 1 {
		return refuse("the state is not this browser's", nil)
	}
	waiting, ok := d.ceremonies.take(now, "provider "+state)
	if !ok || waiting.provider == nil {
		return refuse("nothing was begun under this state", nil)
	}
	begun := waiting.provider
	config := d.provider.oauth()
	ctx = oidc.ClientContext(ctx, d.provider.HTTP)
	answer, err := config.Exchange(ctx, code, oauth2.VerifierOption(begun.verifier))
	if err != nil {
		return refuse("the code was not taken", err)
	}
	raw, _ := answer.Extra("id_token").(string)
	identity, err := d.provider.verifier.Verify(ctx, raw)
	if err != nil {
		return refuse("the identity token is not good", err)
	}
	if subtle.ConstantTimeCompare([]byte(identity.Nonce), []byte(begun.nonce)) != 1 {
		return refuse("the nonce is another's", nil)
	}
	official, err := d.subjectOf(ctx, identity.Issuer, identity.Subject)
	if err != nil {
		return "", "", err
	}
	if official == "" {
		return refuse("nobody is linked to subject "+cut(identity.Subject, 80), nil)
	}
	if begun.token == "" {
		attempt.forgive(now)
		token, err = d.begin(ctx, official, byProvider, from)
		return token, begun.next, err
	}
	var claims struct {
		AuthTime int64 `json:"auth_time"`
	}
	if err := identity.Claims(&claims); err != nil || now.Sub(time.Unix(claims.AuthTime, 0)) > freshAuthTime {
		return refuse("the provider did not ask anew", err)
	}
	holder, err := d.Holder(ctx, begun.token)
	if err != nil {
		return "", "", err
	}
	if holder.Official.Name != official {
		return refuse("somebody else came back", nil)
	}
	attempt.forgive(now)
	token, err = d.proved(ctx, begun.token, byProvider, from)
	return token, begun.next, err
}

// subjectOf is the official in office to whom a subject of a provider is linked, or "".
func (d *Desk) subjectOf(ctx context.Context, issuer, subject string) (official string, err error) {
	err = d.book.Beside().QueryRowContext(ctx, "SELECT official FROM subject WHERE issuer = $1 AND subject = $2", issuer, subject).Scan(&official)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look for an official by subject: %w", err)
	}
	if _, inOffice := d.official(official); !inOffice {
		return "", nil
	}
	return official, nil
}

// LinkSubject links a subject of the service's provider to an official, so that they can
// sign in there; a subject is linked to one official. Officials link their own; whoever
// keeps sessions links that of an official who has no way in yet, which is recorded, and
// nobody alone another, or they could act in that official's name. Refusals:
// "not-permitted", "unknown-official", "provider-unavailable", "subject-taken",
// "way-in-set-already".
func (d *Desk) LinkSubject(ctx context.Context, c book.Command, official, subject string) error {
	if d.provider == nil {
		return forbidden("provider-unavailable")
	}
	if subject = strings.TrimSpace(subject); subject == "" || len(subject) > 255 {
		return custody.InvalidInput("field-missing", "field", "subject")
	}
	if _, inOffice := d.official(official); !inOffice {
		return custody.Unknown("official", official)
	}
	if c.By != official {
		if err := d.notMonitor(official, c); err != nil {
			return err
		}
	}
	if other, err := d.subjectOf(ctx, d.provider.Issuer, subject); err != nil || other != "" && other != official {
		return errors.Join(err, forbidden("subject-taken"))
	}
	if c.By != official {
		if err := d.mayKeep(c.By, official); err != nil {
			return err
		}
		if d.HasWayIn(ctx, official) {
			return forbidden("way-in-set-already", "official", official)
		}
		if err := d.recordAbout(ctx, c, custody.RecoveryGiven, official, "provider", false); err != nil {
			return err
		}
	}
	_, err := d.book.Beside().ExecContext(ctx, `INSERT INTO subject (issuer, subject, official, added) VALUES ($1, $2, $3, $4)
		ON CONFLICT (issuer, subject) DO UPDATE SET official = excluded.official, added = excluded.added`, d.provider.Issuer, subject, official, d.config.Clock().UnixMicro())
	if err != nil {
		return fmt.Errorf("link a subject to %s: %w", official, err)
	}
	return nil
}

// accounts lists the accounts of an official at providers, oldest first.
func (d *Desk) accounts(ctx context.Context, official string) (list []Account, err error) {
	rows, err := d.book.Beside().QueryContext(ctx, "SELECT subject, added FROM subject WHERE official = $1 ORDER BY added, subject", official)
	if err != nil {
		return nil, fmt.Errorf("list the accounts of %s: %w", official, err)
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	list = []Account{}
	for rows.Next() {
		var a Account
		var added int64
		if err := rows.Scan(&a.Subject, &added); err != nil {
			return nil, fmt.Errorf("list the accounts of %s: %w", official, err)
		}
		a.Added = time.UnixMicro(added).UTC()
		list = append(list, a)
	}
	return list, nil
}
