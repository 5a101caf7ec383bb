package seal_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"

	"habeas.example/habeas/internal/seal"
)

// serve serves a log's tiles as a door would.
func serve(t testing.TB, l *memoryLog) *torchwood.TileFetcher {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		tile, err := l.tile(r, strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil {
			http.Error(rw, err.Error(), http.StatusNotFound)
			return
		}
		rw.Write(tile)
	}))
	t.Cleanup(server.Close)
	fetcher, err := torchwood.NewTileFetcher(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return fetcher
}

func (l *memoryLog) tile(r *http.Request, path string) ([]byte, error) {
	size := l.tree.Size()
	ref, err := seal.ParseTile(path)
	if err != nil {
		return nil, err
	}
	if !ref.Entries {
		return seal.Tile(r.Context(), path, size, l.read)
	}
	if err := ref.Within(size); err != nil {
		return nil, err
	}
	return seal.EntryTile(ref, size, l.commitments[ref.First():ref.First()+int64(ref.Width)])
}

func TestTorchwoodReadsTheServedLog(t *testing.T) {
	for _, size := range []int{1, 2, 255, 256, 257, 511, 512, 1000, 65536 + 256 + 3} {
		l := newLog(size)
		client, err := torchwood.NewClient(serve(t, l))
		if err != nil {
			t.Fatal(err)
		}
		tree := tlog.Tree{N: int64(size), Hash: l.tree.Root()}
		read := int64(0)
		for number, entry := range client.AllEntries(t.Context(), tree, 0) {
			if number != read || !bytes.Equal(entry, l.commitments[number][:]) {
				t.Fatalf("log of %d: entry %d reads otherwise", size, number)
			}
			read++
		}
		if client.Err() != nil || read != int64(size) {
			t.Fatalf("log of %d: read %d entries: %v", size, read, client.Err())
		}
		for _, number := range []int64{0, int64(size) / 2, int64(size) - 1} {
			_, proof, err := client.Entry(t.Context(), tree, number)
			if err != nil {
				t.Fatal(err)
			}
			if err := seal.CheckInclusion(proof, tree.N, tree.Hash, number, l.rows[number][0]); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTilesAreThoseOfTlog(t *testing.T) {
	l := newLog(70_000)
	for _, tile := range tlog.NewTiles(torchwood.TileHeight, 0, l.tree.Size()) {
		got, err := seal.Tile(t.Context(), torchwood.TilePath(tile), l.tree.Size(), l.read)
		if err != nil {
			t.Fatal(err)
		}
		want, err := tlog.ReadTileData(tile, l.reader())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("%s is otherwise than tlog's", torchwood.TilePath(tile))
		}
	}
}

// The example of the specification: what a log of 70,000 entries has, and what it has not.
func TestWhatALogOf70000Has(t *testing.T) {
	const size = 70_000
	l := newLog(size)
	for _, path := range []string{
		"tile/0/000", "tile/0/272", "tile/0/273.p/112", "tile/0/273.p/1", "tile/0/000.p/255",
		"tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1",
		"tile/entries/000", "tile/entries/273.p/112", "tile/entries/000.p/3",
	} {
		ref, err := seal.ParseTile(path)
		if err != nil || ref.Within(size) != nil || ref.Path() != path {
			t.Errorf("%s: %+v, %v, within: %v", path, ref, err, ref.Within(size))
		}
	}
	for _, path := range []string{
		"", "/", "tile", "tile/", "tile/0", "tile/0/", "/tile/0/000", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/00/000",
		"tile/0/x000", "tile/0/x000/000", "tile/0/000/000", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/00",
		"tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/-1", "tile/0/000.p/+1", "tile/0/-01", "tile/-1/000", "tile/+1/000",
		"tile/64/000", "tile/data/000", "tile/8/0/000", "tile/entries", "tile/entries/", "tile/entries/x001", "tile/0/000?a=b",
		"tile/0/000\x00", "tile/0/../000", "tile//000", "tile/0/x999/x999/x999/x999/x999/x999/999", strings.Repeat("tile/0/x001/", 4000),
		// well formed, but not there
		"tile/0/273", "tile/0/273.p/113", "tile/0/274.p/1", "tile/1/001", "tile/1/001.p/18", "tile/1/002.p/1", "tile/2/000",
		"tile/2/000.p/2", "tile/3/000.p/1", "tile/7/000.p/1", "tile/8/000.p/1", "tile/63/000", "tile/entries/273",
		"tile/entries/273.p/113", "tile/entries/x009/x223/x372/x036/x854/x775/807", "tile/0/x036/x028/x797/x018/x963/968.p/1",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if got, err := l.tile(r, path); !errors.Is(err, seal.ErrNotFound) {
			t.Errorf("%q gives %d bytes and %v", path[:min(len(path), 60)], len(got), err)
		}
	}
	if _, err := seal.Tile(t.Context(), "tile/entries/000", size, l.read); !errors.Is(err, seal.ErrNotFound) {
		t.Errorf("a bundle asked for as a tile gives %v", err)
	}
	if _, err := seal.EntryTile(seal.TileRef{Width: 256}, size, nil); !errors.Is(err, seal.ErrNotFound) {
		t.Errorf("a tile asked for as a bundle gives %v", err)
	}
	if _, err := seal.EntryTile(seal.TileRef{Entries: true, Width: 256}, size, l.commitments[:255]); err == nil {
		t.Error("a bundle of too few commitments is built")
	}
	for _, ref := range []seal.TileRef{{}, {Width: -1}, {Width: 257}, {Width: 1, Index: -1}, {Width: 1, Index: 1 << 62}, {Width: 1, Level: -1}} {
		if err := ref.Within(size); !errors.Is(err, seal.ErrNotFound) {
			t.Errorf("%+v is said to be in the log: %v", ref, err)
		}
	}
}

func FuzzParseTile(f *testing.F) {
	for _, seed := range []string{"tile/0/000", "tile/1/x001/234.p/7", "tile/entries/273.p/112", "tile/data/000", "tile/63/999", "tile/64/000", "tile/0/-01", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		ref, err := seal.ParseTile(path)
		if err != nil {
			if !errors.Is(err, seal.ErrNotFound) {
				t.Fatal(err)
			}
			return
		}
		if ref.Path() != path {
			t.Fatalf("%q is read as %q", path, ref.Path())
		}
		if ref.Width < 1 || ref.Width > 256 || ref.Index < 0 || ref.Level < 0 || ref.Level > 63 {
			t.Fatalf("%q is read as %+v", path, ref)
		}
		if ref.Within(0) == nil {
			t.Fatalf("%q is said to be in the empty log", path)
		}
	})
}
