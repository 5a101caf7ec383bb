package api_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/habeastest"
)

const peopleFile = "apellidos;nombres;sexo;nacimiento;situación jurídica;juzgado;causa;desde\n" +
	"Montes;Ana;F;05/03/1990;penado;Primero;1-2029;01/02/2029\n" +
	"Rojas;Luis;quizás;06/03/1990;penado;Primero;2-2029;01/02/2029\n"

// A program takes in a file as the page does: a dry run, the taking, then each refused row,
// mended or dropped; and whoever may not admit people sees and takes nothing.
func TestImportsOverTheAPI(t *testing.T) {
	h := open(t, 1)
	reception := h.as("reception")
	at := "/imports?kind=people&name=" + url.QueryEscape("padrón.csv") + "&into=" + habeastest.OriginReception
	size := h.book.Size()
	dry := reception.sends(at, peopleFile).mustBe(200)
	if dry.number("read") != 2 || dry.number("taken") != 1 || dry.number("quarantined") != 1 || dry.body["applied"] != false {
		t.Errorf("the dry run: %s", dry.raw)
	}
	if files := reception.get("/quarantine").mustBe(200).list("files"); len(files) != 0 || h.book.Size() != size {
		t.Errorf("a dry run kept something: %v", files)
	}
	taken := reception.sends(at+"&apply=true", peopleFile).mustBe(200)
	if taken.number("taken") != 1 || taken.body["applied"] != true {
		t.Errorf("the taking: %s", taken.raw)
	}
	if again := reception.sends(at+"&apply=true", peopleFile).mustBe(200); again.body["appliedBefore"] != true {
		t.Errorf("the same file again: %s", again.raw)
	}
	found := reception.get("/people?q=Montes").mustBe(200)
	if !strings.Contains(string(found.raw), "Montes") {
		t.Errorf("who was taken is not found: %s", found.raw)
	}

	waiting := reception.get("/quarantine").mustBe(200).list("files")
	if len(waiting) != 1 {
		t.Fatalf("waiting: %v", waiting)
	}
	file := waiting[0].(object)
	rowsAt := "/quarantine/rows?" + url.Values{"file": {file["file"].(string)}, "kind": {"people"}, "kept": {file["kept"].(string)}}.Encode()
	rows := reception.get(rowsAt).mustBe(200).list("rows")
	if len(rows) != 1 {
		t.Fatalf("rows: %v", rows)
	}
	row := rows[0].(object)
	rowAt := "/quarantine/rows/" + url.PathEscape(row["id"].(string))
	cells := row["cells"].([]any)
	still := reception.post(rowAt+"/cells", object{"cells": cells}).mustBe(200)
	if still.body["taken"] != false || still.body["row"] == nil {
		t.Errorf("unmended: %s", still.raw)
	}
	reception.post(rowAt+"/cells", object{"cells": cells[:3]}).refused(422, "row-cells")
	mended := append([]any{}, cells...)
	mended[2] = "M"

	for _, path := range []string{rowAt, rowsAt} {
		if told := h.as("landing").get(path); strings.Contains(string(told.raw), "Rojas") {
			t.Errorf("an officer of the landings is told: %s", told.raw)
		}
	}
	h.as("landing").post(rowAt+"/cells", object{"cells": mended}).refused(403, "not-permitted")
	h.as("landing").post(rowAt+"/drop", object{"reason": "none of mine"}).refused(403, "not-permitted")
	h.as("monitor").sends(at+"&apply=true", peopleFile+"\n").refused(403, "not-permitted")

	done := reception.post(rowAt+"/cells", object{"cells": mended}).mustBe(200)
	if done.body["taken"] != true || done.body["reply"].(object)["count"] == 0.0 {
		t.Errorf("mended: %s", done.raw)
	}
	reception.get(rowAt).refused(404, "unknown-row")
	reception.post(rowAt+"/drop", object{"reason": "twice"}).refused(404, "unknown-row")
}

// What is no file of places or people, or too much of one.
func TestImportsThatTheAPIRefuses(t *testing.T) {
	h := open(t, 1)
	engineer, size := h.as("engineer"), h.book.Size()
	engineer.sends("/imports", "código;tipo\nX;cell\n").refused(422, "request-invalid")
	engineer.sends("/imports?kind=officials", "código;tipo\nX;cell\n").refused(422, "request-invalid")
	engineer.sends("/imports?kind=places", "\x7fELF\x02\x01\x01\x00\x00\x00").refused(422, "not-a-table")
	engineer.sends("/imports?kind=places", "").refused(400, "request-malformed")
	engineer.send("POST", "/imports?kind=places", io.LimitReader(endless{}, 200<<20)).refused(http.StatusRequestEntityTooLarge, "body-too-large")
	engineer.sends("/imports?kind=people&into=NOWHERE&apply=true", peopleFile).refused(403, "not-permitted")
	engineer.get("/quarantine/rows?file=x&kind=people").refused(422, "request-invalid")
	if h.book.Size() != size {
		t.Error("something was written")
	}

	const places = "código;tipo;nombre;padre\nOLD-M1-X9;celda;Nueva;OLD-M1\nOLD-M1-X8;nave;Rara;OLD-M1\n"
	engineer.sends("/imports?kind=places&apply=true", places).mustBe(200)
	file := engineer.get("/quarantine").mustBe(200).list("files")[0].(object)
	kept, err := time.Parse(time.RFC3339, file["kept"].(string))
	if err != nil {
		t.Fatal(err)
	}
	rows := engineer.get("/quarantine/rows?" + url.Values{"file": {file["file"].(string)}, "kind": {"places"}, "kept": {kept.Format(time.RFC3339Nano)}}.Encode()).mustBe(200).list("rows")
	at := "/quarantine/rows/" + url.PathEscape(rows[0].(object)["id"].(string))
	engineer.post(at+"/drop", object{"reason": " "}).refused(422, "reason-missing")
	engineer.post(at+"/drop", object{"reason": "there is no such place"}).mustBe(200)
	if left := engineer.get("/quarantine").mustBe(200).list("files"); len(left) != 0 {
		t.Errorf("after the drop: %v", left)
	}
}
