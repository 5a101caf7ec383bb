package api

import (
	"bytes"
	"encoding/json"
	"testing"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/seal"
)

// A reply written from sealed bytes says, field for field and in the same order, what its
// tags say.
func TestReplyIsWrittenAsItsTagsSay(t *testing.T) {
	ledger := habeastest.NewLedger(3)
	hash := func(b byte) (h seal.Hash) { h[0], h[31] = b, 255-b; return h }
	for name, r := range map[string]*Reply{
		"nothing":  {Entries: []*custody.Entry{}},
		"one":      {First: 7, Count: 1, Size: 8, ID: "1000000K", Checkpoint: "a\n\u2014 <b> \"c\"\n", Proof: []seal.Hash{hash(1), hash(2)}, Entries: ledger.Entries[:1]},
		"replayed": {First: 1, Count: 300, Size: 9_000_000, Replayed: true, ID: "ñ\u2028", Entries: ledger.Entries, Proofs: [][]seal.Hash{{hash(3)}, {}, {hash(4), hash(5)}}},
	} {
		want, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range r.Entries {
			body, err := e.Encode()
			if err != nil {
				t.Fatal(err)
			}
			r.bodies = append(r.bodies, body)
		}
		var got bytes.Buffer
		if err := jsonFormat.Marshal(&got, r); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bytes.TrimSuffix(got.Bytes(), []byte("\n")), want) {
			t.Errorf("%s: written\n%s\nnot\n%s", name, got.Bytes(), want)
		}
	}
}
