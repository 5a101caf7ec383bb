package house

import (
	"fmt"
	"strings"
	"testing"
)

// A rule that cannot be broken is none: each is broken here on purpose, and must say so.

func TestTheArrowsCanBeBroken(t *testing.T) {
	for _, c := range []struct {
		at, imported string
		fault        string // "" for none
	}{
		{"internal/custody/x.go", "strings", ""},
		{"internal/custody/x.go", ownModule + "/internal/seal", "custody is the heart and may not import seal"},
		{"internal/seal/x.go", ownModule + "/internal/custody", ""},
		{"internal/seal/x.go", ownModule + "/internal/names", "seal is a pure room and may not import names"},
		{"internal/words/x.go", ownModule + "/internal/book", "words is a pure room and may not import book"},
		{"internal/book/x.go", ownModule + "/internal/seal", ""},
		{"internal/book/x.go", ownModule + "/internal/book/sql", ""},
		{"internal/book/x.go", ownModule + "/internal/bell", "book is the book and may not import bell"},
		{"internal/book/x.go", ownModule + "/internal/roll", "book is the book and may not import roll"},
		{"internal/roll/x.go", ownModule + "/internal/book", ""},
		{"internal/roll/x.go", ownModule + "/internal/names", ""},
		{"internal/roll/x.go", ownModule + "/internal/transfer", "roll is a desk and may not import transfer"},
		{"internal/roll/inner/x.go", ownModule + "/internal/transfer/inner", "roll is a desk and may not import transfer"},
		{"internal/roll/x.go", ownModule + "/internal/api", "roll is a desk and may not import api"},
		{"internal/roll/x.go", ownModule + "/internal/habeastest", "roll is a desk and may not import habeastest"},
		{"internal/roll/x_test.go", ownModule + "/internal/habeastest", ""},
		{"internal/api/x.go", ownModule + "/internal/roll", ""},
		{"internal/api/x.go", ownModule + "/internal/bell", ""},
		{"internal/web/x.go", ownModule + "/internal/api", "web is a door and may not import api"},
		{"internal/drill/x.go", ownModule + "/internal/book", "drill is the drill and may not import book"},
		{"cmd/habeas/x.go", ownModule + "/internal/api", ""},
		{"cmd/habeas/x.go", ownModule + "/internal/habeastest", "cmd is the program and may not import habeastest"},
		{"internal/api/x.go", ownModule + "/cmd/habeas", "api is a door and may not import cmd"},
		{"test/load/x.go", ownModule + "/internal/book", "test is outside the house and may not import book"},
		{"internal/roll/x.go", ownModule + "/internal/nowhere", `imports the room "nowhere", which the rules do not know`},
		{"internal/nowhere/x.go", "strings", `the rules do not know the room "nowhere"`},
		{"internal/nowhere/x_test.go", "strings", `the rules do not know the room "nowhere"`},
		{"internal/book/x.go", "modernc.org/sqlite", ""},
		{"internal/roll/x.go", "modernc.org/sqlite/lib", "imports modernc.org/sqlite/lib, which only book and habeastest"},
		{"internal/api/x.go", "github.com/jackc/pgx/v5/pgxpool", "imports github.com/jackc/pgx/v5/pgxpool, which only book and habeastest"},
		{"cmd/habeas/bench_x.go", "github.com/jackc/pgx/v5", ""},
		{"cmd/habeas/serve.go", "github.com/jackc/pgx/v5", "imports github.com/jackc/pgx/v5, which only book and habeastest"},
		{"internal/web/x.go", "github.com/danielgtaylor/huma/v2", "imports github.com/danielgtaylor/huma/v2, which only api may"},
	} {
		file := fixture(t, c.at, fmt.Sprintf("// Package x is a fixture.\npackage x\n\nimport _ %q\n", c.imported))
		expect(t, c.at+" importing "+c.imported, arrows(file), c.fault)
	}
}

func TestPurityCanBeBroken(t *testing.T) {
	for _, c := range []struct{ at, text, fault string }{
		{"internal/custody/x.go", `import "strings"; var _ = strings.ToLower`, ""},
		{"internal/custody/x.go", `import "os"; var _ = os.Args`, "custody is the heart and may not import os"},
		{"internal/names/x.go", `import "net/http"; var _ http.Header`, "names is a pure room and may not import net/http"},
		{"internal/names/x.go", `import "math/rand/v2"; var _ = rand.Int`, "names is a pure room and may not import math/rand/v2"},
		{"internal/seal/x.go", `import "net/http"; var _ http.Header`, ""},
		{"internal/seal/x.go", `import "crypto/rand"; var _ = rand.Reader`, "seal is a pure room and may not import crypto/rand"},
		{"internal/book/x.go", `import "os"; var _ = os.Args`, ""},
		{"internal/custody/x.go", `import "time"; var _ = time.Now()`, "internal/custody/x.go:3: uses the clock"},
		{"internal/custody/x.go", `import "time"; var _ = time.Since(time.Time{})`, "internal/custody/x.go:3: uses the clock"},
		{"internal/custody/x.go", `import "time"; var _ = time.Now`, "internal/custody/x.go:3: uses the clock"},
		{"internal/roll/x.go", `import clock "time"; var _ = clock.Now()`, "internal/roll/x.go:3: uses the clock"},
		{"internal/roll/x.go", `import "time"; var _ = time.Now`, ""},
		{"internal/roll/x.go", `import "time"; var _ = time.Unix(0, 0)`, ""},
		{"internal/roll/x.go", `type hour struct{ Now int }; func f(time hour) int { return time.Now }`, ""},
		{"internal/roll/x_test.go", `import "time"; var _ = time.Now`, ""},
		{"internal/api/x.go", `import "time"; var _ = time.Now`, ""},
	} {
		file := fixture(t, c.at, "// Package x is a fixture.\npackage x\n"+c.text+"\n")
		expect(t, c.at+" with "+c.text, impurities(file), c.fault)
	}
}

func TestReadabilityCanBeBroken(t *testing.T) {
	long := strings.Repeat("\n", maxLines)
	for _, c := range []struct{ at, text, fault string }{
		{"internal/roll/x.go", "// Package roll is a fixture.\npackage roll\n", ""},
		{"internal/roll/x.go", "package roll\n", "no file of this package says what the package is for"},
		{"internal/roll/x_test.go", "package roll\n", ""},
		{"internal/roll/util/x.go", "// Package util is a fixture.\npackage util\n", "a package named util says nothing"},
		{"internal/roll/helpers/x_test.go", "package helpers_test\n", "a package named helpers_test says nothing"},
		{"internal/roll/x.go", "// Package roll is a fixture.\npackage roll\n" + long, "has 502 lines, at most 500"},
		{"internal/roll/x_test.go", "package roll\n" + long, ""},
		{"internal/roll/x.go", "// Code generated by a fixture. DO NOT EDIT.\n\n// Package roll is a fixture.\npackage roll\n" + long, ""},
	} {
		expect(t, fmt.Sprintf("%s with %.60q", c.at, c.text), unreadable([]source{fixture(t, c.at, c.text)}), c.fault)
	}
	two := []source{fixture(t, "internal/roll/a.go", "package roll\n"), fixture(t, "internal/roll/b.go", "// Package roll is a fixture.\npackage roll\n")}
	expect(t, "a package documented in one of two files", unreadable(two), "")
}

func TestMachinePathsAreFound(t *testing.T) {
	for text, fault := range map[string]string{
		"see /ro" + "ot/go/pkg":          "x.md:1: names a place on somebody's machine: /ro" + "ot/go",
		"one\ntwo (/wo" + "rk/main)":     "x.md:2: names a place",
		`path = "/ho` + `me/ana/habeas"`: "x.md:1: names a place",
		"https://site.example/ho" + "me/news and /etc/habeas and ./wo" + "rk/x": "",
	} {
		expect(t, text, machinePaths("x.md", []byte(text)), fault)
	}
}

func TestDisorderIsFound(t *testing.T) {
	whole := []byte("# 1. T\n## Context\n## Decision\n## Rejected, and why\n## Consequences\n")
	for _, c := range []struct {
		records map[string][]byte
		fault   string
	}{
		{map[string][]byte{"0001-a.md": whole, "0002-b-c.md": whole}, ""},
		{map[string][]byte{"0001-a.md": whole, "0003-b.md": whole}, ""},
		{map[string][]byte{"0001-a.md": whole, "0001-b.md": whole}, "two records have number 0001"},
		{map[string][]byte{"1-a.md": whole}, "docs/decisions/1-a.md: a decision record is named NNNN-title.md"},
		{map[string][]byte{"0001-A title.md": whole}, "a decision record is named NNNN-title.md"},
		{map[string][]byte{"0001-a.md": []byte("# 1. T\n## Context\n## Decision\n")}, "has the sections"},
	} {
		expect(t, fmt.Sprintf("%d records", len(c.records)), disorder(c.records), c.fault)
	}
}

func fixture(t *testing.T, at, text string) source {
	t.Helper()
	file, err := readSource(at, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return file
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
