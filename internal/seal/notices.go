package seal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Notice tells the public that an entry took something from whoever watches. Leaf is the
// entry's leaf hash, so that whoever holds the entry's receipt can prove what it says.
type Notice struct {
	Entry int64
	At    time.Time // to the second, in UTC
	What  string    // one word
	Leaf  Hash
}

// noticesHead begins the list of a log. No checkpoint begins so, since a checkpoint's first
// line is an origin and an origin has no spaces: neither can be passed off as the other.
const noticesHead = "habeas notices v1 of "

// maxNotices bounds a list that is read.
const maxNotices = 1 << 20 // bytes

// Notices signs the list of notices of the log, as of a size, with the log's own key. It is
// a signed note (https://c2sp.org/signed-note): a head, the size, then a line a notice.
func (s *Signer) Notices(size int64, list []Notice) ([]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s\n%d\n", noticesHead, s.Origin(), size)
	for _, n := range list {
		if n.What == "" || strings.ContainsFunc(n.What, func(r rune) bool { return (r < 'a' || r > 'z') && r != '-' }) {
			return nil, fmt.Errorf("signing notices: %w: %q is not one word", ErrMalformed, n.What)
		}
		fmt.Fprintf(&b, "%d %s %s %s\n", n.Entry, n.At.UTC().Format(time.RFC3339), n.What, base64.StdEncoding.EncodeToString(n.Leaf[:]))
	}
	signed, err := note.Sign(&note.Note{Text: b.String()}, s.note)
	if err != nil {
		return nil, fmt.Errorf("signing the notices of %s: %w", s.Origin(), err)
	}
	return signed, nil
}

// OpenNotices reads a signed list and checks it against the log's verifier key. Errors:
// ErrMalformed, ErrWrongKey, ErrSignature, ErrKey.
func OpenNotices(signed []byte, key string) (size int64, list []Notice, err error) {
	refuse := func(why string) (int64, []Notice, error) {
		return 0, nil, fmt.Errorf("opening notices: %w: %s", ErrMalformed, why)
	}
	if len(signed) > maxNotices {
		return refuse("too long")
	}
	verifier, err := readVerifierKey(key)
	if err != nil {
		return 0, nil, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	var unsigned *note.UnverifiedNoteError
	var falsified *note.InvalidSignatureError
	switch {
	case errors.As(err, &unsigned):
		return 0, nil, fmt.Errorf("opening notices: %w", ErrWrongKey)
	case errors.As(err, &falsified):
		return 0, nil, fmt.Errorf("opening notices: %w", ErrSignature)
	case err != nil:
		return refuse("no signed note")
	}
	lines := strings.Split(strings.TrimSuffix(opened.Text, "\n"), "\n")
	if len(lines) < 2 || lines[0] != noticesHead+verifier.Name() {
		return refuse("not the notices of " + verifier.Name())
	}
	if _, err := fmt.Sscanf(lines[1], "%d", &size); err != nil || fmt.Sprint(size) != lines[1] || size < 0 {
		return refuse("its size is no number")
	}
	for _, line := range lines[2:] {
		var n Notice
		var at, leaf string
		if _, err := fmt.Sscanf(line, "%d %s %s %s", &n.Entry, &at, &n.What, &leaf); err != nil {
			return refuse("a line is no notice")
		}
		hash, err := base64.StdEncoding.Strict().DecodeString(leaf)
		if err != nil || len(hash) != len(n.Leaf) || n.Entry < 0 || n.Entry >= size {
			return refuse("a line is no notice")
		}
		n.Leaf = Hash(hash)
		if n.At, err = time.Parse(time.RFC3339, at); err != nil {
			return refuse("a line is no notice")
		}
		list = append(list, n)
	}
	return size, list, nil
}
