package book

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/seal"
)

// Errors of the book itself; refusals of commands are custody.Refusal.
var (
	// ErrInUse: another server has this book open for writing.
	ErrInUse = errors.New("the book is open in another server")
	// ErrNotWritten: the storage failed, and it is not known whether the command was
	// written. Sending it again with the same idempotency key settles it safely.
	ErrNotWritten = errors.New("the storage failed; it is not known whether this was written")
	// ErrClosed: the book is being closed.
	ErrClosed = errors.New("the book is closed")
	// ErrReadOnly: the book was opened for reading alone.
	ErrReadOnly = errors.New("the book is open for reading only")
	// ErrNotFound: there is no such entry, checkpoint or attachment.
	ErrNotFound = errors.New("not found in the book")
)

// Config says where a book is and what it is given from outside.
type Config struct {
	Dir      string           // the data folder: key, lock and, for SQLite, the book itself
	URL      string           // a PostgreSQL connection string; empty: SQLite in Dir
	Origin   string           // name of the log on first opening; empty: one is made
	ReadOnly bool             // no lock is taken and nothing can be written
	Clock    func() time.Time // nil: time.Now
	// Policy decides what officials may do; nil: nothing is permitted to any. It runs on the
	// writer, and for readers, at once.
	Policy    custody.Policy
	FreshHand time.Duration // how lately an official must have proved who they are for what binds others; zero: 15 minutes
	Random    io.Reader     // salts and the log's key; must be crypto/rand.Reader outside tests
	VFS       string        // name of the SQLite file layer; empty: the ordinary one
	Log       *slog.Logger  // nil: slog.Default
}

// Book is an open book. Its methods may be called from any goroutine.
type Book struct {
	config Config
	engine engine
	signer *seal.Signer
	unlock func()

	calls   chan *call
	closing chan struct{}
	stopped chan struct{}

	// Owned by the writer goroutine.
	state  *custody.State
	tree   seal.Tree
	broken bool // the last write failed: state and tree must be read again before the next
	recent recentRequests

	// What is committed.
	committed struct {
		sync.RWMutex
		state      *custody.State
		checkpoint []byte
	}
	size  atomic.Int64
	grown struct {
		sync.Mutex
		signal chan struct{} // closed, and made anew, at every commit
	}
	nodes nodeCache
}

// Open opens the book of a data folder, making it on first opening. It fails with
// ErrInUse when another server has it open, and with ErrUnreachable when its database
// cannot be asked.
func Open(ctx context.Context, config Config) (_ *Book, err error) {
	if config.Clock == nil {
		config.Clock = time.Now
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	if config.FreshHand <= 0 {
		config.FreshHand = 15 * time.Minute
	}
	if config.Random == nil {
		return nil, errors.New("open the book: no source of randomness given")
	}
	b := &Book{config: config, calls: make(chan *call, 4096), closing: make(chan struct{}), stopped: make(chan struct{}), unlock: func() {}}
	b.grown.signal = make(chan struct{})
	defer func() {
		if err != nil {
			b.unlock()
		}
	}()
	if config.ReadOnly {
		if _, err := os.Stat(config.Dir); err != nil {
			return nil, fmt.Errorf("open the book in %s: %w", config.Dir, err)
		}
	} else {
		if err := os.MkdirAll(config.Dir, 0o700); err != nil {
			return nil, fmt.Errorf("make the data folder: %w", err)
		}
		unlock, err := lockFolder(config.Dir)
		if err != nil {
			return nil, err
		}
		b.unlock = unlock
	}
	if b.signer, err = loadSigner(config); err != nil {
		return nil, err
	}
	if config.URL != "" {
		b.engine, err = openPostgres(ctx, config)
	} else {
		b.engine, err = openSQLite(ctx, config)
	}
	if err != nil {
		return nil, outOfReach(err)
	}
	if err = b.load(ctx); err == nil {
		err = b.ownKey()
	}
	if err != nil {
		return nil, errors.Join(outOfReach(err), b.engine.close())
	}
	if config.ReadOnly {
		close(b.stopped)
	} else {
		go b.write()
	}
	return b, nil
}

// Close finishes what was accepted, and closes the book. It may be called once.
func (b *Book) Close() error {
	close(b.closing)
	<-b.stopped
	err := b.engine.close()
	b.unlock()
	if err != nil {
		return fmt.Errorf("close the book: %w", err)
	}
	return nil
}

// Origin is the name of the log, as its checkpoints carry it.
func (b *Book) Origin() string { return b.signer.Origin() }

// VerifierKey is the public key of the log, as a note verifier key.
func (b *Book) VerifierKey() string { return b.signer.VerifierKey() }

// Engine names the storage engine, "sqlite" or "postgres".
func (b *Book) Engine() string { return b.engine.name() }

// Size is the number of committed entries.
func (b *Book) Size() int64 { return b.size.Load() }

// load reads state, tree and newest checkpoint from storage.
func (b *Book) load(ctx context.Context) error {
	state, err := loadState(ctx, b.engine)
	if err != nil {
		return fmt.Errorf("read the state: %w", err)
	}
	tree, err := seal.Resume(state.Next, func(level int, index int64) (seal.Hash, error) {
		hashes, err := b.readNodes(ctx, []seal.Node{{Level: level, Index: index}})
		if err != nil {
			return seal.Hash{}, err
		}
		return hashes[0], nil
	})
	if err != nil {
		return fmt.Errorf("read the log's tree: %w", err)
	}
	committed, err := loadState(ctx, b.engine)
	if err != nil {
		return fmt.Errorf("read the state: %w", err)
	}
	checkpoint, err := b.engine.checkpoint(ctx)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("read the checkpoint: %w", err)
	}
	if err := b.recent.load(ctx, b.engine); err != nil {
		return err
	}
	state.Govern(b.config.Policy, b.config.Clock)
	committed.Govern(b.config.Policy, b.config.Clock)
	b.state, b.tree = state, tree
	b.committed.Lock()
	b.committed.state, b.committed.checkpoint = committed, checkpoint
	b.committed.Unlock()
	b.size.Store(state.Next)
	b.signalGrowth()
	return nil
}

// ownKey refuses to go on with a book that another key has sealed: its log would split
// in two, each half signed by a key that the other's readers do not know.
func (b *Book) ownKey() error {
	if len(b.committed.checkpoint) == 0 {
		return nil
	}
	if _, _, err := seal.OpenCheckpoint(b.committed.checkpoint, b.VerifierKey()); err != nil {
		return fmt.Errorf("the newest checkpoint is not of the key in %s; put the log's own key back, or run habeas verify: %w",
			filepath.Join(b.config.Dir, keyFile), err)
	}
	return nil
}

// errKeyDamaged: the file of the log's key is there, and holds none.
var errKeyDamaged = errors.New("is damaged")

// keyFile holds the log's private key, in the data folder.
const keyFile = "log.key"

// loadSigner reads the log's private key from the data folder, or makes it there on
// first opening.
func loadSigner(config Config) (*seal.Signer, error) {
	path := filepath.Join(config.Dir, keyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && !config.ReadOnly {
		if text, err = newKey(config); err != nil {
			return nil, fmt.Errorf("make the log's key: %w", err)
		}
		err = writeDurably(path, text)
	}
	if err != nil {
		return nil, fmt.Errorf("the log's key: %w", err)
	}
	signer, err := seal.LoadSigner(string(text))
	if err != nil {
		return nil, fmt.Errorf("the log's key in %s %w: %w", path, errKeyDamaged, err)
	}
	return signer, nil
}

func newKey(config Config) ([]byte, error) {
	origin := config.Origin
	if origin == "" {
		var id [4]byte
		if _, err := io.ReadFull(config.Random, id[:]); err != nil {
			return nil, err
		}
		origin = fmt.Sprintf("habeas.local/log/%x", id)
	}
	text, err := seal.NewSigner(origin, config.Random)
	return []byte(text), err
}

// writeDurably writes a file of mode 0600 that is on disk, under its name, on return.
func writeDurably(path string, content []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.Write(content); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
