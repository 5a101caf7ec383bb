package web_test

import (
	"strings"
	"testing"

	"habeas.example/habeas/internal/habeastest"
)

// However fast changes follow each other and however many look on, everybody is shown the last one.
func TestTheLastOfManyChangesReachesEverybody(t *testing.T) {
	const found = 6
	p := newPlay(t, found)
	duty := p.as("duty")
	lines := []*stream{duty.streams("/live"), duty.streams("/live"), duty.streams("/live")}
	for _, line := range lines[:2] { // the third is read late
		line.next()
	}
	for _, person := range habeastest.Numbers(found) {
		p.found(person, habeastest.OriginCell)
	}
	for i, line := range lines {
		text := ""
		for range 4 {
			if text = line.next(); strings.Contains(text, "6 open discrepancies") {
				break
			}
		}
		if !strings.Contains(text, "6 open discrepancies") {
			t.Errorf("line %d ends with %q", i, text)
		}
	}
}

// Whoever has just opened a page is never shown an older state than the page itself had, however lately that was made for others.
func TestALineBeginsNoEarlierThanItsPage(t *testing.T) {
	p := newPlay(t, 1)
	duty := p.as("duty")
	duty.streams("/live").next()
	p.found(habeastest.Numbers(1)[0], habeastest.OriginCell)
	if first := duty.streams("/live").next(); !strings.Contains(first, "1 open discrepancy") {
		t.Errorf("the line begins with %q", first)
	}
}
