package transfer_test

import (
	"os"
	"slices"
	"testing"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

func TestMain(m *testing.M) { os.Exit(habeastest.Main(m)) }

// A transfer from the draft to its close, with everything that can be honest trouble.
func TestTransferPlay(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		play := habeastest.NewPlay(t, s, 8)
		planner, governor, gate := play.As("planner"), play.As("governor"), play.As("reception")
		escort, door, monitor := play.As("escort"), play.As("reception2"), play.As("monitor")
		p := habeastest.Numbers(8)

		monitor.Refused("not-permitted").Drafts(nil)
		id := planner.Drafts([]string{"B1", "B2"}, p[0], p[1], p[2], p[3], p[4], p[5], p[1])
		planner.Refused("not-permitted").Approves(id)
		gate.Refused("transfer-status").Boards(id, "B1", p[0])
		governor.Approves(id)

		gate.Withdraws(id, p[5])
		gate.Boards(id, "B1", p[0], p[1], p[2])
		gate.Boards(id, "B2", p[3], p[4])
		gate.Refused("vehicle-not-counted").OffersDeparture(id, "B1")
		escort.Counts(id, "B1", 3)
		escort.Counts(id, "B2", 2)
		one := gate.OffersDeparture(id, "B1")
		gate.Refused("same-official").Accepts(one)
		monitor.Refused("not-permitted").Accepts(one)
		escort.Accepts(one)
		escort.Accepts(gate.OffersDeparture(id, "B2"))
		monitor.Sees(habeastest.Origin, p[5], p[6], p[7])

		escort.Diverts(id, p[0])
		play.As("health").ReportsDeath(p[1])
		escort.Arrives(id, "B1")
		escort.Arrives(id, "B2")
		planner.Refused("transfer-not-settled").Closes(id)
		door.Accepts(escort.OffersArrival(id, []string{"B1", "B2"}))
		monitor.Sees(habeastest.CentreReception, p[2], p[3], p[4])
		planner.Closes(id)
		door.Accepts(escort.OffersArrival(id, nil, p[0]))
		monitor.Sees(habeastest.Centre, p[0], p[2], p[3], p[4])

		v, err := play.Transfer.View(id)
		if err != nil {
			t.Fatal(err)
		}
		want := custody.Sums{Listed: 6, Departed: 5, Withdrawn: 1, Received: 3, Diverted: 1, Dead: 1, ArrivedLater: 1}
		if v.Sums != want || !v.SumsHold || v.Status != custody.Closed {
			t.Fatalf("%s with sums %+v, want closed with %+v", v.Status, v.Sums, want)
		}
		var kinds []string
		for _, e := range v.Exceptions {
			kinds = append(kinds, e.Kind)
		}
		slices.Sort(kinds)
		if !slices.Equal(kinds, []string{"dead", "diverted", "listed-twice", "unfit"}) {
			t.Fatalf("the exceptions are %v", kinds)
		}
		if report := play.Verified(); report.Roll[habeastest.Centre] != 4 || report.Roll[habeastest.Origin] != 3 {
			t.Fatalf("the verified rolls are %v", report.Roll)
		}
	})
}
