package page

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/words"
)

// Specimen is a page, or a component on a page of its own, in one state, with invented data. Each subject has Specimens of its
// pages; the gallery shows them all, and tests look at each in both languages.
type Specimen struct {
	Name string // such as "people/list-empty"; part of an address
	Show func(Frame) templ.Component
}

// StillFrame is a frame that no visit asked for: everything may be done in it, and nothing in it is live.
func StillFrame(speaker *words.Speaker, title string, wall bool) Frame {
	return Frame{Speaker: speaker, Title: title, Here: "/", Now: StillNow, Zone: stillZone, Wall: wall,
		Official: &custody.Official{Name: "specimen", FullName: "Insp. Hugo Barahona (inventado)", Roles: []custody.Role{custody.DutyManager}},
		may:      func(custody.Action) bool { return true },
		sections: []Section{{Name: "today", Address: "/"}, {Name: "counts", Address: "/counts"}, {Name: "transfers", Address: "/transfers"}, {Name: "reception", Address: "/reception"},
			{Name: "cells", Tab: "cell-plan", Address: "/cells"}, {Name: "standing", Address: "/cells/standing", Within: "cells"}, {Name: "people", Address: "/people"},
			{Name: "overdue", Address: "/overdue", Within: "today"}, {Name: "discrepancies", Address: "/discrepancies", Within: "today"},
			{Name: "book", Address: "/book"}, {Name: "settings", Tab: "places", Address: "/settings"}, {Name: "import", Address: "/settings/import", Within: "settings"},
			{Name: "quarantine", Address: "/settings/quarantine", Within: "settings"}, {Name: "officials", Address: "/officials", Within: "settings"}}}
}

// StillNow is the instant at which all specimens are.
var StillNow = time.Date(2031, 3, 14, 9, 47, 12, 0, time.UTC)

var stillZone = time.FixedZone("America/El_Salvador", -6*60*60)

// Names that have broken pages elsewhere; invented.
var (
	LongName      = strings.Repeat("Wolfeschlegelsteinhausenbergerdorff", 4000/35)
	SpacedName    = strings.Repeat("De La Concepción Inmaculada ", 20) + ", María de los Ángeles"
	RightToLeft   = "محمد بن عبد الله بن عبد المطلب, علي"
	EmojiName     = "👩‍👩‍👧‍👦🏴‍☠️, 🙂 O’Neil"
	ScriptName    = `<script>alert(1)</script>, "><img src=x onerror=alert(2)>`
	CombiningName = strings.Repeat("ȷ\u0301\u0302\u0303\u0304", 30) + ", Z\u0335a\u0336l\u0337g\u0338o"
	OddNames      = []string{LongName, SpacedName, RightToLeft, EmojiName, ScriptName, CombiningName}
)

// Specimens are the components, each in every state.
func Specimens() []Specimen {
	return []Specimen{
		{"page/trouble", func(f Frame) templ.Component {
			return troublePage(f, Trouble{Status: 409, What: f.Say("refusal.authority-live", "person", RightToLeft, "authorities", "A1, A2"), Mend: f.Say("mend.authority-live"),
				Law: 3, Also: OddNames})
		}},
		{"page/trouble-glass", func(f Frame) templ.Component {
			return troublePage(f, Trouble{Status: 403, What: f.Say("refusal.not-your-place", "official", LongName, "action", "read-records"), Mend: f.Say("mend.not-your-place"), Glass: GlassAddress})
		}},
		{"page/signed-out", func(f Frame) templ.Component {
			f.Official = nil
			return troublePage(f, Trouble{Status: 404, What: f.Say("page.error.no-page"), Mend: f.Say("page.error.no-page-mend")})
		}},
		{"page/line-cut", func(f Frame) templ.Component {
			f.Stream = "/no-such-stream" // the browser finds nothing there, and says that the line is cut
			return numberSpecimen(f)
		}},
		{"page/numbers", numberSpecimen},
		{"page/counting", func(f Frame) templ.Component {
			running := custody.RunningCount{ID: "C41342", Kind: custody.FormalCount, Opened: StillNow.Add(-70 * time.Minute)}
			late := running
			late.OverdueSince = StillNow.Add(-10 * time.Minute)
			f.Counting = []Counting{{running, Place{"CCT", LongName}}, {late, Place{"PSM", RightToLeft}}}
			return numberSpecimen(f)
		}},
		{"page/alerts", alertSpecimen},
		{"page/alerts-none", func(f Frame) templ.Component { return noAlertSpecimen(f) }},
		{"page/table", func(f Frame) templ.Component { return tableSpecimen(f, OddNames, 40_000) }},
		{"page/table-empty", func(f Frame) templ.Component { return tableSpecimen(f, nil, 0) }},
		{"page/form", func(f Frame) templ.Component { return formSpecimen(f, Form{}) }},
		{"page/form-refused", func(f Frame) templ.Component { return formSpecimen(f, refusedForm(f)) }},
		{"page/prove", func(f Frame) templ.Component {
			p := Prove{Address: "/", Held: []Field{{Name: "note", Begin: ScriptName}, {Name: "note", Begin: LongName}}, Code: true}
			p.Form.Mend(handPassword, f.Say("refusal.sign-in-refused"))
			return provePage(f, p)
		}},
		{"page/prove-locked", func(f Frame) templ.Component { return provePage(f, Prove{Address: "/", Locked: true}) }},
		{"page/confirm", func(f Frame) templ.Component { return confirmSpecimen(f) }},
		{"page/record", func(f Frame) templ.Component { return recordSpecimen(f, LongName) }},
		{"page/record-right-to-left", func(f Frame) templ.Component { return recordSpecimen(f, RightToLeft) }},
		{"page/record-emoji", func(f Frame) templ.Component { return recordSpecimen(f, EmojiName) }},
	}
}

func refusedForm(f Frame) Form {
	form := Form{Values: map[string][]string{"name": {ScriptName}, "note": {LongName}, "kind": {"two"}, "legal": {"b"}, "sure": {"1"}}}
	form.Mend("name", f.Say("refusal.name-missing"))
	form.Mend("note", f.Say("refusal.text-too-long", "field", "note", "max", "1000"))
	form.Mend("kind", f.Say("refusal.name-missing"))
	form.Mend("legal", f.Say("refusal.name-missing"))
	form.Mend("sure", f.Say("refusal.name-missing"))
	form.Mend("paper", f.Say("page.error.too-large"))
	form.Mend("", f.Say("page.error.not-written"))
	return form
}

func options() []Option {
	return []Option{{Value: "a", Text: "CCT", Hint: "Centro La Cumbre (inventado)"}, {Value: "b", Text: "PSM", Hint: LongName[:90]}}
}
