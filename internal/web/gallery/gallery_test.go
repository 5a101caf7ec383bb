package gallery_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"habeas.example/habeas/internal/web/gallery"
	"habeas.example/habeas/internal/web/page"
)

// What no page may show: a message without a text, a parameter that was not given, a style or a script of its own.
var (
	noText = regexp.MustCompile(`\[[a-z]+(\.[A-Za-z0-9-]+)+\]`)
	noFill = regexp.MustCompile(`\{[a-z-]+\}`)
	inline = regexp.MustCompile(`(?i)<style|<script(>|[^>]*>[^<])|\sstyle=|<[a-z][^>]*\son[a-z]+="|href="javascript:`)
)

// TestEverySpecimen looks at each page in each state in both languages, for what can be known without a browser.
func TestEverySpecimen(t *testing.T) {
	server := httptest.NewServer(gallery.New())
	defer server.Close()
	for _, s := range gallery.Specimens() {
		for _, language := range []string{"es", "en"} {
			t.Run(s.Name+" "+language, func(t *testing.T) {
				text := get(t, server, "/specimens/"+s.Name+"?lang="+language)
				for what, never := range map[string]*regexp.Regexp{"a message without a text": noText, "a parameter that was not given": noFill, "a style or script of its own": inline} {
					if found := never.FindString(text); found != "" {
						t.Errorf("shows %s: %.200q", what, found)
					}
				}
				for _, name := range []string{"<script>alert", "<img src=x"} {
					if strings.Contains(text, name) {
						t.Errorf("a name became markup: %q", name)
					}
				}
				root, err := html.Parse(strings.NewReader(text))
				if err != nil {
					t.Fatal(err)
				}
				for _, fault := range faultsOf(root, language) {
					t.Error(fault)
				}
			})
		}
	}
}

// The names that break pages are in the gallery: a specimen that shows none of them shows too little.
func TestTheGalleryHasOddNames(t *testing.T) {
	server := httptest.NewServer(gallery.New())
	defer server.Close()
	seen := map[string]bool{}
	for _, s := range gallery.Specimens() {
		text := html.UnescapeString(get(t, server, "/specimens/"+s.Name))
		for _, name := range page.OddNames {
			seen[name] = seen[name] || strings.Contains(text, name)
		}
	}
	for _, name := range page.OddNames {
		if !seen[name] {
			t.Errorf("no specimen shows the name %.60q", name)
		}
	}
}

func get(t *testing.T, server *httptest.Server, path string) string {
	t.Helper()
	answer, err := server.Client().Get(server.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d", path, answer.StatusCode)
	}
	return string(text)
}

// element is an element of a page with its attributes.
type element struct {
	*html.Node
	attributes map[string]string
}

// faultsOf lists what is wrong with how a page is built.
func faultsOf(root *html.Node, language string) (faults []string) {
	var all []element
	ids := map[string]bool{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		e := element{n, map[string]string{}}
		for _, a := range n.Attr {
			e.attributes[a.Key] = a.Val
		}
		if id := e.attributes["id"]; id != "" {
			if ids[id] {
				faults = append(faults, "two elements have the id "+id)
			}
			ids[id] = true
		}
		all = append(all, e)
	}
	level, mains := 0, 0
	labelled := map[string]bool{}
	for _, e := range all {
		if e.Data == "label" {
			labelled[e.attributes["for"]] = true
		}
	}
	for _, e := range all {
		for _, name := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "list"} {
			for _, id := range strings.Fields(e.attributes[name]) {
				if !ids[id] {
					faults = append(faults, "<"+e.Data+"> names an element that is not there: "+name+"="+id)
				}
			}
		}
		switch e.Data {
		case "html":
			if e.attributes["lang"] != language {
				faults = append(faults, "the page is in "+e.attributes["lang"])
			}
		case "h1", "h2", "h3", "h4":
			now := int(e.Data[1] - '0')
			if now > level+1 {
				faults = append(faults, "a heading skips a level: "+e.Data+" "+textOf(e.Node))
			}
			if level = now; now == 1 {
				mains++
			}
		case "a", "button", "th", "caption", "h5":
			if textOf(e.Node) == "" && e.attributes["aria-label"] == "" {
				faults = append(faults, "an empty <"+e.Data+">")
			}
		case "input", "select", "textarea":
			if kind := e.attributes["type"]; kind != "hidden" && !labelled[e.attributes["id"]] {
				faults = append(faults, "a field without a label: "+e.attributes["name"])
			}
		case "table":
			if !hasChild(e.Node, "caption") {
				faults = append(faults, "a table without a caption")
			}
		}
	}
	if mains != 1 {
		faults = append(faults, "the page has not one main heading")
	}
	return faults
}

func textOf(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(text.String())
}

func hasChild(n *html.Node, name string) bool {
	for c := range n.ChildNodes() {
		if c.Data == name {
			return true
		}
	}
	return false
}
