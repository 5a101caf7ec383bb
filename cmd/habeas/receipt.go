package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/seal"
)

type receiptCommand struct {
	store
	Entry  int64  `help:"Number of the entry." default:"-1"`
	Person string `help:"Prison number: the receipt of the person's newest admission."`
	Out    string `help:"File to write; standard output by default." type:"path" placeholder:"FILE"`
	QR     string `name:"qr" help:"Also write the receipt as a QR code, a PNG file." type:"path" placeholder:"FILE"`
}

// Run writes a receipt that anybody can check offline.
func (c *receiptCommand) Run(ctx context.Context, t *terminal) (err error) {
	config := c.config()
	config.ReadOnly = true
	b, err := book.Open(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	number := c.Entry
	if c.Person != "" {
		if number, err = admissionOf(ctx, b, c.Person); err != nil {
			return err
		}
	}
	if number < 0 {
		return errors.New("receipt: say which, with --entry NUMBER or --person PRISONNUMBER")
	}
	receipts, err := b.Sealed(ctx, []int64{number})
	if err != nil {
		return err
	}
	head, _, err := seal.OpenCheckpoint(receipts[0].Checkpoint, b.VerifierKey())
	if err != nil {
		return err
	}
	// With the cosignatures that witnesses have given this very checkpoint.
	if receipts[0].Checkpoint, err = b.CheckpointOf(ctx, head.Size); err != nil {
		return err
	}
	text, err := seal.FormatReceipt(receipts[0])
	if err != nil {
		return err
	}
	if c.QR != "" {
		png, err := seal.ReceiptQR(text)
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.QR, png, 0o600); err != nil {
			return fmt.Errorf("write the QR code: %w", err)
		}
	}
	if c.Out == "" {
		_, err = t.out.Write(text)
		return err
	}
	if err := os.WriteFile(c.Out, text, 0o600); err != nil {
		return fmt.Errorf("write the receipt: %w", err)
	}
	return nil
}

// admissionOf walks a person's chain back to the newest admission.
func admissionOf(ctx context.Context, b *book.Book, person string) (int64, error) {
	number, err := custody.ParsePrisonNumber(person)
	if err != nil {
		return 0, err
	}
	before := int64(-1)
	for {
		chain, err := b.Chain(ctx, number, before, 500)
		if err != nil {
			return 0, err
		}
		for _, s := range chain {
			e, err := custody.DecodeEntry(s.Body)
			if err != nil {
				return 0, err
			}
			if e.Kind == custody.PersonAdmitted || e.Kind == custody.PersonUnlisted {
				return e.Number, nil
			}
			if e.Previous == nil {
				return 0, fmt.Errorf("%s: no admission in the chain of custody: %w", number, book.ErrNotFound)
			}
			before = *e.Previous
		}
		if len(chain) == 0 {
			return 0, fmt.Errorf("%s: no admission in the chain of custody: %w", number, book.ErrNotFound)
		}
	}
}

type checkReceiptCommand struct {
	File    string   `arg:"" help:"Receipt file; - for standard input."`
	Key     string   `help:"Verifier key of the log, as published by the service (/log/key)." required:""`
	Witness []string `help:"Verifier key of a witness that must have cosigned; may be repeated."`
	JSON    bool     `name:"json" help:"Print JSON."`
}

// Run checks a receipt; exit 1 when it does not hold.
func (c *checkReceiptCommand) Run(t *terminal) error {
	var text []byte
	var err error
	if c.File == "-" {
		text, err = io.ReadAll(io.LimitReader(t.in, seal.MaxReceipt+1))
	} else {
		text, err = readBounded(c.File, seal.MaxReceipt+1)
	}
	if err != nil {
		return fmt.Errorf("read the receipt: %w", err)
	}
	checked, err := seal.CheckReceipt(text, c.Key, seal.Quorum{Keys: c.Witness, Needed: len(c.Witness)})
	if err != nil {
		fmt.Fprintln(t.out, t.words.Say("cli.receipt-bad", map[string]any{"why": err.Error()}))
		return errFound
	}
	e, err := custody.DecodeEntry(checked.Entry)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, map[string]any{"valid": true, "number": checked.Number, "origin": checked.Checkpoint.Origin, "size": checked.Checkpoint.Size,
			"witnesses": checked.Cosigners, "entry": e})
	}
	_, err = fmt.Fprintf(t.out, "%s\n%s\n", t.words.Say("cli.receipt-good", map[string]any{"number": checked.Number, "origin": checked.Checkpoint.Origin}),
		fmt.Sprintf("%s  %s  %s  %s", e.Happened.Format(time.RFC3339), t.words.Say("kind."+dashes(string(e.Kind)), nil), e.Person, e.Place))
	return err
}

func readBounded(path string, limit int64) (_ []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(io.LimitReader(f, limit))
}

func dashes(kind string) string {
	b := []byte(kind)
	for i := range b {
		if b[i] == '.' {
			b[i] = '-'
		}
	}
	return string(b)
}
