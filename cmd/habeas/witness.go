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
	Data    string   `env:"HABEAS_WITNESS_DATA" default:"habeas-witness" type:"path" placeholder:"DIR"`
	Name    string   `env:"HABEAS_WITNESS_NAME" default:"witness.example/habeas"`
	Log     []string `env:"HABEAS_WITNESS_LOG" placeholder:"KEY"`
	Listen  string   `env:"HABEAS_WITNESS_LISTEN" default:"127.0.0.1:8090"`
	TLSCert string   `name:"tls-cert" type:"existingfile"`
	TLSKey  string   `name:"tls-key" type:"existingfile"`
	Address string   `name:"address-file" type:"path" placeholder:"FILE"`
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
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return faulty("tls-pair")
	}
	encryption, err := fileCertificate(c.TLSCert, c.TLSKey)
	if err != nil {
		return err
	}
	listener, err := listen(c.Listen, encryption != nil)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(t.out, w.VerifierKey()); err != nil {
		return err
	}
	if err := announce(t, listener, encryption != nil, c.Address); err != nil {
		return err
	}
	return serve(ctx, listener, w, encryption)
}
