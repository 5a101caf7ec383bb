package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/sheet"
	"habeas.example/habeas/internal/transfer"
)

var ctx = context.Background()

// drafted is a play with a drafted transfer of nobody.
type drafted struct {
	*habeastest.Play
	t  *testing.T
	id string
	p  []string
}

func draft(t *testing.T, people int) *drafted {
	play := habeastest.NewPlay(t, habeastest.NewStore(t, habeastest.SQLite), people)
	w, err := play.Transfer.Draft(ctx, book.Command{By: "planner"}, custody.Transfer{From: habeastest.Origin, To: habeastest.Centre, Date: "2031-03-14", LegalBasis: "Order 7"})
	if err != nil {
		t.Fatal(err)
	}
	return &drafted{play, t, w.Entries[0].Transfer, habeastest.Numbers(people)}
}

func (d *drafted) file(content string, apply bool) (transfer.Loading, error) {
	return d.Transfer.LoadFile(ctx, book.Command{By: "planner"}, d.id, transfer.File{Name: "lista.csv", Body: strings.NewReader(content), Apply: apply}, d.Clock.Now())
}

// loads wants a file to be read without a refusal, and its sums to add up.
func (d *drafted) loads(content string, apply bool) transfer.Loading {
	d.t.Helper()
	r, err := d.file(content, apply)
	if err != nil {
		d.t.Fatal(err)
	}
	if r.Read != r.Listed+r.Twice+r.Refused+r.Blank || len(r.Rows) != r.Refused {
		d.t.Fatalf("the sums do not add up: %+v", r)
	}
	return r
}

func (d *drafted) listed() (list []string) {
	d.Book.Read(func(s *custody.State) { list = s.Listed(d.id) })
	return list
}

// codes are the findings of a report, by line.
func codes(rows []transfer.Row) map[int]string {
	m := map[int]string{}
	for _, r := range rows {
		for _, f := range r.Findings {
			m[r.Line] += f.Code
		}
	}
	return m
}

func TestManifestFromAFile(t *testing.T) {
	d := draft(t, 5)
	who := func(n int) custody.Person { return habeastest.Person(n) }
	day := func(n int) string {
		born, err := time.Parse(time.DateOnly, who(n).Birth)
		if err != nil {
			t.Fatal(err)
		}
		return born.Format("02/01/2006")
	}
	// A title above, Spanish headings, a number as people type it, a name in capitals without
	// accents and in another order, a blank line, somebody twice.
	upper := strings.ToUpper(strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "Ó", "O", "Í", "I", "ñ", "n").Replace(who(1).FamilyNames))
	content := "Lista para el traslado;;;\n" +
		"Número de interno;Apellidos;Nombres;Fecha de nacimiento\n" +
		strings.ToLower(d.p[0][:4]+" "+d.p[0][4:]) + ";;;\n" +
		";" + upper + ";" + who(1).GivenNames + ";" + day(1) + "\n" +
		";;;\n" +
		d.p[2] + ";" + who(2).FamilyNames + ";" + who(2).GivenNames + ";" + day(2) + "\n" +
		d.p[0] + ";;;\n"
	r := d.loads(content, false)
	if r.Applied || r.Read != 5 || r.Listed != 3 || r.Twice != 1 || r.Blank != 1 || len(d.listed()) != 0 {
		t.Fatalf("the dry run says %+v, listed are %v", r, d.listed())
	}
	if r = d.loads(content, true); !r.Applied || r.Before || r.Listed != 3 {
		t.Fatalf("applied: %+v", r)
	}
	if got := d.listed(); !slices.Equal(got, d.p[:3]) {
		t.Fatalf("listed are %v, want %v", got, d.p[:3])
	}
	v, err := d.Transfer.View(d.id)
	if err != nil || !slices.Equal(v.ListedTwice, d.p[:1]) {
		t.Fatalf("named twice: %v (%v)", v.ListedTwice, err)
	}
	size := d.Book.Size()
	if r = d.loads(content, true); !r.Before || r.Listed != 3 || r.Twice != 1 || d.Book.Size() != size {
		t.Fatalf("the same file again: %+v, the book grew from %d to %d", r, size, d.Book.Size())
	}
}

// Each row that cannot be listed is named with what is wrong, and nobody is listed.
func TestManifestFileIsRefusedRowByRow(t *testing.T) {
	d := draft(t, 6)
	reception, records := d.As("reception"), d.As("records")
	d.As("health").ReportsDeath(d.p[1])
	records.OrdersRelease(d.p[2], d.p[2]+"/A1")
	records.Releases(d.p[2])
	other := d.As("planner").Drafts([]string{"B1"}, d.p[3])
	twin := d.p[5]
	same := habeastest.Person(4) // two people of one name and birth date
	same.Number = twin
	if _, err := d.Roll.CorrectPerson(ctx, book.Command{By: "records"}, same, 0); err != nil {
		t.Fatal(err)
	}
	elsewhere := reception.Admits(30, habeastest.CentreReception)
	four := habeastest.Person(4)
	content := "number,full name,date of birth\n" +
		d.p[0] + ",,\n" + // good
		d.p[1] + ",,\n" + d.p[2] + ",,\n" + d.p[3] + ",,\n" + elsewhere + ",,\n" +
		custody.PrisonNumber(4000) + ",,\n" +
		"1000001X,,\n" +
		"12,,\n" +
		",\"" + four.FullName() + "\"," + four.Birth + "\n" +
		",Nobody Atall,1990-01-01\n" +
		",\"" + four.FullName() + "\",\n" +
		d.p[0] + ",Somebody Else,\n" +
		d.p[0] + ",,1971-01-01\n" +
		",,1971-01-01\n" +
		d.p[4] + ",,31/02/1990\n"
	want := map[int]string{3: "not-in-custody", 4: "not-in-custody", 5: "listed-elsewhere", 6: "other-establishment", 7: "unknown-person", 8: "prison-number-check",
		9: "prison-number-malformed", 10: "several-match", 11: "nobody-matches", 12: "birth-missing", 13: "name-not-of-number", 14: "birth-not-of-number",
		15: "row-names-nobody", 16: "date-unclear"}
	for _, apply := range []bool{false, true} {
		r := d.loads(content, apply)
		if got := codes(r.Rows); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("refused are %v\nwant        %v", got, want)
		}
		if r.Applied || r.Listed != 1 || len(d.listed()) != 0 {
			t.Fatalf("a file with refused rows: %+v, listed are %v", r, d.listed())
		}
		for _, row := range r.Rows {
			if len(row.Cells) == 0 {
				t.Errorf("row %d is reported without what it holds", row.Line)
			}
		}
		if r.Rows[2].Findings[0].Params["transfer"] != other {
			t.Errorf("the other transfer is not named: %+v", r.Rows[2])
		}
	}
}

// endless is a file that never ends; how much of it is read is counted.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	e.read += int64(len(p))
	return len(p), nil
}

func TestWhatIsNoManifestIsRefused(t *testing.T) {
	d := draft(t, 1)
	refused := func(code string, err error) {
		t.Helper()
		var file *sheet.Refusal
		if !errors.Is(err, custody.Refused(code)) && (!errors.As(err, &file) || file.Code != code) {
			t.Errorf("got %v, want the refusal %q", err, code)
		}
		if len(d.listed()) != 0 {
			t.Fatal("somebody was listed")
		}
	}
	rows := func(n int) string {
		var b strings.Builder
		b.WriteString("number\n")
		for i := range n {
			b.WriteString(custody.PrisonNumber(i) + "\n")
		}
		return b.String()
	}
	for _, apply := range []bool{false, true} {
		_, err := d.file(rows(custody.MaxManifest+1), apply)
		refused("manifest-too-long", err)
		_, err = d.file(rows(30_000), apply)
		refused("too-many-rows", err)
		_, err = d.file("", apply)
		refused("file-empty", err)
		_, err = d.file("number\n", apply)
		refused("manifest-empty", err)
		_, err = d.file("colour,size\nred,4\n", apply)
		refused("header-not-found", err)
		for _, rubbish := range []string{"\x7fELF\x02\x01\x01\x00\x00\x00", "%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PK\x03\x04 not really a workbook", string([]byte{0, 1, 2, 3, 0xff, 0xfe, 0, 0, 0, 9})} {
			if _, err = d.file(rubbish, apply); err == nil {
				t.Errorf("%q was read as a manifest", rubbish)
			}
			var file *sheet.Refusal
			if !errors.As(err, &file) {
				t.Errorf("%q: %v, want a refusal of the file", rubbish, err)
			}
		}
		// 200 MB: it is not read to its end, let alone into memory.
		big := &endless{}
		_, err = d.Transfer.LoadFile(ctx, book.Command{By: "planner"}, d.id, transfer.File{Name: "big.csv", Body: io.LimitReader(big, 200<<20), Apply: apply}, d.Clock.Now())
		refused("file-too-large", err)
		if big.read > 40<<20 {
			t.Errorf("%d bytes were read before the file was refused", big.read)
		}
	}
	_, err := d.Transfer.LoadFile(ctx, book.Command{By: "planner"}, "TR-0", transfer.File{Name: "a.csv", Body: strings.NewReader(rows(1))}, d.Clock.Now())
	refused("unknown-transfer", err)
	for _, who := range []string{"monitor", "reception", "nobody"} {
		for _, apply := range []bool{false, true} {
			_, err = d.Transfer.LoadFile(ctx, book.Command{By: who}, d.id, transfer.File{Name: "a.csv", Body: strings.NewReader(rows(1)), Apply: apply}, d.Clock.Now())
			refused("not-permitted", err)
			_, err = d.Transfer.LoadQuery(ctx, book.Command{By: who}, d.id, transfer.Query{}, "", apply, d.Clock.Now())
			refused("not-permitted", err)
		}
	}
	d.Posts(habeastest.Roadside)
	_, err = d.Transfer.LoadQuery(ctx, book.Command{By: "planner." + habeastest.Roadside}, d.id, transfer.Query{}, "", false, d.Clock.Now())
	refused("other-establishments-official", err)
}

func TestManifestFromAQuery(t *testing.T) {
	d := draft(t, 8)
	query := func(text string, digest string, apply bool) (transfer.Picking, error) {
		q, err := transfer.ParseQuery(text)
		if err != nil {
			return transfer.Picking{}, err
		}
		return d.Transfer.LoadQuery(ctx, book.Command{By: "planner"}, d.id, q, digest, apply, d.Clock.Now())
	}
	picked := func(text string) (list []string) {
		t.Helper()
		r, err := query(text, "", false)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, p := range r.People {
			list = append(list, p.Number)
		}
		return list
	}
	landing := d.As("landing")
	landing.Moves(habeastest.OriginCell, d.p[0], d.p[1])
	child := habeastest.Person(2)
	child.Number, child.Birth = d.p[2], d.Clock.Now().AddDate(-17, 0, 0).Format(time.DateOnly)
	if _, err := d.Roll.CorrectPerson(ctx, book.Command{By: "records"}, child, 0); err != nil {
		t.Fatal(err)
	}
	woman := habeastest.Person(1)
	woman.Number, woman.Sex = d.p[1], "F"
	if _, err := d.Roll.CorrectPerson(ctx, book.Command{By: "records"}, woman, 0); err != nil {
		t.Fatal(err)
	}
	remand := habeastest.Admission(20, custody.Authority{Kind: custody.RemandOrder, Issuer: "Juzgado Primero de Instrucción", Case: "77-2031", From: d.Clock.Now().Add(-time.Hour)})
	w := d.As("reception").AdmitsAs(remand, habeastest.OriginReception)
	untried := w.Entries[0].Person
	all := append(slices.Clone(d.p), untried)
	slices.Sort(all)

	for text, want := range map[string][]string{
		"":                                     all,
		"under=" + habeastest.Origin:           all,
		"under=OLD-M1":                         {d.p[0], d.p[1]},
		"under=OLD-M1; sex=F":                  {d.p[1]},
		"limit=2":                              all[:2],
		"legal=untried":                        {untried},
		"court=JUZGADO PRIMERO":                {untried},
		"court=instruccion; case=77-":          {untried},
		"case=nothing of the kind":             nil,
		"age=child":                            {d.p[2]},
		"legal=convicted; sex=M; order=number": append(slices.Clone(d.p[:1]), d.p[2:]...),
	} {
		if got := picked(text); !slices.Equal(got, want) {
			t.Errorf("%q picks %v, want %v", text, got, want)
		}
	}
	byPlace := picked("order=place; limit=2")
	if !slices.Equal(byPlace, []string{d.p[0], d.p[1]}) {
		t.Errorf("by place: %v", byPlace)
	}
	for text, code := range map[string]string{"under=nowhere": "unknown-place", "under=" + habeastest.CentreReception: "other-establishment", "limit=5001": "query-value",
		"limit=-1": "query-value", "limit=0": "query-value", "limit=x": "query-value", "sex=Q": "query-value", "legal=sad": "query-value", "age=old": "query-value",
		"order=height": "query-value", "shoe=44": "query-field-unknown", "court=" + strings.Repeat("a", 2000): "text-too-long"} {
		if _, err := query(text, "", false); !errors.Is(err, custody.Refused(code)) {
			t.Errorf("%.40q: %v, want the refusal %q", text, err, code)
		}
	}

	// The preview is what is listed, or nobody is.
	other := d.As("planner").Drafts([]string{"B1"}, d.p[3])
	preview, err := query("sex=M", "", false)
	if err != nil || len(d.listed()) != 0 || preview.Applied {
		t.Fatalf("the preview: %+v, %v", preview, err)
	}
	if len(preview.Left) != 1 || preview.Left[0].Findings[0].Params["transfer"] != other {
		t.Fatalf("whoever is on another transfer is not left out by name: %+v", preview.Left)
	}
	d.As("duty").Escapes(preview.People[0].Number)
	if _, err := query("sex=M", preview.Digest, true); !errors.Is(err, custody.Refused("selection-changed")) || len(d.listed()) != 0 {
		t.Fatalf("the roll changed, and %v; listed are %v", err, d.listed())
	}
	again, err := query("sex=M", "", false)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := query("sex=M", again.Digest, true)
	if err != nil || !loaded.Applied || len(d.listed()) != loaded.Listed || loaded.Listed != preview.Listed-1 {
		t.Fatalf("loaded %+v, %v", loaded, err)
	}
	rest, err := query("", "", true)
	if err != nil || len(rest.Left) < loaded.Listed {
		t.Fatalf("those on the manifest already are not left out by name: %+v, %v", rest.Left, err)
	}
	if _, err := query("", "", true); !errors.Is(err, custody.Refused("manifest-empty")) {
		t.Fatalf("nobody left to list: %v", err)
	}
}
