package custody

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Reason is why a refusal was given, in the coarse sense that a door needs to choose
// its answer (an HTTP status, an exit code).
type Reason int

// The reasons. A published reason keeps its meaning.
const (
	Invalid   Reason = iota + 1 // the request itself is malformed or incomplete
	NotFound                    // somebody or something named does not exist
	Forbidden                   // this official may not do this
	Conflict                    // the record, as it stands, forbids it
)

// Refusal is the answer to an order that breaks a law or names something that does
// not exist. Code is stable and published: doors look up its text, and what would
// mend it, in the user's language (catalogue keys "refusal.CODE" and "mend.CODE").
type Refusal struct {
	Code   string            // stable, kebab-case, e.g. "authority-live"
	Law    int               // 1 to 8 as numbered in the design; 0 when no law is involved
	Reason Reason            // how a door should answer
	Params map[string]string // who and what: person, place, authority, transfer, ...
	Also   []*Refusal        // the particulars, when an order is refused for several people at once
}

// Error says the refusal in plain English for logs; doors say it in the user's language.
func (r *Refusal) Error() string {
	keys := make([]string, 0, len(r.Params))
	for k := range r.Params {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var b strings.Builder
	fmt.Fprintf(&b, "refused: %s", r.Code)
	if r.Law > 0 {
		fmt.Fprintf(&b, " (law %d)", r.Law)
	}
	for _, k := range keys {
		fmt.Fprintf(&b, " %s=%q", k, r.Params[k])
	}
	return b.String()
}

// Is reports whether target is a refusal with the same code, so that callers judge
// with errors.Is(err, custody.Refused("authority-live")).
func (r *Refusal) Is(target error) bool {
	t, ok := target.(*Refusal)
	return ok && t.Code == r.Code
}

// Refused is a refusal with a code alone, for errors.Is.
func Refused(code string) *Refusal { return &Refusal{Code: code} }

// RefusalOf returns the refusal inside err, if there is one.
func RefusalOf(err error) (*Refusal, bool) {
	var r *Refusal
	ok := errors.As(err, &r)
	return r, ok
}

func refuse(reason Reason, law int, code string, params ...string) *Refusal {
	r := &Refusal{Code: code, Law: law, Reason: reason, Params: make(map[string]string, len(params)/2)}
	for i := 0; i+1 < len(params); i += 2 {
		r.Params[params[i]] = params[i+1]
	}
	return r
}

// InvalidInput refuses a malformed request: code names the fault, params the field.
func InvalidInput(code string, params ...string) *Refusal { return refuse(Invalid, 0, code, params...) }

// Unknown refuses a request about something that is not in the register.
func Unknown(what, key string) *Refusal {
	return refuse(NotFound, 0, "unknown-"+what, what, key)
}
