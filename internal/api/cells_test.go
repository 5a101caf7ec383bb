package api_test

import (
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/habeastest"
)

// A planner and a reception officer take the way from assessments to cells over the API.
func TestCellsOverTheAPI(t *testing.T) {
	h := open(t, 8)
	p := habeastest.Numbers(8)
	h.as("health").post("/people/"+p[0]+"/assessments", object{"needs": []string{"wheelchair"}, "reason": "examined"}).mustBe(200)
	kept := h.as("duty").post("/keep-aparts", object{"members": []string{p[1], p[2]}, "level": "cell", "reason": "a threat"}).mustBe(200)
	h.as("duty").post("/keep-aparts", object{"members": []string{p[2], p[1]}, "level": "cell", "reason": "a threat"}).refused(409, "apart-already")
	if list := h.as("monitor").get("/keep-aparts?inForce=true").mustBe(200).list("keepAparts"); len(list) != 1 || list[0].(object)["id"] != kept.text("id") {
		t.Errorf("keep-apart orders: %v", list)
	}
	placing := h.as("monitor").get("/people/" + p[1] + "/placing").mustBe(200)
	if class := placing.body["class"].(object); class["age"] != "adult" || class["legal"] != "convicted" || len(placing.list("keepAparts")) != 1 {
		t.Errorf("placing: %s", placing.raw)
	}

	proposal := h.as("reception").post("/cells/proposals", object{"mode": "people", "people": p}).mustBe(200)
	if len(proposal.list("moves")) != 7 || len(proposal.list("unplaced")) != 1 {
		t.Fatalf("the proposal: %s", proposal.raw)
	}
	unplaced := proposal.list("unplaced")[0].(object)
	if unplaced["person"] != p[0] || unplaced["rules"].([]any)[0].(object)["detail"] != "wheelchair" {
		t.Errorf("unplaced: %v", unplaced)
	}
	h.as("monitor").post("/cells/proposals", object{"mode": "people", "people": p}).refused(403, "not-permitted")
	h.as("reception").post("/cells/proposals", object{"mode": "empty", "place": "nowhere"}).refused(404, "unknown-place")
	var moves []object
	for _, m := range proposal.list("moves") {
		moves = append(moves, object{"person": m.(object)["person"], "cell": m.(object)["cell"]})
	}
	done := h.as("reception").with("plan").post("/cells/plans", object{"mode": "people", "moves": moves}).mustBe(200)
	if done.number("placed") != 7 || done.number("count") != 8 {
		t.Errorf("carried out: %s", done.raw)
	}
	if again := h.as("reception").with("plan").post("/cells/plans", object{"mode": "people", "moves": moves}).mustBe(200); again.body["replayed"] != true || again.number("placed") != 7 {
		t.Errorf("the same request again: %s", again.raw)
	}

	// An order to go over capacity stands beside every roll until it runs out.
	until := h.clock.Now().Add(time.Minute)
	h.as("duty").post("/places/OLD-M1-C2/over-capacity", object{"capacity": 3, "until": until, "reason": "flooding"}).refused(403, "not-permitted")
	h.as("governor").post("/places/OLD-M1-C2/over-capacity", object{"capacity": 2, "until": until, "reason": "flooding"}).refused(422, "not-over-capacity")
	h.as("governor").post("/places/OLD-M1-C2/over-capacity", object{"capacity": 3, "until": until, "reason": "flooding"}).mustBe(200)
	roll := h.as("control").get("/roll").mustBe(200)
	if over := roll.list("overCapacity"); len(over) != 1 || over[0].(object)["rule"] != "SPC-1" || over[0].(object)["place"] != "OLD-M1-C2" {
		t.Errorf("beside the roll: %s", roll.raw)
	}
	if breaches := h.as("control").get("/breaches?establishment=OLD").mustBe(200).list("breaches"); len(breaches) != 1 {
		t.Errorf("breaches: %v", breaches)
	}
	h.clock.Advance(2 * time.Minute)
	if roll := h.as("control").get("/roll").mustBe(200); len(roll.list("overCapacity")) != 0 {
		t.Errorf("the order has run out: %s", roll.raw)
	}
	spaces := h.as("control").get("/places/OLD-M1/spaces").mustBe(200)
	if spaces.number("people") != 7 || len(spaces.list("cells")) != 2 {
		t.Errorf("spaces: %s", spaces.raw)
	}
}

// A refused move says the rule, whom it concerns, and where else, in the asker's language.
func TestARefusedMoveIsExplained(t *testing.T) {
	h := open(t, 3)
	p := habeastest.Numbers(3)
	h.as("duty").post("/keep-aparts", object{"members": p[:2], "level": "cell", "reason": "a threat"}).mustBe(200)
	h.as("duty").post("/moves", object{"moves": []object{{"person": p[0], "to": habeastest.OriginCell}}}).mustBe(200)
	refused := h.as("landing").speaking("es").post("/moves", object{"moves": []object{{"person": p[1], "to": habeastest.OriginCell}}}).refused(409, "kept-apart")
	for field, want := range map[string][]string{"detail": {p[1], p[0], "nivel de celda", habeastest.OriginCell}, "mend": {"OLD-M1-C2"}} {
		for _, text := range want {
			if !strings.Contains(refused.text(field), text) {
				t.Errorf("%s says %q, without %q", field, refused.text(field), text)
			}
		}
	}
}
