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
	ReadRecords: {ReceptionOfficer, MovementPlanner, EscortCommander, ControlRoom, LandingOfficer, RecordsOfficer, HealthStaff,
		Governor, DutyManager, Monitor},
	ReadBook: {RecordsOfficer, Governor, DutyManager, Monitor, MovementPlanner},
}

// May refuses an action that none of the official's roles permits.
func (s *State) May(official string, action Action) error {
	o := s.Officials.Get(official)
	if o == nil || !o.Has(permissions[action]...) {
		return refuse(Forbidden, 0, "not-permitted", "official", official, "action", string(action))
	}
	return nil
}
