package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// A name is enough to choose a colleague. What each does and where, and who no longer is in office, is for those who keep the
// officials of those places or watch them.
func TestWhoSeesWhichOfficials(t *testing.T) {
	h := open(t, 1)
	engineer := h.as("engineer")
	for _, o := range []custody.Official{
		{Name: "old-landing", FullName: "Landing officer of the old prison", Roles: []custody.Role{custody.LandingOfficer}, Establishment: habeastest.Origin},
		{Name: "old-duty", FullName: "Duty manager of the old prison", Roles: []custody.Role{custody.DutyManager}, Establishment: habeastest.Origin},
		{Name: "new-landing", FullName: "Landing officer of the centre", Roles: []custody.Role{custody.LandingOfficer}, Establishment: habeastest.Centre},
		{Name: "new-module", FullName: "Officer of one module", Roles: []custody.Role{custody.LandingOfficer}, Establishment: habeastest.Centre, Places: []string{"CTR-M1"}},
		{Name: "gone", FullName: "Dismissed from the old prison", Roles: []custody.Role{custody.LandingOfficer}, Establishment: habeastest.Origin},
	} {
		engineer.post("/officials", object{"official": o}).mustBe(200)
	}
	engineer.post("/officials/gone/dismissal", object{}).mustBe(200)
	const all, name, nothing = "all", "name", "nothing"
	columns := []string{"old-landing", "old-duty", "new-landing", "new-module", "gone", "planner"}
	for asker, want := range map[string][]string{
		"engineer":    {all, all, all, all, all, all},
		"monitor":     {all, all, all, all, all, all},
		"governor":    {all, all, all, all, all, all},
		"old-duty":    {all, all, nothing, nothing, all, name},
		"old-landing": {all, name, nothing, nothing, nothing, name}, // all of their own
		"new-landing": {nothing, nothing, all, name, nothing, name},
		"new-module":  {nothing, nothing, nothing, all, nothing, name},
		"reception":   {name, name, name, name, nothing, name},
		"health":      {name, name, name, name, nothing, name},
	} {
		listed := h.as(asker).get("/officials").mustBe(200).list("officials")
		for i, official := range columns {
			got := nothing
			for _, one := range listed {
				o := one.(object)
				switch {
				case o["name"] != official:
				case o["roles"] != nil && o["fullName"] != "":
					got = all
				case o["establishment"] == nil && o["places"] == nil && o["dismissed"] == nil && len(o) == 2:
					got = name
				default:
					got = fmt.Sprint(o)
				}
			}
			if got != want[i] {
				t.Errorf("%s sees %s of %s, want %s", asker, got, official, want[i])
			}
		}
		names := make([]string, len(listed))
		for i, one := range listed {
			names[i] = one.(object)["name"].(string)
		}
		if !slices.IsSorted(names) || strings.Contains(strings.Join(names, " "), "console") {
			t.Errorf("%s sees %v", asker, names)
		}
	}
}
