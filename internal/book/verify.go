package book

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/seal"
)

// Report is the outcome of a verification.
type Report struct {
	Entries      int64          `json:"entries"`
	LogSize      int64          `json:"log_size"` // by the newest signed checkpoint
	Root         string         `json:"root"`     // of the tree rebuilt from the entries, in hexadecimal
	RebuiltEqual bool           `json:"rebuilt_equal"`
	SealedEqual  bool           `json:"sealed_equal"`
	Roll         map[string]int `json:"roll"` // by establishment, from the rebuilt state; "" is in transit
	Problems     []string       `json:"problems"`
}

// maxProblems bounds a report: one changed byte high in the tree shows in many places.
const maxProblems = 100

// Verify opens the book of a data folder for reading and verifies it, even when its
// state is too damaged to be served. An error means that it could not be read at all;
// whatever is wrong with what was read is a problem in the report.
func Verify(ctx context.Context, config Config) (Report, error) {
	config.ReadOnly = true
	signer, err := loadSigner(config)
	if err != nil {
		return Report{}, err
	}
	var e engine
	if config.URL != "" {
		e, err = openPostgres(ctx, config)
	} else {
		e, err = openSQLite(ctx, config)
	}
	if err != nil {
		return Report{}, err
	}
	v := &verification{engine: e, signer: signer}
	report, err := v.run(ctx)
	return report, errors.Join(err, e.close())
}

// Verify verifies the open book as it is now, while it goes on being written.
func (b *Book) Verify(ctx context.Context) (Report, error) {
	v := &verification{engine: b.engine, signer: b.signer}
	return v.run(ctx)
}

type verification struct {
	engine   engine
	signer   *seal.Signer
	report   Report
	state    *custody.State // rebuilt from the entries
	stuck    bool           // an entry did not fit; the rest cannot be folded
	tree     seal.Tree
	requests map[[2]string]requestRow
	found    int // problems, also those beyond what a report lists
}

func (v *verification) problem(format string, args ...any) {
	v.found++
	if len(v.report.Problems) < maxProblems {
		v.report.Problems = append(v.report.Problems, fmt.Sprintf(format, args...))
	}
}

func (v *verification) run(ctx context.Context) (Report, error) {
	v.report = Report{Roll: map[string]int{}, Problems: []string{}}
	v.state, v.requests = custody.NewState(), map[[2]string]requestRow{}
	damaged, err := v.engine.check(ctx)
	if err != nil {
		v.problem("the database file cannot be checked: %v", err)
	}
	for _, d := range damaged {
		v.problem("the database file is damaged: %s", d)
	}
	// What cannot be read because it is damaged is a finding, not a failure to verify.
	if err := v.engine.snapshot(ctx, func(tx *sql.Tx) error { return v.read(ctx, tx) }); err != nil {
		if ctx.Err() != nil {
			return v.report, ctx.Err()
		}
		v.problem("the book cannot be read to its end: %v", err)
		v.report.RebuiltEqual, v.report.SealedEqual = false, false
	}
	return v.report, nil
}

func (v *verification) read(ctx context.Context, tx *sql.Tx) error {
	checkpoints, err := v.checkpoints(ctx, tx)
	if err != nil {
		return err
	}
	if err := v.entries(ctx, tx, checkpoints); err != nil {
		return err
	}
	root := v.tree.Root()
	v.report.Root = hex.EncodeToString(root[:])
	v.report.SealedEqual = v.found == 0
	before := v.found
	if err := v.compareState(ctx, tx); err != nil {
		return err
	}
	if err := v.compareRequests(ctx, tx); err != nil {
		return err
	}
	v.report.RebuiltEqual = !v.stuck && v.found == before
	for _, broken := range v.state.CheckLaws() {
		v.problem("%s", broken)
	}
	for p := range v.state.Places.All() {
		if p.Kind == custody.Establishment {
			v.report.Roll[p.Code] = v.state.Roll(p.Code)
		}
	}
	if n := v.state.Roll(""); n > 0 {
		v.report.Roll[""] = n
	}
	if err := v.cosignatures(ctx, tx); err != nil {
		return err
	}
	return v.attachments(ctx, tx)
}

// cosignatures checks what witnesses have signed.
func (v *verification) cosignatures(ctx context.Context, tx *sql.Tx) (err error) {
	rows, err := tx.QueryContext(ctx, "SELECT c.size, c.witness, c.line, k.note FROM cosignature c LEFT JOIN checkpoint k ON k.size = c.size ORDER BY c.size, c.witness")
	if err != nil {
		return fmt.Errorf("read cosignatures: %w", err)
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		var size int64
		var witness, line string
		var note sql.NullString
		if err := rows.Scan(&size, &witness, &line, &note); err != nil {
			return fmt.Errorf("read cosignatures: %w", err)
		}
		cosigned, err := seal.AddCosignatures([]byte(note.String), line)
		var signers []string
		if err == nil {
			_, signers, err = seal.OpenCheckpoint(cosigned, v.signer.VerifierKey(), witness)
		}
		if err != nil || len(signers) == 0 {
			v.problem("the cosignature of checkpoint %d by %s does not hold: %v", size, witness, err)
		}
	}
	return nil
}

// checkpoints reads every signed checkpoint and checks its signature.
func (v *verification) checkpoints(ctx context.Context, tx *sql.Tx) (_ map[int64]seal.Hash, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT size, note FROM checkpoint ORDER BY size")
	if err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	defer func() { err = closeRows(rows, err) }()
	roots := map[int64]seal.Hash{}
	for rows.Next() {
		var size int64
		var note []byte
		if err := rows.Scan(&size, &note); err != nil {
			return nil, fmt.Errorf("read checkpoints: %w", err)
		}
		c, _, err := seal.OpenCheckpoint(note, v.signer.VerifierKey())
		switch {
		case err != nil:
			v.problem("checkpoint of size %d: %v", size, err)
		case c.Size != size || c.Origin != v.signer.Origin():
			v.problem("checkpoint of size %d: it says %q, size %d", size, c.Origin, c.Size)
		default:
			// A signature holds in more than one spelling; the book keeps the one that was signed.
			if again, err := v.signer.Checkpoint(c.Size, c.Root); err != nil || !bytes.Equal(note, again) {
				v.problem("checkpoint of size %d: it is not written as it was signed", size)
			}
		}
		roots[size] = c.Root
		v.report.LogSize = max(v.report.LogSize, size)
	}
	return roots, nil
}

// entries reads the whole book: each entry must continue the last, be what was sealed,
// complete the tree hashes stored with it, and fold into the state.
func (v *verification) entries(ctx context.Context, tx *sql.Tx, roots map[int64]seal.Hash) (err error) {
	rows, err := tx.QueryContext(ctx, "SELECT number, previous, salt, hashes, body FROM entry ORDER BY number")
	if err != nil {
		return fmt.Errorf("read entries: %w", err)
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		var s sealed
		if err := rows.Scan(&s.number, &s.previous, &s.salt, &s.hashes, &s.body); err != nil {
			return fmt.Errorf("read entries: %w", err)
		}
		if want := v.report.Entries; s.number != want {
			v.problem("entry %d is missing: the next one found is %d", want, s.number)
			return errors.New("the numbers of the entries have a gap")
		}
		v.report.Entries++
		v.seal(&s)
		if root, ok := roots[v.tree.Size()]; ok {
			if root != v.tree.Root() {
				v.problem("checkpoint of size %d: the tree of the entries has another root", v.tree.Size())
			}
			delete(roots, v.tree.Size())
		}
		v.fold(&s)
	}
	for size := range roots {
		v.problem("checkpoint of size %d: the book has only %d entries", size, v.report.Entries)
	}
	if v.report.LogSize != v.report.Entries {
		v.problem("the newest checkpoint is of size %d, the book has %d entries", v.report.LogSize, v.report.Entries)
	}
	return nil
}

func (v *verification) seal(s *sealed) {
	if len(s.salt) != seal.SaltSize {
		v.problem("entry %d: its salt is changed (%d bytes)", s.number, len(s.salt))
		s.salt = make([]byte, seal.SaltSize)
	}
	leaf := seal.LeafHash(seal.Commit(seal.Salt(s.salt), s.body))
	var want []byte
	for _, h := range v.tree.Append(leaf) {
		want = append(want, h[:]...)
	}
	switch {
	case len(s.hashes) != len(want):
		v.problem("entry %d: its tree hashes are changed (%d bytes, not %d)", s.number, len(s.hashes), len(want))
	case !bytes.Equal(s.hashes[:len(leaf)], want[:len(leaf)]):
		v.problem("entry %d: its body, salt or leaf hash is changed: they do not belong together", s.number)
	case !bytes.Equal(s.hashes, want):
		v.problem("entry %d: a tree hash stored with it is changed", s.number)
	}
}

func (v *verification) fold(s *sealed) {
	if v.stuck {
		return
	}
	e, err := custody.DecodeEntry(s.body)
	if err != nil {
		v.stuck = true
		v.problem("entry %d: %v", s.number, err)
		return
	}
	again, err := e.Encode()
	if err != nil || !bytes.Equal(again, s.body) {
		v.problem("entry %d: its bytes are not in canonical form", s.number)
	}
	previous := int64(-1)
	if e.Previous != nil {
		previous = *e.Previous
	}
	if previous != s.previous {
		v.problem("entry %d: the row says that entry %d goes before it in the person's chain, the entry says %d", s.number, s.previous, previous)
	}
	if r := e.Request; r != nil {
		v.requests[[2]string{e.By, r.Key}] = requestRow{e.By, r.Key, r.Digest, e.Number, int64(r.Count)}
	}
	if err := v.state.Apply(e); err != nil {
		v.stuck = true
		v.problem("%v; the state cannot be rebuilt beyond it", err)
	}
}

// compareState compares every row of every table with the rows that the state rebuilt
// from the entries alone is stored as, byte for byte. The rebuilt rows stay in memory: a
// second copy of the register is nothing to leave in a temporary folder.
func (v *verification) compareState(ctx context.Context, live *sql.Tx) error {
	for _, t := range tables {
		rebuilt, _, err := t.take(v.state)
		if err != nil {
			return err
		}
		if err := v.compareTable(ctx, t, live, rebuilt); err != nil {
			return err
		}
	}
	return nil
}

func (v *verification) compareTable(ctx context.Context, t *table, live *sql.Tx, rebuilt []row) error {
	want := make(map[string]row, len(rebuilt))
	for _, r := range rebuilt {
		want[t.keyOf(r)] = r
	}
	err := t.each(ctx, v.engine.name(), live, func(r row) error {
		key := t.keyOf(r)
		w, ok := want[key]
		if !ok {
			v.problem("table %s: row %s is not in the book", t.name, key)
			return nil
		}
		delete(want, key)
		for i, c := range t.columns {
			if r[i] != w[i] {
				v.problem("table %s, row %s: column %s is %q, the book says %q", t.name, key, c.name, fmt.Sprint(r[i]), fmt.Sprint(w[i]))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !v.stuck {
		for key := range want {
			v.problem("table %s: row %s is missing", t.name, key)
		}
	}
	return nil
}

func (t *table) keyOf(r row) string {
	key := fmt.Sprint(r[0])
	for _, part := range r[1:t.keys] {
		key += "/" + fmt.Sprint(part)
	}
	return key
}

func (v *verification) compareRequests(ctx context.Context, tx *sql.Tx) (err error) {
	rows, err := tx.QueryContext(ctx, "SELECT official, key, digest, first, count FROM request")
	if err != nil {
		return fmt.Errorf("read requests: %w", err)
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		var r requestRow
		if err := rows.Scan(&r.official, &r.key, &r.digest, &r.first, &r.count); err != nil {
			return fmt.Errorf("read requests: %w", err)
		}
		if v.requests[[2]string{r.official, r.key}] != r {
			v.problem("request %s of %s is not what the book says", r.key, r.official)
		}
		delete(v.requests, [2]string{r.official, r.key})
	}
	if !v.stuck {
		for k := range v.requests {
			v.problem("request %s of %s is missing", k[1], k[0])
		}
	}
	return nil
}

func (v *verification) attachments(ctx context.Context, tx *sql.Tx) (err error) {
	rows, err := tx.QueryContext(ctx, "SELECT hash, type, bytes FROM attachment")
	if err != nil {
		return fmt.Errorf("read attachments: %w", err)
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		var hash, mediaType string
		var content []byte
		if err := rows.Scan(&hash, &mediaType, &content); err != nil {
			return fmt.Errorf("read attachments: %w", err)
		}
		if AttachmentHash(mediaType, content) != hash {
			v.problem("attachment %s: its content or type is changed", hash)
		}
	}
	return nil
}

// AttachmentHash is the key under which a file is attached, and by which entries name it:
// SHA-256 in hexadecimal over its media type, a line feed and its content.
func AttachmentHash(mediaType string, content []byte) string {
	h := sha256.New()
	h.Write([]byte(mediaType + "\n"))
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}
