package custody

import (
	"encoding/hex"
	"time"
)

// RollPrint is the detail of printing the roll of an establishment for when all power is gone. It fixes what the paper
// says: whoever has the book can make the same roll again, and the fingerprint shows that it is the same.
type RollPrint struct {
	Establishment string    `json:"establishment"`
	AsOf          int64     `json:"asOf"` // the roll after so many entries of the book
	At            time.Time `json:"at"`   // when that was
	People        int       `json:"people"`
	Digest        string    `json:"digest"` // SHA-256 of the roll's text, in hexadecimal
}

// PrintRoll decides the recording of a printed roll.
func (s *State) PrintRoll(r RollPrint) (Entry, error) {
	if p := s.Places.Get(r.Establishment); p == nil || p.Kind != Establishment {
		return Entry{}, Unknown("establishment", r.Establishment)
	}
	if sum, err := hex.DecodeString(r.Digest); err != nil || len(sum) != 32 || r.AsOf < 0 || r.AsOf > s.Next || r.People < 0 {
		return Entry{}, InvalidInput("roll-print-malformed", "establishment", r.Establishment)
	}
	r.At = Moment(r.At)
	return Entry{Kind: RollPrinted, Place: r.Establishment, Detail: &r}, nil
}
