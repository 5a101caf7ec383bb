-- +goose Up
-- The present state: handhelds that are registered to officials.
CREATE TABLE device (id TEXT PRIMARY KEY, official TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
