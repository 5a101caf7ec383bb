package custody

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Entry is one thing that happened, as it stands in the book. Its JSON encoding is
// canonical: the seal commits to exactly those bytes.
type Entry struct {
	Number    int64     `json:"number"` // place in the book from 0; equals the leaf number in the log
	Kind      Kind      `json:"kind"`
	Happened  time.Time `json:"happened"` // UTC, microseconds
	Recorded  time.Time `json:"recorded"` // UTC, microseconds; never before the entry before it
	By        string    `json:"by"`       // user name of the official who recorded it
	Person    string    `json:"person,omitempty"`
	Place     string    `json:"place,omitempty"`
	Authority string    `json:"authority,omitempty"` // the paper or order it was done on
	Transfer  string    `json:"transfer,omitempty"`
	Vehicle   string    `json:"vehicle,omitempty"`
	Glass     string    `json:"glass,omitempty"` // recorded while its author acted in an office or place that was not theirs
	// Paper is the line of a form on paper from which the entry was typed afterwards; nil: it was recorded as it happened, or
	// by whoever saw it.
	Paper *PaperLine `json:"paper,omitempty"`
	// Previous is the entry before this one about the same person, so that a chain of
	// custody can be walked back to the admission from its newest entry alone.
	Previous *int64 `json:"previous,omitempty"`
	Corrects *int64 `json:"corrects,omitempty"` // the entry that this one corrects
	Move     *Move  `json:"move,omitempty"`     // set when custody or place changes
	// Contradictions are what the fact says against the record; each opens a discrepancy.
	Contradictions []Contradiction `json:"contradictions,omitempty"`
	Note           string          `json:"note,omitempty"`
	Detail         any             `json:"detail,omitempty"`  // a pointer to the struct that Kind names
	Request        *Request        `json:"request,omitempty"` // on the first entry of a command sent with an idempotency key
}

// Request ties the entries of one command to its idempotency key, so that the same
// request sent twice counts once, even after a rebuild from the book.
type Request struct {
	Key    string `json:"key"`
	Digest string `json:"digest"` // of the command's content: the same key with other content is refused
	Count  int    `json:"count"`  // how many entries the command made, this one included
}

// Move is one leg of the double entry: custody leaves From and enters To.
type Move struct {
	From Position `json:"from"`
	To   Position `json:"to"`
}

// Position is where a person is and who answers for them. The zero Position is
// freedom (or, before admission, the world outside).
type Position struct {
	Establishment string `json:"establishment,omitempty"` // whose roll the person is on; empty in transit
	Place         string `json:"place,omitempty"`
	Custodian     string `json:"custodian,omitempty"` // an establishment's code, or the transfer whose escort holds them
}

// Contradiction is a difference between a fact and the record.
type Contradiction struct {
	Kind   string            `json:"kind"`
	Params map[string]string `json:"params,omitempty"`
}

// Fact reports whether the entry states a fact, which is always recorded even when it
// contradicts the roll, rather than an order: by its kind, or an admission by how it was stated.
func (e *Entry) Fact() bool {
	a, admitted := e.Detail.(*Admission)
	return e.Kind.Fact() || (admitted && a.AsFact)
}

// Encode returns the canonical bytes of the entry.
func (e *Entry) Encode() ([]byte, error) {
	b, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode entry %d (%s): %w", e.Number, e.Kind, err)
	}
	return b, nil
}

// DecodeEntry reads canonical bytes back, with Detail as the struct that Kind names.
// It fails on an unknown kind, an unknown detail field or a malformed value.
func DecodeEntry(b []byte) (*Entry, error) {
	type plain Entry
	var w struct {
		plain
		Detail json.RawMessage `json:"detail"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return nil, fmt.Errorf("decode entry: %w", err)
	}
	e := Entry(w.plain)
	spec, ok := kinds[e.Kind]
	if !ok {
		return nil, fmt.Errorf("decode entry %d: unknown kind %q", e.Number, e.Kind)
	}
	e.Detail = nil
	switch has := len(w.Detail) > 0; {
	case !has && spec.detail == nil:
		return &e, nil
	case !has:
		return nil, fmt.Errorf("decode entry %d: kind %s without its detail", e.Number, e.Kind)
	case spec.detail == nil:
		return nil, fmt.Errorf("decode entry %d: kind %s carries no detail", e.Number, e.Kind)
	}
	d, read := spec.detail(), json.NewDecoder(bytes.NewReader(w.Detail))
	read.DisallowUnknownFields()
	if err := read.Decode(d); err != nil {
		return nil, fmt.Errorf("decode entry %d (%s): %w", e.Number, e.Kind, err)
	}
	e.Detail = d
	return &e, nil
}

// Moment brings a time to the precision and zone of the book: UTC, microseconds.
func Moment(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}
