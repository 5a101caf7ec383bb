package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/api"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web"
)

// console is the author of what is done on the machine itself.
var console = book.Command{By: book.ConsoleName, Console: true}

// service is an open book with its desks and doors.
type service struct {
	book     *book.Book
	roll     *roll.Desk
	transfer *transfer.Desk
	count    *count.Desk
	cells    *cells.Desk
	access   *access.Desk
	handler  http.Handler
}

// openService opens the book and wires desks and doors to it, as commands on the machine need them.
func openService(ctx context.Context, config book.Config) (*service, error) {
	return openFor(ctx, config, access.Config{})
}

// openFor is openService with what the service demands of those who come in.
func openFor(ctx context.Context, config book.Config, entrance access.Config) (*service, error) {
	if config.Clock == nil {
		config.Clock = time.Now
	}
	policies, err := access.LoadPolicies(config.Dir)
	if err != nil {
		return nil, err
	}
	config.Policy = policies.Decide
	b, err := book.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	entrance.Clock, entrance.Random = config.Clock, rand.Reader
	s := &service{book: b, transfer: transfer.New(b), count: count.New(b, nil), cells: cells.New(b)}
	if s.roll, err = roll.New(ctx, b); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	if s.access, err = access.New(ctx, b, entrance); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	if err := s.access.RecordRules(ctx, policies); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	log, origin := slog.Default(), siteOf(entrance.URL)
	mux := http.NewServeMux()
	doors := api.New(api.Services{Book: b, Roll: s.roll, Transfer: s.transfer, Count: s.count, Cells: s.cells, Access: s.access, Origin: origin, Clock: config.Clock, Log: log})
	for _, prefix := range []string{"/api/", "/log/", "/healthz"} {
		mux.Handle(prefix, doors)
	}
	mux.Handle("/", web.New(web.Services{Book: b, Roll: s.roll, Transfer: s.transfer, Count: s.count, Cells: s.cells, Access: s.access, Origin: origin, Clock: config.Clock, Log: log}))
	s.handler = foundAt(origin, mux)
	return s, nil
}

// serve answers on the listener until ctx ends, then lets what is under way finish. Without encryption the line is in the clear.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, encryption *tls.Config) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx }, TLSConfig: encryption,
	}
	done := make(chan error, 1)
	go func() {
		if encryption != nil {
			done <- server.ServeTLS(listener, "", "")
		} else {
			done <- server.Serve(listener)
		}
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil {
		return errors.Join(fmt.Errorf("stop serving: %w", err), server.Close())
	}
	return nil
}
