package main

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

// newParser reads the command line of a program. Every flag can also be set by a variable,
// HABEAS_ and its name, which means the same wherever it is read: flags of one name that
// mean different things have variables of different names (their env tags). What commands
// and flags are for is said in the user's language: "help.COMMAND", "argument.COMMAND-NAME",
// "flag.VARIABLE".
func (t *terminal) newParser(c *commands) (*kong.Kong, error) {
	parser, err := kong.New(c, kong.Name("habeas"), kong.DefaultEnvars(envPrefix), kong.Help(t.printHelp), kong.Writers(t.out, t.err))
	if err != nil {
		return nil, err
	}
	return parser, kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		switch n := node.(type) {
		case *kong.Application:
			n.Help = t.words.Say("help.habeas", nil)
		case *kong.Node:
			n.Help = t.words.Say("help."+commandID(n), nil)
			for _, argument := range n.Positional {
				argument.Help = t.words.Say("argument."+commandID(n)+"-"+argument.Name, nil)
			}
		case *kong.Flag:
			n.Help = t.words.Say("flag."+flagID(n), nil)
		}
		return next(nil)
	})
}

const envPrefix = "HABEAS"

// commandID is where the catalogue says what a command is for, such as import-people.
func commandID(n *kong.Node) string {
	id := n.Name
	for up := n.Parent; up != nil && up.Type != kong.ApplicationNode; up = up.Parent {
		id = up.Name + "-" + id
	}
	return id
}

// flagID is where the catalogue says what a flag is for: its variable, as in roll-by.
func flagID(f *kong.Flag) string {
	if len(f.Envs) == 0 {
		return f.Name
	}
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(f.Envs[0], envPrefix+"_"), "_", "-"))
}

// parse reads the command line. What it does not understand is a fault, after a line on
// how the command is used; with nothing to understand it shows the help.
func (t *terminal) parse(args []string) (*kong.Context, error) {
	var c commands
	parser, err := t.newParser(&c)
	if err != nil {
		return nil, err
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	wrong := (*kong.ParseError)(nil)
	if !errors.As(err, &wrong) {
		return parsed, err
	}
	usage := parser.Model.Name + parser.Model.Summary()
	if selected := wrong.Context.Selected(); selected != nil {
		usage = parser.Model.Name + " " + selected.Summary()
	}
	if _, err := io.WriteString(t.err, t.headings().Replace("Usage: "+usage)+"\n"); err != nil {
		return nil, err
	}
	return nil, t.misunderstood(err.Error())
}

// misunderstandings are the faults that the parser finds. It tells them apart by their
// text alone; one that is not known here is said as it is.
var misunderstandings = []struct {
	text   *regexp.Regexp
	code   string
	params []string
}{
	{regexp.MustCompile(`^unknown flag (\S+?)(, did you mean.*)?$`), "unknown-flag", []string{"what"}},
	{regexp.MustCompile(`^missing flags: (.*)$`), "missing-flags", []string{"what"}},
	{regexp.MustCompile(`^unexpected argument (\S+?)(, did you mean.*)?$`), "unexpected-argument", []string{"what"}},
	{regexp.MustCompile(`^expected one of (.*)$`), "expected-one-of", []string{"what"}},
	{regexp.MustCompile(`^expected "(.*)"$`), "expected", []string{"what"}},
	{regexp.MustCompile(`^(--\S+) must be one of (?:"",)?(.*) but got (.*)$`), "value-unknown", []string{"flag", "allowed", "value"}},
	{regexp.MustCompile(`^(\S+): (?:stat |")?(.*?)"?(?:: no such file or directory| exists but is a directory)$`), "file-missing", []string{"what", "file"}},
	{regexp.MustCompile(`^(--[^\s:]+): expected .* but got (.*)$`), "value-malformed", []string{"flag", "value"}},
}

func (t *terminal) misunderstood(text string) *fault {
	text = t.headings().Replace(text)
	for _, m := range misunderstandings {
		if found := m.text.FindStringSubmatch(text); found != nil {
			f := faulty(m.code)
			for i, name := range m.params {
				f.params[name] = found[i+1]
			}
			return f
		}
	}
	return faulty("misunderstood", "what", text)
}

// headings puts the parser's own words into the user's language.
func (t *terminal) headings() *strings.Replacer {
	say := func(id string) string { return t.words.Say("help-heading."+id, nil) }
	return strings.NewReplacer("Usage: ", say("usage")+" ", "\nArguments:\n", "\n"+say("arguments")+"\n", "\nFlags:\n", "\n"+say("flags")+"\n",
		"\nCommands:\n", "\n"+say("commands")+"\n", "[flags]", say("any-flags"), "<command>", say("a-command"), "=STRING", "="+say("text"),
		`Run "habeas <command> --help" for more information on a command.`, say("more"))
}

// printHelp prints the help of the parser in the user's language.
func (t *terminal) printHelp(options kong.HelpOptions, parsed *kong.Context) error {
	var text bytes.Buffer
	out := parsed.Stdout
	parsed.Stdout = &text
	err := kong.DefaultHelpPrinter(options, parsed)
	parsed.Stdout = out
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, t.headings().Replace(text.String()))
	return err
}
