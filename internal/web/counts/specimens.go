package counts

import (
	"fmt"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are the pages of counts: empty, under way with differences, as a counter sees them, ended, and printed.
func Specimens() []page.Specimen {
	of := func(name string, show func(page.Frame) templ.Component) page.Specimen {
		return page.Specimen{Name: "counts/" + name, Show: show}
	}
	return []page.Specimen{
		of("list-empty", func(f page.Frame) templ.Component { return listPage(f, List{At: page.StillNow}) }),
		of("list-full", func(f page.Frame) templ.Component { return listPage(f, fullList()) }),
		of("call-refused", func(f page.Frame) templ.Component {
			form := page.Form{Values: map[string][]string{"kind": {"named"}, "place": {page.ScriptName}, "reason": {page.LongName}}}
			form.Mend("place", f.Say("refusal.count-nothing", "place", page.ScriptName))
			form.Mend("supersedes", f.Say("refusal.count-under-way", "place", "CCT", "count", "C41342"))
			l := fullList()
			return callPage(f, Call{Open: l.Open, Scheduled: l.Due, Places: []page.Place{{Code: "CCT", Name: page.RightToLeft}}, Form: form})
		}),
		of("open", func(f page.Frame) templ.Component { return countPage(f, underWay(true)) }),
		of("open-blind", func(f page.Frame) templ.Component { return countPage(f, underWay(false)) }),
		of("cleared", func(f page.Frame) templ.Component {
			c := underWay(true)
			c.Summary, c.Searches, c.Landings = cleared(), nil, nil
			return countPage(f, c)
		}),
		of("recount", func(f page.Frame) templ.Component {
			return recountPage(f, Recount{Count: "C41342", Landing: page.Place{Code: "CCT-M1-C01", Name: page.LongName}, Under: page.RightToLeft})
		}),
		of("slip", func(f page.Frame) templ.Component {
			return slipPage(f, Slip{SlipForm: form(custody.FormalCount), Counted: 12})
		}),
		of("slip-refused", func(f page.Frame) templ.Component {
			s := Slip{SlipForm: form(custody.NamedCount), Known: true, Form: page.Form{Values: map[string][]string{"people": {page.LongName}, "hand": {page.ScriptName}}}}
			s.Form.Mend("people", f.Say("refusal.slip-names-twice", "person", "10000012", "place", "CCT-M1-C01"))
			return slipPage(f, s)
		}),
		of("questions", func(f page.Frame) templ.Component { return questionsPage(f, fullQuestions()) }),
		of("questions-none", func(f page.Frame) templ.Component { return questionsPage(f, Questions{Count: "C41342", Doors: true}) }),
		of("rules", func(f page.Frame) templ.Component {
			loose := custody.DefaultCountRules("CCT")
			loose.Times, loose.Loosens, loose.SignedBy, loose.Reason = loose.Times[:2], []string{"times"}, "directora", page.ScriptName
			return rulesPage(f, Rules{List: []Setting{{loose, page.Place{Code: "CCT", Name: page.LongName}, page.EmojiName}, {custody.DefaultCountRules("PSM"), page.Place{Code: "PSM", Name: "PSM"}, ""}}})
		}),
		of("sheet", func(f page.Frame) templ.Component { return sheetPage(f, fullSheet()) }),
		of("slip-forms", func(f page.Frame) templ.Component {
			return slipFormsPage(f, SlipForms{Count: "C41342", List: []count.SlipForm{form(custody.FormalCount), form(custody.NamedCount)}, Pages: page.Pages{Page: 1, Total: 2, Size: slipsPrinted}})
		}),
	}
}

func open() count.Summary {
	return count.Summary{ID: "C41342", Kind: custody.FormalCount, Establishment: "CCT", Place: "CCT", Opened: page.StillNow.Add(-70 * time.Minute), OpenedBy: "jefe", Status: custody.CountOpen,
		CountProgress: custody.CountProgress{Landings: 2000, Half: 12, Differ: 2, Cleared: 1700}, OverdueSince: page.StillNow.Add(-10 * time.Minute), Loosens: []string{"times", "window"}}
}

func cleared() count.Summary {
	c := open()
	c.Status, c.OverdueSince, c.Ended, c.EndedByName = custody.CountCleared, time.Time{}, page.StillNow, page.SpacedName
	c.Sums = &custody.CountSums{Count: c.ID, Landings: 2000, Counted: 40_000, Out: 12}
	return c
}

func fullList() List {
	l := List{At: page.StillNow, Entry: 41_342, Open: []Line{{open(), page.Place{Code: "CCT", Name: page.LongName}}}, Ended: []Line{{cleared(), page.Place{Code: "CCT", Name: page.RightToLeft}}}}
	given := cleared()
	given.Status, given.EndedFor = custody.CountAbandoned, page.ScriptName
	l.Ended = append(l.Ended, Line{given, page.Place{Code: "PSM", Name: page.EmojiName}})
	for i, status := range []custody.CountStatus{custody.CountCleared, custody.CountOpen, "", ""} {
		due := count.Due{Establishment: "CCT", Scheduled: page.StillNow.Add(time.Duration(i-2) * 4 * time.Hour), Status: status, Missed: status == "" && i == 2}
		if status != "" {
			due.Count = "C41342"
		}
		l.Due = append(l.Due, Due{due, page.Place{Code: "CCT", Name: page.SpacedName}})
	}
	return l
}

// underWay is a count with a landing in every state, as those see it who may see counts, or as a counter does.
func underWay(sees bool) Count {
	expected, roll, guests := 40_000, 40_012, 3
	c := Count{CountView: count.CountView{Summary: open(), PlaceName: page.LongName, OpenedByName: page.EmojiName, Reason: page.ScriptName, Blind: !sees, Counter: !sees}, At: page.StillNow, Entry: 41_342, Sees: sees,
		Of: page.Place{Code: "CCT", Name: page.SpacedName}, Questions: 7}
	if sees {
		c.Expected, c.Roll, c.Guests = &expected, &roll, &guests
		c.Searches = searches()
	}
	one := 80
	for i, status := range []custody.LandingStatus{custody.LandingDiffers, custody.LandingAwaited, custody.LandingCleared} {
		l := Landing{LandingView: count.LandingView{Landing: fmt.Sprintf("CCT-M1-C%02d", i+1), Name: page.OddNames[i], Status: status, Round: 2, Given: i}, Under: page.OddNames[i+2]}
		if sees {
			l.Expected, l.Numbers, l.Counted = &one, []string{"79", "79"}, 1
		}
		l.Mine = !sees && i == 1
		c.Landings = append(c.Landings, l)
	}
	c.Pages = page.Paged("/counts/C41342", nil, 2000, page.PageSize)
	c.Out = []Out{{OutView: count.OutView{Kind: custody.Hospital, Place: "HOSP", Custodian: page.RightToLeft, Number: 2, People: []custody.OutPerson{{Person: "10000012"}, {Person: "10000029"}}},
		Where: page.Place{Code: "HOSP", Name: page.LongName}, Names: []string{page.EmojiName, page.LongName}, Late: 1}}
	return c
}

func searches() (list []Search) {
	entry := int64(41_300)
	less := Search{LandingSearch: custody.LandingSearch{Landing: "CCT-M1-C01", Difference: custody.CountDifference{By: -1}, Remains: custody.CountDifference{By: -1}, More: 12}, Name: page.LongName, Under: page.RightToLeft}
	for i, kind := range []custody.ExplanationKind{custody.ExplainedLate, custody.MovedOpposite, custody.OverdueBack, custody.ReceptionNoCell, custody.StrangerOnSlip, custody.SameNameMissing} {
		e := Explanation{Explanation: custody.Explanation{Kind: kind, Person: "10000012", Name: page.OddNames[i], Landing: "CCT-M1-C02", Place: "CCT-M1-C03", Entry: &entry, Happened: page.StillNow, Recorded: page.StillNow,
			DueBack: page.StillNow, By: -1}, At: page.Place{Code: "CCT-M1-C03", Name: page.EmojiName}, Other: page.Place{Code: "CCT-M1-C02", Name: page.SpacedName}}
		if kind == custody.SameNameMissing {
			e.Explanation.Other, e.Twin = "10000029", page.ScriptName
		}
		less.Why = append(less.Why, e)
	}
	apart := Search{LandingSearch: custody.LandingSearch{Landing: "CCT-M1-C02", Difference: custody.CountDifference{By: 3}, Disagree: true}, Name: "Celda 2", Under: "Módulo 1"}
	return append(list, less, apart)
}

func form(kind custody.CountKind) count.SlipForm {
	s := count.SlipForm{Count: "C41342", Kind: kind, Establishment: "CCT", Opened: page.StillNow, Landing: "CCT-M1-G1", Name: page.SpacedName, Under: page.RightToLeft, Round: 2, Counter: 1, Rows: 12}
	for i := range 24 {
		s.Cells = append(s.Cells, count.FormCell{Code: fmt.Sprintf("CCT-M1-G1-C%02d", i+1), Name: fmt.Sprintf("Celda %d", i+1), Certified: 4})
	}
	return s
}

func fullQuestions() Questions {
	q := Questions{Count: "C41342", Pages: page.Paged("/counts/C41342/questions", nil, 120, page.PageSize)}
	for _, kind := range []custody.QuestionKind{custody.TooFast, custody.LikeLast, custody.AlwaysLikeLast, custody.OneDevice, custody.OneClerk, custody.DoorStayedShut, custody.LateMoveCleared} {
		one := Question{Question: custody.Question{Kind: kind, Landing: "CCT-M1-C01", Hand: "galeria1", Other: "galeria2", Entry: 41_300, Number: 80, Took: 1200}, At: page.Place{Code: "CCT-M1-C01", Name: page.LongName},
			Hand: page.RightToLeft, Other: page.EmojiName}
		switch kind {
		case custody.TooFast:
			one.Floor = 40_000
		case custody.AlwaysLikeLast:
			one.Took, one.Slips = 0, 9
		}
		q.List = append(q.List, one)
	}
	return q
}

func fullSheet() Sheet {
	expected := 80
	s := Sheet{Sheet: count.Sheet{CountView: count.CountView{Summary: cleared(), PlaceName: page.SpacedName, Out: []count.OutView{{Kind: custody.Court, Place: "TRIBUNAL-1", Custodian: page.EmojiName, Number: 3}}}}, At: page.StillNow, Entry: 41_342}
	for i := range 40 {
		s.Lines = append(s.Lines, count.SheetLine{Landing: fmt.Sprintf("CCT-M1-C%02d", i+1), Name: page.OddNames[i%len(page.OddNames)], Under: "Módulo 1", Status: custody.LandingCleared, Expected: &expected, Out: i % 3,
			Results: []count.SheetResult{{Round: 1, HandName: page.OddNames[(i+1)%len(page.OddNames)], Number: 80, Counted: page.StillNow, Recorded: page.StillNow, Source: custody.PaperSlip}}})
	}
	return s
}
