package roll_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/roll"
)

// listed is a file of five rows: one right, one without a paper's court, one with an impossible birth, one of which no birth
// is known, and a blank one.
const listed = `apellidos;nombres;sexo;nacimiento;situación jurídica;juzgado;causa;desde
Montes;Ana Lucía;F;05/03/1990;penado;Primero de Vigilancia;1-2029;01/02/2029
Cañas;Óscar;M;12/09/1988;penado;;2-2029;01/02/2029
Tobar;Íñigo;M;31/02/1991;penado;Primero de Vigilancia;3-2029;01/02/2029
Zepeda;Noé;M;;penado;;4-2029;01/02/2029
;;;;;;;
`

// imports applies a file, and returns the rows of it that wait, by line.
func imports(t *testing.T, play *habeastest.Play, by, into, file string) []roll.QuarantinedRow {
	t.Helper()
	ctx, now := context.Background(), play.Clock.Now()
	report, err := play.Roll.Import(ctx, book.Command{By: by}, roll.Import{Kind: roll.People, Name: "people.csv", File: strings.NewReader(file), Into: into, Apply: true}, now)
	if err != nil {
		t.Fatal(err)
	}
	if report.Read != report.Taken+report.Quarantined+report.Blank {
		t.Fatalf("the sums do not add up: %+v", report)
	}
	return waiting(t, play, by)
}

func waiting(t *testing.T, play *habeastest.Play, by string) (rows []roll.QuarantinedRow) {
	t.Helper()
	ctx, desk := context.Background(), play.Roll.SeenBy(by)
	files, err := desk.WaitingFiles(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		some, err := desk.WaitingRows(ctx, book.Command{By: by}, f, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(some) != f.Rows {
			t.Errorf("%d rows of %s wait, and %d are shown", f.Rows, f.File, len(some))
		}
		rows = append(rows, some...)
	}
	return rows
}

// with is the cells of a row with one of them written anew.
func with(r roll.QuarantinedRow, cell int, text string) []string {
	cells := slices.Clone(r.Cells)
	cells[cell] = text
	return cells
}

func TestRowsAreMendedAndDropped(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		play := habeastest.NewPlay(t, s, 0)
		ctx, reception := context.Background(), book.Command{By: "reception"}
		rows := imports(t, play, "reception", habeastest.OriginReception, listed)
		if len(rows) != 3 {
			t.Fatalf("%d rows wait, want 3", len(rows))
		}
		last := entriesOf(t, play)
		if look := last[len(last)-1]; look.Kind != custody.RecordRead || look.By != "reception" || !strings.Contains(look.Note, "people.csv") {
			t.Errorf("seeing rows about people left %+v", look)
		}

		// Still wrong: it waits on as it was typed, and says what is wrong now.
		cañas, tobar, zepeda := rows[0], rows[1], rows[2]
		m, err := play.Roll.Mend(ctx, reception, tobar.ID, with(tobar, 3, "30/02/1991"), play.Clock.Now())
		if err != nil || m.Taken() || m.Findings[0].Code != "date-unclear" || m.Findings[0].Value != "30/02/1991" {
			t.Fatalf("a row that is still wrong: %+v, %v", m, err)
		}
		if again := waiting(t, play, "reception")[1]; again.Cells[3] != "30/02/1991" || again.Findings[0].Value != "30/02/1991" || again.Line != tobar.Line {
			t.Errorf("it waits as %+v", again)
		}

		m, err = play.Roll.Mend(ctx, reception, cañas.ID, with(cañas, 5, "Segundo de Vigilancia"), play.Clock.Now())
		if err != nil || !m.Taken() || m.Written.Entries[0].Kind != custody.PersonAdmitted || m.Written.Entries[0].Place != habeastest.OriginReception {
			t.Fatalf("a mended row: %+v, %v", m, err)
		}
		_, err = play.Roll.Mend(ctx, reception, cañas.ID, with(cañas, 5, "Segundo de Vigilancia"), play.Clock.Now())
		wantRefusal(t, err, "unknown-row")

		// The same person again, from the file that the quarantine is written to.
		mended := "apellidos;nombres;sexo;situación jurídica;juzgado;causa;desde;habeas-id\nCañas;Óscar;M;penado;Segundo;2-2029;01/02/2029;" + cañas.ID + "\n"
		report, err := play.Roll.Import(ctx, reception, roll.Import{Kind: roll.People, Name: "mend.csv", File: strings.NewReader(mended), Into: habeastest.OriginReception, Apply: true}, play.Clock.Now())
		if err != nil || report.Taken != 0 || report.Rows[0].Findings[0].Code != "row-settled" {
			t.Errorf("a row that was taken before came back as %+v, %v", report, err)
		}

		_, err = play.Roll.Drop(ctx, reception, zepeda.ID, "  ")
		wantRefusal(t, err, "reason-missing")
		w, err := play.Roll.Drop(ctx, reception, zepeda.ID, "a test row of the old system")
		if err != nil {
			t.Fatal(err)
		}
		dropped := w.Entries[0].Detail.(*custody.DroppedRow)
		if w.Entries[0].Kind != custody.RowDropped || dropped.Line != 5 || dropped.File != "people.csv" || w.Entries[0].Place != habeastest.OriginReception {
			t.Errorf("dropping it was recorded as %+v, %+v", w.Entries[0], dropped)
		}
		_, err = play.Roll.Drop(ctx, reception, zepeda.ID, "again")
		wantRefusal(t, err, "unknown-row")
		if left := waiting(t, play, "reception"); len(left) != 1 || left[0].ID != tobar.ID {
			t.Errorf("there wait %+v", left)
		}
		play.Verified()
	})
}

// A row of which no birth date is known has nothing to be known again by; two hands at once take it once all the same.
func TestARowIsTakenOnce(t *testing.T) {
	play := habeastest.NewPlay(t, habeastest.NewStore(t, habeastest.SQLite), 0)
	zepeda := imports(t, play, "reception", habeastest.OriginReception, listed)[2]
	cells := with(zepeda, 5, "Tercero")
	var hands sync.WaitGroup
	for _, by := range []string{"reception", "reception2", "records", "reception", "reception2", "records"} {
		hands.Go(func() {
			_, err := play.Roll.Mend(context.Background(), book.Command{By: by}, zepeda.ID, cells, habeastest.Dawn)
			if err != nil {
				wantRefusal(t, err, "unknown-row")
			}
		})
	}
	hands.Wait()
	admitted := 0
	for _, e := range entriesOf(t, play) {
		if a, is := e.Detail.(*custody.Admission); is && strings.HasPrefix(a.Person.FamilyNames, "Zepeda") {
			admitted++
		}
	}
	if admitted != 1 {
		t.Errorf("%d people were admitted for one row", admitted)
	}
}

func TestRowsAreForThoseWhoMayTakeThem(t *testing.T) {
	play := habeastest.NewPlay(t, habeastest.NewStore(t, habeastest.SQLite), 0)
	play.Posts(habeastest.Origin)
	play.Posts(habeastest.Roadside)
	ctx := context.Background()
	row := imports(t, play, "reception."+habeastest.Origin, habeastest.OriginReception, listed)[0]
	for _, by := range []string{"reception." + habeastest.Roadside, "landing", "engineer", "monitor"} {
		if rows := waiting(t, play, by); len(rows) != 0 {
			t.Errorf("%s sees %d rows", by, len(rows))
		}
		_, err := play.Roll.SeenBy(by).WaitingRow(ctx, book.Command{By: by}, row.ID)
		wantRefusal(t, err, "unknown-row")
		if _, err := play.Roll.Mend(ctx, book.Command{By: by}, row.ID, with(row, 5, "Tercero"), play.Clock.Now()); err == nil {
			t.Errorf("%s mends a row of another establishment", by)
		}
		if _, err := play.Roll.Drop(ctx, book.Command{By: by}, row.ID, "not mine"); err == nil {
			t.Errorf("%s drops a row of another establishment", by)
		}
	}
	if rows := waiting(t, play, "reception"); len(rows) != 3 {
		t.Errorf("who serves the whole service sees %d rows, want 3", len(rows))
	}
	_, err := play.Roll.Mend(ctx, book.Command{By: "reception"}, row.ID, row.Cells[:3], play.Clock.Now())
	wantRefusal(t, err, "row-cells")
	blank, err := play.Roll.Mend(ctx, book.Command{By: "reception"}, row.ID, make([]string, len(row.Cells)), play.Clock.Now())
	if err != nil || blank.Taken() || blank.Findings[0].Code != "value-missing" {
		t.Errorf("a row made blank: %+v, %v", blank, err)
	}
}

func entriesOf(t *testing.T, play *habeastest.Play) []*custody.Entry {
	t.Helper()
	return habeastest.Entries(t, play.Book)
}

func wantRefusal(t *testing.T, err error, code string) {
	t.Helper()
	if r, is := custody.RefusalOf(err); !is || r.Code != code {
		t.Errorf("got %v, want the refusal %s", err, code)
	}
}

// picture is a PNG of so many pixels, of one colour.
func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, width, height))
	m.SetGray(0, 0, color.Gray{Y: 1})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPhotographOnARecord(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		play := habeastest.NewPlay(t, s, 2)
		ctx, number, reception := context.Background(), habeastest.Numbers(1)[0], book.Command{By: "reception"}
		good := picture(t, 30, 40)
		pixels := bytes.Clone(good)
		copy(pixels[16:24], []byte{0, 1, 0, 0, 0, 1, 0, 0}) // says that it is of 65,536 by 65,536
		for name, bad := range map[string][]byte{
			"nothing": nil, "a document": []byte("%PDF-1.7 and so on"), "a page": []byte("<script>alert(1)</script>"), "half a picture": good[:len(good)/2], "too many pixels": pixels,
			"a name alone": []byte("\x89PNG\r\n\x1a\n"),
		} {
			if _, err := play.Roll.Photograph(ctx, reception, number, bad); err == nil {
				t.Errorf("%s is taken for a photograph", name)
			} else if _, refused := custody.RefusalOf(err); !refused {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := play.Roll.Photograph(ctx, reception, number, make([]byte, roll.MaxAttachment+1))
		wantRefusal(t, err, "attachment-too-large")
		for _, by := range []string{"landing", "monitor", "engineer", "nobody"} {
			if _, err := play.Roll.Photograph(ctx, book.Command{By: by}, number, good); err == nil {
				t.Errorf("%s puts a photograph on a record", by)
			}
		}

		before := entriesOf(t, play)
		w, err := play.Roll.Photograph(ctx, reception, number, good)
		if err != nil {
			t.Fatal(err)
		}
		e := w.Entries[0]
		if corrects := before[*e.Corrects]; e.Kind != custody.PersonCorrected || corrects.Kind != custody.PersonAdmitted || corrects.Person != number {
			t.Errorf("the photograph corrects %s of %s", corrects.Kind, corrects.Person)
		}
		if w, err = play.Roll.Photograph(ctx, book.Command{By: "records"}, number, picture(t, 31, 40)); err != nil || *w.Entries[0].Corrects != e.Number {
			t.Errorf("the next photograph: %+v, %v", w, err)
		}

		// The look at the record covers the photograph on it, for the official who looked and for as long as a page is drawn.
		look, err := play.Roll.Look(ctx, reception, number, "")
		if err != nil {
			t.Fatal(err)
		}
		shown := func(by string, look int64, records bool) {
			t.Helper()
			size := play.Book.Size()
			a, err := play.Roll.PhotographOf(ctx, book.Command{By: by}, number, look, play.Clock.Now())
			if err != nil || a.Type != "image/png" || !bytes.Equal(a.Bytes, picture(t, 31, 40)) {
				t.Fatalf("the photograph: %+v, %v", a.Type, err)
			}
			if looked := play.Book.Size() > size; looked != records {
				t.Errorf("shown to %s on the look %d, another look was recorded: %t", by, look, looked)
			}
		}
		shown("reception", look.First, false)
		shown("duty", look.First, true)     // another's look
		shown("reception", e.Number, true)  // no look
		shown("reception", 1_000_000, true) // not there
		shown("reception", -1, true)
		play.Clock.Advance(10 * time.Minute)
		shown("reception", look.First, true) // long since
		_, err = play.Roll.PhotographOf(ctx, book.Command{By: "engineer"}, number, look.First, play.Clock.Now())
		if err == nil {
			t.Error("the engineer sees photographs")
		}
		_, err = play.Roll.PhotographOf(ctx, reception, habeastest.Numbers(2)[1], -1, play.Clock.Now())
		wantRefusal(t, err, "unknown-attachment")
		play.Verified()
	})
}
