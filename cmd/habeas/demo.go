package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"habeas.example/habeas/internal/drill"
	"habeas.example/habeas/internal/web"
)

type demoCommand struct {
	store
	People      int    `default:"4000"`
	Seed        uint64 `default:"2026"`
	NoServe     bool
	Listen      string `default:"127.0.0.1:8080"`
	AddressFile string `type:"path" placeholder:"FILE"`
	JSON        string `name:"json" env:"HABEAS_DEMO_JSON" type:"path" placeholder:"FILE"`
	Again       bool
}

// Run plays the drill on a fresh book and serves what it left behind.
func (c *demoCommand) Run(ctx context.Context, t *terminal) (err error) {
	leftovers, err := c.leftovers(ctx, t)
	if err != nil {
		return err
	}
	// The address is taken first: nobody should wait for a drill to learn that it is in use.
	var listener net.Listener
	if !c.NoServe {
		if err := web.Ready(); err != nil {
			return err
		}
		if listener, err = listen(c.Listen, false); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, ignoreClosed(listener.Close())) }()
	}
	if err := c.prepareFolder(leftovers); err != nil {
		return err
	}
	firstNight, _ := drill.Nights(t.clock())
	clock := drill.NewClock(firstNight.AddDate(0, 0, -40))
	config := c.config()
	config.Clock, config.Origin = clock.Now, drillOrigin
	s, err := openService(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.book.Close()) }()
	if s.book.Size() > 0 {
		return faulty("demo-database")
	}
	fmt.Fprintln(t.out, t.words.Say("demo.invented", nil))
	started := time.Now()
	outcome, err := c.play(ctx, t, s, clock)
	if err != nil {
		return err
	}
	clock.FollowRealTime(t.clock)
	seconds := time.Since(started).Seconds()
	report, err := countOutcome(ctx, s, outcome, t.clock())
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
	return serve(ctx, listener, s.handler, nil)
}

// play serves the API on a loopback port of its own and plays the drill against it.
func (c *demoCommand) play(ctx context.Context, t *terminal, s *service, clock *drill.Clock) (_ drill.Outcome, err error) {
	inside, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return drill.Outcome{}, fmt.Errorf("serve the drill: %w", err)
	}
	serving, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- serve(serving, inside, s.handler, nil) }()
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
