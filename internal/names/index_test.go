package names_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"habeas.example/habeas/internal/names"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for given, want := range map[string]string{
		"  Menjívar   Ayala, José-Luis ": "menjivar ayala jose luis",
		"MUÑOZ Núñez":                    "munoz nunez",
		"M.ª del Carmen":                 "ma del carmen",
		"O'Brien d´Angelo D’Aubuisson":   "obrien dangelo daubuisson",
		"Strauß Søren Łukasz":            "strauss soren lukasz",
		"Ümit İnce ﬁn":                   "umit ince fin",
		"Дмитрий 李 小龍":                   "дмитрии 李 小龍",
		"e\u0301l":                       "el",
		"\xff\xfe":                       "",
		"":                               "",
		" .,;- ":                         "",
	} {
		if got := names.Fold(given); got != want {
			t.Errorf("Fold(%q) = %q, want %q", given, got, want)
		}
	}
}

// TestWhatIsForgiven asks a small register, in which each wanted person has near namesakes, for one person in many ways.
func TestWhatIsForgiven(t *testing.T) {
	x := names.NewIndex()
	for i, form := range []string{
		"Menjívar Ayala, José Luis", "Ayala Orellana, José Luis", "Menéndez Ayala, Luis", "Hernández García, María José",
		"Hernández García, Marta", "García Hernández, Mario José", "de la Cruz Quijano, Francisco Javier", "Cruz Rivas, Javier",
		"San Martín Zúñiga, Guillermo", "Martín Núñez, Guillermo", "Jiménez Vásquez, Ximena", "Llanos Yáñez, Hugo",
		"Echeverría Haces, Quique", "Pérez, J.", "Vincent van Gogh", "Nguyen Thi Van", "Iraheta Coto, Ana", "Iraheta Coto, Eva",
	} {
		x.Put(fmt.Sprint("P", i), form)
	}
	for want, queries := range map[string][]string{
		"Menjívar Ayala, José Luis": {
			"Menjívar Ayala, José Luis", "menjivar ayala jose luis", "JOSE LUIS MENJIVAR AYALA", "Ayala Menjívar, José Luis",
			"menjibar", "José Menjívar", "Menjívar, Luis", "menxivar", "Menjívra", "Mnjívar Ayala", "Meenjívar", "de Menjívar y Ayala",
			"menj", "jose luis men", "Ayala Menj", "J. L. Menjívar",
		},
		"Hernández García, María José":         {"Ma. José Hernández", "M.ª José Hdez. García", "ernandez garsia maria", "María José García Hernández"},
		"de la Cruz Quijano, Francisco Javier": {"Fco. Javier Cruz", "Delacruz Francisco", "Xavier de la Cruz Kijano", "Cruz Quijano", "Quijano, Francisco Javier de la Cruz"},
		"San Martín Zúñiga, Guillermo":         {"Sanmartín Guillermo", "Guiyermo Suniga", "Guillermo San Martin"},
		"Jiménez Vásquez, Ximena":              {"Gimenez Bazques", "Jimena Ximénez", "JIMENEZ VAZQUEZ"},
		"Llanos Yáñez, Hugo":                   {"Yanos Llánez", "Ugo Yanos", "hugo lla"},
		"Echeverría Haces, Quique":             {"Etcheverria Aces", "Kike Echeberria"},
		"Pérez, J.":                            {"Juan Pérez", "Perez Julio"},
		"Vincent van Gogh":                     {"Gogh, Vincent van", "van gogh"},
		"Nguyen Thi Van":                       {"Nguyen Van", "Thi Van"},
		"Iraheta Coto, Ana":                    {"Ana Iraheta Coto", "Coto Iraheta Ana"},
	} {
		for _, q := range queries {
			m := x.Search(q, 5)
			if len(m) == 0 || m[0].Form != want {
				t.Errorf("Search(%q) = %v, want %q first", q, m, want)
			}
		}
	}
}

func TestTheSameNameScoresOneAndNothingElseDoes(t *testing.T) {
	x := names.NewIndex()
	x.Put("P1", "de la Cruz Rivas, José")
	for query, same := range map[string]bool{
		"de la Cruz Rivas, José": true, "JOSE DE LA CRUZ RIVAS": true, "de la cruz rivas jose": true,
		"Cruz Rivas, José": false, "Rivas de la Cruz, José": false, "de la Cruz Rivas": false, "de la Crus Rivas, José": false,
		"de la Cruz Rivas, José Luis": false,
	} {
		m := x.Search(query, 5)
		if len(m) != 1 || (m[0].Score == 1) != same || m[0].Score > 1 {
			t.Errorf("Search(%q) = %v, want one match, of score 1: %v", query, m, same)
		}
	}
}

func TestExactComesBeforeFuzzyAndRareBeforeCommon(t *testing.T) {
	x := filled(newNaming(5, 3000).people(3000))
	x.Put("A", "Zurbaranez Xicotenc, Tlaloc")
	x.Put("B", "Zurbaranes Xicotenc, Tlaloc")
	x.Put("C", "Zurbaraniz Xicotenc, Tlaloc")
	for query, want := range map[string]string{"Zurbaraniz Tlaloc": "C", "Zurbaranes": "B", "Tlaloc Xicotenc Zurbaranez": "A"} {
		if m := x.Search(query, 3); m[0].Key != want || len(m) != 3 {
			t.Errorf("Search(%q) = %v, want %s before the two who are spelt otherwise", query, m, want)
		}
	}
	// A common given name beside a rare surname: whoever bears the surname comes first.
	if m := x.Search("José Zurbaranez", 10); m[0].Key != "A" {
		t.Errorf("the rare surname did not decide: %v", m)
	}
}

func TestAliasesEachLeadToThePersonOnce(t *testing.T) {
	x := names.NewIndex()
	x.Put("P1", "Menjívar Ayala, José Luis", "Menjívar, Luis", "El Pato")
	x.Put("P2", "Menjívar Soto, Carlos")
	m := x.Search("Luis Menjívar", 10)
	if len(m) != 2 || m[0].Key != "P1" || m[0].Form != "Menjívar, Luis" || m[0].Score != 1 {
		t.Errorf("got %v, want P1 first by the alias, and once", m)
	}
	if m := x.Search("pato", 10); len(m) != 1 || m[0].Form != "El Pato" {
		t.Errorf("got %v, want P1 by the nickname alone", m)
	}
}

func TestAlikeFindsTheSamePersonAndNotTheBrother(t *testing.T) {
	people := newNaming(6, 20_000).people(20_000)
	x := filled(people)
	x.Put("SAME", "Tecuanhuey Ayala, Kevin Josué")
	x.Put("BROTHER", "Tecuanhuey Ayala, Brayan")
	for _, form := range []string{
		"Tecuanhuey Ayala, Kevin Josué", "Kevin Josué Tecuanhuey Ayala", "Tecuanuey Ayala, Kevin Josue", "Ayala Tecuanhuey, Kevin",
		"Tecuanhuey, Kevin", "Kebin Tecuanhuey de Ayala",
	} {
		m := x.Alike(5, form)
		if len(m) == 0 || m[0].Key != "SAME" {
			t.Errorf("Alike(%q) = %v, want the same person first", form, m)
		}
		for _, one := range m {
			if one.Score < 0.8 || one.Score > 1 {
				t.Errorf("Alike(%q) shows %v, which is no likely duplicate", form, one)
			}
			if one.Key == "BROTHER" {
				t.Errorf("Alike(%q) takes the brother for the same person: %v", form, one)
			}
		}
	}
	if m := x.Alike(5, "José Hernández"); len(m) > 0 && m[0].Form != "Hernández, José" {
		t.Errorf("two common names alone are a coincidence, not a duplicate: %v", m)
	}
	if m := x.Alike(5, "nobody of the kind", "Tecuanhuey Ayala, Kevin Josué"); len(m) != 1 || m[0].Score != 1 {
		t.Errorf("got %v, want the one person by the second form", m)
	}
	if m := x.Alike(5); m != nil {
		t.Errorf("got %v for no form at all", m)
	}
}

func TestNothingAskedNothingFound(t *testing.T) {
	x := names.NewIndex()
	if m := x.Search("Menjívar", 10); m != nil {
		t.Errorf("an empty index found %v", m)
	}
	x.Put("P1", "Menjívar Ayala, José")
	x.Put("P2", "…")
	x.Put("P3")
	if x.Len() != 3 {
		t.Errorf("Len = %d, want 3: those without a readable name count too", x.Len())
	}
	for _, q := range []string{"", "   ", ".,-", "\xff", "😀"} {
		if m := x.Search(q, 10); m != nil {
			t.Errorf("Search(%q) = %v, want nobody", q, m)
		}
	}
	for _, limit := range []int{0, -1} {
		if m := x.Search("Menjívar", limit); m != nil {
			t.Errorf("limit %d gave %v", limit, m)
		}
	}
	x.Remove("nobody")
	if m := x.Search("Menjívar Ayala, José"+strings.Repeat(" ", 200)+strings.Repeat("Otro ", 1000), 10); len(m) != 1 || m[0].Score != 1 {
		t.Errorf("a query of 5,000 characters gave %v, want it cut and answered", m)
	}
}

// TestAnyHistory plays puts and removals against a plain map. Enough of them pass for the index to compact itself.
func TestAnyHistory(t *testing.T) {
	word := rapid.SampledFrom(strings.Fields("José María de la Cruz Menjívar Ayala López Luis Li Ñuñez y O'Brien Δημήτρης 李 M. Ma."))
	form := rapid.Custom(func(t *rapid.T) string {
		words := rapid.SliceOfN(word, 1, 6).Draw(t, "words")
		if cut := rapid.IntRange(0, len(words)).Draw(t, "comma"); cut > 0 && cut < len(words) {
			return strings.Join(words[:cut], " ") + ", " + strings.Join(words[cut:], " ")
		}
		return strings.Join(words, " ")
	})
	rapid.Check(t, func(t *rapid.T) {
		x, want := names.NewIndex(), map[string][]string{}
		for i := range rapid.SampledFrom([]int{0, 0, 0, 1500}).Draw(t, "gone before") {
			x.Put(key(i), "García, Ana")
			x.Remove(key(i))
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			who := fmt.Sprint("P", rapid.IntRange(0, 8).Draw(t, "who"))
			if rapid.IntRange(0, 3).Draw(t, "act") == 0 {
				x.Remove(who)
				delete(want, who)
			} else {
				forms := rapid.SliceOfN(form, 1, 3).Draw(t, "forms")
				x.Put(who, forms...)
				want[who] = forms
			}
			if x.Len() != len(want) {
				t.Fatalf("Len = %d, want %d", x.Len(), len(want))
			}
		}
		for who, forms := range want {
			for _, form := range forms {
				matches := x.Search(form, 20)
				at := slices.IndexFunc(matches, func(m names.Match) bool { return m.Key == who })
				if at < 0 || matches[at].Score != 1 {
					t.Fatalf("Search(%q) = %v, want %s with score 1", form, matches, who)
				}
			}
		}
		matches := x.Search(form.Draw(t, "query"), 20)
		for i, m := range matches {
			if !slices.Contains(want[m.Key], m.Form) {
				t.Fatalf("found %v, who has the forms %q", m, want[m.Key])
			}
			if m.Score <= 0 || m.Score > 1 {
				t.Fatalf("score of %v is not in (0, 1]", m)
			}
			if i > 0 && (matches[i-1].Score < m.Score || matches[i-1].Score == m.Score && matches[i-1].Key >= m.Key) {
				t.Fatalf("%v stands before %v", matches[i-1], m)
			}
		}
	})
}

func TestFoldingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := names.Fold(rapid.String().Draw(t, "text"))
		if twice := names.Fold(once); twice != once {
			t.Fatalf("folded once %q, twice %q", once, twice)
		}
	})
}

func TestSearchesRunBesideOneWriter(t *testing.T) {
	people := newNaming(7, 2300).people(2300)
	x := filled(people[:2000])
	done := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		defer close(done)
		for i := 2000; i < len(people); i++ {
			x.Put(key(i), people[i].onPaper())
			x.Remove(key(i - 1000)) // those below 1,000 stay
		}
	})
	for reader := range 4 {
		all.Go(func() {
			for i := reader; ; i += 4 {
				select {
				case <-done:
					return
				default:
				}
				p := people[i%1000]
				if m := x.Search(p.spoken(), 5); !found(p, m) {
					t.Errorf("%q was there all the time and is not found: %v", p.onPaper(), m)
					return
				}
				x.Alike(3, p.onPaper())
			}
		})
	}
	all.Wait()
	if x.Len() != 2000 {
		t.Errorf("Len = %d, want 2000", x.Len())
	}
}

func FuzzPutAndSearch(f *testing.F) {
	for _, seed := range []string{
		"Menjívar Ayala, José Luis", "de la de la, de", ",,,", "a", "hh h", "\xff\xc3(", "M.ª", "ﷺﷺﷺ", "qu gu ll ch c q g",
		"AlA\x8b0 hhh hh h", strings.Repeat("x", 300), strings.Repeat("á ", 200), "李小龍", "e\u0301\u0301, \u202eabc",
	} {
		f.Add(seed, "Ayala "+seed)
	}
	f.Fuzz(func(t *testing.T, form, query string) {
		x := names.NewIndex()
		x.Put("P1", form)
		x.Put("P2", "Menjívar Ayala, José Luis", query)
		x.Put("P3", form, form)
		for _, q := range []string{query, form} {
			matches := x.Search(q, 2)
			if len(matches) > 2 {
				t.Fatalf("%d matches, at most 2 were asked for", len(matches))
			}
			for _, m := range matches {
				if m.Score <= 0 || m.Score > 1 {
					t.Fatalf("score of %v is not in (0, 1]", m)
				}
			}
			if len(matches) > 0 && matches[0].Score != 1 {
				t.Fatalf("somebody is called %q, yet the best match is %v", q, matches[0])
			}
			x.Alike(2, q)
		}
		if once := names.Fold(form); names.Fold(once) != once || !utf8.ValidString(once) {
			t.Fatalf("Fold(%q) = %q does not stand", form, once)
		}
		x.Remove("P1")
		for _, m := range x.Search(form, 10) {
			if m.Key == "P1" {
				t.Fatal("P1 was removed and is found")
			}
		}
	})
}
