package access_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

var update = flag.Bool("update", false, "write the golden table anew, to be read in the difference")

const module1, module2 = habeastest.Centre + "-M1", habeastest.Centre + "-M2"

// posted founds the invented service and appoints one official of every role for module 1
// of the centre, one for all of the centre, and one for the whole service.
func posted(t *testing.T, policy custody.Policy) *custody.State {
	t.Helper()
	l := habeastest.NewLedger(0)
	l.State.Govern(policy, l.Clock.Now)
	for _, r := range custody.Roles {
		for where, o := range map[string]custody.Official{
			"module": {Establishment: habeastest.Centre, Places: []string{module1}}, "establishment": {Establishment: habeastest.Centre}, "service": {},
		} {
			o.Name, o.FullName, o.Roles = string(r)+"."+where, "Official", []custody.Role{r}
			if _, err := l.Do("engineer", habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.Appoint(o) })); err != nil {
				t.Fatal(err)
			}
		}
	}
	return l.State
}

func shippedPolicies(t *testing.T) *access.Policies {
	t.Helper()
	p, err := access.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Who may do what, where: every office, every action, in the official's own places and in
// those of others. The table is read by people: a change of a policy shows in it.
func TestWhoMayDoWhat(t *testing.T) {
	s := posted(t, shippedPolicies(t).Decide)
	where := []struct{ title, post, place string }{
		{"own module", "module", module1 + "-C1"}, {"other module", "module", module2 + "-C1"}, {"own establishment from module", "module", habeastest.Centre},
		{"own establishment", "establishment", module2 + "-C1"}, {"other establishment", "establishment", habeastest.OriginCell},
		{"service from establishment", "establishment", custody.WholeService}, {"service", "service", custody.WholeService},
	}
	var b strings.Builder
	b.WriteString("Who may do what, and where. yes: permitted. lately: only within minutes of proving who they are. -: denied.\n")
	b.WriteString("Own module: an official of one module, about a cell of it. Service: about what concerns all establishments.\n")
	for _, a := range custody.Actions {
		fmt.Fprintf(&b, "\n%s\n%-12s", a, "")
		for _, w := range where {
			fmt.Fprintf(&b, "%-31s", w.title)
		}
		b.WriteString("\n")
		for _, r := range custody.Roles {
			fmt.Fprintf(&b, "%-12s", r)
			for _, w := range where {
				fmt.Fprintf(&b, "%-31s", verdict(s, string(r)+"."+w.post, a, w.place))
			}
			b.WriteString("\n")
		}
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	got, golden := strings.Join(lines, "\n"), filepath.Join("testdata", "who-may-what.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("who may do what has changed; read it, and write it anew with -update:\n%s", got)
	}
}

func verdict(s *custody.State, official string, a custody.Action, place string) string {
	q := custody.Ask{Official: official, Action: a, Places: []string{place}}
	fresh := s.Decide(q)
	q.Stale = true
	stale := s.Decide(q)
	switch {
	case fresh == nil && stale == nil:
		return "yes"
	case fresh == nil && errors.Is(stale, custody.Refused("hand-not-fresh")):
		return "lately"
	case fresh != nil && stale != nil:
		return "-"
	}
	return "DIFFERS: " + fmt.Sprint(fresh, stale)
}

// What the table must hold whatever is written in it.
func TestWhatNoPolicyMayLoosen(t *testing.T) {
	s := posted(t, shippedPolicies(t).Decide)
	// The monitor reads, and keeps their own passkeys.
	reads := map[custody.Action]bool{custody.KeepOwnWays: true, custody.ReadRecords: true, custody.ReadBook: true, custody.ReadRoll: true, custody.ReadLooks: true, custody.SeeCounts: true, custody.ReadOfficials: true, custody.ReadColleagues: true}
	for _, a := range custody.Actions {
		for _, r := range custody.Roles {
			for _, place := range []string{module2, habeastest.Centre, habeastest.OriginCell, custody.WholeService} {
				if s.May(string(r)+".module", a, place) == nil && a != custody.BreakGlass {
					t.Errorf("%s of %s may %s in %s", r, module1, a, place)
				}
			}
			for _, place := range []string{habeastest.OriginCell, habeastest.Origin, custody.WholeService} {
				if s.May(string(r)+".establishment", a, place) == nil && a != custody.BreakGlass {
					t.Errorf("%s of %s may %s in %s", r, habeastest.Centre, a, place)
				}
			}
		}
		if got := s.May("monitor.service", a, custody.WholeService) == nil; got != reads[a] {
			t.Errorf("the monitor may %s: %v", a, got)
		}
		for _, nobody := range []string{"", "nobody", "console"} {
			if s.May(nobody, a) == nil {
				t.Errorf("%q may %s", nobody, a)
			}
		}
	}
	if err := s.May("engineer.service", "an action that nobody has heard of"); !errors.Is(err, custody.Refused("not-permitted")) {
		t.Errorf("an unknown action: %v", err)
	}
}

// A place of one's own among others is enough; a hospital is nobody's, and a post decides.
func TestOnePlaceIsEnough(t *testing.T) {
	s := posted(t, shippedPolicies(t).Decide)
	for _, c := range []struct {
		places []string
		code   string
	}{
		{[]string{habeastest.OriginCell, module1}, ""}, {[]string{habeastest.Hospital}, ""}, {nil, ""}, {[]string{"NOWHERE"}, ""},
		{[]string{habeastest.OriginCell, habeastest.Hospital}, "not-your-place"}, {[]string{custody.WholeService}, "not-your-place"},
	} {
		err := s.May("landing.module", custody.MovePeople, c.places...)
		if c.code == "" && err != nil || c.code != "" && !errors.Is(err, custody.Refused(c.code)) {
			t.Errorf("%v: %v, want %q", c.places, err, c.code)
		}
	}
	if err := s.May("landing.module", custody.KeepPapers, module2); !errors.Is(err, custody.Refused("not-permitted")) {
		t.Errorf("what no office of theirs permits anywhere is refused as %v", err)
	}
}

func TestAServiceMayBeStricter(t *testing.T) {
	folder := ownRules(t, `@id("no-night-release") forbid (principal in Role::"duty", action == Action::"release-people", resource in Place::"`+habeastest.Centre+`");`)
	p, err := access.LoadPolicies(folder)
	if err != nil {
		t.Fatal(err)
	}
	if names := p.Added(); len(names) != 1 || names[0] != "no-night-release" {
		t.Errorf("added are %v", names)
	}
	s := posted(t, p.Decide)
	refused, ok := custody.RefusalOf(s.May("duty.service", custody.ReleasePeople, module1))
	if !ok || refused.Code != "policy-forbids" || refused.Params["policy"] != "no-night-release" {
		t.Errorf("refused as %v", refused)
	}
	for who, place := range map[string]string{"duty.service": habeastest.OriginCell, "records.service": module1} {
		if err := s.May(who, custody.ReleasePeople, place); err != nil {
			t.Errorf("%s in %s: %v", who, place, err)
		}
	}
}

// A rule that fails while it is asked denies: it may be one that forbids.
func TestARuleThatFailsDenies(t *testing.T) {
	p, err := access.LoadPolicies(ownRules(t, `forbid (principal, action == Action::"read-roll", resource) when { principal.name < 3 };`))
	if err != nil {
		t.Fatal(err)
	}
	s := posted(t, p.Decide)
	if err := s.May("duty.service", custody.ReadRoll); !errors.Is(err, custody.Refused("not-permitted")) {
		t.Errorf("refused as %v", err)
	}
	if err := s.May("duty.service", custody.ReadRecords); err != nil {
		t.Errorf("another action: %v", err)
	}
}

func TestRulesThatAreNoneAreRefused(t *testing.T) {
	for text, said := range map[string]string{
		`forbid (principal, action, resource`:                                                           "own.cedar",
		`permit (principal, action, resource);`:                                                         "permits",
		`forbid (principal, action == Action::"relaese-people", resource);`:                             `no action "relaese-people"`,
		`forbid (principal in Role::"dutty", action, resource);`:                                        `no office "dutty"`,
		`forbid (principal, action, resource) when { principal in [Role::"dutty"] };`:                   `no office "dutty"`,
		`forbid (principal, action, resource) when { principal.age > 3 };`:                              `no attribute "age"`,
		`forbid (principal, action, resource) when { context.night };`:                                  `no attribute "night"`,
		`forbid (principal, action, resource in Prison::"x");`:                                          `no type "Prison"`,
		`forbid (principal is Person, action, resource);`:                                               `no type "Person"`,
		`@id("people-move") forbid (principal, action, resource);`:                                      "is in 10-people.cedar already",
		`@id("a") forbid (principal, action, resource); @id("a") forbid (principal, action, resource);`: "already",
		strings.Repeat("// long\n", 50_000):                                                             "longer than",
		"\xff\xfe":                                                                                      "own.cedar",
	} {
		_, err := access.LoadPolicies(ownRules(t, text))
		if err == nil || !strings.Contains(err.Error(), said) {
			t.Errorf("%.80s: %v, want it to say %q", text, err, said)
		}
	}
}

func ownRules(t *testing.T, text string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, "policies"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "policies", "own.cedar"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

func FuzzOwnRules(f *testing.F) {
	f.Add(`forbid (principal, action, resource);`)
	f.Add(`@id("x") forbid (principal in Role::"duty", action in [Action::"read-roll"], resource) unless { context.handIsFresh };`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := access.LoadPolicies(ownRules(t, text))
		if err != nil {
			return
		}
		s, plain := posted(t, p.Decide), posted(t, shippedPolicies(t).Decide)
		for _, a := range custody.Actions {
			for _, r := range custody.Roles {
				if s.May(string(r)+".service", a) == nil && plain.May(string(r)+".service", a) != nil {
					t.Errorf("the rules %q let %s %s", text, r, a)
				}
			}
		}
	})
}

func BenchmarkDecide(b *testing.B) {
	p, err := access.LoadPolicies("")
	if err != nil {
		b.Fatal(err)
	}
	l := habeastest.NewLedger(0)
	q := custody.Ask{Official: "duty", Action: custody.MovePeople, Places: []string{module1 + "-C1"}, At: l.Clock.Now()}
	b.Run("asked before", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := p.Decide(l.State, q); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("asked anew", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p.Forget()
			if err := p.Decide(l.State, q); err != nil {
				b.Fatal(err)
			}
		}
	})
}
