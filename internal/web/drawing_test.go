package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/roll"
)

func TestThePlanIsDrawnColouredAndTold(t *testing.T) {
	p := newPlay(t, 12)
	duty, landing := p.as("duty"), p.as("landing")
	n := habeastest.Numbers(12)
	p.must(p.roll.Move(t.Context(), by("reception"), roll.Step{Person: n[0], To: "OLD-M1-C2"}, roll.Step{Person: n[1], To: "OLD-M1-C2"}, roll.Step{Person: n[2], To: habeastest.OriginCell}))
	at := "/establishments/" + habeastest.Origin
	for by, shows := range map[string][]string{
		"occupancy": {`class="lv full"`, "2/2", "Full", "1/20"},
		"space":     {`class="lv tight"`, "3.5", "Meets the minimum, not SPC-3", `class="lv ample"`},
		"count":     {`class="lv uncounted"`, "Not in a count"},
		"apart":     {`class="lv clear"`, "Nobody kept apart"},
		"nonsense":  {`class="lv full"`},
	} {
		r := duty.get(at + "?by=" + by).is(http.StatusOK).shows(shows...)
		wellMade(t, r.shows(`class="plan"`, `aria-hidden="true"`, "The same places as a table", at+"/places/OLD-M1-C2"))
	}
	wellMade(t, duty.in("es").get(at+"?by=space").shows("Cumple el mínimo, no SPC-3", "3,5"))

	cell := duty.get(at+"/places/OLD-M1-C2").is(http.StatusOK).shows("Who is here", n[0], n[1], "3.50 m²", "SPC-1 met", "SPC-3 not met", "Plan how to empty it", "Module 1")
	wellMade(t, cell.hides(n[2]))
	wellMade(t, duty.get(at+"/places/OLD-M1").is(http.StatusOK).shows("OLD-M1-C2", `class="plan"`, "Plan how to even it out"))
	for _, nowhere := range []string{at + "/places/NOWHERE", at + "/places/" + habeastest.CentreCell(1, 1), at + "/places/" + habeastest.Hospital, "/establishments/NOWHERE/places/OLD-M1"} {
		duty.get(nowhere).is(http.StatusNotFound)
	}

	p.must(p.cells.KeepApart(t.Context(), by("duty"), custody.KeepApart{Members: n[:2], Level: custody.CellLevel, Pairwise: true, Reason: "threats"}))
	duty.get(at+"?by=apart").shows(`class="lv together"`, "Together against an order")
	duty.get(at + "/places/OLD-M1-C2").shows("Together, and to be kept apart")

	id := duty.calls(custody.FormalCount, habeastest.Origin)
	duty.get(at+"?by=count").shows(`class="lv awaited"`, "Slips awaited")
	p.must(p.count.Give(t.Context(), by("landing"), id, zeroOf("OLD-M1-C2")))
	p.must(p.count.Give(t.Context(), by("landing2"), id, zeroOf("OLD-M1-C2")))
	duty.get(at+"?by=count").shows(`class="lv differs"`, "≠")
	// A counter must not learn from a plan what is expected.
	for _, path := range []string{at, at + "/places/OLD-M1-C2", at + "/live", at + "/places/OLD-M1-C2/live"} {
		landing.get(path).is(http.StatusForbidden)
	}
}

// A big establishment is drawn by its parts: the part and then the cell are two clicks, and no page is huge.
func TestTenThousandCellsAreTwoClicksAway(t *testing.T) {
	const wings, landings, cellsOnLanding = 8, 25, 50
	p := newPlay(t, 0)
	open := func(list []custody.Place) {
		for len(list) > 0 {
			n := min(len(list), 1000)
			p.must(p.roll.OpenPlaces(t.Context(), by("engineer"), list[:n]))
			list = list[n:]
		}
	}
	list := []custody.Place{{Code: "BIG", Name: "Big", Kind: custody.Establishment, Zone: "America/El_Salvador"}}
	for w := range wings {
		wing := fmt.Sprintf("BIG-W%d", w+1)
		list = append(list, custody.Place{Code: wing, Parent: "BIG", Name: fmt.Sprintf("Wing %d", w+1), Kind: custody.Wing})
		for l := range landings {
			landing := fmt.Sprintf("%s-L%02d", wing, l+1)
			list = append(list, custody.Place{Code: landing, Parent: wing, Name: fmt.Sprintf("Landing %d", l+1), Kind: custody.Landing})
			for c := range cellsOnLanding {
				list = append(list, custody.Place{Code: fmt.Sprintf("%s-C%02d", landing, c+1), Parent: landing, Name: fmt.Sprintf("Cell %d", c+1), Kind: custody.Cell, FloorArea: 1400, Certified: 4})
			}
		}
	}
	open(list)
	duty := p.as("duty")
	first := duty.get("/establishments/BIG").is(http.StatusOK).shows("/establishments/BIG/places/BIG-W1-L01", "Each box is a part")
	second := duty.get("/establishments/BIG/places/BIG-W1-L01").is(http.StatusOK).shows("/establishments/BIG/places/BIG-W1-L01-C50", "Each box is a place")
	wing := duty.get("/establishments/BIG/places/BIG-W1").is(http.StatusOK).shows("/establishments/BIG/places/BIG-W1-L25-C50")
	duty.get("/establishments/BIG/places/BIG-W1-L01-C50").is(http.StatusOK).shows("Nobody is here.")
	for _, r := range []reply{first, second, wing} {
		wellMade(t, r)
		if most := 700 << 10; len(r.text) > most {
			t.Errorf("%s has %d bytes, more than %d", r.path, len(r.text), most)
		}
	}
	if n := strings.Count(duty.get("/establishments/BIG?page=2").text, "<tr "); n > 51 {
		t.Errorf("%d rows of the table on one page", n)
	}
}

func TestThePlanIsLive(t *testing.T) {
	p := newPlay(t, 3)
	watch := p.as("duty").streams("/establishments/" + habeastest.Origin + "/live")
	if text := watch.next(); !strings.Contains(text, "0/20") {
		t.Fatalf("the first part says %q", text)
	}
	p.must(p.roll.Move(t.Context(), by("reception"), roll.Step{Person: habeastest.Numbers(1)[0], To: habeastest.OriginCell}))
	for range 5 {
		if strings.Contains(watch.next(), "1/20") {
			return
		}
	}
	t.Error("the cell did not fill live")
}

func TestTheRollAtAnotherTime(t *testing.T) {
	p := newPlay(t, 4)
	zone, err := time.LoadLocation("America/El_Salvador")
	if err != nil {
		t.Fatal(err)
	}
	typed := func() string { return url.QueryEscape(p.clock.Now().In(zone).Format("2006-01-02T15:04")) }
	p.clock.Advance(time.Minute)
	before := typed()
	p.clock.Advance(time.Hour)
	n := habeastest.Numbers(4)
	p.must(p.roll.Move(t.Context(), by("reception"), roll.Step{Person: n[0], To: habeastest.OriginCell}))
	p.must(p.roll.Die(t.Context(), by("health"), n[1], custody.Death{Circumstances: "in their sleep"}, time.Time{}))
	p.clock.Advance(time.Hour)
	after := typed()
	duty, engineer := p.as("duty"), p.as("engineer")
	engineer.get("/roll").is(http.StatusForbidden)
	wellMade(t, duty.get("/roll").is(http.StatusOK).shows("The roll at another time"))
	wellMade(t, duty.get("/roll?at="+before).is(http.StatusOK).shows(">4<", "Old Prison"))
	wellMade(t, duty.get("/roll?at="+before+"&against="+after).is(http.StatusOK).shows("In custody then", "Left custody", n[1], "Moved", n[0], habeastest.OriginCell).hides(n[2]))
	duty.get("/roll?at=" + after + "&against=" + before).is(http.StatusUnprocessableEntity).shows("is not before the second")
	duty.get("/roll?at=2999-01-01T00:00").is(http.StatusUnprocessableEntity).shows("still to come")
	duty.get("/roll?at=yesterday").is(http.StatusUnprocessableEntity)
	duty.get("/roll?against=" + before).is(http.StatusUnprocessableEntity).shows("which time to begin with")
}

// An establishment whose thousands of cells lie in nothing is drawn a page at a time.
func TestAFlatEstablishmentTurnsItsPages(t *testing.T) {
	p := newPlay(t, 0)
	list := []custody.Place{{Code: "FLAT", Name: "Flat", Kind: custody.Establishment, Zone: "America/El_Salvador"}}
	for c := range 2600 {
		list = append(list, custody.Place{Code: fmt.Sprintf("FLAT-C%04d", c+1), Parent: "FLAT", Name: fmt.Sprintf("Cell %d", c+1), Kind: custody.Cell, FloorArea: 1400, Certified: 4})
	}
	for len(list) > 0 {
		n := min(len(list), 1000)
		p.must(p.roll.OpenPlaces(t.Context(), by("engineer"), list[:n]))
		list = list[n:]
	}
	r := p.as("duty").get("/establishments/FLAT?page=2").is(http.StatusOK).shows("FLAT-C0051").hides("FLAT-C0001")
	wellMade(t, r)
	if n := strings.Count(r.text, "<rect class=\"lv empty\""); n != 51 { // fifty, and the one that says what the colour means
		t.Errorf("%d boxes on a page of fifty", n)
	}
}
