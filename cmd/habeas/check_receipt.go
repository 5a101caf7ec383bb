package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/seal"
)

type checkReceiptCommand struct {
	File    string   `arg:""`
	Key     string   `required:""`
	Witness []string `env:"HABEAS_WITNESS_KEY" placeholder:"KEY"`
	JSON    bool     `name:"json"`
}

// Run checks a receipt; exit 1 when it does not hold, 2 when it cannot be checked, as with
// a key that is none.
func (c *checkReceiptCommand) Run(t *terminal) error {
	var text []byte
	var err error
	if c.File == "-" {
		text, err = io.ReadAll(io.LimitReader(t.in, 2*seal.MaxReceipt))
	} else {
		text, err = readBounded(c.File, 2*seal.MaxReceipt)
	}
	if err != nil {
		return fmt.Errorf("read the receipt: %w", err)
	}
	checked, err := seal.CheckReceipt(asWritten(text), c.Key, seal.Quorum{Keys: c.Witness, Needed: len(c.Witness)})
	if errors.Is(err, seal.ErrKey) {
		return c.faultOfKey()
	}
	if err != nil {
		code := whyNot(err)
		origin, key := originOf(text), nameOf(c.Key)
		if code == "wrong-key" && origin == key {
			code = "wrong-key-same-name"
		}
		why := t.words.Say("receipt."+code, map[string]any{"origin": origin, "key": key, "witnesses": strings.Join(namesOf(c.Witness), ", ")})
		if c.JSON {
			return errors.Join(printJSON(t, map[string]any{"valid": false, "code": code, "problem": why}), errFound)
		}
		fmt.Fprintln(t.out, t.words.Say("cli.receipt-bad", map[string]any{"why": why}))
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
	fmt.Fprintln(t.out, t.words.Say("cli.receipt-good", map[string]any{"number": checked.Number, "origin": checked.Checkpoint.Origin}))
	if len(checked.Cosigners) > 0 {
		fmt.Fprintln(t.out, t.words.Say("cli.receipt-witnessed", map[string]any{"witnesses": strings.Join(checked.Cosigners, ", ")}))
	}
	_, err = fmt.Fprintf(t.out, "%s  %s  %s  %s\n", e.Happened.Format(time.RFC3339), t.words.Say("kind."+dashes(string(e.Kind)), nil), e.Person, e.Place)
	return err
}

// asWritten undoes what mail and editors do to a text: the line ends of Windows, a mark of
// byte order, blank lines around it. What a receipt says is not touched.
func asWritten(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	text = bytes.Trim(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), "\n")
	return append(text, '\n')
}

// faultOfKey says which of the keys given is none.
func (c *checkReceiptCommand) faultOfKey() error {
	if _, _, err := seal.OpenCheckpoint(nil, c.Key); errors.Is(err, seal.ErrKey) {
		return faulty("key-malformed")
	}
	for i, key := range c.Witness {
		if _, _, err := seal.OpenCheckpoint(nil, key); errors.Is(err, seal.ErrKey) {
			return faulty("witness-key-malformed", "number", fmt.Sprint(i+1))
		}
	}
	return faulty("key-of-other-sort")
}

// whyNot is the code of what is wrong with a receipt, under which the catalogue says it.
func whyNot(err error) string {
	for _, why := range []struct {
		is   error
		code string
	}{
		{seal.ErrWrongKey, "wrong-key"}, {seal.ErrSignature, "signature"}, {seal.ErrCommitment, "commitment"},
		{seal.ErrProof, "proof"}, {seal.ErrQuorum, "quorum"},
	} {
		if errors.Is(err, why.is) {
			return why.code
		}
	}
	return "malformed"
}

// originOf is the name of the log that a receipt says it is of: the first line of its
// checkpoint. It is not checked.
func originOf(text []byte) string {
	_, checkpoint, _ := strings.Cut(string(asWritten(text)), "\n\n")
	origin, _, _ := strings.Cut(checkpoint, "\n")
	return origin[:min(len(origin), 255)]
}

// nameOf is the name in a verifier key.
func nameOf(key string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(key), "+")
	return name
}

func namesOf(keys []string) []string {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = nameOf(key)
	}
	return names
}

func readBounded(path string, limit int64) (_ []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(io.LimitReader(f, limit))
}

func dashes(kind string) string { return strings.ReplaceAll(kind, ".", "-") }
