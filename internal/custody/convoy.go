package custody

import (
	"cmp"
	"slices"
	"time"
)

// Vehicle is one vehicle of a transfer. It is a place too, under the same key.
type Vehicle struct {
	Transfer   string        `json:"transfer"`
	Code       string        `json:"code"` // short, unique in the transfer, e.g. "B03"
	Sequence   int           `json:"sequence"`
	Plate      string        `json:"plate,omitempty"`
	Seats      int           `json:"seats"`
	Departed   time.Time     `json:"departed,omitzero"`
	Arrived    time.Time     `json:"arrived,omitzero"`
	Received   time.Time     `json:"received,omitzero"`
	LastCount  *VehicleCount `json:"lastCount,omitempty"`
	CountEntry int64         `json:"countEntry,omitempty"`
}

// Key is the vehicle's key and the code of its place.
func (v *Vehicle) Key() string { return v.Transfer + "-" + v.Code }

// VehicleCount is a count of the people aboard.
type VehicleCount struct {
	Stage    string `json:"stage"`              // "boarding", "waypoint" or "arrival"
	Waypoint string `json:"waypoint,omitempty"` // at stage "waypoint"
	Counted  int    `json:"counted"`
	Aboard   int    `json:"aboard"` // by the record, at that moment
}

// VehicleArrival is the detail of a vehicle's arrival.
type VehicleArrival struct {
	Place string `json:"place"`
}

// AddVehicle decides one more vehicle for a transfer.
func (s *State) AddVehicle(id string, v Vehicle) (Entry, error) {
	if _, err := s.transferIn(id, Drafted, Approved); err != nil {
		return Entry{}, err
	}
	if err := checkCode("vehicle", v.Code); err != nil {
		return Entry{}, err
	}
	if v.Seats <= 0 || v.Seats > 500 {
		return Entry{}, InvalidInput("seats-absurd", "vehicle", v.Code, "seats", itoa(v.Seats))
	}
	if err := checkText("plate", v.Plate, 30); err != nil {
		return Entry{}, err
	}
	d := Vehicle{Transfer: id, Code: v.Code, Plate: v.Plate, Seats: v.Seats, Sequence: len(s.derived.vehicles[id]) + 1}
	if s.Vehicles.Get(d.Key()) != nil || s.Places.Get(d.Key()) != nil {
		return Entry{}, refuse(Conflict, 0, "vehicle-exists", "vehicle", v.Code, "transfer", id)
	}
	return Entry{Kind: VehicleAdded, Transfer: id, Vehicle: d.Key(), Detail: &d}, nil
}

// Identify decides that a listed person was identified against the paper. A paper found
// expired opens a discrepancy, which must be answered for before the transfer closes.
func (s *State) Identify(transfer, person string, at, now time.Time) (Entry, error) {
	if _, err := s.transferIn(transfer, Approved); err != nil {
		return Entry{}, err
	}
	l, err := s.lineOf(transfer, person)
	if err != nil {
		return Entry{}, err
	}
	if l.Status != Listed {
		return Entry{}, refuse(Conflict, 2, "line-status", "person", person, "transfer", transfer, "status", string(l.Status))
	}
	if _, err := s.orderable(person); err != nil {
		return Entry{}, err
	}
	e := Entry{Kind: PersonIdentified, Person: person, Transfer: transfer, Happened: at}
	if !s.liveAtBoth(person, at, now) {
		e.contradict("paper-expired", "person", person)
	}
	return e, nil
}

// Board decides that an identified person enters a vehicle. The establishment of origin
// still answers for them; it needs a live authority (law 3) and a free seat.
func (s *State) Board(transfer, vehicle, person string, at, now time.Time) (Entry, error) {
	t, err := s.transferIn(transfer, Approved)
	if err != nil {
		return Entry{}, err
	}
	l, err := s.lineOf(transfer, person)
	if err != nil {
		return Entry{}, err
	}
	if l.Status != Identified {
		return Entry{}, refuse(Conflict, 2, "line-status", "person", person, "transfer", transfer, "status", string(l.Status))
	}
	h, err := s.orderable(person)
	if err != nil {
		return Entry{}, err
	}
	if h.Status != Held || h.At.Establishment != t.From {
		return Entry{}, refuse(Conflict, 1, "not-in-establishment", "person", person, "place", h.At.Place)
	}
	if err := notBefore(h, at); err != nil {
		return Entry{}, err
	}
	if !s.liveAtBoth(person, at, now) {
		return Entry{}, refuse(Conflict, 3, "no-live-authority", "person", person, "place", vehicle)
	}
	if err := s.notFrozen(person, h.At.Place); err != nil {
		return Entry{}, err
	}
	v, err := s.vehicleOf(transfer, vehicle)
	if err != nil {
		return Entry{}, err
	}
	if err := s.boards(v, person); err != nil {
		return Entry{}, err
	}
	return Entry{Kind: PersonBoarded, Person: person, Transfer: transfer, Vehicle: v.Key(), Place: v.Key(), Happened: at,
		Move: h.to(h.At.Establishment, v.Key(), h.At.Custodian)}, nil
}

// Boardable says why nobody can enter a vehicle now, whoever it is; nil when somebody can.
func (s *State) Boardable(transfer, vehicle string) error {
	if _, err := s.transferIn(transfer, Approved); err != nil {
		return err
	}
	v, err := s.vehicleOf(transfer, vehicle)
	if err != nil {
		return err
	}
	return s.boards(v, "")
}

// boards refuses a person whom a vehicle cannot take, or with no person everybody.
func (s *State) boards(v *Vehicle, person string) error {
	if !v.Departed.IsZero() {
		return refuse(Conflict, 2, "vehicle-departed", "vehicle", v.Key(), "person", person)
	}
	// Whoever boards after the offer would be left out of it, and stay behind on the record.
	for aboard := range s.derived.aboard[v.Key()] {
		if id := s.PendingHandover(aboard); id != "" {
			return refuse(Conflict, 2, "handover-open", "person", cmp.Or(person, aboard), "handover", id)
		}
	}
	if s.Present(v.Key()) >= v.Seats {
		return refuse(Conflict, 1, "seats-taken", "vehicle", v.Key(), "seats", itoa(v.Seats), "person", person)
	}
	return nil
}

// CountVehicle records a count of the people aboard. It is a fact: a number that
// differs from the record opens a discrepancy.
func (s *State) CountVehicle(transfer, vehicle string, c VehicleCount, at time.Time) (Entry, error) {
	t := s.Transfers.Get(transfer)
	if t == nil {
		return Entry{}, Unknown("transfer", transfer)
	}
	v, err := s.vehicleOf(transfer, vehicle)
	if err != nil {
		return Entry{}, err
	}
	switch {
	case c.Counted < 0 || c.Counted > 1000:
		return Entry{}, InvalidInput("count-absurd", "vehicle", v.Key(), "counted", itoa(c.Counted))
	case c.Stage != "boarding" && c.Stage != "waypoint" && c.Stage != "arrival":
		return Entry{}, InvalidInput("count-stage", "stage", c.Stage)
	case (c.Stage == "waypoint") != (c.Waypoint != ""):
		return Entry{}, InvalidInput("count-stage", "stage", c.Stage, "waypoint", c.Waypoint)
	case c.Waypoint != "" && !slices.ContainsFunc(t.Waypoints, func(w Waypoint) bool { return w.Code == c.Waypoint }):
		return Entry{}, Unknown("waypoint", c.Waypoint)
	}
	c.Aboard = s.Present(v.Key())
	e := Entry{Kind: VehicleCounted, Transfer: transfer, Vehicle: v.Key(), Happened: at, Detail: &c}
	if c.Counted != c.Aboard {
		e.contradict("count-differs", "vehicle", v.Key(), "counted", itoa(c.Counted), "aboard", itoa(c.Aboard))
	}
	if c.Stage == "waypoint" && (v.Departed.IsZero() || at.Before(v.Departed)) {
		e.contradict("waypoint-before-departure", "vehicle", v.Key(), "waypoint", c.Waypoint)
	}
	return e, nil
}

// Arrive records that a vehicle arrived. It is a fact: an arrival with no departure, or
// before it, is recorded and opens a discrepancy. Such a one is not the arrival: the vehicle
// has arrived once it is stated for an instant that is not before the departure.
func (s *State) Arrive(transfer, vehicle, place string, at time.Time) (Entry, error) {
	if s.Transfers.Get(transfer) == nil {
		return Entry{}, Unknown("transfer", transfer)
	}
	v, err := s.vehicleOf(transfer, vehicle)
	if err != nil {
		return Entry{}, err
	}
	if s.Places.Get(place) == nil {
		return Entry{}, Unknown("place", place)
	}
	e := Entry{Kind: VehicleArrived, Transfer: transfer, Vehicle: v.Key(), Place: place, Happened: at, Detail: &VehicleArrival{place}}
	switch {
	case v.Departed.IsZero() || at.Before(v.Departed):
		e.contradict("arrival-before-departure", "vehicle", v.Key())
	case !v.Arrived.IsZero():
		e.contradict("arrived-twice", "vehicle", v.Key(), "first", v.Arrived.Format(time.RFC3339))
	}
	return e, nil
}

// Divert records that a person under way was taken to a hospital; the escort still
// answers for them until they are received.
func (s *State) Divert(transfer, person, hospital, note string, at, now time.Time) (Entry, error) {
	p := s.Places.Get(hospital)
	if p == nil {
		return Entry{}, Unknown("place", hospital)
	}
	if p.Kind != Hospital {
		return Entry{}, InvalidInput("destination-not-hospital", "place", hospital)
	}
	return s.leaveVehicle(PersonDiverted, transfer, person, hospital, note, at, now)
}

// Lodge records that a person under way spends the night in another establishment; the
// escort still answers for them.
func (s *State) Lodge(transfer, person, place, note string, at, now time.Time) (Entry, error) {
	if _, err := s.housing(place); err != nil {
		return Entry{}, err
	}
	return s.leaveVehicle(PersonLodged, transfer, person, place, note, at, now)
}

func (s *State) leaveVehicle(kind Kind, transfer, person, place, note string, at, now time.Time) (Entry, error) {
	l, err := s.lineOf(transfer, person)
	if err != nil {
		return Entry{}, err
	}
	if err := checkText("note", note, 1000); err != nil {
		return Entry{}, err
	}
	e := Entry{Kind: kind, Transfer: transfer, Person: person, Vehicle: l.Vehicle, Place: place, Note: note, Happened: at}
	h := s.Holdings.Get(person)
	if h == nil || h.Status != InTransit || h.At.Custodian != transfer || (l.Status != LineDeparted && l.Status != Lodged) {
		e.contradict("not-under-way", "person", person, "status", string(l.Status))
		return e, nil
	}
	e.Move = h.to("", place, transfer)
	e.despite(s.against(s.Places.Get(place), person, at, now))
	if at.Before(h.Since) {
		e.contradict("before-last-movement", "person", person, "place", place, "roll", h.At.Place)
	}
	return e, nil
}

// Resume records that a lodged person is back in a vehicle and travels on.
func (s *State) Resume(transfer, vehicle, person string, at time.Time) (Entry, error) {
	l, err := s.lineOf(transfer, person)
	if err != nil {
		return Entry{}, err
	}
	v, err := s.vehicleOf(transfer, vehicle)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{Kind: PersonResumed, Transfer: transfer, Person: person, Vehicle: v.Key(), Place: v.Key(), Happened: at}
	h := s.Holdings.Get(person)
	if h == nil || h.Status != InTransit || h.At.Custodian != transfer || l.Status != Lodged {
		e.contradict("not-under-way", "person", person, "status", string(l.Status))
		return e, nil
	}
	e.Move = h.to("", v.Key(), transfer)
	if s.Present(v.Key()) >= v.Seats {
		e.contradict("seats-overbooked", "vehicle", v.Key(), "seats", itoa(v.Seats))
	}
	if at.Before(h.Since) {
		e.contradict("before-last-movement", "person", person, "place", v.Key(), "roll", h.At.Place)
	}
	return e, nil
}

// vehicleOf finds a vehicle of a transfer by its code or its key.
func (s *State) vehicleOf(transfer, vehicle string) (*Vehicle, error) {
	if v := s.Vehicles.Get(transfer + "-" + vehicle); v != nil {
		return v, nil
	}
	if v := s.Vehicles.Get(vehicle); v != nil && v.Transfer == transfer {
		return v, nil
	}
	return nil, Unknown("vehicle", vehicle)
}

func applyVehicleAdded(s *State, e *Entry) error {
	v := e.Detail.(*Vehicle)
	s.Vehicles.put(v)
	s.Places.put(&Place{Code: v.Key(), Name: v.Code, Kind: VehiclePlace})
	return nil
}

func applyIdentified(s *State, e *Entry) error {
	return s.editLine(e, func(l *Line) { l.Status = Identified })
}

func applyBoarded(s *State, e *Entry) error {
	if e.Move == nil {
		return errDoubleEntry
	}
	err := s.editLine(e, func(l *Line) { l.Status, l.Vehicle, l.From = Boarded, e.Vehicle, e.Move.From.Place })
	if err != nil {
		return err
	}
	return s.shift(e, func(h *Holding) { h.Vehicle = e.Vehicle })
}

func applyVehicleCounted(s *State, e *Entry) error {
	return s.editVehicle(e.Vehicle, func(v *Vehicle) { v.LastCount, v.CountEntry = e.Detail.(*VehicleCount), e.Number })
}

func applyVehicleArrived(s *State, e *Entry) error {
	return s.editVehicle(e.Vehicle, func(v *Vehicle) {
		if v.Arrived.IsZero() && !e.contradicts("arrival-before-departure") {
			v.Arrived = e.since()
		}
	})
}

func applyResumed(s *State, e *Entry) error {
	if e.contradicts("not-under-way") {
		return nil
	}
	if err := s.editLine(e, func(l *Line) { l.Status, l.Vehicle = LineDeparted, e.Vehicle }); err != nil {
		return err
	}
	return s.shift(e, func(h *Holding) { h.Vehicle = e.Vehicle })
}

func (s *State) editLine(e *Entry, change func(*Line)) error {
	l := s.Lines.Get(e.Transfer + "/" + e.Person)
	if l == nil {
		return refuse(NotFound, 2, "not-listed", "person", e.Person, "transfer", e.Transfer)
	}
	edit(s.Lines, l, func(l *Line) { change(l); l.Entry = e.Number })
	return nil
}

func (s *State) editVehicle(key string, change func(*Vehicle)) error {
	v := s.Vehicles.Get(key)
	if v == nil {
		return Unknown("vehicle", key)
	}
	edit(s.Vehicles, v, change)
	return nil
}
