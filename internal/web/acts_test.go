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

func TestAPersonsPageOffersWhatIsLawfulNow(t *testing.T) {
	p := newPlay(t, 3)
	number := habeastest.Numbers(1)[0]
	path := "/people/" + number
	duty := p.as("duty")
	duty.get(path).shows(`href="`+path+`/move"`, `href="`+path+`/found"`, "Not now", "Law 3: No paper, no cell; live paper, no release").
		hides(`href="`+path+`/release"`, `href="`+path+`/return"`, "Record a paper") // lawful papers stand; they are not out; the duty manager keeps no papers
	p.as("records").get(path).shows("Record a release order").hides(`/move"`)
	p.as("monitor").get(path).hides("What you may do")

	paper := number + "/A1"
	records := p.as("records")
	records.post(path+"/order-release", url.Values{"issuer": {"Second Court"}, "case": {"7-2031"}}).is(http.StatusUnprocessableEntity).shows("govuk-error-summary", `value="Second Court"`)
	records.post(path+"/order-release", url.Values{"issuer": {"Second Court"}, "case": {"7-2031"}, "cites": {paper}}).is(http.StatusSeeOther)
	duty.get(path).shows(`href="` + path + `/release"`)
	done := duty.post(path+"/release", url.Values{"destination": {"home"}}).is(http.StatusSeeOther)
	after := duty.get(strings.TrimSuffix(done.header.Get("Location"), "")).is(http.StatusOK).shows("Recorded: entry", "Released")
	after.hides("What you may do")
	if last := lastEntry(t, p); last.Kind != custody.RecordRead {
		t.Errorf("the book ends with %s, want the look at the page", last.Kind)
	}
}

func TestActsAreDoneFromTheirForms(t *testing.T) {
	p := newPlay(t, 6)
	numbers := habeastest.Numbers(6)
	duty, records, landing := p.as("duty"), p.as("records"), p.as("landing")
	for _, act := range []struct {
		as     *browser
		person string
		act    string
		form   url.Values
		kind   custody.Kind
	}{
		{duty, numbers[0], "move", url.Values{"to": {habeastest.OriginCell}}, custody.PersonMoved},
		{duty, numbers[1], "go-out", url.Values{"destination": {habeastest.Hospital}, "escort": {"Officer Gil"}, "due": {"2031-03-14T18:00"}}, custody.PersonWentOut},
		{landing, numbers[1], "return", url.Values{"place": {habeastest.OriginReception}}, custody.PersonReturned},
		{landing, numbers[2], "found", url.Values{"place": {habeastest.OriginCell}}, custody.PersonFound},
		{records, numbers[3], "give-paper", url.Values{"kind": {string(custody.AuthorityKinds[0])}, "issuer": {"First Court"}, "case": {"1-2031"}, "from": {"2031-03-01T08:00"}}, custody.AuthorityGiven},
		{records, numbers[3], "end-paper", url.Values{"authority": {numbers[3] + "/A1"}, "reason": {"Quashed on appeal"}}, custody.AuthorityEnded},
		{duty, numbers[4], "escape", url.Values{"note": {"Over the wall by the kitchen"}}, custody.PersonEscaped},
		{duty, numbers[5], "die", url.Values{"circumstances": {"Found without signs of life"}}, custody.PersonDied},
	} {
		path := "/people/" + act.person + "/" + act.act
		wellMade(t, act.as.get(path).is(http.StatusOK).shows("<form"))
		to := act.as.post(path, act.form).is(http.StatusSeeOther).header.Get("Location")
		if !strings.HasPrefix(to, "/people/"+act.person+"?done=") {
			t.Errorf("%s leads to %s", act.act, to)
		}
		if last := lastEntry(t, p); last.Kind != act.kind || last.Person != act.person {
			t.Errorf("%s: the book ends with %s of %s", act.act, last.Kind, last.Person)
		}
	}
}

func TestARefusedActKeepsWhatWasTyped(t *testing.T) {
	p := newPlay(t, 2)
	number := habeastest.Numbers(1)[0]
	duty := p.as("duty")
	size := p.book.Size()
	for name, form := range map[string]url.Values{
		"no such place":  {"to": {`NOWHERE"><b>`}},
		"where they are": {"to": {habeastest.OriginReception}},
		"no time":        {"to": {habeastest.OriginCell}, "at": {"yesterday"}},
		"before":         {"to": {habeastest.OriginCell}, "at": {"1999-01-01T00:00"}},
	} {
		r := duty.post("/people/"+number+"/move", form)
		if r.status != http.StatusUnprocessableEntity && r.status != http.StatusConflict && r.status != http.StatusNotFound {
			t.Errorf("%s: status %d", name, r.status)
		}
		r.shows("govuk-error-summary").hides(`"><b>`)
		wellMade(t, r)
		if at := form.Get("at"); at == "" {
			r.shows(strings.NewReplacer(`"`, "&#34;", "<", "&lt;", ">", "&gt;").Replace(form.Get("to")))
		}
	}
	duty.post("/people/"+number+"/fly", url.Values{}).is(http.StatusNotFound)
	duty.get("/people/" + number + "/fly").is(http.StatusNotFound)
	p.as("monitor").get("/people/" + number + "/move").is(http.StatusForbidden)
	p.as("monitor").post("/people/"+number+"/escape", url.Values{"note": {"not so"}}).is(http.StatusForbidden)
	duty.get("/people/1000000X/move").is(http.StatusNotFound)
	if p.book.Size() != size {
		t.Errorf("refused acts wrote %d entries", p.book.Size()-size)
	}
}

func TestATransferIsPlannedAndSignedByTwo(t *testing.T) {
	p := newPlay(t, 8)
	numbers := habeastest.Numbers(8)
	planner := p.as("planner")
	planner.get("/transfers").shows(`href="/transfers/new"`)
	planner.post("/transfers", url.Values{"from": {"OLD"}, "to": {"OLD"}, "date": {"2031-03-15"}, "legalBasis": {"Order 7"}}).is(http.StatusUnprocessableEntity).
		shows(`aria-invalid="true"`, "Order 7")
	path := planner.post("/transfers", url.Values{"from": {"OLD"}, "to": {habeastest.Centre}, "date": {"2031-03-15"}, "legalBasis": {"Order 7"}}).is(http.StatusSeeOther).header.Get("Location")
	step := func(b *browser, name string, form url.Values) reply {
		t.Helper()
		return b.post(path+"/"+name, form)
	}
	list := "number;name\n" + numbers[0] + ";Somebody\n" + numbers[1] + "\n" + numbers[2]
	step(planner, "manifest", url.Values{"people": {list}}).is(http.StatusConflict).shows("number", numbers[2]) // the heading is no number
	step(planner, "manifest", url.Values{"people": {strings.TrimPrefix(list, "number;name\n")}}).leadsTo(path + "?done=manifest")
	step(planner, "vehicles", url.Values{"code": {"B01"}, "seats": {"many"}}).is(http.StatusUnprocessableEntity).shows("That is no whole number", `value="many"`)
	step(planner, "vehicles", url.Values{"code": {"B01"}, "seats": {"2"}, "plate": {"P 1"}}).leadsTo(path + "?done=vehicles")
	planner.get(path).shows("1 seat short", "3")
	step(planner, "escort", url.Values{"corps": {"Second Brigade"}, "commander": {"Cpt. Tobar"}, "unit": {"Company A"}, "headcount": {"1.200"}, "helicopters": {"3"}}).leadsTo(path + "?done=escort")
	step(planner, "waypoints", url.Values{"code": {"W1"}, "name": {"The bridge"}}).leadsTo(path + "?done=waypoints")
	step(planner, "approval", url.Values{}).is(http.StatusForbidden)

	governor := p.as("governor")
	governor.get(path).shows("The second signature", "Nobody yet", "Approve the transfer").hides("Add a vehicle")
	step(governor, "approval", url.Values{}).leadsTo(path + "?done=approval")
	governor.get(path+"?done=approval").shows("The transfer is approved", "Old Prison").hides("The second signature")
	step(governor, "approval", url.Values{}).is(http.StatusConflict)
	step(governor, "calling-off", url.Values{"reason": {"The road is closed"}}).leadsTo(path + "?done=calling-off")

	everybody := planner.post("/transfers", url.Values{"from": {"OLD"}, "to": {habeastest.Centre}, "date": {"2031-03-16"}, "legalBasis": {"Order 8"}}).is(http.StatusSeeOther).header.Get("Location")
	planner.post(everybody+"/manifest", url.Values{"under": {"OLD"}}).leadsTo(everybody + "?done=manifest")
	planner.get(everybody).shows("8 people")
}

func TestAHandoverIsAcceptedByTheOtherHand(t *testing.T) {
	p := newPlay(t, 4)
	id := p.onTheRoad(3)
	p.clock.Advance(time.Hour)
	p.must(p.transfer.Arrive(t.Context(), by("escort"), id, "B01", habeastest.CentreReception, time.Time{}))
	p.must(p.transfer.OfferArrival(t.Context(), by("escort"), id, []string{"B01"}, nil, habeastest.CentreReception, time.Time{}))
	escort, reception := p.as("escort"), p.as("reception2")
	escort.get("/transfers/" + id).shows("Nobody yet").hides("Accept the handover")
	page := reception.get("/transfers/"+id).shows("Accept the handover", "3 people change hands")
	_, rest, _ := strings.Cut(page.text, `name="handover" value="`)
	handover, _, _ := strings.Cut(rest, `"`)
	escort.post("/transfers/"+id+"/acceptance", url.Values{"handover": {handover}}).is(http.StatusConflict)
	reception.post("/transfers/"+id+"/acceptance", url.Values{"handover": {"H9"}}).is(http.StatusNotFound)
	reception.post("/transfers/"+id+"/acceptance", url.Values{"handover": {handover}}).leadsTo("/transfers/" + id + "?done=acceptance")
	reception.get("/transfers/" + id).shows("Received").hides("Accept the handover")
	planner := p.as("planner")
	planner.get("/transfers/" + id).shows("Close it")
	planner.post("/transfers/"+id+"/closing", url.Values{}).leadsTo("/transfers/" + id + "?done=closing")
}

func TestTheBookIsVerifiedFromItsPage(t *testing.T) {
	p := newPlay(t, 5)
	monitor := p.as("monitor")
	monitor.get("/book").shows("Verify the book now").hides("It holds")
	monitor.post("/book/verification", url.Values{}).leadsTo("/book#verification")
	ask := func() reply {
		r := monitor.request(http.MethodGet, "/book/verification", nil)
		r.Header.Set("HX-Request", "true")
		return monitor.send(r).is(http.StatusOK)
	}
	for strings.Contains(ask().text, "hx-trigger=\"every 1s\"") {
		if t.Context().Err() != nil {
			t.Fatal("the verification never ends")
		}
	}
	ask().shows("It holds:", "Official monitor").hides("<html")
	monitor.get("/book").shows("It holds:")
	monitor.get("/book/verification").leadsTo("/book#verification")
	p.as("engineer").post("/book/verification", url.Values{}).is(http.StatusForbidden)
}

func TestTheBookIsFiltered(t *testing.T) {
	p := newPlay(t, 3)
	numbers := habeastest.Numbers(3)
	w, err := p.roll.Move(t.Context(), by("duty"), step(numbers[0], habeastest.OriginCell))
	p.must(w, err)
	monitor := p.as("monitor")
	rows := func(query string) int {
		return strings.Count(monitor.get("/book?"+query).is(http.StatusOK).text, "<tr>") - 1
	}
	if n := rows("kind=person.moved"); n != 1 {
		t.Errorf("%d moves, want 1", n)
	}
	if n := rows("by=duty"); n != 1 {
		t.Errorf("%d entries by duty, want 1", n)
	}
	if n := rows("about=" + strings.ToLower(numbers[0]) + "&kind=person.admitted"); n != 1 {
		t.Errorf("%d admissions of one person, want 1", n)
	}
	monitor.get("/book?by=duty&kind=person.died").shows("No entry")
	monitor.get("/book?about="+url.QueryEscape(`"><script>`)).shows("No entry").hides("<script>alert", `"><script>`)
	monitor.get("/book?entry=3").leadsTo("/book/3")
}

func lastEntry(t *testing.T, p *play) *custody.Entry {
	t.Helper()
	entries := habeastest.Entries(t, p.book)
	return entries[len(entries)-1]
}
