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
)

type serveCommand struct {
	store
	Listen      string        `help:"Address to listen on. Without a certificate only loopback is served." default:"127.0.0.1:8080"`
	TLSCert     string        `name:"tls-cert" help:"Certificate file (PEM)." type:"existingfile"`
	TLSKey      string        `name:"tls-key" help:"Private key file of the certificate (PEM)." type:"existingfile"`
	AddressFile string        `help:"Write the address that is served into this file once it is." type:"path" placeholder:"FILE"`
	Origin      string        `help:"Name of the log, given once, when the book is new (a host name and path, no scheme)."`
	Witness     []string      `help:"A witness as URL=VERIFIERKEY, asked to cosign each checkpoint; may be repeated." placeholder:"URL=KEY"`
	WitnessEach time.Duration `help:"Shortest time between two questions to a witness." default:"10s"`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context, t *terminal) (err error) {
	witnesses, err := parseWitnesses(c.Witness)
	if err != nil {
		return err
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("serve: --tls-cert and --tls-key go together")
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
	return serve(ctx, listener, s.handler, [2]string{c.TLSCert, c.TLSKey})
}

// listen opens the address; without TLS it must be loopback, so that no password ever
// crosses a network in the clear.
func listen(address string, secure bool) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: %w", address, err)
	}
	if ip := net.ParseIP(host); !secure && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("listen on %q: without --tls-cert and --tls-key only loopback is served (127.0.0.1 or localhost)", address)
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
			return nil, fmt.Errorf("witness %q: write it as URL=VERIFIERKEY", w)
		}
		witnesses[i] = seal.Witness{URL: url, VerifierKey: key}
	}
	return witnesses, nil
}
