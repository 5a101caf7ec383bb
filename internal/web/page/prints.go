package page

import (
	"net/url"

	"habeas.example/habeas/internal/words"
)

// DocumentAddress is where a document is printed, in the reader's language: of what kind, and of what.
func DocumentAddress(speaker *words.Speaker, kind, of string) string {
	return "/api/v1/documents/" + kind + "/" + url.PathEscape(of) + "?language=" + speaker.Tag().String()
}
