package page

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/words"
)

// Frame is what every page is set in: the language, who looks, the zone of its times.
type Frame struct {
	*words.Speaker
	Title    string
	Section  string // which part of the navigation is current
	Here     string // address of this page, to come back to
	Official *custody.Official
	Zone     *time.Location
	Now      time.Time
	Stream   string // address of the page's live parts; empty: nothing on it is live
	Wall     bool   // shown on a wall, in the dark theme
	Trail    []Link // what the page is inside of, outermost first
	// Loud is what nobody who looks may miss: broken glass and, for a monitor, what is done to monitors.
	Loud []string
	// Counting are the counts that have not cleared: they stand on every page until they do.
	Counting []Counting
	sections []Section
	may      func(custody.Action) bool
}

// Counting is a count that has not cleared, and what it counts.
type Counting struct {
	custody.RunningCount
	Of Place
}

// countingIn are the open counts of the register. Nobody is spared the sight of one: it says neither what is expected nor
// what was found.
func countingIn(s *custody.State, now time.Time) (list []Counting) {
	for _, c := range s.OpenCounts() {
		list = append(list, Counting{custody.RunningCount{ID: c.ID, Kind: c.Kind, Place: c.Place, Opened: c.Opened, OpenedBy: c.OpenedBy,
			OverdueSince: s.CountOverdueSince(c, now)}, PlaceIn(s, c.Place)})
	}
	return list
}

// Link is a text that leads to an address.
type Link struct{ Text, Address string }

// Frame sets a page in the zone of an establishment, or, without one, in the zone that the official's establishment or all
// establishments have, or else in UTC. Never call it, nor May of what it returns, while reading the book.
func (v *Visit) Frame(section, title, establishment string) Frame {
	d := v.door
	f := Frame{Speaker: v.Speaker, Title: title, Section: section, Here: v.R.URL.RequestURI(), Official: v.Official, Now: v.Now,
		Zone: time.UTC, sections: d.sections, may: func(custody.Action) bool { return false }}
	if v.R.Method != http.MethodGet {
		f.Here = "/"
	}
	if v.Official == nil {
		return f
	}
	known := map[custody.Action]bool{}
	f.may = func(a custody.Action) bool {
		answer, asked := known[a]
		if !asked {
			answer = v.May(a) == nil
			known[a] = answer
		}
		return answer
	}
	if establishment == "" {
		establishment = v.Official.Establishment
	}
	d.Book.Read(func(s *custody.State) {
		f.Zone = zoneOf(s, establishment)
		f.Counting = countingIn(s, v.Now)
	})
	f.Loud = v.loud(f)
	return f
}

// shownChanges is how many changes of monitors' accounts stand above a monitor's pages.
const shownChanges = 3

// loud is what stands above every page of the official.
func (v *Visit) loud(f Frame) (said []string) {
	var names map[string]string
	glass, changes := v.door.Access.Glass(""), []*custody.MonitorChange{}
	if v.Official.Has(custody.Monitor) {
		changes = v.door.Access.MonitorNotices(false)
	}
	if len(glass)+len(changes) == 0 {
		return nil
	}
	v.door.Book.Read(func(s *custody.State) {
		names = map[string]string{}
		for o := range s.Officials.All() {
			names[o.Name] = o.FullName
		}
	})
	for _, g := range glass {
		said = append(said, f.Say("page.loud.glass", "name", names[g.Official], "until", f.When(g.Until), "reason", g.Reason))
	}
	for _, c := range changes {
		if !c.Narrows && c.Done() {
			continue // an appointment takes nothing from anybody
		}
		id := "page.loud.monitor-" + string(c.Act)
		if !c.Done() {
			id = "page.loud.monitor-proposed"
		}
		said = append(said, f.Say(id, "official", c.Official, "by", c.By, "confirmed", c.Confirmed, "at", f.When(c.At), "reason", c.Reason))
		if len(said) == len(glass)+shownChanges {
			break
		}
	}
	return said
}

// At is the same frame at another instant, for a live part.
func (f Frame) At(now time.Time) Frame {
	f.Now = now
	return f
}

// May reports whether the official's roles permit an action.
func (f Frame) May(a custody.Action) bool { return f.may(a) }

// Sections are the parts at the top that this official may open.
func (f Frame) Sections() []Section { return f.within("") }

// Within reports whether the page is of a section at the top, or of one of its tabs.
func (f Frame) Within(section string) bool { return f.topmost() == section }

// Tabs are the pages that belong with this one and that the official may open; none where it stands alone.
func (f Frame) Tabs() (tabs []Tab) {
	top := f.topmost()
	at := slices.IndexFunc(f.sections, func(s Section) bool { return s.Name == top })
	if at < 0 {
		return nil
	}
	own := f.sections[at]
	tabs = append(tabs, Tab{Text: f.Term("page.nav", cmp.Or(own.Tab, own.Name)), Address: own.Address, Current: own.Name == f.Section})
	for _, s := range f.within(top) {
		tabs = append(tabs, Tab{Text: f.Term("page.nav", s.Name), Address: s.Address, Current: s.Name == f.Section})
	}
	if len(tabs) == 1 {
		return nil
	}
	return tabs
}

// topmost is the name of the section at the top that the page belongs to.
func (f Frame) topmost() string {
	for _, s := range f.sections {
		if s.Name == f.Section && s.Within != "" {
			return s.Within
		}
	}
	return f.Section
}

// within are the sections inside of another, or at the top, that this official may open.
func (f Frame) within(section string) (list []Section) {
	for _, s := range f.sections {
		if s.Within == section && (s.Needs == "" && s.Any == nil || s.Needs != "" && f.May(s.Needs) || slices.ContainsFunc(s.Any, f.May)) {
			list = append(list, s)
		}
	}
	return list
}

// Say says a message; its parameters follow as name and value in turn.
func (f Frame) Say(id string, pairs ...any) string { return f.Speaker.Say(id, params(pairs)) }

// Plural says a message in the form that fits a count.
func (f Frame) Plural(id string, count int, pairs ...any) string {
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
func (f Frame) Term(family string, code any) string {
	return f.Say(family + "." + strings.ReplaceAll(fmt.Sprint(code), ".", "-"))
}

// When writes the day and the minute in the page's zone.
func (f Frame) When(t time.Time) string { return f.DateTime(t, f.Zone) }

// ClockOf writes the minute of the day in the page's zone.
func (f Frame) ClockOf(t time.Time) string { return f.Clock(t, f.Zone) }

// Today is the calendar day that it is now in the page's zone, as YYYY-MM-DD.
func (f Frame) Today() string { return f.Now.In(f.Zone).Format(time.DateOnly) }

// Day writes a calendar day given as YYYY-MM-DD; anything else as it stands.
func (f Frame) Day(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return f.Date(at, time.UTC)
}

// ZoneName names the zone with its distance from UTC now, such as "America/El_Salvador (UTC−06:00)".
func (f Frame) ZoneName() string {
	if f.Zone == time.UTC {
		return "UTC"
	}
	return f.Zone.String() + " (UTC" + strings.Replace(f.Now.In(f.Zone).Format("-07:00"), "-", "−", 1) + ")"
}

// Lasted writes how long ago an instant was, such as "3 d 4 h". The letters are the same in both languages, so that the
// module in the browser can count on.
func (f Frame) Lasted(since time.Time) string {
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
func (f Frame) Entry(n int64) string { return f.Number(int(n)) }

// Plain writes a number as programs read it.
func (f Frame) Plain(n int64) string { return strconv.FormatInt(n, 10) }

// Metres writes an area in square metres with two decimals, from square decimetres.
func (f Frame) Metres(squareDecimetres float64) string {
	return message.NewPrinter(f.Tag()).Sprint(number.Decimal(squareDecimetres/100, number.Scale(2))) + " m²"
}

// Class says a class of people that is kept apart from others (Mandela 11), from its name: sex, age and legal status.
func (f Frame) Class(name string) string {
	var said []string
	for i, code := range strings.Split(name, "/") {
		text := code
		for _, family := range [][]string{{"page.sex."}, {"age."}, {"legal."}}[min(i, 2)] {
			if f.Has(family + code) {
				text = f.Say(family + code)
			}
		}
		said = append(said, text)
	}
	return strings.Join(said, ", ")
}

// Decimal writes a number with so many places after the language's point.
func (f Frame) Decimal(n float64, places int) string {
	return message.NewPrinter(f.Tag()).Sprint(number.Decimal(n, number.Scale(places)))
}

// Exception says what did not go as listed on a transfer; some of it is a discrepancy too.
func (f Frame) Exception(kind string) string {
	if f.Has("exception." + kind) {
		return f.Term("exception", kind)
	}
	return f.Term("discrepancy", kind)
}
