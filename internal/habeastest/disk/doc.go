// Package disk is a simulated disk under the embedded SQLite engine, for tests of law 7: what was acknowledged survives
// kill -9, power loss and a full disk.
//
// A [Disk] registers a layer (a SQLite VFS) over the real file system, in this process, and records every change to the
// files in its folder: the test opens its store with vfs=[Disk.VFS] in the connection's name and calls [Disk.Mark] when a
// commit has been acknowledged. Afterwards [Disk.Image] builds, for any point of the recording and any seed, a folder as
// power loss might have left it, and [Disk.Killed] one as kill -9 leaves it. The test opens that folder and looks for what
// had been acknowledged. [Disk.FullAfter] and [Disk.FailSync] make the disk fail while the store runs.
//
// # What may happen to a file when power goes
//
// What was written before the last successful sync of a file is there. Each write or truncation after it has, by the
// seed and independently of the others, happened, not happened, or (a write) happened in part: sectors of 512 bytes are
// whole, old or new, and which of a write's sectors are new is a prefix, a suffix or any subset. An image never shows an
// earlier write over a later one. Where an unsynced write made a file longer, the new length may have reached the disk
// before the data, and then the gap holds rubbish. Bytes beside a write are never harmed (SQLite's default assumption,
// "powersafe overwrite").
//
// A sync that failed makes nothing durable, and neither do later syncs of what was written before it: an operating
// system that failed to write a page once may believe it clean, and does not try again.
//
// # What may happen to a name when power goes
//
// Names are made durable by a sync of their folder, not by a sync of the file: this is all that POSIX promises, and harsher
// than most file systems. SQLite syncs the folder in two cases, and so does the model: with the first sync of a journal or
// write-ahead log that it opened for creation, and with a deletion that asks for it. Until then each name shows, by the
// seed and independently of other names, any of the states it has had since the folder's last sync: a file that was
// created may be missing, one that was deleted may be back, with what it had durably.
//
// # What is outside the model
//
// Temporary files and files outside the folder pass through unrecorded, and so does shared memory (-shm): it is not meant
// to survive, and an image has none. The real disk is never asked to sync: nothing here tests the real one, and tests are
// faster. Files changed in the folder behind SQLite's back while a Disk is open there are not followed; one that is found
// when SQLite first opens it counts as created at that moment when empty (a program may create it to set its mode), and as
// durable from that moment when not.
package disk
