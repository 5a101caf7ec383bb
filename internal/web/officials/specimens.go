package officials

import (
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are the pages of officials: nobody, many, each state of one, forms refused, and the monitors' accounts.
func Specimens() []page.Specimen {
	of := func(name string, show func(page.Frame) templ.Component) page.Specimen {
		return page.Specimen{Name: "officials/" + name, Show: show}
	}
	return []page.Specimen{
		of("list-empty", func(f page.Frame) templ.Component { return listPage(f, List{Query: page.ScriptName, Appoints: true}) }),
		of("list-full", func(f page.Frame) templ.Component { return listPage(f, fullList()) }),
		of("record", func(f page.Frame) templ.Component { return recordPage(f, fullRecord()) }),
		of("record-new", func(f page.Frame) templ.Component {
			r := fullRecord()
			r.Ways, r.Sessions, r.Glass, r.FullName = access.Ways{}, nil, nil, page.LongName
			r.Secret = Secret{Link: "https://habeas.example/enter?key=abcdefghijklmnopqrstuvwxyz234567"}
			return recordPage(f, r)
		}),
		of("record-monitor", func(f page.Frame) templ.Component {
			r := fullRecord()
			r.Watches, r.Roles, r.Where, r.FullName = true, []custody.Role{custody.Monitor}, nil, page.RightToLeft
			r.Offers, r.Secret.Half = r.Offers[:1], "abcdefghijklmnopqrstuvwxyz234567"
			return recordPage(f, r)
		}),
		of("record-dismissed", func(f page.Frame) templ.Component {
			r := fullRecord()
			r.Dismissed, r.FullName, r.Done = page.StillNow, page.EmojiName, f.Say("page.officials.done.dismissal")
			r.Ways = access.Ways{Begun: true}
			return recordPage(f, r)
		}),
		of("step", func(f page.Frame) templ.Component {
			title := f.Say("page.officials.step.revocation")
			return stepPage(f, Step{Record: fullRecord(), What: page.SpacedName, Confirm: page.Confirm{Title: title, Text: f.Say("page.officials.step.revocation-text") + " " + f.Say("page.officials.step.revocation-codes"),
				Button: title, Danger: true, Hidden: map[string]string{"way": "codes"}}})
		}),
		of("appoint", func(f page.Frame) templ.Component {
			return appointPage(f, Appoint{Establishments: establishments(f)})
		}),
		of("appoint-refused", func(f page.Frame) templ.Component {
			form := page.Form{Values: map[string][]string{"name": {"ana ruiz"}, "fullName": {page.ScriptName}, "roles": {"duty", "control"}, "places": {page.LongName}}}
			form.Mend("name", f.Say("refusal.name-taken", "official", "ana"))
			form.Mend("places", f.Say("refusal.unknown-place", "place", page.CombiningName))
			return appointPage(f, Appoint{Establishments: establishments(f), Form: form})
		}),
		of("change", func(f page.Frame) templ.Component {
			r := fullRecord()
			return changePage(f, Step{Record: r, Appoint: Appoint{Was: &r.Official, Establishments: establishments(f)}})
		}),
		of("monitors-empty", func(f page.Frame) templ.Component { return monitorsPage(f, Monitors{Proposes: true}) }),
		of("monitors", func(f page.Frame) templ.Component { return monitorsPage(f, fullMonitors(f)) }),
	}
}

func establishments(f page.Frame) []page.Option {
	return []page.Option{{Text: f.Say("page.officials.whole-service")}, {Value: "CCT", Text: page.SpacedName}, {Value: "PSM", Text: "Penal San Martín (PSM)"}}
}

func fullList() List {
	l := List{Appoints: true, Waiting: 2, All: true, Pages: page.Paged("/officials", nil, 1200, page.PageSize)}
	for i, name := range page.OddNames {
		l.List = append(l.List, Row{Official: &custody.Official{Name: "of" + string(rune('a'+i)), FullName: name, Roles: custody.Roles[i : i+3]},
			Where: []page.Place{{Code: "CCT-M1", Name: page.OddNames[(i+1)%len(page.OddNames)]}, {Code: "CCT-M2", Name: "CCT-M2"}}[:i%3],
			Kept:  i != 1, Sessions: i, Entrance: access.Entrance{Password: i > 0, Codes: i > 2, Account: i > 3, Passkeys: i}})
	}
	l.List[3].Dismissed = page.StillNow
	return l
}

func fullRecord() Record {
	return Record{Official: custody.Official{Name: "jefe", FullName: page.SpacedName, Roles: []custody.Role{custody.DutyManager, custody.ControlRoom}, Establishment: "CCT", Places: []string{"CCT-M1"}},
		Where: []page.Place{{Code: "CCT-M1", Name: page.LongName}}, Kept: true,
		Ways: access.Ways{Password: true, Begun: true, Codes: page.StillNow.Add(-900 * time.Hour), Accounts: []access.Account{{Subject: page.ScriptName, Added: page.StillNow}},
			Passkeys: []access.Passkey{{ID: "a", Name: page.EmojiName, Added: page.StillNow.Add(-90 * time.Hour), Used: page.StillNow}, {ID: "b", Name: page.LongName[:60], Added: page.StillNow}}},
		Sessions: []access.Session{{ID: "0a", Started: page.StillNow.Add(-3 * time.Hour), Seen: page.StillNow, Method: "passkey", Address: "10.1.2.3", Agent: page.ScriptName, Current: true},
			{ID: "0b", Started: page.StillNow.Add(-9 * time.Hour), Seen: page.StillNow.Add(-time.Hour), Method: "password-code", Address: "2001:db8::/64", Agent: page.LongName[:300], Locked: true}},
		Glass:  []*custody.Glass{{Official: "jefe", Reason: page.ScriptName, Until: page.StillNow.Add(time.Hour)}},
		Offers: []page.Offer{{Text: page.LongName[:60], Address: "/officials/jefe/change"}, {Text: page.RightToLeft, Address: "/officials/jefe/link", Why: page.SpacedName, Mend: page.EmojiName}}}
}

func fullMonitors(f page.Frame) Monitors {
	change := func(act custody.MonitorAct, name string) Change {
		return Change{MonitorChange: &custody.MonitorChange{ID: "M41" + string(act), Act: act, Official: "ines", Reason: page.ScriptName, At: page.StillNow, Entry: 41_342, Narrows: act != custody.AppointMonitor},
			Monitor: name, First: page.RightToLeft}
	}
	m := Monitors{Proposes: true, List: []Row{{Official: &custody.Official{Name: "ines", FullName: page.LongName}}}, Done: f.Say("page.officials.done.proposal"), Official: "ines"}
	for i, act := range []custody.MonitorAct{custody.AppointMonitor, custody.DismissMonitor, custody.RecoverMonitor} {
		c := change(act, page.OddNames[i])
		title := f.Say("page.officials.act."+string(act), "name", c.Monitor)
		c.Confirm = page.Confirm{Title: title, Button: f.Say("page.officials.turn-second"), Danger: c.Narrows, Hands: []page.Hand{{What: f.Say("page.officials.first-key"), Who: c.First, At: c.At}, {What: f.Say("page.officials.second-key")}}}
		if i == 1 {
			c.Confirm.Why = f.Say("page.officials.key-yours")
		}
		m.Waiting = append(m.Waiting, c)
		past := change(act, page.OddNames[i+1])
		past.ID = "P" + past.ID
		if i > 0 {
			past.Confirmed, past.ConfirmedAt, past.Second, past.KeyHolder = "gob", page.StillNow, page.EmojiName, i == 2
		}
		m.Past = append(m.Past, past)
	}
	m.Form.Mend("reason", f.Say("refusal.reason-too-short", "min", "10"))
	return m
}
