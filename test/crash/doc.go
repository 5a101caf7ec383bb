// Package crash holds the tests of law 7: what was acknowledged survives. It kills the
// built binary and PostgreSQL, cuts the power of a simulated disk, fills the disk and
// makes its syncs fail; afterwards every acknowledged entry must be in the book, byte for
// byte, no order may be half done, and a full verification must find nothing.
package crash
