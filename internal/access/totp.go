package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"database/sql"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
)

// A code is that of RFC 6238 with SHA-1, 30 seconds and six digits: what every
// authenticator app makes.
const (
	secondFactorSecret = 20 // bytes; RFC 4226, section 4, R6
	codeStep           = 30 * time.Second
	codeDigits         = 1_000_000
	codeDrift          = 1 // steps that a phone's clock may differ; RFC 6238, section 5.2
)

// secondFactor is what makes the codes of one official.
type secondFactor struct {
	secret    []byte
	confirmed time.Time // zero: not in use yet
	lastStep  int64     // of the newest code that was taken; none as old is taken again
}

// Enrolment is what an authenticator app is set up with.
type Enrolment struct {
	Secret string `json:"secret"` // base32, to be typed
	URI    string `json:"uri"`    // otpauth, to be scanned
}

var plainBase32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// BeginSecondFactor makes a new secret for an official's authenticator app. It is in use
// once a code of it was shown to ConfirmSecondFactor; until then the old one is, if any.
// The session must have shown a fresh hand: the caller sees to that.
func (d *Desk) BeginSecondFactor(ctx context.Context, official string) (Enrolment, error) {
	if _, inOffice := d.official(official); !inOffice {
		return Enrolment{}, forbidden("signed-out")
	}
	secret := make([]byte, secondFactorSecret)
	if _, err := io.ReadFull(d.config.Random, secret); err != nil {
		return Enrolment{}, fmt.Errorf("make a second factor: %w", err)
	}
	d.ceremonies.put(d.config.Clock(), "second-factor "+official, ceremony{official: official, secret: secret})
	text := plainBase32.EncodeToString(secret)
	uri := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Habeas:" + official,
		RawQuery: url.Values{"secret": {text}, "issuer": {"Habeas"}, "digits": {"6"}, "period": {"30"}}.Encode()}
	return Enrolment{Secret: text, URI: uri.String()}, nil
}

// ConfirmSecondFactor takes the new secret into use, against a code that it makes, and
// returns a new token for the session, which has now shown two factors; the official's
// other sessions end. Refusals: "enrolment-lapsed", "code-wrong", "session-locked".
func (d *Desk) ConfirmSecondFactor(ctx context.Context, token, code string, from Source) (string, error) {
	holder, err := d.unlocked(ctx, token)
	if err != nil {
		return "", err
	}
	name, now := holder.Official.Name, d.config.Clock()
	attempt, err := d.limits.attempt(name, from.Address, now)
	if err != nil {
		return "", err
	}
	begun, ok := d.ceremonies.take(now, "second-factor "+name)
	if !ok {
		return "", forbidden("enrolment-lapsed")
	}
	step, right := matchingStep(begun.secret, code, now, 0)
	if !right {
		d.ceremonies.put(now, "second-factor "+name, begun) // to be tried again, within the limits
		return "", forbidden("code-wrong")
	}
	attempt.forgive(now)
	_, err = d.book.Beside().ExecContext(ctx, `INSERT INTO second_factor (official, secret, confirmed, last_step) VALUES ($1, $2, $3, $4)
		ON CONFLICT (official) DO UPDATE SET secret = excluded.secret, confirmed = excluded.confirmed, last_step = excluded.last_step`,
		name, plainBase32.EncodeToString(begun.secret), now.UnixMicro(), step)
	if err != nil {
		return "", fmt.Errorf("keep the second factor of %s: %w", name, err)
	}
	if err := d.endAllBut(ctx, name, token); err != nil {
		return "", err
	}
	return d.proved(ctx, token, byCode, from)
}

// HasSecondFactor reports whether an official has a second factor in use.
func (d *Desk) HasSecondFactor(ctx context.Context, official string) (bool, error) {
	_, has, err := d.secondFactor(ctx, official)
	return has, err
}

func (d *Desk) secondFactor(ctx context.Context, official string) (f secondFactor, has bool, err error) {
	var secret string
	var confirmed int64
	err = d.book.Beside().QueryRowContext(ctx, "SELECT secret, confirmed, last_step FROM second_factor WHERE official = $1", official).Scan(&secret, &confirmed, &f.lastStep)
	if errors.Is(err, sql.ErrNoRows) {
		return f, false, nil
	}
	if err != nil {
		return f, false, fmt.Errorf("read the second factor of %s: %w", official, err)
	}
	if f.secret, err = plainBase32.DecodeString(secret); err != nil || len(f.secret) != secondFactorSecret {
		return f, false, fmt.Errorf("the second factor of %s is malformed", official)
	}
	f.confirmed = time.UnixMicro(confirmed)
	return f, true, nil
}

// spend takes a code, once: of two requests with the same code, one is refused, also when
// they come at the same instant.
func (d *Desk) spend(ctx context.Context, official string, f secondFactor, code string) (bool, error) {
	step, right := matchingStep(f.secret, code, d.config.Clock(), f.lastStep)
	if !right {
		return false, nil
	}
	done, err := d.book.Beside().ExecContext(ctx, "UPDATE second_factor SET last_step = $1 WHERE official = $2 AND last_step < $1", step, official)
	if err != nil {
		return false, fmt.Errorf("take a code of %s: %w", official, err)
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// matchingStep finds the step, after the last one taken, whose code this is.
func matchingStep(secret []byte, code string, now time.Time, last int64) (int64, bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	current, found := now.Unix()/int64(codeStep/time.Second), int64(-1)
	for step := current - codeDrift; step <= current+codeDrift; step++ {
		if subtle.ConstantTimeCompare([]byte(codeOf(secret, step)), []byte(code)) == 1 && step > last {
			found = step
		}
	}
	return found, found >= 0
}

// codeOf is the code of a step (RFC 4226, section 5.3).
func codeOf(secret []byte, step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac := hmac.New(sha1.New, secret)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:at+4])&0x7fffffff)%codeDigits)
}
