package api_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

func TestWhatIsNoRequest(t *testing.T) {
	h := open(t, 1)
	reception := h.as("reception")
	for body, want := range map[string]struct {
		status int
		code   string
	}{
		`{"moves":[{"person":7,"to":true}]}`:         {422, "request-invalid"},
		`{"moves":{"person":"x"}}`:                   {422, "request-invalid"},
		`{"moves":[{"person":"x","nonsense":1}]}`:    {422, "request-invalid"},
		`{"moves":[{"person":"x","happened":"no"}]}`: {422, "request-invalid"},
		`[]`:             {422, "request-invalid"},
		`"moves"`:        {422, "request-invalid"},
		`{"moves":[`:     {400, "request-malformed"},
		"\x00\xff\x17":   {400, "request-malformed"},
		``:               {422, "list-empty"},
		`{}`:             {422, "list-empty"},
		`{"moves":[]}`:   {422, "list-empty"},
		`{"moves":[{}]}`: {404, "unknown-person"},
		`{"moves":null}`: {422, "list-empty"},
	} {
		answer := reception.send("POST", "/moves", strings.NewReader(body)).refused(want.status, want.code)
		if strings.Contains(string(answer.raw), "nonsense\":1") {
			t.Errorf("%s is echoed: %s", body, answer.raw)
		}
	}
	faults := reception.send("POST", "/moves", strings.NewReader(`{"moves":[{"person":7,"to":"x"}]}`)).list("errors")
	if len(faults) != 1 || !strings.Contains(fmt.Sprint(faults[0]), "body.moves[0].person") {
		t.Errorf("the fault is not named: %v", faults)
	}
	request, err := http.NewRequest("POST", h.server.URL+"/api/v1/moves", strings.NewReader("moves=x"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "Bearer "+reception.token)
	reception.do(request).refused(415, "media-type")
}

func TestTooLargeBodiesAreRefused(t *testing.T) {
	h := open(t, 1)
	small := strings.NewReader(`{"places":[{"code":"` + strings.Repeat("x", 1<<20) + `"}]}`)
	h.as("engineer").send("POST", "/places", small).refused(413, "body-too-large")
	before := h.book.Size()
	// A manifest of 200 MB is refused long before it has been read.
	read := &counter{}
	request, err := http.NewRequest("POST", h.server.URL+"/api/v1/transfers/TR-2031-0001/manifest", read)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+h.as("planner").token)
	response, err := h.server.Client().Do(request)
	if err == nil { // a client that is still sending may see the connection end instead
		if response.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("a manifest of 200 MB: status %d", response.StatusCode)
		}
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
	}
	if n := read.n.Load(); n > 40<<20 {
		t.Errorf("%d bytes were taken in", n)
	}
	// A stranger's body is not read at all.
	h.stranger().send("POST", "/admissions", bytes.NewReader(make([]byte, 4<<20))).refused(401, "signed-out")
	if h.book.Size() != before {
		t.Error("something was written")
	}
}

// What is left of a body that was refused is never taken for the next request on the same
// connection.
func TestTheRestOfABodyIsNoRequest(t *testing.T) {
	h := open(t, 1)
	h.as("engineer")
	for _, over := range []int{1, 1 << 10, 200 << 10, 300 << 10, 2 << 20} {
		connection, err := net.Dial("tcp", h.server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		smuggled := "DELETE /api/v1/sessions/current HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + h.as("reception").token + "\r\n\r\n"
		body := strings.Repeat(" ", 1<<20) + smuggled + strings.Repeat(" ", over)
		written := make(chan struct{})
		go func() {
			defer close(written)
			// The server may end the connection while this is written, as it should.
			_, _ = fmt.Fprintf(connection, "POST /api/v1/places HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s"+
				"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", h.as("engineer").token, len(body), body)
		}()
		answers := bufio.NewReader(connection)
		first, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, first.Body); err != nil || first.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%d over: answered with %d: %v", over, first.StatusCode, err)
		}
		// Either the connection has ended, or the next answer is to the next request.
		if second, err := http.ReadResponse(answers, nil); err == nil {
			if said, err := io.ReadAll(second.Body); err != nil || second.StatusCode != http.StatusOK || !strings.HasPrefix(string(said), "ok ") {
				t.Errorf("%d over: the rest of the body was answered with %d %s: %v", over, second.StatusCode, said, err)
			}
		}
		if err := connection.Close(); err != nil {
			t.Error(err)
		}
		<-written
	}
	h.as("reception").get("/roll").mustBe(200)
}

// counter is a body of 200 MB that counts what is read of it.
type counter struct{ n atomic.Int64 }

func (c *counter) Read(p []byte) (int, error) {
	if c.n.Load() >= 200<<20 {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = ' '
	}
	c.n.Add(int64(len(p)))
	return len(p), nil
}
