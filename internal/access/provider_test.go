package access_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/book"
)

// liar is an OpenID provider that says what a test has it say: a real one never lies.
type liar struct {
	*httptest.Server
	t         *testing.T
	key       *ecdsa.PrivateKey
	challenge string         // of the authorisation under way
	claims    map[string]any // of the next identity token
	signer    *ecdsa.PrivateKey
}

func newLiar(t *testing.T) *liar {
	t.Helper()
	l := &liar{t: t}
	var err error
	if l.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	l.signer = l.key
	mux := http.NewServeMux()
	l.Server = httptest.NewServer(mux)
	t.Cleanup(l.Close)
	answer := func(w http.ResponseWriter, body any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(body); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"issuer": l.URL, "authorization_endpoint": l.URL + "/auth", "token_endpoint": l.URL + "/token", "jwks_uri": l.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"ES256"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: l.key.Public(), KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if base64.RawURLEncoding.EncodeToString(sum[:]) != l.challenge || r.FormValue("code") != "good" {
			http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
			return
		}
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": l.token()})
	})
	return l
}

func (l *liar) token() string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: l.signer, KeyID: "k"}}, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	payload, err := json.Marshal(l.claims)
	if err != nil {
		l.t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		l.t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		l.t.Fatal(err)
	}
	return text
}

func TestTheProviderIsNotBelievedBlindly(t *testing.T) {
	h := open(t)
	l := newLiar(t)
	var err error
	h.desk, err = access.New(h.ctx, h.book, access.Config{Clock: h.clock.Now, Random: rand.Reader,
		Provider: &access.Provider{Issuer: l.URL, ClientID: "habeas", RedirectURL: "http://localhost/sign-in/provider/return", HTTP: l.Client()}})
	h.must(err)
	h.refused(h.desk.LinkSubject(h.ctx, book.Command{By: "landing"}, "duty", "subject-7"), "not-permitted")
	h.refused(h.desk.LinkSubject(h.ctx, book.Command{By: "engineer"}, "monitor", "subject-8"), "monitor-two-keys")
	h.refused(h.desk.LinkSubject(h.ctx, book.Command{By: "engineer"}, "duty", "subject-7"), "way-in-set-already") // or one could sign in as another
	h.must(h.desk.LinkSubject(h.ctx, book.Command{By: "duty"}, "duty", "subject-7"))
	h.refused(h.desk.LinkSubject(h.ctx, book.Command{By: "engineer"}, "landing", "subject-7"), "subject-taken")

	// begin asks the provider, and has it answer with the claims of a good token.
	begin := func(token string) (state string) {
		address, state, err := h.desk.AskProvider(h.ctx, token, "/transfers")
		h.must(err)
		u, err := url.Parse(address)
		h.must(err)
		q := u.Query()
		if q.Get("code_challenge_method") != "S256" || q.Get("state") != state || q.Get("response_type") != "code" || q.Get("nonce") == "" {
			t.Fatalf("the provider is asked with %s", address)
		}
		l.challenge, l.signer = q.Get("code_challenge"), l.key
		now := h.clock.Now()
		l.claims = map[string]any{"iss": l.URL, "aud": "habeas", "sub": "subject-7", "nonce": q.Get("nonce"), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "auth_time": now.Unix()}
		return state
	}
	another, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	h.must(err)
	for what, lie := range map[string]func(){
		"another audience":    func() { l.claims["aud"] = "another-program" },
		"another issuer":      func() { l.claims["iss"] = "https://evil.example" },
		"another nonce":       func() { l.claims["nonce"] = "x" },
		"no nonce":            func() { delete(l.claims, "nonce") },
		"a token that lapsed": func() { l.claims["exp"] = h.clock.Now().Add(-time.Minute).Unix() },
		"another's key":       func() { l.signer = another },
		"a stranger":          func() { l.claims["sub"] = "subject-9" },
		"another verifier":    func() { l.challenge = strings.Repeat("x", 43) },
	} {
		state := begin("")
		lie()
		if _, _, err := h.desk.ReturnFromProvider(h.ctx, state, state, "good", home); err == nil {
			t.Errorf("%s is let in", what)
		} else {
			h.refused(err, "sign-in-refused")
		}
	}
	back := func(kept, state, code string) error {
		_, _, err := h.desk.ReturnFromProvider(h.ctx, kept, state, code, home)
		return err
	}
	state := begin("")
	h.refused(back("", state, "good"), "sign-in-refused") // a link that somebody was led to follow
	h.refused(back("another", state, "good"), "sign-in-refused")
	h.refused(back("made up", "made up", "good"), "sign-in-refused")
	token, next, err := h.desk.ReturnFromProvider(h.ctx, state, state, "good", home)
	h.must(err)
	if next != "/transfers" {
		t.Errorf("it goes on to %q", next)
	}
	if official, err := h.desk.Who(h.ctx, token); err != nil || official.Name != "duty" {
		t.Errorf("it signed in %v, %v", official.Name, err)
	}
	h.refused(back(state, state, "good"), "sign-in-refused") // replayed
	state = begin("")
	h.refused(back(state, state, "guessed"), "sign-in-refused")
	state = begin("")
	h.clock.Advance(6 * time.Minute)
	h.refused(back(state, state, "good"), "sign-in-refused") // too late

	// To prove anew who one is, the provider must have asked anew, and the same person.
	state = begin(token)
	l.claims["auth_time"] = h.clock.Now().Add(-time.Hour).Unix()
	h.refused(back(state, state, "good"), "sign-in-refused")
	state = begin(token)
	fresh, _, err := h.desk.ReturnFromProvider(h.ctx, state, state, "good", home)
	h.must(err)
	_, err = h.desk.Who(h.ctx, token)
	h.refused(err, "signed-out")
	h.must(h.desk.LinkSubject(h.ctx, book.Command{By: "engineer"}, "landing", "subject-9"))
	h.refused(h.desk.LinkSubject(h.ctx, book.Command{By: "governor"}, "landing", "subject-10"), "way-in-set-already")
	h.refused(h.desk.SetFirstPassword(h.ctx, "landing", "another long password"), "way-in-set-already")
	state = begin(fresh)
	l.claims["sub"] = "subject-9"
	h.refused(back(state, state, "good"), "sign-in-refused")
}
