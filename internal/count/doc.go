// Package count is the desk for roll checks: counts of an establishment or a part of it,
// the slips of their counters, recounts, the search for a difference, and the signature.
//
// Two counters a landing count independently and blind. Whoever is not permitted to see
// counts learns from this desk neither what an open count expects of a landing nor what
// the other counter found, until the landing has cleared or the count has ended.
package count
