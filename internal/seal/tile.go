package seal

import (
	"context"
	"errors"
	"fmt"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrNotFound says that a path names no tile, or one that lies beyond the log.
var ErrNotFound = errors.New("no such tile")

// TileRef names a tile: a run of up to 256 hashes at a level, or of as many log entries (https://c2sp.org/tlog-tiles).
type TileRef struct {
	Entries bool  // a bundle of log entries; Level is then 0
	Level   int   // 0 for leaf hashes; each level above spans 256 nodes of the one below
	Index   int64 // of the tile within its level
	Width   int   // in hashes or entries: 256, or 1 to 255 for a partial tile
}

// First returns the number of the tile's first node within its level; for a bundle, that of its first entry.
func (r TileRef) First() int64 { return r.Index * torchwood.TileWidth }

// maxTilePath is more than the longest path can have: "tile/", two digits, seven groups of digits, ".p/255".
const maxTilePath = 64

// ParseTile reads the path of a tile, "tile/<L>/<N>[.p/<W>]" or "tile/entries/<N>[.p/<W>]", without a leading slash.
// There is one way to write each tile, and any other is ErrNotFound.
func ParseTile(path string) (TileRef, error) {
	if len(path) > maxTilePath {
		return TileRef{}, fmt.Errorf("reading a tile path of %d bytes: %w", len(path), ErrNotFound)
	}
	t, err := torchwood.ParseTilePath(path)
	// The parser takes "tile/data/…" for entries, so its answer is held against the path.
	if err != nil || torchwood.TilePath(t) != path || t.L > 63 {
		return TileRef{}, fmt.Errorf("reading tile path %q: %w", path, ErrNotFound)
	}
	ref := TileRef{Level: t.L, Index: t.N, Width: t.W}
	if t.L == -1 {
		ref.Entries, ref.Level = true, 0
	}
	return ref, nil
}

// Path returns the tile's path.
func (r TileRef) Path() string {
	t := tlog.Tile{H: torchwood.TileHeight, L: r.Level, N: r.Index, W: r.Width}
	if r.Entries {
		t.L = -1
	}
	return torchwood.TilePath(t)
}

// Within returns nil when a log of the given size has all of the tile, else ErrNotFound. A partial tile stays served
// after the log has grown past it, for those who hold an older checkpoint.
func (r TileRef) Within(size int64) error {
	// A shift by 64 or more leaves nothing, as it should: no log is that tall.
	nodes := size >> (uint(r.Level) * torchwood.TileHeight)
	if size < 0 || r.Index < 0 || r.Width < 1 || r.Width > torchwood.TileWidth || r.Index > nodes/torchwood.TileWidth || r.First()+int64(r.Width) > nodes {
		return fmt.Errorf("tile %s is not in a log of %d leaves: %w", r.Path(), size, ErrNotFound)
	}
	return nil
}

// Tile returns the bytes of the hash tile at a path, for a log of the given size: 32 bytes a hash. Errors: ErrNotFound
// when the path is malformed, names a bundle of entries, or names more than the log has; else the reader's.
func Tile(ctx context.Context, path string, size int64, read NodeReader) ([]byte, error) {
	ref, err := ParseTile(path)
	if err != nil {
		return nil, err
	}
	if ref.Entries {
		return nil, fmt.Errorf("%s is a bundle of entries, not a tile of hashes: %w", path, ErrNotFound)
	}
	if err := ref.Within(size); err != nil {
		return nil, err
	}
	nodes := make([]Node, ref.Width)
	for i := range nodes {
		nodes[i] = Node{Level: ref.Level * torchwood.TileHeight, Index: ref.First() + int64(i)}
	}
	hashes, err := readNodes(ctx, nodes, read)
	if err != nil {
		return nil, fmt.Errorf("building %s: %w", path, err)
	}
	tile := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		tile = append(tile, h[:]...)
	}
	return tile, nil
}

// EntryTile returns the bytes of a bundle of entries, for a log of the given size. The commitments are those of the
// entries [ref.First(), ref.First()+ref.Width). The error is ErrNotFound when the log does not have them all.
func EntryTile(ref TileRef, size int64, commitments []Commitment) ([]byte, error) {
	if !ref.Entries {
		return nil, fmt.Errorf("%s is a tile of hashes, not a bundle of entries: %w", ref.Path(), ErrNotFound)
	}
	if err := ref.Within(size); err != nil {
		return nil, err
	}
	if len(commitments) != ref.Width {
		return nil, fmt.Errorf("building %s: it takes %d commitments, got %d", ref.Path(), ref.Width, len(commitments))
	}
	bundle := make([]byte, 0, len(commitments)*(2+len(Commitment{})))
	for _, c := range commitments {
		var err error
		if bundle, err = torchwood.AppendTileEntry(bundle, c[:]); err != nil {
			return nil, fmt.Errorf("building %s: %w", ref.Path(), err)
		}
	}
	return bundle, nil
}
