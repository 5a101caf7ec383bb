// Package packing solves bin packing with conflicts: items with weights go into as few bins of one capacity as can be, and
// no bin holds two items that conflict. It is the case of allocation in which every cell is alike, and the one on which
// others have published instances and optima.
//
// Like all of allocate it is pure. An [Answer] carries a lower bound with a [Certificate] that can be checked without
// trusting whoever found it; the search stops as soon as the two meet.
package packing
