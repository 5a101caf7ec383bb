package paper

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"github.com/go-fonts/dejavu/dejavusanscondensed"
	"github.com/mozillazg/go-unidecode"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// glyphs is the typeface, to ask what it can show.
var glyphs = sync.OnceValue(func() *sfnt.Font {
	f, err := sfnt.Parse(dejavusanscondensed.TTF)
	if err != nil {
		panic(fmt.Sprintf("paper: the typeface that is built in cannot be read: %v", err)) // a fault in the program
	}
	return f
})

// asWritten are the scripts that the typeface shows as their readers write them: from left to right, letter by letter.
var asWritten = []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Armenian, unicode.Georgian, unicode.Common, unicode.Inherited}

const (
	lastPrinted = 0xFFFF // the library writes no rune beyond
	maxMarks    = 3      // marks on one letter that can be told apart in print
)

// legibility knows of each rune whether the typeface shows it. It may be used by many at once.
var legibility sync.Map // rune -> bool

func legible(r rune) bool {
	if known, ok := legibility.Load(r); ok {
		return known.(bool)
	}
	shown := r <= lastPrinted && unicode.IsPrint(r) && unicode.In(r, asWritten...)
	if shown && r != ' ' {
		var buffer sfnt.Buffer
		index, err := glyphs().GlyphIndex(&buffer, r)
		shown = err == nil && index != 0
	}
	legibility.Store(r, shown)
	return shown
}

// Legible is a text as paper shows it. What the typeface cannot show is written by its sound between ‹ and ›, or as its code
// point; altered says that something was. Nothing is dropped.
func Legible(text string) (shown string, altered bool) {
	if plain(text) {
		return text, false
	}
	w := scribe{}
	marks := 0
	for _, r := range norm.NFC.String(strings.ToValidUTF8(text, "\uFFFD")) {
		if unicode.Is(unicode.Mn, r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case legible(r) && marks <= maxMarks:
			w.shows(r)
		default:
			w.sounds(r)
		}
	}
	w.leave()
	return w.out.String(), w.altered
}

// plain reports whether a text is of ASCII letters, figures and signs alone, as most are.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// scribe writes a text as paper shows it, rune by rune.
type scribe struct {
	out     strings.Builder
	inside  strings.Builder // the run in another script that is being written
	between string          // signs and spaces since its last letter
	altered bool
}

// shows writes a rune that the typeface has.
func (w *scribe) shows(r rune) {
	if w.inside.Len() > 0 && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
		w.between += string(r)
		return
	}
	w.leave()
	w.out.WriteRune(r)
}

// sounds writes a rune that the typeface has not.
func (w *scribe) sounds(r rune) {
	w.altered = true
	w.inside.WriteString(w.between)
	w.between = ""
	sound := unidecode.Unidecode(string(r))
	switch {
	case strings.TrimSpace(sound) != "" && !strings.ContainsFunc(sound, unicode.IsControl):
	case unicode.IsLetter(r):
		sound = "'" // a letter without a sound of its own, such as alef
	default:
		sound = fmt.Sprintf("[U+%04X]", r)
	}
	w.inside.WriteString(sound)
}

// leave ends the run in another script.
func (w *scribe) leave() {
	if w.inside.Len() > 0 {
		w.out.WriteString("‹" + strings.TrimSpace(w.inside.String()) + "›")
		w.inside.Reset()
	}
	w.out.WriteString(w.between)
	w.between = ""
}
