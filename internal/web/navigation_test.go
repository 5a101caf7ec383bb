package web_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

var (
	navigation = regexp.MustCompile(`(?s)<ul id="sections">.*?</ul>`)
	tabsOf     = regexp.MustCompile(`(?s)<nav class="tabs".*?</nav>`)
	leadsWhere = regexp.MustCompile(`href="([^"]+)"`)
)

// ways are the addresses that a part of a page leads to.
func ways(part string) (addresses []string) {
	for _, found := range leadsWhere.FindAllStringSubmatch(part, -1) {
		addresses = append(addresses, found[1])
	}
	return addresses
}

// Nobody reads twelve items at night, nor any that leads to a refusal: each office has its own few, and the rest is one step
// further, as a tab.
func TestEachOfficeHasItsOwnNavigation(t *testing.T) {
	p := newPlay(t, 1)
	for _, office := range []struct {
		role           string
		top            string
		now, inSetting string // the tabs of the first page, and of the settings
	}{
		{"landing", "/ /counts /transfers /cells /people", "/ /overdue /discrepancies /roll /papers", "/settings"},
		{"reception", "/ /counts /transfers /reception /cells /people /settings", "/ /overdue /discrepancies /roll /papers", "/settings /settings/import /settings/quarantine"},
		{"duty", "/ /counts /transfers /reception /cells /people /book /settings", "/ /overdue /discrepancies /roll /papers", "/settings /officials /devices"},
		{"governor", "/ /counts /transfers /cells /people /book /settings", "/ /overdue /discrepancies /roll /papers", "/settings /officials /devices"},
		{"monitor", "/ /counts /transfers /cells /people /book /settings", "/ /overdue /discrepancies /roll /papers", "/settings /officials"},
		{"engineer", "/ /counts /transfers /settings", "/", "/settings /officials /settings/import /settings/quarantine /devices"},
	} {
		b := p.as(office.role)
		first := b.get("/").is(http.StatusOK)
		top := ways(navigation.FindString(first.text))
		if got := strings.Join(top, " "); got != office.top {
			t.Errorf("%s: the navigation leads to %s, want %s", office.role, got, office.top)
		}
		all := slices.Clone(top)
		for address, want := range map[string]string{"/": office.now, "/settings": office.inSetting} {
			page := b.get(address)
			tabs := ways(tabsOf.FindString(page.text))
			if len(tabs) == 0 {
				tabs = []string{address} // it stands alone
			}
			if got := strings.Join(tabs, " "); got != want {
				t.Errorf("%s: the tabs of %s lead to %s, want %s", office.role, address, got, want)
			}
			all = append(all, tabs...)
		}
		for _, address := range all {
			page := b.get(address).is(http.StatusOK)
			if n := strings.Count(navigation.FindString(page.text), "aria-current="); n != 1 && (address != "/settings" || slices.Contains(top, "/settings")) {
				t.Errorf("%s at %s: %d sections are current", office.role, address, n)
			}
			wellMade(t, page)
		}
	}
}

// Dozens of one kind are one line with their number, and none of them hides what is worse.
func TestDiscrepanciesAreShownByKind(t *testing.T) {
	p := newPlay(t, 9)
	numbers := habeastest.Numbers(9)
	p.must(p.roll.Found(t.Context(), by("landing"), numbers[0], habeastest.OriginCell, p.clock.Now().AddDate(0, -1, 0)))
	late := p.roll.Discrepancies(true)[0]
	if late.Kind != "before-last-movement" {
		t.Fatalf("the fact before the last movement opened %s", late.Kind)
	}
	var found []string
	for _, number := range numbers[1:] {
		p.clock.Advance(time.Minute)
		found = append(found, p.found(number, habeastest.OriginCell))
	}
	duty := p.as("duty")
	now := duty.get("/").shows("9 open discrepancies", `href="/discrepancies?kind=found-elsewhere"`, `<strong class="n">8</strong> Found elsewhere`, late.ID).hides(found[0], found[7])
	if strings.Index(now.text, "Found elsewhere") > strings.Index(now.text, late.ID) {
		t.Error("an older slip of the pen stands before people who are not where they should be")
	}
	duty.in("es").get("/").shows(`<strong class="n">8</strong> Encontrada en otro lugar`, "personas bajo custodia")

	kind := duty.get("/discrepancies?kind=found-elsewhere").shows("8 open discrepancies", found[0], found[7], `href="/discrepancies"`).hides(`id="` + late.ID + `"`)
	if strings.Index(kind.text, `id="`+found[0]+`"`) > strings.Index(kind.text, `id="`+found[7]+`"`) {
		t.Error("the newest stands before the oldest")
	}
	every := duty.get("/discrepancies").shows("9 open discrepancies", found[0], late.ID)
	if strings.Index(every.text, `id="`+late.ID+`"`) < strings.Index(every.text, `id="`+found[7]+`"`) {
		t.Error("the least grave does not stand last")
	}
	duty.get("/discrepancies?kind=dream").shows("9 open discrepancies") // no kind: nothing is left out
	p.must(p.roll.Resolve(t.Context(), by("duty"), found[0], "Fetched back."))
	duty.get("/discrepancies?kind=found-elsewhere").shows("7 open discrepancies").hides(`id="` + found[0] + `"`)
	duty.get("/discrepancies?kind=found-elsewhere&all=1").shows("Fetched back.").hides(`id="` + late.ID + `"`)
}

// A link to one leads to it however many there are.
func TestALinkToADiscrepancyFindsItAmongMany(t *testing.T) {
	const many = 60
	p := newPlay(t, many)
	var first string
	for i, number := range habeastest.Numbers(many) {
		id := p.found(number, habeastest.OriginCell)
		if i == 0 {
			first = id
		}
	}
	duty := p.as("duty")
	duty.get("/discrepancies?all=1").hides(`id="` + first + `"`) // on the next page
	duty.get(fmt.Sprintf("/discrepancies?all=1&first=%s", first)).shows(`id="` + first + `"`)
}

// Every kind that the catalogues name has its gravity: one without would stand behind all others.
func TestEveryDiscrepancyHasItsGravity(t *testing.T) {
	files, err := filepath.Glob("../words/en.*.toml")
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var catalogue struct{ Discrepancy map[string]string }
		if err := toml.Unmarshal(text, &catalogue); err != nil {
			var other map[string]any // plural forms and the like: this file names no discrepancies
			if err := toml.Unmarshal(text, &other); err != nil || other["discrepancy"] != nil {
				t.Fatalf("%s: %v", file, err)
			}
		}
		for kind := range catalogue.Discrepancy {
			known++
			if custody.GravityOf(kind) == 0 {
				t.Errorf("the discrepancy %s has no gravity", kind)
			}
		}
	}
	if known < 25 {
		t.Fatalf("only %d kinds were found: the search looks in the wrong place", known)
	}
}
