package web

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/transfer"
)

// shownFirst is how many of a list Today shows before it links to the rest.
const shownFirst = 5

// today is the roll now: what is wrong first.
type today struct {
	Roll          roll.Now
	Establishment []establishmentRow
	Overdue       []roll.OverdueRelease // the longest, at most shownFirst
	Discrepancies []dispute             // the newest open ones, at most shownFirst
	Stuck         []transfer.View       // open transfers that have a dispute in the way, or are past their day
	UnderWay      []transfer.View       // the other open ones
}

// Wrong is how many things are wrong, for the heading.
func (t today) Wrong() int {
	return t.Roll.Overdue + t.Roll.Discrepancies + len(t.Stuck) + t.Roll.AtLarge
}

// establishmentRow is an establishment's roll with its space.
type establishmentRow struct {
	roll.EstablishmentRoll
	Space space
}

func rowOfEstablishment(e roll.EstablishmentRoll) establishmentRow {
	return establishmentRow{EstablishmentRoll: e, Space: space{Area: e.Area, People: e.Housed, Crowded: e.Crowded}}
}

// Aboard is how many of the roll sit in a vehicle that has not departed.
func (e establishmentRow) Aboard() int { return e.Roll - e.Present - e.Out }

// space is the floor area of the cells that people live in, against the standard.
type space struct {
	Area    int // square decimetres of the cells with somebody in them
	People  int // in those cells
	Crowded int // of those, in a cell with more people than its area allows
}

// Each is the square decimetres a person; 0 when nobody is in a cell of known area.
func (s space) Each() float64 {
	if s.People == 0 {
		return 0
	}
	return float64(s.Area) / float64(s.People)
}

func (s *space) add(p roll.PlaceRoll) {
	if p.Kind != custody.Cell || p.FloorArea == 0 || p.Present == 0 {
		return
	}
	s.Area, s.People = s.Area+p.FloorArea, s.People+p.Present
	if p.Present > custody.CertifiedByArea(p.FloorArea) {
		s.Crowded += p.Present
	}
}

// today shows the roll now.
func (d *door) today(v *visit) error {
	f := d.todayFrame(v)
	t, err := d.readToday(f, settle)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, todayPage(f, t))
}

// followToday keeps the roll live.
func (d *door) followToday(v *visit) error {
	f := d.todayFrame(v)
	key := "today " + f.Tag().String() + " " + f.Zone.String()
	if f.May(custody.ReadRecords) {
		key += " names"
	}
	return d.stream(v, key, func(now time.Time) (templ.Component, error) {
		at := f
		at.Now = now
		t, err := d.readToday(at, 0)
		return todayParts(at, t), err
	})
}

func (d *door) todayFrame(v *visit) frame {
	f := d.frame(v, "today", v.speaker.Say("page.today.title", nil), "")
	f.Stream = "/live"
	return f
}

// readToday reads what Today shows; its roll may lag behind the book as long as tolerated.
func (d *door) readToday(f frame, tolerated time.Duration) (today, error) {
	now := d.rollNow(f.Now, tolerated)
	t := today{Roll: now.roll}
	for _, e := range t.Roll.Establishments {
		t.Establishment = append(t.Establishment, rowOfEstablishment(e))
	}
	if f.May(custody.ReadRecords) {
		t.Overdue = now.overdue[:min(len(now.overdue), shownFirst)]
		open := d.Roll.Discrepancies(true)
		t.Discrepancies = d.disputesOf(open[:min(len(open), shownFirst)])
	}
	for _, listed := range d.Transfer.List() {
		if listed.Status != custody.Approved {
			continue
		}
		view, err := d.Transfer.View(listed.ID)
		if err != nil {
			return today{}, err
		}
		if stuck(view, f.Now.In(f.Zone).Format(time.DateOnly)) {
			t.Stuck = append(t.Stuck, view)
		} else {
			t.UnderWay = append(t.UnderWay, view)
		}
	}
	return t, nil
}

// stuck reports whether an approved transfer cannot close for another reason than that it
// is still on its way: something is disputed, or its day is past.
func stuck(t transfer.View, day string) bool {
	if len(t.InTheWay) > 0 && t.Date < day {
		return true
	}
	for _, b := range t.InTheWay {
		if b.Discrepancy != "" {
			return true
		}
	}
	return false
}
