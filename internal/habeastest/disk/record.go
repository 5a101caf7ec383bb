package disk

import "fmt"

// Kind says what an operation does.
type Kind string

// The kinds of operation. Found is a file with content that was there before SQLite opened it.
const (
	Create   Kind = "create"
	Found    Kind = "found"
	Write    Kind = "write"
	Truncate Kind = "truncate"
	Sync     Kind = "sync"
	Delete   Kind = "delete"
)

// Operation is one recorded change to a file.
type Operation struct {
	Kind Kind
	// File is the file's name relative to the disk's folder.
	File string
	// Offset is where a write starts, and the length that a truncation leaves, in bytes.
	Offset int64
	// Length is that of the data written, in bytes.
	Length int
	// Folder says that the file's folder was synced too.
	Folder bool
	// Failed says that a sync failed.
	Failed bool
}

// String shows the operation on one line.
func (o Operation) String() string {
	switch o.Kind {
	case Write:
		return fmt.Sprintf("write %s %d+%d", o.File, o.Offset, o.Length)
	case Truncate:
		return fmt.Sprintf("truncate %s to %d", o.File, o.Offset)
	}
	text := string(o.Kind) + " " + o.File
	if o.Folder {
		text += " and its folder"
	}
	if o.Failed {
		text += ", failed"
	}
	return text
}

// operation is an Operation as it is kept: with its data, on an inode. It is never changed once recorded.
type operation struct {
	kind   Kind
	inode  int // for a deletion, the inode that loses its name
	name   string
	offset int64
	data   []byte
	folder bool
	failed bool
}

func (d *Disk) record(o operation) { d.log = append(d.log, o) }

func (d *Disk) newInode(name string, size int64) *inode {
	i := &inode{number: d.inodes, name: name, size: size}
	d.inodes++
	d.live[name] = i
	return i
}

func (d *Disk) found(name string, data []byte) *inode {
	i := d.newInode(name, int64(len(data)))
	d.record(operation{kind: Found, inode: i.number, name: name, data: data})
	return i
}

func (d *Disk) created(name string) *inode {
	i := d.newInode(name, 0)
	d.record(operation{kind: Create, inode: i.number, name: name})
	return i
}

func (d *Disk) wrote(i *inode, offset int64, data []byte) {
	if end := offset + int64(len(data)); end > i.size {
		d.faults.room -= end - i.size
		i.size = end
	}
	d.record(operation{kind: Write, inode: i.number, name: i.name, offset: offset, data: data})
}

func (d *Disk) truncated(i *inode, size int64) {
	d.faults.room += i.size - size
	i.size = size
	d.record(operation{kind: Truncate, inode: i.number, name: i.name, offset: size})
}

// syncing records a sync and says whether it succeeds.
func (d *Disk) syncing(i *inode, folder bool) bool {
	failed := d.faults.failSync == 1
	d.faults.failSync = max(d.faults.failSync-1, 0)
	d.record(operation{kind: Sync, inode: i.number, name: i.name, folder: folder && !failed, failed: failed})
	return !failed
}

func (d *Disk) deleted(name string, folder bool) {
	if i := d.live[name]; i != nil {
		d.faults.room += i.size
		delete(d.live, name)
		d.record(operation{kind: Delete, inode: i.number, name: name, folder: folder})
	}
}

// fits returns how much of a write can be carried out before the disk is full.
func (d *Disk) fits(i *inode, offset int64, length int32) int32 {
	if growth := offset + int64(length) - i.size; !d.faults.full || growth <= 0 || growth <= d.faults.room {
		return length
	}
	return int32(min(max(i.size+max(d.faults.room, 0)-offset, 0), int64(length)))
}
