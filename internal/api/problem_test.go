package api

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/words"
)

// No request can bring about every refusal there is, so that their answers are looked at
// from inside.

var (
	saidCode = regexp.MustCompile(`(?m)^([a-z0-9-]+) = "`)
)

func saidCodes(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "words", file))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n[refusal]\n")
	refusals, _, _ := strings.Cut(rest, "\n[mend]\n")
	var codes []string
	for _, m := range saidCode.FindAllStringSubmatch(refusals, -1) {
		codes = append(codes, m[1])
	}
	return codes
}

func TestEveryProblemIsSaidInBothLanguages(t *testing.T) {
	codes := saidCodes(t, "es.refusals.toml")
	if len(codes) < 100 {
		t.Fatalf("only %d codes were read", len(codes))
	}
	for _, code := range codes {
		for _, params := range []map[string]string{nil, {"person": "1000042K", "place": "CTR-M1-C1", "status": "in-transit", "authorities": "1000042K/A1"}} {
			r := &custody.Refusal{Code: code, Law: 3, Reason: custody.Conflict, Params: params, Also: []*custody.Refusal{{Code: code, Params: params}}}
			es, en := problemOf(r).in(words.For("es")), problemOf(r).in(words.For("en"))
			for _, pair := range [][2]string{{es.Title, en.Title}, {es.Detail, en.Detail}, {es.Mend, en.Mend}, {es.Errors[0].Detail, en.Errors[0].Detail}} {
				if pair[0] == pair[1] {
					t.Errorf("%s is said alike in both languages: %q", code, pair[0])
				}
				for _, said := range pair {
					if strings.ContainsAny(said, "{}<[") || strings.Contains(said, "()") || strings.Contains(said, "  ") || strings.TrimSpace(said) != said || said == "" {
						t.Errorf("%s with %v says %q", code, params, said)
					}
				}
			}
			if es.Code != code || es.Law != 3 || es.Type != "/docs/errors#"+code {
				t.Errorf("%s is answered as %+v", code, es)
			}
		}
	}
}

func TestHowARefusalReads(t *testing.T) {
	for _, c := range []struct {
		refusal      *custody.Refusal
		status       int
		spanish, eng string
	}{
		{&custody.Refusal{Code: "authority-live", Reason: custody.Conflict, Params: map[string]string{"person": "1000042K", "authorities": "1000042K/A1"}},
			http.StatusConflict, "1000042K no puede salir: sigue vigente 1000042K/A1.", "1000042K cannot be released: 1000042K/A1 is live."},
		{&custody.Refusal{Code: "not-in-custody", Reason: custody.Conflict, Params: map[string]string{"person": "1000042K", "status": "released"}},
			http.StatusConflict, "1000042K no está bajo custodia (en libertad).", "1000042K is not in custody (released)."},
		{&custody.Refusal{Code: "place-out-of-use", Reason: custody.Conflict, Params: map[string]string{"place": "C1"}},
			http.StatusConflict, "C1 está fuera de uso.", "C1 is out of use."},
		{&custody.Refusal{Code: "before-last-movement", Reason: custody.Conflict, Params: map[string]string{"person": "1000042K", "since": "2031-03-14T05:30:00Z"}},
			http.StatusConflict, "La hora indicada es anterior a 14 mar 2031, 05:30 UTC, cuando 1000042K llegó al lugar donde está.",
			"The time given is before 14 Mar 2031, 05:30 UTC, when 1000042K came to be where they are."},
		{&custody.Refusal{Code: "unknown-person", Reason: custody.NotFound, Params: map[string]string{"person": "{place}"}},
			http.StatusNotFound, "{place} no está en el registro.", "{place} is not in the register."},
		{&custody.Refusal{Code: "discrepancy-open", Reason: custody.Conflict, Params: map[string]string{"discrepancy": "D7", "kind": "count-differs", "person": "", "vehicle": "TR-2031-0001-B1"}},
			http.StatusConflict, "La discrepancia D7 sigue abierta: el conteo no coincide (TR-2031-0001-B1).", "Discrepancy D7 stands open: the count differs (TR-2031-0001-B1)."},
		{&custody.Refusal{Code: "discrepancy-open", Reason: custody.Conflict, Params: map[string]string{"discrepancy": "D7", "kind": "arrived-unlisted", "person": "1000042K", "vehicle": ""}},
			http.StatusConflict, "La discrepancia D7 sigue abierta: llegó sin estar en la lista (1000042K).", "Discrepancy D7 stands open: arrived unlisted (1000042K)."},
		{&custody.Refusal{Code: "signed-out", Reason: custody.Forbidden}, http.StatusUnauthorized, "Su sesión terminó.", "Your session is over."},
	} {
		p := problemOf(c.refusal)
		if p.Status != c.status {
			t.Errorf("%s is answered with %d, want %d", c.refusal.Code, p.Status, c.status)
		}
		if said := p.in(words.For("es")).Detail; said != c.spanish {
			t.Errorf("%s says %q, want %q", c.refusal.Code, said, c.spanish)
		}
		if said := p.in(words.For("en")).Detail; said != c.eng {
			t.Errorf("%s says %q, want %q", c.refusal.Code, said, c.eng)
		}
	}
}
