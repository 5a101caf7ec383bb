-- +goose Up
-- The book. hashes are the log's tree hashes that this entry's leaf completes, so that an
-- entry and its seal are one row: there is never an unsealed entry.
CREATE TABLE entry (
    number   INTEGER PRIMARY KEY,
    previous INTEGER NOT NULL, -- the entry before it about the same person, -1 for none
    salt     BLOB NOT NULL,
    hashes   BLOB NOT NULL,
    body     BLOB NOT NULL
);
-- +goose StatementBegin
CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'an entry of the book never changes'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER entry_never_goes BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'an entry of the book is never erased'); END;
-- +goose StatementEnd
CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL);
CREATE TABLE cosignature (size INTEGER NOT NULL, witness TEXT NOT NULL, line TEXT NOT NULL, PRIMARY KEY (size, witness)) WITHOUT ROWID;
CREATE TABLE request (official TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (official, key)) WITHOUT ROWID;

-- The present state, folded from the book and rebuilt from it by habeas verify.
CREATE TABLE place (code TEXT PRIMARY KEY, parent TEXT NOT NULL, establishment TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE official (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE person (number TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE authority (id TEXT PRIMARY KEY, person TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE release_order (id TEXT PRIMARY KEY, person TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE holding (person TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE transfer (id TEXT PRIMARY KEY, status TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE vehicle (key TEXT PRIMARY KEY, transfer TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE line (transfer TEXT NOT NULL, person TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (transfer, person)) WITHOUT ROWID;
CREATE TABLE handover (id TEXT PRIMARY KEY, transfer TEXT NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE discrepancy (id TEXT PRIMARY KEY, person TEXT NOT NULL, transfer TEXT NOT NULL, resolved INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;

-- Beside the book: what is no part of the record (secrets, rows waiting to be mended, attached files).
CREATE TABLE credential (official TEXT PRIMARY KEY, hash TEXT NOT NULL, changed INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE session (token_hash TEXT PRIMARY KEY, official TEXT NOT NULL, started INTEGER NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE quarantine (
    id TEXT PRIMARY KEY, file TEXT NOT NULL, line INTEGER NOT NULL, kind TEXT NOT NULL, headings TEXT NOT NULL, cells TEXT NOT NULL, findings TEXT NOT NULL,
    settled INTEGER NOT NULL, kept INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE attachment (hash TEXT PRIMARY KEY, type TEXT NOT NULL, bytes BLOB NOT NULL) WITHOUT ROWID;
