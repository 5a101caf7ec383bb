-- +goose Up
-- With whom and where people may be placed: the newest assessment of each, and orders to keep people apart.
CREATE TABLE assessment (person TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE keep_apart (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
