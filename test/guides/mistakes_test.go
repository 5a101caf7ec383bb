package guides

import (
	"slices"
	"strings"
	"testing"
)

// A test that cannot fail holds nothing: each mistake that a guide can make is made here on purpose, and must be found.

func TestGuidesAreTakenApart(t *testing.T) {
	g := readGuide("en/x.md", "en", strings.Join([]string{
		"# Title", "Press **Sign in**. It says “… is full”, at `/people`, with `--apply`.", "",
		"![A page with people](../../pictures/x.png) [more](../../x.md)", "## Part", "    habeas verify --data x", "", "Then **Sign",
		"out**, “not",
		"now”."}, "\n"))
	for _, part := range []struct {
		what      string
		got, want []string
	}{
		{"headings", g.headings, []string{"#", "##"}},
		{"texts of headings", g.texts, []string{"Title", "Part"}},
		{"labels", g.labels, []string{"Sign in", "Sign out"}},
		{"quotations", g.quotes, []string{"… is full", "not now"}},
		{"addresses", g.addresses(), []string{"/people"}},
		{"flags", g.spansLike(flag), []string{"--apply"}},
		{"commands", g.commands, []string{"habeas verify --data x"}},
		{"links", g.links, []string{"../../x.md"}},
		{"pictures", files(g.pictures), []string{"../../pictures/x.png"}},
	} {
		if !slices.Equal(part.got, part.want) {
			t.Errorf("%s: got %q, want %q", part.what, part.got, part.want)
		}
	}
}

func TestMistakesInCommandsAreFound(t *testing.T) {
	m := manual{text: "\n  --data=DIR ($HABEAS_DATA)\n  --apply\n", commands: map[string]usage{
		"serve":         {flags: map[string]bool{"--data": true}},
		"import places": readUsage("Usage: habeas import places <file> [flags]\n\nTake.\n\n  --data=DIR\n  --apply\n"),
		"print":         readUsage("Usage: habeas print --user=NAME <kind> [<of>] [flags]\n\nPrint.\n\n  --user=NAME\n"),
		"manifest":      readUsage("Usage: habeas manifest --query=QUERY <transfer> [flags]\n\nList.\n\n  --query=QUERY\n  --file=FILE\n"),
	}}
	for _, c := range []struct{ text, fault string }{
		{"habeas serve --data x", ""},
		{"habeas import places f.csv --apply", ""},
		{"habeas import places 'two words.csv' --data=x", ""},
		{"habeas print roll-sheet --user ana", ""},
		{"habeas manifest TR-1 --file f.csv", ""},
		{"habeas sell", "there is no such command"},
		{"habeas import cells f.csv", "there is no such command"},
		{"habeas serve --dat x", "habeas serve has no --dat"},
		{"habeas import places --apply", "takes 1 to 1 arguments, not 0"},
		{"habeas import places two words.csv", "takes 1 to 1 arguments, not 2"},
		{"habeas print roll-sheet", "habeas print needs --user"},
		{"habeas manifest TR-1", "habeas manifest needs --query"},
	} {
		expect(t, c.text, m.misread(c.text, true), c.fault)
	}
	expect(t, "a command that is only named", m.misread("habeas print", false), "")
	for text, fault := range map[string]string{
		"`--apply`": "", "`--appl`": "no command has --appl", "`HABEAS_DATA`": "", "`HABEAS_DATE`": "no command reads HABEAS_DATE",
		"`habeas sell`": "there is no such command", "`make x`": "", "`make y`": "there is no make y",
	} {
		expect(t, text, unknown(readGuide("x.md", "en", text), m, "\nx: y ## z\n"), fault)
	}
}

func TestMistakesInWordsAreFound(t *testing.T) {
	texts := catalogue{}
	texts.add(map[string]any{"page": map[string]any{"do": "Sign in", "full": "{place} is full: it holds {present}."}})
	for text, fault := range map[string]string{
		"**Sign in**": "", "**Sign**": `nothing on a page is called "Sign"`, "“… is full: it holds …”": "", "“is full”": "", "“is empty”": `never says "is empty"`,
	} {
		g := readGuide("x.md", "en", text)
		expect(t, text, append(unsaid(g, texts), unanswered(g, texts)...), fault)
	}
}

func TestMistakesInAddressesAreFound(t *testing.T) {
	api := map[string]bool{"/api/v1/x": true, "GET /api/v1/x": true}
	answers := func(at string) bool { return at == "/people" }
	for text, fault := range map[string]string{
		"`/people`": "", "`/persons`": "there is nothing at /persons", "`GET /api/v1/x`": "", "`/api/v1/x`": "",
		"`POST /api/v1/x`": "there is nothing at POST /api/v1/x", "`/api/v1/y`": "there is nothing at /api/v1/y",
	} {
		expect(t, text, unreachable(readGuide("x.md", "en", text), api, answers), fault)
	}
}

func TestLanguagesThatDifferAreFound(t *testing.T) {
	spanish := readGuide("x.md", "es", "# A\n\n`/people`\n\n    habeas verify --data datos\n\n![Una imagen](p.png)\n")
	for text, fault := range map[string]string{
		"# A\n\n`/people`\n\n    habeas verify --data data\n\n![A picture](p.png)\n":         "",
		"# A\n\n## B\n\n`/people`\n\n    habeas verify --data data\n\n![A picture](p.png)\n": "headings",
		"# A\n\n`/roll`\n\n    habeas verify --data data\n\n![A picture](p.png)\n":           "addresses",
		"# A\n\n`/people`\n\n    habeas verify --db data\n\n![A picture](p.png)\n":           "commands",
		"# A\n\n`/people`\n\n    habeas verify --data data\n\n![A picture](q.png)\n":         "pictures",
	} {
		expect(t, text, apart(spanish, readGuide("x.md", "en", text)), fault)
	}
}

// expect wants exactly one fault that contains want, or none when want is empty.
func expect(t *testing.T, what string, faults []string, want string) {
	t.Helper()
	switch {
	case want == "" && len(faults) > 0:
		t.Errorf("%s: complained without reason: %q", what, faults)
	case want != "" && (len(faults) != 1 || !strings.Contains(faults[0], want)):
		t.Errorf("%s: got %q, want one fault with %q", what, faults, want)
	}
}
