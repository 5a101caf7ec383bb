package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/seal"
)

type object = map[string]any

func move(person, to string) object {
	return object{"moves": []object{{"person": person, "to": to}}}
}

func TestSigningInAndOut(t *testing.T) {
	h := open(t, 0)
	stranger := h.stranger()
	stranger.get("/roll").refused(401, "signed-out")
	stranger.post("/sessions", object{"name": "reception", "password": "no such password"}).refused(401, "sign-in-refused")
	stranger.post("/sessions", object{"name": "nobody", "password": "no such password"}).refused(401, "sign-in-refused")

	reception := h.as("reception")
	who := reception.get("/sessions/current").mustBe(200)
	if who.text("name") != "reception" || len(who.list("roles")) != 1 {
		t.Errorf("signed in as %s", who.raw)
	}
	reception.send("DELETE", "/sessions/current", nil).mustBe(204)
	reception.get("/roll").refused(401, "signed-out")
	(&person{house: h, token: "made up", language: "es"}).get("/roll").refused(401, "signed-out")
}

func TestABrowserSignsInByItsCookie(t *testing.T) {
	h := open(t, 0)
	send := func(method, path, body string, header http.Header) *reply {
		request, err := http.NewRequest(method, h.server.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = header
		request.Header.Set("Cookie", "habeas_session="+h.as("duty").token)
		return h.stranger().do(request)
	}
	send("GET", "/api/v1/roll", "", http.Header{}).mustBe(200)
	// A page of another site cannot act with it.
	send("POST", "/api/v1/moves", "{}", http.Header{"Sec-Fetch-Site": {"cross-site"}}).refused(403, "other-site")
	send("POST", "/api/v1/moves", "{}", http.Header{"Sec-Fetch-Site": {"same-origin"}}).refused(422, "list-empty")
}

func TestWhoMayDoWhat(t *testing.T) {
	h := open(t, 2)
	someone := habeastest.Numbers(1)[0]
	for _, c := range []struct{ who, method, path string }{
		{"monitor", "POST", "/moves"},
		{"monitor", "POST", "/admissions"},
		{"reception", "POST", "/transfers"},
		{"planner", "POST", "/transfers/TR-2031-0001/approval"},
		{"health", "POST", "/officials"},
		{"landing", "POST", "/people/" + someone + "/release"},
		{"engineer", "GET", "/people/" + someone},
		{"engineer", "GET", "/people?q=perez"},
		{"reception", "GET", "/entries"},
		{"reception", "GET", "/entries/stream"},
		{"reception", "GET", "/entries/0"},
		{"landing", "POST", "/verification"},
		{"engineer", "GET", "/attachments/00"},
	} {
		var body io.Reader
		if c.method == "POST" {
			body = strings.NewReader(`{}`)
			if c.path == "/moves" {
				body = strings.NewReader(`{"moves":[{"person":"` + someone + `","to":"` + habeastest.OriginCell + `"}]}`)
			}
			if c.path == "/admissions" {
				body = strings.NewReader(`{"arrivals":[{"place":"OLD-REC"}]}`)
			}
		}
		before := h.book.Size()
		h.as(c.who).send(c.method, c.path, body).refused(403, "not-permitted")
		if h.book.Size() != before {
			t.Errorf("%s %s by %s was refused and yet wrote", c.method, c.path, c.who)
		}
	}
}

func TestADismissedOfficialIsOut(t *testing.T) {
	h := open(t, 0)
	landing := h.as("landing")
	landing.get("/roll").mustBe(200)
	h.as("engineer").post("/officials/landing/dismissal", object{}).mustBe(200)
	landing.get("/roll").refused(401, "signed-out")
	h.stranger().post("/sessions", object{"name": "landing", "password": password}).refused(401, "sign-in-refused")
}

func TestAppointingWithAPassword(t *testing.T) {
	h := open(t, 0)
	engineer := h.as("engineer")
	appointment := object{"official": object{"name": "night.duty", "fullName": "Night Duty", "roles": []string{"duty"}}, "password": "short"}
	engineer.post("/officials", appointment).refused(422, "password-too-short")
	appointment["password"] = "a much longer password"
	reply := engineer.with("k1").post("/officials", appointment).mustBe(200)
	if reply.text("id") != "night.duty" {
		t.Errorf("appointed %q", reply.text("id"))
	}
	h.stranger().post("/sessions", object{"name": "night.duty", "password": "a much longer password"}).mustBe(201)
	// The book holds nothing from which the password could be guessed.
	entry := reply.list("entries")[0].(object)
	with := h.as("duty").get(fmt.Sprintf("/entries/%d", reply.number("first"))).mustBe(200)
	appointment["password"] = "another long password"
	again := engineer.with("k1").post("/officials", appointment).mustBe(200)
	if again.body["replayed"] != true || fmt.Sprint(entry["request"]) != fmt.Sprint(with.body["request"]) {
		t.Error("the digest of an appointment depends on the password")
	}
}

func TestTheSameRequestCountsOnce(t *testing.T) {
	h := open(t, 2)
	numbers := habeastest.Numbers(2)
	reception := h.as("reception")
	first := reception.with("key-1").post("/moves", move(numbers[0], habeastest.OriginCell)).mustBe(200)
	again := reception.with("key-1").post("/moves", move(numbers[0], habeastest.OriginCell)).mustBe(200)
	if first.body["replayed"] != false || again.body["replayed"] != true {
		t.Errorf("replayed is %v and then %v", first.body["replayed"], again.body["replayed"])
	}
	for _, field := range []string{"first", "count", "id", "entries"} {
		if fmt.Sprint(first.body[field]) != fmt.Sprint(again.body[field]) {
			t.Errorf("%s is %v and then %v", field, first.body[field], again.body[field])
		}
	}
	if first.number("first") != again.number("first") || h.book.Size() != first.number("first")+1 {
		t.Errorf("the book has %d entries", h.book.Size())
	}
	reception.with("key-1").post("/moves", move(numbers[1], habeastest.OriginCell)).refused(409, "idempotency-key-reused")
	reception.with("key-1").post("/people/"+numbers[0]+"/sightings", object{"place": habeastest.OriginCell}).refused(409, "idempotency-key-reused")
	// Another official's key is another key.
	h.as("reception2").with("key-1").post("/moves", move(numbers[1], habeastest.OriginCell)).mustBe(200)
	// A refused request has used nothing up.
	reception.with("key-2").post("/moves", move(numbers[1], habeastest.OriginCell)).refused(409, "already-there")
	reception.with("key-2").post("/moves", move(numbers[1], habeastest.OriginReception)).mustBe(200)
	reception.with(strings.Repeat("k", 101)).post("/moves", move(numbers[1], habeastest.OriginCell)).refused(422, "request-invalid")
}

func TestManifestsAreBounded(t *testing.T) {
	h := open(t, 3)
	planner := h.as("planner")
	id := planner.post("/transfers", object{"from": "OLD", "to": "CTR", "date": "2031-03-15", "legalBasis": "Order 7"}).mustBe(200).text("id")
	if id != "TR-2031-0001" {
		t.Fatalf("drafted %q", id)
	}
	many := make([]string, custody.MaxManifest+1)
	for i := range many {
		many[i] = custody.PrisonNumber(i)
	}
	planner.post("/transfers/"+id+"/manifest", object{"people": many}).refused(422, "manifest-too-long")
	refused := planner.speaking("es").post("/transfers/"+id+"/manifest", object{"people": []string{many[0], many[77], "rubbish"}}).refused(409, "manifest-refused")
	if got := refused.list("errors"); len(got) != 2 || got[0].(object)["code"] != "unknown-person" ||
		got[0].(object)["detail"] != many[77]+" no está en el registro (fila 2)." {
		t.Errorf("the rows are not named: %v", got)
	}
	loaded := planner.post("/transfers/"+id+"/manifest?proofs=all", object{"source": "list.csv", "people": []string{many[0], many[1], many[0]}}).mustBe(200)
	if loaded.text("id") != id || loaded.number("count") != 3 || len(loaded.list("proofs")) != 3 {
		t.Errorf("loaded: %s", loaded.raw)
	}
	if lines := planner.get("/transfers/" + id + "/manifest?limit=1").mustBe(200); lines.number("total") != 2 || len(lines.list("lines")) != 1 {
		t.Errorf("the manifest: %s", lines.raw)
	}
	// The author cannot approve, and somebody else can.
	h.as("governor").post("/transfers/"+id+"/approval", object{}).mustBe(200)
	if view := planner.get("/transfers/" + id).mustBe(200); view.text("status") != "approved" || len(view.list("exceptions")) != 1 {
		t.Errorf("the transfer: %s", view.raw)
	}
}

func TestWhatIsUnknown(t *testing.T) {
	h := open(t, 1)
	duty := h.as("duty")
	for path, code := range map[string]string{
		"/people/1000077" + custody.PrisonNumber(77)[7:]: "unknown-person",
		"/transfers/TR-1999-0001":                        "unknown-transfer",
		"/transfers/TR-1999-0001/manifest":               "unknown-transfer",
		"/handovers/H9":                                  "unknown-handover",
		"/entries/99999":                                 "unknown-entry",
		"/entries/99999/receipt":                         "unknown-entry",
		"/attachments/0000":                              "unknown-attachment",
		"/nowhere":                                       "unknown-address",
		"/api/v2/roll":                                   "unknown-address",
		"/log/nothing":                                   "unknown-address",
		"/log/tile/9/000":                                "unknown-address",
	} {
		duty.get(path).refused(404, code)
	}
	duty.get("/people/1000000A").refused(422, "prison-number-check")
	duty.get("/people/"+strings.Repeat("1", 200)).refused(422, "text-too-long")
	duty.get("/entries/-1").refused(422, "entry-number-malformed")
	duty.get("/entries?kind=nonsense").refused(422, "kind-unknown")
	duty.get("/entries?limit=100000").refused(422, "request-invalid")
	duty.post("/discrepancies/D9/resolution", object{"explanation": "it is so"}).refused(404, "unknown-discrepancy")
	wrong := duty.send("PUT", "/moves", strings.NewReader("{}")).refused(405, "method-not-allowed")
	if wrong.header.Get("Allow") != "POST" {
		t.Errorf("Allow: %q", wrong.header.Get("Allow"))
	}
}

func TestLookingIsRecorded(t *testing.T) {
	h := open(t, 1)
	number := habeastest.Numbers(1)[0]
	before := h.book.Size()
	record := h.as("health").get("/people/" + number + "?why=screening").mustBe(200)
	if record.body["person"].(object)["number"] != number || record.text("legalStatus") != "convicted" {
		t.Errorf("the record: %s", record.raw)
	}
	looks := h.as("monitor").get(fmt.Sprintf("/entries?after=%d&kind=record.read", before-1)).mustBe(200).list("entries")
	if len(looks) != 1 || looks[0].(object)["by"] != "health" || looks[0].(object)["note"] != "screening" || looks[0].(object)["person"] != number {
		t.Errorf("the looks: %v", looks)
	}
	chain := h.as("health").get("/people/" + number + "/chain?limit=2").mustBe(200)
	if len(chain.list("entries")) != 2 || chain.body["next"] == nil {
		t.Fatalf("the chain: %s", chain.raw)
	}
	rest := h.as("health").get(fmt.Sprintf("/people/%s/chain?before=%d", number, chain.number("next"))).mustBe(200).list("entries")
	if last := rest[len(rest)-1].(object); last["kind"] != "person.admitted" {
		t.Errorf("the chain ends with %v", last)
	}
}

func TestReceiptsAreCheckedByAnybody(t *testing.T) {
	h := open(t, 1)
	key := strings.TrimSpace(string(h.stranger().get("/log/key").mustBe(200).raw))
	admitted := int64(-1)
	for _, e := range h.as("monitor").get("/entries?kind=person.admitted").mustBe(200).list("entries") {
		admitted = int64(e.(object)["number"].(float64))
	}
	receipt := h.as("reception").get(fmt.Sprintf("/entries/%d/receipt", admitted)).mustBe(200)
	checked, err := seal.CheckReceipt(receipt.raw, key, seal.Quorum{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := custody.DecodeEntry(checked.Entry)
	if err != nil || e.Number != admitted || e.Kind != custody.PersonAdmitted {
		t.Errorf("the receipt proves %s: %v", checked.Entry, err)
	}
	altered := bytes.Replace(receipt.raw, []byte("index "), []byte("index 1"), 1)
	if _, err := seal.CheckReceipt(altered, key, seal.Quorum{}); err == nil {
		t.Error("an altered receipt passes")
	}
	picture := h.as("reception").get(fmt.Sprintf("/entries/%d/receipt.png", admitted)).mustBe(200)
	if http.DetectContentType(picture.raw) != "image/png" || picture.header.Get("Content-Type") != "image/png" {
		t.Errorf("the picture is %s", picture.header.Get("Content-Type"))
	}
}

func TestTheProofInAReplyHolds(t *testing.T) {
	h := open(t, 1)
	reply := h.as("reception").post("/moves", move(habeastest.Numbers(1)[0], habeastest.OriginCell)).mustBe(200)
	head, _, err := seal.OpenCheckpoint([]byte(reply.text("checkpoint")), h.book.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	var proof []seal.Hash
	again, err := json.Marshal(reply.body["proof"])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(again, &proof); err != nil {
		t.Fatal(err)
	}
	stored, err := h.book.Entry(t.Context(), reply.number("first"))
	if err != nil {
		t.Fatal(err)
	}
	leaf := seal.LeafHash(seal.Commit(stored.Salt, stored.Body))
	if err := seal.CheckInclusion(proof, head.Size, head.Root, stored.Number, leaf); err != nil {
		t.Error(err)
	}
}

func TestAttachments(t *testing.T) {
	h := open(t, 0)
	put := func(who, content string) *reply {
		request, err := http.NewRequest("PUT", h.server.URL+"/api/v1/attachments", strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+h.as(who).token)
		request.Header.Set("Content-Type", "application/octet-stream")
		return h.stranger().do(request)
	}
	const picture = "\x89PNG\r\n\x1a\n and a picture"
	hash := put("records", picture).mustBe(200).text("hash")
	if again := put("reception", picture).mustBe(200).text("hash"); again != hash || len(hash) != 64 {
		t.Errorf("kept as %q and %q", hash, again)
	}
	before := h.book.Size()
	shown := h.as("records").get("/attachments/" + hash).mustBe(200)
	if string(shown.raw) != picture || shown.header.Get("Content-Type") != "image/png" {
		t.Errorf("shown as %s: %q", shown.header.Get("Content-Type"), shown.raw)
	}
	if h.book.Size() != before+1 {
		t.Error("the look at an attachment was not recorded")
	}
	// A record names only what is kept: a file that is not would look like one that was taken away.
	paper := object{"kind": "sentence", "issuer": "I", "case": "C", "from": "2031-01-01T00:00:00Z"}
	with := func(o object, field, name string) object {
		o = maps.Clone(o)
		o[field] = name
		return o
	}
	who := object{"familyNames": "Rivas", "givenNames": "Ana", "sex": "F"}
	arrives := func(who, paper object) object {
		return object{"arrivals": []object{{"place": habeastest.OriginReception, "person": who, "authorities": []object{paper}}}}
	}
	number := h.as("reception").post("/admissions", arrives(with(who, "photograph", hash), with(paper, "document", hash))).mustBe(200).text("id")
	before = h.book.Size()
	for _, name := range []string{strings.Repeat("a", 64), hash[:63], "photo.jpg"} {
		h.as("reception").post("/admissions", arrives(with(who, "photograph", name), paper)).refused(404, "unknown-attachment")
		h.as("reception").post("/admissions", arrives(who, with(paper, "document", name))).refused(404, "unknown-attachment")
		h.as("records").post("/people/"+number+"/corrections", object{"corrects": 0, "person": with(with(who, "number", number), "photograph", name)}).refused(404, "unknown-attachment")
		h.as("records").post("/people/"+number+"/authorities", object{"authority": with(paper, "document", name)}).refused(404, "unknown-attachment")
		h.as("records").post("/people/"+number+"/release-orders", object{"issuer": "I", "case": "C", "cites": []string{number + "/A1"}, "document": name}).refused(404, "unknown-attachment")
	}
	if h.book.Size() != before {
		t.Error("something was recorded that names a file which is not kept")
	}
	if report, err := h.book.Verify(t.Context()); err != nil || len(report.Problems) > 0 {
		t.Errorf("verified with %v: %q", err, report.Problems)
	}
	put("records", "<html>not a picture</html>").refused(422, "attachment-type")
	put("records", "").refused(400, "request-malformed")
	put("records", picture+strings.Repeat("x", 9<<20)).refused(413, "body-too-large")
	put("monitor", picture).refused(403, "not-permitted")
}

func TestTheRollAndItsNeighbours(t *testing.T) {
	h := open(t, 3)
	monitor := h.as("monitor")
	now := monitor.get("/roll?by=place").mustBe(200)
	if now.number("held") != 3 || len(now.list("places")) == 0 {
		t.Errorf("the roll: %s", now.raw)
	}
	then := monitor.get("/roll?at=2030-01-01T00:00:00Z").mustBe(200)
	if then.number("held") != 0 {
		t.Errorf("the roll before the first admission: %s", then.raw)
	}
	if list := monitor.get("/establishments").mustBe(200).list("establishments"); len(list) != 3 {
		t.Errorf("%d establishments", len(list))
	}
	if found := monitor.get("/people?q=penate").mustBe(200).list("matches"); len(found) == 0 {
		t.Error("nobody was found by a name without its tilde")
	}
	page := monitor.get("/people?under=OLD&limit=2").mustBe(200)
	if page.number("total") != 3 || len(page.list("people")) != 2 {
		t.Errorf("the people: %s", page.raw)
	}
	if page = monitor.get("/people?under=" + habeastest.OriginReception).mustBe(200); page.number("total") != 3 {
		t.Errorf("the people of a place: %s", page.raw)
	}
	// A number that leads nowhere is no number: what is around a place has its people too, an empty place says none, and no place is none.
	h.as("reception").post("/moves", move(habeastest.Numbers(3)[0], "OLD-M1-C2")).mustBe(200)
	if page = monitor.get("/people?under=OLD-M1").mustBe(200); page.number("total") != 1 || page.list("people")[0].(object)["place"] != "OLD-M1-C2" {
		t.Errorf("the people of a module: %s", page.raw)
	}
	if page = monitor.get("/people?under=CTR-M1").mustBe(200); page.body["total"] != float64(0) || len(page.list("people")) != 0 || page.body["people"] == nil {
		t.Errorf("the people of an empty module: %s", page.raw)
	}
	monitor.get("/people?under=NOWHERE").refused(404, "unknown-place")
	if found := monitor.get("/people?q=qqqqqqqq").mustBe(200); found.body["matches"] == nil {
		t.Errorf("nobody found: %s", found.raw)
	}
	places := monitor.get("/places?under=CTR-M1").mustBe(200)
	if places.number("total") != 5 {
		t.Errorf("under a module: %s", places.raw)
	}
	if len(monitor.get("/officials").mustBe(200).list("officials")) != len(habeastest.Officials()) {
		t.Error("the officials are not all listed")
	}
	if report := monitor.send("POST", "/verification", nil).mustBe(200); report.body["rebuilt_equal"] != true || report.body["sealed_equal"] != true {
		t.Errorf("the verification: %s", report.raw)
	}
	likely := h.as("reception").post("/people/duplicates", object{"person": habeastest.Person(0)}).mustBe(200).list("matches")
	if len(likely) == 0 {
		t.Error("the same person is no likely duplicate")
	}
}

func TestAnswersAreGuarded(t *testing.T) {
	h := open(t, 0)
	for _, path := range []string{"/roll", "/nowhere", "/log/checkpoint", "/healthz", "/api/openapi.json"} {
		header := h.as("monitor").get(path).header
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Referrer-Policy": "no-referrer"} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: other sites may read it", path)
		}
	}
	if got := h.as("monitor").get("/roll").header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("a roll may be cached: %q", got)
	}
}

func TestTheDocumentDescribesEveryAddress(t *testing.T) {
	h := open(t, 0)
	document := h.stranger().get("/api/openapi.json").mustBe(200)
	if document.text("openapi") != "3.1.0" {
		t.Errorf("OpenAPI %q", document.text("openapi"))
	}
	// The ways in, each of which asks for a secret of its own, or gives none away.
	public := []string{"post /api/v1/sessions", "post /api/v1/sessions/passkey", "post /api/v1/passkeys/question", "post /api/v1/first", "post /api/v1/recovery", "post /api/v1/sessions/link"}
	paths := slices.Sorted(maps.Keys(document.body["paths"].(object)))
	if len(paths) < 50 {
		t.Errorf("only %d addresses: %v", len(paths), paths)
	}
	for _, path := range paths {
		// Whoever is not signed in is told so at each address but the sign-in.
		for method := range document.body["paths"].(object)[path].(object) {
			if slices.Contains(public, method+" "+path) {
				continue
			}
			filled := strings.NewReplacer("{number}", "1", "{id}", "1", "{code}", "1", "{name}", "1", "{hash}", "1").Replace(path)
			h.stranger().send(strings.ToUpper(method), filled, nil).refused(401, "signed-out")
		}
	}
}
