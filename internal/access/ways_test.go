package access_test

import (
	"errors"
	"testing"
	"time"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

var engineer, governor = book.Command{By: "engineer"}, book.Command{By: "governor"}

// Somebody who was just appointed comes in by one link, once, and nobody comes in as them afterwards.
func TestAOneTimeLinkLetsInOnce(t *testing.T) {
	h := open(t)
	_, _, err := h.desk.GiveLink(h.ctx, book.Command{By: "landing"}, "records")
	h.refused(err, "not-permitted")
	_, _, err = h.desk.GiveLink(h.ctx, engineer, "nobody")
	h.refused(err, "unknown-official")
	_, _, err = h.desk.GiveLink(h.ctx, engineer, "duty")
	h.refused(err, "way-in-set-already")
	_, _, err = h.desk.GiveLink(h.ctx, engineer, "monitor")
	h.refused(err, "monitor-two-keys")

	lost, _, err := h.desk.GiveLink(h.ctx, engineer, "records")
	h.must(err)
	link, until, err := h.desk.GiveLink(h.ctx, governor, "records")
	h.must(err)
	if until != h.clock.Now().Add(time.Hour) {
		t.Errorf("the link lapses at %v", until)
	}
	w, err := h.desk.Ways(h.ctx, "engineer", "records")
	h.must(err)
	if w.Begun || w.Any() || w.Link.IsZero() {
		t.Errorf("before the link is opened: %+v", w)
	}
	enter := func(link, password string) error {
		_, _, err := h.desk.EnterByLink(h.ctx, link, password, home)
		return err
	}
	h.refused(enter(lost, password), "link-refused") // another took its place
	h.refused(enter("", password), "link-refused")
	h.refused(enter(link, "short"), "password-too-short")
	token, official, err := h.desk.EnterByLink(h.ctx, link, password, home)
	h.must(err)
	if who, err := h.desk.Who(h.ctx, token); err != nil || who.Name != "records" || official.Name != "records" {
		t.Errorf("it let in %q, %q: %v", who.Name, official.Name, err)
	}
	h.refused(enter(link, "another password for it"), "link-refused")
	_, _, err = h.desk.GiveLink(h.ctx, engineer, "records")
	h.refused(err, "way-in-set-already")

	lapsed, _, err := h.desk.GiveLink(h.ctx, engineer, "health")
	h.must(err)
	h.clock.Advance(time.Hour + time.Second)
	h.refused(enter(lapsed, password), "link-refused")

	dismissed, _, err := h.desk.GiveLink(h.ctx, engineer, "health")
	h.must(err)
	h.record(func(s *custody.State, _ time.Time) ([]custody.Entry, error) {
		e, err := s.Dismiss("health")
		return []custody.Entry{e}, err
	})
	h.refused(enter(dismissed, password), "link-refused")
}

// One official takes a way in from another, and cannot make of that a way in for themselves.
func TestOneTakesAndTwoGive(t *testing.T) {
	h := open(t)
	_, token := h.enrolled()
	h.refused(h.desk.Revoke(h.ctx, book.Command{By: "landing"}, "duty", access.WayCodes, ""), "not-permitted")
	h.refused(h.desk.Revoke(h.ctx, engineer, "nobody", access.WayCodes, ""), "unknown-official")
	h.refused(h.desk.Revoke(h.ctx, engineer, "duty", access.WayPasskey, "made-up"), "unknown-way-in")
	h.refused(h.desk.Revoke(h.ctx, engineer, "duty", "password", ""), "unknown-way-in")
	h.refused(h.desk.Revoke(h.ctx, engineer, "monitor", access.WayCodes, ""), "monitor-two-keys")
	if _, err := h.desk.Who(h.ctx, token); err != nil {
		t.Fatalf("what was refused ended a session: %v", err)
	}

	h.must(h.desk.Revoke(h.ctx, engineer, "duty", access.WayCodes, ""))
	_, err := h.desk.Who(h.ctx, token)
	h.refused(err, "signed-out")
	_, _, err = h.desk.SignIn(h.ctx, "duty", password, here) // the password went with the codes
	h.refused(err, "sign-in-refused")
	_, _, err = h.desk.SignIn(h.ctx, "duty", "-", here)
	h.refused(err, "sign-in-refused")
	w, err := h.desk.Ways(h.ctx, "governor", "duty")
	h.must(err)
	if w.Any() || !w.Begun || !w.Codes.IsZero() {
		t.Errorf("what is left: %+v", w)
	}
	_, _, err = h.desk.GiveLink(h.ctx, engineer, "duty")
	h.refused(err, "way-in-set-already")
	h.refused(h.desk.SetFirstPassword(h.ctx, "duty", "a password of the engineer's"), "way-in-set-already")

	first, err := h.desk.GiveRecovery(h.ctx, engineer, "duty")
	h.must(err)
	second, err := h.desk.GiveRecovery(h.ctx, governor, "duty")
	h.must(err)
	_, err = h.desk.Recover(h.ctx, "duty", [2]string{first, second}, "another four quiet words", home)
	h.must(err)
	_, _, err = h.desk.SignIn(h.ctx, "duty", "another four quiet words", here)
	h.must(err)
}

// Nobody ends the sessions of a monitor, which would shut them out by and by, and nobody sees more ways in than they keep.
func TestAMonitorsSessionsAreTheirOwn(t *testing.T) {
	h := open(t)
	h.must(h.desk.SetPassword(h.ctx, "monitor", password))
	token, _, err := h.desk.Enter(h.ctx, access.Proof{Name: "monitor", Password: password}, home)
	h.must(err)
	list, err := h.desk.Sessions("engineer", "monitor", "")
	h.must(err)
	h.refused(h.desk.EndSession(h.ctx, engineer, list[0].ID), "monitor-two-keys")
	if _, err := h.desk.Who(h.ctx, token); err != nil {
		t.Errorf("the monitor is out: %v", err)
	}
	h.must(h.desk.EndSession(h.ctx, book.Command{By: "monitor"}, list[0].ID))

	if _, err := h.desk.Ways(h.ctx, "landing", "duty"); !errors.Is(err, custody.Refused("not-permitted")) {
		t.Errorf("an officer of the landings reads how the duty manager comes in: %v", err)
	}
	_, err = h.desk.Ways(h.ctx, "landing", "landing")
	h.must(err)
}
