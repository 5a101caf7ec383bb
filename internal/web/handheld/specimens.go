package handheld

import (
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are the page of handhelds, and the application with all its screens at once.
func Specimens() []page.Specimen {
	devices := func(name string, d func(f page.Frame) Devices) page.Specimen {
		return page.Specimen{Name: "devices/" + name, Show: func(f page.Frame) templ.Component { return devicesPage(f, d(f)) }}
	}
	return []page.Specimen{
		devices("none", func(page.Frame) Devices { return Devices{} }),
		devices("registered", func(page.Frame) Devices {
			return Devices{Keeps: true, Code: "k3m7qd2xw5ra", For: page.EmojiName, List: rows()}
		}),
		devices("refused", func(f page.Frame) Devices {
			d := Devices{Keeps: true, List: rows(), Form: page.Form{Values: map[string][]string{"name": {page.LongName}, "official": {"nobody"}}}}
			d.Form.Mend("official", f.Say("refusal.unknown-official", "official", "nobody"))
			return d
		}),
		devices("revocation-refused", func(f page.Frame) Devices {
			d := Devices{List: rows(), Failed: "E40", Form: page.Form{Values: map[string][]string{"reason": {" "}}}}
			d.Form.Mend("reason", f.Say("refusal.field-missing", "field", "reason"))
			return d
		}),
		{Name: "handheld/screens", Show: func(f page.Frame) templ.Component { return shellPage(f, true) }},
	}
}

// rows are handhelds in every state.
func rows() []Row {
	var list []Row
	for i, name := range page.OddNames {
		one := Row{Device: custody.Device{ID: "E4" + string(rune('0'+i)), Name: name, Official: "galeria1", Registered: page.StillNow.Add(-time.Hour)}, OfficialName: name}
		if i > 0 {
			one.Key = "key"
		}
		if i > 3 {
			one.Revoked, one.RevokedName, one.Reason = page.StillNow, page.SpacedName, name
		}
		list = append(list, one)
	}
	return list
}
