package guides

import (
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

func TestBothLanguagesHaveTheSame(t *testing.T) {
	other := map[string]guide{}
	for _, g := range allGuides(t, languages[1]) {
		other[g.name] = g
	}
	index := readGuide("README.md", languages[0], mustRead(t, folder+"/README.md"))
	for _, g := range allGuides(t, languages[0]) {
		same, found := other[g.name]
		if !found {
			t.Errorf("%s is in %s alone", g.name, g.language)
			continue
		}
		delete(other, g.name)
		for _, fault := range apart(g, same) {
			t.Errorf("%s: %s", g.name, fault)
		}
		for _, language := range languages {
			if !slices.Contains(index.links, language+"/"+g.name) {
				t.Errorf("docs/guides/README.md does not lead to %s/%s", language, g.name)
			}
		}
	}
	for name := range other {
		t.Errorf("%s is in %s alone", name, languages[1])
	}
}

func TestLabelsStandOnPages(t *testing.T) {
	texts := map[string]catalogue{}
	for _, language := range languages {
		texts[language] = readCatalogue(t, language)
	}
	eachGuide(t, func(g guide) []string {
		return append(unsaid(g, texts[g.language]), unanswered(g, texts[g.language])...)
	})
}

func TestCommandsAreTheProgramsOwn(t *testing.T) {
	program := readManual(t)
	makefile := mustRead(t, top+"/Makefile")
	eachGuide(t, func(g guide) []string { return unknown(g, program, makefile) })
}

func TestAddressesAnswer(t *testing.T) {
	base := serve(t)
	// Pages lead whoever is not signed in to the sign-in; that is an answer.
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	api := readAPI(t, client, base)
	asked := map[string]bool{"/nothing-here": false}
	answers := func(at string) bool {
		known, before := asked[at]
		if !before {
			response, err := client.Get(base + at)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close() // nothing of it was wanted
			known = response.StatusCode != http.StatusNotFound && response.StatusCode != http.StatusMethodNotAllowed
			asked[at] = known
		}
		return known
	}
	eachGuide(t, func(g guide) []string { return unreachable(g, api, answers) })
}

func TestLinksAndPicturesAreThere(t *testing.T) {
	used := map[string]bool{}
	eachGuide(t, func(g guide) (faults []string) {
		for _, link := range g.links {
			if _, err := os.Stat(filepath.Join(filepath.Dir(g.path), link)); err != nil {
				faults = append(faults, fmt.Sprintf("the link %s leads nowhere", link))
			}
		}
		for _, p := range g.pictures {
			used[shownAs(p.file)] = true
			if !strings.HasPrefix(shownAs(p.file), g.language+"/") {
				faults = append(faults, fmt.Sprintf("the picture %s is not in the language of the guide", p.file))
			}
			if len(p.alt) < 20 {
				faults = append(faults, fmt.Sprintf("the picture %s is not described to whoever cannot see it", p.file))
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(g.path), p.file)); err != nil {
				faults = append(faults, fmt.Sprintf("there is no picture %s", p.file))
			}
		}
		return faults
	})
	for _, found := range linked.FindAllStringSubmatch(mustRead(t, top+"/README.md"), -1) {
		if _, err := os.Stat(filepath.Join(top, found[3])); err != nil && !strings.Contains(found[3], "://") {
			t.Errorf("README.md: %s leads nowhere", found[3])
		}
		used[shownAs(found[3])] = true
	}
	everyPicture(t, used)
}

// Pictures are part of every clone.
const (
	mostPicture  = 300 << 10
	mostPictures = 4 << 20
)

// shownAs is a picture as it is told from others: its language and its name.
func shownAs(path string) string {
	return filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)
}

// everyPicture checks that each picture of the docs can be shown, is light, and is used.
func everyPicture(t *testing.T, used map[string]bool) {
	t.Helper()
	paths, err := filepath.Glob(top + "/docs/pictures/*/*")
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		info, err := file.Stat()
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
		if _, err := png.DecodeConfig(file); err != nil {
			t.Errorf("%s is no picture: %v", path, err)
		}
		if info.Size() > mostPicture {
			t.Errorf("%s has %d KB, at most %d", path, info.Size()>>10, mostPicture>>10)
		}
		if !used[shownAs(path)] {
			t.Errorf("%s is shown nowhere", path)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if total > mostPictures {
		t.Errorf("the pictures have %d KB, at most %d", total>>10, mostPictures>>10)
	}
}

// unsaid lists the labels of a guide that no page has.
func unsaid(g guide, texts catalogue) (faults []string) {
	for _, one := range g.labels {
		if !texts[one] {
			faults = append(faults, fmt.Sprintf("nothing on a page is called %q", one))
		}
	}
	return faults
}

// unanswered lists the answers that a guide quotes and the program does not give.
func unanswered(g guide, texts catalogue) (faults []string) {
	for _, quote := range g.quotes {
		if !texts.answer(quote) {
			faults = append(faults, fmt.Sprintf("the program never says %q", quote))
		}
	}
	return faults
}

// unknown lists the commands, flags, variables and targets of a guide that there are not.
func unknown(g guide, program manual, makefile string) (faults []string) {
	for _, one := range g.commands {
		faults = append(faults, program.misread(one, true)...)
	}
	for _, one := range g.spansLike(command) {
		faults = append(faults, program.misread(one, strings.HasSuffix(one, " --help"))...)
	}
	for _, one := range g.spansLike(flag) {
		name := strings.Fields(one)[0]
		if !regexp.MustCompile(`(?m)^\s+` + regexp.QuoteMeta(name) + `\b`).MatchString(program.text) {
			faults = append(faults, fmt.Sprintf("no command has %s", name))
		}
	}
	for _, one := range g.spansLike(variable) {
		if !strings.Contains(program.text, "$"+one) {
			faults = append(faults, fmt.Sprintf("no command reads %s", one))
		}
	}
	for _, one := range g.spansLike(target) {
		if !strings.Contains(makefile, "\n"+strings.Fields(one)[1]+":") {
			faults = append(faults, fmt.Sprintf("there is no %s", one))
		}
	}
	return faults
}

// unreachable lists the addresses of a guide at which nothing is.
func unreachable(g guide, api map[string]bool, answers func(at string) bool) (faults []string) {
	for _, one := range g.addresses() {
		method, at, named := strings.Cut(one, " ")
		if !named {
			method, at = "", one
		}
		there := api[strings.TrimSpace(method+" "+at)]
		if !strings.HasPrefix(at, "/api/") {
			there = method == "" && answers(at)
		}
		if !there {
			faults = append(faults, fmt.Sprintf("there is nothing at %s", one))
		}
	}
	return faults
}

// readAPI reads which addresses the API has, with and without their method, from its own description.
func readAPI(t *testing.T, client *http.Client, base string) map[string]bool {
	t.Helper()
	response, err := client.Get(base + "/api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it has been read by then
	var described struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.NewDecoder(response.Body).Decode(&described); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for at, methods := range described.Paths {
		known[at] = true
		for method := range methods {
			known[strings.ToUpper(method)+" "+at] = true
		}
	}
	return known
}

// catalogue is the texts of a language, with … where something is filled in.
type catalogue map[string]bool

var filledIn = regexp.MustCompile(`\{[a-zA-Z]+\}`)

func readCatalogue(t *testing.T, language string) catalogue {
	t.Helper()
	paths, err := filepath.Glob(top + "/internal/words/" + language + ".*toml")
	if err != nil {
		t.Fatal(err)
	}
	texts := catalogue{}
	for _, path := range paths {
		var tables map[string]any
		if _, err := toml.DecodeFile(path, &tables); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		texts.add(tables)
	}
	if len(texts) < 500 {
		t.Fatalf("found %d texts in %q", len(texts), paths)
	}
	return texts
}

func (c catalogue) add(value any) {
	switch v := value.(type) {
	case string:
		c[filledIn.ReplaceAllString(v, "…")] = true
	case map[string]any:
		for _, inner := range v {
			c.add(inner)
		}
	}
}

// answer reports whether a quotation is of one of the texts, or of a part of it.
func (c catalogue) answer(quote string) bool {
	for text := range c {
		if strings.Contains(text, quote) {
			return true
		}
	}
	return false
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
