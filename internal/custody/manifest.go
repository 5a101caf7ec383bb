package custody

import (
	"strings"
	"time"
)

// LineStatus is how far one person on a manifest has come.
type LineStatus string

// The statuses of a manifest line.
const (
	Listed       LineStatus = "listed"
	Identified   LineStatus = "identified"
	Boarded      LineStatus = "boarded"
	LineDeparted LineStatus = "departed"
	Lodged       LineStatus = "lodged"
	Received     LineStatus = "received"
	Withdrawn    LineStatus = "withdrawn"
	Diverted     LineStatus = "diverted"
	LineDead     LineStatus = "dead"
	LineEscaped  LineStatus = "escaped"
)

// Departed reports whether the person has left with the transfer.
func (l LineStatus) Departed() bool {
	return l != Listed && l != Identified && l != Boarded && l != Withdrawn
}

// Settled reports whether the transfer has answered for the person.
func (l LineStatus) Settled() bool {
	switch l {
	case Received, Withdrawn, Diverted, LineDead, LineEscaped:
		return true
	}
	return false
}

// Line is one person on a manifest.
type Line struct {
	Transfer     string     `json:"transfer"`
	Person       string     `json:"person"`
	Status       LineStatus `json:"status"`
	Vehicle      string     `json:"vehicle,omitempty"`
	From         string     `json:"from,omitempty"` // the place left on boarding
	Reason       string     `json:"reason,omitempty"`
	Unlisted     bool       `json:"unlisted,omitempty"`     // arrived though not on the manifest
	ArrivedLater bool       `json:"arrivedLater,omitempty"` // diverted, and received afterwards
	Cell         string     `json:"cell,omitempty"`         // where a plan puts the person at the destination
	Why          string     `json:"why,omitempty"`          // why that cell, as the code of a reason
	Entry        int64      `json:"entry"`
}

// Key is transfer and person.
func (l *Line) Key() string { return l.Transfer + "/" + l.Person }

// Sums are the sums of law 2. Arrivals not on the manifest are counted apart.
type Sums struct {
	Listed       int `json:"listed"`
	Waiting      int `json:"waiting"`  // listed, identified or boarded, not yet departed
	Departed     int `json:"departed"` // ever
	UnderWay     int `json:"underWay"` // departed or lodged, not yet settled
	Withdrawn    int `json:"withdrawn"`
	Received     int `json:"received"`
	Diverted     int `json:"diverted"`
	Dead         int `json:"dead"`
	Escaped      int `json:"escaped"`
	Unlisted     int `json:"unlisted"`
	ArrivedLater int `json:"arrivedLater"`
}

// Hold reports whether listed = departed + withdrawn and departed = received + diverted
// + dead + escaped.
func (n Sums) Hold() bool {
	return n.Listed == n.Departed+n.Withdrawn && n.Departed == n.Received+n.Diverted+n.Dead+n.Escaped
}

func (n *Sums) add(l *Line, by int) {
	if l.Unlisted {
		n.Unlisted += by
		return
	}
	n.Listed += by
	if l.Status.Departed() {
		n.Departed += by
	}
	if l.ArrivedLater {
		n.ArrivedLater += by
	}
	switch l.Status {
	case Listed, Identified, Boarded:
		n.Waiting += by
	case LineDeparted, Lodged:
		n.UnderWay += by
	case Received:
		n.Received += by
	case Withdrawn:
		n.Withdrawn += by
	case Diverted:
		n.Diverted += by
	case LineDead:
		n.Dead += by
	case LineEscaped:
		n.Escaped += by
	}
}

// ManifestLoad is the detail of loading a manifest: what was read, and who stood on it
// more than once (each is listed once).
type ManifestLoad struct {
	Source      string   `json:"source,omitempty"` // file name or query
	Read        int      `json:"read"`
	Listed      int      `json:"listed"`
	ListedTwice []string `json:"listedTwice,omitempty"`
}

// LoadManifest decides the listing of people on a drafted transfer, in one order: all
// or none. Each must be on the roll of the establishment of origin and on no other open
// transfer; the refusal names every row that is not. Somebody named twice is listed
// once and kept as an exception.
func (s *State) LoadManifest(id, source string, people []string) ([]Entry, error) {
	t, err := s.transferIn(id, Drafted)
	if err != nil {
		return nil, err
	}
	if len(people) == 0 {
		return nil, InvalidInput("manifest-empty", "transfer", id)
	}
	if n := len(people) + len(s.derived.lines[id]); len(people) > MaxManifest || n > MaxManifest {
		return nil, InvalidInput("manifest-too-long", "transfer", id, "rows", itoa(n), "max", itoa(MaxManifest))
	}
	if err := checkText("source", source, 300); err != nil {
		return nil, err
	}
	load := ManifestLoad{Source: source, Read: len(people)}
	entries := make([]Entry, 1, len(people)+1)
	var problems []*Refusal
	seen := make(map[string]struct{}, len(people))
	for i, person := range people {
		_, again := seen[person]
		if again || s.Lines.Get(id+"/"+person) != nil {
			load.ListedTwice = append(load.ListedTwice, person)
			continue
		}
		if problem := s.listable(t, person); problem != nil {
			problem.Params["row"] = itoa(i + 1)
			problems = append(problems, problem)
			continue
		}
		seen[person] = struct{}{}
		entries = append(entries, Entry{Kind: PersonListed, Person: person, Transfer: id})
	}
	if len(problems) > 0 {
		r := refuse(Conflict, 2, "manifest-refused", "transfer", id, "count", itoa(len(problems)))
		r.Also = problems[:min(len(problems), 100)]
		return nil, r
	}
	load.Listed = len(seen)
	entries[0] = Entry{Kind: ManifestLoaded, Transfer: id, Detail: &load}
	return entries, nil
}

// Unlistable says why a person cannot be listed on a transfer; nil when they can. The
// transfer must exist.
func (s *State) Unlistable(transfer, person string) *Refusal {
	return s.listable(s.Transfers.Get(transfer), person)
}

func (s *State) listable(t *Transfer, person string) *Refusal {
	h, err := s.holdingOf(person)
	if err != nil {
		r, _ := RefusalOf(err)
		return r
	}
	if h.At.Establishment != t.From {
		return refuse(Conflict, 2, "other-establishment", "person", person, "place", h.At.Place, "establishment", t.From)
	}
	if other := s.derived.active[person]; other != "" && other != t.ID {
		return refuse(Conflict, 2, "listed-elsewhere", "person", person, "transfer", other)
	}
	return nil
}

// activeLine returns the line of a person whom an open transfer has yet to answer for.
func (s *State) activeLine(person string) *Line {
	if id := s.derived.active[person]; id != "" {
		return s.Lines.Get(id + "/" + person)
	}
	return nil
}

// lineOf returns a person's line on a transfer.
func (s *State) lineOf(transfer, person string) (*Line, error) {
	if s.Transfers.Get(transfer) == nil {
		return nil, Unknown("transfer", transfer)
	}
	l := s.Lines.Get(transfer + "/" + person)
	if l == nil {
		return nil, refuse(NotFound, 2, "not-listed", "person", person, "transfer", transfer)
	}
	return l, nil
}

// Withdrawal is the detail of taking a person off a transfer before it departs.
type Withdrawal struct {
	Reason string `json:"reason"` // "unfit" or "withdrawn"
}

// Withdraw records that a listed person does not travel: unfit, or withdrawn for another
// reason. Somebody already aboard goes back to the place they left, also out of a handover
// that is offered and not accepted yet. It is a fact: withdrawal after departure, or a second
// time, contradicts the record and moves nobody.
func (s *State) Withdraw(transfer, person, reason, note string, now time.Time) (Entry, error) {
	l, err := s.lineOf(transfer, person)
	if err != nil {
		return Entry{}, err
	}
	if reason != "unfit" && reason != "withdrawn" {
		return Entry{}, InvalidInput("withdrawal-reason", "person", person, "reason", reason)
	}
	if err := checkText("note", note, 1000); err != nil {
		return Entry{}, err
	}
	e := Entry{Kind: PersonWithdrawn, Person: person, Transfer: transfer, Vehicle: l.Vehicle, Note: strings.TrimSpace(note), Detail: &Withdrawal{reason}}
	h := s.Holdings.Get(person)
	switch {
	case l.Status == Withdrawn:
		e.contradict("already-withdrawn", "person", person, "transfer", transfer)
	case l.Status.Departed():
		e.contradict("withdrawn-after-departure", "person", person, "status", string(l.Status))
	case l.Status == Boarded && h != nil && h.Status == Held && h.At.Place == l.Vehicle:
		e.Move, e.Place = h.to(h.At.Establishment, l.From, h.At.Custodian), l.From
		e.despite(s.against(s.Places.Get(l.From), person, now, now))
	}
	return e, nil
}

func applyManifestLoaded(s *State, e *Entry) error {
	return s.editTransfer(e, func(t *Transfer) {
		t.ListedTwice = append(t.ListedTwice[:len(t.ListedTwice):len(t.ListedTwice)], e.Detail.(*ManifestLoad).ListedTwice...)
	})
}

func applyListed(s *State, e *Entry) error {
	s.Lines.put(&Line{Transfer: e.Transfer, Person: e.Person, Status: Listed, Entry: e.Number})
	return nil
}

// applyLineStatus serves withdrawal, diversion and lodging: the line takes the status
// unless the entry contradicts the record, and the person moves if the entry says so.
func applyLineStatus(status LineStatus) func(*State, *Entry) error {
	return func(s *State, e *Entry) error {
		l := s.Lines.Get(e.Transfer + "/" + e.Person)
		if l == nil {
			return refuse(NotFound, 2, "not-listed", "person", e.Person, "transfer", e.Transfer)
		}
		if e.contradicts("withdrawn-after-departure", "already-withdrawn", "not-under-way") {
			return nil
		}
		edit(s.Lines, l, func(l *Line) {
			l.Status, l.Entry = status, e.Number
			if w, ok := e.Detail.(*Withdrawal); ok {
				l.Reason = w.Reason
			}
		})
		if e.Move == nil {
			return nil
		}
		return s.shift(e, func(h *Holding) {
			h.Vehicle = ""
			if status == Withdrawn {
				h.Status = Held
			}
		})
	}
}
