package imports

import (
	"strconv"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/sheet"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/words"
)

// Report is what became of a file, row by row. Read is the sum of all Sums.
type Report struct {
	At              time.Time
	Format          string
	Encoding, Sheet string
	Unknown         []string // columns that nobody asked for
	Applied         bool
	Before          bool // the very same file was taken before
	Read            int
	Sums            []Sum
	Taken, Refused  int
	Rows            []Row // those that were not taken
	Likely          []roll.LikelyRow
}

// Sum is one of the numbers that add up to the rows that were read. Its text is "page.imports.sum.NAME".
type Sum struct {
	Name string
	N    int
	Tone page.Tone
}

// Row is a row that was not taken.
type Row struct {
	ID       string // in the quarantine, if it is there
	Line     int
	Findings []roll.ImportFinding
}

// Takes reports whether the file can be taken as it is: a manifest whole or not at all.
func (w waiting) Takes() bool {
	return !w.Report.Applied && w.Report.Taken > 0 && (w.Kind != Manifest || w.Report.Refused == 0)
}

func toned(n int, tone page.Tone) page.Tone {
	if n == 0 {
		return ""
	}
	return tone
}

func ofImport(r roll.ImportReport) Report {
	report := Report{Format: r.Format, Encoding: r.Encoding, Sheet: r.Sheet, Unknown: r.Unknown, Applied: r.Applied, Before: r.Before, Read: r.Read, Taken: r.Taken, Refused: r.Quarantined, Likely: r.Likely,
		Sums: []Sum{{"taken", r.Taken, toned(r.Taken, page.Right)}, {"quarantined", r.Quarantined, toned(r.Quarantined, page.Wrong)}, {"blank", r.Blank, ""}}}
	if !r.Applied {
		report.Sums[0].Name, report.Sums[1].Name = "to-take", "to-quarantine"
	}
	for _, row := range r.Rows {
		one := Row{Line: row.Line, Findings: row.Findings}
		if r.Applied {
			one.ID = row.ID
		}
		report.Rows = append(report.Rows, one)
	}
	return report
}

func ofManifest(r transfer.Loading) Report {
	report := Report{Format: r.Format, Encoding: r.Encoding, Sheet: r.Sheet, Unknown: r.Unknown, Applied: r.Applied, Before: r.Before, Read: r.Read, Taken: r.Listed, Refused: r.Refused,
		Sums: []Sum{{"listed", r.Listed, toned(r.Listed, page.Right)}, {"twice", r.Twice, toned(r.Twice, page.Undue)}, {"refused", r.Refused, toned(r.Refused, page.Wrong)}, {"blank", r.Blank, ""}}}
	if !r.Applied {
		report.Sums[0].Name = "to-list"
	}
	for _, row := range r.Rows {
		one := Row{Line: row.Line}
		for _, f := range row.Findings {
			one.Findings = append(one.Findings, roll.ImportFinding(f))
		}
		report.Rows = append(report.Rows, one)
	}
	return report
}

// sayFinding says what is wrong with a cell or a row, and what would mend it.
func sayFinding(s *words.Speaker, f roll.ImportFinding) string {
	if s.Has("finding." + f.Code) {
		params := map[string]any{"column": f.Column, "value": f.Value}
		for name, value := range f.Params {
			params[name] = value
		}
		return s.Say("finding."+f.Code, params)
	}
	r := &custody.Refusal{Code: f.Code, Law: f.Law, Params: f.Params}
	return page.SayRefusal(s, r) + " " + page.SayMend(s, r)
}

// sayTable says why a file is no such table.
func sayTable(s *words.Speaker, r *sheet.Refusal) string {
	params := map[string]any{"column": r.Column, "line": r.Line}
	for name, value := range r.Params {
		params[name] = value
	}
	text := s.Say("file."+r.Code, params)
	if r.Line > 0 {
		text = s.Say("page.imports.at-line", map[string]any{"line": strconv.Itoa(r.Line)}) + " " + text
	}
	return text
}
