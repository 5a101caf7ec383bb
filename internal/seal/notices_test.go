package seal_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"habeas.example/habeas/internal/seal"
)

func TestNoticesAreSignedAndNoCheckpoint(t *testing.T) {
	private, err := seal.NewSigner("habeas.example/notices", bytes.NewReader(bytes.Repeat([]byte{7}, 64)))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := seal.LoadSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	want := []seal.Notice{{Entry: 9, At: time.Date(2031, 3, 14, 5, 30, 0, 0, time.UTC), What: "dismiss", Leaf: seal.Hash{1}}, {Entry: 3, At: time.Date(2031, 3, 1, 0, 0, 0, 0, time.UTC), What: "rules"}}
	signed, err := signer.Notices(12, want)
	if err != nil {
		t.Fatal(err)
	}
	size, list, err := seal.OpenNotices(signed, signer.VerifierKey())
	if err != nil || size != 12 || len(list) != 2 || list[0] != want[0] || list[1] != want[1] {
		t.Fatalf("read as %d %+v, %v", size, list, err)
	}
	if _, _, err := seal.OpenCheckpoint(signed, signer.VerifierKey()); !errors.Is(err, seal.ErrMalformed) {
		t.Errorf("taken for a checkpoint: %v", err)
	}
	checkpoint, err := signer.Checkpoint(12, seal.Hash{1})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := seal.OpenNotices(checkpoint, signer.VerifierKey()); !errors.Is(err, seal.ErrMalformed) {
		t.Errorf("a checkpoint is taken for notices: %v", err)
	}
	for i := range signed {
		changed := bytes.Clone(signed)
		changed[i] ^= 1
		if _, again, err := seal.OpenNotices(changed, signer.VerifierKey()); err == nil && (len(again) != 2 || again[0] != want[0] || again[1] != want[1]) {
			t.Errorf("byte %d changed is not found", i)
		}
	}
	if empty, err := signer.Notices(0, nil); err != nil {
		t.Error(err)
	} else if _, list, err := seal.OpenNotices(empty, signer.VerifierKey()); err != nil || len(list) != 0 {
		t.Errorf("an empty list is read as %v, %v", list, err)
	}
	for _, what := range []string{"", "two words", "line\nbreak"} {
		if _, err := signer.Notices(1, []seal.Notice{{What: what}}); !errors.Is(err, seal.ErrMalformed) {
			t.Errorf("%q is signed: %v", what, err)
		}
	}
}
