package custody_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"habeas.example/habeas/internal/custody"
)

func TestPrisonNumber(t *testing.T) {
	for n, want := range map[int]string{0: "1000000Y", 42: "1000042W"} {
		if got := custody.PrisonNumber(n); got != want {
			t.Errorf("the number of person %d is %s, want %s", n, got, want)
		}
	}
	for _, written := range []string{"1000042W", "1000042w", "1.000.042-W", " 1000042 W "} {
		if got, err := custody.ParsePrisonNumber(written); err != nil || got != "1000042W" {
			t.Errorf("%q is read as %q, %v", written, got, err)
		}
	}
	for _, written := range []string{"", "K", "1000042", "0000042K", "+100004K", "1000042WK", "10000421000042W", strings.Repeat("1", 50), "１０００042K", "1000042\x00"} {
		if got, err := custody.ParsePrisonNumber(written); err == nil {
			t.Errorf("%q is read as %q", written, got)
		}
	}
}

// Every single wrong digit, wrong letter and swap of two neighbours is refused.
func TestPrisonNumberCatchesSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := custody.PrisonNumber(rapid.IntRange(0, 8_999_999).Draw(t, "person"))
		if got, err := custody.ParsePrisonNumber(number); err != nil || got != number {
			t.Fatalf("%s is read as %q, %v", number, got, err)
		}
		wrong := func(slip []byte) {
			if string(slip) == number {
				return
			}
			if got, err := custody.ParsePrisonNumber(string(slip)); err == nil {
				t.Fatalf("%s, a slip of %s, is read as %s", slip, number, got)
			}
		}
		for i := range number {
			others := "0123456789"
			if i == len(number)-1 {
				others = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			}
			for _, c := range []byte(others) {
				slip := []byte(number)
				slip[i] = c
				wrong(slip)
			}
			if i > 0 {
				slip := []byte(number)
				slip[i-1], slip[i] = slip[i], slip[i-1]
				wrong(slip)
			}
		}
	})
}

func FuzzParsePrisonNumber(f *testing.F) {
	for _, s := range []string{"1000042W", "1000042 w", "", "99999999999X", "1.0.0.0.0.4.2-W"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		plain, err := custody.ParsePrisonNumber(s)
		if err != nil {
			if r, ok := custody.RefusalOf(err); !ok || r.Reason != custody.Invalid {
				t.Fatalf("%q: %v, want a refusal of invalid input", s, err)
			}
			return
		}
		if again, err := custody.ParsePrisonNumber(plain); err != nil || again != plain {
			t.Fatalf("%q is read as %q, which is read as %q, %v", s, plain, again, err)
		}
	})
}
