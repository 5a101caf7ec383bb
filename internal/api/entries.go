package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"habeas.example/habeas/internal/bell"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/seal"
)

// Feed is a part of the book, in order.
type Feed struct {
	Entries []json.RawMessage `json:"entries" doc:"As sealed."`
	Next    int64             `json:"next" doc:"Value of after for the entries that come after these."`
	Size    int64             `json:"size" doc:"Of the book."`
}

type feedQuery struct {
	After int64        `query:"after" default:"-1" doc:"Entries numbered above this one."`
	Limit int          `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Kind  custody.Kind `query:"kind" maxLength:"40" doc:"Entries of one kind alone."`
}

type streamQuery struct {
	After  string `query:"after" maxLength:"20" doc:"Entries numbered above this one."`
	LastID string `header:"Last-Event-ID" maxLength:"20" doc:"What a browser sends when it comes back."`
}

// file is an answer that is not JSON.
type file struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// maxScanned bounds how many entries are looked through for those of one kind.
const maxScanned = 20_000

// entries registers the book itself: the feed, receipts, and verification.
func (d *door) entries() {
	read(d, "/entries", "The entries of the book; reading about people is recorded", custody.ReadBook, d.feed)
	handle(d, operation{method: http.MethodGet, path: "/entries/stream", summary: "Entries as they are written, as server-sent events; reading is recorded"}, d.stream)
	read(d, "/entries/{number}", "One entry, as sealed", "", func(ctx context.Context, who *asker, _ *nothing) (json.RawMessage, error) {
		stored, err := d.entry(ctx, who)
		return stored.Body, err
	})
	handle(d, operation{method: http.MethodGet, path: "/entries/{number}/receipt", summary: "The receipt of an entry: a C2SP tlog-proof"},
		func(ctx context.Context, who *asker, _ *nothing) (*file, error) {
			text, err := d.receipt(ctx, who)
			return &file{ContentType: "text/plain; charset=utf-8", Disposition: `attachment; filename="entry-` + who.subject + `.tlog-proof"`, Body: text}, err
		})
	handle(d, operation{method: http.MethodGet, path: "/entries/{number}/receipt.png", summary: "The receipt of an entry as a QR code"},
		func(ctx context.Context, who *asker, _ *nothing) (*file, error) {
			text, err := d.receipt(ctx, who)
			if err != nil {
				return nil, err
			}
			picture, err := seal.QR(text)
			if errors.Is(err, seal.ErrTooLargeForQR) {
				err = &custody.Refusal{Code: "receipt-too-large", Reason: custody.Conflict, Params: map[string]string{"entry": who.subject}}
			}
			return &file{ContentType: "image/png", Body: picture}, err
		})
	handle(d, operation{method: http.MethodPost, path: "/verification", summary: "Rebuild all state from the book and compare"}, d.verify)
}

// feed reads on from a number. Of one kind it may answer with nothing and a next number:
// it has looked through as many entries as one request may. A page with entries about
// people is a look at them, and is recorded before it is shown.
func (d *door) feed(ctx context.Context, who *asker, q *feedQuery) (Feed, error) {
	if q.Kind != "" && !q.Kind.Known() {
		return Feed{}, custody.InvalidInput("kind-unknown", "kind", string(q.Kind))
	}
	f := Feed{Entries: []json.RawMessage{}, Next: max(q.After, -1)}
	var personal []int64 // numbers of the entries about people
	for scanned := 0; len(f.Entries) < q.Limit && scanned < maxScanned; {
		size := q.Limit
		if q.Kind != "" {
			size = 1000
		}
		stored, err := d.Book.Entries(ctx, f.Next+1, size)
		if err != nil {
			return Feed{}, err
		}
		for _, s := range stored {
			if len(f.Entries) == q.Limit {
				break
			}
			f.Next = s.Number
			kind, err := kindOf(s)
			if err != nil {
				return Feed{}, err
			}
			if q.Kind != "" && kind != q.Kind {
				continue
			}
			sees, err := d.seesEntry(who.official.Name, s)
			if err != nil {
				return Feed{}, err
			}
			if !sees {
				continue
			}
			f.Entries = append(f.Entries, s.Body)
			if kind.Personal() {
				personal = append(personal, s.Number)
			}
		}
		if scanned += len(stored); len(stored) < size {
			break
		}
	}
	f.Size = d.Book.Size()
	if len(personal) == 0 {
		return f, nil
	}
	_, err := d.Roll.LookThrough(ctx, who.command(), personal[0], personal[len(personal)-1])
	return f, err
}

// seesEntry reports whether an official may read an entry of the book, as far as the
// places that they serve go.
func (d *door) seesEntry(official string, stored book.Stored) (sees bool, err error) {
	d.Book.Read(func(s *custody.State) { sees = s.May(official, custody.ReadBook, custody.WholeService) == nil })
	if sees {
		return true, nil
	}
	e, err := custody.DecodeEntry(stored.Body)
	if err != nil {
		return false, err
	}
	d.Book.Read(func(s *custody.State) { sees = s.SeesEntry(official, custody.ReadBook, e) })
	return sees, nil
}

func kindOf(s book.Stored) (custody.Kind, error) {
	var e struct {
		Kind custody.Kind `json:"kind"`
	}
	err := json.Unmarshal(s.Body, &e)
	return e.Kind, err
}

// stream sends entries as they are written, until the listener leaves or may no longer
// listen. That they begin to read on is recorded before the first entry is sent, and how
// far they came when it ends.
func (d *door) stream(ctx context.Context, who *asker, q *streamQuery) (*huma.StreamResponse, error) {
	if err := d.may(who, custody.ReadBook); err != nil {
		return nil, err
	}
	after := int64(-1)
	for _, said := range []string{q.After, q.LastID} { // the newer one is what a browser has seen since
		if said == "" {
			continue
		}
		n, err := strconv.ParseInt(said, 10, 64)
		if err != nil || n < -1 {
			return nil, custody.InvalidInput("entry-number-malformed", "entry", said)
		}
		after = max(after, n)
	}
	reader := who.command()
	if _, err := d.Roll.LookThrough(ctx, reader, after+1, -1); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		r, w := humago.Unwrap(hc)
		events := bell.Events{Alive: streamAlive, Patience: requestTime, May: func() error {
			official, err := d.Access.Who(r.Context(), who.token)
			if err != nil {
				return err
			}
			return d.may(&asker{official: official}, custody.ReadBook)
		}, Sees: func(stored book.Stored) (bool, error) { return d.seesEntry(who.official.Name, stored) }}
		err := events.Send(r.Context(), w, d.Book, after)
		if _, refused := custody.RefusalOf(err); err != nil && !refused {
			d.Log.Error("a stream of entries ended", "official", who.official.Name, "error", err)
		}
		d.streamEnded(r.Context(), reader, after+1)
	}}, nil
}

// streamEnded records how far a listener can have read, also when they have left. A server
// that shuts down may have closed its book: then the look that began the stream stands alone.
func (d *door) streamEnded(ctx context.Context, reader book.Command, first int64) {
	ending, stop := context.WithTimeout(context.WithoutCancel(ctx), requestTime)
	defer stop()
	last := d.Book.Size() - 1
	if last < first {
		return
	}
	if _, err := d.Roll.LookThrough(ending, reader, first, last); err != nil && !errors.Is(err, book.ErrClosed) {
		d.Log.Error("the end of a stream of entries was not recorded", "official", reader.By, "error", err)
	}
}

// entry returns the entry that a path names to those who may read it: all of the book, or,
// for an entry about a person, that person's record; then the look is recorded.
func (d *door) entry(ctx context.Context, who *asker) (book.Stored, error) {
	number, err := entryNumber(who.subject)
	if err != nil {
		return book.Stored{}, err
	}
	mayReadBook := d.may(who, custody.ReadBook)
	if mayReadBook != nil {
		if err := d.may(who, custody.ReadRecords); err != nil {
			return book.Stored{}, mayReadBook
		}
	}
	stored, err := d.Book.Entry(ctx, number)
	if errors.Is(err, book.ErrNotFound) {
		return book.Stored{}, custody.Unknown("entry", who.subject)
	}
	if err != nil {
		return stored, err
	}
	e, err := custody.DecodeEntry(stored.Body)
	if err != nil {
		return book.Stored{}, err
	}
	if e.Person == "" {
		sees, err := d.seesEntry(who.official.Name, stored)
		if err == nil && mayReadBook == nil && !sees {
			err = custody.Unknown("entry", who.subject)
		}
		return stored, errors.Join(err, mayReadBook)
	}
	_, err = d.look(ctx, who, e.Person, "")
	if errors.Is(err, custody.Refused("unknown-person")) {
		err = custody.Unknown("entry", who.subject) // not even whom it is about
	}
	return stored, err
}

// receipt writes the receipt of the entry that a path names to those who may read it.
func (d *door) receipt(ctx context.Context, who *asker) ([]byte, error) {
	stored, err := d.entry(ctx, who)
	if err != nil {
		return nil, err
	}
	return d.receiptOf(ctx, stored.Number)
}

// receiptOf writes the receipt of an entry, with whatever cosignatures the checkpoint has.
func (d *door) receiptOf(ctx context.Context, number int64) ([]byte, error) {
	receipts, err := d.Book.Sealed(ctx, []int64{number})
	if err != nil {
		return nil, err
	}
	if receipts[0].Checkpoint, err = d.cosigned(ctx, receipts[0].Checkpoint); err != nil {
		return nil, err
	}
	return seal.FormatReceipt(receipts[0])
}

// verify verifies the book as it is served. It is heavy, so that one at a time runs.
func (d *door) verify(ctx context.Context, who *asker, _ *nothing) (*answer[book.Report], error) {
	if err := d.may(who, custody.ReadBook); err != nil {
		return nil, err
	}
	if !d.verifying.TryLock() {
		return nil, &custody.Refusal{Code: "verification-running", Reason: custody.Conflict}
	}
	defer d.verifying.Unlock()
	report, err := d.Book.Verify(ctx)
	return &answer[book.Report]{report}, err
}
