// Package web is the door of the pages. It wires: each subject adds its pages to one door, in the order of the navigation.
// What every page is made of, and how to make one, is told in the package page beside it and in ARCHITECTURE.md.
package web
