package custody

import "time"

// Action is what an official may be permitted to do. Which role may do it, and where, is
// written in the policies of the access room; the heart only asks.
type Action string

// The actions that are permitted or not.
const (
	KeepPlaces       Action = "keep-places"       // open places, take them out of use
	OrderTheCapacity Action = "order-capacity"    // sign an operational capacity
	KeepOfficials    Action = "keep-officials"    // appoint and dismiss
	KeepPapers       Action = "keep-papers"       // record authorities and release orders, correct identities
	AdmitPeople      Action = "admit-people"      // take into custody, also arrivals not listed
	MovePeople       Action = "move-people"       // within an establishment, out and back
	ReleasePeople    Action = "release-people"    // at the gate
	StateFacts       Action = "state-facts"       // found, dead, escaped, returned, counts, arrivals
	PlanTransfers    Action = "plan-transfers"    // draft, list, vehicles, escort, waypoints
	ApproveTransfers Action = "approve-transfers" // the second signature
	LoadVehicles     Action = "load-vehicles"     // identify, board, withdraw
	GivePeople       Action = "give-people"       // release in a handover
	TakePeople       Action = "take-people"       // receive in a handover
	CloseTransfers   Action = "close-transfers"
	ResolveDisputes  Action = "resolve-discrepancies"
	RunCounts        Action = "run-counts"        // open a count, call a recount, give a count up
	CountPeople      Action = "count-people"      // give slips
	SeeCounts        Action = "see-counts"        // what an open count expects, and every slip
	SignCounts       Action = "sign-counts"       // say that a count is cleared
	OrderCounts      Action = "order-count-rules" // the schedule and the other settings
	AssessPeople     Action = "assess-people"     // sharing risk and needs
	KeepPeopleApart  Action = "keep-apart"
	PlanCells        Action = "plan-cells" // propose who goes into which cell
	ReadRecords      Action = "read-records"
	ReadBook         Action = "read-book"
	ReadRoll         Action = "read-roll"        // numbers of places, without names
	ReadLooks        Action = "read-looks"       // who looked at a person's record
	BreakGlass       Action = "break-glass"      // take a role or place beyond one's own for a while
	KeepMonitors     Action = "keep-monitors"    // one of the two keys to a monitor's account
	KeepSessions     Action = "keep-sessions"    // see and end the sessions of others, help with lost credentials
	KeepOwnWays      Action = "keep-own-ways-in" // rename and remove one's own passkeys
	KeepDevices      Action = "keep-devices"     // register handhelds to officials, and revoke them
	ReadOfficials    Action = "read-officials"   // who holds office, where, with which duties
	ReadColleagues   Action = "read-colleagues"  // the names of those who serve in the same places
)

// Actions lists every action, in the order above.
var Actions = []Action{KeepPlaces, OrderTheCapacity, KeepOfficials, KeepPapers, AdmitPeople, MovePeople, ReleasePeople, StateFacts, PlanTransfers,
	ApproveTransfers, LoadVehicles, GivePeople, TakePeople, CloseTransfers, ResolveDisputes, RunCounts, CountPeople, SeeCounts, SignCounts, OrderCounts, AssessPeople, KeepPeopleApart, PlanCells, ReadRecords, ReadBook, ReadRoll, ReadLooks, BreakGlass,
	KeepMonitors, KeepSessions, KeepOwnWays, KeepDevices, ReadOfficials, ReadColleagues}

// WholeService, given as a place, says that an act concerns no one establishment but all of
// them: opening an establishment or a hospital, appointing somebody to serve everywhere. No
// place can have this code.
const WholeService = "*"

// Ask is a question that a policy decides: may this official do this, there, at this instant.
type Ask struct {
	Official string
	Action   Action
	// Places are codes of the places, vehicles and establishments that the act concerns, or
	// WholeService: one that the official serves is enough. With none, or none that lies in
	// an establishment, the question is asked at the official's own post.
	Places []string
	At     time.Time
	// Stale says that the official's last proof of who they are lies too far back for what
	// binds others.
	Stale bool
}

// Policy decides whether an official may do something. It depends on nothing but the state
// and the question, and answers with a refusal or nil. It runs on the book's writer, and
// for readers at the same time.
type Policy func(*State, Ask) error

// Govern puts the state under a policy. clock tells the instant of questions that name
// none. Without a policy nothing is permitted to anybody.
func (s *State) Govern(p Policy, clock func() time.Time) { s.policy, s.clock = p, clock }

// May refuses what the policy does not permit the official, now, in none of the places
// named (see Ask).
func (s *State) May(official string, action Action, places ...string) error {
	return s.Decide(Ask{Official: official, Action: action, Places: places})
}

// Decide asks the policy.
func (s *State) Decide(q Ask) error {
	if s.policy == nil {
		return NotPermitted(q)
	}
	if q.At.IsZero() {
		q.At = s.clock()
	}
	if err := s.policy(s, q); err != nil {
		return err
	}
	if q.Action == ReadBook {
		return s.Sighted(q.Official)
	}
	return nil
}

// NotPermitted is the refusal of what no policy permits.
func NotPermitted(q Ask) *Refusal {
	return refuse(Forbidden, 0, "not-permitted", "official", q.Official, "action", string(q.Action))
}

// Locatable reports whether it can be said whose a place is: it lies in an establishment,
// is a vehicle of a transfer, or is the service itself. A hospital, a court and a place that
// does not exist are nobody's.
func (s *State) Locatable(place string) bool {
	if place == WholeService || s.Vehicles.Get(place) != nil {
		return true
	}
	p := s.Places.Get(place)
	return p != nil && p.Establishment != ""
}

// EndsOf returns the establishments that a transfer concerns: of origin and of
// destination; none for a transfer that does not exist.
func (s *State) EndsOf(transfer string) []string {
	if t := s.Transfers.Get(transfer); t != nil {
		return []string{t.From, t.To}
	}
	return nil
}

// WhereIs returns the places that an act about a person concerns: the establishment that
// answers for them and the place they are in; in transit, both ends of the transfer. It is
// empty for somebody whom nobody holds: any establishment may take them in, or be told.
func (s *State) WhereIs(person string) []string {
	h := s.Holdings.Get(person)
	if h == nil || !h.Status.InCustody() {
		return nil
	}
	if h.Status == InTransit {
		return append(s.EndsOf(h.At.Custodian), h.At.Place)
	}
	return []string{h.At.Establishment, h.At.Place}
}

// WhereStated returns the places that a fact about a person in a place concerns: the
// place, if it lies in an establishment or on a transfer; else where the person is.
func (s *State) WhereStated(person, place string) []string {
	if s.Locatable(place) {
		return []string{place}
	}
	return s.WhereIs(person)
}

// WhereKept returns the place that an act on the register of places concerns. What lies
// outside every establishment (a hospital, a court) concerns the whole service.
func (s *State) WhereKept(place string) string {
	if p := s.Places.Get(place); p != nil && p.Establishment == "" {
		return WholeService
	}
	return place
}
