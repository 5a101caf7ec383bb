// Package house holds the rules of the house: which room may import which, and what every file owes its readers. It has
// nothing but tests, which read the source of the whole tree. The rules stand at the top of house_test.go.
package house
