package transfer_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// A transfer is for officials of its two ends. Every act is refused to those of a third
// establishment, and boarding to those of the destination.
func TestATransferIsForItsTwoEnds(t *testing.T) {
	play := habeastest.NewPlay(t, habeastest.NewStore(t, habeastest.SQLite), 6)
	for _, e := range []string{habeastest.Origin, habeastest.Centre, habeastest.Roadside} {
		play.Posts(e)
	}
	p, ctx, never := habeastest.Numbers(6), context.Background(), time.Time{}
	draft := play.As("planner").Drafts([]string{"B1"}, p[5])
	id := play.As("planner").Drafts([]string{"B1", "B2"}, p[0], p[1], p[2])
	play.As("governor").Approves(id)
	play.As("reception").Boards(id, "B1", p[0], p[1])
	play.As("escort").Counts(id, "B1", 2)
	offered := play.As("reception").OffersDeparture(id, "B1")
	d := play.Transfer

	type act func(c book.Command) (book.Written, error)
	for name, a := range map[string]struct {
		role custody.Role
		act  act
	}{
		"draft": {custody.MovementPlanner, func(c book.Command) (book.Written, error) {
			return d.Draft(ctx, c, custody.Transfer{From: habeastest.Origin, To: habeastest.Centre, Date: "2031-03-20", LegalBasis: "Order 9"})
		}},
		"approve":  {custody.Governor, func(c book.Command) (book.Written, error) { return d.Approve(ctx, c, draft) }},
		"call off": {custody.Governor, func(c book.Command) (book.Written, error) { return d.CallOff(ctx, c, draft, "rain") }},
		"escort":   {custody.MovementPlanner, func(c book.Command) (book.Written, error) { return d.AssignEscort(ctx, c, draft, custody.Escort{}) }},
		"waypoint": {custody.MovementPlanner, func(c book.Command) (book.Written, error) {
			return d.AddWaypoint(ctx, c, draft, custody.Waypoint{Code: "W1", Name: "Bridge"})
		}},
		"vehicles": {custody.MovementPlanner, func(c book.Command) (book.Written, error) {
			return d.AddVehicles(ctx, c, draft, custody.Vehicle{Code: "B9", Seats: 4})
		}},
		"manifest": {custody.MovementPlanner, func(c book.Command) (book.Written, error) {
			return d.LoadManifest(ctx, c, draft, "a list", []string{p[4]})
		}},
		"identify": {custody.ReceptionOfficer, func(c book.Command) (book.Written, error) { return d.Identify(ctx, c, id, p[2]) }},
		"board":    {custody.ReceptionOfficer, func(c book.Command) (book.Written, error) { return d.Board(ctx, c, id, "B2", never, p[2]) }},
		"count": {custody.EscortCommander, func(c book.Command) (book.Written, error) {
			return d.Count(ctx, c, id, "B1", custody.VehicleCount{Stage: "boarding", Counted: 2}, never)
		}},
		"offer a departure": {custody.ReceptionOfficer, func(c book.Command) (book.Written, error) {
			return d.OfferDeparture(ctx, c, id, []string{"B2"}, never)
		}},
		"offer an arrival": {custody.EscortCommander, func(c book.Command) (book.Written, error) {
			return d.OfferArrival(ctx, c, id, []string{"B2"}, nil, habeastest.CentreReception, never)
		}},
		"accept": {custody.EscortCommander, func(c book.Command) (book.Written, error) { return d.Accept(ctx, c, offered, never) }},
		"recall": {custody.ReceptionOfficer, func(c book.Command) (book.Written, error) { return d.Recall(ctx, c, offered, "a tyre") }},
		"arrive": {custody.EscortCommander, func(c book.Command) (book.Written, error) {
			return d.Arrive(ctx, c, id, "B1", habeastest.CentreReception, never)
		}},
		"withdraw": {custody.HealthStaff, func(c book.Command) (book.Written, error) { return d.Withdraw(ctx, c, id, p[2], "unfit", "") }},
		"divert": {custody.EscortCommander, func(c book.Command) (book.Written, error) {
			return d.Divert(ctx, c, id, p[0], habeastest.Hospital, "", never)
		}},
		"lodge": {custody.EscortCommander, func(c book.Command) (book.Written, error) {
			return d.Lodge(ctx, c, id, p[0], habeastest.OriginReception, "", never)
		}},
		"resume": {custody.EscortCommander, func(c book.Command) (book.Written, error) { return d.Resume(ctx, c, id, "B1", p[0], never) }},
		"unlisted": {custody.ReceptionOfficer, func(c book.Command) (book.Written, error) {
			return d.Unlisted(ctx, c, id, "", habeastest.Admission(40), habeastest.CentreReception, never)
		}},
		"close": {custody.MovementPlanner, func(c book.Command) (book.Written, error) { return d.Close(ctx, c, id) }},
	} {
		t.Run(name, func(t *testing.T) {
			strangers := []string{habeastest.Roadside}
			if name == "identify" || name == "board" {
				strangers = append(strangers, habeastest.Centre)
			}
			for _, e := range strangers {
				if _, err := a.act(book.Command{By: string(a.role) + "." + e}); !errors.Is(err, custody.Refused("other-establishments-official")) {
					t.Fatalf("by an official of %s: %v", e, err)
				}
			}
			own := habeastest.Origin
			if name == "unlisted" {
				own = habeastest.Centre
			}
			for _, by := range []string{string(a.role) + "." + own, string(a.role)} {
				_, err := a.act(book.Command{By: by})
				if r, refused := custody.RefusalOf(err); err != nil && (!refused || r.Reason == custody.Forbidden) {
					t.Fatalf("by %s: %v", by, err)
				}
			}
		})
	}
}

// An offer is taken back by the hand that made it, or another of the same side.
func TestARecallIsForTheGivingSide(t *testing.T) {
	play := habeastest.NewPlay(t, habeastest.NewStore(t, habeastest.SQLite), 2)
	play.Posts(habeastest.Origin)
	play.Posts(habeastest.Centre)
	p := habeastest.Numbers(2)
	id := play.As("planner").Drafts([]string{"B1"}, p[0], p[1])
	play.As("governor").Approves(id)
	play.As("reception."+habeastest.Origin).Boards(id, "B1", p[0], p[1])
	play.As("escort").Counts(id, "B1", 2)

	h := play.As("reception."+habeastest.Origin).OffersDeparture(id, "B1")
	play.As("reception."+habeastest.Centre).Refused("wrong-hand").Recalls(h, "we are full")
	play.As("escort").Refused("wrong-hand").Recalls(h, "we are late")
	play.As("planner").Refused("not-permitted").Recalls(h, "a change of plan")
	play.As("reception."+habeastest.Origin).Refused("reason-missing").Recalls(h, " ")
	play.As("duty."+habeastest.Origin).Recalls(h, "a tyre")

	play.As("escort").Accepts(play.As("reception."+habeastest.Origin).OffersDeparture(id, "B1"))
	play.As("escort").Arrives(id, "B1")
	h = play.As("escort").OffersArrival(id, []string{"B1"})
	play.As("reception."+habeastest.Centre).Refused("wrong-hand").Recalls(h, "not so many")
	play.As("reception."+habeastest.Origin).Refused("wrong-hand").Recalls(h, "back to us")
	play.As("escort2").Recalls(h, "a recount")
}
