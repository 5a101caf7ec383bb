package packing_test

import (
	"fmt"
	"strings"
	"testing"

	"habeas.example/habeas/internal/allocate/packing"
	"habeas.example/habeas/internal/custody"
)

func TestReadingText(t *testing.T) {
	in, err := packing.ReadText(strings.NewReader("3 10\r\n1 4 2 3\n\n3 6\n2\t5\n"))
	if err != nil || fmt.Sprint(in) != "{10 [4 5 6] [[0 1] [0 2]]}" {
		t.Errorf("%v %v", in, err)
	}
}

func TestBadFilesAreRefused(t *testing.T) {
	for text, line := range map[string]string{
		"":                                       "0",
		"\n\n":                                   "2",
		"3\n":                                    "1",
		"3 10 5\n":                               "1",
		"x 10\n":                                 "1",
		"0 10\n":                                 "1",
		"-1 10\n":                                "1",
		"20001 10\n":                             "1",
		"99999999999999999999 1":                 "1",
		"2 10\n1 4\n":                            "2", // an item is missing
		"2 10\n1 4\n1 5\n":                       "3", // twice
		"2 10\n1 4\n3 5\n":                       "3", // no such item
		"2 10\n1 4 1\n2 5\n":                     "2", // with itself
		"2 10\n1 4 3\n2 5\n":                     "2", // with nobody
		"2 10\n1\n2 5\n":                         "2", // no weight
		"2 10\n1 11\n2 5\n":                      "2", // fits in no bin
		"2 10\n1 0\n2 5\n":                       "2",
		"2 10\n1 4\n2 5\n3 1\n":                  "4", // one too many
		"1 0\n1 1\n":                             "1",
		"1 10\n1 " + strings.Repeat("2 ", 1<<20): "2",
		"{\"cells\": []}":                        "1",
	} {
		_, err := packing.ReadText(strings.NewReader(text))
		r, refused := custody.RefusalOf(err)
		if !refused || !strings.HasPrefix(r.Code, "packing-") || r.Params["line"] != line {
			t.Errorf("%.40q: %v, want a refusal of line %s", text, err, line)
		}
	}
}

// Whatever the bytes, they are an instance that is valid, or refused.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"3 10\n1 4 2 3\n2 5\n3 6\n", "", "1 1\n1 1", "2 10\n1 4\n1 5\n", "2 \xff\n", "2 10\n\r\n1 4\r\n2 5 1"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := packing.ReadText(strings.NewReader(string(data)))
		if err != nil {
			if _, refused := custody.RefusalOf(err); !refused {
				t.Fatalf("an error that is no refusal: %v", err)
			}
			return
		}
		if err := in.Validate(); err != nil {
			t.Fatalf("read and not valid: %v", err)
		}
		if len(in.Weights) > 200 {
			return
		}
		a := packing.Solve(in, packing.Options{Effort: 100_000})
		if err := in.Check(a.Bins); err != nil {
			t.Fatal(err)
		}
		if err := a.Certificate.Verify(in); err != nil {
			t.Fatal(err)
		}
	})
}
