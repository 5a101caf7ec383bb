package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
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
