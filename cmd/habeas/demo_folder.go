package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/seal"
)

const (
	// marker is the file that says that a data folder was made by a drill.
	marker = "DRILL"
	// drillOrigin is the name of every drill's log; no real service bears it.
	drillOrigin = "habeas.example/drill"
)

// drillFiles are all files that a drill leaves in its folder. They go in this order: a
// drill broken off in between still finds the marker and can be begun again.
var drillFiles = []string{"habeas.db", "habeas.db-wal", "habeas.db-shm", "habeas.db-journal", "lock", "log.key", "log.key.new", marker}

// leftovers reports whether an earlier drill left files in the folder, and they may go. A
// folder with anything else in it, or with the book of a real service, is refused
// ("demo-folder-not-empty", "demo-folder-foreign"), one that is being served too; and so
// is a drill's own when neither --again nor whoever sits at the terminal says that it may go.
func (c *demoCommand) leftovers(ctx context.Context, t *terminal) (bool, error) {
	entries, err := os.ReadDir(c.Data)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, fmt.Errorf("demo: %w", err)
	}
	// On PostgreSQL the folder may hold the key that a database was sealed with: it stays.
	if len(entries) == 0 || c.DB != "" {
		return false, nil
	}
	if _, err := os.Stat(filepath.Join(c.Data, marker)); err != nil {
		return false, faulty("demo-folder-not-empty", "folder", c.Data)
	}
	for _, e := range entries {
		if !slices.Contains(drillFiles, e.Name()) || !e.Type().IsRegular() {
			return false, faulty("demo-folder-foreign", "folder", c.Data, "file", e.Name())
		}
	}
	key, err := os.ReadFile(filepath.Join(c.Data, "log.key"))
	if err == nil {
		signer, err := seal.LoadSigner(string(key))
		if err != nil || signer.Origin() != drillOrigin {
			return false, faulty("demo-folder-foreign", "folder", c.Data, "file", "log.key")
		}
		if err := notServed(ctx, c.config()); err != nil {
			return false, err
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return false, fmt.Errorf("demo: %w", err)
	}
	if !c.Again && !t.confirm("demo.again", map[string]any{"folder": c.Data}) {
		return false, faulty("demo-folder-drill", "folder", c.Data)
	}
	return true, nil
}

// notServed refuses a book that is being served. One that is broken may go all the same.
func notServed(ctx context.Context, config book.Config) error {
	b, err := book.Open(ctx, config)
	if err == nil {
		return b.Close()
	}
	if errors.Is(err, book.ErrInUse) {
		return err
	}
	return nil
}

// prepareFolder takes away what an earlier drill left, if it may, and marks the folder as
// a drill's.
func (c *demoCommand) prepareFolder(leftovers bool) error {
	for _, name := range drillFiles {
		if !leftovers {
			break
		}
		if err := os.Remove(filepath.Join(c.Data, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("demo: %w", err)
		}
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if c.DB != "" {
		return nil
	}
	return os.WriteFile(filepath.Join(c.Data, marker), []byte("Invented data made by habeas demo. habeas demo --again empties this folder.\n"), 0o600)
}
