package house

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// machinePath finds a path of the machine that somebody happened to work on. It is put together here so that this file
// does not find itself.
var machinePath = regexp.MustCompile(`(^|[^A-Za-z0-9_./-])/(work|root|ho` + `me|Users)/[A-Za-z0-9._-]+`)

func TestNoPathOfAMachine(t *testing.T) {
	eachFile(t, func(at string, text []byte) { complain(t, machinePaths(at, text)) })
}

func TestDecisionsAreInOrder(t *testing.T) {
	records := map[string][]byte{}
	eachFile(t, func(at string, text []byte) {
		if strings.HasPrefix(at, decisions) {
			records[strings.TrimPrefix(at, decisions)] = text
		}
	})
	if len(records) == 0 {
		t.Fatal("there are no decision records")
	}
	complain(t, disorder(records))
}

func machinePaths(at string, text []byte) (faults []string) {
	for i, line := range bytes.Split(text, []byte("\n")) {
		if found := machinePath.Find(line); found != nil {
			faults = append(faults, fmt.Sprintf("%s:%d: names a place on somebody's machine: %s", at, i+1, bytes.TrimSpace(found)))
		}
	}
	return faults
}

const decisions = "docs/decisions/"

var (
	recordName     = regexp.MustCompile(`^(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.md$`)
	recordSections = []string{"Context", "Decision", "Rejected, and why", "Consequences"}
)

// disorder lists what is wrong with the decision records, by their file names: their names, their numbers, their sections.
func disorder(records map[string][]byte) (faults []string) {
	var numbers []string
	for name, text := range records {
		named := recordName.FindStringSubmatch(name)
		if named == nil {
			faults = append(faults, fmt.Sprintf("%s: a decision record is named NNNN-title.md", path.Join(decisions, name)))
			continue
		}
		numbers = append(numbers, named[1])
		var sections []string
		for line := range strings.Lines(string(text)) {
			if heading, found := strings.CutPrefix(line, "## "); found {
				sections = append(sections, strings.TrimSpace(heading))
			}
		}
		if !slices.Equal(sections, recordSections) {
			faults = append(faults, fmt.Sprintf("%s: has the sections %q, want %q", path.Join(decisions, name), sections, recordSections))
		}
	}
	slices.Sort(numbers)
	for i, number := range numbers {
		// A number may be missing: its record is being written elsewhere.
		if i > 0 && number == numbers[i-1] {
			faults = append(faults, fmt.Sprintf("%s: two records have number %s", decisions, number))
		}
	}
	return faults
}
