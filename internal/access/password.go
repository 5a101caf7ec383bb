package access

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"habeas.example/habeas/internal/custody"
)

// Cost of a password hash. Source: OWASP Password Storage Cheat Sheet, argon2id with
// m = 19 MiB, t = 2, p = 1.
const (
	hashMemory  = 19 * 1024 // KiB
	hashTime    = 2
	hashThreads = 1
	hashSize    = 32
	saltSize    = 16
)

// Bounds of a password, in characters. Source: NIST SP 800-63B-4, section 3.1.1: length
// counts, composition rules do not help.
const (
	MinPassword = 12
	MaxPassword = 200
)

// revoked stands in place of the hash of a password that was taken away: nothing matches it, and it says that there was one.
const revoked = "-"

// CheckPassword refuses a password that is too short, too long, or the name itself.
func CheckPassword(name, password string) error {
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return custody.InvalidInput("text-not-utf8", "field", "password")
	case n < MinPassword:
		return custody.InvalidInput("password-too-short", "min", strconv.Itoa(MinPassword))
	case n > MaxPassword:
		return custody.InvalidInput("password-too-long", "max", strconv.Itoa(MaxPassword))
	case name != "" && strings.EqualFold(strings.TrimSpace(password), name):
		return custody.InvalidInput("password-is-name", "official", name)
	}
	return nil
}

// HasWayIn reports whether an official can sign in already, by a password, a passkey or the
// provider. When that cannot be known it says yes, so that nothing is changed on a doubt.
func (d *Desk) HasWayIn(ctx context.Context, name string) bool {
	hash, err := d.credential(ctx, name)
	if err != nil || hash != "" {
		return true
	}
	var others int
	err = d.book.Beside().QueryRowContext(ctx, "SELECT (SELECT count(*) FROM passkey WHERE official = $1) + (SELECT count(*) FROM subject WHERE official = $1)", name).Scan(&others)
	return err != nil || others > 0
}

// SetFirstPassword is SetPassword for an official who has no way in yet: whoever appoints may
// give the first, and nobody alone another ("way-in-set-already"), or they could act in that
// official's name.
func (d *Desk) SetFirstPassword(ctx context.Context, name, password string) error {
	if d.HasWayIn(ctx, name) {
		return forbidden("way-in-set-already", "official", name)
	}
	return d.SetPassword(ctx, name, password)
}

// SetPassword sets the password of an official in office and ends all their sessions. Who
// may do this for whom is the caller's to check. Errors: those of CheckPassword, and
// "unknown-official".
func (d *Desk) SetPassword(ctx context.Context, name, password string) error {
	if err := CheckPassword(name, password); err != nil {
		return err
	}
	if _, inOffice := d.official(name); !inOffice {
		return custody.Unknown("official", name)
	}
	release, err := d.hasher(ctx)
	if err != nil {
		return err
	}
	hash, err := hashPassword(password, d.config.Random)
	release()
	if err != nil {
		return fmt.Errorf("set the password of %s: %w", name, err)
	}
	if err := d.storeCredential(ctx, name, hash, d.config.Clock()); err != nil {
		return err
	}
	return d.EndAll(ctx, name)
}

// matches does the whole work of a hash whoever is asked for, known or not.
func (d *Desk) matches(ctx context.Context, hash, password string) (bool, error) {
	known := hash != "" && hash != revoked
	if !known {
		hash = d.decoy
	}
	if utf8.RuneCountInString(password) > MaxPassword {
		password, known = "", false
	}
	release, err := d.hasher(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	right, err := passwordMatches(hash, password)
	return right && known, err
}

// hasher waits for a turn to hash, so that many sign-ins at once cannot take all memory.
func (d *Desk) hasher(ctx context.Context) (release func(), _ error) {
	select {
	case d.hashers <- struct{}{}:
		return func() { <-d.hashers }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to check a password: %w", ctx.Err())
	}
}

// hashPassword returns a PHC string: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func hashPassword(password string, random io.Reader) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("draw a salt: %w", err)
	}
	hash := argon2.IDKey([]byte(password), salt, hashTime, hashMemory, hashThreads, hashSize)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash)), nil
}

// passwordMatches checks a password against a PHC string. The cost is read from the string,
// so that hashes outlive a change of the parameters, and is bounded.
func passwordMatches(phc, password string) (bool, error) {
	p, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	hash := argon2.IDKey([]byte(password), p.salt, p.time, p.memory, p.threads, uint32(len(p.hash)))
	return subtle.ConstantTimeCompare(hash, p.hash) == 1, nil
}

type phcHash struct {
	memory, time uint32
	threads      uint8
	salt, hash   []byte
}

func parsePHC(phc string) (phcHash, error) {
	malformed := func(why string) (phcHash, error) {
		return phcHash{}, fmt.Errorf("a stored password hash is malformed: %s", why)
	}
	if len(phc) > 500 {
		return malformed("too long")
	}
	fields := strings.Split(phc, "$")
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" {
		return malformed("not argon2id")
	}
	if fields[2] != "v="+strconv.Itoa(argon2.Version) {
		return malformed("another version")
	}
	var p phcHash
	costs := strings.Split(fields[3], ",")
	if len(costs) != 3 {
		return malformed("its cost")
	}
	for i, c := range []struct {
		name string
		max  uint64
	}{{"m=", 1 << 20}, {"t=", 100}, {"p=", 16}} {
		digits, ok := strings.CutPrefix(costs[i], c.name)
		n, err := strconv.ParseUint(digits, 10, 32)
		if !ok || err != nil || n == 0 || n > c.max {
			return malformed("its cost")
		}
		switch i {
		case 0:
			p.memory = uint32(n)
		case 1:
			p.time = uint32(n)
		case 2:
			p.threads = uint8(n)
		}
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.Strict().DecodeString(fields[4]); err != nil || len(p.salt) < 8 {
		return malformed("its salt")
	}
	if p.hash, err = base64.RawStdEncoding.Strict().DecodeString(fields[5]); err != nil || len(p.hash) < 16 || len(p.hash) > 128 {
		return malformed("its hash")
	}
	return p, nil
}
