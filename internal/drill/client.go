package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"habeas.example/habeas/internal/custody"
)

// session is one official at work: every call goes through the public API under the
// official's own token.
type session struct {
	http  *http.Client
	base  string
	who   Credential
	token atomic.Pointer[string]
	sent  atomic.Int64                      // commands sent, for idempotency keys
	run   string                            // makes the keys of this drill its own
	signs func(*http.Request, []byte) error // what a handheld puts under all but signing in; nil: it is none
}

// reply is what the API answers to a command.
type reply struct {
	First   int64           `json:"first"`
	Count   int             `json:"count"`
	ID      string          `json:"id"`
	Entries []custody.Entry `json:"entries"`
}

// Problem is a refusal as the API gives it (RFC 9457).
type Problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Detail string `json:"detail"`
	} `json:"errors"`
	call string
}

// Error says which call was refused, and why.
func (p *Problem) Error() string {
	said := fmt.Sprintf("%s: %d %s %s %s", p.call, p.Status, p.Code, p.Title, p.Detail)
	for _, particular := range p.Errors[:min(len(p.Errors), 5)] {
		said += " " + particular.Detail
	}
	return said
}

// refusedWith reports whether err is a refusal with this code.
func refusedWith(err error, code string) bool {
	var p *Problem
	return errors.As(err, &p) && p.Code == code
}

func signIn(ctx context.Context, client *http.Client, base string, who Credential, run string) (*session, error) {
	s := &session{http: client, base: base, who: who, run: run}
	return s, s.signIn(ctx)
}

func (s *session) signIn(ctx context.Context) error {
	var answer struct {
		Token string `json:"token"`
	}
	err := s.send(ctx, http.MethodPost, "/sessions", "", map[string]string{"name": s.who.Name, "password": s.who.Password}, &answer)
	s.token.Store(&answer.Token)
	return err
}

// order sends a command with an idempotency key.
func (s *session) order(ctx context.Context, path string, body any) (reply, error) {
	var r reply
	if body == nil {
		body = struct{}{}
	}
	return r, s.call(ctx, http.MethodPost, path, body, &r)
}

func (s *session) get(ctx context.Context, path string, into any) error {
	return s.call(ctx, http.MethodGet, path, nil, into)
}

// call sends one request. A session that has locked meanwhile is begun again, and a hand
// that is no longer fresh is proved again, as the official would.
func (s *session) call(ctx context.Context, method, path string, body, into any) error {
	key := ""
	if method == http.MethodPost {
		key = fmt.Sprintf("%s-%s-%d", s.run, s.who.Name, s.sent.Add(1))
	}
	// More than once, since the drill's clock may leap while the official signs in.
	for attempt := 0; ; attempt++ {
		err := s.send(ctx, method, path, key, body, into)
		p := (*Problem)(nil)
		if attempt == 5 || !errors.As(err, &p) || p.Status != http.StatusUnauthorized && p.Code != "hand-not-fresh" {
			return err
		}
		if err := s.signIn(ctx); err != nil {
			return err
		}
	}
}

func (s *session) send(ctx context.Context, method, path, key string, body, into any) error {
	kind := "application/json"
	content, is := body.([]byte)
	if is {
		kind = "application/octet-stream"
	} else if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, s.base+"/api/v1"+path, bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header.Set("Accept-Language", "es")
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	if token := s.token.Load(); token != nil {
		req.Header.Set("Authorization", "Bearer "+*token)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if s.signs != nil && path != "/sessions" {
		if err := s.signs(req, content); err != nil {
			return err
		}
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode >= 300 {
		p := &Problem{call: s.who.Name + ": " + method + " " + path}
		if json.Unmarshal(answer, p) != nil || p.Status == 0 {
			p.Status, p.Title = resp.StatusCode, string(answer[:min(len(answer), 300)])
		}
		return p
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", method, path, err)
	}
	return nil
}
