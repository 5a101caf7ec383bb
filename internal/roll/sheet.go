package roll

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/names"
)

// Sheet is who is where in an establishment or a part of it, landing by landing, as it is printed.
type Sheet struct {
	Establishment string // code
	Place         string // what it is the roll of: the establishment, or a place in it
	At            time.Time
	Entry         int64 // the book had this many entries
	Units         []SheetUnit
	Count         custody.CountStanding
	Names         map[string]string // of the places that it names, by code
}

// SheetUnit is a landing, a place that is on none, or (Out) the places outside in which people of the establishment are.
type SheetUnit struct {
	Code   string // of an Out unit: the establishment's
	Under  string // code of the place around it
	Out    bool
	People []SheetLine // by name
}

// SheetLine is one person on a sheet.
type SheetLine struct {
	Number, Name, Birth string
	Place               string
	Status              custody.HoldingStatus
	Legal               custody.LegalStatus
	Guest               bool            // in an escort's hands, and not on the establishment's roll
	Away                *custody.Outing // while they are out
	Assessment          *custody.Assessment
}

// People is how many people are on the sheet.
func (s *Sheet) People() (n int) {
	for _, u := range s.Units {
		n += len(u.People)
	}
	return n
}

// Text is what a sheet says of who is where, in the one way that its fingerprint is taken of: plain text, one line a person.
func (u *SheetUnit) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %t\n", u.Code, u.Out)
	for _, l := range u.People {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%t\t%s\n", l.Number, l.Place, l.Status, l.Guest, l.Name)
	}
	return b.String()
}

// Digest is the fingerprint of a unit: SHA-256 of its text, in hexadecimal.
func (u *SheetUnit) Digest() string { return digestOf(u.Text()) }

// Digest is the fingerprint of the whole sheet: SHA-256 of its head and the texts of its units, in hexadecimal.
func (s *Sheet) Digest() string {
	var b strings.Builder
	fmt.Fprintf(&b, "habeas roll v1\n%s\n%d\n", s.Place, s.Entry)
	for i := range s.Units {
		b.WriteString(s.Units[i].Text())
	}
	return digestOf(b.String())
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Sheet returns the sheet of a place: an establishment, with those who are out of it, or a place in one. Refusals:
// "unknown-place" for a place in no establishment; what the policy answers to an official who may not read the records
// there; "blind-while-counting".
func (d *Desk) Sheet(place string, now time.Time) (Sheet, error) {
	var sheet Sheet
	var err error
	d.book.Read(func(s *custody.State) {
		if p := s.Places.Get(place); p == nil || p.Establishment == "" || p.Kind == custody.VehiclePlace {
			err = custody.Unknown("place", place)
			return
		}
		if d.by != "" {
			if err = s.May(d.by, custody.ReadRecords, place); err == nil {
				err = s.Sighted(d.by)
			}
		}
		if err == nil {
			sheet = sheetOf(s, place, now)
		}
	})
	return sheet, err
}

// sheetOf makes the sheet of a place from a state.
func sheetOf(s *custody.State, place string, now time.Time) Sheet {
	top := s.Places.Get(place)
	sheet := Sheet{Establishment: top.Establishment, Place: place, At: now, Entry: s.Next, Count: s.CountStanding(top.Establishment, now), Names: map[string]string{}}
	units := map[string]*SheetUnit{}
	var order []string
	var walk func(p *custody.Place)
	walk = func(p *custody.Place) {
		sheet.Names[p.Code] = p.Name
		if p.Kind.Holds() {
			code := s.CountUnit(p.Code)
			if units[code] == nil {
				units[code] = &SheetUnit{Code: code, Under: s.Places.Get(code).Parent}
				order = append(order, code)
			}
			for _, person := range s.Occupants(p.Code) {
				units[code].People = append(units[code].People, lineIn(s, person, top.Establishment, now))
			}
		}
		for _, child := range s.Inside(p.Code) {
			walk(s.Places.Get(child))
		}
	}
	walk(top)
	for up := s.Places.Get(top.Parent); up != nil; up = s.Places.Get(up.Parent) {
		sheet.Names[up.Code] = up.Name
	}
	if landing := s.Places.Get(s.CountUnit(place)); landing != nil {
		sheet.Names[landing.Code] = landing.Name
	}
	for _, code := range order {
		sheet.Units = append(sheet.Units, *units[code])
	}
	if top.Kind == custody.Establishment {
		if out := outOf(s, top.Code, now); len(out.People) > 0 {
			sheet.Units = append(sheet.Units, out)
		}
	}
	for _, u := range sheet.Units {
		sortByName(u.People)
		for _, l := range u.People {
			if p := s.Places.Get(l.Place); p != nil {
				sheet.Names[l.Place] = p.Name
			}
		}
	}
	return sheet
}

// sortByName puts people in the order in which a reader looks for a name: without regard to accents and capitals.
func sortByName(people []SheetLine) {
	folded := make(map[string]string, len(people))
	for _, l := range people {
		folded[l.Number] = names.Fold(l.Name)
	}
	slices.SortFunc(people, func(a, b SheetLine) int {
		return cmp.Or(strings.Compare(folded[a.Number], folded[b.Number]), strings.Compare(a.Number, b.Number))
	})
}

// outOf is everybody for whom an establishment answers and who is in no place of it.
func outOf(s *custody.State, establishment string, now time.Time) SheetUnit {
	u := SheetUnit{Code: establishment, Out: true}
	for h := range s.Holdings.All() {
		if !h.Status.InCustody() || h.At.Establishment != establishment {
			continue
		}
		if p := s.Places.Get(h.At.Place); p == nil || p.Establishment != establishment {
			u.People = append(u.People, lineIn(s, h.Person, establishment, now))
		}
	}
	return u
}

func lineIn(s *custody.State, person, establishment string, now time.Time) SheetLine {
	p, h := s.People.Get(person), s.Holdings.Get(person)
	return SheetLine{Number: person, Name: p.FullName(), Birth: p.Birth, Place: h.At.Place, Status: h.Status, Legal: custody.StatusOf(s.PapersOf(person), now),
		Guest: h.At.Establishment != establishment, Away: h.Away, Assessment: s.Assessments.Get(person)}
}
