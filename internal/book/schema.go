package book

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// What the database itself holds against a change of the book (its triggers, keys and rights) can be taken away without touching a
// row. So verification compares it with what the migrations make: on SQLite with the fresh store, which they have just made, and on
// PostgreSQL, where verifying takes no right to make anything, with the list below. It is of structure, not of texts that versions
// of PostgreSQL write differently.

// postgresSchema is a line for each object that the migrations make in PostgreSQL: its name, a tab, what it is. TestSchemaOfPostgreSQL
// writes it anew.
//
//go:embed migrations/postgres.schema
var postgresSchema string

const sqliteObjects = `SELECT type || ' ' || name, tbl_name || ': ' || coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%' AND name <> 'cited' AND tbl_name <> 'cited' ORDER BY 1`

// The rights are those of anybody but a superuser, whom no right binds: what is granted on the tables that never change.
const postgresObjects = `
SELECT 'trigger ' || t.tgname, c.relname || ', type ' || t.tgtype || ', ' || t.tgenabled::text || ', calls ' || p.proname || ' ' || md5(regexp_replace(p.prosrc, '\s+', ' ', 'g'))
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal
UNION ALL
SELECT 'key ' || k.conname, c.relname || ', ' || k.contype::text || ', ' || (SELECT string_agg(a.attname, ' ' ORDER BY o.n) FROM unnest(k.conkey) WITH ORDINALITY o(num, n) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.num)
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = current_schema()::regnamespace AND k.contype IN ('p', 'u', 'f', 'c')
UNION ALL
SELECT 'index ' || i.relname, c.relname || ', unique ' || x.indisunique::text || ', ' || x.indkey::text
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid WHERE c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'column ' || c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || ', must be given ' || a.attnotnull::text
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'rule ' || c.relname || '.' || r.rulename, r.ev_type::text
  FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
UNION ALL
SELECT DISTINCT 'right ' || c.relname || ' ' || g.privilege_type, 'granted'
  FROM pg_class c, LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relname IN ('entry', 'checkpoint') AND g.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
ORDER BY 1`

// objects are what a database holds, by name.
type objects map[string]string

func objectsOf(ctx context.Context, tx *sql.Tx, query string) (_ objects, err error) {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read what the database holds: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	all := objects{}
	for rows.Next() {
		var name, what string
		if err := rows.Scan(&name, &what); err != nil {
			return nil, fmt.Errorf("read what the database holds: %w", err)
		}
		all[name] = strings.Join(strings.Fields(what), " ")
	}
	return all, nil
}

// schema compares what the database holds with what the migrations make.
func (v *verification) schema(ctx context.Context, tx *sql.Tx) error {
	query, should := sqliteObjects, objects{}
	if v.engine.name() == "postgres" {
		query = postgresObjects
		for line := range strings.Lines(postgresSchema) {
			name, what, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			should[name] = what
		}
	} else {
		err := v.fresh.snapshot(ctx, func(fresh *sql.Tx) (err error) {
			should, err = objectsOf(ctx, fresh, query)
			return err
		})
		if err != nil {
			return &freshStoreError{err}
		}
	}
	is, err := objectsOf(ctx, tx, query)
	if err != nil {
		return err
	}
	names := []string{}
	for name := range should {
		names = append(names, name)
	}
	for name := range is {
		if _, known := should[name]; !known {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		switch want, expected := should[name]; {
		case !expected:
			if added(name) {
				v.problem("schema-added", fmt.Sprintf("the database: %s was added", name), "object", name)
			}
		case is[name] == "":
			v.problem("schema-missing", fmt.Sprintf("the database: %s is missing", name), "object", name)
		case is[name] != want:
			v.problem("schema-changed", fmt.Sprintf("the database: %s is changed", name), "object", name)
		}
	}
	return nil
}

// added reports whether an object that the migrations did not make can change or hide what is written. An index or a table of whoever
// keeps the database cannot.
func added(name string) bool {
	kind, _, _ := strings.Cut(name, " ")
	return slices.Contains([]string{"trigger", "rule", "right", "view", "key"}, kind)
}
