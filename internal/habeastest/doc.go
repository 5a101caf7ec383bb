// Package habeastest is for tests alone: a clock and chance that the test owns, an
// invented service with its officials and people, books on a throw-away store of either
// engine, and roles that act as in a play.
//
// Everybody in it is invented.
package habeastest
