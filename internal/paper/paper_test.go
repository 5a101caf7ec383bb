package paper_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
	"habeas.example/habeas/internal/paper"
	"habeas.example/habeas/internal/words"
)

// Every document, in both languages, says its title and nothing that is missing from the catalogue, leaves no page without a
// foot, and is the same file each time.
func TestEveryDocument(t *testing.T) {
	for _, document := range named() {
		for _, language := range words.Languages {
			file := printed(t, document, language.String())
			if again := printed(t, document, language.String()); !bytes.Equal(file, again) {
				t.Errorf("%s in %s is another file each time", document, language)
			}
			pages := habeastest.PDFText(t, file)
			all := strings.Join(pages, "\n")
			for _, missing := range []string{"[paper.", "{#}", "MISSING", "%!"} {
				if strings.Contains(all, missing) {
					t.Errorf("%s in %s says %q:\n%s", document, language, missing, all)
				}
			}
			if document == "wristbands" || document == "door-labels" {
				continue
			}
			for i, page := range pages {
				want := words.For(language.String()).Say("paper.page", map[string]any{"page": i + 1, "pages": len(pages)})
				if !strings.Contains(page, want) {
					t.Errorf("%s in %s: page %d does not end in %q", document, language, i+1, want)
				}
			}
		}
	}
}

// Both languages print other words; a document in Spanish is not one in English.
func TestTheLanguageIsTheOneAskedFor(t *testing.T) {
	es, en := strings.Join(habeastest.PDFText(t, printed(t, "manifest", "es")), ""), strings.Join(habeastest.PDFText(t, printed(t, "manifest", "en")), "")
	if !strings.Contains(es, "Lista de traslado") || strings.Contains(es, "Planned cell") || !strings.Contains(en, "Planned cell") || strings.Contains(en, "Celda prevista") {
		t.Error("the languages are mixed")
	}
}

// Names in any script, and of any length, are on the page, each row beside its number, and nothing runs off the sheet.
func TestNamesOfAnyScriptAndLength(t *testing.T) {
	text := strings.Join(habeastest.PDFText(t, printed(t, "roll-sheet", "en")), "\n")
	for _, want := range []string{"Nguyễn Thị Mỹ, Ánh", "Łukasiewicz-Żółć", "Ñúñez Güell", "Αθανασίου, Ελένη", "Достоевский, Фёдор", "‹Wang Xiao Ming›, Juan", "[+3,", "[U+1F469]"} {
		if !strings.Contains(text, want) {
			t.Errorf("the roll does not say %q", want)
		}
	}
	if !strings.Contains(text, words.For("en").Say("paper.note-altered", nil)[:40]) {
		t.Error("the marks are not explained")
	}
	for n := range 200 {
		if !strings.Contains(text, person(n)) {
			t.Fatalf("%s is not on the roll", person(n))
		}
	}
	// A document about one person says the whole name, over as many lines as it takes.
	record := strings.Join(habeastest.PDFText(t, must(t, func(s paper.Setting) ([]byte, error) {
		return paper.PrintEscortRecords(s, []paper.EscortRecord{{Person: custody.Person{Number: person(1), FamilyNames: spacedName[:1500], Sex: "F"}}})
	})), "\n")
	if n := strings.Count(record, "Inmaculada"); n < strings.Count(spacedName[:1000], "Inmaculada") {
		t.Errorf("of a long name %d words are printed", n)
	}
}

func must(t *testing.T, print func(paper.Setting) ([]byte, error)) []byte {
	t.Helper()
	file, err := print(setting("en"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestWhatIsLegible(t *testing.T) {
	for text, want := range map[string]string{
		"Peñate":                          "Peñate",
		"Nguye\u0302\u0303n":              "Nguyễn",
		"王小明":                             "‹Wang Xiao Ming›",
		"Ana 王 Ruiz":                      "Ana ‹Wang› Ruiz",
		"王, 王":                            "‹Wang , Wang›",
		"a\u202eb":                        "a‹[U+202E]›b",
		"🙂":                               "‹[U+1F642]›",
		"\x00":                            "‹[U+0000]›",
		"e\u0301\u0301\u0301\u0301\u0301": "é\u0301\u0301\u0301‹[U+0301]›",
		"":                                "",
	} {
		got, altered := paper.Legible(text)
		if got != want || altered != strings.Contains(want, "‹") {
			t.Errorf("%q is shown as %q (%v), want %q", text, got, altered, want)
		}
	}
}

// Nothing of a text is dropped: each rune is itself, a sound or a code point.
func FuzzLegible(f *testing.F) {
	for _, name := range oddNames {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, text string) {
		shown, altered := paper.Legible(text)
		if !altered && strings.ContainsRune(shown, '‹') != strings.ContainsRune(text, '‹') {
			t.Errorf("%q is shown as %q, and nobody is told", text, shown)
		}
		if strings.TrimSpace(text) != "" && strings.TrimSpace(shown) == "" {
			t.Errorf("%q is shown as nothing", text)
		}
		if again, more := paper.Legible(shown); more {
			t.Errorf("%q is shown as %q, which cannot be printed (%q)", text, shown, again)
		}
	})
}

// What is scanned is what the record says, from the page as a printer makes it.
func TestCodesAreRead(t *testing.T) {
	band := habeastest.PDFPage(t, printed(t, "wristbands", "es"), 1)
	if got := habeastest.QRCodes(t, band); len(got) != 1 || got[0] != person(0) {
		t.Errorf("the code of a wristband says %q", got)
	}
	if got := habeastest.Bars(t, band); got != person(0) {
		t.Errorf("the bars of a wristband say %q", got)
	}
	sheet := habeastest.PDFPage(t, printed(t, "door-labels", "en"), 1)
	got := habeastest.QRCodes(t, sheet)
	for i := range 8 {
		if want := fmt.Sprintf("OLD-M1-C%d", i+1); i >= len(got) || got[i] != want {
			t.Fatalf("the doors say %q", got)
		}
	}
	if got := habeastest.Bars(t, sheet); !strings.HasPrefix(got, "OLD-M1-C") {
		t.Errorf("the bars of a door say %q", got)
	}
	record := habeastest.PDFPage(t, printed(t, "escort-record", "es"), 1)
	if got := habeastest.Bars(t, record); got != person(20) {
		t.Errorf("the bars of an escort record say %q", got)
	}
	if got := habeastest.QRCodes(t, habeastest.PDFPage(t, printed(t, "form", "es"), 2)); len(got) != 1 || got[0] != "OLD-20310314-2" {
		t.Errorf("the code of a form says %q", got)
	}
	if got := habeastest.QRCodes(t, habeastest.PDFPage(t, printed(t, "count-slips", "es"), 1)); len(got) != 1 || got[0] != "C412 OLD-M1-L1" {
		t.Errorf("the code of a slip says %q", got)
	}
}

// The codes of a receipt, read in order and put one after another, are the receipt.
func TestAReceiptIsReadBackWhole(t *testing.T) {
	file := printed(t, "receipt", "en")
	var read strings.Builder
	for page := range habeastest.PDFText(t, file) {
		for _, part := range habeastest.QRCodes(t, habeastest.PDFPage(t, file, page+1)) {
			read.WriteString(strings.TrimSpace(part)) // as those do who pass a text on
		}
	}
	if want := strings.TrimSpace(string(receiptText(2200))); strings.TrimSpace(read.String()) != want {
		t.Errorf("read back:\n%s\nwant:\n%s", read.String(), want)
	}
}

// Who counts is told nothing of what is expected, on the sheet or the slips.
func TestASlipIsBlind(t *testing.T) {
	for _, document := range []string{"count-blind", "count-slips"} {
		if text := strings.Join(habeastest.PDFText(t, printed(t, document, "en")), "\n"); strings.Contains(text, "155") {
			t.Errorf("%s says what is expected:\n%s", document, text)
		}
	}
	if text := strings.Join(habeastest.PDFText(t, printed(t, "count-sheet", "en")), "\n"); !strings.Contains(text, "155") {
		t.Error("the duty manager's sheet does not say what is expected")
	}
	if pages := habeastest.PDFText(t, printed(t, "count-slips", "en")); strings.Contains(pages[0], "counter 2") {
		t.Error("two counters have one sheet")
	}
}

// A signed roll begins each landing on a page of its own, and every page says which roll it is of.
func TestAPaperRollIsPagedByLanding(t *testing.T) {
	pages := habeastest.PDFText(t, printed(t, "paper-roll", "en"))
	began := 0
	for i, page := range pages {
		if strings.Contains(page, "Fingerprint of this page's list") {
			began++
		}
		if !strings.Contains(page, "2c2c2c2c2c2c2c2c") || !strings.Contains(page, "41,342") {
			t.Errorf("page %d does not say which roll it is of", i+1)
		}
	}
	if began != 5 {
		t.Errorf("%d landings begin a page, want 4 and those who are out", began)
	}
	if last := strings.Join(pages[len(pages)-2:], ""); !strings.Contains(last, strings.Repeat("2c", 32)) || !strings.Contains(last, "check-receipt") {
		t.Error("the seal is not on the last pages")
	}
}

func TestAPhotographIsBounded(t *testing.T) {
	for _, file := range [][]byte{nil, []byte("no picture"), append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x02\x00\x00\x00"), make([]byte, 16)...)} {
		if _, err := paper.ReadPhotograph(file); err == nil {
			t.Errorf("%.20q is read as a photograph", file)
		}
	}
}

func BenchmarkRollSheet(b *testing.B) {
	for _, people := range []int{4_000, 40_000} {
		r := roll(people, people/100, false)
		b.Run(fmt.Sprint(people), func(b *testing.B) {
			for b.Loop() {
				if _, err := r.Print(setting("es")); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
