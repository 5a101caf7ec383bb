package web_test

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/web/page"
)

// part is a field of a form with a file; the file is the last.
type part struct{ name, file, text string }

// upload sends a form with a file.
func (b *browser) upload(path string, parts ...part) reply {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, one := range parts {
		w, err := form.CreateFormField(one.name)
		if one.file != "" {
			w, err = form.CreateFormFile(one.name, one.file)
		}
		if err != nil {
			b.t.Fatal(err)
		}
		if _, err := io.WriteString(w, one.text); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		b.t.Fatal(err)
	}
	r := b.request(http.MethodPost, path, nil)
	r.Body, r.ContentLength = io.NopCloser(&body), int64(body.Len())
	r.Header.Set("Content-Type", form.FormDataContentType())
	return b.send(r)
}

// listedPeople is a file of six rows, of which four can be taken: whoever has a name that breaks pages is still somebody.
var listedPeople = "Padrón de ingreso;;;;;;;\napellidos;nombres;sexo;nacimiento;situación jurídica;juzgado;causa;desde\n" +
	"Montes;Ana;F;05/03/1990;penado;Primero;1-2029;01/02/2029\n" +
	`<script>alert(1)</script>;"""><img src=x onerror=alert(2)>";M;06/03/1990;penado;Primero;2-2029;01/02/2029` + "\n" +
	"محمد بن عبد الله;علي;M;07/03/1990;penado;Primero;3-2029;01/02/2029\n" +
	"👩‍👩‍👧‍👦;🙂 O’Neil;M;08/03/1990;penado;Primero;4-2029;01/02/2029\n" +
	strings.Repeat("ñ", 4000) + ";Largo;M;09/03/1990;penado;Primero;5-2029;01/02/2029\n" +
	"Cañas;Óscar;M;;penado;;6-2029;01/02/2029\n" +
	";;;;;;;\n"

func sentPeople(file string) []part {
	return []part{{name: "kind", text: "people"}, {name: "into", text: habeastest.OriginReception}, {name: "transfer"}, {name: "file", file: `C:\padrones\"padrón" <b>.csv`, text: file}}
}

func TestPeopleAreImportedFromAPage(t *testing.T) {
	p := newPlay(t, 1)
	reception := p.as("reception")
	wellMade(t, reception.get("/settings/import").is(http.StatusOK).shows("People", habeastest.OriginReception, `enctype="multipart/form-data"`).hides(`value="places"`, `value="manifest"`))

	size := p.book.Size()
	at := reception.upload("/settings/import", sentPeople(listedPeople)...).is(http.StatusSeeOther).header.Get("Location")
	dry := reception.get(at).is(http.StatusOK)
	dry.shows("7 read = 4 would be taken + 2 would go to the quarantine + 1 blank", "This was a dry run", "padrón", "&lt;b&gt;.csv", "Take 4 rows", "2 rows go to the quarantine", ">7<", ">8<", "juzgado", "apellidos").hides("padrones", "<b>.csv")
	wellMade(t, dry)
	wellMade(t, reception.in("es").get(at).shows("7 leídas = 4 se tomarían + 2 irían a la cuarentena + 1 en blanco"))
	if p.book.Size() != size {
		t.Fatal("a dry run wrote in the book")
	}
	p.as("records").get(at).is(http.StatusNotFound) // another's file
	reception.get(strings.TrimRight(at, "0123456789abcdef") + strings.Repeat("0", 32)).is(http.StatusNotFound)

	reception.post(at, url.Values{}).leadsTo(at)
	done := reception.get(at).is(http.StatusOK).shows("The file was taken", "7 read = 4 taken + 2 in quarantine + 1 blank", "/settings/quarantine/").hides("Take 4 rows")
	wellMade(t, done)
	reception.post(at, url.Values{}).is(http.StatusNotFound) // sent twice, taken once
	again := reception.upload("/settings/import", sentPeople(listedPeople)...).is(http.StatusSeeOther).header.Get("Location")
	reception.get(again).shows("0 would be taken", "is in the register already").hides("Take 4", "may be known already")

	// Who is likely somebody already known is taken, and shown beside them.
	alike := "apellidos;nombres;sexo;nacimiento;situación jurídica;juzgado;causa;desde\n" +
		"Montez;Anna;F;;penado;Primero;1-2029;01/02/2029\nMontes;Ana;F;05/03/1991;penado;Primero;1-2029;01/02/2029\n"
	at = reception.upload("/settings/import", sentPeople(alike)...).is(http.StatusSeeOther).header.Get("Location")
	likely := reception.get(at).is(http.StatusOK).shows("2 would be taken", "2 people may be known already", "Montez, Anna", "/people/1000001F", "Line 2:")
	wellMade(t, likely)

	for _, name := range []string{"%3Cscript%3Ealert", "محمد", "Neil"} {
		found := reception.get("/people?q=" + name).is(http.StatusOK)
		if !regexp.MustCompile(`/people/\d{7}[A-Z]`).MatchString(found.text) {
			t.Errorf("nobody is found by %s", name)
		}
		found.hides("<script>alert", "<img src=x")
	}

	// The quarantine: what is wrong stands beside its cell; a cell is mended, a row is dropped.
	row := regexp.MustCompile(`/settings/quarantine/([0-9a-f]+-\d+)`).FindAllString(done.text, -1)
	if len(row) != 2 {
		t.Fatalf("two rows wait, and the report leads to %q", row)
	}
	wellMade(t, reception.get("/settings/quarantine").is(http.StatusOK).shows("padrón", "Official reception"))
	long, court := row[0], row[1]
	wellMade(t, reception.get(court).is(http.StatusOK).shows(`value="Cañas"`, "field-cell-5-error", "juzgado"))
	wellMade(t, reception.get(long).is(http.StatusOK).shows("field-cell-0-error", strings.Repeat("ñ", 4000)))
	cells := url.Values{}
	for i, cell := range []string{"Cañas", "Óscar", "M", "31/02/1980", "penado", "", "6-2029", "01/02/2029"} {
		cells.Set(fmt.Sprint("cell-", i), cell)
	}
	still := reception.post(court, cells).is(http.StatusUnprocessableEntity).shows("field-cell-3-error", "field-cell-5-error", `value="31/02/1980"`)
	wellMade(t, still)
	cells.Set("cell-3", "29/02/1980")
	cells.Set("cell-5", "Tercero")
	rest := reception.post(court, cells).is(http.StatusSeeOther).header.Get("Location")
	reception.get(rest).is(http.StatusOK).shows("The row was taken", long).hides(court)
	reception.post(court, cells).is(http.StatusNotFound)

	reception.post(long+"/drop", url.Values{"reason": {""}}).is(http.StatusUnprocessableEntity).shows("drop-reason-error")
	gone := reception.post(long+"/drop", url.Values{"reason": {"Nobody has this <name>"}}).is(http.StatusSeeOther).header.Get("Location")
	reception.get(gone).is(http.StatusOK).shows("No row waits", "The row was dropped")
	e := lastEntry(t, p)
	if e.Kind != custody.RowDropped || e.By != "reception" {
		t.Errorf("the book ends with %s by %s", e.Kind, e.By)
	}
	p.as("monitor").get("/book/"+decimal(e.Number)).is(http.StatusOK).shows("Row of a file dropped", "Nobody has this &lt;name&gt;", "padrón")
}

func TestPlacesAndManifestsAreImportedFromAPage(t *testing.T) {
	p := newPlay(t, 3)
	engineer, planner := p.as("engineer"), p.as("planner")
	places := "código;padre;nombre;tipo;superficie m2\nOLD-M2;OLD;Módulo 2;módulo;\nOLD-M2-C1;OLD-M2;Celda 1;celda;12,5\nOLD-M2-C1;OLD-M2;Celda 1;celda;12,5\n"
	at := engineer.upload("/settings/import", part{name: "kind", text: "places"}, part{name: "file", file: "lugares.csv", text: places}).is(http.StatusSeeOther).header.Get("Location")
	engineer.get(at).shows("3 read = 2 would be taken + 1 would go to the quarantine + 0 blank", "There is a place OLD-M2-C1 already", "Take 2 rows")
	engineer.post(at, url.Values{}).leadsTo(at)
	engineer.get("/settings/places/OLD-M2").is(http.StatusOK).shows("OLD-M2-C1")

	id := p.must(p.transfer.Draft(t.Context(), by("planner"), custody.Transfer{From: habeastest.Origin, To: habeastest.Centre, Date: "2031-03-15", LegalBasis: "Order 7"})).Entries[0].Transfer
	numbers := habeastest.Numbers(3)
	manifest := func(rows ...string) string {
		return planner.upload("/settings/import", part{name: "kind", text: "manifest"}, part{name: "transfer", text: id}, part{name: "file", file: "lista.csv", text: "ficha\n" + strings.Join(rows, "\n") + "\n"}).
			is(http.StatusSeeOther).header.Get("Location")
	}
	planner.get("/settings/import").shows(id).hides(`value="people"`)
	refused := manifest(numbers[0], "1000000A")
	wellMade(t, planner.get(refused).is(http.StatusOK).shows("2 read = 1 would be listed + 0 named twice + 1 refused + 0 blank", "whole or not at all").hides("Take 1 row"))
	planner.post(refused, url.Values{}).leadsTo(refused) // whatever the page offers, nobody is listed
	planner.get(refused).shows("1 refused").hides("The file was taken")
	good := manifest(numbers[0], numbers[1], numbers[0])
	planner.get(good).shows("3 read = 2 would be listed + 1 named twice + 0 refused + 0 blank", "Take 2 rows")
	planner.post(good, url.Values{}).leadsTo(good)
	planner.get("/transfers/" + id).shows("2 people")
}

func TestFilesThatAreNoTable(t *testing.T) {
	p := newPlay(t, 1)
	reception := p.as("reception")
	size := p.book.Size()
	send := func(name, text string) reply {
		t.Helper()
		return reception.upload("/settings/import", part{name: "kind", text: "people"}, part{name: "into", text: habeastest.OriginReception}, part{name: "file", file: name, text: text})
	}
	for what, file := range map[string]string{
		"nothing":         "",
		"a picture":       "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
		"an old workbook": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600),
		"half a workbook": "PK\x03\x04 and the rest was lost",
		"no header":       "uno;dos;tres\n1;2;3\n",
		"a program":       "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 100),
	} {
		r := send("padrón.xlsx", file).is(http.StatusUnprocessableEntity).shows("field-file-error", `value="`+habeastest.OriginReception+`" selected`)
		wellMade(t, r)
		if strings.Contains(r.text, "internal/") {
			t.Errorf("%s: the page speaks of the program", what)
		}
	}
	reception.upload("/settings/import", part{name: "kind", text: "people"}).is(http.StatusUnprocessableEntity).shows("No file was chosen")
	reception.upload("/settings/import", part{name: "kind", text: "places"}, part{name: "file", file: "x.csv", text: "a"}).is(http.StatusUnprocessableEntity).shows("field-kind-error")
	reception.upload("/settings/import", part{name: "kind", text: "people"}, part{name: "into", text: "CTR-M1-C1"}, part{name: "file", file: "x.csv", text: "a"}).is(http.StatusUnprocessableEntity).shows("field-into-error")
	reception.post("/settings/import", url.Values{"kind": {"people"}}).is(http.StatusBadRequest)
	for _, by := range []string{"landing", "monitor", "escort"} {
		b := p.as(by)
		b.get("/settings/import").is(http.StatusForbidden)
		b.get("/settings/quarantine").is(http.StatusForbidden)
		b.upload("/settings/import", sentPeople(listedPeople)...).is(http.StatusForbidden)
	}
	if p.book.Size() != size {
		t.Errorf("files that were refused wrote %d entries", p.book.Size()-size)
	}
}

// A file is held for an hour between the dry run and the taking.
func TestAFileIsNotHeldForLong(t *testing.T) {
	p := newPlay(t, 1)
	reception := p.as("reception")
	at := reception.upload("/settings/import", sentPeople(listedPeople)...).is(http.StatusSeeOther).header.Get("Location")
	other := reception.upload("/settings/import", sentPeople(listedPeople+"Sosa;Eva;F;06/03/1990;penado;Primero;9-2029;01/02/2029\n")...).is(http.StatusSeeOther).header.Get("Location")
	reception.get(at).is(http.StatusNotFound).shows("Send it again") // one an official
	p.clock.Advance(59 * time.Minute)
	reception = p.as("reception")
	reception.get(other).is(http.StatusOK)
	p.clock.Advance(2 * time.Minute)
	reception.get(other).is(http.StatusNotFound)
	reception.post(other, url.Values{}).is(http.StatusNotFound)
}

// flood sends two gigabytes as one field of a form, over a connection of its own, and returns the answer and how much of it
// the server let in before it answered and hung up.
func (b *browser) flood(path, field string, known bool) (status int, text string, sent int64) {
	b.t.Helper()
	address, err := url.Parse(b.server.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	line, err := net.Dial("tcp", address.Host)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = line.Close() }()
	const size = 2 << 30
	head := "--edge\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\npeople\r\n--edge\r\nContent-Disposition: form-data; name=\"into\"\r\n\r\n" + habeastest.OriginReception +
		"\r\n--edge\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"huge.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
	length := fmt.Sprintf("Content-Length: %d\r\n", len(head)+size)
	if !known {
		length = "Transfer-Encoding: chunked\r\n"
	}
	cookies := ""
	for _, c := range b.client.Jar.Cookies(address) {
		cookies += c.Name + "=" + c.Value + "; "
	}
	var done atomic.Int64
	chunk := bytes.Repeat([]byte{0xff}, 64<<10)
	go func() {
		write := func(text []byte) error {
			if !known {
				text = append(append(fmt.Appendf(nil, "%x\r\n", len(text)), text...), "\r\n"...)
			}
			_, err := line.Write(text)
			return err
		}
		_, err := io.WriteString(line, "POST "+path+" HTTP/1.1\r\nHost: "+address.Host+"\r\nCookie: "+strings.TrimSuffix(cookies, "; ")+"\r\nAccept-Language: en\r\nContent-Type: multipart/form-data; boundary=edge\r\n"+length+"\r\n")
		if err == nil {
			err = write([]byte(head))
		}
		for err == nil && done.Load() < size {
			if err = write(chunk); err == nil {
				done.Add(int64(len(chunk)))
			}
		}
	}()
	answer, err := http.ReadResponse(bufio.NewReader(line), nil)
	if err != nil {
		b.t.Fatalf("%s: no answer to two gigabytes: %v", path, err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		b.t.Fatal(err)
	}
	return answer.StatusCode, string(body), done.Load()
}

func TestTwoGigabytesAreRefusedWithoutBeingRead(t *testing.T) {
	p := newPlay(t, 1)
	reception := p.as("reception")
	for _, one := range []struct {
		path, field, keeps string
		most               int64 // megabytes that are let in, what the sockets hold included
	}{
		{"/settings/import", "file", `value="` + habeastest.OriginReception + `" selected`, 16},
		{"/people/" + habeastest.Numbers(1)[0] + "/photograph", "photograph", habeastest.Person(0).GivenNames, 8},
	} {
		for _, known := range []bool{true, false} {
			status, text, sent := reception.flood(one.path, one.field, known)
			if status != http.StatusRequestEntityTooLarge || !strings.Contains(text, "field-"+one.field+"-error") || !strings.Contains(text, one.keeps) {
				t.Errorf("%s answers two gigabytes with %d: %.300s", one.path, status, text)
			}
			if sent>>20 > one.most+16 {
				t.Errorf("%s (length known: %t) let %d MB in", one.path, known, sent>>20)
			}
		}
	}
	p.nobody().flood("/settings/import", "file", true)
}

func TestAPhotographIsPutOnARecord(t *testing.T) {
	p := newPlay(t, 2)
	number := habeastest.Numbers(1)[0]
	path := "/people/" + number
	reception, landing := p.as("reception"), p.as("landing")
	wellMade(t, reception.get(path).is(http.StatusOK).shows("No photograph", path+"/photograph"))
	landing.get(path).is(http.StatusOK).hides("No photograph", path+"/photograph")
	landing.get(path + "/photograph").is(http.StatusForbidden)
	wellMade(t, reception.get(path+"/photograph").is(http.StatusOK).shows(`data-max="8388608"`, "JPEG or PNG, at most 8 MB"))

	send := func(b *browser, name, content string) reply {
		t.Helper()
		return b.upload(path+"/photograph", part{name: "photograph", file: name, text: content})
	}
	for name, content := range map[string]string{"face.jpg": page.ScriptName, "face.png": "\x89PNG\r\n\x1a\n", "face.pdf": "%PDF-1.7", "face.svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`} {
		wellMade(t, send(reception, name, content).is(http.StatusUnprocessableEntity).shows("field-photograph-error"))
	}
	face := onePixel(t)
	send(landing, "face.png", face).is(http.StatusForbidden)
	done := send(reception, "../../face.png", face).is(http.StatusSeeOther).header.Get("Location")
	shown := reception.get(done).is(http.StatusOK).shows("Recorded: entry", "Photograph of ")
	wellMade(t, shown)
	image := regexp.MustCompile(`src="(/people/[^"]+/photograph/image\?look=\d+)"`).FindStringSubmatch(shown.text)
	if image == nil {
		t.Fatal("the record does not show the photograph")
	}
	size := p.book.Size()
	r := reception.get(image[1]).is(http.StatusOK)
	if r.text != face || r.header.Get("Content-Type") != "image/png" || r.header.Get("Cache-Control") != "no-store" || r.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the photograph came as %v", r.header)
	}
	if p.book.Size() != size {
		t.Error("the look at the record was recorded twice")
	}
	landing.get(image[1]).is(http.StatusOK)
	if e := lastEntry(t, p); e.Kind != custody.RecordRead || e.By != "landing" || e.Person != number {
		t.Errorf("another's look at the photograph left %+v", e)
	}
	p.as("engineer").get(image[1]).is(http.StatusForbidden)
	p.nobody().get(image[1]).is(http.StatusSeeOther)
	reception.get("/people/" + habeastest.Numbers(2)[1] + "/photograph/image").is(http.StatusNotFound)
}

// onePixel is the smallest picture there is.
func onePixel(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
