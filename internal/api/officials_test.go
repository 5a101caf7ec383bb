package api_test

import (
	"net/http"
	"testing"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// How an official comes in is told to them and to those who keep their sessions; a link lets in once; one takes, and two give.
func TestWaysInOverTheAPI(t *testing.T) {
	h := open(t, 1)
	engineer := h.as("engineer")
	engineer.post("/officials", object{"official": custody.Official{Name: "gob", FullName: "Governor of the old prison", Roles: []custody.Role{custody.Governor}, Establishment: habeastest.Origin}}).mustBe(200)
	engineer.post("/officials", object{"official": custody.Official{Name: "lia", FullName: "Lía Soto", Roles: []custody.Role{custody.LandingOfficer}, Establishment: habeastest.Centre}}).mustBe(200)
	code := engineer.post("/officials/lia/link", object{}).mustBe(http.StatusCreated).text("code")
	h.stranger().post("/sessions/link", object{"code": "guessed", "password": password}).refused(401, "link-refused")
	lia := h.stranger()
	lia.token = lia.post("/sessions/link", object{"code": code, "password": password}).mustBe(http.StatusCreated).text("token")
	h.stranger().post("/sessions/link", object{"code": code, "password": password}).refused(401, "link-refused")
	engineer.post("/officials/lia/link", object{}).refused(403, "way-in-set-already")

	own := lia.get("/officials/lia").mustBe(200)
	if own.body["ways"] == nil || len(own.list("sessions")) != 1 {
		t.Errorf("an official is told of themselves: %s", own.raw)
	}
	if told := h.as("monitor").get("/officials/lia").mustBe(200); told.body["ways"] != nil || told.body["sessions"] != nil {
		t.Errorf("the monitor is told how an official comes in: %s", told.raw)
	}
	lia.get("/officials/engineer").refused(404, "unknown-official")
	h.as("gob").get("/officials/lia").refused(404, "unknown-official") // of another establishment
	h.as("gob").post("/officials/lia/revocations", object{"way": "codes"}).refused(403, "other-establishments-official")
	lia.post("/officials/engineer/revocations", object{"way": "codes"}).refused(403, "not-permitted")
	engineer.post("/officials/lia/revocations", object{"way": "codes"}).refused(404, "unknown-way-in")
	engineer.post("/officials/monitor/revocations", object{"way": "codes"}).refused(403, "monitor-two-keys")
	engineer.post("/officials/monitor/link", object{}).refused(403, "monitor-two-keys")
	lia.get("/roll").mustBe(200)
}
