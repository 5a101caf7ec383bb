package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The application is the same for everybody and holds nothing of anybody; its worker names files that are there.
func TestTheHandheldIsWholeWithoutANetwork(t *testing.T) {
	p := newPlay(t, 3)
	b := p.nobody()
	b.get("/handheld").leadsTo("/handheld/en")
	b.in("es").get("/handheld").leadsTo("/handheld/es")
	for _, language := range []string{"es", "en"} {
		r := b.get("/handheld/" + language).is(http.StatusOK)
		wellMade(t, r)
		if got := r.header.Get("Permissions-Policy"); !strings.HasPrefix(got, "camera=(self)") {
			t.Errorf("the camera may be used so: %q", got)
		}
		if again := p.as("landing").get("/handheld/" + language); again.text != r.text {
			t.Error("the page is another for somebody who is signed in")
		}
		manifest := b.get("/handheld/" + language + "/app.webmanifest").is(http.StatusOK)
		var said struct {
			Start string `json:"start_url"`
			Icons []struct{ Src, Sizes string }
		}
		if err := json.Unmarshal([]byte(manifest.text), &said); err != nil || said.Start != "/handheld/"+language || len(said.Icons) < 2 {
			t.Errorf("the manifest says %s (%v)", manifest.text, err)
		}
		for _, icon := range said.Icons {
			b.get(icon.Src).is(http.StatusOK)
		}
	}
	worker := b.get("/handheld/worker.js").is(http.StatusOK)
	files := regexp.MustCompile(`"(/[^"]+)"`).FindAllStringSubmatch(worker.text[:strings.Index(worker.text, ";")], -1)
	if len(files) < 10 {
		t.Errorf("the worker keeps %v", files)
	}
	for _, file := range files {
		b.get(file[1]).is(http.StatusOK)
	}
	b.get("/handheld/fr").is(http.StatusNotFound)
	b.get("/handheld/fr/app.webmanifest").is(http.StatusNotFound)
	b.get("/handheld/es/other").is(http.StatusNotFound)
	if got := b.get("/").header.Get("Permissions-Policy"); !strings.HasPrefix(got, "camera=()") {
		t.Errorf("another page may use the camera: %q", got)
	}
}

// Whatever the script of the handheld says, its page brings.
func TestTheHandheldHasWordsForAllThatItSays(t *testing.T) {
	files, err := filepath.Glob("front/handheld/*.ts")
	if err != nil {
		t.Fatal(err)
	}
	text, asked := newPlay(t, 0).nobody().get("/handheld/es").text, 0
	for _, file := range append(files, "front/handheld.ts") {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`(?:\bsay\(|\bid: )(?:[^"`+"`"+`]*\? )?"([a-z]+[a-z.-]*)"`).FindAllStringSubmatch(string(source), -1) {
			asked++
			if !strings.Contains(text, `<data value="`+found[1]+`">`) {
				t.Errorf("%s says %q, and the page does not bring it", file, found[1])
			}
		}
	}
	if asked < 40 {
		t.Fatalf("only %d messages were found: the search looks for the wrong calls", asked)
	}
	for _, kind := range contradictionKinds(t) {
		if !strings.Contains(text, `<data value="discrepancy.`+kind+`">`) {
			t.Errorf("the page does not bring the words of the discrepancy %s", kind)
		}
	}
}

func contradictionKinds(t *testing.T) (kinds []string) {
	t.Helper()
	files, err := filepath.Glob("../custody/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`\.contradict\("([a-z-]+)"`).FindAllStringSubmatch(string(text), -1) {
			kinds = append(kinds, found[1])
		}
	}
	if len(kinds) < 10 {
		t.Fatalf("only %v were found: the search looks for the wrong calls", kinds)
	}
	return kinds
}

// At the desk a handheld is registered, its code shown once, and the lost one revoked.
func TestHandheldsAtTheDesk(t *testing.T) {
	p := newPlay(t, 0)
	duty := p.as("duty")
	duty.get("/devices").is(http.StatusOK).shows("No handheld is registered.", "Register a handheld")
	duty.post("/devices", url.Values{"name": {"<b>12</b>"}, "official": {"nobody"}}).is(http.StatusUnprocessableEntity).shows("&lt;b&gt;12", "field-official-error")
	r := duty.post("/devices", url.Values{"name": {"12"}, "official": {"landing"}}).is(http.StatusOK)
	code := regexp.MustCompile(`device-code">([a-z2-7]{12})<`).FindStringSubmatch(r.text)
	if code == nil {
		t.Fatalf("no code is shown: %s", r.text)
	}
	wellMade(t, r)
	list := duty.get("/devices").hides(code[1]).shows("Waits for its code", "Official landing")
	id := regexp.MustCompile(`action="/devices/(E\d+)/revocation"`).FindStringSubmatch(list.text)
	landing := p.as("landing")
	landing.get("/devices").is(http.StatusOK).shows("Waits for its code").hides("Register a handheld")
	landing.post("/devices", url.Values{"name": {"13"}, "official": {"landing"}}).is(http.StatusForbidden)
	p.as("health").post("/devices/"+id[1]+"/revocation", url.Values{"reason": {"lost"}}).is(http.StatusForbidden)
	duty.post("/devices/"+id[1]+"/revocation", url.Values{"reason": {" "}}).is(http.StatusUnprocessableEntity).shows(id[1] + "-reason-error")
	duty.post("/devices/"+id[1]+"/revocation", url.Values{"reason": {"left in the yard"}}).leadsTo("/devices?done=" + id[1])
	duty.get("/devices").shows("left in the yard", "Revoked").hides("/revocation")
	landing.get("/").leadsTo("/sign-in") // every session of its official has ended
}
