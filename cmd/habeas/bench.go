package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/pprof"
	"slices"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

type benchCommand struct {
	Moves    benchMovesCommand    `cmd:""`
	Admit    benchAdmitCommand    `cmd:""`
	Roll     benchRollCommand     `cmd:""`
	Pages    benchPagesCommand    `cmd:""`
	Officers benchOfficersCommand `cmd:""`
	Search   benchSearchCommand   `cmd:""`
	Count    benchCountCommand    `cmd:""`
	Allocate benchAllocateCommand `cmd:""`
}

// benchStore is a throw-away book for a benchmark.
type benchStore struct {
	Data string `env:"HABEAS_BENCH_DATA" type:"path" placeholder:"DIR"`
	DB   string `name:"db" env:"HABEAS_BENCH_DB" placeholder:"URL"`
	JSON bool   `name:"json"`
	// Profile is for whoever wants to know where the time goes.
	Profile string `env:"HABEAS_BENCH_PROFILE" type:"path" placeholder:"FILE"`
}

// open opens a service in an empty folder, with the officials and places benchmarks need.
func (b benchStore) open(ctx context.Context, cells, seats int) (_ *bench, err error) {
	dir := b.Data
	gone := func() error { return nil }
	stop, err := b.profile()
	if err != nil {
		return nil, err
	}
	if dir == "" {
		if dir, err = os.MkdirTemp("", "habeas-bench-"); err != nil {
			return nil, err
		}
		gone = func() error { return os.RemoveAll(dir) }
	}
	s, err := openService(ctx, book.Config{Dir: dir, URL: b.DB, Random: rand.Reader})
	if err != nil {
		return nil, errors.Join(err, gone())
	}
	w := &bench{service: s, dir: dir, gone: func() error { return errors.Join(stop(), gone()) }}
	if s.book.Size() > 0 {
		return nil, errors.Join(errors.New("bench: the book is not empty"), w.close())
	}
	if err := w.prepare(ctx, cells, seats); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// profile starts the CPU profile, if one is asked for; the returned function ends it.
func (b benchStore) profile() (stop func() error, err error) {
	if b.Profile == "" {
		return func() error { return nil }, nil
	}
	f, err := os.OpenFile(b.Profile, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error { pprof.StopCPUProfile(); return f.Close() }, nil
}

// bench is a service under measurement.
type bench struct {
	*service
	dir    string
	gone   func() error
	tokens []string
	homes  map[string]string // cell of each whom fill has put in one
}

func (w *bench) prepare(ctx context.Context, cells, seats int) error {
	places := []custody.Place{
		{Code: "A", Name: "A", Kind: custody.Establishment}, {Code: "A-REC", Name: "A", Kind: custody.Reception, Parent: "A"},
		{Code: "B", Name: "B", Kind: custody.Establishment}, {Code: "B-REC", Name: "B", Kind: custody.Reception, Parent: "B"},
	}
	for i := range cells {
		places = append(places, custody.Place{Code: benchCell(i), Name: "A", Kind: custody.Cell, Parent: "A", FloorArea: 340 * seats, Certified: custody.CertifiedByArea(340 * seats)})
	}
	for chunk := range slices.Chunk(places, 1000) {
		if _, err := w.roll.OpenPlaces(ctx, console, chunk); err != nil {
			return err
		}
	}
	for _, name := range []string{"bench1", "bench2"} {
		if _, err := w.roll.Appoint(ctx, console, custody.Official{Name: name, FullName: name, Roles: []custody.Role{custody.ReceptionOfficer, custody.EscortCommander, custody.DutyManager}}); err != nil {
			return err
		}
		password := newPassword()
		if err := w.access.SetPassword(ctx, name, password); err != nil {
			return err
		}
		token, _, err := w.access.SignIn(ctx, name, password, "bench")
		if err != nil {
			return err
		}
		w.tokens = append(w.tokens, token)
	}
	return nil
}

func benchCell(i int) string { return fmt.Sprintf("A-C%04d", i) }

// serve answers on a loopback port until the returned function is called.
func (w *bench) serve(ctx context.Context) (address string, stop func() error, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	serving, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- serve(serving, listener, w.handler, nil) }()
	return listener.Addr().String(), func() error { cancel(); return <-done }, nil
}

func (w *bench) close() error { return errors.Join(w.book.Close(), w.gone()) }

// quantile of sorted or unsorted durations, in milliseconds.
func quantile(list []time.Duration, q float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	if len(sorted) == 0 {
		return 0
	}
	return milliseconds(sorted[min(len(sorted)-1, int(q*float64(len(sorted))))])
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}
