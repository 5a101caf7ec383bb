package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// A session that stood still waits for its official, and goes on where it was.
func TestALockedSessionWaitsOnAPage(t *testing.T) {
	p := newPlay(t, 1)
	b := p.as("duty")
	b.get("/people").is(http.StatusOK)
	p.clock.Advance(16 * time.Minute)
	b.get("/people?q=a").leadsTo("/unlock?next=%2Fpeople%3Fq%3Da")
	b.get("/unlock?next=%2Fpeople").is(http.StatusOK).shows("Show who you are", `value="/people"`)
	b.post("/unlock", url.Values{"password": {"not the password"}, "next": {"/people"}}).is(http.StatusUnauthorized).shows("is not right").hides("not the password")
	b.get("/people").leadsTo("/unlock?next=%2Fpeople")
	b.post("/unlock", url.Values{"password": {password}, "next": {"/people"}}).leadsTo("/people")
	b.get("/people").is(http.StatusOK)

	b.post("/sessions/lock", nil).leadsTo("/unlock")
	b.get("/").leadsTo("/unlock")
	b.post("/unlock", url.Values{"password": {password}, "next": {"//evil.example"}}).leadsTo("/")
	id := regexp.MustCompile(`/sessions/([0-9a-f]+)/end`).FindStringSubmatch(b.get("/sessions").is(http.StatusOK).text)
	if id == nil {
		t.Fatal("the session is not listed")
	}
	b.post("/sessions/"+id[1]+"/end", nil).leadsTo("/sessions")
	b.get("/").leadsTo("/sign-in")
	p.nobody().post("/unlock", url.Values{"password": {password}}).leadsTo("/sign-in")
}

// The first engineer's page is of use to nobody once the service has officials.
func TestTheFirstPageIsForNewServicesAlone(t *testing.T) {
	p := newPlay(t, 0)
	b := p.nobody()
	b.get("/first?key=abc").is(http.StatusOK).shows("The first engineer", `value="abc"`)
	b.post("/first", url.Values{"key": {"abc"}, "name": {"intruder"}, "fullName": {"Intruder"}, "password": {password}}).is(http.StatusUnauthorized).shows("The code is not good").hides(password)
	p.book.Read(func(s *custody.State) {
		if s.Officials.Get("intruder") != nil {
			t.Error("a stranger was appointed")
		}
	})
}

// An officer of one module sees nobody of another on any page, and broken glass is told to all.
func TestPagesShowWhatTheirOfficialSees(t *testing.T) {
	p := newPlay(t, 2)
	appoint := habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.Appoint(custody.Official{Name: "m2", FullName: "Officer of module two", Roles: []custody.Role{custody.LandingOfficer, custody.RecordsOfficer},
			Establishment: habeastest.Centre, Places: []string{habeastest.Centre + "-M2"}})
	})
	p.must(habeastest.Do(p.book, by("engineer"), appoint))
	numbers, name := habeastest.Numbers(2), habeastest.Person(0).FamilyNames
	p.must(p.roll.Found(t.Context(), by("landing"), numbers[1], habeastest.OriginCell, time.Time{})) // a discrepancy
	b, whole := p.as("m2"), p.as("records")
	whole.get("/people").is(http.StatusOK).shows(name)
	for _, address := range []string{"/", "/people", "/people?q=" + numbers[0], "/people?under=" + habeastest.Origin, "/overdue", "/discrepancies", "/book", "/transfers"} {
		b.get(address).is(http.StatusOK).hides(name, numbers[1])
	}
	b.get("/people/" + numbers[0]).is(http.StatusNotFound).hides(name)
	b.get("/establishments/" + habeastest.Origin).is(http.StatusNotFound)

	p.must(p.access.BreakGlass(t.Context(), by("m2"), custody.Glass{Places: []string{habeastest.Origin}, Reason: "smoke in the old prison", Until: p.clock.Now().Add(time.Hour)}))
	b.get("/people").is(http.StatusOK).shows(name)
	whole.get("/").is(http.StatusOK).shows("Officer of module two", "smoke in the old prison")
	p.clock.Advance(10 * time.Minute)
	whole.get("/").is(http.StatusOK)
	b.get("/").is(http.StatusOK)
	p.clock.Advance(14 * time.Minute)
	whole.get("/").is(http.StatusOK)
	b.get("/").is(http.StatusOK)
	for range 4 {
		p.clock.Advance(10 * time.Minute)
		whole.get("/").is(http.StatusOK)
		b.get("/").is(http.StatusOK)
	}
	whole.get("/").is(http.StatusOK).hides("smoke in the old prison")
	b.get("/people").is(http.StatusOK).hides(name)

	// What is done to a monitor stands above the monitor's pages.
	p.must(p.access.ProposeMonitor(t.Context(), by("engineer"), custody.MonitorChange{Act: custody.DismissMonitor, Official: "monitor", Reason: "the mandate ended early"}))
	p.as("monitor").get("/").is(http.StatusOK).shows("waits for a second key", "the mandate ended early")
	whole.get("/").is(http.StatusOK).hides("the mandate ended early")
}

// What comes in place of a passkey's answer lets nobody in, and changes nothing.
func TestAForgedPasskeyLetsNobodyIn(t *testing.T) {
	p := newPlay(t, 1)
	stranger, duty := p.nobody(), p.as("duty")
	for _, answer := range []string{"", "{", `{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{}}`, strings.Repeat("x", 10_000)} {
		forged := url.Values{"ceremony": {"guessed"}, "answer": {answer}, "next": {"https://evil.example/"}}
		stranger.post("/sign-in/passkey", forged).is(http.StatusUnauthorized).shows("name=\"password\"").hides("evil.example")
		duty.post("/unlock/passkey", forged).is(http.StatusUnauthorized).hides("evil.example")
		duty.post("/second-factor/passkey", forged).is(http.StatusForbidden)
	}
	if r := stranger.post("/second-factor/passkey", url.Values{}); r.status != http.StatusSeeOther || r.header.Get("Location") != "/sign-in" {
		t.Errorf("somebody who is not signed in was answered with %d to %s", r.status, r.header.Get("Location"))
	}
	duty.get("/").is(http.StatusOK)
	stranger.get("/sign-in").hides("data-passkey") // under an address in digits there are none
}
