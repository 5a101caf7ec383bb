package web_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/entries"
	"habeas.example/habeas/internal/web/people"
	"habeas.example/habeas/internal/web/transfers"
	"habeas.example/habeas/internal/words"
)

// asked finds the messages that templates and handlers ask for by name.
var asked = regexp.MustCompile(`(?:\b[Ss]ay|Plural)\("([^"]+)"`)

func TestEveryMessageIsInBothLanguages(t *testing.T) {
	ids := map[string]string{}
	for _, name := range sources(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range asked.FindAllStringSubmatch(string(text), -1) {
			ids[found[1]] = name
		}
	}
	if len(ids) < 150 {
		t.Fatalf("only %d messages were found: the search looks for the wrong calls", len(ids))
	}
	for id, name := range ids {
		if !strings.HasSuffix(id, ".") { // what ends in a dot is put together when it is asked for
			inBoth(t, id, name)
		}
	}
}

// sources are the templates and handlers of all pages.
func sources(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.go", "*/*.go", "*/*.templ"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			if !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "_templ.go") {
				files = append(files, name)
			}
		}
	}
	return files
}

// inBoth checks that a message is said in its own words in each language. (A few words are
// the same in both; a whole sentence never is.)
func inBoth(t *testing.T, id, where string) {
	t.Helper()
	es, en := words.For("es"), words.For("en")
	if !es.Has(id) {
		t.Errorf("%s: no catalogue has the message %q", where, id)
	} else if said := es.Say(id, nil); said == en.Say(id, nil) && strings.Count(said, " ") > 2 {
		t.Errorf("%s: the message %q is the same in both languages: %q", where, id, said)
	}
}

func TestEveryTermIsInBothLanguages(t *testing.T) {
	for family, codes := range map[string][]string{
		"kind": textsOf(entries.Kinds()), "legal": textsOf(people.LegalStatuses), "page.where": people.Whereabouts, "authority": textsOf(custody.AuthorityKinds),
		"holding": textsOf([]custody.HoldingStatus{custody.Held, custody.Out, custody.InTransit, custody.Lost, custody.Released, custody.Dead}),
		"line": textsOf([]custody.LineStatus{custody.Listed, custody.Identified, custody.Boarded, custody.LineDeparted, custody.Lodged, custody.Received,
			custody.Withdrawn, custody.Diverted, custody.LineDead, custody.LineEscaped}),
		"transferstatus": textsOf([]custody.TransferStatus{custody.Drafted, custody.Approved, custody.CalledOff, custody.Closed}),
		"handoverkind":   textsOf([]custody.HandoverKind{custody.Departing, custody.Arriving}),
		"placekind": textsOf([]custody.PlaceKind{custody.Establishment, custody.Sector, custody.Module, custody.Wing, custody.Landing, custody.Cell,
			custody.Reception, custody.Infirmary, custody.SeparationUnit, custody.VehiclePlace, custody.Court, custody.Hospital}),
		"stage": {"boarding", "waypoint", "arrival"},
		"page.level": {"empty", "room", "nearly", "full", "crowded", "unused", "nobody", "unknown", "ample", "tight", "cramped", "uncounted", "cleared", "awaited", "differs",
			"clear", "apart", "together"},
		"page.drawing.colour": {"occupancy", "space", "count", "apart"},
		"countkind":           textsOf([]custody.CountKind{custody.FormalCount, custody.NamedCount, custody.InformalCount, custody.EmergencyCount}),
		"countstatus":         textsOf([]custody.CountStatus{custody.CountOpen, custody.CountCleared, custody.CountAbandoned, custody.CountSuperseded}),
		"landingstatus":       textsOf([]custody.LandingStatus{custody.LandingAwaited, custody.LandingDiffers, custody.LandingCleared}),
		"explanation": textsOf([]custody.ExplanationKind{custody.ExplainedLate, custody.CountedElsewhere, custody.SameNameMissing, custody.CountedTwice, custody.MovedOpposite,
			custody.MovedJustBefore, custody.NeighbourOpposite, custody.OverdueBack, custody.ReceptionNoCell, custody.OutFromHere, custody.CountersDisagree, custody.StrangerOnSlip,
			custody.NotOnRegister, custody.HeldElsewhere, custody.NobodySaw}),
		"question":              textsOf([]custody.QuestionKind{custody.TooFast, custody.LikeLast, custody.AlwaysLikeLast, custody.OneDevice, custody.OneClerk, custody.DoorStayedShut, custody.LateMoveCleared}),
		"page.counts.kind-hint": textsOf([]custody.CountKind{custody.FormalCount, custody.NamedCount, custody.InformalCount, custody.EmergencyCount}),
		"page.counts.rule":      {"times", "window", "floor", "apart"}, "page.counts.rule-hint": {"times", "window", "floor", "apart", "reason"},
		"page.counts.done":     {"slip", "signed", "abandoned", "recount", "else"},
		"page.plans.mode":      textsOf([]cells.Mode{cells.ForPeople, cells.ForTransfer, cells.ForRebalance, cells.ForEmptying}),
		"page.plans.mode-hint": textsOf([]cells.Mode{cells.ForPeople, cells.ForTransfer, cells.ForRebalance, cells.ForEmptying}),
		"page.plans.proof":     {"always", "no-plan", "this-plan"}, "page.plans.bound": {"sum", "clique", "need"},
		"risk": textsOf([]custody.Risk{custody.StandardRisk, custody.HighRisk}), "level": textsOf([]custody.Level{custody.CellLevel, custody.LandingLevel, custody.WingLevel}),
		"page.gate.done": {"board", "count", "arrive", "identify", "withdraw", "divert", "lodge", "resume"}, "page.plan.done": {"departure-offers", "arrival-offers", "recall"},
		"page.glass.done": {"broken", "mended"}, "page.gate.offer": textsOf([]custody.HandoverKind{custody.Departing, custody.Arriving}),
		"page.act": {"assess", "assess-hint", "keep-apart", "keep-apart-hint"},
		"page.sex": {"M", "F", "X"},
	} {
		for _, code := range codes {
			inBoth(t, family+"."+strings.ReplaceAll(code, ".", "-"), family)
		}
	}
	for _, g := range transfers.LineGroups {
		inBoth(t, "page.group."+g.Name, "LineGroups")
	}
	for field := range fieldsSaid(t) {
		inBoth(t, "page.fact."+field, "StepOf")
	}
}

// fieldsSaid are the facts that a step of a chain may show, as the source names them.
func fieldsSaid(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("entries/step.go")
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]bool{}
	for _, found := range regexp.MustCompile(`st\.add\("([a-z]+)"`).FindAllStringSubmatch(string(text), -1) {
		fields[found[1]] = true
	}
	if len(fields) < 10 {
		t.Fatalf("only %d facts were found: the search looks for the wrong calls", len(fields))
	}
	return fields
}

// What a contradiction says besides whom it is about is shown with a name of its own.
func TestEveryParameterOfADiscrepancyHasAName(t *testing.T) {
	for _, name := range contradictionParams(t) {
		if name != "person" && name != "transfer" && name != "vehicle" {
			inBoth(t, "page.param."+name, "custody")
		}
	}
}

func contradictionParams(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../custody/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range regexp.MustCompile(`\.contradict\((.*)\)\n`).FindAllStringSubmatch(string(text), -1) {
			parts := strings.Split(call[1], ", ")
			for i := 1; i < len(parts); i += 2 {
				names = append(names, strings.Trim(parts[i], `"`))
			}
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) < 5 {
		t.Fatalf("only %v were found: the search looks for the wrong calls", names)
	}
	return names
}

// The filter of the book offers every kind that custody knows.
func TestEveryKindCanBeFilteredFor(t *testing.T) {
	text, err := os.ReadFile("../custody/kinds.go")
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, found := range regexp.MustCompile(`"([a-z-]+\.[a-z-]+)"`).FindAllStringSubmatch(string(text), -1) {
		kind := custody.Kind(found[1])
		if !kind.Known() {
			continue
		}
		known++
		if !slices.Contains(entries.Kinds(), kind) {
			t.Errorf("the filter does not offer %s", kind)
		}
	}
	if known != len(entries.Kinds()) {
		t.Errorf("the filter offers %d kinds, custody knows %d", len(entries.Kinds()), known)
	}
}

func textsOf[T ~string](list []T) []string {
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i] = string(one)
	}
	return texts
}
