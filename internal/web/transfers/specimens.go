package transfers

import (
	"fmt"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/transfer"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are the pages of transfers: lists, drafts, the board while everything happens, and what is refused.
func Specimens() []page.Specimen {
	record := func(name string, p func(f page.Frame) Record) page.Specimen {
		return page.Specimen{Name: "transfers/" + name, Show: func(f page.Frame) templ.Component { return recordPage(f, p(f)) }}
	}
	return []page.Specimen{
		{Name: "transfers/list-empty", Show: func(f page.Frame) templ.Component { return listPage(f, nil) }},
		{Name: "transfers/list", Show: func(f page.Frame) templ.Component {
			p := underWay()
			return listPage(f, []Row{{p.View, p.From, p.To}, {p.View, p.From, p.To}})
		}},
		{Name: "transfers/new", Show: func(f page.Frame) templ.Component {
			n := New{Places: []page.Place{{Code: "CCT", Name: page.SpacedName}}, Form: page.Form{Values: map[string][]string{"legalBasis": {page.LongName}}}}
			n.Form.Mend("date", f.Say("refusal.date-malformed", "field", "date", "date", page.EmojiName))
			return newPage(f, n)
		}},
		record("draft", func(page.Frame) Record { return draft() }),
		record("draft-refused", func(f page.Frame) Record {
			p := draft()
			p.Step, p.Form = "manifest", page.Form{Values: map[string][]string{"people": {page.LongName}}}
			p.Form.Mend("people", f.Say("refusal.manifest-empty", "transfer", p.ID))
			p.MayNot = map[string]string{"approval": page.SpacedName}
			return p
		}),
		record("under-way", func(page.Frame) Record { return underWay() }),
		record("closable", func(page.Frame) Record {
			p := underWay()
			p.InTheWay, p.Blockers, p.Offers = nil, nil, nil
			return p
		}),
	}
}

func draft() Record {
	v := transfer.View{Transfer: custody.Transfer{ID: "TR-2031-0008", From: "PSM", To: "CCT", Date: "2031-03-15", LegalBasis: page.LongName, Status: custody.Drafted},
		Sums: custody.Sums{Listed: 2000, Waiting: 2000}, Vehicles: []transfer.VehicleView{{Vehicle: custody.Vehicle{Code: "B01", Seats: 50}}}}
	return Record{View: v, From: page.Place{Code: "PSM", Name: page.SpacedName}, To: page.Place{Code: "CCT", Name: page.RightToLeft}, Entry: 41_342, Drafted: page.EmojiName, VehicleSum: vehicleSum{Seats: 50}}
}

func underWay() Record {
	p, now := draft(), page.StillNow
	p.Status, p.Approved = custody.Approved, page.SpacedName
	p.Sums = custody.Sums{Listed: 2000, Departed: 1203, UnderWay: 955, Waiting: 796, Withdrawn: 1, Received: 247, Diverted: 1, Unlisted: 2, ArrivedLater: 1}
	p.Escort = &custody.Escort{Corps: page.SpacedName, Commander: page.EmojiName, Units: []custody.Unit{{Name: page.LongName, Headcount: 1200}}, Helicopters: 3}
	p.Waypoints = []custody.Waypoint{{Code: "PEAJE", Name: page.LongName}}
	p.Vehicles, p.Carried = nil, map[string]string{}
	for i, name := range page.OddNames {
		v := transfer.VehicleView{Vehicle: custody.Vehicle{Code: fmt.Sprintf("B%02d", i+1), Plate: "N-100-200", Seats: 50}, Place: fmt.Sprintf("TR-2031-0008-B%02d", i+1), Aboard: 10 * i}
		for stage, at := range []*time.Time{&v.Departed, &v.Arrived, &v.Received} {
			if i > stage+1 {
				*at = now.Add(time.Duration(stage) * time.Hour)
			}
		}
		v.LastCount = &custody.VehicleCount{Stage: "waypoint", Waypoint: "PEAJE", Counted: 10*i - i%2, Aboard: 10 * i}
		p.Vehicles = append(p.Vehicles, v)
		person := fmt.Sprintf("100000%dY", i)
		p.Exceptions = append(p.Exceptions, transfer.Exception{Person: person, Name: name, Kind: "diverted", Note: name})
		p.Carried[person] = v.Place
		p.InTheWay = append(p.InTheWay, custody.Blocker{Person: person, Status: custody.LineDeparted})
		p.Blockers = append(p.Blockers, blocker{custody.Blocker{Person: person, Status: custody.LineDeparted, Discrepancy: map[bool]string{true: "D40"}[i == 0]}, name, "count-differs"})
		p.Manifest.Lines = append(p.Manifest.Lines, transfer.ManifestLine{Line: custody.Line{Person: person, Status: custody.LineDeparted, Vehicle: v.Place, Unlisted: i == 1, ArrivedLater: i == 2}, Name: name})
		p.VehicleSum.add(v)
	}
	p.Offers = []offer{{Handover: custody.Handover{ID: "H41", Kind: custody.Arriving, People: make([]string, 50), Offered: now}, ReleasingName: page.EmojiName},
		{Handover: custody.Handover{ID: "H42", Kind: custody.Departing, People: make([]string, 1), Offered: now}, ReleasingName: page.RightToLeft, Why: page.SpacedName}}
	p.Manifest.Pages = page.Pages{Page: 1, Total: 2000, Size: page.PageSize, Address: func(int) string { return "/transfers/TR-2031-0008" }}
	return p
}
