package page

import (
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/words"
)

// statuses is the one table from the reason of a refusal to the status of the reply.
var statuses = map[custody.Reason]int{
	custody.Invalid:   http.StatusUnprocessableEntity,
	custody.NotFound:  http.StatusNotFound,
	custody.Forbidden: http.StatusForbidden,
	custody.Conflict:  http.StatusConflict,
}

// StatusOf is the status of the reply to a refusal.
func StatusOf(err error) int {
	if errors.Is(err, custody.Refused("upload-too-large")) {
		return http.StatusRequestEntityTooLarge
	}
	if r, ok := custody.RefusalOf(err); ok && statuses[r.Reason] != 0 {
		return statuses[r.Reason]
	}
	return http.StatusInternalServerError
}

// TroubleOf is the page of a refusal: which law, whom, and what would mend it.
func TroubleOf(s *words.Speaker, r *custody.Refusal) Trouble {
	t := Trouble{Status: statuses[r.Reason], What: SayRefusal(s, r), Mend: SayMend(s, r), Law: r.Law}
	for _, also := range r.Also {
		t.Also = append(t.Also, SayRefusal(s, also))
	}
	if t.Status == 0 {
		t.Status = http.StatusInternalServerError
	}
	return t
}

// SayRefusal says what was refused.
func SayRefusal(s *words.Speaker, r *custody.Refusal) string {
	return tidy(s.Say("refusal."+r.Code, sayable(s, r.Params)))
}

// SayMend says what would mend it.
func SayMend(s *words.Speaker, r *custody.Refusal) string {
	return tidy(s.Say("mend."+r.Code, sayable(s, r.Params)))
}

// spoken says where the catalogue has words for the value of a parameter.
var spoken = map[string][]string{
	"rule":   {"breach.", "brokenrule."},
	"status": {"line.", "holding.", "transferstatus.", "handoverstatus."},
	"kind":   {"placekind.", "authority.", "discrepancy."},
	"action": {"action."},
	"role":   {"role."},
	"stage":  {"stage."},
	"level":  {"level."},
	"needs":  {"need."},
	"why":    {"alone."},
}

// sayable are the parameters of a refusal as a sentence says them: codes in words, times as
// people write them, and nothing for the row that only lists have.
func sayable(s *words.Speaker, params map[string]string) map[string]any {
	said := map[string]any{"row": "", "person": "", "place": "", "status": "", "other": "", "why": "", "nearest": "", "transfer": "", "authority": "", "handover": ""}
	for name, value := range params {
		said[name] = SayValue(s, name, value, time.UTC)
	}
	return said
}

// SayValue says the value of a parameter; times in a zone.
func SayValue(s *words.Speaker, name, value string, zone *time.Location) string {
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return s.DateTime(at, zone) + " " + zone.String()
	}
	for _, family := range spoken[name] {
		if s.Has(family + value) {
			text := s.Say(family+value, nil)
			first, size := utf8.DecodeRuneInString(text)
			return string(unicode.ToLower(first)) + text[size:]
		}
	}
	return value
}

// gaps are what stays around a parameter that was not given.
var gaps = strings.NewReplacer(" (fila )", "", " (row )", "", " (, )", "", ", )", ")", " ()", "", "()", "", "(, ", "(")

func tidy(text string) string {
	return strings.NewReplacer(": .", ".", " .", ".", " ;", ";").Replace(strings.Join(strings.Fields(gaps.Replace(text)), " "))
}
