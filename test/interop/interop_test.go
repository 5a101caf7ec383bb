package interop_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	f_note "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
)

// People in the demonstration. Each has several entries, so that the log has full tiles, partial tiles and more than one
// level of them.
const people = 600

// startWithin is how long the demonstration may take until it serves. It plays in a few seconds; the rest is for a
// machine that is busy with other tests.
const startWithin = 5 * time.Minute

// The whole suite reads one running server, as a stranger would: over HTTP, with the log's key and nothing else.
func TestTesseraReadsTheLog(t *testing.T) {
	log := open(t, serve(t))

	t.Run("its client checks the checkpoint and every proof", func(t *testing.T) { checkProofs(t, log) })
	t.Run("its client reads every entry", func(t *testing.T) { checkEntries(t, log) })
	t.Run("its fsck finds nothing", func(t *testing.T) {
		if err := check(t, log); err != nil {
			t.Errorf("fsck: %v", err)
		}
	})
	t.Run("its fsck command finds nothing", func(t *testing.T) {
		if said := runFsck(t, log); !strings.Contains(said, "Successfully fsck'd log") || strings.Contains(said, "fsck failed") {
			t.Errorf("fsck said:\n%s", said)
		}
	})
	// What cannot complain proves nothing by its silence.
	for _, resource := range []string{"checkpoint", "tile/0/000", "tile/1/000.p/", "tile/entries/001"} {
		t.Run("its fsck finds a changed byte in "+resource, func(t *testing.T) {
			changed := log
			changed.url = tamper(t, log.url, resource)
			if err := check(t, changed); err == nil {
				t.Error("fsck did not complain")
			}
			if said := runFsck(t, changed); !strings.Contains(said, "fsck failed") {
				t.Errorf("the fsck command did not complain; it said:\n%s", said)
			}
		})
	}
}

// servedLog is a log as a stranger knows it.
type servedLog struct {
	url      *url.URL // ends in a slash
	key      string   // the verifier key, one line
	verifier note.Verifier
}

func (l servedLog) fetcher(t *testing.T) *client.HTTPFetcher {
	t.Helper()
	fetcher, err := client.NewHTTPFetcher(l.url, &http.Client{Timeout: time.Minute})
	if err != nil {
		t.Fatalf("making Tessera's fetcher for %s: %v", l.url, err)
	}
	return fetcher
}

// open learns the log's key from the server.
func open(t *testing.T, base string) servedLog {
	t.Helper()
	at, err := url.Parse(strings.TrimSuffix(base, "/") + "/log/")
	if err != nil {
		t.Fatalf("the server gave %q as its address: %v", base, err)
	}
	reply, err := http.Get(at.JoinPath("key").String())
	if err != nil {
		t.Fatalf("asking for the log's key: %v", err)
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(io.LimitReader(reply.Body, 1<<12))
	if err != nil || reply.StatusCode != http.StatusOK {
		t.Fatalf("asking for the log's key: %s, %v", reply.Status, err)
	}
	if kind := reply.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain") {
		t.Errorf("the log's key is served as %q, want text/plain", kind)
	}
	key := strings.TrimSpace(string(body))
	verifier, err := f_note.NewVerifier(key)
	if err != nil {
		t.Fatalf("Tessera cannot read the log's key %q: %v", key, err)
	}
	return servedLog{url: at, key: key, verifier: verifier}
}

func checkProofs(t *testing.T, log servedLog) {
	ctx, fetcher := t.Context(), log.fetcher(t)
	head, _, _, err := client.FetchCheckpoint(ctx, fetcher.ReadCheckpoint, log.verifier, log.verifier.Name())
	if err != nil {
		t.Fatalf("fetching the checkpoint: %v", err)
	}
	if head.Size < 2*people {
		t.Fatalf("the log has %d entries for %d people; it should have several for each", head.Size, people)
	}
	builder, err := client.NewProofBuilder(ctx, head.Size, fetcher.ReadTile)
	if err != nil {
		t.Fatalf("reading the right edge of the tree: %v", err)
	}
	leaves, err := client.FetchLeafHashes(ctx, fetcher.ReadTile, 0, head.Size, head.Size)
	if err != nil {
		t.Fatalf("fetching the leaf hashes: %v", err)
	}
	for _, entry := range []uint64{0, 1, 255, 256, head.Size / 2, head.Size - 2, head.Size - 1} {
		path, err := builder.InclusionProof(ctx, entry)
		if err != nil {
			t.Errorf("proving entry %d: %v", entry, err)
			continue
		}
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, entry, head.Size, leaves[entry], path, head.Hash); err != nil {
			t.Errorf("entry %d is not in the log: %v", entry, err)
		}
	}
	for _, older := range []uint64{1, 256, 257, head.Size - 1} {
		edge, err := client.FetchRangeNodes(ctx, older, fetcher.ReadTile)
		if err != nil {
			t.Errorf("reading the tree as it was at %d entries: %v", older, err)
			continue
		}
		// The right edge lists full subtrees from the largest; folded from the right they give the root.
		root := edge[len(edge)-1]
		for i := len(edge) - 2; i >= 0; i-- {
			root = rfc6962.DefaultHasher.HashChildren(edge[i], root)
		}
		path, err := builder.ConsistencyProof(ctx, older, head.Size)
		if err != nil {
			t.Errorf("proving that the log at %d grew into the log at %d: %v", older, head.Size, err)
			continue
		}
		if err := proof.VerifyConsistency(rfc6962.DefaultHasher, older, head.Size, path, root, head.Hash); err != nil {
			t.Errorf("the log at %d entries did not grow into the log at %d: %v", older, head.Size, err)
		}
	}
}

func checkEntries(t *testing.T, log servedLog) {
	ctx, fetcher := t.Context(), log.fetcher(t)
	head, _, _, err := client.FetchCheckpoint(ctx, fetcher.ReadCheckpoint, log.verifier, log.verifier.Name())
	if err != nil {
		t.Fatalf("fetching the checkpoint: %v", err)
	}
	size := func(context.Context) (uint64, error) { return head.Size, nil }
	bundles := client.EntryBundles(ctx, 2, size, fetcher.ReadEntryBundle, 0, head.Size)
	unbundle := func(raw []byte) ([][]byte, error) {
		var bundle api.EntryBundle
		err := bundle.UnmarshalText(raw)
		return bundle.Entries, err
	}
	seen := map[string]bool{}
	read := uint64(0)
	for entry, err := range client.Entries(bundles, unbundle) {
		if err != nil {
			t.Fatalf("after %d entries: %v", read, err)
		}
		if len(entry.Entry) != 32 {
			t.Fatalf("entry %d has %d bytes; a commitment has 32, and a leaf holds nothing else", entry.Index, len(entry.Entry))
		}
		if seen[string(entry.Entry)] {
			t.Fatalf("entry %d has the commitment of an earlier one", entry.Index)
		}
		seen[string(entry.Entry)] = true
		read++
	}
	if read != head.Size {
		t.Errorf("read %d entries of a log of %d", read, head.Size)
	}
}

// check runs Tessera's fsck as a library: it rebuilds every tile and the root from the entries and compares.
func check(t *testing.T, log servedLog) error {
	t.Helper()
	hashes := func(raw []byte) ([][]byte, error) {
		var bundle api.EntryBundle
		if err := bundle.UnmarshalText(raw); err != nil {
			return nil, fmt.Errorf("reading a bundle of entries: %w", err)
		}
		leaves := make([][]byte, 0, len(bundle.Entries))
		for _, entry := range bundle.Entries {
			leaves = append(leaves, rfc6962.DefaultHasher.HashLeaf(entry))
		}
		return leaves, nil
	}
	return fsck.New(log.verifier.Name(), log.verifier, log.fetcher(t), hashes, fsck.Opts{N: 2}).Check(t.Context())
}

// runFsck runs Tessera's fsck command and returns what it said. It exits with 0 even when it has found a fault, so what
// it says is all that tells.
func runFsck(t *testing.T, log servedLog) string {
	t.Helper()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(log.key), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "go", "tool", "fsck",
		"-ui=false", "-logtostderr", "-N=2", "-storage_url="+log.url.String(), "-public_key="+key)
	said, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("running Tessera's fsck command: %v\n%s", err, said)
	}
	return string(said)
}

// tamper serves the log at a new address with one bit changed in every resource whose path begins with prefix.
func tamper(t *testing.T, log *url.URL, prefix string) *url.URL {
	t.Helper()
	met := false
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: log.Scheme, Host: log.Host}) },
		ModifyResponse: func(reply *http.Response) error {
			if reply.StatusCode != http.StatusOK || !strings.HasPrefix(strings.TrimPrefix(reply.Request.URL.Path, log.Path), prefix) {
				return nil
			}
			body, err := io.ReadAll(reply.Body)
			if err != nil || len(body) == 0 {
				return errors.Join(err, reply.Body.Close())
			}
			met = true
			// Past the middle: in a checkpoint that is the root or the signature, in a bundle a commitment.
			body[len(body)*2/3] ^= 1
			reply.Body = io.NopCloser(bytes.NewReader(body))
			return nil
		},
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(func() {
		server.Close() // waits for replies under way, and so orders met
		if !met {
			t.Errorf("nothing under %s was asked for, so nothing was changed", prefix)
		}
	})
	at, err := url.Parse(server.URL + log.Path)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// serve starts the demonstration on a free port and returns its address once it answers. The program is HABEAS_BIN, or
// else built from this tree.
func serve(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	binary := os.Getenv("HABEAS_BIN")
	if binary == "" {
		binary = filepath.Join(dir, "habeas")
		build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./cmd/habeas")
		build.Dir = filepath.Join("..", "..")
		if said, err := build.CombinedOutput(); err != nil {
			t.Fatalf("building habeas: %v\n%s", err, said)
		}
	}
	address := filepath.Join(dir, "address")
	var said bytes.Buffer
	// The one place that knows the command line of habeas.
	program := exec.Command(binary, "demo", "--data", filepath.Join(dir, "data"), "--people", fmt.Sprint(people),
		"--listen", "127.0.0.1:0", "--address-file", address)
	program.Stdout, program.Stderr = &said, &said
	if err := program.Start(); err != nil {
		t.Fatalf("starting %s: %v", binary, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	t.Cleanup(func() {
		if err := program.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("asking habeas to stop: %v", err)
		}
		select {
		case <-ended:
		case <-time.After(time.Minute):
			t.Errorf("habeas did not stop within a minute of being asked: %v", program.Process.Kill())
		}
	})

	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	late := time.After(startWithin)
	for {
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("habeas ended before it served: %v\n%s", err, said.String())
		case <-late:
			t.Fatalf("habeas did not serve within %v", startWithin)
		case <-look.C:
			base, err := os.ReadFile(address)
			switch at := strings.TrimSpace(string(base)); {
			case err != nil && !errors.Is(err, os.ErrNotExist):
				t.Fatalf("reading the address of habeas: %v", err)
			case at != "":
				return at
			}
		}
	}
}
