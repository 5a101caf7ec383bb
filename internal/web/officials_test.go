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

var (
	linkShown = regexp.MustCompile(`/enter\?key=([a-z2-7]{32})<`)
	halfShown = regexp.MustCompile(`<code>([a-z2-7]{32})</code>`)
)

// The first weeks of an official: appointed, let in by a link, moved to a module, shut out, let back in by two, dismissed.
func TestAnOfficialFromAppointmentToDismissal(t *testing.T) {
	p := newPlay(t, 1)
	engineer, governor := p.as("engineer"), p.as("governor")
	engineer.get("/appointments").is(http.StatusOK).shows("User name", `name="roles"`, "The whole service", "Counts, moves and hands over").hides(`value="monitor"`)
	typed := url.Values{"name": {"Lía Soto"}, "fullName": {"<b>Lía Soto</b>"}, "roles": {"landing", "reception"}, "establishment": {habeastest.Centre}, "places": {"NOWHERE"}}
	r := engineer.post("/appointments", typed).is(http.StatusUnprocessableEntity).shows(`value="Lía Soto"`, "&lt;b&gt;Lía Soto", `aria-invalid="true"`)
	wellMade(t, r)
	typed.Set("name", "lia")
	engineer.post("/appointments", typed).is(http.StatusUnprocessableEntity).shows("NOWHERE", `id="field-places-error"`)
	typed.Set("name", "duty")
	typed.Del("places")
	engineer.post("/appointments", typed).is(http.StatusUnprocessableEntity).shows("is never used again")
	typed.Set("name", "lia")
	typed.Set("fullName", "Lía Soto")
	made := engineer.post("/appointments", typed).is(http.StatusCreated).shows("Give this link to Lía Soto")
	link := linkShown.FindStringSubmatch(made.text)
	if link == nil {
		t.Fatalf("no link in %s", made.text)
	}
	engineer.get("/officials/lia").is(http.StatusOK).shows("one-time link that is good until").hides(link[1])

	lia := p.nobody()
	lia.get("/enter?key="+link[1]).is(http.StatusOK).shows("Choose a password", link[1])
	lia.post("/enter", url.Values{"code": {link[1]}, "password": {"short"}}).is(http.StatusUnauthorized).shows("at least 12", link[1])
	lia.post("/enter", url.Values{"code": {link[1]}, "password": {"a password of her own"}}).leadsTo("/")
	lia.get("/people").is(http.StatusOK)
	p.nobody().post("/enter", url.Values{"code": {link[1]}, "password": {"a password of a thief"}}).is(http.StatusUnauthorized).shows("The code is not good")

	// She is moved to one module, by the form that holds what she has now.
	engineer.get("/officials/lia/change").is(http.StatusOK).shows(`value="Lía Soto"`, `value="landing" checked`).hides(`name="name"`)
	typed.Set("places", habeastest.Centre+"-M2, "+habeastest.Centre+"-M2")
	engineer.post("/officials/lia/change", typed).leadsTo("/officials/lia?done=change")
	engineer.get("/officials/lia?done=change").is(http.StatusOK).shows("The appointment has changed", habeastest.Centre+"-M2", "has, or had, a way in", "A link, or two halves", "Go-http-client")
	engineer.get("/officials?q=lia+soto").is(http.StatusOK).shows("1 official", "Lía Soto", "Password")
	engineer.get("/officials?q=xyzzy").is(http.StatusOK).shows("Nobody matches")

	// Her session is ended, and she comes back by two halves.
	session := regexp.MustCompile(`/officials/lia/session\?id=([0-9a-f]+)`).FindStringSubmatch(engineer.get("/officials/lia").text)
	if session == nil {
		t.Fatal("her session is not listed")
	}
	engineer.get("/officials/lia/session?id="+session[1]).is(http.StatusOK).shows("End a session", session[1], "Go-http-client")
	engineer.post("/officials/lia/session", url.Values{"id": {session[1]}}).leadsTo("/officials/lia?done=session")
	lia.get("/people").leadsTo("/sign-in?next=%2Fpeople")
	var halves []string
	for _, giver := range []*browser{engineer, governor} {
		half := halfShown.FindStringSubmatch(giver.post("/officials/lia/recovery", nil).is(http.StatusCreated).shows("your half").text)
		if half == nil {
			t.Fatal("no half is shown")
		}
		halves = append(halves, half[1])
	}
	back := url.Values{"name": {"lia"}, "first": {halves[0]}, "second": {halves[0]}, "password": {"another password of hers"}}
	lia.get("/recover").is(http.StatusOK).shows("Ask two governors or engineers")
	lia.post("/recover", back).is(http.StatusUnauthorized).shows("The code is not good", `value="lia"`).hides("another password of hers")
	back.Set("second", halves[1])
	lia.post("/recover", back).leadsTo("/")
	lia.get("/people").is(http.StatusOK)

	engineer.get("/officials/lia/dismissal").is(http.StatusOK).shows("cannot be undone")
	engineer.post("/officials/lia/dismissal", nil).leadsTo("/officials/lia?done=dismissal")
	lia.get("/people").leadsTo("/sign-in?next=%2Fpeople")
	engineer.get("/officials/lia").is(http.StatusOK).shows("Dismissed").hides("Change the appointment")
	engineer.post("/officials/lia/link", nil).is(http.StatusNotFound)
	engineer.get("/officials").is(http.StatusOK).hides("Lía Soto")
	engineer.get("/officials?all=1").is(http.StatusOK).shows("Lía Soto")
}

// Who may not keep officials sees nothing of how they come in; who may not read them sees nobody.
func TestWhoSeesTheOfficials(t *testing.T) {
	p := newPlay(t, 0)
	p.must(habeastest.Do(p.book, by("engineer"), habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.Appoint(custody.Official{Name: "gob", FullName: "Governor of the old prison", Roles: []custody.Role{custody.Governor}, Establishment: habeastest.Origin})
	})))
	p.must(habeastest.Do(p.book, by("engineer"), habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.Appoint(custody.Official{Name: "ctr", FullName: "Duty of the centre", Roles: []custody.Role{custody.DutyManager}, Establishment: habeastest.Centre})
	})))
	landing := p.as("landing")
	for _, address := range []string{"/officials", "/officials/duty", "/appointments", "/monitors", "/officials/duty/dismissal", "/officials/duty/revocation?way=codes"} {
		landing.get(address).is(http.StatusForbidden).hides("Official duty")
	}
	landing.get("/settings").hides(`href="/officials"`)
	landing.post("/officials/duty/dismissal", nil).is(http.StatusForbidden)
	landing.post("/appointments", url.Values{"name": {"me"}, "fullName": {"Me"}, "roles": {"governor"}}).is(http.StatusForbidden)

	old := p.as("gob") // serves one establishment
	old.get("/officials").is(http.StatusOK).shows("Governor of the old prison").hides("Duty of the centre")
	old.get("/officials/ctr").is(http.StatusNotFound)
	old.post("/officials/ctr/dismissal", nil).is(http.StatusNotFound)
	old.get("/appointments").is(http.StatusOK).shows(habeastest.Origin).hides("The whole service", habeastest.Centre)
	old.post("/appointments", url.Values{"name": {"spy"}, "fullName": {"Spy"}, "roles": {"records"}, "establishment": {habeastest.Centre}}).is(http.StatusForbidden)

	monitor := p.as("monitor")
	monitor.get("/officials/duty").is(http.StatusOK).shows("Official duty").hides("Comes in by", "Open sessions", "Dismiss")
	monitor.post("/officials/duty/dismissal", nil).is(http.StatusForbidden)
	p.as("engineer").get("/officials/monitor").is(http.StatusOK).shows("no one person", `href="/monitors?official=monitor#propose"`).hides(`/officials/monitor/dismissal`)
	p.as("engineer").post("/officials/monitor/dismissal", nil).is(http.StatusForbidden).shows("two keys")
}

// A monitor is appointed by two on the page, and neither can turn both keys.
func TestTwoKeysOnThePage(t *testing.T) {
	p := newPlay(t, 0)
	engineer, governor := p.as("engineer"), p.as("governor")
	proposal := url.Values{"act": {"appoint"}, "official": {"ines"}, "fullName": {"Inés Villaseñor"}, "reason": {"short"}}
	engineer.post("/monitors", proposal).is(http.StatusUnprocessableEntity).shows(`id="field-reason-error"`, "Inés Villaseñor")
	proposal.Set("reason", "named by the national mechanism")
	engineer.post("/monitors", proposal).leadsTo("/monitors?done=proposal")
	engineer.get("/officials").shows("waits for the second key")
	own := engineer.get("/monitors").is(http.StatusOK).shows("Appoint or change Inés Villaseñor", "You turned the first key", "named by the national mechanism")
	wellMade(t, own)
	id := regexp.MustCompile(`/monitors/(M[0-9]+)/confirmation`).FindStringSubmatch(own.text)
	engineer.post("/monitors/"+id[1]+"/confirmation", nil).is(http.StatusForbidden).shows("both hands")
	governor.post("/monitors/"+id[1]+"/confirmation", nil).leadsTo("/monitors?done=confirmation")
	governor.post("/monitors/"+id[1]+"/confirmation", nil).is(http.StatusUnprocessableEntity).shows("error-summary", "done already")
	governor.get("/monitors").is(http.StatusOK).shows("First key: Official engineer. Second key: Official governor.", "/officials/ines/recovery")
	governor.post("/officials/ines/recovery", nil).is(http.StatusCreated).shows("your half")
	monitor := p.as("monitor")
	monitor.get("/monitors").is(http.StatusOK).shows("Inés Villaseñor").hides("Turn the first key")
	monitor.post("/monitors", proposal).is(http.StatusForbidden)
}

// What binds others asks for the password in the same breath, and nothing that was typed is lost.
func TestAFormIsHeldUntilItsHandIsFresh(t *testing.T) {
	p := newPlay(t, 0)
	b := p.as("engineer")
	p.clock.Advance(10 * time.Minute)
	b.get("/officials").is(http.StatusOK)
	p.clock.Advance(6 * time.Minute)
	typed := url.Values{"name": {"lia"}, "fullName": {`Lía "Soto"`}, "roles": {"landing", "reception"}}
	r := b.post("/appointments", typed).is(http.StatusForbidden).shows("binds others", `action="/appointments"`, `name="roles" value="landing"`, `name="roles" value="reception"`, `value="Lía &#34;Soto&#34;"`)
	wellMade(t, r)
	typed.Set("hand-password", "a guess of the password")
	b.post("/appointments", typed).is(http.StatusUnauthorized).shows("is not right", `name="fullName"`).hides("a guess of the password")
	typed.Set("hand-password", password)
	b.post("/appointments", typed).is(http.StatusCreated).shows("Give this link to").hides(password)
	b.get("/officials").is(http.StatusOK)

	// The same when the session has locked meanwhile.
	p.clock.Advance(16 * time.Minute)
	typed.Del("hand-password")
	typed.Set("name", "otra")
	b.post("/appointments", typed).is(http.StatusForbidden).shows("was locked", `name="name" value="otra"`)
	p.book.Read(func(s *custody.State) {
		if s.Officials.Get("otra") != nil {
			t.Error("a locked session appointed somebody")
		}
	})
	typed.Set("hand-password", password)
	b.post("/appointments", typed).is(http.StatusCreated)

	// A proof brings nobody in who has no session.
	if r := p.nobody().post("/appointments", typed); r.status != http.StatusSeeOther || !strings.HasPrefix(r.header.Get("Location"), "/sign-in") {
		t.Errorf("a stranger with the password is answered with %d %s", r.status, r.header.Get("Location"))
	}
}
