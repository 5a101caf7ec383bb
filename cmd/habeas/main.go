// Command habeas is the custody register of a prison service: one binary that serves it,
// imports into it, verifies it, and shows what it can do.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // establishments' zones, also on machines without zone files

	"golang.org/x/term"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/words"
)

// store are the flags that say where the book is.
type store struct {
	Data string `default:"habeas-data" type:"path" placeholder:"DIR"`
	DB   string `name:"db" placeholder:"URL"`
}

func (s store) config() book.Config {
	return book.Config{Dir: s.Data, URL: s.DB, Random: rand.Reader}
}

type commands struct {
	Demo         demoCommand         `cmd:""`
	Serve        serveCommand        `cmd:""`
	Import       importCommand       `cmd:""`
	Manifest     manifestCommand     `cmd:""`
	Roll         rollCommand         `cmd:""`
	Count        countCommand        `cmd:""`
	Print        printCommand        `cmd:""`
	EnterForm    enterFormCommand    `cmd:""`
	Allocate     allocateCommand     `cmd:""`
	Verify       verifyCommand       `cmd:""`
	Receipt      receiptCommand      `cmd:""`
	CheckReceipt checkReceiptCommand `cmd:""`
	Witness      witnessCommand      `cmd:""`
	User         userCommand         `cmd:""`
	Monitor      monitorCommand      `cmd:""`
	Device       deviceCommand       `cmd:""`
	Bench        benchCommand        `cmd:""`
	Gallery      galleryCommand      `cmd:""`
	Version      versionCommand      `cmd:""`
}

// terminal is what a command reads and writes; tests own it.
type terminal struct {
	in          io.Reader
	out, err    io.Writer
	words       *words.Speaker
	clock       func() time.Time
	interactive bool // somebody sits at it and can be asked
}

// Exit codes beside 0: 1 when what was asked for is not so (a verification found
// something, a row was refused), 2 when it could not be done.
const (
	exitFound  = 1
	exitFailed = 2
)

// errFound says that the command did its work and the answer is bad; it has been printed.
var errFound = errors.New("problems were found")

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	t := &terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, words: words.FromEnvironment(os.Getenv), clock: time.Now,
		interactive: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd()))}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	parsed, err := t.parse(os.Args[1:])
	if err != nil {
		return t.fail(err)
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(t); err != nil {
		return t.fail(err)
	}
	return 0
}

// version is set when the binary is built for release.
var version = "development"

type versionCommand struct{}

func (versionCommand) Run(t *terminal) error {
	_, err := fmt.Fprintln(t.out, "habeas", version)
	return err
}
