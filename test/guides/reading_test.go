package guides

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	top    = "../.." // the tree, seen from this folder
	folder = top + "/docs/guides"
)

// languages are those in which there are guides, by the names of their folders.
var languages = []string{"es", "en"}

// guide is what the tests want to know of a guide.
type guide struct {
	path     string // from the top of the tree
	language string
	name     string   // of the file, the same in both languages
	headings []string // "##" and the like, in order
	texts    []string // the texts of the headings
	labels   []string // in bold: written on a page
	quotes   []string // in quotation marks: what the program answers, … for what varies
	spans    []string // between backticks
	commands []string // whole commands, in blocks of their own
	links    []string
	pictures []picture
}

type picture struct{ alt, file string }

var (
	heading   = regexp.MustCompile(`^(#+) (.+)$`)
	span      = regexp.MustCompile("`([^`]+)`")
	label     = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	linked    = regexp.MustCompile(`(!?)\[([^\]]*)\]\(([^)\s]+)\)`)
	quotation = map[string]*regexp.Regexp{"es": regexp.MustCompile(`«([^»]+)»`), "en": regexp.MustCompile(`“([^”]+)”`)}
)

// readGuide takes a guide apart.
func readGuide(path, language, text string) guide {
	g := guide{path: path, language: language, name: filepath.Base(path)}
	var prose strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if command := strings.TrimSpace(line); strings.HasPrefix(line, "    ") && strings.HasPrefix(command, "habeas ") {
			g.commands = append(g.commands, command)
			continue
		}
		if found := heading.FindStringSubmatch(line); found != nil {
			g.headings, g.texts = append(g.headings, found[1]), append(g.texts, found[2])
		}
		prose.WriteString(line + " ")
	}
	said := prose.String()
	for _, found := range span.FindAllStringSubmatch(said, -1) {
		g.spans = append(g.spans, found[1])
	}
	said = span.ReplaceAllString(said, "")
	for _, found := range linked.FindAllStringSubmatch(said, -1) {
		if found[1] == "!" {
			g.pictures = append(g.pictures, picture{found[2], found[3]})
		} else {
			g.links = append(g.links, found[3])
		}
	}
	for _, found := range label.FindAllStringSubmatch(said, -1) {
		g.labels = append(g.labels, found[1])
	}
	for _, found := range quotation[language].FindAllStringSubmatch(said, -1) {
		g.quotes = append(g.quotes, found[1])
	}
	return g
}

// allGuides reads the guides of a language.
func allGuides(t *testing.T, language string) []guide {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, language, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) < 10 {
		t.Fatalf("found %d guides in %s/%s; there is one for each user", len(paths), folder, language)
	}
	var all []guide
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, readGuide(path, language, string(text)))
	}
	return all
}

// eachGuide checks every guide of both languages.
func eachGuide(t *testing.T, faults func(guide) []string) {
	t.Helper()
	for _, language := range languages {
		for _, g := range allGuides(t, language) {
			for _, fault := range faults(g) {
				t.Errorf("%s: %s", strings.TrimPrefix(g.path, top+"/"), fault)
			}
		}
	}
}

// addresses are the addresses that a guide names, with their method, and flags, variables and beginnings of commands the
// other things that it names between backticks.
func (g guide) addresses() []string { return g.spansLike(address) }

func (g guide) spansLike(like *regexp.Regexp) (found []string) {
	for _, s := range g.spans {
		if like.MatchString(s) {
			found = append(found, s)
		}
	}
	return found
}

var (
	address  = regexp.MustCompile(`^((GET|POST|PUT|DELETE) )?/`)
	flag     = regexp.MustCompile(`^--[a-z]`)
	variable = regexp.MustCompile(`^HABEAS_`)
	command  = regexp.MustCompile(`^habeas [a-z]`)
	target   = regexp.MustCompile(`^make [a-z]`)
)

// apart lists how two guides of one name differ that should be the same in two languages.
func apart(a, b guide) (faults []string) {
	for _, part := range []struct {
		what string
		a, b []string
	}{
		{"headings", a.headings, b.headings},
		{"addresses", a.addresses(), b.addresses()},
		{"flags", a.spansLike(flag), b.spansLike(flag)},
		{"commands", heads(a.commands), heads(b.commands)},
		{"links", a.links, b.links},
		{"pictures", shown(a.pictures), shown(b.pictures)},
	} {
		if strings.Join(part.a, "\n") != strings.Join(part.b, "\n") {
			faults = append(faults, fmt.Sprintf("%s has the %s %q, %s has %q", a.language, part.what, part.a, b.language, part.b))
		}
	}
	return faults
}

// heads are commands without what differs by language: the program, its subcommand and its flags.
func heads(commands []string) (list []string) {
	for _, c := range commands {
		var kept []string
		for i, word := range splitWords(c) {
			if i < 2 || strings.HasPrefix(word, "--") {
				kept = append(kept, word)
			}
		}
		list = append(list, strings.Join(kept, " "))
	}
	return list
}

// shown are the names of pictures, which each language has in a folder of its own.
func shown(pictures []picture) (list []string) {
	for _, p := range pictures {
		list = append(list, filepath.Base(p.file))
	}
	return list
}

func files(pictures []picture) (list []string) {
	for _, p := range pictures {
		list = append(list, p.file)
	}
	return list
}
