package web_test

import (
	"testing"

	"habeas.example/habeas/internal/habeastest"
)

func TestDocumentsAreLinkedFromWhatTheyAreAbout(t *testing.T) {
	p := newPlay(t, 3)
	id := p.onTheRoad(2)
	duty := p.as("duty")
	one := habeastest.Numbers(1)[0]
	duty.get("/transfers/"+id).shows("/api/v1/documents/manifest/"+id+"?language=en", "/documents/escort-records/"+id)
	duty.get("/people/"+one).shows("/documents/escort-record/"+one, "/documents/wristband/"+one, "/documents/custody-receipt/"+one)
	duty.get("/establishments/OLD").shows("/documents/roll-sheet/OLD", "/documents/door-labels/OLD")
	duty.get("/book/40").shows("/documents/receipt/40")
}
