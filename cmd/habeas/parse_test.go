package main

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"habeas.example/habeas/internal/words"
)

// model is the command line as it is parsed.
func model(t *testing.T, language string) *kong.Application {
	t.Helper()
	var c commands
	parser, err := (&terminal{out: io.Discard, err: io.Discard, words: words.For(language)}).newParser(&c)
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

// flags visits every flag of every command.
func flags(t *testing.T, visit func(command string, f *kong.Flag)) {
	t.Helper()
	for _, leaf := range model(t, "en").Leaves(false) {
		for _, group := range leaf.AllFlags(false) {
			for _, f := range group {
				visit(leaf.FullPath(), f)
			}
		}
	}
}

// A variable means the same in every command that reads it, so that a machine may set it
// once for all of them.
func TestAVariableHasOneMeaning(t *testing.T) {
	type meaning struct {
		commands   []string
		kind, enum string
	}
	meanings := map[string]meaning{}
	flags(t, func(command string, f *kong.Flag) {
		if f.Name == "help" {
			return
		}
		if len(f.Envs) != 1 || !strings.HasPrefix(f.Envs[0], envPrefix+"_") {
			t.Errorf("%s --%s has the variables %v, want one", command, f.Name, f.Envs)
			return
		}
		is := meaning{[]string{command}, f.Target.Type().String() + " " + f.Tag.Type, f.Enum}
		other, known := meanings[f.Envs[0]]
		if known && (other.kind != is.kind || other.enum != is.enum) {
			t.Errorf("%s is a %s in %q and a %s in %q", f.Envs[0], other.kind, other.commands, is.kind, command)
		}
		is.commands = append(is.commands, other.commands...)
		meanings[f.Envs[0]] = is
	})
	// These flags share their name with another that means something else.
	for variable, command := range map[string]string{
		"HABEAS_JSON": "habeas verify", "HABEAS_DEMO_JSON": "habeas demo", "HABEAS_BY": "habeas user add", "HABEAS_ROLL_BY": "habeas roll",
		"HABEAS_WITNESS": "habeas serve", "HABEAS_WITNESS_KEY": "habeas check-receipt", "HABEAS_WITNESS_DATA": "habeas witness",
	} {
		if got := meanings[variable].commands; !slices.Contains(got, command) {
			t.Errorf("%s is read by %q, want %q", variable, got, command)
		}
	}
	if len(meanings) < 40 {
		t.Errorf("only %d variables were found: the search is broken", len(meanings))
	}
}

func TestEveryCommandAndFlagIsExplained(t *testing.T) {
	for _, language := range []string{"es", "en"} {
		app := model(t, language)
		explained := map[string]string{app.Name: app.Help}
		for _, leaf := range app.Leaves(false) {
			explained[leaf.FullPath()] = leaf.Help
			for _, p := range leaf.Positional {
				explained[leaf.FullPath()+" "+p.Name] = p.Help
			}
			for _, group := range leaf.AllFlags(false) {
				for _, f := range group {
					explained[leaf.FullPath()+" --"+f.Name] = f.Help
				}
			}
		}
		for what, help := range explained {
			if help == "" || strings.HasPrefix(help, "[") {
				t.Errorf("%s: %s is explained with %q", language, what, help)
			}
		}
	}
}

// What is typed wrong is said in the user's language, and nothing is said in the other.
func TestWhatIsMisunderstood(t *testing.T) {
	for line, want := range map[string]string{
		"rol":                       "Aquí sobra rol.",
		"roll --foo":                "No existe la opción --foo.",
		"roll --jsn":                "No existe la opción --jsn.",
		"check-receipt x":           "Falta: --key=TEXTO.",
		"import people":             "Aquí se espera <file>.",
		"user":                      `Se espera una de estas órdenes: "add", "list"`,
		"roll --by cell":            `--by admite uno de "place","status", no "cell".`,
		"demo --people many":        `--people no admite "many".`,
		"serve --tls-cert /no/such": "--tls-cert: /no/such no es un archivo que se pueda leer.",
		"import places testdata":    "<file>: ",
	} {
		var said bytes.Buffer
		terminal := &terminal{out: io.Discard, err: &said, words: words.For("es")}
		_, err := terminal.parse(strings.Fields(line))
		if err == nil {
			t.Errorf("%q was understood", line)
			continue
		}
		if got := terminal.explain(err); !strings.HasPrefix(got, want) {
			t.Errorf("%q is answered with %q, want %q", line, got, want)
		}
		if !strings.HasPrefix(said.String(), "Uso: habeas ") {
			t.Errorf("%q: how it is used is said as %q", line, said.String())
		}
	}
}
