package book

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"

	"habeas.example/habeas/internal/seal"
)

// Cosignature is one witness's signature line under a checkpoint.
type Cosignature struct {
	Size    int64
	Witness string // its verifier key
	Line    string
}

// Cosignatures returns the newest cosignatures, at most limit.
func (b *Book) Cosignatures(ctx context.Context, limit int) (list []Cosignature, err error) {
	return b.cosignatures(ctx, "SELECT size, witness, line FROM cosignature ORDER BY size DESC, witness LIMIT $1", limit)
}

func (b *Book) cosignatures(ctx context.Context, query string, args ...any) (list []Cosignature, err error) {
	rows, err := b.engine.db().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read cosignatures: %w", err)
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		var c Cosignature
		if err := rows.Scan(&c.Size, &c.Witness, &c.Line); err != nil {
			return nil, fmt.Errorf("read cosignatures: %w", err)
		}
		list = append(list, c)
	}
	return list, nil
}

// CheckpointOf returns the signed checkpoint of one size with the cosignatures kept for
// it, or ErrNotFound: only the sizes at which a group was written have one.
func (b *Book) CheckpointOf(ctx context.Context, size int64) ([]byte, error) {
	var note string
	err := b.engine.db().QueryRowContext(ctx, "SELECT note FROM checkpoint WHERE size = $1", size).Scan(&note)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("checkpoint of size %d: %w", size, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("read the checkpoint of size %d: %w", size, err)
	}
	kept, err := b.cosignatures(ctx, "SELECT size, witness, line FROM cosignature WHERE size = $1 ORDER BY witness", size)
	if err != nil || len(kept) == 0 {
		return []byte(note), err
	}
	lines := make([]string, len(kept))
	for i, c := range kept {
		lines[i] = c.Line
	}
	return seal.AddCosignatures([]byte(note), lines...)
}

// Published returns the newest checkpoint as the log serves it: signed, with the
// cosignatures that witnesses have given it; ErrNotFound on an empty book.
func (b *Book) Published(ctx context.Context) ([]byte, error) {
	if b.Size() == 0 {
		return nil, fmt.Errorf("checkpoint: %w", ErrNotFound)
	}
	return b.CheckpointOf(ctx, b.Size())
}

// AskWitness has a witness cosign the newest checkpoint and keeps its cosignature. The
// errors are those of seal.Cosign; seal.ErrForked is an alarm.
func (b *Book) AskWitness(ctx context.Context, client *http.Client, witness seal.Witness) error {
	checkpoint, err := b.Checkpoint()
	if err != nil {
		return err
	}
	head, _, err := seal.OpenCheckpoint(checkpoint, b.VerifierKey())
	if err != nil {
		return err
	}
	known := int64(0)
	kept, err := b.cosignatures(ctx, "SELECT size, witness, line FROM cosignature WHERE witness = $1 ORDER BY size DESC LIMIT 1", witness.VerifierKey)
	if err != nil {
		return err
	}
	if len(kept) > 0 {
		if known = kept[0].Size; known == head.Size {
			return nil
		}
	}
	line, err := seal.Cosign(ctx, client, witness, known, checkpoint, b.readNodes)
	if err != nil {
		return err
	}
	_, err = b.engine.db().ExecContext(ctx, `INSERT INTO cosignature (size, witness, line) VALUES ($1, $2, $3)
		ON CONFLICT (size, witness) DO UPDATE SET line = excluded.line`, head.Size, witness.VerifierKey, line)
	if err != nil {
		return fmt.Errorf("keep a cosignature of %s: %w", witness.URL, err)
	}
	return nil
}

// FollowWitness asks a witness to cosign what is new, at most once an interval, until ctx
// ends. A witness that does not answer is asked again; what it says is logged.
func (b *Book) FollowWitness(ctx context.Context, client *http.Client, witness seal.Witness, interval time.Duration) {
	for {
		grown := b.Grown()
		if err := b.AskWitness(ctx, client, witness); err != nil && !errors.Is(err, ErrNotFound) && ctx.Err() == nil {
			b.config.Log.Error("a witness did not cosign", "witness", witness.URL, "error", err, "forked", errors.Is(err, seal.ErrForked))
		}
		pause := time.NewTimer(interval)
		select {
		case <-ctx.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return
		case <-grown:
		}
	}
}
