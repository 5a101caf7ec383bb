package access_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

const (
	password = "four quiet words in a row"
	here     = "192.0.2.7:40000"
)

// house is a book with its access desk, and a password for the duty manager.
type house struct {
	*testing.T
	ctx   context.Context
	dir   string
	book  *book.Book
	desk  *access.Desk
	clock *habeastest.Clock
}

func open(t *testing.T) *house {
	h := &house{T: t, ctx: t.Context(), dir: t.TempDir(), clock: habeastest.NewClock()}
	h.reopen()
	t.Cleanup(func() {
		if err := h.book.Close(); err != nil {
			t.Error(err)
		}
	})
	h.record(habeastest.Founding(0)...)
	h.must(h.desk.SetPassword(h.ctx, "duty", password))
	return h
}

func (h *house) reopen() {
	h.Helper()
	if h.book != nil {
		h.must(h.book.Close())
	}
	var err error
	h.book, err = book.Open(h.ctx, book.Config{Dir: h.dir, Clock: h.clock.Now, Random: rand.Reader, Policy: habeastest.Policy()})
	h.must(err)
	h.desk, err = access.New(h.ctx, h.book, access.Config{Clock: h.clock.Now, Random: rand.Reader})
	h.must(err)
}

func (h *house) record(acts ...habeastest.Act) {
	h.Helper()
	_, err := h.book.Do(h.ctx, book.Command{By: "engineer"}, func(tx *book.Tx) error {
		for _, act := range acts {
			entries, err := act(tx.State(), tx.Now())
			if err != nil {
				return err
			}
			if err := tx.RecordAll(entries); err != nil {
				return err
			}
		}
		return nil
	})
	h.must(err)
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) refused(err error, code string) *custody.Refusal {
	h.Helper()
	if !errors.Is(err, custody.Refused(code)) {
		h.Fatalf("got %v, want the refusal %s", err, code)
	}
	r, _ := custody.RefusalOf(err)
	return r
}

func (h *house) signIn() string {
	h.Helper()
	token, official, err := h.desk.SignIn(h.ctx, "duty", password, here)
	h.must(err)
	if official.Name != "duty" {
		h.Fatalf("signed in as %s", official.Name)
	}
	return token
}

func TestASessionBeginsAndEnds(t *testing.T) {
	h := open(t)
	token, other := h.signIn(), h.signIn()
	if token == other || len(token) < 40 {
		t.Errorf("the tokens are %q and %q", token, other)
	}
	official, err := h.desk.Who(h.ctx, token)
	h.must(err)
	if official.Name != "duty" || !official.Has(custody.DutyManager) {
		t.Errorf("the token is of %+v", official)
	}
	h.must(h.desk.SignOut(h.ctx, token))
	_, err = h.desk.Who(h.ctx, token)
	h.refused(err, "signed-out")
	h.must(h.desk.SignOut(h.ctx, token))
	_, err = h.desk.Who(h.ctx, other)
	h.must(err)
	for _, wrong := range []string{"", "x", other + "x", strings.ToUpper(other), strings.Repeat("x", 1000)} {
		_, err = h.desk.Who(h.ctx, wrong)
		h.refused(err, "signed-out")
	}
}

func TestSignInIsRefusedAlike(t *testing.T) {
	h := open(t)
	h.must(h.desk.SetPassword(h.ctx, "landing", password))
	h.record(habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.Dismiss("landing") }))
	for name, secret := range map[string]string{
		"duty":     "not the right password",
		"nobody":   password,
		"":         password,
		"DUTY":     password,
		"landing":  password, // dismissed
		"governor": password, // has no password yet
	} {
		_, _, err := h.desk.SignIn(h.ctx, name, secret, here)
		if r := h.refused(err, "sign-in-refused"); len(r.Params) != 0 {
			t.Errorf("the refusal of %q tells %v", name, r.Params)
		}
	}
	_, _, err := h.desk.SignIn(h.ctx, "duty", strings.Repeat("x", 5000), here)
	h.refused(err, "sign-in-refused")
}

func TestASessionEndsWithTheOffice(t *testing.T) {
	h := open(t)
	token := h.signIn()
	h.record(habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.Dismiss("duty") }))
	_, err := h.desk.Who(h.ctx, token)
	h.refused(err, "signed-out")
}

func TestASessionLocksWhenItIsNotUsed(t *testing.T) {
	h := open(t)
	token := h.signIn()
	for range 20 { // used every ten minutes, it goes on
		h.clock.Advance(10 * time.Minute)
		_, err := h.desk.Who(h.ctx, token)
		h.must(err)
	}
	h.clock.Advance(15*time.Minute + time.Second)
	_, err := h.desk.Who(h.ctx, token)
	h.refused(err, "session-locked")
	h.clock.Advance(-time.Hour) // also when the clock is set back
	h.clock.Advance(time.Hour)
	_, err = h.desk.Who(h.ctx, token)
	h.refused(err, "session-locked")
}

func TestASessionHasALife(t *testing.T) {
	h := open(t)
	token := h.signIn()
	start := h.clock.Now()
	for h.clock.Now().Sub(start) <= 12*time.Hour-10*time.Minute {
		h.clock.Advance(10 * time.Minute)
		_, err := h.desk.Who(h.ctx, token)
		h.must(err)
	}
	h.clock.Advance(time.Second)
	_, err := h.desk.Who(h.ctx, token)
	h.refused(err, "signed-out")
}

func TestSessionsOutliveTheServer(t *testing.T) {
	h := open(t)
	token, idle := h.signIn(), h.signIn()
	h.clock.Advance(10 * time.Minute)
	_, err := h.desk.Who(h.ctx, token)
	h.must(err)
	h.clock.Advance(10 * time.Minute)
	h.reopen()
	_, err = h.desk.Who(h.ctx, token)
	h.must(err)
	_, err = h.desk.Who(h.ctx, idle)
	h.refused(err, "session-locked")
	h.must(h.desk.SignOut(h.ctx, idle))
	// Nothing that is stored lets anybody in.
	var hash string
	h.must(h.book.Beside().QueryRow("SELECT token_hash FROM session").Scan(&hash))
	if hash == token {
		t.Error("the token itself is stored")
	}
	_, err = h.desk.Who(h.ctx, hash)
	h.refused(err, "signed-out")
}

func TestANewPasswordEndsTheSessions(t *testing.T) {
	h := open(t)
	token := h.signIn()
	h.must(h.desk.SetPassword(h.ctx, "duty", "another long password"))
	_, err := h.desk.Who(h.ctx, token)
	h.refused(err, "signed-out")
	_, _, err = h.desk.SignIn(h.ctx, "duty", password, here)
	h.refused(err, "sign-in-refused")
	_, _, err = h.desk.SignIn(h.ctx, "duty", "another long password", here)
	h.must(err)
}

func TestPasswordsThatAreRefused(t *testing.T) {
	h := open(t)
	long := "night.duty.manager"
	h.record(habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.Appoint(custody.Official{Name: long, FullName: "Night duty", Roles: []custody.Role{custody.DutyManager}})
	}))
	for secret, code := range map[string]string{
		"":                       "password-too-short",
		"eleven chrs":            "password-too-short",
		strings.Repeat("ñ", 201): "password-too-long",
		long:                     "password-is-name",
		strings.ToUpper(long):    "password-is-name",
		"\xff long enough it is": "text-not-utf8",
	} {
		h.refused(h.desk.SetPassword(h.ctx, long, secret), code)
	}
	h.must(h.desk.SetPassword(h.ctx, long, strings.Repeat("ñ", 200)))
	h.must(h.desk.SetPassword(h.ctx, long, "🗝 doce de ellas"))
	h.refused(h.desk.SetPassword(h.ctx, "nobody", password), "unknown-official")
}

func TestGuessingIsSlowedDown(t *testing.T) {
	h := open(t)
	guess := func(name, from string) error {
		_, _, err := h.desk.SignIn(h.ctx, name, "a wrong guess, again", from)
		return err
	}
	for range 10 {
		h.refused(guess("duty", here), "sign-in-refused")
	}
	r := h.refused(guess("duty", here), "too-many-attempts")
	if r.Params["seconds"] != "6" {
		t.Errorf("to be tried again after %q seconds", r.Params["seconds"])
	}
	// From elsewhere neither; and the right password has to wait too.
	h.refused(guess("Duty", "198.51.100.1:1"), "too-many-attempts")
	_, _, err := h.desk.SignIn(h.ctx, "duty", password, "198.51.100.1:1")
	h.refused(err, "too-many-attempts")
	h.refused(guess("governor", here), "sign-in-refused")
	h.clock.Advance(6 * time.Second)
	h.signIn()
}

func TestOneAddressCannotTryEverybody(t *testing.T) {
	h := open(t)
	from := func(i int) string { return fmt.Sprintf("[2001:db8:0:7::%x]:443", i+1) } // one subscriber's addresses
	for i := range 50 {
		_, _, err := h.desk.SignIn(h.ctx, fmt.Sprintf("official%d", i), "x", from(i))
		h.refused(err, "sign-in-refused")
	}
	_, _, err := h.desk.SignIn(h.ctx, "official50", "x", from(50))
	h.refused(err, "too-many-attempts")
	_, _, err = h.desk.SignIn(h.ctx, "official50", "x", here)
	h.refused(err, "sign-in-refused")
}

// It also shows that right passwords, from one address, are not slowed down.
func TestSessionsOfOneOfficialAreBounded(t *testing.T) {
	h := open(t)
	first := h.signIn()
	for range 100 {
		h.clock.Advance(time.Millisecond)
		h.signIn()
	}
	_, err := h.desk.Who(h.ctx, first)
	h.refused(err, "signed-out")
	var stored int
	h.must(h.book.Beside().QueryRow("SELECT count(*) FROM session").Scan(&stored))
	if stored != 100 {
		t.Errorf("%d sessions are stored", stored)
	}
}

func TestManyAtOnce(t *testing.T) {
	h := open(t)
	token := h.signIn()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 200 {
				if _, err := h.desk.Who(h.ctx, token); err != nil {
					t.Error(err)
					return
				}
			}
			other, _, err := h.desk.SignIn(h.ctx, "duty", password, here)
			if err != nil {
				t.Error(err)
				return
			}
			if i%2 == 0 {
				if err := h.desk.SignOut(h.ctx, other); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	h.must(h.desk.EndAll(h.ctx, "duty"))
	_, err := h.desk.Who(h.ctx, token)
	h.refused(err, "signed-out")
}

func BenchmarkWho(b *testing.B) {
	ctx := b.Context()
	bk, err := book.Open(ctx, book.Config{Dir: b.TempDir(), Random: rand.Reader})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := bk.Close(); err != nil {
			b.Error(err)
		}
	})
	if _, err := bk.Do(ctx, book.Command{By: "duty"}, func(tx *book.Tx) error {
		e, err := tx.State().Appoint(custody.Official{Name: "duty", FullName: "Duty", Roles: []custody.Role{custody.DutyManager}})
		if err != nil {
			return err
		}
		return tx.Record(e)
	}); err != nil {
		b.Fatal(err)
	}
	desk, err := access.New(ctx, bk, access.Config{Random: rand.Reader})
	if err != nil {
		b.Fatal(err)
	}
	if err := desk.SetPassword(ctx, "duty", password); err != nil {
		b.Fatal(err)
	}
	token, _, err := desk.SignIn(ctx, "duty", password, here)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := desk.Who(ctx, token); err != nil {
			b.Fatal(err)
		}
	}
}
