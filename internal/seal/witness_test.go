package seal_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/torchwood"
	formatslog "github.com/transparency-dev/formats/log"
	formatsnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"habeas.example/habeas/internal/seal"
)

const witnessName = "monitor.example/witness"

// clock stands still at an invented instant.
func clock() time.Time { return time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC) }

func newState(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "witness.json")
	if err := seal.CreateWitnessState(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func startWitness(t testing.TB, path string, logKeys ...string) *seal.WitnessServer {
	t.Helper()
	witness, err := seal.NewWitnessServer(newKey(t, witnessName, 77), logKeys, path, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { witness.Close() })
	return witness
}

func newWitness(t testing.TB, logKeys ...string) *seal.WitnessServer {
	t.Helper()
	return startWitness(t, newState(t), logKeys...)
}

func privateKeyOf(t testing.TB, private string) ed25519.PrivateKey {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.SplitN(private, "+", 5)[4])
	if err != nil {
		t.Fatal(err)
	}
	return ed25519.NewKeyFromSeed(key[1:])
}

// reach serves a witness on the local machine and says how to ask it.
func reach(t testing.TB, handler http.Handler, verifierKey string) (*http.Client, seal.Witness) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.Client(), seal.Witness{URL: server.URL + "/", VerifierKey: verifierKey}
}

// cosigned returns a checkpoint of a log with the witness's cosignature added.
func cosigned(t testing.TB, witness *seal.WitnessServer, l *memoryLog, signed []byte) []byte {
	t.Helper()
	client, at := reach(t, witness, witness.VerifierKey())
	line, err := seal.Cosign(t.Context(), client, at, 0, signed, l.read)
	if err != nil {
		t.Fatal(err)
	}
	both, err := seal.AddCosignatures(signed, line)
	if err != nil {
		t.Fatal(err)
	}
	return both
}

func TestHonestGrowthIsCosigned(t *testing.T) {
	signer, l := newSigner(t, origin, 1), newLog(0)
	path := newState(t)
	witness := startWitness(t, path, signer.VerifierKey())
	client, at := reach(t, witness, witness.VerifierKey())
	known := int64(0)
	for _, grow := range []int{0, 1, 0, 6, 250, 1000} {
		for range grow {
			l.append([]byte("entry"))
		}
		size := l.tree.Size()
		signed := sign(t, signer, size, l.tree.Root())
		line, err := seal.Cosign(t.Context(), client, at, known, signed, l.read)
		if err != nil {
			t.Fatalf("from %d to %d: %v", known, size, err)
		}
		both, err := seal.AddCosignatures(signed, line)
		if err != nil {
			t.Fatal(err)
		}
		head, cosigners, err := seal.OpenCheckpoint(both, signer.VerifierKey(), witness.VerifierKey())
		if err != nil || head.Size != size || len(cosigners) != 1 || cosigners[0] != witnessName {
			t.Fatalf("opened as %+v, %v, %v", head, cosigners, err)
		}
		known = size
	}

	// A witness asked from nowhere says where it stands, and is asked again.
	l.append([]byte("one more"))
	if _, err := seal.Cosign(t.Context(), client, at, 0, sign(t, signer, l.tree.Size(), l.tree.Root()), l.read); err != nil {
		t.Errorf("asked from nowhere: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the state file has mode %v", info.Mode())
	}
}

func TestCosignatureIsReadByAll(t *testing.T) {
	signer, l := newSigner(t, origin, 1), newLog(300)
	witness := newWitness(t, signer.VerifierKey())
	both := cosigned(t, witness, l, sign(t, signer, 300, l.tree.Root()))

	logVerifier, err := note.NewVerifier(signer.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := torchwood.NewCosignatureVerifier(witness.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	policy := torchwood.ThresholdPolicy(3, torchwood.OriginPolicy(origin), torchwood.SingleVerifierPolicy(logVerifier), torchwood.SingleVerifierPolicy(theirs))
	_, opened, err := torchwood.VerifyCheckpoint(both, policy)
	if err != nil {
		t.Fatalf("torchwood refuses: %v", err)
	}
	if seconds, err := torchwood.CosignatureTimestamp(opened.Sigs[1]); err != nil || seconds != clock().Unix() {
		t.Errorf("torchwood reads the time %d, %v", seconds, err)
	}
	other, err := formatsnote.NewVerifierForCosignatureV1(witness.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	_, _, read, err := formatslog.ParseCheckpoint(both, origin, logVerifier, other)
	if err != nil || len(read.Sigs) != 2 {
		t.Fatalf("transparency-dev/formats refuses: %v", err)
	}
	if when, err := formatsnote.CoSigV1Timestamp(read.Sigs[1]); err != nil || !when.Equal(clock()) {
		t.Errorf("transparency-dev/formats reads the time %v, %v", when, err)
	}

	// A receipt with that checkpoint shows the witness to whoever knows it.
	text := format(t, receiptOf(t, l, 123, both))
	checked, err := seal.CheckReceipt(text, signer.VerifierKey(), seal.Quorum{Keys: []string{witness.VerifierKey()}, Needed: 1})
	if err != nil || len(checked.Cosigners) != 1 || checked.Cosigners[0] != witnessName {
		t.Errorf("%+v, %v", checked, err)
	}
	stranger, err := seal.CheckReceipt(text, signer.VerifierKey(), seal.Quorum{})
	if err != nil || len(stranger.Cosigners) != 0 {
		t.Errorf("to a stranger: %+v, %v", stranger, err)
	}

	// The same key under another name is not another witness.
	twin, err := torchwood.NewCosignatureSigner("twin.example", privateKeyOf(t, newKey(t, witnessName, 77)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := seal.CheckReceipt(text, signer.VerifierKey(), seal.Quorum{Keys: []string{witness.VerifierKey(), twin.Verifier().String()}, Needed: 1}); !errors.Is(err, seal.ErrKey) {
		t.Errorf("one key under two names gives %v", err)
	}
}

func TestRollbackAndForkAreRefused(t *testing.T) {
	signer := newSigner(t, origin, 1)
	path := newState(t)
	witness := startWitness(t, path, signer.VerifierKey())
	client, at := reach(t, witness, witness.VerifierKey())
	honest, fork := newLog(100), newLog(50)
	for range 100 {
		fork.append([]byte("another history"))
	}
	ask := func(known int64, l *memoryLog, size int64) error {
		t.Helper()
		_, err := seal.Cosign(t.Context(), client, at, known, sign(t, signer, size, l.root(t, size)), l.read)
		return err
	}
	if err := ask(0, honest, 60); err != nil {
		t.Fatal(err)
	}
	attacks := func() {
		t.Helper()
		for what, err := range map[string]error{
			"rollback from nowhere":       ask(0, honest, 40),
			"rollback to nothing":         ask(0, honest, 0),
			"rollback that knows":         ask(60, honest, 40),
			"fork at the same size":       ask(60, fork, 60),
			"fork at the size, unknowing": ask(0, fork, 60),
			"fork that has grown":         ask(60, fork, 150),
			"fork that grew, unknowing":   ask(0, fork, 150),
			"fork from before it parted":  ask(50, fork, 150),
		} {
			if !errors.Is(err, seal.ErrForked) {
				t.Errorf("%s gives %v", what, err)
			}
		}
	}
	attacks()
	if err := ask(60, honest, 60); err != nil {
		t.Errorf("the same head again: %v", err)
	}

	// What it remembers outlives it.
	if err := witness.Close(); err != nil {
		t.Fatal(err)
	}
	if err := ask(60, honest, 70); !errors.Is(err, seal.ErrWitness) {
		t.Errorf("a closed witness gives %v", err)
	}
	witness = startWitness(t, path, signer.VerifierKey())
	client, at = reach(t, witness, witness.VerifierKey())
	attacks()
	if err := ask(60, honest, 100); err != nil {
		t.Errorf("honest growth after a restart: %v", err)
	}
}

// request writes the body of add-checkpoint by hand.
func request(old string, proof []seal.Hash, signed []byte) string {
	var body strings.Builder
	body.WriteString(old + "\n")
	for _, h := range proof {
		body.WriteString(h.String() + "\n")
	}
	return body.String() + "\n" + string(signed)
}

func TestWitnessAnswersAsTheProtocolHasIt(t *testing.T) {
	signer, l := newSigner(t, origin, 1), newLog(64)
	witness := newWitness(t, signer.VerifierKey())
	post := func(method, path, body string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		witness.ServeHTTP(answer, httptest.NewRequest(method, path, strings.NewReader(body)))
		return answer
	}
	head := func(size int64) []byte { return sign(t, signer, size, l.root(t, size)) }
	proof := func(old, new int64) []seal.Hash {
		p, err := seal.ProveConsistency(t.Context(), old, new, l.read)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	stranger := sign(t, newSigner(t, "stranger.example", 5), 10, seal.Hash{})
	impostor := sign(t, newSigner(t, origin, 6), 10, l.root(t, 10))

	first := post(http.MethodPost, "/add-checkpoint", request("old 0", nil, head(10)))
	if first.Code != http.StatusOK || !strings.HasPrefix(first.Body.String(), "— "+witnessName+" ") || strings.Count(first.Body.String(), "\n") != 1 {
		t.Fatalf("an honest first checkpoint gives %d %q", first.Code, first.Body)
	}
	for _, c := range []struct {
		what, method, path, body string
		want                     int
	}{
		{"another method", http.MethodGet, "/add-checkpoint", "", 405},
		{"another path", http.MethodPost, "/add-entry", "", 404},
		{"an unknown log", http.MethodPost, "/add-checkpoint", request("old 0", nil, stranger), 404},
		{"a log under another's name", http.MethodPost, "/add-checkpoint", request("old 10", nil, impostor), 403},
		{"an altered head", http.MethodPost, "/add-checkpoint", request("old 10", nil, bytes.Replace(head(11), []byte("\n11\n"), []byte("\n12\n"), 1)), 403},
		{"an old size beyond the new", http.MethodPost, "/add-checkpoint", request("old 11", nil, head(10)), 400},
		{"a proof that is none", http.MethodPost, "/add-checkpoint", request("old 10", []seal.Hash{{1}}, head(20)), 422},
		{"no proof", http.MethodPost, "/add-checkpoint", request("old 10", nil, head(20)), 422},
		{"a proof of another growth", http.MethodPost, "/add-checkpoint", request("old 10", proof(10, 21), head(20)), 422},
		{"a proof where there is no growth", http.MethodPost, "/add-checkpoint", request("old 10", []seal.Hash{{}}, head(10)), 422},
		{"63 proof lines", http.MethodPost, "/add-checkpoint", request("old 10", make([]seal.Hash, 63), head(20)), 422},
		{"64 proof lines", http.MethodPost, "/add-checkpoint", request("old 10", make([]seal.Hash, 64), head(20)), 400},
		{"nothing", http.MethodPost, "/add-checkpoint", "", 400},
		{"no old size", http.MethodPost, "/add-checkpoint", "\n" + string(head(20)), 400},
		{"an old size with a leading 0", http.MethodPost, "/add-checkpoint", request("old 010", proof(10, 20), head(20)), 400},
		{"an old size with a sign", http.MethodPost, "/add-checkpoint", request("old +10", proof(10, 20), head(20)), 400},
		{"an old size below 0", http.MethodPost, "/add-checkpoint", request("old -1", nil, head(20)), 400},
		{"an old size beyond numbers", http.MethodPost, "/add-checkpoint", request("old 99999999999999999999", nil, head(20)), 400},
		{"a proof line that is no hash", http.MethodPost, "/add-checkpoint", "old 10\nAAAA\n\n" + string(head(20)), 400},
		{"no signature", http.MethodPost, "/add-checkpoint", "old 10\n\n" + origin + "\n20\n" + seal.Hash{}.String() + "\n", 400},
		{"40 kB", http.MethodPost, "/add-checkpoint", strings.Repeat("a", 40_000), 413},
	} {
		if answer := post(c.method, c.path, c.body); answer.Code != c.want {
			t.Errorf("%s gives %d %q, want %d", c.what, answer.Code, answer.Body, c.want)
		}
	}
	for what, body := range map[string]string{
		"an old size of 0":          request("old 0", nil, head(20)),
		"an old size too small":     request("old 9", proof(9, 20), head(20)),
		"an old size too large":     request("old 11", proof(11, 20), head(20)),
		"another root at this size": request("old 10", nil, sign(t, signer, 10, seal.Hash{1})),
	} {
		answer := post(http.MethodPost, "/add-checkpoint", body)
		if answer.Code != 409 || answer.Body.String() != "10\n" || answer.Header().Get("Content-Type") != "text/x.tlog.size" {
			t.Errorf("%s gives %d %q %v", what, answer.Code, answer.Body, answer.Header())
		}
	}
	if last := post(http.MethodPost, "/add-checkpoint", request("old 10", proof(10, 20), head(20))); last.Code != 200 {
		t.Errorf("after all that, honest growth gives %d %q", last.Code, last.Body)
	}
}

// Many askers at once: of all heads cosigned, each continues the ones before, and the file tells the last.
func TestWitnessUnderManyAskers(t *testing.T) {
	signer, l := newSigner(t, origin, 1), newLog(200)
	path := newState(t)
	witness := startWitness(t, path, signer.VerifierKey())
	client, at := reach(t, witness, witness.VerifierKey())
	var wait sync.WaitGroup
	var mu sync.Mutex
	granted := map[int64]bool{}
	for i := range int64(16) {
		wait.Go(func() {
			for size := 1 + i; size <= 200; size += 16 {
				root, err := tlog.TreeHash(size, l.reader())
				if err != nil {
					t.Error(err)
					return
				}
				signed, err := signer.Checkpoint(size, root)
				if err != nil {
					t.Error(err)
					return
				}
				read := func(_ context.Context, nodes []seal.Node) ([]seal.Hash, error) {
					hashes := make([]seal.Hash, len(nodes))
					for i, node := range nodes {
						if hashes[i], err = l.hash(node.Level, node.Index); err != nil {
							return nil, err
						}
					}
					return hashes, nil
				}
				_, err = seal.Cosign(t.Context(), client, at, 0, signed, read)
				var moved *seal.SizeError
				switch {
				case err == nil:
					mu.Lock()
					granted[size] = true
					mu.Unlock()
				case errors.As(err, &moved), errors.Is(err, seal.ErrForked): // overtaken by another asker
				default:
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if len(granted) == 0 {
		t.Fatal("nothing was cosigned")
	}
	most := int64(0)
	for size := range granted {
		most = max(most, size)
	}
	answer := httptest.NewRecorder()
	if err := witness.Close(); err != nil {
		t.Fatal(err)
	}
	again := startWitness(t, path, signer.VerifierKey())
	again.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/add-checkpoint", strings.NewReader(request("old 0", nil, sign(t, signer, 200, l.tree.Root())))))
	if stood := strings.TrimSpace(answer.Body.String()); answer.Code != 409 || stood != strconv.FormatInt(most, 10) {
		t.Errorf("cosigned up to %d, but after a restart it stands at %q (%d)", most, stood, answer.Code)
	}
}

func TestWitnessStateIsGuarded(t *testing.T) {
	signer := newSigner(t, origin, 1)
	key := newKey(t, witnessName, 77)
	start := func(path string) error {
		witness, err := seal.NewWitnessServer(key, []string{signer.VerifierKey()}, path, clock)
		if err == nil {
			witness.Close()
		}
		return err
	}
	if err := start(filepath.Join(t.TempDir(), "none.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing state gives %v", err)
	}
	path := newState(t)
	if err := seal.CreateWitnessState(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("creating the state twice gives %v", err)
	}
	running := startWitness(t, path, signer.VerifierKey())
	if err := start(path); !errors.Is(err, seal.ErrInUse) {
		t.Errorf("a second witness on one state gives %v", err)
	}
	client, at := reach(t, running, running.VerifierKey())
	l := newLog(9)
	if _, err := seal.Cosign(t.Context(), client, at, 0, sign(t, signer, 9, l.tree.Root()), l.read); err != nil {
		t.Fatal(err)
	}
	running.Close()
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, content := range map[string]string{
		"an empty file":     "",
		"half the file":     string(good[:len(good)/2]),
		"not JSON":          "witness",
		"null":              "null",
		"no logs":           `{"v":1}`,
		"another version":   strings.Replace(string(good), `"v": 1`, `"v": 2`, 1),
		"a size below 1":    strings.Replace(string(good), `"size": 9`, `"size": 0`, 1),
		"a log twice":       strings.Replace(string(good), `"logs": {`, `"logs": {"`+origin+`": {"size": 1, "root": "`+seal.Hash{}.String()+`"},`, 1),
		"something besides": strings.Replace(string(good), `"v": 1`, `"w": 1, "v": 1`, 1),
	} {
		if content == string(good) {
			t.Fatalf("%s: the file is as it was", what)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := start(path); !errors.Is(err, seal.ErrMalformed) {
			t.Errorf("%s gives %v", what, err)
		}
	}
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := start(path); err != nil {
		t.Errorf("the state put back: %v", err)
	}
	if _, err := seal.NewWitnessServer("nonsense", nil, path, clock); !errors.Is(err, seal.ErrKey) {
		t.Errorf("a key that is none gives %v", err)
	}
	if _, err := seal.NewWitnessServer(key, []string{running.VerifierKey()}, path, clock); !errors.Is(err, seal.ErrKey) {
		t.Errorf("watching over a witness gives %v", err)
	}
}

// A witness that cannot write does not sign, and when it can again it goes on from where it stood.
func TestWitnessThatCannotWriteDoesNotSign(t *testing.T) {
	signer, l := newSigner(t, origin, 1), newLog(20)
	path := newState(t)
	witness := startWitness(t, path, signer.VerifierKey())
	client, at := reach(t, witness, witness.VerifierKey())
	ask := func(size int64) error {
		_, err := seal.Cosign(t.Context(), client, at, 0, sign(t, signer, size, l.root(t, size)), l.read)
		return err
	}
	if err := ask(10); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path+".new", 0o700); err != nil { // where the new state would be written
		t.Fatal(err)
	}
	if err := ask(20); !errors.Is(err, seal.ErrWitness) {
		t.Errorf("a witness that cannot write gives %v", err)
	}
	if err := ask(10); err != nil {
		t.Errorf("what it has already recorded: %v", err)
	}
	if err := os.Remove(path + ".new"); err != nil {
		t.Fatal(err)
	}
	if err := ask(20); err != nil {
		t.Errorf("once it can write again: %v", err)
	}
}

func TestWitnessesThatDoNotKeepToTheProtocol(t *testing.T) {
	signer, l := newSigner(t, origin, 1), newLog(20)
	honest := newWitness(t, signer.VerifierKey())
	signed := sign(t, signer, 20, l.tree.Root())
	other := sign(t, signer, 10, l.root(t, 10))
	answerTo := func(signed []byte) string { // a true cosignature, on the head that it is given
		w := newWitness(t, signer.VerifierKey())
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/add-checkpoint", strings.NewReader(request("old 0", nil, signed))))
		if answer.Code != 200 {
			t.Fatal(answer.Code)
		}
		return answer.Body.String()
	}
	strange := "— another.example " + strings.Fields(answerTo(signed))[2] + "\n"
	for what, c := range map[string]struct {
		status    int
		mediaType string
		body      string
		want      error
	}{
		"nothing":                      {200, "", "", seal.ErrWitness},
		"no signature":                 {200, "", "well done\n", seal.ErrWitness},
		"a signature on another head":  {200, "", answerTo(other), seal.ErrWitness},
		"a signature by another":       {200, "", strange, seal.ErrWitness},
		"a signature cut short":        {200, "", strings.TrimSpace(answerTo(signed)), seal.ErrWitness},
		"another note":                 {200, "", "x\n\n" + answerTo(signed), seal.ErrWitness},
		"a flood":                      {200, "", strings.Repeat(strange, 10_000), seal.ErrWitness},
		"a conflict without a size":    {409, "text/x.tlog.size", "", seal.ErrWitness},
		"a conflict of another type":   {409, "text/plain", "10\n", seal.ErrWitness},
		"a conflict below 0":           {409, "text/x.tlog.size", "-1\n", seal.ErrWitness},
		"a conflict beyond any log":    {409, "text/x.tlog.size", "9223372036854775807\n", seal.ErrWitness},
		"a conflict that is none":      {409, "text/x.tlog.size", "0\n", seal.ErrWitness},
		"it does not know the log":     {404, "", "", seal.ErrUnknownLog},
		"it does not know the key":     {403, "", "", seal.ErrWrongKey},
		"it does not take the request": {400, "", "", seal.ErrWitness},
		"it failed":                    {500, "", "", seal.ErrWitness},
	} {
		client, at := reach(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			rw.Header().Set("Content-Type", c.mediaType)
			rw.WriteHeader(c.status)
			io.WriteString(rw, c.body)
		}), honest.VerifierKey())
		if line, err := seal.AskWitness(t.Context(), client, at, 0, signed, nil); !errors.Is(err, c.want) || line != "" {
			t.Errorf("%s gives %q, %v; want %v", what, line, err, c.want)
		}
	}

	// Lines by strangers beside its own are passed over.
	client, at := reach(t, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		io.WriteString(rw, strange+answerTo(signed))
	}), honest.VerifierKey())
	if line, err := seal.AskWitness(t.Context(), client, at, 0, signed, nil); err != nil || line != answerTo(signed) {
		t.Errorf("beside a stranger: %q, %v", line, err)
	}

	// A witness that moves on while it is asked has the asker told, not sent round.
	asked := 0
	client, at = reach(t, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		asked++
		rw.Header().Set("Content-Type", "text/x.tlog.size; charset=utf-8")
		rw.WriteHeader(http.StatusConflict)
		fmt.Fprintf(rw, "%d\n", 10+asked)
	}), honest.VerifierKey())
	var moved *seal.SizeError
	if _, err := seal.Cosign(t.Context(), client, at, 10, signed, l.read); !errors.As(err, &moved) || moved.Size != 12 || asked != 2 {
		t.Errorf("a witness that moves on gives %v after %d requests", err, asked)
	}

	// Nobody there; nobody that could be there; an asker that gives up.
	closed := httptest.NewServer(nil)
	closed.Close()
	for what, url := range map[string]string{"nobody": closed.URL, "no address": "::", "a file": "file:///etc"} {
		if _, err := seal.AskWitness(t.Context(), http.DefaultClient, seal.Witness{URL: url, VerifierKey: honest.VerifierKey()}, 0, signed, nil); !errors.Is(err, seal.ErrWitness) {
			t.Errorf("%s gives %v", what, err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := seal.AskWitness(gone, client, at, 0, signed, nil); !errors.Is(err, context.Canceled) || !errors.Is(err, seal.ErrWitness) {
		t.Errorf("an asker that gave up gets %v", err)
	}
	for what, c := range map[string]struct {
		key    string
		old    int64
		signed []byte
		proof  int
		want   error
	}{
		"a log's key":         {signer.VerifierKey(), 0, signed, 0, seal.ErrKey},
		"no key":              {"", 0, signed, 0, seal.ErrKey},
		"no checkpoint":       {honest.VerifierKey(), 0, nil, 0, seal.ErrMalformed},
		"a size beyond":       {honest.VerifierKey(), 21, signed, 0, seal.ErrSize},
		"a size below 0":      {honest.VerifierKey(), -1, signed, 0, seal.ErrSize},
		"a proof beyond size": {honest.VerifierKey(), 1, signed, 64, seal.ErrSize},
	} {
		if _, err := seal.AskWitness(t.Context(), client, seal.Witness{URL: at.URL, VerifierKey: c.key}, c.old, c.signed, make([]seal.Hash, c.proof)); !errors.Is(err, c.want) {
			t.Errorf("%s gives %v, want %v", what, err, c.want)
		}
	}
}

func TestAddCosignatures(t *testing.T) {
	signer, l := newSigner(t, origin, 1), newLog(20)
	signed := sign(t, signer, 20, l.tree.Root())
	line := func(name string, seed byte, when time.Time) (line, verifierKey string) {
		w, err := seal.NewWitnessServer(newKey(t, name, seed), []string{signer.VerifierKey()}, newState(t), func() time.Time { return when })
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.Close() })
		client, at := reach(t, w, w.VerifierKey())
		line, err = seal.Cosign(t.Context(), client, at, 0, signed, l.read)
		if err != nil {
			t.Fatal(err)
		}
		return line, w.VerifierKey()
	}
	a, aKey := line("a.example", 10, clock())
	later, _ := line("a.example", 10, clock().Add(time.Hour))
	b, bKey := line("b.example", 11, clock())
	all, err := seal.AddCosignatures(signed, a, b, later)
	if err != nil {
		t.Fatal(err)
	}
	if want := string(signed) + later + b; string(all) != want {
		t.Errorf("got\n%s\nwant\n%s", all, want)
	}
	if _, names, err := seal.OpenCheckpoint(all, signer.VerifierKey(), aKey, bKey); err != nil || len(names) != 2 {
		t.Errorf("%v, %v", names, err)
	}
	for _, bad := range []string{"", "nonsense\n", "— a.example\n", strings.TrimSpace(a), "\n" + a, "x\n\n" + a} {
		if _, err := seal.AddCosignatures(signed, bad); !errors.Is(err, seal.ErrMalformed) {
			t.Errorf("adding %q gives %v", bad, err)
		}
	}
	if _, err := seal.AddCosignatures(nil, a); !errors.Is(err, seal.ErrMalformed) {
		t.Errorf("adding to nothing gives %v", err)
	}
}

func FuzzWitnessRequest(f *testing.F) {
	signer, l := newSigner(f, origin, 1), newLog(20)
	witness := newWitness(f, signer.VerifierKey())
	ask := func(body string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		witness.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/add-checkpoint", strings.NewReader(body)))
		return answer
	}
	head := sign(f, signer, 10, l.root(f, 10))
	if ask(request("old 0", nil, head)).Code != 200 {
		f.Fatal("the first head is not cosigned")
	}
	f.Add(request("old 10", nil, head))
	f.Add(request("old 0", nil, head))
	f.Add(request("old 10", make([]seal.Hash, 5), head))
	f.Add(request("old 10", make([]seal.Hash, 64), head))
	f.Add("old 10\n\n" + origin + "\n9223372036854775807\n" + seal.Hash{}.String() + "\n\n— " + origin + " AAAAAAAA\n")
	f.Add("old 1\n\n\n\n")
	f.Fuzz(func(t *testing.T, body string) {
		// The log has signed nothing but its head of 10, so that is all that can be cosigned.
		switch answer := ask(body); answer.Code {
		case 400, 403, 404, 409, 413, 422:
		case 200:
			text, _, _ := strings.Cut(string(head), "\n\n")
			if !strings.Contains(body, text) {
				t.Fatalf("cosigned for %q", body)
			}
		default:
			t.Fatalf("answers %d %q", answer.Code, answer.Body)
		}
	})
}
