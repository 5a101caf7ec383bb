// Package handheld is the application that an official installs on a telephone: a page that is whole without a network, its
// manifest and its service worker. What it does is in internal/web/front/handheld; what it asks, in the API.
package handheld

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/assets"
	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/words"
)

// Address is where the application is; it leads on to the language of whoever opens it.
const Address = "/handheld"

type pages struct {
	*page.Door
	access *access.Desk
	shell  func() (shells, error)
}

// shells are the page in each language, as it is sent to everybody, and a name of their content.
type shells struct {
	text    map[string][]byte
	version string
}

// Add adds the application, and the page of the desk on which handhelds are registered and revoked.
func Add(d *page.Door, desk *access.Desk) {
	p := &pages{d, desk, sync.OnceValues(makeShells)}
	d.Section(page.Section{Name: "devices", Address: "/devices", Within: "settings", Needs: custody.KeepDevices})
	d.Open("GET "+Address+"/{$}", p.toLanguage)
	d.Open("GET "+Address, p.toLanguage)
	d.Open("GET "+Address+"/{language}", p.show)
	d.Open("GET "+Address+"/{language}/app.webmanifest", p.manifest)
	d.Open("GET "+Address+"/worker.js", p.worker)
	d.SignedIn("GET /devices", p.devices)
	d.Permitted(custody.KeepDevices, "POST /devices", p.register)
	d.SignedIn("POST /devices/{id}/revocation", p.revoke)
}

// addressIn is where the application is in a language.
func addressIn(language string) string { return Address + "/" + language }

func (p *pages) toLanguage(v *page.Visit) error {
	return v.SeeOther(addressIn(v.Speaker.Tag().String()))
}

func makeShells() (shells, error) {
	made, sum := shells{text: map[string][]byte{}}, sha256.New()
	for _, tag := range words.Languages {
		var b bytes.Buffer
		if err := shellPage(page.Frame{Speaker: words.For(tag.String())}, false).Render(context.Background(), &b); err != nil {
			return shells{}, fmt.Errorf("make the page of the handheld: %w", err)
		}
		made.text[tag.String()] = b.Bytes()
		sum.Write(b.Bytes())
	}
	made.version = hex.EncodeToString(sum.Sum(nil)[:8])
	return made, nil
}

// show sends the page: the same for everybody, so that a device may keep it.
func (p *pages) show(v *page.Visit) error {
	made, err := p.shell()
	if err != nil {
		return err
	}
	text, spoken := made.text[v.R.PathValue("language")]
	if !spoken {
		return page.ErrNoPage
	}
	v.W.Header().Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
	return send(v, "text/html; charset=utf-8", text)
}

func send(v *page.Visit, kind string, text []byte) error {
	v.W.Header().Set("Content-Type", kind)
	v.W.WriteHeader(http.StatusOK)
	_, _ = v.W.Write(text) // the browser may be gone; there is nobody left to tell
	return nil
}

// icon is one of the pictures under which the application is installed.
type icon struct {
	Source  string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose,omitempty"`
}

// manifest says how the application is installed. Source: W3C Web Application Manifest.
func (p *pages) manifest(v *page.Visit) error {
	language := v.R.PathValue("language")
	if words.For(language).Tag().String() != language {
		return page.ErrNoPage
	}
	speaker := words.For(language)
	text, err := json.Marshal(map[string]any{
		"id": Address, "name": speaker.Say("page.handheld.name", nil), "short_name": "Habeas", "lang": language, "start_url": addressIn(language), "scope": Address + "/",
		"display": "standalone", "orientation": "portrait", "theme_color": "#12324f", "background_color": "#ffffff",
		"icons": []icon{{assets.Address("icon-192.png"), "192x192", "image/png", ""}, {assets.Address("icon-512.png"), "512x512", "image/png", ""},
			{assets.Address("icon-512.png"), "512x512", "image/png", "maskable"}},
	})
	if err != nil {
		return fmt.Errorf("make the manifest of the handheld: %w", err)
	}
	return send(v, "application/manifest+json", text)
}

// kept are the files that the application needs without a network, beside its page.
var kept = []string{"habeas.css", "habeas.svg", "icon-192.png", "handheld.js", "handheld-scanner.js",
	"atkinson-hyperlegible-next-latin-wght-normal.woff2", "atkinson-hyperlegible-next-latin-ext-wght-normal.woff2", "atkinson-hyperlegible-mono-latin-wght-normal.woff2"}

// worker sends the service worker, with the list of what it is to keep.
func (p *pages) worker(v *page.Visit) error {
	made, err := p.shell()
	if err != nil {
		return err
	}
	script, err := assets.Read("handheld-worker.js")
	if err != nil {
		return err
	}
	files := []string{}
	for _, tag := range words.Languages {
		files = append(files, addressIn(tag.String()), addressIn(tag.String())+"/app.webmanifest")
	}
	for _, name := range kept {
		files = append(files, assets.Address(name))
	}
	shell, err := json.Marshal(map[string]any{"version": made.version, "files": files})
	if err != nil {
		return fmt.Errorf("make the service worker of the handheld: %w", err)
	}
	return send(v, "text/javascript; charset=utf-8", fmt.Appendf(nil, "const SHELL=%s;\n%s", shell, script))
}
