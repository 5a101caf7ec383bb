package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/seal"
)

type receiptCommand struct {
	store
	Entry  int64 `default:"-1"`
	Person string
	Out    string `type:"path" placeholder:"FILE"`
	QR     string `name:"qr" type:"path" placeholder:"FILE"`
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
		return faulty("receipt-of-what")
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
		png, err := seal.QR(text)
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
				return 0, faulty("receipt-no-admission", "person", number)
			}
			before = *e.Previous
		}
		if len(chain) == 0 {
			return 0, faulty("receipt-no-admission", "person", number)
		}
	}
}
