package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// One official may take a way in from another: that shuts out a thief at once, and lets nobody in. To give one to somebody who
// has had one takes two (GiveRecovery): otherwise whoever keeps the officials could come in as any of them.

// Ways are the ways in of an official, as whoever keeps sessions sees them.
type Ways struct {
	Password bool      `json:"password"`
	Codes    time.Time `json:"codes,omitzero"` // since when codes of an authenticator app are asked for; zero: they are not
	Passkeys []Passkey `json:"passkeys"`
	Accounts []Account `json:"accounts"`      // at the service's own provider
	Link     time.Time `json:"link,omitzero"` // until when a one-time link waits to be opened; zero: none does
	Begun    bool      `json:"begun"`         // there is, or was once, a way in: nobody alone gives another
}

// Account is an official's account at the service's own provider.
type Account struct {
	Subject string    `json:"subject"`
	Added   time.Time `json:"added"`
}

// Any reports whether the official can come in at all.
func (w Ways) Any() bool { return w.Password || len(w.Passkeys)+len(w.Accounts) > 0 }

// Ways returns the ways in of an official. Refusal: "not-permitted", to whoever neither is that official nor keeps their sessions.
func (d *Desk) Ways(ctx context.Context, asker, official string) (Ways, error) {
	if asker != official {
		if err := d.mayKeep(asker, official); err != nil {
			return Ways{}, err
		}
	}
	return d.ways(ctx, official)
}

func (d *Desk) ways(ctx context.Context, official string) (w Ways, err error) {
	hash, err := d.credential(ctx, official)
	if err != nil {
		return w, err
	}
	w.Password, w.Begun = hash != "" && hash != revoked, hash != ""
	factor, has, err := d.secondFactor(ctx, official)
	if err != nil {
		return w, err
	}
	if has {
		w.Codes = factor.confirmed.UTC()
	}
	if w.Passkeys, err = d.Passkeys(ctx, official); err != nil {
		return w, err
	}
	if w.Accounts, err = d.accounts(ctx, official); err != nil {
		return w, err
	}
	w.Begun = w.Begun || w.Any()
	w.Link, err = d.linkUntil(ctx, official)
	return w, err
}

// Entrance is what there is of an official's ways in, for a list of many.
type Entrance struct {
	Password, Codes, Account bool
	Passkeys                 int
}

// Entrances are the ways in of all officials by name, for those who keep sessions; whose they may see is the caller's to check.
func (d *Desk) Entrances(ctx context.Context) (map[string]Entrance, error) {
	all := map[string]Entrance{}
	for _, one := range []struct {
		query string
		note  func(*Entrance)
	}{
		{"SELECT official FROM credential WHERE hash <> '" + revoked + "'", func(e *Entrance) { e.Password = true }},
		{"SELECT official FROM second_factor", func(e *Entrance) { e.Codes = true }},
		{"SELECT official FROM subject", func(e *Entrance) { e.Account = true }},
		{"SELECT official FROM passkey", func(e *Entrance) { e.Passkeys++ }},
	} {
		err := d.eachName(ctx, one.query, func(name string) {
			e := all[name]
			one.note(&e)
			all[name] = e
		})
		if err != nil {
			return nil, fmt.Errorf("list the ways in: %w", err)
		}
	}
	return all, nil
}

// GiveLink makes the one-time link by which an official who was just appointed comes in and chooses a password. It is recorded,
// good for an hour, once; a new one takes the place of the one before. until is when it lapses. Refusals: "not-permitted",
// "hand-not-fresh", "unknown-official"; "way-in-set-already" for somebody who has, or had once, a way in; "monitor-two-keys".
func (d *Desk) GiveLink(ctx context.Context, c book.Command, official string) (secret string, until time.Time, err error) {
	if _, inOffice := d.official(official); !inOffice {
		return "", until, custody.Unknown("official", official)
	}
	if err := d.notMonitors(official); err != nil {
		return "", until, err
	}
	w, err := d.ways(ctx, official)
	if err != nil {
		return "", until, err
	}
	if w.Begun {
		return "", until, forbidden("way-in-set-already", "official", official)
	}
	if err := d.recordAbout(ctx, c, custody.LinkGiven, official, "", false); err != nil {
		return "", until, err
	}
	if _, err := d.book.Beside().ExecContext(ctx, "DELETE FROM one_time_link WHERE official = $1 AND purpose = $2", official, toEnter); err != nil {
		return "", until, fmt.Errorf("make a one-time link: %w", err)
	}
	secret, err = d.makeLink(ctx, official, toEnter, c.By)
	return secret, d.config.Clock().Add(linkLife), err
}

// EnterByLink gives the official of a one-time link the password that they chose, and begins their session. Refusals:
// "link-refused", those of CheckPassword, "too-many-attempts".
func (d *Desk) EnterByLink(ctx context.Context, secret, password string, from Source) (token string, _ custody.Official, _ error) {
	now, nobody := d.config.Clock(), custody.Official{}
	attempt, err := d.limits.attempt("", from.Address, now)
	if err != nil {
		return "", nobody, err
	}
	name, err := d.linkOwner(ctx, secret, toEnter)
	if err != nil {
		return "", nobody, err
	}
	official, inOffice := d.official(name)
	w, err := d.ways(ctx, name)
	if err != nil {
		return "", nobody, err
	}
	if !inOffice || w.Begun { // a way in came about since the link was made
		return "", nobody, forbidden("link-refused")
	}
	attempt.forgive(now)
	if err := CheckPassword(name, password); err != nil {
		return "", nobody, err
	}
	if err := d.useLinks(ctx, secret); err != nil {
		return "", nobody, err
	}
	if err := d.SetFirstPassword(ctx, name, password); err != nil {
		return "", nobody, err
	}
	token, err = d.begin(ctx, name, byLink, from)
	return token, official, err
}

// Way is a sort of way in that can be taken from an official.
type Way string

// The ways that one official may take from another. With the codes goes the password that they stood beside: what is left must
// not be easier to come in by than before.
const (
	WayCodes   Way = "codes"
	WayPasskey Way = "passkey"
	WayAccount Way = "account"
)

// Revoke takes a way in from an official: the passkey or the account of that id, or the codes with the password. It is recorded,
// and ends their sessions. Refusals: "not-permitted", "hand-not-fresh", "unknown-official", "unknown-way-in";
// "monitor-two-keys" for a monitor, who gets a new way in by RecoverMonitor.
func (d *Desk) Revoke(ctx context.Context, c book.Command, official string, way Way, id string) error {
	var known bool
	d.book.Read(func(s *custody.State) { known = s.Officials.Get(official) != nil })
	if !known {
		return custody.Unknown("official", official)
	}
	if err := d.mayKeep(c.By, official); err != nil {
		return err
	}
	if err := d.notMonitors(official); err != nil {
		return err
	}
	w, err := d.ways(ctx, official)
	if err != nil {
		return err
	}
	note, has := string(way), false
	var statements []string
	args := []any{official}
	switch way {
	case WayCodes:
		has = !w.Codes.IsZero()
		statements = []string{"DELETE FROM second_factor WHERE official = $1", "UPDATE credential SET hash = '" + revoked + "' WHERE official = $1"}
	case WayPasskey:
		for _, p := range w.Passkeys {
			if p.ID == id {
				has, note = true, cut(note+": "+p.Name, 100)
			}
		}
		statements, args = []string{"DELETE FROM passkey WHERE official = $1 AND id = $2"}, []any{official, id}
	case WayAccount:
		for _, a := range w.Accounts {
			has = has || a.Subject == id
		}
		statements, args = []string{"DELETE FROM subject WHERE official = $1 AND subject = $2"}, []any{official, id}
	}
	if !has {
		return custody.Unknown("way-in", cut(string(way)+" "+id, 60))
	}
	if err := d.recordAbout(ctx, c, custody.WayInRevoked, official, note, false); err != nil {
		return err
	}
	for _, statement := range statements {
		if _, err := d.book.Beside().ExecContext(ctx, statement, args...); err != nil {
			return fmt.Errorf("take a way in from %s: %w", official, err)
		}
	}
	return d.EndAll(ctx, official)
}

// notMonitors refuses to touch a monitor's ways in: those are beyond any one official, also after a recovery was confirmed.
func (d *Desk) notMonitors(official string) (err error) {
	d.book.Read(func(s *custody.State) {
		if s.IsMonitor(official) {
			err = forbidden("monitor-two-keys", "official", official)
		}
	})
	return err
}

// Address is where people find a page of the service.
func (d *Desk) Address(path string) string { return d.config.URL + path }

func (d *Desk) eachName(ctx context.Context, query string, note func(string)) (err error) {
	rows, err := d.book.Beside().QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		note(name)
	}
	return nil
}
