// Package seal makes the book provable to people who do not trust whoever keeps it.
//
// Every entry of the book has a salted commitment, and every commitment is a leaf of a transparency log: a Merkle tree
// as in RFC 6962, served as C2SP tlog-tiles (https://c2sp.org/tlog-tiles), whose head is signed as a C2SP checkpoint
// (https://c2sp.org/tlog-checkpoint) and cosigned by outside witnesses (https://c2sp.org/tlog-witness). Leaf number is
// entry number, both counted from 0. A receipt (https://c2sp.org/tlog-proof) carries an entry, its salt and its proof,
// and is checked with no database and no network.
//
// Nothing is stored for the tree except what lies in each entry's own row: its salt and the hashes that its leaf
// completes. An entry and its seal are thus durable together or not at all.
//
// The package does no I/O of its own, but for the two ends of the witness protocol: the client that asks a witness and
// the small state file that a witness keeps.
package seal
