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

	"github.com/alecthomas/kong"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/sheet"
	"habeas.example/habeas/internal/words"
)

// store are the flags that say where the book is.
type store struct {
	Data string `help:"Data folder." default:"habeas-data" type:"path" placeholder:"DIR"`
	DB   string `name:"db" help:"PostgreSQL connection string; without it the book is an SQLite file in the data folder." placeholder:"URL"`
}

func (s store) config() book.Config {
	return book.Config{Dir: s.Data, URL: s.DB, Random: rand.Reader}
}

type commands struct {
	Demo         demoCommand         `cmd:"" help:"Invent a service, play two transfers of 2,000 people through the API, and serve it."`
	Serve        serveCommand        `cmd:"" help:"Serve the pages, the API and the log."`
	Import       importCommand       `cmd:"" help:"Import places or people from a file as offices make them."`
	Roll         rollCommand         `cmd:"" help:"Print the roll, now or as it was."`
	Verify       verifyCommand       `cmd:"" help:"Rebuild everything from the book and compare it byte for byte."`
	Receipt      receiptCommand      `cmd:"" help:"Write the receipt of an entry, or of a person's admission."`
	CheckReceipt checkReceiptCommand `cmd:"" help:"Check a receipt with no database and no network."`
	Witness      witnessCommand      `cmd:"" help:"Run a witness that cosigns logs of other services."`
	User         userCommand         `cmd:"" help:"Appoint an official and set a password."`
	Bench        benchCommand        `cmd:"" help:"Measure against the bare engine on this machine."`
	Version      versionCommand      `cmd:"" help:"Print the version."`
}

// terminal is what a command reads and writes; tests own it.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	words    *words.Speaker
	clock    func() time.Time
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
	t := &terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, words: words.FromEnvironment(os.Getenv), clock: time.Now}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	var c commands
	parser, err := kong.New(&c, kong.Name("habeas"), kong.DefaultEnvars("HABEAS"), kong.UsageOnError(),
		kong.Description("The custody register: who is held, where, on whose authority, in whose hands. Every flag can also be set as HABEAS_FLAG."))
	if err != nil {
		return t.fail(err)
	}
	parsed, err := parser.Parse(os.Args[1:])
	if err != nil {
		parser.FatalIfErrorf(err)
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(t); err != nil {
		return t.fail(err)
	}
	return 0
}

// fail says an error in the user's language and returns the exit code.
func (t *terminal) fail(err error) int {
	if errors.Is(err, errFound) {
		return exitFound
	}
	fmt.Fprintln(t.err, "habeas: "+t.explain(err))
	return exitFailed
}

// explain turns an error into what was refused and what would mend it.
func (t *terminal) explain(err error) string {
	if r, ok := custody.RefusalOf(err); ok {
		return t.words.Say("refusal."+r.Code, params(r)) + " " + t.words.Say("mend."+r.Code, params(r))
	}
	if r := (*sheet.Refusal)(nil); errors.As(err, &r) {
		p := map[string]any{"column": r.Column}
		for k, v := range r.Params {
			p[k] = v
		}
		return t.words.Say("file."+r.Code, p)
	}
	if errors.Is(err, book.ErrInUse) {
		return err.Error() + ". " + t.words.Say("cli.in-use-mend", nil)
	}
	return err.Error()
}

func params(r *custody.Refusal) map[string]any {
	m := make(map[string]any, len(r.Params))
	for k, v := range r.Params {
		m[k] = v
	}
	return m
}

// version is set when the binary is built for release.
var version = "development"

type versionCommand struct{}

func (versionCommand) Run(t *terminal) error {
	_, err := fmt.Fprintln(t.out, "habeas", version)
	return err
}
