package seal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// WitnessServer is a witness: it cosigns the checkpoints of the logs that it knows, each only if it continues the last one
// that it cosigned (https://c2sp.org/tlog-witness). It answers POST /add-checkpoint, and remembers through its state
// file what it has cosigned. It may serve many requests at once.
type WitnessServer struct {
	cosigner cosigner
	logs     map[string][]note.Verifier // by origin

	mu    sync.Mutex // held from the check against the state until the new state is on disk
	state *witnessState
}

// NewWitnessServer starts a witness. Its private key is one that NewSigner made, under the witness's name, and serves
// for nothing else. It cosigns for the logs whose verifier keys are given; a log may have several keys under one origin.
// The state file is one that CreateWitnessState made: a witness that forgets what it cosigned would cosign a fork, so a
// missing or damaged file is an error (fs.ErrNotExist, ErrMalformed) and never taken for a new one. Only one witness at a
// time may hold the file. Cosignatures bear the time that now tells.
func NewWitnessServer(privateKey string, logKeys []string, statePath string, now func() time.Time) (*WitnessServer, error) {
	signer, key, err := readPrivateKey(privateKey)
	if err != nil {
		return nil, err
	}
	cosigner, err := newCosigner(signer.Name(), key, now)
	if err != nil {
		return nil, err
	}
	keys, err := readVerifierKeys(logKeys)
	if err != nil {
		return nil, err
	}
	logs := make(map[string][]note.Verifier)
	for _, key := range keys {
		if key.witness {
			return nil, fmt.Errorf("starting a witness: %w: %s is the key of a witness, not of a log", ErrKey, key.Name())
		}
		logs[key.Name()] = append(logs[key.Name()], key)
	}
	state, err := openWitnessState(statePath)
	if err != nil {
		return nil, fmt.Errorf("starting a witness: %w", err)
	}
	return &WitnessServer{cosigner: cosigner, logs: logs, state: state}, nil
}

// VerifierKey returns the public key of the witness's cosignatures, to be given to logs and to whoever checks.
func (w *WitnessServer) VerifierKey() string { return w.cosigner.verifier.String() }

// Close gives up the state file. Requests that come later are refused.
func (w *WitnessServer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state.close()
}

// witnessRefusal is an answer other than a cosignature.
type witnessRefusal struct {
	status int
	why    string
	size   int64 // with status 409: the size that the witness stands at
}

func (r *witnessRefusal) Error() string { return r.why }

// ServeHTTP answers add-checkpoint: 200 with a cosignature, or 400, 403, 404, 409 or 422 as the protocol has it, 405
// for another method, 413 for a body too large, 500 when the state cannot be kept.
func (w *WitnessServer) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/add-checkpoint" {
		http.Error(rw, "this witness answers at /add-checkpoint", http.StatusNotFound)
		return
	}
	if r.Method != http.MethodPost {
		rw.Header().Set("Allow", http.MethodPost)
		http.Error(rw, "add-checkpoint is a POST", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxWitnessBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		http.Error(rw, fmt.Sprintf("a request has at most %d bytes", maxWitnessBody), http.StatusRequestEntityTooLarge)
		return
	case err != nil:
		http.Error(rw, "the request broke off", http.StatusBadRequest)
		return
	}

	line, err := w.addCheckpoint(body)
	var refusal *witnessRefusal
	switch {
	case err == nil:
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(rw, line) // an asker that has gone asks again
	case !errors.As(err, &refusal):
		http.Error(rw, "the witness could not keep its state and has cosigned nothing", http.StatusInternalServerError)
	case refusal.status == http.StatusConflict:
		rw.Header().Set("Content-Type", sizeMediaType)
		rw.WriteHeader(http.StatusConflict)
		fmt.Fprintf(rw, "%d\n", refusal.size)
	default:
		http.Error(rw, refusal.why, refusal.status)
	}
}

// addCheckpoint checks a request and cosigns its checkpoint. It returns a *witnessRefusal when the request is at fault.
func (w *WitnessServer) addCheckpoint(body []byte) (string, error) {
	request, refusal := parseWitnessRequest(body)
	if refusal != nil {
		return "", refusal
	}
	head := request.head
	keys, known := w.logs[head.Origin]
	if !known {
		return "", &witnessRefusal{status: http.StatusNotFound, why: "this witness does not know the log"}
	}
	opened, err := note.Open(request.signed, note.VerifierList(keys...))
	var unsigned *note.UnverifiedNoteError
	var falsified *note.InvalidSignatureError
	switch {
	case errors.As(err, &unsigned), errors.As(err, &falsified):
		return "", &witnessRefusal{status: http.StatusForbidden, why: "the log has not signed the checkpoint"}
	case err != nil:
		return "", badRequest("the checkpoint is not a signed note")
	}
	if request.oldSize > head.Size {
		return "", badRequest("the old size is larger than the checkpoint's")
	}

	w.mu.Lock()
	defer w.mu.Unlock()
	if w.state.closed() {
		return "", errors.New("the witness is closed")
	}
	last := w.state.last(head.Origin)
	if request.oldSize != last.Size || head.Size == last.Size && head.Root != last.Root {
		return "", &witnessRefusal{status: http.StatusConflict, why: "the witness stands elsewhere", size: last.Size}
	}
	if CheckConsistency(request.proof, head.Size, head.Root, last.Size, last.Root) != nil {
		return "", &witnessRefusal{status: http.StatusUnprocessableEntity, why: "the consistency proof does not hold"}
	}
	if head.Size > last.Size {
		if err := w.state.advance(head); err != nil {
			return "", err
		}
	}
	signed, err := note.Sign(&note.Note{Text: opened.Text}, w.cosigner)
	if err != nil {
		return "", fmt.Errorf("cosigning %s at %d leaves: %w", head.Origin, head.Size, err)
	}
	_, line, _ := cutSignatures(signed)
	return string(line), nil
}

// witnessRequest is the body of add-checkpoint.
type witnessRequest struct {
	oldSize int64
	proof   []Hash
	signed  []byte
	head    Checkpoint // read from signed, not verified
}

func badRequest(why string) *witnessRefusal {
	return &witnessRefusal{status: http.StatusBadRequest, why: why}
}

// parseWitnessRequest reads a line "old <size>", up to 63 lines of hashes, an empty line and a signed checkpoint.
func parseWitnessRequest(body []byte) (witnessRequest, *witnessRefusal) {
	lines, signed, found := bytes.Cut(body, []byte("\n\n"))
	if !found {
		return witnessRequest{}, badRequest("the request has no checkpoint")
	}
	fields := strings.Split(string(lines), "\n")
	old, found := strings.CutPrefix(fields[0], "old ")
	size, err := strconv.ParseInt(old, 10, 64)
	if !found || err != nil || size < 0 || old != strconv.FormatInt(size, 10) {
		return witnessRequest{}, badRequest("the request does not begin with an old size")
	}
	if len(fields)-1 > maxProofLines {
		return witnessRequest{}, badRequest("the request has more than 63 proof lines")
	}
	request := witnessRequest{oldSize: size, signed: signed}
	for _, field := range fields[1:] {
		h, err := tlog.ParseHash(field)
		if err != nil {
			return witnessRequest{}, badRequest("a proof line is not a hash")
		}
		request.proof = append(request.proof, h)
	}
	if request.head, err = readHead(signed); err != nil {
		return witnessRequest{}, badRequest("the checkpoint is malformed")
	}
	return request, nil
}

// cosigner signs checkpoints as a witness does, at the time that its clock tells. (torchwood's own signer reads the
// system's clock; the format and the check are torchwood's.)
type cosigner struct {
	key      ed25519.PrivateKey
	verifier *torchwood.CosignatureVerifier
	now      func() time.Time
}

func newCosigner(name string, key ed25519.PrivateKey, now func() time.Time) (cosigner, error) {
	signer, err := torchwood.NewCosignatureSigner(name, key)
	if err != nil {
		return cosigner{}, fmt.Errorf("loading the key of witness %s: %w", name, ErrKey)
	}
	return cosigner{key: key, verifier: signer.Verifier(), now: now}, nil
}

func (c cosigner) Name() string    { return c.verifier.Name() }
func (c cosigner) KeyHash() uint32 { return c.verifier.KeyHash() }

// Sign returns the timestamped signature of https://c2sp.org/tlog-cosignature.
func (c cosigner) Sign(text []byte) ([]byte, error) {
	seconds := c.now().Unix()
	if seconds < 0 {
		return nil, errors.New("the clock stands before 1970")
	}
	message := fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", seconds, text)
	signature := append(binary.BigEndian.AppendUint64(nil, uint64(seconds)), ed25519.Sign(c.key, message)...)
	if !c.verifier.Verify(text, signature) {
		return nil, errors.New("the cosignature does not hold")
	}
	return signature, nil
}
