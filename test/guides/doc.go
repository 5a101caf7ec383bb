// Package guides holds the guides of docs/guides true. Each page address, command, flag and label that a guide names is looked
// for in the program as it is shipped, each answer that it quotes in the catalogues, each link and picture in the tree; and
// both languages have the same guides, part for part. It has nothing but tests.
package guides
