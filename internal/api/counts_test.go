package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// counting is a house in which a formal count of the origin is open: three people in
// reception, two officers of the landings, one of whom also keeps records.
func counting(t *testing.T) (h *house, id string) {
	t.Helper()
	h = open(t, 3)
	appointment := object{"official": custody.Official{Name: "landing2", FullName: "Second", Roles: []custody.Role{custody.LandingOfficer, custody.RecordsOfficer}}}
	appointment["password"] = password
	h.as("engineer").post("/officials", appointment).mustBe(200)
	h.tokens["landing2"] = h.stranger().post("/sessions", object{"name": "landing2", "password": password}).mustBe(201).text("token")
	return h, h.as("duty").post("/counts", object{"kind": "formal", "place": habeastest.Origin}).mustBe(200).text("id")
}

func slip(landing string, n any) object { return object{"landing": landing, "number": n} }

// A counter finds out neither what is expected nor what the other found, whatever they ask.
func TestTheAPIKeepsCountersBlind(t *testing.T) {
	h, id := counting(t)
	h.as("landing").post("/counts/"+id+"/slips", slip(habeastest.OriginReception, 4711)).mustBe(200)
	second := h.as("landing2")
	for _, path := range []string{"/counts", "/counts/" + id, "/counts/" + id + "/sheet", "/counts/" + id + "/slip-forms", "/count-schedule", "/roll", "/establishments", "/places", "/discrepancies"} {
		said := string(second.get(path).mustBe(200).raw)
		if strings.Contains(said, "4711") || strings.Contains(said, `"expected"`) || strings.Contains(said, `"difference"`) {
			t.Errorf("%s tells a counter: %s", path, said)
		}
	}
	for _, path := range []string{"/entries", "/entries/stream", "/entries/0", "/roll?by=place", "/people", "/people?under=" + habeastest.OriginReception,
		"/roll/difference?from=2031-03-14T00:00:00Z"} {
		second.get(path).refused(403, "blind-while-counting")
	}
	second.get("/counts/"+id+"/differences").refused(403, "not-permitted")
	second.get("/counts/"+id+"/questions").refused(403, "not-permitted")
	second.get("/people?q=" + habeastest.Numbers(1)[0]).mustBe(200) // their work goes on

	// Those who may see, see.
	for _, name := range []string{"duty", "control", "monitor"} {
		said := string(h.as(name).get("/counts/" + id).mustBe(200).raw)
		if !strings.Contains(said, "4711") || !strings.Contains(said, `"expected":3`) {
			t.Errorf("%s is told: %s", name, said)
		}
	}
	h.as("records").get("/entries?limit=1").mustBe(200)

	// What the count before left different is still expected by the one that follows it.
	second.post("/counts/"+id+"/slips", slip(habeastest.OriginReception, 2)).mustBe(200)
	h.as("duty").post("/counts", object{"kind": "emergency", "place": habeastest.Origin, "supersedes": id, "reason": "alarm in the yard"}).mustBe(200)
	const left = `"kind":"count-left-different"`
	if said := string(second.get("/discrepancies").mustBe(200).raw); strings.Contains(said, left) {
		t.Errorf("a counter is told what the last count expected: %s", said)
	}
	if said := string(h.as("records").get("/discrepancies").mustBe(200).raw); !strings.Contains(said, left) {
		t.Errorf("those who do not count are told: %s", said)
	}
}

// A large cell is a landing of its own: what refuses to let somebody in must not tell a
// counter what it holds, nor must the roll of the part that they serve.
func TestACounterIsNotToldWhatAPlaceHolds(t *testing.T) {
	const small = "OLD-M1-C2" // certified for 2
	h := open(t, 6)
	p := habeastest.Numbers(6)
	h.as("engineer").post("/officials", object{"official": custody.Official{Name: "module", FullName: "Officer of the module", Roles: []custody.Role{custody.LandingOfficer, custody.RecordsOfficer},
		Establishment: habeastest.Origin, Places: []string{"OLD-M1"}}, "password": password}).mustBe(200)
	h.tokens["module"] = h.stranger().post("/sessions", object{"name": "module", "password": password}).mustBe(201).text("token")
	duty, landing, module := h.as("duty"), h.as("landing"), h.as("module")
	for _, number := range p[:2] {
		duty.post("/moves", move(number, small)).mustBe(200)
	}
	if told := landing.post("/moves", move(p[3], small)); !strings.Contains(string(told.refused(409, "place-full").raw), `"present":"2"`) {
		t.Errorf("without a count, a full cell is refused as %s", told.raw)
	}
	if said := module.get("/roll").mustBe(200); !strings.Contains(string(said.raw), `"present":2`) {
		t.Errorf("without a count, the module's officer is told %s", said.raw)
	}
	duty.post("/people/"+p[4]+"/assessments", object{"notAlone": true, "reason": "watched"}).mustBe(200)
	id := duty.post("/counts", object{"kind": "formal", "place": habeastest.Origin}).mustBe(200).text("id")

	full, empty := landing.post("/moves", move(p[3], small)).refused(409, "will-not-do-while-counting"), landing.post("/moves", move(p[4], habeastest.OriginCell)).refused(409, "will-not-do-while-counting")
	for _, told := range []*reply{full, empty} {
		params, _ := told.body["params"].(object)
		if params["present"] != nil || params["capacity"] != nil || told.body["law"] != full.body["law"] {
			t.Errorf("a counter is told %s", told.raw)
		}
	}
	duty.post("/moves", move(p[3], small)).refused(409, "place-full")
	if said := module.get("/roll").mustBe(200); said.body["withheld"] != true || strings.Contains(string(said.raw), "present") || said.body["held"] != 0.0 {
		t.Errorf("the module's officer is told %s", said.raw)
	}
	duty.post("/people/"+p[3]+"/sightings", object{"place": small}).mustBe(200) // a fact: the cell is over its capacity
	for _, path := range []string{"/discrepancies", "/people/" + p[3]} {
		if said := string(landing.get(path).mustBe(200).raw); strings.Contains(said, "place-over-capacity") {
			t.Errorf("%s tells a counter: %s", path, said)
		}
	}
	if said := landing.get("/roll").mustBe(200); len(said.body["overCapacity"].([]any)) != 0 || said.body["overCapacityPlaces"] != 1.0 {
		t.Errorf("a counter is told %s", said.raw)
	}

	duty.post("/counts/"+id+"/abandonment", object{"reason": "the alarm was false"}).mustBe(200)
	landing.post("/moves", move(p[5], small)).refused(409, "place-full")
}

// Who works with lists of people by place while a count goes on cannot be a counter.
func TestReceptionAndHealthStaffDoNotCount(t *testing.T) {
	h, id := counting(t)
	for _, name := range []string{"reception", "health"} {
		h.as(name).get("/people?under=" + habeastest.OriginReception).mustBe(200)
		h.as(name).post("/counts/"+id+"/slips", slip(habeastest.OriginReception, 3)).refused(403, "hand-not-blind")
		if shown := h.as(name).get("/counts/" + id).mustBe(200); shown.body["counter"] != false {
			t.Errorf("%s is offered a slip: %s", name, shown.raw)
		}
	}
	h.as("reception").post("/counts/"+id+"/slips", object{"landing": habeastest.OriginReception, "number": 3, "hand": "landing", "source": "paper"}).mustBe(200)
}

// What a slip must not be, as it comes over the wire.
func TestSlipsThatTheAPIRefuses(t *testing.T) {
	h, id := counting(t)
	landing, before := h.as("landing"), h.book.Size()
	for body, want := range map[string]struct {
		status int
		code   string
	}{
		`{}`:                                                                {422, "field-missing"},
		`{"landing":"OLD-REC"}`:                                             {422, "field-missing"},
		`{"landing":"OLD-REC","number":null}`:                               {422, "field-missing"},
		`{"landing":"OLD-REC","number":-1}`:                                 {422, "slip-number-absurd"},
		`{"landing":"OLD-REC","number":999999999}`:                          {422, "slip-number-absurd"},
		`{"landing":"OLD-REC","number":1e99}`:                               {422, "request-invalid"},
		`{"landing":"OLD-REC","number":2.5}`:                                {422, "request-invalid"},
		`{"landing":"OLD-REC","number":"three"}`:                            {422, "request-invalid"},
		`{"landing":"CTR-REC","number":3}`:                                  {404, "landing-not-in-count"},
		`{"landing":"","number":3}`:                                         {404, "landing-not-in-count"},
		`{"landing":"OLD-REC","number":3,"source":"dream"}`:                 {422, "slip-source-unknown"},
		`{"landing":"OLD-REC","number":3,"hand":"landing2"}`:                {422, "slip-of-another"},
		`{"landing":"OLD-REC","number":3,"round":9}`:                        {422, "slip-round-unknown"},
		`{"landing":"OLD-REC","number":3,"people":["1000000R"]}`:            {422, "slip-names-unasked"},
		`{"landing":"OLD-REC","number":3,"counted":"2001-01-01T00:00:00Z"}`: {422, "slip-before-opening"},
	} {
		landing.send("POST", "/counts/"+id+"/slips", strings.NewReader(body)).refused(want.status, want.code)
	}
	landing.post("/counts/C0/slips", slip(habeastest.OriginReception, 3)).refused(404, "unknown-count")
	h.as("duty").post("/counts/"+id+"/slips", slip(habeastest.OriginReception, 3)).refused(403, "hand-not-blind")
	h.as("monitor").post("/counts/"+id+"/slips", slip(habeastest.OriginReception, 3)).refused(403, "not-permitted")
	if h.book.Size() != before {
		t.Error("something was written")
	}
	// A slip sent twice under one key counts once.
	first := landing.with("k").post("/counts/"+id+"/slips", slip(habeastest.OriginReception, 3)).mustBe(200)
	again := landing.with("k").post("/counts/"+id+"/slips", slip(habeastest.OriginReception, 3)).mustBe(200)
	if first.text("id") != id || first.number("first") != again.number("first") || again.body["replayed"] != true {
		t.Errorf("twice: %s, %s", first.raw, again.raw)
	}
	landing.post("/counts/"+id+"/slips", slip(habeastest.OriginReception, 3)).refused(409, "same-hand")
}

// From a difference to the signature, which the roll then carries.
func TestACountOverTheAPI(t *testing.T) {
	h, id := counting(t)
	people := habeastest.Numbers(3)
	duty := h.as("duty")
	both := func(landing string, n int) {
		t.Helper()
		for _, hand := range []string{"landing", "landing2"} {
			h.clock.Advance(time.Minute)
			h.as(hand).post("/counts/"+id+"/slips", slip(landing, n)).mustBe(200)
		}
	}
	both(habeastest.OriginReception, 2)
	h.as("reception").post("/moves", move(people[0], habeastest.OriginCell)).refused(409, "landing-frozen")
	found := duty.get("/counts/" + id + "/differences").mustBe(200).list("landings")
	if len(found) != 1 || fmt.Sprint(found[0].(object)["landing"]) != habeastest.OriginReception {
		t.Errorf("found: %v", found)
	}
	r := duty.post("/counts/"+id+"/signature", object{}).refused(409, "count-not-cleared")
	if len(r.list("errors")) != 3 {
		t.Errorf("who stands in the way: %s", r.raw)
	}
	h.as("landing").post("/people/"+people[0]+"/sightings", object{"place": habeastest.OriginCell}).mustBe(200)
	both(habeastest.OriginReception, 2)
	both(habeastest.OriginCell, 1)
	duty.post("/counts/"+id+"/recounts", object{"landing": habeastest.OriginCell}).refused(422, "count-reason-missing")
	duty.post("/counts/"+id+"/recounts", object{"landing": habeastest.OriginCell, "reason": "seen from the door alone"}).mustBe(200)
	both(habeastest.OriginCell, 1)
	both("OLD-M1-C2", 0)
	h.as("control").post("/counts/"+id+"/signature", object{}).refused(403, "not-permitted")
	duty.post("/counts/"+id+"/signature", object{}).mustBe(200)
	for _, e := range duty.get("/roll").mustBe(200).list("establishments") {
		if e := e.(object); e["code"] == habeastest.Origin {
			cleared := e["count"].(object)["cleared"].(object)
			if cleared["number"] != 3.0 || cleared["fullName"] != "Official duty" || cleared["id"] != id {
				t.Errorf("the roll carries %v", cleared)
			}
		}
	}
	duty.post("/counts/"+id+"/abandonment", object{"reason": "too late"}).refused(409, "count-ended")
	if got := duty.get("/counts?limit=1").mustBe(200).list("counts"); len(got) != 1 || got[0].(object)["status"] != "cleared" {
		t.Errorf("the list: %v", got)
	}
	h.as("governor").post("/count-schedule", object{"establishment": habeastest.Origin, "times": []string{"06:00"}}).refused(422, "count-rules-reason")
}
