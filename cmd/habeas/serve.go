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
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return faulty("tls-pair")
	}
	listener, err := listen(c.Listen, c.TLSCert != "")
	if err != nil {
		return err
	}
	config := c.config()
	config.Origin = c.Origin
	s, err := openService(ctx, config)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, s.book.Close()) }()
	client := &http.Client{Timeout: 20 * time.Second}
	for _, w := range witnesses {
		go s.book.FollowWitness(ctx, client, w, c.WitnessEach)
	}
	if err := announce(t, listener, c.TLSCert != "", c.AddressFile); err != nil {
		return errors.Join(err, listener.Close())
	}
	return serve(ctx, listener, behindProxies(proxies, s.handler), [2]string{c.TLSCert, c.TLSKey})
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
