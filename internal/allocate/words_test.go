package allocate_test

import (
	"testing"

	"habeas.example/habeas/internal/allocate"
	"habeas.example/habeas/internal/words"
)

// Every code that a plan can answer with can be said in both languages.
func TestCodesHaveWords(t *testing.T) {
	var keys []string
	for _, r := range []allocate.Rule{allocate.RuleCapacity, allocate.RuleClosed, allocate.RuleCellClass, allocate.RuleClass, allocate.RuleNeed,
		allocate.RuleAlone, allocate.RuleCompany, allocate.RuleApartCell, allocate.RuleApartLand, allocate.RuleApartWing, allocate.RuleStays, allocate.RuleMoves} {
		keys = append(keys, "rule."+string(r))
	}
	for _, r := range []allocate.ReasonCode{allocate.ReasonStays, allocate.ReasonOpenRoom, allocate.ReasonNear, allocate.ReasonNeed, allocate.ReasonSingle,
		allocate.ReasonCompany, allocate.ReasonOpened, allocate.ReasonMovedOut, allocate.ReasonMovedRule, allocate.ReasonMovedRoom, allocate.ReasonBalance,
		allocate.ReasonUnplaced, allocate.ReasonCannotMove} {
		keys = append(keys, "placed."+string(r))
	}
	for _, language := range []string{"es", "en"} {
		for _, key := range keys {
			if !words.For(language).Has(key) {
				t.Errorf("%s has no text for %s", language, key)
			}
		}
	}
}
