package custody

// Action is what an official may be permitted to do.
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
)

// permissions is who may do what; what is not in it is denied. The monitor may read
// everything and change nothing.
var permissions = map[Action][]Role{
	KeepPlaces:       {Engineer, RecordsOfficer},
	OrderTheCapacity: {Governor},
	KeepOfficials:    {Engineer, Governor},
	KeepPapers:       {RecordsOfficer},
	AdmitPeople:      {ReceptionOfficer, RecordsOfficer},
	MovePeople:       {ReceptionOfficer, LandingOfficer, ControlRoom, DutyManager, HealthStaff},
	ReleasePeople:    {RecordsOfficer, DutyManager},
	StateFacts:       {ReceptionOfficer, LandingOfficer, ControlRoom, DutyManager, HealthStaff, EscortCommander, RecordsOfficer, MovementPlanner, Governor},
	PlanTransfers:    {MovementPlanner},
	ApproveTransfers: {Governor, DutyManager},
	LoadVehicles:     {ReceptionOfficer, EscortCommander, HealthStaff},
	GivePeople:       {ReceptionOfficer, EscortCommander, DutyManager},
	TakePeople:       {ReceptionOfficer, EscortCommander, DutyManager},
	CloseTransfers:   {MovementPlanner, DutyManager, Governor},
	ResolveDisputes:  {DutyManager, Governor, RecordsOfficer, MovementPlanner},
	RunCounts:        {DutyManager, ControlRoom, Governor},
	CountPeople:      {LandingOfficer, ReceptionOfficer, HealthStaff, DutyManager, ControlRoom}, // the last two only enter paper
	SeeCounts:        {DutyManager, ControlRoom, Governor, Monitor},
	SignCounts:       {DutyManager},
	OrderCounts:      {Governor},
	AssessPeople:     {ReceptionOfficer, HealthStaff, RecordsOfficer, DutyManager},
	KeepPeopleApart:  {RecordsOfficer, DutyManager, Governor},
	PlanCells:        {MovementPlanner, ReceptionOfficer, DutyManager, ControlRoom},
	ReadRecords: {ReceptionOfficer, MovementPlanner, EscortCommander, ControlRoom, LandingOfficer, RecordsOfficer, HealthStaff,
		Governor, DutyManager, Monitor},
	ReadBook: {RecordsOfficer, Governor, DutyManager, Monitor, MovementPlanner},
}

// WholeService, given as a place to May, says that an act concerns no one establishment
// but all of them: opening an establishment or a hospital, appointing somebody to serve
// everywhere. No place can have this code.
const WholeService = "*"

// anywhere are the actions that an official of one establishment may do about any other:
// they read, and change nothing.
var anywhere = map[Action]bool{ReadRecords: true, ReadBook: true}

// May refuses an action that none of the official's roles permits (code "not-permitted"),
// and, to an official who serves in one establishment, an action that concerns only others
// (code "other-establishments-official"). places are the codes of the places, vehicles and
// establishments that the act concerns: one of the official's own is enough. With none, or
// none that lies in an establishment, the roles alone decide. An officer of the whole
// service acts wherever the roles permit it; what only reads is permitted anywhere.
func (s *State) May(official string, action Action, places ...string) error {
	o := s.Officials.Get(official)
	if o == nil || !o.Has(permissions[action]...) {
		return refuse(Forbidden, 0, "not-permitted", "official", official, "action", string(action))
	}
	if action == ReadBook {
		if err := s.Sighted(official); err != nil {
			return err
		}
	}
	if o.Establishment == "" || anywhere[action] {
		return nil
	}
	other := ""
	for _, place := range places {
		for _, e := range s.establishmentsOf(place) {
			if e == o.Establishment {
				return nil
			}
			other = e
		}
	}
	if other == "" {
		return nil
	}
	return refuse(Forbidden, 0, "other-establishments-official", "official", official, "action", string(action),
		"establishment", o.Establishment, "other", other)
}

// establishmentsOf are the establishments that a place belongs to: its own, both ends of
// the transfer for a vehicle, none for a hospital, a court or a place that does not exist.
func (s *State) establishmentsOf(place string) []string {
	if place == WholeService {
		return []string{WholeService}
	}
	if v := s.Vehicles.Get(place); v != nil {
		return s.EndsOf(v.Transfer)
	}
	if p := s.Places.Get(place); p != nil && p.Establishment != "" {
		return []string{p.Establishment}
	}
	return nil
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
	if len(s.establishmentsOf(place)) > 0 {
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
