// Package book is the one way to storage. It holds the register's entries, the state
// folded from them and the log's tree hashes, and writes all three in one durable
// transaction, on SQLite (embedded) or PostgreSQL.
//
// One writer owns the state and takes commands one after another, so that every check
// sees everything decided before it; it gathers what waits and makes it durable with a
// single fsync (group commit). A reply means that the entries are on disk. Readers see
// committed state only, through [Book.Read], [Book.Entries] and [Book.Chain].
package book
