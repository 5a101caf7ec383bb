package page

import (
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// Tone says what something means for the reader, never how it looks. The zero Tone is neither good nor bad.
type Tone string

// The tones.
const (
	Wrong Tone = "wrong" // somebody must do something
	Undue Tone = "open"  // not finished, to be watched
	Right Tone = "right" // as it should be
	Calm  Tone = "calm"  // worth knowing
)

// Tile is a number that matters, with the people behind it.
type Tile struct {
	What    string // what it counts
	N       int
	Text    string    // shown instead of the number, such as an area
	Address string    // of the people behind it; empty, or when N is 0: no link
	Since   time.Time // when it was true, or began; zero: not said
	Note    string
	Tone    Tone
	Main    bool // larger than the others
}

// Alert is one matter that is wrong: how much of it, and what to do.
type Alert struct {
	Tone    Tone
	Title   string
	Address string // of those whom it concerns; empty: no link
	Mend    string // what to do
	Inside  templ.Component
}

// Tab leads to another view of the same thing.
type Tab struct {
	Text, Address string
	Current       bool
}

// Offer is something that one may do now, or may not and why.
type Offer struct {
	Text    string
	Address string // of the page that asks for what it needs
	Why     string // why it cannot be done now; empty: it can
	Mend    string // what would make it possible
	Law     int    // which law refuses it; 0: none
}

// Confirm is a step that takes two people, or that cannot be taken back.
type Confirm struct {
	Title   string
	Text    string // what it will do, in a sentence
	Hands   []Hand
	Address string // where the form goes
	Button  string
	Danger  bool              // it cannot be taken back
	Hidden  map[string]string // fields that say what was confirmed
	Why     string            // why this official cannot confirm it; empty: they can
	Form    Form              // when it was refused
}

// Hand is one of the two who must act.
type Hand struct {
	What string // what they do
	Who  string // full name; empty: nobody yet
	At   time.Time
}

// Identity is who a record is about.
type Identity struct {
	Name, Number string
	Tone         Tone
	Badges       []Badge // what matters most, first first
}

// Badge is a short mark with its tone.
type Badge struct {
	Text string
	Tone Tone
}

// Item is one step of a timeline.
type Item struct {
	Title  string
	Byline string
	At     time.Time
	Tone   Tone
	ID     string
}

// TableHead is what stands over a table.
type TableHead struct {
	ID      string // of its caption
	Caption string
	Wide    bool // more columns than a small screen holds: it scrolls inside itself
	Silent  bool // the caption is for those who hear the page; others see the heading above
}

// share is how much of a whole is done, in hundredths, for a bar.
func share(part, whole int) string {
	if whole <= 0 {
		return "0"
	}
	return strconv.Itoa(max(0, min(100, part*100/whole)))
}
