-- +goose Up
-- The book. hashes are the log's tree hashes that this entry's leaf completes, so that an
-- entry and its seal are one row: there is never an unsealed entry.
CREATE TABLE entry (
    number   BIGINT PRIMARY KEY,
    previous BIGINT NOT NULL, -- the entry before it about the same person, -1 for none
    salt     BYTEA NOT NULL,
    hashes   BYTEA NOT NULL,
    body     BYTEA NOT NULL
);
-- +goose StatementBegin
CREATE FUNCTION book_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an entry of the book is never changed or erased';
END $$;
-- +goose StatementEnd
CREATE TRIGGER entry_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION book_never_changes();
CREATE TABLE checkpoint (size BIGINT PRIMARY KEY, note TEXT NOT NULL);
CREATE TABLE cosignature (size BIGINT NOT NULL, witness TEXT NOT NULL, line TEXT NOT NULL, PRIMARY KEY (size, witness));
CREATE TABLE request (official TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, first BIGINT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY (official, key));

-- The present state, folded from the book and rebuilt from it by habeas verify.
CREATE TABLE place (code TEXT PRIMARY KEY, parent TEXT NOT NULL, establishment TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE official (name TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE person (number TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE authority (id TEXT PRIMARY KEY, person TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE release_order (id TEXT PRIMARY KEY, person TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE holding (person TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE transfer (id TEXT PRIMARY KEY, status TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE vehicle (key TEXT PRIMARY KEY, transfer TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE line (transfer TEXT NOT NULL, person TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (transfer, person));
CREATE TABLE handover (id TEXT PRIMARY KEY, transfer TEXT NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE discrepancy (id TEXT PRIMARY KEY, person TEXT NOT NULL, transfer TEXT NOT NULL, resolved BIGINT NOT NULL, body TEXT NOT NULL);

-- Beside the book: what is no part of the record (secrets, rows waiting to be mended, attached files).
CREATE TABLE credential (official TEXT PRIMARY KEY, hash TEXT NOT NULL, changed BIGINT NOT NULL);
CREATE TABLE session (token_hash TEXT PRIMARY KEY, official TEXT NOT NULL, started BIGINT NOT NULL, seen BIGINT NOT NULL);
CREATE TABLE quarantine (
    id TEXT PRIMARY KEY, file TEXT NOT NULL, line BIGINT NOT NULL, kind TEXT NOT NULL, headings TEXT NOT NULL, cells TEXT NOT NULL, findings TEXT NOT NULL,
    settled BIGINT NOT NULL, kept BIGINT NOT NULL
);
CREATE TABLE attachment (hash TEXT PRIMARY KEY, type TEXT NOT NULL, bytes BYTEA NOT NULL);

-- The role that runs the server adds to the book and reads it; it holds no other right on it.
REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON entry, checkpoint FROM CURRENT_USER;
