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
)

func TestPapersThatArePrinted(t *testing.T) {
	p := newPlay(t, 3)
	duty := p.as("duty")
	page := duty.get("/papers").is(http.StatusOK).shows("Old Prison", "New Centre", "/api/v1/documents/paper-form/OLD?language=en")
	if strings.Contains(page.text, "paper-roll/") {
		t.Error("a roll is offered that nobody printed")
	}
	before := p.book.Size()
	printed := duty.post("/papers/rolls", url.Values{"establishment": {habeastest.Origin}})
	printed.leadsTo(fmt.Sprintf("/papers?printed=%d", before))
	duty.get(printed.header.Get("Location")).is(http.StatusOK).shows(fmt.Sprintf("/api/v1/documents/paper-roll/%d?language=en", before))
	duty.get(fmt.Sprintf("/book/%d", before)).is(http.StatusOK).shows("Roll printed on paper", "Fingerprint")
	duty.get("/papers?printed=%3Cscript%3E").is(http.StatusOK).hides("<script>", "paper-roll/")
	duty.post("/papers/rolls", url.Values{"establishment": {"NOWHERE"}}).is(http.StatusNotFound)
	p.as("engineer").get("/papers").is(http.StatusForbidden)
	p.as("engineer").post("/papers/rolls", url.Values{"establishment": {habeastest.Origin}}).is(http.StatusForbidden)
	p.nobody().get("/papers").leadsTo("/sign-in?next=%2Fpapers")

	duty.get("/papers/print?kind=manifest&of=TR-2031-0001&vehicle=B1").leadsTo("/api/v1/documents/manifest/TR-2031-0001?language=en&vehicle=B1")
	duty.in("es").get("/papers/print?kind=roll-sheet&of=OLD").leadsTo("/api/v1/documents/roll-sheet/OLD?language=es")
	duty.get("/papers/print?kind=manifest&of=..%2F..%2F..%2Flog%2Fkey").leadsTo("/api/v1/documents/manifest/..%2F..%2F..%2Flog%2Fkey?language=en")
	duty.get("/papers/print?kind=dream&of=OLD").is(http.StatusUnprocessableEntity).shows("Choose a document", `value="OLD"`)
	duty.get("/papers/print?kind=manifest").is(http.StatusUnprocessableEntity).shows("Write of what")
}

// row is one line of a form as it is typed into a row of the page.
func row(n int, what, person, place, happened, note string) url.Values {
	i := fmt.Sprint(n)
	return url.Values{"line-" + i: {i}, "what-" + i: {what}, "person-" + i: {person}, "place-" + i: {place}, "happened-" + i: {happened}, "note-" + i: {note}}
}

func typed(form, hand string, rows ...url.Values) url.Values {
	all := url.Values{"form": {form}, "hand": {hand}}
	for _, r := range rows {
		for name, value := range r {
			all[name] = value
		}
	}
	return all
}

func TestAFormOnPaperIsTyped(t *testing.T) {
	p := newPlay(t, 3)
	people := habeastest.Numbers(3)
	p.clock.Advance(10 * time.Minute)
	zone, err := time.LoadLocation("America/El_Salvador")
	if err != nil {
		t.Fatal(err)
	}
	happened := p.clock.Now().Add(-3 * time.Minute).Truncate(time.Minute)
	when := happened.In(zone).Format("2006-01-02T15:04")
	landing := p.as("landing")
	landing.get("/papers/enter?form=OLD-1").is(http.StatusOK).shows(`value="OLD-1"`, "America/El_Salvador").hides(`value="arrived"`)

	// What is wrong is said beside its row, what was typed is kept, and nothing is entered.
	before := p.book.Size()
	wrong := landing.post("/papers/enter", typed("OLD-1", "Óscar <Cañas>", row(1, "found", people[0], habeastest.OriginCell, when, "the leak"), row(2, "found", people[1], "NOWHERE", when, ""), row(5, "died", "1000000A", "", when, "")))
	wrong.is(http.StatusUnprocessableEntity).shows("NOWHERE", "field-place-2-error", "field-person-5-error", "the leak", "Óscar &lt;Cañas&gt;", when)
	landing.post("/papers/enter", typed("", "", row(1, "", people[0], "", "yesterday", ""))).is(http.StatusUnprocessableEntity).shows("field-form-error", "field-hand-error", "field-happened-1-error")
	landing.post("/papers/enter", typed("OLD-1", "Óscar")).is(http.StatusUnprocessableEntity).shows("Nothing was typed")
	twice := typed("OLD-1", "Óscar", row(1, "escaped", people[0], "", when, ""), row(2, "escaped", people[1], "", when, ""))
	twice.Set("line-2", "1")
	landing.post("/papers/enter", twice).is(http.StatusUnprocessableEntity).shows("typed twice")
	if p.book.Size() != before {
		t.Fatal("something was entered of sheets that were refused")
	}

	done := landing.post("/papers/enter", typed("OLD-1", "Óscar Cañas", row(1, "found", people[0], habeastest.OriginCell, when, "the leak"), row(2, "escaped", people[1], "", when, "")))
	done.leadsTo("/papers/enter?done=OLD-1&lines=2")
	landing.get("/papers/enter?done=OLD-1&lines=2").shows("2 lines of the form OLD-1 were entered")
	entries := habeastest.Entries(t, p.book)
	found := entries[before]
	if found.Kind != custody.PersonFound || !found.Happened.Equal(happened) || found.Paper == nil || found.Paper.Hand != "Óscar Cañas" || found.By != "landing" {
		t.Errorf("entered as %+v, %+v", found, found.Paper)
	}
	duty := p.as("duty")
	duty.get(fmt.Sprintf("/book/%d", before)).shows("Form on paper", "OLD-1", "Óscar Cañas", "the leak")
	duty.post("/papers/enter", typed("OLD-1", "Óscar Cañas", row(1, "found", people[0], habeastest.OriginCell, when, ""))).is(http.StatusUnprocessableEntity).shows("field-line-1-error", "entered already, by landing")

	arrived := row(3, "arrived", "", habeastest.OriginReception, when, "at the gate")
	arrived.Set("family-3", "Tobar")
	arrived.Set("sex-3", "M")
	landing.post("/papers/enter", typed("OLD-1", "Óscar Cañas", arrived)).is(http.StatusForbidden)
	p.as("reception").post("/papers/enter", typed("OLD-1", "Óscar Cañas", arrived)).leadsTo("/papers/enter?done=OLD-1&lines=1")
	p.as("monitor").get("/papers/enter").is(http.StatusForbidden)
}
