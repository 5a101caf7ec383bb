package custody

import "strings"

// DroppedRow is the detail of dropping a row that an import had put aside: somebody decided, by name and with a reason, that
// what it says is not to be taken.
type DroppedRow struct {
	ID   string `json:"id"` // in the quarantine
	File string `json:"file"`
	Line int    `json:"line"`
}

// DropRow decides to drop a row of an import's quarantine. place is where its file was imported into; empty: nowhere in
// particular. Refusals: "reason-missing", "text-too-long".
func (s *State) DropRow(r DroppedRow, place, reason string) (Entry, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return Entry{}, InvalidInput("reason-missing")
	}
	if err := checkText("reason", reason, 500); err != nil {
		return Entry{}, err
	}
	return Entry{Kind: RowDropped, Place: place, Note: reason, Detail: &r}, nil
}
