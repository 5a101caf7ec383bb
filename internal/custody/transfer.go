package custody

import (
	"fmt"
	"strings"
	"time"
)

// MaxManifest is how many people one manifest may list.
const MaxManifest = 5000

// TransferStatus is how far a transfer has come.
type TransferStatus string

// The statuses of a transfer.
const (
	Drafted   TransferStatus = "drafted"
	Approved  TransferStatus = "approved"
	CalledOff TransferStatus = "called-off"
	Closed    TransferStatus = "closed"
)

// Transfer is an order to move people from one establishment to another.
type Transfer struct {
	ID          string         `json:"id"` // "TR-" year "-" sequence
	From        string         `json:"from"`
	To          string         `json:"to"`
	Date        string         `json:"date"` // YYYY-MM-DD, in the zone of the establishment of origin
	LegalBasis  string         `json:"legalBasis"`
	Status      TransferStatus `json:"status"`
	DraftedBy   string         `json:"draftedBy"`
	ApprovedBy  string         `json:"approvedBy,omitempty"`
	Escort      *Escort        `json:"escort,omitempty"`
	Waypoints   []Waypoint     `json:"waypoints,omitempty"`
	ListedTwice []string       `json:"listedTwice,omitempty"` // people whom the manifest named more than once
	Cells       *CellSums      `json:"cells,omitempty"`       // how the plan of cells fared
	ClosedAt    time.Time      `json:"closedAt,omitzero"`
	Entry       int64          `json:"entry"` // the newest entry about the transfer itself
}

// Escort is who guards a transfer on the road and in the air.
type Escort struct {
	Corps       string `json:"corps"`
	Commander   string `json:"commander"` // name, as the handover forms carry it
	Units       []Unit `json:"units"`
	Helicopters int    `json:"helicopters"`
}

// Unit is one unit of an escort.
type Unit struct {
	Name      string `json:"name"`
	Headcount int    `json:"headcount"`
}

// Soldiers is the headcount of all units on the ground.
func (e *Escort) Soldiers() int {
	n := 0
	for _, u := range e.Units {
		n += u.Headcount
	}
	return n
}

// Waypoint is a place on the road where vehicles are counted.
type Waypoint struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// DraftTransfer decides the drafting of a transfer order.
func (s *State) DraftTransfer(t Transfer, by string) (Entry, error) {
	for _, code := range []string{t.From, t.To} {
		if p := s.Places.Get(code); p == nil || p.Kind != Establishment {
			return Entry{}, Unknown("establishment", code)
		}
	}
	if t.From == t.To {
		return Entry{}, InvalidInput("transfer-to-itself", "establishment", t.From)
	}
	day, err := time.Parse(time.DateOnly, t.Date)
	if err != nil {
		return Entry{}, InvalidInput("date-malformed", "field", "date", "date", t.Date)
	}
	if strings.TrimSpace(t.LegalBasis) == "" {
		return Entry{}, InvalidInput("field-missing", "field", "legalBasis")
	}
	if err := checkText("legalBasis", t.LegalBasis, 500); err != nil {
		return Entry{}, err
	}
	d := Transfer{ID: fmt.Sprintf("TR-%d-%04d", day.Year(), s.Transfers.Len()+1), From: t.From, To: t.To, Date: t.Date,
		LegalBasis: t.LegalBasis, Status: Drafted, DraftedBy: by}
	return Entry{Kind: TransferDrafted, Transfer: d.ID, Detail: &d}, nil
}

// ApproveTransfer decides the approval of a draft, by somebody other than its author.
func (s *State) ApproveTransfer(id, by string) (Entry, error) {
	t, err := s.transferIn(id, Drafted)
	if err != nil {
		return Entry{}, err
	}
	if t.DraftedBy == by {
		return Entry{}, refuse(Conflict, 2, "same-official", "official", by, "transfer", id)
	}
	if len(s.derived.lines[id]) == 0 {
		return Entry{}, refuse(Conflict, 2, "manifest-empty", "transfer", id)
	}
	return Entry{Kind: TransferApproved, Transfer: id}, nil
}

// CallOff decides to call a transfer off; possible until the first person has boarded.
func (s *State) CallOff(id, reason string) (Entry, error) {
	t, err := s.transferIn(id, Drafted, Approved)
	if err != nil {
		return Entry{}, err
	}
	if strings.TrimSpace(reason) == "" {
		return Entry{}, InvalidInput("reason-missing", "transfer", id)
	}
	if err := checkText("reason", reason, 500); err != nil {
		return Entry{}, err
	}
	for person := range s.derived.lines[id] {
		if l := s.Lines.Get(id + "/" + person); l.Status != Listed && l.Status != Identified && l.Status != Withdrawn {
			return Entry{}, refuse(Conflict, 2, "transfer-under-way", "transfer", t.ID, "person", person)
		}
	}
	return Entry{Kind: TransferCalled, Transfer: id, Note: reason}, nil
}

// AssignEscort decides who guards the transfer.
func (s *State) AssignEscort(id string, e Escort) (Entry, error) {
	if _, err := s.transferIn(id, Drafted, Approved); err != nil {
		return Entry{}, err
	}
	if e.Corps == "" || e.Commander == "" || len(e.Units) == 0 || len(e.Units) > 100 || e.Helicopters < 0 || e.Helicopters > 100 {
		return Entry{}, InvalidInput("escort-incomplete", "transfer", id)
	}
	for _, u := range e.Units {
		if u.Name == "" || u.Headcount <= 0 || u.Headcount > 100_000 {
			return Entry{}, InvalidInput("escort-incomplete", "transfer", id)
		}
		if err := checkText("unit", u.Name, 200); err != nil {
			return Entry{}, err
		}
	}
	if err := checkText("corps", e.Corps+e.Commander, 400); err != nil {
		return Entry{}, err
	}
	return Entry{Kind: EscortAssigned, Transfer: id, Detail: &e}, nil
}

// AddWaypoint decides one more place on the road where vehicles are counted.
func (s *State) AddWaypoint(id string, w Waypoint) (Entry, error) {
	t, err := s.transferIn(id, Drafted, Approved)
	if err != nil {
		return Entry{}, err
	}
	if err := checkCode("waypoint", w.Code); err != nil {
		return Entry{}, err
	}
	if err := checkText("name", w.Name, 200); err != nil {
		return Entry{}, err
	}
	if len(t.Waypoints) >= 100 {
		return Entry{}, InvalidInput("too-many-waypoints", "transfer", id)
	}
	for _, have := range t.Waypoints {
		if have.Code == w.Code {
			return Entry{}, refuse(Conflict, 0, "waypoint-exists", "waypoint", w.Code)
		}
	}
	return Entry{Kind: WaypointAdded, Transfer: id, Detail: &w}, nil
}

// CloseTransfer decides to close a transfer: only when law 2 holds by name and nothing
// about it is in dispute. The refusal names who stands in the way.
func (s *State) CloseTransfer(id string) (Entry, error) {
	if _, err := s.transferIn(id, Approved); err != nil {
		return Entry{}, err
	}
	blockers := s.StandingInTheWay(id)
	if len(blockers) > 0 {
		r := refuse(Conflict, 2, "transfer-not-settled", "transfer", id, "count", itoa(len(blockers)))
		for _, b := range blockers[:min(len(blockers), 100)] {
			r.Also = append(r.Also, b.refusal())
		}
		return Entry{}, r
	}
	sums := s.TransferSums(id)
	return Entry{Kind: TransferClosed, Transfer: id, Detail: &sums}, nil
}

// Blocker is a person or a discrepancy that keeps a transfer from closing.
type Blocker struct {
	Person      string     `json:"person,omitempty"`
	Status      LineStatus `json:"status,omitempty"`
	Vehicle     string     `json:"vehicle,omitempty"`
	Discrepancy string     `json:"discrepancy,omitempty"`
	Kind        string     `json:"kind,omitempty"` // of the discrepancy
}

func (b Blocker) refusal() *Refusal {
	if b.Discrepancy != "" {
		return refuse(Conflict, 4, "discrepancy-open", "discrepancy", b.Discrepancy, "kind", b.Kind, "person", b.Person, "vehicle", b.Vehicle)
	}
	return refuse(Conflict, 2, "person-not-settled", "person", b.Person, "status", string(b.Status), "vehicle", b.Vehicle)
}

// StandingInTheWay lists, by name, why a transfer cannot be closed; empty when it can.
func (s *State) StandingInTheWay(id string) []Blocker {
	var list []Blocker
	for _, person := range s.Listed(id) {
		if l := s.Lines.Get(id + "/" + person); !l.Status.Settled() {
			list = append(list, Blocker{Person: person, Status: l.Status, Vehicle: l.Vehicle})
		}
	}
	for _, k := range sortedKeys(s.derived.open[id]) {
		d := s.Discrepancies.Get(k)
		list = append(list, Blocker{Discrepancy: k, Kind: d.Kind, Person: d.Person, Vehicle: d.Vehicle})
	}
	return list
}

// transferIn returns a transfer that is in one of the statuses.
func (s *State) transferIn(id string, statuses ...TransferStatus) (*Transfer, error) {
	t := s.Transfers.Get(id)
	if t == nil {
		return nil, Unknown("transfer", id)
	}
	for _, status := range statuses {
		if t.Status == status {
			return t, nil
		}
	}
	return nil, refuse(Conflict, 2, "transfer-status", "transfer", id, "status", string(t.Status))
}

func applyTransferDrafted(s *State, e *Entry) error {
	t := *e.Detail.(*Transfer)
	t.Entry = e.Number
	s.Transfers.put(&t)
	return nil
}

func applyTransferStatus(status TransferStatus) func(*State, *Entry) error {
	return func(s *State, e *Entry) error {
		if status == CalledOff {
			for _, person := range s.Listed(e.Transfer) {
				if l := s.Lines.Get(e.Transfer + "/" + person); l.Status != Withdrawn {
					edit(s.Lines, l, func(l *Line) { l.Status, l.Reason, l.Entry = Withdrawn, "called-off", e.Number })
				}
			}
		}
		return s.editTransfer(e, func(t *Transfer) {
			t.Status = status
			switch status {
			case Approved:
				t.ApprovedBy = e.By
			case Closed, CalledOff:
				t.ClosedAt = e.Happened
			}
		})
	}
}

func applyEscort(s *State, e *Entry) error {
	return s.editTransfer(e, func(t *Transfer) { t.Escort = e.Detail.(*Escort) })
}

func applyWaypoint(s *State, e *Entry) error {
	return s.editTransfer(e, func(t *Transfer) {
		t.Waypoints = append(t.Waypoints[:len(t.Waypoints):len(t.Waypoints)], *e.Detail.(*Waypoint))
	})
}

func (s *State) editTransfer(e *Entry, change func(*Transfer)) error {
	t := s.Transfers.Get(e.Transfer)
	if t == nil {
		return Unknown("transfer", e.Transfer)
	}
	edit(s.Transfers, t, func(t *Transfer) { change(t); t.Entry = e.Number })
	return nil
}
