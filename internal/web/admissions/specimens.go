package admissions

import (
	"fmt"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are an admission before and after the register was asked, from outside and off a transfer.
func Specimens() []page.Specimen {
	show := func(name string, make func(f page.Frame) Admission) page.Specimen {
		return page.Specimen{Name: "admissions/" + name, Show: func(f page.Frame) templ.Component { return admissionPage(f, make(f)) }}
	}
	t := &custody.Transfer{ID: "TR-2031-0008", From: "PSM", To: "CCT"}
	receptions := []page.Place{{Code: "CCT-REC", Name: page.SpacedName}}
	return []page.Specimen{
		show("empty", func(page.Frame) Admission { return Admission{} }),
		show("unlisted", func(page.Frame) Admission { return Admission{Transfer: t, Receptions: receptions} }),
		show("refused", func(f page.Frame) Admission {
			a := Admission{Receptions: receptions, Form: typedSpecimen()}
			a.Form.Mend("familyNames", f.Say("refusal.name-missing"))
			a.Form.Mend("birth", f.Say("refusal.birth-impossible", "birth", "1850-01-01"))
			a.Form.Mend("place", f.Say("refusal.unknown-place", "place", page.EmojiName))
			a.Form.Mend("paper", f.Say("refusal.no-live-authority", "person", page.RightToLeft, "place", "CCT-REC"))
			return a
		}),
		show("nobody-alike", func(page.Frame) Admission {
			return Admission{Asked: true, Receptions: receptions, Form: typedSpecimen()}
		}),
		show("alike", func(page.Frame) Admission {
			return Admission{Asked: true, Receptions: receptions, Form: typedSpecimen(), Likely: likelySpecimen()}
		}),
		show("alike-undecided", func(f page.Frame) Admission {
			a := Admission{Asked: true, Transfer: t, Receptions: receptions, Form: typedSpecimen(), Likely: likelySpecimen()}
			a.Form.Mend("who", f.Say("page.admission.who-missing"))
			return a
		}),
	}
}

func typedSpecimen() page.Form {
	return page.Form{Values: map[string][]string{"familyNames": {page.ScriptName}, "givenNames": {page.CombiningName}, "alias": {page.LongName}, "sex": {"F"}, "birth": {"1990-01-01"}, "paper": {"live"},
		"issuer": {page.SpacedName}, "place": {page.EmojiName}, "injuries": {page.RightToLeft}}}
}

func likelySpecimen() (list []Candidate) {
	for i, name := range page.OddNames {
		c := Candidate{Match: roll.Match{Number: fmt.Sprintf("100000%dY", i), Name: name, Matched: page.OddNames[(i+1)%len(page.OddNames)], Score: 0.93, Status: custody.Released}, Named: i == 0, SameBirth: i%2 == 0, Sex: "F"}
		if i%2 == 0 {
			c.Birth, c.Status, c.Place = "1990-01-01", custody.Held, page.Place{Code: "CCT-M1-C01", Name: page.SpacedName}
		}
		list = append(list, c)
	}
	return append(list, Candidate{Match: roll.Match{Number: "1000007B"}, Named: true})
}
