-- +goose Up
-- Lines of forms on paper that have been entered, so that none is twice.
CREATE TABLE entered_line (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
