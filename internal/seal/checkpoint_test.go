package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"filippo.io/torchwood"
	formatslog "github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"

	"habeas.example/habeas/internal/seal"
)

const origin = "prison.example/book"

// chance is a source of chance that gives the same each time.
func chance(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

func newSigner(t testing.TB, name string, seed byte) *seal.Signer {
	t.Helper()
	signer, err := seal.LoadSigner(newKey(t, name, seed))
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func newKey(t testing.TB, name string, seed byte) string {
	t.Helper()
	private, err := seal.NewSigner(name, chance(seed))
	if err != nil {
		t.Fatal(err)
	}
	return private
}

func sign(t testing.TB, signer *seal.Signer, size int64, root seal.Hash) []byte {
	t.Helper()
	signed, err := signer.Checkpoint(size, root)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestCheckpointIsReadByAll(t *testing.T) {
	l, signer := newLog(300), newSigner(t, origin, 1)
	signed := sign(t, signer, 300, l.tree.Root())
	if again := sign(t, newSigner(t, origin, 1), 300, l.tree.Root()); !bytes.Equal(signed, again) {
		t.Error("the same head signed with the same key gives another text")
	}

	head, cosigners, err := seal.OpenCheckpoint(signed, signer.VerifierKey())
	if err != nil || len(cosigners) != 0 || head != (seal.Checkpoint{Origin: origin, Size: 300, Root: l.tree.Root()}) {
		t.Errorf("opened as %+v, %v, %v", head, cosigners, err)
	}

	verifier, err := note.NewVerifier(signer.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(origin), torchwood.SingleVerifierPolicy(verifier))
	if c, _, err := torchwood.VerifyCheckpoint(signed, policy); err != nil || c.N != 300 || c.Hash != l.tree.Root() {
		t.Errorf("torchwood reads %v, %v", c, err)
	}
	if c, _, _, err := formatslog.ParseCheckpoint(signed, origin, verifier); err != nil || c.Size != 300 || !bytes.Equal(c.Hash, head.Root[:]) {
		t.Errorf("transparency-dev/formats reads %v, %v", c, err)
	}
}

func TestCheckpointRefusals(t *testing.T) {
	signer, other := newSigner(t, origin, 1), newSigner(t, origin, 2)
	elsewhere := newSigner(t, "prison.example/other", 3)
	signed := sign(t, signer, 5, seal.Hash{9})
	foreign, err := note.Sign(&note.Note{Text: origin + "\n5\n" + seal.Hash{9}.String() + "\n"}, noteSigner(t, newKey(t, "prison.example/other", 3)))
	if err != nil {
		t.Fatal(err)
	}
	resign := func(text string) []byte {
		signed, err := note.Sign(&note.Note{Text: text}, noteSigner(t, newKey(t, origin, 1)))
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	root := seal.Hash{9}.String()
	for what, c := range map[string]struct {
		signed []byte
		keys   []string
		want   error
	}{
		"no key":                       {signed, nil, seal.ErrWrongKey},
		"another key of the same name": {signed, []string{other.VerifierKey()}, seal.ErrWrongKey},
		"a log that signs for another": {foreign, []string{elsewhere.VerifierKey()}, seal.ErrWrongKey},
		"another size":                 {bytes.Replace(signed, []byte("\n5\n"), []byte("\n6\n"), 1), []string{signer.VerifierKey()}, seal.ErrSignature},
		"no key at all":                {signed, []string{"nonsense"}, seal.ErrKey},
		"a private key":                {signed, []string{newKey(t, origin, 1)}, seal.ErrKey},
		"the same key twice":           {signed, []string{signer.VerifierKey(), signer.VerifierKey()}, seal.ErrKey},
		"nothing":                      {nil, []string{signer.VerifierKey()}, seal.ErrMalformed},
		"no signature":                 {signed[:bytes.Index(signed, []byte("\n\n"))+1], []string{signer.VerifierKey()}, seal.ErrMalformed},
		"a megabyte":                   {bytes.Repeat([]byte("a\n"), 1<<19), []string{signer.VerifierKey()}, seal.ErrMalformed},
		"a size below 0":               {resign(origin + "\n-1\n" + root + "\n"), []string{signer.VerifierKey()}, seal.ErrMalformed},
		"a size with a leading zero":   {resign(origin + "\n05\n" + root + "\n"), []string{signer.VerifierKey()}, seal.ErrMalformed},
		"a size beyond any log":        {resign(origin + "\n9223372036854775807\n" + root + "\n"), []string{signer.VerifierKey()}, seal.ErrMalformed},
		"a short root":                 {resign(origin + "\n5\nAAAA\n"), []string{signer.VerifierKey()}, seal.ErrMalformed},
		"no origin":                    {resign("\n5\n" + root + "\n"), []string{signer.VerifierKey()}, seal.ErrMalformed},
	} {
		if head, _, err := seal.OpenCheckpoint(c.signed, c.keys...); !errors.Is(err, c.want) {
			t.Errorf("%s gives %+v, %v; want %v", what, head, err, c.want)
		} else if strings.Contains(err.Error(), "PRIVATE") {
			t.Errorf("%s: the error repeats a private key", what)
		}
	}
	for _, size := range []int64{-1, seal.MaxSize + 1} {
		if _, err := signer.Checkpoint(size, seal.Hash{}); !errors.Is(err, seal.ErrSize) {
			t.Errorf("signing %d leaves gives %v", size, err)
		}
	}
}

func noteSigner(t testing.TB, private string) note.Signer {
	t.Helper()
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func TestKeysAndOrigins(t *testing.T) {
	for _, name := range []string{
		"", "a b", "a\nb", "a\tb", "a\u00a0b", "a+b", "a\x00b", "a\u200bb", "a\xffb", strings.Repeat("a", 256),
	} {
		if _, err := seal.NewSigner(name, chance(1)); !errors.Is(err, seal.ErrOrigin) {
			t.Errorf("naming a log %q gives %v", name, err)
		}
	}
	for _, name := range []string{"a", origin, "cárcel.example/libro", strings.Repeat("a", 255)} {
		signer := newSigner(t, name, 1)
		if signer.Origin() != name || !strings.HasPrefix(signer.VerifierKey(), name+"+") {
			t.Errorf("a log named %q is loaded as %q, %q", name, signer.Origin(), signer.VerifierKey())
		}
		if _, _, err := seal.OpenCheckpoint(sign(t, signer, 0, seal.Hash{}), " "+signer.VerifierKey()+"\n"); err != nil {
			t.Errorf("a log named %q: %v", name, err)
		}
	}
	if newKey(t, origin, 1) == newKey(t, origin, 2) {
		t.Error("other chance gives the same key")
	}
	if _, err := seal.NewSigner(origin, strings.NewReader("too short")); err == nil {
		t.Error("a key is made from too little chance")
	}
	if _, err := seal.NewSigner(origin, nil); err == nil {
		t.Error("a key is made from no chance")
	}

	private := newKey(t, origin, 1)
	if _, err := seal.LoadSigner(private + "\n"); err != nil {
		t.Errorf("a key file that ends in a newline: %v", err)
	}
	public := newSigner(t, origin, 1).VerifierKey()
	for _, text := range []string{"", "PRIVATE+KEY+", public, private[:len(private)-4], strings.Replace(private, origin, "other.example", 1), strings.Repeat("A", 1<<20)} {
		if _, err := seal.LoadSigner(text); !errors.Is(err, seal.ErrKey) {
			t.Errorf("loading %.40q gives %v", text, err)
		} else if strings.Contains(err.Error(), "PRIVATE") {
			t.Error("the error repeats the key")
		}
	}
	if shown := fmt.Sprintf("%+v %#v", newSigner(t, origin, 1), newSigner(t, origin, 1)); strings.Contains(shown, private[len(private)-20:]) {
		t.Error("printing a signer shows its key")
	}
}

func FuzzOpenCheckpoint(f *testing.F) {
	signer := newSigner(f, origin, 1)
	witness := newWitness(f, newSigner(f, origin, 1).VerifierKey())
	signed := sign(f, signer, 300, seal.Hash{1})
	f.Add(signed)
	f.Add(bytes.Replace(signed, []byte("300"), []byte("301"), 1))
	f.Add([]byte(origin + "\n9223372036854775807\n" + seal.Hash{}.String() + "\n\n— " + origin + " AAAAAAAA\n"))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		head, cosigners, err := seal.OpenCheckpoint(text, signer.VerifierKey(), witness.VerifierKey())
		if err != nil {
			if !errors.Is(err, seal.ErrMalformed) && !errors.Is(err, seal.ErrWrongKey) && !errors.Is(err, seal.ErrSignature) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if len(cosigners) != 0 || head != (seal.Checkpoint{Origin: origin, Size: 300, Root: seal.Hash{1}}) {
			t.Fatalf("forged: %+v, cosigned by %v", head, cosigners)
		}
	})
}
