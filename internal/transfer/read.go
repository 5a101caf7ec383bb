package transfer

import (
	"sort"

	"habeas.example/habeas/internal/custody"
)

// View is a transfer as it stands, with its sums.
type View struct {
	custody.Transfer
	Sums       custody.Sums       `json:"sums"`
	SumsHold   bool               `json:"sumsHold"`
	Exceptions []Exception        `json:"exceptions"`
	Vehicles   []VehicleView      `json:"vehicles,omitempty"`
	Handovers  []custody.Handover `json:"handovers,omitempty"` // those still open
	InTheWay   []custody.Blocker  `json:"inTheWay,omitempty"`  // who or what keeps it from closing
}

// Exception is one person for whom the transfer did not go as listed.
type Exception struct {
	Person string `json:"person"`
	Name   string `json:"name"`
	Kind   string `json:"kind"` // unfit, withdrawn, diverted, lodged, dead, escaped, unlisted, listed-twice, paper-expired, held-without-authority
	Entry  int64  `json:"entry"`
	Note   string `json:"note,omitempty"`
}

// VehicleView is a vehicle with the people aboard by the record.
type VehicleView struct {
	custody.Vehicle
	Place  string `json:"place"` // the vehicle's own place, its key
	Aboard int    `json:"aboard"`
}

// SeenBy is the desk as an official sees it: the transfers to and from the places that they
// serve, and no others. The desk itself sees all.
func (d *Desk) SeenBy(official string) *Desk { return &Desk{book: d.book, by: official} }

// sees reports whether a transfer may be shown.
func (d *Desk) sees(s *custody.State, id string) bool {
	return d.by == "" || s.May(d.by, custody.ReadRoll, s.EndsOf(id)...) == nil
}

// List returns every transfer, newest first, without vehicles.
func (d *Desk) List() []View {
	list := []View{}
	d.book.Read(func(s *custody.State) {
		for t := range s.Transfers.All() {
			if !d.sees(s, t.ID) {
				continue
			}
			list = append(list, View{Transfer: *t, Sums: s.TransferSums(t.ID), SumsHold: s.TransferSums(t.ID).Hold(), Exceptions: exceptions(s, t)})
		}
	})
	sort.Slice(list, func(i, j int) bool {
		return list[i].Date > list[j].Date || (list[i].Date == list[j].Date && list[i].ID > list[j].ID)
	})
	return list
}

// View returns a transfer with its vehicles, open handovers and what is in the way of
// closing it, or the refusal "unknown-transfer".
func (d *Desk) View(id string) (View, error) {
	var v View
	found := false
	d.book.Read(func(s *custody.State) {
		t := s.Transfers.Get(id)
		if t == nil || !d.sees(s, id) {
			return
		}
		found = true
		v = View{Transfer: *t, Sums: s.TransferSums(id), SumsHold: s.TransferSums(id).Hold(), Exceptions: exceptions(s, t)}
		if t.Status == custody.Approved {
			v.InTheWay = s.StandingInTheWay(id)
		}
		for _, key := range s.TransferVehicles(id) {
			v.Vehicles = append(v.Vehicles, VehicleView{*s.Vehicles.Get(key), key, s.Present(key)})
		}
		for h := range s.Handovers.All() {
			if h.Transfer == id && h.Status == custody.HandoverOpen {
				v.Handovers = append(v.Handovers, *h)
			}
		}
		sort.Slice(v.Handovers, func(i, j int) bool { return v.Handovers[i].Entry < v.Handovers[j].Entry })
	})
	if !found {
		return View{}, custody.Unknown("transfer", id)
	}
	return v, nil
}

// Manifest lists the people of a transfer by prison number: limit after the number
// after, in status if one is given. total counts all that match.
func (d *Desk) Manifest(id string, status custody.LineStatus, after string, limit int) (list []ManifestLine, total int, err error) {
	d.book.Read(func(s *custody.State) {
		if s.Transfers.Get(id) == nil || !d.sees(s, id) {
			err = custody.Unknown("transfer", id)
			return
		}
		for _, person := range s.Listed(id) {
			l := s.Lines.Get(id + "/" + person)
			if status != "" && l.Status != status {
				continue
			}
			total++
			if person > after && len(list) < limit {
				list = append(list, ManifestLine{*l, s.People.Get(person).FullName()})
			}
		}
	})
	return list, total, err
}

// ManifestLine is a line with the person's name.
type ManifestLine struct {
	custody.Line
	Name string `json:"name"`
}

// Handover returns a handover, or the refusal "unknown-handover".
func (d *Desk) Handover(id string) (custody.Handover, error) {
	var h *custody.Handover
	d.book.Read(func(s *custody.State) {
		if h = s.Handovers.Get(id); h != nil && !d.sees(s, h.Transfer) {
			h = nil
		}
	})
	if h == nil {
		return custody.Handover{}, custody.Unknown("handover", id)
	}
	return *h, nil
}

func exceptions(s *custody.State, t *custody.Transfer) []Exception {
	list := []Exception{}
	add := func(person, kind string, entry int64, note string) {
		name := ""
		if p := s.People.Get(person); p != nil {
			name = p.FullName()
		}
		list = append(list, Exception{person, name, kind, entry, note})
	}
	for _, person := range t.ListedTwice {
		add(person, "listed-twice", t.Entry, "")
	}
	for _, person := range s.Listed(t.ID) {
		l := s.Lines.Get(t.ID + "/" + person)
		for _, d := range s.DiscrepanciesOf(person) {
			if d.Transfer == t.ID && (d.Kind == "paper-expired" || d.Kind == "held-without-authority") {
				note := ""
				if d.Resolved() {
					note = d.Resolution.Explanation
				}
				add(person, d.Kind, d.Entry, note)
			}
		}
		switch {
		case l.Unlisted:
			add(person, "unlisted", l.Entry, "")
		case l.Status == custody.Withdrawn:
			kind := l.Reason
			if kind == "" {
				kind = "withdrawn"
			}
			add(person, kind, l.Entry, "")
		case l.Status == custody.Diverted && l.ArrivedLater:
			add(person, "diverted", l.Entry, "arrived-later")
		case l.Status == custody.Diverted, l.Status == custody.Lodged, l.Status == custody.LineDead, l.Status == custody.LineEscaped:
			add(person, string(l.Status), l.Entry, "")
		}
	}
	return list
}
