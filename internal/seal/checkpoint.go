package seal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// What can be wrong with a checkpoint or a receipt, told apart so that its holder learns what happened to it.
var (
	// ErrMalformed: this is not such a document, or it was cut short or rewritten in another form.
	ErrMalformed = errors.New("malformed")
	// ErrWrongKey: nothing in it is signed with the key that it was checked against.
	ErrWrongKey = errors.New("not signed with this key")
	// ErrSignature: it names a key that it was checked against, but the signature is false; the head was altered.
	ErrSignature = errors.New("signature is false")
	// ErrKey: a key given to check or sign with is itself not a key.
	ErrKey = errors.New("not a usable key")
	// ErrOrigin: the name given to a log or witness is not one.
	ErrOrigin = errors.New("not a usable origin")
)

const (
	maxOrigin     = 255     // bytes; what a cosignature of any kind can name
	maxCheckpoint = 1 << 14 // bytes; a head with a hundred signatures
	maxKey        = 1 << 10 // bytes
)

// Checkpoint is the head of a log: at this size it has this root.
type Checkpoint struct {
	Origin string // the log's name, unique among all logs
	Size   int64  // leaves
	Root   Hash
}

// Signer signs a log's checkpoints with its Ed25519 key.
type Signer struct {
	note        note.Signer
	verifierKey string
}

// NewSigner makes the private key of a log (or of a witness) named origin and returns its text, to be kept secret and
// handed to LoadSigner. The chance comes from random, which must be a cryptographic source. By custom the origin is the
// address under which the log is served, without scheme and final slash. Errors: ErrOrigin, or what random returned.
func NewSigner(origin string, random io.Reader) (string, error) {
	if err := checkOrigin(origin); err != nil {
		return "", err
	}
	if random == nil {
		return "", errors.New("making a signing key: no source of chance was given")
	}
	private, _, err := note.GenerateKey(random, origin)
	if err != nil {
		return "", fmt.Errorf("making a signing key for %s: %w", origin, err)
	}
	return private, nil
}

// checkOrigin holds a name to what checkpoints and note signatures can carry.
func checkOrigin(origin string) error {
	why := ""
	switch {
	case origin == "":
		why = "it is empty"
	case len(origin) > maxOrigin:
		why = fmt.Sprintf("it has %d bytes, at most %d are allowed", len(origin), maxOrigin)
	case !utf8.ValidString(origin):
		why = "it is not UTF-8"
	case strings.Contains(origin, "+"):
		why = "it contains a plus sign"
	case strings.IndexFunc(origin, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) >= 0:
		why = "it contains a space or an unprintable character"
	default:
		return nil
	}
	return fmt.Errorf("naming a log: %w: %s", ErrOrigin, why)
}

// LoadSigner reads a private key as NewSigner made it; white space around it is ignored. The error is ErrKey and does not
// repeat the key.
func LoadSigner(private string) (*Signer, error) {
	signer, key, err := readPrivateKey(private)
	if err != nil {
		return nil, err
	}
	verifierKey, err := note.NewEd25519VerifierKey(signer.Name(), key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, fmt.Errorf("loading the signing key of %s: %w", signer.Name(), ErrKey)
	}
	return &Signer{note: signer, verifierKey: verifierKey}, nil
}

// readPrivateKey reads the text "PRIVATE+KEY+<name>+<hash>+<key>".
func readPrivateKey(private string) (note.Signer, ed25519.PrivateKey, error) {
	private = strings.TrimSpace(private)
	refused := fmt.Errorf("loading a signing key: %w", ErrKey)
	if len(private) > maxKey {
		return nil, nil, refused
	}
	signer, err := note.NewSigner(private)
	if err != nil || checkOrigin(signer.Name()) != nil {
		return nil, nil, refused
	}
	// NewSigner found all five fields, and behind an algorithm byte a seed of the right length.
	encoded := strings.SplitN(private, "+", 5)[4]
	seed, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return nil, nil, refused
	}
	return signer, ed25519.NewKeyFromSeed(seed[1:]), nil
}

// VerifierKey returns the public key, to be published and given to whoever checks (https://c2sp.org/signed-note).
func (s *Signer) VerifierKey() string { return s.verifierKey }

// Origin returns the log's name.
func (s *Signer) Origin() string { return s.note.Name() }

// Checkpoint signs the head of the log. The same head always gives the same text. The error is ErrSize.
func (s *Signer) Checkpoint(size int64, root Hash) ([]byte, error) {
	if size < 0 || size > MaxSize {
		return nil, fmt.Errorf("signing a head of %d leaves: %w", size, ErrSize)
	}
	head := torchwood.Checkpoint{Origin: s.Origin(), Tree: tlog.Tree{N: size, Hash: root}}
	signed, err := note.Sign(&note.Note{Text: head.String()}, s.note)
	if err != nil {
		return nil, fmt.Errorf("signing the head of %s at %d leaves: %w", s.Origin(), size, err)
	}
	return signed, nil
}

// OpenCheckpoint reads a signed checkpoint and checks it against verifier keys: those of the log, one of which must have
// signed and must bear the checkpoint's origin as its name, and those of witnesses, which may have. It returns the
// names of the witnesses that have, each at most once. Signatures by other keys are passed over. Errors: ErrMalformed,
// ErrWrongKey, ErrSignature, ErrKey.
func OpenCheckpoint(signed []byte, verifierKeys ...string) (Checkpoint, []string, error) {
	keys, err := readVerifierKeys(verifierKeys)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	return openCheckpoint(signed, keys)
}

func openCheckpoint(signed []byte, keys []verifierKey) (Checkpoint, []string, error) {
	head, err := readHead(signed)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	verifiers := make([]note.Verifier, len(keys))
	for i, key := range keys {
		verifiers[i] = key
	}
	opened, err := note.Open(signed, note.VerifierList(verifiers...))
	var unsigned *note.UnverifiedNoteError
	var falsified *note.InvalidSignatureError
	switch {
	case errors.As(err, &unsigned):
		return Checkpoint{}, nil, fmt.Errorf("opening a checkpoint of %q: %w", head.Origin, ErrWrongKey)
	case errors.As(err, &falsified):
		return Checkpoint{}, nil, fmt.Errorf("opening a checkpoint of %q: %w: that of %s", head.Origin, ErrSignature, falsified.Name)
	case err != nil:
		return Checkpoint{}, nil, fmt.Errorf("opening a checkpoint: %w", ErrMalformed)
	}

	byLog := false
	var cosigners []string
	for _, sig := range opened.Sigs {
		for _, key := range keys {
			if key.Name() != sig.Name || key.KeyHash() != sig.Hash {
				continue
			}
			if key.witness {
				cosigners = append(cosigners, key.Name())
			} else if key.Name() == head.Origin {
				byLog = true
			}
		}
	}
	if !byLog {
		return Checkpoint{}, nil, fmt.Errorf("opening a checkpoint of %q: %w", head.Origin, ErrWrongKey)
	}
	return head, cosigners, nil
}

// readHead reads the text of a signed checkpoint without checking any signature. The error is ErrMalformed.
func readHead(signed []byte) (Checkpoint, error) {
	refuse := func(why string) (Checkpoint, error) {
		return Checkpoint{}, fmt.Errorf("reading a checkpoint: %w: %s", ErrMalformed, why)
	}
	if len(signed) > maxCheckpoint {
		return refuse(fmt.Sprintf("it has %d bytes, at most %d are read", len(signed), maxCheckpoint))
	}
	text, _, found := cutSignatures(signed)
	if !found {
		return refuse("it has no signatures")
	}
	head, err := torchwood.ParseCheckpoint(string(text))
	switch {
	case err != nil || head.String() != string(text):
		return refuse("its lines are not origin, size and root")
	case checkOrigin(head.Origin) != nil:
		return refuse("its origin is not a name")
	case head.N > MaxSize:
		return refuse("its size is beyond any log")
	}
	return Checkpoint{Origin: head.Origin, Size: head.N, Root: head.Hash}, nil
}

// cutSignatures parts a signed note into its text and its signature lines.
func cutSignatures(signed []byte) (text, signatures []byte, found bool) {
	at := bytes.LastIndex(signed, []byte("\n\n"))
	if at < 0 {
		return nil, nil, false
	}
	return signed[:at+1], signed[at+2:], true
}

// verifierKey is a key to check with: a log's, or a witness's, whose signatures are timestamped.
type verifierKey struct {
	note.Verifier
	witness bool
	public  string // the bare public key
}

// readVerifierKeys reads keys and refuses the same public key twice. A cosignature does not commit to its witness's name,
// so one key under two names would count as two witnesses (https://c2sp.org/tlog-cosignature).
func readVerifierKeys(texts []string) ([]verifierKey, error) {
	keys := make([]verifierKey, 0, len(texts))
	for _, text := range texts {
		key, err := readVerifierKey(text)
		if err != nil {
			return nil, err
		}
		for _, other := range keys {
			if other.public == key.public {
				return nil, fmt.Errorf("reading verifier keys: %w: %s and %s are the same key", ErrKey, other.Name(), key.Name())
			}
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func readVerifierKey(text string) (verifierKey, error) {
	text = strings.TrimSpace(text)
	if len(text) <= maxKey {
		parts := strings.SplitN(text, "+", 3)
		public, err := base64.StdEncoding.Strict().DecodeString(parts[len(parts)-1])
		if err == nil && len(public) == 1+ed25519.PublicKeySize && checkOrigin(parts[0]) == nil {
			if v, err := note.NewVerifier(text); err == nil {
				return verifierKey{Verifier: v, public: string(public[1:])}, nil
			}
			if v, err := torchwood.NewCosignatureVerifier(text); err == nil {
				return verifierKey{Verifier: v, witness: true, public: string(public[1:])}, nil
			}
		}
	}
	// The text is not repeated: it may be a private key given by mistake.
	return verifierKey{}, fmt.Errorf("reading a verifier key: %w: it should read name+hash+key", ErrKey)
}
