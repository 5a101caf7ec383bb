package roll_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/roll"
)

// Every act of the roll desk is refused to an official of another establishment, facts
// included, and is not refused for that to one of the establishment, or of the service.
func TestAnOfficialActsInTheirOwnEstablishmentAlone(t *testing.T) {
	play := habeastest.NewPlay(t, habeastest.NewStore(t, habeastest.SQLite), 9)
	play.Posts(habeastest.Origin)
	play.Posts(habeastest.Roadside)
	p, ctx, never := habeastest.Numbers(9), context.Background(), time.Time{}
	play.As("landing").Finds(p[8], habeastest.OriginCell) // a discrepancy for the disputes below
	dispute := play.Roll.Discrepancies(true)[0].ID
	paper := habeastest.Paper(40, play.Clock.Now())
	d := play.Roll

	type act func(c book.Command) (book.Written, error)
	for name, a := range map[string]struct {
		role custody.Role
		act  act
	}{
		"open a place": {custody.Engineer, func(c book.Command) (book.Written, error) {
			return d.OpenPlace(ctx, c, custody.Place{Code: "OLD-M1-C9", Parent: "OLD-M1", Name: "Cell 9", Kind: custody.Cell})
		}},
		"order a capacity": {custody.Governor, func(c book.Command) (book.Written, error) {
			return d.OrderCapacity(ctx, c, "OLD-M1-C2", custody.CapacityOrder{Capacity: 1, From: habeastest.Dawn})
		}},
		"take a place out": {custody.Engineer, func(c book.Command) (book.Written, error) { return d.TakeOut(ctx, c, "OLD-M1-C2", "flooded") }},
		"bring it back":    {custody.Engineer, func(c book.Command) (book.Written, error) { return d.BringBack(ctx, c, "OLD-M1-C2") }},
		"appoint": {custody.Governor, func(c book.Command) (book.Written, error) {
			return d.Appoint(ctx, c, custody.Official{Name: "newcomer", FullName: "New", Roles: []custody.Role{custody.LandingOfficer}, Establishment: habeastest.Origin})
		}},
		"call somebody over": {custody.Governor, func(c book.Command) (book.Written, error) { // to serve where the governor does
			_, of, _ := strings.Cut(c.By, ".")
			return d.Appoint(ctx, c, custody.Official{Name: "landing." + habeastest.Origin, FullName: "Gone", Roles: []custody.Role{custody.LandingOfficer}, Establishment: of})
		}},
		"dismiss": {custody.Governor, func(c book.Command) (book.Written, error) { return d.Dismiss(ctx, c, "escort."+habeastest.Origin) }},
		"admit": {custody.ReceptionOfficer, func(c book.Command) (book.Written, error) {
			return d.Admit(ctx, c, roll.Arrival{Place: habeastest.OriginReception, Admission: habeastest.Admission(30, paper)})
		}},
		"admit without papers": {custody.ReceptionOfficer, func(c book.Command) (book.Written, error) {
			return d.Admit(ctx, c, roll.Arrival{Place: habeastest.OriginReception, Admission: habeastest.Admission(31), WithoutPapers: true})
		}},
		"correct": {custody.RecordsOfficer, func(c book.Command) (book.Written, error) {
			person := habeastest.Person(0)
			person.Number = p[0]
			return d.CorrectPerson(ctx, c, person, 0)
		}},
		"give a paper": {custody.RecordsOfficer, func(c book.Command) (book.Written, error) { return d.GiveAuthority(ctx, c, p[0], paper) }},
		"end a paper": {custody.RecordsOfficer, func(c book.Command) (book.Written, error) {
			return d.EndAuthority(ctx, c, p[1]+"/A1", "quashed", never)
		}},
		"order a release": {custody.RecordsOfficer, func(c book.Command) (book.Written, error) {
			return d.OrderRelease(ctx, c, custody.ReleaseOrder{Person: p[2], Issuer: "First Court", Case: "12", Cites: []string{p[2] + "/A1"}})
		}},
		"release": {custody.RecordsOfficer, func(c book.Command) (book.Written, error) { return d.Release(ctx, c, p[3], "home", never) }},
		"move": {custody.LandingOfficer, func(c book.Command) (book.Written, error) {
			return d.Move(ctx, c, roll.Step{Person: p[4], To: habeastest.OriginCell})
		}},
		"go out": {custody.DutyManager, func(c book.Command) (book.Written, error) {
			return d.GoOut(ctx, c, p[5], custody.Outing{Destination: habeastest.Hospital, Escort: "Sgt. Majano"}, never)
		}},
		"return": {custody.ReceptionOfficer, func(c book.Command) (book.Written, error) {
			return d.Return(ctx, c, p[5], habeastest.OriginReception, never)
		}},
		"find": {custody.LandingOfficer, func(c book.Command) (book.Written, error) {
			return d.Found(ctx, c, p[4], habeastest.OriginReception, never)
		}},
		"find outside": {custody.LandingOfficer, func(c book.Command) (book.Written, error) {
			return d.Found(ctx, c, p[4], habeastest.Hospital, never)
		}},
		"die":    {custody.HealthStaff, func(c book.Command) (book.Written, error) { return d.Die(ctx, c, p[6], custody.Death{}, never) }},
		"escape": {custody.ControlRoom, func(c book.Command) (book.Written, error) { return d.Escape(ctx, c, p[7], "over the wall", never) }},
		"resolve": {custody.DutyManager, func(c book.Command) (book.Written, error) {
			return d.Resolve(ctx, c, dispute, "a miscount")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			before := play.Book.Size()
			stranger := book.Command{By: string(a.role) + "." + habeastest.Roadside}
			if _, err := a.act(stranger); !errors.Is(err, custody.Refused("other-establishments-official")) {
				t.Fatalf("by an official of another establishment: %v", err)
			}
			if play.Book.Size() != before {
				t.Fatal("refused, and the book grew")
			}
			for _, by := range []string{string(a.role) + "." + habeastest.Origin, string(a.role)} {
				_, err := a.act(book.Command{By: by})
				if r, refused := custody.RefusalOf(err); err != nil && (!refused || r.Reason == custody.Forbidden) {
					t.Fatalf("by %s: %v", by, err)
				}
			}
		})
	}
}

// What belongs to no establishment is for officials of the whole service; whom nobody
// holds, any establishment may take in; and reading is not bound to a place.
func TestWhatConcernsNoEstablishment(t *testing.T) {
	play := habeastest.NewPlay(t, habeastest.NewStore(t, habeastest.SQLite), 2)
	play.Posts(habeastest.Centre)
	p, ctx := habeastest.Numbers(2), context.Background()
	refused := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, custody.Refused("other-establishments-official")) {
			t.Errorf("%s: %v", what, err)
		}
	}
	engineer := book.Command{By: "engineer." + habeastest.Centre}
	_, err := play.Roll.OpenPlace(ctx, engineer, custody.Place{Code: "NEW", Name: "New", Kind: custody.Establishment})
	refused("an establishment", err)
	_, err = play.Roll.OpenPlace(ctx, engineer, custody.Place{Code: "COURT9", Name: "New", Kind: custody.Court})
	refused("a court", err)
	_, err = play.Roll.TakeOut(ctx, engineer, habeastest.Hospital, "closed")
	refused("a hospital", err)
	_, err = play.Roll.Appoint(ctx, engineer, custody.Official{Name: "everywhere", FullName: "E", Roles: []custody.Role{custody.Governor}})
	refused("an official of the whole service", err)
	_, err = play.Roll.Dismiss(ctx, engineer, "governor")
	refused("the dismissal of one", err)

	play.As("reception." + habeastest.Centre).Refused("unknown-person").LooksAt(p[0])
	play.As("planner").Drafts([]string{"B1"}, p[0])
	play.As("reception." + habeastest.Centre).LooksAt(p[0]) // who comes tomorrow
	play.As("records").OrdersRelease(p[1], p[1]+"/A1")
	play.As("records").Releases(p[1])
	if _, err := play.Roll.GiveAuthority(ctx, book.Command{By: "records." + habeastest.Centre}, p[1], habeastest.Paper(50, play.Clock.Now())); err != nil {
		t.Errorf("a paper for somebody free: %v", err)
	}
	w, err := play.Roll.Admit(ctx, book.Command{By: "reception." + habeastest.Centre}, roll.Arrival{Number: p[1], Place: habeastest.CentreReception})
	if err != nil || len(w.Entries) != 1 {
		t.Errorf("somebody free taken in: %v", err)
	}
}

// An act whose desk never says where it is done fails closed.
func TestAnActWithoutAPlaceIsForTheWholeService(t *testing.T) {
	play := habeastest.NewPlay(t, habeastest.NewStore(t, habeastest.SQLite), 1)
	play.Posts(habeastest.Origin)
	forgetful := func(by string) error {
		_, err := play.Book.One(context.Background(), book.Command{By: by}, custody.StateFacts, func(tx *book.Tx) (custody.Entry, error) {
			return tx.State().Found(habeastest.Numbers(1)[0], habeastest.OriginCell, tx.Now(), tx.Now())
		})
		return err
	}
	if err := forgetful("landing." + habeastest.Origin); !errors.Is(err, custody.Refused("other-establishments-official")) {
		t.Errorf("by an official of one establishment: %v", err)
	}
	if err := forgetful("landing"); err != nil {
		t.Errorf("by an official of the whole service: %v", err)
	}
}
