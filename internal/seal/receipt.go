package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

// What can be wrong with a receipt, besides what can be wrong with its checkpoint and its proof (ErrMalformed,
// ErrWrongKey, ErrSignature, ErrProof).
var (
	// ErrCommitment: the entry or its salt is not what was committed to; one of them was altered.
	ErrCommitment = errors.New("entry or salt does not match its commitment")
	// ErrQuorum: fewer of the given witnesses have cosigned than were asked for.
	ErrQuorum = errors.New("too few witnesses have cosigned")
)

// MaxReceipt is the longest receipt that is written or read, in bytes.
const MaxReceipt = 64 << 10

// Receipt is what an entry's holder is given: the entry itself, and all that it takes to show that it is in the book.
// Its text is a C2SP tlog-proof (https://c2sp.org/tlog-proof).
type Receipt struct {
	Number     int64 // the entry's, and its leaf's
	Salt       Salt
	Entry      []byte // exactly as committed to
	Proof      []Hash // of inclusion, in the log of the checkpoint's size
	Checkpoint []byte // signed, with whatever cosignatures it has
}

// Checked is what a receipt proves once it has been checked.
type Checked struct {
	Number     int64
	Entry      []byte
	Checkpoint Checkpoint
	Cosigners  []string // names of those of the given witnesses that have cosigned
}

// Quorum says which witnesses the checker knows, by their verifier keys, and how many of them must have cosigned. The
// zero value asks for none.
type Quorum struct {
	Keys   []string
	Needed int
}

// receiptExtra is the extra data of a receipt's tlog-proof. The commitment can be computed from the other two; it is there so
// that a failed check can say whether the entry was altered or the proof.
type receiptExtra struct {
	Version    int    `json:"v"`
	Commitment []byte `json:"commitment"`
	Salt       []byte `json:"salt"`
	Entry      []byte `json:"entry"`
}

const receiptVersion = 1

// FormatReceipt writes a receipt's text. It writes none that would not pass its own check, save for the signature, whose
// key it does not know. Errors: ErrMalformed, ErrProof, ErrSize.
func FormatReceipt(r Receipt) ([]byte, error) {
	commitment := Commit(r.Salt, r.Entry)
	extra, err := json.Marshal(receiptExtra{
		Version: receiptVersion, Commitment: commitment[:], Salt: r.Salt[:], Entry: nonNil(r.Entry),
	})
	if err != nil {
		return nil, fmt.Errorf("writing the receipt of entry %d: %w", r.Number, err)
	}
	text := torchwood.FormatProofWithExtraData(r.Number, extra, tlog.RecordProof(r.Proof), r.Checkpoint)
	parsed, err := parseReceipt(text)
	if err != nil {
		return nil, fmt.Errorf("writing the receipt of entry %d: %w", r.Number, err)
	}
	head, err := readHead(parsed.Checkpoint)
	if err != nil {
		return nil, fmt.Errorf("writing the receipt of entry %d: %w", r.Number, err)
	}
	if err := CheckInclusion(r.Proof, head.Size, head.Root, r.Number, LeafHash(commitment)); err != nil {
		return nil, fmt.Errorf("writing the receipt of entry %d: %w", r.Number, err)
	}
	return text, nil
}

// CheckReceipt checks a receipt against the log's verifier key, and against witnesses if any are asked for. It needs
// nothing else: no database, no network. A receipt has exactly one way to be written, so that whatever was changed in it
// is noticed, save in the signature of a witness that the checker does not know.
//
// Errors: ErrMalformed, ErrWrongKey, ErrSignature, ErrCommitment, ErrProof, ErrQuorum, ErrKey.
func CheckReceipt(text []byte, verifierKey string, witnesses Quorum) (Checked, error) {
	log, err := readVerifierKey(verifierKey)
	if err != nil {
		return Checked{}, err
	}
	if log.witness {
		return Checked{}, fmt.Errorf("checking a receipt: %w: %s is the key of a witness, not of a log", ErrKey, log.Name())
	}
	cosigning, err := readVerifierKeys(witnesses.Keys)
	if err != nil {
		return Checked{}, err
	}
	for _, key := range cosigning {
		if !key.witness || key.public == log.public {
			return Checked{}, fmt.Errorf("checking a receipt: %w: %s is not the key of an outside witness", ErrKey, key.Name())
		}
	}
	if witnesses.Needed < 0 || witnesses.Needed > len(cosigning) {
		return Checked{}, fmt.Errorf("checking a receipt: %w: %d witnesses asked for, %d keys given", ErrQuorum, witnesses.Needed, len(cosigning))
	}

	r, err := parseReceipt(text)
	if err != nil {
		return Checked{}, fmt.Errorf("checking a receipt: %w", err)
	}
	head, cosigners, err := openCheckpoint(r.Checkpoint, append(cosigning, log))
	if err != nil {
		return Checked{}, fmt.Errorf("checking the receipt of entry %d: %w", r.Number, err)
	}
	commitment := Commit(r.Salt, r.Entry)
	if commitment != r.commitment {
		return Checked{}, fmt.Errorf("checking the receipt of entry %d: %w", r.Number, ErrCommitment)
	}
	if tlog.CheckRecord(r.Proof, head.Size, head.Root, r.Number, LeafHash(commitment)) != nil {
		return Checked{}, fmt.Errorf("checking the receipt of entry %d: %w", r.Number, ErrProof)
	}
	if len(cosigners) < witnesses.Needed {
		return Checked{}, fmt.Errorf("checking the receipt of entry %d: %w: %d of the %d asked for", r.Number, ErrQuorum, len(cosigners), witnesses.Needed)
	}
	return Checked{Number: r.Number, Entry: r.Entry, Checkpoint: head, Cosigners: cosigners}, nil
}

// parsedReceipt is a receipt as read, with the commitment that it claims. Nothing in it has been checked.
type parsedReceipt struct {
	Receipt
	commitment Commitment
}

// parseReceipt reads a receipt's text and refuses any but the one way of writing what it says. The error is ErrMalformed.
func parseReceipt(text []byte) (parsedReceipt, error) {
	refuse := func(why string) (parsedReceipt, error) {
		return parsedReceipt{}, fmt.Errorf("reading a receipt: %w: %s", ErrMalformed, why)
	}
	if len(text) > MaxReceipt {
		return refuse(fmt.Sprintf("it has %d bytes, at most %d are read", len(text), MaxReceipt))
	}
	extra, err := torchwood.ProofExtraData(text)
	if err != nil {
		return refuse("it is not a tlog-proof with an entry in it")
	}
	var r parsedReceipt
	if why := r.readExtra(extra); why != "" {
		return refuse(why)
	}

	// ProofExtraData has seen the two lines before this one.
	lines, checkpoint, found := strings.Cut(string(text), "\n\n")
	if !found {
		return refuse("it has no checkpoint")
	}
	fields := strings.Split(lines, "\n")[2:]
	if len(fields) == 0 {
		return refuse("it has no index")
	}
	index, found := strings.CutPrefix(fields[0], "index ")
	if r.Number, err = strconv.ParseInt(index, 10, 64); !found || err != nil || r.Number < 0 {
		return refuse("its index is not a number")
	}
	for _, field := range fields[1:] {
		h, err := tlog.ParseHash(field)
		if err != nil {
			return refuse("its proof is not made of hashes")
		}
		r.Proof = append(r.Proof, h)
	}
	r.Checkpoint = []byte(checkpoint)

	if !bytes.Equal(text, torchwood.FormatProofWithExtraData(r.Number, extra, r.Proof, r.Checkpoint)) {
		return refuse("it is not written as receipts are")
	}
	if !signaturesAreCanonical(r.Checkpoint) {
		return refuse("its signatures are not written as signatures are")
	}
	return r, nil
}

// readExtra reads the extra data, and says what is wrong with it if anything is.
func (r *parsedReceipt) readExtra(extra []byte) (wrong string) {
	var e receiptExtra
	if err := json.Unmarshal(extra, &e); err != nil {
		return "its extra data is not an entry and a salt"
	}
	if e.Version != receiptVersion {
		return fmt.Sprintf("it is of version %d, which this program does not know", e.Version)
	}
	if len(e.Salt) != SaltSize || len(e.Commitment) != len(r.commitment) || e.Entry == nil {
		return "its extra data is not an entry and a salt"
	}
	again, err := json.Marshal(e)
	if err != nil || !bytes.Equal(again, extra) {
		return "its extra data is not written as it should be"
	}
	r.Salt, r.commitment, r.Entry = Salt(e.Salt), Commitment(e.Commitment), e.Entry
	return ""
}

// signaturesAreCanonical says whether each signature line of a note is written in the one way, and stands there once.
// Readers of notes pass over repeated lines, and over stray bits at the end of base64.
func signaturesAreCanonical(signed []byte) bool {
	_, signatures, found := cutSignatures(signed)
	if !found || len(signatures) == 0 || signatures[len(signatures)-1] != '\n' {
		return false
	}
	lines := strings.Split(strings.TrimSuffix(string(signatures), "\n"), "\n")
	for i, line := range lines {
		_, encoded, found := strings.Cut(strings.TrimPrefix(line, "— "), " ")
		if _, err := base64.StdEncoding.Strict().DecodeString(encoded); !found || err != nil {
			return false
		}
		if slices.Contains(lines[:i], line) {
			return false
		}
	}
	return true
}

// nonNil keeps an empty entry apart from none: JSON writes nil as null.
func nonNil(entry []byte) []byte {
	if entry == nil {
		return []byte{}
	}
	return entry
}
