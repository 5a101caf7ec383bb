package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// offered brings a bus with n people to the centre's reception, and returns the handover that the escort offers.
func (p *play) offered(n int) (handover string) {
	p.t.Helper()
	id := p.onTheRoad(n)
	p.clock.Advance(time.Hour)
	p.must(p.transfer.Arrive(p.t.Context(), by("escort"), id, "B01", habeastest.CentreReception, time.Time{}))
	w := p.must(p.transfer.OfferArrival(p.t.Context(), by("escort"), id, []string{"B01"}, nil, habeastest.CentreReception, time.Time{}))
	return w.Entries[0].Detail.(*custody.Handover).ID
}

// A bus is taken over by the second hand and taken in one by one, by number or name, each to a cell that is confirmed.
func TestABusIsTakenInAtTheDesk(t *testing.T) {
	p := newPlay(t, 6)
	handover, people := p.offered(4), habeastest.Numbers(6)
	desk := "/reception/" + handover
	reception, cell := p.as("reception2"), habeastest.CentreCell(1, 1)

	reception.get("/reception").is(http.StatusOK).shows("Bus B01", "4 people, offered by", desk)
	r := reception.get(desk).is(http.StatusOK).shows("Take the bus over", `autofocus`)
	wellMade(t, r)
	looks := p.book.Size()
	reception.get(desk+"?person="+strings.ToLower(people[0])).is(http.StatusOK).shows(people[0], "Take the bus over first", "No photograph").hides("/placements")
	if p.book.Size() != looks+1 {
		t.Errorf("showing somebody left %d entries, want one look", p.book.Size()-looks)
	}
	reception.post(desk+"/placements", url.Values{"person": {people[0]}, "cell": {cell}}).is(http.StatusConflict)
	reception.post(desk+"/acceptance", nil).leadsTo(desk)
	reception.post(desk+"/acceptance", nil).is(http.StatusConflict)
	reception.get(desk).hides("Take the bus over").shows("Still to be seen")

	reception.get(desk+"?person="+people[5]).shows("Nobody on this bus is", "Arrived unlisted")
	reception.get(desk + "?person=" + url.QueryEscape("<script>alert(1)</script>")).shows("Nobody on this bus").hides("<script>alert")
	before := p.book.Size()
	reception.post(desk+"/placements", url.Values{"person": {people[0]}, "cell": {" "}}).is(http.StatusUnprocessableEntity).shows("Type the cell.", people[0])
	reception.post(desk+"/placements", url.Values{"person": {people[0]}, "cell": {"NO-SUCH-CELL"}}).shows("field-cell-error", "NO-SUCH-CELL")
	reception.post(desk+"/placements", url.Values{"person": {people[0]}, "cell": {habeastest.OriginCell}}).shows("field-cell-error")
	for _, e := range p.entriesFrom(before) {
		if e.Kind != custody.RecordRead {
			t.Errorf("a placement that was refused wrote %s", e.Kind)
		}
	}
	reception.post(desk+"/placements", url.Values{"person": {people[0]}, "cell": {cell}}).leadsTo(desk + "?done=" + people[0])
	reception.get(desk+"?done="+people[0]).shows("goes to", cell, "autofocus")
	reception.get(desk + "?person=" + people[0]).shows("already").hides("/placements")
	p.must(p.roll.Die(t.Context(), by("health"), people[1], custody.Death{Circumstances: "collapsed"}, time.Time{}))
	reception.get(desk).shows("Exceptions", "Dead")
	reception.post(desk+"/placements", url.Values{"person": {people[2]}, "cell": {cell}}).leadsTo(desk + "?done=" + people[2])
	reception.post(desk+"/placements", url.Values{"person": {people[3]}, "cell": {cell}}).is(http.StatusConflict).shows("field-cell-error") // it holds two
	reception.post(desk+"/placements", url.Values{"person": {people[3]}, "cell": {habeastest.CentreCell(1, 2)}}).leadsTo(desk + "?done=" + people[3])
	reception.get(desk).shows("Nobody is left to be seen.")
	reception.get("/reception").shows("No bus waits at the gate.")
}

// What is another establishment's bus is nobody's business here; whoever offered it does not take it.
func TestTheDeskIsOfTheReceivingSide(t *testing.T) {
	p := newPlay(t, 3)
	desk := "/reception/" + p.offered(2)
	p.nobody().get(desk).leadsTo("/sign-in?next=" + url.QueryEscape(desk))
	p.as("landing").get(desk).is(http.StatusForbidden)
	escort := p.as("escort")
	escort.get(desk).shows("notice open").hides(">Accept<")
	escort.post(desk+"/acceptance", nil).is(http.StatusConflict)
	p.as("reception2").get("/reception/H0").is(http.StatusNotFound)
	s := p.as("reception2").streams(desk + "/live")
	if part := s.next(); !strings.Contains(part, `id="reception-live"`) {
		t.Errorf("what is live is %s", part)
	}
}

// entriesFrom are the entries from a number on.
func (p *play) entriesFrom(n int64) (list []*custody.Entry) {
	p.t.Helper()
	stored, err := p.book.Entries(p.t.Context(), n, 1000)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, one := range stored {
		e, err := custody.DecodeEntry(one.Body)
		if err != nil {
			p.t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}
