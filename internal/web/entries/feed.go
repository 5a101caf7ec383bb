package entries

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/seal"
	"habeas.example/habeas/internal/web/page"
)

// Feed is a stretch of the book, newest first, and the seal over it.
type Feed struct {
	Entries    []Step
	Filter     Filter
	Kinds      []custody.Kind
	Officials  []page.Option // who may have recorded something
	Verified   Verification
	Size       int64
	Before     int64 // the stretch lies before this entry
	Older      int64 // the next stretch lies before this one; 0: there is none
	Checkpoint string
	Key        string
	Origin     string
	Witnesses  []book.Cosignature
}

// Filter says which entries a feed shows alone. The zero Filter shows all.
type Filter struct {
	Kind  custody.Kind
	By    string // user name of who recorded it
	About string // a prison number, or the code of a transfer, a vehicle or a place
}

// filterOf reads a filter from an address; a kind that there is not counts as not said.
func filterOf(q url.Values) Filter {
	f := Filter{Kind: custody.Kind(q.Get("kind")), By: strings.TrimSpace(q.Get("by")), About: strings.TrimSpace(q.Get("about"))}
	if !f.Kind.Known() {
		f.Kind = ""
	}
	if number, err := custody.ParsePrisonNumber(f.About); err == nil {
		f.About = number // as people write it
	}
	return f
}

// marks are what the stored bytes of an entry have that the filter lets through; some others have them too.
func (f Filter) marks() (marks [][]byte) {
	quoted := func(text string) []byte {
		b, err := json.Marshal(text)
		if err != nil {
			return nil // no text fails to be written
		}
		return b
	}
	if f.Kind != "" {
		marks = append(marks, append([]byte(`"kind":`), quoted(string(f.Kind))...))
	}
	if f.By != "" {
		marks = append(marks, append([]byte(`"by":`), quoted(f.By)...))
	}
	if f.About != "" {
		marks = append(marks, quoted(f.About))
	}
	return marks
}

// holds reports whether the filter lets an entry through.
func (f Filter) holds(e *custody.Entry) bool {
	return (f.Kind == "" || e.Kind == f.Kind) && (f.By == "" || e.By == f.By) &&
		(f.About == "" || slices.Contains([]string{e.Person, e.Transfer, e.Vehicle, e.Place, e.Authority}, f.About))
}

// feedScan bounds how many entries one page looks through for those that a filter lets through.
const feedScan = 5000

func (d *pages) feed(v *page.Visit) error {
	q := v.R.URL.Query()
	if n, err := strconv.ParseInt(strings.TrimSpace(q.Get("entry")), 10, 64); err == nil && n >= 0 {
		return v.SeeOther(page.EntryAddress(n))
	}
	p := Feed{Filter: filterOf(q), Kinds: Kinds(), Size: d.Book.Size(), Key: d.Book.VerifierKey(), Origin: d.Book.Origin(), Verified: d.verifier.now()}
	p.Before = p.Size
	if n, err := strconv.ParseInt(q.Get("before"), 10, 64); err == nil && n >= 0 && n < p.Size {
		p.Before = n
	}
	if err := d.readFeed(v.R.Context(), &p, v.Official.Name); err != nil {
		return err
	}
	if err := d.lookThrough(v, p.Entries); err != nil {
		return err
	}
	checkpoint, err := d.Book.Checkpoint()
	if err != nil && !errors.Is(err, book.ErrNotFound) {
		return err
	}
	p.Checkpoint = string(checkpoint)
	if p.Witnesses, err = d.Book.Cosignatures(v.R.Context(), 20); err != nil {
		return err
	}
	d.Book.Read(func(s *custody.State) {
		for o := range s.Officials.All() {
			p.Officials = append(p.Officials, page.Option{Value: o.Name, Text: o.FullName})
		}
	})
	slices.SortFunc(p.Officials, func(a, b page.Option) int { return strings.Compare(a.Text, b.Text) })
	return v.Show(http.StatusOK, feedPage(v.Frame("book", v.Say("page.book.title"), ""), p))
}

// sees reports whether an official may read an entry, as far as the places that they serve go.
func (d *pages) sees(official string, action custody.Action, e *custody.Entry) (sees bool) {
	d.Book.Read(func(s *custody.State) { sees = s.SeesEntry(official, action, e) })
	return sees
}

// lookThrough records that entries about people are read (law 8), before they are shown.
func (d *pages) lookThrough(v *page.Visit, newestFirst []Step) error {
	first, last := int64(-1), int64(-1)
	for _, s := range newestFirst {
		if s.Kind.Personal() {
			first, last = s.Number, max(last, s.Number)
		}
	}
	if first < 0 {
		return nil
	}
	_, err := d.roll.LookThrough(v.R.Context(), v.Command(), first, last)
	return err
}

// readFeed reads the newest entries before one that the filter lets through.
func (d *pages) readFeed(ctx context.Context, p *Feed, official string) error {
	const chunk = 500
	marks := p.Filter.marks()
	var found []*custody.Entry
	for p.Older = p.Before; p.Older > 0 && len(found) < page.PageSize && p.Before-p.Older < feedScan; {
		size := int64(chunk)
		if len(marks) == 0 {
			size = page.PageSize
		}
		from := max(p.Older-size, 0)
		stored, err := d.Book.Entries(ctx, from, int(p.Older-from))
		if err != nil {
			return err
		}
		slices.Reverse(stored)
		for _, s := range stored {
			p.Older = s.Number
			if slices.ContainsFunc(marks, func(mark []byte) bool { return !bytes.Contains(s.Body, mark) }) {
				continue
			}
			e, err := custody.DecodeEntry(s.Body)
			if err != nil {
				return err
			}
			if !p.Filter.holds(e) || !d.sees(official, custody.ReadBook, e) {
				continue
			}
			if found = append(found, e); len(found) == page.PageSize {
				break
			}
		}
		if len(stored) == 0 {
			return fmt.Errorf("entry %d: %w", from, book.ErrNotFound)
		}
	}
	d.Book.Read(func(s *custody.State) {
		for _, e := range found {
			p.Entries = append(p.Entries, StepOf(s, e))
		}
	})
	return nil
}

// Address is the address of another stretch of the book.
func (p Feed) Address(before int64) string {
	q := url.Values{}
	for name, value := range map[string]string{"kind": string(p.Filter.Kind), "by": p.Filter.By, "about": p.Filter.About} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if before > 0 && before < p.Size {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	if len(q) == 0 {
		return "/book"
	}
	return "/book?" + q.Encode()
}

// Record is one entry as it is sealed, and its proof.
type Record struct {
	Step
	Sealed string // the exact bytes, set out to be read
	Proof  int    // how many hashes prove it
	Size   int64  // of the checkpoint that it is proved against
	Look   int64  // entry that recorded this look; negative: none was needed
	Newest bool
}

// entry shows an entry with its proof. An entry about a person is part of their record:
// reading it is a look, and is recorded.
func (d *pages) entry(v *page.Visit) error {
	e, look, err := d.openEntry(v)
	if err != nil {
		return err
	}
	receipt, _, err := d.receiptFor(v.R.Context(), e.Number)
	if err != nil {
		return err
	}
	p := Record{Proof: len(receipt.Proof), Look: look}
	head, _, err := seal.OpenCheckpoint(receipt.Checkpoint, d.Book.VerifierKey())
	if err != nil {
		return fmt.Errorf("show entry %d: %w", e.Number, err)
	}
	p.Size, p.Newest = head.Size, e.Number == head.Size-1
	var readable bytes.Buffer
	if err := json.Indent(&readable, receipt.Entry, "", "  "); err != nil {
		return fmt.Errorf("show entry %d: %w", e.Number, err)
	}
	p.Sealed = readable.String()
	establishment := ""
	d.Book.Read(func(s *custody.State) {
		p.Step = StepOf(s, e)
		if e.Move != nil {
			establishment = e.Move.To.Establishment
		}
	})
	title := v.Speaker.Say("page.entry.title", map[string]any{"number": v.Speaker.Number(int(e.Number))})
	return v.Show(http.StatusOK, entryPage(v.Frame("book", title, establishment), p))
}

// receipt gives the receipt of an entry as a file: a C2SP tlog-proof.
func (d *pages) receipt(v *page.Visit) error {
	e, _, err := d.openEntry(v)
	if err != nil {
		return err
	}
	_, text, err := d.receiptFor(v.R.Context(), e.Number)
	if err != nil {
		return err
	}
	v.W.Header().Set("Content-Type", "text/plain; charset=utf-8")
	v.W.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="habeas-%d.tlog-proof"`, e.Number))
	_, _ = v.W.Write(text) // the browser may be gone; there is nobody left to tell
	return nil
}

// receiptPicture gives the receipt of an entry as a QR code.
func (d *pages) receiptPicture(v *page.Visit) error {
	e, _, err := d.openEntry(v)
	if err != nil {
		return err
	}
	_, text, err := d.receiptFor(v.R.Context(), e.Number)
	if err != nil {
		return err
	}
	picture, err := seal.QR(text)
	if errors.Is(err, seal.ErrTooLargeForQR) {
		return page.ErrTooLongForQR
	}
	if err != nil {
		return err
	}
	v.W.Header().Set("Content-Type", "image/png")
	_, _ = v.W.Write(picture) // the browser may be gone; there is nobody left to tell
	return nil
}

// openEntry reads an entry that the official may read. One about a person needs the
// permission to read records, and is recorded as a look at theirs.
func (d *pages) openEntry(v *page.Visit) (e *custody.Entry, look int64, err error) {
	number, err := strconv.ParseInt(v.R.PathValue("number"), 10, 64)
	if err != nil {
		return nil, 0, fmt.Errorf("entry %q: %w", v.R.PathValue("number"), book.ErrNotFound)
	}
	action := custody.ReadRecords
	if v.May(action) != nil {
		action = custody.ReadBook
	}
	if err := v.May(action); err != nil {
		return nil, 0, err
	}
	stored, err := d.Book.Entry(v.R.Context(), number)
	if err != nil {
		return nil, 0, err
	}
	if e, err = custody.DecodeEntry(stored.Body); err != nil {
		return nil, 0, err
	}
	if e.Person == "" || e.Kind == custody.RecordRead {
		if !d.sees(v.Official.Name, action, e) {
			return nil, 0, fmt.Errorf("entry %d: %w", number, book.ErrNotFound) // it concerns places that they do not serve
		}
		return e, -1, nil
	}
	w, err := d.roll.Look(v.R.Context(), v.Command(), e.Person, "")
	if errors.Is(err, custody.Refused("unknown-person")) {
		err = fmt.Errorf("entry %d: %w", number, book.ErrNotFound) // not even whom it is about
	}
	return e, w.First, err
}

func (d *pages) receiptFor(ctx context.Context, number int64) (seal.Receipt, []byte, error) {
	receipts, err := d.Book.Sealed(ctx, []int64{number})
	if err != nil {
		return seal.Receipt{}, nil, err
	}
	text, err := seal.FormatReceipt(receipts[0])
	return receipts[0], text, err
}
