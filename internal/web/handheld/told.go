package handheld

import (
	"slices"
	"strings"

	"habeas.example/habeas/internal/web/page"
)

// told are the messages that the script says, under "page.handheld.", with what it puts into each: the page brings them all.
var told = map[string][]string{
	"sign.waiting": {"n", "who"}, "sign.of-another": {"who"}, "sign.no-line": nil, "sign.code-missing": nil, "sign.earlier-needed": nil, "unlock.wrong": nil,
	"off.waiting": {"n"}, "off.done": nil, "revoked": nil, "over": nil, "outlived": {"clock"},
	"line.on": {"clock"}, "line.cut": {"clock"}, "line.prove": {"clock"}, "line.over": {"clock"}, "line.revoked": {"clock"}, "line.waiting": {"n"},
	"tasks.at": {"clock"}, "tasks.count": nil, "tasks.counted": nil, "tasks.since": {"clock"}, "tasks.bus": {"vehicles", "n"}, "tasks.from": {"who", "clock"}, "tasks.receive": nil,
	"taken":            {"place", "clock"},
	"count.other-door": {"place"}, "count.no-number": nil, "count.given": {"place"},
	"number.wrong": {"number"},
	"find.more":    {"n"}, "find.register": nil, "find.along": {"place", "clock"}, "find.nobody-along": nil, "find.fact": nil, "find.too-many": {"n"},
	"fact.what-missing": nil, "fact.where": nil, "fact.recorded": {"number"},
	"bus.cell": {"place"}, "bus.sum": {"n", "all"}, "bus.not-listed": {"number"}, "bus.received": {"n"}, "bus.came": {"n"},
	"entry.slip": {"place", "n"}, "entry.slip-named": {"place", "n"}, "entry.found": {"number", "place"}, "entry.returned": {"number", "place"}, "entry.escaped": {"number"},
	"entry.died": {"number"}, "entry.received": {"vehicles", "n"}, "entry.came": {"vehicles", "n"},
	"state.waiting": nil, "state.taken": nil, "state.differs": nil, "state.refused": nil,
	"entries.disputed": nil, "entries.entry": {"n"}, "entries.read": nil, "entries.clock": {"clock"},
	"scan.no-camera": nil,
}

// terms are words of the record that the script says too, by their families.
var terms = map[string][]string{
	"countkind": {"formal", "named", "informal", "emergency"},
	"holding":   {"held", "out", "in-transit", "at-large", "released", "dead"},
	"discrepancy": {
		"already-in-custody", "already-withdrawn", "arrival-before-departure", "arrived-elsewhere", "arrived-twice", "arrived-unlisted", "arrives-by-handover",
		"before-last-movement", "cell-rule-broken", "count-differs", "count-left-different", "found-elsewhere", "found-not-held", "held-without-authority",
		"identity-differs", "kept-apart-together", "late-slip-differs", "not-held", "not-under-way", "paper-expired", "place-for-other-sex", "place-out-of-use",
		"place-over-capacity", "recorded-dead", "returned-elsewhere", "returned-not-out", "seats-overbooked", "waypoint-before-departure",
		"withdrawn-after-departure", "time-ahead",
	},
}

// said is a message with the places where the script puts something in: %name%.
type said struct{ id, text string }

func toldBy(f page.Frame) []said {
	var list []said
	for id, params := range told {
		pairs := []any{}
		for _, name := range params {
			pairs = append(pairs, name, "%"+name+"%")
		}
		list = append(list, said{id, f.Say("page.handheld."+strings.ReplaceAll(id, ".", "-"), pairs...)})
	}
	for family, codes := range terms {
		for _, code := range codes {
			if id := family + "." + code; f.Has(id) {
				list = append(list, said{id, f.Say(id)})
			}
		}
	}
	slices.SortFunc(list, func(a, b said) int { return strings.Compare(a.id, b.id) }) // the same page, whenever it is made
	return list
}
