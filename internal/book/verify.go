package book

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

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
	Problems     []Damage       `json:"problems"`
}

// Damage is one thing that is wrong with what was verified. Code is stable, and doors say it in a language by the message
// "verification.CODE" and the parameters; Text says it in English, for logs.
type Damage struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
	Text   string            `json:"text"`
}

func (p Damage) String() string { return p.Text }

// damageOf makes a damage; its parameters follow as name and value in turn.
func damageOf(code, text string, pairs ...any) Damage {
	p := Damage{Code: code, Text: text, Params: map[string]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		p.Params[fmt.Sprint(pairs[i])] = fmt.Sprint(pairs[i+1])
	}
	return p
}

// maxProblems bounds a report: one changed byte high in the tree shows in many places.
const maxProblems = 100

// Verify opens the book of a data folder for reading and verifies it, even when its
// state is too damaged to be served. An error means that it could not be looked at
// (ErrUnreachable, a folder or key that is not there), which says nothing about the record;
// whatever is wrong with what was read is a problem in the report.
func Verify(ctx context.Context, config Config) (Report, error) {
	config.ReadOnly = true
	signer, err := loadSigner(config)
	if errors.Is(err, errKeyDamaged) {
		return Report{Roll: map[string]int{}, Problems: []Damage{damageOf("key-damaged", err.Error(), "detail", err)}}, nil
	}
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
	report, err := verify(ctx, e, signer, config.Dir, nil)
	return report, errors.Join(err, e.close())
}

// Verify verifies the open book as it is now, while it goes on being written.
func (b *Book) Verify(ctx context.Context) (Report, error) { return b.VerifyTelling(ctx, nil) }

// VerifyTelling is Verify that tells, now and then, how many entries it has verified; it then
// still has to compare the state. told is called from the verification's goroutine.
func (b *Book) VerifyTelling(ctx context.Context, told func(verified int64)) (Report, error) {
	return verify(ctx, b.engine, b.signer, b.config.Dir, told)
}

// verification goes through the book once. What it keeps in memory grows with the people
// in the register, as the state does, and not with the entries.
type verification struct {
	engine engine
	signer *seal.Signer
	report Report
	state  *custody.State       // rebuilt from the entries
	fresh  *freshStore          // and written here
	stuck  bool                 // an entry did not fit; the rest cannot be folded
	told   func(verified int64) // hears of progress; may be nil
	tree   seal.Tree
	found  int // problems, also those beyond what a report lists

	// What the entries since the last write to the fresh store brought.
	requests []requestRow
	cited    []citation
}

// problem notes what is wrong: its code, how it is said in English, and its parameters as name and value in turn.
func (v *verification) problem(code, text string, pairs ...any) {
	v.found++
	if len(v.report.Problems) < maxProblems {
		v.report.Problems = append(v.report.Problems, damageOf(code, text, pairs...))
	}
}

func verify(ctx context.Context, e engine, signer *seal.Signer, near string, told func(int64)) (_ Report, err error) {
	v := &verification{engine: e, told: told, signer: signer, state: custody.NewState(), report: Report{Roll: map[string]int{}, Problems: []Damage{}}}
	if v.fresh, err = openFresh(ctx, near); err != nil {
		return v.report, err
	}
	defer func() { err = errors.Join(err, v.fresh.close()) }()
	damaged, err := e.check(ctx)
	if err := v.mayGoOn(ctx, err); err != nil {
		return v.report, err
	}
	if err != nil {
		v.problem("file-unchecked", fmt.Sprintf("the database file cannot be checked: %v", err), "detail", err)
	}
	for _, d := range damaged {
		v.problem("file-damaged", fmt.Sprintf("the database file is damaged: %s", d), "detail", d)
	}
	// What cannot be read because it is damaged is a finding, not a failure to verify.
	if err := e.snapshot(ctx, func(tx *sql.Tx) error { return v.read(ctx, tx) }); err != nil {
		if err := v.mayGoOn(ctx, err); err != nil {
			return v.report, err
		}
		v.problem("unreadable", fmt.Sprintf("the book cannot be read to its end: %v", err), "detail", err)
		v.report.RebuiltEqual, v.report.SealedEqual = false, false
	}
	return v.report, nil
}

// mayGoOn tells a book that is damaged, which is to be reported, from one that cannot be
// looked at, or not any longer.
func (v *verification) mayGoOn(ctx context.Context, err error) error {
	var ours *freshStoreError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &ours):
		return err
	case Unreachable(err):
		return outOfReach(err)
	}
	return nil
}

// freshStoreError is a failure of the fresh store, for which the book cannot be blamed.
type freshStoreError struct{ error }

func (e *freshStoreError) Unwrap() error { return e.error }

func (v *verification) read(ctx context.Context, tx *sql.Tx) error {
	before := v.found
	if err := v.schema(ctx, tx); err != nil {
		return err
	}
	ofSchema := v.found - before // says nothing of what was sealed
	if err := v.entries(ctx, tx); err != nil {
		return err
	}
	root := v.tree.Root()
	v.report.Root = hex.EncodeToString(root[:])
	v.report.SealedEqual = v.found == ofSchema
	before = v.found
	if err := v.fresh.snapshot(ctx, func(fresh *sql.Tx) error { return v.compare(ctx, tx, fresh) }); err != nil {
		return err
	}
	v.report.RebuiltEqual = !v.stuck && v.found == before
	for _, broken := range v.state.CheckLaws() {
		v.problem("law-broken", broken, "detail", broken)
	}
	for p := range v.state.Places.All() {
		if p.Kind == custody.Establishment {
			v.report.Roll[p.Code] = v.state.Roll(p.Code)
		}
	}
	if n := v.state.Roll(""); n > 0 {
		v.report.Roll[""] = n
	}
	return v.cosignatures(ctx, tx)
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
			v.problem("cosignature-invalid", fmt.Sprintf("the cosignature of checkpoint %d by %s does not hold: %v", size, witness, err), "size", size, "witness", witness, "detail", err)
		}
	}
	return nil
}

// checkpoints reads the signed checkpoints of the sizes after one and up to another, and
// checks their signatures.
func (v *verification) checkpoints(ctx context.Context, tx *sql.Tx, after, upTo int64, roots map[int64]seal.Hash) (err error) {
	rows, err := tx.QueryContext(ctx, "SELECT size, note FROM checkpoint WHERE size > $1 AND size <= $2 ORDER BY size", after, upTo)
	if err != nil {
		return fmt.Errorf("read checkpoints: %w", err)
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		var size int64
		var stored any
		if err := rows.Scan(&size, &stored); err != nil {
			return fmt.Errorf("read checkpoints: %w", err)
		}
		note, ok := stored.(string)
		if !ok {
			v.problem("checkpoint-stored-otherwise", fmt.Sprintf("checkpoint of size %d: it is stored as %T", size, stored), "size", size)
		}
		c, _, err := seal.OpenCheckpoint([]byte(note), v.signer.VerifierKey())
		switch {
		case err != nil:
			v.problem("checkpoint-invalid", fmt.Sprintf("checkpoint of size %d: %v", size, err), "size", size, "detail", err)
		case c.Size != size || c.Origin != v.signer.Origin():
			v.problem("checkpoint-misplaced", fmt.Sprintf("checkpoint of size %d: it says %q, size %d", size, c.Origin, c.Size), "size", size, "origin", c.Origin, "says", c.Size)
		default:
			// A signature holds in more than one spelling; the book keeps the one that was signed.
			if again, err := v.signer.Checkpoint(c.Size, c.Root); err != nil || note != string(again) {
				v.problem("checkpoint-respelled", fmt.Sprintf("checkpoint of size %d: it is not written as it was signed", size), "size", size)
			}
		}
		roots[size] = c.Root
		v.report.LogSize = max(v.report.LogSize, size)
	}
	return nil
}

// verifiedAtOnce is how many entries are in memory at a time.
const verifiedAtOnce = 1000

// entries reads the whole book, some at a time: each entry must continue the last, be what
// was sealed, complete the tree hashes stored with it, and fold into the state.
func (v *verification) entries(ctx context.Context, tx *sql.Tx) error {
	roots := map[int64]seal.Hash{}
	for from := int64(math.MinInt64); ; {
		some, err := v.someEntries(ctx, tx, from)
		if err != nil {
			return err
		}
		if len(some) == 0 {
			break
		}
		next := some[len(some)-1].number + 1
		if err := v.checkpoints(ctx, tx, max(from, math.MinInt64), next, roots); err != nil {
			return err
		}
		for i := range some {
			if err := v.entry(&some[i], roots); err != nil {
				return err
			}
		}
		if err := v.keep(ctx); err != nil {
			return err
		}
		if v.told != nil {
			v.told(v.report.Entries)
		}
		from = next
	}
	if err := v.checkpoints(ctx, tx, v.report.Entries, math.MaxInt64, roots); err != nil {
		return err
	}
	for _, size := range slices.Sorted(maps.Keys(roots)) {
		v.problem("checkpoint-beyond", fmt.Sprintf("checkpoint of size %d: the book has only %d entries", size, v.report.Entries), "size", size, "entries", v.report.Entries)
	}
	if v.report.LogSize != v.report.Entries {
		v.problem("checkpoint-behind", fmt.Sprintf("the newest checkpoint is of size %d, the book has %d entries", v.report.LogSize, v.report.Entries), "size", v.report.LogSize, "entries", v.report.Entries)
	}
	return nil
}

func (v *verification) someEntries(ctx context.Context, tx *sql.Tx, from int64) (some []sealed, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT number, previous, salt, hashes, body FROM entry WHERE number >= $1 ORDER BY number LIMIT $2", from, verifiedAtOnce)
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	defer func() { err = closeRows(rows, err) }()
	for rows.Next() {
		var s sealed
		var previous, salt, hashes, body any
		if err := rows.Scan(&s.number, &previous, &salt, &hashes, &body); err != nil {
			return nil, fmt.Errorf("read entries: %w", err)
		}
		var ok [4]bool
		s.previous, ok[0] = previous.(int64)
		s.salt, ok[1] = salt.([]byte)
		s.hashes, ok[2] = hashes.([]byte)
		s.body, ok[3] = body.([]byte)
		if ok != [4]bool{true, true, true, true} {
			v.problem("entry-stored-otherwise", fmt.Sprintf("entry %d: it is stored as %T, %T, %T, %T", s.number, previous, salt, hashes, body), "entry", s.number)
		}
		some = append(some, s)
	}
	return some, nil
}

// entry takes the next entry. An error means that the book does not go on from here.
func (v *verification) entry(s *sealed, roots map[int64]seal.Hash) error {
	if want := v.report.Entries; s.number != want {
		v.problem("entry-missing", fmt.Sprintf("entry %d is missing: the next one found is %d", want, s.number), "entry", want, "next", s.number)
		return errors.New("the numbers of the entries have a gap")
	}
	v.report.Entries++
	v.seal(s)
	if root, ok := roots[v.tree.Size()]; ok {
		if root != v.tree.Root() {
			v.problem("checkpoint-other-root", fmt.Sprintf("checkpoint of size %d: the tree of the entries has another root", v.tree.Size()), "size", v.tree.Size())
		}
		delete(roots, v.tree.Size())
	}
	v.fold(s)
	return nil
}

func (v *verification) seal(s *sealed) {
	if len(s.salt) != seal.SaltSize {
		v.problem("entry-salt-changed", fmt.Sprintf("entry %d: its salt is changed (%d bytes)", s.number, len(s.salt)), "entry", s.number)
		s.salt = make([]byte, seal.SaltSize)
	}
	leaf := seal.LeafHash(seal.Commit(seal.Salt(s.salt), s.body))
	var want []byte
	for _, h := range v.tree.Append(leaf) {
		want = append(want, h[:]...)
	}
	switch {
	case len(s.hashes) != len(want):
		v.problem("entry-hashes-changed", fmt.Sprintf("entry %d: its tree hashes are changed (%d bytes, not %d)", s.number, len(s.hashes), len(want)), "entry", s.number)
	case !bytes.Equal(s.hashes[:len(leaf)], want[:len(leaf)]):
		v.problem("entry-changed", fmt.Sprintf("entry %d: its body, salt or leaf hash is changed: they do not belong together", s.number), "entry", s.number)
	case !bytes.Equal(s.hashes, want):
		v.problem("entry-hashes-changed", fmt.Sprintf("entry %d: a tree hash stored with it is changed", s.number), "entry", s.number)
	}
}

func (v *verification) fold(s *sealed) {
	if v.stuck {
		return
	}
	e, err := custody.DecodeEntry(s.body)
	if err != nil {
		v.stuck = true
		v.problem("entry-unreadable", fmt.Sprintf("entry %d: %v", s.number, err), "entry", s.number, "detail", err)
		return
	}
	again, err := e.Encode()
	if err != nil || !bytes.Equal(again, s.body) {
		v.problem("entry-not-canonical", fmt.Sprintf("entry %d: its bytes are not in canonical form", s.number), "entry", s.number)
	}
	previous := int64(-1)
	if e.Previous != nil {
		previous = *e.Previous
	}
	if previous != s.previous {
		v.problem("entry-chain-changed", fmt.Sprintf("entry %d: the row says that entry %d goes before it in the person's chain, the entry says %d", s.number, s.previous, previous), "entry", s.number, "row", s.previous, "previous", previous)
	}
	if r := e.Request; r != nil {
		v.requests = append(v.requests, requestRow{e.By, r.Key, r.Digest, e.Number, int64(r.Count)})
	}
	for _, hash := range attachmentsCited(s.body) {
		v.cited = append(v.cited, citation{hash, e.Number})
	}
	if err := v.state.Apply(e); err != nil {
		v.stuck = true
		v.problem("state-stuck", fmt.Sprintf("%v; the state cannot be rebuilt beyond it", err), "detail", err)
	}
}
