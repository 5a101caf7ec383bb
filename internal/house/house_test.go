package house

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The rules of the house. A command flows one way, door -> desk -> book, and imports follow it. Test files may import
// what they like, save that no room's behaviour may depend on them.

// kind is what a room is for.
type kind string

const (
	heart   kind = "the heart"         // the laws; imports nothing of ours
	pure    kind = "a pure room"       // computes; no clock, no chance, no disk, no network
	store   kind = "the book"          // the one way to storage
	herald  kind = "the bell"          // tells what the book says
	desk    kind = "a desk"            // checks an order and hands it to the book
	door    kind = "a door"            // turns a request into a call to a desk
	drill   kind = "the drill"         // plays through the doors
	support kind = "for tests"         // imported by tests alone
	program kind = "the program"       // parses, wires and runs
	outside kind = "outside the house" // end-to-end tests, benchmarks, tools: speaks to the program only
)

// rooms are all rooms of the house that there are or are planned. A room that is not here is not known to the rules.
var rooms = map[string]kind{
	"custody": heart,

	"seal": pure, "names": pure, "sheet": pure, "allocate": pure, "standard": pure, "words": pure, "paper": pure,

	"book": store,
	"bell": herald,

	"roll": desk, "transfer": desk, "access": desk, "cells": desk, "count": desk, "watch": desk,
	"sense": desk, "welfare": desk, "statement": desk, "sites": desk,

	"api": door, "web": door,

	"drill":      drill,
	"habeastest": support, "house": support,

	"cmd":  program,
	"test": outside, "bench": outside, "tools": outside,
}

// mayImport says which kinds of room each kind may import. None may import another room of its own kind.
var mayImport = map[kind][]kind{
	heart:   {},
	pure:    {heart},
	store:   {heart, pure},
	herald:  {heart, pure, store},
	desk:    {heart, pure, store},
	door:    {heart, pure, store, herald, desk},
	drill:   {heart, pure, door},
	support: {heart, pure, store, herald, desk, door, drill},
	program: {heart, pure, store, herald, desk, door, drill},
	outside: {},
}

// onlyIn says which rooms alone may import a module of others, so that one room knows it and the rest know that room. A
// path that ends in * stands for the files whose paths begin so.
var onlyIn = []struct {
	module string
	rooms  []string
}{
	// The benchmark measures the bare engine beside the book, and so must reach past the book.
	{"modernc.org/sqlite", []string{"book", "habeastest", "cmd/habeas/bench*"}},
	{"github.com/jackc/pgx", []string{"book", "habeastest", "cmd/habeas/bench*"}},
	{"github.com/pressly/goose", []string{"book"}},
	{"github.com/danielgtaylor/huma", []string{"api"}},
	{"github.com/a-h/templ", []string{"web"}},
	{"github.com/nicksnyder/go-i18n", []string{"words"}},
	{"github.com/xuri/excelize", []string{"sheet"}},
	{"codeberg.org/go-pdf/fpdf", []string{"paper"}},
	{"github.com/go-fonts", []string{"paper"}},
	{"github.com/boombuler/barcode", []string{"paper", "seal"}},
	{"github.com/alecthomas/kong", []string{"cmd"}},
}

// impure is what neither the heart nor a pure room imports.
var impure = []string{
	"os", "net", "syscall", "database/sql", "math/rand", "crypto/rand", "io/ioutil", "log", "golang.org/x/sys", "embed",
}

// exceptions from impure, each with its reason.
var exceptions = map[string][]string{
	// The two ends of the witness protocol: a client, and the file that a witness keeps and locks.
	"seal": {"net/http", "os", "golang.org/x/sys/unix"},
	// Its catalogues are built into the program.
	"words": {"embed"},
}

// The heart and the pure rooms do not know a clock at all. A desk may take the real one where it was given none, but
// reads only the one that it was given, so that tests can tell it the time.
var (
	knowsNoClock = []kind{heart, pure}
	readsNoClock = []kind{heart, pure, desk}
)

// badNames are names that say nothing of what is inside.
var badNames = []string{"util", "utils", "common", "helper", "helpers", "manager", "misc", "shared", "base", "lib", "core"}

// maxLines is how long a file may grow: not a test, and not generated.
const maxLines = 500

func TestImportsFollowTheArrows(t *testing.T) {
	for _, file := range goFiles(t) {
		complain(t, arrows(file))
	}
}

func TestPureRoomsArePure(t *testing.T) {
	for _, file := range goFiles(t) {
		complain(t, impurities(file))
	}
}

func TestFilesAreReadable(t *testing.T) {
	complain(t, unreadable(goFiles(t)))
}

func complain(t *testing.T, faults []string) {
	t.Helper()
	for _, fault := range faults {
		t.Error(fault)
	}
}

// arrows lists the imports of a file that a rule forbids.
func arrows(file source) (faults []string) {
	here, known := rooms[file.room]
	if !known {
		return []string{fmt.Sprintf("%s: the rules do not know the room %q; say in internal/house/house_test.go what it is for", file.path, file.room)}
	}
	if file.test {
		return nil
	}
	for _, imported := range file.imports {
		if rest, ours := strings.CutPrefix(imported, ownModule+"/"); ours {
			faults = append(faults, forbidden(file, here, roomOf(rest))...)
			continue
		}
		for _, rule := range onlyIn {
			if within(imported, rule.module) && !slices.ContainsFunc(rule.rooms, file.isIn) {
				faults = append(faults, fmt.Sprintf("%s: imports %s, which only %s may", file.path, imported, strings.Join(rule.rooms, " and ")))
			}
		}
	}
	return faults
}

func forbidden(file source, here kind, room string) []string {
	there, known := rooms[room]
	switch {
	case room == file.room:
		return nil
	case !known:
		return []string{fmt.Sprintf("%s: imports the room %q, which the rules do not know", file.path, room)}
	case !slices.Contains(mayImport[here], there):
		return []string{fmt.Sprintf("%s: %s is %s and may not import %s, which is %s", file.path, file.room, here, room, there)}
	}
	return nil
}

// impurities lists what a file uses of the world outside, in a room that is to have none of it.
func impurities(file source) (faults []string) {
	here := rooms[file.room]
	if file.test {
		return nil
	}
	for _, imported := range file.imports {
		if here != heart && here != pure || slices.Contains(exceptions[file.room], imported) {
			continue
		}
		for _, outer := range impure {
			if within(imported, outer) {
				faults = append(faults, fmt.Sprintf("%s: %s is %s and may not import %s", file.path, file.room, here, imported))
			}
		}
	}
	for _, use := range file.clock {
		if use.called && slices.Contains(readsNoClock, here) || slices.Contains(knowsNoClock, here) {
			faults = append(faults, fmt.Sprintf("%s: uses the clock; %s is %s and is told the time", use.at, file.room, here))
		}
	}
	return faults
}

// unreadable lists packages and files that a reader would stumble over.
func unreadable(files []source) (faults []string) {
	documented, first := map[string]bool{}, map[string]string{}
	for _, file := range files {
		if slices.Contains(badNames, file.name) || slices.Contains(badNames, strings.TrimSuffix(file.name, "_test")) {
			faults = append(faults, fmt.Sprintf("%s: a package named %s says nothing of what is inside", file.path, file.name))
		}
		if file.test {
			continue
		}
		if file.lines > maxLines && !file.generated {
			faults = append(faults, fmt.Sprintf("%s: has %d lines, at most %d are readable as one thought", file.path, file.lines, maxLines))
		}
		documented[file.folder] = documented[file.folder] || file.documented
		if first[file.folder] == "" {
			first[file.folder] = file.path
		}
	}
	for folder, path := range first {
		if !documented[folder] {
			faults = append(faults, fmt.Sprintf("%s: no file of this package says what the package is for", path))
		}
	}
	slices.Sort(faults)
	return faults
}
