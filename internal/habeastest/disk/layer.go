package disk

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite "modernc.org/sqlite/lib"
)

// The layer between SQLite and the file system it would use by default. SQLite's C structures live in C memory and hold no
// Go pointers: what belongs to them is looked up here by their addresses.
var registered = struct {
	sync.RWMutex
	disks map[uintptr]*Disk // by the address of the sqlite3_vfs
	files map[uintptr]*file // by the address of the sqlite3_file
	count atomic.Int64
}{disks: map[uintptr]*Disk{}, files: map[uintptr]*file{}}

// layer is a Disk's registration with SQLite.
type layer struct {
	name     string
	tls      *libc.TLS
	vfs      uintptr             // ours: the default one's fields, but for the name, opening and deletion
	original uintptr             // the default one
	methods  map[uintptr]uintptr // our table of a file's methods for each of the original's, all in C memory
	memory   []uintptr
}

// file is a file that SQLite has open on a Disk.
type file struct {
	disk    *Disk
	inode   *inode
	methods *sqlite.Tsqlite3_io_methods // the original's
	// syncFolder says that SQLite's next sync of the file syncs its folder too.
	syncFolder bool
}

func register(d *Disk) (*layer, error) {
	l := &layer{tls: libc.NewTLS(), methods: map[uintptr]uintptr{}}
	l.name = fmt.Sprintf("habeas-disk-%d", registered.count.Add(1))
	if l.original = sqlite.Xsqlite3_vfs_find(l.tls, 0); l.original == 0 {
		return nil, errors.Join(errors.New("SQLite has no default file system"), l.free())
	}
	name, err := libc.CString(l.name)
	if err != nil {
		return nil, errors.Join(err, l.free())
	}
	l.memory = append(l.memory, name)
	if l.vfs, err = copyToC(l, at[sqlite.Tsqlite3_vfs](l.original)); err != nil {
		return nil, errors.Join(err, l.free())
	}
	vfs := at[sqlite.Tsqlite3_vfs](l.vfs)
	vfs.FpNext, vfs.FzName = 0, name
	vfs.FxOpen, vfs.FxDelete = functionPointer(xOpen), functionPointer(xDelete)
	registered.Lock()
	registered.disks[l.vfs] = d
	registered.Unlock()
	if rc := sqlite.Xsqlite3_vfs_register(l.tls, l.vfs, 0); rc != sqlite.SQLITE_OK {
		return nil, errors.Join(fmt.Errorf("register with SQLite: code %d", rc), l.free())
	}
	return l, nil
}

func (l *layer) unregister() error {
	if l.tls == nil {
		return nil
	}
	if rc := sqlite.Xsqlite3_vfs_unregister(l.tls, l.vfs); rc != sqlite.SQLITE_OK {
		return fmt.Errorf("unregister %s with SQLite: code %d", l.name, rc)
	}
	return l.free()
}

func (l *layer) free() error {
	registered.Lock()
	delete(registered.disks, l.vfs)
	registered.Unlock()
	for _, m := range l.memory {
		libc.Xfree(l.tls, m)
	}
	l.tls.Close()
	l.tls = nil
	return nil
}

// methodsOver returns our table of methods over the original's. The Disk's lock is held.
func (l *layer) methodsOver(original uintptr) (uintptr, error) {
	if ours := l.methods[original]; ours != 0 {
		return ours, nil
	}
	ours, err := copyToC(l, at[sqlite.Tsqlite3_io_methods](original))
	if err != nil {
		return 0, err
	}
	table := at[sqlite.Tsqlite3_io_methods](ours)
	table.FxClose, table.FxWrite, table.FxTruncate = functionPointer(xClose), functionPointer(xWrite), functionPointer(xTruncate)
	table.FxSync, table.FxFileControl = functionPointer(xSync), functionPointer(xFileControl)
	l.methods[original] = ours
	return ours, nil
}

func xOpen(tls *libc.TLS, vfs, path, handle uintptr, flags int32, outFlags uintptr) int32 {
	d := diskOf(vfs)
	open := callable[func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32](at[sqlite.Tsqlite3_vfs](d.layer.original).FxOpen)
	if path == 0 || flags&sqlite.SQLITE_OPEN_DELETEONCLOSE != 0 {
		return open(tls, d.layer.original, path, handle, flags, outFlags)
	}
	goPath := libc.GoString(path)
	name, ours := d.name(goPath)
	if !ours {
		return open(tls, d.layer.original, path, handle, flags, outFlags)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	i := d.live[name]
	var before []byte
	if i == nil {
		var err error
		if before, err = os.ReadFile(goPath); err != nil && !errors.Is(err, os.ErrNotExist) {
			return sqlite.SQLITE_CANTOPEN
		}
	}
	if rc := open(tls, d.layer.original, path, handle, flags, outFlags); rc != sqlite.SQLITE_OK {
		return rc
	}
	base := at[sqlite.Tsqlite3_file](handle)
	original := base.FpMethods
	methods, err := d.layer.methodsOver(original)
	if err != nil {
		callable[func(*libc.TLS, uintptr) int32](at[sqlite.Tsqlite3_io_methods](original).FxClose)(tls, handle)
		base.FpMethods = 0
		return sqlite.SQLITE_NOMEM
	}
	switch {
	case i == nil && len(before) > 0:
		i = d.found(name, before)
	case i == nil:
		i = d.created(name)
	}
	const journals = sqlite.SQLITE_OPEN_MAIN_JOURNAL | sqlite.SQLITE_OPEN_SUPER_JOURNAL | sqlite.SQLITE_OPEN_WAL
	f := &file{disk: d, inode: i, methods: at[sqlite.Tsqlite3_io_methods](original)}
	f.syncFolder = flags&sqlite.SQLITE_OPEN_CREATE != 0 && flags&journals != 0
	registered.Lock()
	registered.files[handle] = f
	registered.Unlock()
	d.open++
	base.FpMethods = methods
	return sqlite.SQLITE_OK
}

func xDelete(tls *libc.TLS, vfs, path uintptr, syncFolder int32) int32 {
	d := diskOf(vfs)
	d.mu.Lock()
	defer d.mu.Unlock()
	remove := callable[func(*libc.TLS, uintptr, uintptr, int32) int32](at[sqlite.Tsqlite3_vfs](d.layer.original).FxDelete)
	rc := remove(tls, d.layer.original, path, 0)
	if name, ours := d.name(libc.GoString(path)); ours && rc == sqlite.SQLITE_OK {
		d.deleted(name, syncFolder != 0)
	}
	return rc
}

func xClose(tls *libc.TLS, handle uintptr) int32 {
	f := fileOf(handle)
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	registered.Lock()
	delete(registered.files, handle)
	registered.Unlock()
	f.disk.open--
	return callable[func(*libc.TLS, uintptr) int32](f.methods.FxClose)(tls, handle)
}

func xWrite(tls *libc.TLS, handle, data uintptr, length int32, offset int64) int32 {
	f := fileOf(handle)
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	fits := f.disk.fits(f.inode, offset, length)
	if fits > 0 {
		write := callable[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](f.methods.FxWrite)
		if rc := write(tls, handle, data, fits, offset); rc != sqlite.SQLITE_OK {
			return rc
		}
		f.disk.wrote(f.inode, offset, bytes.Clone(unsafe.Slice(at[byte](data), fits)))
	}
	if fits < length {
		return sqlite.SQLITE_FULL
	}
	return sqlite.SQLITE_OK
}

func xTruncate(tls *libc.TLS, handle uintptr, size int64) int32 {
	f := fileOf(handle)
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	rc := callable[func(*libc.TLS, uintptr, int64) int32](f.methods.FxTruncate)(tls, handle, size)
	if rc == sqlite.SQLITE_OK {
		f.disk.truncated(f.inode, size)
	}
	return rc
}

func xSync(_ *libc.TLS, handle uintptr, _ int32) int32 {
	f := fileOf(handle)
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if !f.disk.syncing(f.inode, f.syncFolder) {
		return sqlite.SQLITE_IOERR_FSYNC
	}
	f.syncFolder = false
	return sqlite.SQLITE_OK
}

// xFileControl keeps from the original the two requests that would change a file's length unrecorded. Both are hints.
func xFileControl(tls *libc.TLS, handle uintptr, request int32, argument uintptr) int32 {
	if request == sqlite.SQLITE_FCNTL_SIZE_HINT || request == sqlite.SQLITE_FCNTL_CHUNK_SIZE {
		return sqlite.SQLITE_OK
	}
	control := callable[func(*libc.TLS, uintptr, int32, uintptr) int32](fileOf(handle).methods.FxFileControl)
	return control(tls, handle, request, argument)
}

func diskOf(vfs uintptr) *Disk {
	registered.RLock()
	defer registered.RUnlock()
	return registered.disks[vfs]
}

func fileOf(handle uintptr) *file {
	registered.RLock()
	defer registered.RUnlock()
	return registered.files[handle]
}

// at returns what is at an address in C memory.
func at[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

// callable turns a C function pointer into the Go function of type F that it stands for: in the translated library both
// are the address of a function value.
func callable[F any](pointer uintptr) F { return *(*F)(unsafe.Pointer(&pointer)) }

// functionPointer is the opposite of callable. The function must be declared, not a closure: a closure would be collected.
func functionPointer[F any](function F) uintptr { return *(*uintptr)(unsafe.Pointer(&function)) }

func copyToC[T any](l *layer, from *T) (uintptr, error) {
	address := libc.Xmalloc(l.tls, libc.Tsize_t(unsafe.Sizeof(*from)))
	if address == 0 {
		return 0, errors.New("out of C memory")
	}
	l.memory = append(l.memory, address)
	*at[T](address) = *from
	return address, nil
}
