package api_test

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/habeastest"
)

// director has officials send commands with no more than the document requires.
type director struct {
	*house
	t    *testing.T
	sent map[string]bool // patterns of the commands sent
}

// sends sends a command: first without each required field in turn, which must be refused
// and change nothing, then whole. beyond are the fields that the document does not require
// and that this command needs all the same, such as a name of either sort.
func (d *director) sends(who, path string, body object, beyond ...string) *reply {
	d.t.Helper()
	official, document := d.as(who), d.document()
	pattern, operation := document.operation("POST", "/api/v1"+path)
	if operation == nil {
		d.t.Fatalf("%s is not in the document", path)
	}
	d.sent[pattern] = true
	if schema := bodySchema(operation["requestBody"]); schema != nil {
		whole := plain(d.t, body)
		if faults := document.fits(schema, whole, "body"); len(faults) > 0 {
			d.t.Errorf("%s: the body is not as published: %v", path, faults)
		}
		for _, name := range document.surplus(schema, whole, "body") {
			if !slices.ContainsFunc(beyond, func(b string) bool { return strings.HasSuffix(name, b) }) {
				d.t.Errorf("%s: %s is sent and not required", path, name)
			}
		}
		size := d.book.Size()
		for missing, shorter := range document.without(schema, whole, "body") {
			if a := official.post(path, shorter); a.status < 400 || a.status > 499 {
				d.t.Errorf("%s without %s is answered with %d: %s", path, missing, a.status, a.raw)
			}
		}
		if d.book.Size() != size {
			d.t.Errorf("%s: something was written of a command that lacks what is required", path)
		}
	}
	d.clock.Advance(time.Second)
	a := official.post(path, body)
	if a.status < 200 || a.status > 299 {
		d.t.Fatalf("%s: status %d: %s", path, a.status, a.raw)
	}
	return a
}

// wayIn are the addresses of the ways in, which answer each other: their own tests send them.
var wayIn = regexp.MustCompile(`^/api/v1/(first|recovery|sessions/.*|passkeys.*|second-factor.*|devices/use|officials/\{name\}/(subject|link|revocations))$`)

// The document tells the truth about what a request must have: with all of it a command is
// taken, and without any one of it, refused.
func TestWhatIsRequiredIsRequired(t *testing.T) {
	h := open(t, 12)
	d := &director{h, t, map[string]bool{}}
	p := habeastest.Numbers(13)
	now := h.clock.Now()
	paper := object{"kind": "sentence", "issuer": "Court", "case": "1-2030", "from": now.AddDate(-1, 0, 0)}
	person := object{"familyNames": "Nuevo", "sex": "M"}

	d.sends("engineer", "/places", object{"places": []object{{"code": "NEW", "kind": "establishment", "name": "New"}}})
	d.sends("governor", "/places/"+habeastest.OriginCell+"/capacity", object{"capacity": 2, "from": now})
	d.sends("engineer", "/places/OLD-M1-C2/out-of-use", object{"reason": "flooded"})
	d.sends("engineer", "/places/OLD-M1-C2/in-use", object{})
	for _, code := range []string{"OLD-X1", "OLD-X2"} {
		h.as("engineer").sends("/imports?kind=places&apply=true&name="+code, "código;tipo;padre\n"+code+";nave;OLD-M1\n").mustBe(200)
		file := h.as("engineer").get("/quarantine").mustBe(200).list("files")[0].(object)
		q := url.Values{"file": {file["file"].(string)}, "kind": {"places"}, "kept": {file["kept"].(string)}}
		row := h.as("engineer").get("/quarantine/rows?" + q.Encode()).mustBe(200).list("rows")[0].(object)["id"].(string)
		if code == "OLD-X1" {
			d.sends("engineer", "/quarantine/rows/"+row+"/cells", object{"cells": []string{code, "celda", "OLD-M1"}})
			continue
		}
		d.sends("engineer", "/quarantine/rows/"+row+"/drop", object{"reason": "there is no such place"})
	}
	d.sends("engineer", "/officials", object{"official": object{"name": "new", "fullName": "New", "roles": []string{"control"}}})
	d.sends("engineer", "/officials/new/dismissal", object{})
	d.sends("monitor", "/sessions", object{"name": "monitor", "password": password})

	admitted := d.sends("reception", "/admissions", object{"arrivals": []object{{"place": habeastest.OriginReception, "person": person, "authorities": []object{paper}}}},
		".person", ".authorities", ".familyNames")
	d.sends("records", "/people/"+admitted.text("id")+"/corrections", object{"person": person, "corrects": admitted.number("first")}, ".familyNames")
	given := d.sends("records", "/people/"+p[0]+"/authorities", object{"authority": paper})
	d.sends("records", "/people/authorities/end", object{"authority": given.text("id"), "reason": "quashed"})
	d.sends("reception", "/moves", object{"moves": []object{{"person": p[0], "to": habeastest.OriginCell}}})
	d.sends("reception", "/people/"+p[0]+"/outings", object{"destination": habeastest.Court, "escort": "two officers"})
	d.sends("reception", "/people/"+p[0]+"/returns", object{"place": habeastest.OriginReception})
	d.sends("landing", "/people/"+p[0]+"/sightings", object{"place": habeastest.OriginCell})
	d.sends("records", "/people/"+p[1]+"/release-orders", object{"issuer": "Court", "case": "9-2031", "cites": []string{p[1] + "/A1"}})
	d.sends("records", "/people/"+p[1]+"/release", object{})
	d.sends("health", "/people/"+p[2]+"/death", object{})
	d.sends("control", "/people/"+p[3]+"/escape", object{})

	counted := "/counts/" + d.sends("duty", "/counts", object{"kind": "informal", "place": habeastest.OriginReception}).text("id")
	d.sends("landing", counted+"/slips", object{"landing": habeastest.OriginReception, "number": 9}, ".number")
	d.sends("duty", counted+"/recounts", object{"landing": habeastest.OriginReception, "reason": "seen from afar"})
	d.sends("duty", counted+"/abandonment", object{"reason": "a fire drill"})
	counted = "/counts/" + d.sends("duty", "/counts", object{"kind": "named", "place": "OLD-M1-C2"}).text("id")
	for _, hand := range []string{"landing", "landing2"} {
		d.sends(hand, counted+"/slips", object{"landing": "OLD-M1-C2", "people": []string{}}, ".people")
	}
	d.sends("duty", counted+"/signature", object{})
	d.sends("governor", "/count-schedule", object{"establishment": habeastest.Origin})
	d.sends("engineer", "/places/OLD-M1-C2/designation", object{})
	d.sends("governor", "/places/"+habeastest.OriginCell+"/over-capacity", object{"capacity": 25, "until": now.AddDate(0, 1, 0), "reason": "flooding"})
	d.sends("health", "/people/"+p[0]+"/assessments", object{"reason": "interview"})
	kept := d.sends("duty", "/keep-aparts", object{"members": p[4:6], "level": "landing", "reason": "a threat"})
	d.sends("duty", "/keep-aparts/"+kept.text("id")+"/end", object{"reason": "settled"})
	d.sends("duty", "/keep-apart-files", object{"content": "persona 1,persona 2,motivo\n" + p[4] + "," + p[5] + ",amenazas\n"})
	d.sends("reception", "/cells/proposals", object{"mode": "people", "people": p[4:6]}, ".people")
	d.sends("reception", "/cells/plans", object{"moves": []object{{"person": p[4], "cell": habeastest.OriginCell}}})

	d.sends("duty", "/paper-rolls", object{"establishment": habeastest.Origin})
	d.sends("duty", "/paper-forms/OLD-1", object{"hand": "Óscar", "lines": []object{{"line": 1, "what": "found", "person": p[0], "place": habeastest.OriginCell, "happened": now}}}, ".person", ".place")

	id := d.transfer(p[4:11])
	d.sends("planner", "/transfers/"+id+"/cell-plan", object{})
	d.sends("reception", "/transfers/"+id+"/withdrawals", object{"person": p[10], "reason": "unfit"})
	d.sends("escort", "/transfers/"+id+"/identifications", object{"people": p[4:10]})
	d.sends("escort", "/transfers/"+id+"/boardings", object{"vehicle": "B1", "people": p[4:10]})
	d.sends("escort", "/transfers/"+id+"/counts", object{"vehicle": "B1", "stage": "boarding", "counted": 6})
	offered := d.sends("reception", "/transfers/"+id+"/departure-offers", object{"vehicles": []string{"B1"}})
	d.sends("reception", "/handovers/"+offered.text("id")+"/recall", object{"reason": "too early"})
	offered = d.sends("reception", "/transfers/"+id+"/departure-offers", object{"vehicles": []string{"B1"}})
	d.sends("escort", "/handovers/"+offered.text("id")+"/acceptance", object{})
	d.sends("escort", "/transfers/"+id+"/lodgings", object{"person": p[4], "place": habeastest.RoadsideRoom})
	d.sends("escort", "/transfers/"+id+"/resumptions", object{"vehicle": "B1", "person": p[4]})
	d.sends("escort", "/transfers/"+id+"/diversions", object{"person": p[5], "hospital": habeastest.Hospital})
	d.sends("escort", "/transfers/"+id+"/arrivals", object{"vehicle": "B1", "place": habeastest.CentreReception})
	d.sends("escort", "/transfers/"+id+"/counts", object{"vehicle": "B1", "stage": "arrival", "counted": 5})
	offered = d.sends("escort", "/transfers/"+id+"/arrival-offers", object{"vehicles": []string{"B1"}, "place": habeastest.CentreReception}, ".vehicles")
	d.sends("reception2", "/handovers/"+offered.text("id")+"/acceptance", object{})
	d.sends("reception2", "/transfers/"+id+"/placements", object{})
	d.sends("reception2", "/transfers/"+id+"/unlisted", object{"place": habeastest.CentreReception, "number": p[11]}, ".number")
	for _, open := range h.as("duty").get("/discrepancies?open=true").mustBe(200).list("discrepancies") {
		d.sends("duty", "/discrepancies/"+open.(object)["id"].(string)+"/resolution", object{"explanation": "seen and heard"})
	}
	d.sends("planner", "/transfers/"+id+"/closing", object{})
	d.sends("governor", "/transfers/"+d.transfer(p[10:11])+"/calling-off", object{"reason": "no fuel"})
	empty := d.sends("planner", "/transfers", object{"from": "OLD", "to": "CTR", "date": "2031-03-20", "legalBasis": "Order 8"}).text("id")
	d.sends("planner", "/transfers/"+empty+"/manifest/query", object{})
	d.sends("monitor", "/verification", object{})

	why := "the mandate of the mechanism ended"
	broken := d.sends("landing", "/glass", object{"reason": "fire in the infirmary", "until": h.clock.Now().Add(time.Hour), "roles": []string{"health"}}, ".roles")
	d.sends("landing", "/glass/"+broken.text("id")+"/mending", object{})
	change := d.sends("engineer", "/monitors/changes", object{"act": "dismiss", "official": "monitor", "reason": why}, ".official")
	d.sends("governor", "/monitors/changes/"+change.text("id")+"/confirmation", object{})
	d.sends("engineer", "/officials/health/recovery", object{})

	device := d.sends("duty", "/devices", object{"name": "12", "official": "landing"})
	d.sends("duty", "/devices/"+device.text("id")+"/revocation", object{"reason": "left in the yard"})

	var never []string
	for path, methods := range h.document().root["paths"].(object) {
		if _, is := methods.(object)["post"]; is && !d.sent[path] && path != "/api/v1/people/duplicates" && !wayIn.MatchString(path) && // a question, which may be vague
			path != "/api/v1/transfers/{id}/manifest/file" && path != "/api/v1/imports" { // their body is a file
			never = append(never, path)
		}
	}
	if slices.Sort(never); len(never) > 0 {
		t.Errorf("never sent with what is required alone: %v", never)
	}
	if len(d.sent) < 40 {
		t.Errorf("only %v were sent", slices.Sorted(maps.Keys(d.sent)))
	}
}

// transfer drafts, prepares and approves a transfer of people, and returns its id.
func (d *director) transfer(people []string) string {
	d.t.Helper()
	id := d.sends("planner", "/transfers", object{"from": habeastest.Origin, "to": habeastest.Centre, "date": d.clock.Now().Format(time.DateOnly), "legalBasis": "Order 7"}).text("id")
	d.sends("planner", "/transfers/"+id+"/manifest", object{"people": people})
	d.sends("planner", "/transfers/"+id+"/escort", object{"corps": "Army", "commander": "Col. Ruiz", "units": []object{{"name": "First", "headcount": 10}}})
	d.sends("planner", "/transfers/"+id+"/waypoints", object{"code": "W1"})
	d.sends("planner", "/transfers/"+id+"/vehicles", object{"vehicles": []object{{"code": "B1", "seats": 40}}})
	d.sends("governor", "/transfers/"+id+"/approval", object{})
	return id
}

// A body that has what is required and something unknown is refused too, and named.
func TestWhatIsUnknownIsRefused(t *testing.T) {
	h := open(t, 1)
	answer := h.as("reception").post("/moves", object{"moves": []object{{"person": habeastest.Numbers(1)[0], "to": habeastest.OriginCell, "happenedAt": "2031-01-01T00:00:00Z"}}})
	answer.refused(422, "request-invalid")
	if faults := fmt.Sprint(answer.list("errors")); !strings.Contains(faults, "happenedAt") {
		t.Errorf("the faults are %s", faults)
	}
}
