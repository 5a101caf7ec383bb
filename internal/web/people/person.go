package people

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/discrepancies"
	"habeas.example/habeas/internal/web/entries"
	"habeas.example/habeas/internal/web/page"
)

// Person is a person's record: who, where, in whose hands, on what papers, and the
// chain of custody.
type Person struct {
	roll.Record
	Establishment page.Place
	At            page.Place
	Custodian     string // name of whoever answers for the person: an establishment, or a transfer's escort
	Papers        []paperOf
	Disputes      []discrepancies.Discrepancy
	Look          int64 // entry that recorded this look
	Chain         []entries.Step
	Looks         int   // looks left out of the chain shown
	WithLooks     bool  // the chain shows looks too
	Older         int64 // where the chain goes on; negative: it is whole
	Size          int64 // of the log: what the checkpoint seals
	Age           int   // years, 0 when not known
	Offers        []page.Offer
	Portrays      bool // the official may put a photograph on the record
	Placing       Placing
	Done          int64 // entry that was just written here; negative: none
}

// paperOf is an authority and whether it is live.
type paperOf struct {
	*custody.Authority
	Live bool
	Days int // until it expires, when live and dated
}

func (d *pages) person(v *page.Visit) error {
	number, err := custody.ParsePrisonNumber(v.R.PathValue("number"))
	if err != nil {
		return custody.Unknown("person", v.R.PathValue("number"))
	}
	look, err := d.roll.Look(v.R.Context(), v.Command(), number, "")
	if err != nil {
		return err
	}
	p, err := d.readPerson(v, number)
	if err != nil {
		return err
	}
	p.Look, p.Done = look.First, v.DoneEntry()
	if p.Placing, err = d.placingOf(v, number); err != nil {
		return err
	}
	p.Offers, p.Portrays = d.offersTo(v, p.Record), d.portrays(v, number)
	establishment := ""
	if p.Holding != nil {
		establishment = p.Holding.At.Establishment
	}
	f := v.Frame("people", p.Person.FullName(), establishment)
	f.Trail = []page.Link{{Text: v.Say("page.nav.people"), Address: "/people"}}
	return v.Show(http.StatusOK, personPage(f, p))
}

// identity is what the bar over the record says: what matters most first.
func (p Person) identity(f page.Frame) page.Identity {
	i := page.Identity{Name: p.Person.FullName(), Number: p.Person.Number}
	badge := func(tone page.Tone, text string) { i.Badges = append(i.Badges, page.Badge{Text: text, Tone: tone}) }
	if !p.OverdueSince.IsZero() {
		i.Tone = page.Wrong
		badge(page.Wrong, f.Say("page.person.overdue")+" "+f.Lasted(p.OverdueSince))
	}
	open := 0
	for _, one := range p.Disputes {
		if !one.Resolved() {
			open++
		}
	}
	if open > 0 {
		i.Tone = page.Wrong
		badge(page.Wrong, f.Plural("page.today.discrepancies", open))
	}
	if p.Holding != nil {
		badge(toneOf(p.Holding.Status), f.Term("holding", p.Holding.Status))
		if toneOf(p.Holding.Status) == page.Wrong {
			i.Tone = page.Wrong
		}
	}
	if p.Holding != nil && p.Holding.Status.InCustody() && p.OverdueSince.IsZero() {
		badge(page.Calm, f.Term("legal", p.LegalStatus))
	}
	if p.Transfer != "" {
		badge(page.Undue, f.Say("page.person.listed-on")+" "+p.Transfer)
	}
	if p.Person.Provisional {
		badge(page.Undue, f.Say("page.person.provisional"))
	}
	return i
}

// toneOf is what a status means for whoever reads it.
func toneOf(status custody.HoldingStatus) page.Tone {
	switch status {
	case custody.Held:
		return page.Right
	case custody.Out, custody.InTransit:
		return page.Undue
	case custody.Lost, custody.Dead:
		return page.Wrong
	}
	return ""
}

func (d *pages) readPerson(v *page.Visit, number string) (Person, error) {
	q := v.R.URL.Query()
	record, err := d.roll.SeenBy(v.Official.Name).Record(number, v.Now)
	if err != nil {
		return Person{}, err
	}
	p := Person{Record: record, WithLooks: q.Get("looks") != "", Size: d.Book.Size(), Age: ageOf(record.Person, v.Now)}
	p.Disputes = discrepancies.Named(d.Book, newestFirst(record.Discrepancies))
	for _, a := range record.Authorities {
		one := paperOf{Authority: a, Live: a.Live(v.Now)}
		if one.Live && !a.Until.IsZero() {
			one.Days = int(a.Until.Sub(v.Now).Hours() / 24)
		}
		p.Papers = append(p.Papers, one)
	}
	d.Book.Read(func(s *custody.State) {
		if record.Holding == nil {
			return
		}
		at := record.Holding.At
		p.At, p.Establishment, p.Custodian = page.PlaceIn(s, at.Place), page.PlaceIn(s, at.Establishment), page.PlaceIn(s, at.Custodian).Name
	})
	before := int64(-1)
	if n, err := strconv.ParseInt(q.Get("before"), 10, 64); err == nil && n >= 0 {
		before = n
	}
	err = d.readChain(v.R.Context(), &p, before)
	return p, err
}

// chainScan bounds how many entries are read for one page of a chain.
const chainScan = 1000

// readChain reads one page of the chain of custody, newest first. Looks at the record are
// part of the chain; unless they are asked for, they are counted and left out.
func (d *pages) readChain(ctx context.Context, p *Person, before int64) error {
	var found []*custody.Entry
	p.Older = before
	for read := 0; read < chainScan && len(found) < page.PageSize; read += page.PageSize {
		stored, err := d.roll.Chain(ctx, p.Person.Number, p.Older, page.PageSize)
		if err != nil {
			return err
		}
		for _, s := range stored {
			e, err := custody.DecodeEntry(s.Body)
			if err != nil {
				return err
			}
			p.Older = -1
			if e.Previous != nil {
				p.Older = *e.Previous
			}
			if e.Kind == custody.RecordRead && !p.WithLooks {
				p.Looks++
				continue
			}
			if found = append(found, e); len(found) == page.PageSize {
				break
			}
		}
		if p.Older < 0 || len(stored) == 0 {
			break
		}
	}
	d.Book.Read(func(s *custody.State) {
		for _, e := range found {
			p.Chain = append(p.Chain, entries.StepOf(s, e))
		}
	})
	return nil
}

// ChainAddress is the address of another page of the chain, or of the same with looks.
func (p Person) ChainAddress(before int64, looks bool) string {
	q := url.Values{}
	if before >= 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	if looks {
		q.Set("looks", "1")
	}
	return page.PersonAddress(p.Person.Number) + "?" + q.Encode() + "#chain"
}

// ageOf returns a person's age in years: from the birth date, or as stated.
func ageOf(p *custody.Person, now time.Time) int {
	born, err := time.Parse(time.DateOnly, p.Birth)
	if err != nil {
		return p.Age
	}
	age := now.Year() - born.Year()
	if now.Month() < born.Month() || (now.Month() == born.Month() && now.Day() < born.Day()) {
		age--
	}
	return age
}

func newestFirst(list []*custody.Discrepancy) []*custody.Discrepancy {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}
