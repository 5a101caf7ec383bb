package habeastest

import (
	"fmt"
	"time"

	"habeas.example/habeas/internal/custody"
)

// The invented service: an origin prison and a centre, with a third establishment on
// the road where people can be lodged, a hospital and a court.
const (
	Origin          = "OLD"
	OriginReception = "OLD-REC"
	OriginCell      = "OLD-M1-C1" // certified for 20
	Centre          = "CTR"
	CentreReception = "CTR-REC"
	Roadside        = "ROAD"
	RoadsideRoom    = "ROAD-REC"
	Hospital        = "HOSP"
	Court           = "COURT"
)

// CentreCell is the code of a cell of the centre: modules 1 to 3, cells 1 to 4. The
// first cell of each module is certified for 2, the others for 10.
func CentreCell(module, cell int) string { return fmt.Sprintf("%s-M%d-C%d", Centre, module, cell) }

// Places are the places of the invented service, parents first.
func Places() []custody.Place {
	zone := "America/El_Salvador"
	places := []custody.Place{
		{Code: Origin, Name: "Old Prison", Kind: custody.Establishment, Zone: zone},
		{Code: OriginReception, Parent: Origin, Name: "Reception", Kind: custody.Reception},
		{Code: "OLD-M1", Parent: Origin, Name: "Module 1", Kind: custody.Module},
		{Code: OriginCell, Parent: "OLD-M1", Name: "Cell 1", Kind: custody.Cell, FloorArea: 6800, Toilets: 2, Washbasins: 2, Certified: 20},
		{Code: "OLD-M1-C2", Parent: "OLD-M1", Name: "Cell 2", Kind: custody.Cell, FloorArea: 700, Toilets: 1, Washbasins: 1, Certified: 2},
		{Code: Centre, Name: "New Centre", Kind: custody.Establishment, Zone: zone, Declared: 400},
		{Code: CentreReception, Parent: Centre, Name: "Reception", Kind: custody.Reception},
		{Code: "CTR-INF", Parent: Centre, Name: "Infirmary", Kind: custody.Infirmary},
		{Code: Roadside, Name: "Roadside Prison", Kind: custody.Establishment, Zone: zone},
		{Code: RoadsideRoom, Parent: Roadside, Name: "Reception", Kind: custody.Reception},
		{Code: Hospital, Name: "General Hospital", Kind: custody.Hospital},
		{Code: Court, Name: "First Court", Kind: custody.Court},
	}
	for m := 1; m <= 3; m++ {
		module := fmt.Sprintf("%s-M%d", Centre, m)
		places = append(places, custody.Place{Code: module, Parent: Centre, Name: fmt.Sprintf("Module %d", m), Kind: custody.Module})
		for c := 1; c <= 4; c++ {
			area, certified := 3400, 10
			if c == 1 {
				area, certified = 680, 2
			}
			places = append(places, custody.Place{Code: CentreCell(m, c), Parent: module, Name: fmt.Sprintf("Cell %d", c), Kind: custody.Cell,
				FloorArea: area, Toilets: 1, Washbasins: 1, Certified: certified, Declared: 4 * certified})
		}
	}
	return places
}

// Officials are one of every role, whose user name is the role's, and a second pair of
// hands ("reception2", "escort2", "landing2", "duty2") for what takes two.
func Officials() []custody.Official {
	var list []custody.Official
	for _, r := range custody.Roles {
		list = append(list, custody.Official{Name: string(r), FullName: "Official " + string(r), Roles: []custody.Role{r}})
	}
	for _, r := range []custody.Role{custody.ReceptionOfficer, custody.EscortCommander, custody.LandingOfficer, custody.DutyManager} {
		list = append(list, custody.Official{Name: string(r) + "2", FullName: "Second official " + string(r), Roles: []custody.Role{r}})
	}
	return list
}

var (
	familyNames = []string{"Peñate", "Cañas", "Guardado", "Escalante", "Villalta", "Zepeda", "Orellana", "Quintanilla", "Majano", "Tobar", "Umaña"}
	givenNames  = []string{"José Adán", "Óscar", "Elías", "Wálter", "Simón", "Nicolás", "Raúl", "Abel", "Noé", "Amílcar", "Fidel", "Germán", "Íñigo"}
)

// Person invents the nth person, a man, so that all of them may share a cell. The same n is
// always the same person; names repeat only after 1,573 people.
func Person(n int) custody.Person {
	f := len(familyNames)
	return custody.Person{
		FamilyNames: familyNames[n%f] + " " + familyNames[(n/f+3*n+1)%f], GivenNames: givenNames[n%len(givenNames)], Sex: "M",
		Birth:       time.Date(1960+n%45, time.Month(1+n%12), 1+n%28, 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
		Nationality: "SV", Contact: &custody.Contact{Name: familyNames[(n+5)%f] + ", " + givenNames[(n+2)%len(givenNames)], Relation: "mother", Phone: fmt.Sprintf("0000-%04d", n)},
	}
}

// Paper invents a sentence that is live from a year before now to ten years after it.
func Paper(n int, now time.Time) custody.Authority {
	return custody.Authority{Kind: custody.Sentence, Issuer: "First Sentencing Court", Case: fmt.Sprintf("%04d-2029", n),
		From: now.AddDate(-1, 0, 0), Until: now.AddDate(10, 0, 0)}
}

// ShortPaper invents a remand order that expires a while after now.
func ShortPaper(n int, now time.Time, lasts time.Duration) custody.Authority {
	return custody.Authority{Kind: custody.RemandOrder, Issuer: "Second Court of Instruction", Case: fmt.Sprintf("R%04d-2031", n),
		From: now.Add(-24 * time.Hour), Until: now.Add(lasts)}
}

// Admission invents what is recorded at the door about the nth person.
func Admission(n int, papers ...custody.Authority) custody.Admission {
	p := Person(n)
	return custody.Admission{Person: &p, Authorities: papers, Injuries: "none seen", Property: "one bag", Health: "no complaint"}
}

// Act decides entries on a state at an instant; desks and the book's transactions run
// the same decisions.
type Act func(s *custody.State, now time.Time) ([]custody.Entry, error)

// Once is an act of a single entry.
func Once(decide func(s *custody.State, now time.Time) (custody.Entry, error)) Act {
	return func(s *custody.State, now time.Time) ([]custody.Entry, error) {
		e, err := decide(s, now)
		if err != nil {
			return nil, err
		}
		return []custody.Entry{e}, nil
	}
}

// Founding is the acts that make the invented service out of an empty book: officials,
// places, and the first n people admitted to the origin's reception, each on a sentence.
func Founding(n int) []Act {
	var acts []Act
	for _, o := range Officials() {
		acts = append(acts, Once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.Appoint(o) }))
	}
	for _, p := range Places() {
		acts = append(acts, Once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.Open(p) }))
	}
	for i := range n {
		acts = append(acts, Once(func(s *custody.State, now time.Time) (custody.Entry, error) {
			return s.Admit("", Admission(i, Paper(i, now)), OriginReception, now, now)
		}))
	}
	return acts
}

// Numbers are the prison numbers of the first n people of a book.
func Numbers(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = custody.PrisonNumber(i)
	}
	return list
}
