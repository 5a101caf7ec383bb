package interop_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"
)

// The service takes its own certificate from Pebble, the ACME server that Let's Encrypt tests clients against, for the one name
// that it is found under, and keeps it where nobody else reads it.
func TestACertificateIsTaken(t *testing.T) {
	dir := t.TempDir()
	own, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	home := own.Addr().(*net.TCPAddr)
	if err := own.Close(); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	quiet, store := log.New(io.Discard, "", 0), db.NewMemoryStore()
	authority := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "The default profile"}})
	front := wfe.New(quiet, store, va.New(quiet, 0, home.Port, false, everyNameIsHere(t), store), authority, []string{"pebble.example"}, false, false, 1, 1)
	service := httptest.NewTLSServer(front.Handler())
	t.Cleanup(service.Close)
	trusted := filepath.Join(dir, "trusted.pem") // by habeas, to speak to the ACME service
	if err := os.WriteFile(trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: service.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", trusted)
	startHabeas(t, dir, home.String(), "--acme", "--acme-service", service.URL+wfe.DirectoryPath, "--url", "https://habeas.example")

	roots := x509.NewCertPool()
	roots.AddCert(authority.GetRootCert(0).Cert)
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, home.String())
	}
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: roots}}}
	answer, err := client.Get("https://habeas.example/sign-in")
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("over the new certificate: %s %v", answer.Status, answer.Header)
	}
	if names := answer.TLS.PeerCertificates[0].DNSNames; len(names) != 1 || names[0] != "habeas.example" {
		t.Errorf("the certificate is for %v", names)
	}
	if _, err := client.Get("https://another.example/sign-in"); err == nil {
		t.Error("a certificate was taken for a name that the service does not have")
	}
	kept, err := filepath.Glob(filepath.Join(dir, "data", "certificates", "habeas.example*"))
	if err != nil || len(kept) == 0 {
		t.Fatalf("no certificate is kept: %v", err)
	}
	for _, file := range kept {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may read %s: %v", file, err)
		}
	}
}

// everyNameIsHere serves a DNS in which every name is this machine, and returns its address.
func everyNameIsHere(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{Listener: listener, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, asked *dns.Msg) {
		reply := new(dns.Msg).SetReply(asked)
		if q := asked.Question[0]; q.Qtype == dns.TypeA {
			reply.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: strings.ToLower(q.Name), Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}, A: net.IPv4(127, 0, 0, 1)}}
		}
		_ = w.WriteMsg(reply) // whoever asked may be gone
	})}
	done := make(chan error, 1)
	go func() { done <- server.ActivateAndServe() }()
	t.Cleanup(func() {
		if err := server.Shutdown(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}
