package api

import (
	"context"
	"slices"
	"strings"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/paper"
)

func (d *door) printCountSheet(_ context.Context, who *asker, q *plainDocument) ([]byte, error) {
	sheet, err := d.Count.Sheet(who.subject, who.official.Name, d.Clock())
	if err != nil {
		return nil, err
	}
	c := paper.CountSheet{ID: sheet.ID, Kind: sheet.Kind, Of: paper.Place{Code: sheet.Place, Name: sheet.PlaceName}, Opened: sheet.Opened, OpenedBy: sheet.OpenedByName, Status: sheet.Status,
		Ended: sheet.Ended, EndedBy: sheet.EndedByName, Blind: sheet.Blind, Roll: sheet.Roll, Expected: sheet.Expected, Guests: sheet.Guests}
	for _, o := range sheet.Out {
		c.Out = append(c.Out, paper.CountOut{Kind: o.Kind, Place: o.Place, Custodian: o.Custodian, Number: o.Number})
	}
	for _, l := range sheet.Lines {
		landing := paper.CountLanding{Place: paper.Place{Code: l.Landing, Name: l.Name}, Under: l.Under, Status: l.Status, Expected: l.Expected, Out: l.Out}
		for _, r := range l.Results {
			landing.Slips = append(landing.Slips, paper.CountSlip{Round: r.Round, Hand: r.HandName, Number: r.Number, Counted: r.Counted, Recorded: r.Recorded, Source: r.Source})
		}
		c.Landings = append(c.Landings, landing)
	}
	return c.Print(d.setting(who, q, sheet.Establishment))
}

func (d *door) printSlips(_ context.Context, who *asker, q *landingDocument) ([]byte, error) {
	forms, err := d.Count.Slips(who.subject, q.Landing)
	if err != nil {
		return nil, err
	}
	establishment := ""
	slips := make([]paper.Slip, len(forms))
	d.Book.Read(func(s *custody.State) {
		for i, f := range forms {
			establishment = f.Establishment
			slips[i] = paper.Slip{Count: f.Count, Kind: f.Kind, Establishment: placeIn(s, f.Establishment).Name, Opened: f.Opened, Landing: paper.Place{Code: f.Landing, Name: f.Name}, Under: f.Under,
				Round: f.Round, Counter: f.Counter, Rows: f.Rows}
			for _, cell := range f.Cells {
				slips[i].Cells = append(slips[i].Cells, paper.Place{Code: cell.Code, Name: cell.Name})
			}
		}
	})
	return paper.PrintSlips(d.setting(who, q, establishment), slips)
}

func (d *door) printWristband(ctx context.Context, who *asker, q *plainDocument) ([]byte, error) {
	number, err := d.look(ctx, who, who.subject, "wristband, printed")
	if err != nil {
		return nil, err
	}
	return paper.PrintWristbands(d.setting(who, q, ""), d.bands([]string{number}))
}

func (d *door) printTransferBands(ctx context.Context, who *asker, q *vehicleDocument) ([]byte, error) {
	m, lines, err := d.aboard(who, q.Vehicle)
	if err != nil {
		return nil, err
	}
	numbers := make([]string, len(lines))
	for i, l := range lines {
		numbers[i] = l.Number
	}
	if len(numbers) == 0 {
		return nil, custody.InvalidInput("nobody-to-print", "transfer", m.Transfer.ID)
	}
	if _, err := d.Roll.LookAtList(ctx, who.command(), "wristbands "+m.Transfer.ID, m.Transfer.From, m.Transfer.To); err != nil {
		return nil, err
	}
	return paper.PrintWristbands(d.setting(who, q, m.Transfer.To), d.bands(numbers))
}

func (d *door) printPlaceBands(ctx context.Context, who *asker, q *plainDocument) ([]byte, error) {
	sheet, err := d.Roll.SeenBy(who.official.Name).Sheet(who.subject, d.Clock())
	if err != nil {
		return nil, err
	}
	var numbers []string
	for _, u := range sheet.Units {
		for _, l := range u.People {
			if !u.Out {
				numbers = append(numbers, l.Number)
			}
		}
	}
	if len(numbers) == 0 {
		return nil, custody.InvalidInput("nobody-to-print", "place", who.subject)
	}
	if len(numbers) > custody.MaxManifest {
		return nil, custody.InvalidInput("list-too-long")
	}
	if _, err := d.Roll.LookAtList(ctx, who.command(), "wristbands "+who.subject, who.subject); err != nil {
		return nil, err
	}
	return paper.PrintWristbands(d.setting(who, q, sheet.Establishment), d.bands(numbers))
}

// bands are the wristbands of people, in the order given.
func (d *door) bands(numbers []string) []paper.Band {
	bands := make([]paper.Band, 0, len(numbers))
	d.Book.Read(func(s *custody.State) {
		for _, number := range numbers {
			p := s.People.Get(number)
			if p == nil {
				continue
			}
			b := paper.Band{Number: number, Name: p.FullName(), Birth: p.Birth}
			if h := s.Holdings.Get(number); h != nil && h.Status.InCustody() {
				b.Establishment = placeIn(s, h.At.Establishment).Name
			}
			bands = append(bands, b)
		}
	})
	return bands
}

// maxDoors is how many labels one request prints.
const maxDoors = 5000

func (d *door) printDoorLabels(_ context.Context, who *asker, q *plainDocument) ([]byte, error) {
	top, err := d.placeOf(who.subject)
	if err != nil {
		return nil, err
	}
	var doors []paper.DoorLabel
	d.Book.Read(func(s *custody.State) {
		if err = s.May(who.official.Name, custody.ReadRoll, top.Code); err != nil {
			return
		}
		for p := range s.Places.All() {
			if p.Kind.Holds() && p.Kind != custody.VehiclePlace && p.Establishment == top.Establishment && under(s, p, top.Code) {
				doors = append(doors, paper.DoorLabel{Place: paper.Place{Code: p.Code, Name: p.Name}, Under: placeIn(s, p.Parent).Name, Establishment: placeIn(s, p.Establishment).Name})
			}
		}
	})
	switch {
	case err != nil:
		return nil, err
	case len(doors) == 0:
		return nil, custody.InvalidInput("nobody-to-print", "place", top.Code)
	case len(doors) > maxDoors:
		return nil, custody.InvalidInput("list-too-long")
	}
	slices.SortFunc(doors, func(a, b paper.DoorLabel) int { return strings.Compare(a.Code, b.Code) })
	return paper.PrintDoorLabels(d.setting(who, q, top.Establishment), doors)
}
