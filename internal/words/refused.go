package words

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// spoken says where the catalogue has words for the value of a parameter: the families of messages that are tried in turn. It is
// the one table of every door: a refusal reads the same on a page, in an answer of the API and on the command line.
var spoken = map[string][]string{
	"rule":   {"breach.", "brokenrule."},
	"status": {"line.", "holding.", "transferstatus.", "handoverstatus.", "countstatus.", "landingstatus."},
	"kind":   {"placekind.", "authority.", "discrepancy."},
	"action": {"action."},
	"role":   {"role."},
	"what":   {"what."},
	"stage":  {"stage."},
	"level":  {"level."},
	"needs":  {"need."},
	"why":    {"alone."},
}

// SayRefused says a message about something that was refused or found, by its parameters: codes in words, times as people write
// them in UTC, and nothing where a parameter that the text names was not given.
func (s *Speaker) SayRefused(id string, params map[string]string) string {
	said := map[string]any{}
	for _, name := range s.named(id) {
		said[name] = ""
	}
	for name, value := range params {
		said[name] = s.SayValue(name, value, time.UTC)
	}
	return tidy(s.Say(id, said))
}

// SayValue says the value of a parameter; times in a zone.
func (s *Speaker) SayValue(name, value string, zone *time.Location) string {
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return s.DateTime(at, zone) + " " + zone.String()
	}
	var words []string
	for _, code := range strings.Split(value, ", ") { // of some there are several
		word := s.codeword(name, code)
		if word == "" {
			return value
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

// codeword is the word for a code; empty: there is none.
func (s *Speaker) codeword(name, code string) string {
	for _, family := range spoken[name] {
		if code != "" && s.Has(family+code) {
			text := s.Say(family+code, nil)
			first, size := utf8.DecodeRuneInString(text)
			return string(unicode.ToLower(first)) + text[size:]
		}
	}
	return ""
}

var placeholder = regexp.MustCompile(`\{([a-z][A-Za-z0-9-]*)\}`)

// named are the parameters that a message names.
func (s *Speaker) named(id string) (names []string) {
	for _, voice := range s.voices {
		if text, found := voice.text(id, nil); found {
			for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
				names = append(names, m[1])
			}
			break
		}
	}
	return names
}

// gaps are what stays around a parameter that was not given.
var gaps = strings.NewReplacer(" (fila )", "", " (row )", "", " (, )", "", ", )", ")", " ()", "", "()", "", "(, ", "(")

// tidy takes away what stays around parameters that were not given.
func tidy(text string) string {
	text = strings.Join(strings.Fields(gaps.Replace(text)), " ")
	return strings.NewReplacer(" : .", ".", ": .", ".", " .", ".", " ;", ";").Replace(text)
}
