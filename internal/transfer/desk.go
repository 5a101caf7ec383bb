package transfer

import (
	"context"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Desk is the transfer desk. Every act is refused to officials whose roles do not permit
// it (code "not-permitted") or who serve in neither establishment that it concerns (code
// "other-establishments-official"), is atomic, and returns once its entries are on disk.
type Desk struct {
	book *book.Book
	by   string // whose sight the lists are for; empty: everything
}

// New returns the desk of a book.
func New(b *book.Book) *Desk { return &Desk{book: b} }

// Draft drafts a transfer order; somebody else approves it.
func (d *Desk) Draft(ctx context.Context, c book.Command, t custody.Transfer) (book.Written, error) {
	return d.book.One(ctx, c, custody.PlanTransfers, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(t.From, t.To); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().DraftTransfer(t, tx.By())
	})
}

// Approve approves a draft. Refused (code "same-official") to its author.
func (d *Desk) Approve(ctx context.Context, c book.Command, id string) (book.Written, error) {
	return d.book.One(ctx, c, custody.ApproveTransfers, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().ApproveTransfer(id, tx.By())
	})
}

// CallOff calls a transfer off that nobody has boarded.
func (d *Desk) CallOff(ctx context.Context, c book.Command, id, reason string) (book.Written, error) {
	return d.book.One(ctx, c, custody.ApproveTransfers, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().CallOff(id, reason)
	})
}

// AssignEscort says who guards the transfer.
func (d *Desk) AssignEscort(ctx context.Context, c book.Command, id string, e custody.Escort) (book.Written, error) {
	return d.book.One(ctx, c, custody.PlanTransfers, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().AssignEscort(id, e)
	})
}

// AddWaypoint adds a place on the road where vehicles are counted.
func (d *Desk) AddWaypoint(ctx context.Context, c book.Command, id string, w custody.Waypoint) (book.Written, error) {
	return d.book.One(ctx, c, custody.PlanTransfers, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().AddWaypoint(id, w)
	})
}

// AddVehicles adds vehicles with their seats.
func (d *Desk) AddVehicles(ctx context.Context, c book.Command, id string, vehicles ...custody.Vehicle) (book.Written, error) {
	return book.Each(ctx, d.book, c, custody.PlanTransfers, vehicles, func(tx *book.Tx, v custody.Vehicle) (custody.Entry, error) {
		if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().AddVehicle(id, v)
	})
}

// LoadManifest lists people, all or none; the refusal "manifest-refused" names every row
// that cannot be listed. source says where the list came from.
func (d *Desk) LoadManifest(ctx context.Context, c book.Command, id, source string, people []string) (book.Written, error) {
	return d.book.Order(ctx, c, custody.PlanTransfers, func(tx *book.Tx) ([]custody.Entry, error) {
		if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
			return nil, err
		}
		return tx.State().LoadManifest(id, source, people)
	})
}

// Identify records that people were identified against their papers.
func (d *Desk) Identify(ctx context.Context, c book.Command, id string, people ...string) (book.Written, error) {
	return book.Each(ctx, d.book, c, custody.LoadVehicles, people, func(tx *book.Tx, person string) (custody.Entry, error) {
		if err := tx.Permit(originOf(tx.State(), id)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Identify(id, person, tx.Now(), tx.Now())
	})
}

// Board records that identified people entered a vehicle.
func (d *Desk) Board(ctx context.Context, c book.Command, id, vehicle string, at time.Time, people ...string) (book.Written, error) {
	return book.Each(ctx, d.book, c, custody.LoadVehicles, people, func(tx *book.Tx, person string) (custody.Entry, error) {
		if err := tx.Permit(originOf(tx.State(), id)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Board(id, vehicle, person, tx.At(at), tx.Now())
	})
}

// Count states the fact of a count of the people aboard.
func (d *Desk) Count(ctx context.Context, c book.Command, id, vehicle string, count custody.VehicleCount, at time.Time) (book.Written, error) {
	return d.book.One(ctx, c, custody.StateFacts, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().CountVehicle(id, vehicle, count, tx.At(at))
	})
}

// OfferDeparture offers everybody aboard the vehicles to the escort.
func (d *Desk) OfferDeparture(ctx context.Context, c book.Command, id string, vehicles []string, at time.Time) (book.Written, error) {
	return d.book.One(ctx, c, custody.GivePeople, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
			return custody.Entry{}, err
		}
		if err := hand(tx, c, id, custody.Departing, Giving); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().OfferDeparture(id, vehicles, tx.By(), tx.At(at), tx.Now())
	})
}

// OfferArrival offers everybody aboard the arrived vehicles, and named people in the
// escort's hands, to the establishment of destination.
func (d *Desk) OfferArrival(ctx context.Context, c book.Command, id string, vehicles, people []string, place string, at time.Time) (book.Written, error) {
	return d.book.One(ctx, c, custody.GivePeople, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
			return custody.Entry{}, err
		}
		if err := hand(tx, c, id, custody.Arriving, Giving); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().OfferArrival(id, vehicles, people, place, tx.By(), tx.At(at), tx.Now())
	})
}

// Accept accepts an offered handover. Refused (code "same-official") to the official who
// offered it. Everybody changes hands in one order.
func (d *Desk) Accept(ctx context.Context, c book.Command, handover string, at time.Time) (book.Written, error) {
	return d.book.Order(ctx, c, custody.TakePeople, func(tx *book.Tx) ([]custody.Entry, error) {
		if err := tx.Permit(endsOf(tx.State(), handover)...); err != nil {
			return nil, err
		}
		entries, err := tx.State().AcceptHandover(handover, tx.By(), tx.At(at), tx.Now())
		if err != nil {
			return nil, err
		}
		h := tx.State().Handovers.Get(handover)
		return entries, hand(tx, c, h.Transfer, h.Kind, Taking)
	})
}

// Recall takes an offered handover back, with the reason. Only the side that gives may
// (code "wrong-hand"): the official who offered, or another whose hand could have offered it.
func (d *Desk) Recall(ctx context.Context, c book.Command, handover, reason string) (book.Written, error) {
	return d.book.One(ctx, c, custody.GivePeople, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(endsOf(tx.State(), handover)...); err != nil {
			return custody.Entry{}, err
		}
		if h := tx.State().Handovers.Get(handover); h != nil {
			if err := hand(tx, c, h.Transfer, h.Kind, Giving); err != nil {
				return custody.Entry{}, err
			}
		}
		return tx.State().RecallHandover(handover, reason, tx.Now())
	})
}

// Arrive states the fact that a vehicle arrived.
func (d *Desk) Arrive(ctx context.Context, c book.Command, id, vehicle, place string, at time.Time) (book.Written, error) {
	return d.book.One(ctx, c, custody.StateFacts, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(append(tx.State().EndsOf(id), place)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Arrive(id, vehicle, place, tx.At(at))
	})
}

// Withdraw records that a listed person does not travel; reason is "unfit" or "withdrawn".
func (d *Desk) Withdraw(ctx context.Context, c book.Command, id, person, reason, note string) (book.Written, error) {
	return d.book.One(ctx, c, custody.LoadVehicles, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Withdraw(id, person, reason, note, tx.Now())
	})
}

// Divert states the fact that a person under way was taken to a hospital.
func (d *Desk) Divert(ctx context.Context, c book.Command, id, person, hospital, note string, at time.Time) (book.Written, error) {
	return d.book.One(ctx, c, custody.StateFacts, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Divert(id, person, hospital, note, tx.At(at), tx.Now())
	})
}

// Lodge states the fact that a person under way spends the night in an establishment.
func (d *Desk) Lodge(ctx context.Context, c book.Command, id, person, place, note string, at time.Time) (book.Written, error) {
	return d.book.One(ctx, c, custody.StateFacts, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(append(tx.State().EndsOf(id), place)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Lodge(id, person, place, note, tx.At(at), tx.Now())
	})
}

// Resume states the fact that a lodged person travels on in a vehicle.
func (d *Desk) Resume(ctx context.Context, c book.Command, id, vehicle, person string, at time.Time) (book.Written, error) {
	return d.book.One(ctx, c, custody.StateFacts, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(append(tx.State().EndsOf(id), tx.State().WhereIs(person)...)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Resume(id, vehicle, person, tx.At(at))
	})
}

// Unlisted states the fact that somebody arrived whom the manifest does not name.
func (d *Desk) Unlisted(ctx context.Context, c book.Command, id, number string, a custody.Admission, place string, at time.Time) (book.Written, error) {
	c.Files = a.Files()
	return d.book.One(ctx, c, custody.AdmitPeople, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().WhereStated(number, place)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().Unlisted(id, number, a, place, tx.At(at), tx.Now())
	})
}

// Close closes a transfer when law 2 holds by name; the refusal "transfer-not-settled"
// names who stands in the way.
func (d *Desk) Close(ctx context.Context, c book.Command, id string) (book.Written, error) {
	return d.book.One(ctx, c, custody.CloseTransfers, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().EndsOf(id)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().CloseTransfer(id)
	})
}

// originOf is the establishment where a transfer's people are identified and board.
func originOf(s *custody.State, id string) []string {
	if t := s.Transfers.Get(id); t != nil {
		return []string{t.From}
	}
	return nil
}

// endsOf are the establishments that a handover concerns.
func endsOf(s *custody.State, handover string) []string {
	if h := s.Handovers.Get(handover); h != nil {
		return s.EndsOf(h.Transfer)
	}
	return nil
}

// The two sides of a handover, as [WrongHand] asks for them.
const (
	Giving = true
	Taking = false
)

// hand refuses an official who is not of the side whose hand this is. The console has any.
func hand(tx *book.Tx, c book.Command, transfer string, kind custody.HandoverKind, gives bool) error {
	if c.Console {
		return nil
	}
	return WrongHand(tx.State(), c.By, transfer, kind, gives)
}

// WrongHand refuses (code "wrong-hand") an official who is not of the side whose hand this is
// (law 2): at a departure the prison gives and the escort takes, at an arrival the escort gives
// and the establishment of destination takes.
func WrongHand(s *custody.State, official, transfer string, kind custody.HandoverKind, gives bool) error {
	t, o := s.Transfers.Get(transfer), s.Officials.Get(official)
	if t == nil || o == nil {
		return nil // the desk's other checks say what is wrong
	}
	establishment := t.From
	if kind == custody.Arriving {
		establishment = t.To
	}
	ofEscort := (kind == custody.Departing) != gives
	if ofEscort && o.Has(custody.EscortCommander) {
		return nil
	}
	if !ofEscort && o.Has(custody.ReceptionOfficer, custody.DutyManager) && (o.Establishment == "" || o.Establishment == establishment) {
		return nil
	}
	return &custody.Refusal{Code: "wrong-hand", Law: 2, Reason: custody.Forbidden,
		Params: map[string]string{"official": official, "transfer": transfer, "handover": string(kind)}}
}
