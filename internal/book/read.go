package book

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/seal"
)

// Stored is an entry as it stands in the book: the exact bytes that are sealed.
type Stored struct {
	Number int64
	Salt   seal.Salt
	Body   []byte
}

// Read shows the committed state. read must not change it, keep it, or block.
func (b *Book) Read(read func(*custody.State)) {
	b.committed.RLock()
	defer b.committed.RUnlock()
	read(b.committed.state)
}

// FreshHand is how lately an official must have proved who they are for what binds others.
func (b *Book) FreshHand() time.Duration { return b.config.FreshHand }

// Entries returns up to limit committed entries, in order, from number from on.
func (b *Book) Entries(ctx context.Context, from int64, limit int) ([]Stored, error) {
	return b.query(ctx, limit, "SELECT number, salt, body FROM entry WHERE number >= $1 AND number < $2 ORDER BY number", from, min(from+int64(limit), b.Size()))
}

// Entry returns one committed entry, or ErrNotFound.
func (b *Book) Entry(ctx context.Context, number int64) (Stored, error) {
	list, err := b.Entries(ctx, number, 1)
	if err != nil {
		return Stored{}, err
	}
	if number < 0 || len(list) != 1 {
		return Stored{}, fmt.Errorf("entry %d: %w", number, ErrNotFound)
	}
	return list[0], nil
}

// Chain returns the entries about a person, newest first, at most limit of them, from
// entry before back (or from the newest when before is negative).
func (b *Book) Chain(ctx context.Context, person string, before int64, limit int) ([]Stored, error) {
	newest := int64(-1)
	b.Read(func(s *custody.State) {
		if h := s.Holdings.Get(person); h != nil {
			newest = h.Last
		}
	})
	if newest < 0 {
		return nil, custody.Unknown("person", person)
	}
	if before >= 0 {
		newest = min(newest, before)
	}
	chain, err := b.query(ctx, limit, `WITH RECURSIVE chain (number, previous, salt, body, length) AS (
			SELECT number, previous, salt, body, 1 FROM entry WHERE number = $1
			UNION ALL
			SELECT e.number, e.previous, e.salt, e.body, c.length + 1 FROM entry e JOIN chain c ON e.number = c.previous WHERE c.length < $2)
		SELECT number, salt, body FROM chain ORDER BY number DESC`, newest, limit)
	if err != nil || len(chain) == 0 {
		return chain, err
	}
	// before came from outside: an entry of somebody else is no way into their chain.
	first, err := custody.DecodeEntry(chain[0].Body)
	if err != nil {
		return nil, err
	}
	if first.Person != person {
		return nil, fmt.Errorf("entry %d in the chain of %s: %w", newest, person, ErrNotFound)
	}
	return chain, nil
}

func (b *Book) query(ctx context.Context, size int, query string, args ...any) (list []Stored, err error) {
	rows, err := b.engine.db().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	defer func() { err = closeRows(rows, err) }()
	list = make([]Stored, 0, min(max(size, 0), 1024))
	for rows.Next() {
		var s Stored
		var salt []byte
		if err := rows.Scan(&s.Number, &salt, &s.Body); err != nil {
			return nil, fmt.Errorf("read entries: %w", err)
		}
		if len(salt) != seal.SaltSize {
			return nil, fmt.Errorf("entry %d: its salt has %d bytes", s.Number, len(salt))
		}
		s.Salt = seal.Salt(salt)
		list = append(list, s)
	}
	return list, nil
}

// Grown returns a channel that is closed at the next commit.
func (b *Book) Grown() <-chan struct{} {
	b.grown.Lock()
	defer b.grown.Unlock()
	return b.grown.signal
}

// Checkpoint returns the newest signed checkpoint, or ErrNotFound on an empty book.
func (b *Book) Checkpoint() ([]byte, error) {
	b.committed.RLock()
	defer b.committed.RUnlock()
	if len(b.committed.checkpoint) == 0 {
		return nil, fmt.Errorf("checkpoint: %w", ErrNotFound)
	}
	return b.committed.checkpoint, nil
}

// Sealed returns a receipt for each of the entries, proved against the newest checkpoint.
func (b *Book) Sealed(ctx context.Context, numbers []int64) ([]seal.Receipt, error) {
	b.committed.RLock()
	checkpoint, size := b.committed.checkpoint, b.size.Load()
	b.committed.RUnlock()
	for _, n := range numbers {
		if n < 0 || n >= size {
			return nil, fmt.Errorf("entry %d: %w", n, ErrNotFound)
		}
	}
	proofs, err := seal.ProveInclusions(ctx, size, numbers, b.readNodes)
	if err != nil {
		return nil, fmt.Errorf("prove entries: %w", err)
	}
	receipts := make([]seal.Receipt, len(numbers))
	for i, n := range numbers {
		s, err := b.Entry(ctx, n)
		if err != nil {
			return nil, err
		}
		receipts[i] = seal.Receipt{Number: n, Salt: s.Salt, Entry: s.Body, Proof: proofs[i], Checkpoint: checkpoint}
	}
	return receipts, nil
}

// Proofs returns the newest checkpoint and, for each entry, its inclusion proof in it.
func (b *Book) Proofs(ctx context.Context, numbers []int64) (checkpoint []byte, proofs [][]seal.Hash, err error) {
	b.committed.RLock()
	checkpoint, size := b.committed.checkpoint, b.size.Load()
	b.committed.RUnlock()
	proofs, err = seal.ProveInclusions(ctx, size, numbers, b.readNodes)
	if err != nil {
		return nil, nil, fmt.Errorf("prove entries: %w", err)
	}
	return checkpoint, proofs, nil
}

// ProveGrowth proves that the log of one size is a prefix of the log of another.
func (b *Book) ProveGrowth(ctx context.Context, from, to int64) ([]seal.Hash, error) {
	return seal.ProveConsistency(ctx, from, to, b.readNodes)
}

// Nodes reads node hashes of the log's tree.
func (b *Book) Nodes() seal.NodeReader { return b.readNodes }

// readNodes finds node hashes in memory or in the rows of the entries that completed them.
func (b *Book) readNodes(ctx context.Context, nodes []seal.Node) ([]seal.Hash, error) {
	hashes := make([]seal.Hash, len(nodes))
	missing := b.nodes.find(nodes, hashes)
	if len(missing) == 0 {
		return hashes, nil
	}
	numbers := make([]any, 0, len(missing))
	for n := range missing {
		numbers = append(numbers, n)
	}
	for len(numbers) > 0 {
		chunk := numbers[:min(len(numbers), 500)]
		numbers = numbers[len(chunk):]
		if err := b.readNodeRows(ctx, chunk, nodes, missing, hashes); err != nil {
			return nil, err
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%d tree hashes are not in the book: %w", len(missing), ErrNotFound)
	}
	return hashes, nil
}

func (b *Book) readNodeRows(ctx context.Context, entries []any, nodes []seal.Node, missing map[int64][]int, hashes []seal.Hash) (err error) {
	marks := make([]string, len(entries))
	for i := range entries {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	rows, err := b.engine.db().QueryContext(ctx, "SELECT number, hashes FROM entry WHERE number IN ("+strings.Join(marks, ", ")+")", entries...)
	if err != nil {
		return fmt.Errorf("read tree hashes: %w", err)
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		var number int64
		var stored []byte
		if err := rows.Scan(&number, &stored); err != nil {
			return fmt.Errorf("read tree hashes: %w", err)
		}
		for _, i := range missing[number] {
			_, at := seal.Position(nodes[i].Level, nodes[i].Index)
			if len(stored) < (at+1)*len(seal.Hash{}) {
				return fmt.Errorf("entry %d: its tree hashes are cut short", number)
			}
			hashes[i] = seal.Hash(stored[at*len(seal.Hash{}) : (at+1)*len(seal.Hash{})])
			b.nodes.put(nodes[i], hashes[i])
		}
		delete(missing, number)
	}
	return nil
}

// nodeCache keeps node hashes that proofs ask for again: those of recent entries, and the
// upper levels, which every proof needs.
type nodeCache struct {
	sync.RWMutex
	hashes map[seal.Node]seal.Hash
}

// cachedNodes bounds the cache (about 100 bytes each).
const cachedNodes = 200_000

// find fills in the hashes that it has. missing are the entries in whose rows the others
// are, each with the positions among nodes that it is to fill.
func (c *nodeCache) find(nodes []seal.Node, hashes []seal.Hash) (missing map[int64][]int) {
	c.RLock()
	defer c.RUnlock()
	for i, n := range nodes {
		h, ok := c.hashes[n]
		if ok {
			hashes[i] = h
			continue
		}
		if missing == nil {
			missing = map[int64][]int{}
		}
		entry, _ := seal.Position(n.Level, n.Index)
		missing[entry] = append(missing[entry], i)
	}
	return missing
}

func (c *nodeCache) put(n seal.Node, h seal.Hash) {
	c.Lock()
	defer c.Unlock()
	c.set(n, h)
}

func (c *nodeCache) set(n seal.Node, h seal.Hash) {
	if c.hashes == nil {
		c.hashes = make(map[seal.Node]seal.Hash)
	}
	if len(c.hashes) >= cachedNodes {
		for k := range c.hashes { // room for new ones: some of the lowest, anywhere
			if k.Level < 8 {
				delete(c.hashes, k)
			}
			if len(c.hashes) < cachedNodes*9/10 {
				break
			}
		}
	}
	c.hashes[n] = h
}

// keep remembers the hashes that committed entries completed.
func (c *nodeCache) keep(entries []sealed) {
	c.Lock()
	defer c.Unlock()
	for _, e := range entries {
		for level := 0; (level+1)*len(seal.Hash{}) <= len(e.hashes); level++ {
			h := seal.Hash(e.hashes[level*len(seal.Hash{}) : (level+1)*len(seal.Hash{})])
			c.set(seal.Node{Level: level, Index: (e.number+1)>>level - 1}, h)
		}
	}
}

// Beside returns the database for what lies beside the book and is no part of the record:
// credentials, sessions, quarantine, attachments. The book's own tables are written by
// the book alone.
func (b *Book) Beside() *sql.DB { return b.engine.db() }
