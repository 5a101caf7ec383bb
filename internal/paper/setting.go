package paper

import (
	"time"

	"golang.org/x/text/language"
)

// Voice says things in one language. The words room has them; a pure room is given one.
type Voice interface {
	Tag() language.Tag
	Has(id string) bool
	Say(id string, params map[string]any) string
	Plural(id string, count int, params map[string]any) string
	Number(n int) string
	Date(at time.Time, zone *time.Location) string
	DateTime(at time.Time, zone *time.Location) string
	Clock(at time.Time, zone *time.Location) string
}

// Size is the size of the sheets that a printer holds.
type Size string

// The sizes of sheets.
const (
	A4     Size = "a4"     // 210 x 297 mm
	Letter Size = "letter" // 216 x 279 mm
)

// Setting is what every document of one printing has in common.
type Setting struct {
	Voice Voice
	Zone  *time.Location // in which times are said; nil: UTC
	At    time.Time      // when what is printed was true, and the date of the file
	Entry int64          // how many entries the book had then
	By    string         // full name of who prints it
	Size  Size           // empty: A4
}

// Place is a place as paper names it.
type Place struct{ Code, Name string }

// said is the place in one line: its name, and its code where the name does not say it.
func (p Place) said() string {
	switch {
	case p.Name == "" || p.Name == p.Code:
		return p.Code
	case p.Code == "":
		return p.Name
	}
	return p.Name + " (" + p.Code + ")"
}
