package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// ErrInUse says that a database is still open on the disk.
var ErrInUse = errors.New("the simulated disk is in use")

// Disk records what SQLite does to the files of one folder, and fails when told to. It is safe for concurrent use.
type Disk struct {
	dir   string
	layer *layer

	// Held while an operation is carried out and recorded, so that the recording has the order in which things happened.
	mu     sync.Mutex
	log    []operation
	marks  []mark
	live   map[string]*inode // by name relative to dir
	inodes int
	open   int
	faults faults

	// replays are kept at the points where images were last taken, to go on from there.
	replaysMu sync.Mutex
	replays   []*replay
}

// inode is a file apart from its name: a name that is deleted and created again stands for another inode.
type inode struct {
	number int
	name   string
	size   int64
}

type mark struct {
	at    int // operations recorded before
	label string
}

type faults struct {
	full     bool
	room     int64 // bytes by which files may still grow, when full
	failSync int   // the sync to fail, counted down to it; 0 for none
}

// New starts a simulated disk on the folder dir, which must exist. Files that are there already are taken as durable.
func New(dir string) (*Disk, error) {
	// SQLite hands over paths with symbolic links resolved.
	dir, err := filepath.Abs(dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("start a simulated disk: %w", err)
	}
	d := &Disk{dir: dir, live: map[string]*inode{}}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || strings.HasSuffix(path, "-shm") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		d.found(name, data)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("start a simulated disk on %s: %w", dir, err)
	}
	if d.layer, err = register(d); err != nil {
		return nil, fmt.Errorf("start a simulated disk on %s: %w", dir, err)
	}
	return d, nil
}

// VFS returns the name to put into a connection's name: file:path?vfs=NAME.
func (d *Disk) VFS() string { return d.layer.name }

// Close takes the disk away from SQLite. It returns an error wrapping [ErrInUse], and does nothing, while a database is
// open on it. The recording stays, and images can still be built. Closing twice is harmless.
func (d *Disk) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open > 0 {
		return fmt.Errorf("close the simulated disk on %s with %d files open: %w", d.dir, d.open, ErrInUse)
	}
	return d.layer.unregister()
}

// Mark records that the caller has been told of a success, under a label of its choice.
func (d *Disk) Mark(label string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.marks = append(d.marks, mark{len(d.log), label})
}

// FullAfter makes the disk full once its files have grown by this many bytes in all: the write that would go beyond is cut
// off there and fails with SQLITE_FULL, and so does every later write that makes a file longer. Writes within a file's
// length succeed. Truncations and deletions give room back. It holds until [Disk.Heal].
func (d *Disk) FullAfter(bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults.full, d.faults.room = true, bytes
}

// FailSync makes the nth sync from now fail with SQLITE_IOERR_FSYNC, 1 being the next. What it was to make durable stays
// uncertain for ever, as on a disk that has lost pages.
func (d *Disk) FailSync(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults.failSync = n
}

// Heal ends every fault.
func (d *Disk) Heal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = faults{}
}

// Operations returns what has been recorded, without data, for tests that want to know what a commit costs and to print
// what surrounds a cut.
func (d *Disk) Operations() []Operation {
	d.mu.Lock()
	defer d.mu.Unlock()
	public := make([]Operation, len(d.log))
	for i, o := range d.log {
		public[i] = Operation{Kind: o.kind, File: o.name, Offset: o.offset, Length: len(o.data), Folder: o.folder, Failed: o.failed}
	}
	return public
}

// name returns the name of a path relative to the disk's folder, and false when it lies elsewhere.
func (d *Disk) name(path string) (string, bool) {
	name, err := filepath.Rel(d.dir, path)
	return name, err == nil && filepath.IsLocal(name)
}
