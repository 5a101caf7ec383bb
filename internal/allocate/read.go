package allocate

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"habeas.example/habeas/internal/custody"
)

// MaxBytes is how large a problem in a file may be.
const MaxBytes = 256 << 20

// bareProblem is a problem in JSON, as docs/allocation.md describes it.
type bareProblem struct {
	Cells  []bareCell   `json:"cells"`
	People []barePerson `json:"people"`
	Apart  []bareApart  `json:"apart"`
}

type bareCell struct {
	ID       string   `json:"id"`
	Landing  string   `json:"landing"`
	Wing     string   `json:"wing"`
	Capacity *int     `json:"capacity"`
	Features []string `json:"features"`
	Class    string   `json:"class"`
	Closed   bool     `json:"closed"`
}

type barePerson struct {
	ID       string   `json:"id"`
	Size     *int     `json:"size"`
	Class    string   `json:"class"`
	Needs    []string `json:"needs"`
	Cell     *string  `json:"cell"`
	Movable  bool     `json:"movable"`
	Alone    bool     `json:"alone"`
	NotAlone bool     `json:"not_alone"`
	Near     []string `json:"near"`
	Risk     int      `json:"risk"`
}

type bareApart struct {
	Members  []string `json:"members"`
	Level    Level    `json:"level"`
	Pairwise *bool    `json:"pairwise"`
}

var errMore = errors.New("allocate: there is more after the end of the problem")

// ReadJSON reads a bare problem: {"cells": [...], "people": [...], "apart": [...]}. A field that is not known, a text
// after the end, a member of a keep-apart order who is not there, and anything that Validate refuses, is refused. An
// order without "pairwise" keeps every two apart; one without "level" keeps them out of one cell.
func ReadJSON(r io.Reader) (Problem, error) {
	limited := &io.LimitedReader{R: r, N: MaxBytes + 1}
	d := json.NewDecoder(limited)
	d.DisallowUnknownFields()
	var bare bareProblem
	err := d.Decode(&bare)
	if err == nil {
		if _, err = d.Token(); err == nil {
			err = errMore
		} else if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if limited.N == 0 {
		return Problem{}, custody.InvalidInput("problem-too-large", "what", "bytes", "limit", strconv.Itoa(MaxBytes))
	}
	if err != nil {
		return Problem{}, custody.InvalidInput("problem-not-json", "offset", strconv.FormatInt(d.InputOffset(), 10))
	}
	p, err := bare.problem()
	if err != nil {
		return Problem{}, err
	}
	return p, p.Validate()
}

// shown cuts a text for a message.
func shown(text string) string {
	const limit = 200
	count := 0
	for i := range text {
		if count++; count > limit {
			return text[:i] + "…"
		}
	}
	return text
}

func (b bareProblem) problem() (Problem, error) {
	p := Problem{Cells: make([]Cell, len(b.Cells)), People: make([]Person, len(b.People)), Apart: make([]Apart, len(b.Apart))}
	for i, c := range b.Cells {
		if c.Capacity == nil {
			return p, custody.InvalidInput("problem-capacity-missing", "cell", shown(c.ID))
		}
		p.Cells[i] = Cell{ID: c.ID, Landing: c.Landing, Wing: c.Wing, Capacity: *c.Capacity, Features: c.Features, Class: c.Class, Closed: c.Closed}
	}
	people := make(map[string]bool, len(b.People))
	for i, person := range b.People {
		p.People[i] = Person{ID: person.ID, Class: person.Class, Needs: person.Needs, Movable: person.Movable, Alone: person.Alone,
			NotAlone: person.NotAlone, Near: person.Near, Risk: person.Risk}
		if person.Size != nil {
			if *person.Size <= 0 {
				return p, custody.InvalidInput("problem-number-absurd", "id", shown(person.ID), "number", strconv.Itoa(*person.Size))
			}
			p.People[i].Size = *person.Size
		}
		if person.Cell != nil {
			p.People[i].Cell = *person.Cell
		}
		people[person.ID] = true
	}
	for i, a := range b.Apart {
		p.Apart[i] = Apart{Members: a.Members, Level: a.Level, Pairwise: a.Pairwise == nil || *a.Pairwise}
		for _, id := range a.Members {
			if !people[id] {
				return p, custody.InvalidInput("problem-member-unknown", "number", strconv.Itoa(i+1), "person", shown(id))
			}
		}
	}
	return p, nil
}
