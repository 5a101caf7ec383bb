package page

import (
	"errors"
	"net/http"

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
	return s.SayRefused("refusal."+r.Code, r.Params)
}

// SayMend says what would mend it.
func SayMend(s *words.Speaker, r *custody.Refusal) string {
	return s.SayRefused("mend."+r.Code, r.Params)
}
