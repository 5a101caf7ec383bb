package words_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/language"

	"habeas.example/habeas/internal/words"
)

func TestTheLanguageIsTheOneAskedFor(t *testing.T) {
	for _, c := range []struct {
		asked []string
		want  language.Tag
	}{
		{nil, language.Spanish},
		{[]string{""}, language.Spanish},
		{[]string{"en"}, language.English},
		{[]string{"en-GB,en;q=0.8"}, language.English},
		{[]string{"es-EC"}, language.Spanish},
		{[]string{"qu,en;q=0.7,es;q=0.3"}, language.English},
		{[]string{"fr,de;q=0.5"}, language.Spanish},
		{[]string{"", "en-US"}, language.English},
		{[]string{"es", "en-US"}, language.Spanish},
		{[]string{"fr", "en-US"}, language.English},
		{[]string{"*"}, language.Spanish},
		{[]string{"en;q=nonsense"}, language.Spanish},
		{[]string{"\x00\xff"}, language.Spanish},
		{[]string{strings.Repeat("en,", 1000)}, language.Spanish},
	} {
		if got := words.For(c.asked...).Tag(); got != c.want {
			t.Errorf("asked for %.40q: spoken %v, want %v", c.asked, got, c.want)
		}
	}
}

func TestTheLanguageOfATerminal(t *testing.T) {
	for _, c := range []struct {
		environment map[string]string
		want        language.Tag
	}{
		{nil, language.Spanish},
		{map[string]string{"LANG": "en_GB.UTF-8"}, language.English},
		{map[string]string{"LANG": "es_EC.UTF-8"}, language.Spanish},
		{map[string]string{"LANG": "en_IE@euro"}, language.English},
		{map[string]string{"LANG": "C.UTF-8"}, language.Spanish},
		{map[string]string{"LANG": "en_GB.UTF-8", "LC_ALL": "es_ES.UTF-8"}, language.Spanish},
		{map[string]string{"LANG": "es_ES.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, language.English},
	} {
		got := words.FromEnvironment(func(name string) string { return c.environment[name] }).Tag()
		if got != c.want {
			t.Errorf("with %v: spoken %v, want %v", c.environment, got, c.want)
		}
	}
}

func TestWhatIsSaid(t *testing.T) {
	es, en := words.For("es"), words.For("en")
	for _, c := range []struct{ got, want string }{
		{es.Say("law.1", nil), "Un lugar, un custodio"},
		{en.Say("law.1", nil), "One place, one custodian"},
		{es.Plural("people", 1, nil), "1 persona"},
		{es.Plural("people", 0, nil), "0 personas"},
		{es.Plural("people", 2000, nil), es.Number(2000) + " personas"},
		{es.Plural("people", 1_000_000, nil), "1.000.000 de personas"},
		{en.Plural("people", 1, nil), "1 person"},
		{en.Plural("people", 40_000, nil), "40,000 people"},
		{en.Plural("people", 1_000_000, nil), "1,000,000 people"},
		{en.Plural("people", -1, nil), "-1 person"},
		{en.Plural("people", 3, map[string]any{"count": "many"}), "3 people"},
		{en.Say("people", map[string]any{"count": 7}), "7 people"},
		{en.Say("people", nil), "{count} people"},
		{en.Say("people", map[string]any{"count": "{count}"}), "{count} people"},
		{en.Say("no.such.message", nil), "[no.such.message]"},
		{es.Plural("no.such.message", 2, nil), "[no.such.message]"},
		{es.Number(40_000), "40.000"},
		{en.Number(40_000), "40,000"},
		{es.Decimal(1234.56), "1.234,6"},
		{en.Decimal(8), "8.0"},
	} {
		if c.got != c.want {
			t.Errorf("said %q, want %q", c.got, c.want)
		}
	}
	if !en.Has("people") || en.Has("no.such.message") {
		t.Error("Has does not tell a message from none")
	}
}

func TestParametersAreNotReadAgain(t *testing.T) {
	params := map[string]any{"count": 12}
	if said := words.For("en").Plural("people", 1, params); said != "1 person" {
		t.Errorf("said %q", said)
	}
	if params["count"] != 12 {
		t.Errorf("the caller's parameters became %v", params)
	}
}

func TestTimesAreInTheEstablishmentsZone(t *testing.T) {
	guayaquil := time.FixedZone("-05", -5*60*60)
	at := time.Date(2026, time.November, 25, 2, 47, 59, 0, time.UTC)
	es, en := words.For("es"), words.For("en")
	for _, c := range []struct{ got, want string }{
		{es.Date(at, guayaquil), "24 nov 2026"},
		{en.Date(at, guayaquil), "24 Nov 2026"},
		{es.DateTime(at, guayaquil), "24 nov 2026, 21:47"},
		{en.DateTime(at, time.UTC), "25 Nov 2026, 02:47"},
		{es.Clock(at, guayaquil), "21:47"},
		{es.Clock(at, nil), "02:47"},
		{es.Date(time.Time{}, guayaquil), "—"},
		{es.DateTime(time.Time{}, nil), "—"},
		{en.Clock(time.Time{}, nil), "—"},
	} {
		if c.got != c.want {
			t.Errorf("wrote %q, want %q", c.got, c.want)
		}
	}
}

func TestManySpeakAtOnce(t *testing.T) {
	var speakers sync.WaitGroup
	for i := range 8 {
		speakers.Go(func() {
			for n := range 200 {
				want := fmt.Sprintf("%d people", n+2)
				if said := words.For("en").Plural("people", n+2, nil); said != want {
					t.Errorf("speaker %d said %q, want %q", i, said, want)
				}
			}
		})
	}
	speakers.Wait()
}

func FuzzFor(f *testing.F) {
	for _, seed := range []string{"", "es", "en-GB,en;q=0.8", "*;q=0", "zh-Hant-TW", "x-habeas", "en-u-rg-uszzzz", ";;,,--", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, asked string) {
		tag := words.For(asked).Tag()
		if tag != language.Spanish && tag != language.English {
			t.Errorf("asked for %q: spoken %v", asked, tag)
		}
	})
}
