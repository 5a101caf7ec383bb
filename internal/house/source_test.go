package house

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	ownModule = "habeas.example/habeas"
	top       = "../.." // the tree, seen from this folder
)

// source is what the rules want to know of a Go file.
type source struct {
	path       string // slash-separated, from the top of the tree
	folder     string
	room       string // "" for a file that is in no room
	name       string // of the package
	imports    []string
	lines      int
	test       bool
	generated  bool
	documented bool // has the package's doc comment
	clock      []clockUse
}

// clockUse is where a file names the clock of the machine.
type clockUse struct {
	at     string // path:line
	called bool   // reads it there, and does not merely hand it on
}

// readSource reads a Go file from its text.
func readSource(at string, text []byte) (source, error) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, at, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return source{}, fmt.Errorf("reading %s: %w", at, err)
	}
	s := source{
		path: at, folder: path.Dir(at), room: roomOf(at), name: parsed.Name.Name,
		lines: bytes.Count(text, []byte("\n")), test: strings.HasSuffix(at, "_test.go"),
		generated: ast.IsGenerated(parsed), documented: parsed.Doc != nil,
	}
	clock := "" // what the file calls the package time, if it imports it
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return source{}, fmt.Errorf("reading %s: import %s: %w", at, spec.Path.Value, err)
		}
		s.imports = append(s.imports, imported)
		if imported == "time" {
			clock = "time"
			if spec.Name != nil {
				clock = spec.Name.Name
			}
		}
	}
	calls := map[ast.Expr]bool{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			calls[call.Fun] = true
		}
		if used, ok := n.(*ast.SelectorExpr); ok && clock != "" {
			from, named := used.X.(*ast.Ident)
			if named && from.Name == clock && slices.Contains([]string{"Now", "Since", "Until"}, used.Sel.Name) {
				s.clock = append(s.clock, clockUse{fmt.Sprintf("%s:%d", at, files.Position(used.Pos()).Line), calls[used]})
			}
		}
		return true
	})
	return s, nil
}

// roomOf returns the room that a path from the top of the tree lies in: internal/book/x.go in book, cmd/habeas/x.go in cmd.
func roomOf(at string) string {
	parts := strings.Split(at, "/")
	if parts[0] == "internal" && len(parts) > 1 {
		return parts[1]
	}
	return parts[0]
}

// isIn reports whether a file is in a room, or has a path that begins as one ending in * does.
func (s source) isIn(place string) bool {
	begins, isPath := strings.CutSuffix(place, "*")
	return s.room == place || isPath && strings.HasPrefix(s.path, begins)
}

// within reports whether an import is a module or package, or lies in it.
func within(imported, outer string) bool {
	return imported == outer || strings.HasPrefix(imported, outer+"/")
}

// goFiles reads every Go file of the tree, nested modules included.
func goFiles(t *testing.T) []source {
	t.Helper()
	var all []source
	eachFile(t, func(at string, text []byte) {
		if path.Ext(at) != ".go" || strings.Contains(at, "/testdata/") {
			return
		}
		s, err := readSource(at, text)
		if err != nil {
			t.Error(err)
			return
		}
		all = append(all, s)
	})
	if len(all) < 10 {
		t.Fatalf("found %d Go files from %s; this is not the tree", len(all), top)
	}
	return all
}

// passedOver are folders of things that are not ours, or not source.
var passedOver = []string{".git", "node_modules", "bin", "data", "habeas-data", "artefacts", ".idea", ".vscode"}

// eachFile calls see for every file of the tree that is text.
func eachFile(t *testing.T, see func(at string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(top, func(full string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.Contains(passedOver, entry.Name()) {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil // .git of a further work tree is a file
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(full)
		if err != nil {
			return err
		}
		if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			return nil // a picture, a workbook, a font
		}
		at, err := filepath.Rel(top, full)
		if err != nil {
			return err
		}
		see(filepath.ToSlash(at), text)
		return nil
	})
	if err != nil {
		t.Fatalf("walking the tree: %v", err)
	}
}
