package web_test

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"habeas.example/habeas/internal/custody"
)

var pictured = regexp.MustCompile(`src="data:image/png;base64,([^"]+)"`)

// What the camera of a telephone reads is the key that is written below it, and nobody else was asked to draw it.
func TestAnAuthenticatorIsSetUpByItsCamera(t *testing.T) {
	p := newPlay(t, 1)
	duty := p.as("duty")
	shown := duty.get("/second-factor").is(http.StatusOK)
	wellMade(t, shown)
	found := pictured.FindStringSubmatch(shown.text)
	if found == nil {
		t.Fatal("no picture is on the page")
	}
	bytesOf, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(found[1], "&#43;", "+"))
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(bytesOf))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	read, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(read.GetText())
	if err != nil || u.Scheme != "otpauth" || u.Path != "/Habeas:duty" {
		t.Fatalf("the camera reads %q, %v", read.GetText(), err)
	}
	shown.shows(">" + u.Query().Get("secret") + "</code>")
	if strings.Contains(shown.text, "http://") || strings.Contains(shown.text, "https://") {
		t.Error("the page asks somebody else for something")
	}
}

func TestOnesOwnSessionsSayWhereAndSinceWhen(t *testing.T) {
	p := newPlay(t, 1)
	duty := p.as("duty")
	elsewhere := p.nobody()
	elsewhere.agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
	elsewhere.post("/sign-in", url.Values{"name": {"duty"}, "password": {password}}).is(http.StatusSeeOther)
	list := duty.get("/sessions").is(http.StatusOK).shows("Chrome on Android", "This one", "with a password", "127.0.0.1", `href="/second-factor"`)
	wellMade(t, list)
	row := between(list.text, "Chrome on Android", "</tr>")
	duty.post(regexp.MustCompile(`/sessions/[^"]+/end`).FindString(row), url.Values{}).leadsTo("/sessions")
	duty.get("/sessions").hides("Chrome on Android")
	elsewhere.get("/sessions").leadsTo("/sign-in?next=%2Fsessions")
	p.as("landing").get("/sessions").hides("Chrome on Android") // one's own alone
}

func TestOnesOwnPasskeysAreRenamedAndRemoved(t *testing.T) {
	p := newPlay(t, 1)
	duty := p.as("duty")
	keep := func(official, id, name string) {
		_, err := p.book.Beside().ExecContext(t.Context(), "INSERT INTO passkey (id, official, name, body, added, used) VALUES ($1, $2, $3, '{}', $4, 0)", id, official, name, p.clock.Now().UnixMicro())
		if err != nil {
			t.Fatal(err)
		}
	}
	keep("duty", "mine", "desk <b>key</b>")
	keep("landing", "theirs", "somebody's")
	wellMade(t, duty.get("/second-factor").shows("desk &lt;b&gt;key", "/second-factor/passkeys/mine/removal").hides("somebody", "<b>key"))
	wellMade(t, duty.post("/second-factor/passkeys/mine/name", url.Values{"name": {" "}}).is(http.StatusUnprocessableEntity).shows("govuk-error-summary", "mine-name-error"))
	duty.post("/second-factor/passkeys/mine/name", url.Values{"name": {"the telephone"}}).leadsTo("/second-factor?done=renamed")
	duty.get("/second-factor?done=renamed").shows("the telephone", "its new name")
	if e := lastEntry(t, p); e.Kind != custody.PasskeyRenamed || e.By != "duty" {
		t.Errorf("the book ends with %s by %s", e.Kind, e.By)
	}
	for _, act := range []string{"name", "removal"} {
		duty.post("/second-factor/passkeys/theirs/"+act, url.Values{"name": {"mine now"}}).is(http.StatusNotFound)
		p.nobody().post("/second-factor/passkeys/mine/"+act, url.Values{}).leadsTo("/sign-in")
	}
	for range 2 { // the screen is used all the while, and who uses it was proved too long ago
		p.clock.Advance(10 * time.Minute)
		duty.get("/sessions").is(http.StatusOK)
	}
	duty.post("/second-factor/passkeys/mine/removal", url.Values{}).is(http.StatusForbidden).shows("password")
	duty = p.as("duty")
	duty.post("/second-factor/passkeys/mine/removal", url.Values{}).leadsTo("/second-factor?done=removed")
	duty.get("/second-factor").hides("the telephone").shows("You have none.")
	if e := lastEntry(t, p); e.Kind != custody.PasskeyRemoved || e.Note != "the telephone" {
		t.Errorf("the book ends with %s (%s)", e.Kind, e.Note)
	}
}
