package today

import (
	"fmt"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/discrepancies"
	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/web/places"
)

// Specimens are the page of now: of a new service, of a quiet night at 40,000, of a bad one, and with its line cut.
func Specimens() []page.Specimen {
	shown := func(name string, t Today, change func(*page.Frame)) page.Specimen {
		return page.Specimen{Name: "today/" + name, Show: func(f page.Frame) templ.Component {
			f.Section = "today"
			if change != nil {
				change(&f)
			}
			return todayPage(f, t)
		}}
	}
	return []page.Specimen{
		shown("empty", Today{Roll: roll.Now{At: page.StillNow}}, nil),
		shown("counter", Today{Roll: roll.Now{At: page.StillNow, Withheld: true}}, nil),
		shown("quiet", quiet(), nil),
		shown("bad-night", badNight(), nil),
		shown("line-cut", badNight(), func(f *page.Frame) { f.Stream = "/no-such-stream" }),
	}
}

func quiet() Today {
	now := page.StillNow
	e := roll.EstablishmentRoll{Code: "CCT", Name: "Centro La Cumbre (inventado)", Roll: 40_000, Present: 39_988, Out: 12, Declared: 40_000, Certified: 41_200, Allowed: 41_000,
		Area: 14_000_000, Housed: 39_988, Count: custody.CountStanding{Cleared: &custody.ClearedCount{ID: "C41", Number: 40_000, At: now.Add(-2 * time.Hour), FullName: "Insp. Hugo Barahona (inventado)"}}}
	return Today{Roll: roll.Now{At: now, Entry: 1_234_568, Held: 40_000, Establishments: []roll.EstablishmentRoll{e},
		Statuses: map[string]int{string(custody.Convicted): 22_000, string(custody.Untried): 18_000}}, Establishments: []places.Row{places.RowOf(e)},
		Log: Log{Entries: 1_234_568, Sealed: 1_234_568, Witnesses: []Witness{{"testigo.example/colegio-de-abogados", 1_234_568}, {"testigo.example/defensoria", 1_234_001}}}}
}

func badNight() Today {
	t, now := quiet(), page.StillNow
	t.Roll.AtLarge, t.Roll.Overdue, t.Roll.Discrepancies, t.Roll.InTransit, t.Late = 1, len(page.OddNames), 12, 955, 2
	e := &t.Establishments[0]
	e.Roll, e.Present, e.Space.Crowded, e.Allowed = 41_230, 41_000, 812, 39_000
	e.Count.Open = []custody.RunningCount{{ID: "C42", Kind: custody.FormalCount, Opened: now.Add(-50 * time.Minute), CountProgress: custody.CountProgress{Landings: 256, Cleared: 200, Differ: 3}}}
	for i, name := range page.OddNames {
		since := now.Add(-time.Duration(i+1) * 31 * time.Hour)
		t.Overdue = append(t.Overdue, roll.OverdueRelease{Number: "1000000Y", Name: name, Place: "CCT-M1-C01", Since: since})
		t.Outings = append(t.Outings, Outing{Number: "1000000Y", Name: name, Place: page.Place{Code: "HOSP-CENTRAL", Name: name}, Escort: name, Since: since, Due: since.Add(time.Hour)})
		t.Discrepancies = append(t.Discrepancies, discrepancies.Group{Kind: "found-elsewhere", Open: 1 + 41*(i%2),
			Oldest: discrepancies.Discrepancy{Discrepancy: &custody.Discrepancy{ID: fmt.Sprintf("D4%d", i), Kind: "found-elsewhere", Person: "1000000Y", Since: since}, Name: name}})
	}
	j := Journey{View: transfer.View{Transfer: custody.Transfer{ID: "TR-2031-0007", Date: "2031-03-14", Status: custody.Approved},
		Sums: custody.Sums{Listed: 2000, Departed: 1203, UnderWay: 955, Waiting: 796, Withdrawn: 1, Received: 247, Diverted: 1}, Vehicles: make([]transfer.VehicleView, 42)},
		From: page.Place{Code: "PSM", Name: "Penal San Mateo (inventado)"}, To: page.Place{Code: "CCT", Name: page.SpacedName}, Departed: 25, Arrived: 6, Received: 5}
	j.Exceptions = make([]transfer.Exception, 3)
	t.UnderWay = []Journey{j}
	j.ID, j.InTheWay = "TR-2031-0006", make([]custody.Blocker, 40)
	t.Stuck = []Journey{j}
	return t
}
