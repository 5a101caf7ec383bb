package entries

import (
	"github.com/a-h/templ"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Specimens are the pages of the book: empty, full, being verified, holding and not; an entry.
func Specimens() []page.Specimen {
	feed := func(name string, change func(*Feed)) page.Specimen {
		return page.Specimen{Name: "book/" + name, Show: func(f page.Frame) templ.Component {
			p := fullFeed()
			change(&p)
			return feedPage(f, p)
		}}
	}
	return []page.Specimen{
		{Name: "book/empty", Show: func(f page.Frame) templ.Component { return feedPage(f, Feed{}) }},
		feed("full", func(*Feed) {}),
		feed("verifying", func(p *Feed) {
			p.Verified = Verification{Asked: true, Running: true, By: page.EmojiName, Began: page.StillNow, Size: p.Size, Verified: 400_000}
		}),
		feed("holds", func(p *Feed) {
			p.Verified = Verification{Asked: true, By: page.SpacedName, Ended: page.StillNow, Report: book.Report{Entries: p.Size, RebuiltEqual: true, SealedEqual: true, Root: "8d379dadd1a865afc4f8f3c6859d1f9b71b8e35dc48e0a7a6a6303f590252f18"}}
		}),
		feed("does-not-hold", func(p *Feed) { p.Verified = Verification{Asked: true, Report: book.Report{Problems: problems()}} }),
		feed("failed", func(p *Feed) { p.Verified = Verification{Asked: true, Failed: true} }),
		{Name: "book/entry", Show: func(f page.Frame) templ.Component {
			p := fullFeed()
			return entryPage(f, Record{Step: p.Entries[0], Sealed: `{"note": "` + page.LongName + `"}`, Proof: 17, Size: p.Size, Look: 41_342})
		}},
	}
}

func fullFeed() Feed {
	p := Feed{Kinds: Kinds(), Size: 1_234_568, Before: 1_234_000, Older: 1_233_950, Checkpoint: "habeas.example/drill\n1234568\n" + page.LongName + "\n", Key: page.LongName, Origin: page.LongName,
		Witnesses: []book.Cosignature{{Size: 1_234_001, Witness: page.LongName}}, Officials: []page.Option{{Value: "duty", Text: page.SpacedName}}, Filter: Filter{About: page.ScriptName, By: "duty"}}
	for i, name := range page.OddNames {
		e := &custody.Entry{Number: int64(i), Kind: custody.PersonReceived, Person: "1000000Y", Happened: page.StillNow, Recorded: page.StillNow, By: "duty", Note: name, Place: "CCT-M1-C01",
			Contradictions: []custody.Contradiction{{Kind: "found-elsewhere"}}, Move: &custody.Move{}}
		p.Entries = append(p.Entries, Step{Entry: e, ByName: name, Name: name, Releasing: name, Receiving: name, To: Stand{Place: page.Place{Code: "CCT-M1-C01", Name: name}, Custodian: page.Place{Code: "CCT", Name: name}}})
	}
	return p
}

func problems() (list []book.Damage) {
	list = append(list, book.Damage{Code: "entry-changed", Params: map[string]string{"entry": "41342"}}, book.Damage{Code: "schema-missing", Params: map[string]string{"object": "trigger entry_never_changes"}})
	for _, name := range page.OddNames {
		list = append(list, book.Damage{Code: "row-differs", Params: map[string]string{"row": name, "column": "body", "stored": name, "book": name}})
	}
	return list
}
