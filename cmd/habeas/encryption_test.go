package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

func TestUnderWhichAddressTheServiceIsFound(t *testing.T) {
	for address, host := range map[string]string{
		"": "", "https://habeas.example": "habeas.example", "https://habeas.example:8443/": "habeas.example", "https://10.0.0.7": "10.0.0.7",
		"http://localhost:8080": "localhost", "http://127.0.0.1:8080": "127.0.0.1", "http://[::1]:8080": "::1",
	} {
		c := serveCommand{URL: address}
		if got, err := c.foundUnder(); err != nil || got != host {
			t.Errorf("%q is found under %q, %v; want %q", address, got, err, host)
		}
	}
	for _, wrong := range []string{"habeas.example", "http://habeas.example", "http://10.0.0.7", "ftp://habeas.example", "https://", "https://habeas.example/habeas", "https://ana:secret@habeas.example",
		"https://habeas.example?x=1", "https://habeas.example#x", "https://%zz"} {
		c := serveCommand{URL: wrong}
		if _, err := c.encryption(); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
	for code, c := range map[string]serveCommand{
		"tls-pair": {TLSCert: "c"}, "tls-twice": {ACME: true, TLSCert: "c", TLSKey: "k", URL: "https://habeas.example"}, "acme-needs-name": {ACME: true, URL: "https://10.0.0.7"},
	} {
		_, err := c.encryption()
		var f *fault
		if !errors.As(err, &f) || f.code != code {
			t.Errorf("%v, want the fault %s", err, code)
		}
	}
}

// Behind a proxy that encrypts, which the service sees nothing of but what --url says, cookies are for encrypted lines alone, and
// what another site sends is refused by the name that browsers know.
func TestBehindAProxyThatEncrypts(t *testing.T) {
	ctx := context.Background()
	s, err := openFor(ctx, book.Config{Dir: t.TempDir(), Random: rand.Reader}, access.Config{URL: "https://Habeas.example"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.book.Close(); err != nil {
			t.Error(err)
		}
	}()
	link, _, err := s.access.FirstLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.access.Found(ctx, link, custody.Official{Name: "ana", FullName: "Ana Ruiz"}, "four quiet words in a row", access.Source{}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.handler)
	defer server.Close()
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	send := func(method, path, body string, header map[string]string) *http.Response {
		t.Helper()
		request, err := http.NewRequest(method, server.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = "inside:8080" // as the proxy calls the service
		for name, value := range header {
			request.Header.Set(name, value)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_, copied := io.Copy(io.Discard, response.Body)
		if err := errors.Join(copied, response.Body.Close()); err != nil {
			t.Fatal(err)
		}
		return response
	}
	form := url.Values{"name": {"ana"}, "password": {"four quiet words in a row"}}.Encode()
	const formType = "application/x-www-form-urlencoded"
	for origin, status := range map[string]int{"https://evil.example": 403, "http://habeas.example": 403, "https://habeas.example.evil.example": 403, "null": 403, "https://habeas.example": 303, "": 303} {
		header := map[string]string{"Content-Type": formType}
		if origin != "" {
			header["Origin"] = origin
		}
		if r := send("POST", "/sign-in", form, header); r.StatusCode != status {
			t.Errorf("a form from %q is answered with %d, want %d", origin, r.StatusCode, status)
		}
	}
	signed := send("POST", "/sign-in", form, map[string]string{"Content-Type": formType})
	if len(signed.Cookies()) != 1 {
		t.Fatalf("cookies: %v", signed.Cookies())
	}
	cookie := signed.Cookies()[0]
	if cookie.Name != "__Host-habeas_session" || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || cookie.Domain != "" {
		t.Errorf("the session's cookie is %s", cookie)
	}
	if signed.Header.Get("Strict-Transport-Security") == "" {
		t.Error("browsers are not told to encrypt")
	}
	for _, path := range []string{"/officials", "/api/v1/officials"} {
		if r := send("GET", path, "", map[string]string{"Cookie": "__Host-habeas_session=" + cookie.Value}); r.StatusCode != http.StatusOK {
			t.Errorf("%s with the session's cookie is answered with %d", path, r.StatusCode)
		}
		// The plain name can be planted by a neighbour of the same domain, over a line in the clear.
		if r := send("GET", path, "", map[string]string{"Cookie": "habeas_session=" + cookie.Value}); r.StatusCode == http.StatusOK {
			t.Errorf("%s takes a cookie that anybody on the domain can plant", path)
		}
	}
	for origin, status := range map[string]int{"https://evil.example": 403, "https://habeas.example": 422} {
		r := send("POST", "/api/v1/moves", "{}", map[string]string{"Cookie": "__Host-habeas_session=" + cookie.Value, "Origin": origin, "Content-Type": "application/json"})
		if r.StatusCode != status {
			t.Errorf("the API answers %d to a command from %s, want %d", r.StatusCode, origin, status)
		}
	}
}
