package roll_test

import (
	"context"
	"os"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/roll"
)

func TestMain(m *testing.M) { os.Exit(habeastest.Main(m)) }

// From admission to release: who may do what, what is refused, what is recorded.
func TestRollPlay(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		play := habeastest.NewPlay(t, s, 2)
		reception, landing, records, monitor := play.As("reception"), play.As("landing"), play.As("records"), play.As("monitor")
		p := habeastest.Numbers(2)

		person := reception.Admits(30, habeastest.OriginReception)
		monitor.Refused("not-permitted").Admits(31, habeastest.OriginReception)
		records.Refused("not-permitted").Moves(habeastest.OriginCell, person)
		landing.Moves("OLD-M1-C2", person, p[0])
		landing.Refused("place-full").Moves("OLD-M1-C2", p[1])
		landing.Refused("place-full").Moves("OLD-M1-C2", p[1], person) // one refusal refuses all
		monitor.Sees("OLD-M1-C2", person, p[0])
		monitor.Sees(habeastest.Origin, person, p[0], p[1])

		landing.Finds(p[1], habeastest.OriginCell)
		now := play.Roll.Roll(play.Clock.Now(), false)
		if now.Held != 3 || now.Discrepancies != 1 || now.Overdue != 0 {
			t.Fatalf("the roll says %+v", now)
		}
		landing.Refused("not-permitted").Resolves("a miscount")
		play.As("duty").Resolves("a miscount")
		if open := play.Roll.Discrepancies(true); len(open) != 0 {
			t.Fatalf("still open: %+v", open)
		}

		records.Refused("authority-live").Releases(person)
		records.OrdersRelease(person, person+"/A1")
		records.Releases(person)
		records.Refused("not-in-custody").Releases(person)
		monitor.Sees(habeastest.Origin, p[0], p[1])

		// Looking leaves a trace that the monitor can see, also the monitor's own.
		landing.LooksAt(p[0])
		if r := monitor.LooksAt(person); r.Holding.Status != custody.Released || r.LegalStatus != custody.NoAuthority {
			t.Fatalf("the record says %s, %s", r.Holding.Status, r.LegalStatus)
		}
		play.As("engineer").Refused("not-permitted").LooksAt(person)
		chain, err := play.Roll.Chain(context.Background(), person, -1, 1)
		if err != nil {
			t.Fatal(err)
		}
		newest, err := custody.DecodeEntry(chain[0].Body)
		if err != nil || newest.Kind != custody.RecordRead || newest.By != "monitor" {
			t.Fatalf("the newest entry about %s is %+v (%v)", person, newest, err)
		}
		play.Verified()
	})
}

// Held past the last paper: the clock of the overdue release runs from its expiry.
func TestOverdueRelease(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		play := habeastest.NewPlay(t, s, 1)
		expires := play.Clock.Now().Add(time.Hour)
		w, err := play.Roll.Admit(context.Background(), book.Command{By: "reception"}, roll.Arrival{Place: habeastest.OriginReception,
			Admission: habeastest.Admission(5, habeastest.ShortPaper(5, play.Clock.Now(), time.Hour))})
		if err != nil {
			t.Fatal(err)
		}
		if list := play.Roll.Overdue(play.Clock.Now()); len(list) != 0 {
			t.Fatalf("overdue before anything expired: %+v", list)
		}
		list := play.Roll.Overdue(play.Clock.Advance(3 * time.Hour))
		if len(list) != 1 || list[0].Number != w.Entries[0].Person || !list[0].Since.Equal(expires) {
			t.Fatalf("overdue are %+v, want %s since %v", list, w.Entries[0].Person, expires)
		}
		before, err := play.Roll.RollAt(context.Background(), expires.Add(-time.Minute), true)
		if err != nil || before.Held != 2 || before.Overdue != 0 {
			t.Fatalf("the roll before the expiry: %+v, %v", before, err)
		}
		after, err := play.Roll.RollAt(context.Background(), expires.Add(time.Minute), true)
		if err != nil || after.Overdue != 1 {
			t.Fatalf("the roll after the expiry: %+v, %v", after, err)
		}
		play.As("records").Releases(list[0].Number) // nothing holds them: lawful at once
	})
}

// Whoever was just admitted is found by name at once, and known again at the door.
func TestSearchFollowsTheBook(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		play := habeastest.NewPlay(t, s, 20)
		person := play.As("reception").Admits(77, habeastest.OriginReception)
		who := habeastest.Person(77)
		for _, query := range []string{who.FullName(), who.GivenNames + " " + who.FamilyNames, person} {
			found, err := play.Roll.Search(context.Background(), query, 10)
			if err != nil {
				t.Fatal(err)
			}
			if len(found) == 0 || found[0].Number != person {
				t.Errorf("%q finds %+v, want %s first", query, found, person)
			}
		}
		same, err := play.Roll.Duplicates(context.Background(), who)
		if err != nil || len(same) == 0 || same[0].Number != person {
			t.Fatalf("likely the same as %s: %+v, %v", who.FullName(), same, err)
		}
	})
}
