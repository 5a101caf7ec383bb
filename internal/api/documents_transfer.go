package api

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/paper"
	"habeas.example/habeas/internal/transfer"
)

// manifestOf reads the manifest of a transfer as it is printed. Cells are those that the cells desk planned for each line.
func (d *door) manifestOf(who *asker, id string) (paper.Manifest, error) {
	desk := d.Transfer.SeenBy(who.official.Name)
	v, err := desk.View(id)
	if err != nil {
		return paper.Manifest{}, err
	}
	lines, _, err := desk.Manifest(id, "", "", 2*custody.MaxManifest)
	if err != nil {
		return paper.Manifest{}, err
	}
	exceptions := map[string][]string{}
	for _, x := range v.Exceptions {
		exceptions[x.Person] = append(exceptions[x.Person], x.Kind)
	}
	m := paper.Manifest{Transfer: v.Transfer, Sums: v.Sums}
	byVehicle := map[string][]paper.ManifestLine{}
	d.Book.Read(func(s *custody.State) {
		m.From, m.To = placeIn(s, v.From), placeIn(s, v.To)
		if v.ApprovedBy != "" {
			m.Approved = officialIn(s, v.ApprovedBy)
		}
		for _, l := range lines {
			line := paper.ManifestLine{Number: l.Person, Name: l.Name, Birth: birthIn(s, l.Person), Status: l.Status, Cell: l.Cell, Why: l.Why, Exceptions: exceptions[l.Person]}
			switch {
			case leftTheVehicle(l.Line):
				m.Elsewhere = append(m.Elsewhere, line)
			case l.Vehicle == "":
				m.Unseated = append(m.Unseated, line)
			default:
				byVehicle[l.Vehicle] = append(byVehicle[l.Vehicle], line)
			}
		}
	})
	byName(m.Elsewhere)
	byName(m.Unseated)
	for _, vehicle := range v.Vehicles {
		byName(byVehicle[vehicle.Place])
		m.Vehicles = append(m.Vehicles, paper.ManifestVehicle{Vehicle: vehicle.Vehicle, Lines: byVehicle[vehicle.Place]})
	}
	return m, nil
}

// leftTheVehicle reports whether somebody listed does not, or no longer, travel in a vehicle.
func leftTheVehicle(l custody.Line) bool {
	return l.Status == custody.Lodged || (l.Status.Settled() && (l.Status != custody.Received || l.Vehicle == ""))
}

func birthIn(s *custody.State, person string) string {
	if p := s.People.Get(person); p != nil {
		return p.Birth
	}
	return ""
}

func byName(lines []paper.ManifestLine) {
	slices.SortFunc(lines, func(a, b paper.ManifestLine) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Number, b.Number))
	})
}

func (d *door) printManifest(ctx context.Context, who *asker, q *vehicleDocument) ([]byte, error) {
	m, err := d.manifestOf(who, who.subject)
	if err != nil {
		return nil, err
	}
	if q.Vehicle != "" {
		if m.Vehicles, err = onlyVehicle(m, q.Vehicle); err != nil {
			return nil, err
		}
	}
	if _, err := d.Roll.LookAtList(ctx, who.command(), "manifest "+m.Transfer.ID, m.Transfer.From, m.Transfer.To); err != nil {
		return nil, err
	}
	return m.Print(d.setting(who, q, m.Transfer.From))
}

func onlyVehicle(m paper.Manifest, code string) ([]paper.ManifestVehicle, error) {
	for _, v := range m.Vehicles {
		if v.Code == code || v.Key() == code {
			return []paper.ManifestVehicle{v}, nil
		}
	}
	return nil, custody.Unknown("vehicle", code)
}

// aboard are those of a transfer for whom something is printed: in one vehicle, or all who have yet to be received.
func (d *door) aboard(who *asker, vehicle string) (paper.Manifest, []paper.ManifestLine, error) {
	m, err := d.manifestOf(who, who.subject)
	if err != nil {
		return m, nil, err
	}
	if vehicle != "" {
		one, err := onlyVehicle(m, vehicle)
		if err != nil {
			return m, nil, err
		}
		return m, one[0].Lines, nil
	}
	var lines []paper.ManifestLine
	for _, v := range m.Vehicles {
		lines = append(lines, v.Lines...)
	}
	lines = append(lines, m.Unseated...)
	return m, slices.DeleteFunc(lines, func(l paper.ManifestLine) bool { return l.Status.Settled() }), nil
}

func (d *door) printHandover(ctx context.Context, who *asker, q *plainDocument) ([]byte, error) {
	h, err := d.Transfer.SeenBy(who.official.Name).Handover(who.subject)
	if err != nil {
		return nil, err
	}
	var v transfer.View
	if v, err = d.Transfer.SeenBy(who.official.Name).View(h.Transfer); err != nil {
		return nil, err
	}
	form := paper.HandoverForm{Handover: h}
	d.Book.Read(func(s *custody.State) {
		form.From, form.To, form.At = placeIn(s, v.From), placeIn(s, v.To), placeIn(s, h.Place)
		form.Releasing = officialIn(s, h.Releasing)
		if h.Receiving != "" {
			form.Receiving = officialIn(s, h.Receiving)
		}
		for _, key := range h.Vehicles {
			if vehicle := s.Vehicles.Get(key); vehicle != nil {
				form.Vehicles = append(form.Vehicles, *vehicle)
			}
		}
		for _, number := range h.People {
			if p := s.People.Get(number); p != nil {
				form.People = append(form.People, paper.ManifestLine{Number: number, Name: p.FullName(), Birth: p.Birth})
			}
		}
	})
	byName(form.People)
	if _, err := d.Roll.LookAtList(ctx, who.command(), "handover "+h.ID, v.From, v.To); err != nil {
		return nil, err
	}
	at := v.From
	if h.Kind == custody.Arriving {
		at = v.To
	}
	return form.Print(d.setting(who, q, at))
}
