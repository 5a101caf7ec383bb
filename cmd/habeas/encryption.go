package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"path/filepath"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// encryption is how the service encrypts what it sends, or nil when a proxy does, or nobody need. The address under which people
// find it is checked with it: only on this machine may that be one in the clear.
func (c *serveCommand) encryption() (*tls.Config, error) {
	host, err := c.foundUnder()
	switch {
	case err != nil:
		return nil, err
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return nil, faulty("tls-pair")
	case c.ACME && c.TLSCert != "":
		return nil, faulty("tls-twice")
	case c.ACME && (host == "" || net.ParseIP(host) != nil):
		return nil, faulty("acme-needs-name")
	case c.ACME:
		return certified(host, c.ACMEContact, c.ACMEService, filepath.Join(c.Data, "certificates")), nil
	}
	return fileCertificate(c.TLSCert, c.TLSKey)
}

// fileCertificate encrypts with a certificate and its key from two files; without their names it does not encrypt.
func fileCertificate(certificate, key string) (*tls.Config, error) {
	if certificate == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// foundUnder is the host of --url; empty when it is not given.
func (c *serveCommand) foundUnder() (host string, err error) {
	if c.URL == "" {
		return "", nil
	}
	u, err := url.Parse(c.URL)
	wrong := faulty("url-malformed", "address", c.URL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/" {
		return "", wrong
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())) {
		return "", wrong
	}
	return u.Hostname(), nil
}

// certified takes certificates for one name from a service that speaks ACME (RFC 8555), by TLS-ALPN (RFC 8737) on the port that
// is served, and renews them. They are kept in a folder that nobody else on the machine reads.
func certified(host, contact, directory, folder string) *tls.Config {
	m := &autocert.Manager{Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(folder), HostPolicy: autocert.HostWhitelist(host), Email: contact,
		Client: &acme.Client{DirectoryURL: directory, UserAgent: "habeas"}}
	config := m.TLSConfig()
	config.MinVersion = tls.VersionTLS12
	return config
}
