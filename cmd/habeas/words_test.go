package main

import (
	"testing"

	"habeas.example/habeas/internal/sheet"
	"habeas.example/habeas/internal/words"
)

func TestEveryFindingOfAFileHasWords(t *testing.T) {
	for _, language := range []string{"es", "en"} {
		w := words.For(language)
		for _, code := range sheet.FindingCodes() {
			if !w.Has("finding." + code) {
				t.Errorf("%s: finding.%s has no words", language, code)
			}
		}
		for _, code := range sheet.RefusalCodes() {
			if !w.Has("file." + code) {
				t.Errorf("%s: file.%s has no words", language, code)
			}
		}
	}
}
