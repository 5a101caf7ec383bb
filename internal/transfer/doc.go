// Package transfer is the desk of movements between establishments: the order, the
// manifest, the vehicles and their escort, and the handovers by which custody changes
// hands. It never loses sight of the sums of law 2.
package transfer
