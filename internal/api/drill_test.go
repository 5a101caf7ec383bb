package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/drill"
	"habeas.example/habeas/internal/habeastest"
)

// listening compares all that passes with the document.
type listening struct {
	house *house
	next  http.RoundTripper

	mu     sync.Mutex
	bodies map[string]int // by pattern
}

func (l *listening) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPost {
		if err := l.asked(r); err != nil {
			return nil, err
		}
	}
	response, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if err := response.Body.Close(); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(content))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.house.judge(r.Method, r.URL.Path, &reply{t: l.house.t, call: r.Method + " " + r.URL.Path, status: response.StatusCode, header: response.Header, raw: content})
	return response, nil
}

func (l *listening) asked(r *http.Request) error {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(content))
	l.mu.Lock()
	defer l.mu.Unlock()
	document := l.house.document()
	pattern, operation := document.operation(r.Method, r.URL.Path)
	l.bodies[pattern]++
	schema := bodySchema(operation["requestBody"])
	if schema == nil {
		return nil
	}
	var body any
	if err := json.Unmarshal(content, &body); err != nil {
		return err
	}
	for _, fault := range document.fits(schema, body, r.URL.Path) {
		l.house.t.Errorf("what the drill sends is not as published: %s", fault)
	}
	return nil
}

// Whoever writes a program by the document can do what the drill does: all that it sends,
// and all that it is answered, is as published.
func TestTheDrillSpeaksAsPublished(t *testing.T) {
	now := time.Date(2031, 5, 2, 15, 0, 0, 0, time.UTC)
	night, _ := drill.Nights(now)
	clock := drill.NewClock(night.AddDate(0, 0, -40))
	engineer := drill.EngineerOf()
	h := openWith(t, clock.Now, habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) { return s.Appoint(engineer) }))
	h.document()
	h.givePassword(engineer.Name)
	heard := &listening{house: h, next: h.server.Client().Transport, bodies: map[string]int{}}
	_, err := drill.Play(t.Context(), drill.Config{BaseURL: h.server.URL, HTTP: &http.Client{Transport: heard}, Clock: clock, Now: now, People: 200, Seed: 7,
		Engineer: drill.Credential{Name: engineer.Name, Password: password}, Password: func() string { return password }})
	if err != nil {
		t.Fatal(err)
	}
	if len(heard.bodies) < 15 {
		t.Errorf("only %v were sent", heard.bodies)
	}
	h.book.Read(func(s *custody.State) { leavesHandhelds(t, s) })
}

// leavesHandhelds checks that two handhelds are in use and one is revoked, and that one slip was sent late with all its times.
func leavesHandhelds(t *testing.T, s *custody.State) {
	t.Helper()
	used, revoked, late := map[string]bool{}, 0, 0
	for _, device := range s.DevicesOf("") {
		if !device.Revoked.IsZero() {
			revoked++
		} else if !device.InUse.IsZero() {
			used[device.ID] = true
		}
	}
	for landing := range s.CountLandings.All() {
		for _, slip := range landing.Slips {
			if used[slip.Device] && slip.Recorded.Sub(slip.Counted) >= 20*time.Minute && slip.Clock.Before(slip.Counted) {
				late++
			}
		}
	}
	if len(used) != 2 || revoked != 1 || late != 1 {
		t.Errorf("%d handhelds in use, %d revoked, %d slips sent late; want 2, 1 and 1", len(used), revoked, late)
	}
}
