package page

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/words"
)

// Form is a form as it was last sent: what was typed, and what is to be mended before it can be taken. The zero Form is one
// that nobody has sent yet.
type Form struct {
	Values url.Values
	Faults []Fault
	within string
}

// Within is the form as one of several alike on a page: see Field.Within.
func (f Form) Within(which string) Form {
	f.within = which
	return f
}

// Fault is one thing to mend.
type Fault struct {
	Field string // the field's name; empty: the form as a whole
	Text  string // what is wrong
	Mend  string // what to do; may be empty
}

// Sent is the form that a visit has sent; call ReadForm first.
func (v *Visit) Sent() Form { return Form{Values: v.R.PostForm} }

// Value is what was typed into a field; in a form that nobody has sent it is what to begin with.
func (f Form) Value(name, begin string) string {
	if f.Values == nil {
		return begin
	}
	return f.Values.Get(name)
}

// Chosen reports whether an option was among those chosen.
func (f Form) Chosen(name, value string) bool { return slices.Contains(f.Values[name], value) }

// Fault is what is wrong with a field; the zero Fault is nothing.
func (f Form) Fault(name string) Fault {
	for _, fault := range f.Faults {
		if fault.Field == name {
			return fault
		}
	}
	return Fault{}
}

// Wrong reports whether a field is to be mended.
func (f Form) Wrong(name string) bool { return f.Fault(name) != Fault{} }

// Mend adds something to mend to a field.
func (f *Form) Mend(field, text string) { f.Faults = append(f.Faults, Fault{Field: field, Text: text}) }

// Take puts what a desk refused beside the field that it is about: the one that the page has for the refusal's code, for the
// field that it names ("field") or for one of its parameters (fields maps each to a field of the page), the field that it
// names itself, or else above the form. It reports whether err is a refusal that a form can show; what may not be done at
// all has a page of its own.
func (f *Form) Take(s *words.Speaker, err error, fields map[string]string) bool {
	r, ok := custody.RefusalOf(err)
	if !ok || r.Reason == custody.Forbidden {
		return false
	}
	refused := append([]*custody.Refusal{r}, r.Also...)
	for _, one := range refused {
		fault := Fault{Field: fieldOf(one, fields), Text: SayRefusal(s, one), Mend: SayMend(s, one)}
		f.Faults = append(f.Faults, fault)
	}
	return true
}

func fieldOf(r *custody.Refusal, fields map[string]string) string {
	if field, ok := fields[r.Code]; ok {
		return field
	}
	if name := r.Params["field"]; name != "" {
		if mapped, ok := fields[name]; ok {
			return mapped
		}
		return name
	}
	params := slices.Sorted(maps.Keys(r.Params)) // always the same field of several
	for _, param := range params {
		if field, ok := fields[param]; ok {
			return field
		}
	}
	return ""
}

// Field is one field of a form.
type Field struct {
	Name string
	// Within tells forms that stand on one page with the same fields from one another; empty where there is one.
	Within string
	Label  string
	Hint   string
	Begin  string // what to begin with
	Type   string // of an input; empty: text
	Width  int    // in characters: 2, 3, 4, 5, 10, 20 or 30; 0: all there is
	Max    int    // characters; 0: 1,000
	Rows   int    // of a text area; 0: 3
	// Optional says that the field may stay empty. What must be given is asked for by the browser too.
	Optional     bool
	Bare         bool // of an optional field: not said to be one, where none has to be filled in
	Autocomplete string
	Numeric      bool // digits alone: a handheld shows them
	Spoken       bool // words of a language, to be spell-checked
	List         string
}

// TimeTyped reads what a browser's field for a day and a minute sends, in a zone. Nothing is the zero time; what is no time is
// not ok.
func TimeTyped(text string, zone *time.Location) (at time.Time, ok bool) {
	if text == "" {
		return time.Time{}, true
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// ID is the identifier of the field's element.
func (f Field) ID() string {
	if f.Within != "" {
		return f.Within + "-" + f.Name
	}
	return "field-" + f.Name
}

// optionID is the identifier of one of the field's options: an error leads to the first.
func (f Field) optionID(i int) string {
	if i == 0 {
		return f.ID()
	}
	return f.ID() + "-" + strconv.Itoa(i)
}

func (f Field) max() int {
	if f.Max == 0 {
		return 1000
	}
	return f.Max
}

// describedBy names the elements that say more about the field.
func (f Field) describedBy(form Form) string {
	ids := ""
	if f.Hint != "" {
		ids = f.ID() + "-hint"
	}
	if form.Wrong(f.Name) {
		ids += " " + f.ID() + "-error"
	}
	return ids
}

// Option is one choice of a field.
type Option struct{ Value, Text, Hint string }
