package main

import (
	"bufio"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/sheet"
	"habeas.example/habeas/internal/web"
	"habeas.example/habeas/internal/words"
)

// fault is something that the command line cannot do as asked. The catalogue says it, and
// what would mend it, as "fault.CODE".
type fault struct {
	code   string
	params map[string]any
	cause  error
}

// Error says the fault in English, for logs; explain says it to whoever asked.
func (f *fault) Error() string { return f.in(words.For("en")) }

func (f *fault) Unwrap() error { return f.cause }

func (f *fault) in(s *words.Speaker) string {
	said := s.Say("fault."+f.code, f.params)
	if f.cause != nil {
		said += " (" + f.cause.Error() + ")"
	}
	return said
}

// faulty is a fault with parameters in pairs of name and value.
func faulty(code string, params ...string) *fault {
	f := &fault{code: code, params: map[string]any{}}
	for i := 0; i+1 < len(params); i += 2 {
		f.params[params[i]] = params[i+1]
	}
	return f
}

// fail says an error in the user's language and returns the exit code.
func (t *terminal) fail(err error) int {
	if errors.Is(err, errFound) {
		return exitFound
	}
	fmt.Fprintln(t.err, "habeas: "+t.explain(err))
	return exitFailed
}

// explain turns an error into what was refused and what would mend it.
func (t *terminal) explain(err error) string {
	if r, ok := custody.RefusalOf(err); ok {
		return t.words.SayRefused("refusal."+r.Code, r.Params) + " " + t.words.SayRefused("mend."+r.Code, r.Params)
	}
	if r := (*sheet.Refusal)(nil); errors.As(err, &r) {
		p := map[string]any{"column": r.Column}
		for k, v := range r.Params {
			p[k] = v
		}
		return t.words.Say("file."+r.Code, p)
	}
	if f := (*fault)(nil); errors.As(err, &f) {
		return f.in(t.words)
	}
	switch {
	case errors.Is(err, web.ErrNotBuilt):
		return t.words.Say("fault.no-assets", nil)
	case errors.Is(err, book.ErrUnreachable):
		return t.words.Say("refusal.database-unreachable", nil) + " " + t.words.Say("mend.database-unreachable", nil) + "\n" + err.Error()
	case errors.Is(err, book.ErrInUse):
		return t.words.Say("fault.in-use", nil)
	case errors.Is(err, syscall.EADDRINUSE):
		return t.words.Say("fault.address-in-use", map[string]any{"error": err})
	}
	return err.Error()
}

// confirm asks a question on an interactive terminal and reports whether the answer was
// yes. Where nobody is there to ask, the answer is no.
func (t *terminal) confirm(id string, params map[string]any) bool {
	if !t.interactive {
		return false
	}
	fmt.Fprint(t.err, t.words.Say(id, params)+" ")
	answer := strings.ToLower(strings.TrimSpace(nextLine(bufio.NewScanner(t.in))))
	return slices.Contains([]string{"s", "si", "sí", "y", "yes"}, answer)
}
