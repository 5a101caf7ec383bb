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
// make pictures sets it, it takes those of both languages and leaves them in that folder.
func TestPictures(t *testing.T) {
	folder, languages := os.Getenv("HABEAS_PICTURES"), []string{"es", "en"}
	if folder == "" {
		folder, languages = t.TempDir(), languages[:1]
	}
	for _, language := range languages {
		t.Run(language, func(t *testing.T) { takePictures(t, filepath.Join(folder, language), language) })
	}
}

func takePictures(t *testing.T, folder, language string) {
	base, officials := drill(t, build(t))
	names, err := json.Marshal(officials)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), scenarioPatience)
	defer cancel()
	scenario := exec.CommandContext(ctx, "node", "pictures.mjs", base, folder, language)
	scenario.Env = append(os.Environ(), "HABEAS_OFFICIALS="+string(names))
	output, err := scenario.CombinedOutput()
	t.Logf("%s", output)
	if err != nil {
		t.Fatalf("the pictures: %v", err)
	}
	if taken, kept := pictures(t, folder), pictures(t, filepath.Join("../../docs/pictures", language)); !slices.Equal(taken, kept) {
		t.Errorf("took the pictures %q, docs/pictures/%s has %q", taken, language, kept)
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
