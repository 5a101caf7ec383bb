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
	_, err := d.book.Beside().ExecContext(ctx, "INSERT INTO session (token_hash, official, started, seen) VALUES ($1, $2, $3, $4)",
		hexOf(id), s.official, s.started.UnixMicro(), s.seen.UnixMicro())
	if err != nil {
		return fmt.Errorf("store a session: %w", err)
	}
	return nil
}

func (d *Desk) touch(ctx context.Context, id [sha256.Size]byte, seen time.Time) error {
	_, err := d.book.Beside().ExecContext(ctx, "UPDATE session SET seen = $1 WHERE token_hash = $2", seen.UnixMicro(), hexOf(id))
	if err != nil {
		return fmt.Errorf("keep the last use of a session: %w", err)
	}
	return nil
}

func (d *Desk) erase(ctx context.Context, id [sha256.Size]byte) error {
	if _, err := d.book.Beside().ExecContext(ctx, "DELETE FROM session WHERE token_hash = $1", hexOf(id)); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

func (d *Desk) eraseAll(ctx context.Context, official string) error {
	if _, err := d.book.Beside().ExecContext(ctx, "DELETE FROM session WHERE official = $1", official); err != nil {
		return fmt.Errorf("end the sessions of %s: %w", official, err)
	}
	return nil
}

func (d *Desk) dropOutdated(ctx context.Context, now time.Time) error {
	_, err := d.book.Beside().ExecContext(ctx, "DELETE FROM session WHERE started < $1 OR seen < $2",
		now.Add(-d.config.Life).UnixMicro(), now.Add(-d.config.Idle).UnixMicro())
	if err != nil {
		return fmt.Errorf("drop sessions that are over: %w", err)
	}
	return nil
}

// load reads every stored session into memory.
func (d *Desk) load(ctx context.Context) (err error) {
	rows, err := d.book.Beside().QueryContext(ctx, "SELECT token_hash, official, started, seen FROM session")
	if err != nil {
		return fmt.Errorf("read the sessions: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var hash, official string
		var started, seen int64
		if err := rows.Scan(&hash, &official, &started, &seen); err != nil {
			return fmt.Errorf("read the sessions: %w", err)
		}
		id, err := hex.DecodeString(hash)
		if err != nil || len(id) != sha256.Size {
			return fmt.Errorf("read the sessions: a token's hash is malformed")
		}
		s := &session{official: official, started: time.UnixMicro(started), seen: time.UnixMicro(seen)}
		s.kept = s.seen
		d.sessions[[sha256.Size]byte(id)] = s
	}
	return rows.Err()
}
