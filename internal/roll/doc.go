// Package roll is the desk of the register itself: places and officials, admission,
// papers, moves within an establishment, outings and returns, release, and the facts
// that the roll must accept. It answers who is held, where, on whose authority.
package roll
