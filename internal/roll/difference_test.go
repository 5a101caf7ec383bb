package roll_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/roll"
)

// Two instants are compared by what happened, by name: who came, who left, who moved, and
// which landings it touched.
func TestTheDifferenceOfTwoInstants(t *testing.T) {
	play := habeastest.NewPlay(t, habeastest.NewStore(t, habeastest.SQLite), 4)
	p := habeastest.Numbers(4)
	reception, landing, records := play.As("reception"), play.As("landing"), play.As("records")
	landing.Moves(habeastest.OriginCell, p[0])
	play.Clock.Advance(time.Minute)
	from := play.Clock.Now()
	landing.Moves("OLD-M1-C2", p[0])
	landing.Moves(habeastest.OriginCell, p[1])
	landing.Moves(habeastest.OriginReception, p[1]) // and back: no change
	records.OrdersRelease(p[2], p[2]+"/A1")
	records.Releases(p[2])
	came := reception.Admits(30, habeastest.OriginReception)
	to := play.Clock.Now()
	landing.Moves(habeastest.OriginCell, p[3]) // after the second instant

	d, err := play.Roll.Differ(context.Background(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Came) != 1 || d.Came[0].Number != came || d.Came[0].To.Place != habeastest.OriginReception || d.Came[0].Name == "" {
		t.Errorf("came: %+v", d.Came)
	}
	if len(d.Left) != 1 || d.Left[0].Number != p[2] || d.Left[0].Status != custody.Released || d.Left[0].From.Place != habeastest.OriginReception {
		t.Errorf("left: %+v", d.Left)
	}
	if len(d.Moved) != 1 || d.Moved[0].Number != p[0] || d.Moved[0].From.Place != habeastest.OriginCell || d.Moved[0].To.Place != "OLD-M1-C2" {
		t.Errorf("moved: %+v", d.Moved)
	}
	want := map[string]roll.LandingChanges{
		habeastest.OriginCell:      {From: 1, To: 0, Departed: 1},
		"OLD-M1-C2":                {From: 0, To: 1, Came: 1},
		habeastest.OriginReception: {From: 3, To: 3, Came: 1, Departed: 1},
	}
	if len(d.Landings) != len(want) || d.HeldFrom != 4 || d.HeldTo != 4 {
		t.Errorf("landings: %+v, held %d and %d", d.Landings, d.HeldFrom, d.HeldTo)
	}
	for _, l := range d.Landings {
		w := want[l.Landing]
		if l.From != w.From || l.To != w.To || l.Came != w.Came || l.Departed != w.Departed {
			t.Errorf("%+v, want %+v", l, w)
		}
	}
	if _, err := play.Roll.Differ(context.Background(), to, from); !errors.Is(err, custody.Refused("instants-reversed")) {
		t.Errorf("reversed: %v", err)
	}
}
