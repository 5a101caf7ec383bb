package book_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/seal"
)

// photograph is the file that the admissions of a tiny book cite.
var photograph = []byte("a photograph")

// tiny makes a book as small as can be with a row in every table of the record.
func tiny(t testing.TB, s *habeastest.Store) *book.Book {
	t.Helper()
	b := s.Open()
	one := habeastest.Once
	const id = "TR-2031-0001"
	p := habeastest.Numbers(2)
	acts := []habeastest.Act{
		one(func(s *custody.State, _ time.Time) (custody.Entry, error) {
			return s.Appoint(custody.Official{Name: "anna", FullName: "Anna", Roles: []custody.Role{custody.Governor}})
		}),
	}
	for _, place := range []custody.Place{{Code: "O", Name: "O", Kind: custody.Establishment}, {Code: "OR", Parent: "O", Name: "R", Kind: custody.Reception}, {Code: "C", Name: "C", Kind: custody.Establishment}} {
		acts = append(acts, one(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.Open(place) }))
	}
	for i := range p {
		acts = append(acts, one(func(s *custody.State, now time.Time) (custody.Entry, error) {
			a := custody.Admission{Person: &custody.Person{FamilyNames: fmt.Sprint("Tobar ", i), Sex: "M", Photograph: book.AttachmentHash("image/png", photograph)}, Authorities: []custody.Authority{{Kind: custody.Sentence, Issuer: "I", Case: "C", From: now}}}
			return s.Admit("", a, "OR", now, now)
		}))
	}
	if _, err := b.Beside().Exec("INSERT INTO attachment (hash, type, bytes) VALUES ($1, $2, $3)", book.AttachmentHash("image/png", photograph), "image/png", photograph); err != nil {
		t.Fatal(err)
	}
	must(t, b, book.Command{By: "anna", Key: "found", Digest: "d1", Files: []string{book.AttachmentHash("image/png", photograph)}}, acts...)
	s.Clock.Advance(time.Minute)
	must(t, b, book.Command{By: "bert", Key: "draft", Digest: "d2"}, one(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.DraftTransfer(custody.Transfer{From: "O", To: "C", Date: "2031-03-14", LegalBasis: "7"}, "bert")
	}), one(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.AssignEscort(id, custody.Escort{Corps: "1", Commander: "U", Units: []custody.Unit{{Name: "A", Headcount: 4}}})
	}), one(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.AddVehicle(id, custody.Vehicle{Code: "B", Seats: 9})
	}), func(s *custody.State, _ time.Time) ([]custody.Entry, error) { return s.LoadManifest(id, "", p[:1]) })
	must(t, b, book.Command{By: "anna"}, one(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.ApproveTransfer(id, "anna") }),
		one(func(s *custody.State, now time.Time) (custody.Entry, error) { return s.Identify(id, p[0], now, now) }),
		one(func(s *custody.State, now time.Time) (custody.Entry, error) { return s.Board(id, "B", p[0], now, now) }),
		one(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.CountVehicle(id, "B", custody.VehicleCount{Stage: "boarding", Counted: 2}, now)
		}), one(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.CountVehicle(id, "B", custody.VehicleCount{Stage: "boarding", Counted: 1}, now)
		}), one(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.OfferDeparture(id, []string{"B"}, "anna", now, now)
		}), one(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.OrderRelease(custody.ReleaseOrder{Person: p[1], Issuer: "I", Case: "C", Cites: []string{p[1] + "/A1"}}, now)
		}), one(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.Assess(custody.Assessment{Person: p[1], Reason: "why"}, now)
		}), one(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.OrderApart(custody.KeepApart{Members: p, Level: custody.CellLevel, Reason: "why"}, "anna", now)
		}), one(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.BreakTheGlass("anna", custody.Glass{Roles: []custody.Role{custody.HealthStaff}, Reason: "fire in the wing", Until: now.Add(time.Hour)}, now)
		}), one(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.RegisterDevice("12", "anna", "anna", now)
		}), one(func(s *custody.State, now time.Time) (custody.Entry, error) {
			e, _ := s.ServiceRules("0a1b", []string{"own"}, false, now)
			return e, nil
		}))
	sound(t, b)
	return b
}

// recorded is the content of a store's record, as whoever holds the database sees it.
type recorded struct {
	t  *testing.T
	b  *book.Book
	db *sql.DB
}

func tamper(t *testing.T, s *habeastest.Store, b *book.Book) recorded {
	t.Helper()
	sound(t, b)
	db := s.Raw()
	s.Disarm(db)
	hasty := "SET synchronous_commit = off" // what is changed here need not survive
	if s.Engine == habeastest.SQLite {
		hasty = "PRAGMA synchronous = OFF"
	}
	exec(t, db, hasty)
	return recorded{t, b, db}
}

// problems are what verification finds now, but for the triggers that were taken away to tamper.
func (r recorded) problems() []string {
	r.t.Helper()
	report, err := r.b.Verify(context.Background())
	if err != nil {
		r.t.Fatalf("verify: %v", err)
	}
	said := []string{}
	for _, p := range report.Problems {
		if !strings.HasPrefix(p.Code, "schema-") {
			said = append(said, p.String())
		}
	}
	return said
}

// where is the condition that selects one row by its key, with placeholders from n on.
func where(keys []string, n int) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = fmt.Sprintf("%s = $%d", k, n+i)
	}
	return strings.Join(parts, " AND ")
}

// name is how a report must name a row.
func name(table string, key []any) string {
	switch table {
	case "entry":
		return fmt.Sprintf("entry %v", key[0])
	case "checkpoint":
		return fmt.Sprintf("checkpoint of size %v", key[0])
	case "request":
		return fmt.Sprintf("request %v of %v", key[1], key[0])
	case "attachment":
		return "attachment " // its name is what may be changed
	}
	parts := make([]string, len(key))
	for i, k := range key {
		parts[i] = fmt.Sprint(k)
	}
	return fmt.Sprintf("table %s: row %s ", table, strings.Join(parts, "/"))
}

// names reports whether a problem names the row.
func names(problems []string, table string, key []any) bool {
	want := name(table, key)
	for _, p := range problems {
		if strings.HasPrefix(p, want) || strings.HasPrefix(p, strings.Replace(want, ": row", ", row", 1)) ||
			strings.HasPrefix(p, strings.TrimSuffix(strings.Replace(want, ": row", ", row", 1), " ")+":") {
			return true
		}
	}
	return false
}

// changed is a value with its byte i changed by a mask; ok is false past its end.
func changed(value any, i int, mask byte) (_ any, ok bool) {
	switch v := value.(type) {
	case int64:
		return v ^ int64(mask)<<(8*i), i < 8
	case string:
		if i >= len(v) {
			return nil, false
		}
		return v[:i] + string([]byte{v[i] ^ mask}) + v[i+1:], true
	case []byte:
		if i >= len(v) {
			return nil, false
		}
		c := append([]byte{}, v...)
		c[i] ^= mask
		return c, true
	}
	panic(fmt.Sprintf("a column of type %T", value))
}

// flip changes one byte of one value, verifies, and puts it back. It reports what was
// found; done is false when the database has no room for the changed key.
func (r recorded) flip(table string, keys, columns []string, row []any, column int, to any) (problems []string, done bool) {
	r.t.Helper()
	old, now := make([]any, len(keys)), make([]any, len(keys))
	for i, k := range keys {
		for j, c := range columns {
			if c == k {
				old[i], now[i] = row[j], row[j]
				if j == column {
					now[i] = to
				}
			}
		}
	}
	set := fmt.Sprintf("UPDATE %s SET %s = $1 WHERE %s", table, columns[column], where(keys, 2))
	if _, err := r.db.Exec(set, append([]any{to}, old...)...); err != nil {
		return nil, false
	}
	problems = r.problems()
	result, err := r.db.Exec(set, append([]any{row[column]}, now...)...)
	if err != nil {
		r.t.Fatalf("put back %s of %s: %v", columns[column], table, err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		r.t.Fatalf("put back %s of %s: %d rows, %v", columns[column], table, n, err)
	}
	return problems, true
}

// flips changes every byte of every value in turn, and wants each found and its row named.
func (r recorded) flips() int {
	r.t.Helper()
	tried := 0
	for _, table := range recordTables {
		rows, columns := r.rows(table.name)
		if len(rows) == 0 {
			r.t.Errorf("table %s has no row to change", table.name)
		}
		for _, row := range rows {
			key := make([]any, len(table.keys))
			for i, k := range table.keys {
				for j, c := range columns {
					if c == k {
						key[i] = row[j]
					}
				}
			}
			for c := range columns {
				for i := 0; ; i++ {
					if _, ok := changed(row[c], i, 1); !ok {
						break
					}
					for _, mask := range []byte{0x01, 0x40, 0x10} {
						to, _ := changed(row[c], i, mask)
						problems, done := r.flip(table.name, table.keys, columns, row, c, to)
						if !done {
							continue // the database itself refuses this one
						}
						tried++
						named := names(problems, table.name, key)
						if table.name == "checkpoint" && columns[c] == "size" { // its size is its name: it is named by what it now says
							named = names(problems, table.name, []any{to})
						}
						if !named {
							r.t.Errorf("byte %d of %s in table %s, row %v, changed by %#x: not named in %q", i, columns[c], table.name, key, mask, problems)
						}
						break
					}
				}
			}
		}
	}
	if problems := r.problems(); len(problems) > 0 {
		r.t.Fatalf("put back as it was, the book does not verify: %q", problems)
	}
	return tried
}

func (r recorded) rows(table string) (list [][]any, columns []string) {
	r.t.Helper()
	empty, err := r.db.Query("SELECT * FROM " + table + " WHERE 1 = 0")
	if err == nil {
		columns, err = empty.Columns()
		err = errors.Join(err, empty.Close())
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return dump(r.t, r.db)[table], columns
}

// Every byte of every stored value, changed in turn, is found and its row named.
func TestEveryChangedByteIsFound(t *testing.T) {
	for _, engine := range []habeastest.Engine{habeastest.SQLite, habeastest.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			s := habeastest.NewQuickStore(t, engine)
			r := tamper(t, s, tiny(t, s))
			t.Logf("%d bytes changed in turn, each found", r.flips())
		})
	}
}

// A signature can be spelt in several ways that all hold; only the one that was signed passes.
func TestCheckpointHasOneSpelling(t *testing.T) {
	s := habeastest.NewStore(t, habeastest.SQLite)
	r := tamper(t, s, tiny(t, s))
	rows, columns := r.rows("checkpoint")
	newest := rows[len(rows)-1]
	note := newest[1].(string)
	for i := len(note) - 4; i <= len(note); i++ {
		for c := range 256 {
			to := note[:i] + string([]byte{byte(c)})
			if i < len(note) {
				to += note[i+1:]
			}
			if to == note {
				continue
			}
			if problems, done := r.flip("checkpoint", []string{"size"}, columns, newest, 1, to); done && !names(problems, "checkpoint", newest[:1]) {
				t.Fatalf("the checkpoint with byte %#x at %d passes: %q", byte(c), i, problems)
			}
		}
	}
}

// Rows deleted, added and swapped are found.
func TestRowsDeletedAddedAndSwappedAreFound(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		r := tamper(t, s, tiny(t, s))
		whole := dump(t, r.db)
		restore := func() {
			t.Helper()
			for _, table := range recordTables {
				exec(t, r.db, "DELETE FROM "+table.name)
				for _, row := range whole[table.name] {
					marks := make([]string, len(row))
					for i := range row {
						marks[i] = fmt.Sprintf("$%d", i+1)
					}
					exec(t, r.db, "INSERT INTO "+table.name+" VALUES ("+strings.Join(marks, ", ")+")", row...)
				}
			}
			if problems := r.problems(); len(problems) > 0 {
				t.Fatalf("put back as it was, the book does not verify: %q", problems)
			}
		}
		for _, table := range recordTables {
			rows, columns := r.rows(table.name)
			for _, row := range []int{0, len(rows) - 1} {
				key := keyOf(table.keys, columns, rows[row])
				exec(t, r.db, "DELETE FROM "+table.name+" WHERE "+where(table.keys, 1), key...)
				problems := r.problems()
				found := names(problems, table.name, key)
				switch {
				case table.name == "entry": // a last entry that is gone is missed by the checkpoint over it
					found = found || names(problems, "checkpoint", []any{int64(len(rows))})
				case table.name == "checkpoint" && row == 0:
					// An older checkpoint adds nothing to a newer one, and which sizes had one is not recorded.
					found = true
				case table.name == "checkpoint":
					found = len(problems) == 1 && strings.HasPrefix(problems[0], "the newest checkpoint is of size")
				}
				if !found {
					t.Errorf("table %s without row %v: not named in %q", table.name, key, problems)
				}
				restore()
			}
			if len(rows) > 1 { // everything but the key changes places
				for c, column := range columns {
					if contains(table.keys, column) {
						continue
					}
					set := "UPDATE " + table.name + " SET " + column + " = $1 WHERE " + where(table.keys, 2)
					exec(t, r.db, set, append([]any{rows[1][c]}, keyOf(table.keys, columns, rows[0])...)...)
					exec(t, r.db, set, append([]any{rows[0][c]}, keyOf(table.keys, columns, rows[1])...)...)
				}
				if problems := r.problems(); !names(problems, table.name, keyOf(table.keys, columns, rows[0])) {
					t.Errorf("table %s with two rows swapped: not named in %q", table.name, problems)
				}
				restore()
			}
		}
		for _, q := range []string{
			"INSERT INTO entry SELECT 1000, previous, salt, hashes, body FROM entry WHERE number = 3",
			"INSERT INTO entry SELECT number + 1, previous, salt, hashes, body FROM entry WHERE number = (SELECT max(number) FROM entry)",
			"INSERT INTO checkpoint SELECT 1, note FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)",
			"INSERT INTO request VALUES ('eva', 'k', 'd', 3, 1)",
			"INSERT INTO person SELECT '9999999X', body FROM person",
			"INSERT INTO holding SELECT 'X', body FROM holding WHERE person = (SELECT max(person) FROM holding)",
			"INSERT INTO official VALUES ('eva', '{\"name\":\"eva\",\"fullName\":\"Eva\",\"roles\":[\"governor\"]}')",
		} {
			if strings.Contains(q, "INTO person") {
				q += " WHERE number = (SELECT max(number) FROM person)"
			}
			exec(t, r.db, q)
			if len(r.problems()) == 0 {
				t.Errorf("a row added is not found: %s", q)
			}
			restore()
		}
	})
}

func exec(t *testing.T, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func keyOf(keys, columns []string, row []any) (key []any) {
	for _, k := range keys {
		for j, c := range columns {
			if c == k {
				key = append(key, row[j])
			}
		}
	}
	return key
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// An insider with every right over the database, but without the log's key, rewrites an
// entry and everything that is computed from it: tree hashes of the whole tail and the
// state. The signed checkpoints give it away.
func TestRewrittenHistoryIsFound(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		r := tamper(t, s, tiny(t, s))
		entries, columns := r.rows("entry")
		if strings.Join(columns, " ") != "number previous salt hashes body" {
			t.Fatalf("the columns of the book are %v", columns)
		}
		var tree seal.Tree
		const name, other = "Tobar 1", "Tobar 7"
		state := custody.NewState()
		for _, row := range entries {
			body := []byte(strings.ReplaceAll(string(row[4].([]byte)), name, other))
			var hashes []byte
			for _, h := range tree.Append(seal.LeafHash(seal.Commit(seal.Salt(row[2].([]byte)), body))) {
				hashes = append(hashes, h[:]...)
			}
			exec(t, r.db, "UPDATE entry SET body = $1, hashes = $2 WHERE number = $3", body, hashes, row[0])
			e, err := custody.DecodeEntry(body)
			if err != nil {
				t.Fatal(err)
			}
			if err := state.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
		exec(t, r.db, "UPDATE person SET body = replace(body, $1, $2)", name, other)
		problems := r.problems()
		checkpoints, _ := r.rows("checkpoint")
		if len(problems) != len(checkpoints) {
			t.Fatalf("want every one of %d checkpoints to give it away and nothing else, got %q", len(checkpoints), problems)
		}
		for i, c := range checkpoints {
			if !names(problems[i:i+1], "checkpoint", c[:1]) {
				t.Errorf("problem %q does not name the checkpoint of size %v", problems[i], c[0])
			}
		}

		// Nor does it help to sign anew with a key of one's own.
		text, err := seal.NewSigner("habeas.example/test", habeastest.Chance(99))
		if err != nil {
			t.Fatal(err)
		}
		forger, err := seal.LoadSigner(text)
		if err != nil {
			t.Fatal(err)
		}
		note, err := forger.Checkpoint(tree.Size(), tree.Root())
		if err != nil {
			t.Fatal(err)
		}
		exec(t, r.db, "DELETE FROM checkpoint WHERE size < $1", tree.Size())
		exec(t, r.db, "UPDATE checkpoint SET note = $1", string(note))
		if problems := r.problems(); !names(problems, "checkpoint", []any{tree.Size()}) {
			t.Fatalf("a checkpoint signed with another key is not named in %q", problems)
		}
	})
}
