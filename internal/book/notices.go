package book

import (
	"context"
	"fmt"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/seal"
)

// Notices returns the signed list of what was taken from monitors, newest first, for the
// public: each with the leaf of the entry that did it. Of whom and why it says nothing.
func (b *Book) Notices(ctx context.Context) ([]byte, error) {
	var changes []*custody.MonitorChange
	var size int64
	b.Read(func(s *custody.State) { changes, size = s.MonitorNotices(true), s.Next })
	list := make([]seal.Notice, len(changes))
	for i, c := range changes {
		leaf, err := b.readNodes(ctx, []seal.Node{{Level: 0, Index: c.Entry}})
		if err != nil {
			return nil, fmt.Errorf("the notice of entry %d: %w", c.Entry, err)
		}
		list[i] = seal.Notice{Entry: c.Entry, At: c.ConfirmedAt, What: string(c.Act), Leaf: leaf[0]}
	}
	return b.signer.Notices(size, list)
}
