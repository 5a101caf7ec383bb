package custody_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// Glass gives what it says for as long as it says, and nothing of what nobody may take.
func TestBrokenGlass(t *testing.T) {
	s := newScene(t, 1)
	appoint := once(func(st *state, _ time.Time) (entry, error) {
		return st.Appoint(custody.Official{Name: "narrow", FullName: "Narrow", Roles: []custody.Role{custody.LandingOfficer}, Establishment: habeastest.Centre,
			Places: []string{habeastest.Centre + "-M1"}})
	})
	s.ok("engineer", appoint)
	glass := func(g custody.Glass) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) {
			if g.Until.IsZero() {
				g.Until = n.Add(time.Hour)
			}
			return st.BreakTheGlass("narrow", g, n)
		})
	}
	why := "a fire in the next module"
	for code, g := range map[string]custody.Glass{
		"glass-empty": {Reason: why}, "reason-too-short": {Reason: "fire", Roles: []custody.Role{custody.HealthStaff}},
		"role-unknown": {Reason: why, Roles: []custody.Role{"king"}}, "unknown-place": {Reason: why, Places: []string{"NOWHERE"}},
		"glass-too-long": {Reason: why, Places: []string{custody.WholeService}, Until: s.Clock.Now().Add(5 * time.Hour)},
		"text-too-long":  {Reason: strings.Repeat("x", 501), Places: []string{custody.WholeService}},
	} {
		s.refused(code, "narrow", glass(g))
	}
	for _, r := range []custody.Role{custody.Monitor, custody.Governor, custody.Engineer} {
		s.refused("glass-beyond", "narrow", glass(custody.Glass{Reason: why, Roles: []custody.Role{r}}))
	}
	s.refused("glass-too-long", "narrow", glass(custody.Glass{Reason: why, Roles: []custody.Role{custody.HealthStaff}, Until: s.Clock.Now().Add(-time.Minute)}))

	may := func(a custody.Action, place string) bool { return s.State.May("narrow", a, place) == nil }
	next := habeastest.Centre + "-M2"
	if may(custody.MovePeople, next) || may(custody.ReleasePeople, habeastest.Centre+"-M1") {
		t.Fatal("permitted before any glass is broken")
	}
	id := s.ok("narrow", glass(custody.Glass{Reason: why, Places: []string{next}, Roles: []custody.Role{custody.DutyManager}}))[0].Detail.(*custody.Glass).ID
	if !may(custody.MovePeople, next) || !may(custody.ReleasePeople, next) || !may(custody.MovePeople, habeastest.Centre+"-M1") {
		t.Error("what was taken is not had")
	}
	if may(custody.MovePeople, habeastest.Centre+"-M3") || may(custody.KeepOfficials, next) || may(custody.MovePeople, custody.WholeService) {
		t.Error("more is had than was taken")
	}
	s.Clock.Advance(time.Hour)
	if may(custody.MovePeople, next) || len(s.State.LiveGlass("", s.Clock.Now())) != 0 {
		t.Error("it does not end by itself")
	}
	s.refused("glass-over", "narrow", once(func(st *state, n time.Time) (entry, error) { return st.MendTheGlass("narrow", id, n) }))

	id = s.ok("narrow", glass(custody.Glass{Reason: why, Places: []string{custody.WholeService}}))[0].Detail.(*custody.Glass).ID
	if !may(custody.MovePeople, habeastest.OriginCell) || !may(custody.ReadRecords, custody.WholeService) {
		t.Error("the whole service was taken, and is not had")
	}
	s.refused("unknown-glass", "landing", once(func(st *state, n time.Time) (entry, error) { return st.MendTheGlass("landing", id, n) }))
	s.ok("narrow", once(func(st *state, n time.Time) (entry, error) { return st.MendTheGlass("narrow", id, n) }))
	if may(custody.MovePeople, habeastest.OriginCell) {
		t.Error("what was put back is still had")
	}
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) { return st.Dismiss("narrow") }))
	s.refused("unknown-official", "narrow", glass(custody.Glass{Reason: why, Places: []string{next}}))
}

// A monitor's account takes two keys of two officials, and what narrows it is public.
func TestTwoKeysToAMonitor(t *testing.T) {
	s := newScene(t, 0)
	why := "the mandate of the national mechanism"
	propose := func(by string, c custody.MonitorChange) habeastest.Act {
		return once(func(st *state, n time.Time) (entry, error) {
			if c.Reason == "" {
				c.Reason = why
			}
			return st.ProposeMonitor(c, by, n)
		})
	}
	confirm := func(by, id string) habeastest.Act {
		return func(st *state, n time.Time) ([]entry, error) { return st.ConfirmMonitor(id, by, n) }
	}
	idOf := func(entries []*entry) string { return entries[0].Detail.(*custody.MonitorChange).ID }
	monitor := func(where string, roles ...custody.Role) *custody.Official {
		return &custody.Official{Name: "inspector", FullName: "Inspector", Roles: roles, Establishment: where}
	}

	for code, c := range map[string]custody.MonitorChange{
		"monitor-act-unknown": {Act: "blind"}, "field-missing": {Act: custody.AppointMonitor}, "reason-too-short": {Act: custody.DismissMonitor, Official: "monitor", Reason: "no"},
		"unknown-official": {Act: custody.DismissMonitor, Official: "landing"}, "role-missing": {Act: custody.AppointMonitor, Appointment: monitor("", custody.HealthStaff)},
		"monitor-alone": {Act: custody.AppointMonitor, Appointment: &custody.Official{Name: "landing", FullName: "L", Roles: []custody.Role{custody.Monitor}}},
	} {
		s.refused(code, "engineer", propose("engineer", c))
	}
	appointed := idOf(s.ok("engineer", propose("engineer", custody.MonitorChange{Act: custody.AppointMonitor, Appointment: monitor("", custody.Monitor)})))
	if s.State.IsMonitor("inspector") {
		t.Fatal("one key is enough")
	}
	s.refused("same-official", "engineer", confirm("engineer", appointed))
	s.refused("unknown-monitor-change", "governor", confirm("governor", "M999"))
	s.ok("governor", confirm("governor", appointed))
	if !s.State.IsMonitor("inspector") || len(s.State.MonitorNotices(true)) != 0 {
		t.Fatalf("not appointed, or told to the public: %v", s.State.MonitorNotices(true))
	}
	s.refused("monitor-change-done", "governor", confirm("governor", appointed))

	lapsing := idOf(s.ok("engineer", propose("engineer", custody.MonitorChange{Act: custody.DismissMonitor, Official: "inspector"})))
	s.Clock.Advance(8 * 24 * time.Hour)
	s.refused("monitor-change-lapsed", "governor", confirm("governor", lapsing))

	narrowed := idOf(s.ok("governor", propose("governor", custody.MonitorChange{Act: custody.AppointMonitor, Appointment: monitor(habeastest.Centre, custody.Monitor)})))
	if list := s.State.MonitorNotices(false); len(list) != 3 || !list[0].Narrows || list[0].Done() {
		t.Errorf("the monitor is told %+v", list)
	}
	if len(s.State.MonitorNotices(true)) != 0 {
		t.Error("what nobody has confirmed is told to the public")
	}
	s.ok("engineer", confirm("engineer", narrowed))
	if s.State.May("inspector", custody.ReadRecords, habeastest.OriginCell) == nil || s.State.May("inspector", custody.ReadRecords, habeastest.CentreCell(1, 1)) != nil {
		t.Error("the appointment has not become narrower")
	}
	gone := idOf(s.ok("governor", propose("governor", custody.MonitorChange{Act: custody.DismissMonitor, Official: "inspector"})))
	s.ok("engineer", confirm("engineer", gone))
	if list := s.State.MonitorNotices(true); len(list) != 2 || list[0].ID != gone || list[1].ID != narrowed {
		t.Errorf("the public is told %+v", list)
	}
	if err := s.State.May("inspector", custody.ReadRecords); !errors.Is(err, custody.Refused("not-permitted")) {
		t.Errorf("the dismissed monitor: %v", err)
	}
}

// Of somebody whom an official may not see, a refusal tells nothing.
func TestRefusalsShield(t *testing.T) {
	s := newScene(t, 2)
	s.ok("engineer", once(func(st *state, _ time.Time) (entry, error) {
		return st.Appoint(custody.Official{Name: "away", FullName: "Away", Roles: []custody.Role{custody.LandingOfficer}, Establishment: habeastest.Centre})
	}))
	told := custody.Refusal{Code: "authority-live", Reason: custody.Conflict, Params: map[string]string{"person": s.p[0], "case": "secret"}}
	nested := custody.Refusal{Code: "manifest-refused", Reason: custody.Conflict, Also: []*custody.Refusal{{Code: "x"}, &told}}
	for _, r := range []*custody.Refusal{&told, &nested} {
		if err := s.State.Shielded("away", r); !errors.Is(err, custody.Refused("unknown-person")) || strings.Contains(err.Error(), "secret") {
			t.Errorf("an official elsewhere reads %v", err)
		}
		if err := s.State.Shielded("landing", r); err != error(r) {
			t.Errorf("an official of the whole service reads %v", err)
		}
	}
	if err := s.State.Shielded("away", errors.New("a fault")); err == nil || err.Error() != "a fault" {
		t.Errorf("another error becomes %v", err)
	}
}
