package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"habeas.example/habeas/internal/web"
)

// address finds the addresses of assets in a page.
var address = regexp.MustCompile(`"(/assets/[^"]+)"`)

func TestAssetsAreKeptForGoodAndSentPacked(t *testing.T) {
	if err := web.Ready(); err != nil {
		t.Fatalf("%v: these tests look at what make build embeds", err)
	}
	p := newPlay(t, 0)
	b := p.nobody()
	found := address.FindAllStringSubmatch(b.get("/sign-in").text, -1)
	if len(found) < 4 {
		t.Fatalf("the page names %d assets", len(found))
	}
	for _, one := range found {
		plain := b.request(http.MethodGet, one[1], nil)
		plain.Header.Set("Accept-Encoding", "identity")
		whole := b.send(plain).is(http.StatusOK)
		if got := whole.header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", one[1], got)
		}
		if got := whole.header.Get("X-Content-Type-Options"); got != "nosniff" || whole.header.Get("Content-Type") == "" {
			t.Errorf("%s: the browser may guess what it is", one[1])
		}
		if strings.HasSuffix(one[1], ".woff2") {
			continue
		}
		packed := b.request(http.MethodGet, one[1], nil)
		packed.Header.Set("Accept-Encoding", "br;q=1.0, gzip;q=0.8")
		small := b.send(packed).is(http.StatusOK)
		if small.header.Get("Content-Encoding") != "gzip" || small.header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: not packed: %v", one[1], small.header)
			continue
		}
		reader, err := gzip.NewReader(strings.NewReader(small.text))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		if string(text) != whole.text || len(small.text) >= len(whole.text) {
			t.Errorf("%s: packed it is another", one[1])
		}
	}
	b.get("/assets/0000000000000000/habeas.css").is(http.StatusNotFound)
	b.get(strings.Replace(found[0][1], "habeas.svg", "README.md", 1)).is(http.StatusNotFound)
	b.get(strings.Replace(found[0][1], "habeas.svg", "..%2f..%2fassets.go", 1)).is(http.StatusNotFound)
}

// What the pages load weighs little: they are opened on old machines over bad lines.
func TestScriptsAreSmall(t *testing.T) {
	p := newPlay(t, 0)
	b := p.as("duty")
	total := 0
	for _, one := range address.FindAllStringSubmatch(b.get("/").text, -1) {
		if strings.HasSuffix(one[1], ".js") {
			plain := b.request(http.MethodGet, one[1], nil)
			plain.Header.Set("Accept-Encoding", "identity")
			total += len(b.send(plain).is(http.StatusOK).text)
		}
	}
	if total == 0 || total > 150<<10 {
		t.Errorf("the scripts have %d bytes, want at most 150 KiB", total)
	}
}
