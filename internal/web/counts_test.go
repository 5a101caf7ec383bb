package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// calls opens a count of a place through its form.
func (b *browser) calls(kind custody.CountKind, place string) (id string) {
	b.t.Helper()
	r := b.post("/counts", url.Values{"kind": {string(kind)}, "place": {place}}).is(http.StatusSeeOther)
	return strings.TrimPrefix(r.header.Get("Location"), "/counts/")
}

// counted gives a slip through its form.
func (b *browser) counted(id, landing string, number int) reply {
	b.t.Helper()
	return b.post("/counts/"+id+"/slips", url.Values{"landing": {landing}, "number": {strconv.Itoa(number)}})
}

// A whole count of a place with nine people in it, of which the counters first find eight.
func TestACountIsCalledCountedSearchedAndSigned(t *testing.T) {
	const people, landing = 9, habeastest.OriginReception
	p := newPlay(t, people)
	duty, first, second, monitor := p.as("duty"), p.as("landing"), p.as("landing2"), p.as("monitor")
	duty.get("/counts").is(http.StatusOK).shows("No count is open", "Call a count")
	first.get("/counts").is(http.StatusOK).hides("Call a count")
	first.get("/counts/new").is(http.StatusForbidden)
	duty.get("/counts/new?place=" + landing).is(http.StatusOK).shows(`value="` + landing + `"`)

	id := duty.calls(custody.InformalCount, landing)
	at := "/counts/" + id
	wellMade(t, duty.get(at).is(http.StatusOK).shows("0 of 1 landings cleared", ">9<"))
	for _, page := range []string{"/", "/transfers", at, "/counts", "/people/" + habeastest.Numbers(1)[0]} {
		duty.get(page).shows("Count: Informal, Reception", "open since")
	}

	p.clock.Advance(time.Minute)
	form := first.get(at+"/slip?landing="+landing).is(http.StatusOK).shows("How many people did you count?", `inputmode="numeric"`)
	wellMade(t, form)
	form.hides(">9<", `value="9"`)
	first.counted(id, landing, 8).leadsTo(at + "?done=slip&landing=" + landing)
	duty.get(at).shows("1 of 2")
	blind := second.get(at).is(http.StatusOK).shows("until a landing has cleared", "1 of 2", "Count this")
	blind.hides(">9<", ">8<", "Expected", "Counted<", "Find the difference")
	first.get(at).shows("You have given yours")
	second.counted(id, landing, 8).leadsTo(at + "?done=slip&landing=" + landing)

	for _, who := range []*browser{duty, monitor} {
		differs := who.get(at).is(http.StatusOK).shows("Find the difference", "−1", "One person too few", "Differs: recount", "8 / 8")
		wellMade(t, differs)
		wellMade(t, who.in("es").get(at).is(http.StatusOK).shows("Buscar la diferencia", "Falta una persona"))
	}
	second.get(at).hides("−1", "too few", "8 / 8", "Find the difference")
	duty.get(at).shows("It cannot be signed yet: one landing has not cleared.")
	duty.post(at+"/signature", url.Values{}).is(http.StatusConflict).shows("cannot be signed")
	monitor.get(at + "/recounts?landing=" + landing).is(http.StatusForbidden)
	monitor.post(at+"/signature", url.Values{}).is(http.StatusForbidden)

	first.get(at + "/slip?landing=" + landing).shows("Round 2: this landing is counted again.")
	p.clock.Advance(time.Minute)
	first.counted(id, landing, people)
	second.counted(id, landing, people)
	duty.get(at).is(http.StatusOK).shows("No landing differs", "Sign: counted and cleared").hides("cannot be signed")
	duty.post(at+"/signature", url.Values{}).leadsTo(at + "?done=signed")
	wellMade(t, duty.get(at+"?done=signed").shows("The count is cleared and signed.", "9, counted and cleared on", "by Official duty").hides("Give this count up"))
	duty.get("/").hides("Count: Informal")
	second.get(at).shows(">9<") // no longer a secret
	wellMade(t, monitor.get(at+"/questions").is(http.StatusOK).shows("None is a verdict"))
	first.get(at + "/questions").is(http.StatusForbidden)
}

// A count of a whole establishment says on Today and on the establishment's page who cleared the roll, and when.
func TestTheRollSaysWhoClearedIt(t *testing.T) {
	p := newPlay(t, 3)
	duty := p.as("duty")
	id := duty.calls(custody.FormalCount, habeastest.Roadside)
	p.must(p.count.Give(t.Context(), by("landing"), id, zeroOf(habeastest.RoadsideRoom)))
	p.must(p.count.Give(t.Context(), by("landing2"), id, zeroOf(habeastest.RoadsideRoom)))
	duty.post("/counts/"+id+"/signature", url.Values{}).leadsTo("/counts/" + id + "?done=signed")
	duty.get("/").shows("/counts/"+id, "Official duty")
	duty.get("/establishments/"+habeastest.Roadside).shows("counted and cleared", "Official duty")
}

func zeroOf(landing string) count.Result {
	none := 0
	return count.Result{Landing: landing, Number: &none}
}

func TestASlipThatCannotBeKeepsWhatWasTyped(t *testing.T) {
	p := newPlay(t, 4)
	duty, counter := p.as("duty"), p.as("landing")
	id := duty.calls(custody.InformalCount, habeastest.OriginReception)
	slips := "/counts/" + id + "/slips"
	for _, bad := range []struct {
		form    url.Values
		status  int
		says    string
		keeping string
	}{
		{url.Values{"landing": {habeastest.OriginReception}, "number": {"about ten"}}, 422, "Write a whole number", `value="about ten"`},
		{url.Values{"landing": {habeastest.OriginReception}, "number": {"-3"}}, 422, "no possible count", `value="-3"`},
		{url.Values{"landing": {habeastest.OriginReception}, "number": {"999999999"}}, 422, "no possible count", ""},
		{url.Values{"landing": {habeastest.OriginReception}, "number": {"4"}, "counted": {"yesterday"}}, 422, "", `value="4"`},
		{url.Values{"landing": {habeastest.OriginCell}, "number": {"4"}}, 404, "", ""},
		{url.Values{"landing": {"<script>"}, "number": {"4"}}, 404, "", ""},
	} {
		r := counter.post(slips, bad.form).is(bad.status).shows(bad.says, bad.keeping)
		wellMade(t, r)
	}
	counter.counted(id, habeastest.OriginReception, 4).is(http.StatusSeeOther)
	counter.counted(id, habeastest.OriginReception, 4).is(http.StatusConflict).shows("another hand")
	wellMade(t, duty.get("/counts/"+id+"/slip?landing="+habeastest.OriginReception).shows("Your post sees what is expected", "Who counted"))
	clerk := p.as("reception") // sees lists of people by place, and so may only copy
	clerk.get("/counts/"+id).shows("Enter a paper slip", "only to those who answer for the count").hides("Count this", "You count:")
	clerk.get("/counts/"+id+"/slip?landing="+habeastest.OriginReception).shows("Your post sees what is expected", "Who counted")
	clerk.counted(id, habeastest.OriginReception, 4).is(http.StatusForbidden)
	duty.post(slips, url.Values{"landing": {habeastest.OriginReception}, "number": {"4"}, "hand": {"landing2"}, "paper": {"1"}}).is(http.StatusSeeOther)
	duty.get("/counts/"+id).shows("1 of 1 landings cleared", "Cleared")
	counter.counted(id, habeastest.OriginReception, 4).is(http.StatusConflict)
	counter.get("/counts/C999999").is(http.StatusNotFound)
	counter.get("/counts/C999999/live").is(http.StatusNotFound)
}

func TestANamedCountFindsTheTwinNextDoor(t *testing.T) {
	p := newPlay(t, 3)
	duty, counter, other := p.as("duty"), p.as("landing"), p.as("landing2")
	n := habeastest.Numbers(3)
	id := duty.calls(custody.NamedCount, habeastest.OriginReception)
	at := "/counts/" + id
	wellMade(t, counter.get(at+"/slip?landing="+habeastest.OriginReception).shows("Prison numbers, one on each line").hides(n[0]))
	slip := url.Values{"landing": {habeastest.OriginReception}, "people": {n[0] + "\r\n" + n[1]}, "strangers": {"a man with a grey beard"}}
	counter.post(at+"/slips", slip).is(http.StatusSeeOther)
	other.post(at+"/slips", slip).is(http.StatusSeeOther)
	duty.get(at).shows("Nobody counted them", n[2], "/people/"+n[2], "a man with a grey beard")
	counter.get(at).hides(n[2], "grey beard")
}

func TestACountIsGivenUpByNameAndForAReason(t *testing.T) {
	p := newPlay(t, 2)
	duty := p.as("duty")
	id := duty.calls(custody.EmergencyCount, habeastest.OriginReception)
	at := "/counts/" + id
	duty.post(at+"/abandonment", url.Values{"reason": {""}}).is(http.StatusUnprocessableEntity).shows("The reason is missing")
	duty.post(at+"/abandonment", url.Values{"reason": {"The alarm was false"}}).leadsTo(at + "?done=abandoned")
	wellMade(t, duty.get(at).shows("Given up on", "The alarm was false", "Official duty"))
	duty.get("/counts").shows("The alarm was false")
	again := duty.post("/counts", url.Values{"kind": {"sideways"}, "place": {habeastest.OriginReception}, "reason": {"kept as typed"}})
	wellMade(t, again.is(http.StatusUnprocessableEntity).shows("kept as typed", "“sideways” is no kind of count"))
	duty.post("/counts", url.Values{"kind": {"formal"}, "place": {habeastest.Origin}, "scheduled": {"soon"}}).is(http.StatusUnprocessableEntity)
}

func TestTheRulesOfCountsAreSignedByTheGovernor(t *testing.T) {
	p := newPlay(t, 0)
	governor, duty := p.as("governor"), p.as("duty")
	wellMade(t, governor.get("/counts/rules").is(http.StatusOK).shows("02:00, 06:00, 12:00, 17:00, 21:00", "Sign the rules"))
	duty.get("/counts/rules").is(http.StatusOK).hides("Sign the rules")
	loose := url.Values{"establishment": {habeastest.Origin}, "times": {"06:00 21:00"}, "window": {"60"}, "floor": {"500"}, "apart": {"10"}}
	duty.post("/counts/rules", loose).is(http.StatusForbidden)
	wellMade(t, governor.post("/counts/rules", loose).is(http.StatusUnprocessableEntity).shows("no reason is given", `value="06:00 21:00"`))
	loose.Set("reason", "Two counters are ill")
	governor.post("/counts/rules", loose).leadsTo("/counts/rules?done=" + habeastest.Origin)
	wellMade(t, duty.get("/counts/rules").shows("06:00, 21:00", "Settings looser than the norm", "Two counters are ill", "Official governor"))
	loose.Set("window", "0")
	governor.post("/counts/rules", loose).is(http.StatusUnprocessableEntity).shows("Write a whole number")
}

// What is printed for counters holds no number that they must not know.
func TestPapersOfACountAreBlindToo(t *testing.T) {
	p := newPlay(t, 7)
	duty, counter := p.as("duty"), p.as("landing")
	id := duty.calls(custody.FormalCount, habeastest.Origin)
	at := "/counts/" + id
	sheet := duty.get(at + "/sheet").is(http.StatusOK).shows(`<td class="number">7</td>`)
	wellMade(t, sheet)
	wellMade(t, counter.get(at+"/sheet").is(http.StatusOK).hides(`<td class="number">7</td>`))
	forms := counter.get(at+"/slip-forms").is(http.StatusOK).shows("Counter 1 of 2", "Counter 2 of 2", "Name and signature")
	wellMade(t, forms)
	if n := len(regexp.MustCompile(`<section class="paper-slip"`).FindAllString(forms.text, -1)); n != 6 {
		t.Errorf("%d slips for 3 landings, want 6", n)
	}
	if n := len(regexp.MustCompile(`<section class="paper-slip"`).FindAllString(counter.get(at+"/slip-forms?landing="+habeastest.OriginCell).text, -1)); n != 2 {
		t.Errorf("%d slips for one landing, want 2", n)
	}
}

// A module may be one landing: its officer is not told its sum while it is counted.
func TestTodayIsBlindWhileOnesModuleIsCounted(t *testing.T) {
	p := newPlay(t, 3)
	p.must(habeastest.Do(p.book, by("engineer"), habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.Appoint(custody.Official{Name: "module", FullName: "Officer of the module", Roles: []custody.Role{custody.LandingOfficer},
			Establishment: habeastest.Origin, Places: []string{"OLD-M1"}})
	})))
	duty, officer := p.as("duty"), p.as("module")
	officer.get("/").is(http.StatusOK).shows("Old Prison").hides("until the count has cleared")
	id := duty.calls(custody.FormalCount, habeastest.Origin)
	wellMade(t, officer.get("/").is(http.StatusOK).shows("until the count has cleared").hides("There is no establishment yet"))
	duty.get("/").is(http.StatusOK).shows("Old Prison").hides("until the count has cleared")
	duty.post("/counts/"+id+"/abandonment", url.Values{"reason": {"The alarm was false"}}).leadsTo("/counts/" + id + "?done=abandoned")
	officer.get("/").is(http.StatusOK).hides("until the count has cleared")
}

// The page of a count is live, and a counter's is as blind as the page itself.
func TestALandingClearsLive(t *testing.T) {
	p := newPlay(t, 5)
	duty, counter, other := p.as("duty"), p.as("landing"), p.as("landing2")
	id := duty.calls(custody.InformalCount, habeastest.OriginReception)
	watch := duty.streams("/counts/" + id + "/live")
	blind := counter.streams("/counts/" + id + "/live")
	if text := watch.next(); !strings.Contains(text, "0 of 1 landings cleared") {
		t.Errorf("the first part says %q", text)
	}
	if text := blind.next(); strings.Contains(text, "Expected") || !strings.Contains(text, "Count this") {
		t.Errorf("a counter is sent %q", text)
	}
	counter.counted(id, habeastest.OriginReception, 5)
	other.counted(id, habeastest.OriginReception, 5)
	for range 5 {
		if text := watch.next(); strings.Contains(text, "1 of 1 landings cleared") {
			return
		}
	}
	t.Error("the landing did not clear live")
}
