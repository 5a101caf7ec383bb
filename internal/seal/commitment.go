package seal

import (
	"crypto/sha256"
	"encoding/hex"

	"golang.org/x/mod/sumdb/tlog"
)

// SaltSize is the length of a salt, in bytes. 128 random bits cannot be searched through.
const SaltSize = 16

// Salt is the random value that hides an entry in its commitment. Each entry has its own, drawn from a
// cryptographic source and never used twice.
type Salt [SaltSize]byte

// Commitment binds the book to an entry without saying anything about it.
type Commitment [sha256.Size]byte

// String returns the commitment in lower-case hexadecimal.
func (c Commitment) String() string { return hex.EncodeToString(c[:]) }

// commitmentDomain sets a commitment apart from every other use of SHA-256, so that no other protocol's hash can be
// passed off as one. The salt that follows it has a fixed length, so no two pairs of salt and entry read alike.
const commitmentDomain = "habeas entry v1\n"

// Commit returns the commitment to an entry under a salt: SHA-256 over the domain, the salt and the entry's exact bytes.
//
// The log is public, and an entry says little that cannot be guessed: a name from a list, a cell, a minute. Hashed bare,
// it would fall to whoever tries every name. The salt makes that hopeless: a leaf tells a stranger nothing about a
// person, while whoever is given the entry and its salt can check both against the leaf.
func Commit(salt Salt, entry []byte) Commitment {
	h := sha256.New()
	h.Write([]byte(commitmentDomain))
	h.Write(salt[:])
	h.Write(entry)
	var c Commitment
	h.Sum(c[:0])
	return c
}

// LeafHash returns the hash of the leaf that holds a commitment (RFC 6962, section 2.1). The log entry, as served in
// an entry bundle, is the 32 bytes of the commitment.
func LeafHash(c Commitment) Hash { return tlog.RecordHash(c[:]) }
