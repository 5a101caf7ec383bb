package interop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

// A real OpenID provider (zitadel's, whose library is certified) signs an official in: its
// own discovery, login page, code, PKCE and tokens, with nothing of Habeas in it.
func TestARealProviderSignsIn(t *testing.T) {
	dir := t.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(listener.Addr().String(), ":")
	issuer := "http://localhost:" + port + "/"
	users := storage.NewUserStore(issuer)

	own, err := net.Listen("tcp", "127.0.0.1:0") // a port for habeas, which its address to return to must name
	if err != nil {
		t.Fatal(err)
	}
	home := "http://" + own.Addr().String()
	if err := own.Close(); err != nil {
		t.Fatal(err)
	}
	storage.RegisterClients(storage.WebClient("habeas", "a secret", home+"/sign-in/provider/return"))
	provider := &http.Server{Handler: exampleop.SetupServer(issuer, storage.NewStorage(users), nil, false), ReadHeaderTimeout: time.Minute}
	go func() {
		if err := provider.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		if err := provider.Close(); err != nil {
			t.Error(err)
		}
	})

	said := startHabeas(t, dir, strings.TrimPrefix(home, "http://"), "--oidc-issuer", issuer, "--oidc-client", "habeas", "--oidc-secret", "a secret", "--url", home)
	link := regexp.MustCompile(`key=([a-z2-7]+)`).FindStringSubmatch(said)
	if link == nil {
		t.Fatalf("no first link in:\n%s", said)
	}
	token := call(t, home, "", "/first", map[string]any{"link": link[1], "name": "ana", "fullName": "Ana Ruiz", "password": "four quiet words in a row"})["token"].(string)
	call(t, home, token, "/officials/ana/subject", map[string]any{"subject": "id1"}) // the provider's test-user

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Timeout: time.Minute}
	form := visit(t, browser, home+"/sign-in/provider?next=/sessions")
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(form)
	if id == nil {
		t.Fatalf("the provider shows no form:\n%s", form)
	}
	reply, err := browser.PostForm(issuer+"login/username", url.Values{"id": {id[1]}, "username": {"test-user@localhost"}, "password": {"verysecure"}})
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(reply.Body)
	if err = errors.Join(err, reply.Body.Close()); err != nil || reply.StatusCode != http.StatusOK || !strings.HasPrefix(reply.Request.URL.String(), home+"/sign-in/provider/return?") {
		t.Fatalf("back at %s with %s, %v:\n%s", reply.Request.URL, reply.Status, err, page)
	}
	if onward := reply.Header.Get("Refresh"); onward != "0; url=/sessions" {
		t.Errorf("it leads on with %q", onward)
	}
	if sessions := visit(t, browser, home+"/sessions"); !strings.Contains(sessions, "Ana Ruiz") {
		t.Errorf("the session is not Ana's:\n%s", sessions)
	}
}

// startHabeas serves a new service on a port and returns what it printed until then.
func startHabeas(t *testing.T, dir, listen string, flags ...string) string {
	t.Helper()
	binary := os.Getenv("HABEAS_BIN")
	if binary == "" {
		binary = filepath.Join(dir, "habeas")
		build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./cmd/habeas")
		build.Dir = filepath.Join("..", "..")
		if said, err := build.CombinedOutput(); err != nil {
			t.Fatalf("building habeas: %v\n%s", err, said)
		}
	}
	printed := filepath.Join(dir, "printed")
	out, err := os.Create(printed)
	if err != nil {
		t.Fatal(err)
	}
	program := exec.Command(binary, append([]string{"serve", "--data", filepath.Join(dir, "data"), "--listen", listen}, flags...)...)
	program.Stdout, program.Stderr = out, out
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(program.Process.Signal(os.Interrupt), program.Wait(), out.Close()); err != nil {
			t.Errorf("stopping habeas: %v", err)
		}
	})
	ctx, stop := context.WithTimeout(t.Context(), startWithin)
	defer stop()
	for {
		text, err := os.ReadFile(printed)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("/first?key=")) {
			return string(text)
		}
		select {
		case <-ctx.Done():
			t.Fatalf("habeas did not serve:\n%s", text)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func call(t *testing.T, home, token, path string, body any) map[string]any {
	t.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, home+"/api/v1"+path, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(reply.Body)
	if err = errors.Join(err, reply.Body.Close()); err != nil || reply.StatusCode >= 300 {
		t.Fatalf("%s: %s, %v: %s", path, reply.Status, err, answer)
	}
	read := map[string]any{}
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, &read); err != nil {
			t.Fatal(err)
		}
	}
	return read
}

func visit(t *testing.T, browser *http.Client, address string) string {
	t.Helper()
	reply, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(reply.Body)
	if err = errors.Join(err, reply.Body.Close()); err != nil || reply.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", address, reply.Status, err)
	}
	return string(page)
}
