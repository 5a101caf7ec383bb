package api_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/habeastest"
)

// handheld is a device in the hand of an official.
type handheld struct {
	*person
	id, hand string
	key      *ecdsa.PrivateKey
	clock    func() time.Time // its own
}

// carries has a device registered to an official, who takes it into use.
func (h *house) carries(name string) *handheld {
	h.t.Helper()
	registered := h.as("duty").post("/devices", object{"name": "device of " + name, "official": name}).mustBe(200)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		h.t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		h.t.Fatal(err)
	}
	h.as(name).post("/devices/use", object{"code": registered.text("code"), "key": base64.RawURLEncoding.EncodeToString(point)}).mustBe(200)
	return &handheld{h.as(name), registered.text("id"), name, key, h.clock.Now}
}

// signs makes a request as the device sends it, with its content signed.
func (d *handheld) signs(method, path, key string, body any) *http.Request {
	d.t.Helper()
	content := []byte{}
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			d.t.Fatal(err)
		}
	}
	request, err := http.NewRequest(method, d.server.URL+"/api/v1"+path, bytes.NewReader(content))
	if err != nil {
		d.t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	clock := d.clock().UTC().Format(time.RFC3339)
	signed := strings.Join([]string{"habeas-handheld/1", method + " " + request.URL.RequestURI(), d.id, d.hand, clock, key, hex.EncodeToString(sum[:])}, "\n")
	digest := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, d.key, digest[:])
	if err != nil {
		d.t.Fatal(err)
	}
	mark := make([]byte, 64)
	r.FillBytes(mark[:32])
	s.FillBytes(mark[32:])
	for name, value := range map[string]string{"Authorization": "Bearer " + d.token, "Habeas-Device": d.id, "Habeas-Hand": d.hand, "Habeas-Clock": clock,
		"Habeas-Signature": base64.RawURLEncoding.EncodeToString(mark), "Idempotency-Key": key, "Accept-Language": "en", "Content-Type": "application/json"} {
		request.Header.Set(name, value)
	}
	return request
}

func (d *handheld) fetches(path string) *reply { return d.do(d.signs("GET", path, "", nil)) }

func (d *handheld) enters(path, key string, body any) *reply {
	return d.do(d.signs("POST", path, key, body))
}

// What was counted without a network is the official's own, from their own device, once; it
// carries what the device's clock said beside when it was counted and when it was recorded.
func TestASlipFromAHandheld(t *testing.T) {
	h, id := counting(t)
	device := h.carries("landing")
	tasks := device.fetches("/handheld").mustBe(200)
	if tasks.body["blind"] != true || len(tasks.list("counts")) != 1 {
		t.Fatalf("the handheld is told %s", tasks.raw)
	}
	if said := string(tasks.raw); strings.Contains(said, "expected") || strings.Contains(said, "1000000") {
		t.Errorf("a counter's handheld is told %s", said)
	}
	device.fetches("/handheld/people?place="+habeastest.OriginReception).refused(403, "blind-while-counting")

	counted := h.clock.Now().Add(time.Minute)
	h.clock.Advance(3 * time.Hour)
	device.fetches("/handheld").refused(401, "session-locked")
	device.token = device.post("/sessions/current/proof", object{"password": password}).mustBe(200).text("token")
	device.clock = func() time.Time { return counted.AddDate(0, 0, -1) } // a day behind
	body := slip(habeastest.OriginReception, 3)
	body["source"], body["counted"] = "handheld", counted
	first := device.enters("/counts/"+id+"/slips", "K1", body).mustBe(200)
	again := device.enters("/counts/"+id+"/slips", "K1", body).mustBe(200)
	if again.body["replayed"] != true || again.number("first") != first.number("first") {
		t.Errorf("sent twice: %s", again.raw)
	}
	detail := first.list("entries")[0].(object)["detail"].(object)
	if detail["device"] != device.id || detail["hand"] != "landing" || detail["clock"] != counted.AddDate(0, 0, -1).Format(time.RFC3339) {
		t.Errorf("the slip says %v", detail)
	}
	entry := first.list("entries")[0].(object)
	if entry["happened"] != counted.Format(time.RFC3339) || entry["happened"] == entry["recorded"] {
		t.Errorf("the slip happened %v and was recorded %v", entry["happened"], entry["recorded"])
	}
	if tasks = device.fetches("/handheld"); strings.Contains(string(tasks.raw), `"landings":["`+habeastest.OriginReception+`"`) {
		t.Errorf("a slip that was given is asked for again: %s", tasks.raw)
	}
}

// A handheld that knows nothing of its clock being a day off is believed what it saw and not when: a fact keeps both times, and
// contradicts the clock where it is ahead; an order of tomorrow, and a slip from before its count, are refused.
func TestAClockADayOff(t *testing.T) {
	h, id := counting(t)
	device := h.carries("landing")
	number := h.as("records").get("/people?limit=1").mustBe(200).list("people")[0].(object)["number"].(string)
	now := h.clock.Now()
	yesterday, tomorrow := now.AddDate(0, 0, -1), now.AddDate(0, 0, 1)
	at := func(clock time.Time, path, key string, body object) *reply {
		device.clock = func() time.Time { return clock }
		return device.enters(path, key, body)
	}
	contradictions := func(r *reply) string {
		return toJSON(t, r.mustBe(200).list("entries")[0].(object)["contradictions"])
	}

	late := at(yesterday, "/people/"+number+"/sightings", "K1", object{"place": habeastest.OriginReception, "happened": yesterday})
	if entry := late.mustBe(200).list("entries")[0].(object); entry["happened"] != yesterday.Format(time.RFC3339) || entry["recorded"] != now.Format(time.RFC3339) {
		t.Errorf("a fact of yesterday happened %v and was recorded %v", entry["happened"], entry["recorded"])
	}
	ahead := at(tomorrow, "/people/"+number+"/sightings", "K2", object{"place": habeastest.OriginReception, "happened": tomorrow})
	if said := contradictions(ahead); !strings.Contains(said, "time-ahead") {
		t.Errorf("a fact of tomorrow contradicts %s", said)
	}
	at(yesterday, "/counts/"+id+"/slips", "K3", object{"landing": habeastest.OriginReception, "number": 3, "source": "handheld", "counted": yesterday}).refused(422, "slip-before-opening")
	slip := at(tomorrow, "/counts/"+id+"/slips", "K4", object{"landing": habeastest.OriginReception, "number": 3, "source": "handheld", "counted": tomorrow})
	if said := contradictions(slip); !strings.Contains(said, "time-ahead") {
		t.Errorf("a slip of tomorrow contradicts %s", said)
	}
	detail := slip.list("entries")[0].(object)["detail"].(object)
	if detail["clock"] != tomorrow.Format(time.RFC3339) || slip.list("entries")[0].(object)["recorded"] != now.Format(time.RFC3339) {
		t.Errorf("the slip says %v", detail)
	}
	open := h.as("duty").get("/discrepancies").mustBe(200)
	if n := strings.Count(string(open.raw), `"time-ahead"`); n != 2 {
		t.Errorf("%d discrepancies tell of the clock, want 2: %s", n, open.raw)
	}
}

// A queue that is sent again, by its own device and hand, is answered as before and adds nothing.
func TestAQueueThatIsSentTwice(t *testing.T) {
	h, id := counting(t)
	device := h.carries("landing")
	number := h.as("records").get("/people?limit=1").mustBe(200).list("people")[0].(object)["number"].(string)
	send := func() (numbers []int64) {
		for i, one := range []struct {
			path string
			body object
		}{
			{"/people/" + number + "/sightings", object{"place": habeastest.OriginReception, "happened": h.clock.Now().Add(-time.Hour).Truncate(24 * time.Hour)}},
			{"/counts/" + id + "/slips", object{"landing": habeastest.OriginReception, "number": 3, "source": "handheld"}},
		} {
			numbers = append(numbers, device.enters(one.path, "K"+strconv.Itoa(i), one.body).mustBe(200).number("first"))
		}
		return numbers
	}
	first, size := send(), h.book.Size()
	if again := send(); !slices.Equal(again, first) || h.book.Size() != size {
		t.Errorf("sent again it is %v, was %v; the book has %d entries, had %d", again, first, h.book.Size(), size)
	}
	other := device.enters("/people/"+number+"/sightings", "K1", object{"place": habeastest.OriginReception})
	if other.status == 200 {
		t.Errorf("another content under a key that was used is taken: %s", other.raw)
	}
}

// A queue is worth nothing in another's hand, nor changed, nor from a device that is no
// longer the official's.
func TestAQueueThatWasStolen(t *testing.T) {
	h, id := counting(t)
	device, thief := h.carries("landing"), h.carries("landing2")
	path, body, before := "/counts/"+id+"/slips", slip(habeastest.OriginReception, 3), h.book.Size()

	stolen := device.signs("POST", path, "K1", body)
	stolen.Header.Set("Authorization", "Bearer "+thief.token)
	thief.do(stolen).refused(403, "device-of-another")

	resigned := *thief
	resigned.hand = "landing"
	resigned.enters(path, "K1", body).refused(403, "entry-of-another-hand")

	for header, value := range map[string]string{"Habeas-Hand": "landing2", "Habeas-Clock": "2031-01-01T00:00:00Z", "Idempotency-Key": "K2", "Habeas-Signature": "AAAA"} {
		changed := device.signs("POST", path, "K1", body)
		changed.Header.Set(header, value)
		device.do(changed).refused(403, "device-signature-wrong")
	}
	changed := device.signs("POST", path, "K1", body)
	other := device.signs("POST", path, "K1", slip(habeastest.OriginReception, 4))
	changed.Body, changed.ContentLength = other.Body, other.ContentLength
	device.do(changed).refused(403, "device-signature-wrong")
	unclear := device.signs("POST", path, "K1", body)
	unclear.Header.Set("Habeas-Clock", "noon")
	device.do(unclear).refused(422, "device-clock-malformed")
	device.get("/handheld").refused(403, "handheld-needed")
	if h.book.Size() != before {
		t.Error("something was written")
	}
	device.enters(path, "K1", body).mustBe(200)
}

// A lost handheld is revoked from the desk: at once its session is over, and what it sends
// counts no longer, whoever signs in on it.
func TestALostHandheld(t *testing.T) {
	h, id := counting(t)
	device := h.carries("landing")
	h.as("health").post("/devices/"+device.id+"/revocation", object{"reason": "lost in the yard"}).refused(403, "not-permitted")
	if list := h.as("health").get("/devices").mustBe(200).list("devices"); len(list) != 0 {
		t.Errorf("whoever keeps none is shown %v", list)
	}
	h.as("duty").post("/devices/"+device.id+"/revocation", object{"reason": "lost in the yard"}).mustBe(200)
	path, body := "/counts/"+id+"/slips", slip(habeastest.OriginReception, 3)
	device.enters(path, "K1", body).refused(401, "signed-out")
	device.token = h.stranger().post("/sessions", object{"name": "landing", "password": password}).mustBe(201).text("token")
	device.enters(path, "K1", body).refused(403, "device-revoked")
	device.fetches("/handheld").refused(403, "device-revoked")
	list := h.as("duty").get("/devices").mustBe(200).list("devices")
	if lost := list[0].(object); lost["revokedBy"] != "duty" || lost["reason"] != "lost in the yard" {
		t.Errorf("the desk shows %v", lost)
	}
}

// A code takes one device into use, in the hand of its official, within the hour.
func TestTheCodeOfAHandheld(t *testing.T) {
	h := open(t, 0)
	use := func(who, code string) *reply {
		return h.as(who).post("/devices/use", object{"code": code, "key": strings.Repeat("A", 87)})
	}
	code := h.as("duty").post("/devices", object{"name": "12", "official": "landing"}).mustBe(200).text("code")
	use("landing", "aaaaaaaaaaaa").refused(401, "link-refused")
	use("health", code).refused(401, "link-refused")
	use("landing", strings.ToUpper(code)).refused(422, "device-key-malformed") // the code was right, and is not used up
	h.clock.Advance(61 * time.Minute)
	use("landing", code).refused(401, "session-locked")
	h.tokens["landing"] = h.stranger().post("/sessions", object{"name": "landing", "password": password}).mustBe(201).text("token")
	use("landing", code).refused(401, "link-refused")
	h.as("reception").post("/devices", object{"name": "12", "official": "landing"}).refused(403, "not-permitted")
}

// What a handheld takes along is a look, of the place that was asked for and no other.
func TestPeopleTakenAlong(t *testing.T) {
	h := open(t, 3)
	device, before := h.carries("landing"), h.book.Size()
	taken := device.fetches("/handheld/people?place=" + habeastest.OriginReception).mustBe(200)
	if len(taken.list("people")) != 3 {
		t.Errorf("taken along: %s", taken.raw)
	}
	looks := h.as("records").get("/entries?kind=record.read&limit=1").mustBe(200).list("entries")
	if len(looks) != 1 || !strings.Contains(strings.ToLower(toJSON(t, looks[0])), strings.ToLower("handheld "+device.id)) || h.book.Size() == before {
		t.Errorf("the looks are %v", looks)
	}
	device.fetches("/handheld/people?place=nowhere").refused(404, "unknown-place")
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
