package access

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// One-time links: the way in of the first engineer, and the way back in of whoever has lost
// theirs. What is stored of one is a hash.
const (
	linkLife    = time.Hour
	linkSecret  = 20 // bytes
	toFound     = "found"
	toRecover   = "recover"
	toEnter     = "enter"
	foundedName = "" // a service without officials has nobody to give the link to
)

// FirstLink makes the one-time link with which the first engineer of a new service sets up
// their own way in: there is no default password. It is good for an hour, once, and for as
// long as there is nobody in office; a new one takes the place of the one before. ok is
// false when the service has officials already.
func (d *Desk) FirstLink(ctx context.Context) (secret string, ok bool, err error) {
	if d.founded() {
		return "", false, nil
	}
	if _, err := d.book.Beside().ExecContext(ctx, "DELETE FROM one_time_link WHERE purpose = $1", toFound); err != nil {
		return "", false, fmt.Errorf("make the first link: %w", err)
	}
	secret, err = d.makeLink(ctx, foundedName, toFound, book.ConsoleName)
	return secret, err == nil, err
}

func (d *Desk) founded() (is bool) {
	d.book.Read(func(s *custody.State) { is = s.Officials.Len() > 0 })
	return is
}

func (d *Desk) makeLink(ctx context.Context, official, purpose, by string) (string, error) {
	b := make([]byte, linkSecret)
	if _, err := io.ReadFull(d.config.Random, b); err != nil {
		return "", fmt.Errorf("make a one-time link: %w", err)
	}
	secret := strings.ToLower(base32.StdEncoding.EncodeToString(b))
	now := d.config.Clock()
	if _, err := d.book.Beside().ExecContext(ctx, "DELETE FROM one_time_link WHERE until < $1", now.UnixMicro()); err != nil {
		return "", fmt.Errorf("drop links that lapsed: %w", err)
	}
	_, err := d.book.Beside().ExecContext(ctx, "INSERT INTO one_time_link (secret_hash, official, purpose, given_by, until) VALUES ($1, $2, $3, $4, $5)",
		hashOf(secret), official, purpose, by, now.Add(linkLife).UnixMicro())
	if err != nil {
		return "", fmt.Errorf("keep a one-time link: %w", err)
	}
	return secret, nil
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(secret))))
	return hex.EncodeToString(sum[:])
}

// Found appoints the first engineer of a new service, against the first link, sets their
// password and begins their session. The appointment is written as done by the console,
// which printed the link. Refusals: "link-refused", those of CheckPassword and of an
// appointment, "too-many-attempts".
func (d *Desk) Found(ctx context.Context, secret string, o custody.Official, password string, from Source) (token string, err error) {
	now := d.config.Clock()
	attempt, err := d.limits.attempt("", from.Address, now)
	if err != nil {
		return "", err
	}
	if err := CheckPassword(o.Name, password); err != nil {
		return "", err
	}
	if err := d.linkGood(ctx, secret, foundedName, toFound); err != nil {
		return "", err
	}
	o.Roles, o.Establishment, o.Places = []custody.Role{custody.Engineer}, "", nil
	command := book.Command{By: book.ConsoleName, Console: true}
	_, err = d.book.One(ctx, command, custody.KeepOfficials, func(tx *book.Tx) (custody.Entry, error) {
		if tx.State().Officials.Len() > 0 { // of two who came at once, one is too late
			return custody.Entry{}, forbidden("link-refused")
		}
		return tx.State().Appoint(o)
	})
	if err != nil {
		return "", err
	}
	attempt.forgive(now)
	if err := d.useLinks(ctx, secret); err != nil {
		return "", err
	}
	if err := d.SetPassword(ctx, o.Name, password); err != nil {
		return "", err
	}
	return d.begin(ctx, o.Name, byLink, from)
}

// linkGood refuses a link that is not, or no longer, good.
func (d *Desk) linkGood(ctx context.Context, secret, official, purpose string) error {
	_, err := d.linkGiver(ctx, secret, official, purpose)
	return err
}

func (d *Desk) linkGiver(ctx context.Context, secret, official, purpose string) (by string, _ error) {
	var of, what string
	var until int64
	err := d.book.Beside().QueryRowContext(ctx, "SELECT official, purpose, given_by, until FROM one_time_link WHERE secret_hash = $1", hashOf(secret)).Scan(&of, &what, &by, &until)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (of != official || what != purpose || d.config.Clock().UnixMicro() > until) {
		return "", forbidden("link-refused")
	}
	if err != nil {
		return "", fmt.Errorf("read a one-time link: %w", err)
	}
	return by, nil
}

// linkOwner is whose a link is; refused is one that is not, or no longer, good.
func (d *Desk) linkOwner(ctx context.Context, secret, purpose string) (official string, _ error) {
	var what string
	var until int64
	err := d.book.Beside().QueryRowContext(ctx, "SELECT official, purpose, until FROM one_time_link WHERE secret_hash = $1", hashOf(secret)).Scan(&official, &what, &until)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (what != purpose || d.config.Clock().UnixMicro() > until) {
		return "", forbidden("link-refused")
	}
	if err != nil {
		return "", fmt.Errorf("read a one-time link: %w", err)
	}
	return official, nil
}

// linkUntil is until when a one-time link of an official waits to be opened; zero: none does.
func (d *Desk) linkUntil(ctx context.Context, official string) (time.Time, error) {
	var until int64
	err := d.book.Beside().QueryRowContext(ctx, "SELECT until FROM one_time_link WHERE official = $1 AND purpose = $2 AND until >= $3", official, toEnter, d.config.Clock().UnixMicro()).Scan(&until)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read the one-time link of %s: %w", official, err)
	}
	return time.UnixMicro(until).UTC(), nil
}

// useLinks uses links up: all of them, or, when one is used already, none.
func (d *Desk) useLinks(ctx context.Context, secrets ...string) (err error) {
	tx, err := d.book.Beside().BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("use a one-time link: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	for _, secret := range secrets {
		done, err := tx.ExecContext(ctx, "DELETE FROM one_time_link WHERE secret_hash = $1", hashOf(secret))
		if err != nil {
			return fmt.Errorf("use a one-time link: %w", err)
		}
		if n, err := done.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, forbidden("link-refused"))
		}
	}
	return tx.Commit()
}

// GiveRecovery makes one half of the way back in for an official who has lost theirs: two
// who keep sessions each give one, and neither is any use alone. It is recorded, and good
// for an hour. A monitor gets none without a proposal that a second official confirmed (see
// custody.RecoverMonitor). Refusals: "not-permitted", "hand-not-fresh", "unknown-official",
// "same-official" to oneself.
func (d *Desk) GiveRecovery(ctx context.Context, c book.Command, official string) (secret string, err error) {
	if _, inOffice := d.official(official); !inOffice {
		return "", custody.Unknown("official", official)
	}
	if c.By == official {
		return "", forbidden("same-official", "official", official)
	}
	if err := d.notMonitor(official, c); err != nil {
		return "", err
	}
	isMonitor := false // then notMonitor has seen that this official turned one of the keys
	d.book.Read(func(s *custody.State) { isMonitor = s.IsMonitor(official) })
	if err := d.recordAbout(ctx, c, custody.RecoveryGiven, official, "", isMonitor); err != nil {
		return "", err
	}
	return d.makeLink(ctx, official, toRecover, c.By)
}

// notMonitor refuses to touch a monitor's way in without a recovery that two confirmed
// within the last hour.
func (d *Desk) notMonitor(official string, c book.Command) (err error) {
	now := d.config.Clock()
	d.book.Read(func(s *custody.State) {
		if !s.IsMonitor(official) {
			return
		}
		for change := range s.MonitorChanges.All() {
			if change.Official == official && change.Done() && change.Act != custody.DismissMonitor && now.Sub(change.ConfirmedAt) <= linkLife &&
				(change.By == c.By || change.Confirmed == c.By) {
				return
			}
		}
		err = forbidden("monitor-two-keys", "official", official)
	})
	return err
}

// Recover gives an official a new password against the two halves that two others gave.
// What they had before is worth nothing from then on: sessions end, second factor and
// passkeys go. Refusals: "link-refused", those of CheckPassword, "too-many-attempts".
func (d *Desk) Recover(ctx context.Context, official string, secrets [2]string, password string, from Source) (token string, err error) {
	now := d.config.Clock()
	attempt, err := d.limits.attempt(official, from.Address, now)
	if err != nil {
		return "", err
	}
	if err := CheckPassword(official, password); err != nil {
		attempt.forgive(now)
		return "", err
	}
	var givers [2]string
	for i, secret := range secrets {
		if givers[i], err = d.linkGiver(ctx, secret, official, toRecover); err != nil {
			return "", err
		}
	}
	if givers[0] == givers[1] || hashOf(secrets[0]) == hashOf(secrets[1]) {
		return "", forbidden("link-refused")
	}
	if _, inOffice := d.official(official); !inOffice {
		return "", forbidden("link-refused")
	}
	if err := d.useLinks(ctx, secrets[:]...); err != nil {
		return "", err
	}
	attempt.forgive(now)
	for _, statement := range []string{"DELETE FROM second_factor WHERE official = $1", "DELETE FROM passkey WHERE official = $1", "DELETE FROM subject WHERE official = $1"} {
		if _, err := d.book.Beside().ExecContext(ctx, statement, official); err != nil {
			return "", fmt.Errorf("recover %s: %w", official, err)
		}
	}
	if err := d.SetPassword(ctx, official, password); err != nil {
		return "", err
	}
	return d.begin(ctx, official, byLink, from)
}
