package imports

import (
	"net/url"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are the pages of imports: a file asked for and refused, reports of dry runs and of what was taken, the quarantine.
func Specimens() []page.Specimen {
	report := func(name string, s Shown) page.Specimen {
		return page.Specimen{Name: "imports/" + name, Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.imports.report")
			return reportPage(f, s)
		}}
	}
	quarantine := func(name string, q Quarantine) page.Specimen {
		return page.Specimen{Name: "imports/" + name, Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.imports.quarantine")
			return quarantinePage(f, q)
		}}
	}
	asked := Ask{Kinds: Kinds, Into: []page.Place{{Code: "CCT-REC", Name: page.SpacedName}}, Transfers: []Draft{{"TR-2031-0007", "2031-03-15", page.Place{Code: "PSM", Name: page.RightToLeft}, page.Place{Code: "CCT", Name: "CCT"}}}}
	applied := fullReport(People)
	applied.Report.Applied = true
	before := applied
	before.Report.Before, before.Rows = true, nil
	file := File{roll.QuarantinedFile{File: page.ScriptName, Kind: roll.People, Kept: page.StillNow, Into: "CCT-REC", By: "ana", Rows: 117}, page.EmojiName, page.Place{Code: "CCT-REC", Name: page.SpacedName}}
	return []page.Specimen{
		{Name: "imports/ask", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.imports.title")
			return askPage(f, asked)
		}},
		{Name: "imports/ask-refused", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.imports.title")
			refused := asked
			refused.Form = page.Form{Values: url.Values{"kind": {"people"}, "into": {"CCT-REC"}}}
			refused.Form.Mend("kind", f.Say("page.imports.kind-missing"))
			refused.Form.Mend("file", f.Say("refusal.upload-too-large", "max", MaxFile))
			return askPage(f, refused)
		}},
		report("report", fullReport(People)),
		report("report-manifest", fullReport(Manifest)),
		report("report-nothing", Shown{waiting: waiting{Kind: Places, Name: page.LongName, Report: Report{Format: "csv", At: page.StillNow, Sums: []Sum{{Name: "taken"}, {Name: "quarantined"}, {Name: "blank"}}}}}),
		report("report-applied", applied),
		report("report-before", before),
		quarantine("quarantine-none", Quarantine{Done: "mended"}),
		quarantine("quarantine", Quarantine{Files: []File{file, {QuarantinedFile: roll.QuarantinedFile{File: page.LongName, Kind: roll.Places, Kept: page.StillNow, Rows: 3}}}}),
		quarantine("quarantine-rows", Quarantine{One: &file, Done: "dropped", Rows: fullRows(), Pages: page.Paged("/settings/quarantine", url.Values{}, 117, page.PageSize)}),
		{Name: "imports/mend", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.imports.row", "line", 7)
			return mendPage(f, mending(f, file))
		}},
		{Name: "imports/drop-refused", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.imports.row", "line", 7)
			m := mending(f, file)
			m.Drop = page.Form{Values: url.Values{"reason": {""}}}.Within("drop")
			m.Drop.Take(f.Speaker, custody.InvalidInput("reason-missing"), map[string]string{"reason-missing": "reason"})
			return mendPage(f, m)
		}},
	}
}

func someFindings() []roll.ImportFinding {
	return []roll.ImportFinding{{Column: "F. nac.", Code: "date-unclear", Value: page.ScriptName}, {Column: page.RightToLeft, Code: "value-missing"},
		{Code: "no-live-authority", Law: 3, Params: map[string]string{"person": page.SpacedName, "place": "CCT-REC"}}}
}

func fullReport(kind FileKind) Shown {
	s := Shown{waiting: waiting{ID: "0123", Kind: kind, Name: page.SpacedName + ".csv", Report: Report{At: page.StillNow, Format: "csv", Encoding: "windows-1252", Unknown: []string{page.EmojiName, "Foto"}, Read: 1_234,
		Taken: 1_100, Refused: 117, Sums: []Sum{{"taken", 1_100, page.Right}, {"quarantined", 117, page.Wrong}, {"blank", 17, ""}}}},
		Pages: page.Paged("/", url.Values{}, 117, page.PageSize)}
	if kind == Manifest {
		s.Transfer = "TR-2031-0007"
		s.Report.Sums = []Sum{{"listed", 1_100, page.Right}, {"twice", 0, ""}, {"refused", 117, page.Wrong}, {"blank", 17, ""}}
	} else {
		s.Into = page.Place{Code: "CCT-REC", Name: page.CombiningName}
	}
	if kind == People {
		same := []roll.Likely{{Number: "1000042W", Name: page.LongName, Birth: "1990-03-05", Score: 0.93}, {Line: 4, Name: page.RightToLeft, Score: 0.9}}
		s.Report.Likely = []roll.LikelyRow{{Line: 12, Name: page.SpacedName, Birth: "1990-03-05", Same: same}, {Line: 13, Name: page.EmojiName, Same: same[1:]}}
	}
	for line := 2; line < 10; line++ {
		s.Rows = append(s.Rows, Row{Line: line, Findings: someFindings()[:1+line%3]})
	}
	return s
}

func fullRows() (list []roll.QuarantinedRow) {
	for line := 2; line < 9; line++ {
		list = append(list, roll.QuarantinedRow{ID: "0123-7", Line: line, Cells: page.OddNames, Findings: someFindings()})
	}
	return list
}

func mending(f page.Frame, file File) Mending {
	m := Mending{File: file, Row: roll.QuarantinedRow{ID: "0123-7", File: file.File, Line: 7, Kind: roll.People, Headings: []string{"Apellidos", page.LongName, "F. nac.", "", page.RightToLeft}, Cells: page.OddNames, Findings: someFindings()}}
	m.Form.Mend(cellName(2), sayFinding(f.Speaker, someFindings()[0]))
	m.Form.Mend("", sayFinding(f.Speaker, someFindings()[2]))
	return m
}
