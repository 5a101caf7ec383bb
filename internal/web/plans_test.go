package web_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

var plannedMoves = regexp.MustCompile(`name="moves" value="([^"]*)"`)

// proposed asks for a plan and returns the page with the moves that it would carry out.
func (b *browser) proposed(query url.Values) (reply, string) {
	b.t.Helper()
	r := b.get("/cells/proposal?" + query.Encode()).is(http.StatusOK)
	wellMade(b.t, r)
	found := plannedMoves.FindStringSubmatch(r.text)
	if found == nil {
		return r, ""
	}
	return r, html.UnescapeString(found[1])
}

func TestAPlanIsProposedAndCarriedOut(t *testing.T) {
	p := newPlay(t, 8)
	duty, monitor, engineer := p.as("duty"), p.as("monitor"), p.as("engineer")
	n := habeastest.Numbers(8)
	engineer.get("/cells").is(http.StatusForbidden)
	wellMade(t, monitor.get("/cells").is(http.StatusOK).hides("Propose a plan"))
	monitor.get("/cells/proposal?mode=people&people=" + n[0]).is(http.StatusForbidden)
	wellMade(t, duty.get("/cells").is(http.StatusOK).shows("Propose a plan", "People or a bus", "Empty a place"))

	plan, moves := duty.proposed(url.Values{"mode": {"people"}, "people": {strings.Join(n[:3], "\r\n")}})
	plan.shows("People who get a cell", n[0], n[2], "OLD-REC →", "Carry the plan out", habeastest.OriginCell)
	if strings.Count(moves, "\n") != 3 {
		t.Fatalf("the plan sends %q", moves)
	}
	again, same := duty.proposed(url.Values{"mode": {"people"}, "people": {strings.Join(n[:3], "\r\n")}})
	again.shows(`seed=1`)
	if same != moves {
		t.Errorf("the same wish on the same record: %q, then %q", moves, same)
	}
	before := p.book.Size()
	done := duty.post("/cells/plans", url.Values{"mode": {"people"}, "moves": {moves}}).is(http.StatusOK).shows("3 people are placed as planned.")
	wellMade(t, done)
	if p.book.Size() == before {
		t.Error("nothing was recorded")
	}
	duty.get("/people/" + n[0]).shows(habeastest.OriginCell)
}

// A plan is judged again when it is carried out: whoever's cell will no longer do is named with what broke.
func TestAPlanThatWasOvertakenSaysWhatBroke(t *testing.T) {
	p := newPlay(t, 6)
	duty := p.as("duty")
	n := habeastest.Numbers(6)
	_, moves := duty.proposed(url.Values{"mode": {"people"}, "people": {strings.Join(n[:2], " ")}})
	to := strings.Fields(moves)[1]
	p.must(p.roll.TakeOut(t.Context(), by("engineer"), to, "a flood"))
	r := duty.post("/cells/plans", url.Values{"mode": {"people"}, "moves": {moves}}).is(http.StatusOK)
	wellMade(t, r.shows("2 could not be placed as planned", to, "Instead:"))
	duty.post("/cells/plans", url.Values{"mode": {"people"}, "moves": {"one two three"}}).is(http.StatusUnprocessableEntity)
	duty.post("/cells/plans", url.Values{"mode": {"people"}, "moves": {""}}).is(http.StatusUnprocessableEntity)
	duty.post("/cells/plans", url.Values{"mode": {"sideways"}, "moves": {n[3] + " " + habeastest.OriginCell}}).is(http.StatusUnprocessableEntity)
}

func TestWhoFitsNowhereIsToldWhatBinds(t *testing.T) {
	p := newPlay(t, 3)
	duty := p.as("duty")
	n := habeastest.Numbers(3)
	_, err := p.cells.Assess(t.Context(), by("health"), custody.Assessment{Person: n[0], Needs: []string{custody.Wheelchair}, Reason: "uses a wheelchair"})
	if err != nil {
		t.Fatal(err)
	}
	r, _ := duty.proposed(url.Values{"mode": {"people"}, "people": {strings.Join(n[:2], ",")}})
	r.shows("One person has no cell", "the cell lacks what is needed: wheelchair", "What would free a place", habeastest.OriginCell)
	es, _ := duty.in("es").proposed(url.Values{"mode": {"people"}, "people": {strings.Join(n[:2], ",")}})
	es.shows("Una persona queda sin celda", "silla de ruedas")
}

func TestAWishThatCannotBeIsMendedInItsForm(t *testing.T) {
	p := newPlay(t, 2)
	duty := p.as("duty")
	for query, want := range map[string]string{
		"mode=people&people=":                         "",
		"mode=people&people=X-NOBODY":                 "X-NOBODY",
		"mode=rebalance&place=NOWHERE":                "NOWHERE",
		"mode=rebalance&place=OLD-M1&moves=many":      "Write a whole number",
		"mode=empty&place=OLD-M1":                     "nobody to place",
		"mode=transfer&transfer=TR-1999-0001":         "",
		"mode=sideways":                               "sideways",
		"mode=people&people=%3Cscript%3Ealert(1)%3C/": "",
	} {
		r := duty.get("/cells/proposal?" + query)
		if r.status != http.StatusUnprocessableEntity && r.status != http.StatusNotFound {
			t.Errorf("%s: status %d", query, r.status)
		}
		wellMade(t, r.shows(want).hides("<script>alert"))
	}
}

func TestAPlanOfATransferGoesOnItsManifest(t *testing.T) {
	p := newPlay(t, 6)
	planner := p.as("planner")
	id := p.must(p.transfer.Draft(t.Context(), by("planner"), custody.Transfer{From: habeastest.Origin, To: habeastest.Centre, Date: p.clock.Now().Format(time.DateOnly),
		LegalBasis: "Order 7 of the directorate"})).Entries[0].Transfer
	p.must(p.transfer.LoadManifest(t.Context(), by("planner"), id, "list.csv", habeastest.Numbers(6)))
	planner.get("/cells?transfer=" + id).is(http.StatusOK).shows(id + " · OLD → CTR · 6")
	r, moves := planner.proposed(url.Values{"mode": {"transfer"}, "transfer": {id}})
	r.shows("Put the cells on the manifest", "CTR-M")
	done := planner.post("/cells/plans", url.Values{"mode": {"transfer"}, "transfer": {id}, "moves": {moves}}).is(http.StatusOK).shows("6 people are placed as planned.", "/transfers/"+id)
	wellMade(t, done)
	cell := ""
	p.book.Read(func(s *custody.State) { cell = s.Lines.Get(id + "/" + habeastest.Numbers(1)[0]).Cell })
	if cell == "" {
		t.Error("the manifest carries no cell")
	}
}

func TestWhereSomebodyMayBePlacedIsOnTheirRecord(t *testing.T) {
	p := newPlay(t, 3)
	health, duty, landing := p.as("health"), p.as("duty"), p.as("landing")
	n := habeastest.Numbers(3)
	at := "/people/" + n[0]
	wellMade(t, health.get(at).shows("Where they may be placed", "Not assessed yet", "Assess for sharing a cell").hides("Order kept apart"))
	landing.get(at + "/assess").is(http.StatusForbidden)
	wellMade(t, health.get(at+"/assess").is(http.StatusOK).shows("Sharing risk", "Wheelchair"))
	refused := health.post(at+"/assess", url.Values{"risk": {"high"}, "needs": {custody.Wheelchair}, "not-alone": {"1"}, "reason": {"kept as typed"}})
	wellMade(t, refused.is(http.StatusUnprocessableEntity).shows("kept as typed", "cannot both need company"))
	health.post(at+"/assess", url.Values{"risk": {"high"}, "with": {n[1]}, "needs": {custody.GroundFloor}, "reason": {"Threatened a cellmate"}}).is(http.StatusSeeOther)
	wellMade(t, duty.get(at).shows("High", "Ground floor", "Threatened a cellmate", "/people/"+n[1], "Official health"))

	wellMade(t, duty.get(at+"/keep-apart").is(http.StatusOK).shows("No two of them together"))
	duty.post(at+"/keep-apart", url.Values{"others": {"nobody"}, "level": {"cell"}, "reason": {"threats"}}).is(http.StatusNotFound).shows("nobody")
	duty.post(at+"/keep-apart", url.Values{"others": {n[2]}, "level": {"cell"}, "pairwise": {"1"}, "reason": {"Threats in the yard"}, "until": {"never"}}).is(http.StatusUnprocessableEntity)
	duty.post(at+"/keep-apart", url.Values{"others": {n[2]}, "level": {"cell"}, "pairwise": {"1"}, "reason": {"Threats in the yard"}}).is(http.StatusSeeOther)
	r := duty.get(at).shows("Threats in the yard", n[2])
	wellMade(t, r)
	wellMade(t, duty.get("/cells/keep-aparts").is(http.StatusOK).shows("One order", "Threats in the yard", n[0], n[2]))

	// The order binds every single move: the refusal says which rule, whom it concerns, and which cells would do.
	p.must(p.cells.Assess(t.Context(), by("health"), custody.Assessment{Person: n[0], Reason: "calm again"}))
	reception := p.as("reception")
	reception.post(at+"/move", url.Values{"to": {habeastest.OriginCell}}).is(http.StatusSeeOther)
	moved := reception.post("/people/"+n[2]+"/move", url.Values{"to": {habeastest.OriginCell}}).is(http.StatusConflict)
	wellMade(t, moved.shows("kept apart", n[0], "OLD-M1-C2", `value="`+habeastest.OriginCell+`"`))

	order := regexp.MustCompile(`/keep-aparts/(K\d+)/end`).FindStringSubmatch(r.text)
	if order == nil {
		t.Fatal("the order cannot be ended")
	}
	landing.post(at+"/keep-aparts/"+order[1]+"/end", url.Values{"reason": {"settled"}}).is(http.StatusForbidden)
	duty.post(at+"/keep-aparts/"+order[1]+"/end", url.Values{"reason": {"settled"}}).is(http.StatusSeeOther)
	duty.get("/cells/keep-aparts").shows("0 orders")
	duty.get("/cells/keep-aparts?all=1").shows("Ended", "Threats in the yard")
}

func TestAnOrderOverCapacityStandsBesideTheRoll(t *testing.T) {
	p := newPlay(t, 2)
	duty := p.as("duty")
	wellMade(t, duty.get("/cells/standing").is(http.StatusOK).shows("Nothing: nobody is in a cell against a rule"))
	duty.get("/").hides("SPC-1")
	p.must(p.cells.OrderOverCapacity(t.Context(), by("governor"), habeastest.OriginCell, custody.OverCapacity{Capacity: 25, Until: p.clock.Now().AddDate(0, 1, 0), Reason: "flooding next door"}))
	duty.get("/").shows("One place is over what it may hold", "SPC-1", habeastest.OriginCell, "flooding next door", "Official governor")
	duty.get("/establishments/"+habeastest.Origin).shows("SPC-1", "flooding next door")
	wellMade(t, duty.get("/cells/standing?establishment="+habeastest.Origin).shows("Over certified capacity by order", "certified for 20, may hold 25", "Official governor"))
	wellMade(t, duty.in("es").get("/cells/standing").shows("por orden de"))
}
