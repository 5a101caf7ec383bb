package people

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

// act is something that may be done about one person. Before it is offered the law itself is asked, in a dry run, whether it
// would be lawful now: a page that offers what is then refused wastes the time of whoever has none.
type act struct {
	Name  string // in its address and in its texts, "page.act.NAME"
	Needs custody.Action
	// Fits says for whom it makes any sense; what does not is not even mentioned.
	Fits func(s *custody.State, r roll.Record) bool
	// Ask asks the law as if it were done now; nil: a fact, which is always taken.
	Ask    func(s *custody.State, r roll.Record, now time.Time) error
	Fields func(f page.Frame, c choices) []input
	Do     func(ctx context.Context, d *roll.Desk, c book.Command, t typed) (book.Written, error)
	Grave  bool // it cannot be taken back, or weighs as much: it is confirmed
}

// choices are what the fields of acts offer.
type choices struct {
	Number  string
	Begin   string       // code of the place of the establishment that was chosen
	Outside []page.Place // courts and hospitals
	Papers  []*custody.Authority
}

// input is a field of an act's form. What it is follows from what it has.
type input struct {
	page.Field
	Options []page.Option // a choice
	Long    bool          // several lines
	Many    bool          // more than one of the options
}

// typed is a form that was sent.
type typed struct {
	Number string
	Text   func(name string) string
	Time   func(name string) time.Time
	Many   func(name string) []string
}

func inCustody(_ *custody.State, r roll.Record) bool {
	return r.Holding != nil && r.Holding.Status.InCustody()
}

func insideNow(s *custody.State, r roll.Record) bool {
	return inCustody(s, r) && r.Holding.Status == custody.Held
}

// acts are all there are, in the order in which they are offered.
var acts = []act{
	{Name: "move", Needs: custody.MovePeople, Fits: insideNow, Ask: askMove,
		Fields: func(f page.Frame, c choices) []input {
			return []input{placeField(f, "to", c), whenField(f)}
		},
		Do: func(ctx context.Context, d *roll.Desk, c book.Command, t typed) (book.Written, error) {
			return d.Move(ctx, c, roll.Step{Person: t.Number, To: t.Text("to"), Happened: t.Time("at")})
		}},
	{Name: "go-out", Needs: custody.MovePeople, Fits: insideNow, Ask: askGoOut,
		Fields: func(f page.Frame, c choices) []input {
			return []input{outsideField(f, "destination"), textField(f, "escort"), optional(textField(f, "reason")), dueField(f), whenField(f)}
		},
		Do: func(ctx context.Context, d *roll.Desk, c book.Command, t typed) (book.Written, error) {
			return d.GoOut(ctx, c, t.Number, custody.Outing{Destination: t.Text("destination"), Escort: t.Text("escort"), Reason: t.Text("reason"), DueBack: t.Time("due")}, t.Time("at"))
		}},
	{Name: "return", Needs: custody.StateFacts,
		Fits: func(_ *custody.State, r roll.Record) bool {
			return r.Holding != nil && (r.Holding.Status == custody.Out || r.Holding.Status == custody.Lost)
		},
		Fields: func(f page.Frame, c choices) []input {
			return []input{placeField(f, "place", c), whenField(f)}
		},
		Do: func(ctx context.Context, d *roll.Desk, c book.Command, t typed) (book.Written, error) {
			return d.Return(ctx, c, t.Number, t.Text("place"), t.Time("at"))
		}},
	{Name: "found", Needs: custody.StateFacts, Fits: inCustody,
		Fields: func(f page.Frame, c choices) []input {
			return []input{placeField(f, "place", c), whenField(f)}
		},
		Do: func(ctx context.Context, d *roll.Desk, c book.Command, t typed) (book.Written, error) {
			return d.Found(ctx, c, t.Number, t.Text("place"), t.Time("at"))
		}},
	{Name: "give-paper", Needs: custody.KeepPapers, Fits: func(*custody.State, roll.Record) bool { return true },
		Fields: func(f page.Frame, c choices) []input {
			return []input{kindField(f), textField(f, "issuer"), textField(f, "case"), optional(longField(f, "grounds")), timeField(f, "from", false), timeField(f, "until", true)}
		},
		Do: func(ctx context.Context, d *roll.Desk, c book.Command, t typed) (book.Written, error) {
			return d.GiveAuthority(ctx, c, t.Number, custody.Authority{Kind: custody.AuthorityKind(t.Text("kind")), Issuer: t.Text("issuer"), Case: t.Text("case"),
				Grounds: t.Text("grounds"), From: t.Time("from"), Until: t.Time("until")})
		}},
	{Name: "end-paper", Needs: custody.KeepPapers, Fits: hasPaper,
		Fields: func(f page.Frame, c choices) []input {
			return []input{paperField(f, c), longField(f, "reason"), whenField(f)}
		},
		Do: func(ctx context.Context, d *roll.Desk, c book.Command, t typed) (book.Written, error) {
			return d.EndAuthority(ctx, c, t.Text("authority"), t.Text("reason"), t.Time("at"))
		}},
	{Name: "order-release", Needs: custody.KeepPapers, Fits: hasPaper,
		Fields: func(f page.Frame, c choices) []input {
			return []input{textField(f, "issuer"), textField(f, "case"), citesField(f, c)}
		},
		Do: func(ctx context.Context, d *roll.Desk, c book.Command, t typed) (book.Written, error) {
			return d.OrderRelease(ctx, c, custody.ReleaseOrder{Person: t.Number, Issuer: t.Text("issuer"), Case: t.Text("case"), Cites: t.Many("cites")})
		}},
	{Name: "release", Needs: custody.ReleasePeople, Fits: inCustody, Grave: true,
		Ask: func(s *custody.State, r roll.Record, now time.Time) error {
			_, err := s.Release(r.Person.Number, "", now, now)
			return err
		},
		Fields: func(f page.Frame, c choices) []input {
			return []input{optional(textField(f, "destination")), whenField(f)}
		},
		Do: func(ctx context.Context, d *roll.Desk, c book.Command, t typed) (book.Written, error) {
			return d.Release(ctx, c, t.Number, t.Text("destination"), t.Time("at"))
		}},
	{Name: "escape", Needs: custody.StateFacts, Fits: inCustody, Grave: true,
		Fields: func(f page.Frame, c choices) []input { return []input{longField(f, "note"), whenField(f)} },
		Do: func(ctx context.Context, d *roll.Desk, c book.Command, t typed) (book.Written, error) {
			return d.Escape(ctx, c, t.Number, t.Text("note"), t.Time("at"))
		}},
	{Name: "die", Needs: custody.StateFacts, Fits: inCustody, Grave: true,
		Fields: func(f page.Frame, c choices) []input {
			return []input{longField(f, "circumstances"), optional(textField(f, "cause")), optional(textField(f, "remains")), whenField(f)}
		},
		Do: func(ctx context.Context, d *roll.Desk, c book.Command, t typed) (book.Written, error) {
			return d.Die(ctx, c, t.Number, custody.Death{Circumstances: t.Text("circumstances"), Cause: t.Text("cause"), Remains: t.Text("remains")}, t.Time("at"))
		}},
}

// askMove asks whether the person may be put in any other place of their establishment at all.
func askMove(s *custody.State, r roll.Record, now time.Time) error {
	return first(mostLikely(s, placesOf(s, r.Holding.At.Establishment)), func(place string) error {
		if place == r.Holding.At.Place {
			return nil
		}
		_, err := s.CellMove(r.Person.Number, place, now, now)
		return err
	}, r.Holding.At.Place)
}

// askGoOut asks whether the person may be taken to any court or hospital.
func askGoOut(s *custody.State, r roll.Record, now time.Time) error {
	return first(outsideOf(s), func(place string) error {
		_, err := s.GoOut(r.Person.Number, custody.Outing{Destination: place, Escort: "-"}, now, now)
		return err
	}, "")
}

// asked is how many places the law is asked about before an act is offered: enough to find one that would do, where there is one,
// and to make nobody wait in an establishment of thousands of cells.
const asked = 100

// mostLikely are places in the order in which they are likely to take somebody: those that hold everybody for a while, then
// cells, emptiest first.
func mostLikely(s *custody.State, places []page.Place) []page.Place {
	room := func(p page.Place) int {
		if s.Places.Get(p.Code).Kind != custody.Cell {
			return -1
		}
		return s.Present(p.Code)
	}
	slices.SortStableFunc(places, func(a, b page.Place) int { return room(a) - room(b) })
	return places[:min(len(places), asked)]
}

// first returns nil if asking about any place but one is lawful, or else why the first of them is not.
func first(places []page.Place, ask func(place string) error, but string) (why error) {
	for _, p := range places {
		if p.Code == but {
			continue
		}
		err := ask(p.Code)
		if err == nil {
			return nil
		}
		if why == nil {
			why = err
		}
	}
	if why == nil {
		return custody.Unknown("place", "")
	}
	return why
}

func hasPaper(_ *custody.State, r roll.Record) bool {
	return slices.ContainsFunc(r.Authorities, func(a *custody.Authority) bool { return a.Ended.IsZero() })
}

// placesOf are the places of an establishment that can hold somebody, by code.
func placesOf(s *custody.State, establishment string) (list []page.Place) {
	for p := range s.Places.All() {
		if p.Establishment == establishment && p.Kind.Holds() && p.Kind != custody.VehiclePlace && !p.OutOfUse {
			list = append(list, page.Place{Code: p.Code, Name: p.Name})
		}
	}
	slices.SortFunc(list, byCode)
	return list
}

// outsideOf are the courts and hospitals, by code.
func outsideOf(s *custody.State) (list []page.Place) {
	for p := range s.Places.All() {
		if p.Kind.Outside() && !p.OutOfUse {
			list = append(list, page.Place{Code: p.Code, Name: p.Name})
		}
	}
	slices.SortFunc(list, byCode)
	return list
}

func byCode(a, b page.Place) int { return strings.Compare(a.Code, b.Code) }

// offersTo asks the law about every act that fits the person: what may be done now leads to its form, what may not says why.
func (d *pages) offersTo(v *page.Visit, r roll.Record) []page.Offer {
	var list []page.Offer
	d.Book.Read(func(s *custody.State) {
		for _, a := range acts {
			if !a.Fits(s, r) || s.May(v.Official.Name, a.Needs) != nil {
				continue // not for this person, or not for this official: nothing to mend
			}
			o := page.Offer{Text: v.Say("page.act." + a.Name), Address: actAddress(r.Person.Number, a.Name)}
			if refusal, ok := custody.RefusalOf(s.Told(a.lawful(s, v, r), v.Official.Name)); ok {
				o.Why, o.Mend, o.Law = page.SayRefusal(v.Speaker, refusal), page.SayMend(v.Speaker, refusal), refusal.Law
			}
			list = append(list, o)
		}
		if inCustody(s, r) {
			list = append(list, judgements(v, s, r.Person.Number)...)
		}
	})
	return list
}

// inside reports whether the act names a place of the establishment.
func (a act) inside() bool { return slices.Contains([]string{"move", "return", "found"}, a.Name) }

func (a act) lawful(s *custody.State, v *page.Visit, r roll.Record) error {
	if err := s.May(v.Official.Name, a.Needs, s.WhereIs(r.Person.Number)...); err != nil {
		return err
	}
	if a.Ask == nil {
		return nil
	}
	return a.Ask(s, r, v.Now)
}

func actAddress(number, act string) string { return page.PersonAddress(number) + "/" + act }

// Act is the page on which something is done about a person.
type Act struct {
	act
	Number, Name string
	Where        page.Place
	Inputs       []input
	Choices      choices
	Choosing     Choosing // its address is empty where no place of the establishment is asked for
	Form         page.Form
}

// errNoAct says that the address names no act.
var errNoAct = errors.New("there is no such act")

func actOf(v *page.Visit) (act, error) {
	at := slices.IndexFunc(acts, func(a act) bool { return a.Name == v.R.PathValue("act") })
	if at < 0 {
		return act{}, fmt.Errorf("%w: %w", page.ErrNoPage, errNoAct)
	}
	return acts[at], v.May(acts[at].Needs)
}

// showAct shows the form of an act.
func (d *pages) showAct(v *page.Visit) error {
	return d.actPage(v, http.StatusOK, page.Form{})
}

func (d *pages) actPage(v *page.Visit, status int, form page.Form) error {
	a, err := actOf(v)
	if err != nil {
		return err
	}
	record, err := d.roll.SeenBy(v.Official.Name).Record(v.R.PathValue("number"), v.Now)
	if err != nil {
		return err
	}
	shown := Act{act: a, Number: record.Person.Number, Name: record.Person.FullName(), Form: form}
	establishment := ""
	shown.Choices = choices{Number: shown.Number}
	for _, one := range record.Authorities {
		if one.Ended.IsZero() {
			shown.Choices.Papers = append(shown.Choices.Papers, one)
		}
	}
	d.Book.Read(func(s *custody.State) {
		if record.Holding != nil {
			establishment = record.Holding.At.Establishment
			shown.Where = page.PlaceIn(s, record.Holding.At.Place)
			if a.inside() && inCustody(s, record) && establishment != "" {
				shown.Choosing = choosing(s, v, a, record)
				shown.Choices.Begin = shown.Choosing.Chosen
			}
		}
		shown.Choices.Outside = outsideOf(s)
	})
	f := v.Frame("people", v.Say("page.act."+a.Name), establishment)
	f.Trail = []page.Link{{Text: v.Say("page.nav.people"), Address: "/people"}, {Text: shown.Name, Address: page.PersonAddress(shown.Number)}}
	shown.Inputs = a.Fields(f, shown.Choices)
	return v.Show(status, actPage(f, shown))
}

// doAct does it, and leads back to the person; what is refused is shown beside what was typed.
func (d *pages) doAct(v *page.Visit) error {
	a, err := actOf(v)
	if err != nil {
		return err
	}
	if err := v.ReadForm(); err != nil {
		return err
	}
	zone := v.Frame("people", "", d.establishmentOf(v.R.PathValue("number"))).Zone
	form := v.Sent()
	t := typed{Number: v.R.PathValue("number"), Text: v.Typed, Many: func(name string) []string { return v.R.PostForm[name] },
		Time: func(name string) time.Time {
			at, ok := page.TimeTyped(v.Typed(name), zone)
			if !ok {
				form.Mend(name, v.Say("page.form.bad-time"))
			}
			return at
		}}
	// The times are read first: one that cannot be read must not become now.
	for _, name := range []string{"at", "due", "from", "until"} {
		t.Time(name)
	}
	if len(form.Faults) > 0 {
		return d.actPage(v, http.StatusUnprocessableEntity, form)
	}
	written, err := a.Do(v.R.Context(), d.roll, v.Command(), t)
	if err != nil {
		if !form.Take(v.Speaker, err, map[string]string{"place": placeFieldOf(a), "reason-missing": "reason", "authority-kind-unknown": "kind"}) {
			return err
		}
		return d.actPage(v, page.StatusOf(err), form)
	}
	q := url.Values{"done": {fmt.Sprint(written.First)}}
	return v.SeeOther(page.PersonAddress(t.Number) + "?" + q.Encode())
}

func (d *pages) establishmentOf(number string) (establishment string) {
	d.Book.Read(func(s *custody.State) {
		if h := s.Holdings.Get(number); h != nil {
			establishment = h.At.Establishment
		}
	})
	return establishment
}
