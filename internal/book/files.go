package book

import (
	"context"
	"fmt"
	"strings"

	"habeas.example/habeas/internal/custody"
)

// filesAtOnce is how many files one statement asks for.
const filesAtOnce = 500

// kept returns which of the named files are kept beside the book. None is ever removed, so
// what is true before a command is decided is true when it is written.
func (b *Book) kept(ctx context.Context, hashes []string) (map[string]bool, error) {
	kept := make(map[string]bool, len(hashes))
	for len(hashes) > 0 {
		some := hashes[:min(len(hashes), filesAtOnce)]
		hashes = hashes[len(some):]
		if err := b.keptOf(ctx, some, kept); err != nil {
			return nil, fmt.Errorf("%w: look for the files that are named: %w", ErrNotWritten, err)
		}
	}
	return kept, nil
}

func (b *Book) keptOf(ctx context.Context, hashes []string, kept map[string]bool) (err error) {
	var among strings.Builder
	args := make([]any, 0, len(hashes))
	for _, hash := range hashes {
		if !plain(hash) {
			continue // no file can have that name
		}
		if args = append(args, hash); len(args) > 1 {
			among.WriteString(", ")
		}
		fmt.Fprintf(&among, "$%d", len(args))
	}
	if len(args) == 0 {
		return nil
	}
	rows, err := b.engine.db().QueryContext(ctx, "SELECT hash FROM attachment WHERE hash IN ("+among.String()+")", args...)
	if err != nil {
		return err
	}
	defer func() {
		if closing := rows.Close(); err == nil {
			err = closing
		}
	}()
	for rows.Next() {
		var hash string
		if err := rows.Scan(&hash); err != nil {
			return err
		}
		kept[hash] = true
	}
	return rows.Err()
}

// naming refuses an entry that names a file which is not kept, or of which the command did
// not say that it would: it could never be shown, and would look like a file taken away.
func (tx *Tx) naming(e *custody.Entry) error {
	for _, hash := range e.Files() {
		if !tx.files[hash] {
			return custody.Unknown("attachment", hash)
		}
	}
	return nil
}
