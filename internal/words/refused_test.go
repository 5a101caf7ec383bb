package words_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"habeas.example/habeas/internal/words"
)

// catalogueOf are the messages of a language, by id, from the files themselves.
func catalogueOf(t *testing.T, language string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(language + ".*toml")
	if err != nil || len(files) < 10 {
		t.Fatalf("the catalogues of %s: %v, %v", language, files, err)
	}
	messages := map[string]string{}
	var gather func(string, map[string]any)
	gather = func(id string, table map[string]any) {
		for key, value := range table {
			switch value := value.(type) {
			case string:
				messages[id+key] = value
			case map[string]any:
				gather(id+key+".", value)
			}
		}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var table map[string]any
		if err := toml.Unmarshal(text, &table); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		gather("", table)
	}
	return messages
}

var (
	named     = regexp.MustCompile(`\{([A-Za-z-]+)\}`)
	codedType = regexp.MustCompile(`(?m)^\t?(?:const )?\w+\s+(HoldingStatus|LineStatus|TransferStatus|HandoverStatus|CountStatus|LandingStatus|PlaceKind|AuthorityKind|Action|Role|Level)\s+= "([a-z-]+)"`)
	unknownOf = regexp.MustCompile(`(?:custody\.)?Unknown\("([a-z-]+)"`)
)

// sources are the Go files of the program, tests apart.
func sources(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"../*/*.go", "../*/*/*.go", "../../cmd/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, "_templ.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all[file] = string(text)
		}
	}
	return all
}

// Whatever code the program puts into a refusal is a word in both languages, at every door: there is one table of them.
func TestEveryCodeOfARefusalIsSpeakable(t *testing.T) {
	parameterOf := map[string]string{"HoldingStatus": "status", "LineStatus": "status", "TransferStatus": "status", "HandoverStatus": "status", "CountStatus": "status",
		"LandingStatus": "status", "PlaceKind": "kind", "AuthorityKind": "kind", "Action": "action", "Role": "role", "Level": "level"}
	coded := map[[2]string]bool{}
	for _, text := range sources(t) {
		for _, m := range codedType.FindAllStringSubmatch(text, -1) {
			coded[[2]string{parameterOf[m[1]], m[2]}] = true
		}
		for _, m := range unknownOf.FindAllStringSubmatch(text, -1) {
			coded[[2]string{"refusal", "unknown-" + m[1]}] = true
		}
	}
	if len(coded) < 100 {
		t.Fatalf("only %d codes were found: the search looks for the wrong lines", len(coded))
	}
	for _, language := range []string{"es", "en"} {
		messages := catalogueOf(t, language)
		for code := range coded {
			switch {
			case code[0] == "refusal":
				for _, family := range []string{"refusal.", "mend."} {
					if messages[family+code[1]] == "" {
						t.Errorf("%s: there is no %s%s", language, family, code[1])
					}
				}
			case !slices.ContainsFunc(words.Spoken[code[0]], func(family string) bool { return messages[family+code[1]] != "" }):
				t.Errorf("%s: the %s %q is no word", language, code[0], code[1])
			}
		}
	}
}

// Whatever verification finds is said in both languages, and with everything that it knows of it.
func TestEveryFindingOfVerificationIsSpeakable(t *testing.T) {
	finding := regexp.MustCompile(`(?:problem|damageOf)\("([a-z-]+)", .*\)`)
	passed := regexp.MustCompile(`, "([a-z]+)", `)
	found := 0
	for file, text := range sources(t) {
		if !strings.HasPrefix(file, "../book/") {
			continue
		}
		for _, m := range finding.FindAllStringSubmatch(text, -1) {
			found++
			given := []string{}
			for _, p := range passed.FindAllStringSubmatch(m[0], -1) {
				given = append(given, p[1])
			}
			for _, language := range []string{"es", "en"} {
				said := catalogueOf(t, language)["verification."+m[1]]
				if said == "" {
					t.Errorf("%s has no words for the finding %s", language, m[1])
				}
				for _, name := range parametersOf(said) {
					if !slices.Contains(given, name) {
						t.Errorf("%s: the finding %s speaks of %s, and is given %v", language, m[1], name, given)
					}
				}
			}
		}
	}
	if found < 25 {
		t.Fatalf("only %d findings were found: the search looks for the wrong calls", found)
	}
}

// What a text names and nobody gives leaves no trace; what is given stands there as people say it.
func TestARefusalIsSaidWithoutWhatWasNotGiven(t *testing.T) {
	for _, language := range []string{"es", "en"} {
		messages, speaker := catalogueOf(t, language), words.For(language)
		other := catalogueOf(t, map[string]string{"es": "en", "en": "es"}[language])
		checked := 0
		for id, text := range messages {
			if !strings.HasPrefix(id, "refusal.") && !strings.HasPrefix(id, "mend.") {
				continue
			}
			checked++
			if said := speaker.SayRefused(id, nil); strings.ContainsAny(said, "{}") || strings.Contains(said, "  ") || strings.Contains(said, " .") {
				t.Errorf("%s %s without parameters: %q", language, id, said)
			}
			params := map[string]string{}
			for _, name := range parametersOf(text) {
				params[name] = "given {brace} " + name
			}
			said := speaker.SayRefused(id, params)
			for name, value := range params {
				if !strings.Contains(said, value) {
					t.Errorf("%s %s does not say what %s is: %q", language, id, name, said)
				}
			}
			if strings.HasPrefix(id, "refusal.") && !slices.Equal(parametersOf(text), parametersOf(other[id])) {
				t.Errorf("%s speaks of %v in %s, of %v in the other language", id, parametersOf(text), language, parametersOf(other[id]))
			}
		}
		if checked < 300 {
			t.Errorf("%s: only %d texts were found", language, checked)
		}
	}
}

func TestValuesOfRefusals(t *testing.T) {
	for _, one := range []struct{ language, name, value, want string }{
		{"es", "status", "superseded", "sustituido"}, {"en", "status", "in-transit", "in transit"},
		{"en", "needs", "wheelchair, ground-floor", "wheelchair, ground floor"}, {"en", "needs", "wheelchair, wings", "wheelchair, wings"},
		{"en", "person", "landing", "landing"}, {"es", "what", "place", "lugar"}, {"en", "status", "", ""},
		{"en", "since", "2031-03-14T09:47:00Z", "14 Mar 2031, 09:47 UTC"},
	} {
		if got := words.For(one.language).SayValue(one.name, one.value, time.UTC); got != one.want {
			t.Errorf("%s: the %s %q is said %q, want %q", one.language, one.name, one.value, got, one.want)
		}
	}
}

func parametersOf(text string) []string {
	var names []string
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}
