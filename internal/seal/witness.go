package seal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// What a witness may answer instead of cosigning.
var (
	// ErrUnknownLog: the witness does not watch over a log of this origin; its operator has to be asked.
	ErrUnknownLog = errors.New("witness does not know this log")
	// ErrForked: the witness has cosigned another history than the one that it was shown. This is an alarm: entries were
	// lost, taken away or rewritten, or two copies of the book go on under one name.
	ErrForked = errors.New("witness has cosigned another history of this log")
	// ErrWitness: the witness could not be reached, failed, or did not answer as the protocol has it.
	ErrWitness = errors.New("witness did not cosign")
)

// SizeError says that a witness was asked to go on from another size than it stands at. Its Size is the witness's word,
// not proven by anything.
type SizeError struct{ Size int64 }

func (e *SizeError) Error() string {
	return fmt.Sprintf("witness stands at %d leaves", e.Size)
}

// Witness is an outside party that cosigns a log's checkpoints, each only if it continues the one before.
type Witness struct {
	URL         string // its submission prefix, to which "/add-checkpoint" is appended
	VerifierKey string // of its cosignatures
}

const (
	maxWitnessBody   = 1 << 15 // bytes of a request: 63 hashes and a checkpoint
	maxWitnessAnswer = 1 << 14 // bytes of an answer
	maxProofLines    = 63      // as the protocol has it

	sizeMediaType = "text/x.tlog.size"
)

// AskWitness shows a witness a signed checkpoint, with the proof that it continues the log from oldSize, the size that the
// witness stands at, and returns its cosignature: one line, checked, ending in a newline
// (https://c2sp.org/tlog-witness). The client brings its own time limit, as may ctx.
//
// Errors: *SizeError when the witness stands at another size, with which to ask again; ErrForked, ErrUnknownLog, ErrProof,
// ErrWrongKey when the witness does not take the log's signature, ErrKey, ErrMalformed, ErrWitness.
func AskWitness(ctx context.Context, client *http.Client, witness Witness, oldSize int64, signedCheckpoint []byte, consistency []Hash) (string, error) {
	key, err := readVerifierKey(witness.VerifierKey)
	if err != nil {
		return "", err
	}
	if !key.witness {
		return "", fmt.Errorf("asking witness %s: %w: it is the key of a log, not of a witness", key.Name(), ErrKey)
	}
	head, err := readHead(signedCheckpoint)
	if err != nil {
		return "", err
	}
	if oldSize < 0 || oldSize > head.Size || len(consistency) > maxProofLines {
		return "", fmt.Errorf("asking witness %s to go from %d to %d leaves: %w", key.Name(), oldSize, head.Size, ErrSize)
	}
	var body bytes.Buffer
	fmt.Fprintf(&body, "old %d\n", oldSize)
	for _, h := range consistency {
		fmt.Fprintf(&body, "%s\n", h)
	}
	body.WriteString("\n")
	body.Write(signedCheckpoint)

	status, mediaType, answer, err := postToWitness(ctx, client, witness.URL, body.Bytes())
	if err != nil {
		return "", fmt.Errorf("asking witness %s: %w: %w", key.Name(), ErrWitness, err)
	}
	refused := func(why error) (string, error) {
		return "", fmt.Errorf("asking witness %s to cosign %s at %d leaves: %w", key.Name(), head.Origin, head.Size, why)
	}
	switch status {
	case http.StatusOK:
		line, err := pickCosignature(signedCheckpoint, answer, key)
		if err != nil {
			return refused(err)
		}
		return line, nil
	case http.StatusConflict:
		size, err := readWitnessSize(mediaType, answer)
		switch {
		case err != nil:
			return refused(err)
		case size == head.Size && size == oldSize: // it stands where we do, so it is the root that differs
			return refused(ErrForked)
		case size == oldSize:
			return refused(fmt.Errorf("%w: it stands where it was said to stand, and would not go on", ErrWitness))
		}
		return refused(&SizeError{Size: size})
	case http.StatusNotFound:
		return refused(ErrUnknownLog)
	case http.StatusForbidden:
		return refused(ErrWrongKey)
	case http.StatusUnprocessableEntity:
		return refused(ErrProof)
	}
	return refused(fmt.Errorf("%w: it answered with status %d", ErrWitness, status))
}

// Cosign obtains a witness's cosignature on a signed checkpoint. The witness is believed to stand at known leaves, 0 when
// nothing is known; when it says otherwise it is asked once more, from where it stands. The proofs are made with
// read. Errors are those of AskWitness, but for *SizeError, which comes only from a witness that moves on meanwhile, and
// for ErrForked, which also comes from one that is ahead of this log, and (with ErrProof) from one that refuses the proof:
// it was made from this log's own hashes, so what the witness has cosigned is no beginning of this log.
func Cosign(ctx context.Context, client *http.Client, witness Witness, known int64, signedCheckpoint []byte, read NodeReader) (string, error) {
	head, err := readHead(signedCheckpoint)
	if err != nil {
		return "", err
	}
	ask := func(from int64) (string, error) {
		proof, err := ProveConsistency(ctx, from, head.Size, read)
		if err != nil {
			return "", err
		}
		line, err := AskWitness(ctx, client, witness, from, signedCheckpoint, proof)
		if errors.Is(err, ErrProof) {
			err = fmt.Errorf("%w: %w", ErrForked, err)
		}
		return line, err
	}
	if known < 0 || known > head.Size {
		known = 0
	}
	line, err := ask(known)
	var other *SizeError
	if !errors.As(err, &other) {
		return line, err
	}
	if other.Size > head.Size {
		return "", fmt.Errorf("asking %s to cosign %s: %w: it has %d leaves, this log has %d", witness.URL, head.Origin, ErrForked, other.Size, head.Size)
	}
	return ask(other.Size)
}

// postToWitness posts a body and reads the bounded answer.
func postToWitness(ctx context.Context, client *http.Client, url string, body []byte) (status int, mediaType string, answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(url, "/")+"/add-checkpoint", bytes.NewReader(body))
	if err != nil {
		return 0, "", nil, err
	}
	request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	response, err := client.Do(request)
	if err != nil {
		return 0, "", nil, err
	}
	defer func() { _ = response.Body.Close() }() // it is only read
	answer, err = io.ReadAll(io.LimitReader(response.Body, maxWitnessAnswer+1))
	if err != nil {
		return 0, "", nil, err
	}
	if len(answer) > maxWitnessAnswer {
		return 0, "", nil, fmt.Errorf("it answered with more than %d bytes", maxWitnessAnswer)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), answer, nil
}

// readWitnessSize reads the size that a witness stands at from its answer of conflict.
func readWitnessSize(mediaType string, answer []byte) (int64, error) {
	text, ended := strings.CutSuffix(string(answer), "\n")
	size, err := strconv.ParseInt(text, 10, 64)
	mediaType, _, _ = mime.ParseMediaType(mediaType) // a header that cannot be read gives ""
	if mediaType != sizeMediaType || !ended || err != nil || size < 0 || size > MaxSize || text != strconv.FormatInt(size, 10) {
		return 0, fmt.Errorf("%w: its answer of conflict does not say at which size it stands", ErrWitness)
	}
	return size, nil
}

// pickCosignature finds the witness's own signature among the lines of its answer, and checks it. Lines by other keys
// are passed over.
func pickCosignature(signedCheckpoint, answer []byte, key verifierKey) (string, error) {
	text, _, _ := cutSignatures(signedCheckpoint)
	opened, err := note.Open(bytes.Join([][]byte{text, answer}, []byte("\n")), note.VerifierList(key))
	if err != nil || len(opened.Sigs) != 1 {
		return "", fmt.Errorf("%w: its cosignature does not hold", ErrWitness)
	}
	return signatureLine(opened.Sigs[0]), nil
}

func signatureLine(sig note.Signature) string {
	return fmt.Sprintf("— %s %s\n", sig.Name, sig.Base64)
}

// AddCosignatures adds cosignature lines to a signed checkpoint. A line takes the place of an older one by the same key. The
// lines are not checked; AskWitness has done so. The error is ErrMalformed.
func AddCosignatures(signedCheckpoint []byte, lines ...string) ([]byte, error) {
	opened, err := openUnverified(signedCheckpoint)
	if err != nil {
		return nil, err
	}
	text, _, _ := cutSignatures(signedCheckpoint)
	for _, line := range lines {
		added, err := openUnverified([]byte(string(text) + "\n" + line))
		if err != nil {
			return nil, err
		}
		for _, sig := range added.UnverifiedSigs {
			replaced := false
			for i, old := range opened.UnverifiedSigs {
				if old.Name == sig.Name && old.Hash == sig.Hash {
					opened.UnverifiedSigs[i], replaced = sig, true
				}
			}
			if !replaced {
				opened.UnverifiedSigs = append(opened.UnverifiedSigs, sig)
			}
		}
	}
	var signed bytes.Buffer
	signed.Write(text)
	signed.WriteString("\n")
	for _, sig := range opened.UnverifiedSigs {
		signed.WriteString(signatureLine(sig))
	}
	if signed.Len() > maxCheckpoint {
		return nil, fmt.Errorf("adding cosignatures: %w: the checkpoint would have %d bytes, at most %d are read", ErrMalformed, signed.Len(), maxCheckpoint)
	}
	return signed.Bytes(), nil
}

// openUnverified reads a note's signatures without checking any of them.
func openUnverified(signed []byte) (*note.Note, error) {
	if _, err := readHead(signed); err != nil {
		return nil, err
	}
	_, err := note.Open(signed, nil)
	var unverified *note.UnverifiedNoteError
	if !errors.As(err, &unverified) {
		return nil, fmt.Errorf("reading the signatures of a checkpoint: %w", ErrMalformed)
	}
	return unverified.Note, nil
}
