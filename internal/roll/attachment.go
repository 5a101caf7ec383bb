package roll

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// MaxAttachment is the longest file that is kept, in bytes.
const MaxAttachment = 8 << 20

// Attachment is a file that records name by its hash: a paper or a photograph. It lies
// beside the book; the book holds the hash, which proves it.
type Attachment struct {
	Hash  string
	Type  string // its media type, by its content
	Bytes []byte
}

// attachmentTypes are the sorts of file that are kept, and how their names end.
var attachmentTypes = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}

// Name is a file name for it.
func (a *Attachment) Name() string { return a.Hash[:min(len(a.Hash), 12)] + attachmentTypes[a.Type] }

// KeepAttachment keeps a file and returns its hash, SHA-256 in hexadecimal. The same file
// kept twice is one. Refusals: "not-permitted" to officials who neither admit people nor
// keep papers, "attachment-empty", "attachment-too-large", "attachment-type".
func (d *Desk) KeepAttachment(ctx context.Context, official string, content []byte) (hash string, err error) {
	d.book.Read(func(s *custody.State) {
		if err = s.May(official, custody.AdmitPeople); err != nil {
			err = s.May(official, custody.KeepPapers)
		}
	})
	if err != nil {
		return "", err
	}
	kind := http.DetectContentType(content)
	switch {
	case len(content) == 0:
		return "", custody.InvalidInput("attachment-empty")
	case len(content) > MaxAttachment:
		return "", custody.InvalidInput("attachment-too-large", "max", strconv.Itoa(MaxAttachment>>20))
	case attachmentTypes[kind] == "":
		return "", custody.InvalidInput("attachment-type")
	}
	hash = book.AttachmentHash(kind, content)
	_, err = d.book.Beside().ExecContext(ctx, "INSERT INTO attachment (hash, type, bytes) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING", hash, kind, content)
	if err != nil {
		return "", fmt.Errorf("keep an attachment: %w", err)
	}
	return hash, nil
}

// Attachment returns a file once the look at it is recorded (law 8). Refusals:
// "unknown-attachment", "not-permitted". A file that is no longer what its hash says is an
// error, and is not shown.
func (d *Desk) Attachment(ctx context.Context, c book.Command, hash string) (Attachment, error) {
	var err error
	var cited []string
	d.book.Read(func(s *custody.State) {
		if err = s.May(c.By, custody.ReadRecords, custody.WholeService); err != nil {
			cited = citedAt(s, c.By, hash)
			err = s.May(c.By, custody.ReadRecords, cited...)
		}
	})
	if errors.Is(err, custody.Refused("not-permitted")) {
		return Attachment{}, err
	}
	if err != nil {
		return Attachment{}, custody.Unknown("attachment", hash)
	}
	a, err := d.attachment(ctx, hash)
	if err != nil {
		return Attachment{}, err
	}
	_, err = d.book.One(ctx, c, custody.ReadRecords, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(cited...); err != nil {
			return custody.Entry{}, err
		}
		return custody.Entry{Kind: custody.RecordRead, Note: "attachment " + hash}, nil
	})
	return a, err
}

// attachment reads a file that was kept, and that it still is what its hash says.
func (d *Desk) attachment(ctx context.Context, hash string) (Attachment, error) {
	a := Attachment{Hash: hash}
	err := d.book.Beside().QueryRowContext(ctx, "SELECT type, bytes FROM attachment WHERE hash = $1", hash).Scan(&a.Type, &a.Bytes)
	if errors.Is(err, sql.ErrNoRows) {
		return Attachment{}, custody.Unknown("attachment", hash)
	}
	if err != nil {
		return Attachment{}, fmt.Errorf("read attachment %s: %w", hash, err)
	}
	if book.AttachmentHash(a.Type, a.Bytes) != hash {
		return Attachment{}, fmt.Errorf("attachment %s is not what was kept", hash)
	}
	return a, nil
}
