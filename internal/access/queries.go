package access

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Times are stored as microseconds since 1970. One text for both engines.

func (d *Desk) credential(ctx context.Context, name string) (hash string, err error) {
	err = d.book.Beside().QueryRowContext(ctx, "SELECT hash FROM credential WHERE official = $1", name).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the credential of %q: %w", name, err)
	}
	return hash, nil
}

func (d *Desk) storeCredential(ctx context.Context, name, hash string, at time.Time) error {
	_, err := d.book.Beside().ExecContext(ctx, `INSERT INTO credential (official, hash, changed) VALUES ($1, $2, $3)
		ON CONFLICT (official) DO UPDATE SET hash = excluded.hash, changed = excluded.changed`, name, hash, at.UnixMicro())
	if err != nil {
		return fmt.Errorf("store the password of %s: %w", name, err)
	}
	return nil
}

func (d *Desk) store(ctx context.Context, id [sha256.Size]byte, s *session) error {
	_, err := d.book.Beside().ExecContext(ctx, `INSERT INTO session (token_hash, official, started, seen, handed, locked, source, agent, method)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		hexOf(id), s.official, s.started.UnixMicro(), s.seen.UnixMicro(), s.handed.UnixMicro(), flag(s.locked), s.source.Address, s.source.Agent, s.method)
	if err != nil {
		return fmt.Errorf("store a session: %w", err)
	}
	return nil
}

// keep writes what changes of a session while it lasts.
func (d *Desk) keep(ctx context.Context, id [sha256.Size]byte, s *session) error {
	_, err := d.book.Beside().ExecContext(ctx, "UPDATE session SET seen = $1, locked = $2 WHERE token_hash = $3", s.seen.UnixMicro(), flag(s.locked), hexOf(id))
	if err != nil {
		return fmt.Errorf("keep the last use of a session: %w", err)
	}
	return nil
}

// replace writes a session under its new token.
func (d *Desk) replace(ctx context.Context, old, new [sha256.Size]byte, s *session) error {
	_, err := d.book.Beside().ExecContext(ctx, `UPDATE session SET token_hash = $1, seen = $2, handed = $3, locked = $4, source = $5, agent = $6, method = $7
		WHERE token_hash = $8`, hexOf(new), s.seen.UnixMicro(), s.handed.UnixMicro(), flag(s.locked), s.source.Address, s.source.Agent, s.method, hexOf(old))
	if err != nil {
		return fmt.Errorf("renew a session: %w", err)
	}
	return nil
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (d *Desk) erase(ctx context.Context, id [sha256.Size]byte) error {
	if _, err := d.book.Beside().ExecContext(ctx, "DELETE FROM session WHERE token_hash = $1", hexOf(id)); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

func (d *Desk) eraseAll(ctx context.Context, official string, but [sha256.Size]byte) error {
	if _, err := d.book.Beside().ExecContext(ctx, "DELETE FROM session WHERE official = $1 AND token_hash <> $2", official, hexOf(but)); err != nil {
		return fmt.Errorf("end the sessions of %s: %w", official, err)
	}
	return nil
}

func (d *Desk) dropOutdated(ctx context.Context, now time.Time) error {
	_, err := d.book.Beside().ExecContext(ctx, "DELETE FROM session WHERE started < $1", now.Add(-d.config.Life).UnixMicro())
	if err != nil {
		return fmt.Errorf("drop sessions that are over: %w", err)
	}
	return nil
}

// load reads every stored session into memory.
func (d *Desk) load(ctx context.Context) (err error) {
	rows, err := d.book.Beside().QueryContext(ctx, "SELECT token_hash, official, started, seen, handed, locked, source, agent, method FROM session")
	if err != nil {
		return fmt.Errorf("read the sessions: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var hash string
		var s session
		var started, seen, handed, locked int64
		if err := rows.Scan(&hash, &s.official, &started, &seen, &handed, &locked, &s.source.Address, &s.source.Agent, &s.method); err != nil {
			return fmt.Errorf("read the sessions: %w", err)
		}
		id, err := hex.DecodeString(hash)
		if err != nil || len(id) != sha256.Size {
			return fmt.Errorf("read the sessions: a token's hash is malformed")
		}
		s.started, s.seen, s.handed, s.locked = time.UnixMicro(started), time.UnixMicro(seen), time.UnixMicro(handed), locked != 0
		s.kept = s.seen
		d.sessions[[sha256.Size]byte(id)] = &s
	}
	return rows.Err()
}
