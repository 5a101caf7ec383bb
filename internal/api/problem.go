package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/sheet"
	"habeas.example/habeas/internal/words"
)

// Problem is the answer to a request that was refused or failed (RFC 9457). Code is stable
// and published; Detail and Mend say it in the language of Accept-Language.
type Problem struct {
	Type   string            `json:"type"`
	Title  string            `json:"title"`
	Status int               `json:"status"`
	Detail string            `json:"detail"`
	Mend   string            `json:"mend,omitempty"`
	Code   string            `json:"code"`
	Law    int               `json:"law,omitempty"`
	Params map[string]string `json:"params,omitempty"`
	Errors []Particular      `json:"errors,omitempty"`

	retryAfter int // seconds; 0: not said
}

// Particular is one of several things that are wrong with a request.
type Particular struct {
	Code   string            `json:"code"`
	Detail string            `json:"detail"`
	Params map[string]string `json:"params,omitempty"`
}

// Error makes a problem an error that huma answers with.
func (p *Problem) Error() string { return p.Code }

// GetStatus is the HTTP status of the answer.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of problem details.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statuses are the HTTP statuses of the reasons for a refusal.
var statuses = map[custody.Reason]int{
	custody.Invalid:   http.StatusUnprocessableEntity,
	custody.NotFound:  http.StatusNotFound,
	custody.Forbidden: http.StatusForbidden,
	custody.Conflict:  http.StatusConflict,
}

// codeStatuses are those refusals that HTTP has a finer status for.
var codeStatuses = map[string]int{
	"signed-out":        http.StatusUnauthorized,
	"sign-in-refused":   http.StatusUnauthorized,
	"session-locked":    http.StatusUnauthorized,
	"code-needed":       http.StatusUnauthorized,
	"link-refused":      http.StatusUnauthorized,
	"too-many-attempts": http.StatusTooManyRequests,
}

// retrySeconds is how long to wait before a request is sent again that the server could not take.
const retrySeconds = 2

func plainProblem(status int, code string) *Problem { return &Problem{Status: status, Code: code} }

// problem turns any error into what may be said of it. What is nobody's business outside
// goes to the log and is answered as "internal-error".
func (d *door) problem(ctx context.Context, err error) *Problem {
	var p *Problem
	var file *sheet.Refusal
	refusal, refused := custody.RefusalOf(err)
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, book.ErrNotWritten):
		d.Log.Error("a command was not written", "error", err)
		p = plainProblem(http.StatusServiceUnavailable, "not-written")
		p.retryAfter = retrySeconds
	case refused:
		p = problemOf(refusal)
	case errors.As(err, &file):
		p = plainProblem(http.StatusUnprocessableEntity, file.Code)
		p.Params = file.Params
	case errors.Is(err, book.ErrClosed):
		p = plainProblem(http.StatusServiceUnavailable, "shutting-down")
		p.retryAfter = retrySeconds
	case errors.Is(err, book.ErrReadOnly):
		p = plainProblem(http.StatusServiceUnavailable, "read-only")
	case errors.Is(err, book.ErrNotFound):
		p = plainProblem(http.StatusNotFound, "unknown-entry")
	case ctx.Err() != nil:
		p = plainProblem(http.StatusServiceUnavailable, "took-too-long")
		p.retryAfter = retrySeconds
	case book.Unreachable(err):
		d.Log.Error("the database cannot be reached", "error", err)
		p = plainProblem(http.StatusServiceUnavailable, "database-unreachable")
		p.retryAfter = retrySeconds
	default:
		d.Log.Error("a request failed", "error", err)
		p = plainProblem(http.StatusInternalServerError, "internal-error")
	}
	return p
}

func problemOf(r *custody.Refusal) *Problem {
	p := &Problem{Status: statuses[r.Reason], Code: r.Code, Law: r.Law, Params: r.Params}
	if status := codeStatuses[r.Code]; status != 0 {
		p.Status = status
	}
	if p.Status == 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	if seconds, err := strconv.Atoi(r.Params["seconds"]); err == nil {
		p.retryAfter = seconds
	}
	for _, also := range r.Also {
		p.Errors = append(p.Errors, Particular{Code: also.Code, Params: also.Params})
	}
	return p
}

// in says the problem in a language.
func (p *Problem) in(s *words.Speaker) *Problem {
	said := *p
	said.Type = "/docs/errors#" + p.Code
	said.Title = s.Say("problem."+strconv.Itoa(p.Status), nil)
	if s.Has("file." + p.Code) { // of a file that is no table; its text says the mend too
		said.Detail = s.SayRefused("file."+p.Code, p.Params)
	} else {
		said.Detail = s.SayRefused("refusal."+p.Code, p.Params)
		said.Mend = s.SayRefused("mend."+p.Code, p.Params)
	}
	said.Errors = make([]Particular, len(p.Errors))
	for i, e := range p.Errors {
		e.Detail = s.SayRefused("refusal."+e.Code, e.Params)
		said.Errors[i] = e
	}
	return &said
}

// writeProblem answers a request outside huma.
func (d *door) writeProblem(w http.ResponseWriter, r *http.Request, p *Problem) {
	body, err := json.Marshal(p.in(words.For(r.Header.Get("Accept-Language"))))
	if err != nil {
		d.Log.Error("a problem could not be written", "code", p.Code, "error", err)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	for name, values := range p.headers() {
		w.Header()[name] = values
	}
	w.WriteHeader(p.Status)
	d.write(r.Context(), w, body)
}

// headers are those that an answer with the problem carries.
func (p *Problem) headers() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="habeas"`)
	}
	return h
}

// answer is the problem as a handler of huma returns it.
func (p *Problem) answer(language string) error {
	return huma.ErrorWithHeaders(p.in(words.For(language)), p.headers())
}

// fail answers a request before huma has read it.
func (d *door) fail(ctx huma.Context, p *Problem) {
	for name, values := range p.headers() {
		ctx.SetHeader(name, values[0])
	}
	body, err := json.Marshal(p.in(words.For(ctx.Header("Accept-Language"))))
	if err != nil {
		d.Log.Error("a problem could not be written", "code", p.Code, "error", err)
	}
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	if _, err := ctx.BodyWriter().Write(body); err != nil && ctx.Context().Err() == nil {
		d.Log.Debug("an answer did not arrive", "error", err)
	}
}

// The faults that huma itself finds in a request are said as problems too. Values that were
// sent are never echoed.
func init() {
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		p := faultProblem(status, errs)
		if ctx == nil {
			return p.in(words.For())
		}
		return p.in(words.For(ctx.Header("Accept-Language")))
	}
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		return faultProblem(status, errs).in(words.For())
	}
}

// maxParticulars bounds how many faults of one request are listed.
const maxParticulars = 100

func faultProblem(status int, errs []error) *Problem {
	codes := map[int]string{
		http.StatusBadRequest:            "request-malformed",
		http.StatusRequestTimeout:        "body-too-slow",
		http.StatusRequestEntityTooLarge: "body-too-large",
		http.StatusUnsupportedMediaType:  "media-type",
		http.StatusUnprocessableEntity:   "request-invalid",
		http.StatusNotAcceptable:         "media-type",
	}
	code := codes[status]
	for _, err := range errs {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			status, code = http.StatusRequestEntityTooLarge, "body-too-large"
		}
	}
	if code == "" {
		status, code = http.StatusInternalServerError, "internal-error"
	}
	p := plainProblem(status, code)
	for _, err := range errs {
		var detail huma.ErrorDetailer
		if len(p.Errors) < maxParticulars && errors.As(err, &detail) {
			if location := detail.ErrorDetail().Location; location != "" && location != "body" {
				p.Errors = append(p.Errors, Particular{Code: "field-invalid", Params: map[string]string{"location": location}})
			}
		}
	}
	return p
}
