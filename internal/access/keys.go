package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// BreakGlass takes an office or places beyond an official's own for a while. Refusals:
// "not-permitted", "hand-not-fresh", and those of custody.State.BreakTheGlass.
func (d *Desk) BreakGlass(ctx context.Context, c book.Command, g custody.Glass) (book.Written, error) {
	return d.book.One(ctx, c, custody.BreakGlass, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().BreakTheGlass(tx.By(), g, tx.Now())
	})
}

// MendGlass puts back what an official took, before it ends by itself.
func (d *Desk) MendGlass(ctx context.Context, c book.Command, id string) (book.Written, error) {
	c.Hand = time.Time{} // giving back is never held up
	return d.book.One(ctx, c, custody.BreakGlass, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().MendTheGlass(tx.By(), id, tx.Now())
	})
}

// Glass lists what an official, or with no name everybody, has taken and not yet put back.
func (d *Desk) Glass(official string) []*custody.Glass {
	list := []*custody.Glass{}
	d.book.Read(func(s *custody.State) { list = append(list, s.LiveGlass(official, d.config.Clock())...) })
	return list
}

// ProposeMonitor turns the first key to a change of a monitor's account; ConfirmMonitor,
// by another official, the second, which carries it out. Refusals: "not-permitted",
// "hand-not-fresh", "same-official", and those of an appointment.
func (d *Desk) ProposeMonitor(ctx context.Context, c book.Command, change custody.MonitorChange) (book.Written, error) {
	return d.book.One(ctx, c, custody.KeepMonitors, func(tx *book.Tx) (custody.Entry, error) {
		e, err := tx.State().ProposeMonitor(change, tx.By(), tx.Now())
		if err != nil {
			return custody.Entry{}, err
		}
		// Whether it narrows, and so whose it is to propose, is said by the decision.
		return e, tx.Permit(monitorPosts(tx.State(), e.Detail.(*custody.MonitorChange))...)
	})
}

// ConfirmMonitor turns the second key.
func (d *Desk) ConfirmMonitor(ctx context.Context, c book.Command, id string) (book.Written, error) {
	w, err := d.book.Order(ctx, c, custody.KeepMonitors, func(tx *book.Tx) ([]custody.Entry, error) {
		if change := tx.State().MonitorChanges.Get(id); change != nil {
			if err := tx.Permit(monitorPosts(tx.State(), change)...); err != nil {
				return nil, err
			}
		}
		return tx.State().ConfirmMonitor(id, tx.By(), tx.Now())
	})
	if err != nil {
		return w, err
	}
	dismissed := ""
	d.book.Read(func(s *custody.State) {
		if change := s.MonitorChanges.Get(id); change != nil && change.Act == custody.DismissMonitor {
			dismissed = change.Official
		}
	})
	if dismissed != "" {
		return w, d.EndAll(ctx, dismissed)
	}
	return w, nil
}

// monitorPosts are the places that a change of a monitor's account concerns. To give a
// monitor access is for every key holder to second, wherever they serve; to take some away
// is for those alone who serve all that the monitor sees.
func monitorPosts(s *custody.State, c *custody.MonitorChange) []string {
	if c.Narrows || c.Appointment == nil {
		return s.ServedBy(firstOf(c.Official, appointed(c)))
	}
	return nil
}

func appointed(c *custody.MonitorChange) string {
	if c.Appointment == nil {
		return ""
	}
	return c.Appointment.Name
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// MonitorNotices are the changes to monitors' accounts, newest first: for the public those
// alone that took something away.
func (d *Desk) MonitorNotices(public bool) []*custody.MonitorChange {
	list := []*custody.MonitorChange{}
	d.book.Read(func(s *custody.State) { list = append(list, s.MonitorNotices(public)...) })
	return list
}

// RecordRules writes into the book which rules of its own the service goes by, when they
// are others than before, and whether they take anything from a monitor who serves it all.
func (d *Desk) RecordRules(ctx context.Context, p *Policies) error {
	changed := false
	_, err := d.book.One(ctx, book.Command{By: book.ConsoleName, Console: true}, custody.KeepMonitors, func(tx *book.Tx) (custody.Entry, error) {
		e, is := tx.State().ServiceRules(p.digest(), p.Added(), p.narrowsMonitor(tx.Now()), tx.Now())
		if changed = is; !is {
			return custody.Entry{}, custody.InvalidInput("list-empty") // nothing is to be written
		}
		return e, nil
	})
	if !changed {
		return nil
	}
	return err
}

// digest names the service's own rules by their content; none: "".
func (p *Policies) digest() string {
	if len(p.added) == 0 {
		return ""
	}
	sum := sha256.Sum256(p.text)
	return hex.EncodeToString(sum[:])
}

// narrowsMonitor reports whether the service's own rules deny a monitor what the shipped
// ones permit.
func (p *Policies) narrowsMonitor(at time.Time) bool {
	if len(p.added) == 0 {
		return false
	}
	plain, err := LoadPolicies("")
	if err != nil {
		return true
	}
	s := custody.NewState()
	watcher := &custody.Official{Name: "monitor", FullName: "Monitor", Roles: []custody.Role{custody.Monitor}}
	s.Officials.Load(watcher)
	for _, place := range p.named {
		s.Places.Load(&custody.Place{Code: place, Kind: custody.Establishment, Establishment: place})
	}
	for _, a := range custody.Actions {
		for _, place := range append([]string{custody.WholeService}, p.named...) {
			q := custody.Ask{Official: watcher.Name, Action: a, Places: []string{place}, At: at}
			if plain.Decide(s, q) == nil && p.Decide(s, q) != nil {
				return true
			}
		}
	}
	return false
}
