package people

import (
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/discrepancies"
	"habeas.example/habeas/internal/web/entries"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are the pages of people: lists empty, full and refused; records of people with names that break pages; forms.
func Specimens() []page.Specimen {
	list := func(name string, l List) page.Specimen {
		return page.Specimen{Name: "people/" + name, Show: func(f page.Frame) templ.Component { return listPage(f, l) }}
	}
	record := func(name string, p Person) page.Specimen {
		return page.Specimen{Name: "people/" + name, Show: func(f page.Frame) templ.Component { return personPage(f, p) }}
	}
	all := []page.Specimen{
		list("list-empty", List{}),
		list("list-full", fullList()),
		list("not-found", List{Query: page.ScriptName}),
		list("refused", List{Query: page.LongName, Why: page.SpacedName}),
		record("never-held", Person{Record: roll.Record{Person: &custody.Person{Number: "1000000Y", FamilyNames: "Ruiz", Sex: "X", Provisional: true}}, Older: -1, Done: -1}),
		record("long-name", heldPerson(page.LongName)),
		record("right-to-left", heldPerson(page.RightToLeft)),
		record("emoji", heldPerson(page.EmojiName)),
		{Name: "people/photograph", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.portrait.title")
			return portraitPage(f, Portrait{Number: "1000000Y", Name: page.SpacedName})
		}},
		{Name: "people/photograph-refused", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.portrait.title")
			form := page.Form{}
			form.Take(f.Speaker, custody.InvalidInput("upload-too-large", "field", "photograph", "max", "8"), nil)
			return portraitPage(f, Portrait{Number: "1000000Y", Name: page.LongName, Form: form})
		}},
		{Name: "people/overdue", Show: func(f page.Frame) templ.Component { return overduePage(f, fullOverdue()) }},
		{Name: "people/overdue-none", Show: func(f page.Frame) templ.Component { return overduePage(f, Overdue{}) }},
	}
	for _, a := range acts {
		all = append(all, page.Specimen{Name: "people/act-" + a.Name, Show: func(f page.Frame) templ.Component { return actPage(f, actSpecimen(f, a)) }})
	}
	return all
}

func fullList() List {
	l := List{Selection: Selection{Under: "CCT", Where: "out", Legal: custody.Untried}, Place: page.Place{Code: "CCT", Name: page.SpacedName},
		Places: []page.Place{{Code: "CCT", Name: page.SpacedName}}, Pages: page.Pages{Page: 400, Total: 40_000, Size: page.PageSize, Address: Selection{}.page}}
	for _, name := range page.OddNames {
		l.Rows = append(l.Rows, Row{Number: "1000000Y", Name: name, Status: custody.Out, Place: page.Place{Code: "CCT-M1-C01", Name: name}, Since: page.StillNow, Birth: "1990-05-17", Matched: name})
	}
	return l
}

func heldPerson(name string) Person {
	now := page.StillNow
	paper := &custody.Authority{ID: "1000000Y/A1", Kind: custody.AuthorityKinds[0], Issuer: name, Case: "1-0417-2031", Grounds: name, From: now.AddDate(-1, 0, 0), Until: now.AddDate(0, 0, -2)}
	person := &custody.Person{Number: "1000000Y", FamilyNames: name, GivenNames: name, Aliases: page.OddNames, Sex: "M", Age: 41, Nationality: "SV", Language: "es",
		Contact: &custody.Contact{Name: name, Relation: "hermana", Phone: "+503 2222 2222", Address: name}}
	holding := &custody.Holding{Person: "1000000Y", Status: custody.Held, At: custody.Position{Establishment: "CCT", Place: "CCT-M1-C01", Custodian: "CCT"}, Since: now.AddDate(0, 0, -9), Admitted: now.AddDate(-1, 0, 0)}
	dispute := discrepancies.Discrepancy{Discrepancy: &custody.Discrepancy{ID: "D40", Kind: "found-elsewhere", Person: "1000000Y", Since: now}, Name: name}
	corrects := int64(17)
	step := entries.Step{Entry: &custody.Entry{Number: 41, Kind: custody.PersonReceived, Person: "1000000Y", Transfer: "TR-2031-0007", Vehicle: "TR-2031-0007-B01", Note: name, Happened: now,
		Recorded: now.Add(time.Minute), Corrects: &corrects, Move: &custody.Move{}, Contradictions: []custody.Contradiction{{Kind: "found-elsewhere"}}},
		ByName: name, Name: name, Releasing: name, Receiving: name, From: entries.Stand{Place: page.Place{Code: "CCT-REC", Name: name}, Escort: "TR-2031-0007"}, Facts: []entries.Fact{{Field: "reason", Value: name}}}
	return Person{Record: roll.Record{Person: person, Holding: holding, LegalStatus: custody.NoAuthority, Authorities: []*custody.Authority{paper}, OverdueSince: now.AddDate(0, 0, -2), Transfer: "TR-2031-0007"},
		Establishment: page.Place{Code: "CCT", Name: name}, At: page.Place{Code: "CCT-M1-C01", Name: name}, Custodian: name, Papers: []paperOf{{Authority: paper}}, Disputes: []discrepancies.Discrepancy{dispute},
		Look: 41_342, Done: 41_341, Chain: []entries.Step{step, step}, Looks: 12, Older: 17, Size: 41_342, Age: 41,
		Portrays: true, Offers: []page.Offer{{Text: name, Address: "/"}, {Text: "Release", Why: name, Mend: name, Law: 3}}}
}

func fullOverdue() Overdue {
	o := Overdue{Pages: page.Pages{Page: 1, Total: len(page.OddNames), Size: page.PageSize, Address: Selection{}.page}}
	for i, name := range page.OddNames {
		place := page.Place{Code: "CCT-M1-C01", Name: name}
		o.List = append(o.List, overdueRow{roll.OverdueRelease{Number: "1000000Y", Name: name, Since: page.StillNow.Add(-time.Duration(i) * 31 * time.Hour)}, place, place})
	}
	return o
}

func actSpecimen(f page.Frame, a act) Act {
	f.Title = f.Say("page.act." + a.Name)
	papers := []*custody.Authority{{ID: "1000000Y/A1", Kind: custody.AuthorityKinds[0], Issuer: page.SpacedName, Case: page.EmojiName}}
	shown := Act{act: a, Number: "1000000Y", Name: page.RightToLeft, Where: page.Place{Code: "CCT-M1-C01", Name: page.SpacedName},
		Choices: choices{Number: "1000000Y", Papers: papers, Begin: "CCT-M1-C01", Outside: []page.Place{{Code: "HOSP-CENTRAL", Name: page.EmojiName}}}}
	if a.inside() {
		wing := page.Place{Code: "CCT-M1", Name: page.SpacedName}
		shown.Choosing = Choosing{Address: "/people/1000000Y/" + a.Name, Around: []page.Place{{Code: "CCT", Name: page.EmojiName}, wing}, More: 9_960}
		for i, name := range page.OddNames {
			one := Choice{Place: page.Place{Code: "CCT-M1-C01", Name: name}, In: wing, Holds: i%3 != 2, Inside: i % 2 * 12, Free: i % 4, Counts: i%3 != 2}
			shown.Choosing.Nearest, shown.Choosing.List = append(shown.Choosing.Nearest, one), append(shown.Choosing.List, one)
		}
	}
	shown.Inputs = a.Fields(f, shown.Choices)
	shown.Form = page.Form{Values: map[string][]string{}}
	for _, i := range shown.Inputs {
		shown.Form.Values[i.Name] = []string{page.ScriptName}
		shown.Form.Mend(i.Name, f.Say("page.form.bad-time"))
	}
	return shown
}
