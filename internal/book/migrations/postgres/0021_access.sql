-- +goose Up
-- The present state: glass that officials broke, and changes to monitors' accounts.
CREATE TABLE glass (id TEXT PRIMARY KEY, official TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE monitor_change (id TEXT PRIMARY KEY, body TEXT NOT NULL);

-- Beside the book: second factors, passkeys, accounts at the service's own provider, one-time links.
CREATE TABLE second_factor (official TEXT PRIMARY KEY, secret TEXT NOT NULL, confirmed BIGINT NOT NULL, last_step BIGINT NOT NULL);
CREATE TABLE passkey (id TEXT PRIMARY KEY, official TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, added BIGINT NOT NULL, used BIGINT NOT NULL);
CREATE TABLE subject (issuer TEXT NOT NULL, subject TEXT NOT NULL, official TEXT NOT NULL, added BIGINT NOT NULL, PRIMARY KEY (issuer, subject));
CREATE TABLE one_time_link (secret_hash TEXT PRIMARY KEY, official TEXT NOT NULL, purpose TEXT NOT NULL, given_by TEXT NOT NULL, until BIGINT NOT NULL);
ALTER TABLE session ADD COLUMN handed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN locked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN method TEXT NOT NULL DEFAULT '';
