package habeastest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/transfer"
)

// Play is a story told through the desks, each act by an official of a role. The clock
// goes on by a minute before every act.
type Play struct {
	Book     *book.Book
	Roll     *roll.Desk
	Transfer *transfer.Desk
	Clock    *Clock

	t testing.TB
}

// NewPlay opens the store's book, founds the invented service with n people in it, and
// sets the stage.
func NewPlay(t testing.TB, s *Store, n int) *Play {
	t.Helper()
	b := s.Established(n)
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	register, err := roll.New(ctx, b)
	if err != nil {
		t.Fatalf("open the roll desk: %v", err)
	}
	return &Play{Book: b, Roll: register, Transfer: transfer.New(b), Clock: s.Clock, t: t}
}

// Actor is an official in a play. Every act must succeed, unless the actor was made with Refused.
type Actor struct {
	play *Play
	name string
	code string // when set, what the actor tries must be refused with it
}

// As gives the floor to an official by user name; see Officials.
func (p *Play) As(official string) Actor { return Actor{play: p, name: official} }

// Refused is the same official, whose next act must be refused with a code and change nothing.
func (a Actor) Refused(code string) Actor {
	a.code = code
	return a
}

// acts runs one act through a desk and judges its outcome.
func (a Actor) acts(act func(ctx context.Context, c book.Command) (book.Written, error)) book.Written {
	a.play.t.Helper()
	a.play.Clock.Advance(time.Minute)
	before := a.play.Book.Size()
	w, err := act(context.Background(), book.Command{By: a.name})
	switch {
	case a.code == "" && err != nil:
		a.play.t.Fatalf("%s: %v", a.name, err)
	case a.code != "" && !errors.Is(err, custody.Refused(a.code)):
		a.play.t.Fatalf("%s: got %v, want the refusal %q", a.name, err, a.code)
	case a.code != "" && a.play.Book.Size() != before:
		a.play.t.Fatalf("%s was refused, and the book grew from %d to %d", a.name, before, a.play.Book.Size())
	}
	return w
}

// Admits takes in the nth invented person at a place, on a sentence, and returns the prison number.
func (a Actor) Admits(n int, place string) (person string) {
	a.play.t.Helper()
	w := a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Roll.Admit(ctx, c, roll.Arrival{Place: place, Admission: Admission(n, Paper(n, a.play.Clock.Now()))})
	})
	if len(w.Entries) == 0 {
		return ""
	}
	return w.Entries[0].Person
}

// AdmitsAs takes somebody in with what is said at the door.
func (a Actor) AdmitsAs(admission custody.Admission, place string) book.Written {
	a.play.t.Helper()
	return a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Roll.Admit(ctx, c, roll.Arrival{Place: place, Admission: admission})
	})
}

// Escapes states an escape.
func (a Actor) Escapes(person string) {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Roll.Escape(ctx, c, person, "over the wall", time.Time{})
	})
}

// Moves moves people to a place of their establishment, all or none.
func (a Actor) Moves(to string, people ...string) {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		steps := make([]roll.Step, len(people))
		for i, p := range people {
			steps[i] = roll.Step{Person: p, To: to}
		}
		return a.play.Roll.Move(ctx, c, steps...)
	})
}

// OrdersRelease records a court's order that cites authorities of a person.
func (a Actor) OrdersRelease(person string, cites ...string) {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Roll.OrderRelease(ctx, c, custody.ReleaseOrder{Person: person, Issuer: "First Court", Case: "12", Cites: cites})
	})
}

// Releases lets a person go.
func (a Actor) Releases(person string) {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Roll.Release(ctx, c, person, "home", time.Time{})
	})
}

// Finds states that a person was found in a place.
func (a Actor) Finds(person, place string) {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Roll.Found(ctx, c, person, place, time.Time{})
	})
}

// ReportsDeath states that a person died.
func (a Actor) ReportsDeath(person string) {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Roll.Die(ctx, c, person, custody.Death{Cause: "heart"}, time.Time{})
	})
}

// Resolves answers by name for every open discrepancy.
func (a Actor) Resolves(explanation string) {
	a.play.t.Helper()
	for _, d := range a.play.Roll.Discrepancies(true) {
		a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
			return a.play.Roll.Resolve(ctx, c, d.ID, explanation)
		})
	}
}

// LooksAt opens the record of a person, which leaves a trace, and returns it.
func (a Actor) LooksAt(person string) roll.Record {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Roll.Look(ctx, c, person, "record")
	})
	if a.code != "" {
		return roll.Record{}
	}
	r, err := a.play.Roll.Record(person, a.play.Clock.Now())
	if err != nil {
		a.play.t.Fatalf("%s looks at %s: %v", a.name, person, err)
	}
	return r
}

// Drafts drafts a transfer from the origin to the centre, with an escort, vehicles of
// four seats and a manifest, and returns its identifier.
func (a Actor) Drafts(vehicles []string, people ...string) (id string) {
	a.play.t.Helper()
	desk := a.play.Transfer
	w := a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return desk.Draft(ctx, c, custody.Transfer{From: Origin, To: Centre, Date: "2031-03-14", LegalBasis: "Order 7"})
	})
	if len(w.Entries) == 0 {
		return ""
	}
	id = w.Entries[0].Transfer
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return desk.AssignEscort(ctx, c, id, custody.Escort{Corps: "1st", Commander: "Maj. Umaña", Units: []custody.Unit{{Name: "A", Headcount: 40}}, Helicopters: 1})
	})
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		list := make([]custody.Vehicle, len(vehicles))
		for i, code := range vehicles {
			list[i] = custody.Vehicle{Code: code, Seats: 4}
		}
		return desk.AddVehicles(ctx, c, id, list...)
	})
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return desk.LoadManifest(ctx, c, id, "a list", people)
	})
	return id
}

// Approves puts the second signature under a transfer.
func (a Actor) Approves(id string) {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Transfer.Approve(ctx, c, id)
	})
}

// Boards identifies people and has them enter a vehicle.
func (a Actor) Boards(id, vehicle string, people ...string) {
	a.play.t.Helper()
	if a.code == "" {
		a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
			return a.play.Transfer.Identify(ctx, c, id, people...)
		})
	}
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Transfer.Board(ctx, c, id, vehicle, time.Time{}, people...)
	})
}

// Counts states how many were counted aboard before departure.
func (a Actor) Counts(id, vehicle string, n int) {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Transfer.Count(ctx, c, id, vehicle, custody.VehicleCount{Stage: "boarding", Counted: n}, time.Time{})
	})
}

// OffersDeparture offers a vehicle to the escort and returns the handover.
func (a Actor) OffersDeparture(id, vehicle string) (handover string) {
	a.play.t.Helper()
	return offered(a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Transfer.OfferDeparture(ctx, c, id, []string{vehicle}, time.Time{})
	}))
}

// Arrives states that a vehicle arrived at the centre.
func (a Actor) Arrives(id, vehicle string) {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Transfer.Arrive(ctx, c, id, vehicle, CentreReception, time.Time{})
	})
}

// OffersArrival offers those aboard a vehicle, and people named, to the centre's
// reception and returns the handover.
func (a Actor) OffersArrival(id string, vehicles []string, people ...string) (handover string) {
	a.play.t.Helper()
	return offered(a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Transfer.OfferArrival(ctx, c, id, vehicles, people, CentreReception, time.Time{})
	}))
}

func offered(w book.Written) string {
	if len(w.Entries) == 0 {
		return ""
	}
	return w.Entries[0].Detail.(*custody.Handover).ID
}

// Accepts receives what was offered.
func (a Actor) Accepts(handover string) {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Transfer.Accept(ctx, c, handover, time.Time{})
	})
}

// Recalls takes an offered handover back.
func (a Actor) Recalls(handover, reason string) {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Transfer.Recall(ctx, c, handover, reason)
	})
}

// Withdraws takes a person off a transfer as unfit.
func (a Actor) Withdraws(id, person string) {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Transfer.Withdraw(ctx, c, id, person, "unfit", "fever")
	})
}

// Diverts states that a person under way was taken to the hospital.
func (a Actor) Diverts(id, person string) {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Transfer.Divert(ctx, c, id, person, Hospital, "", time.Time{})
	})
}

// Closes closes a transfer.
func (a Actor) Closes(id string) {
	a.play.t.Helper()
	a.acts(func(ctx context.Context, c book.Command) (book.Written, error) {
		return a.play.Transfer.Close(ctx, c, id)
	})
}

// Sees wants exactly these people on the roll of a place or establishment, in any order.
func (a Actor) Sees(under string, people ...string) {
	a.play.t.Helper()
	residents, total, err := a.play.Roll.People(under, "", 1000)
	if err != nil {
		a.play.t.Fatalf("%s sees nothing in %s: %v", a.name, under, err)
	}
	var got []string
	for _, r := range residents {
		got = append(got, r.Number)
	}
	want := slices.Sorted(slices.Values(people))
	if !slices.Equal(got, want) || total != len(want) {
		a.play.t.Fatalf("%s sees %v in %s (%d in all), want %v", a.name, got, under, total, want)
	}
}

// Verified wants the book to verify without a problem.
func (p *Play) Verified() book.Report {
	p.t.Helper()
	r, err := p.Book.Verify(context.Background())
	if err != nil || len(r.Problems) > 0 || !r.RebuiltEqual || !r.SealedEqual {
		p.t.Fatalf("the book does not verify: %+v, %v", r, err)
	}
	return r
}

// Posts appoints one official of every role to serve in an establishment alone; the user
// name is the role, a dot and the establishment's code, e.g. "reception.CCT".
func (p *Play) Posts(establishment string) {
	p.t.Helper()
	for _, r := range custody.Roles {
		o := custody.Official{Name: string(r) + "." + establishment, FullName: "Official " + string(r), Roles: []custody.Role{r}, Establishment: establishment}
		if r == custody.Monitor { // takes two keys, which are the access desk's
			if _, err := Do(p.Book, book.Command{By: "engineer"}, Once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.Appoint(o) })); err != nil {
				p.t.Fatalf("appoint %s: %v", o.Name, err)
			}
			continue
		}
		p.As("engineer").acts(func(ctx context.Context, c book.Command) (book.Written, error) { return p.Roll.Appoint(ctx, c, o) })
	}
}
