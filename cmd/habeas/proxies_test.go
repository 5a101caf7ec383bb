package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestWhereARequestComesFrom(t *testing.T) {
	for _, c := range []struct {
		trusted, connection string
		forwarded           []string
		want                string
	}{
		{"", "10.0.0.7:1234", []string{"203.0.113.9"}, "10.0.0.7:1234"},              // none trusted: not read
		{"10.0.0.0/24", "192.0.2.1:1234", []string{"203.0.113.9"}, "192.0.2.1:1234"}, // no proxy of ours
		{"10.0.0.0/24", "10.0.0.7:1234", []string{"203.0.113.9"}, "203.0.113.9:1234"},
		{"10.0.0.7", "10.0.0.7:1234", []string{"203.0.113.9"}, "203.0.113.9:1234"},
		{"10.0.0.0/24", "10.0.0.7:1234", nil, "10.0.0.7:1234"},                                                // the proxy itself
		{"10.0.0.0/24", "10.0.0.7:1234", []string{"198.51.100.1, 203.0.113.9"}, "203.0.113.9:1234"},           // the first is the client's own tale
		{"10.0.0.0/24", "10.0.0.7:1234", []string{"198.51.100.1", "203.0.113.9"}, "203.0.113.9:1234"},         // two header lines
		{"10.0.0.0/24", "10.0.0.7:1234", []string{"198.51.100.1, 203.0.113.9, 10.0.0.8"}, "203.0.113.9:1234"}, // two proxies of ours
		{"10.0.0.0/24", "10.0.0.7:1234", []string{"203.0.113.9, nonsense"}, "10.0.0.7:1234"},
		{"10.0.0.0/24", "10.0.0.7:1234", []string{"203.0.113.9:80"}, "10.0.0.7:1234"},
		{"10.0.0.0/24", "10.0.0.7:1234", []string{"2001:db8::5"}, "[2001:db8::5]:1234"},
		{"2001:db8::/32,127.0.0.1", "[2001:db8::5]:1234", []string{"::ffff:203.0.113.9, 127.0.0.1"}, "203.0.113.9:1234"},
		{"10.0.0.0/24", "[::ffff:10.0.0.7]:1234", []string{"203.0.113.9"}, "203.0.113.9:1234"},
		{"10.0.0.0/24", "10.0.0.7:1234", []string{strings.Repeat("10.0.0.1,", 1000) + "10.0.0.2"}, "10.0.0.1:1234"}, // nothing but proxies
		{"10.0.0.0/24", "@", []string{"203.0.113.9"}, "@"},                                                          // no address at all
	} {
		var list []string
		if c.trusted != "" {
			list = strings.Split(c.trusted, ",")
		}
		networks, err := parseNetworks(list)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		handler := behindProxies(networks, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr }))
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.connection
		for _, f := range c.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		handler.ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("trusting %q, a connection of %s that says %.60q comes from %s, want %s", c.trusted, c.connection, c.forwarded, got, c.want)
		}
		if r.RemoteAddr != c.connection {
			t.Errorf("the request itself was changed to %s", r.RemoteAddr)
		}
	}
	for _, wrong := range []string{"", "proxy.example", "10.0.0.0/33", "::ffff:10.0.0.0/120"} {
		if _, err := parseNetworks([]string{wrong}); err == nil {
			t.Errorf("%q was taken for a network", wrong)
		}
	}
}
