// Package bell tells whoever listens what happened, from the book's committed entries
// alone. A listener names the last entry it knows and misses nothing from there: what was
// committed before it came, and everything after, in order, once.
package bell
