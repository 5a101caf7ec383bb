package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"habeas.example/habeas/internal/drill"
)

type demoCommand struct {
	store
	People      int    `help:"How many people to invent; half travel on each transfer." default:"4000"`
	Seed        uint64 `help:"The same seed invents the same people." default:"2026"`
	NoServe     bool   `help:"Stop after the drill instead of serving the pages."`
	Listen      string `help:"Address to serve on." default:"127.0.0.1:8080"`
	AddressFile string `help:"Write the address that is served into this file once it is." type:"path" placeholder:"FILE"`
	JSON        string `name:"json" help:"Write the outcome, counted from the store, into this file." type:"path" placeholder:"FILE"`
}

// marker is the file that says that a data folder was made by a drill, and may be emptied.
const marker = "DRILL"

// Run plays the drill on a fresh book and serves what it left behind.
func (c *demoCommand) Run(ctx context.Context, t *terminal) (err error) {
	if err := c.prepareFolder(); err != nil {
		return err
	}
	// The address is taken first: nobody should wait for a drill to learn that it is in use.
	var listener net.Listener
	if !c.NoServe {
		if listener, err = listen(c.Listen, false); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, ignoreClosed(listener.Close())) }()
	}
	firstNight, _ := drill.Nights(t.clock())
	clock := drill.NewClock(firstNight.AddDate(0, 0, -40))
	config := c.config()
	config.Clock, config.Origin = clock.Now, "habeas.example/drill"
	s, err := openService(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.book.Close()) }()
	if s.book.Size() > 0 {
		return errors.New("demo: the database is not empty; give one that is")
	}
	fmt.Fprintln(t.out, t.words.Say("demo.invented", nil))
	started := time.Now()
	outcome, err := c.play(ctx, t, s, clock)
	if err != nil {
		return err
	}
	clock.FollowRealTime(t.clock)
	seconds := time.Since(started).Seconds()
	report, err := countOutcome(ctx, s, outcome.Transfers, t.clock())
	if err != nil {
		return err
	}
	if err := report.print(t, outcome, seconds); err != nil {
		return err
	}
	if c.JSON != "" {
		if err := writeJSON(c.JSON, report); err != nil {
			return err
		}
	}
	if len(report.Problems) > 0 {
		return errFound
	}
	if c.NoServe {
		return nil
	}
	printWho(t, outcome.Officials)
	if err := announce(t, listener, false, c.AddressFile); err != nil {
		return err
	}
	return serve(ctx, listener, s.handler, [2]string{})
}

// play serves the API on a loopback port of its own and plays the drill against it.
func (c *demoCommand) play(ctx context.Context, t *terminal, s *service, clock *drill.Clock) (_ drill.Outcome, err error) {
	inside, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return drill.Outcome{}, fmt.Errorf("serve the drill: %w", err)
	}
	serving, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- serve(serving, inside, s.handler, [2]string{}) }()
	defer func() {
		stop()
		err = errors.Join(err, <-done)
	}()
	engineer := drill.EngineerOf()
	if _, err := s.roll.Appoint(ctx, console, engineer); err != nil {
		return drill.Outcome{}, err
	}
	password := newPassword()
	if err := s.access.SetPassword(ctx, engineer.Name, password); err != nil {
		return drill.Outcome{}, err
	}
	shown := newProgress(t)
	defer shown.finish()
	return drill.Play(ctx, drill.Config{
		BaseURL: "http://" + inside.Addr().String(), HTTP: pooledClient(16), Clock: clock, Now: t.clock(), People: c.People, Seed: c.Seed,
		Engineer: drill.Credential{Name: engineer.Name, Password: password}, Password: newPassword, Stage: shown.stage, Progress: shown.more,
	})
}

// prepareFolder empties a folder that an earlier drill made, and refuses any other that
// is not empty.
func (c *demoCommand) prepareFolder() error {
	entries, err := os.ReadDir(c.Data)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("demo: %w", err)
	}
	if c.DB != "" && len(entries) > 0 {
		return nil // the database may hold what only the key in this folder has signed
	}
	if len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(c.Data, marker)); err != nil {
			return fmt.Errorf("demo: %s is not empty and was not made by a drill; give another folder with --data", c.Data)
		}
		for _, e := range entries {
			if e.Name() == marker || e.IsDir() {
				continue
			}
			if err := os.Remove(filepath.Join(c.Data, e.Name())); err != nil {
				return fmt.Errorf("demo: %w", err)
			}
		}
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return os.WriteFile(filepath.Join(c.Data, marker), []byte("Invented data made by habeas demo. This folder is emptied by the next one.\n"), 0o600)
}

func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o600)
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
