package api

import (
	"context"
	"sort"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
)

type rollQuery struct {
	At time.Time `query:"at" doc:"A past instant; without it, now."`
	By string    `query:"by" enum:"place,status" doc:"place: the roll of each place too."`
}

type differenceQuery struct {
	From time.Time `query:"from" doc:"The earlier instant."`
	To   time.Time `query:"to" doc:"The later instant; without it, now."`
}

type placesQuery struct {
	Under string `query:"under" maxLength:"60" doc:"An establishment, or a place above."`
	After string `query:"after" maxLength:"60" doc:"Those whose code comes after this one."`
	Limit int    `query:"limit" minimum:"1" maximum:"5000" default:"500"`
}

type discrepancyQuery struct {
	Open bool `query:"open" doc:"Only those that stand open."`
}

// Establishments are the rolls of the establishments.
type Establishments struct {
	Establishments []roll.EstablishmentRoll `json:"establishments"`
}

// OverdueReleases are the people held past their last live authority, longest first.
type OverdueReleases struct {
	At      time.Time             `json:"at"`
	Overdue []roll.OverdueRelease `json:"overdue"`
}

// Discrepancies are contradictions between facts and the record.
type Discrepancies struct {
	Discrepancies []*custody.Discrepancy `json:"discrepancies"`
}

// Places are places of the tree, by code.
type Places struct {
	Places []*custody.Place `json:"places"`
	Total  int              `json:"total"`
}

type newPlaces struct {
	Places []custody.Place `json:"places" maxItems:"5000"`
}

type capacity struct {
	Capacity int       `json:"capacity" required:"true"` // left out, it would allow nobody
	From     time.Time `json:"from"`
	Until    time.Time `json:"until,omitzero"`
	Reason   string    `json:"reason,omitempty" maxLength:"500"`
}

type reason struct {
	Reason string `json:"reason" maxLength:"500"`
}

type explanation struct {
	Explanation string `json:"explanation"`
}

// places registers the roll, what is wrong with it, and the tree of places.
func (d *door) places() {
	read(d, "/roll", "The roll of the whole service", "", func(ctx context.Context, who *asker, q *rollQuery) (roll.Now, error) {
		if q.By == "place" {
			if err := d.sighted(who); err != nil {
				return roll.Now{}, err
			}
		}
		if q.At.IsZero() {
			return d.Roll.SeenBy(who.official.Name).Roll(d.Clock(), q.By == "place"), nil
		}
		return d.Roll.SeenBy(who.official.Name).RollAt(ctx, q.At, q.By == "place")
	})
	read(d, "/roll/difference", "How the roll of one instant differs from that of another, by name", custody.ReadRecords, func(ctx context.Context, who *asker, q *differenceQuery) (roll.Difference, error) {
		if err := d.sighted(who); err != nil {
			return roll.Difference{}, err
		}
		to := q.To
		if to.IsZero() {
			to = d.Clock()
		}
		return d.Roll.SeenBy(who.official.Name).Differ(ctx, q.From, to)
	})
	read(d, "/establishments", "The roll of each establishment", "", func(_ context.Context, who *asker, _ *nothing) (Establishments, error) {
		return Establishments{d.Roll.SeenBy(who.official.Name).Roll(d.Clock(), false).Establishments}, nil
	})
	read(d, "/overdue", "Who is held past the last live authority", custody.ReadRecords, func(_ context.Context, who *asker, _ *nothing) (OverdueReleases, error) {
		now := d.Clock()
		return OverdueReleases{now, d.Roll.SeenBy(who.official.Name).Overdue(now)}, nil
	})
	read(d, "/discrepancies", "Contradictions between facts and the record", custody.ReadRecords, func(_ context.Context, who *asker, q *discrepancyQuery) (Discrepancies, error) {
		return Discrepancies{d.Roll.SeenBy(who.official.Name).Discrepancies(q.Open)}, nil
	})
	command(d, "/discrepancies/{id}/resolution", "Resolve a discrepancy, by name", func(ctx context.Context, c book.Command, id string, in *explanation) (book.Written, error) {
		return d.Roll.Resolve(ctx, c, id, in.Explanation)
	})
	read(d, "/places", "The places", "", func(_ context.Context, who *asker, q *placesQuery) (Places, error) {
		return d.listPlaces(who.official.Name, q), nil
	})
	command(d, "/places", "Open places, parents first, all or none", func(ctx context.Context, c book.Command, _ string, in *newPlaces) (book.Written, error) {
		return d.Roll.OpenPlaces(ctx, c, in.Places)
	})
	command(d, "/places/{code}/capacity", "Sign an operational capacity", func(ctx context.Context, c book.Command, code string, in *capacity) (book.Written, error) {
		return d.Roll.OrderCapacity(ctx, c, code, custody.CapacityOrder{Capacity: in.Capacity, From: in.From, Until: in.Until, Reason: in.Reason})
	})
	command(d, "/places/{code}/out-of-use", "Take a place out of use", func(ctx context.Context, c book.Command, code string, in *reason) (book.Written, error) {
		return d.Roll.TakeOut(ctx, c, code, in.Reason)
	})
	command(d, "/places/{code}/in-use", "Bring a place back into use", func(ctx context.Context, c book.Command, code string, _ *nothing) (book.Written, error) {
		return d.Roll.BringBack(ctx, c, code)
	})
}

// listPlaces lists places by code; vehicles of transfers are shown with their transfer.
func (d *door) listPlaces(official string, q *placesQuery) Places {
	list := Places{Places: []*custody.Place{}}
	d.Book.Read(func(s *custody.State) {
		for p := range s.Places.All() {
			if p.Kind == custody.VehiclePlace || !under(s, p, q.Under) || s.May(official, custody.ReadRoll, p.Code) != nil {
				continue
			}
			list.Total++
			if strings.Compare(p.Code, q.After) > 0 {
				list.Places = append(list.Places, p)
			}
		}
	})
	sort.Slice(list.Places, func(i, j int) bool { return list.Places[i].Code < list.Places[j].Code })
	list.Places = list.Places[:min(len(list.Places), q.Limit)]
	return list
}

// under reports whether a place is another, or inside it.
func under(s *custody.State, p *custody.Place, code string) bool {
	for p != nil {
		if code == "" || p.Code == code {
			return true
		}
		p = s.Places.Get(p.Parent)
	}
	return false
}
