-- +goose Up
-- Counts (roll checks): one row a count; one a landing of it, with its slips; one a movement recorded while it was open.
CREATE TABLE roll_count (id TEXT PRIMARY KEY, establishment TEXT NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE count_landing (count TEXT NOT NULL, landing TEXT NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (count, landing)) WITHOUT ROWID;
CREATE TABLE count_move (key TEXT PRIMARY KEY, count TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE count_rules (establishment TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
