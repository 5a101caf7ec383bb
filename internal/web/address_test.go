package web_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/web/people"
	"habeas.example/habeas/internal/words"
)

// FuzzLocalAddress: whatever a form asks for, the browser stays on this site.
func FuzzLocalAddress(f *testing.F) {
	for _, seed := range []string{"", "/", "/people?q=a#chain", "//x", `/\x`, "https://x", "/\t/x", "/%2f%2fx", "/a\r\nSet-Cookie: b=c", "javascript:alert(1)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, to string) {
		got := page.LocalAddress(to)
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n\t") {
			t.Fatalf("%q leads to %q", to, got)
		}
		if u, err := url.Parse(got); err == nil && (u.Host != "" || u.Scheme != "") {
			t.Fatalf("%q leads to host %q", to, u.Host)
		}
	})
}

// FuzzSelection: an address of a list leads to the same selection again, and any query is read.
func FuzzSelection(f *testing.F) {
	for _, seed := range []string{"", "under=CTR&where=out", "legal=untried&page=3", "where=%ff", "page=-1", "transfer=TR-2031-0001;x", "under=" + strings.Repeat("A", 500)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, _ := url.ParseQuery(query) // what can be read of it is read
		sel := people.SelectionOf(q)
		u, err := url.Parse(sel.Address())
		if err != nil {
			t.Fatal(err)
		}
		if again := people.SelectionOf(u.Query()); again != sel {
			t.Fatalf("%+v comes back as %+v", sel, again)
		}
		if n := page.PageOf(q); n < 1 {
			t.Fatalf("page %d", n)
		}
	})
}

// FuzzFold: a filter folds any text, and folding twice changes nothing more.
func FuzzFold(f *testing.F) {
	for _, seed := range []string{"", "Muñoz ÁÉÍ", "ß", "İ", "\u0301", "محمد", "\xff", "ﬁ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := page.Fold(text)
		if twice := page.Fold(once); twice != once {
			t.Fatalf("%q folds to %q and then to %q", text, once, twice)
		}
	})
	if page.Fold("Muñoz ÁVILA") != "munoz avila" {
		f.Errorf("folded to %q", page.Fold("Muñoz ÁVILA"))
	}
}

func TestHowLongSomethingLasted(t *testing.T) {
	now := time.Date(2031, 3, 14, 12, 0, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]string{
		0: "0 min", 59 * time.Second: "0 min", 59 * time.Minute: "59 min", 60 * time.Minute: "1 h 0 min", 24*time.Hour - time.Second: "23 h 59 min",
		24 * time.Hour: "1 d 0 h", 1000*24*time.Hour + 5*time.Hour: "1,000 d 5 h", -time.Hour: "0 min",
	} {
		f := page.Frame{Speaker: words.For("en"), Now: now}
		if got := f.Lasted(now.Add(-ago)); got != want {
			t.Errorf("%s ago: %q, want %q", ago, got, want)
		}
	}
}
