package api_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/seal"
)

// prints asks for a document and returns its pages.
func (p *person) prints(path string) []string {
	p.t.Helper()
	a := p.get(path).mustBe(200)
	if got := a.header.Get("Content-Type"); got != "application/pdf" {
		p.t.Fatalf("%s: a document of type %q", path, got)
	}
	if got := a.header.Get("Content-Disposition"); !strings.HasPrefix(got, `inline; filename="`) || !strings.HasSuffix(got, `.pdf"`) {
		p.t.Errorf("%s: the file is called %q", path, got)
	}
	return habeastest.PDFText(p.t, a.raw)
}

// by is a command of an official.
func by(name string) book.Command { return book.Command{By: name} }

// keeps keeps a file, as records officers do, and returns what it is named by.
func (h *house) keeps(who string, file []byte) string {
	h.t.Helper()
	hash, err := h.roll.KeepAttachment(h.t.Context(), who, file)
	if err != nil {
		h.t.Fatal(err)
	}
	return hash
}

func has(t *testing.T, what string, pages []string, texts ...string) {
	t.Helper()
	all := strings.Join(pages, "\n")
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("%s does not say %q:\n%s", what, text, all)
		}
	}
}

// planned is a house in which a transfer of four was approved, two of them aboard, and the cells desk planned a cell for one.
func planned(t *testing.T) (*house, string, []string) {
	t.Helper()
	h := open(t, 6)
	p := habeastest.Numbers(6)
	planner := h.as("planner")
	id := planner.post("/transfers", object{"from": habeastest.Origin, "to": habeastest.Centre, "date": h.clock.Now().Format(time.DateOnly), "legalBasis": "Order 7"}).mustBe(200).text("id")
	planner.post("/transfers/"+id+"/manifest", object{"people": p[:4]}).mustBe(200)
	planner.post("/transfers/"+id+"/escort", object{"corps": "Second Brigade", "commander": "Col. Ruiz", "units": []object{{"name": "First", "headcount": 10}}}).mustBe(200)
	planner.post("/transfers/"+id+"/vehicles", object{"vehicles": []object{{"code": "B1", "seats": 40}, {"code": "B2", "seats": 40}}}).mustBe(200)
	if _, _, err := h.cells.PlanTransfer(t.Context(), by("planner"), id, []custody.PlannedCell{{Person: p[0], Cell: habeastest.CentreCell(1, 2), Why: "open-room"}}, 1, h.clock.Now()); err != nil {
		t.Fatal(err)
	}
	h.as("governor").post("/transfers/"+id+"/approval", object{}).mustBe(200)
	h.as("escort").post("/transfers/"+id+"/identifications", object{"people": p[:2]}).mustBe(200)
	h.as("escort").post("/transfers/"+id+"/boardings", object{"vehicle": "B1", "people": p[:2]}).mustBe(200)
	return h, id, p
}

func TestDocumentsOfATransfer(t *testing.T) {
	h, id, p := planned(t)
	reception := h.as("reception")
	before := h.book.Size()
	manifest := reception.prints("/documents/manifest/" + id)
	has(t, "the manifest", manifest, id, p[0], p[3], "CTR-M1-C2 · has room", "Second Brigade", "Col. Ruiz", "In no vehicle yet (2)")
	if h.book.Size() != before+1 {
		t.Errorf("a manifest is %d looks, want one", h.book.Size()-before)
	}
	one := reception.prints("/documents/manifest/" + id + "?vehicle=B1&language=es&size=letter")
	has(t, "the manifest in Spanish", one, "Lista de traslado", p[0])
	reception.get("/documents/manifest/"+id+"?vehicle=B9").refused(404, "unknown-vehicle")
	reception.get("/documents/manifest/TR-1999-0001").refused(404, "unknown-transfer")
	reception.get("/documents/manifest/"+id+"?language=fr").refused(422, "request-invalid")

	records := reception.prints("/documents/escort-records/" + id + "?vehicle=B1")
	has(t, "the records of a vehicle", records, p[0], p[1], "CTR-M1-C2")
	if strings.Contains(strings.Join(records, ""), p[2]) {
		t.Error("the records of a vehicle are of others too")
	}
	reception.get("/documents/escort-records/"+id+"?vehicle=B2").refused(422, "nobody-to-print")
	looks := h.as("monitor").get("/people/" + p[0] + "/looks").mustBe(200)
	if !strings.Contains(string(looks.raw), "escort record, printed") {
		t.Errorf("who printed the record of %s is not among the looks: %s", p[0], looks.raw)
	}
	if n := len(reception.prints("/documents/wristbands/" + id)); n != 4 {
		t.Errorf("%d wristbands for four", n)
	}

	h.as("escort").post("/transfers/"+id+"/counts", object{"vehicle": "B1", "stage": "boarding", "counted": 2}).mustBe(200)
	handover := reception.post("/transfers/"+id+"/departure-offers", object{"vehicles": []string{"B1"}}).mustBe(200).text("id")
	form := reception.prints("/documents/handover/" + handover)
	has(t, "the handover form", form, handover, p[0], p[1], "Official reception", "2 people change hands")
	h.as("engineer").get("/documents/handover/"+handover).refused(403, "not-permitted")
}

func TestTheEscortRecordOfAPerson(t *testing.T) {
	h := open(t, 4)
	p := habeastest.Numbers(4)
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 60, 80))); err != nil {
		t.Fatal(err)
	}
	kept := h.keeps("records", file.Bytes())
	who := h.as("records").get("/people/" + p[0]).mustBe(200).body["person"].(object)
	who["photograph"] = kept
	h.as("records").post("/people/"+p[0]+"/corrections", object{"person": who, "corrects": 0}).mustBe(200)
	if _, err := h.cells.Assess(t.Context(), by("health"), custody.Assessment{Person: p[0], Risk: custody.HighRisk, Needs: []string{"wheelchair"}, Reason: "seen by the nurse"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.cells.KeepApart(t.Context(), by("duty"), custody.KeepApart{Members: p[:2], Level: custody.WingLevel, Pairwise: true, Reason: "they fought"}); err != nil {
		t.Fatal(err)
	}
	record := h.as("reception").prints("/documents/escort-record/" + p[0])
	has(t, "the record", record, p[0], "Wheelchair", "Keep apart (Wing) from: "+p[1], "Sentence", "seen by the nurse")
	if strings.Contains(strings.Join(record, ""), "No photograph") {
		t.Error("the photograph is not on the record")
	}
	h.as("reception").get("/documents/escort-record/1000999X").refused(422, "prison-number-check")
	h.as("engineer").get("/documents/escort-record/"+p[0]).refused(403, "not-permitted")
}

// A custody receipt on paper, scanned, is the receipt that check-receipt takes.
func TestACustodyReceiptIsCheckedFromThePaper(t *testing.T) {
	h := open(t, 1)
	p := habeastest.Numbers(1)[0]
	a := h.as("records").get("/documents/custody-receipt/" + p).mustBe(200)
	checked := h.scanned(a.raw)
	if !strings.Contains(string(checked.Entry), `"person.admitted"`) || !strings.Contains(string(checked.Entry), p) {
		t.Errorf("the receipt proves %s", checked.Entry)
	}
	again := h.as("records").get("/documents/receipt/" + fmt.Sprint(checked.Number)).mustBe(200)
	if h.scanned(again.raw).Number != checked.Number {
		t.Error("the receipt of the entry is another's")
	}
	h.as("records").get("/documents/receipt/999999").refused(404, "unknown-entry")
	h.as("records").get("/documents/receipt/x").refused(422, "entry-number-malformed")
}

// scanned reads the codes of every page that has any, puts them together, and checks the receipt that they are.
func (h *house) scanned(file []byte) seal.Checked {
	h.t.Helper()
	var read strings.Builder
	pages := habeastest.PDFText(h.t, file)
	for i, page := range pages {
		if strings.Contains(page, "Part ") {
			for _, part := range habeastest.QRCodes(h.t, habeastest.PDFPage(h.t, file, i+1)) {
				read.WriteString(strings.TrimSpace(part))
			}
		}
	}
	checked, err := seal.CheckReceipt([]byte(read.String()+"\n"), h.book.VerifierKey(), seal.Quorum{})
	if err != nil {
		h.t.Fatalf("the paper does not check: %v\n%s", err, read.String())
	}
	return checked
}

func TestTheRollOnPaper(t *testing.T) {
	h := open(t, 5)
	p := habeastest.Numbers(5)
	duty := h.as("duty")
	duty.post("/people/"+p[0]+"/outings", object{"destination": habeastest.Court, "escort": "Sgt. Tobar"}).mustBe(200)
	has(t, "the roll sheet", duty.prints("/documents/roll-sheet/"+habeastest.Origin), p[0], p[4], "Out of Old Prison", "Sgt. Tobar", "First Court")
	has(t, "the roll sheet of a place", duty.prints("/documents/roll-sheet/"+habeastest.OriginReception), p[1])
	duty.get("/documents/roll-sheet/"+habeastest.Court).refused(404, "unknown-place")
	h.as("engineer").get("/documents/roll-sheet/"+habeastest.Origin).refused(403, "not-permitted")

	entry := duty.with("print-1").post("/paper-rolls", object{"establishment": habeastest.Origin}).mustBe(200).text("id")
	if again := duty.with("print-1").post("/paper-rolls", object{"establishment": habeastest.Origin}).mustBe(200); again.text("id") != entry {
		t.Errorf("the same printing is entry %s and then %s", entry, again.text("id"))
	}
	first := duty.get("/documents/paper-roll/" + entry).mustBe(200)
	pages := habeastest.PDFText(t, first.raw)
	has(t, "the paper roll", pages, p[0], p[4], "check-receipt", "Fingerprint")
	checked := h.scanned(first.raw)
	printed, err := custody.DecodeEntry(checked.Entry)
	if err != nil {
		t.Fatal(err)
	}
	of := printed.Detail.(*custody.RollPrint)
	has(t, "the paper roll", pages, of.Digest[:16], of.Digest)
	if of.People != 5 || of.Establishment != habeastest.Origin {
		t.Errorf("recorded as printed: %+v", of)
	}

	// Later, after everything has moved, and by a desk that remembers nothing, the same pages are made from the book.
	h.clock.Advance(10 * time.Minute)
	h.as("reception").post("/moves", move(p[1], habeastest.OriginCell)).mustBe(200)
	duty.post("/people/"+p[2]+"/escape", object{}).mustBe(200)
	h.restart()
	later := habeastest.PDFText(t, h.as("duty").get("/documents/paper-roll/"+entry).mustBe(200).raw)
	for i, page := range pages[:len(pages)-2] { // the seal is of the newest checkpoint
		if later[i] != page {
			t.Errorf("page %d is not as it was:\n%s\nwas:\n%s", i+1, later[i], page)
		}
	}
	h.as("duty").get("/documents/paper-roll/0").refused(404, "unknown-roll-print")
	h.as("duty").get("/documents/paper-roll/999999").refused(404, "unknown-roll-print")
	h.as("engineer").post("/paper-rolls", object{"establishment": habeastest.Origin}).refused(403, "not-permitted")
	h.as("duty").post("/paper-rolls", object{"establishment": habeastest.OriginCell}).refused(404, "unknown-establishment")
}

func TestCountsOnPaper(t *testing.T) {
	h, id := counting(t)
	has(t, "the sheet", h.as("duty").prints("/documents/count-sheet/"+id), id, habeastest.OriginReception)
	blind := strings.Join(h.as("landing").prints("/documents/count-sheet/"+id), "")
	if !strings.Contains(blind, "What is expected is not shown") {
		t.Errorf("the sheet of a counter says:\n%s", blind)
	}
	slips := h.as("landing").prints("/documents/count-slips/" + id)
	has(t, "the slips", slips, "counter 1", "counter 2", habeastest.OriginReception)
	if one := h.as("landing").prints("/documents/count-slips/" + id + "?landing=" + habeastest.OriginReception); len(one) != 2 {
		t.Errorf("%d slips of one landing", len(one))
	}
	h.as("landing").get("/documents/count-sheet/C0").refused(404, "unknown-count")
	h.as("landing").get("/documents/roll-sheet/"+habeastest.Origin).refused(403, "blind-while-counting")
	h.as("landing").get("/documents/place-wristbands/"+habeastest.Origin).refused(403, "blind-while-counting")
}

func TestLabels(t *testing.T) {
	h := open(t, 3)
	p := habeastest.Numbers(3)
	a := h.as("reception").get("/documents/wristband/" + p[0]).mustBe(200)
	if got := habeastest.QRCodes(t, habeastest.PDFPage(t, a.raw, 1)); len(got) != 1 || got[0] != p[0] {
		t.Errorf("the wristband says %q", got)
	}
	if n := len(h.as("reception").prints("/documents/place-wristbands/" + habeastest.OriginReception)); n != 3 {
		t.Errorf("%d wristbands for three", n)
	}
	h.as("reception").get("/documents/place-wristbands/"+habeastest.OriginCell).refused(422, "nobody-to-print")
	has(t, "the labels", h.as("engineer").prints("/documents/door-labels/"+habeastest.Centre), habeastest.CentreCell(1, 1), habeastest.CentreCell(3, 4))
	h.as("engineer").get("/documents/door-labels/NOWHERE").refused(404, "unknown-place")
	h.stranger().get("/documents/door-labels/"+habeastest.Centre).refused(401, "signed-out")
}

// An official of another establishment prints nothing of this one.
func TestDocumentsOfOthersAreNotPrinted(t *testing.T) {
	h, id, p := planned(t)
	h.as("engineer").post("/officials", object{"official": custody.Official{Name: "road", FullName: "Roadside Duty", Roles: []custody.Role{custody.DutyManager}, Establishment: habeastest.Roadside}}).mustBe(200)
	road := h.as("road")
	before := h.book.Size()
	for path, want := range map[string]int{
		"/documents/manifest/" + id:                        http.StatusNotFound,
		"/documents/escort-records/" + id:                  http.StatusNotFound,
		"/documents/wristbands/" + id:                      http.StatusNotFound,
		"/documents/escort-record/" + p[0]:                 http.StatusNotFound,
		"/documents/wristband/" + p[0]:                     http.StatusNotFound,
		"/documents/custody-receipt/" + p[0]:               http.StatusNotFound,
		"/documents/roll-sheet/" + habeastest.Origin:       http.StatusForbidden,
		"/documents/place-wristbands/" + habeastest.Origin: http.StatusForbidden,
		"/documents/door-labels/" + habeastest.Origin:      http.StatusForbidden,
	} {
		if a := road.get(path); a.status != want {
			t.Errorf("%s: %d, want %d: %s", path, a.status, want, a.raw[:min(300, len(a.raw))])
		}
	}
	road.post("/paper-rolls", object{"establishment": habeastest.Origin}).mustBe(403)
	if h.book.Size() != before {
		t.Error("something was recorded of what was not shown")
	}
}

func TestAFormOnPaperIsEntered(t *testing.T) {
	h := open(t, 4)
	p := habeastest.Numbers(4)
	form := h.as("duty").get("/documents/paper-form/" + habeastest.Origin + "?sheets=2&language=es").mustBe(200)
	codes := habeastest.QRCodes(t, habeastest.PDFPage(t, form.raw, 2))
	if len(codes) != 1 || !strings.HasPrefix(codes[0], "OLD-") || !strings.HasSuffix(codes[0], "-2") {
		t.Fatalf("the second form is %q", codes)
	}
	number := codes[0]
	h.as("duty").get("/documents/paper-form/"+habeastest.OriginCell).refused(404, "unknown-establishment")

	h.clock.Advance(10 * time.Minute)
	then := h.clock.Now().Add(-8 * time.Minute)
	line := func(n int, what, who, where string) object {
		return object{"line": n, "what": what, "person": who, "place": where, "happened": then.Add(time.Duration(n) * time.Minute)}
	}
	body := object{"hand": "Óscar Cañas", "lines": []object{
		line(1, "found", strings.ToLower(p[0]), habeastest.OriginCell), line(2, "escaped", p[1], ""), line(3, "returned", p[1], habeastest.OriginReception)}}
	before := h.book.Size()
	wrong := object{"hand": "Óscar Cañas", "lines": []object{line(1, "found", p[0], habeastest.OriginCell), line(2, "found", p[1], "NOWHERE"), line(3, "vanished", p[2], "")}}
	r := h.as("landing").post("/paper-forms/"+number, wrong).refused(404, "paper-form-refused")
	if faults := fmt.Sprint(r.list("errors")); !strings.Contains(faults, "NOWHERE") || !strings.Contains(faults, "vanished") || len(r.list("errors")) != 2 {
		t.Errorf("the lines named are %s", faults)
	}
	if h.book.Size() != before {
		t.Error("a part of a form was entered")
	}
	a := h.as("landing").with("sheet").post("/paper-forms/"+number, body).mustBe(200)
	if len(a.list("entries")) != 3 {
		t.Fatalf("entered: %s", a.raw)
	}
	first := a.list("entries")[0].(object)
	if at, err := time.Parse(time.RFC3339, first["happened"].(string)); err != nil || !at.Equal(then.Add(time.Minute)) || fmt.Sprint(first["paper"]) != fmt.Sprint(object{"form": number, "hand": "Óscar Cañas", "line": 1.0}) {
		t.Errorf("the first entry is %v", first)
	}
	// The next shift finds the sheet and types it again.
	again := h.as("duty").post("/paper-forms/"+number, body).refused(409, "paper-form-refused")
	if len(again.list("errors")) != 3 || !strings.Contains(fmt.Sprint(again.list("errors")), "landing") {
		t.Errorf("the second time: %s", again.raw)
	}
	h.as("landing").with("sheet").post("/paper-forms/"+number, body).mustBe(200) // the same request is answered again

	// Whoever came in is taken in only by those who may take people in.
	arrival := object{"hand": "Óscar Cañas", "lines": []object{{"line": 4, "what": "arrived", "place": habeastest.OriginReception, "familyNames": "Tobar", "sex": "M", "happened": then}}}
	h.as("landing").post("/paper-forms/"+number, arrival).refused(403, "not-permitted")
	h.as("reception").post("/paper-forms/"+number, arrival).mustBe(200)
	h.as("monitor").post("/paper-forms/"+number, arrival).refused(403, "not-permitted")
	h.as("reception").post("/paper-forms/"+number, object{"hand": "Óscar", "lines": []object{}}).refused(422, "list-empty")
}

// A receipt that no single code holds is split, and a sheet is never printed with less than all of it.
func TestALongReceiptIsSplit(t *testing.T) {
	h := open(t, 0)
	long := object{"familyNames": strings.Repeat("Ñ", 200), "givenNames": strings.Repeat("é", 200), "sex": "F"}
	paper := object{"kind": "sentence", "issuer": strings.Repeat("x", 200), "case": "1", "from": h.clock.Now().AddDate(-1, 0, 0)}
	a := h.as("reception").post("/admissions", object{"arrivals": []object{{"place": habeastest.OriginReception, "person": long, "authorities": []object{paper}, "property": strings.Repeat("y", 1900)}}}).mustBe(200)
	printed := h.as("reception").get("/documents/custody-receipt/" + a.text("id")).mustBe(200)
	if checked := h.scanned(printed.raw); !bytes.Contains(checked.Entry, []byte(strings.Repeat("y", 1900))) {
		t.Error("the receipt is cut short")
	}
}
