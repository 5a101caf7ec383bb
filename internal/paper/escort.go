package paper

import (
	"image"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
)

// EscortRecord is the record that goes with one person who is taken anywhere: who they are, on what paper they are held, what
// whoever takes them must know, and room for what happens on the way.
type EscortRecord struct {
	Person      custody.Person
	At          Place // where they are
	Transfer    string
	Vehicle     string
	From, To    Place // of the journey, as far as it is known
	Planned     string
	Escort      string // who takes them
	Legal       custody.LegalStatus
	Authorities []*custody.Authority
	Assessment  *custody.Assessment // nil: none was made
	Apart       []ApartLine
	Photograph  image.Image // nil: none
	Unreadable  bool        // the record names a photograph that cannot be printed
}

// ApartLine is whom the person is kept apart from.
type ApartLine struct {
	Level  custody.Level
	People []string // as far as the reader may know
	Others int      // whom the reader may not know
	Until  time.Time
}

// PrintEscortRecords prints the records of several people, each on sheets of its own.
func PrintEscortRecords(s Setting, records []EscortRecord) ([]byte, error) {
	p := newPress(s, s.Voice.Say("paper.escort-record", nil))
	for _, r := range records {
		r.print(p)
	}
	return p.done()
}

func (r EscortRecord) print(p *press) {
	p.page()
	p.running = r.Person.Number
	p.head(r.Person.Number + " · " + r.Person.FullName())
	const picture = 30.0
	begun := p.y
	p.frame(r.Photograph, r.Unreadable, p.width-edge-picture, begun, picture, picture*1.25)
	p.drawBars(r.Person.Number, edge-2, begun, 62, 11)
	p.drawQR(r.Person.Number, edge+62, begun-2, 22)
	p.put(edge, begun+12, r.Person.Number, bold, 20)
	p.y = begun + picture*1.25 + 2
	r.identity(p)
	p.section(p.say("paper.journey"))
	p.facts(fact{p.say("paper.at"), r.At.said()}, fact{p.say("paper.transfer"), strings.TrimSpace(r.Transfer + " " + r.Vehicle)}, fact{p.say("paper.from"), r.From.said()},
		fact{p.say("paper.to"), r.To.said()}, fact{p.say("paper.planned-cell"), r.Planned}, fact{p.say("paper.escort"), r.Escort})
	r.papers(p)
	r.care(p)
	r.way(p)
}

func (r EscortRecord) identity(p *press) {
	born := p.day(r.Person.Birth)
	if born == "" && r.Person.Age > 0 {
		born = p.say("paper.about-years", "age", r.Person.Age)
	}
	facts := []fact{{p.say("paper.family-names"), r.Person.FamilyNames}, {p.say("paper.given-names"), r.Person.GivenNames}, {p.say("paper.aliases"), strings.Join(r.Person.Aliases, "; ")},
		{p.say("paper.born"), born}, {p.say("paper.sex"), p.term("page.sex", r.Person.Sex)}, {p.say("paper.nationality"), r.Person.Nationality}, {p.say("paper.language"), r.Person.Language}}
	if c := r.Person.Contact; c != nil {
		facts = append(facts, fact{p.say("paper.contact"), strings.Join(slicesOf(c.Name, c.Relation, c.Phone, c.Address), ", ")})
	}
	if r.Person.Provisional {
		facts = append(facts, fact{p.say("paper.identity"), p.say("paper.provisional")})
	}
	p.facts(facts...)
}

// slicesOf are those of some texts that say something.
func slicesOf(texts ...string) (list []string) {
	for _, t := range texts {
		if t != "" {
			list = append(list, t)
		}
	}
	return list
}

func (r EscortRecord) papers(p *press) {
	p.section(p.say("paper.authorities") + " · " + p.term("legal", string(r.Legal)))
	if len(r.Authorities) == 0 {
		p.paragraph(p.say("paper.no-authorities"), bold, normal)
		return
	}
	t := p.table(6, column{head: p.say("paper.authority"), width: 46}, column{head: p.say("paper.issuer")}, column{head: p.say("paper.case"), width: 30}, column{head: p.say("paper.from-day"), width: 24},
		column{head: p.say("paper.until"), width: 32})
	for _, a := range r.Authorities {
		until := p.when(a.Until)
		switch {
		case !a.Ended.IsZero():
			until = p.say("paper.ended", "at", p.when(a.Ended))
		case !a.Live(p.At):
			until += " " + p.say("paper.not-live")
		case a.Until.IsZero():
			until = p.say("paper.no-end")
		}
		t.row(p.term("authority", string(a.Kind))+" "+a.ID, a.Issuer, a.Case, p.Voice.Date(a.From, p.Zone), until)
	}
}

// care is what whoever takes the person must know.
func (r EscortRecord) care(p *press) {
	p.section(p.say("paper.care"))
	if a := r.Assessment; a == nil {
		p.paragraph(p.say("paper.not-assessed"), regular, normal)
	} else {
		needs := make([]string, len(a.Needs))
		for i, n := range a.Needs {
			needs[i] = p.term("need", n)
		}
		alone := ""
		if a.NotAlone {
			alone = p.say("paper.not-alone")
		}
		p.facts(fact{p.say("paper.risk"), p.term("risk", string(a.Risk))}, fact{p.say("paper.needs"), strings.Join(needs, "; ")}, fact{p.say("paper.company"), alone},
			fact{p.say("paper.assessed"), p.when(a.At)}, fact{p.say("paper.reason"), a.Reason})
	}
	for _, k := range r.Apart {
		whom := strings.Join(k.People, "; ")
		if k.Others > 0 {
			whom = strings.Join(slicesOf(whom, p.plural("paper.and-others", k.Others)), "; ")
		}
		p.paragraph(p.say("paper.apart-from", "level", p.term("level", string(k.Level)), "people", whom), bold, normal)
	}
	p.paragraph(p.say("paper.care-health"), regular, small)
	p.room(16)
	p.box(edge, p.y+1, p.inner(), 14)
	p.y += 17
}

// way is the room for what happens: each event with its hour and hand, restraint with its reviews (norm RES-3), and the hands
// that custody goes through.
func (r EscortRecord) way(p *press) {
	p.section(p.say("paper.on-the-way"))
	p.paragraph(p.say("paper.restraint-note"), regular, small)
	t := p.table(writeRow, column{head: p.say("paper.hour"), width: 24, blank: true}, column{head: p.say("paper.what-happened"), blank: true}, column{head: p.say("paper.who-writes"), width: 46, blank: true})
	for range 8 {
		t.row()
	}
	p.y += 4
	p.signatures(p.say("paper.sign-releasing"), p.say("paper.sign-escort"), p.say("paper.sign-receiving"))
}
