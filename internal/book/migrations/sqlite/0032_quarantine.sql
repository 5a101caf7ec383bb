-- +goose Up
-- Of a row that waits: the place that its file was imported into, and who imported it (empty: the console).
ALTER TABLE quarantine ADD COLUMN destination TEXT NOT NULL DEFAULT '';
ALTER TABLE quarantine ADD COLUMN kept_by TEXT NOT NULL DEFAULT '';
