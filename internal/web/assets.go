package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"time"
)

//go:embed assets
var assets embed.FS

// assetsVersion is part of every asset's address, so that a browser keeps an asset for
// good and fetches a changed one at once.
var assetsVersion = versionOfAssets()

func versionOfAssets() string {
	list, err := assets.ReadDir("assets")
	if err != nil {
		panic("web: the assets are not in the program: " + err.Error())
	}
	sum := sha256.New()
	for _, f := range list {
		content, err := assets.ReadFile("assets/" + f.Name())
		if err != nil {
			panic("web: the assets are not in the program: " + err.Error())
		}
		sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

func asset(name string) string { return "/assets/" + assetsVersion + "/" + name }

// serveAsset serves one of our own style sheets, scripts and pictures.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	content, err := assets.ReadFile("assets/" + r.PathValue("name"))
	if err != nil || r.PathValue("version") != assetsVersion {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, r.PathValue("name"), time.Time{}, bytes.NewReader(content))
}
