package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"habeas.example/habeas/internal/seal"
)

type witnessCommand struct {
	Data    string   `help:"Folder of the witness: its key and what it has cosigned." default:"habeas-witness" type:"path" placeholder:"DIR"`
	Name    string   `help:"Name of the witness, given once (a host name and path, no scheme)." default:"witness.example/habeas"`
	Log     []string `help:"Verifier key of a log to cosign; may be repeated." placeholder:"KEY"`
	Listen  string   `help:"Address to listen on." default:"127.0.0.1:8090"`
	TLSCert string   `name:"tls-cert" help:"Certificate file (PEM)." type:"existingfile"`
	TLSKey  string   `name:"tls-key" help:"Private key file of the certificate (PEM)." type:"existingfile"`
	Address string   `name:"address-file" help:"Write the address that is served into this file once it is." type:"path" placeholder:"FILE"`
}

// Run serves a witness until it is told to stop. Its verifier key is printed, to be given
// to the services and to whoever checks their receipts.
func (c *witnessCommand) Run(ctx context.Context, t *terminal) (err error) {
	key, state := filepath.Join(c.Data, "witness.key"), filepath.Join(c.Data, "state.json")
	text, err := os.ReadFile(key)
	if errors.Is(err, os.ErrNotExist) {
		if err = os.MkdirAll(c.Data, 0o700); err != nil {
			return fmt.Errorf("make the witness: %w", err)
		}
		var private string
		if private, err = seal.NewSigner(c.Name, rand.Reader); err != nil {
			return fmt.Errorf("make the witness: %w", err)
		}
		// The state first: a key without a state would be a witness that forgot.
		if err = seal.CreateWitnessState(state); err != nil {
			return fmt.Errorf("make the witness: %w", err)
		}
		text = []byte(private)
		err = os.WriteFile(key, text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("the witness's key: %w", err)
	}
	w, err := seal.NewWitnessServer(string(text), c.Log, state, t.clock)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	listener, err := listen(c.Listen, c.TLSCert != "")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(t.out, w.VerifierKey()); err != nil {
		return err
	}
	if err := announce(t, listener, c.TLSCert != "", c.Address); err != nil {
		return err
	}
	return serve(ctx, listener, w, [2]string{c.TLSCert, c.TLSKey})
}
