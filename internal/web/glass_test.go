package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// An official of another establishment is refused a record, breaks the glass from there, reads it, and everybody knows.
func TestGlassIsBrokenFromARefusal(t *testing.T) {
	p := newPlay(t, 2)
	number := habeastest.Numbers(1)[0]
	p.must(habeastest.Do(p.book, by("engineer"), habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.Appoint(custody.Official{Name: "road", FullName: "Officer of the roadside", Roles: []custody.Role{custody.LandingOfficer}, Establishment: habeastest.Roadside})
	})))
	road, reception := p.as("road"), p.as("reception")
	record := "/people/" + number
	link := `href="/glass?next=` + url.QueryEscape(record) + `"`
	road.get(record).is(http.StatusNotFound).shows(link, "Break the glass")
	road.get("/people/1999999X").hides(habeastest.Person(0).FamilyNames)
	wellMade(t, road.get("/glass?next="+url.QueryEscape(record)).is(http.StatusOK).shows("This is loud", record, habeastest.Origin, "nobody can erase it", "Nothing: nobody acts").
		hides(`value="monitor"`, `value="governor"`, `value="engineer"`, `value="landing"`))
	size := p.book.Size()
	form := func(change ...string) url.Values {
		f := url.Values{"reason": {"A fire at the old prison; their officers are hurt"}, "places": {habeastest.Origin}, "hours": {"4"}, "next": {record}}
		for i := 0; i+1 < len(change); i += 2 {
			f[change[i]] = []string{change[i+1]}
		}
		return f
	}
	road.post("/glass", form("reason", "fire")).is(http.StatusUnprocessableEntity).shows("field-reason-error", ">fire<", `value="`+record+`"`, "checked")
	road.post("/glass", form("hours", "5")).is(http.StatusUnprocessableEntity).shows("field-hours-error")
	road.post("/glass", url.Values{"reason": {"A fire at the old prison"}, "hours": {"1"}}).is(http.StatusUnprocessableEntity).shows("field-roles-error", "A fire at the old prison")
	road.post("/glass", form("place", "NOWHERE <b>")).is(http.StatusNotFound).shows("field-place-error").hides("<b>")
	road.post("/glass", form("roles", "monitor")).is(http.StatusForbidden)
	if p.book.Size() != size {
		t.Fatalf("refused, and %d entries were written", p.book.Size()-size)
	}
	road.get(record).is(http.StatusNotFound)

	road.post("/glass", form()).leadsTo(record)
	if last := lastEntry(t, p); last.Kind != custody.GlassBroken || last.By != "road" || !strings.HasPrefix(last.Note, "A fire") {
		t.Errorf("the book ends with %s by %s: %s", last.Kind, last.By, last.Note)
	}
	road.get(record).is(http.StatusOK).shows(habeastest.Person(0).FamilyNames)
	if look := lastEntry(t, p); look.Kind != custody.RecordRead || look.Glass == "" {
		t.Errorf("the look does not carry the glass: %+v", look)
	}
	monitor := p.as("monitor")
	for _, b := range []*browser{monitor, reception, road} {
		b.get("/").shows("Officer of the roadside has broken glass", "A fire at the old prison")
	}
	monitor.get("/glass").is(http.StatusOK).shows("Officer of the roadside", "Old Prison", "Your office takes no others.").hides("Put back what I took", "This is loud")
	monitor.post("/glass", form()).is(http.StatusForbidden)
	glass := p.access.Glass("road")[0].ID
	reception.get("/glass").hides("Put back what I took")
	reception.post("/glass/"+glass+"/mending", nil).is(http.StatusNotFound)
	road.get("/glass").shows("Put back what I took")
	road.post("/glass/"+glass+"/mending", nil).leadsTo("/glass?done=mended")
	road.post("/glass/"+glass+"/mending", nil).is(http.StatusConflict)
	road.get(record).is(http.StatusNotFound)
	road.get("/glass?done=mended").shows("It is put back.", "Nothing: nobody acts")
	road.get("/sessions").shows(`href="/glass"`)
}

// What another office may is refused with the way to it; what leads out of the service is not followed; a stale hand proves itself.
func TestGlassKeepsItsBounds(t *testing.T) {
	p := newPlay(t, 1)
	reception := p.as("reception")
	reception.get("/counts/rules").hides("/glass?next=//")
	reception.get("/transfers/new").is(http.StatusForbidden).shows(`href="/glass?next=%2Ftransfers%2Fnew"`)
	p.as("engineer").get("/transfers/new").is(http.StatusForbidden).hides("/glass?next")
	reception.get("/glass?next="+url.QueryEscape("//elsewhere.example/")).is(http.StatusOK).hides(`name="next" value="//`, "<span class=\"code\">//")
	form := url.Values{"reason": {"The planner is ill, and the court waits"}, "roles": {"planner"}, "hours": {"1"}, "next": {"https://elsewhere.example/"}}
	reception.post("/glass", form).leadsTo("/")
	reception.get("/transfers/new").is(http.StatusOK)
	p.clock.Advance(14 * time.Minute)
	reception.get("/")
	p.clock.Advance(14 * time.Minute)
	reception.post("/glass", form).is(http.StatusForbidden).shows("hand-password", "The planner is ill") // held, and asked to prove who they are
	p.nobody().get("/glass").leadsTo("/sign-in?next=%2Fglass")
	p.nobody().post("/glass", form).leadsTo("/sign-in")
}
