package browser_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// TestPictures takes the pictures of the guides, so that what they show can be shown again. With HABEAS_PICTURES, as
// make pictures sets it, it leaves them in that folder.
func TestPictures(t *testing.T) {
	base, officials := drill(t, build(t))
	names, err := json.Marshal(officials)
	if err != nil {
		t.Fatal(err)
	}
	folder := os.Getenv("HABEAS_PICTURES")
	if folder == "" {
		folder = t.TempDir()
	}
	ctx, cancel := context.WithTimeout(t.Context(), scenarioPatience)
	defer cancel()
	scenario := exec.CommandContext(ctx, "node", "pictures.mjs", base, folder)
	scenario.Env = append(os.Environ(), "HABEAS_OFFICIALS="+string(names))
	output, err := scenario.CombinedOutput()
	t.Logf("%s", output)
	if err != nil {
		t.Fatalf("the pictures: %v", err)
	}
	if taken, kept := pictures(t, folder), pictures(t, "../../docs/pictures"); !slices.Equal(taken, kept) {
		t.Errorf("took the pictures %q, docs/pictures has %q", taken, kept)
	}
}

// pictures are the names of the pictures in a folder, in their order.
func pictures(t *testing.T, folder string) (names []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		names = append(names, filepath.Base(path))
	}
	return names
}
