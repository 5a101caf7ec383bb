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

// approved is a transfer of the first n people on two vehicles, which nobody has boarded yet.
func (p *play) approved(n int) (id string) {
	p.t.Helper()
	ctx, planner := p.t.Context(), by("planner")
	id = p.must(p.transfer.Draft(ctx, planner, custody.Transfer{From: habeastest.Origin, To: habeastest.Centre, Date: p.clock.Now().Format(time.DateOnly), LegalBasis: "Order 7"})).Entries[0].Transfer
	p.must(p.transfer.LoadManifest(ctx, planner, id, "list.csv", habeastest.Numbers(n)))
	p.must(p.transfer.AssignEscort(ctx, planner, id, custody.Escort{Corps: "Second Brigade", Commander: "Cpt. Tobar", Units: []custody.Unit{{Name: "Company A", Headcount: 12}}}))
	p.must(p.transfer.AddWaypoint(ctx, planner, id, custody.Waypoint{Code: "W1", Name: "The bridge"}))
	p.must(p.transfer.AddVehicles(ctx, planner, id, custody.Vehicle{Code: "B01", Seats: 3}, custody.Vehicle{Code: "B02", Seats: 3}))
	p.must(p.transfer.Approve(ctx, by("governor"), id))
	return id
}

// A transfer is played from the first who boards to the last who is received through pages alone, by two hands at either end.
func TestATransferIsRunFromItsPages(t *testing.T) {
	p := newPlay(t, 6)
	id, numbers := p.approved(5), habeastest.Numbers(6)
	path := "/transfers/" + id
	bus, other := path+"/vehicles/B01", path+"/vehicles/B02"
	reception, escort := p.as("reception"), p.as("escort")

	reception.get(path).is(http.StatusOK).shows(`href="`+bus+`"`, `href="`+path+`/handing-over"`, `href="`+path+`/people/`+numbers[0]+`"`)
	wellMade(t, reception.get(bus).is(http.StatusOK).shows("autofocus", numbers[0], numbers[4], "Nobody yet.").hides(numbers[5]))
	looks := p.book.Size()
	reception.get(bus+"?q="+strings.ToLower(numbers[0])).shows("Compare the face and the paper", numbers[0], "No photograph").hides(numbers[1])
	if p.book.Size() != looks+1 {
		t.Errorf("showing somebody left %d entries, want one look", p.book.Size()-looks)
	}
	reception.get(bus+"?q="+numbers[5]).shows("Nobody on the list of this transfer is", numbers[5])
	reception.post(bus+"/boardings", url.Values{}).is(http.StatusUnprocessableEntity).shows("Tick at least one person.")
	reception.post(bus+"/boardings", url.Values{"person": {numbers[0]}}).leadsTo(bus + "?done=board")
	reception.post(bus+"/boardings", url.Values{"person": {numbers[2], numbers[1]}}).leadsTo(bus + "?done=board")
	reception.get(bus+"?done=board").shows("Aboard. Next, please.", "no free seat").hides(`name="person"`) // three seats
	reception.post(bus+"/boardings", url.Values{"person": {numbers[3]}}).is(http.StatusConflict).shows("no free seat")
	reception.get(other+"?q="+numbers[3]).shows("Identified", "they board B02") // that was found out all the same
	reception.get(other + "?q=" + numbers[0]).shows("They do not wait to board").hides("they board B02")
	reception.post(other+"/boardings", url.Values{"person": {numbers[3], numbers[4]}}).leadsTo(other + "?done=board")
	if identified := p.kinds()[custody.PersonIdentified]; identified != 5 {
		t.Errorf("%d people were identified, want 5", identified)
	}

	// Who planned it can still send one more vehicle.
	planner := p.as("planner")
	planner.get(path).shows("Add a vehicle, a waypoint or the escort")
	wellMade(t, planner.post(path+"/vehicles", url.Values{"code": {"B03"}, "seats": {"many"}}).is(http.StatusUnprocessableEntity).shows("That is no whole number", `value="many"`, "<details open>"))
	planner.post(path+"/vehicles", url.Values{"code": {"B03"}, "seats": {"3"}}).leadsTo(path + "?done=vehicles")
	reception.get(path).hides("Add a vehicle, a waypoint or the escort")

	// Somebody falls ill, and is taken off again.
	reception.get(path+"/people/"+numbers[4]).shows("Withdraw them from the transfer", "Boarded").hides("/divert", "/identify")
	reception.post(path+"/people/"+numbers[4]+"/withdraw", url.Values{"reason": {"bored"}, "note": {"Fever"}}).is(http.StatusUnprocessableEntity).shows("Fever", "govuk-error-summary")
	reception.post(path+"/people/"+numbers[4]+"/withdraw", url.Values{"reason": {"unfit"}, "note": {"Fever"}}).leadsTo(path + "/people/" + numbers[4] + "?done=withdraw")

	// A count says what was seen, and nothing of what should be.
	handing := path + "/handing-over"
	reception.get(handing).is(http.StatusOK).shows("2 vehicles cannot be offered yet").hides(`name="vehicles"`, ">Offer the departure to the escort</button>")
	wellMade(t, reception.get(bus+"/count").is(http.StatusOK).shows(`value="boarding"`, "checked").hides("3 aboard", "of 3 seats", `value="3"`))
	reception.post(bus+"/count", url.Values{"stage": {"boarding"}, "counted": {"three"}}).is(http.StatusUnprocessableEntity).shows("That is no whole number", `value="three"`)
	reception.post(bus+"/count", url.Values{"stage": {"boarding"}, "counted": {""}}).is(http.StatusUnprocessableEntity)
	reception.post(bus+"/count", url.Values{"stage": {"boarding"}, "counted": {"5000"}}).is(http.StatusUnprocessableEntity).shows("counted-error")
	reception.post(bus+"/count", url.Values{"stage": {"boarding"}, "counted": {"3"}, "at": {"soon"}}).is(http.StatusUnprocessableEntity).shows("field-at-error")
	reception.post(bus+"/count", url.Values{"stage": {"boarding"}, "counted": {"3"}}).leadsTo(bus + "?done=count")
	reception.get(bus).shows("Official reception counted 3")
	escort.post(bus+"/count", url.Values{"stage": {"boarding"}, "counted": {"3"}}).leadsTo(bus + "?done=count")
	reception.post(other+"/count", url.Values{"stage": {"boarding"}, "counted": {"1"}}).leadsTo(other + "?done=count")
	reception.get(handing+"?vehicle=B01").shows("Official escort counted 3", "You counted 1", `value="B01"`, "checked").hides("cannot be offered yet")

	// Offered, taken back, offered again; the giver is never the taker.
	escort.get(handing).shows("is not of the side").hides(`name="vehicles"`)
	escort.post(path+"/departure-offers", url.Values{"vehicles": {"B01"}}).is(http.StatusForbidden)
	reception.post(path+"/departure-offers", url.Values{}).is(http.StatusConflict).shows("nobody to hand over")
	reception.post(path+"/departure-offers", url.Values{"vehicles": {"B01", "B02"}}).leadsTo(path + "?done=departure-offers")
	reception.get(bus).shows("they wait for the other hand").hides(`name="person"`)
	h := p.openHandover(id)
	reception.get(path).shows(path + "/handovers/" + h + "/recall")
	escort.get(path).hides("/recall")
	escort.post(path+"/handovers/"+h+"/recall", url.Values{"reason": {"no"}}).is(http.StatusForbidden)
	reception.post(path+"/handovers/"+h+"/recall", url.Values{"reason": {" "}}).is(http.StatusUnprocessableEntity).shows("field-reason-error")
	reception.post(path+"/handovers/"+h+"/recall", url.Values{"reason": {"A tyre"}}).leadsTo(path + "?done=recall")
	reception.get(path + "?done=recall").shows("nobody changed hands").hides(path + "/handovers/" + h + "/recall")
	reception.post(path+"/departure-offers", url.Values{"vehicles": {"B01", "B02"}}).leadsTo(path + "?done=departure-offers")
	reception.get(path).hides("Accept the handover") // whoever gave does not take
	h = p.openHandover(id)
	escort.post(path+"/acceptance", url.Values{"handover": {h}}).leadsTo(path + "?done=acceptance")

	// On the road: one to hospital, one for the night.
	p.clock.Advance(time.Hour)
	escort, taker := p.as("escort"), p.as("reception2") // the others are signed out by now
	escort.get(bus).hides(`name="person"`).shows(bus+"/arrive", bus+"/count")
	escort.get(bus+"/count").shows(`value="waypoint:W1"`, `value="arrival"`).hides(`value="boarding"`)
	escort.post(bus+"/count", url.Values{"stage": {"waypoint:W9"}, "counted": {"3"}}).is(http.StatusNotFound).shows("stage-error")
	escort.post(bus+"/count", url.Values{"stage": {"waypoint:W1"}, "counted": {"3"}}).leadsTo(bus + "?done=count")
	line := path + "/people/" + numbers[2]
	escort.get(line).shows(line+"/divert", line+"/lodge").hides("/withdraw", "/resume")
	escort.post(line+"/divert", url.Values{"hospital": {habeastest.OriginCell}, "note": {"Chest pain"}}).is(http.StatusUnprocessableEntity).shows("Chest pain", "hospital-error")
	escort.post(line+"/divert", url.Values{"hospital": {habeastest.Hospital}, "note": {"Chest pain"}}).leadsTo(line + "?done=divert")
	line = path + "/people/" + numbers[3]
	escort.post(line+"/lodge", url.Values{"place": {habeastest.RoadsideRoom}}).leadsTo(line + "?done=lodge")
	escort.post(line+"/resume", url.Values{"vehicle": {"B01"}}).leadsTo(line + "?done=resume")

	// Arrived, and received by the other hand.
	escort.get(handing).shows("cannot be offered yet", "has not arrived", numbers[2])
	escort.post(bus+"/arrive", url.Values{"place": {"NOWHERE"}}).is(http.StatusNotFound).shows("NOWHERE", "field-place-error")
	escort.post(bus+"/arrive", url.Values{"place": {habeastest.CentreReception}}).leadsTo(bus + "?done=arrive")
	escort.get(bus).shows(handing + "?vehicle=B01")
	escort.get(handing).shows(`value="`+habeastest.CentreReception+`"`, "In the hands of the escort, and in no vehicle")
	taker.post(path+"/arrival-offers", url.Values{"vehicles": {"B01"}, "place": {habeastest.CentreReception}}).is(http.StatusForbidden)
	escort.post(path+"/arrival-offers", url.Values{"vehicles": {"B01"}, "place": {habeastest.OriginReception}}).is(http.StatusConflict).shows("arrival-offers-place-error", "checked")
	escort.post(path+"/arrival-offers", url.Values{"vehicles": {"B01"}, "people": {numbers[2]}, "place": {habeastest.CentreReception}}).leadsTo(path + "?done=arrival-offers")
	taker.post("/reception/"+p.openHandover(id)+"/acceptance", nil).is(http.StatusSeeOther)
	p.as("planner").get(path).shows("Nobody: the transfer can be closed.")
	escort.get(bus).shows("Received").hides("/arrive", `/count"`)
}

// What an official may not do is said and refused; what is not there is not found.
func TestTheGateIsKept(t *testing.T) {
	p := newPlay(t, 4)
	id, numbers := p.approved(3), habeastest.Numbers(4)
	path := "/transfers/" + id
	p.nobody().get(path + "/vehicles/B01").leadsTo("/sign-in?next=" + url.QueryEscape(path+"/vehicles/B01"))
	p.as("engineer").get(path + "/vehicles/B01").is(http.StatusForbidden)
	monitor := p.as("monitor")
	monitor.get(path+"/vehicles/B01").is(http.StatusOK).hides(`name="person"`, `/count"`)
	monitor.post(path+"/vehicles/B01/boardings", url.Values{"person": {numbers[0]}}).is(http.StatusForbidden)
	monitor.get(path + "/vehicles/B01/count").is(http.StatusForbidden)
	size := p.book.Size()
	reception := p.as("reception")
	for _, address := range []string{"/vehicles/B09", "/vehicles/B09/count", "/people/" + numbers[3], "/people/" + numbers[3] + "/withdraw", "/people/x", "/handovers/H0/recall", "/vehicles/B01/fly"} {
		if r := reception.get(path + address); r.status != http.StatusNotFound && r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s is answered with %d", address, r.status)
		}
	}
	reception.get("/transfers/TR-1999-0001/vehicles/B01").is(http.StatusNotFound)
	reception.get(path + "/vehicles/B01?q=" + url.QueryEscape("<script>alert(1)</script>")).is(http.StatusOK).hides("<script>alert")
	reception.post(path+"/vehicles/B01/boardings", url.Values{"person": {numbers[3]}}).is(http.StatusNotFound)
	reception.post(path+"/vehicles/B01/boardings", url.Values{"person": {"<script>"}}).is(http.StatusNotFound).hides("<script>\"")
	if p.book.Size() != size {
		t.Errorf("refused acts wrote %d entries", p.book.Size()-size)
	}
	s := reception.streams(path + "/vehicles/B01/live")
	if part := s.next(); !strings.Contains(part, `id="gate-live"`) {
		t.Errorf("what is live is %s", part)
	}
}

// openHandover is the one handover of a transfer that waits.
func (p *play) openHandover(id string) string {
	p.t.Helper()
	view, err := p.transfer.View(id)
	if err != nil || len(view.Handovers) != 1 {
		p.t.Fatalf("%d handovers wait, want one: %v", len(view.Handovers), err)
	}
	return view.Handovers[0].ID
}

// kinds counts the entries of the book by their kind.
func (p *play) kinds() map[custody.Kind]int {
	p.t.Helper()
	n := map[custody.Kind]int{}
	for _, e := range p.entriesFrom(0) {
		n[e.Kind]++
	}
	return n
}
