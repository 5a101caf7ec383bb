package roll

import (
	"context"
	"slices"
	"sync"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Desk is the roll desk. Every act is refused to officials whose roles do not permit it
// (code "not-permitted") or who serve in another establishment than it concerns (code
// "other-establishments-official"), is atomic, and returns once its entries are on disk.
type Desk struct {
	book  *book.Book
	names *search
	past  *sync.Mutex
	// waiting is held while a file is imported, and while rows of the quarantine are taken out of it, so that none is taken twice.
	waiting *sync.Mutex
	// picture is held while a photograph is decoded: one may take hundreds of megabytes.
	picture *sync.Mutex
	// printed are the rolls that were printed last.
	printed *printed
	by      string // whose sight the lists are for; empty: everything
}

// New returns the desk of a book. Its name search follows the book until ctx ends.
func New(ctx context.Context, b *book.Book) (*Desk, error) {
	names, err := follow(ctx, b)
	if err != nil {
		return nil, err
	}
	return &Desk{book: b, names: names, past: new(sync.Mutex), waiting: new(sync.Mutex), picture: new(sync.Mutex), printed: new(printed)}, nil
}

// OpenPlace opens a place of the tree; its parent must be open.
func (d *Desk) OpenPlace(ctx context.Context, c book.Command, p custody.Place) (book.Written, error) {
	return d.OpenPlaces(ctx, c, []custody.Place{p})
}

// OpenPlaces opens several places, parents first, all or none.
func (d *Desk) OpenPlaces(ctx context.Context, c book.Command, places []custody.Place) (book.Written, error) {
	return book.Each(ctx, d.book, c, custody.KeepPlaces, places, func(tx *book.Tx, p custody.Place) (custody.Entry, error) {
		if err := tx.Permit(whereOpened(tx.State(), p)); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Open(p)
	})
}

// whereOpened is the place that the opening of another concerns: the one it is opened in.
func whereOpened(s *custody.State, p custody.Place) string {
	if p.Parent == "" {
		return custody.WholeService
	}
	return s.WhereKept(p.Parent)
}

// OrderCapacity records a governor's signed operational capacity.
func (d *Desk) OrderCapacity(ctx context.Context, c book.Command, place string, o custody.CapacityOrder) (book.Written, error) {
	return d.book.One(ctx, c, custody.OrderTheCapacity, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereKept(place)); err != nil {
			return custody.Entry{}, err
		}
		o.SignedBy = tx.By()
		return tx.State().OrderCapacity(place, o)
	})
}

// TakeOut takes an empty place out of use; BringBack brings it back.
func (d *Desk) TakeOut(ctx context.Context, c book.Command, place, reason string) (book.Written, error) {
	return d.book.One(ctx, c, custody.KeepPlaces, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereKept(place)); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().TakeOut(place, reason)
	})
}

// BringBack brings a place back into use.
func (d *Desk) BringBack(ctx context.Context, c book.Command, place string) (book.Written, error) {
	return d.book.One(ctx, c, custody.KeepPlaces, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereKept(place)); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().BringBack(place)
	})
}

// Appoint appoints an official, or changes an appointment. A monitor is beyond the reach of
// any one person, the console included (code "monitor-protected"): the access desk appoints,
// changes and dismisses one, by two keys.
func (d *Desk) Appoint(ctx context.Context, c book.Command, o custody.Official) (book.Written, error) {
	return d.book.One(ctx, c, custody.KeepOfficials, func(tx *book.Tx) (custody.Entry, error) {
		if err := protectMonitor(tx, o.Name, o.Roles...); err != nil {
			return custody.Entry{}, err
		}
		// Whoever appoints answers for where the official serves now, and where they served before.
		if old := tx.State().Officials.Get(o.Name); old != nil {
			if err := tx.Permit(whereServing(*old)); err != nil {
				return custody.Entry{}, err
			}
		}
		if err := tx.Permit(whereServing(o)); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Appoint(o)
	})
}

func whereServing(o custody.Official) string {
	if o.Establishment == "" {
		return custody.WholeService
	}
	return o.Establishment // also of whoever serves a part of it: the governor of the whole appoints
}

func protectMonitor(tx *book.Tx, name string, roles ...custody.Role) error {
	if tx.State().IsMonitor(name) || slices.Contains(roles, custody.Monitor) {
		return &custody.Refusal{Code: "monitor-protected", Reason: custody.Forbidden, Params: map[string]string{"official": name}}
	}
	return nil
}

// Dismiss ends an official's office; open sessions may do nothing more.
func (d *Desk) Dismiss(ctx context.Context, c book.Command, name string) (book.Written, error) {
	return d.book.One(ctx, c, custody.KeepOfficials, func(tx *book.Tx) (custody.Entry, error) {
		if err := protectMonitor(tx, name); err != nil {
			return custody.Entry{}, err
		}
		if o := tx.State().Officials.Get(name); o != nil {
			if err := tx.Permit(whereServing(*o)); err != nil {
				return custody.Entry{}, err
			}
		}
		return tx.State().Dismiss(name)
	})
}

// Arrival is one person to be admitted.
type Arrival struct {
	Number    string            // of a person who was in custody before; empty: a new one, given in Admission.Person
	Place     string            // where they are taken in
	Happened  time.Time         // zero: now
	Admission custody.Admission // identity, authorities, what was seen at the door
	// WithoutPapers states the fact that the person was taken in on no live authority:
	// recorded, never refused, and a standing discrepancy.
	WithoutPapers bool
}

// Admit admits people, all or none. Without a live authority an admission is refused
// (code "no-live-authority") unless it is stated as a fact.
func (d *Desk) Admit(ctx context.Context, c book.Command, arrivals ...Arrival) (book.Written, error) {
	for i := range arrivals {
		c.Files = append(c.Files, arrivals[i].Admission.Files()...)
	}
	return book.Each(ctx, d.book, c, custody.AdmitPeople, arrivals, func(tx *book.Tx, a Arrival) (custody.Entry, error) {
		if err := tx.Permit(a.Place); err != nil {
			return custody.Entry{}, err
		}
		if a.WithoutPapers {
			return tx.State().AdmitWithoutPapers(a.Number, a.Admission, a.Place, tx.At(a.Happened), tx.Now())
		}
		return tx.State().Admit(a.Number, a.Admission, a.Place, tx.At(a.Happened), tx.Now())
	})
}

// CorrectPerson corrects an identity, naming the entry that it corrects.
func (d *Desk) CorrectPerson(ctx context.Context, c book.Command, p custody.Person, corrects int64) (book.Written, error) {
	c.Files = p.Files()
	return d.book.One(ctx, c, custody.KeepPapers, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereIs(p.Number)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().CorrectPerson(p, corrects, tx.Now())
	})
}

// GiveAuthority records a paper on which a person is held.
func (d *Desk) GiveAuthority(ctx context.Context, c book.Command, person string, a custody.Authority) (book.Written, error) {
	c.Files = a.Files()
	return d.book.One(ctx, c, custody.KeepPapers, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereIs(person)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().GiveAuthority(person, a)
	})
}

// EndAuthority records that a paper is live no longer from an instant on.
func (d *Desk) EndAuthority(ctx context.Context, c book.Command, authority, reason string, at time.Time) (book.Written, error) {
	return d.book.One(ctx, c, custody.KeepPapers, func(tx *book.Tx) (custody.Entry, error) {
		if a := tx.State().Authorities.Get(authority); a != nil {
			if err := tx.Permit(tx.State().WhereIs(a.Person)...); err != nil {
				return custody.Entry{}, err
			}
		}
		return tx.State().EndAuthority(authority, reason, tx.At(at))
	})
}

// OrderRelease records an order to release a person, citing the authorities it ends.
func (d *Desk) OrderRelease(ctx context.Context, c book.Command, o custody.ReleaseOrder) (book.Written, error) {
	c.Files = o.Files()
	return d.book.One(ctx, c, custody.KeepPapers, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereIs(o.Person)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().OrderRelease(o, tx.Now())
	})
}

// Release lets a person go. Refused (code "authority-live") while an authority is live
// that no release order cites.
func (d *Desk) Release(ctx context.Context, c book.Command, person, destination string, at time.Time) (book.Written, error) {
	return d.book.One(ctx, c, custody.ReleasePeople, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereIs(person)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Release(person, destination, tx.At(at), tx.Now())
	})
}

// Step is one move to a cell or other place of the same establishment.
type Step struct {
	Person   string    `json:"person"`
	To       string    `json:"to"`
	Happened time.Time `json:"happened,omitzero"`
}

// Move moves people within their establishment, all or none.
func (d *Desk) Move(ctx context.Context, c book.Command, steps ...Step) (book.Written, error) {
	return book.Each(ctx, d.book, c, custody.MovePeople, steps, func(tx *book.Tx, s Step) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereIs(s.Person)...); err != nil {
			return custody.Entry{}, err
		}
		// Nobody sends people into a module that they do not serve.
		if err := tx.Permit(s.To); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().CellMove(s.Person, s.To, tx.At(s.Happened), tx.Now())
	})
}

// GoOut sends a person to a court or hospital; the establishment still answers.
func (d *Desk) GoOut(ctx context.Context, c book.Command, person string, o custody.Outing, at time.Time) (book.Written, error) {
	return d.book.One(ctx, c, custody.MovePeople, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereIs(person)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().GoOut(person, o, tx.At(at), tx.Now())
	})
}

// Return states the fact that a person is back, also after an escape.
func (d *Desk) Return(ctx context.Context, c book.Command, person, place string, at time.Time) (book.Written, error) {
	return d.book.One(ctx, c, custody.StateFacts, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereStated(person, place)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Return(person, place, tx.At(at), tx.Now())
	})
}

// Found states the fact that a person was found in a place, whatever the roll says.
func (d *Desk) Found(ctx context.Context, c book.Command, person, place string, at time.Time) (book.Written, error) {
	return d.book.One(ctx, c, custody.StateFacts, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereStated(person, place)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Found(person, place, tx.At(at), tx.Now())
	})
}

// Die states the fact of a death.
func (d *Desk) Die(ctx context.Context, c book.Command, person string, death custody.Death, at time.Time) (book.Written, error) {
	return d.book.One(ctx, c, custody.StateFacts, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereIs(person)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Die(person, death, tx.At(at))
	})
}

// Escape states the fact of an escape.
func (d *Desk) Escape(ctx context.Context, c book.Command, person, note string, at time.Time) (book.Written, error) {
	return d.book.One(ctx, c, custody.StateFacts, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereIs(person)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Escape(person, note, tx.At(at))
	})
}

// Resolve records how a named official resolved a discrepancy.
func (d *Desk) Resolve(ctx context.Context, c book.Command, discrepancy, explanation string) (book.Written, error) {
	return d.book.One(ctx, c, custody.ResolveDisputes, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(whereDisputed(tx.State(), discrepancy)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Resolve(discrepancy, tx.By(), explanation, tx.Now())
	})
}

// whereDisputed are the places that a discrepancy concerns.
func whereDisputed(s *custody.State, discrepancy string) []string {
	d := s.Discrepancies.Get(discrepancy)
	if d == nil {
		return nil
	}
	return append(append(s.EndsOf(d.Transfer), s.WhereIs(d.Person)...), d.Place)
}

// Look records that the official looked at a person's record, and why if they say so
// (law 8). Show the record only once it has returned.
func (d *Desk) Look(ctx context.Context, c book.Command, person, why string) (book.Written, error) {
	return d.book.One(ctx, c, custody.ReadRecords, func(tx *book.Tx) (custody.Entry, error) {
		if !tx.State().Sees(tx.By(), person) {
			return custody.Entry{}, custody.Unknown("person", person) // whoever may not see them learns nothing, not even that they exist
		}
		if err := tx.Permit(tx.State().SeenAt(tx.By(), person)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Look(person, why)
	})
}
