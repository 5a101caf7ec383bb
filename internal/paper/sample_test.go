package paper_test

import (
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/paper"
	"habeas.example/habeas/internal/words"
)

// at is when everything in these tests is printed.
var at = time.Date(2031, 3, 14, 9, 47, 12, 0, time.UTC)

var zone = time.FixedZone("America/El_Salvador", -6*60*60)

func setting(language string) paper.Setting {
	return paper.Setting{Voice: words.For(language), Zone: zone, At: at, Entry: 41_342, By: "Insp. Hugo Barahona"}
}

// Names that have broken pages elsewhere; invented.
var (
	longName    = strings.Repeat("Wolfeschlegelsteinhausenbergerdorff", 4000/35+1)[:4000]
	spacedName  = strings.Repeat("De La Concepción Inmaculada ", 143)[:4000]
	arabicName  = "محمد بن عبد الله, علي"
	chineseName = "王小明, Juan"
	emojiName   = "👩‍👩‍👧‍👦, 🙂 O’Neil"
	vietnamese  = "Nguyễn Thị Mỹ, Ánh"
	oddNames    = []string{longName, spacedName, arabicName, chineseName, emojiName, vietnamese, "Łukasiewicz-Żółć, Święto", "Ñúñez Güell, Íñigo", "Αθανασίου, Ελένη", "Достоевский, Фёдор",
		strings.Repeat("z\u0335\u0336\u0337\u0338\u0339\u033a", 60), "a\u202eb\u0000c", `<script>alert(1)</script>, "><b>`}
)

func person(n int) string { return custody.PrisonNumber(n) }

func name(n int) string {
	if n < len(oddNames) {
		return oddNames[n]
	}
	return fmt.Sprintf("Peñate Umaña %d, José Adán", n)
}

var (
	origin = paper.Place{Code: "OLD", Name: "Old Prison"}
	centre = paper.Place{Code: "CTR", Name: "New Centre"}
)

func lines(from, to int) (list []paper.ManifestLine) {
	for n := from; n < to; n++ {
		list = append(list, paper.ManifestLine{Number: person(n), Name: name(n), Birth: "1990-02-03", Status: custody.Boarded, Cell: "CTR-M1-C2", Why: "open-room", Exceptions: []string{"paper-expired", "boarded"}})
	}
	return list
}

func manifest() paper.Manifest {
	return paper.Manifest{
		Transfer: custody.Transfer{ID: "TR-2031-0001", Date: "2031-03-14", LegalBasis: "Order 7 of the directorate", Status: custody.Approved,
			Escort:    &custody.Escort{Corps: "Second Brigade", Commander: "Cpt. Iris Tobar", Units: []custody.Unit{{Name: "Company A", Headcount: 1200}}, Helicopters: 3},
			Waypoints: []custody.Waypoint{{Code: "W1", Name: "The bridge"}}},
		From: origin, To: centre, Sums: custody.Sums{Listed: 62, Departed: 40, Withdrawn: 1}, Approved: "Governor Alma Tobar",
		Vehicles: []paper.ManifestVehicle{{Vehicle: custody.Vehicle{Code: "B01", Plate: "P 100-200", Seats: 40, Departed: at}, Lines: lines(0, 40)},
			{Vehicle: custody.Vehicle{Code: "B02", Seats: 40}, Lines: lines(40, 60)}},
		Unseated: lines(60, 61), Elsewhere: []paper.ManifestLine{{Number: person(61), Name: name(61), Status: custody.Withdrawn, Exceptions: []string{"unfit"}}},
	}
}

func handover() paper.HandoverForm {
	return paper.HandoverForm{Handover: custody.Handover{ID: "H123", Transfer: "TR-2031-0001", Kind: custody.Arriving, Status: custody.HandoverOpen, Offered: at}, From: origin, To: centre,
		At: paper.Place{Code: "CTR-REC", Name: "Reception"}, Vehicles: []custody.Vehicle{{Code: "B01", Plate: "P 100-200"}}, Releasing: "Cpt. Iris Tobar", People: lines(0, 20)}
}

func escortRecord(n int) paper.EscortRecord {
	picture := image.NewGray(image.Rect(0, 0, 600, 800))
	for i := range picture.Pix {
		picture.Pix[i] = uint8(i)
	}
	picture.SetGray(1, 1, color.Gray{Y: 255})
	return paper.EscortRecord{
		Person: custody.Person{Number: person(n), FamilyNames: name(n), GivenNames: "Íñigo", Aliases: []string{"El Ñato"}, Sex: "M", Birth: "1990-02-03", Nationality: "SLV", Language: "es",
			Contact: &custody.Contact{Name: "Alma", Relation: "hermana", Phone: "+503 0000 0000"}, Provisional: true},
		At: paper.Place{Code: "OLD-M1-C1", Name: "Cell 1"}, Transfer: "TR-2031-0001", Vehicle: "B01", From: origin, To: centre, Planned: "CTR-M1-C2", Escort: "Second Brigade, Cpt. Iris Tobar",
		Legal: custody.Convicted, Authorities: []*custody.Authority{
			{ID: person(n) + "/A1", Kind: custody.Sentence, Issuer: "First Court", Case: "12-2029", From: at.AddDate(-2, 0, 0), Until: at.AddDate(4, 0, 0)},
			{ID: person(n) + "/A2", Kind: custody.RemandOrder, Issuer: "Second Court", Case: "9-2030", From: at.AddDate(-1, 0, 0), Until: at.AddDate(0, 0, -1)}},
		Assessment: &custody.Assessment{Risk: custody.HighRisk, Needs: []string{"wheelchair", "ground-floor"}, NotAlone: true, At: at, Reason: "seen by the nurse"},
		Apart:      []paper.ApartLine{{Level: custody.WingLevel, People: []string{person(7)}, Others: 2}}, Photograph: picture,
	}
}

func roll(people, landings int, sealed bool) paper.Roll {
	r := paper.Roll{Establishment: origin, Of: origin, Cleared: &custody.ClearedCount{Number: people, At: at, FullName: "Insp. Hugo Barahona"}, Uncleared: 1}
	for u := range landings {
		unit := paper.RollUnit{Place: paper.Place{Code: fmt.Sprintf("OLD-M1-L%d", u+1), Name: fmt.Sprintf("Landing %d", u+1)}, Under: "Module 1", Digest: strings.Repeat("0a", 32)}
		for n := u * people / landings; n < (u+1)*people/landings; n++ {
			line := paper.RollLine{Number: person(n), Name: name(n), At: fmt.Sprintf("OLD-M1-C%d", n%40), Legal: custody.Convicted}
			if n%17 == 0 {
				line.Care = []string{"high", "wheelchair"}
			}
			unit.People = append(unit.People, line)
		}
		r.Units = append(r.Units, unit)
	}
	r.Units = append(r.Units, paper.RollUnit{Place: origin, Out: true, Digest: strings.Repeat("1b", 32), People: []paper.RollLine{{Number: person(people), Name: name(people), At: "COURT", Legal: custody.Untried, With: "Sgt. Tobar", DueBack: at}}})
	if sealed {
		r.Seal = &paper.RollSeal{Number: 41_342, Digest: strings.Repeat("2c", 32), Receipt: receiptText(2200), Origin: "habeas.example/log", Size: 41_343, Verifier: "habeas.example/log+12345678+AcTest"}
	}
	return r
}

// receiptText is as long and as spelt as a receipt.
func receiptText(size int) []byte {
	text := "c2sp.org/tlog-proof@v1\nextra " + strings.Repeat("eyJ2IjoxLCJjb21taXRtZW50Ijoi", size/28) + "\nindex 41342\n\nhabeas.example/log\n41343\nq1w2e3r4t5y6==\n\n— habeas.example/log Az3grl\n"
	return []byte(text)
}

func receipt() paper.Receipt {
	return paper.Receipt{Text: receiptText(2200), Number: 41_341, Kind: custody.PersonAdmitted, Happened: at, Recorded: at, Person: person(3), Name: name(3), At: paper.Place{Code: "OLD-REC", Name: "Reception"},
		Establishment: origin, Origin: "habeas.example/log", Size: 41_343, Witnesses: 2, Verifier: "habeas.example/log+12345678+AcTest"}
}

func countSheet(blind bool) paper.CountSheet {
	n := 155
	c := paper.CountSheet{ID: "C412", Kind: custody.FormalCount, Of: origin, Opened: at, OpenedBy: "Insp. Hugo Barahona", Status: custody.CountOpen, Blind: blind,
		Out: []paper.CountOut{{Kind: custody.Hospital, Place: "HOSP", Custodian: "Sgt. Tobar", Number: 2}}}
	if !blind {
		c.Roll, c.Expected, c.Guests = &n, &n, &n
	}
	for i := range 40 {
		l := paper.CountLanding{Place: paper.Place{Code: fmt.Sprintf("OLD-M1-L%d", i+1), Name: fmt.Sprintf("Landing %d", i+1)}, Under: "Module 1", Status: custody.LandingAwaited, Out: i % 3}
		if !blind {
			l.Expected = &n
			l.Slips = []paper.CountSlip{{Round: 1, Hand: "Óscar Cañas", Number: 155, Counted: at, Recorded: at, Source: custody.PaperSlip}}
		}
		c.Landings = append(c.Landings, l)
	}
	return c
}

func slips() []paper.Slip {
	s := paper.Slip{Count: "C412", Kind: custody.FormalCount, Establishment: "Old Prison", Opened: at, Landing: paper.Place{Code: "OLD-M1-L1", Name: "Landing 1"}, Under: "Module 1", Round: 1, Counter: 1}
	for i := range 12 {
		s.Cells = append(s.Cells, paper.Place{Code: fmt.Sprintf("OLD-M1-C%d", i+1), Name: fmt.Sprintf("Cell %d", i+1)})
	}
	named := s
	named.Kind, named.Rows, named.Counter = custody.NamedCount, 80, 2
	return []paper.Slip{s, named}
}

func bands(n int) (list []paper.Band) {
	for i := range n {
		list = append(list, paper.Band{Number: person(i), Name: name(i), Birth: "1990-02-03", Establishment: "Old Prison"})
	}
	return list
}

func doors() (list []paper.DoorLabel) {
	for i := range 10 {
		list = append(list, paper.DoorLabel{Place: paper.Place{Code: fmt.Sprintf("OLD-M1-C%d", i+1), Name: fmt.Sprintf("Cell %d", i+1)}, Under: "Module 1", Establishment: "Old Prison"})
	}
	return append(list, paper.DoorLabel{Place: paper.Place{Code: strings.Repeat("LONGCODE-", 6) + "C1", Name: longName}, Under: "Module 1", Establishment: "Old Prison"})
}

func forms() []paper.Form {
	return []paper.Form{{Number: "OLD-20310314-1", Establishment: origin}, {Number: "OLD-20310314-2", Establishment: origin}}
}

// documents are all there are, by name.
var documents = map[string]func(paper.Setting) ([]byte, error){
	"manifest": manifest().Print,
	"handover": handover().Print,
	"escort-record": func(s paper.Setting) ([]byte, error) {
		return paper.PrintEscortRecords(s, []paper.EscortRecord{escortRecord(20), escortRecord(0)})
	},
	"roll-sheet":     roll(200, 4, false).Print,
	"paper-roll":     roll(200, 4, true).Print,
	"receipt":        receipt().Print,
	"count-sheet":    countSheet(false).Print,
	"count-blind":    countSheet(true).Print,
	"count-slips":    func(s paper.Setting) ([]byte, error) { return paper.PrintSlips(s, slips()) },
	"no-slips":       func(s paper.Setting) ([]byte, error) { return paper.PrintSlips(s, nil) },
	"wristbands":     func(s paper.Setting) ([]byte, error) { return paper.PrintWristbands(s, bands(len(oddNames)+2)) },
	"door-labels":    func(s paper.Setting) ([]byte, error) { return paper.PrintDoorLabels(s, doors()) },
	"form":           func(s paper.Setting) ([]byte, error) { return paper.PrintForms(s, forms()) },
	"empty-manifest": paper.Manifest{Transfer: custody.Transfer{ID: "TR-1"}}.Print,
	"empty-roll":     paper.Roll{Of: origin, Units: []paper.RollUnit{{Place: origin}}}.Print,
}

func named() []string {
	var list []string
	for n := range documents {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}

func printed(t testing.TB, document, language string) []byte {
	t.Helper()
	file, err := documents[document](setting(language))
	if err != nil {
		t.Fatal(err)
	}
	return file
}
