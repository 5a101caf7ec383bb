package counts

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/a-h/templ"

	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Count is the page of one count, as the official who looks may see it.
type Count struct {
	count.CountView
	At        time.Time
	Entry     int64
	Sees      bool // what is expected, and the slips of others
	Of        page.Place
	Landings  []Landing // on this page of them: those that differ first, then those awaited
	Pages     page.Pages
	Show      string // which landings are shown: a status, or all
	Searches  []Search
	Questions int
	Out       []Out
	Done      string
	Form      page.Form // of what was refused here
	Refused   string    // which form it was: signature or abandonment
}

// Landing is a landing on the page of a count.
type Landing struct {
	count.LandingView
	Under   string   // name of the place around it
	Mine    bool     // whoever looks has given a slip of this round
	Counted int      // the newest round of which a slip may be seen
	Numbers []string // that those slips say, in order
}

// Out is an out-count with the names that its codes stand for.
type Out struct {
	count.OutView
	Where page.Place
	Names []string // of the people, where they may be seen
	Late  int      // due back before now
}

// Search is the search for the difference of one landing, with names.
type Search struct {
	custody.LandingSearch
	Name, Under string
	Why         []Explanation
}

// Explanation is one thing that may explain a difference, with names.
type Explanation struct {
	custody.Explanation
	At    page.Place // where the roll has the person
	Other page.Place // the other landing
	Twin  string     // name of the other person
}

// shown are the statuses by which the landings of a count can be narrowed; empty: all.
var shown = []custody.LandingStatus{"", custody.LandingDiffers, custody.LandingAwaited, custody.LandingCleared}

func (p *pages) show(v *page.Visit) error {
	c := Count{Done: v.R.URL.Query().Get("done")}
	return p.countPage(v, http.StatusOK, c)
}

func (p *pages) countPage(v *page.Visit, status int, c Count) error {
	f, err := p.countFrame(v)
	if err != nil {
		return err
	}
	done, form, refused := c.Done, c.Form, c.Refused
	if c, err = p.read(v, f); err != nil {
		return err
	}
	c.Done, c.Form, c.Refused = done, form, refused
	return v.Show(status, countPage(f, c))
}

// countFrame is the frame of a count's page: its times are in the zone of where it is.
func (p *pages) countFrame(v *page.Visit) (page.Frame, error) {
	id := v.R.PathValue("id")
	establishment, kind := "", custody.CountKind("")
	p.Book.Read(func(s *custody.State) {
		if c := s.Counts.Get(id); c != nil {
			establishment, kind = c.Establishment, c.Kind
		}
	})
	if establishment == "" {
		return page.Frame{}, custody.Unknown("count", id)
	}
	f := v.Frame("counts", v.Say("page.counts.title-of", "kind", v.Say("countkind."+string(kind)), "count", id), establishment)
	f.Trail = trail(v)
	f.Stream = page.CountAddress(id) + "/live"
	if q := kept(v.R.URL.Query()); len(q) > 0 {
		f.Stream += "?" + q.Encode()
	}
	return f, nil
}

// kept is what of a query says which landings are shown.
func kept(q url.Values) url.Values {
	keep := url.Values{}
	for _, name := range []string{"show", "page"} {
		if text := q.Get(name); text != "" {
			keep.Set(name, text)
		}
	}
	return keep
}

// follow keeps the page live. A counter's page holds that counter's own slips: it is made for nobody else.
func (p *pages) follow(v *page.Visit) error {
	f, err := p.countFrame(v)
	if err != nil {
		return err
	}
	key := "count " + v.R.PathValue("id") + " " + kept(v.R.URL.Query()).Encode() + " " + v.Official.Name + " " + sightOf(f)
	return p.Stream(v, key, func(now time.Time) (templ.Component, error) {
		c, err := p.read(v, f.At(now))
		return countParts(f.At(now), c), err
	})
}

// read reads the page of a count at the frame's instant.
func (p *pages) read(v *page.Visit, f page.Frame) (Count, error) {
	id, who, q := v.R.PathValue("id"), v.Official.Name, kept(v.R.URL.Query())
	view, err := p.count.View(id, who, f.Now)
	if err != nil {
		return Count{}, err
	}
	c := Count{CountView: view, At: f.Now, Entry: p.Book.Size(), Show: q.Get("show")}
	searches, err := p.count.Differences(id, who, f.Now)
	if _, refused := custody.RefusalOf(err); err != nil && !refused {
		return c, err
	}
	c.Sees = err == nil
	if questions, _, err := p.count.Questions(id, who); err == nil {
		c.Questions = len(questions)
	}
	p.Book.Read(func(s *custody.State) {
		c.Of = page.PlaceIn(s, view.Place)
		for _, one := range searches {
			c.Searches = append(c.Searches, searchIn(s, one))
		}
		for _, out := range view.Out {
			c.Out = append(c.Out, outIn(s, out, f.Now))
		}
		c.choose(f, s, q, who)
	})
	return c, nil
}

// choose takes the landings that this page shows: those with something to do first.
func (c *Count) choose(f page.Frame, s *custody.State, q url.Values, who string) {
	list := c.CountView.Landings
	if c.Show != "" {
		list = slices.DeleteFunc(slices.Clone(list), func(l count.LandingView) bool { return string(l.Status) != c.Show })
	}
	rank := map[custody.LandingStatus]int{custody.LandingDiffers: 0, custody.LandingAwaited: 1, custody.LandingCleared: 2}
	slices.SortStableFunc(list, func(a, b count.LandingView) int { return cmp.Compare(rank[a.Status], rank[b.Status]) })
	c.Pages = page.Paged(page.CountAddress(c.ID), q, len(list), page.PageSize)
	for _, l := range page.Cut(list, c.Pages) {
		one := Landing{LandingView: l, Under: underOf(s, l.Landing)}
		for _, slip := range l.Slips {
			if slip.Attached {
				continue
			}
			if slip.Round > one.Counted {
				one.Counted, one.Numbers = slip.Round, nil
			}
			one.Numbers = append(one.Numbers, f.Number(slip.Number))
			one.Mine = one.Mine || (slip.Hand == who && slip.Round == l.Round)
		}
		c.Landings = append(c.Landings, one)
	}
}

// underOf names the place around another.
func underOf(s *custody.State, code string) string {
	if p := s.Places.Get(code); p != nil {
		return page.PlaceIn(s, p.Parent).Name
	}
	return ""
}

func searchIn(s *custody.State, one custody.LandingSearch) Search {
	named := Search{LandingSearch: one, Name: page.PlaceIn(s, one.Landing).Name, Under: underOf(s, one.Landing)}
	for _, e := range one.Explanations {
		why := Explanation{Explanation: e, Twin: page.PersonIn(s, e.Other)}
		if e.Place != "" {
			why.At = page.PlaceIn(s, e.Place)
		}
		if e.Landing != "" {
			why.Other = page.PlaceIn(s, e.Landing)
		}
		named.Why = append(named.Why, why)
	}
	return named
}

func outIn(s *custody.State, out count.OutView, now time.Time) Out {
	named := Out{OutView: out, Where: page.PlaceIn(s, out.Place)}
	for _, one := range out.People {
		named.Names = append(named.Names, page.PersonIn(s, one.Person))
		if !one.DueBack.IsZero() && one.DueBack.Before(now) {
			named.Late++
		}
	}
	return named
}

// tiles are the numbers of a count; those that a counter must not know are not among them.
func (c Count) tiles(f page.Frame) []page.Tile {
	tone := func(n int, some page.Tone) page.Tone {
		if n > 0 {
			return some
		}
		return ""
	}
	awaited := c.CountProgress.Landings - c.Cleared - c.Differ
	list := []page.Tile{
		{What: f.Say("page.counts.cleared-of", "landings", f.Number(c.CountProgress.Landings)), N: c.Cleared, Tone: page.Right, Main: true, Address: c.showing(custody.LandingCleared)},
		{What: f.Say("page.counts.differ"), N: c.Differ, Tone: tone(c.Differ, page.Wrong), Address: c.showing(custody.LandingDiffers)},
		{What: f.Say("page.counts.awaited"), N: awaited, Tone: tone(awaited, page.Undue), Address: c.showing(custody.LandingAwaited),
			Note: f.Plural("page.counts.half", c.Half)},
	}
	if c.Roll != nil {
		list = append(list, page.Tile{What: f.Say("page.counts.roll"), N: *c.Roll, Since: c.Opened})
	}
	if c.Expected != nil {
		list = append(list, page.Tile{What: f.Say("page.counts.expected"), N: *c.Expected})
	}
	out := 0
	for _, o := range c.Out {
		out += o.Number
	}
	return append(list, page.Tile{What: f.Say("page.counts.out"), N: out})
}

func (c Count) showing(status custody.LandingStatus) string {
	return page.CountAddress(c.ID) + "?" + url.Values{"show": {string(status)}}.Encode() + "#count-landings"
}

// tabs narrow the landings.
func (c Count) tabs(f page.Frame) (list []page.Tab) {
	for _, status := range shown {
		tab := page.Tab{Text: f.Say("page.counts.all-landings"), Address: page.CountAddress(c.ID) + "#count-landings", Current: c.Show == string(status)}
		if status != "" {
			tab.Text, tab.Address = f.Term("landingstatus", status), c.showing(status)
		}
		list = append(list, tab)
	}
	return list
}

// signature is the step that ends a count.
func (c Count) signature(f page.Frame) page.Confirm {
	s := page.Confirm{Title: f.Say("page.counts.sign"), Text: f.Say("page.counts.sign-text", "official", f.Official.FullName), Address: page.CountAddress(c.ID) + "/signature",
		Button: f.Say("page.counts.sign-now")}
	if c.Refused == "signature" {
		s.Form = c.Form
	}
	if left := c.CountProgress.Landings - c.Cleared; left > 0 {
		s.Why = f.Plural("page.counts.not-cleared", left)
	}
	return s
}

// abandoned is the form of giving a count up, as it was refused or empty.
func (c Count) abandoned() page.Form {
	if c.Refused == "abandonment" {
		return c.Form
	}
	return page.Form{}
}

// rowTone marks a landing's row.
func rowTone(l Landing) string {
	if l.Status == custody.LandingDiffers {
		return "wrong"
	}
	return ""
}

// toneOf is what the status of a landing means for whoever reads it.
func toneOf(status custody.LandingStatus) page.Tone {
	switch status {
	case custody.LandingCleared:
		return page.Right
	case custody.LandingDiffers:
		return page.Wrong
	}
	return page.Undue
}

// toneOfCount is what the status of a count means.
func toneOfCount(c count.Summary) page.Tone {
	switch {
	case c.Status == custody.CountCleared:
		return page.Right
	case c.Status == custody.CountOpen && (c.Differ > 0 || !c.OverdueSince.IsZero()):
		return page.Wrong
	case c.Status == custody.CountOpen:
		return page.Undue
	}
	return page.Calm
}

// slipAddress is where a counter states what they found on a landing.
func slipAddress(count, landing string) string {
	return page.CountAddress(count) + "/slip?" + url.Values{"landing": {landing}}.Encode()
}

func recountAddress(count, landing string) string {
	return page.CountAddress(count) + "/recounts?" + url.Values{"landing": {landing}}.Encode()
}

// landingID is the identifier of a landing's element on the page.
func landingID(code string) string { return "at-" + code }

// Signed writes a difference with its sign.
func Signed(f page.Frame, n int) string {
	switch {
	case n < 0:
		return "−" + f.Number(-n)
	case n > 0:
		return "+" + f.Number(n)
	}
	return f.Number(0)
}
