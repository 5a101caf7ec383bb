package count

import (
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
)

// Sheet is what is printed of a whole count: a line a landing, and the out-counts. It holds
// what its reader may see; for a counter the numbers that are withheld are blank.
type Sheet struct {
	CountView
	Lines []SheetLine `json:"lines"`
}

// SheetLine is a landing on a sheet.
type SheetLine struct {
	Landing  string                `json:"landing"`
	Name     string                `json:"name"`
	Under    string                `json:"under"` // the place around it, by name
	Status   custody.LandingStatus `json:"status"`
	Expected *int                  `json:"expected,omitempty"`
	Out      int                   `json:"out"` // people out from it when the count opened
	Results  []SheetResult         `json:"results"`
}

// SheetResult is a slip on a sheet, the newest last.
type SheetResult struct {
	Round    int                `json:"round"`
	HandName string             `json:"handName"`
	Number   int                `json:"number"`
	Counted  time.Time          `json:"counted"`
	Recorded time.Time          `json:"recorded"`
	Source   custody.SlipSource `json:"source"`
	Attached bool               `json:"attached,omitempty"`
}

// SlipForm is a count slip to be filled in by hand: it says where to count and who counts,
// never what is expected.
type SlipForm struct {
	Count         string            `json:"count"`
	Kind          custody.CountKind `json:"kind"`
	Establishment string            `json:"establishment"`
	Zone          string            `json:"zone,omitempty"`
	Opened        time.Time         `json:"opened"`
	Landing       string            `json:"landing"`
	Name          string            `json:"name"`
	Under         string            `json:"under"`
	Round         int               `json:"round"`
	Counter       int               `json:"counter"` // 1 or 2
	Cells         []FormCell        `json:"cells"`
	// Rows is how many rows for names a named count needs at most: what the cells are
	// certified for, which is no secret.
	Rows int `json:"rows,omitempty"`
}

// FormCell is a place of the landing, with a box for its own number.
type FormCell struct {
	Code      string `json:"code"`
	Name      string `json:"name"`
	Certified int    `json:"certified,omitempty"`
}

// Sheet returns the sheet of a count as an official may see it.
func (d *Desk) Sheet(id, official string, now time.Time) (Sheet, error) {
	v, err := d.View(id, official, now)
	if err != nil {
		return Sheet{}, err
	}
	sheet := Sheet{CountView: v, Lines: make([]SheetLine, len(v.Landings))}
	d.book.Read(func(s *custody.State) {
		out := map[string]int{}
		for _, o := range s.Counts.Get(id).Out {
			for _, p := range o.People {
				out[p.Landing]++
			}
		}
		for i, l := range v.Landings {
			line := SheetLine{Landing: l.Landing, Name: l.Name, Under: under(s, l.Landing), Status: l.Status, Expected: l.Expected, Out: out[l.Landing], Results: []SheetResult{}}
			for _, slip := range l.Slips {
				line.Results = append(line.Results, SheetResult{Round: slip.Round, HandName: slip.HandName, Number: slip.Number, Counted: slip.Counted,
					Recorded: slip.Recorded, Source: slip.Source, Attached: slip.Attached})
			}
			sheet.Lines[i] = line
		}
	})
	sheet.CountView.Landings = []LandingView{} // the lines say it all
	return sheet, nil
}

// Slips returns the forms of every slip that an open count still waits for, by landing:
// one for each counter. With a landing, those of it alone, also when it has cleared.
func (d *Desk) Slips(id, landing string) ([]SlipForm, error) {
	list, err := []SlipForm{}, error(nil)
	d.book.Read(func(s *custody.State) {
		c := s.Counts.Get(id)
		if c == nil {
			err = custody.Unknown("count", id)
			return
		}
		cells := cellsByLanding(s, c.Establishment)
		for _, l := range s.CountLandingsOf(id) {
			if landing != "" && l.Landing != landing || landing == "" && l.Status == custody.LandingCleared {
				continue
			}
			form := SlipForm{Count: id, Kind: c.Kind, Establishment: c.Establishment, Opened: c.Opened, Landing: l.Landing, Under: under(s, l.Landing),
				Round: l.Round, Cells: cells[l.Landing]}
			if p := s.Places.Get(l.Landing); p != nil {
				form.Name = p.Name
			}
			if p := s.Places.Get(c.Establishment); p != nil {
				form.Zone = p.Zone
			}
			if c.Kind == custody.NamedCount {
				for _, cell := range form.Cells {
					form.Rows += cell.Certified
				}
			}
			for n := range custody.CountersNeeded {
				form.Counter = n + 1
				list = append(list, form)
			}
		}
	})
	return list, err
}

// cellsByLanding are the places in which people are counted, by the landing they are on.
func cellsByLanding(s *custody.State, establishment string) map[string][]FormCell {
	cells := map[string][]FormCell{}
	for p := range s.Places.All() {
		if p.Establishment != establishment || !p.Kind.Holds() {
			continue
		}
		if landing := s.CountUnit(p.Code); landing != "" {
			cells[landing] = append(cells[landing], FormCell{Code: p.Code, Name: p.Name, Certified: p.Certified})
		}
	}
	for _, list := range cells {
		slices.SortFunc(list, func(a, b FormCell) int { return strings.Compare(a.Code, b.Code) })
	}
	return cells
}

// under names the place around a landing.
func under(s *custody.State, landing string) string {
	if p := s.Places.Get(landing); p != nil {
		if around := s.Places.Get(p.Parent); around != nil {
			return around.Name
		}
	}
	return ""
}
