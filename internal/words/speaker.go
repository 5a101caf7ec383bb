package words

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// Speaker says things in one language. It may be used by many at once.
type Speaker struct {
	tag    language.Tag
	voices []*catalogue // its own first, then what it falls back to
}

var (
	matcher  = language.NewMatcher(Languages)
	speakers = everyone()
)

func everyone() []*Speaker {
	all := make([]*Speaker, len(Languages))
	for i, own := range Languages {
		all[i] = &Speaker{tag: own, voices: []*catalogue{catalogues[own]}}
		for _, other := range Languages {
			if other != own {
				all[i].voices = append(all[i].voices, catalogues[other])
			}
		}
	}
	return all
}

// maxAccept bounds what is read of a request's wish, in bytes.
const maxAccept = 1000

// For returns the speaker that fits best what a person asked for: their own choice first, then what their browser sends
// as Accept-Language, either of which may be empty. Who asks for nothing that is spoken here is answered in Spanish.
func For(acceptLanguage ...string) *Speaker {
	for _, wish := range acceptLanguage {
		if wish == "" || len(wish) > maxAccept {
			continue
		}
		wanted, _, err := language.ParseAcceptLanguage(wish)
		if err != nil {
			continue
		}
		if _, i, confidence := matcher.Match(wanted...); confidence > language.No {
			return speakers[i]
		}
	}
	return speakers[0]
}

// FromEnvironment returns the speaker for a terminal, by the variables LC_ALL, LC_MESSAGES and LANG in this order: the
// first that is set decides, as POSIX has it. Pass os.Getenv.
func FromEnvironment(getenv func(string) string) *Speaker {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := getenv(name); locale != "" {
			// A locale reads es_EC.UTF-8@euro; only what stands before the dot and the at sign is a language.
			locale, _, _ = strings.Cut(locale, ".")
			locale, _, _ = strings.Cut(locale, "@")
			return For(strings.ReplaceAll(locale, "_", "-"))
		}
	}
	return speakers[0]
}

// Tag returns the language, for a page's lang attribute.
func (s *Speaker) Tag() language.Tag { return s.tag }

// Has reports whether there is a message with this id, in any language.
func (s *Speaker) Has(id string) bool {
	for _, voice := range s.voices {
		if voice.messages[id] != nil {
			return true
		}
	}
	return false
}

// Say says a message. What its own language lacks is said in the other; what no language has, as the id in brackets. A
// parameter that was not given stays visible as its name in braces.
func (s *Speaker) Say(id string, params map[string]any) string {
	return s.say(id, nil, params)
}

// Plural says a message in the form that fits a count. The message can speak of the count as {count}, which is written
// as Number writes it, whatever params says of it.
func (s *Speaker) Plural(id string, count int, params map[string]any) string {
	with := make(map[string]any, len(params)+1)
	for name, value := range params {
		with[name] = value
	}
	with["count"] = s.Number(count)
	return s.say(id, count, with)
}

func (s *Speaker) say(id string, count any, params map[string]any) string {
	for _, voice := range s.voices {
		if text, found := voice.text(id, count); found {
			return fill(text, params)
		}
	}
	return "[" + id + "]"
}

// fill puts parameters where a text names them. It goes through the text once, so that braces in what a parameter says
// are no parameters.
func fill(text string, params map[string]any) string {
	if !strings.Contains(text, "{") {
		return text
	}
	var said strings.Builder
	for {
		before, rest, opened := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		said.WriteString(before)
		switch value, given := params[name]; {
		case !opened:
			return said.String()
		case !closed:
			said.WriteString("{" + rest)
			return said.String()
		case given:
			fmt.Fprint(&said, value)
		default:
			said.WriteString("{" + name + "}")
		}
		text = after
	}
}

// Number writes a whole number with the language's separators: 40.000 in Spanish, 40,000 in English.
func (s *Speaker) Number(n int) string {
	return message.NewPrinter(s.tag).Sprint(number.Decimal(n))
}

// Decimal writes a number with one decimal: 8,5 in Spanish, 8.5 in English.
func (s *Speaker) Decimal(n float64) string {
	return message.NewPrinter(s.tag).Sprint(number.Decimal(n, number.Scale(1)))
}

// months are written out: 3/4 is a day in March to some readers and a day in April to others.
var months = map[language.Tag][12]string{
	language.Spanish: {"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
	language.English: {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"},
}

// unknownTime is shown for a time that is not known, which is the zero time.
const unknownTime = "—"

// Date writes the day that it was at that moment in a zone, such as 24 nov 2026. No zone is UTC.
func (s *Speaker) Date(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return unknownTime
	}
	at = in(at, zone)
	return fmt.Sprintf("%d %s %d", at.Day(), months[s.tag][at.Month()-1], at.Year())
}

// DateTime writes the day and the minute in a zone, such as 24 nov 2026, 21:47.
func (s *Speaker) DateTime(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return unknownTime
	}
	return s.Date(at, zone) + ", " + s.Clock(at, zone)
}

// Clock writes the minute of the day in a zone, on the 24-hour clock, such as 21:47.
func (s *Speaker) Clock(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return unknownTime
	}
	return in(at, zone).Format("15:04")
}

func in(at time.Time, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	return at.In(zone)
}
