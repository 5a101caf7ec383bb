package disk

import (
	"bytes"
	"cmp"
	"maps"
	"path/filepath"
	"slices"
)

// replay is what a recording makes of a disk up to an operation: what is durable, and what is not yet.
type replay struct {
	at      int            // operations carried out
	names   map[string]int // the inode of each durable name
	renamed []*operation   // creations and deletions whose folder has not been synced since, in order
	inodes  []contents
}

type contents struct {
	durable []byte
	// pending are the writes and truncations that are not in durable, in order.
	pending []change
}

type change struct {
	*operation
	// certain says that it was synced, and waits only because an uncertain one goes before it.
	certain bool
	// lost says that a sync of it failed: no later one makes it certain.
	lost bool
}

func (r *replay) carryOut(o *operation) {
	if o.kind == Create || o.kind == Found {
		r.inodes = append(r.inodes, contents{})
	}
	file := &r.inodes[o.inode]
	switch o.kind {
	case Found:
		file.durable = bytes.Clone(o.data)
		r.renamed = slices.DeleteFunc(r.renamed, func(earlier *operation) bool { return earlier.name == o.name })
		r.names[o.name] = o.inode
	case Create, Delete:
		r.renamed = append(r.renamed, o)
	case Write, Truncate:
		file.pending = append(file.pending, change{operation: o})
	case Sync:
		file.sync(o.failed)
	}
	if o.folder {
		r.syncFolder(filepath.Dir(o.name))
	}
}

func (c *contents) sync(failed bool) {
	for i := range c.pending {
		if change := &c.pending[i]; failed && !change.certain {
			change.lost = true
		} else if !change.lost {
			change.certain = true
		}
	}
	settled := 0
	for settled < len(c.pending) && c.pending[settled].certain {
		c.durable = c.pending[settled].apply(c.durable)
		settled++
	}
	c.pending = slices.Clone(c.pending[settled:])
}

func (r *replay) syncFolder(folder string) {
	r.renamed = slices.DeleteFunc(r.renamed, func(o *operation) bool {
		if filepath.Dir(o.name) != folder {
			return false
		}
		rename(r.names, o)
		return true
	})
}

func rename(names map[string]int, o *operation) {
	if o.kind == Delete {
		delete(names, o.name)
	} else {
		names[o.name] = o.inode
	}
}

// files returns the files that power leaves, by name.
func (r *replay) files(p *power) map[string][]byte {
	names := maps.Clone(r.names)
	// Each name comes as far as it may, whatever the others do.
	byName := slices.Clone(r.renamed)
	slices.SortStableFunc(byName, func(a, b *operation) int { return cmp.Compare(a.name, b.name) })
	for len(byName) > 0 {
		states := 1
		for states < len(byName) && byName[states].name == byName[0].name {
			states++
		}
		for _, o := range byName[:p.step(states)] {
			rename(names, o)
		}
		byName = byName[states:]
	}
	files := map[string][]byte{}
	for _, name := range slices.Sorted(maps.Keys(names)) { // in order, for the draws that follow
		file := &r.inodes[names[name]]
		content := bytes.Clone(file.durable)
		for _, change := range file.pending {
			switch {
			case change.certain:
				content = change.apply(content)
			case change.kind == Write && p.tears():
				content = change.tear(content, p)
			case p.keeps():
				content = change.apply(content)
			}
		}
		files[name] = content
	}
	return files
}

// apply carries out a write or truncation on a file's content, and returns the content.
func (o *operation) apply(content []byte) []byte {
	if o.kind == Truncate {
		return resize(content, o.offset)
	}
	return overlay(content, o.offset, o.data)
}

// Bytes that the disk writes whole or not at all.
const sector = 512

// tear carries out a write in part.
func (o *operation) tear(content []byte, p *power) []byte {
	end := o.offset + int64(len(o.data))
	if old := int64(len(content)); end > old && p.chance.IntN(2) == 0 {
		content = resize(content, end)
		for i := old; i < end; i++ {
			content[i] = byte(p.chance.Uint32())
		}
	}
	first, sectors := o.offset/sector, (end-1)/sector-o.offset/sector+1
	limit, form := p.chance.Int64N(sectors+1), p.chance.IntN(3)
	for s := range sectors {
		written := s < limit
		switch form {
		case 1:
			written = s >= limit
		case 2:
			written = p.chance.IntN(2) == 0
		}
		if from, to := max(o.offset, (first+s)*sector), min(end, (first+s+1)*sector); written {
			content = overlay(content, from, o.data[from-o.offset:to-o.offset])
		}
	}
	return content
}

func overlay(content []byte, offset int64, data []byte) []byte {
	if end := offset + int64(len(data)); end > int64(len(content)) {
		content = resize(content, end)
	}
	copy(content[offset:], data)
	return content
}

// resize makes the content longer with zeros, or shorter.
func resize(content []byte, size int64) []byte {
	if old := int64(len(content)); size > old {
		content = slices.Grow(content, int(size-old))[:size]
		clear(content[old:])
		return content
	}
	return content[:size]
}
