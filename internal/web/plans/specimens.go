package plans

import (
	"fmt"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are the pages of plans of cells: asked for, refused, proposed, carried out, and what stands against the rules.
func Specimens() []page.Specimen {
	of := func(name string, show func(page.Frame) templ.Component) page.Specimen {
		return page.Specimen{Name: "plans/" + name, Show: show}
	}
	return []page.Specimen{
		of("ask", func(f page.Frame) templ.Component { return askPage(f, Ask{}) }),
		of("ask-refused", func(f page.Frame) templ.Component {
			a := Ask{Transfers: []Journey{{ID: "TR-2031-0002", From: page.Place{Code: "PSM"}, To: page.Place{Code: "CCT"}, Listed: 2000}},
				Form: page.Form{Values: map[string][]string{"mode": {"people"}, "people": {page.ScriptName}}}}
			a.Form.Mend("people", f.Say("refusal.unknown-person", "person", page.ScriptName, "row", ""))
			return askPage(f, a)
		}),
		of("proposal", func(f page.Frame) templ.Component { return planPage(f, proposal()) }),
		of("proposal-nothing", func(f page.Frame) templ.Component {
			return planPage(f, Plan{Proposal: cells.Proposal{Mode: cells.ForRebalance, At: page.StillNow, Place: "CCT-M1"}, Of: page.Place{Code: "CCT", Name: page.LongName}})
		}),
		of("outcome", func(f page.Frame) templ.Component {
			return outcomePage(f, Outcome{Entry: 41_342, Placed: 38, Transfer: "TR-2031-0002", Replanned: []Replanned{
				{Replanned: custody.Replanned{Person: "10000012", Planned: "CCT-M1-C01", Cell: "CCT-M1-C02", Why: "landing-frozen"}, Name: page.LongName, PlannedIn: page.Place{Code: "CCT-M1-C01", Name: page.EmojiName}, NowIn: page.Place{Code: "CCT-M1-C02", Name: page.RightToLeft}},
				{Replanned: custody.Replanned{Person: "10000029", Planned: "CCT-M1-C01", Why: "place-full"}, Name: page.ScriptName, PlannedIn: page.Place{Code: "CCT-M1-C01", Name: page.SpacedName}},
			}})
		}),
		of("standing", func(f page.Frame) templ.Component {
			return standingPage(f, Standing{Establishment: "CCT", Of: page.Place{Code: "CCT", Name: page.LongName}, List: breaches(), Pages: page.Paged("/cells/standing", nil, 120, page.PageSize)})
		}),
		of("standing-none", func(f page.Frame) templ.Component { return standingPage(f, Standing{}) }),
		of("keep-aparts", func(f page.Frame) templ.Component {
			return keepApartsPage(f, KeepAparts{List: orders(), Total: 5000, Older: 41_000})
		}),
		of("keep-aparts-none", func(f page.Frame) templ.Component { return keepApartsPage(f, KeepAparts{All: true, Older: -1}) }),
	}
}

func proposal() Plan {
	p := Plan{Proposal: cells.Proposal{Mode: cells.ForTransfer, Transfer: "TR-2031-0002", At: page.StillNow, Entry: 41_342, Opened: 26, LowerBound: 25,
		Certificate: []cells.Bound{{Kind: "sum", Class: "M/adult/convicted", Cells: 24, Single: 3, Demand: 1900, Room: 12}, {Kind: "clique", Class: "M/adult/untried", Cells: 2, Members: []string{"1", "2"}},
			{Kind: "need", Class: "M/adult/untried", Need: custody.Wheelchair, Cells: 1, Demand: 3}}}, Of: page.Place{Code: "CCT", Name: page.SpacedName}, Pages: page.Paged("/cells/proposal", nil, 120, page.PageSize)}
	for i, name := range page.OddNames {
		c := Cell{Place: page.Place{Code: fmt.Sprintf("CCT-M1-C%02d", i+1), Name: name}, Around: page.Place{Code: "CCT-M1", Name: page.OddNames[(i+1)%len(page.OddNames)]}, Here: i * 10, Capacity: 78}
		for n, reason := range []string{"open-room", "near", "need", "single-cell", "company", "opened", "moved-out", "balance"} {
			c.Coming = append(c.Coming, cells.Placement{Person: fmt.Sprintf("10000%d%d", i, n), Name: page.OddNames[n%len(page.OddNames)], From: "PSM-C01", Cell: c.Place.Code, Reason: reason,
				Params: map[string]string{"key": "0123-2029", "needs": custody.Wheelchair}})
		}
		p.Proposal.Moves = append(p.Proposal.Moves, c.Coming...)
		p.Cells = append(p.Cells, c)
	}
	for i, proof := range []string{"always", "no-plan", "this-plan"} {
		p.Unplaced = append(p.Unplaced, Unplaced{cells.Unplaced{Person: fmt.Sprintf("200000%d", i), Name: page.OddNames[i], Proof: proof,
			Rules: []cells.Binding{{Rule: "need", Detail: custody.Wheelchair, Cells: 250}, {Rule: "capacity", Cells: 6}, {Rule: "apart-landing"}}},
			[]Way{{page.Place{Code: "CCT-M1-C01", Name: page.LongName}, []cells.Binding{{Rule: "capacity"}}, []Someone{{"10000012", page.EmojiName}}}}})
	}
	return p
}

func breaches() (list []Breach) {
	at := page.Place{Code: "CCT-M1-C01", Name: page.RightToLeft}
	list = append(list, Breach{custody.Breach{Rule: "SPC-1", Code: "over-capacity", Since: page.StillNow, Ends: page.StillNow.AddDate(0, 1, 0),
		Params: map[string]string{"present": "83", "certified": "80", "capacity": "85", "signedBy": "directora", "reason": page.ScriptName}}, at, nil, page.EmojiName})
	for _, code := range []string{"shares-with-other-class", "kept-apart", "needs-not-met", "must-not-be-alone", "place-out-of-use"} {
		list = append(list, Breach{custody.Breach{Rule: "SEP-1", Code: code, Since: page.StillNow}, at, []Someone{{"10000012", page.LongName}, {"10000029", page.ScriptName}}, ""})
	}
	return list
}

func orders() (list []Apart) {
	for i, level := range []custody.Level{custody.CellLevel, custody.LandingLevel, custody.WingLevel} {
		list = append(list, Apart{&custody.KeepApart{ID: fmt.Sprintf("K%d", i), Level: level, Pairwise: i > 0, Reason: page.OddNames[i], From: page.StillNow, Until: page.StillNow.AddDate(0, i, 0)},
			[]Someone{{"10000012", page.LongName}, {"10000029", ""}, {"10000046", page.RightToLeft}}, page.EmojiName, i != 2})
	}
	return list
}
