package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"habeas": main})
}

// TestStories plays the stories in testdata, which read as a manual of the command line.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", Setup: func(e *testscript.Env) error {
		e.Setenv("LANG", "en_US.UTF-8")
		e.Setenv("TMPDIR", os.TempDir())
		return nil
	}})
}
