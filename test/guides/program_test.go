package guides

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// built is the path of the program, as it would be installed.
var built string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "habeas-guides-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "make a folder for the binary:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	built = filepath.Join(dir, "habeas")
	build := exec.Command("go", "build", "-o", built, "habeas.example/habeas/cmd/habeas")
	if said, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the binary: %v\n%s", err, said)
		return 1
	}
	return m.Run()
}

// habeas is a command of the program, speaking English, that dies with the test process.
func habeas(ctx context.Context, arguments ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, built, arguments...)
	c.Env = append(c.Environ(), "LANG=en_US.UTF-8", "LC_ALL=en_US.UTF-8")
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c
}

// usage is how a command of the program is written, as its own help says.
type usage struct {
	flags     map[string]bool // by name with its dashes: whether it takes a value
	needs     []string        // flags that must be given
	positions int             // arguments that must be given
	most      int             // and at most
}

var (
	helpCommand = regexp.MustCompile(`(?m)^  ([a-z][a-z-]*(?: [a-z][a-z-]*)*)(?: .*)?$`)
	helpFlag    = regexp.MustCompile(`(?m)^\s+(?:-\w, )?(--[a-z][a-z-]*)(=?)`)
	neededFlag  = regexp.MustCompile(` (--[a-z-]+)=`)
	argument    = regexp.MustCompile(` (\[?)<[^>]+>`)
)

// manual is what the help of the program says: every command by its name, and the texts of them all.
type manual struct {
	commands map[string]usage
	text     string
}

// readManual asks the program for the help of each of its commands.
func readManual(t *testing.T) manual {
	t.Helper()
	m := manual{commands: map[string]usage{}}
	_, list, found := strings.Cut(m.ask(t), "\nCommands:\n")
	if !found {
		t.Fatal("habeas --help lists no commands")
	}
	for _, name := range helpCommand.FindAllStringSubmatch(list, -1) {
		said := m.ask(t, strings.Fields(name[1])...)
		m.commands[name[1]] = readUsage(said)
	}
	if len(m.commands) < 10 {
		t.Fatalf("found %d commands in %q", len(m.commands), list)
	}
	return m
}

func (m *manual) ask(t *testing.T, name ...string) string {
	t.Helper()
	said, err := habeas(t.Context(), append(name, "--help")...).Output()
	if err != nil {
		t.Fatalf("habeas %s --help: %v", strings.Join(name, " "), err)
	}
	m.text += string(said)
	return string(said)
}

func readUsage(help string) usage {
	u := usage{flags: map[string]bool{}}
	for _, found := range helpFlag.FindAllStringSubmatch(help, -1) {
		u.flags[found[1]] = found[2] != ""
	}
	first, _, _ := strings.Cut(help, "\n\n")
	for _, found := range neededFlag.FindAllStringSubmatch(first, -1) {
		u.needs = append(u.needs, found[1])
	}
	for _, found := range argument.FindAllStringSubmatch(first, -1) {
		u.most++
		if found[1] == "" {
			u.positions++
		}
	}
	return u
}

// instead says which flag may be given in the place of one that the help says is needed.
var instead = map[string]string{"--query": "--file"}

// misread lists what the program would not understand of a command. Of one that is only named, not written out, what it
// lacks is no fault.
func (m manual) misread(text string, whole bool) (faults []string) {
	words := splitWords(text)[1:]
	name, rest, found := m.split(words)
	if !found {
		return []string{fmt.Sprintf("there is no such command: %s", text)}
	}
	u := m.commands[name]
	given := map[string]bool{}
	positions := 0
	for i := 0; i < len(rest); i++ {
		if !strings.HasPrefix(rest[i], "--") {
			positions++
			continue
		}
		flag, _, joined := strings.Cut(rest[i], "=")
		takes, known := u.flags[flag]
		if !known { // and whether it would take a value is not known
			return append(faults, fmt.Sprintf("habeas %s has no %s: %s", name, flag, text))
		}
		given[flag] = true
		if takes && !joined {
			i++
		}
	}
	if !whole {
		return faults
	}
	if positions < u.positions || positions > u.most {
		faults = append(faults, fmt.Sprintf("habeas %s takes %d to %d arguments, not %d: %s", name, u.positions, u.most, positions, text))
	}
	for _, needed := range u.needs {
		if !given[needed] && !given[instead[needed]] {
			faults = append(faults, fmt.Sprintf("habeas %s needs %s: %s", name, needed, text))
		}
	}
	return faults
}

// split finds the command that words begin with: the longest name wins.
func (m manual) split(words []string) (name string, rest []string, found bool) {
	for n := min(len(words), 3); n > 0; n-- {
		name = strings.Join(words[:n], " ")
		if _, found = m.commands[name]; found {
			return name, words[n:], true
		}
	}
	return "", nil, false
}

// splitWords splits a command as a shell would, as far as guides go: at blanks, outside of quotation marks.
func splitWords(text string) (words []string) {
	var word strings.Builder
	var quote rune
	begun := false
	for _, r := range text {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, begun = r, true
		case quote == 0 && r == ' ':
			if begun {
				words = append(words, word.String())
				word.Reset()
				begun = false
			}
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if begun {
		words = append(words, word.String())
	}
	return words
}

var servingAt = regexp.MustCompile(`serving at (http://\S+)`)

// serve serves an empty book until the test ends.
func serve(t *testing.T) (base string) {
	t.Helper()
	// Not the test's context: it ends before the clean-up that stops the program in order.
	c := habeas(context.Background(), "serve", "--data", filepath.Join(t.TempDir(), "data"), "--listen", "127.0.0.1:0")
	output, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("stop the program: %v", err)
		}
		if err := c.Wait(); err != nil {
			t.Errorf("the program did not end well: %v", err)
		}
	})
	lines := bufio.NewScanner(output)
	var said []string
	for lines.Scan() {
		if found := servingAt.FindStringSubmatch(lines.Text()); found != nil {
			return found[1]
		}
		said = append(said, lines.Text())
	}
	t.Fatalf("habeas serve does not say where it serves: %q", slices.Compact(said))
	return ""
}
