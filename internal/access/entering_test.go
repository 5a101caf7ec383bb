package access_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

var home = access.Source{Address: here, Agent: "a browser"}

// codeAt is the code that an authenticator app shows, computed from RFC 6238 itself.
func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(at.Unix()/30))
	mac := hmac.New(sha1.New, key)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

func (h *house) enrolled() (secret, token string) {
	h.Helper()
	token = h.signIn()
	enrolment, err := h.desk.BeginSecondFactor(h.ctx, "duty")
	h.must(err)
	if !strings.HasPrefix(enrolment.URI, "otpauth://totp/Habeas:duty?") {
		h.Errorf("the app is set up with %s", enrolment.URI)
	}
	_, err = h.desk.ConfirmSecondFactor(h.ctx, token, "000000x", home)
	h.refused(err, "code-wrong")
	token, err = h.desk.ConfirmSecondFactor(h.ctx, token, codeAt(h.T, enrolment.Secret, h.clock.Now()), home)
	h.must(err)
	return enrolment.Secret, token
}

func TestACodeIsGoodOnce(t *testing.T) {
	h := open(t)
	secret, token := h.enrolled()
	enter := func(code string) error {
		_, _, err := h.desk.Enter(h.ctx, access.Proof{Name: "duty", Password: password, Code: code}, home)
		return err
	}
	h.refused(enter(""), "code-needed")
	h.refused(enter(codeAt(t, secret, h.clock.Now())), "sign-in-refused") // it confirmed the enrolment
	h.clock.Advance(30 * time.Second)
	now := codeAt(t, secret, h.clock.Now())
	h.must(enter(now))
	h.refused(enter(now), "sign-in-refused")
	h.clock.Advance(time.Minute)
	h.must(enter(codeAt(t, secret, h.clock.Now().Add(-30*time.Second))))  // a phone that is behind
	h.must(enter(codeAt(t, secret, h.clock.Now().Add(30*time.Second))))   // and one that is ahead
	h.refused(enter(codeAt(t, secret, h.clock.Now())), "sign-in-refused") // older than the last one taken
	h.clock.Advance(10 * time.Minute)
	h.refused(enter(codeAt(t, secret, h.clock.Now().Add(-time.Minute))), "sign-in-refused")

	// Two requests with one code at the same instant: one is let in.
	h.clock.Advance(time.Minute)
	code, in := codeAt(t, secret, h.clock.Now()), make([]error, 8)
	var all sync.WaitGroup
	for i := range in {
		all.Go(func() { in[i] = enter(code) })
	}
	all.Wait()
	taken := 0
	for _, err := range in {
		if err == nil {
			taken++
		}
	}
	if taken != 1 {
		t.Errorf("one code let %d in", taken)
	}
	if _, err := h.desk.Who(h.ctx, token); err != nil {
		h.refused(err, "session-locked")
	}
}

func TestALockedSessionGoesOn(t *testing.T) {
	h := open(t)
	token := h.signIn()
	h.clock.Advance(16 * time.Minute)
	_, err := h.desk.Who(h.ctx, token)
	h.refused(err, "session-locked")
	_, err = h.desk.Prove(h.ctx, token, access.Proof{Password: "not the right one, no"}, home)
	h.refused(err, "sign-in-refused")
	fresh, err := h.desk.Prove(h.ctx, token, access.Proof{Password: password}, home)
	h.must(err)
	signed, err := h.desk.WhoFrom(h.ctx, fresh, home.Agent)
	h.must(err)
	if signed.Official.Name != "duty" || !signed.Hand.Equal(h.clock.Now()) {
		t.Errorf("the session is of %+v", signed)
	}
	_, err = h.desk.Who(h.ctx, token) // the old token, replayed
	h.refused(err, "signed-out")

	h.must(h.desk.Lock(h.ctx, fresh))
	_, err = h.desk.Who(h.ctx, fresh)
	h.refused(err, "session-locked")
	h.reopen()
	_, err = h.desk.Who(h.ctx, fresh)
	h.refused(err, "session-locked")
	h.clock.Advance(12 * time.Hour)
	_, err = h.desk.Prove(h.ctx, fresh, access.Proof{Password: password}, home)
	h.refused(err, "signed-out")
}

// Whoever finds a screen locked must not open it by setting up a way in of their own.
func TestALockedSessionTakesNoNewWayIn(t *testing.T) {
	h := open(t)
	token := h.signIn()
	begun, err := h.desk.BeginPasskey(h.ctx, token, "mine")
	h.must(err)
	enrolment, err := h.desk.BeginSecondFactor(h.ctx, "duty")
	h.must(err)
	h.must(h.desk.Lock(h.ctx, token))
	_, err = h.desk.BeginPasskey(h.ctx, token, "another's")
	h.refused(err, "session-locked")
	_, err = h.desk.FinishPasskey(h.ctx, token, begun.Ceremony, nil, home)
	h.refused(err, "session-locked")
	_, err = h.desk.ConfirmSecondFactor(h.ctx, token, codeAt(t, enrolment.Secret, h.clock.Now()), home)
	h.refused(err, "session-locked")
	_, err = h.desk.Who(h.ctx, token)
	h.refused(err, "session-locked")
}

// A token that was copied into another browser locks the session.
func TestACopiedTokenLocks(t *testing.T) {
	h := open(t)
	token, _, err := h.desk.Enter(h.ctx, access.Proof{Name: "duty", Password: password}, home)
	h.must(err)
	_, err = h.desk.WhoFrom(h.ctx, token, home.Agent)
	h.must(err)
	_, err = h.desk.WhoFrom(h.ctx, token, "another browser")
	h.refused(err, "session-locked")
	_, err = h.desk.WhoFrom(h.ctx, token, home.Agent)
	h.refused(err, "session-locked")
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	h := open(t)
	h.must(h.desk.SetPassword(h.ctx, "engineer", password))
	own, other := h.signIn(), h.signIn()
	list, err := h.desk.Sessions("duty", "duty", "")
	h.must(err)
	if len(list) != 2 {
		t.Fatalf("listed are %+v", list)
	}
	_, err = h.desk.Sessions("landing", "duty", "")
	h.refused(err, "not-permitted")
	h.refused(h.desk.EndSession(h.ctx, book.Command{By: "landing"}, list[0].ID), "unknown-session")
	h.refused(h.desk.EndSession(h.ctx, book.Command{By: "duty"}, "0123456789abcdef"), "unknown-session")
	size := h.book.Size()
	h.must(h.desk.EndSession(h.ctx, book.Command{By: "duty"}, list[0].ID))
	if h.book.Size() != size {
		t.Error("ending one's own session is in the book")
	}
	stale := book.Command{By: "engineer", Hand: h.clock.Now().Add(-time.Hour)}
	h.refused(h.desk.EndSession(h.ctx, stale, list[1].ID), "hand-not-fresh")
	h.must(h.desk.EndSession(h.ctx, book.Command{By: "engineer"}, list[1].ID))
	if h.book.Size() != size+1 {
		t.Error("ending the session of another is not in the book")
	}
	for _, token := range []string{own, other} {
		_, err := h.desk.Who(h.ctx, token)
		h.refused(err, "signed-out")
	}
}

func TestTwoGiveTheWayBackIn(t *testing.T) {
	h := open(t)
	secret, old := h.enrolled()
	give := func(by, to string) (string, error) { return h.desk.GiveRecovery(h.ctx, book.Command{By: by}, to) }
	_, err := give("landing", "duty")
	h.refused(err, "not-permitted")
	_, err = give("engineer", "engineer")
	h.refused(err, "same-official")
	_, err = give("engineer", "nobody")
	h.refused(err, "unknown-official")
	_, err = give("engineer", "monitor")
	h.refused(err, "monitor-two-keys")
	one, err := give("engineer", "duty")
	h.must(err)
	again, err := give("engineer", "duty")
	h.must(err)
	two, err := give("governor", "duty")
	h.must(err)
	recover := func(name, a, b string) error {
		_, err := h.desk.Recover(h.ctx, name, [2]string{a, b}, "a wholly new password", home)
		return err
	}
	h.refused(recover("duty", one, one), "link-refused")
	h.refused(recover("duty", one, again), "link-refused") // both of one giver
	h.refused(recover("governor", one, two), "link-refused")
	h.refused(recover("duty", one, "made up"), "link-refused")
	h.must(recover("duty", one, strings.ToUpper(two)))
	h.refused(recover("duty", one, two), "link-refused") // used up
	_, err = h.desk.Who(h.ctx, old)
	h.refused(err, "signed-out")
	_, _, err = h.desk.Enter(h.ctx, access.Proof{Name: "duty", Password: password, Code: codeAt(t, secret, h.clock.Now().Add(30*time.Second))}, home)
	h.refused(err, "sign-in-refused")
	_, _, err = h.desk.SignIn(h.ctx, "duty", "a wholly new password", here)
	h.must(err)

	one, err = give("engineer", "duty")
	h.must(err)
	two, err = give("governor", "duty")
	h.must(err)
	h.clock.Advance(time.Hour + time.Second)
	h.refused(recover("duty", one, two), "link-refused")
	h.refused(h.desk.SetFirstPassword(h.ctx, "duty", "another long password"), "way-in-set-already")
}

// Of a monitor's way in, two who confirmed it give one half each, and the public is told.
func TestAMonitorsWayBackInIsPublic(t *testing.T) {
	h := open(t)
	w, err := h.desk.ProposeMonitor(h.ctx, book.Command{By: "engineer"}, custody.MonitorChange{Act: custody.RecoverMonitor, Official: "monitor", Reason: "the token was lost in a flood"})
	h.must(err)
	id := w.Entries[0].Detail.(*custody.MonitorChange).ID
	_, err = h.desk.GiveRecovery(h.ctx, book.Command{By: "engineer"}, "monitor")
	h.refused(err, "monitor-two-keys")
	_, err = h.desk.ConfirmMonitor(h.ctx, book.Command{By: "engineer"}, id)
	h.refused(err, "same-official")
	_, err = h.desk.ConfirmMonitor(h.ctx, book.Command{By: "landing"}, id)
	h.refused(err, "not-permitted")
	_, err = h.desk.ConfirmMonitor(h.ctx, book.Command{By: "governor"}, id)
	h.must(err)
	one, err := h.desk.GiveRecovery(h.ctx, book.Command{By: "engineer"}, "monitor")
	h.must(err)
	two, err := h.desk.GiveRecovery(h.ctx, book.Command{By: "governor"}, "monitor")
	h.must(err)
	_, err = h.desk.Recover(h.ctx, "monitor", [2]string{one, two}, "a wholly new password", home)
	h.must(err)
	if list := h.desk.MonitorNotices(true); len(list) != 1 || list[0].ID != id {
		t.Errorf("the public is told %+v", list)
	}
}

func TestAPasskeySignsIn(t *testing.T) {
	h := open(t)
	party := virtualwebauthn.RelyingParty{Name: "Habeas", ID: "localhost", Origin: "http://localhost"}
	device := virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{})
	key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)

	token := h.signIn()
	begun, err := h.desk.BeginPasskey(h.ctx, token, "my phone")
	h.must(err)
	asked, err := virtualwebauthn.ParseAttestationOptions(inJSON(t, begun.Options))
	h.must(err)
	made := []byte(virtualwebauthn.CreateAttestationResponse(party, device, key, *asked))
	_, err = h.desk.FinishPasskey(h.ctx, token, "another", made, home)
	h.refused(err, "enrolment-lapsed")
	token, err = h.desk.FinishPasskey(h.ctx, token, begun.Ceremony, made, home)
	h.must(err)
	_, err = h.desk.FinishPasskey(h.ctx, token, begun.Ceremony, made, home)
	h.refused(err, "enrolment-lapsed") // once
	mine, err := h.desk.Passkeys(h.ctx, "duty")
	h.must(err)
	if len(mine) != 1 || mine[0].Name != "my phone" {
		t.Fatalf("the passkeys are %+v", mine)
	}
	device.Options.UserHandle = userHandle(t, begun.Options)
	device.AddCredential(key)

	answer := func(party virtualwebauthn.RelyingParty) (string, []byte) {
		question, err := h.desk.AskPasskey()
		h.must(err)
		options, err := virtualwebauthn.ParseAssertionOptions(inJSON(t, question.Options))
		h.must(err)
		return question.Ceremony, []byte(virtualwebauthn.CreateAssertionResponse(party, device, key, *options))
	}
	ceremony, response := answer(party)
	in, official, err := h.desk.EnterByPasskey(h.ctx, ceremony, response, home)
	h.must(err)
	if official.Name != "duty" {
		t.Errorf("it signed in %s", official.Name)
	}
	_, _, err = h.desk.EnterByPasskey(h.ctx, ceremony, response, home)
	h.refused(err, "sign-in-refused") // replayed
	elsewhere := party
	elsewhere.Origin = "http://evil.example"
	ceremony, response = answer(elsewhere)
	_, _, err = h.desk.EnterByPasskey(h.ctx, ceremony, response, home)
	h.refused(err, "sign-in-refused") // shown to another site
	elsewhere = party
	elsewhere.ID = "evil.example"
	ceremony, response = answer(elsewhere)
	_, _, err = h.desk.EnterByPasskey(h.ctx, ceremony, response, home)
	h.refused(err, "sign-in-refused")
	h.clock.Advance(16 * time.Minute)
	ceremony, response = answer(party)
	in, err = h.desk.ProveByPasskey(h.ctx, in, ceremony, response, home)
	h.must(err)
	_, err = h.desk.Who(h.ctx, in)
	h.must(err)

	h.must(h.desk.SetPassword(h.ctx, "governor", password))
	other, _, err := h.desk.SignIn(h.ctx, "governor", password, here)
	h.must(err)
	ceremony, response = answer(party)
	_, err = h.desk.ProveByPasskey(h.ctx, other, ceremony, response, home)
	h.refused(err, "sign-in-refused") // somebody else's
	fresh := func(name string) book.Command { return book.Command{By: name, Hand: h.clock.Now()} }
	h.refused(h.desk.RemovePasskey(h.ctx, fresh("governor"), other, mine[0].ID), "unknown-passkey")
	h.refused(h.desk.RenamePasskey(h.ctx, fresh("governor"), mine[0].ID, "mine now"), "unknown-passkey")
	h.must(h.desk.RenamePasskey(h.ctx, fresh("duty"), mine[0].ID, "  the duty telephone "))
	if named, err := h.desk.Passkeys(h.ctx, "duty"); err != nil || named[0].Name != "the duty telephone" {
		t.Errorf("after renaming: %+v, %v", named, err)
	}
	h.refused(h.desk.RenamePasskey(h.ctx, fresh("duty"), mine[0].ID, " "), "name-missing")
	h.refused(h.desk.RenamePasskey(h.ctx, fresh("duty"), mine[0].ID, strings.Repeat("ñ", 61)), "text-too-long")
	h.refused(h.desk.RemovePasskey(h.ctx, book.Command{By: "duty", Hand: h.clock.Now().Add(-time.Hour)}, in, mine[0].ID), "hand-not-fresh")
	// Without a password it is all that they have, and stays; with one it goes, and so does every other session.
	if _, err := h.book.Beside().ExecContext(h.ctx, "DELETE FROM credential WHERE official = 'duty'"); err != nil {
		t.Fatal(err)
	}
	h.refused(h.desk.RemovePasskey(h.ctx, fresh("duty"), in, mine[0].ID), "last-way-in")
	h.must(h.desk.SetPassword(h.ctx, "duty", password))
	another, _, err := h.desk.SignIn(h.ctx, "duty", password, here)
	h.must(err)
	in, err = h.desk.Prove(h.ctx, another, access.Proof{Password: password}, home)
	h.must(err)
	elsewhen, _, err := h.desk.SignIn(h.ctx, "duty", password, here)
	h.must(err)
	h.must(h.desk.RemovePasskey(h.ctx, fresh("duty"), in, mine[0].ID))
	_, err = h.desk.Who(h.ctx, in)
	h.must(err)
	_, err = h.desk.Who(h.ctx, elsewhen)
	h.refused(err, "signed-out")
	entries := habeastest.Entries(t, h.book)
	for i, kind := range []custody.Kind{custody.PasskeyRenamed, custody.PasskeyRemoved} {
		if e := entries[len(entries)-2+i]; e.Kind != kind || e.By != "duty" || !strings.Contains(e.Note, "the duty telephone") {
			t.Errorf("the book says %s by %s (%s), want %s", e.Kind, e.By, e.Note, kind)
		}
	}
	ceremony, response = answer(party)
	_, _, err = h.desk.EnterByPasskey(h.ctx, ceremony, response, home)
	h.refused(err, "sign-in-refused")
}

func base64URL(text string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(text) }

func (h *house) demand(d access.Demand) {
	h.Helper()
	var err error
	h.desk, err = access.New(h.ctx, h.book, access.Config{Clock: h.clock.Now, Random: rand.Reader, Demand: d})
	h.must(err)
}

func inJSON(t *testing.T, options any) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{"publicKey": options})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func userHandle(t *testing.T, options any) []byte {
	t.Helper()
	var read struct{ User struct{ ID string } }
	text, err := json.Marshal(options)
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	if err != nil {
		t.Fatal(err)
	}
	handle, err := base64URL(read.User.ID)
	if err != nil {
		t.Fatal(err)
	}
	return handle
}

// Who demands a second factor lets nobody do anything with a password alone but set one up.
func TestAServiceDemandsTwoFactors(t *testing.T) {
	h := open(t)
	h.demand(access.SecondFactor)
	token := h.signIn()
	_, err := h.desk.Who(h.ctx, token)
	h.refused(err, "second-factor-needed")
	_, token = h.enrolled()
	_, err = h.desk.Who(h.ctx, token)
	h.must(err)
	h.demand(access.ProviderOnly)
	_, _, err = h.desk.SignIn(h.ctx, "duty", password, here)
	h.refused(err, "code-needed")
}
