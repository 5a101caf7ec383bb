package web_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/seal"
	"habeas.example/habeas/internal/web"
)

func step(person, to string) roll.Step { return roll.Step{Person: person, To: to} }

func TestSignIn(t *testing.T) {
	p := newPlay(t, 1)
	b := p.nobody()
	b.get("/").leadsTo("/sign-in")
	b.get("/people?q=a&page=2").leadsTo("/sign-in?next=%2Fpeople%3Fq%3Da%26page%3D2")
	b.get("/sign-in?next=%2Fpeople").is(http.StatusOK).shows(`name="next" value="/people"`, `autocomplete="current-password"`)
	b.post("/discrepancies/D1/resolution", url.Values{"explanation": {"all is well"}}).leadsTo("/sign-in")

	if err := p.access.SetPassword(t.Context(), "duty", password); err != nil {
		t.Fatal(err)
	}
	wrong := b.post("/sign-in", url.Values{"name": {`duty"><b>`}, "password": {"not the password"}, "next": {"/book"}})
	wrong.is(http.StatusUnauthorized).shows("The name or the password is not right", `value="duty&#34;&gt;&lt;b&gt;"`, `value="/book"`).hides("not the password")
	if wrong.header.Get("Set-Cookie") != "" {
		t.Error("a refused sign-in sets a cookie")
	}
	right := b.post("/sign-in", url.Values{"name": {"duty"}, "password": {password}, "next": {"/book"}}).leadsTo("/book")
	cookie := right.header.Get("Set-Cookie")
	for _, part := range []string{"habeas_session=", "HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the session cookie %q lacks %q", cookie, part)
		}
	}
	if strings.Contains(cookie, "Secure") {
		t.Error("on loopback without TLS the cookie is Secure; no browser would send it back")
	}
	b.get("/sign-in").leadsTo("/")
	b.get("/").is(http.StatusOK).shows("Official duty")

	p.must(p.roll.Dismiss(t.Context(), by("governor"), "duty"))
	b.get("/").leadsTo("/sign-in")
}

func TestTheCookieIsSecureUnderTLS(t *testing.T) {
	p := newPlay(t, 0)
	if err := p.access.SetPassword(t.Context(), "duty", password); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(web.New(web.Services{Book: p.book, Roll: p.roll, Transfer: p.transfer, Count: p.count, Cells: p.cells, Access: p.access, Clock: p.clock.Now}))
	defer server.Close()
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r, err := client.PostForm(server.URL+"/sign-in", url.Values{"name": {"duty"}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(r.Header.Get("Set-Cookie"), "; Secure") || r.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("under TLS: %v", r.Header)
	}
}

func TestSignInNeverLeadsAway(t *testing.T) {
	p := newPlay(t, 0)
	if err := p.access.SetPassword(t.Context(), "duty", password); err != nil {
		t.Fatal(err)
	}
	for _, next := range []string{"https://elsewhere.example/", "//elsewhere.example/", `/\elsewhere.example`, "\\\\elsewhere.example", "javascript:alert(1)", "people", "/\t/elsewhere.example", ""} {
		p.nobody().post("/sign-in", url.Values{"name": {"duty"}, "password": {password}, "next": {next}}).leadsTo("/")
	}
}

func TestTooManySignIns(t *testing.T) {
	p := newPlay(t, 0)
	b := p.nobody()
	for range 100 {
		r := b.post("/sign-in", url.Values{"name": {"duty"}, "password": {"a guess at the password"}})
		if r.status == http.StatusTooManyRequests {
			if r.header.Get("Retry-After") == "" {
				t.Error("it does not say when to try again")
			}
			wellMade(t, r)
			return
		}
		r.is(http.StatusUnauthorized)
	}
	t.Error("one hundred guesses were let through")
}

func TestSignOutEndsTheSession(t *testing.T) {
	p := newPlay(t, 0)
	b := p.as("duty")
	address, err := url.Parse(p.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	token := b.client.Jar.Cookies(address)[0]
	b.post("/sign-out", url.Values{}).leadsTo("/sign-in")
	b.get("/").leadsTo("/sign-in")
	replayed := p.nobody()
	replayed.client.Jar.SetCookies(address, []*http.Cookie{token})
	replayed.get("/").leadsTo("/sign-in")
}

func TestTheChosenLanguageStays(t *testing.T) {
	p := newPlay(t, 0)
	b := p.as("duty")
	b.get("/").shows(`<html lang="en">`)
	b.in("fr, de;q=0.5").get("/").shows(`<html lang="es">`)
	b.post("/language", url.Values{"language": {"es"}, "back": {"/book"}}).leadsTo("/book")
	b.get("/").shows(`<html lang="es">`)
	b.post("/language", url.Values{"language": {"en"}, "back": {"//elsewhere.example"}}).leadsTo("/")
	b.in("es").get("/").shows(`<html lang="en">`)
}

func TestWhoMaySeeWhat(t *testing.T) {
	p := newPlay(t, 3)
	dispute := p.found(habeastest.Numbers(1)[0], habeastest.OriginCell)
	person := "/people/" + habeastest.Numbers(1)[0]
	admission := "/book/" + decimal(p.book.Size()-2)
	const ok, no = http.StatusOK, http.StatusForbidden
	paths := []string{"/", "/transfers", "/people", person, "/overdue", "/discrepancies", "/book", "/book/0", admission, admission + "/receipt"}
	for role, want := range map[string][]int{
		"governor":  {ok, ok, ok, ok, ok, ok, ok, ok, ok, ok},
		"monitor":   {ok, ok, ok, ok, ok, ok, ok, ok, ok, ok},
		"reception": {ok, ok, ok, ok, ok, ok, no, ok, ok, ok},
		"engineer":  {ok, ok, no, no, no, no, no, no, no, no}, // keeps the machine running, and reads nobody's record
	} {
		b := p.as(role)
		for i, path := range paths {
			r := b.get(path)
			if r.status != want[i] {
				t.Errorf("%s at %s: %d, want %d", role, path, r.status, want[i])
			}
			if r.status == no {
				r.shows("Ask somebody with the right office").hides(habeastest.Person(0).GivenNames)
				wellMade(t, r)
			}
		}
	}
	engineer := p.as("engineer")
	engineer.get("/").shows("1 open discrepancy").hides(habeastest.Person(0).GivenNames, `href="/people"`+">People")
	engineer.get("/book").hides(habeastest.Person(0).GivenNames)

	for _, role := range []string{"monitor", "reception", "landing", "engineer"} {
		p.as(role).post("/discrepancies/"+dispute+"/resolution", url.Values{"explanation": {"nothing to see here"}}).is(no)
	}
	p.as("monitor").get("/discrepancies").shows(dispute).hides("<textarea")
	if open := p.roll.Discrepancies(true); len(open) != 1 {
		t.Errorf("%d discrepancies are open, want 1", len(open))
	}
}

func TestResolvingADiscrepancy(t *testing.T) {
	p := newPlay(t, 3)
	number := habeastest.Numbers(1)[0]
	dispute := p.found(number, habeastest.OriginCell)
	duty := p.as("duty")
	path := "/discrepancies/" + dispute + "/resolution"
	size := p.book.Size()

	for _, explanation := range []string{"", " ", "x", strings.Repeat("ñ", 4000)} {
		r := duty.post(path, url.Values{"explanation": {explanation}}).is(http.StatusUnprocessableEntity).shows(`role="alert"`, `aria-invalid="true"`)
		wellMade(t, r)
		if explanation != "" {
			r.shows(explanation + "</textarea>")
		}
	}
	duty.post("/discrepancies/D999999/resolution", url.Values{"explanation": {"found again"}}).is(http.StatusNotFound)
	duty.post(path, url.Values{"explanation": {strings.Repeat("x", 1<<20)}}).is(http.StatusRequestEntityTooLarge).shows("too large")
	if p.book.Size() != size {
		t.Fatalf("refused forms wrote %d entries", p.book.Size()-size)
	}

	duty.post(path, url.Values{"explanation": {"Moved by permission;\r\nthe slip was late."}}).leadsTo("/discrepancies?done=" + dispute)
	duty.get("/discrepancies?done="+dispute).shows("Discrepancy "+dispute+" is resolved.", "0 open discrepancies")
	duty.get("/discrepancies?all=1").shows("Resolved by Official duty", "Moved by permission; the slip was late.")
	entries := habeastest.Entries(t, p.book)
	if last := entries[len(entries)-1]; last.Kind != custody.DiscrepancyResolved || last.By != "duty" {
		t.Errorf("the book ends with %s by %s", last.Kind, last.By)
	}
	duty.post(path, url.Values{"explanation": {"once more"}}).is(http.StatusConflict)
}

func TestFormsFromOtherSitesAreRefused(t *testing.T) {
	p := newPlay(t, 1)
	dispute := p.found(habeastest.Numbers(1)[0], habeastest.OriginCell)
	duty := p.as("duty")
	size := p.book.Size()
	for name, header := range map[string][2]string{
		"another site":         {"Sec-Fetch-Site", "cross-site"},
		"a site beside it":     {"Sec-Fetch-Site", "same-site"},
		"another origin":       {"Origin", "https://elsewhere.example"},
		"an origin kept quiet": {"Origin", "null"},
	} {
		for path, form := range map[string]url.Values{
			"/discrepancies/" + dispute + "/resolution": {"explanation": {"all is well"}}, "/sign-in": {"name": {"duty"}, "password": {password}}, "/sign-out": {}, "/language": {"language": {"es"}},
		} {
			r := duty.request(http.MethodPost, path, form)
			r.Header.Set(header[0], header[1])
			answer := duty.send(r).is(http.StatusForbidden).shows("from another site")
			if cookie := answer.header.Get("Set-Cookie"); cookie != "" {
				t.Errorf("%s, from %s: a cookie was set: %s", path, name, cookie)
			}
		}
	}
	if p.book.Size() != size {
		t.Error("a form from another site wrote into the book")
	}
	own := duty.request(http.MethodPost, "/discrepancies/"+dispute+"/resolution", url.Values{"explanation": {"all is well"}})
	own.Header.Set("Sec-Fetch-Site", "same-origin")
	own.Header.Set("Origin", p.server.URL)
	duty.send(own).is(http.StatusSeeOther)
}

func TestLookingIsRecorded(t *testing.T) {
	p := newPlay(t, 2)
	number := habeastest.Numbers(1)[0]
	last := func() *custody.Entry {
		entries := habeastest.Entries(t, p.book)
		return entries[len(entries)-1]
	}
	looked := func(by string) {
		t.Helper()
		if e := last(); e.Kind != custody.RecordRead || e.Person != number || e.By != by {
			t.Errorf("the book ends with %s of %q by %s, want a look at %s by %s", e.Kind, e.Person, e.By, number, by)
		}
	}
	p.as("health").get("/people/" + number).is(http.StatusOK).shows("Your look was recorded")
	looked("health")
	admission := decimal(p.book.Size() - 3)
	for _, path := range []string{"/book/" + admission, "/book/" + admission + "/receipt", "/book/" + admission + "/receipt.png"} {
		size := p.book.Size()
		p.as("monitor").get(path).is(http.StatusOK)
		looked("monitor")
		if p.book.Size() != size+1 {
			t.Errorf("%s wrote %d entries, want one", path, p.book.Size()-size)
		}
	}
	size := p.book.Size()
	monitor := p.as("monitor")
	monitor.get("/people").is(http.StatusOK)
	monitor.get("/book/" + decimal(size-1)).is(http.StatusOK) // a look itself
	monitor.get("/book/0").is(http.StatusOK)                  // no person's
	p.as("engineer").get("/people/" + number).is(http.StatusForbidden)
	if p.book.Size() != size {
		t.Errorf("lists and refusals wrote %d looks", p.book.Size()-size)
	}
	monitor.get("/people/" + number).shows("Show 5 looks too").hides("Official health")
	monitor.get("/people/"+number+"?looks=1").shows("Record read", "Official health", "Hide looks")
}

func TestTheChainCanBeWalkedBackToTheAdmission(t *testing.T) {
	p := newPlay(t, 1)
	number := habeastest.Numbers(1)[0]
	for i := range 70 {
		to := []string{habeastest.OriginCell, "OLD-M1-C2"}[i%2]
		p.clock.Advance(time.Minute)
		w, err := p.roll.Move(t.Context(), by("duty"), step(number, to))
		p.must(w, err)
		w, err = p.roll.Look(t.Context(), by("monitor"), number, "")
		p.must(w, err)
	}
	duty := p.as("duty")
	path, steps := "/people/"+number, 0
	for range 5 {
		r := duty.get(path).is(http.StatusOK)
		steps += strings.Count(r.text, `class="moj-timeline__item`)
		_, rest, more := strings.Cut(r.text, `<a href="/people/`+number+`?before=`)
		if !more {
			r.shows("Admitted", "outside custody")
			break
		}
		path = "/people/" + number + "?before=" + rest[:strings.IndexAny(rest, `#"&`)]
	}
	if steps != 71 {
		t.Errorf("the pages of the chain show %d steps, want 70 moves and the admission", steps)
	}
}

func TestReceiptsCanBeChecked(t *testing.T) {
	p := newPlay(t, 1)
	monitor := p.as("monitor")
	r := monitor.get("/book/" + decimal(p.book.Size()-1) + "/receipt").is(http.StatusOK)
	if got := r.header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename=") {
		t.Errorf("the receipt is no download: %q", got)
	}
	checked, err := seal.CheckReceipt([]byte(r.text), p.book.VerifierKey(), seal.Quorum{})
	if err != nil {
		t.Fatal(err)
	}
	if e, err := custody.DecodeEntry(checked.Entry); err != nil || e.Kind != custody.PersonAdmitted {
		t.Errorf("the receipt proves %v, %v", e, err)
	}
	picture := monitor.get("/book/0/receipt.png").is(http.StatusOK)
	if picture.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(picture.text, "\x89PNG") {
		t.Errorf("the picture is %s", picture.header.Get("Content-Type"))
	}
}

func TestNamesAreOnlyNames(t *testing.T) {
	p := newPlay(t, 0)
	names := map[string]custody.Person{
		"script":        {FamilyNames: `<script>alert(1)</script>`, GivenNames: `"><img src=x onerror=alert(2)>`, Aliases: []string{`'onfocus='alert(3)`}},
		"long":          {FamilyNames: strings.Repeat("W", 200), GivenNames: strings.Repeat("ñ", 200)},
		"right to left": {FamilyNames: "محمد بن عبد الله", GivenNames: "علي"},
		"override":      {FamilyNames: "\u202egnirts\u202c", GivenNames: "🙂 O’Neil"},
		"template":      {FamilyNames: "{count} {{.}} ${x}", GivenNames: "%s"},
	}
	records := p.as("records")
	for name, person := range names {
		number := p.admit(person, habeastest.OriginReception, time.Hour)
		p.found(number, habeastest.OriginCell)
		for _, path := range []string{"/people/" + number, "/people", "/people?q=" + url.QueryEscape(person.FamilyNames), "/discrepancies", "/", "/book"} {
			r := records.get(path)
			for _, never := range []string{"<script>alert", "<img src=x", `'onfocus='`} {
				if strings.Contains(r.text, never) {
					t.Errorf("%s at %s: the page contains %q", name, path, never)
				}
			}
			if !strings.Contains(r.text, "<bdi>") && r.status == http.StatusOK {
				t.Errorf("%s at %s: the name is not set apart from the text around it", name, path)
			}
		}
	}
	records.get("/people?q=" + url.QueryEscape(`"><script>alert(1)</script>`)).hides("<script>alert")
	records.get("/people?q="+strings.Repeat("w", 4000)).is(http.StatusUnprocessableEntity).shows(strings.Repeat("w", 4000), `aria-invalid="true"`)
	records.get("/people?q=%ff%fe").is(http.StatusOK)
	records.get("/discrepancies?done=" + url.QueryEscape("<b>")).hides("<b>")
}

func TestMatchesAreFoundAsOneTypes(t *testing.T) {
	p := newPlay(t, 30)
	reception := p.as("reception")
	r := reception.request(http.MethodGet, "/people?q="+url.QueryEscape("penate"), nil)
	r.Header.Set("HX-Request", "true")
	part := reception.send(r).is(http.StatusOK).shows("Peñate", "<table")
	part.hides("<html", "<h1")
	if part.header.Get("Vary") == "" {
		t.Error("a part of a page and the page may be taken for one another by a cache")
	}
}

func TestThePageIsLive(t *testing.T) {
	p := newPlay(t, 2)
	duty := p.as("duty")
	r := duty.request(http.MethodGet, "/live", nil)
	r.Header.Set("Accept", "text/event-stream")
	answer, err := duty.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := answer.Body.Close(); err != nil {
			t.Error(err)
		}
	}()
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("the stream is %q", got)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	event := func() (name, data string) {
		t.Helper()
		for lines.Scan() {
			switch line := lines.Text(); {
			case strings.HasPrefix(line, "event: "):
				name = line[len("event: "):]
			case strings.HasPrefix(line, "data: "):
				data += line[len("data: "):]
			case line == "" && name != "":
				return name, data
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return
	}
	if name, data := event(); name != "part" || strings.Contains(data, "1 open discrepancy") || !strings.Contains(data, `id="today-roll" data-part`) {
		t.Fatalf("first event %s: %s", name, data)
	}
	dispute := p.found(habeastest.Numbers(1)[0], habeastest.OriginCell)
	if name, data := event(); name != "part" || !strings.Contains(data, "1 open discrepancy") || !strings.Contains(data, dispute) {
		t.Fatalf("second event %s: %s", name, data)
	}
	p.must(p.roll.Dismiss(t.Context(), by("governor"), "duty"))
	if name, _ := event(); name != "signed-out" {
		t.Errorf("after the dismissal: event %s", name)
	}
	if lines.Scan() {
		t.Errorf("after signed-out: %q", lines.Text())
	}
	stranger := p.nobody().request(http.MethodGet, "/live", nil)
	stranger.Header.Set("Accept", "text/event-stream")
	p.nobody().send(stranger).is(http.StatusUnauthorized)
}

func TestAssets(t *testing.T) {
	p := newPlay(t, 0)
	b := p.nobody()
	page := b.get("/sign-in")
	_, rest, found := strings.Cut(page.text, `<link rel="stylesheet" href="`)
	if !found {
		t.Fatal("no style sheet")
	}
	address := rest[:strings.Index(rest, `"`)]
	sheet := b.get(address).is(http.StatusOK)
	if !strings.Contains(sheet.header.Get("Cache-Control"), "immutable") || !strings.HasPrefix(sheet.header.Get("Content-Type"), "text/css") {
		t.Errorf("the style sheet has headers %v", sheet.header)
	}
	for _, path := range []string{"/assets/old/habeas.css", strings.Replace(address, "habeas.css", "web.go", 1), strings.Replace(address, "habeas.css", "%2e%2e%2fweb.go", 1)} {
		b.get(path).is(http.StatusNotFound)
	}
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
