package names

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxRunes and maxWords bound every name and every query; what lies beyond is not read.
const (
	maxRunes = 200
	maxWords = 16
)

// Fold returns s as names are compared: lower case, without accents, with every run of spaces and punctuation made one
// space and none at the ends. Apostrophes vanish ("D'Angelo" is "dangelo"); ñ becomes n. Letters of any script are
// kept. Folding twice changes nothing.
func Fold(s string) string {
	if !isASCII(s) {
		s = norm.NFKD.String(beforeDecomposition.Replace(s))
	}
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range s {
		switch {
		case r == '\'' || r == '’' || r == '‘' || r == 'ʼ' || r == '`':
			continue
		case r == utf8.RuneError:
			gap = true
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Mc, r):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			r = unicode.ToLower(r)
			if plain, ok := plainLetters[r]; ok {
				b.WriteString(plain)
			} else {
				b.WriteRune(r)
			}
		case unicode.Is(unicode.M, r) || unicode.Is(unicode.Cf, r):
			// An accent, or a mark that is not seen.
		default:
			gap = true
		}
	}
	return b.String()
}

// beforeDecomposition mends what the decomposition would tear apart: the ordinal of "M.ª", and an acute accent typed
// for an apostrophe.
var beforeDecomposition = strings.NewReplacer(".ª", "ª", ".º", "º", "´", "'")

// plainLetters are Latin letters that Unicode does not decompose, and the second form of the Greek sigma.
var plainLetters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'þ': "th", 'ı': "i", 'ħ': "h", 'ŋ': "n", 'ς': "σ",
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// particles join the parts of a surname and are often left out or added.
var particles = map[string]bool{
	"de": true, "del": true, "la": true, "las": true, "los": true, "el": true, "y": true, "e": true, "i": true,
	"da": true, "das": true, "do": true, "dos": true, "di": true, "du": true, "le": true,
	"van": true, "von": true, "der": true, "den": true, "ter": true, "al": true, "bin": true, "ibn": true,
}

// name is a name taken apart.
type name struct {
	words  []string // without particles, given names first where a comma tells which they are
	joined []string // for each word, the particles before it and the word, written as one; "" when there are none
	typed  int      // which word was being typed last, and may be unfinished; -1 when none
	whole  string   // all words with their particles, in the same order
}

// readName takes a name apart, "Surname1 Surname2, Given Names" or in free order.
func readName(s string) name {
	s = firstRunes(s, maxRunes)
	family, given, comma := strings.Cut(s, ",")
	var all []string
	last := 0 // the word typed last
	if comma {
		all = strings.Fields(Fold(given))
		last = len(all) - 1
		all = append(all, strings.Fields(Fold(family))...)
	} else {
		all = strings.Fields(Fold(s))
		last = len(all) - 1
	}
	end, _ := utf8.DecodeLastRuneInString(s)
	finished := end == ',' || unicode.IsSpace(end)

	n := name{typed: -1, whole: strings.Join(all, " ")}
	onlyParticles := true
	for _, w := range all {
		onlyParticles = onlyParticles && particles[w]
	}
	before := ""
	for i, w := range all {
		// A particle joins something to what follows; the last word of a name written in free order is none.
		if particles[w] && !onlyParticles && (comma || i < len(all)-1) {
			before += w
			continue
		}
		if i == last && !finished {
			n.typed = len(n.words)
		}
		n.words = append(n.words, w)
		if before != "" {
			before += w
		}
		n.joined = append(n.joined, before)
		before = ""
		if len(n.words) == maxWords {
			break
		}
	}
	return n
}

// sameAs reports whether two names are the same words in the same order, or in the order that comes of writing the
// surnames before the given names.
func (n name) sameAs(m name) bool {
	return len(n.whole) == len(m.whole) && strings.Contains(" "+n.whole+" "+n.whole+" ", " "+m.whole+" ")
}

func firstRunes(s string, most int) string {
	if len(s) <= most {
		return s
	}
	count := 0
	for i := range s {
		if count == most {
			return s[:i]
		}
		count++
	}
	return s
}
