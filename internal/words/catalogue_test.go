package words

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// The catalogues are data, so this test reads them as data, from inside.
func TestBothLanguagesSayTheSame(t *testing.T) {
	for _, fault := range disagreements(catalogues) {
		t.Error(fault)
	}
}

func TestDisagreementsAreFound(t *testing.T) {
	for name, c := range map[string]struct{ es, en, fault string }{
		"a message lacks in one":        {`a = "uno"`, `b = "two"`, `en lacks message "a"`},
		"and in the other":              {`a = "uno"`, "a = 'one'\nb = 'two'", `es lacks message "b"`},
		"a text is empty":               {`a = ""`, `a = "one"`, `es says nothing in message "a"`},
		"a text is blank":               {`a = "  "`, `a = "one"`, `es says nothing in message "a"`},
		"parameters differ":             {`a = "{person}"`, `a = "{place}"`, `message "a" has parameters [person] in es and [place] in en`},
		"a plural has no other form":    {"[a]\none = 'uno'", "[a]\none = 'one'\nother = 'more'", `es has no form "other" of message "a"`},
		"a brace is left open":          {`a = "{person"`, `a = "{person"`, `es has stray braces in message "a"`},
		"a parameter has a wrong name":  {`a = "{La persona}"`, `a = "{La persona}"`, `es has stray braces in message "a"`},
		"a template of another library": {`a = "{{.person}}"`, `a = "{{.person}}"`, `es has stray braces in message "a"`},
	} {
		read, err := readCatalogues(fstest.MapFS{"es.toml": {Data: []byte(c.es)}, "en.toml": {Data: []byte(c.en)}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if faults := disagreements(read); !slices.Contains(faults, c.fault) {
			t.Errorf("%s: found %q, want %q among them", name, faults, c.fault)
		}
	}
}

func TestACatalogueMayBeSplit(t *testing.T) {
	read, err := readCatalogues(fstest.MapFS{
		"es.toml":          {Data: []byte(`a = "uno"`)},
		"es.refusals.toml": {Data: []byte("[refusal]\nauthority-live = 'con orden vigente'")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if said, _ := read[language.Spanish].text("refusal.authority-live", nil); said != "con orden vigente" {
		t.Errorf("said %q", said)
	}
	for name, faulty := range map[string]fstest.MapFS{
		"claimed by two files": {"es.toml": {Data: []byte(`a = "uno"`)}, "es.b.toml": {Data: []byte(`a = "dos"`)}},
		"not spoken here":      {"fr.toml": {Data: []byte(`a = "un"`)}},
		"not a language":       {"refusals.es.toml": {Data: []byte(`a = "uno"`)}},
		"not TOML":             {"es.toml": {Data: []byte(`a = `)}},
	} {
		if _, err := readCatalogues(faulty); err == nil {
			t.Errorf("%s: read without a complaint", name)
		}
	}
}

func TestWhatOneLanguageLacksTheOtherSays(t *testing.T) {
	read, err := readCatalogues(fstest.MapFS{
		"es.toml": {Data: []byte("b = '{x}'\n[days]\none = '{count} día'\nother = '{count} días'")},
		"en.toml": {Data: []byte(`a = "one"`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	en := &Speaker{tag: language.English, voices: []*catalogue{read[language.English], read[language.Spanish]}}
	for _, c := range []struct{ got, want string }{
		{en.Say("a", nil), "one"},
		{en.Say("b", map[string]any{"x": "{x} and { and }"}), "{x} and { and }"},
		{en.Say("b", nil), "{x}"},
		{en.Plural("days", 2, nil), "2 días"},
		{en.Say("c", nil), "[c]"},
	} {
		if c.got != c.want {
			t.Errorf("said %q, want %q", c.got, c.want)
		}
	}
}

var (
	parameter = regexp.MustCompile(`\{([a-z][A-Za-z0-9-]*)\}`)
	plain     = regexp.MustCompile(`[{}]`)
)

// disagreements lists what is wrong with catalogues that should say the same in every language.
func disagreements(all map[language.Tag]*catalogue) []string {
	var faults []string
	ids := map[string]bool{}
	for _, c := range all {
		for id := range c.messages {
			ids[id] = true
		}
	}
	for id := range ids {
		reference, named := []string(nil), ""
		for _, tag := range Languages {
			m := all[tag].messages[id]
			if m == nil {
				faults = append(faults, tag.String()+" lacks message \""+id+"\"")
				continue
			}
			used, found := faultsOf(tag, m)
			faults = append(faults, found...)
			if named == "" {
				reference, named = used, tag.String()
			} else if !slices.Equal(reference, used) {
				faults = append(faults, "message \""+id+"\" has parameters ["+strings.Join(reference, " ")+"] in "+named+
					" and ["+strings.Join(used, " ")+"] in "+tag.String())
			}
		}
	}
	slices.Sort(faults)
	return faults
}

// faultsOf returns the parameters that a message uses in any of its forms, sorted, and what is wrong with it alone.
func faultsOf(tag language.Tag, m *i18n.Message) (used, faults []string) {
	forms := []string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other}
	for _, form := range forms {
		for _, found := range parameter.FindAllStringSubmatch(form, -1) {
			used = append(used, found[1])
		}
		if plain.MatchString(parameter.ReplaceAllString(form, "")) {
			faults = append(faults, tag.String()+" has stray braces in message \""+m.ID+"\"")
		}
	}
	switch {
	case strings.TrimSpace(strings.Join(forms, "")) == "":
		faults = append(faults, tag.String()+" says nothing in message \""+m.ID+"\"")
	case strings.TrimSpace(m.Other) == "":
		faults = append(faults, tag.String()+" has no form \"other\" of message \""+m.ID+"\"")
	}
	slices.Sort(used)
	return slices.Compact(used), faults
}
