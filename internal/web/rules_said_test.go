package web

import (
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/words"
)

// The rule that a place breaks is said in words wherever it is shown; a norm keeps its name.
func TestRulesAreSaidInWords(t *testing.T) {
	for _, language := range words.Languages {
		speaker := words.For(language.String())
		for _, code := range []string{"place", "keep-apart", "shares-with-nobody", "needs-not-met", "must-not-be-alone", "kept-apart", "place-out-of-use"} {
			if said := speaker.SayValue("rule", code, time.UTC); said == code || strings.Contains(said, "[") {
				t.Errorf("in %s the rule %s is said as %q", language, code, said)
			}
		}
		if said := speaker.SayValue("rule", "SEP-1", time.UTC); said != "SEP-1" {
			t.Errorf("in %s the norm SEP-1 is said as %q", language, said)
		}
	}
	if said := words.For(words.Languages[0].String()).SayValue("rule", "assessment", time.UTC); said != "evaluación" {
		t.Errorf("an assessment is said as %q", said)
	}
}
