package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/seal"
	"habeas.example/habeas/internal/web"
)

type serveCommand struct {
	store
	Listen       string `default:"127.0.0.1:8080"`
	TLSCert      string `name:"tls-cert" type:"existingfile"`
	TLSKey       string `name:"tls-key" type:"existingfile"`
	AddressFile  string `type:"path" placeholder:"FILE"`
	Origin       string
	Witness      []string `placeholder:"URL=KEY"`
	TrustedProxy []string
	WitnessEach  time.Duration `default:"10s"`
	URL          string        `name:"url" placeholder:"URL"`
	Demand       string        `default:"password" enum:"password,second-factor,passkey,provider"`
	FreshHand    time.Duration `default:"15m"`
	ACME         bool          `name:"acme"`
	ACMEContact  string        `name:"acme-contact" placeholder:"MAIL"`
	ACMEService  string        `name:"acme-service" default:"https://acme-v02.api.letsencrypt.org/directory" placeholder:"URL"`
	OIDCIssuer   string        `name:"oidc-issuer" placeholder:"URL"`
	OIDCClient   string        `name:"oidc-client" placeholder:"ID"`
	OIDCSecret   string        `name:"oidc-secret" placeholder:"SECRET"`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context, t *terminal) (err error) {
	if err := web.Ready(); err != nil {
		return err
	}
	witnesses, err := parseWitnesses(c.Witness)
	if err != nil {
		return err
	}
	proxies, err := parseNetworks(c.TrustedProxy)
	if err != nil {
		return err
	}
	encryption, err := c.encryption()
	if err != nil {
		return err
	}
	listener, err := listen(c.Listen, encryption != nil)
	if err != nil {
		return err
	}
	config := c.config()
	config.Origin, config.FreshHand = c.Origin, c.FreshHand
	s, err := openFor(ctx, config, c.entrance(listener.Addr().String()))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, s.book.Close()) }()
	client := &http.Client{Timeout: 20 * time.Second}
	for _, w := range witnesses {
		go s.book.FollowWitness(ctx, client, w, c.WitnessEach)
	}
	if err := announceFirst(ctx, t, s, c.entrance(listener.Addr().String()).URL); err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := announce(t, listener, encryption != nil, c.AddressFile); err != nil {
		return errors.Join(err, listener.Close())
	}
	return serve(ctx, listener, behindProxies(proxies, s.handler), encryption)
}

// entrance is what the service demands of those who come in. Without --url it is found
// where it listens.
func (c *serveCommand) entrance(address string) access.Config {
	config := access.Config{Demand: access.Demand(c.Demand), URL: strings.TrimSuffix(c.URL, "/")}
	if config.URL == "" {
		config.URL = "http://" + address
		if c.TLSCert != "" {
			config.URL = "https://" + address
		}
	}
	if c.OIDCIssuer != "" {
		config.Provider = &access.Provider{Issuer: c.OIDCIssuer, ClientID: c.OIDCClient, ClientSecret: c.OIDCSecret, RedirectURL: config.URL + "/sign-in/provider/return"}
	}
	return config
}

// announceFirst prints the one-time link of the first engineer, on a service that has
// nobody in office yet: there is no default password.
func announceFirst(ctx context.Context, t *terminal, s *service, base string) error {
	secret, isNew, err := s.access.FirstLink(ctx)
	if err != nil || !isNew {
		return err
	}
	_, err = fmt.Fprintln(t.out, t.words.Say("cli.first-link", map[string]any{"address": base + "/first?key=" + secret}))
	return err
}

// listen opens the address; without TLS it must be loopback, so that no password ever
// crosses a network in the clear.
func listen(address string, secure bool) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, faulty("address-malformed", "address", address)
	}
	if ip := net.ParseIP(host); !secure && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, faulty("address-needs-tls", "address", address)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: %w", address, err)
	}
	return listener, nil
}

// announce says where the service is, on the terminal and, for other programs, in a file
// that appears whole.
func announce(t *terminal, listener net.Listener, secure bool, file string) error {
	scheme := "http://"
	if secure {
		scheme = "https://"
	}
	base := scheme + listener.Addr().String()
	if _, err := fmt.Fprintln(t.out, t.words.Say("cli.serving", map[string]any{"address": base})); err != nil {
		return err
	}
	if file == "" {
		return nil
	}
	if err := os.WriteFile(file+".new", []byte(base+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the address: %w", err)
	}
	return os.Rename(file+".new", file)
}

func parseWitnesses(list []string) ([]seal.Witness, error) {
	witnesses := make([]seal.Witness, len(list))
	for i, w := range list {
		url, key, ok := strings.Cut(w, "=")
		if !ok || !strings.HasPrefix(url, "http") || key == "" {
			return nil, faulty("witness-malformed", "witness", w)
		}
		witnesses[i] = seal.Witness{URL: url, VerifierKey: key}
	}
	return witnesses, nil
}
