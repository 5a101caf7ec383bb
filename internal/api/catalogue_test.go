package api_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/words"
)

// Every refusal that the source can give, every discrepancy and every word of the record
// has its text in both languages: the texts are found by reading the program.

func TestEveryRefusalIsSaidAndMended(t *testing.T) {
	codes := sourceOf(t).refusals
	if len(codes) < 100 {
		t.Fatalf("only %d refusals were found in the source: the search is broken", len(codes))
	}
	for _, code := range codes {
		for _, id := range []string{"refusal." + code, "mend." + code} {
			mustBeSaid(t, id)
		}
	}
}

func TestNoRefusalIsSaidThatIsNeverGiven(t *testing.T) {
	codes := sourceOf(t).refusals
	for _, id := range idsOf(t, "es") {
		section, code, _ := strings.Cut(id, ".")
		if (section == "refusal" || section == "mend") && !slices.Contains(codes, code) {
			t.Errorf("the catalogue says %s, which nothing refuses with", id)
		}
	}
}

func TestEveryWordOfTheRecordIsSaid(t *testing.T) {
	found := sourceOf(t)
	for _, kind := range found.discrepancies {
		mustBeSaid(t, "discrepancy."+kind)
	}
	for prefix, values := range map[string]string{
		"kind": "Kind", "line": "LineStatus", "holding": "HoldingStatus", "legal": "LegalStatus", "role": "Role", "placekind": "PlaceKind",
		"authority": "AuthorityKind", "action": "Action", "transferstatus": "TransferStatus", "handoverstatus": "HandoverStatus", "handoverkind": "HandoverKind",
		"countkind": "CountKind", "countstatus": "CountStatus", "landingstatus": "LandingStatus", "slipsource": "SlipSource", "recount": "RecountReason",
		"explanation": "ExplanationKind", "question": "QuestionKind", "happening": "Happening",
	} {
		if len(found.constants[values]) < 2 {
			t.Errorf("no constants of type %s were found: the search is broken", values)
		}
		for _, v := range found.constants[values] {
			mustBeSaid(t, prefix+"."+strings.ReplaceAll(v, ".", "-"))
		}
	}
	for _, kind := range []string{"unfit", "withdrawn", "called-off", "diverted", "lodged", "dead", "escaped", "unlisted", "listed-twice"} {
		mustBeSaid(t, "exception."+kind)
	}
	if !slices.Contains(found.constants["Kind"], string(custody.PersonMoved)) {
		t.Error("the kinds of entry were not read from the source")
	}
}

func mustBeSaid(t *testing.T, id string) {
	t.Helper()
	for _, language := range words.Languages {
		// What a language lacks is said in the other, so a text alike in both is looked at twice.
		if !ownTexts(t, language.String())[id] {
			t.Errorf("%s does not say %s", language, id)
		}
	}
}

var ownCache = map[string]map[string]bool{}

func ownTexts(t *testing.T, language string) map[string]bool {
	if ownCache[language] == nil {
		own := map[string]bool{}
		for _, id := range idsOf(t, language) {
			own[id] = true
		}
		ownCache[language] = own
	}
	return ownCache[language]
}

var (
	tomlSection = regexp.MustCompile(`^\[([a-z.-]+)\]$`)
	tomlText    = regexp.MustCompile(`^"?([A-Za-z0-9-]+)"?\s*=\s*"`)
)

// idsOf are the ids in all catalogues of a language: each room may have one of its own.
func idsOf(t *testing.T, language string) (ids []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", "words", language+"*.toml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no catalogues in %s: %v", language, err)
	}
	for _, name := range names {
		ids = append(ids, idsIn(t, name)...)
	}
	return ids
}

func idsIn(t *testing.T, file string) (ids []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	section := ""
	for _, line := range strings.Split(string(text), "\n") {
		if m := tomlSection.FindStringSubmatch(line); m != nil {
			section = m[1]
		} else if m := tomlText.FindStringSubmatch(line); m != nil {
			ids = append(ids, section+"."+m[1])
		}
	}
	return ids
}

// found is what the source of the rooms can say.
type found struct {
	refusals, discrepancies []string
	constants               map[string][]string // by type
}

func sourceOf(t *testing.T) found {
	t.Helper()
	f := found{constants: map[string][]string{}}
	files, err := filepath.Glob(filepath.Join("..", "*", "*.go"))               // every room, but sheet, whose refusals are of files and are its own
	inner, innerErr := filepath.Glob(filepath.Join("..", "[aw]*", "*", "*.go")) // and what a room has split off: of allocate, and of web
	if err != nil || innerErr != nil || len(files) == 0 {
		t.Fatalf("no source: %v, %v", err, innerErr)
	}
	for _, name := range append(files, inner...) {
		if strings.HasSuffix(name, "_test.go") || filepath.Base(filepath.Dir(name)) == "sheet" {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, f.read)
	}
	slices.Sort(f.refusals)
	f.refusals = slices.Compact(f.refusals)
	slices.Sort(f.discrepancies)
	f.discrepancies = slices.Compact(f.discrepancies)
	return f
}

func (f *found) read(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		name := ""
		switch called := n.Fun.(type) {
		case *ast.Ident:
			name = called.Name
		case *ast.SelectorExpr:
			if name = called.Sel.Name; name == "refuse" {
				name = "InvalidInput" // a reader's own: the code comes first
			}
		}
		position := map[string]int{"refuse": 2, "InvalidInput": 0, "Unknown": 0, "plainProblem": 1, "forbidden": 0, "contradict": 0}
		if at, is := position[name]; is && at < len(n.Args) {
			if text, ok := literal(n.Args[at]); ok {
				switch name {
				case "Unknown":
					f.refusals = append(f.refusals, "unknown-"+text)
				case "contradict":
					f.discrepancies = append(f.discrepancies, text)
				default:
					f.refusals = append(f.refusals, text)
				}
			}
		}
	case *ast.CompositeLit:
		f.readLiteral(n)
	case *ast.GenDecl:
		for _, spec := range n.Specs {
			if v, ok := spec.(*ast.ValueSpec); ok && n.Tok == token.CONST && len(v.Values) == 1 {
				if text, ok := literal(v.Values[0]); ok && v.Type != nil {
					of := fmt.Sprint(v.Type)
					f.constants[of] = append(f.constants[of], text)
				}
			}
		}
	}
	return true
}

func (f *found) readLiteral(n *ast.CompositeLit) {
	typed := fmt.Sprint(n.Type)
	if s, ok := n.Type.(*ast.SelectorExpr); ok {
		typed = s.Sel.Name
	}
	if m, ok := n.Type.(*ast.MapType); ok && fmt.Sprint(m.Key) == "int" && fmt.Sprint(m.Value) == "string" {
		typed = "codes" // of the faults that are found before any desk is asked
	}
	for _, element := range n.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		text, ok := literal(pair.Value)
		if !ok {
			continue
		}
		switch key := fmt.Sprint(pair.Key); {
		case typed == "codes", key == "Code" && (typed == "Refusal" || typed == "Particular"):
			f.refusals = append(f.refusals, text)
		case key == "Kind" && typed == "Contradiction":
			f.discrepancies = append(f.discrepancies, text)
		}
	}
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}
