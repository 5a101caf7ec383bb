// Package allocate decides who goes into which cell.
//
// It is pure: a [Problem] says who is to be placed, who is where, and what the estate is; [Solve] answers with a
// [Plan]: a cell for each person, a reason for each, and for whoever could not be placed the smallest set of rules that
// binds. It knows no clock and no chance of its own: work is counted in steps, and the same problem, options and seed
// give the same plan.
//
// The hard rules are capacity, separation by class, needs, keep-apart, single cells and company. They are never
// relaxed, whatever the input: [Check] judges a plan by the problem alone and shares no code with the search. What was
// broken before the plan is reported as such and never made worse. The soft aims come after, in this order unless
// weighed otherwise: fewest moves of people already placed, fewest cells opened, people with something in common near
// each other, risk spread over landings, room kept for late arrivals.
//
// The number of cells opened is held against a lower bound with a [Certificate] that can be checked without trusting
// whoever found it.
package allocate
