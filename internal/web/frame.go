package web

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/words"
)

// frame is what every page is set in: the language, who looks, the zone of its times.
type frame struct {
	*words.Speaker
	Title    string
	Section  string // which part of the navigation is current
	Here     string // address of this page, to come back to
	Official *custody.Official
	Zone     *time.Location
	Now      time.Time
	Stream   string // address of the page's live parts; empty: nothing on it is live
	may      map[custody.Action]bool
}

// frame sets a page in the zone of an establishment, or, without one, in the zone that the
// official's establishment or all establishments have, or else in UTC.
func (d *door) frame(v *visit, section, title, establishment string) frame {
	f := frame{Speaker: v.speaker, Title: title, Section: section, Here: v.r.URL.RequestURI(), Official: v.official, Now: v.now,
		may: map[custody.Action]bool{}}
	if v.r.Method != "GET" {
		f.Here = "/"
	}
	d.Book.Read(func(s *custody.State) {
		if f.Official == nil {
			f.Zone = time.UTC
			return
		}
		for _, a := range []custody.Action{custody.ReadRecords, custody.ReadBook, custody.ResolveDisputes} {
			f.may[a] = s.May(f.Official.Name, a) == nil
		}
		if establishment == "" {
			establishment = f.Official.Establishment
		}
		f.Zone = zoneOf(s, establishment)
	})
	return f
}

// zoneOf returns the time zone of an establishment. With none it is the zone that all
// establishments have, or UTC where they differ.
func zoneOf(s *custody.State, establishment string) *time.Location {
	name := ""
	if e := s.Places.Get(establishment); e != nil {
		name = e.Zone
	} else {
		for p := range s.Places.All() {
			if p.Kind != custody.Establishment {
				continue
			}
			if name != "" && name != p.Zone {
				return time.UTC
			}
			name = p.Zone
		}
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC // the page names its zone, so the times stay true
	}
	return zone
}

// May reports whether the official's roles permit an action.
func (f frame) May(a custody.Action) bool { return f.may[a] }

// Say says a message; its parameters follow as name and value in turn.
func (f frame) Say(id string, pairs ...any) string { return f.Speaker.Say(id, params(pairs)) }

// Plural says a message in the form that fits a count.
func (f frame) Plural(id string, count int, pairs ...any) string {
	return f.Speaker.Plural(id, count, params(pairs))
}

func params(pairs []any) map[string]any {
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m
}

// Term says a word of the field by its family and its code, such as "holding" and "held".
func (f frame) Term(family string, code any) string {
	return f.Say(family + "." + strings.ReplaceAll(fmt.Sprint(code), ".", "-"))
}

// Exception says what did not go as listed on a transfer; some of it is a discrepancy too.
func (f frame) Exception(kind string) string {
	if f.Has("exception." + kind) {
		return f.Term("exception", kind)
	}
	return f.Term("discrepancy", kind)
}

// When writes the day and the minute in the page's zone.
func (f frame) When(t time.Time) string { return f.DateTime(t, f.Zone) }

// ZoneName names the zone with its distance from UTC now, such as "America/El_Salvador (UTC−06:00)".
func (f frame) ZoneName() string {
	if f.Zone == time.UTC {
		return "UTC"
	}
	return f.Zone.String() + " (UTC" + strings.Replace(f.Now.In(f.Zone).Format("-07:00"), "-", "−", 1) + ")"
}

// Lasted writes how long ago an instant was, such as "3 d 4 h". The letters are the same
// in both languages, so that the module in the browser can count on.
func (f frame) Lasted(since time.Time) string {
	minutes := max(int(f.Now.Sub(since).Minutes()), 0)
	days, hours, minutes := minutes/1440, minutes/60%24, minutes%60
	switch {
	case days > 0:
		return fmt.Sprintf("%s d %d h", f.Number(days), hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	}
	return fmt.Sprintf("%d min", minutes)
}

// Entry writes an entry's number with the language's separators.
func (f frame) Entry(n int64) string { return f.Number(int(n)) }

// Metres writes an area in square metres with two decimals, from square decimetres.
func (f frame) Metres(squareDecimetres float64) string {
	return message.NewPrinter(f.Tag()).Sprint(number.Decimal(squareDecimetres/100, number.Scale(2))) + " m²"
}

// section is one entry of the navigation.
type section struct{ Name, Address, Text string }

// Sections are the parts that this official may open.
func (f frame) Sections() []section {
	list := []section{{"today", "/", f.Say("page.nav.today")}, {"transfers", "/transfers", f.Say("page.nav.transfers")}}
	if f.May(custody.ReadRecords) {
		list = append(list, section{"people", "/people", f.Say("page.nav.people")},
			section{"overdue", "/overdue", f.Say("page.nav.overdue")},
			section{"discrepancies", "/discrepancies", f.Say("page.nav.discrepancies")})
	}
	if f.May(custody.ReadBook) {
		list = append(list, section{"book", "/book", f.Say("page.nav.book")})
	}
	return list
}

// Day writes a calendar day given as YYYY-MM-DD; anything else as it stands.
func (f frame) Day(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return f.Date(at, time.UTC)
}
