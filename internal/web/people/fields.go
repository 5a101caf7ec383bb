package people

import (
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// The fields that forms about a person are made of. Their labels are "page.field.NAME".

func textField(f page.Frame, name string) input {
	return input{Field: page.Field{Name: name, Label: f.Say("page.label." + name), Max: 500, Spoken: true}}
}

func longField(f page.Frame, name string) input {
	i := textField(f, name)
	i.Long, i.Max = true, 2000
	return i
}

func optional(i input) input {
	i.Optional = true
	return i
}

// placeField asks for a place of the establishment, which is chosen below the form if its code is not known.
func placeField(f page.Frame, name string, c choices) input {
	return input{Field: page.Field{Name: name, Label: f.Say("page.label." + name), Hint: f.Say("page.label.inside-hint"), Max: 60, Width: 20, Begin: c.Begin}}
}

// outsideField asks for a court or a hospital; there are few.
func outsideField(f page.Frame, name string) input {
	return input{Field: page.Field{Name: name, Label: f.Say("page.label." + name), Hint: f.Say("page.label.place-hint"), Max: 60, Width: 20, List: "outside"}}
}

func timeField(f page.Frame, name string, optional bool) input {
	return input{Field: page.Field{Name: name, Label: f.Say("page.label." + name), Hint: f.Say("page.label.time-hint", "zone", f.ZoneName()), Type: "datetime-local", Width: 20, Optional: optional}}
}

// whenField asks when it happened; empty is now.
func whenField(f page.Frame) input {
	i := timeField(f, "at", true)
	i.Hint = f.Say("page.label.at-hint", "zone", f.ZoneName())
	return i
}

func dueField(f page.Frame) input { return timeField(f, "due", true) }

func kindField(f page.Frame) input {
	i := input{Field: page.Field{Name: "kind", Label: f.Say("page.label.kind")}}
	for _, kind := range custody.AuthorityKinds {
		i.Options = append(i.Options, page.Option{Value: string(kind), Text: f.Term("authority", kind)})
	}
	return i
}

func paperField(f page.Frame, c choices) input {
	return input{Field: page.Field{Name: "authority", Label: f.Say("page.label.authority")}, Options: papersToChoose(f, c)}
}

func citesField(f page.Frame, c choices) input {
	return input{Field: page.Field{Name: "cites", Label: f.Say("page.label.cites"), Hint: f.Say("page.label.cites-hint")}, Options: papersToChoose(f, c), Many: true}
}

func papersToChoose(f page.Frame, c choices) (list []page.Option) {
	for _, a := range c.Papers {
		list = append(list, page.Option{Value: a.ID, Text: f.Term("authority", a.Kind) + " " + a.ID, Hint: a.Issuer + ", " + a.Case})
	}
	return list
}

// placeFieldOf is the field of an act in which a place is named.
func placeFieldOf(a act) string {
	switch a.Name {
	case "move":
		return "to"
	case "go-out":
		return "destination"
	}
	return "place"
}
