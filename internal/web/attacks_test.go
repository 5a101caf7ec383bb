package web_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// withToken is a browser that brings a session's token from elsewhere.
func (p *play) withToken(token string) *browser {
	p.t.Helper()
	b := p.nobody()
	address, err := url.Parse(p.server.URL)
	if err != nil {
		p.t.Fatal(err)
	}
	b.client.Jar.SetCookies(address, []*http.Cookie{{Name: "habeas_session", Value: token, Path: "/"}})
	return b
}

func (b *browser) token() string {
	address, err := url.Parse(b.server.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.client.Jar.(*cookiejar.Jar).Cookies(address) {
		if c.Name == "habeas_session" {
			return c.Value
		}
	}
	return ""
}

// A session that was made up, or is over, opens no page; what people see of a session opens none either.
func TestForgedAndReplayedSessions(t *testing.T) {
	p := newPlay(t, 1)
	duty := p.as("duty")
	token := duty.token()
	sum := sha256.Sum256([]byte(token))
	sessions, err := p.access.Sessions("duty", "duty", "")
	if err != nil || len(sessions) != 1 {
		t.Fatal(sessions, err)
	}
	for what, forged := range map[string]string{
		"made up": strings.Repeat("A", 43), "its public name": sessions[0].ID, "its stored hash": hex.EncodeToString(sum[:]), "cut short": token[:len(token)-1],
		"made longer": token + "A", "in another case": strings.ToUpper(token), "another's name": "duty", "a statement": "' OR '1'='1", "nothing": "", "very long": strings.Repeat("A", 3000),
	} {
		if forged == token {
			continue
		}
		if r := p.withToken(forged).get("/people"); r.status != http.StatusSeeOther || !strings.HasPrefix(r.header.Get("Location"), "/sign-in") {
			t.Errorf("a session %s is answered with %d", what, r.status)
		}
	}
	duty.get("/people").is(http.StatusOK) // none of which harmed the real one

	// A proof renews the token: the one before is worth nothing.
	duty.post("/unlock", url.Values{"password": {password}, "next": {"/"}}).leadsTo("/")
	renewed := duty.token()
	if renewed == token {
		t.Fatal("the token is the same after a proof")
	}
	p.withToken(token).get("/people").leadsTo("/sign-in?next=%2Fpeople")
	duty.get("/people").is(http.StatusOK)

	// Another browser that brings the token locks the session, for itself and for the thief.
	thief := p.withToken(renewed)
	thief.agent = "another browser"
	thief.get("/people").leadsTo("/unlock?next=%2Fpeople")
	duty.get("/people").leadsTo("/unlock?next=%2Fpeople")
	duty.post("/unlock", url.Values{"password": {password}, "next": {"/"}}).leadsTo("/")
	thief.get("/people").leadsTo("/sign-in?next=%2Fpeople")

	last := duty.token()
	duty.post("/sign-out", nil)
	p.withToken(last).get("/people").leadsTo("/sign-in?next=%2Fpeople")
}

// A page of another site can have a browser send forms, with the session and all: none is taken, and nothing is written.
func TestNoOtherSitePosts(t *testing.T) {
	p := newPlay(t, 1)
	b := p.as("engineer")
	size := p.book.Size()
	number := habeastest.Numbers(1)[0]
	for _, path := range []string{"/appointments", "/officials/duty/dismissal", "/officials/duty/recovery", "/officials/duty/link", "/monitors", "/sign-out", "/sessions/lock", "/unlock", "/language", "/second-factor",
		"/people/" + number + "/move", "/discrepancies/D1/resolution", "/settings/open", "/no/such/page"} {
		for _, header := range []http.Header{
			{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Origin": {"https://evil.example"}}, {"Origin": {"null"}},
			{"Sec-Fetch-Site": {"cross-site"}, "Origin": {b.server.URL}, "HX-Request": {"true"}},
		} {
			b.sends = header
			r := b.post(path, url.Values{"name": {"mole"}, "fullName": {"Mole"}, "roles": {"governor"}, "password": {password}, "hand-password": {"a guess of it"}, "language": {"es"}})
			if r.status != http.StatusForbidden {
				t.Errorf("%s with %v is answered with %d", path, header, r.status)
			}
			if r.header.Get("Set-Cookie") != "" {
				t.Errorf("%s with %v sets a cookie", path, header)
			}
		}
	}
	b.sends = nil
	b.get("/officials").is(http.StatusOK).hides("Mole") // still signed in, and not locked
	if p.book.Size() != size {
		t.Errorf("%d entries were written", p.book.Size()-size)
	}
}

var local = regexp.MustCompile(`(?:href|action|data-stream|hx-get)="(/[^"#]*)`)

// An officer of one establishment goes to every address that somebody who sees everything is led to, and finds nobody of another.
func TestAnotherPlacesOfficerFollowsEveryAddress(t *testing.T) {
	p := newPlay(t, 6)
	id := p.onTheRoad(3)
	numbers := habeastest.Numbers(6)
	p.must(habeastest.Do(p.book, by("engineer"), habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.Appoint(custody.Official{Name: "road", FullName: "Officer of the roadside", Roles: []custody.Role{custody.LandingOfficer, custody.RecordsOfficer, custody.DutyManager},
			Establishment: habeastest.Roadside})
	})))
	p.found(numbers[4], habeastest.OriginCell)
	governor := p.as("governor")
	queue, seen := []string{"/", "/people", "/people/" + numbers[5], "/transfers/" + id, "/book", "/overdue", "/discrepancies?all=1", "/officials", "/monitors", "/settings", "/papers", "/counts", "/cells"}, map[string]bool{}
	var secrets []string
	for i, number := range numbers {
		secrets = append(secrets, number, habeastest.Person(i).FamilyNames)
	}
	kinds, told := map[string]int{}, 0
	digits := regexp.MustCompile(`[0-9]+`)
	for i := 0; i < len(queue) && len(seen) < 400; i++ {
		address := strings.ReplaceAll(queue[i], "&amp;", "&")
		kind := digits.ReplaceAllString(address, "#")
		if seen[address] || kinds[kind] >= 4 || strings.HasPrefix(address, "/assets/") || strings.HasPrefix(address, "/api/") || strings.HasSuffix(strings.Split(address, "?")[0], "/live") {
			continue
		}
		seen[address] = true
		kinds[kind]++
		if i%20 == 0 {
			p.clock.Advance(time.Second)
		}
		text := governor.get(address).text
		if slices.ContainsFunc(secrets, func(secret string) bool { return strings.Contains(text, secret) }) {
			told++
		}
		for _, found := range local.FindAllStringSubmatch(text, -1) {
			queue = append(queue, found[1])
		}
	}
	if len(seen) < 60 || told < 20 {
		t.Fatalf("only %d addresses were found, of which %d tell of people", len(seen), told)
	}
	officer := p.as("road")
	for address := range seen {
		r := officer.get(address)
		for _, secret := range secrets {
			if strings.Contains(r.text, secret) && !strings.Contains(address, secret) {
				t.Errorf("an officer of another establishment learns %q from %s (%d)", secret, address, r.status)
			}
		}
		if !slices.Contains([]int{200, 303, 403, 404, 405, 409, 422}, r.status) {
			t.Errorf("%s is answered with %d", address, r.status)
		}
	}
}
