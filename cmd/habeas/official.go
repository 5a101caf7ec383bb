package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// asOfficial are the flags of commands that an official gives in their own name: at a
// running server, or at a book that nobody serves, which is then served to this command
// alone. Either way the official signs in, so that nobody acts in another's name.
type asOfficial struct {
	store
	Server   string `placeholder:"URL"`
	User     string `required:"" placeholder:"NAME"`
	Password string `placeholder:"PASSWORD"`
	JSON     bool   `name:"json"`
}

// official is an official at work at an API.
type official struct {
	client   *http.Client
	base     string
	token    string
	language string
	end      func() error // of a book that was opened for this command
}

// apiRefusal is a problem that the API answered with, in the user's language.
type apiRefusal struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Mend   string `json:"mend"`
	Errors []struct {
		Detail string `json:"detail"`
	} `json:"errors"`
}

func (p *apiRefusal) Error() string {
	text := strings.TrimSpace(p.Detail + " " + p.Mend)
	for _, e := range p.Errors {
		text += "\n  " + e.Detail
	}
	return text
}

// sign signs the official in. The caller must leave.
func (a *asOfficial) sign(ctx context.Context, t *terminal) (_ *official, err error) {
	password, err := a.password(t)
	if err != nil {
		return nil, err
	}
	o := &official{client: &http.Client{Timeout: time.Minute}, base: strings.TrimSuffix(a.Server, "/"), language: t.words.Tag().String(), end: func() error { return nil }}
	if a.Server == "" {
		if o.base, o.end, err = a.serveAlone(ctx); err != nil {
			return nil, err
		}
	}
	var session struct {
		Token string `json:"token"`
	}
	err = o.call(ctx, http.MethodPost, "/sessions", map[string]string{"name": a.User, "password": password}, &session)
	if err != nil {
		return nil, errors.Join(err, o.end())
	}
	o.token = session.Token
	return o, nil
}

// leave signs the official out.
func (o *official) leave(ctx context.Context) error {
	return errors.Join(o.call(ctx, http.MethodDelete, "/sessions/current", nil, nil), o.end())
}

func (a *asOfficial) password(t *terminal) (string, error) {
	if a.Password != "" {
		return a.Password, nil
	}
	fmt.Fprint(t.err, t.words.Say("cli.password-of", map[string]any{"name": a.User})+" ")
	if f, ok := t.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		typed, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(t.err)
		return string(typed), err
	}
	line, err := bufio.NewReader(io.LimitReader(t.in, 1000)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// serveAlone opens the book and serves its API on a loopback port to this command.
func (a *asOfficial) serveAlone(ctx context.Context) (address string, end func() error, err error) {
	s, err := openService(ctx, a.config())
	if err != nil {
		return "", nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, errors.Join(err, s.book.Close())
	}
	serving, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- serve(serving, listener, s.handler, nil) }()
	return "http://" + listener.Addr().String(), func() error { stop(); return errors.Join(<-done, s.book.Close()) }, nil
}

// call sends one request and reads the answer, unless into is nil.
func (o *official) call(ctx context.Context, method, path string, body, into any) error {
	answer, err := o.ask(ctx, method, path, body)
	if err != nil || into == nil {
		return err
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", method, path, err)
	}
	return nil
}

// ask sends one request and returns what is answered, as it is.
func (o *official) ask(ctx context.Context, method, path string, body any) ([]byte, error) {
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(b)
	}
	request, err := http.NewRequestWithContext(ctx, method, o.base+"/api/v1"+path, content)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept-Language", o.language)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if o.token != "" {
		request.Header.Set("Authorization", "Bearer "+o.token)
	}
	response, err := o.client.Do(request)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, 256<<20))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if response.StatusCode >= 300 {
		p := &apiRefusal{}
		if json.Unmarshal(answer, p) != nil || p.Code == "" {
			return nil, fmt.Errorf("%s %s: the server answered %s", method, path, response.Status)
		}
		return nil, p
	}
	return answer, nil
}
