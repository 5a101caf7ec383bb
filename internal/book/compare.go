package book

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// keep writes what the last entries changed into the fresh store.
func (v *verification) keep(ctx context.Context) error {
	var parts []part
	for _, t := range tables {
		rows, _, err := t.take(v.state)
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			parts = append(parts, part{rows: tableRows{t, rows}})
		}
	}
	parts = append(parts, part{requests: v.requests})
	err := v.fresh.take(ctx, parts, v.cited)
	v.requests, v.cited = nil, nil
	switch {
	case err == nil:
	case Unreachable(err) || ctx.Err() != nil:
		return &freshStoreError{err}
	default: // the entries say what no book could hold
		v.stuck = true
		v.problem("state-impossible", fmt.Sprintf("the state of the entries up to %d cannot be written into a fresh store: %v", v.report.Entries-1, err), "entry", v.report.Entries-1, "detail", err)
	}
	return nil
}

// requestTable is how the requests are stored, to be read as the tables of the state are.
var requestTable = &table{name: "request", keys: 2, columns: []column{{"official", text}, {"key", text}, {"digest", text}, {"first", integer}, {"count", integer}}}

// compare compares every row of the stored state with the one that the fresh store has,
// byte for byte, both read in order of their keys.
func (v *verification) compare(ctx context.Context, stored, fresh *sql.Tx) error {
	for _, t := range tables {
		if err := v.compareTable(ctx, t, t.rowName, stored, fresh); err != nil {
			return err
		}
	}
	if err := v.compareTable(ctx, requestTable, requestName, stored, fresh); err != nil {
		return err
	}
	return v.attachments(ctx, stored, fresh)
}

func (t *table) rowName(r row) string { return fmt.Sprintf("table %s, row %s", t.name, t.keyOf(r)) }
func requestName(r row) string        { return fmt.Sprintf("request %v of %v", r[1], r[0]) }

func (v *verification) compareTable(ctx context.Context, t *table, nameOf func(row) string, stored, fresh *sql.Tx) (err error) {
	is, err := t.read(ctx, v.engine.name(), stored)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, is.close()) }()
	should, err := t.read(ctx, v.fresh.name(), fresh)
	if err != nil {
		return &freshStoreError{err}
	}
	defer func() {
		if e := should.close(); e != nil {
			err = errors.Join(err, &freshStoreError{e})
		}
	}()
	a, b := is.next(), should.next()
	for a != nil || b != nil {
		order := 0
		switch {
		case a == nil:
			order = 1
		case b == nil:
			order = -1
		default:
			order = t.compareKeys(a, b)
		}
		switch {
		case order < 0:
			v.problem("row-not-in-book", fmt.Sprintf("%s: it is not in the book", nameOf(a)), "row", nameOf(a))
		case order > 0 && !v.stuck:
			v.problem("row-missing", fmt.Sprintf("%s: it is missing", nameOf(b)), "row", nameOf(b))
		case order == 0:
			for i, c := range t.columns {
				if a[i] != b[i] {
					v.problem("row-differs", fmt.Sprintf("%s: column %s is %q, the book says %q", nameOf(b), c.name, fmt.Sprint(a[i]), fmt.Sprint(b[i])), "row", nameOf(b), "column", c.name, "stored", a[i], "book", b[i])
				}
			}
		}
		if order <= 0 {
			a = is.next()
		}
		if order >= 0 {
			b = should.next()
		}
	}
	return nil
}

// compareKeys orders two rows as selectAll does. A key of the wrong type comes first: no
// row of the fresh store has one.
func (t *table) compareKeys(a, b row) int {
	for i := range t.keys {
		switch x := a[i].(type) {
		case string:
			if order := strings.Compare(x, b[i].(string)); order != 0 {
				return order
			}
		case int64:
			if y := b[i].(int64); x != y {
				if x < y {
					return -1
				}
				return 1
			}
		default:
			return -1
		}
	}
	return 0
}

func (t *table) keyOf(r row) string {
	key := fmt.Sprint(r[0])
	for _, part := range r[1:t.keys] {
		key += "/" + fmt.Sprint(part)
	}
	return key
}

// attachments checks the content of every attached file, and that none is missing which an
// entry cites.
func (v *verification) attachments(ctx context.Context, stored, fresh *sql.Tx) (err error) {
	cited, err := citedTable.read(ctx, v.fresh.name(), fresh)
	if err != nil {
		return &freshStoreError{err}
	}
	defer func() {
		if e := cited.close(); e != nil {
			err = errors.Join(err, &freshStoreError{e})
		}
	}()
	order := "hash"
	if v.engine.name() == "postgres" {
		order += ` COLLATE "C"`
	}
	rows, err := stored.QueryContext(ctx, "SELECT hash, type, bytes FROM attachment ORDER BY "+order)
	if err != nil {
		return fmt.Errorf("read attachments: %w", err)
	}
	defer func() { err = closeRows(rows, err) }()
	next := cited.next()
	missing := func() {
		v.problem("attachment-missing", fmt.Sprintf("attachment %v, which entry %v cites, is missing", next[0], next[1]), "attachment", next[0], "entry", next[1])
		next = cited.next()
	}
	for rows.Next() {
		var is [3]any
		if err := rows.Scan(&is[0], &is[1], &is[2]); err != nil {
			return fmt.Errorf("read attachments: %w", err)
		}
		hash, named := is[0].(string)
		for named && next != nil && next[0].(string) < hash {
			missing()
		}
		whose := ""
		if named && next != nil && next[0] == hash {
			whose, next = fmt.Sprintf(", which entry %v cites", next[1]), cited.next()
		}
		mediaType, typed := is[1].(string)
		content, kept := is[2].([]byte)
		if !named || !typed || !kept || AttachmentHash(mediaType, content) != hash {
			v.problem("attachment-changed", fmt.Sprintf("attachment %v%s: its content or type is changed", is[0], whose), "attachment", is[0])
		}
	}
	for next != nil {
		missing()
	}
	return nil
}

// citing finds, in the canonical bytes of an entry, the fields that name an attached file
// by its hash; a quotation mark within a text is escaped, so none is taken for one.
var citing = regexp.MustCompile(`"(?:document|photograph)":"([0-9a-f]{64})"`)

func attachmentsCited(body []byte) (hashes []string) {
	for _, m := range citing.FindAllSubmatch(body, -1) {
		hashes = append(hashes, string(m[1]))
	}
	return hashes
}

// AttachmentHash is the key under which a file is attached, and by which entries name it:
// SHA-256 in hexadecimal over its media type, a line feed and its content.
func AttachmentHash(mediaType string, content []byte) string {
	h := sha256.New()
	h.Write([]byte(mediaType + "\n"))
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}
