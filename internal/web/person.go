package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
)

// personPage is a person's record: who, where, in whose hands, on what papers, and the
// chain of custody.
type personPage struct {
	roll.Record
	Establishment place
	At            place
	Custodian     string // name of whoever answers for the person: an establishment, or a transfer's escort
	Papers        []paper
	Disputes      []dispute
	Look          int64 // entry that recorded this look
	Chain         []step
	Looks         int   // looks left out of the chain shown
	WithLooks     bool  // the chain shows looks too
	Older         int64 // where the chain goes on; negative: it is whole
	Size          int64 // of the log: what the checkpoint seals
	Age           int   // years, 0 when not known
}

// paper is an authority and whether it is live.
type paper struct {
	*custody.Authority
	Live bool
	Days int // until it expires, when live and dated
}

func (d *door) person(v *visit) error {
	number, err := custody.ParsePrisonNumber(v.r.PathValue("number"))
	if err != nil {
		return custody.Unknown("person", v.r.PathValue("number"))
	}
	look, err := d.Roll.Look(v.r.Context(), v.command(), number, "")
	if err != nil {
		return err
	}
	p, err := d.readPerson(v, number)
	if err != nil {
		return err
	}
	p.Look = look.First
	establishment := ""
	if p.Holding != nil {
		establishment = p.Holding.At.Establishment
	}
	return v.show(http.StatusOK, personRecord(d.frame(v, "people", p.Person.FullName(), establishment), p))
}

func (d *door) readPerson(v *visit, number string) (personPage, error) {
	q := v.r.URL.Query()
	record, err := d.Roll.Record(number, v.now)
	if err != nil {
		return personPage{}, err
	}
	p := personPage{Record: record, WithLooks: q.Get("looks") != "", Size: d.Book.Size(), Age: ageOf(record.Person, v.now)}
	p.Disputes = d.disputesOf(newestFirst(record.Discrepancies))
	for _, a := range record.Authorities {
		one := paper{Authority: a, Live: a.Live(v.now)}
		if one.Live && !a.Until.IsZero() {
			one.Days = int(a.Until.Sub(v.now).Hours() / 24)
		}
		p.Papers = append(p.Papers, one)
	}
	d.Book.Read(func(s *custody.State) {
		if record.Holding == nil {
			return
		}
		at := record.Holding.At
		p.At, p.Establishment, p.Custodian = placeIn(s, at.Place), placeIn(s, at.Establishment), placeIn(s, at.Custodian).Name
	})
	before := int64(-1)
	if n, err := strconv.ParseInt(q.Get("before"), 10, 64); err == nil && n >= 0 {
		before = n
	}
	err = d.readChain(v.r.Context(), &p, before)
	return p, err
}

// chainScan bounds how many entries are read for one page of a chain.
const chainScan = 1000

// readChain reads one page of the chain of custody, newest first. Looks at the record are
// part of the chain; unless they are asked for, they are counted and left out.
func (d *door) readChain(ctx context.Context, p *personPage, before int64) error {
	var entries []*custody.Entry
	p.Older = before
	for read := 0; read < chainScan && len(entries) < pageSize; read += pageSize {
		stored, err := d.Roll.Chain(ctx, p.Person.Number, p.Older, pageSize)
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
			if entries = append(entries, e); len(entries) == pageSize {
				break
			}
		}
		if p.Older < 0 || len(stored) == 0 {
			break
		}
	}
	d.Book.Read(func(s *custody.State) {
		for _, e := range entries {
			p.Chain = append(p.Chain, stepOf(s, e))
		}
	})
	return nil
}

// ChainAddress is the address of another page of the chain, or of the same with looks.
func (p personPage) ChainAddress(before int64, looks bool) string {
	q := url.Values{}
	if before >= 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	if looks {
		q.Set("looks", "1")
	}
	return personAddress(p.Person.Number) + "?" + q.Encode() + "#chain"
}

func personAddress(number string) string { return "/people/" + url.PathEscape(number) }

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

// step is an entry as people read it.
type step struct {
	*custody.Entry
	ByName    string // of the official who recorded it
	From, To  stand  // where custody left and entered, when it moved
	Releasing string // full names of the two hands, at a handover
	Receiving string
	Name      string // of the person
	Facts     []fact // what else the entry says
}

// Moved reports whether the entry moved anybody.
func (s step) Moved() bool { return s.Move != nil }

// stand is where somebody is and who answers for them, in words.
type stand struct {
	Place     place
	Custodian place  // an establishment
	Escort    string // or the transfer whose escort has them
}

// Free reports whether nobody answers for them.
func (s stand) Free() bool { return s == stand{} }

// fact is one more thing that an entry says: a field's name in the catalogue and its value.
type fact struct{ Field, Value string }

func stepOf(s *custody.State, e *custody.Entry) step {
	st := step{Entry: e, ByName: officialName(s, e.By)}
	if p := s.People.Get(e.Person); p != nil {
		st.Name = p.FullName()
	}
	if e.Move != nil {
		st.From, st.To = standIn(s, e.Move.From), standIn(s, e.Move.To)
	}
	switch detail := e.Detail.(type) {
	case *custody.Hands:
		st.Releasing, st.Receiving = officialName(s, detail.Releasing), officialName(s, detail.Receiving)
	case *custody.Outing:
		st.add("escort", detail.Escort)
		st.add("reason", detail.Reason)
	case *custody.Authority:
		st.add("issuer", detail.Issuer)
		st.add("case", detail.Case)
	case *custody.Admission:
		for _, a := range detail.Authorities {
			st.add("issuer", a.Issuer)
			st.add("case", a.Case)
		}
		st.add("injuries", detail.Injuries)
		st.add("complaints", detail.Complaints)
		st.add("property", detail.Property)
		st.add("children", detail.Children)
		st.add("health", detail.Health)
	case *custody.ReleaseOrder:
		st.add("issuer", detail.Issuer)
		st.add("case", detail.Case)
		st.add("cites", strings.Join(detail.Cites, ", "))
	case *custody.Departure:
		st.add("destination", detail.Destination)
	case *custody.Death:
		st.add("circumstances", detail.Circumstances)
		st.add("cause", detail.Cause)
	case *custody.Resolution:
		st.add("discrepancy", detail.Discrepancy)
		st.add("explanation", detail.Explanation)
	}
	return st
}

func (s *step) add(field, value string) {
	if value != "" {
		s.Facts = append(s.Facts, fact{field, value})
	}
}

func standIn(s *custody.State, p custody.Position) stand {
	if p == (custody.Position{}) {
		return stand{}
	}
	st := stand{Place: placeIn(s, p.Place)}
	if s.Transfers.Get(p.Custodian) != nil {
		st.Escort = p.Custodian
	} else {
		st.Custodian = placeIn(s, p.Custodian)
	}
	return st
}

// officialName is the full name of an official, or the user name of one whom the book does
// not know (the first entries are made before anybody is appointed).
func officialName(s *custody.State, name string) string {
	if o := s.Officials.Get(name); o != nil && o.FullName != "" {
		return o.FullName
	}
	return name
}
