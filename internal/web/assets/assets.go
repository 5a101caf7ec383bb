// Package assets serves what the pages need beside their HTML: one style sheet, one script, the typeface, the mark, the
// notices of licences. `make build` builds them into dist, from where they are embedded; a program that was built without
// them compiles, and says so when it is to serve pages.
package assets

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed dist
var dist embed.FS

// Face is the file of the typeface that every page needs at once.
const Face = "atkinson-hyperlegible-next-latin-wght-normal.woff2"

// ErrMissing says that the program was built without its assets.
var ErrMissing = errors.New("built without the style sheets and scripts of the pages; make build builds both")

// Missing returns ErrMissing if the program was built without its assets.
func Missing() error {
	for _, name := range []string{"habeas.css", "habeas.js", "handheld.js", "handheld-worker.js", Face} {
		if _, err := fs.Stat(dist, path.Join("dist", name)); err != nil {
			return ErrMissing
		}
	}
	return nil
}

// version is part of every asset's address, so that a browser keeps an asset for good and fetches a changed one at once.
var version = versionOf(dist)

func versionOf(files fs.FS) string {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, at)
		sum.Write(content)
		return err
	})
	if err != nil {
		panic("assets: what is embedded cannot be read: " + err.Error())
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// Address is where an asset is served.
func Address(name string) string { return "/assets/" + version + "/" + name }

// Read returns an asset that is sent from another address than its own, or ErrMissing.
func Read(name string) ([]byte, error) {
	content, err := dist.ReadFile("dist/" + name)
	if err != nil {
		return nil, ErrMissing
	}
	return content, nil
}

// Pattern is what Serve answers.
const Pattern = "GET /assets/{version}/{name}"

// types are the kinds of file that there are; what is none of them is not served.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".woff2": "font/woff2",
	".txt": "text/plain; charset=utf-8", ".png": "image/png",
}

// Serve serves an asset, compressed to whoever takes it so, to be kept for a year.
func Serve(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	kind, known := types[path.Ext(name)]
	content, err := dist.ReadFile("dist/" + name)
	if !known || err != nil || r.PathValue("version") != version {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	if packed, err := dist.ReadFile("dist/" + name + ".gz"); err == nil && takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		content = packed
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

func takesGzip(r *http.Request) bool {
	for _, one := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(one), ";")
		if name == "gzip" && strings.ReplaceAll(quality, " ", "") != "q=0" {
			return true
		}
	}
	return false
}
