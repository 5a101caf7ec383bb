package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"habeas.example/habeas/internal/words"
)

// What the code says by name must be there to be said, and every refusal of the laws must have a text and a mend.
func TestEveryTextExists(t *testing.T) {
	asked := 0
	eachFile(t, func(at string, text []byte) {
		if path.Ext(at) != ".go" || strings.HasSuffix(at, "_test.go") || strings.Contains(at, "/testdata/") ||
			strings.HasPrefix(at, "internal/sheet/") { // its refusals are of files, and cmd/habeas tests their words
			return
		}
		uses, err := textsOf(at, text)
		if err != nil {
			t.Error(err)
		}
		asked += len(uses)
		for _, use := range uses {
			if !words.For("en").Has(use.id) {
				t.Errorf("%s: no catalogue has the message %q", use.at, use.id)
			}
		}
	})
	if asked == 0 {
		t.Error("the tree asks for no text at all; this test looks for the wrong calls")
	}
}

func TestAskedTextsAreFound(t *testing.T) {
	uses, err := textsOf("internal/custody/x.go", []byte(`package custody
func f(s S) {
	s.Say("a.b", nil)
	s.Plural("c", 2, nil)
	s.Say("refusal."+code, nil)
	_ = refuse(Conflict, 1, "place-full", "place", p)
	_ = InvalidInput("field-missing", "field", f)
	_ = custody.Unknown("person", n)
	_ = custody.Refused("name-missing")
	_ = other("no-text")
}
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, use := range uses {
		got = append(got, use.id)
	}
	want := []string{"a.b", "c", "refusal.place-full", "mend.place-full", "refusal.field-missing", "mend.field-missing",
		"refusal.unknown-person", "mend.unknown-person"}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// textUse is where the code asks for a message.
type textUse struct {
	at string // path:line
	id string
}

// textsOf finds the messages that a file names outright: those that it says, and those of the refusals that it makes. An
// id that is put together when the program runs cannot be found so.
func textsOf(at string, text []byte) (uses []textUse, err error) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, at, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", at, err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		where := fmt.Sprintf("%s:%d", at, files.Position(call.Pos()).Line)
		refusal := func(code string) {
			uses = append(uses, textUse{where, "refusal." + code}, textUse{where, "mend." + code})
		}
		switch name := calledName(call); name {
		case "Say", "Plural":
			if id, ok := literal(call, 0); ok {
				uses = append(uses, textUse{where, id})
			}
		case "refuse":
			if code, ok := literal(call, 2); ok {
				refusal(code)
			}
		case "InvalidInput":
			if code, ok := literal(call, 0); ok {
				refusal(code)
			}
		case "Unknown":
			if what, ok := literal(call, 0); ok {
				refusal("unknown-" + what)
			}
		}
		return true
	})
	return uses, nil
}

func calledName(call *ast.CallExpr) string {
	switch called := call.Fun.(type) {
	case *ast.Ident:
		return called.Name
	case *ast.SelectorExpr:
		return called.Sel.Name
	}
	return ""
}

func literal(call *ast.CallExpr, at int) (string, bool) {
	if at >= len(call.Args) {
		return "", false
	}
	text, ok := call.Args[at].(*ast.BasicLit)
	if !ok || text.Kind != token.STRING {
		return "", false
	}
	said, err := strconv.Unquote(text.Value)
	return said, err == nil
}
