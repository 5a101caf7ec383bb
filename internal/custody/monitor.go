package custody

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// MonitorAct is what is done to a monitor's account.
type MonitorAct string

// What can be done to a monitor's account. Management gives the monitor access and cannot
// quietly take it away (OPCAT art. 20; Mandela 83-85): each is done by two keys, and what
// narrows is told to the public.
const (
	AppointMonitor MonitorAct = "appoint" // or change the appointment
	DismissMonitor MonitorAct = "dismiss"
	RecoverMonitor MonitorAct = "recover" // give a new way in, which ends the old one
	RulesOfService MonitorAct = "rules"   // the service's own rules changed
)

// MonitorChange is a change to a monitor's account: proposed by one official and confirmed
// by another.
type MonitorChange struct {
	ID          string     `json:"id"` // "M" and the entry that proposed it
	Act         MonitorAct `json:"act"`
	Official    string     `json:"official,omitempty"`    // the monitor
	Appointment *Official  `json:"appointment,omitempty"` // as it is to be
	Reason      string     `json:"reason"`
	Narrows     bool       `json:"narrows"` // the monitor will see less than before
	By          string     `json:"by"`      // the first key
	At          time.Time  `json:"at"`
	Entry       int64      `json:"entry"`
	Until       time.Time  `json:"until"`               // when the proposal lapses
	Confirmed   string     `json:"confirmed,omitempty"` // the second key; empty: nobody yet
	ConfirmedAt time.Time  `json:"confirmedAt,omitzero"`
	Digest      string     `json:"digest,omitempty"` // of the service's own rules, SHA-256 in hexadecimal
	Rules       []string   `json:"rules,omitempty"`  // their names
}

// MonitorConfirmation is the detail of the second key.
type MonitorConfirmation struct {
	ID string `json:"id"`
	By string `json:"by"`
}

// Done reports whether the change has taken effect.
func (c *MonitorChange) Done() bool { return c.Confirmed != "" }

// proposalLife is how long a proposal waits for its second key.
const proposalLife = 7 * 24 * time.Hour

// IsMonitor reports whether a name is that of a monitor in office.
func (s *State) IsMonitor(name string) bool {
	o := s.Officials.Get(name)
	return o != nil && o.Has(Monitor)
}

// ProposeMonitor decides the first key to a change of a monitor's account. The appointment
// is judged as Appoint does.
func (s *State) ProposeMonitor(c MonitorChange, by string, now time.Time) (Entry, error) {
	if err := checkText("reason", c.Reason, 500); err != nil {
		return Entry{}, err
	}
	if len([]rune(strings.TrimSpace(c.Reason))) < leastReason {
		return Entry{}, InvalidInput("reason-too-short", "min", itoa(leastReason))
	}
	switch c.Act {
	case AppointMonitor:
		if c.Appointment == nil {
			return Entry{}, InvalidInput("field-missing", "field", "appointment")
		}
		// A monitor's account stays one: whoever was another official would be watched by themselves.
		if old := s.Officials.Get(c.Appointment.Name); old != nil && !old.Has(Monitor) && old.Dismissed.IsZero() {
			return Entry{}, refuse(Conflict, 0, "monitor-alone", "official", c.Appointment.Name)
		}
		if !slices.Contains(c.Appointment.Roles, Monitor) && !s.IsMonitor(c.Appointment.Name) {
			return Entry{}, InvalidInput("role-missing", "official", c.Appointment.Name)
		}
		if _, err := s.Appoint(*c.Appointment); err != nil {
			return Entry{}, err
		}
		c.Official, c.Narrows = c.Appointment.Name, narrows(s.Officials.Get(c.Appointment.Name), c.Appointment)
	case DismissMonitor, RecoverMonitor:
		if !s.IsMonitor(c.Official) {
			return Entry{}, Unknown("official", c.Official)
		}
		c.Appointment, c.Narrows = nil, true // what they had is taken from them, whatever they get anew
	default:
		return Entry{}, InvalidInput("monitor-act-unknown", "kind", string(c.Act))
	}
	c.ID, c.Entry, c.By, c.At, c.Until = "M"+strconv.FormatInt(s.Next, 10), s.Next, by, Moment(now), Moment(now.Add(proposalLife))
	c.Confirmed, c.ConfirmedAt, c.Digest, c.Rules = "", time.Time{}, "", nil
	return Entry{Kind: MonitorProposed, Happened: now, Note: c.Reason, Detail: &c}, nil
}

// narrows reports whether an appointment leaves a monitor with less than the one before.
func narrows(old, new *Official) bool {
	if old == nil || !old.Has(Monitor) {
		return false
	}
	if !slices.Contains(new.Roles, Monitor) {
		return true
	}
	before, after := old.Posts(), new.Posts()
	if len(after) == 0 {
		return false
	}
	return len(before) == 0 || slices.ContainsFunc(before, func(p string) bool { return !slices.Contains(after, p) })
}

// ConfirmMonitor decides the second key, which carries the change out. Refused (code
// "same-official") to whoever turned the first.
func (s *State) ConfirmMonitor(id, by string, now time.Time) ([]Entry, error) {
	c := s.MonitorChanges.Get(id)
	switch {
	case c == nil:
		return nil, Unknown("monitor-change", id)
	case c.Done():
		return nil, refuse(Conflict, 0, "monitor-change-done", "key", id)
	case !now.Before(c.Until):
		return nil, refuse(Conflict, 0, "monitor-change-lapsed", "key", id)
	case c.By == by:
		return nil, refuse(Forbidden, 2, "same-official", "official", by, "key", id)
	}
	entries := []Entry{{Kind: MonitorConfirmed, Happened: now, Note: c.Reason, Detail: &MonitorConfirmation{ID: id, By: by}}}
	var e Entry
	var err error
	switch c.Act {
	case AppointMonitor:
		e, err = s.Appoint(*c.Appointment)
	case DismissMonitor:
		e, err = s.Dismiss(c.Official)
	default:
		return entries, nil
	}
	if err != nil {
		return nil, err
	}
	return append(entries, e), nil
}

// ServiceRules decides the entry that says which rules of its own a service goes by now,
// when they are others than before, and whether they narrow what a monitor sees. With no
// change it returns false.
func (s *State) ServiceRules(digest string, rules []string, narrow bool, now time.Time) (Entry, bool) {
	latest := ""
	if c := s.latestRules(); c != nil {
		latest = c.Digest
	}
	if latest == digest {
		return Entry{}, false
	}
	if len(rules) > 50 {
		rules = rules[:50]
	}
	c := MonitorChange{ID: "M" + strconv.FormatInt(s.Next, 10), Act: RulesOfService, Narrows: narrow, By: "console", At: Moment(now), Entry: s.Next,
		Until: Moment(now), Confirmed: "console", ConfirmedAt: Moment(now), Digest: digest, Rules: rules}
	return Entry{Kind: RulesChanged, Happened: now, Detail: &c}, true
}

func (s *State) latestRules() (latest *MonitorChange) {
	for c := range s.MonitorChanges.All() {
		if c.Act == RulesOfService && (latest == nil || c.Entry > latest.Entry) {
			latest = c
		}
	}
	return latest
}

// MonitorNotices are the changes to monitors' accounts, newest first. Those that narrow and
// are done are for the public; the others, and those that wait for a second key, for monitors.
func (s *State) MonitorNotices(public bool) []*MonitorChange {
	var list []*MonitorChange
	for c := range s.MonitorChanges.All() {
		if !public || c.Narrows && c.Done() {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b *MonitorChange) int { return int(b.Entry - a.Entry) })
	return list
}

func applyMonitorProposed(s *State, e *Entry) error {
	s.MonitorChanges.put(e.Detail.(*MonitorChange))
	return nil
}

func applyMonitorConfirmed(s *State, e *Entry) error {
	d := e.Detail.(*MonitorConfirmation)
	c := s.MonitorChanges.Get(d.ID)
	if c == nil {
		return Unknown("monitor-change", d.ID)
	}
	edit(s.MonitorChanges, c, func(c *MonitorChange) { c.Confirmed, c.ConfirmedAt = d.By, e.Happened })
	return nil
}
