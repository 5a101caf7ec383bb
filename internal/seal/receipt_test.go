package seal_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"

	"filippo.io/torchwood"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	formatsproof "github.com/transparency-dev/formats/proof"
	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"habeas.example/habeas/internal/seal"
)

// receiptOf makes the receipt of an entry in a log, with whatever checkpoint it is given.
func receiptOf(t testing.TB, l *memoryLog, number int64, checkpoint []byte) seal.Receipt {
	t.Helper()
	proof, err := seal.ProveInclusion(t.Context(), l.tree.Size(), number, l.read)
	if err != nil {
		t.Fatal(err)
	}
	return seal.Receipt{Number: number, Salt: l.salts[number], Entry: l.entries[number], Proof: proof, Checkpoint: checkpoint}
}

func format(t testing.TB, r seal.Receipt) []byte {
	t.Helper()
	text, err := seal.FormatReceipt(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestReceiptOfEveryEntry(t *testing.T) {
	signer := newSigner(t, origin, 1)
	for size := 1; size <= 40; size++ {
		l := newLog(size)
		checkpoint := sign(t, signer, int64(size), l.tree.Root())
		for number := range int64(size) {
			checked, err := seal.CheckReceipt(format(t, receiptOf(t, l, number, checkpoint)), signer.VerifierKey(), seal.Quorum{})
			if err != nil {
				t.Fatal(err)
			}
			if checked.Number != number || !bytes.Equal(checked.Entry, l.entries[number]) || checked.Checkpoint.Size != int64(size) || checked.Checkpoint.Root != l.tree.Root() {
				t.Fatalf("receipt %d of %d proves %+v", number, size, checked)
			}
		}
	}
}

func TestReceiptOfAnyBytes(t *testing.T) {
	signer := newSigner(t, origin, 1)
	rapid.Check(t, func(rt *rapid.T) {
		entry := rapid.SliceOfN(rapid.Byte(), 0, 3000).Draw(rt, "entry")
		l := newLog(rapid.IntRange(0, 20).Draw(rt, "before"))
		l.append(entry)
		r := receiptOf(t, l, l.tree.Size()-1, sign(t, signer, l.tree.Size(), l.tree.Root()))
		checked, err := seal.CheckReceipt(format(t, r), signer.VerifierKey(), seal.Quorum{})
		if err != nil || !bytes.Equal(checked.Entry, entry) {
			rt.Fatalf("%v, %q", err, checked.Entry)
		}
	})
}

func TestReceiptOfAnEmptyEntry(t *testing.T) {
	signer, l := newSigner(t, origin, 1), newLog(0)
	l.append(nil)
	checked, err := seal.CheckReceipt(format(t, receiptOf(t, l, 0, sign(t, signer, 1, l.tree.Root()))), signer.VerifierKey(), seal.Quorum{})
	if err != nil || len(checked.Entry) != 0 {
		t.Errorf("%+v, %v", checked, err)
	}
}

func TestOthersReadAReceipt(t *testing.T) {
	l, signer := newLog(100), newSigner(t, origin, 1)
	text := format(t, receiptOf(t, l, 42, sign(t, signer, 100, l.tree.Root())))
	verifier, err := note.NewVerifier(signer.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(origin), torchwood.SingleVerifierPolicy(verifier))
	if err := torchwood.VerifyProof(policy, l.rows[42][0], text); err != nil {
		t.Errorf("torchwood refuses the proof: %v", err)
	}
	var proof formatsproof.TLogProof
	if err := proof.Unmarshal(text); err != nil || proof.Index != 42 || !bytes.Equal(proof.Marshal(), text) {
		t.Errorf("transparency-dev/formats reads it otherwise: %v", err)
	}
}

func TestWhatIsWrongWithAReceiptIsTold(t *testing.T) {
	l, signer := newLog(100), newSigner(t, origin, 1)
	good := receiptOf(t, l, 42, sign(t, signer, 100, l.tree.Root()))
	text := format(t, good)
	alter := func(change func(extra map[string]any)) []byte {
		raw, err := torchwood.ProofExtraData(text)
		if err != nil {
			t.Fatal(err)
		}
		var extra map[string]any
		if err := json.Unmarshal(raw, &extra); err != nil {
			t.Fatal(err)
		}
		change(extra)
		// The members in the order in which a receipt has them.
		var changed bytes.Buffer
		changed.WriteString("{")
		for i, member := range []string{"v", "commitment", "salt", "entry"} {
			value, err := json.Marshal(extra[member])
			if err != nil {
				t.Fatal(err)
			}
			if i > 0 {
				changed.WriteString(",")
			}
			changed.WriteString(`"` + member + `":` + string(value))
		}
		changed.WriteString("}")
		return bytes.Replace(text, []byte(base64.StdEncoding.EncodeToString(raw)), []byte(base64.StdEncoding.EncodeToString(changed.Bytes())), 1)
	}
	if !bytes.Equal(alter(func(map[string]any) {}), text) {
		t.Fatal("the receipt is altered by altering nothing")
	}
	other := seal.Commit(good.Salt, []byte("another entry"))
	replace := func(old, new string) []byte { return []byte(strings.Replace(string(text), old, new, 1)) }
	witnesses := []string{newWitness(t, signer.VerifierKey()).VerifierKey()}
	itself, err := torchwood.NewCosignatureSigner("outsider.example", privateKeyOf(t, newKey(t, origin, 1)))
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		text   []byte
		key    string
		quorum seal.Quorum
		want   error
	}{
		"nothing":                      {nil, signer.VerifierKey(), seal.Quorum{}, seal.ErrMalformed},
		"binary rubbish":               {bytes.Repeat([]byte{0xff, 0}, 99), signer.VerifierKey(), seal.Quorum{}, seal.ErrMalformed},
		"too long":                     {bytes.Repeat([]byte("a"), seal.MaxReceipt+1), signer.VerifierKey(), seal.Quorum{}, seal.ErrMalformed},
		"cut short":                    {text[:len(text)/2], signer.VerifierKey(), seal.Quorum{}, seal.ErrMalformed},
		"another line ending":          {bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")), signer.VerifierKey(), seal.Quorum{}, seal.ErrMalformed},
		"a line too many":              {append(slices.Clone(text), '\n'), signer.VerifierKey(), seal.Quorum{}, seal.ErrMalformed},
		"a signature twice":            {append(slices.Clone(text), text[bytes.LastIndex(text, []byte("—")):]...), signer.VerifierKey(), seal.Quorum{}, seal.ErrMalformed},
		"an index with a leading 0":    {replace("index 42", "index 042"), signer.VerifierKey(), seal.Quorum{}, seal.ErrMalformed},
		"an index below 0":             {replace("index 42", "index -1"), signer.VerifierKey(), seal.Quorum{}, seal.ErrMalformed},
		"another version":              {alter(func(e map[string]any) { e["v"] = 2 }), signer.VerifierKey(), seal.Quorum{}, seal.ErrMalformed},
		"no salt":                      {alter(func(e map[string]any) { e["salt"] = nil }), signer.VerifierKey(), seal.Quorum{}, seal.ErrMalformed},
		"no entry":                     {alter(func(e map[string]any) { e["entry"] = nil }), signer.VerifierKey(), seal.Quorum{}, seal.ErrMalformed},
		"the key of another log":       {text, newSigner(t, origin, 2).VerifierKey(), seal.Quorum{}, seal.ErrWrongKey},
		"another size":                 {replace("\n100\n", "\n101\n"), signer.VerifierKey(), seal.Quorum{}, seal.ErrSignature},
		"another entry":                {alter(func(e map[string]any) { e["entry"] = []byte("another entry") }), signer.VerifierKey(), seal.Quorum{}, seal.ErrCommitment},
		"another salt":                 {alter(func(e map[string]any) { e["salt"] = make([]byte, 16) }), signer.VerifierKey(), seal.Quorum{}, seal.ErrCommitment},
		"another index":                {replace("index 42", "index 43"), signer.VerifierKey(), seal.Quorum{}, seal.ErrProof},
		"an index beyond the log":      {replace("index 42", "index 100"), signer.VerifierKey(), seal.Quorum{}, seal.ErrProof},
		"another hash in the proof":    {replace(good.Proof[3].String(), seal.Hash{1}.String()), signer.VerifierKey(), seal.Quorum{}, seal.ErrProof},
		"a hash missing":               {replace(good.Proof[0].String()+"\n", ""), signer.VerifierKey(), seal.Quorum{}, seal.ErrProof},
		"an entry of another book":     {alter(func(e map[string]any) { e["entry"], e["commitment"] = []byte("another entry"), other[:] }), signer.VerifierKey(), seal.Quorum{}, seal.ErrProof},
		"a witness that never signed":  {text, signer.VerifierKey(), seal.Quorum{Keys: witnesses, Needed: 1}, seal.ErrQuorum},
		"more witnesses than keys":     {text, signer.VerifierKey(), seal.Quorum{Keys: witnesses, Needed: 2}, seal.ErrQuorum},
		"no verifier key":              {text, "", seal.Quorum{}, seal.ErrKey},
		"a witness's key as the log's": {text, witnesses[0], seal.Quorum{}, seal.ErrKey},
		"the log as its own witness":   {text, signer.VerifierKey(), seal.Quorum{Keys: []string{signer.VerifierKey()}}, seal.ErrKey},
		"the log as an outsider":       {text, signer.VerifierKey(), seal.Quorum{Keys: []string{itself.Verifier().String()}}, seal.ErrKey},
	} {
		checked, err := seal.CheckReceipt(c.text, c.key, c.quorum)
		if !errors.Is(err, c.want) {
			t.Errorf("%s gives %v, want %v", what, err, c.want)
		}
		if err != nil && checked.Entry != nil {
			t.Errorf("%s: an entry comes with the error", what)
		}
	}
}

func TestReceiptThatWouldNotHoldIsNotWritten(t *testing.T) {
	l, signer := newLog(100), newSigner(t, origin, 1)
	good := receiptOf(t, l, 42, sign(t, signer, 100, l.tree.Root()))
	for what, c := range map[string]struct {
		change func(*seal.Receipt)
		want   error
	}{
		"another number":       {func(r *seal.Receipt) { r.Number = 41 }, seal.ErrProof},
		"a number below 0":     {func(r *seal.Receipt) { r.Number = -1 }, seal.ErrMalformed},
		"a number beyond":      {func(r *seal.Receipt) { r.Number = 100 }, seal.ErrSize},
		"another salt":         {func(r *seal.Receipt) { r.Salt = seal.Salt{} }, seal.ErrProof},
		"another entry":        {func(r *seal.Receipt) { r.Entry = []byte("another") }, seal.ErrProof},
		"no proof":             {func(r *seal.Receipt) { r.Proof = nil }, seal.ErrProof},
		"a later checkpoint":   {func(r *seal.Receipt) { r.Checkpoint = sign(t, signer, 101, seal.Hash{1}) }, seal.ErrProof},
		"no checkpoint":        {func(r *seal.Receipt) { r.Checkpoint = nil }, seal.ErrMalformed},
		"an unsigned one":      {func(r *seal.Receipt) { r.Checkpoint = []byte(origin + "\n100\n" + l.tree.Root().String() + "\n\n") }, seal.ErrMalformed},
		"an entry beyond size": {func(r *seal.Receipt) { r.Entry = make([]byte, seal.MaxReceipt) }, seal.ErrMalformed},
	} {
		r := good
		c.change(&r)
		if _, err := seal.FormatReceipt(r); !errors.Is(err, c.want) {
			t.Errorf("%s gives %v, want %v", what, err, c.want)
		}
	}
}

// Every bit of every byte is turned in turn, and every byte replaced by some that mean something to the format. The receipt
// carries the cosignature of a witness that the checker does not know: only there may a change go unnoticed, and then the
// receipt still proves the very same.
func TestEveryAlteredByteOfAReceipt(t *testing.T) {
	l, signer := newLog(11), newSigner(t, origin, 1)
	witness := newWitness(t, signer.VerifierKey())
	checkpoint := cosigned(t, witness, l, sign(t, signer, 11, l.tree.Root()))
	text := format(t, receiptOf(t, l, 6, checkpoint))
	stranger := bytes.LastIndex(text, []byte("—"))

	check := func(altered []byte, at int, quorum seal.Quorum) {
		checked, err := seal.CheckReceipt(altered, signer.VerifierKey(), quorum)
		switch {
		case err != nil:
		case at < stranger || quorum.Needed > 0:
			t.Fatalf("altering byte %d (%q to %q) goes unnoticed", at, text[at], altered[at])
		case checked.Number != 6 || !bytes.Equal(checked.Entry, l.entries[6]) || checked.Checkpoint.Root != l.tree.Root() || checked.Cosigners != nil:
			t.Fatalf("altering byte %d proves %+v", at, checked)
		}
	}
	known := seal.Quorum{Keys: []string{witness.VerifierKey()}, Needed: 1}
	for _, quorum := range []seal.Quorum{{}, known} {
		if _, err := seal.CheckReceipt(text, signer.VerifierKey(), quorum); err != nil {
			t.Fatal(err)
		}
		for at := range text {
			replacements := []byte("\n\r\t 0A=+/\x00\xff")
			for bit := range 8 {
				replacements = append(replacements, text[at]^1<<bit)
			}
			for _, b := range replacements {
				if b != text[at] {
					altered := slices.Clone(text)
					altered[at] = b
					check(altered, at, quorum)
				}
			}
		}
	}
	for at := range text {
		if _, err := seal.CheckReceipt(slices.Delete(slices.Clone(text), at, at+1), signer.VerifierKey(), known); err == nil {
			t.Fatalf("leaving out byte %d goes unnoticed", at)
		}
		if _, err := seal.CheckReceipt(slices.Insert(slices.Clone(text), at, text[at]), signer.VerifierKey(), known); err == nil && text[at] != '\n' {
			t.Fatalf("doubling byte %d goes unnoticed", at)
		}
	}
}

func FuzzCheckReceipt(f *testing.F) {
	l, signer := newLog(11), newSigner(f, origin, 1)
	text := format(f, receiptOf(f, l, 6, sign(f, signer, 11, l.tree.Root())))
	f.Add(text)
	f.Add(text[:len(text)/2])
	f.Add([]byte("c2sp.org/tlog-proof@v1\nextra e30=\nindex 0\n\n"))
	f.Add([]byte("c2sp.org/tlog-proof@v1\nextra \n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		checked, err := seal.CheckReceipt(text, signer.VerifierKey(), seal.Quorum{})
		if err != nil {
			for _, kind := range []error{seal.ErrMalformed, seal.ErrWrongKey, seal.ErrSignature, seal.ErrCommitment, seal.ErrProof} {
				if errors.Is(err, kind) {
					return
				}
			}
			t.Fatalf("an error of no kind: %v", err)
		}
		if checked.Number != 6 || !bytes.Equal(checked.Entry, l.entries[6]) {
			t.Fatalf("forged: %+v", checked)
		}
	})
}

func TestReceiptAsQR(t *testing.T) {
	l, signer := newLog(5000), newSigner(t, origin, 1)
	for _, length := range []int{0, 100, 500, 900} {
		l.append(bytes.Repeat([]byte("ñ"), length/2))
		text := format(t, receiptOf(t, l, l.tree.Size()-1, sign(t, signer, l.tree.Size(), l.tree.Root())))
		picture, err := seal.QR(text)
		if err != nil {
			t.Fatalf("a receipt of %d bytes: %v", len(text), err)
		}
		code, err := png.Decode(bytes.NewReader(picture))
		if err != nil {
			t.Fatal(err)
		}
		if got := decodeQR(t, code); got != string(text) {
			t.Errorf("a receipt of %d bytes is read as %d others", len(text), len(got))
		}
		const zone = 4 * 4 // four modules of four pixels
		side := code.Bounds().Dx()
		for i := range side {
			for j := range zone {
				for _, p := range []image.Point{{i, j}, {j, i}, {i, side - 1 - j}, {side - 1 - j, i}} {
					if r, _, _, _ := code.At(p.X, p.Y).RGBA(); r != 0xffff {
						t.Fatalf("the quiet zone is not white at %v", p)
					}
				}
			}
		}
	}
}

func decodeQR(t *testing.T, picture image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]interface{}{
		gozxing.DecodeHintType_PURE_BARCODE: true, gozxing.DecodeHintType_CHARACTER_SET: "UTF-8",
	})
	if err != nil {
		t.Fatal(err)
	}
	return result.GetText()
}

func TestQRCapacity(t *testing.T) {
	full := bytes.Repeat([]byte("a"), 2953)
	picture, err := seal.QR(full)
	if err != nil {
		t.Fatal(err)
	}
	code, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	if decodeQR(t, code) != string(full) {
		t.Error("the largest code is read otherwise")
	}
	if _, err := seal.QR(append(full, 'a')); !errors.Is(err, seal.ErrTooLargeForQR) {
		t.Errorf("a byte more gives %v", err)
	}
	for _, text := range [][]byte{nil, {0xff}} {
		if _, err := seal.QR(text); !errors.Is(err, seal.ErrMalformed) {
			t.Errorf("drawing %q gives %v", text, err)
		}
	}
}

func BenchmarkCheckReceipt(b *testing.B) {
	l, signer := newLog(100_000), newSigner(b, origin, 1)
	text := format(b, receiptOf(b, l, 77_777, sign(b, signer, 100_000, l.tree.Root())))
	for b.Loop() {
		if _, err := seal.CheckReceipt(text, signer.VerifierKey(), seal.Quorum{}); err != nil {
			b.Fatal(err)
		}
	}
}
