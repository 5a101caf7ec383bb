package roll

import (
	"context"
	"strconv"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/names"
	"habeas.example/habeas/internal/sheet"
)

// LikelyRow is a row that is taken though it is likely of somebody whom the register, or the
// file above it, has already. Whether it is them is for people to say: namesakes are many.
type LikelyRow struct {
	Line  int      `json:"line"`
	Name  string   `json:"name"`
	Birth string   `json:"birth,omitempty"`
	Same  []Likely `json:"same"` // the likeliest first
}

// Likely is who a row may be of.
type Likely struct {
	Number string  `json:"number,omitempty"` // in the register
	Line   int     `json:"line,omitempty"`   // of the file
	Name   string  `json:"name"`
	Birth  string  `json:"birth,omitempty"`
	Score  float64 `json:"score"`
}

// likelyShown is how many are named of each row.
const likelyShown = 3

// compare finds for each row that can be read whom the register has already who is likely
// the same, and which rows above it are: an alike name, and no birth date that says otherwise.
func (j *importJob) compare(ctx context.Context, rows []sheet.Row) error {
	if err := j.desk.names.catchUp(ctx); err != nil {
		return err
	}
	above, people := names.NewIndex(), map[int]*custody.Person{}
	for i := range rows {
		if len(rows[i].Findings) > 0 {
			continue
		}
		line, who := rows[i].Line, admissionOf(&rows[i]).Person
		row := LikelyRow{Line: line, Name: who.FullName(), Birth: who.Birth}
		known, listed := j.desk.names.index.Alike(likelyShown, forms(who)...), above.Alike(likelyShown, forms(who)...)
		j.desk.book.Read(func(s *custody.State) {
			for _, m := range known {
				if p := s.People.Get(m.Key); p != nil && bornAlike(p, who) {
					row.Same = append(row.Same, Likely{Number: p.Number, Name: p.FullName(), Birth: p.Birth, Score: m.Score})
				}
			}
		})
		for _, m := range listed {
			at, err := strconv.Atoi(m.Key)
			if p := people[at]; err == nil && p != nil && bornAlike(p, who) {
				row.Same = append(row.Same, Likely{Line: at, Name: p.FullName(), Birth: p.Birth, Score: m.Score})
			}
		}
		if len(row.Same) > 0 {
			j.report.Likely = append(j.report.Likely, row)
		}
		people[line] = who
		above.Put(strconv.Itoa(line), forms(who)...)
	}
	return nil
}

// bornAlike reports whether two birth dates do not say that they are of two people.
func bornAlike(a, b *custody.Person) bool {
	return a.Birth == "" || b.Birth == "" || a.Birth == b.Birth
}

// takenAlike leaves of the likely rows those that are taken: what is wrong with the others is
// said of them already.
func (j *importJob) takenAlike() {
	refused := make(map[int]bool, len(j.report.Rows))
	for _, r := range j.report.Rows {
		refused[r.Line] = true
	}
	kept := j.report.Likely[:0]
	for _, row := range j.report.Likely {
		if !refused[row.Line] && !j.report.Before {
			kept = append(kept, row)
		}
	}
	j.report.Likely = kept
}
