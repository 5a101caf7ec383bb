package book_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/habeastest"
)

// What holds the entries against a change can be taken away and put back without touching a row. While it is away, verification says so.
func TestTamperingWithTheSchemaIsFound(t *testing.T) {
	weaker := "CREATE TRIGGER entry_never_goes BEFORE DELETE ON entry WHEN old.number < 0 BEGIN SELECT RAISE(ABORT, 'an entry of the book is never erased'); END"
	tries := map[habeastest.Engine][]struct{ name, does, code, object string }{
		habeastest.SQLite: {
			{"a trigger dropped", "DROP TRIGGER entry_never_changes", "schema-missing", "trigger entry_never_changes"},
			{"a trigger made weaker", "DROP TRIGGER entry_never_goes; " + weaker, "schema-changed", "trigger entry_never_goes"},
			{"a trigger added", "CREATE TRIGGER other AFTER INSERT ON checkpoint BEGIN DELETE FROM cosignature; END", "schema-added", "trigger other"},
			{"a view in the way", "CREATE VIEW entries AS SELECT * FROM entry WHERE number <> 7", "schema-added", "view entries"},
			{"a key dropped", "CREATE TABLE r AS SELECT * FROM request; DROP TABLE request; ALTER TABLE r RENAME TO request", "schema-changed", "table request"},
			{"a check dropped", "CREATE TABLE c (size INTEGER, note TEXT); INSERT INTO c SELECT * FROM checkpoint; DROP TABLE checkpoint; ALTER TABLE c RENAME TO checkpoint", "schema-changed", "table checkpoint"},
		},
		habeastest.PostgreSQL: {
			{"a trigger dropped", "DROP TRIGGER entry_never_changes ON entry", "schema-missing", "trigger entry_never_changes"},
			{"a trigger put to sleep", "ALTER TABLE entry DISABLE TRIGGER entry_never_changes", "schema-changed", "trigger entry_never_changes"},
			{"a trigger that does nothing", "CREATE OR REPLACE FUNCTION book_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$", "schema-changed", "trigger entry_never_changes"},
			{"a trigger for less", "DROP TRIGGER entry_never_changes ON entry; CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION book_never_changes()", "schema-changed", "trigger entry_never_changes"},
			{"a rule in the way", "CREATE RULE quiet AS ON INSERT TO cosignature DO INSTEAD NOTHING", "schema-added", "rule cosignature.quiet"},
			{"a key dropped", "ALTER TABLE request DROP CONSTRAINT request_pkey", "schema-missing", "key request_pkey"},
			{"a column that may be empty", "ALTER TABLE checkpoint ALTER COLUMN note DROP NOT NULL", "schema-changed", "column checkpoint.note"},
			{"a right given back", "GRANT UPDATE ON entry TO CURRENT_USER", "schema-added", "right entry UPDATE"},
		},
	}
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		for _, try := range tries[s.Engine] {
			t.Run(strings.ReplaceAll(try.name, " ", "-"), func(t *testing.T) {
				s := habeastest.NewStore(t, s.Engine)
				b := s.Established(2)
				sound(t, b)
				exec(t, s.Raw(), try.does)
				report, err := b.Verify(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				found := func(p book.Damage) bool { return p.Code == try.code && p.Params["object"] == try.object }
				if !slices.ContainsFunc(report.Problems, found) {
					t.Errorf("%s: not found in %v", try.does, report.Problems)
				}
				if !report.SealedEqual {
					t.Error("no entry was touched, and what is sealed is said to differ")
				}
			})
		}
	})
}

// A table or an index of whoever keeps the database changes nothing that is recorded.
func TestWhatAKeeperAddsIsNoTampering(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(2)
		db := s.Raw()
		exec(t, db, "CREATE TABLE watched (at INTEGER)")
		exec(t, db, "CREATE INDEX faster ON person (body)")
		sound(t, b)
	})
}

// The list that PostgreSQL is compared with is what the migrations make. To write it anew: HABEAS_WRITE_SCHEMA=1 go test -run
// TestSchemaOfPostgreSQL ./internal/book
func TestSchemaOfPostgreSQL(t *testing.T) {
	s := habeastest.NewStore(t, habeastest.PostgreSQL)
	s.Established(1)
	rows, err := s.Raw().Query(book.PostgresObjects)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		var name, what string
		if err := rows.Scan(&name, &what); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, name+"\t"+strings.Join(strings.Fields(what), " ")+"\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	got := strings.Join(lines, "")
	const path = "migrations/postgres.schema"
	if os.Getenv("HABEAS_WRITE_SCHEMA") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the migrations make something else than %s says:\n%s", path, got)
	}
}
