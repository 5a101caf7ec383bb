package settings

import (
	"net/url"
	"slices"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are the pages of the register of places: lists empty and full, places with and without a history, forms refused.
func Specimens() []page.Specimen {
	return []page.Specimen{
		{Name: "settings/list-empty", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.settings.title")
			return listPage(f, Register{Opens: true})
		}},
		{Name: "settings/list", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.settings.title")
			r := Register{Opens: true, Outside: []Row{{Place: page.Place{Code: "HOSP", Name: "Hospital Nacional (inventado)"}, Kind: custody.Hospital}}}
			for _, name := range page.OddNames {
				r.Inside = append(r.Inside, Row{Place: page.Place{Code: "CCT", Name: name}, Kind: custody.Establishment, Within: 10_240, Limited: true, Capacity: 12_000, Certified: 12_480, Held: 11_987, Told: true})
			}
			return listPage(f, r)
		}},
		{Name: "settings/establishment", Show: func(f page.Frame) templ.Component {
			return placePage(f, fullPlace(f, custody.Establishment, page.SpacedName))
		}},
		{Name: "settings/cell", Show: func(f page.Frame) templ.Component { return placePage(f, fullPlace(f, custody.Cell, page.LongName)) }},
		{Name: "settings/cell-new", Show: func(f page.Frame) templ.Component {
			return placePage(f, Place{Place: &custody.Place{Code: "CCT-M1-C01", Name: page.RightToLeft, Kind: custody.Cell}, Done: 41_342})
		}},
		{Name: "settings/capacity", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.settings.capacity")
			return changePage(f, Change{fullPlace(f, custody.Cell, page.EmojiName), named("capacity"), page.Form{}})
		}},
		{Name: "settings/capacity-refused", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.settings.capacity")
			form := page.Form{Values: url.Values{"capacity": {"many"}, "from": {"2031-03-14T10:00"}, "until": {"2031-03-13T10:00"}, "reason": {page.ScriptName}}}
			form.Mend("capacity", f.Say("page.form.bad-number"))
			form.Take(f.Speaker, custody.InvalidInput("dates-reversed", "place", "CCT-M1-C01"), named("capacity").Fields)
			return changePage(f, Change{fullPlace(f, custody.Cell, page.EmojiName), named("capacity"), form})
		}},
		{Name: "settings/over-capacity-refused", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.settings.over-capacity")
			form := page.Form{Values: url.Values{"capacity": {"20"}, "from": {"2031-03-14T10:00"}, "until": {""}, "reason": {page.LongName}}}
			form.Take(f.Speaker, custody.InvalidInput("not-over-capacity", "place", "CCT-M1-C01", "capacity", "20", "certified", "29"), named("over-capacity").Fields)
			form.Take(f.Speaker, custody.InvalidInput("capacity-order-incomplete", "place", "CCT-M1-C01"), named("over-capacity").Fields)
			return changePage(f, Change{fullPlace(f, custody.Cell, page.RightToLeft), named("over-capacity"), form})
		}},
		{Name: "settings/designation", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.settings.designation")
			p := fullPlace(f, custody.Cell, page.EmojiName)
			p.Features = []string{"ground-floor", "near-the-chapel"}
			return changePage(f, Change{p, named("designation"), page.Form{}})
		}},
		{Name: "settings/out-of-use-refused", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.settings.out-of-use")
			form := page.Form{Values: url.Values{"reason": {page.RightToLeft}}}
			form.Mend("", f.Say("refusal.place-occupied", "place", "CCT-M1-C01", "present", "14"))
			return changePage(f, Change{fullPlace(f, custody.Cell, page.CombiningName), named("out-of-use"), form})
		}},
		{Name: "settings/open", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.settings.open")
			return openPage(f, Opening{In: page.Place{Code: "CCT-M1", Name: page.SpacedName}, Kinds: insideKinds})
		}},
		{Name: "settings/open-refused", Show: func(f page.Frame) templ.Component {
			f.Title = f.Say("page.settings.open")
			form := page.Form{Values: url.Values{"code": {page.ScriptName}, "name": {page.LongName}, "kind": {"establishment"}, "zone": {"Mars/Olympus"}}}
			form.Mend("code", f.Say("refusal.code-malformed", "what", "place", "code", page.ScriptName))
			form.Mend("zone", f.Say("refusal.zone-unknown", "place", "X", "zone", "Mars/Olympus"))
			return openPage(f, Opening{Kinds: topmostKinds, Form: form})
		}},
	}
}

// named is the change of a name.
func named(name string) change {
	return changes[slices.IndexFunc(changes, func(c change) bool { return c.Name == name })]
}

func fullPlace(f page.Frame, kind custody.PlaceKind, name string) Place {
	now := page.StillNow
	p := Place{Place: &custody.Place{Code: "CCT-M1-C01", Name: name, Kind: kind, Sex: "M", Age: custody.Adult, Legal: custody.Convicted, FloorArea: 10_000, Toilets: 2, Washbasins: 2, Showers: 1,
		Certified: 29, Declared: 156, OutOfUse: true, OutReason: name, Zone: "America/El_Salvador"},
		Sum: Row{Capacity: 20, Limited: true, Certified: 24, Held: 19, Told: true, Place: page.Place{Code: "CCT-M1-C01"}}, Over: name, Done: -1,
		Outages: []custody.Outage{{From: now.Add(-2 * time.Hour), Reason: name}, {From: now.AddDate(0, -2, 0), Until: now.AddDate(0, -1, 0), Reason: "pintura"}}}
	for i, o := range []custody.CapacityOrder{{Capacity: 20, From: now.AddDate(0, -1, 0), Reason: name}, {Capacity: 25, From: now.AddDate(-1, 0, 0), Until: now.AddDate(0, -1, 0)}} {
		p.Orders = append(p.Orders, Order{CapacityOrder: o, Signer: name, InForce: i == 0})
	}
	p.Offers = []page.Offer{{Text: f.Say("page.settings.capacity"), Address: "#"}, {Text: f.Say("page.settings.out-of-use"), Why: f.Say("refusal.place-occupied", "place", "CCT-M1-C01", "present", "14"), Mend: f.Say("mend.place-occupied"), Law: 1}}
	if kind != custody.Cell {
		for i := range 50 {
			p.Rows = append(p.Rows, Row{Place: page.Place{Code: "CCT-M1", Name: page.OddNames[i%len(page.OddNames)]}, Kind: custody.Module, Within: 32, OutOfUse: i == 3})
		}
		p.Pages = page.Paged("/", url.Values{}, 120, page.PageSize)
	}
	return p
}
