package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// bigWing opens a module of so many cells for two, each of which has a name of its own.
func bigWing(p *play, cells int) {
	p.t.Helper()
	places := []custody.Place{{Code: "OLD-M2", Parent: habeastest.Origin, Name: "Module 2", Kind: custody.Module}}
	for i := range cells {
		places = append(places, custody.Place{Code: fmt.Sprintf("OLD-M2-C%04d", i), Parent: "OLD-M2", Name: fmt.Sprintf("Célula %d", i), Kind: custody.Cell,
			FloorArea: 680, Toilets: 1, Washbasins: 1, Certified: 2})
	}
	p.must(p.roll.OpenPlaces(p.t.Context(), by("engineer"), places))
}

// Nobody reads ten thousand cells: the page of a move shows the nearest that would do, and leads to every other by steps that are
// links, or by a word.
func TestACellIsChosenAmongThousands(t *testing.T) {
	const many = 3_000
	p := newPlay(t, 4)
	bigWing(p, many)
	numbers := habeastest.Numbers(4)
	for _, number := range numbers[1:3] { // OLD-M1-C2 is full
		p.must(p.roll.Move(t.Context(), by("duty"), step(number, "OLD-M1-C2")))
	}
	p.must(p.roll.Move(t.Context(), by("duty"), step(numbers[0], habeastest.OriginCell)))
	duty, path := p.as("duty"), "/people/"+numbers[0]+"/move"

	first := duty.get(path).is(http.StatusOK).shows("The nearest that would do for them", `href="`+path+`?in=OLD-M1&amp;to=OLD-M2-C0000"`, "Cell 2", "full").hides("OLD-M2-C0003")
	wellMade(t, first)
	if len(first.text) > 20<<10 {
		t.Errorf("the page weighs %d bytes among %d cells", len(first.text), many)
	}
	if strings.Contains(between(first.text, "The nearest", `id="q"`), "OLD-M1-C2") {
		t.Error("a full cell is said to do")
	}
	wing := duty.get(path+"?in=OLD-M2").shows("OLD-M2-C0000", "And 2,960 more", "room for 2 more")
	if len(wing.text) > 30<<10 {
		t.Errorf("a wing's page weighs %d bytes", len(wing.text))
	}
	wellMade(t, wing)
	duty.get(path+"?in="+habeastest.Origin).shows("Module 2", "3,000 places inside")
	duty.get(path+"?q=celula+2718").shows("OLD-M2-C2718", "Module 2").hides("OLD-M2-C2717", "And ")
	duty.get(path + "?q=" + url.QueryEscape(strings.Repeat("ñ", 9000))).is(http.StatusOK).shows("No place.")
	for _, elsewhere := range []string{habeastest.Centre, "NOWHERE", `"><script>`} { // another establishment's places are no choice
		duty.get(path+"?in="+url.QueryEscape(elsewhere)).is(http.StatusOK).shows("OLD-M1-C2").hides(habeastest.CentreReception, `"><script>`)
	}
	duty.get(path + "?to=OLD-M2-C2718&q=celula+2718").shows(`value="OLD-M2-C2718"`)
	duty.post(path, url.Values{"to": {"OLD-M2-C2718"}}).is(http.StatusSeeOther)
	// What is refused keeps what was typed above what can be chosen.
	wellMade(t, duty.post("/people/"+numbers[3]+"/move", url.Values{"to": {"OLD-M1-C2"}}).is(http.StatusConflict).shows("govuk-error-summary", `value="OLD-M1-C2"`, "The nearest that would do for them"))
}

// Whoever counts landings blind learns from no page where there is room, and moves people all the same.
func TestChoosingACellKeepsCountersBlind(t *testing.T) {
	p := newPlay(t, 2)
	number := habeastest.Numbers(1)[0]
	landing, path := p.as("landing"), "/people/"+number+"/move"
	landing.get(path).shows("The nearest that would do for them", "room for")
	landing.get("/settings").shows("People now", ">2</a>")
	p.must(p.count.Open(t.Context(), by("duty"), count.Opening{Kind: custody.FormalCount, Place: habeastest.Origin}))
	wellMade(t, landing.get(path+"?in=OLD-M1").shows("Cell 2").hides("The nearest", "room for", "full"))
	landing.get("/settings").hides(">2</a>")
	p.as("duty").get(path + "?in=OLD-M1").shows("room for 2 more")
	landing.post(path, url.Values{"to": {"OLD-M1-C2"}}).is(http.StatusSeeOther)
}

// The register says of an establishment, and of every part, what its cells hold together, as the roll sums it.
func TestTheRegisterSumsWhatLiesInside(t *testing.T) {
	p := newPlay(t, 5)
	number := habeastest.Numbers(1)[0]
	p.must(p.roll.Move(t.Context(), by("duty"), step(number, habeastest.OriginCell)))
	now := p.roll.Roll(p.clock.Now(), false).Establishments
	engineer, duty := p.as("engineer"), p.as("duty")
	for _, e := range now {
		row := between(engineer.get("/settings").text, `href="/settings/places/`+e.Code+`"`, "</tr>")
		for _, number := range []int{e.Allowed, e.Certified, e.Present} {
			if !strings.Contains(row, fmt.Sprintf(">%d<", number)) && number > 0 {
				t.Errorf("the register's row of %s does not say %d: %s", e.Code, number, row)
			}
		}
	}
	duty.get("/settings").shows(`<a class="n" href="/people?under=OLD">5</a>`)
	duty.get("/settings/places/OLD").shows(`<a class="n" href="/people?under=OLD-M1">1</a>`, "<strong>22</strong>")
	p.must(p.roll.TakeOut(t.Context(), by("engineer"), "OLD-M1-C2", "Flooded"))
	duty.get("/settings/places/OLD").shows("<strong>20</strong>") // what is out of use holds nobody
}

// between is the part of a text from one mark to the next of another.
func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	part, _, _ := strings.Cut(rest, to)
	return part
}
