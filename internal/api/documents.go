package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/paper"
	"habeas.example/habeas/internal/words"
)

// Wish is how a document is wanted.
type Wish struct {
	Language string     `query:"language" enum:"es,en" doc:"Without it, that of Accept-Language."`
	Size     paper.Size `query:"size" enum:"a4,letter" default:"a4" doc:"Of the sheets; labels have a size of their own."`
}

func (w *Wish) wished() Wish { return *w }

// wishing is a query for a document.
type wishing interface{ wished() Wish }

type plainDocument struct{ Wish }

type vehicleDocument struct {
	Wish
	Vehicle string `query:"vehicle" maxLength:"60" doc:"Code of a vehicle: those in it alone."`
}

type landingDocument struct {
	Wish
	Landing string `query:"landing" maxLength:"60" doc:"A landing: its slips alone, also when it has cleared."`
}

type formDocument struct {
	Wish
	Sheets int `query:"sheets" minimum:"1" maximum:"50" default:"1"`
}

// documents registers what is printed: PDF, in Spanish or English. Each that names people is a look at them, recorded before
// it is handed over.
func (d *door) documents() {
	document(d, "/documents/manifest/{transfer}", "The manifest of a transfer, by vehicle", custody.ReadRecords, d.printManifest)
	document(d, "/documents/escort-records/{transfer}", "The escort records of those in a vehicle, or of everybody who has yet to travel", custody.ReadRecords, d.printEscortRecords)
	document(d, "/documents/escort-record/{number}", "The escort record of a person", custody.ReadRecords, d.printEscortRecord)
	document(d, "/documents/handover/{handover}", "The form that both hands of a handover sign", custody.ReadRecords, d.printHandover)
	document(d, "/documents/roll-sheet/{place}", "The roll of an establishment or a part of it", custody.ReadRecords, d.printRollSheet)
	document(d, "/documents/paper-roll/{entry}", "A roll for when all power is gone, whose printing an entry records: the same again", custody.ReadRecords, d.printPaperRoll)
	document(d, "/documents/count-sheet/{count}", "The sheet of a count", "", d.printCountSheet)
	document(d, "/documents/count-slips/{count}", "The slips that a count waits for, each on a sheet of its own", "", d.printSlips)
	document(d, "/documents/wristband/{number}", "The wristband of a person", custody.ReadRecords, d.printWristband)
	document(d, "/documents/wristbands/{transfer}", "The wristbands of those in a vehicle, or of everybody who has yet to be received", custody.ReadRecords, d.printTransferBands)
	document(d, "/documents/place-wristbands/{place}", "The wristbands of everybody in a place", custody.ReadRecords, d.printPlaceBands)
	document(d, "/documents/door-labels/{place}", "The labels of the doors in a place", custody.ReadRoll, d.printDoorLabels)
	document(d, "/documents/receipt/{entry}", "The custody receipt of an entry", "", d.printReceipt)
	document(d, "/documents/custody-receipt/{number}", "The custody receipt of a person's newest admission", custody.ReadRecords, d.printCustodyReceipt)
	document(d, "/documents/paper-form/{establishment}", "The form on which is written what happens while there is no system", "", d.printForms)
}

// document registers a document. Its name is the last part but one of its address, and what it is of.
func document[Q any, P interface {
	*Q
	wishing
}](d *door, path, summary string, need custody.Action, draw func(context.Context, *asker, P) ([]byte, error)) {
	kind := strings.Split(path, "/")[2]
	handle(d, operation{method: http.MethodGet, path: path, summary: summary + " (PDF)"}, func(ctx context.Context, who *asker, q *Q) (*file, error) {
		if err := d.may(who, need); err != nil {
			return nil, err
		}
		content, err := draw(ctx, who, P(q))
		return &file{ContentType: "application/pdf", Disposition: `inline; filename="` + kind + "-" + inFileName(who.subject) + `.pdf"`, Body: content}, err
	})
}

// inFileName is a text as the name of a file can carry it.
func inFileName(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || ('0' <= r && r <= '9') || ('A' <= r && r <= 'Z') || ('a' <= r && r <= 'z') {
			return r
		}
		return '-'
	}, text)
}

// setting is how a document about an establishment is printed.
func (d *door) setting(who *asker, w wishing, establishment string) paper.Setting {
	wanted := w.wished()
	s := paper.Setting{Voice: words.For(wanted.Language, who.language), At: d.Clock(), By: who.official.FullName, Size: wanted.Size}
	d.Book.Read(func(state *custody.State) {
		s.Entry = state.Next
		s.Zone = zoneOf(state, establishment)
	})
	return s
}

// zoneOf is the time zone of an establishment; UTC for one that has none, and the paper says so.
func zoneOf(s *custody.State, establishment string) *time.Location {
	if p := s.Places.Get(establishment); p != nil {
		if zone, err := time.LoadLocation(p.Zone); err == nil {
			return zone
		}
	}
	return time.UTC
}

func placeIn(s *custody.State, code string) paper.Place {
	if p := s.Places.Get(code); p != nil {
		return paper.Place{Code: code, Name: p.Name}
	}
	return paper.Place{Code: code}
}

func officialIn(s *custody.State, name string) string {
	if o := s.Officials.Get(name); o != nil {
		return o.FullName
	}
	return name
}

// placeOf returns a place of an establishment, or the refusal "unknown-place".
func (d *door) placeOf(code string) (p *custody.Place, err error) {
	d.Book.Read(func(s *custody.State) { p = s.Places.Get(code) })
	if p == nil || p.Establishment == "" {
		return nil, custody.Unknown("place", code)
	}
	return p, nil
}
