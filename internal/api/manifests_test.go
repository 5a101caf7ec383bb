package api_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// sends posts a file as it is.
func (p *person) sends(path, content string) *reply {
	p.t.Helper()
	return p.send("POST", path, strings.NewReader(content))
}

// workbook is the smallest workbook with one column of texts.
func workbook(t *testing.T, cells ...string) string {
	t.Helper()
	rows := ""
	for _, c := range cells {
		rows += `<row><c t="inlineStr"><is><t>` + c + `</t></is></c></row>`
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`,
		"_rels/.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" ` +
			`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ` +
			`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Lista" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" ` +
			`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml": `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + rows + `</sheetData></worksheet>`,
	} {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestManifestsFromFiles(t *testing.T) {
	h := open(t, 4)
	planner, p := h.as("planner"), habeastest.Numbers(4)
	id := planner.post("/transfers", object{"from": "OLD", "to": "CTR", "date": "2031-03-15", "legalBasis": "Order 7"}).mustBe(200).text("id")
	at := "/transfers/" + id + "/manifest/file?name=" + url.QueryEscape("lista.csv")

	dry := planner.sends(at, "Número\n"+p[0]+"\n"+p[1]+"\n"+p[0]+"\n").mustBe(200)
	if dry.number("listed") != 2 || dry.number("twice") != 1 || dry.body["applied"] != false {
		t.Errorf("the dry run: %s", dry.raw)
	}
	bad := planner.sends(at+"&apply=true", "Número\n"+p[0]+"\n1000001X\n").mustBe(200)
	if bad.number("refused") != 1 || bad.body["applied"] != false || bad.list("rows")[0].(object)["line"] != 3.0 {
		t.Errorf("a row with a wrong check letter: %s", bad.raw)
	}
	planner.sends(at, "\x7fELF\x02\x01\x01\x00\x00\x00\x00").refused(http.StatusUnprocessableEntity, "not-a-table")
	planner.sends(at, "").refused(http.StatusBadRequest, "request-malformed")
	long := "Número\n"
	for i := range custody.MaxManifest + 1 {
		long += custody.PrisonNumber(i) + "\n"
	}
	planner.sends(at, long).refused(http.StatusUnprocessableEntity, "manifest-too-long")
	planner.send("POST", at, io.LimitReader(endless{}, 200<<20)).refused(http.StatusRequestEntityTooLarge, "body-too-large")
	h.as("monitor").sends(at, "Número\n"+p[0]+"\n").refused(http.StatusForbidden, "not-permitted")
	planner.sends("/transfers/TR-0/manifest/file", "Número\n"+p[0]+"\n").refused(http.StatusNotFound, "unknown-transfer")
	if lines := planner.get("/transfers/" + id + "/manifest").mustBe(200); lines.number("total") != 0 {
		t.Fatalf("somebody is listed: %s", lines.raw)
	}

	book := workbook(t, "Número de interno", p[0], p[1], p[0])
	done := planner.with("k1").sends(at+"&apply=true", book).mustBe(200)
	if done.text("format") != "xlsx" || done.body["applied"] != true || done.number("listed") != 2 {
		t.Errorf("a workbook: %s", done.raw)
	}
	if again := planner.with("k1").sends(at+"&apply=true", book).mustBe(200); again.body["appliedBefore"] != true || again.number("listed") != 2 {
		t.Errorf("sent twice: %s", again.raw)
	}
	planner.with("k1").sends(at+"&apply=true", workbook(t, "Número", p[2])).refused(http.StatusConflict, "idempotency-key-reused")
	if view := planner.get("/transfers/" + id).mustBe(200); len(view.list("exceptions")) != 1 {
		t.Errorf("whoever was named twice is no exception: %s", view.raw)
	}
}

// endless is a body that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestManifestsFromQueries(t *testing.T) {
	h := open(t, 4)
	planner := h.as("planner")
	id := planner.post("/transfers", object{"from": "OLD", "to": "CTR", "date": "2031-03-15", "legalBasis": "Order 7"}).mustBe(200).text("id")
	at := "/transfers/" + id + "/manifest/query"
	preview := planner.post(at, object{"limit": 3}).mustBe(200)
	if preview.number("matched") != 4 || preview.number("beyond") != 1 || len(preview.list("people")) != 3 || preview.body["applied"] != false {
		t.Fatalf("the preview: %s", preview.raw)
	}
	planner.post(at, object{"limit": 5001}).refused(http.StatusUnprocessableEntity, "query-value")
	planner.post(at, object{"legal": 7}).refused(http.StatusUnprocessableEntity, "request-invalid")
	planner.post(at, object{"limit": 2, "apply": true, "digest": preview.text("digest")}).refused(http.StatusConflict, "selection-changed")
	h.as("reception").post(at, object{}).refused(http.StatusForbidden, "not-permitted")

	apply := object{"limit": 3, "apply": true, "digest": preview.text("digest")}
	for range 2 {
		done := planner.with("q1").post(at, apply).mustBe(200)
		if done.body["applied"] != true || done.number("listed") != 3 || len(done.list("people")) != 3 {
			t.Fatalf("applied: %s", done.raw)
		}
	}
	if lines := planner.get("/transfers/" + id + "/manifest").mustBe(200); lines.number("total") != 3 {
		t.Fatalf("the manifest: %s", lines.raw)
	}
}
