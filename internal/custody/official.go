package custody

import (
	"slices"
	"strings"
	"time"
)

// Role is what an official is appointed to do. What each role may do is in the policies
// of the access room.
type Role string

// The roles, as in the table "whom it serves".
const (
	ReceptionOfficer Role = "reception"
	MovementPlanner  Role = "planner"
	EscortCommander  Role = "escort"
	ControlRoom      Role = "control"
	LandingOfficer   Role = "landing"
	RecordsOfficer   Role = "records"
	HealthStaff      Role = "health"
	Governor         Role = "governor"
	DutyManager      Role = "duty"
	Monitor          Role = "monitor"
	Engineer         Role = "engineer"
)

// Roles lists every role.
var Roles = []Role{ReceptionOfficer, MovementPlanner, EscortCommander, ControlRoom, LandingOfficer, RecordsOfficer,
	HealthStaff, Governor, DutyManager, Monitor, Engineer}

// Official is a named user of Habeas. Credentials are not part of the record.
type Official struct {
	Name          string    `json:"name"` // user name, unique, never reused
	FullName      string    `json:"fullName"`
	Roles         []Role    `json:"roles"`
	Establishment string    `json:"establishment,omitempty"` // where they serve; empty: the whole service
	Places        []string  `json:"places,omitempty"`        // the modules or other places of it that they serve alone; empty: all of it
	Dismissed     time.Time `json:"dismissed,omitzero"`
}

// OfficialName is the detail of a dismissal.
type OfficialName struct {
	Name string `json:"name"`
}

// Has reports whether the official holds one of the roles and is still in office.
func (o *Official) Has(roles ...Role) bool {
	return o.Dismissed.IsZero() && slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(o.Roles, r) })
}

// Posts are the places that the official serves, with all that is inside them; none: the
// whole service.
func (o *Official) Posts() []string {
	switch {
	case len(o.Places) > 0:
		return o.Places
	case o.Establishment != "":
		return []string{o.Establishment}
	}
	return nil
}

// ServedBy are the places that an act about an official concerns: those that they serve, or the whole service.
func (s *State) ServedBy(official string) []string {
	if o := s.Officials.Get(official); o != nil && len(o.Posts()) > 0 {
		return o.Posts()
	}
	return []string{WholeService}
}

// maxPosts bounds the places that one official serves.
const maxPosts = 50

// checkPosts refuses places that are not in the official's establishment.
func (s *State) checkPosts(o *Official) error {
	if len(o.Places) > maxPosts {
		return InvalidInput("too-many-places", "official", o.Name, "max", itoa(maxPosts))
	}
	for _, code := range o.Places {
		p := s.Places.Get(code)
		if p == nil {
			return Unknown("place", code)
		}
		if o.Establishment == "" || p.Establishment != o.Establishment || p.Kind == VehiclePlace {
			return InvalidInput("place-elsewhere", "official", o.Name, "place", code, "establishment", o.Establishment)
		}
	}
	return nil
}

// Appoint decides the appointment of an official, or a change of an appointment.
func (s *State) Appoint(o Official) (Entry, error) {
	if err := checkCode("official", o.Name); err != nil {
		return Entry{}, err
	}
	if err := checkText("fullName", o.FullName, 200); err != nil {
		return Entry{}, err
	}
	if strings.TrimSpace(o.FullName) == "" { // what handover forms and the monitor read
		return Entry{}, InvalidInput("field-missing", "field", "fullName")
	}
	if o.Name == "console" { // the author of what is done on the machine itself
		return Entry{}, InvalidInput("code-malformed", "what", "official", "code", o.Name)
	}
	if old := s.Officials.Get(o.Name); old != nil && !old.Dismissed.IsZero() {
		return Entry{}, refuse(Conflict, 5, "official-dismissed", "official", o.Name)
	}
	if slices.Contains(o.Roles, Monitor) && len(o.Roles) > 1 {
		return Entry{}, InvalidInput("monitor-alone", "official", o.Name)
	}
	if len(o.Roles) == 0 {
		return Entry{}, InvalidInput("role-missing", "official", o.Name)
	}
	for _, r := range o.Roles {
		if !slices.Contains(Roles, r) {
			return Entry{}, InvalidInput("role-unknown", "official", o.Name, "role", string(r))
		}
	}
	if o.Establishment != "" {
		if p := s.Places.Get(o.Establishment); p == nil || p.Kind != Establishment {
			return Entry{}, Unknown("establishment", o.Establishment)
		}
	}
	if err := s.checkPosts(&o); err != nil {
		return Entry{}, err
	}
	o.Dismissed = time.Time{}
	return Entry{Kind: OfficialAppoint, Detail: &o}, nil
}

// Dismiss decides that an official holds office no longer.
func (s *State) Dismiss(name string) (Entry, error) {
	o := s.Officials.Get(name)
	if o == nil || !o.Dismissed.IsZero() {
		return Entry{}, Unknown("official", name)
	}
	return Entry{Kind: OfficialDismiss, Detail: &OfficialName{name}}, nil
}

func applyOfficialAppointed(s *State, e *Entry) error {
	s.Officials.put(e.Detail.(*Official))
	return nil
}

func applyOfficialDismissed(s *State, e *Entry) error {
	o := s.Officials.Get(e.Detail.(*OfficialName).Name)
	if o == nil {
		return Unknown("official", e.Detail.(*OfficialName).Name)
	}
	edit(s.Officials, o, func(o *Official) { o.Dismissed = e.Happened })
	return nil
}

// ClockReading is the detail of an entry that says the machine's clock ran back: time in
// the book never does, so entries keep the last time until the clock has caught up.
type ClockReading struct {
	Read time.Time `json:"read"`
	Last time.Time `json:"last"`
}

func applyNothing(*State, *Entry) error { return nil }
