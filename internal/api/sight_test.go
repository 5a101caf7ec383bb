package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// An officer of one module guesses every address that the document has, filled in with what
// concerns people of another: nowhere do they learn a number, a name or a paper.
func TestAnotherModulesOfficerGuessesAddresses(t *testing.T) {
	h := open(t, 6)
	p := habeastest.Numbers(6)
	for _, o := range []custody.Official{
		{Name: "m2", FullName: "Module two", Roles: []custody.Role{custody.LandingOfficer, custody.RecordsOfficer, custody.DutyManager}, Establishment: habeastest.Centre, Places: []string{habeastest.Centre + "-M2"}},
		{Name: "ctr", FullName: "All of the centre", Roles: []custody.Role{custody.RecordsOfficer, custody.DutyManager}, Establishment: habeastest.Centre},
	} {
		h.as("engineer").post("/officials", object{"official": o}).mustBe(http.StatusOK)
	}
	h.as("landing").post("/people/"+p[0]+"/sightings", object{"place": habeastest.OriginCell}).mustBe(http.StatusOK) // a discrepancy about somebody elsewhere
	h.clock.Advance(time.Minute)

	secrets := []string{"OLD-M1-C1"}
	for i, number := range p {
		who := habeastest.Person(i)
		secrets = append(secrets, number, who.FullName(), who.FamilyNames, habeastest.Paper(i, h.clock.Now()).Case)
	}
	document := h.stranger().get("/api/openapi.json").mustBe(200)
	tried := 0
	for _, name := range []string{"m2", "ctr"} {
		officer := h.as(name)
		for path, methods := range document.body["paths"].(object) {
			if _, is := methods.(object)["get"]; !is || strings.HasSuffix(path, "/stream") {
				continue
			}
			path = strings.TrimPrefix(path, "/api/v1")
			for _, filled := range []string{
				strings.NewReplacer("{number}", p[1], "{id}", "D1", "{code}", habeastest.Origin, "{name}", "x", "{hash}", "x").Replace(path),
				strings.NewReplacer("{number}", "40", "{id}", "D40", "{code}", habeastest.OriginCell, "{name}", "x", "{hash}", "x").Replace(path),
			} {
				a := officer.get(filled + "?limit=1000&q=" + strings.Fields(habeastest.Person(1).FamilyNames)[0])
				b := officer.get(filled + "?limit=1000&by=place&under=" + habeastest.Origin)
				tried += 2
				for _, answer := range []*reply{a, b} {
					text := string(answer.raw)
					for _, secret := range secrets {
						// A refusal may repeat what was asked, and nothing else; the places of the whole service are no secret by themselves.
						if strings.Contains(text, secret) && !strings.Contains(filled, secret) {
							t.Errorf("%s learns %q from GET %s", name, secret, filled)
						}
					}
				}
			}
		}
		for path, body := range map[string]any{
			"/moves":                              object{"moves": []object{{"person": p[1], "to": habeastest.Centre + "-M2-C2"}}},
			"/people/" + p[1] + "/authorities":    object{"authority": object{"kind": "sentence", "issuer": "C", "case": "1", "from": h.clock.Now()}},
			"/people/" + p[1] + "/release-orders": object{"issuer": "C", "case": "1", "cites": []string{p[1] + "/A1"}},
			"/people/" + p[1] + "/release":        object{},
			"/people/" + p[1] + "/escape":         object{},
		} {
			a := officer.post(path, body)
			if !slices.Contains([]int{403, 404}, a.status) {
				t.Errorf("%s: POST %s is answered with %d: %s", name, path, a.status, a.raw)
			}
			for _, secret := range secrets {
				if strings.Contains(string(a.raw), secret) && secret != p[1] && secret != "OLD-M1-C1" {
					t.Errorf("%s learns %q from the refusal of POST %s", name, secret, path)
				}
			}
		}
		// Somebody who exists elsewhere is answered for as nobody is.
		exists, none := officer.get("/people/"+p[1]), officer.get("/people/"+custody.PrisonNumber(999))
		if exists.status != none.status || exists.text("code") != none.text("code") {
			t.Errorf("%s tells somebody elsewhere (%d %s) from nobody (%d %s)", name, exists.status, exists.text("code"), none.status, none.text("code"))
		}
	}
	if tried < 80 {
		t.Fatalf("only %d addresses were tried", tried)
	}
}

// A stolen or stale session does not sign, appoint or release: the hand must be fresh.
func TestWhatBindsOthersTakesAFreshHand(t *testing.T) {
	h := open(t, 1)
	governor := h.as("governor")
	order := object{"capacity": 2, "from": h.clock.Now()}
	governor.post("/places/"+habeastest.OriginCell+"/capacity", order).mustBe(200)
	h.clock.Advance(10 * time.Minute)
	governor.get("/roll").mustBe(200)
	h.clock.Advance(6 * time.Minute)
	governor.post("/places/"+habeastest.OriginCell+"/capacity", order).refused(403, "hand-not-fresh")
	h.stranger().post("/sessions/current/proof", object{"password": password}).refused(401, "signed-out")
	governor.post("/sessions/current/proof", object{"password": "guessed, not known"}).refused(401, "sign-in-refused")
	fresh := governor.post("/sessions/current/proof", object{"password": password}).mustBe(200).text("token")
	governor.get("/roll").refused(401, "signed-out") // the old token is worth nothing
	governor.token = fresh
	governor.post("/places/"+habeastest.OriginCell+"/capacity", order).mustBe(200)
	h.clock.Advance(16 * time.Minute)
	governor.get("/roll").refused(401, "session-locked")
}
