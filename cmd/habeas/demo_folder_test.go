package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"habeas.example/habeas/internal/seal"
	"habeas.example/habeas/internal/words"
)

// A drill's folder is emptied when --again says so, or somebody at the terminal does.
func TestADrillsFolderIsEmptiedOnlyWhenToldTo(t *testing.T) {
	for _, c := range []struct {
		again, interactive bool
		answer             string
		emptied            bool
	}{
		{false, false, "yes\n", false},
		{false, true, "\n", false},
		{false, true, "", false},
		{false, true, "no\n", false},
		{false, true, "yes\n", true},
		{false, true, "Sí\n", true},
		{true, false, "", true},
		{true, true, "no\n", true}, // not asked
	} {
		dir := t.TempDir()
		key, err := seal.NewSigner(drillOrigin, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{marker: "", "log.key": key} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var asked bytes.Buffer
		terminal := &terminal{in: strings.NewReader(c.answer), out: &asked, err: &asked, words: words.For("es"), interactive: c.interactive}
		demo := demoCommand{store: store{Data: dir}, Again: c.again}
		leftovers, err := demo.leftovers(t.Context(), terminal)
		if f := (*fault)(nil); (err == nil) != c.emptied || (err != nil && (!errors.As(err, &f) || f.code != "demo-folder-drill")) {
			t.Errorf("%+v: %v", c, err)
		}
		if question := strings.Contains(asked.String(), "¿Vaciarla?"); question != (c.interactive && !c.again) {
			t.Errorf("%+v: asked %q", c, asked.String())
		}
		if err != nil {
			continue
		}
		if err := demo.prepareFolder(leftovers); err != nil {
			t.Fatal(err)
		}
		left, err := os.ReadDir(dir)
		if err != nil || len(left) != 1 || left[0].Name() != marker {
			t.Errorf("%+v: left %v, %v", c, left, err)
		}
	}
}
